"""Objectives as integers: each is divided by its exact step (or a stated resolution), turned to 'more is better' and counted from 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ..i18n import _
from ..model.matrices import Matrices
from ..solver.lp import LinearProgram, LpAnswer
from ..solver.result import FloatArray, IntArray

#: a range of more steps than this is not enumerated step by step: the objective gets a resolution
MOST_STEPS = 10**8
#: steps of the range of an objective that gets its resolution by itself
FINE = 10**4
#: rounding of sums in floats, relative to the sizes that are added up
_ROUNDING = 1e-12
#: whole money may cost a little more than the solver's: 1,000 yuan at most, of a step of 10,000
_NEAR = Fraction(1, 8)


def decimal(number: float) -> Fraction:
    """Return a number as the decimal that it prints as: 0.1 is one tenth."""
    return Fraction(repr(float(number)))


@dataclass(frozen=True, eq=False)
class LinearObjective:
    """A linear objective with exact coefficients.

    Attributes
    ----------
    name : str
    columns : array of int32, shape (m,)
        Columns of the compiled model, each at most once.
    coefficients : tuple of Fraction, length m
    constant : Fraction
    sense : {"max", "min"}
    resolution : Fraction or None
        Values closer than this count as equal. None: the exact step, the greatest common divisor of the coefficients,
        when all columns are whole; a resolution is taken, and said, when that is not so or the steps are too many.
    """

    name: str
    columns: IntArray
    coefficients: tuple[Fraction, ...]
    constant: Fraction = Fraction(0)
    sense: Literal["max", "min"] = "max"
    resolution: Fraction | None = None

    def value(self, x: FloatArray) -> Fraction:
        """Return the exact value at a point, each number as the decimal that it prints as."""
        at = [int(v) if v.is_integer() else decimal(v) for v in x[self.columns].tolist()]
        return self.constant + sum((c * v for c, v in zip(self.coefficients, at, strict=True) if v), Fraction(0))


@dataclass(frozen=True, eq=False)
class IntegerObjective:
    """An objective in whole steps: ``y = floor(sign (value - constant) / step) - base``, at least 0, more is better.

    Attributes
    ----------
    source : LinearObjective
    step : Fraction
        Exact step; else 8/9 of the resolution, so that with what counts as reaching a step no more than the resolution is lost.
    exact : bool
        Whether values differ by multiples of the step.
    base, top : int
        ``0 <= y <= top`` holds for every feasible point.
    stated : Fraction
        Exact step, or the resolution as it is told.
    limit : Fraction or None
        No value within the bounds of the columns is better.
    """

    source: LinearObjective
    step: Fraction
    exact: bool
    base: int
    top: int
    stated: Fraction
    limit: Fraction | None = None

    @property
    def sign(self) -> int:
        """1 for an objective that is maximised, -1 for one that is minimised."""
        return 1 if self.source.sense == "max" else -1

    def place(self, value: Fraction) -> Fraction:
        """Return a value in steps from the base, parts of a step included."""
        return self.sign * (value - self.source.constant) / self.step - self.base

    def steps(self, value: Fraction) -> int:
        """Return a value in whole steps from the base; what misses a resolution by an eighth counts as reaching it."""
        return math.floor(self.place(value) + (0 if self.exact else _NEAR))

    def value_of(self, y: int) -> Fraction:
        """Return the least good value of so many steps."""
        return self.source.constant + self.sign * (y + self.base) * self.step

    def coefficients(self) -> FloatArray:
        """Return the coefficients of y, shape (m,)."""
        return np.array([float(self.sign * c / self.step) for c in self.source.coefficients])

    def side(self) -> float:
        """Return the constant of y: ``y = coefficients @ x + side``."""
        return float(-self.base)


def exact_step(coefficients: Sequence[Fraction]) -> Fraction | None:
    """Return the greatest common divisor of exact numbers, None when all are 0."""
    numbers = [abs(c) for c in coefficients if c]
    if not numbers:
        return None
    below = math.lcm(*(c.denominator for c in numbers))
    return Fraction(math.gcd(*(int(c * below) for c in numbers)), below)


def whole_objectives(matrices: Matrices, objectives: Sequence[LinearObjective]) -> list[IntegerObjective] | None:
    """Scale objectives to whole steps, with ranges from linear programmes.

    Parameters
    ----------
    matrices : Matrices
        The model.
    objectives : sequence of LinearObjective
        At least two, of different names.

    Returns
    -------
    list of IntegerObjective, or None
        None when the linear relaxation has no point.

    Raises
    ------
    ValueError
        For fewer than two objectives, equal names, a column named twice or out of range, or a resolution that is not positive.
    """
    _refuse(matrices, objectives)
    plain = replace(matrices, sense="max", offset=0.0)
    lp = LinearProgram(plain)
    out: list[IntegerObjective] = []
    every = np.arange(matrices.n_cols, dtype=np.int32)
    for o in objectives:
        cost = np.zeros(matrices.n_cols)
        scale = max((abs(float(c)) for c in o.coefficients), default=0.0) or 1.0
        cost[o.columns] = [float(c) / scale for c in o.coefficients]
        ends: list[Fraction] = []
        for sign in (1, -1):
            lp.change_cost(every, sign * cost)
            answer = lp.run()
            if answer is None:
                return None
            ends.append(sign * Fraction(most_of(plain, sign * cost, answer)) * Fraction(scale))
        high, low = ends
        out.append(_scaled(matrices, o, low, high))
    return out


def most_of(m: Matrices, cost: FloatArray, answer: LpAnswer) -> float:
    """Return an upper bound on ``cost x``, from the multipliers of the rows alone: it holds whatever the solver's tolerances.

    A. Neumaier, O. Shcherbina, 'Safe bounds in linear and mixed-integer linear programming', Math. Programming 99 (2004).
    """
    y = answer.row_dual.copy()
    y[~np.isfinite(np.where(y > 0, m.row_upper, m.row_lower))] = 0.0
    of_rows = np.where(y > 0, m.row_upper, m.row_lower)[y != 0] * y[y != 0]
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    priced = m.value * y[m.index]
    left = cost - np.bincount(column, weights=priced, minlength=m.n_cols)
    of_columns = np.maximum(left * m.col_lower, left * m.col_upper)
    span = np.maximum(np.abs(m.col_lower), np.abs(m.col_upper))
    size = np.abs(of_rows).sum() + (np.abs(cost) + np.bincount(column, weights=np.abs(priced), minlength=m.n_cols)) @ span
    return float(of_rows.sum() + of_columns.sum() + _ROUNDING * max(1.0, float(size)))


def _scaled(matrices: Matrices, o: LinearObjective, low: Fraction, high: Fraction) -> IntegerObjective:
    """Return an objective whose value, the constant left out, lies between `low` and `high`."""
    whole = bool(matrices.integrality[o.columns].all())
    step = exact_step(o.coefficients) if whole and o.resolution is None else None
    exact = step is not None and (high - low) / step <= MOST_STEPS
    if not any(o.coefficients):
        step, exact = Fraction(1), True
    stated = step
    if not exact or step is None:
        stated = o.resolution or round_resolution((high - low) / FINE)
        step = stated / (1 + _NEAR)
    assert stated is not None
    sign = 1 if o.sense == "max" else -1
    least, most = sorted((sign * low / step, sign * high / step))
    base = math.ceil(least) if exact else math.floor(least)
    top = math.floor(most) - base
    return IntegerObjective(o, step, exact, base, max(0, top), stated, _limit(matrices, o, sign))


def _limit(matrices: Matrices, o: LinearObjective, sign: int) -> Fraction:
    """Return the best value that the bounds of the columns allow, in exact numbers."""
    sides = zip(o.coefficients, matrices.col_lower[o.columns].tolist(), matrices.col_upper[o.columns].tolist(), strict=True)
    return o.constant + sum((c * decimal(upper if c * sign > 0 else lower) for c, lower, upper in sides if c), Fraction(0))


def round_resolution(at_least: Fraction) -> Fraction:
    """Return the smallest of 1, 2, 5, 10, 20, 50 ... (and 1/2, 1/5 ...) that is at least so large."""
    if at_least <= 0:
        return Fraction(1)
    power = math.floor(math.log10(float(at_least))) - 1
    while True:
        for digit in (1, 2, 5):
            step = digit * Fraction(10) ** power
            if step >= at_least:
                return step
        power += 1


def _refuse(matrices: Matrices, objectives: Sequence[LinearObjective]) -> None:
    wrong: list[str] = []
    if len(objectives) < 2:
        wrong.append(_("at least two objectives are needed, not {n}").format(n=len(objectives)))
    names = [o.name for o in objectives]
    wrong += [_("objective {name} stands twice").format(name=n) for n in sorted({n for n in names if names.count(n) > 1})]
    for o in objectives:
        if len(o.columns) != len(o.coefficients) or len(np.unique(o.columns)) < len(o.columns):
            wrong.append(_("objective {name}: one coefficient a column, and each column once").format(name=o.name))
        elif len(o.columns) and not (int(o.columns.min()) >= 0 and int(o.columns.max()) < matrices.n_cols):
            wrong.append(_("objective {name}: a column outside 0 .. {n}").format(name=o.name, n=matrices.n_cols - 1))
        if o.resolution is not None and o.resolution <= 0:
            wrong.append(_("objective {name}: the resolution must be positive, not {value}").format(name=o.name, value=o.resolution))
    if wrong:
        raise ValueError("; ".join(wrong))
