r"""Bounds from multipliers, in whole numbers (Neumaier and Shcherbina, Math. Programming 99, 2004, 283-296).

For any multipliers y of the rows, every plan has

.. math::
    c'x \le \sum_r y_r b_r + \sum_j \max_{l_j \le x_j \le u_j} (c_j - y'A_j)\, x_j

where :math:`b_r` is the upper side of the row for :math:`y_r > 0` and the lower side for :math:`y_r < 0`; a multiplier
whose side the row does not have counts as 0. Money is taken out exactly: with multipliers of the rows that hold
money given, the balance of each project and year gets the price of its cheapest entry,

.. math::
    \pi_{pt} = \min_{e \in (p,t)} \sum_r y_r m_{re}, \qquad
    \sum_k \Bigl(\sum_t \pi_{pt}\, spend_{kt} + \sum_r y_r a_{rk}\Bigr) x_k + \sum_r \sum_u y_r a_{ru} u \le \sum_r y_r b_r ,

so that no entry has a reduced cost of the wrong sign, and what is left is a row on starts and tickets: a funding row.
No step uses a float; a wrong multiplier gives a weaker row, never a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from .system import Bools, Ints, System, Whole

_ROOM = 1 << 62


@dataclass(frozen=True)
class Multipliers:
    """Multipliers ``value / den`` of some rows (or of funding rows, by their place in the pool); the others are 0.

    Raises
    ------
    ValueError
        For lists of unequal length, a row given twice, or a denominator that is not positive.
    """

    rows: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    den: int = 1

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.values) or len(set(self.rows)) < len(self.rows) or self.den < 1:
            raise ValueError("a row twice, a value without a row, or no denominator")

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Certificate:
    """What closes a box: multipliers of the rows without money and weights of funding rows.

    Attributes
    ----------
    objective : bool
        True: they bound the objective. False: they show that the box holds no plan (Farkas).
    pool, plain : Multipliers
        Of funding rows and of rows without money.
    """

    objective: bool
    pool: Multipliers
    plain: Multipliers


@dataclass(frozen=True, eq=False)
class FundingRow:
    """``coef'x / den <= right / den`` over the plain columns."""

    coef: Whole
    right: int
    den: int


