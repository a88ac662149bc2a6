"""The whole allotment as one integer programme: asked only when no answer lies near the linear one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, lcm

from ..model.rows import Exact
from ..solver import HighsSession, SolveOptions, Status
from .lp import ArrayModel
from .system import MoneyRow, MoneySystem

#: seconds for one programme; rows are scaled to whole coefficients up to this denominator
_SECONDS, _LARGEST = 20.0, 10_000


def integer_amounts(system: MoneySystem, base: Sequence[int], options: SolveOptions) -> tuple[list[int] | None, bool]:
    """Return whole amounts that satisfy every row and ticket exactly, and whether the answer is proven.

    No amounts and True: proven that there are none; no amounts and False: none was found in time.

    Parameters
    ----------
    system : MoneySystem
        Rows, tickets, and the groups whose amounts are fixed.
    base : sequence of int
        Amounts that add up in every group, 元; the programme's unknowns are the differences from them.
    options : SolveOptions
        Threads and seed.
    """
    model = ArrayModel()
    for p, upper in enumerate(system.upper):
        model.column(0.0, -float(base[p]), float(upper - base[p]), integer=True)
    for members in system.group:
        model.row(members, [1.0] * len(members), 0.0, 0.0)
    for row in system.rows:
        _add(model, row, base)
    for bound, positions in system.tickets:
        value = sum(base[p] for p in positions)
        room = sum(system.upper[p] for p in positions)
        most = room if bound.most is None else min(bound.most, room)
        ones = [1.0] * len(positions)
        if bound.least is None:
            model.row(positions, ones, None, float(most - value))
            continue
        used = model.column(0.0, 0.0, 1.0, integer=True)
        model.row([*positions, used], [*ones, -float(bound.least)], -float(value), None)
        model.row([*positions, used], [*ones, -float(most)], None, -float(value))
    limits = replace(options, seconds=min(options.seconds, _SECONDS), start=None, progress=None, feasibility=1e-9)
    result = HighsSession(model.matrices()).solve(limits)
    if result.x is None:
        return None, result.status is Status.INFEASIBLE
    money = [b + round(float(d)) for b, d in zip(base, result.x, strict=False)]
    holds = all(row.holds(money) for row in system.rows) and _tickets_hold(system, money)
    return (money, True) if holds else (None, False)


def _add(model: ArrayModel, row: MoneyRow, base: Sequence[int]) -> None:
    value = row.value(base)
    coefs: list[Exact] = [1] * len(row.positions) if row.coefs is None else row.coefs
    scale = lcm(*(Fraction(c).denominator for c in coefs))
    if scale > _LARGEST:
        weights, lo, hi = [float(c) for c in coefs], *(None if b is None else float(b - value) for b in (row.lo, row.hi))
    else:
        weights = [float(c * scale) for c in coefs]
        lo = None if row.lo is None else float(ceil((row.lo - value) * scale))
        hi = None if row.hi is None else float(floor((row.hi - value) * scale))
    model.row(row.positions, weights, lo, hi)


def _tickets_hold(system: MoneySystem, money: Sequence[int]) -> bool:
    for bound, positions in system.tickets:
        value = sum(money[p] for p in positions)
        if (bound.most is not None and value > bound.most) or (bound.least is not None and 0 < value < bound.least):
            return False
    return True
