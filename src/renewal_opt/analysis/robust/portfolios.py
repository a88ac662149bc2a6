"""Nondominated portfolios of a question, the projects' core index, the choices over the whole set, and what to refine."""

from __future__ import annotations

import time
from collections.abc import Callable
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
    picks: list[Chosen] = field(default_factory=list)


def robust_portfolios(
    problem: Problem, weights: Weights, question: RobustQuestion, options: SolveOptions, tell: Callable[[str], None] = lambda _words: None
) -> Portfolios:
    """Answer the part of a question that asks for nondominated portfolios.

    Parameters
    ----------
    problem, weights, question, options
        What is asked.
    tell : callable, optional
        Told what is being worked on.

    Raises
    ------
    InputError
        For statements that do not fit the policy and the library.
    InfeasibleError
        When no portfolio satisfies the rules.
    """
    began = time.monotonic()
    tell(_("nondominated portfolios: the model is being built"))
    stated = Fraction(question.resolution) if "resolution" in question.model_fields_set else None
    table = table_of(problem, weights, question.scores, question.costs, stated)
    skip = frozenset({"budget"}) if question.costs is not None and question.costs.budget == "variable" else frozenset[str]()
    space = Space(problem, items_of(problem), options, skip)
    for row in (table.middle, *table.high[:6]):
        space.warm(row)
    seconds = float(question.seconds)
    search = Search(space, table, began + seconds * _LIST_SHARE, tell=tell)
    tell(_("nondominated portfolios: the search begins"))
    complete = (sweep if may_sweep(table) else Search.complete)(search, question.most_portfolios)
    why = search.why
    if complete and not search.known:
        raise InfeasibleError(_("no portfolio satisfies the rules"))
    n = len(table.items.projects)
    if complete:
        states, choices = _of_set(search, n)
    else:
        tell(_("maximin and minimax regret"))
        search.until = began + seconds * 0.75
        choices = by_programme(search)
        search.until = began + seconds
        states = _one_by_one(search, n)
        if why not in ("many", "stopped") and not search.space.aside and not search.over:  # what the proofs left over goes back to the list
            complete = search.complete(question.most_portfolios)
            why = search.why
            states, choices = _of_set(search, n) if complete else (_one_by_one(search, n, states), choices)
        if not all(c.proven for c in choices) and not search.over:
            tell(_("maximin and minimax regret"))
            choices = _better(choices, by_programme(search))
    if not complete and why == "time" and space.stopped:  # the time of the list alone had ended: what the stop left undone is more
        why = "stopped"
    search.known.sort(key=lambda p: tuple(-v for v in (table.low @ p.bits.astype(np.int64)).tolist()))
    return _told(problem, search, complete, why, states, choices)


def _order(search: Search, n: int) -> list[int]:
    """Projects that are in some but not all known portfolios are settled at once; then those in all, then those in none."""
    known = search.known
    held = [sum(bool(p.bits[k]) for p in known) for k in range(n)]
    return sorted(range(n), key=lambda k: (0 if 0 < held[k] < len(known) else 1 if held[k] else 2, k))


def _of_set(search: Search, n: int) -> tuple[dict[int, Decided], list[Chosen]]:
    """Return states and choices of a complete list."""
    return {k: _from_list(search.known, k) for k in range(n)}, from_set(search)


def _one_by_one(search: Search, n: int, before: dict[int, Decided] | None = None) -> dict[int, Decided]:
    """Return what is proven of each project; what was proven before stays."""
    out: dict[int, Decided] = {}
    for number, k in enumerate(_order(search, n), 1):
        search.tell(_("projects one by one: {number} of {all}").format(number=number, all=n))
        if search.space.problem.forced[search.table.items.projects[k]]:
            out[k] = Decided("core", "single")  # in every portfolio, by the scenario
            continue
        out[k] = before[k] if before is not None and before[k].state != "undecided" else decide(search, k)
    return out


def _better(before: list[Chosen], after: list[Chosen]) -> list[Chosen]:
    """Return of each rule what is proven, else the better one."""
    out: dict[str, Chosen] = {}
    for c in (*before, *after):
        known = out.get(c.rule)
        if known is None or (c.proven, _worth(c)) > (known.proven, _worth(known)):
            out[c.rule] = c
    return list(out.values())


def _worth(c: Chosen) -> int:
    return c.steps if c.rule == "maximin" else -c.steps


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
        single = {"core": "1", "exterior": "0"}.get(states[k].state)  # proven without the set
        index = str(Fraction(held, len(known))) if complete and known else single
        if problem.forced[table.items.projects[k]]:
            projects.append(RobustProject(id=ids[k], name=names[ids[k]], state="core", held=held, index="1", why="scenario"))
            continue
        projects.append(RobustProject(id=ids[k], name=names[ids[k]], state=states[k].state, held=held, index=index, why="set" if complete else states[k].why))
    border = [k for k in range(n) if states[k].state == "borderline"]
    refine = tuple(
        Refine(id=ids[w.item], left=w.left, spread=str(table.amount(int(table.values[0]), w.spread) if len(table.values) else w.spread))
        for w in worth_refining(table, known, border, complete=complete)
    )  # fmt: skip
    return Portfolios(
        tuple(_measure(m, problem) for m in table.measures), complete, why, listed, tuple(projects),
        tuple(_choice(table, c, known, ids) for c in choices), refine, search.space.runs, choices,
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

