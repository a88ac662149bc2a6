"""What cannot be funded: projects that their own rules stop, smallest sets that cannot be funded together, and the rules in the way."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Literal

from ....allot import allot
from ....allot.system import MoneyRow, MoneySystem, money_system
from ....domain.base import Label
from ....domain.walk import entries
from ....model.rows import Row
from ....problem import Problem
from ....problem.tickets import ticket_bounds
from ....solver import SolveOptions
from ....text.base import RowFacts, family_text
from .needs import Need, Needs
from .parts import Parts, smallest
from .stops import Stop, stops_of

#: seconds for all sets, sets looked for, seconds for the rules that stop one
_SECONDS, _SETS, _STOPS = 10.0, 5, 5.0


@dataclass(frozen=True)
class Hit:
    """A rule in the way.

    Attributes
    ----------
    family, rule, name : str
    label : Label
    short : int
        元 by which it would have to give way at least, beside the others told with it; 0 where that is no amount.
    """

    family: str
    rule: str
    name: str
    label: Label
    short: int


@dataclass(frozen=True)
class Together:
    """Projects that cannot be funded together, each of them needed for that.

    Attributes
    ----------
    projects : tuple of int
        Positions.
    claim : {"smallest", "irreducible", "found"}
        No smaller set fails (disjoint from those told before it); none of its parts fails; or just a set.
    needs : list of Need
        Money that it needs and that is not there.
    hits : list of (Hit, Stop)
        Rules that stop it together: were any one of them away, the others would not.
    irreducible : bool
        Whether that was seen of every one of them.
    """

    projects: tuple[int, ...]
    claim: Literal["smallest", "irreducible", "found"]
    needs: list[Need]
    hits: list[tuple[Hit, Stop]] = field(default_factory=list)
    irreducible: bool = False


@dataclass(frozen=True)
class Blocked:
    """Why a portfolio cannot be funded.

    Attributes
    ----------
    alone : dict of int to list of Hit
        Projects that their own rules stop.
    rules : list of Hit
        Rules on the portfolio that no money mends, such as a budget; or, where no set of projects is to blame, those that would have to give way.
    sets : list of Together
        Over the other projects.
    needs : list of Need
        Money that the other projects need together and that is not there.
    running : list of Hit
        Rules that the carry-overs alone break; leaving new starts out does not help then.
    hits : list of (Hit, Stop)
        Where no set is to blame: rules that the other projects cannot satisfy together.
    """

    alone: dict[int, list[Hit]] = field(default_factory=dict)
    rules: list[Hit] = field(default_factory=list)
    sets: list[Together] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    running: list[Hit] = field(default_factory=list)
    hits: list[tuple[Hit, Stop]] = field(default_factory=list)


def why_blocked(problem: Problem, chosen: Sequence[bool], rows: Sequence[Row], options: SolveOptions) -> Blocked:
    """Return why a portfolio cannot be funded.

    Parameters
    ----------
    problem : Problem
    chosen : sequence of bool, length number of starts
    rows : sequence of Row
        Exact plan-wide rows.
    options : SolveOptions
        Threads, seed and time of each try.
    """
    quiet = replace(options, start=None, progress=None, gap=0.0)
    zero = [0] * len(problem.entries)
    rules = [Hit(r.family, r.rule, r.name, r.label, 0) for r in rows if not r.has_money and not r.holds(list(chosen), zero)]
    alone, rest = _alone(problem, list(chosen), quiet)
    caps = [r for r in rows if _only_takes(r)]
    sets = _sets(problem, rest, caps, quiet)
    needs: list[Need] = []
    if any(rest):
        needs = Needs(problem, money_system(problem, rest, rows)).bottlenecks()
    names = {r.name: r for r in rows}

    def told(part: list[bool]) -> list[Hit]:
        found = ((row, names.get(row.name)) for row in allot(problem, part, list(rows), quiet).blocked)
        return [_hit(problem, row) if known is None else Hit(known.family, known.rule, known.name, known.label, row.short) for row, known in found]

    hits: list[tuple[Hit, Stop]] = []
    if not sets and any(rest):
        rules += told(rest)
        hits = _stopping(problem, money_system(problem, rest, rows), rows, quiet, time.monotonic() + _STOPS)[0]
    running = problem.starts.fixed.tolist()
    return Blocked(alone, rules, sets, needs, told(running) if any(running) else [], hits)


def _only_takes(row: Row) -> bool:
    """Return whether a row just limits money from above, so that whoever breaks it breaks it with more projects too."""
    coefs = row.left.entry_coefs
    return row.lo is None and row.base is None and row.left.entries is not None and not len(row.left.starts) and (coefs is None or all(c >= 0 for c in coefs))


def _alone(problem: Problem, chosen: list[bool], options: SolveOptions) -> tuple[dict[int, list[Hit]], list[bool]]:
    """Return the projects that their own rules stop, with these, and the rest of the portfolio."""
    out: dict[int, list[Hit]] = {}
    rest = list(chosen)

    def drop(p: int) -> None:
        for k in range(int(problem.starts.first[p]), int(problem.starts.first[p + 1])):
            rest[k] = False

    while any(rest):
        answer = allot(problem, rest, [], options, whole=False)
        if answer.money is not None:
            return out, rest
        named = [row for row in answer.blocked if row.project]
        if not named:
            break
        for row in named:
            out.setdefault(problem.position[row.project], []).append(_hit(problem, row))
        for p in {problem.position[row.project] for row in named}:
            drop(p)
    sizes = ticket_bounds(problem)
    for p in sorted({int(problem.starts.project[k]) for k, c in enumerate(rest) if c}):  # the sizes of tickets give no row to blame
        mine = [c and int(problem.starts.project[k]) == p for k, c in enumerate(rest)]
        if allot(problem, mine, [], options, whole=False).money is None:
            out[p] = [_ticket(problem, p, b.channel, b.least, b.most) for b in sizes if b.project == p]
            drop(p)
    return out, rest


def _named(problem: Problem, p: int) -> str:
    return f"{problem.projects[p].id} {problem.projects[p].name}"


def _ticket(problem: Problem, p: int, channel: str, least: int | None, most: int | None) -> Hit:
    facts = RowFacts(project=_named(problem, p), channel=problem.policy.funding.channels[channel].label, least=least, most=most)
    return Hit("tickets", f"funding.channels.{channel}.ticket", f"tickets:{channel}", family_text("tickets").describe(facts), 0)


def _hit(problem: Problem, row: MoneyRow) -> Hit:
    """Return a row of one project in words."""
    labels = {path: entry.label for path, entry in entries(problem.policy)}
    rule = next((labels[p] for p in (row.rule, row.rule.rpartition(".")[0]) if p in labels), None)
    who = _named(problem, problem.position[row.project]) if row.project else ""
    facts = RowFacts(rule=rule, project=who, year=row.year, least=_yuan(row.lo), most=_yuan(row.hi))
    return Hit(row.family, row.rule, row.name, family_text(row.family).describe(facts), row.short)


def _stop_hit(problem: Problem, system: MoneySystem, stop: Stop, names: Mapping[str, Row]) -> Hit:
    """Return a rule that stops a set in words; rows that link projects by their own label."""
    if stop.row is None:
        assert stop.ticket is not None
        bound = system.tickets[stop.ticket][0]
        return _ticket(problem, bound.project, bound.channel, bound.least, bound.most)
    known, short = names.get(stop.row.name), ceil(stop.short)
    if known is None or stop.row.project:
        return replace(_hit(problem, stop.row), short=short)
    return Hit(known.family, known.rule, known.name, known.label, short)


def _stopping(problem: Problem, system: MoneySystem, rows: Sequence[Row], options: SolveOptions, until: float) -> tuple[list[tuple[Hit, Stop]], bool]:
    """Return the rules that stop a system's projects together, in words, and whether none of them can be missed."""
    if system.unpayable or time.monotonic() >= until:
        return [], False
    names = {r.name: r for r in rows}
    why = stops_of(problem, system, options, until)
    return [(_stop_hit(problem, system, stop, names), stop) for stop in why.stops], why.irreducible