@dataclass(frozen=True, eq=False)
class Box:
    """Bounds of the plain columns."""

    lower: Ints
    upper: Ints

    @property
    def empty(self) -> bool:
        """Whether no point lies in it."""
        return bool((self.lower > self.upper).any())

    def child(self, column: int, value: int) -> Box:
        """Return the box with a column at 0 (``value`` 0: at most 0) or at 1 (at least 1)."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if value:
            lower[column] = 1
        else:
            upper[column] = 0
        return Box(lower, upper)


@dataclass(frozen=True, eq=False)
class Reduced:
    """Reduced gains of the plain columns and the constant, whole, over one denominator."""

    gain: Whole
    right: int
    den: int

    def bound(self, box: Box) -> Fraction:
        """Return the greatest value over a box."""
        best = np.where(self.gain > 0, box.upper, box.lower)
        return Fraction(self.right + sum((self.gain * best).tolist()), self.den)

    def fixed(self, box: Box, limit: Fraction) -> Box:
        """Return the box without the values that bring the bound below `limit`."""
        slack = (self.bound(box) - limit) * self.den
        cut = slack.numerator // slack.denominator  # |gain| > slack: a whole number above its floor
        lower, upper = box.lower.copy(), box.upper.copy()
        free = lower < upper
        lower[free & (self.gain > cut) & (self.gain > 0)] = 1
        upper[free & (-self.gain > cut) & (self.gain < 0)] = 0
        return Box(lower, upper)


def _sided(system: System, y: Multipliers, kept: Bools) -> tuple[list[int], list[int], int]:
    """Return rows and multipliers that have a side to lean on, and the sum of multiplier times side."""
    rows: list[int] = []
    values: list[int] = []
    right = 0
    for r, v in zip(y.rows, y.values, strict=True):
        side = system.hi[r] if v > 0 else system.lo[r]
        if v and side is not None and kept[r]:
            rows.append(r)
            values.append(v)
            right += v * side
    return rows, values, right


def _sums(weights: Whole, values: Whole, row: Ints, first: Ints) -> Whole:
    """Return the sum of ``weights[row] * values`` over each segment; exact."""
    n = len(first) - 1
    count = np.diff(first)
    most = int(count.max()) if n else 0
    small = weights.dtype != object and values.dtype != object and len(values) > 0
    if small and int(np.abs(weights).max()) * int(np.abs(values).max()) * most >= _ROOM:
        small = False
    kind: Any = np.int64 if small else object
    out: Whole = np.zeros(n, dtype=kind)
    if not len(values):
        return out
    taken = np.flatnonzero(count)
    terms = weights.astype(kind, copy=False)[row] * values.astype(kind, copy=False)
    out[taken] = np.add.reduceat(terms, first[taken])
    return out


def _dense(n: int, rows: Sequence[int], values: Sequence[int]) -> Whole:
    big = bool(values) and max(map(abs, values)) >= _ROOM
    out: Whole = np.zeros(n, dtype=object if big else np.int64)
    out[list(rows)] = values
    return out


def funding_row(system: System, y: Multipliers) -> FundingRow:
    """Return the row on starts and tickets that multipliers of the rows with money give.

    Parameters
    ----------
    system : System
    y : Multipliers
        Of any rows; those without money are left out.
    """
    rows, values, right = _sided(system, y, system.has_money)
    dense = _dense(len(system.names), rows, values)
    row, value, first = system.by_entry
    price = _sums(dense, value, row, first)
    cheapest: Whole = np.zeros(len(system.entry_first) - 1, dtype=price.dtype)
    paid = np.flatnonzero(np.diff(system.entry_first))
    if len(paid):
        cheapest[paid] = np.minimum.reduceat(price, system.entry_first[paid])
    n = len(system.columns)
    first_of = np.searchsorted(system.spend.start, np.arange(n + 1))
    coef = _sums(cheapest, system.spend.amount, system.spend.pair, first_of).astype(object)
    row, value, first = system.by_column
    return FundingRow(coef + _sums(dense, value, row, first).astype(object), right, y.den)


def reduced(system: System, pool: Sequence[FundingRow], certificate: Certificate) -> Reduced:
    """Return the reduced gains that a certificate leaves; negative weights of funding rows count as 0.

    Parameters
    ----------
    system : System
    pool : sequence of FundingRow
        `certificate.pool` names them by position.
    certificate : Certificate
    """
    weights, plain = certificate.pool, certificate.plain
    den = lcm(plain.den, *(weights.den * pool[i].den for i in weights.rows))
    left: Whole = np.zeros(len(system.columns), dtype=object)
    right = 0
    for i, w in zip(weights.rows, weights.values, strict=True):
        if w > 0:
            factor = w * (den // (weights.den * pool[i].den))
            left += pool[i].coef * factor
            right += pool[i].right * factor
    rows, values, sides = _sided(system, plain, ~system.has_money)
    factor = den // plain.den
    right += sides * factor
    for r, v in zip(rows, values, strict=True):
        at, value = system.plain.of(r)
        left[at] += value.astype(object) * (v * factor)
    if not certificate.objective:
        return Reduced(-left, right, den)
    unit = system.gain_unit
    return Reduced(system.gains * den - left * unit, right * unit, den * unit)


def limit_of(system: System, target: Fraction) -> Fraction:
    """Return the number below which a bound says that no plan is worth more than `target`.

    Objective values are multiples of `System.step`: the next one above the target is the limit. Where nothing
    earns anything the only value is 0.
    """
    step = system.step
    if step is None:
        return max(target, Fraction(0)) + 1
    return (target // step + 1) * step


def rounded_down(system: System, bound: Fraction) -> Fraction:
    """Return the greatest objective value that a plan can have within a bound."""
    step = system.step
    return min(bound, Fraction(0)) if step is None else bound // step * step
