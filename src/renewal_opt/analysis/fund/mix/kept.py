r"""Of the ways to pay that are equally good by every aim, the one that changes the least of a plan's: least sum of differences in 元.

With `o` the plan's money of an entry, `f = a + b` with `0 <= a <= o` and `b >= 0`, money that stays and money that comes: what a project
spends in a year is given, so that the sum of differences is twice that of `b` where `a` and `b` are best, less what the plan's own
sums differ from the spending. The bounds of `a`, and of `a + b` where that is less than what is spent,
are rows and no bounds of columns, so that the proof of `lower_bound`, which knows the rows alone, has multipliers of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ....allot.system import MoneyRow, MoneySystem
from ....solver import SolveOptions
from .cheapest import Cheapest, NoMoney, cheapest


@dataclass(frozen=True)
class Nearest:
    """The money nearest to a plan's.

    Attributes
    ----------
    money : list of int
        By position of the system.
    came : Cheapest
        元 that come where the plan has none, with their proven bound; the money is that of the halves.
    """

    money: list[int]
    came: Cheapest


def nearest(system: MoneySystem, plan: Sequence[int], unit: int, options: SolveOptions, known: Sequence[int]) -> Nearest | None:
    """Return the whole money of a system that changes the least of a plan's; None where nothing is found in time.

    Parameters
    ----------
    system : MoneySystem
        With the rows that hold what the aims have reached.
    plan : sequence of int
        The plan's money by position, 元.
    unit : int
        元 in one unit of the solver's money.
    options : SolveOptions
    known : sequence of int
        Money that satisfies everything.

    Raises
    ------
    SolverError
        See `cheapest`.
    """
    stays = [min(o, upper) for o, upper in zip(plan, system.upper, strict=True)]
    paid = {p: amount for members, amount in zip(system.group, system.amount, strict=True) for p in members}
    halves: list[list[int]] = []  # of each position: that of what stays, that of what comes
    upper: list[int] = []
    cost: list[Fraction] = []
    bounds: list[MoneyRow] = []
    first: list[int] = []
    for p, (o, most) in enumerate(zip(stays, system.upper, strict=True)):
        prices = [0] if o and o == most else [0, 1] if o else [1]
        own = list(range(len(upper), len(upper) + len(prices)))
        first += [p] * len(own)
        upper += [most] * len(own)
        cost += map(Fraction, prices)
        halves.append(own)
        if len(own) > 1:
            bounds.append(MoneyRow(f"stays:{p}", [own[0]], None, None, o, "stays"))
            if most < paid[p]:
                bounds.append(MoneyRow(f"whole:{p}", own, None, None, most, "stays"))
    rows = [_split(row, halves) for row in system.rows]
    both = replace(
        system, entries=system.entries[first], upper=upper, group=[[h for p in members for h in halves[p]] for members in system.group],
        rows=[*rows, *bounds], tickets=[(bound, [h for p in positions for h in halves[p]]) for bound, positions in system.tickets],
    )  # fmt: skip
    start = [0] * len(upper)
    for p, own in enumerate(halves):
        start[own[0]] = min(known[p], stays[p]) if len(own) > 1 else known[p]
        if len(own) > 1:
            start[own[1]] = known[p] - start[own[0]]
    came = cheapest(both, cost, unit, options, start)
    if isinstance(came, NoMoney):
        return None
    return Nearest([sum(came.money[h] for h in own) for own in halves], came)


def _split(row: MoneyRow, halves: Sequence[Sequence[int]]) -> MoneyRow:
    positions = [h for p in row.positions for h in halves[p]]
    coefs = None if row.coefs is None else [c for p, c in zip(row.positions, row.coefs, strict=True) for _h in halves[p]]
    return MoneyRow(row.name, positions, coefs, row.lo, row.hi, row.family, row.rule, row.project, row.year)
