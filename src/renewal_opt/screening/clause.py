"""What every clause of screening shares: the context of one run, and the making of results and evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from ..domain import Library, Policy, Project
from ..domain.base import Label
from ..domain.plan import ClauseResult
from .facts import Facts

Status = Literal["passed", "failed", "unclear", "waived"]

#: a clause: None where it does not concern the project
Clause = Callable[[Project], ClauseResult | None]


@dataclass(frozen=True)
class Context:
    """One screening run: the inputs, the plan year, and the projects by renewal unit."""

    policy: Policy
    library: Library
    plan_year: int
    facts: Facts = field(repr=False)

    @cached_property
    def units(self) -> dict[str, tuple[Project, ...]]:
        """Renewal unit to all its projects in the library, whatever their part."""
        out: dict[str, list[Project]] = {}
        for p in self.library.projects:
            if p.unit:
                out.setdefault(p.unit, []).append(p)
        return {u: tuple(ps) for u, ps in out.items()}


def result(clause: str, status: Status, zh: str, en: str, *, papers: bool = False) -> ClauseResult:
    """Return one clause's result with its evidence in both languages."""
    return ClauseResult(clause=clause, status=status, papers=papers, evidence=Label(zh=zh, en=en))


def number_text(value: Fraction | Decimal | int) -> str:
    """Return a number in plain digits: exact where it ends within 6 decimals, else as a fraction beside 4 decimals.

    >>> number_text(Fraction(1, 3)), number_text(Fraction(7, 20))
    ('0.3333 (1/3)', '0.35')
    """
    value = Fraction(value)
    if (value * 10**6).denominator == 1:
        digits = format(Decimal(value.numerator) / value.denominator, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    near = format(Decimal(round(value * 10**4)) / 10**4, "f")
    return f"{near} ({value.numerator}/{value.denominator})"
