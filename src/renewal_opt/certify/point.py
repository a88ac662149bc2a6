"""Rows that a single portfolio breaks, in whole numbers: what floats take for a point by a hair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np

from ..allot.lp import ArrayModel
from ..solver.clock import Clock
from ..solver.lp import LinearProgram, LpAnswer
from .bound import Multipliers
from .system import Ints, System

#: by how much money may move from where it is nearly right, 元
_REACHES = (10**4, 10**7)
#: largest denominators of the multipliers that are tried
_SHORT = (12, 1000, 10**6)
#: multipliers as large are not written into proofs
_LONG = 10**80
#: multipliers below this are none
_NONE = 1e-9


def broken_rows(system: System, x: Ints) -> Iterator[Multipliers]:
    """Yield the multiplier (1 or -1) of each row that a portfolio breaks whatever its money is.

    A row without money is its own sum. In a row with money each project and year brings at least its spending at the
    smallest coefficient that one of its entries has in the row, and at most that at the largest; entries that the row
    does not hold count as 0.

    Parameters
    ----------
    system : System
    x : array, one value a plain column
        0 or 1.
    """
    sums = _sums(system, x)
    first = system.entry_first.tolist()
    need = _need(system, x)
    pair_of = [p for p in range(len(need)) for _entry in range(first[p], first[p + 1])]
    for r, (lo, hi) in enumerate(zip(system.lo, system.hi, strict=True)):
        entries, coefs = system.money.of(r)
        held: dict[int, list[int]] = {}
        for e, c in zip(entries.tolist(), coefs.tolist(), strict=True):
            held.setdefault(pair_of[e], []).append(c)
        least = most = sums[r]
        for p, values in held.items():
            if len(values) < first[p + 1] - first[p]:
                values.append(0)
            least += need[p] * min(values)
            most += need[p] * max(values)
        if hi is not None and least > hi:
            yield Multipliers((r,), (1,), 1)
        if lo is not None and most < lo:
            yield Multipliers((r,), (-1,), 1)


@dataclass(frozen=True)
class _Sided:
    """A side of a row with money as `sum coef money <= most`, `size` its largest coefficient."""

    row: int
    sign: int
    entries: list[int]
    coefs: list[int]
    most: int
    size: int


def short_rows(system: System, x: Ints, clock: Clock) -> Iterator[Multipliers]:
    """Yield multipliers of rows that a portfolio may break together, whatever its money is; each is to be proven by its funding row.

    Money that is nearly right is looked for first, and made whole. What it then misses of each row is exact, and small: a second
    programme, of the differences from this money in 元, sees one 元 that is missing of billions. Its multipliers of the rows, taken for
    short fractions, prove that nothing else than the rows is in the way (Farkas) where they stay inside the differences allowed.

    Parameters
    ----------
    system : System
    x : array, one value a plain column
        0 or 1.
    clock : Clock
        When it ends.

    Raises
    ------
    SolverError
        When the solver gives no answer (`OutOfTime`: in time).
    """
    first = system.entry_first.tolist()
    need = _need(system, x)
    held = {p: list(range(first[p], first[p + 1])) for p in range(len(need)) if need[p] > 0}
    if any(not members for members in held.values()):
        return
    column = {e: j for j, e in enumerate(e for members in held.values() for e in members)}
    pairs = [(need[p], [column[e] for e in members]) for p, members in held.items()]
    sides = _sides(system, x, column)
    if not sides or not column:
        return
    unit = max(amount for amount, _members in pairs)
    answer = _elastic(sides, pairs, [0] * len(column), unit, clock)
    money = _made_whole(answer, pairs, unit)
    for reach in _REACHES:
        duals = _multipliers(_elastic(sides, [(0, members) for _amount, members in pairs], money, reach, clock), len(pairs), len(sides))
        if not any(v > _NONE for v in duals):
            continue
        for most in _SHORT:
            prices = [(side, Fraction(v).limit_denominator(most) / side.size) for side, v in zip(sides, duals, strict=True) if v > _NONE]
            kept = [(side, price) for side, price in prices if price]
            if kept and len({side.row for side, _price in kept}) == len(kept):
                den = lcm(*(price.denominator for _side, price in kept))
                whole = [side.sign * int(price * den) for side, price in kept]  # that no plan is there has no scale
                shrunk = gcd(*whole)
                values = tuple(v // shrunk for v in whole)
                if max(map(abs, values)) < _LONG:
                    yield Multipliers(tuple(side.row for side, _price in kept), values, 1)


def _sums(system: System, x: Ints) -> list[int]:
    """Return what each row comes to without money."""
    sums = [0] * len(system.names)
    for r, j, v in zip(system.plain.row.tolist(), system.plain.index.tolist(), system.plain.value.tolist(), strict=True):
        sums[r] += v * int(x[j])
    return sums


def _need(system: System, x: Ints) -> list[int]:
    """Return the spending of each project and year in a portfolio, 元."""
    need = [0] * (len(system.entry_first) - 1)
    for k, pair, yuan in zip(system.spend.start.tolist(), system.spend.pair.tolist(), system.spend.amount.tolist(), strict=True):
        need[pair] += yuan * int(x[k])
    return need


def _sides(system: System, x: Ints, column: dict[int, int]) -> list[_Sided]:
    """Return the sides of the rows that hold money of a portfolio, entries by column."""
    sums = _sums(system, x)
    out: list[_Sided] = []
    for r in np.flatnonzero(system.has_money).tolist():
        entries, values = system.money.of(r)
        mine = [(column[e], c) for e, c in zip(entries.tolist(), values.tolist(), strict=True) if e in column]
        for sign, bound in ((1, system.hi[r]), (-1, system.lo[r])):
            if bound is not None and mine:
                out.append(_Sided(r, sign, [e for e, _c in mine], [sign * c for _e, c in mine], sign * (bound - sums[r]), max(abs(c) for _e, c in mine)))
    return out


def _elastic(sides: Sequence[_Sided], pairs: Sequence[tuple[int, list[int]]], money: Sequence[int], reach: int, clock: Clock) -> LpAnswer | None:
    """Return how the differences from some money, up to `reach` either way and in units of it, break the sides least."""
    model = ArrayModel()
    far = 1.0 if any(money) else float("inf")
    for v in money:
        model.column(0.0, -min(far, v / reach), far)
    for amount, members in pairs:
        model.row(members, [1.0] * len(members), amount / reach, amount / reach)
    for side in sides:
        rest = Fraction(side.most - sum(c * money[e] for e, c in zip(side.entries, side.coefs, strict=True)), side.size)
        gives = model.column(1.0, 0.0, float("inf"))
        model.row([*side.entries, gives], [*(c / side.size for c in side.coefs), -1.0], None, float(rest / reach))
    programme = LinearProgram(model.matrices())
    programme.clock = clock
    return programme.run()


def _multipliers(answer: LpAnswer | None, before: int, number: int) -> list[float]:
    """Return the multipliers of the sides, at least 0."""
    return [0.0] * number if answer is None else np.maximum(0.0, -answer.row_dual[before : before + number]).tolist()


def _made_whole(answer: LpAnswer | None, pairs: Sequence[tuple[int, list[int]]], unit: int) -> list[int]:
    """Return whole money that adds up, near that of an answer."""
    n = sum(len(members) for _amount, members in pairs)
    money = [0] * n
    for amount, members in pairs:
        near = [0 if answer is None else min(amount, max(0, round(float(answer.x[j]) * unit))) for j in members]
        rest = amount - sum(near)
        for k in sorted(range(len(near)), key=lambda k: -near[k]):
            step = max(rest, -near[k])
            near[k] += step
            rest -= step
        for j, v in zip(members, near, strict=True):
            money[j] = v
    return money
