"""Cross checks that need policy, library and scenario: money years against caps and budgets, empty filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..domain.base import WAN, Scalar
from ..domain.filters import matches
from ..domain.funding import CapByYear
from ..domain.library import Library, Project
from ..domain.policy import Policy
from ..domain.rules import Limit
from ..domain.scenario import Scenario
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import facts
from .crosscheck_numbers import MOST_TERM
from .places import Places
from .yamlfile import YamlPath

#: largest ratio of two coefficients of one row that is not remarked upon
SPREAD = 10**8


def start_years(project: Project, scenario: Scenario) -> range:
    """Return the years in which a new start may begin; empty when none."""
    first = scenario.plan_year
    return range(max(first, project.start_year or first), first + scenario.window)


def money_years(library: Library, scenario: Scenario) -> range:
    """Return the years in which the plan may spend: the plan year to the last year of any possible project.

    Screening is not looked at: a project that fails it today may pass it tomorrow.
    """
    last = scenario.plan_year
    out = set(scenario.force.out)
    for p in library.projects:
        if p.part == "carry_over":
            last = max([last, *(y for y, yuan in p.remaining.items() if yuan)])
        elif p.part == "new_start" and p.id not in out:
            starts = start_years(p, scenario)
            if starts and p.spend:
                last = max(last, starts[-1] + len(p.spend) - 1)
    return range(scenario.plan_year, last + 1)


def check_money(policy: Policy, library: Library, scenario: Scenario, places: Places, collector: Collector) -> None:
    """Check caps and budgets for each money year, and tell filters that match nothing and wide spreads."""
    years = money_years(library, scenario)
    _check_years(policy, scenario, years, places, collector)
    finder = _Finder(policy, library)
    _check_least(policy, finder, scenario, places, collector)
    _check_idle(policy, finder, places, collector)
    _check_spread(policy, library, finder, places, collector)


def _check_years(policy: Policy, scenario: Scenario, years: range, places: Places, collector: Collector) -> None:
    starts = range(scenario.plan_year, scenario.plan_year + scenario.window)
    for i, channel in policy.funding.channels.items():
        _check_cap(channel.cap, years, ("funding", "channels", i, "cap"), places, collector)
        if channel.counts_as == "debt" and channel.rate is not None and channel.rate.at(scenario.plan_year) is None:
            expected = _("a yearly rate for {year}").format(year=scenario.plan_year)
            collector.add(places.finding("rate_missing", ("funding", "channels", i, "rate"), expected=expected))
        for s, sub in channel.sub.items():
            _check_cap(sub.cap, years, ("funding", "channels", i, "sub", s, "cap"), places, collector)
    for i, budget in policy.budget.items():
        if budget.active:
            asked = years if budget.measure == "spending" else starts
            _check_cap(budget.amount, asked, ("budget", i, "amount"), places, collector)
    terms = [c.term or 0 for c in policy.funding.channels.values() if c.counts_as == "debt"]
    longest = max((t for t in terms if t <= MOST_TERM), default=0)  # longer ones are told as out of range
    for i, rule in policy.funding.debt_service.items():
        if rule.active:
            served = range(scenario.plan_year + 1, years[-1] + longest + 1)
            _check_cap(rule.amount, served, ("funding", "debt_service", i, "amount"), places, collector)


def _check_cap(cap: CapByYear, years: Iterable[int], path: YamlPath, places: Places, collector: Collector) -> None:
    lacking = []
    for year in years:
        try:
            cap.at(year)
        except LookupError:
            lacking.append(year)
    if lacking:
        named = _span(lacking)
        hint = _("give {years} a number, or add later: open (no cap), or later: last (the last number goes on, as an assumption)")
        collector.add(places.finding("cap_missing", path, expected=_("an amount for {years}, in which money is spent").format(years=named), hint=hint.format(years=named)))


def _span(years: list[int]) -> str:
    """Return years as text: runs as 2026-2028."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


class _Finder:
    """Finds the library's projects of a filter."""

    def __init__(self, policy: Policy, library: Library) -> None:
        self.library = library
        self.get: Callable[[Project, str], Any] = facts(policy, library)

    def holds(self, project: Project, *wheres: Mapping[str, tuple[Scalar, ...]]) -> bool:
        return all(matches(where, lambda column: self.get(project, column)) for where in wheres)

    def any(self, *wheres: Mapping[str, tuple[Scalar, ...]], parts: tuple[str, ...] | None = None) -> bool:
        """Return whether any project (of these parts) satisfies all filters."""
        return any(self.holds(p, *wheres) for p in self.library.projects if parts is None or p.part in parts)


