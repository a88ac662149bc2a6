"""The verifier's own reading of the inputs: filters, facts, dated numbers, channels, capital, money in place."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, TypeVar

from ..domain import Library, Policy, Project, RevenueRow, Scenario
from ..domain.base import WAN, Dated, Scalar
from ..domain.columns import COLUMNS
from ..domain.funding import CapByYear

T = TypeVar("T")
Test = Callable[[Any], bool]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {">=": operator.ge, "<=": operator.le, "!=": operator.ne, ">": operator.gt, "<": operator.lt}
_MONEY = {c.id for c in COLUMNS if c.kind == "money"}


def blank(value: Any) -> bool:
    """Return whether a cell is empty."""
    return value is None or value in ("", (), {})


def decimal(value: Any) -> Decimal | None:
    """Return a cell or operand as a number, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


@lru_cache(maxsize=4096, typed=True)
def test(wanted: Scalar) -> Test:
    """Return the test of one value that a filter names: equality, "any", or a comparison such as "> 0"."""
    if isinstance(wanted, bool):
        return lambda value: value is wanted or value == ("yes" if wanted else "no")
    if not isinstance(wanted, str):
        return lambda value: decimal(value) == wanted
    text = wanted.strip()
    sign = next((s for s in _SIGNS if text.startswith(s)), "")
    operand = text[len(sign) :].strip()
    if not sign or not operand:
        return lambda value: wanted in ("any", str(value))
    right = decimal(operand)

    def compared(value: Any) -> bool:
        left = decimal(value)
        if left is None or right is None:
            return sign == "!=" and str(value) != operand
        return _SIGNS[sign](left, right)

    return compared


def passes(value: Any, tests: Collection[Test]) -> bool:
    """Return whether a cell (any of its values, where it has several) passes one of the tests; a blank passes none."""
    if blank(value):
        return False
    return any(t(v) for v in (value if isinstance(value, tuple) else (value,)) for t in tests)


def dated(numbers: Dated | None, year: int) -> Fraction | None:
    """Return the number in force in `year`; None before the first, after an end, and where there is none."""
    past = [p for p in numbers.points if p.year <= year] if numbers else []
    value = max(past, key=lambda p: p.year).value if past else None
    return None if value is None else Fraction(value)


def amount(cap: CapByYear, year: int) -> int | None:
    """Return the money of `year` in 元, None when open.

    Raises
    ------
    LookupError
        The year has no number.
    """
    if year in cap.years:
        return cap.years[year]
    past = [y for y in cap.years if y < year]
    if cap.later == "last" and past:
        return cap.years[max(past)]
    if cap.later == "open":
        return None
    raise LookupError(f"no amount for {year}")


class Reading:
    """Policy, library and scenario, read once; `keep` holds what families derive from them."""

    def __init__(self, policy: Policy, library: Library, scenario: Scenario) -> None:
        self.policy, self.library, self.scenario = policy, library, scenario
        self.t0 = scenario.plan_year
        self.starts = range(self.t0, self.t0 + scenario.window)
        self.projects = {p.id: p for p in library.projects}
        self.parent = {leaf: i for i, c in policy.funding.channels.items() for leaf in (c.sub or (i,))}
        self.revenue: dict[str, list[RevenueRow]] = defaultdict(list)
        for row in library.revenue:
            self.revenue[row.project].append(row)
        self._money = _MONEY | {i for i, c in policy.columns.items() if c.kind == "money"}
        self._action = {w: i for i, a in policy.actions.items() for w in a.works}
        self._filters: dict[int, list[tuple[str, list[Test]]]] = {}
        self._kept: dict[Any, Any] = {}
        self.leaves = cache(self._leaves)
        self.capital = cache(self._capital)

    def keep(self, make: Callable[[Reading], T]) -> T:
        """Return what `make` makes of these inputs, made once."""
        if make not in self._kept:
            self._kept[make] = make(self)
        kept: T = self._kept[make]
        return kept

    def fact(self, p: Project, column: str) -> Any:
        """Return a project's value of a column, entered or derived; money in 万元."""
        if column == "action":
            return self._action.get(p.work or "")
        if column == "level":
            district = self.policy.districts.get(p.district or "")
            return district.level if district else None
        if column == "revenue":
            return Decimal(sum(r.pledged_net for r in self.revenue.get(p.id, ()))) / WAN
        if column == "duration":
            return len(p.spend)
        if column.startswith("neg_"):
            return p.neg.get(column[4:])
        value = p.extra[column] if column in p.extra else vars(p).get(column)
        return Decimal(value) / WAN if column in self._money and value is not None else value

    def match(self, where: Mapping[str, tuple[Scalar, ...]], p: Project) -> bool:
        """Return whether a project satisfies every column of a filter."""
        if id(where) not in self._filters:
            self._filters[id(where)] = [(column, [test(w) for w in wanted]) for column, wanted in where.items()]
        return all(passes(self.fact(p, column), tests) for column, tests in self._filters[id(where)])

    def _leaves(self, ids: tuple[str, ...] | None = None, side: str | None = None, counts_as: str | None = None) -> frozenset[str]:
        """Return the channels or sub-channels to which money is given, of a set by names, side and kind."""
        channels = self.policy.funding.channels
        return frozenset(
            leaf
            for leaf, i in self.parent.items()
            if (ids is None or leaf in ids or i in ids) and side in (None, channels[i].side) and counts_as in (None, channels[i].counts_as)
        )

    def eligible(self, leaf: str, p: Project) -> bool:
        """Return whether a project may use a leaf: the channel's filter and the sub-channel's."""
        channel = self.policy.funding.channels[self.parent[leaf]]
        return self.match(channel.eligible, p) and (leaf not in channel.sub or self.match(channel.sub[leaf].eligible, p))

    def _capital(self, i: str) -> tuple[frozenset[str], Fraction, str, str]:
        """Return what counts as capital for project `i`, the largest ratio (0: none asked), its `per` and its rule."""
        leaves, top = self.leaves(counts_as="capital"), (Fraction(0), False, "")
        for k, rule in self.policy.funding.capital.items():
            ratio = dated(rule.at_least, self.t0)
            if rule.active and ratio is not None and self.match(rule.where, self.projects[i]):
                leaves |= self.leaves(rule.also_capital)
                top = max(top, (ratio, rule.per == "year", k), key=lambda t: t[:2])
        return leaves, top[0], "year" if top[1] else "project", f"funding.capital.{top[2]}"

    def placed(self, p: Project, leaves: Collection[str]) -> dict[str, int]:
        """Return a carry-over's money in place by channel or leaf, where all leaves of the entry are in the set."""
        if p.part != "carry_over":
            return {}
        return {k: yuan for k, yuan in p.in_place.items() if (own := self.leaves((k,))) and own <= set(leaves)}

    def in_place(self, p: Project, leaves: Collection[str]) -> int:
        """Return the sum of `placed`, 元."""
        return sum(self.placed(p, leaves).values())


_last: list[Reading] = []


def reading_of(policy: Policy, library: Library, scenario: Scenario) -> Reading:
    """Return the reading of these inputs; the last one is kept, for checks of many plans on the same inputs."""
    for r in _last:
        if r.policy is policy and r.library is library and r.scenario is scenario:
            return r
    _last[:] = [Reading(policy, library, scenario)]
    return _last[0]
