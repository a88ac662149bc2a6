"""Value functions, exact: what an indicator is worth in [0, 100], and what a blank is worth."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..domain import Project
from ..domain.base import YI
from ..domain.criteria import Indicator, ValueFunction
from ..screening.facts import Facts, blank

OTHER = "other"


def piecewise(points: tuple[tuple[Decimal, Decimal], ...], x: Fraction) -> Fraction:
    """Return the value of a piecewise linear function, constant outside its points.

    >>> piecewise(((Decimal(50), Decimal(0)), (Decimal(90), Decimal(100))), Fraction(60))
    Fraction(25, 1)
    """
    k = bisect_right(points, x, key=lambda point: point[0])
    if k == 0:
        return Fraction(points[0][1])
    if k == len(points):
        return Fraction(points[-1][1])
    (x0, v0), (x1, v1) = ((Fraction(a), Fraction(b)) for a, b in points[k - 1 : k + 1])
    return v0 + (v1 - v0) * (x - x0) / (x1 - x0)


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
    kept: dict[Any, Fraction] = {}

    def of(value: Any, investment: int) -> Fraction:
        if function.points is None:
            return categorical(function.categories or {}, value)
        x = Fraction(value)
        return piecewise(function.points, x * YI / investment if total else x)

    def look(project: Project) -> Fraction | None:
        value = read(project)
        if blank(value) or (total and not project.total_investment):
            return None
        memory = (value, project.total_investment) if total else value
        if memory not in kept:
            kept[memory] = of(value, project.total_investment)
        return kept[memory]

    worst, best = value_range(function)
    return Measured(key, share, fill_value(indicator), worst, best, look)
