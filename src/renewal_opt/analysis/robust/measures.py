"""What portfolios are compared by: each item's part of every measure, at both ends of its interval, in whole steps.

An item is a candidate (whatever its start year: scores do not depend on it) or a coordinated area that earns a bonus.
A measure is the overall value at one extreme point of the weights, or the cost, counted negative. Weights are at least 0, so
the ends of a project's value at given weights are the weighted ends of its scores.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np
import numpy.typing as npt

from ...domain.robust import CostSet, ScoreSet
from ...errors import Finding, InputError
from ...i18n import _
from ...pareto.objectives import exact_step, round_resolution
from ...problem import Problem
from ...problem.areas import areas_of, bonus_of
from ...problem.tables import Ints
from ...scoring.values import fill_value, value_range
from .weights import Weights

#: finest share of the largest total that is kept where the question states none; finer numbers are rounded to it first, and the
#: answer says so. Without intervals more is kept: an exact step of at most 1e8 steps
RESOLUTION = Fraction(1, 10**6)
FIXED = Fraction(1, 10**8)
Bits = npt.NDArray[np.bool_]
Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True, eq=False)
class Items:
    """What a portfolio is made of.

    Attributes
    ----------
    projects : Ints
        Positions of the candidates in the problem.
    areas : tuple of str
        Areas with a bonus, behind the candidates.
    """

    projects: Ints
    areas: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.projects) + len(self.areas)

    def bits(self, problem: Problem, chosen: Sequence[bool], opened: Sequence[str]) -> Bits:
        """Return which items a portfolio holds, shape (items,)."""
        held = np.zeros(len(problem.projects), dtype=bool)
        held[problem.starts.project[np.asarray(chosen, dtype=bool)]] = True
        return np.concatenate([held[self.projects], np.array([a in opened for a in self.areas], dtype=bool)])


@dataclass(frozen=True)
class MeasureInfo:
    """Kind, weights (value) and step of one measure."""

    kind: str
    weights: tuple[Fraction, ...]
    step: Fraction
    exact: bool


@dataclass(frozen=True, eq=False)
class Table:
    """Parts of the measures by item, in steps; more is better in every measure.

    Attributes
    ----------
    items : Items
    measures : tuple of MeasureInfo, length m
        Measures that are equal in every item stand once.
    low, high : Ints, shape (m, items)
    """

    items: Items
    measures: tuple[MeasureInfo, ...]
    low: Ints
    high: Ints

    @property
    def fixed(self) -> bool:
        """Whether no interval is left."""
        return bool((self.low == self.high).all())

    @property
    def middle(self) -> Ints:
        """Sum over measures of both ends, shape (items,): a portfolio that dominates another has more of it."""
        out: Ints = (self.low + self.high).sum(axis=0)
        return out

    @property
    def values(self) -> Ints:
        """Rows of the measures that are values."""
        return np.array([k for k, m in enumerate(self.measures) if m.kind == "value"], dtype=np.int64)

    def amount(self, measure: int, steps: int) -> Fraction:
        """Return steps in the measure's unit (cost: 元, positive)."""
        info = self.measures[measure]
        return (steps if info.kind == "value" else -steps) * info.step


def items_of(problem: Problem) -> Items:
    """Return the items of a problem."""
    areas = tuple(a.id for a in areas_of(problem) if not a.running and bonus_of(problem, a))
    return Items(np.flatnonzero(~problem.carry).astype(np.int64), areas)


def table_of(problem: Problem, weights: Weights, scores: ScoreSet | None, costs: CostSet | None, resolution: Fraction | None = None) -> Table:
    """Return the parts of all measures.

    Parameters
    ----------
    problem, weights, scores, costs
        What is asked.
    resolution : Fraction, optional
        Share of the largest total that the question states; parts finer than that are rounded to it. Default: `RESOLUTION`, but the
        exact step where it is at least `FIXED` and no measure has an interval.

    Raises
    ------
    InputError
        For projects, criteria and intervals that do not fit the library.
    """
    wrong = unknown_names(problem, weights.criteria, scores, costs)
    if wrong:
        raise InputError(wrong)
    items = items_of(problem)
    ends = [score_ends(problem, int(p), weights.criteria, scores) for p in items.projects]
    bonus = {a.id: bonus_of(problem, a) for a in areas_of(problem)}
    rows: list[list[Ends]] = []
    for point in weights.points:
        row: list[Ends] = []
        for p, own in zip(items.projects.tolist(), ends, strict=True):
            low = sum((w * e[0] for w, e in zip(point, own, strict=True)), Fraction(0))
            high = sum((w * e[1] for w, e in zip(point, own, strict=True)), Fraction(0))
            row.append((problem.basis[p] * low, problem.basis[p] * high))
        rows.append(row + [(bonus[a], bonus[a]) for a in items.areas])
    cost = [] if costs is None else [(-high, -low) for low, high in (_cost_ends(problem, int(p), costs) for p in items.projects)]
    fixed = all(a == b for row in (*rows, cost) for a, b in row)
    finest = (resolution or FIXED) if fixed else (resolution or RESOLUTION)
    resolution = resolution or RESOLUTION
    step, exact = _step(rows, finest, resolution)
    infos = [MeasureInfo("value", point, step, exact) for point in weights.points]
    whole = [_in_steps(row, step) for row in rows]
    if costs is not None:
        row = cost + [(Fraction(0), Fraction(0))] * len(items.areas)
        step, exact = _step([row], finest, resolution)
        infos.append(MeasureInfo("cost", (), step, exact))
        whole.append(_in_steps(row, step))
    return _unique(items, infos, whole)


