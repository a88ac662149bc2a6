"""A second model of the annual plan, written from the clauses of the contract and solved by scipy's milp.

It is built from domain objects alone: not from the engine's tables, matrices, screening, scores or verify. Money is
written by *option* (a project and one start year, or a carry-over), so that every clause on one project is stated
for one known spending profile; the engine has one amount a project, channel and year instead.

    answer = SecondModel(policy, library, scenario).solve()     # None: no plan satisfies the clauses
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction as F
from math import ceil, floor
from typing import Any

import numpy as np
from clauses import Clauses
from plan_clauses import emptied, plan_rows
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from renewal_opt.domain import Library, Policy, Project, Scenario

Var = tuple[Any, ...]
Sum = dict[Var, F]


class Refused(Exception):
    """The inputs themselves are at fault (the engine: InputError)."""


@dataclass
class Line:
    """`lo <= sum <= hi`, exact; None for no bound."""

    name: str
    sum: Sum
    lo: F | int | None
    hi: F | int | None

    def holds(self, point: dict[Var, F | int]) -> bool:
        """Whether the line holds at a point (absent variables are 0)."""
        left = sum((c * point.get(v, 0) for v, c in self.sum.items()), F(0))
        return (self.lo is None or left >= self.lo) and (self.hi is None or left <= self.hi)


@dataclass
class Option:
    """A project with one start year (None: a carry-over) and its spending by year, 元."""

    project: Project
    start: int | None
    spend: dict[int, int]
    carry: bool = False
    x: Var = field(default=())


@dataclass
class Answer:
    """An optimum: exact objective, starts by id, openings by area, and the whole point."""

    objective: F
    starts: dict[str, int]
    opened: dict[str, int]
    point: dict[Var, F | int]


def repaid(channel: Any, t0: int, k: int) -> F:
    """What one 元 drawn costs in year k after it, principal and interest."""
    r, n = channel.rate.fraction(t0) or F(0), channel.term
    if k < 1 or k > n:
        return F(0)
    if channel.repayment == "annuity":
        return F(1, n) if not r else r / (1 - 1 / (1 + r) ** n)
    if channel.repayment == "equal_principal":
        return F(1, n) + r * (1 - F(k - 1, n))
    if channel.repayment == "bullet":
        return 1 + n * r if k == n else F(0)
    return 1 + r if k == n else r


class SecondModel:
    """All lines of one policy, library and scenario."""

    def __init__(self, policy: Policy, library: Library, scenario: Scenario) -> None:
        self.policy, self.library, self.scenario = policy, library, scenario
        self.c = Clauses(policy, library, scenario)
        self.t0, self.window = scenario.plan_year, scenario.window
        self.years_of_start = range(self.t0, self.t0 + self.window)
        self.channels = policy.funding.channels
        self.leaves = [(key, leaf) for key, ch in self.channels.items() for leaf in (ch.sub or [key])]
        self.barred: list[str] = []  # forced in, but barred by a clause
        self.options = list(self._options())
        self.by_id: dict[str, list[Option]] = {}
        for o in self.options:
            self.by_id.setdefault(o.project.id, []).append(o)
        spent = [t for o in self.options for t, a in o.spend.items() if a > 0]
        self.T = list(range(self.t0, max(spent, default=self.t0) + 1))
        self.f: dict[Var, tuple[Option, str, int]] = {}
        self.upper: dict[Var, int] = {}
        for o in self.options:
            for t, amount in o.spend.items():
                for key, leaf in self.leaves:
                    if amount and self.payable(o, key, leaf, t):
                        v = ("f", o.project.id, o.start, leaf, t)
                        self.f[v] = (o, leaf, t)
                        self.upper[v] = amount
        self.gain: Sum = {o.x: self.basis(o.project) * self.c.points(o.project) for o in self.options if not o.carry}
        self.binaries: list[Var] = [o.x for o in self.options]
        self.lines = list(emptied(self))
        if self.lines:  # said before anything else: nothing could satisfy these
            return
        if self.barred:
            raise Refused(f"forced in: {self.barred}")
        self.lines = list(self._lines())

    # who, when, how much -------------------------------------------------------------------------------------
    def _options(self) -> Iterator[Option]:
        forced = set(self.scenario.force.in_)
        for p in self.library.projects:
            if p.part == "carry_over":
                yield Option(p, None, dict(p.remaining), True, ("x", p.id, None))
                continue
            first = max(self.t0, p.start_year or self.t0)
            free = p.part == "new_start" and p.id not in self.scenario.force.out and self.c.status(p) == "passed"
            years = range(first, self.t0 + self.window) if free else range(0)
            if p.id in forced and not years:
                self.barred.append(p.id)
            for s in years:
                yield Option(p, s, {s + k: a for k, a in enumerate(p.spend)}, False, ("x", p.id, s))

    def basis(self, p: Project) -> F:
        """What a project's points are multiplied with."""
        return {"investment": F(p.total_investment, 10_000), "count": F(1), "beneficiaries": F(p.residents or 0)}[self.scenario.basis]

    def eligible(self, p: Project, key: str, leaf: str) -> bool:
        """Whether the channel's and the sub-channel's filters match."""
        ch = self.channels[key]
        return self.c.match(ch.eligible, p) and (leaf == key or self.c.match(ch.sub[leaf].eligible, p))

    def payable(self, o: Option, key: str, leaf: str, t: int) -> bool:
        """Whether a leaf may pay an option in year t."""
        p, delay = o.project, self.channels[key].delay
        if not self.eligible(p, key, leaf):
            return False
        if delay is None or (o.carry and any(p.in_place.get(k, 0) > 0 for k in (key, *self.channels[key].sub))):
            return True
        value = self.c.value(p, delay.column)
        wait = delay.blank if value is None or value == "" else delay.years.get(str(value))
        return wait is not None and t >= self.t0 + wait

    # sums ---------------------------------------------------------------------------------------------------
    def group(self, ids: Iterable[str] | None = None, side: str | None = None, counts_as: str | None = None) -> set[str]:
        """Leaves named by channel or leaf, of a side, of a kind."""
        named = None if ids is None else set(ids)
        return {
            leaf for key, leaf in self.leaves
            if (named is None or key in named or leaf in named)
            and side in (None, self.channels[key].side) and counts_as in (None, self.channels[key].counts_as)
        }  # fmt: skip

    def money(self, leaves: set[str], years: Iterable[int] | None = None, option: Option | None = None, where: Any = None) -> Sum:
        """Sum of money over leaves, years, one option or the projects of a filter."""
        allowed = None if years is None else set(years)
        return {
            v: F(1) for v, (o, leaf, t) in self.f.items()
            if leaf in leaves and (allowed is None or t in allowed) and (option is None or o is option)
            and (where is None or where(o.project))
        }  # fmt: skip

    def placed(self, p: Project, group: set[str]) -> int:
        """Money in place of a carry-over that lies in a group of leaves."""
        if p.part != "carry_over":
            return 0
        own = {key: set(ch.sub or [key]) for key, ch in self.channels.items()}
        return sum(m for k, m in p.in_place.items() if own.get(k, {k}) <= group)

    def dated(self, number: Any) -> F | None:
        """A dated number at the plan year."""
        return None if number is None else number.fraction(self.t0)

    def cap(self, cap: Any, year: int) -> int | None:
        """A cap by year; no number is an input error."""
        try:
            return cap.at(year)  # type: ignore[no-any-return]
        except LookupError as error:
            raise Refused(f"no cap in {year}") from error

    # lines on single projects -------------------------------------------------------------------------------
    def _lines(self) -> Iterator[Line]:
        for o in self.options:
            for t, amount in o.spend.items():
                if amount:
                    yield Line("balance", self.money(self.group(), [t], o) | {o.x: F(-amount)}, 0, 0)
            yield from self._shares(o)
            yield from self._capital(o)
            yield from self._cover(o)
            yield from self._tickets(o)
            yield from self._asks(o)
        yield from plan_rows(self)

    def _bound(self, name: str, o: Option, group: set[str], lo: F | None, hi: F | None, per: str) -> Iterator[Line]:
        """Least and largest share of a group in an option's money, whole 元 outwards."""
        w = o.project.total_investment
        if o.carry:
            rest, there = sum(o.spend.values()), self.placed(o.project, group)
            a = None if lo is None else min(rest, max(0, floor(lo * w) - there))
            b = None if hi is None else max(0, ceil(hi * w) - there)
            yield Line(name, self.money(group, None, o), a, b)
            return
        for years, amount in [([t], a) for t, a in o.spend.items() if a > 0] if per == "year" else [(None, w)]:
            if lo is not None:
                yield Line(name, self.money(group, years, o) | {o.x: F(-floor(lo * amount))}, 0, None)
            if hi is not None:
                yield Line(name, self.money(group, years, o) | {o.x: F(-ceil(hi * amount))}, None, 0)

    def _shares(self, o: Option) -> Iterator[Line]:
        for key, ch in self.channels.items():
            own = [leaf for k, leaf in self.leaves if k == key]
            if ch.share and any(self.eligible(o.project, key, leaf) for leaf in own):
                yield from self._bound("shares", o, set(own), self.dated(ch.share.at_least), self.dated(ch.share.at_most), ch.share.per)
        for rule in self.policy.funding.shares.values():
            if not rule.active or not self.c.match(rule.where, o.project):
                continue
            group = self.group(rule.channels, rule.side, rule.counts_as)
            lo, hi = self.dated(rule.at_least), self.dated(rule.at_most)
            if rule.of == "cost":
                yield from self._bound("shares", o, group, lo, hi, rule.per)
                continue
            kind = self.capital_leaves(o.project) if rule.of == "capital" else self.group(counts_as="debt")
            above, below = self.money(group, None, o), self.money(kind, None, o)
            a, b = self.placed(o.project, group), self.placed(o.project, kind)
            for share, sign in ((lo, 1), (hi, -1)):
                if share is not None:  # sign (G - share K) > -1, a multiple of 1/denominator
                    both = {v: sign * (above.get(v, F(0)) - share * below.get(v, F(0))) for v in above | below}
                    least = F(1, share.denominator) - 1 - sign * (a - share * b)
                    yield Line("shares", both, least, None)

    def capital_leaves(self, p: Project) -> set[str]:
        """Leaves that count as capital for a project."""
        out = self.group(counts_as="capital")
        for rule in self.policy.funding.capital.values():
            if rule.active and self.c.match(rule.where, p):
                out |= self.group(rule.also_capital)
        return out

    def _capital(self, o: Option) -> Iterator[Line]:
        asked = [
            (ratio, rule.per == "year") for rule in self.policy.funding.capital.values()
            if rule.active and (ratio := self.dated(rule.at_least)) is not None and self.c.match(rule.where, o.project)
        ]  # fmt: skip
        if asked:
            ratio, yearly = max(asked)
            yield from self._bound("capital", o, self.capital_leaves(o.project), ratio, None, "year" if yearly else "project")

    def _cover(self, o: Option) -> Iterator[Line]:
        p = o.project
        for rule in self.policy.funding.cover.values():
            ratio = self.dated(rule.ratio)
            if not rule.active or ratio is None or not self.c.match(rule.where, p):
                continue
            debt = self.group(rule.channels, None, "debt")
            usable = [key for key, leaf in self.leaves if leaf in debt and self.eligible(p, key, leaf)]
            if not usable:
                continue
            first = p.start_year or self.t0
            last = first + max(self.channels[key].term or 0 for key in usable)
            revenue = sum(
                r.pledged_net for r in self.library.revenue
                if r.project == p.id and first <= r.year <= last and (rule.revenue is None or r.revenue_class in rule.revenue)
            )  # fmt: skip
            cost = {leaf: sum(repaid(self.channels[key], self.t0, k) for k in range(1, self.channels[key].term + 1)) for key, leaf in self.leaves if leaf in debt}
            drawn = sum((self.placed(p, {leaf}) * m for leaf, m in cost.items()), F(0))
            for key, ch in self.channels.items():  # stated for the channel as a whole
                if len(ch.sub) > 1 and set(ch.sub) <= debt and o.carry:
                    drawn += p.in_place.get(key, 0) * cost[next(iter(ch.sub))]
            room = max(F(0), max(0, revenue) / ratio - drawn)
            yield Line("cover", {v: cost[v[3]] for v in self.money(debt, None, o)}, None, room)

    def _tickets(self, o: Option) -> Iterator[Line]:
        for key, ch in self.channels.items():
            own = {leaf for k, leaf in self.leaves if k == key}
            total = self.money(own, None, o)
            if ch.ticket is None or not total:
                continue
            there = sum(o.project.in_place.get(k, 0) for k in {key, *ch.sub}) if o.carry else 0
            if ch.ticket.at_most is not None:
                yield Line("tickets", total, None, max(0, ch.ticket.at_most - there))
            if ch.ticket.at_least and there <= 0:
                u = ("u", o.project.id, o.start, key)
                self.binaries.append(u)
                yield Line("tickets", total | {u: F(-ch.ticket.at_least)}, 0, None)
                yield Line("tickets", total | {u: F(-sum(o.spend.values()))}, None, 0)

    def _asks(self, o: Option) -> Iterator[Line]:
        if o.carry:
            return
        funding, p = self.policy.funding, o.project
        for c, amount in p.secured.items() if funding.secured_as == "at_least" else ():
            least = min(amount, sum(o.spend.values()))
            yield Line("asks", self.money(self.group([c]), None, o) | {o.x: F(-least)}, 0, None)
        for c, amount in p.ask.items() if funding.ask_as == "at_most" else ():
            yield Line("asks", self.money(self.group([c]), None, o), None, amount)

    # solving ------------------------------------------------------------------------------------------------
    def solve(self, *, unit: int = 1, whole: bool = True, seconds: float = 60.0) -> Answer | None:
        """Return an optimum by scipy's milp (gap 0), None when it says infeasible.

        `unit`: 元 in one unit of the solver's money; `whole`: whole 元 (only with unit 1).

        Raises
        ------
        RuntimeError
            When scipy stops without an answer.
        """
        names = [*self.binaries, *self.f]
        at = {v: j for j, v in enumerate(names)}
        first = len(self.binaries)
        cost = np.zeros(len(names))
        largest = float(max(map(abs, self.gain.values()), default=F(1))) or 1.0
        for v, g in self.gain.items():
            cost[at[v]] = -float(g) * 1000.0 / largest
        low, high = np.zeros(len(names)), np.ones(len(names))
        for o in self.options:
            low[at[o.x]] = 1.0 if o.carry else 0.0
        for v, top in self.upper.items():
            high[at[v]] = top / unit
        rows, columns, values, lo, hi = [], [], [], [], []
        for n, line in enumerate(self.lines):
            scaled = {v: float(c) * (unit if at[v] >= first else 1) for v, c in line.sum.items() if c}
            size = float(unit) if any(at[v] >= first for v in scaled) else max([1.0, *(abs(c) / 1000 for c in scaled.values())])
            for v, c in scaled.items():
                rows.append(n)
                columns.append(at[v])
                values.append(c / size)
            lo.append(-np.inf if line.lo is None else float(line.lo) / size)
            hi.append(np.inf if line.hi is None else float(line.hi) / size)
            if not scaled and (lo[-1] > 0 or hi[-1] < 0):
                return None
        if not names:
            return Answer(F(0), {}, {}, {})
        kinds = np.array([1] * first + [int(whole and unit == 1)] * len(self.f))
        matrix = csr_array((values, (rows, columns)), shape=(len(self.lines), len(names)))
        limits = LinearConstraint(matrix, np.array(lo), np.array(hi)) if self.lines else ()
        result = milp(cost, constraints=limits, bounds=Bounds(low, high), integrality=kinds, options={"mip_rel_gap": 0.0, "time_limit": seconds})
        if result.status == 2:
            return None
        if result.status != 0:
            raise RuntimeError(f"scipy milp: {result.message}")
        point: dict[Var, F | int] = {v: round(result.x[at[v]]) if kinds[at[v]] else F(result.x[at[v]]) * unit for v in names}
        return self.answer(point)

    def answer(self, point: dict[Var, F | int]) -> Answer:
        """Return the answer of a point, its objective exact."""
        starts = {o.project.id: o.start for o in self.options if o.start is not None and point[o.x]}
        opened = {v[1]: v[2] for v in point if v[0] == "z" and point[v]}
        return Answer(sum((g for v, g in self.gain.items() if point[v]), F(0)), starts, opened, point)

    def broken(self, point: dict[Var, F | int]) -> list[str]:
        """Return the names of lines that a point breaks, exactly."""
        return [line.name for line in self.lines if not line.holds(point)]
