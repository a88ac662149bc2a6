"""Whole 元 near a real optimum: rounding, then a small integer programme that minimises the cost, then all of it where that is small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, lcm

from ....allot import rounded
from ....allot.lp import ArrayModel
from ....allot.system import MoneyRow, MoneySystem
from ....solver import HighsSession, SolveOptions, Status
from .bound import Ticket

#: how far the integer programme may move an amount, 元
_REACH = 8
#: seconds for one integer programme
_SECONDS = 10.0
#: columns and 元 up to which all amounts are asked for at once, as whole numbers
_FEW, _SMALL = 600, 10**7
#: rows are scaled to whole coefficients up to this denominator
_LARGEST = 10_000


def holds(system: MoneySystem, tickets: Sequence[Ticket], money: Sequence[int]) -> bool:
    """Return whether whole money satisfies everything, exactly."""
    if any(v < 0 for v in money) or any(sum(money[p] for p in members) != amount for members, amount in zip(system.group, system.amount, strict=True)):
        return False
    for t in tickets:
        paid = sum(money[p] for p in t.positions)
        if paid > t.most or (t.least is not None and 0 < paid < t.least):
            return False
    return all(row.holds(money) for row in system.rows)


def value(cost: Sequence[Fraction], money: Sequence[int]) -> Fraction:
    """Return the exact cost of whole money."""
    sums: dict[Fraction, int] = {}
    for c, v in zip(cost, money, strict=True):
        if v and c:
            sums[c] = sums.get(c, 0) + v
    return sum((c * v for c, v in sums.items()), Fraction(0))


def near(system: MoneySystem, tickets: Sequence[Ticket], cost: Sequence[Fraction], amounts: Sequence[float], enough: Fraction, options: SolveOptions) -> list[int] | None:
    """Return whole money near real amounts that satisfies everything, of the least cost found; None for none.

    Parameters
    ----------
    system : MoneySystem
    tickets : sequence of Ticket
        Used where `amounts` use them, and kept so.
    cost : sequence of Fraction
    amounts : sequence of float
        元, by position.
    enough : Fraction
        A cost at which the search ends.
    options : SolveOptions
        Threads, seed and time.
    """
    base = rounded(system, amounts)
    best: list[int] | None = base if holds(system, tickets, base) else None
    for groups in _attempts(system, base):
        if best is not None and value(cost, best) <= enough:
            break
        moved = _moved(system, tickets, cost, base, groups, options)
        if moved is not None and holds(system, tickets, moved) and (best is None or value(cost, moved) < value(cost, best)):
            best = moved
    return best


def _attempts(system: MoneySystem, base: Sequence[int]) -> Iterable[list[list[int]]]:
    """Yield groups in which money may move: between channels that pay anyway, then all."""
    paying = [own for members in system.group if len(own := [p for p in members if base[p] > 0]) > 1]
    if paying:
        yield paying
    mixed = [members for members in system.group if len(members) > 1]
    if mixed and mixed != paying:
        yield mixed


def _moved(system: MoneySystem, tickets: Sequence[Ticket], cost: Sequence[Fraction], base: Sequence[int], groups: list[list[int]], options: SolveOptions) -> list[int] | None:
    model, column = ArrayModel(), dict[int, int]()
    for members in groups:
        for p in members:
            column[p] = model.column(float(cost[p]), -float(min(base[p], _REACH)), float(min(_REACH, system.upper[p] - base[p])), integer=True)
        model.row([column[p] for p in members], [1.0] * len(members), 0.0, 0.0)
    for row in [*system.rows, *(_pinned(t, base) for t in tickets)]:
        inside = [p for p in row.positions if p in column]
        if not inside and not row.holds(base):
            return None
        if inside:
            _write(model, row, base, column)
    limits = replace(options, seconds=min(options.seconds, _SECONDS), start=None, progress=None, gap=0.0, feasibility=1e-9, second_proof=False)
    result = HighsSession(model.matrices()).solve(limits)
    if result.x is None:
        return None
    out = list(base)
    for p, c in column.items():
        out[p] += round(float(result.x[c]))
    return out


def _pinned(t: Ticket, base: Sequence[int]) -> MoneyRow:
    used = sum(base[p] for p in t.positions) > 0
    return MoneyRow("tickets", list(t.positions), None, t.least if used else None, t.most if used else 0)


def _write(model: ArrayModel, row: MoneyRow, base: Sequence[int], column: dict[int, int]) -> None:
    """Add a row over differences from `base`, in whole coefficients where they are short."""
    coefs = [Fraction(1)] * len(row.positions) if row.coefs is None else [Fraction(c) for c in row.coefs]
    scale = 1
    for c in coefs:
        scale = lcm(scale, c.denominator)
        if scale > _LARGEST:
            break
    whole = scale <= _LARGEST
    scale = scale if whole else 1
    at = row.value(base)
    lo = None if row.lo is None else Fraction(row.lo - at) * scale
    hi = None if row.hi is None else Fraction(row.hi - at) * scale
    pairs = [(column[p], float(c * scale)) for p, c in zip(row.positions, coefs, strict=True) if p in column]
    low, high = (ceil(lo) if whole else lo) if lo is not None else None, (floor(hi) if whole else hi) if hi is not None else None
    reach = sum(abs(c) * max(-model.lower[j], model.upper[j]) for j, c in pairs) + 1.0
    a = None if low is None or float(low) < -reach else float(low)
    b = None if high is None or float(high) > reach else float(high)
    if a is not None or b is not None:
        model.row([j for j, _c in pairs], [c for _j, c in pairs], a, b)


def everything(system: MoneySystem, tickets: Sequence[Ticket], cost: Sequence[Fraction], base: Sequence[int], options: SolveOptions) -> tuple[list[int] | None, Fraction | None, bool]:
    """Ask for all amounts at once as whole numbers: money, the solver's lower bound on the cost, and whether there is proven to be none.

    Nothing is asked, and nothing returned, of systems that are not small.

    Parameters
    ----------
    base : sequence of int
        Amounts that add up in every group; the unknowns are the differences from them.
    """
    if not system.upper or len(system.upper) > _FEW or sum(system.amount) > _SMALL:
        return None, None, False
    model = ArrayModel()
    column = {p: model.column(float(cost[p]), -float(base[p]), float(upper - base[p]), integer=True) for p, upper in enumerate(system.upper)}
    for members in system.group:
        model.row([column[p] for p in members], [1.0] * len(members), 0.0, 0.0)
    for row in system.rows:
        _write(model, row, base, column)
    for t in tickets:
        paid, ones = sum(base[p] for p in t.positions), [1.0] * len(t.positions)
        if t.least is None:
            model.row([column[p] for p in t.positions], ones, None, float(t.most - paid))
            continue
        used = model.column(0.0, 0.0, 1.0, integer=True)
        model.row([*(column[p] for p in t.positions), used], [*ones, -float(t.least)], -float(paid), None)
        model.row([*(column[p] for p in t.positions), used], [*ones, -float(t.most)], None, -float(paid))
    limits = replace(options, seconds=min(options.seconds, _SECONDS), start=None, progress=None, gap=0.0, feasibility=1e-9)
    result = HighsSession(model.matrices()).solve(limits)
    if result.status is Status.INFEASIBLE:
        return None, None, True
    bound = value(cost, base) + Fraction(result.bound - 1e-6 * max(1.0, abs(result.bound))) if abs(result.bound) < 1e15 else None
    if result.x is None:
        return None, bound, False
    money = [b + round(float(result.x[column[p]])) for p, b in enumerate(base)]
    return (money if holds(system, tickets, money) else None), bound, False
