"""Nondominated portfolios of a question, the projects' core index, the choices over the whole set, and what to refine."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from ...domain.robust import Choice, Measure, Refine, RobustPortfolio, RobustProject, RobustQuestion
from ...errors import InfeasibleError
from ...i18n import _
from ...problem import Problem
from ...solver import SolveOptions
from .choice import Chosen, by_programme, from_set
from .dominance import Search
from .fixed import may_sweep, sweep
from .measures import Table, items_of, table_of
from .refine import worth_refining
from .single import Decided, decide
from .space import Pick, Space
from .weights import Weights

#: share of the time for the list; the rest is for single projects and the choices
_LIST_SHARE = 0.6


@dataclass
class Portfolios:
    """What was found; see `domain.robust`."""

    measures: tuple[Measure, ...]
    complete: bool
    why: str
    listed: tuple[RobustPortfolio, ...]
    projects: tuple[RobustProject, ...]
    choices: tuple[Choice, ...]
    refine: tuple[Refine, ...]
    runs: int
    picks: list[Pick] = field(default_factory=list)


def robust_portfolios(problem: Problem, weights: Weights, question: RobustQuestion, options: SolveOptions) -> Portfolios:
    """Answer the part of a question that asks for nondominated portfolios.

    Raises
    ------
    InputError
        For statements that do not fit the policy and the library.
    InfeasibleError
        When no portfolio satisfies the rules.
    """
    began = time.monotonic()
    table = table_of(problem, weights, question.scores, question.costs, Fraction(question.resolution))
    skip = frozenset({"budget"}) if question.costs is not None and question.costs.budget == "variable" else frozenset[str]()
    space = Space(problem, items_of(problem), options, skip)
    for row in (table.middle, *table.high[:6]):
        space.warm(row)
    seconds = float(question.seconds)
    search = Search(space, table, began + seconds * _LIST_SHARE)
    complete = (sweep if may_sweep(table) else Search.complete)(search, question.most_portfolios)
    why = search.why
    if complete and not search.known:
        raise InfeasibleError(_("no portfolio satisfies the rules"))
    n = len(table.items.projects)
    if complete:
        states = {k: _from_list(search.known, k) for k in range(n)}
        choices = from_set(search)
    else:
        search.until = began + seconds * 0.75
        choices = by_programme(search)
        search.until = began + seconds
        states = {k: decide(search, k) for k in _order(search, n)}
    search.known.sort(key=lambda p: tuple(-v for v in (table.low @ p.bits.astype(np.int64)).tolist()))
    return _told(problem, search, complete, why, states, choices)


def _order(search: Search, n: int) -> list[int]:
    """Projects that are in some but not all known portfolios are settled at once; then those in all, then those in none."""
    known = search.known
    held = [sum(bool(p.bits[k]) for p in known) for k in range(n)]
    return sorted(range(n), key=lambda k: (0 if 0 < held[k] < len(known) else 1 if held[k] else 2, k))


def _from_list(known: list[Pick], item: int) -> Decided:
    held = sum(bool(p.bits[item]) for p in known)
    return Decided("exterior" if not held else "core" if held == len(known) else "borderline", "witness")


def _told(problem: Problem, search: Search, complete: bool, why: str, states: dict[int, Decided], choices: list[Chosen]) -> Portfolios:
    table, known = search.table, search.known
    ids = [problem.projects[p].id for p in table.items.projects.tolist()]
    n = len(ids)
    names = {problem.projects[p].id: problem.projects[p].name for p in table.items.projects.tolist()}
    listed = tuple(_portfolio(problem, table, number, pick, ids) for number, pick in enumerate(known, 1))
    projects = []
    for k in range(n):
        held = sum(bool(p.bits[k]) for p in known)
        index = str(Fraction(held, len(known))) if complete and known else None
        projects.append(RobustProject(id=ids[k], name=names[ids[k]], state=states[k].state, held=held, index=index, why="set" if complete else states[k].why))
    border = [k for k in range(n) if states[k].state == "borderline"]
    refine = tuple(
        Refine(id=ids[w.item], left=w.left, spread=str(table.amount(int(table.values[0]), w.spread) if len(table.values) else w.spread))
        for w in worth_refining(table, known, border, complete=complete)
    )  # fmt: skip
    return Portfolios(
        tuple(_measure(m, problem) for m in table.measures), complete, why, listed, tuple(projects),
        tuple(_choice(table, c, known, ids) for c in choices), refine, search.space.runs, known,
    )  # fmt: skip


def _measure(info: object, problem: Problem) -> Measure:
    from .measures import MeasureInfo

    assert isinstance(info, MeasureInfo)
    weights = dict(zip(problem.policy.criteria, map(str, info.weights), strict=False)) if info.weights else {}
    return Measure(kind="value" if info.kind == "value" else "cost", weights=weights, step=str(info.step), exact=info.exact)


def _portfolio(problem: Problem, table: Table, number: int, pick: Pick, ids: list[str]) -> RobustPortfolio:
    bits = pick.bits.astype(np.int64)
    ends = [(table.low @ bits).tolist(), (table.high @ bits).tolist()]
    low, high = (tuple(str(table.amount(k, v)) for k, v in enumerate(row)) for row in ends)
    inside = table.items.projects[pick.bits[: len(ids)]]
    return RobustPortfolio(
        id=number, chosen=tuple(ids[k] for k in np.flatnonzero(pick.bits[: len(ids)])), opened=tuple(sorted(pick.opened)),
        investment=int(problem.investment[inside].sum()), low=tuple(low), high=tuple(high),
    )  # fmt: skip


def _choice(table: Table, chosen: Chosen, known: list[Pick], ids: list[str]) -> Choice:
    at = next((n for n, p in enumerate(known, 1) if (p.bits == chosen.pick.bits).all()), None)
    unit = int(table.values[0])
    return Choice(
        rule=chosen.rule, chosen=tuple(ids[k] for k in np.flatnonzero(chosen.pick.bits[: len(ids)])), portfolio=at,
        value=str(table.amount(unit, chosen.steps)), proven=chosen.proven,
    )  # fmt: skip

