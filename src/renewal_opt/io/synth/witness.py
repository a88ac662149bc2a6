"""A plan in hand: carry-overs and a greedy list of new starts with lawful money, inside given capacities.

`make_scenario` sets every number so that this plan is allowed; so a scenario of any size and seed has a plan.
Scores and screening here are plain readings of the policy, good enough to choose; no engine is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ...domain.base import YI
from ...domain.criteria import Indicator
from ...domain.filters import matches
from ...domain.library import Library, Project
from ...domain.policy import Policy
from .facts import Draft, draft_of, getter
from .gate import passes
from .mix import UNIT, Mixer

#: money in units by leaf channel and calendar year
Money = dict[tuple[str, int], int]
#: room for money: key to units; see `Room`
Key = tuple[str, ...] | tuple[str, int] | tuple[str, str, int]


@dataclass
class Case:
    """One project as the greedy choice sees it."""

    project: Project
    draft: Draft
    get: Callable[[str], Any]
    turn: int
    score: float
    candidate: bool
    revenue: list[tuple[int, str, int]]

    @property
    def units(self) -> int:
        """Total investment in units."""
        return self.project.total_investment // UNIT


@dataclass
class Room:
    """What channels can still bring, in units: by leaf and year, channel and year, and rule."""

    leaf: Money = field(default_factory=dict)
    parent: Money = field(default_factory=dict)


def score_of(policy: Policy, project: Project, get: Callable[[str], Any]) -> float:
    """Return a project's weighted score as a float, blanks at 0."""
    total = weight = 0.0
    for criterion in policy.criteria.values():
        parts = [(float(i.weight), _value(i, get(i.column), project.total_investment)) for i in criterion.indicators.values()]
        whole = sum(w for w, _v in parts)
        if whole and criterion.weight:
            total += float(criterion.weight) * sum(w * v for w, v in parts) / whole
            weight += float(criterion.weight)
    return total / weight if weight else 0.0


def _value(indicator: Indicator, value: Any, cost: int) -> float:
    function = indicator.value
    if value is None or value == ():
        return 0.0
    if function.categories is not None:
        rest = function.categories.get("other", Decimal(0))
        return max(float(function.categories.get(str(v), rest)) for v in (value if isinstance(value, tuple) else (value,)))
    x = float(value) / (cost / YI if indicator.scale == "total" and cost else 1.0)
    points = [(float(a), float(b)) for a, b in function.points or ()]
    if not points:
        return 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 if x <= x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def cases(policy: Policy, library: Library, year: int) -> dict[str, Case]:
    """Return every project with its score and whether it may surely start in `year`."""
    income: dict[str, list[tuple[int, str, int]]] = {}
    for row in library.revenue:
        income.setdefault(row.project, []).append((row.year, row.revenue_class, row.pledged_net))
    drafts = {p.id: draft_of(p, sum(n for _y, _c, n in income.get(p.id, ()))) for p in library.projects}
    by_unit: dict[str, list[Draft]] = {}
    for d in drafts.values():
        if d["unit"]:
            by_unit.setdefault(d["unit"], []).append(d)
    out: dict[str, Case] = {}
    for turn, p in enumerate(library.projects, start=1):
        draft = drafts[p.id]
        get = getter(policy, draft)
        may = p.part == "new_start" and (p.start_year or year) <= year and passes(policy, draft, year, by_unit.get(p.unit or "", []))
        out[p.id] = Case(p, draft, get, turn, score_of(policy, p, get), may, income.get(p.id, []))
    return out


