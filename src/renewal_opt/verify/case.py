"""One plan beside its inputs: candidates, years, the chosen projects with spending and money, measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ..domain import Plan, Project
from ..domain.base import WAN, Where
from .reading import Reading, amount
from .rows import Exact

#: screening clause to its status and whether only a paper is missing
Clauses = dict[str, tuple[str, bool]]


class Score(NamedTuple):
    """Exact scores of one project."""

    indicators: Mapping[str, Fraction]
    missing: Collection[str]
    criteria: Mapping[str, Fraction]
    total: Fraction
    worst: Fraction
    best: Fraction


class Pick(NamedTuple):
    """A chosen project that the library knows, its start (None for a carry-over), spending by year and money."""

    project: Project
    start: int | None
    spending: dict[int, int]
    money: tuple[tuple[str, int, int], ...]

    @property
    def carry(self) -> bool:
        """Whether it is a carry-over."""
        return self.project.part == "carry_over"

    def paid(self, leaves: Collection[str], year: int | None = None) -> int:
        """Return its plan money of a set of leaves in one year or in all, 元."""
        return sum(yuan for leaf, t, yuan in self.money if leaf in leaves and year in (None, t))


class Case:
    """A plan with the reading of its inputs; everything that several families ask of them."""

    def __init__(self, plan: Plan, reading: Reading) -> None:
        from . import scores, screening  # these two are families, and look at a Case themselves

        self.plan, self.reading = plan, reading
        self.policy, self.library, self.scenario = reading.policy, reading.library, reading.scenario
        self.funding, self.projects, self.t0, self.starts = self.policy.funding, reading.projects, reading.t0, reading.starts
        self.screened = reading.keep(screening.results)
        self.scores = reading.keep(scores.results)
        self.candidates = reading.keep(_candidates)
        self.declared = [p for p in self.library.projects if p.part == "carry_over" or p.id in self.candidates]
        self.years = reading.keep(_years)
        self.picks = [
            Pick(p, start, _spending(p, start), tuple((m.channel, m.year, m.yuan) for m in e.money))
            for e in plan.chosen
            if (p := self.projects.get(e.id)) is not None
            for start in [None if p.part == "carry_over" else e.start]
        ]
        self.by_id = {k.project.id: k for k in self.picks}
        self.new = [k for k in self.picks if not k.carry]

    @cached_property
    def flow(self) -> dict[tuple[str, int], int]:
        """Plan money by leaf and year, 元."""
        out: dict[tuple[str, int], int] = defaultdict(int)
        for pick in self.picks:
            for leaf, t, yuan in pick.money:
                out[leaf, t] += yuan
        return out

    @cached_property
    def by_area(self) -> dict[str, list[Pick]]:
        """The chosen projects of each coordinated area."""
        out: dict[str, list[Pick]] = defaultdict(list)
        for pick in self.picks:
            out[pick.project.coord_area or ""].append(pick)
        return out

    def used(self, leaves: Collection[str], years: Collection[int], picks: list[Pick] | None = None) -> int:
        """Return the plan money of leaves in years, of all chosen projects or of some, 元."""
        if picks is None:
            return sum(self.flow.get((leaf, t), 0) for leaf in leaves for t in years)
        return sum(yuan for k in picks for leaf, t, yuan in k.money if leaf in leaves and t in years)

    def among(self, where: Where, new: bool = False) -> list[Pick]:
        """Return the chosen projects (or the new starts) that a filter matches."""
        return [k for k in (self.new if new else self.picks) if self.reading.match(where, k.project)]

    def measure(self, p: Project, measure: str) -> Exact:
        """Return count, investment in 元, or a numeric column (blank 0, money in 万元) of a project."""
        if measure in ("count", "investment"):
            return 1 if measure == "count" else p.total_investment
        return Fraction(self.reading.fact(p, measure) or 0)

    def budget(self, measure: str) -> Exact:
        """Return the smallest active budget of the plan year without a filter, in 元 (万元 for a column).

        Raises
        ------
        LookupError
            There is none.
        """
        rules = [b for b in self.policy.budget.values() if b.active and not b.where]
        amounts = [a for b in rules if (a := amount(b.amount, self.t0)) is not None]
        if not amounts:
            raise LookupError("no budget to take a share of")
        return min(amounts) if measure == "investment" else Fraction(min(amounts), WAN)

    def basis(self, p: Project) -> Exact:
        """Return what the scenario multiplies a project's score with."""
        basis: dict[str, Exact] = {"investment": Fraction(p.total_investment, WAN), "count": 1, "beneficiaries": p.residents or 0}
        return basis[self.scenario.basis]


def _spending(p: Project, start: int | None) -> dict[int, int]:
    if p.part == "carry_over":
        return p.remaining
    return {} if start is None else {start + k: yuan for k, yuan in enumerate(p.spend)}


def _candidates(r: Reading) -> dict[str, range]:
    """Return the allowed starts of every new start that may be picked."""
    from . import screening

    statuses = {i: screening.verdict(clauses) for i, clauses in r.keep(screening.results).items()}
    out = {}
    for p in r.library.projects:
        starts = range(max(r.t0, p.start_year or r.t0), r.starts[-1] + 1)
        if p.part == "new_start" and statuses[p.id] == "passed" and p.id not in r.scenario.force.out and starts:
            out[p.id] = starts
    return out


def _years(r: Reading) -> range:
    """Return the money years: the plan year to the last in which a candidate or carry-over spends."""
    last = r.t0
    for p in r.library.projects:
        starts = r.keep(_candidates).get(p.id, ())
        spending = _spending(p, starts[-1] if starts else None)
        last = max([last, *(t for t, yuan in spending.items() if yuan > 0)])
    return range(r.t0, last + 1)
