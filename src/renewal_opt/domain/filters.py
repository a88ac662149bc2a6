"""Reading of `where` filters: column to value, list or comparison; all columns must hold (design.md 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from .base import Scalar
from .library import Project

_COMPARISON = re.compile(r"^\s*(>=|<=|!=|>|<)\s*(.+?)\s*$")

#: columns that are derived, not entered
DERIVED = ("action", "level", "revenue", "duration")


@lru_cache(maxsize=4096)
def parse_comparison(text: str) -> tuple[str, str] | None:
    """Split ``"> 0"`` into operator and operand; None for a plain value."""
    match = _COMPARISON.match(text)
    return (match.group(1), match.group(2)) if match else None


def _as_number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def holds(value: Any, test: Scalar) -> bool:
    """Return whether one column value satisfies one test; a blank (None or empty) satisfies none.

    Money columns are compared in 元 inside; `Facts` hands them over in 万元, as the policy writes them.
    """
    if value is None or value == () or value == "":
        return False
    if isinstance(value, tuple):
        return any(holds(v, test) for v in value)
    if isinstance(test, bool):
        return value is test or value == ("yes" if test else "no")
    if isinstance(test, str):
        comparison = parse_comparison(test)
        if comparison is not None:
            operator, operand = comparison
            left, right = _as_number(value), _as_number(operand)
            if operator == "!=":
                return (left != right) if left is not None and right is not None else str(value) != operand
            if left is None or right is None:
                return False
            return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[operator]
        if test == "any":
            return True
        return str(value) == test
    number = _as_number(value)
    return number is not None and number == _as_number(test)


def matches(where: Mapping[str, tuple[Scalar, ...]], get: Callable[[str], Any]) -> bool:
    """Return whether a project satisfies a filter; `get(column)` gives its value of a column."""
    return all(any(holds(get(column), test) for test in tests) for column, tests in where.items())


def value_of(project: Project, column: str) -> Any:
    """Return a project's value of an entered column (own columns included); None for a blank."""
    if column in Project.model_fields and column != "extra":
        return getattr(project, column)
    if column.startswith("neg_"):
        return project.neg.get(column[4:])
    return project.extra.get(column)
