r"""The set of possible weights: a polytope in the simplex, and its extreme points in exact numbers.

Rows ``a . w >= b`` (intervals, rank order, ratios of judgements) are made homogeneous with ``sum w = 1``, so the set is a
cone cut by the simplex, and its extreme points come by the double description method (Motzkin et al. 1953; Fukuda and Prodon
1996): start from the corners of the simplex, add one row at a time, keep the points that satisfy it, and put a new point where
an edge crosses it. Two points span an edge when no third one is tight in every row in which both are. All in Fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...domain.criteria import Ahp
from ...domain.robust import WeightSet
from ...errors import Finding, InputError
from ...i18n import _
from ...scoring.weights import ahp_weights, judgement

#: more extreme points than this are refused: each is a row, and a choice, in every question
MOST_POINTS = 200
Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class WeightRow:
    """``coefs . w >= bound``; `name` is the path of the statement in the question."""

    name: str
    coefs: Vector
    bound: Fraction = Fraction(0)


@dataclass(frozen=True)
class Weights:
    """Extreme points of the possible weights.

    Attributes
    ----------
    criteria : tuple of str
    points : tuple of tuple of Fraction
        Sorted, each adding up to 1.
    ratio : float or None
        Consistency ratio of the judgements.
    """

    criteria: tuple[str, ...]
    points: tuple[Vector, ...]
    ratio: float | None = None


def weight_rows(asked: WeightSet, criteria: Sequence[str]) -> tuple[list[WeightRow], float | None]:
    """Return the rows of a statement, and the consistency ratio of its judgements.

    Raises
    ------
    InputError
        For criteria that the policy does not have, and judgements that are refused (`scoring.weights.ahp_weights`).
    """
    unknown = unknown_criteria(asked, criteria)
    if unknown:
        raise InputError(unknown)
    n, at = len(criteria), {k: i for i, k in enumerate(criteria)}
    rows = [WeightRow("weights.least", _unit(n, {i: 1}), Fraction(asked.least)) for i in range(n) if asked.least]
    for key, (low, high) in asked.intervals.items():
        rows.append(WeightRow(f"weights.intervals.{key}", _unit(n, {at[key]: 1}), Fraction(low)))
        rows.append(WeightRow(f"weights.intervals.{key}", _unit(n, {at[key]: -1}), -Fraction(high)))
    for above, below in zip(asked.order, asked.order[1:], strict=False):
        rows += [WeightRow("weights.order", _unit(n, {at[a]: 1, at[b]: -1})) for a in above for b in below]
    ratio = None
    if asked.ahp is not None:
        _weights, ratio = ahp_weights(asked.ahp, list(criteria), file="weights")
        rows += _judged(asked.ahp, Fraction(asked.ahp_factor), at)
    return rows, ratio


def _judged(ahp: Ahp, factor: Fraction, at: dict[str, int]) -> list[WeightRow]:
    out: list[WeightRow] = []
    for (a, b), value in ahp.pairs.items():
        v, name = judgement(value), f"weights.ahp.pairs.{a}/{b}"
        out.append(WeightRow(name, _unit(len(at), {at[a]: Fraction(1), at[b]: -v / factor})))
        out.append(WeightRow(name, _unit(len(at), {at[a]: Fraction(-1), at[b]: v * factor})))
    return out


def unknown_criteria(asked: WeightSet, criteria: Sequence[str]) -> list[Finding]:
    """Return a finding for each criterion that the policy does not have."""
    named = [("weights.intervals." + k, k) for k in asked.intervals] + [("weights.order", k) for rank in asked.order for k in rank]
    if asked.ahp is not None:
        named += [("weights.ahp.pairs", k) for pair in asked.ahp.pairs for k in pair]
    known = ", ".join(criteria)
    return [
        Finding("unknown_id", path=path, value=key, expected=_("a criterion of the policy: {names}").format(names=known))
        for path, key in dict.fromkeys(named) if key not in criteria
    ]  # fmt: skip


def _unit(n: int, values: dict[int, Fraction] | dict[int, int]) -> Vector:
    return tuple(Fraction(values.get(i, 0)) for i in range(n))


def weight_set(asked: WeightSet, criteria: Sequence[str]) -> Weights:
    """Return the extreme points of the possible weights.

    Raises
    ------
    InputError
        For an empty set, naming the first statement that empties it, or more than `MOST_POINTS` extreme points.
    """
    rows, ratio = weight_rows(asked, criteria)
    points = extreme_points(rows, len(criteria))
    if not points:
        raise InputError([_emptied(rows, len(criteria))])
    if len(points) > MOST_POINTS:
        expected = _("at most {most} extreme points: narrow the intervals, or state an order").format(most=MOST_POINTS)
        raise InputError([Finding("weights_many", path="weights", value=str(len(points)), expected=expected)])
    return Weights(tuple(criteria), tuple(points), ratio)


def extreme_points(rows: Sequence[WeightRow], n: int) -> list[Vector]:
    """Return the extreme points of ``{w >= 0, sum w = 1, rows}``, sorted; empty when there is none."""
    cone = [tuple(c - row.bound for c in row.coefs) for row in rows]
    points: dict[Vector, frozenset[int]] = {}
    for i in range(n):
        points[_unit(n, {i: 1})] = frozenset(j for j in range(n) if j != i)  # rows 0 .. n-1: w_j >= 0
    for number, row in enumerate(cone, n):
        points = _cut(points, row, number)
    return sorted(points, reverse=True)


def _cut(points: dict[Vector, frozenset[int]], row: Vector, number: int) -> dict[Vector, frozenset[int]]:
    """Return the extreme points that are left, and the new ones, with the rows in which they are tight."""
    side = {p: sum((c * v for c, v in zip(row, p, strict=True)), Fraction(0)) for p in points}
    out = {p: tight | {number} if side[p] == 0 else tight for p, tight in points.items() if side[p] >= 0}
    above, below = [p for p in points if side[p] > 0], [p for p in points if side[p] < 0]
    for p in above:
        for q in below:
            both = points[p] & points[q]
            if any(both <= tight for r, tight in points.items() if r not in (p, q)):
                continue
            share = side[p] / (side[p] - side[q])
            new = tuple(a + share * (b - a) for a, b in zip(p, q, strict=True))
            out[new] = out.get(new, both) | both | {number}
    return out


def _emptied(rows: Sequence[WeightRow], n: int) -> Finding:
    """Return which statement leaves no weights after those before it."""
    for end in range(1, len(rows) + 1):
        if not extreme_points(rows[:end], n):
            last = rows[end - 1]
            hint = _("raise weights.ahp_factor") if ".ahp." in last.name else ""
            return Finding("weights_empty", path=last.name, expected=_("weights that satisfy this and what is stated before it: there are none"), hint=hint)
    raise AssertionError("the set is not empty")

