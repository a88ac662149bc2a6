"""Scoring: attributes to a value in [0, 100] per criterion and a weighted total, exact (Fraction)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..domain import Library, Policy, Scenario
from ..domain.criteria import Criterion
from ..domain.plan import ScoreRow, Weights
from ..screening.facts import Facts
from .values import Measured, measured
from .weights import weights_of

__all__ = ["ProjectScore", "Scoring", "score", "to_plan_row"]

ZERO = Fraction(0)


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
    criteria = {k: _Criterion(k, c, facts) for k, c in policy.criteria.items()}
    shares = tuple(exact.values())
    spread = {m.key: (exact[k] * m.share * (m.worst - m.fill), exact[k] * m.share * (m.best - m.fill)) for k, c in criteria.items() for m in c.indicators}
    slacks: dict[tuple[str, ...], tuple[Fraction, Fraction]] = {(): (ZERO, ZERO)}
    rows: dict[str, ProjectScore] = {}
    for project in library.projects:
        indicators: dict[str, Fraction] = {}
        blanks: list[str] = []
        values: dict[str, Fraction] = {}
        for k, criterion in criteria.items():
            found: list[Fraction] = []
            for m in criterion.indicators:
                value = m.value(project)
                if value is None:
                    blanks.append(m.key)
                    value = m.fill
                found.append(value)
                indicators[m.key] = value
            values[k] = criterion.of(found)
        total, missing = weighted_sum(shares, values.values()), tuple(blanks)
        if missing not in slacks:
            slacks[missing] = sum((spread[m][0] for m in missing), ZERO), sum((spread[m][1] for m in missing), ZERO)
        low, high = slacks[missing]
        rows[project.id] = ProjectScore(project.id, total, values, indicators, missing, total + low, total + high)
    return Scoring(weights, rows, exact)


class _Criterion:
    """One criterion with its indicators; its value is kept by the values of the indicators."""

    def __init__(self, key: str, criterion: Criterion, facts: Facts) -> None:
        whole = sum((Fraction(i.weight) for i in criterion.indicators.values()), ZERO)
        self.indicators: tuple[Measured, ...] = tuple(
            measured(f"{key}/{i}", indicator, Fraction(indicator.weight) / whole, facts) for i, indicator in criterion.indicators.items()
        )
        self._shares = tuple(m.share for m in self.indicators)
        self._kept: dict[tuple[int, ...], Fraction] = {}

    def of(self, found: list[Fraction]) -> Fraction:
        """Return the criterion's value for the values of its indicators."""
        if len(found) == 1:
            return found[0]
        key = tuple(map(id, found))  # `measured` keeps every value that it hands out, so ids are not used twice
        value = self._kept.get(key)
        if value is None:
            value = self._kept[key] = weighted_sum(self._shares, found)
        return value


def weighted_sum(weights: Iterable[Fraction], values: Iterable[Fraction]) -> Fraction:
    """Return the exact sum of products, reduced once at the end (several times faster than `sum`)."""
    n, d = 0, 1
    for w, v in zip(weights, values, strict=True):
        (a, b), (x, y) = w.as_integer_ratio(), v.as_integer_ratio()
        a, b = a * x, b * y
        if b == d:
            n += a
        else:
            n, d = n * b + a * d, d * b
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
