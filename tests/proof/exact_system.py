"""Exact feasibility of small linear systems, with or without whole numbers: sparse simplex in Fractions (Bland's rule).

    feasible(lines, upper, whole)   # lines: (sum by variable, lo, hi); variables from 0 to upper

A second, solver-free answer to "can this portfolio be funded?"; branch and bound for the variables in `whole`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction as F
from math import ceil, floor
from typing import Any

Point = dict[Any, F]
System = Sequence[tuple[Mapping[Any, F], F | int | None, F | int | None]]


class TooLong(Exception):
    """More nodes than allowed."""


def feasible(lines: System, upper: Mapping[Any, int], whole: set[Any], nodes: int = 400) -> Point | None:
    """Return a feasible point, None when there is none.

    Raises
    ------
    TooLong
        After so many nodes of branch and bound.
    """
    stack: list[dict[Any, tuple[int, int]]] = [{v: (0, u) for v, u in upper.items()}]
    while stack:
        nodes -= 1
        if nodes < 0:
            raise TooLong
        box = stack.pop()
        point = relaxed(lines, box)
        if point is None:
            continue
        broken = next((v for v in box if v in whole and point[v].denominator != 1), None)
        if broken is None:
            return point
        low, high = box[broken]
        stack.append(box | {broken: (ceil(point[broken]), high)})
        stack.append(box | {broken: (low, floor(point[broken]))})
    return None


def relaxed(lines: System, box: Mapping[Any, tuple[int, int]]) -> Point | None:
    """Return a point of the linear system inside the box, None when there is none."""
    rows: list[tuple[dict[Any, F], F]] = []  # sum (+ slack) = right side >= 0, after shifting by the lower bounds
    slack = 0

    def add(total: Mapping[Any, F], bound: F, sign: int) -> None:
        nonlocal slack
        row = {v: F(c) for v, c in total.items() if c}
        if sign:
            row[("slack", slack)] = F(sign)
            slack += 1
        if bound < 0:
            row, bound = {v: -c for v, c in row.items()}, -bound
        rows.append((row, bound))

    for v, (low, high) in box.items():
        if low > high:
            return None
        add({v: F(1)}, F(high - low), 1)
    for total, lo, hi in lines:
        shift = sum((c * box[v][0] for v, c in total.items()), F(0))
        if lo is not None and lo == hi:
            add(total, lo - shift, 0)
            continue
        if hi is not None:
            add(total, hi - shift, 1)
        if lo is not None:
            add(total, lo - shift, -1)
    base = _phase_one(rows)
    if base is None:
        return None
    return {v: base.get(v, F(0)) + low for v, (low, _high) in box.items()}


def _phase_one(rows: list[tuple[dict[Any, F], F]]) -> Point | None:
    order: dict[Any, int] = {}
    for row, _b in rows:
        for v in row:
            order.setdefault(v, len(order))
    table: list[dict[Any, F]] = [dict(row) for row, _b in rows]
    right = [b for _row, b in rows]
    basis: list[Any] = []
    for i, row in enumerate(table):
        own = next((v for v in row if isinstance(v, tuple) and v and v[0] == "slack" and row[v] > 0), None)
        basis.append(own if own is not None else ("art", i))
        if own is not None and row[own] != 1:
            scale = row[own]
            table[i] = {v: c / scale for v, c in row.items()}
            right[i] /= scale
    cost: dict[Any, F] = {}
    total = F(0)
    for i, v in enumerate(basis):
        if v[0] == "art":
            total += right[i]
            for u, c in table[i].items():
                cost[u] = cost.get(u, F(0)) + c
    while total > 0:
        entering = min((v for v, c in cost.items() if c > 0), key=order.__getitem__, default=None)
        if entering is None:
            return None
        best: tuple[F, int, int] | None = None
        for i, row in enumerate(table):
            c = row.get(entering)
            if c is not None and c > 0:
                rank = order.get(basis[i], -1)
                if best is None or (right[i] / c, rank) < best[:2]:
                    best = (right[i] / c, rank, i)
        assert best is not None, "the sum of artificial variables is bounded below"
        i = best[2]
        pivot = table[i][entering]
        row = table[i] = {v: c / pivot for v, c in table[i].items()}
        right[i] /= pivot
        for k, other in enumerate(table):
            factor = other.get(entering)
            if k != i and factor:
                _take(other, row, factor)
                right[k] -= factor * right[i]
        factor = cost[entering]
        _take(cost, row, factor)
        total -= factor * right[i]
        basis[i] = entering
    return {v: right[i] for i, v in enumerate(basis) if v[0] != "art"}


def _take(target: dict[Any, F], row: Mapping[Any, F], factor: F) -> None:
    for v, c in row.items():
        value = target.get(v, F(0)) - factor * c
        if value:
            target[v] = value
        else:
            target.pop(v, None)
