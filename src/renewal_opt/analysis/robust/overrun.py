r"""A problem whose projects may cost more: its rows as functions of how far each project overruns.

Project p overruns by the share `theta_p` in [0, 1] of its largest overrun: every year's spending is
``c0 + theta_p (c1 - c0)``, `c1` being the stated spending raised by the percentage and rounded up to whole 元. At most gamma
projects do so (Bertsimas and Sim 2004: sum theta <= gamma); the set's extreme points have floor(gamma) or fewer projects at 1 and,
where gamma is fractional, at most one more at the rest. Rules of single projects that are shares of spending (capital, shares) grow
with it; what is an amount (cover, tickets, money asked for or secured, caps) does not. Both ends are built as problems by the same
code, so the rows of one are the rows of the other with other numbers, and everything between is linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from ...domain import Project
from ...domain.robust import Protection
from ...errors import InputError, SolverError
from ...i18n import _
from ...io.load import Inputs
from ...model.build import plan_rows
from ...model.rows import Coefs, Row, Terms
from ...problem import Problem, build_problem
from ...problem.areas import areas_of
from ...screening import Facts
from ..fund.stress.shocks import dearer
from .measures import unknown_projects

#: rules whose use of money is told as `limits` in the trial; `budget` stands alone
LIMITS = "limits"


@dataclass(frozen=True, eq=False)
class LinearRow:
    """``sum (base_k + theta_p(k) grow_k) x_k <= bound`` over starts k, for opened `area` alone where one is given.

    Attributes
    ----------
    name, kind : str
        Row name; ``budget`` or ``limits``.
    base, grow : dict of start to Fraction
    bound : Fraction
    area : str
    """

    name: str
    kind: str
    base: dict[int, Fraction]
    grow: dict[int, Fraction]
    bound: Fraction
    area: str = ""


@dataclass(frozen=True, eq=False)
class Overrun:
    """Both ends of a problem with overruns.

    Attributes
    ----------
    stated, raised : Problem
        At the stated cost, and with every project at its largest overrun.
    stated_rows, raised_rows : list of Row
        Exact plan-wide rows, in the same order.
    linear : tuple of LinearRow
        Rows without money in which an overrun changes something.
    may : array of bool, shape (projects,)
        Projects that may overrun.
    """

    stated: Problem
    raised: Problem
    stated_rows: list[Row]
    raised_rows: list[Row]
    linear: tuple[LinearRow, ...]
    may: np.ndarray[tuple[int], np.dtype[np.bool_]]


def overrun_of(inputs: Inputs, problem: Problem, protection: Protection) -> Overrun:
    """Return a problem with its overruns.

    Raises
    ------
    InputError
        For projects that the library does not have.
    SolverError
        When rules change with the cost itself (a filter on it), so that rows of both ends do not correspond.
    """
    wrong = unknown_projects(problem, "protection.projects", protection.projects)
    if wrong:
        raise InputError(wrong)
    percent = {p.id: _percent(p, protection) for p in problem.projects}
    projects = tuple(dearer(p, percent.get(p.id, Fraction(0))) for p in inputs.library.projects)
    library = inputs.library.model_copy(update={"projects": projects})
    facts = Facts(inputs.policy, library)
    raised = build_problem(inputs.policy, library, inputs.scenario, problem.screened, problem.scoring, facts)
    stated_rows, raised_rows = plan_rows(problem), plan_rows(raised)
    same = len(stated_rows) == len(raised_rows) and all(_alike(a, b) for a, b in zip(stated_rows, raised_rows, strict=True))
    same = same and np.array_equal(problem.entries.pair, raised.entries.pair) and np.array_equal(problem.entries.leaf, raised.entries.leaf)
    same = same and all(problem.rows[f].rule == raised.rows[f].rule and problem.rows[f].entry == raised.rows[f].entry for f in problem.rows)
    if not same:
        raise SolverError(_("rules change with a project's cost (a filter on it), so overruns cannot be compared"))
    linear = [r for a, b in zip(stated_rows, raised_rows, strict=True) if a.left.entries is None for r in _sides(problem, a, b)]
    linear += _area_rows(problem, raised)
    may = np.array([percent[p.id] > 0 for p in problem.projects], dtype=bool)
    return Overrun(problem, raised, stated_rows, raised_rows, tuple(linear), may)


def _alike(a: Row, b: Row) -> bool:
    """Return whether two rows differ in coefficients alone: what counts in them, and their bounds, do not hang on the cost."""
    pairs = [(a.left, b.left), *([(a.base, b.base)] if a.base is not None and b.base is not None else [])]
    return (a.name, a.lo, a.hi, a.base is None) == (b.name, b.lo, b.hi, b.base is None) and all(np.array_equal(t.starts, u.starts) for t, u in pairs)


def _percent(project: Project, protection: Protection) -> Fraction:
    usual = protection.carry_overs if project.part == "carry_over" else protection.overrun
    return Fraction(protection.projects.get(project.id, usual)) / 100


def by_start(terms: Terms | None, factor: Fraction, into: dict[int, Fraction]) -> None:
    """Add a sum over starts, times a factor, to coefficients by start."""
    if terms is None or not factor:
        return
    coefs: Coefs = [1] * len(terms.starts) if terms.start_coefs is None else terms.start_coefs
    for k, c in zip(terms.starts.tolist(), coefs, strict=True):
        value = factor * Fraction(c if isinstance(c, Fraction) else int(c))
        into[k] = into.get(k, Fraction(0)) + value


def _sides(problem: Problem, a: Row, b: Row) -> list[LinearRow]:
    """Return the sides of a row as ``<=`` in which an overrun changes something."""
    out: list[LinearRow] = []
    for bound, sign in ((a.hi, 1), (a.lo, -1)):
        if bound is None:
            continue
        ends: list[dict[int, Fraction]] = []
        for row in (a, b):
            sums: dict[int, Fraction] = {}
            by_start(row.left, Fraction(sign), sums)
            by_start(row.base, -sign * Fraction(bound), sums)
            ends.append(sums)
        grow = {k: ends[1].get(k, Fraction(0)) - ends[0].get(k, Fraction(0)) for k in ends[0] | ends[1]}
        grow = {k: v for k, v in grow.items() if v}
        right = Fraction(0) if a.base is not None else sign * Fraction(bound)
        if grow:
            out.append(LinearRow(a.name, "budget" if a.family == "budget" else LIMITS, {k: v for k, v in ends[0].items() if v}, grow, right))
    return out


def _area_rows(problem: Problem, raised: Problem) -> list[LinearRow]:
    """Return the revenue condition of each area that may open: the share of the cost less the revenue is at most 0."""
    rule = problem.policy.coordination
    if rule is None or not rule.active or rule.conditions.revenue_share is None:
        return []
    share = rule.conditions.revenue_share.fraction(problem.year)
    out: list[LinearRow] = []
    for area in areas_of(problem) if share else []:
        assert share is not None
        who = {k: int(problem.starts.project[k]) for k in area.starts}
        base = {k: share * int(problem.investment[p]) - area.revenue[p] for k, p in who.items()}
        grow = {k: share * int(raised.investment[p] - problem.investment[p]) for k, p in who.items()}
        if not area.running and any(grow.values()):
            out.append(LinearRow(f"areas:{area.id}", LIMITS, base, grow, Fraction(0), area.id))
    return out


@dataclass(frozen=True)
class Level:
    """Gamma taken apart: how many projects at their largest overrun, and the rest of one more."""

    gamma: Fraction

    @property
    def whole(self) -> int:
        """Projects at their largest overrun."""
        return floor(self.gamma)

    @property
    def rest(self) -> Fraction:
        """Share of the largest overrun of one more project."""
        return self.gamma - floor(self.gamma)


def worst_set(grow: Sequence[tuple[int, Fraction]] | Sequence[tuple[int, float]], whole: int, rest: Fraction | float) -> tuple[dict[int, Fraction | float], Fraction | float]:
    """Return the worst overruns for a linear row: the largest `whole` of what grows, and `rest` of the next, with their sum.

    Exact: the largest of ``sum theta grow`` over 0 <= theta <= 1, sum theta <= gamma is reached there.
    """
    order = sorted((g for g in grow if g[1] > 0), key=lambda g: (-g[1], g[0]))
    theta: dict[int, Fraction | float] = {p: Fraction(1) for p, _g in order[:whole]}
    total: Fraction | float = sum((g for _p, g in order[:whole]), Fraction(0))
    if rest and len(order) > whole:
        theta[order[whole][0]] = rest
        total += rest * order[whole][1]
    return theta, total


def broken_linear(o: Overrun, chosen: Sequence[bool], opened: Sequence[str], level: Level) -> list[tuple[LinearRow, dict[int, Fraction | float]]]:
    """Return the linear rows that a plan breaks after the worst overruns, with these (by project), exact."""
    owner = o.stated.starts.project
    out: list[tuple[LinearRow, dict[int, Fraction | float]]] = []
    for row in o.linear:
        if row.area and row.area not in opened:
            continue
        base = sum((v for k, v in row.base.items() if chosen[k]), Fraction(0))
        theta, more = worst_set([(int(owner[k]), v) for k, v in row.grow.items() if chosen[k]], level.whole, level.rest)
        if base + Fraction(more) > row.bound:
            out.append((row, theta))
    return out