def _yuan(value: int | Fraction | None) -> int | Fraction | None:
    return None if value is None else Fraction(value)


# -- sets of projects --------------------------------------------------------------------------------------------


def _sets(problem: Problem, rest: list[bool], caps: list[Row], options: SolveOptions) -> list[Together]:
    """Return single projects for which the caps do not suffice; then the smallest set of the others; then the smallest without any of these ..."""
    starts = {int(problem.starts.project[k]): k for k, c in enumerate(rest) if c}
    parts = Parts(problem, money_system(problem, rest, caps), options)
    until = time.monotonic() + _SECONDS
    last = until + 2 * _STOPS

    def told(found: tuple[int, ...], claim: Literal["smallest", "irreducible", "found"]) -> Together:
        here = [False] * len(rest)
        for p in found:
            here[starts[p]] = True
        system = money_system(problem, here, caps)
        hits, irreducible = _stopping(problem, system, caps, options, min(last, time.monotonic() + _STOPS))
        return Together(found, claim, Needs(problem, system).bottlenecks(), hits, irreducible)

    pool = sorted(starts)
    if not parts.fails(pool):
        return []
    out = [told((p,), "smallest") for p in pool if parts.fails([p])]
    pool = [p for p in pool if all(t.projects != (p,) for t in out)]
    more = 0
    while pool and more < _SETS and time.monotonic() < until and parts.fails(pool):
        found, claim = smallest(pool, parts.fails, until)
        out.append(told(found, claim))
        pool = [p for p in pool if p not in found]
        more += 1
    return out
