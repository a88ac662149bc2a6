"""What tolerances hide: rows over whole columns rounded to values that occur, and points checked in exact numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ..model.matrices import Matrices
from ..solver.result import FloatArray
from .objectives import decimal, exact_step

#: by how much a row over real-valued columns may be missed, relative to its size
_SLACK = 1e-6
#: rounding of a sum in floats, relative to the sizes that are added up
_ROUNDING = 1e-12


def tightened(m: Matrices) -> Matrices:
    """Return the model with each row over whole columns held to values that occur: ``x + y <= 2.9999995`` becomes ``x + y <= 2``.

    HiGHS keeps rows within 1e-6 alone, and would take 3 for 2.9999995.
    """
    lower, upper = m.row_lower.copy(), m.row_upper.copy()
    by_row = _entries(m)
    for i in np.flatnonzero(_of_whole(m)).tolist():
        step = exact_step([decimal(v) for v in m.value[by_row[i]].tolist()])
        if step is None:
            continue
        lo = -math.inf if not math.isfinite(lower[i]) else float(math.ceil(decimal(lower[i]) / step) * step)
        hi = math.inf if not math.isfinite(upper[i]) else float(math.floor(decimal(upper[i]) / step) * step)
        if lo <= hi:  # else no value lies between them, and the model has no point: left to the solver to say
            lower[i], upper[i] = lo, hi
    return replace(m, row_lower=lower, row_upper=upper)


def broken_row(m: Matrices, x: FloatArray) -> int | None:
    """Return the first row that a point breaks: exactly where all columns are whole, within a tolerance where some are not."""
    activity = m.activity(x)
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    size = np.maximum(1.0, np.bincount(m.index, weights=np.abs(m.value * x[column]), minlength=m.n_rows))
    missed = np.maximum(m.row_lower - activity, activity - m.row_upper)
    whole = _of_whole(m)
    broken = missed > np.where(whole, _ROUNDING, _SLACK) * size
    near = whole & ~broken & (missed > -_ROUNDING * size)
    by_row = _entries(m) if near.any() else []
    for i in np.flatnonzero(broken | near).tolist():
        if broken[i]:
            return i
        at = by_row[i]
        value = sum((decimal(v) * int(x[j]) for v, j in zip(m.value[at].tolist(), column[at].tolist(), strict=True)), Fraction(0))
        low, high = float(m.row_lower[i]), float(m.row_upper[i])
        if (math.isfinite(low) and value < decimal(low)) or (math.isfinite(high) and value > decimal(high)):
            return i
    return None


def _of_whole(m: Matrices) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which rows name whole columns alone, with a side to keep."""
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    real = np.bincount(m.index, weights=~m.integrality[column], minlength=m.n_rows)
    out: np.ndarray[tuple[int], np.dtype[np.bool_]] = (real == 0) & (np.isfinite(m.row_lower) | np.isfinite(m.row_upper))
    return out


def _entries(m: Matrices) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return the positions of each row's entries."""
    order = np.argsort(m.index, kind="stable")
    return np.split(order, np.cumsum(np.bincount(m.index, minlength=m.n_rows))[:-1])
