"""Which sets of channels hold a plan back: the tight funding rows, with needed and available money (design.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..core import Master
from ..domain.base import Label
from ..domain.plan import Plan
from ..funding.need import least_need
from ..funding.tables import FundingTables
from ..model.build import plan_rows
from ..model.rows import Row
from ..problem import Problem
from ..problem.tables import Floats

#: share of the available money from which on a set counts as tight
TIGHT = 0.98
#: prices closer than this are one level
_LEVEL = 1e-6


@dataclass(frozen=True)
class Source:
    """One cap in a set: its name in words, what it holds, its price where that is not 1, and its plan-wide row."""

    label: Label
    family: str
    yuan: int
    price: Fraction
    row: str = ""


@dataclass(frozen=True)
class Bottleneck:
    """Money that nothing but a set of caps can bring.

    Attributes
    ----------
    years : tuple of int
        Money years of the set.
    sources : tuple of Source
    needed, available : int
        元, at the prices of the sources.
    projects : int
        Projects of the plan, carry-overs included, that need some of it.
    """

    years: tuple[int, ...]
    sources: tuple[Source, ...]
    needed: int
    available: int
    projects: int

    @property
    def use(self) -> float:
        """Needed over available; 1 where nothing is available."""
        return self.needed / self.available if self.available else 1.0


def bottlenecks(problem: Problem, plan: Plan, most: int = 12) -> list[Bottleneck]:
    """Return the tight funding rows of a plan, the tightest first.

    Parameters
    ----------
    problem : Problem
        The tables of the plan's inputs.
    plan : Plan
    most : int
        Longest list.
    """
    rows = plan_rows(problem)
    master = Master(problem, rows)
    root = master.relax()
    t = master.tables
    if root is None or not len(t.link):
        return []
    v = _portfolio(problem, t, plan)
    found = [r.prices.link for r in master.rows]
    found += [np.eye(len(t.link))[k] for k in range(len(t.link))]
    wanted = _levels(t, found)
    if not wanted:
        return []
    out: list[Bottleneck] = []
    unit = problem.money_unit
    for p, (need, projects) in zip(wanted, least_need(t, v, wanted), strict=True):
        available = float(p @ t.link.bound)
        if need > 0 and available >= 0 and need >= TIGHT * available - 1e-6:
            out.append(_named(problem, rows, t, p, round(need * unit), round(available * unit), projects))
    return _essential(out)[:most]


def _portfolio(problem: Problem, t: FundingTables, plan: Plan) -> Floats:
    v = np.zeros(t.n_columns)
    chosen = {(c.id, c.start) for c in plan.chosen if c.part == "new_start"}
    starts = problem.starts
    for k, (p, year) in enumerate(zip(starts.project.tolist(), starts.year.tolist(), strict=True)):
        v[k] = float(bool(starts.fixed[k]) or (problem.projects[p].id, year) in chosen)
    paid = {(c.id, m.channel) for c in plan.chosen for m in c.money if m.yuan > 0}
    from ..problem.tickets import ticket_bounds

    used = t.n_starts
    for b in ticket_bounds(problem):
        if b.least is not None:
            own = {problem.leaves[int(problem.entries.leaf[e])] for e in b.entries}
            v[used] = float(any((problem.projects[b.project].id, leaf) in paid for leaf in own))
            used += 1
    return v


def _levels(t: FundingTables, found: Sequence[Floats]) -> list[Floats]:
    """Return the prices by year and, of each, the sets of rows that cost at least so much, each once."""
    out: dict[bytes, Floats] = {}
    for link in found:
        years = np.unique(t.link_year[link > 0])
        parts = [link] if len(years) < 2 else [link, *(np.where(t.link_year == y, link, 0.0) for y in years)]
        for part in parts:
            for level in np.unique(np.round(part[part > _LEVEL], 6)).tolist():
                p = (part >= level - _LEVEL).astype(np.float64)
                out.setdefault(p.tobytes(), p)
            short = np.array([float(Fraction(x).limit_denominator(12)) for x in part.tolist()])
            if np.abs(short - part).max(initial=0.0) < 1e-5 and len(np.unique(short[short > 0])) > 1:
                out.setdefault(short.tobytes(), short)
    return list(out.values())


def _named(problem: Problem, rows: Sequence[Row], t: FundingTables, p: Floats, needed: int, available: int, projects: int) -> Bottleneck:
    sources = tuple(
        Source(
            rows[t.link_names[k].row].label, rows[t.link_names[k].row].family, round(float(t.link.bound[k]) * problem.money_unit),
            Fraction(float(p[k])).limit_denominator(12), rows[t.link_names[k].row].name,
        )
        for k in np.flatnonzero(p > 0).tolist()
    )  # fmt: skip
    years = tuple(sorted({int(y) for y in t.link_year[p > 0] if y}))
    return Bottleneck(years, sources, needed, available, projects)


def _essential(found: Sequence[Bottleneck]) -> list[Bottleneck]:
    """Sort by use, and leave out a set that says no more than tighter sets inside it."""
    out: list[Bottleneck] = []
    for b in sorted(found, key=lambda b: (-b.use, len(b.sources), -b.needed)):
        mine = {s.label.zh for s in b.sources}
        inside = [o for o in out if {s.label.zh for s in o.sources} < mine and o.use >= b.use]
        covered = {s.label.zh for o in inside for s in o.sources}
        if covered != mine:
            out.append(b)
    return out
