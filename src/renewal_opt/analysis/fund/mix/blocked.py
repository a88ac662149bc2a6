"""What cannot be funded: projects that their own rules stop, smallest sets that cannot be funded together, and the rules in the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ....allot import allot
from ....allot.lp import ArrayModel
from ....allot.system import MoneyRow, MoneySystem, money_system
from ....domain.base import Label
from ....domain.walk import entries
from ....model.rows import Row
from ....problem import Problem
from ....problem.tickets import ticket_bounds
from ....solver import HighsSession, SolveOptions, Status
from ....solver.lp import LinearProgram
from ....text.base import RowFacts, family_text
from ...exclude import shrunk
from .needs import Need, Needs
from .programme import Programme

#: portfolios that are tried for one set, seconds for all sets, sets looked for
_TRIES, _SECONDS, _SETS = 2000, 10.0, 5


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
    """

    projects: tuple[int, ...]
    claim: Literal["smallest", "irreducible", "found"]
    needs: list[Need]


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
    """

    alone: dict[int, list[Hit]] = field(default_factory=dict)
    rules: list[Hit] = field(default_factory=list)
    sets: list[Together] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    running: list[Hit] = field(default_factory=list)


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
    rules = [Hit(r.family, r.rule, r.name, r.label, 0) for r in rows if r.left.entries is None and (r.base is None or r.base.entries is None) and not r.holds(list(chosen), zero)]
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

    if not sets:
        rules += told(rest)
    running = problem.starts.fixed.tolist()
    return Blocked(alone, rules, sets, needs, told(running) if any(running) else [])


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


def _yuan(value: int | Fraction | None) -> int | Fraction | None:
    return None if value is None else Fraction(value)


# -- sets of projects --------------------------------------------------------------------------------------------


def _sets(problem: Problem, rest: list[bool], caps: list[Row], options: SolveOptions) -> list[Together]:
    """Return single projects for which the caps do not suffice; then the smallest set of the others; then the smallest without any of these ..."""
    starts = {int(problem.starts.project[k]): k for k, c in enumerate(rest) if c}
    parts = Parts(problem, money_system(problem, rest, caps), options)
    until = time.monotonic() + _SECONDS

    def told(found: tuple[int, ...], claim: Literal["smallest", "irreducible", "found"]) -> Together:
        here = [False] * len(rest)
        for p in found:
            here[starts[p]] = True
        return Together(found, claim, Needs(problem, money_system(problem, here, caps)).bottlenecks())

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


class Parts:
    """Asks which parts of a portfolio can be funded, from one living programme: a part is its groups and its own rows.

    Parameters
    ----------
    problem : Problem
    system : MoneySystem
        Of the whole portfolio; its plan-wide rows limit money from above alone.
    options : SolveOptions
    """

    def __init__(self, problem: Problem, system: MoneySystem, options: SolveOptions) -> None:
        self.options = options
        programme = Programme(system, [Fraction(0)] * len(system.upper), problem.money_unit)
        self._whole = programme.matrices(whole_tickets=True)
        self._tickets = bool(self._whole.integrality.any())
        owner = problem.entries.project[system.entries].tolist()
        groups = [owner[members[0]] for members in system.group]
        rows = [problem.position[r.project] if r.project else -1 for r in system.rows]
        sizes: list[int] = []
        for t in programme.tickets:
            sizes += [owner[t.positions[0]]] * (1 if t.least is None else 2)
        self._owner = np.array([*groups, *rows, *sizes], dtype=np.int64)
        self._spends = np.arange(len(self._owner)) < len(groups)
        self._rows = np.arange(len(self._owner), dtype=np.int32)
        self._lp = None if self._tickets or not self._whole.n_cols else LinearProgram(self._whole)
        self._session = HighsSession(self._whole) if self._tickets else None

    def fails(self, some: Iterable[int]) -> bool:
        """Return whether a part, given as project positions, cannot be funded."""
        inside = np.isin(self._owner, list(some)) | (self._owner < 0)
        low = np.where(inside, self._whole.row_lower, np.where(self._spends, 0.0, -np.inf))
        high = np.where(inside, self._whole.row_upper, np.where(self._spends, 0.0, np.inf))
        if self._session is not None:
            self._session.change_row_bounds(self._rows, low, high)
            return self._session.solve(self.options).status is Status.INFEASIBLE
        if self._lp is None:
            return False
        self._lp.change_row_bounds(self._rows, low, high)
        return self._lp.run() is None


def smallest(pool: Sequence[int], fails: Callable[[Iterable[int]], bool], until: float) -> tuple[tuple[int, ...], Literal["smallest", "irreducible", "found"]]:
    """Return a smallest part of `pool` that fails, or one without a smaller part that fails where the time does not reach.

    Smallest unsatisfiable sets are the smallest sets that meet every complement of a largest part that does not fail
    (Ignatiev et al., Smallest MUS extraction with minimal hitting set dualization, CP 2015).

    Parameters
    ----------
    pool : sequence of int
        Fails as a whole.
    fails : callable
        Whether a part fails; a part of what does not fail does not.
    until : float
        `time.monotonic()` at which to end.
    """
    corrections: list[frozenset[int]] = []
    tries = 0
    while tries < _TRIES and time.monotonic() < until:
        hit = _hitting(pool, corrections)
        tries += 1
        if fails(hit):
            return hit, "smallest"
        grown = set(hit)
        stack = [[p for p in pool if p not in grown]]
        while stack and tries < _TRIES:  # add what can be added, in ever smaller pieces
            piece = stack.pop()
            tries += 1
            if not fails([*grown, *piece]):
                grown |= set(piece)
            elif len(piece) > 1:
                stack += [piece[len(piece) // 2 :], piece[: len(piece) // 2]]
        corrections.append(frozenset(p for p in pool if p not in grown))
    part, irreducible = shrunk(pool, fails, lambda: time.monotonic() < until + _SECONDS)
    return tuple(part), "irreducible" if irreducible else "found"


def _hitting(pool: Sequence[int], sets: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """Return a smallest set that meets every set."""
    if not sets:
        return ()
    used = sorted({p for s in sets for p in s})
    model = ArrayModel()
    column = {p: model.column(1.0, 0.0, 1.0, integer=True) for p in used}
    for s in sets:
        model.row([column[p] for p in s], [1.0] * len(s), 1.0, None)
    result = HighsSession(model.matrices()).solve(SolveOptions(gap=0.0))
    if result.x is None:
        return tuple(pool)
    return tuple(p for p in used if result.x[column[p]] > 0.5)


def project_of(problem: Problem, starts: Sequence[bool]) -> list[int]:
    """Return the positions of the projects that start, in library order."""
    return sorted({int(p) for p in problem.starts.project[np.asarray(starts, dtype=bool)]})