def _check_least(policy: Policy, finder: _Finder, scenario: Scenario, places: Places, collector: Collector) -> None:
    """A rule that asks at least something of nothing is an error."""
    rules: list[tuple[YamlPath, Limit]] = [(("limits", i), r) for i, r in policy.limits.items()]
    rules += [(("targets", i), r) for i, r in policy.targets.items()]
    for path, limit in rules:
        level = limit.at_least
        if level is None or not limit.binds_in(scenario.plan_year):
            continue
        least = level.value if level.value is not None else (level.share.at(scenario.plan_year) if level.share else None)
        if least is not None and least > 0 and not finder.any(limit.where):
            collector.add(places.finding("empty_sum", (*path, "where"), value=_filter_text(limit.where), expected=_("at least one project of the library: {rule} asks for at least {least}").format(rule=".".join(map(str, path)), least=least)))
    for i, rule in policy.district_balance.items():
        share = rule.at_least.at(scenario.plan_year) if rule.active and rule.at_least else None
        if not share or share <= 0:
            continue
        for n, district in enumerate(rule.districts or ()):
            members = (p for p in finder.library.projects if p.district == district or district in p.district_shares)
            if district in policy.districts and not any(finder.holds(p, rule.where) for p in members):
                expected = _("a district with a project that the rule counts: {rule} asks for a share of at least {least}")
                collector.add(places.finding("empty_sum", ("district_balance", i, "districts", n), value=district, expected=expected.format(rule=f"district_balance.{i}", least=share)))
    for i, reserved in policy.funding.reserved.items():
        share = reserved.at_least.at(scenario.plan_year) if reserved.active else None
        if share and share > 0 and not finder.any(reserved.where):
            asks = reserved.of == "use"
            expected = _("at least one project of the library: {rule} asks for at least {least}") if asks else _("at least one project of the library; the reserved money stays unused")
            collector.add(
                places.finding(
                    "empty_sum",
                    ("funding", "reserved", i, "where"),
                    value=_filter_text(reserved.where),
                    expected=expected.format(rule=f"funding.reserved.{i}", least=share),
                    severity="error" if asks else "warning",
                )
            )


def _filter_text(where: Mapping[str, tuple[Scalar, ...]]) -> str:
    if not where:
        return _("all projects")
    return ", ".join(f"{k}: {v[0] if len(v) == 1 else list(map(str, v))}" for k, v in where.items())


def _check_idle(policy: Policy, finder: _Finder, places: Places, collector: Collector) -> None:
    """Warn of money and caps that no project can use, of rules without projects, and of unused own columns."""
    parts = ("new_start", "carry_over")
    if not any(p.part in parts for p in finder.library.projects):
        return
    for i, channel in policy.funding.channels.items():
        at: YamlPath = ("funding", "channels", i)
        if not finder.any(channel.eligible, parts=parts):
            _warn("idle_channel", at, _("a channel that some project may use; none is eligible"), places, collector)
            continue
        for s, sub in channel.sub.items():
            if not finder.any(channel.eligible, sub.eligible, parts=parts):
                _warn("idle_channel", (*at, "sub", s), _("a channel that some project may use; none is eligible"), places, collector)
    for section, rules in (("funding.caps", policy.funding.caps), ("budget", policy.budget)):
        for i, rule in rules.items():
            if rule.active and rule.where and not finder.any(rule.where, parts=parts):
                _warn("idle_rule", (*section.split("."), i, "where"), _("a filter that some project satisfies; none does"), places, collector)


def _warn(kind: str, path: YamlPath, expected: str, places: Places, collector: Collector, value: object = "") -> None:
    collector.add(places.finding(kind, path, value=value, expected=expected, severity="warning"))


def _check_spread(policy: Policy, library: Library, finder: _Finder, places: Places, collector: Collector) -> None:
    """Warn of numbers in one row that lie further apart than the solver takes well."""
    costs = [(p.total_investment, p.id) for p in library.projects if p.total_investment > 0]
    if costs and max(costs)[0] > SPREAD * min(costs)[0]:
        _warn("spread", ("criteria",), _spread_words("total_investment", min(costs), max(costs)), places, collector, "")
    measures: dict[str, YamlPath] = {}
    for section in ("limits", "targets", "district_balance"):
        for i, rule in getattr(policy, section).items():
            if rule.active and rule.measure not in ("count", "investment", "total_investment"):
                measures.setdefault(rule.measure, (section, i, "measure"))
    for measure, path in measures.items():
        found = [(v, p.id) for p in library.projects if isinstance(v := finder.get(p, measure), (int, Decimal)) and v > 0]
        if found and max(found)[0] > SPREAD * min(found)[0]:
            _warn("spread", path, _spread_words(measure, min(found), max(found)), places, collector, measure)


def _spread_words(column: str, low: tuple[Any, str], high: tuple[Any, str]) -> str:
    unit = WAN if column == "total_investment" else 1
    text = _("numbers within a factor of 1e8; {column} goes from {low} ({a}) to {high} ({b}): a wrong unit?")
    return text.format(column=column, low=Decimal(low[0]) / unit, a=low[1], high=Decimal(high[0]) / unit, b=high[1])