class Witness:
    """Carry-overs, and new starts chosen one bundle at a time.

    Parameters
    ----------
    policy : Policy
    library : Library
    year : int
        Plan year; all new starts begin in it.
    all_cases : mapping of id to Case
    areas : set of str
        Coordinated areas in which projects may start.
    mixer : Mixer, optional
        A mixer of the same policy and year that remembers, to share.
    """

    def __init__(
        self, policy: Policy, library: Library, year: int, all_cases: Mapping[str, Case], areas: set[str], mixer: Mixer | None = None
    ) -> None:
        self.policy, self.library, self.year, self.cases = policy, library, year, all_cases
        self.mixer = mixer or Mixer(policy, year, keep=True)
        self.areas = areas
        self.money: dict[str, Money] = {}
        self.new: list[str] = []
        self._started = 0
        self.room: Room | None = None
        self._needs, self._rivals = self._relations()
        self._used_leaf: Money = {}
        self._used_parent: Money = {}
        self._used_rule: dict[tuple[str, int | None], int] = {}
        for case in all_cases.values():
            if case.project.part == "carry_over":
                self._take(case, self._carry(case))

    def _relations(self) -> tuple[dict[str, set[str] | None], dict[str, set[str]]]:
        """Return what each project needs beside it (None: it cannot start), and whom it excludes."""
        needs: dict[str, set[str] | None] = {i: set() for i in self.cases}
        together: dict[str, set[str]] = {}
        apart: dict[str, set[str]] = {}
        for n, r in enumerate(self.library.relations):
            pair = {i for i in (r.project, r.other) if i is not None and i in self.cases}
            if r.kind == "precedence" and r.other is not None:
                first = self.cases[r.project].project
                started = first.part == "carry_over" and (first.start_year is None or first.start_year <= self.year - r.lag)
                if started:
                    continue
                mine = needs[r.other]
                if first.part != "new_start" or r.lag > 0 or mine is None:
                    needs[r.other] = None
                else:
                    mine.add(r.project)
            elif r.kind != "precedence":
                groups = together if r.kind == "corequisite" else apart
                groups.setdefault(f"group {r.group}" if r.group else f"row {n}", set()).update(pair)
        for group in together.values():
            members = {i for i in group if self.cases[i].project.part != "carry_over"}
            for i in members:
                mine = needs[i]
                needs[i] = None if mine is None else mine | members - {i}
        rivals: dict[str, set[str]] = {}
        for group in apart.values():
            for i in group:
                rivals.setdefault(i, set()).update(group - {i})
        return needs, rivals

    def bundle(self, id: str) -> list[str] | None:
        """Return the project and all that must start with it; None when that cannot be."""
        out: list[str] = []
        todo = [id]
        while todo:
            i = todo.pop()
            if i in out or i in self.money:
                continue
            case, needs = self.cases[i], self._needs[i]
            area = case.project.coord_area
            if not case.candidate or needs is None or (area is not None and area not in self.areas):
                return None
            if any(r in self.money or r in out for r in self._rivals.get(i, ())):
                return None
            out.append(i)
            todo += sorted(needs)
        return sorted(out)

    def add(self, ids: Iterable[str]) -> bool:
        """Start all of `ids` when money can be found for all; else leave everything as it was."""
        taken: list[str] = []
        for i in ids:
            found = self._fund(self.cases[i])
            if found is None:
                for j in reversed(taken):
                    self._drop(self.cases[j])
                return False
            self._take(self.cases[i], found)
            taken.append(i)
        self.new += taken
        self._started += sum(self.cases[i].units for i in taken)
        return True

    def _fund(self, case: Case) -> Money | None:
        units = tuple(a // UNIT for a in case.project.spend)
        if not units:
            return None
        room = self.mixer.debt_room(case.get, case.revenue, self.year, self.mixer.leaves(case.get))
        without: set[str] = set()
        for _round in range(8):
            mix = self.mixer.yearly(case.get, units, room, case.turn, without, self._left if self.room is not None else None)
            if mix is None:
                return None
            money = {(leaf, self.year + k): a for (leaf, k), a in mix.items()}
            full = self._overdrawn(case, money)
            if not full:
                return money
            without |= full
        return None

    def _left(self, channel: str, k: int) -> int | None:
        assert self.room is not None
        at = (channel, self.year + k)
        found = [caps[at] - used.get(at, 0) for caps, used in ((self.room.leaf, self._used_leaf), (self.room.parent, self._used_parent)) if at in caps]
        return max(0, min(found)) if found else None

    def _carry(self, case: Case) -> Money:
        """Return the money of a carry-over from the plan year on: the rest of the mix that it began with."""
        p = case.project
        remaining = {y: a // UNIT for y, a in p.remaining.items()}
        left = sum(remaining.values())
        in_place = {x: a // UNIT for x, a in p.in_place.items()}
        room = self.mixer.debt_room(case.get, case.revenue, p.start_year or self.year, self.mixer.leaves(case.get))
        mix = self.mixer.whole(case.get, p.total_investment // UNIT, room, case.turn) or {}
        rest = {x: a - in_place.get(x, 0) for x, a in mix.items()}
        if sum(rest.values()) != left or any(a < 0 for a in rest.values()):
            whole = sum(in_place.values()) or 1
            rest = {x: left * a // whole for x, a in in_place.items()}
            if rest:
                rest[next(iter(rest))] += left - sum(rest.values())
        out: Money = {}
        for year, amount in sorted(remaining.items()):
            for leaf in rest:
                give = min(rest[leaf], amount)
                if give:
                    out[leaf, year] = give
                    rest[leaf] -= give
                    amount -= give
        return out

    def _rules(self, case: Case, money: Money) -> dict[tuple[str, int | None], int]:
        """Return what a project takes of each rule of `funding.caps`."""
        out: dict[tuple[str, int | None], int] = {}
        for i, rule in self.policy.funding.caps.items():
            if not rule.active or not matches(rule.where, case.get):
                continue
            leaves = self.policy.funding.expand(rule.channels, rule.side, rule.counts_as)
            for (leaf, year), amount in money.items():
                if leaf in leaves and (rule.years is None or year in rule.years):
                    key = (i, year if rule.each_year else None)
                    out[key] = out.get(key, 0) + amount
        return out

    def _overdrawn(self, case: Case, money: Money) -> set[str]:
        full: set[str] = set()
        for (i, which), amount in self._rules(case, money).items():
            rule = self.policy.funding.caps[i]
            if self._used_rule.get((i, which), 0) + amount > (rule.amount - rule.already_used) // UNIT:
                full |= {x for x, _y in money} & set(self.policy.funding.expand(rule.channels, rule.side, rule.counts_as))
        return full

    def _take(self, case: Case, money: Money, sign: int = 1) -> None:
        for (leaf, year), amount in money.items():
            parent = self.policy.funding.parent(leaf)
            self._used_leaf[leaf, year] = self._used_leaf.get((leaf, year), 0) + sign * amount
            self._used_parent[parent, year] = self._used_parent.get((parent, year), 0) + sign * amount
        for key, amount in self._rules(case, money).items():
            self._used_rule[key] = self._used_rule.get(key, 0) + sign * amount
        if sign > 0:
            self.money[case.project.id] = money

    def _drop(self, case: Case) -> None:
        self._take(case, self.money.pop(case.project.id), -1)

    def use(self) -> Money:
        """Return the money used by leaf and year, in units."""
        return {k: v for k, v in self._used_leaf.items() if v}

    def rules(self) -> dict[tuple[str, int | None], int]:
        """Return the money used of each rule of `funding.caps`, in units."""
        return dict(self._used_rule)

    def started(self) -> int:
        """Return the total investment of the new starts, in units."""
        return self._started

    def greedy(self, budget: int, only: Callable[[Case], bool] | None = None) -> None:
        """Add bundles by falling score while the new starts stay within `budget` units."""
        order = sorted((c for c in self.cases.values() if c.candidate), key=lambda c: (-c.score, c.turn))
        for case in order:
            if case.project.id in self.money or (only is not None and not only(case)):
                continue
            ids = self.bundle(case.project.id)
            if ids and self.started() + sum(self.cases[i].units for i in ids) <= budget:
                self.add(ids)
