"""Scores, recomputed: weights, value functions, criteria, totals with blanks at worst and best; the plan's list of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from ..domain.base import YI
from ..domain.criteria import Ahp, Indicator, ValueFunction
from .case import Case, Score
from .reading import Reading, blank
from .rows import Row, Same, each, exact, listed_once, texts

_SAATY = [Fraction(x, 100) for x in (0, 0, 0, 58, 90, 112, 124, 132, 141, 145, 149)]


def check(case: Case) -> Iterator[Row | Same]:
    """The weights are those of policy and scenario; every project is listed once with its values."""
    plan, scenario = case.plan, case.scenario
    weights, ratio = case.reading.keep(weights_of)
    method = "ahp" if scenario.ahp else "policy" if scenario.weights is None else "scenario"
    yield Same("criteria", plan.weights.method, method, at="method")
    yield Same("criteria", len(plan.weights.rows), len(weights), at="number")
    yield from each("criteria", texts({w.criterion: w.weight for w in plan.weights.rows}, weights), weights)
    yield Same("criteria", plan.weights.consistency_ratio is None, ratio is None, at="consistency_ratio")
    if scenario.ahp and ratio is not None and plan.weights.consistency_ratio is not None:
        yield Row("scenario.ahp", ratio, at_most=Fraction(scenario.ahp.consistency_at_most))
        near = abs(Decimal(plan.weights.consistency_ratio) - Decimal(ratio.numerator) / ratio.denominator)
        yield Same("scenario.ahp", near < Decimal("1e-6"), True, at="consistency_ratio")
    yield from listed_once("scores", (s.id for s in plan.scores), case.projects)
    for s in plan.scores:
        if (own := case.scores.get(s.id)) is not None:
            yield from each("scores.indicators", texts(s.indicators, own.indicators), own.indicators, s.id)
            yield Same("scores.missing", sorted(s.missing), sorted(own.missing), s.id)
            yield from each("scores.criteria", texts(s.criteria, own.criteria), own.criteria, s.id)
            for key in ("total", "worst", "best"):
                yield exact(f"scores.{key}", getattr(s, key), getattr(own, key), s.id)


def weights_of(r: Reading) -> tuple[dict[str, Fraction], Fraction | None]:
    """Return the normalised weights, and the consistency ratio where they come from pairwise judgements."""
    raw, ratio = {k: Fraction(c.weight) for k, c in r.policy.criteria.items()}, None
    raw |= {k: Fraction(w) for k, w in (r.scenario.weights or {}).items()}
    if r.scenario.ahp:
        raw, ratio = _ahp(r.scenario.ahp, list(r.policy.criteria))
    return {k: w / sum(raw.values()) for k, w in raw.items()}, ratio


def _ahp(ahp: Ahp, names: list[str]) -> tuple[dict[str, Fraction], Fraction]:
    """Return the principal eigenvector, rounded to 6 decimals, and Saaty's consistency ratio."""
    n = len(names)
    with localcontext() as context:
        context.prec = 60
        matrix = {(i, i): Decimal(1) for i in names}
        for (a, b), judgement in ahp.pairs.items():
            value = Fraction(judgement.replace(" ", "") if isinstance(judgement, str) else judgement)
            matrix[a, b] = Decimal(value.numerator) / value.denominator
            matrix[b, a] = Decimal(value.denominator) / value.numerator
        vector, largest, step = dict.fromkeys(names, Decimal(1) / n), Decimal(n), Decimal(1)
        while step > Decimal("1e-45"):
            image = {i: sum((matrix[i, j] * vector[j] for j in names), Decimal(0)) for i in names}
            largest = sum(image.values(), Decimal(0))
            step = max(abs(image[i] / largest - vector[i]) for i in names)
            vector = {i: image[i] / largest for i in names}
        ratio = Fraction(0) if n <= 2 else (Fraction(largest) - n) / (n - 1) / _SAATY[n]
        return {i: Fraction(round(round(v, 30), 6)) for i, v in vector.items()}, ratio


class _Part(NamedTuple):
    """One indicator: its criterion and key, its share in the criterion, that one's weight, and the values found so far."""

    criterion: str
    key: str
    share: Fraction
    weight: Fraction
    indicator: Indicator
    memory: dict[Any, tuple[Fraction, Fraction, Fraction, Fraction]]

    def worth(self, x: Any) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """Return the value of a cell (None: blank), its part of the criterion, and what worst and best fill change in the total."""
        f, missing, nothing = self.indicator.value, self.indicator.missing, Fraction(0)
        if x is not None:
            value = _value(f, x)
            return value, self.share * value, nothing, nothing
        values = [Fraction(v) for v in (f.categories.values() if f.categories is not None else (y for _x, y in f.points or ()))]
        low, high, whole = min(values), max(values), self.weight * self.share
        fill = {"worst": low, "best": high, "middle": (low + high) / 2}
        value = fill[missing] if isinstance(missing, str) else Fraction(missing)
        return value, self.share * value, whole * (low - value), whole * (high - value)


def results(r: Reading) -> dict[str, Score]:
    """Return the scores of every project of the library."""
    weights, scores, parts = r.keep(weights_of)[0], {}, []
    for k, criterion in r.policy.criteria.items():
        whole = sum(Fraction(i.weight) for i in criterion.indicators.values())
        parts += [_Part(k, f"{k}/{i}", Fraction(x.weight) / whole, weights[k], x, {}) for i, x in criterion.indicators.items()]
    for p in r.library.projects:
        found, missing, worst, best = {}, [], Fraction(0), Fraction(0)
        criteria = dict.fromkeys(r.policy.criteria, Fraction(0))
        for part in parts:
            cell = r.fact(p, part.indicator.column)
            x = None if blank(cell) else _scaled(cell, part.indicator, p.total_investment)
            if x not in part.memory:
                part.memory[x] = part.worth(x)
            found[part.key], added, down, up = part.memory[x]
            criteria[part.criterion] += added
            if x is None:
                missing.append(part.key)
                worst, best = worst + down, best + up
        total = sum((weights[k] * v for k, v in criteria.items()), Fraction(0))
        scores[p.id] = Score(found, missing, criteria, total, total + worst, total + best)
    return scores


def _scaled(x: Any, indicator: Indicator, investment: int) -> Any:
    return Fraction(x) * YI / investment if indicator.scale == "total" else x


def _value(f: ValueFunction, x: Any) -> Fraction:
    """Return the value of what a cell holds: by category (the best of several), else on the broken line."""
    if f.categories is not None:
        table = {"other": Decimal(0)} | f.categories
        return Fraction(max(table.get(str(v), table["other"]) for v in (x if isinstance(x, tuple) else (x,))))
    points, at = [(Fraction(a), Fraction(b)) for a, b in f.points or ()], Fraction(x)
    for (a, at_a), (b, at_b) in pairwise(points):
        if a <= at <= b:
            return at_a + (at_b - at_a) * (at - a) / (b - a)
    return points[0][1] if at < points[0][0] else points[-1][1]
