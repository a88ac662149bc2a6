"""Value functions, exact: what an indicator is worth in [0, 100], and what a blank is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..domain import Project
from ..domain.base import YI
from ..domain.criteria import Indicator, ValueFunction
from ..screening.facts import Facts, blank

OTHER = "other"


class Piecewise:
    """A piecewise linear function in integers, constant outside its points.

    On the segment from (x0, v0) to (x1, v1) the value at n/d is (slope n + offset d) / (whole d).

    >>> Piecewise(((Decimal(50), Decimal(0)), (Decimal(90), Decimal(100)))).at(60, 1)
    Fraction(25, 1)
    """

    def __init__(self, points: tuple[tuple[Decimal, Decimal], ...]) -> None:
        exact = [(Fraction(x), Fraction(v)) for x, v in points]
        self._first, self._last = exact[0][1], exact[-1][1]
        self._left = exact[0][0].as_integer_ratio()
        self._segments: list[tuple[int, int, int, int, int]] = []
        for (x0, v0), (x1, v1) in pairwise(exact):
            slope = (v1 - v0) / (x1 - x0)
            offset = v0 - slope * x0
            whole = slope.denominator * offset.denominator
            self._segments.append((*x1.as_integer_ratio(), int(slope * whole), int(offset * whole), whole))

    def at(self, n: int, d: int) -> Fraction:
        """Return the value at n/d, d > 0."""
        if n * self._left[1] <= self._left[0] * d:
            return self._first
        for right_n, right_d, slope, offset, whole in self._segments:
            if n * right_d < right_n * d:
                return Fraction(slope * n + offset * d, whole * d)
        return self._last


def categorical(categories: dict[str, Decimal], value: Any) -> Fraction:
    """Return the value of a category; the best of several; `other` (or 0) where a category is not named."""
    rest = categories.get(OTHER, Decimal(0))
    return Fraction(max(categories.get(str(v), rest) for v in (value if isinstance(value, tuple) else (value,))))


def value_range(function: ValueFunction) -> tuple[Fraction, Fraction]:
    """Return the least and the largest value that a function gives by its points or categories."""
    values = [v for _x, v in function.points] if function.points is not None else list((function.categories or {}).values())
    return Fraction(min(values)), Fraction(max(values))


def fill_value(indicator: Indicator) -> Fraction:
    """Return what a blank is worth: worst, best or middle of the value function, or the stated number."""
    worst, best = value_range(indicator.value)
    if isinstance(indicator.missing, Decimal):
        return Fraction(indicator.missing)
    return {"worst": worst, "best": best, "middle": (worst + best) / 2}[indicator.missing]


@dataclass(frozen=True)
class Measured:
    """One indicator ready to be read: `value(project)` is its value in [0, 100], None for a blank.

    Attributes
    ----------
    key : str
        criterion/indicator.
    share : Fraction
        Weight inside the criterion, normalised.
    fill, worst, best : Fraction
        Value of a blank by the stated rule, and the least and largest value that it might have.
    """

    key: str
    share: Fraction
    fill: Fraction
    worst: Fraction
    best: Fraction
    value: Callable[[Project], Fraction | None]


def measured(key: str, indicator: Indicator, share: Fraction, facts: Facts) -> Measured:
    """Prepare an indicator; values are kept by what the cell holds (and, for a total, by the investment)."""
    read = facts.reader(indicator.column)
    function, total = indicator.value, indicator.scale == "total"
    line = Piecewise(function.points) if function.points is not None else None
    kept: dict[Any, Fraction] = {}

    def of(value: Any, investment: int) -> Fraction:
        if line is None:
            return categorical(function.categories or {}, value)
        n, d = value.as_integer_ratio()
        return line.at(n * YI, d * investment) if total else line.at(n, d)

    def look(project: Project) -> Fraction | None:
        value = read(project)
        if blank(value) or (total and not project.total_investment):
            return None
        memory = (value, project.total_investment) if total else value
        found = kept.get(memory)
        if found is None:
            found = kept[memory] = of(value, project.total_investment)
        return found

    worst, best = value_range(function)
    return Measured(key, share, fill_value(indicator), worst, best, look)