def _unique(items: Items, infos: list[MeasureInfo], whole: list[list[tuple[int, int]]]) -> Table:
    seen: dict[tuple[str, tuple[tuple[int, int], ...]], int] = {}
    for k, row in enumerate(whole):
        seen.setdefault((infos[k].kind, tuple(row)), k)
    kept = sorted(seen.values())
    shape = (len(kept), len(items))
    low = np.array([[a for a, _b in whole[k]] for k in kept], dtype=np.int64).reshape(shape)
    high = np.array([[b for _a, b in whole[k]] for k in kept], dtype=np.int64).reshape(shape)
    return Table(items, tuple(infos[k] for k in kept), low, high)


def _step(rows: Sequence[Sequence[Ends]], finest: Fraction, resolution: Fraction) -> tuple[Fraction, bool]:
    """Return the exact step where it is no finer than the share `finest` of the largest total, else a rounded `resolution` of that."""
    most = max((sum((max(abs(a), abs(b)) for a, b in row), Fraction(0)) for row in rows), default=Fraction(0))
    step = exact_step([v for row in rows for v in chain.from_iterable(row)])
    if step is None:
        return Fraction(1), True
    if step >= most * finest:
        return step, True
    return round_resolution(most * resolution), False


def _in_steps(row: Sequence[Ends], step: Fraction) -> list[tuple[int, int]]:
    half = Fraction(1, 2)
    return [(math.floor(a / step + half), math.floor(b / step + half)) for a, b in row]


def score_ends(problem: Problem, p: int, criteria: Sequence[str], scores: ScoreSet | None) -> list[Ends]:
    """Return the interval of each criterion's value of a project."""
    project = problem.projects[p]
    row = problem.scoring.rows[project.id]
    out: list[Ends] = []
    for key in criteria:
        value = row.criteria[key]
        if scores is None:
            out.append((value, value))
            continue
        own = scores.projects.get(project.id, {}).get(key)
        if own is not None:
            out.append((Fraction(own[0]), Fraction(own[1])))
            continue
        below, above = scores.criteria.get(key, scores.default)
        less, more = _blank_reach(problem, key, row.missing) if scores.blanks else (Fraction(0), Fraction(0))
        low, high = value - max(Fraction(below), less), value + max(Fraction(above), more)
        out.append((max(Fraction(0), low), min(Fraction(100), high)))
    return out


def _blank_reach(problem: Problem, key: str, missing: Sequence[str]) -> Ends:
    """Return by how much a criterion's value may fall and rise when its blanks are filled."""
    criterion = problem.policy.criteria[key]
    whole = sum((Fraction(i.weight) for i in criterion.indicators.values()), Fraction(0))
    less = more = Fraction(0)
    for name in missing:
        of, indicator = name.split("/", 1)
        if of == key:
            found = criterion.indicators[indicator]
            worst, best = value_range(found.value)
            share, fill = Fraction(found.weight) / whole, fill_value(found)
            less, more = less + share * (fill - worst), more + share * (best - fill)
    return less, more


def _cost_ends(problem: Problem, p: int, costs: CostSet) -> Ends:
    below, above = costs.projects.get(problem.projects[p].id, costs.default)
    stated = Fraction(int(problem.investment[p]))
    return stated * (1 - Fraction(below) / 100), stated * (1 + Fraction(above) / 100)


def unknown_names(problem: Problem, criteria: Sequence[str], scores: ScoreSet | None, costs: CostSet | None) -> list[Finding]:
    """Return a finding for each project and criterion of the intervals that is not known."""
    wrong: list[Finding] = []
    known = ", ".join(criteria)
    if scores is not None:
        named = [("scores.criteria", k) for k in scores.criteria] + [(f"scores.projects.{p}", k) for p, own in scores.projects.items() for k in own]
        wrong += [Finding("unknown_id", path=path, value=k, expected=_("a criterion of the policy: {names}").format(names=known)) for path, k in named if k not in criteria]
        wrong += unknown_projects(problem, "scores.projects", scores.projects)
    if costs is not None:
        wrong += unknown_projects(problem, "costs.projects", costs.projects)
    return wrong


def unknown_projects(problem: Problem, path: str, ids: Iterable[str]) -> list[Finding]:
    """Return a finding for each id that the library does not have."""
    there = {p.id for p in problem.library.projects}
    return [
        Finding("unknown_id", path=f"{path}.{key}", value=str(key), expected=_("a project of the library"))
        for key in ids
        if key not in there
    ]

