"""Multipliers of a linear programme as short decimals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor, log10

import numpy as np

from .bound import Multipliers
from .relax import Floats
from .system import Bools, System

#: no decimal has more places than this
MOST_PLACES = 30
#: rows of single projects share what rounding may cost with so many plan-wide ones
_SHARE = 2.0


def reach(system: System) -> Floats:
    """Return about how large the left side of each whole row becomes: its sides, or its largest part."""
    size = np.array([max(abs(lo or 0), abs(hi or 0)) for lo, hi in zip(system.lo, system.hi, strict=True)], dtype=np.float64)
    if len(system.plain.index):
        np.maximum.at(size, system.plain.row, np.abs(system.plain.value.astype(np.float64)))
    if len(system.money.index):
        amount = np.abs(system.money.value.astype(np.float64)) * system.entry_upper[system.money.index]
        np.maximum.at(size, system.money.row, amount)
    return np.maximum(size, 1.0)


def short(y: Floats, kept: Bools, reach_of: Floats, error: float) -> Multipliers:
    """Return the multipliers of some rows, rounded so that all of it costs about `error` of the bound at most.

    Parameters
    ----------
    y : Floats
        Multipliers.
    kept : Bools
        Rows to take; the others are left out.
    reach_of : Floats
        Size of each row's left side.
    error : float
        In the unit of the objective.
    """
    rows = np.flatnonzero(kept & (y != 0.0))
    if not len(rows):
        return Multipliers()
    finest = error / (_SHARE * len(rows)) / reach_of[rows]
    places = [_places(step) for step in finest.tolist()]
    kept_rows: list[int] = []
    numbers: list[tuple[int, int]] = []
    for r, value, place in zip(rows.tolist(), y[rows].tolist(), places, strict=True):
        number = _rounded(value, place)
        if number:
            kept_rows.append(r)
            numbers.append((number, place))
    return decimals(kept_rows, numbers)


def _places(step: float) -> int:
    """Return the number of decimal places with which one unit is at most `step`; below 0: tens."""
    if not step > 0.0:
        return MOST_PLACES
    return max(-MOST_PLACES, min(MOST_PLACES, -floor(log10(step))))


def _rounded(value: float, places: int) -> int:
    scaled = value * 10.0**places
    return round(scaled) if abs(scaled) < 2**50 else round(Fraction(value) * Fraction(10) ** places)


def decimals(rows: Sequence[int], numbers: Sequence[tuple[int, int]]) -> Multipliers:
    """Return multipliers ``number * 10 ** -places`` over one denominator."""
    most = max((p for _n, p in numbers), default=0)
    most = max(most, 0)
    return Multipliers(tuple(rows), tuple(n * 10 ** (most - p) for n, p in numbers), 10**most)
