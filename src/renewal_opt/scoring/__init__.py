"""Scoring: attributes to a value in [0, 100] per criterion and a weighted total, exact (Fraction)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..domain import Library, Policy, Scenario
from ..domain.plan import ScoreRow, Weights
from ..screening.facts import Facts
from .values import Measured, measured
from .weights import weights_of

__all__ = ["ProjectScore", "Scoring", "score", "to_plan_row"]


@dataclass(frozen=True)
class ProjectScore:
    """Scores of one project, exact.

    Attributes
    ----------
    total : Fraction
        Weighted score in [0, 100].
    criteria : dict of str to Fraction
        Criterion values in [0, 100].
    indicators : dict of str to Fraction
        Indicator values in [0, 100], key criterion/indicator; a blank counts by its stated rule.
    missing : tuple of str
        Indicators that were blank, key criterion/indicator.
    worst, best : Fraction
        Weighted score with every blank at its least and at its largest value.
    """

    id: str
    total: Fraction
    criteria: dict[str, Fraction]
    indicators: dict[str, Fraction]
    missing: tuple[str, ...]
    worst: Fraction
    best: Fraction

    @property
    def hangs_on_blank(self) -> bool:
        """Whether the score depends on how blanks are filled."""
        return self.worst != self.best


@dataclass(frozen=True)
class Scoring:
    """Weights and the scores of every project.

    Attributes
    ----------
    weights : Weights
        The plan's table of weights, with the consistency ratio where they come from pairwise judgements.
    rows : dict of str to ProjectScore
        By project id, in the order of the library.
    normalised : dict of str to Fraction
        Weight by criterion, adding up to 1.
    """

    weights: Weights
    rows: dict[str, ProjectScore]
    normalised: dict[str, Fraction]


def score(policy: Policy, library: Library, scenario: Scenario, facts: Facts | None = None) -> Scoring:
    """Score every project of the library.

    Parameters
    ----------
    policy, library, scenario
        The inputs, cross-checked by io.
    facts : Facts, optional
        Facts of the same inputs, to share what they keep.

    Raises
    ------
    InputError
        For weights that add up to 0 or pairwise judgements that are refused (`weights.ahp_weights`).
    """
    facts = facts or Facts(policy, library)
    exact, weights = weights_of(policy, scenario)
    criteria = {k: _Criterion(k, policy, exact[k], facts) for k in policy.criteria}
    rows: dict[str, ProjectScore] = {}
    for project in library.projects:
        indicators: dict[str, Fraction] = {}
        missing: list[str] = []
        values: dict[str, Fraction] = {}
        parts: list[Fraction] = []
        low: list[Fraction] = []
        high: list[Fraction] = []
        for k, criterion in criteria.items():
            found: list[Fraction | None] = []
            for m in criterion.indicators:
                value = m.value(project)
                found.append(value)
                if value is None:
                    missing.append(m.key)
                    indicators[m.key] = m.fill
                    low.append(criterion.weight * m.share * (m.worst - m.fill))
                    high.append(criterion.weight * m.share * (m.best - m.fill))
                else:
                    indicators[m.key] = value
            values[k], part = criterion.of(tuple(found))
            parts.append(part)
        total = exact_sum(parts)
        worst = total + exact_sum(low) if low else total
        best = total + exact_sum(high) if high else total
        rows[project.id] = ProjectScore(project.id, total, values, indicators, tuple(missing), worst, best)
    return Scoring(weights, rows, exact)


class _Criterion:
    """One criterion with its indicators; values and weighted values are kept by the values of the indicators."""

    def __init__(self, key: str, policy: Policy, weight: Fraction, facts: Facts) -> None:
        criterion = policy.criteria[key]
        whole = sum((Fraction(i.weight) for i in criterion.indicators.values()), Fraction(0))
        self.weight = weight
        self.indicators: tuple[Measured, ...] = tuple(
            measured(f"{key}/{i}", indicator, Fraction(indicator.weight) / whole, facts) for i, indicator in criterion.indicators.items()
        )
        self._kept: dict[tuple[int | None, ...], tuple[Fraction, Fraction]] = {}

    def of(self, found: tuple[Fraction | None, ...]) -> tuple[Fraction, Fraction]:
        """Return the criterion's value and its weighted part of the total."""
        key = tuple(None if v is None else id(v) for v in found)  # values are kept by `measured`, so ids stay
        if key not in self._kept:
            value = exact_sum([m.share * (m.fill if v is None else v) for m, v in zip(self.indicators, found, strict=True)])
            self._kept[key] = value, self.weight * value
        return self._kept[key]


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """Return the exact sum of fractions, reduced once at the end (faster than `sum`)."""
    n, d = 0, 1
    for v in values:
        if v.denominator == d:
            n += v.numerator
        else:
            n, d = n * v.denominator + v.numerator * d, d * v.denominator
    return Fraction(n, d)


def to_plan_row(row: ProjectScore) -> ScoreRow:
    """Return the plan's row of a project: exact numbers as text."""
    return ScoreRow(
        id=row.id,
        indicators={k: str(v) for k, v in row.indicators.items()},
        missing=row.missing,
        criteria={k: str(v) for k, v in row.criteria.items()},
        total=str(row.total),
        worst=str(row.worst),
        best=str(row.best),
    )
