"""Cross checks of the rules on the portfolio: measures, bases of shares, districts, areas, sets of money."""

from __future__ import annotations

from ..domain.funding import MoneySet, ReservedRule, ShareRule
from ..domain.policy import Policy
from ..domain.rules import DistrictRule, Level, Limit
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import Columns
from .nearest import did_you_mean, listing
from .places import Places
from .yamlfile import YamlPath

MEASURES = ("count", "investment")


def check_rules(columns: Columns, places: Places, collector: Collector) -> None:
    """Check limits, targets, district balance, and the sets of money of the funding rules."""
    policy = columns.policy
    limits: list[tuple[YamlPath, Limit]] = [(("limits", i), r) for i, r in policy.limits.items()]
    limits += [(("targets", i), r) for i, r in policy.targets.items()]
    for path, limit in limits:
        _check_measure(limit.measure, path, columns, places, collector)
        _check_limit(limit, path, policy, places, collector)
    for i in policy.limits:
        if i in policy.targets:
            expected = _("an id of its own; {other} has it too").format(other=f"limits.{i}")
            collector.add(places.finding("duplicate_id", ("targets", i), value=i, expected=expected))
    for i, rule in policy.district_balance.items():
        _check_measure(rule.measure, ("district_balance", i), columns, places, collector)
        _check_districts(rule, ("district_balance", i), policy, places, collector)
    _check_money_sets(policy, places, collector)
    coordination = policy.coordination
    if coordination is not None and coordination.conditions.anchor_first and policy.coord_roles and "anchor" not in policy.coord_roles:
        collector.add(places.finding("unknown_id", ("coord_roles",), expected=_("a role with the id anchor, which anchor_first looks at")))


def _check_measure(measure: str, path: YamlPath, columns: Columns, places: Places, collector: Collector) -> None:
    if measure in MEASURES:
        return
    known = columns.known.get(measure)
    usable = [*MEASURES, *columns.summable()]
    at = (*path, "measure")
    if known is None:
        expected = _("count, investment, or a numeric column of the library")
        collector.add(places.finding("unknown_column", at, value=measure, expected=expected, hint=did_you_mean(measure, usable)))
    elif measure not in usable:
        expected = _("count, investment, or a numeric column; this one is of kind {kind}").format(kind=known.kind)
        collector.add(places.finding("measure_not_numeric", at, value=measure, expected=expected))


def _check_limit(limit: Limit, path: YamlPath, policy: Policy, places: Places, collector: Collector) -> None:
    if limit.from_ is not None and limit.to is not None and limit.from_ > limit.to:
        expected = _("not after to, which is {year}").format(year=limit.to)
        collector.add(places.finding("bounds_crossed", (*path, "from"), value=limit.from_, expected=expected))
    for name, year in (("from", limit.from_), ("to", limit.to)):
        if year is not None and not 1900 < year < 2200:
            collector.add(places.finding("not_a_year", (*path, name), value=year, expected=_("a calendar year")))
    for name in ("at_least", "at_most"):
        level: Level | None = getattr(limit, name)
        if level is None:
            continue
        if level.of == "budget" and limit.active and budget_base(policy) is None:
            collector.add(places.finding("no_budget", (*path, name, "of"), value="budget", expected=_no_budget()))
        if name == "at_most" and level.value is not None and level.value < 0:
            collector.add(places.finding("out_of_range", (*path, name, "value"), value=level.value, expected=_("0 or more")))
        groups = {"district": "districts", "key_area": "key_areas", "class": "object_classes"}
        if level.of in groups and limit.active and not getattr(policy, groups[level.of]):
            expected = _("another base: the policy's list {name} is empty").format(name=groups[level.of])
            collector.add(places.finding("no_group", (*path, name, "of"), value=level.of, expected=expected))


def budget_base(policy: Policy) -> str | None:
    """Return the id of an active budget over all projects, the base of shares `of: budget`."""
    return next((i for i, b in policy.budget.items() if b.active and not b.where), None)


def _no_budget() -> str:
    return _("an active entry of budget without where, to take the share of; or another base")


def _check_districts(rule: DistrictRule, path: YamlPath, policy: Policy, places: Places, collector: Collector) -> None:
    for n, name in enumerate(rule.districts or ()):
        if name not in policy.districts:
            expected = _("a district: {names}").format(names=listing(policy.districts))
            collector.add(places.finding("unknown_id", (*path, "districts", n), value=name, expected=expected, hint=did_you_mean(name, policy.districts)))
    if rule.districts is not None and not rule.districts:
        collector.add(places.finding("empty_list", (*path, "districts"), expected=_("at least one district; leave it out for all")))
    if rule.of == "budget" and rule.active and budget_base(policy) is None:
        collector.add(places.finding("no_budget", (*path, "of"), value="budget", expected=_no_budget()))
    if rule.districts and rule.of != "budget" and rule.at_least is not None:
        number = len(set(rule.districts))
        for point in rule.at_least.points:
            if point.value is not None and point.value * number > 1:
                expected = _("at most 1/{n}: {n} districts ask for their share of one whole").format(n=number)
                collector.add(places.finding("shares_over_one", (*path, "at_least"), value=point.value, expected=expected))


def _check_money_sets(policy: Policy, places: Places, collector: Collector) -> None:
    """Check that each set of channels holds one, and that reserved shares of a channel leave something."""
    funding = policy.funding
    for name in ("shares", "caps", "debt_service", "cover", "reserved"):
        for i, rule in getattr(funding, name).items():
            if not rule.active:
                continue
            debt = name in ("debt_service", "cover")
            counts_as = "debt" if debt else getattr(rule, "counts_as", None)
            if not funding.expand(rule.channels, getattr(rule, "side", None), counts_as):
                asks = isinstance(rule, (ShareRule, ReservedRule)) and rule.at_least is not None
                expected = _("at least one channel that counts as debt") if debt else _("at least one channel in the set")
                collector.add(places.finding("empty_set", ("funding", name, i), expected=expected, severity="error" if asks else "warning"))
    for i, balance in funding.fund_balance.items():
        if balance.active and balance.of == "debt" and not funding.expand(None, None, "debt"):
            expected = _("at least one channel that counts as debt")
            collector.add(places.finding("empty_set", ("funding", "fund_balance", i), expected=expected, severity="warning"))
    for i, ratio in funding.ratios.items():
        for side in ("numerator", "denominator"):
            money: MoneySet = getattr(ratio, side)
            if ratio.active and not funding.expand(money.channels, money.side, money.counts_as):
                collector.add(places.finding("empty_set", ("funding", "ratios", i, side), expected=_("at least one channel in the set")))
    for i, capital in funding.capital.items():
        fixed = funding.expand(None, None, "capital")
        if capital.active and not fixed and not capital.also_capital and any(p.value for p in capital.at_least.points):
            collector.add(places.finding("empty_set", ("funding", "capital", i), expected=_("at least one channel that counts as capital")))
    _check_reserved(policy, places, collector)


def _check_reserved(policy: Policy, places: Places, collector: Collector) -> None:
    years = sorted({p.year for r in policy.funding.reserved.values() for p in r.at_least.points})
    told: set[tuple[str, ...]] = set()
    for leaf in policy.funding.leaves():
        rules = {
            i: r for i, r in policy.funding.reserved.items() if r.active and r.of == "cap" and leaf in policy.funding.expand(r.channels)
        }
        for year in years:
            total = sum((r.at_least.at(year) or 0) for r in rules.values())
            if len(rules) > 1 and total > 1 and tuple(rules) not in told:
                told.add(tuple(rules))
                expected = _("at most 1 together, unless the projects overlap: {names} reserve the same channel {channel}")
                at = ("funding", "reserved", list(rules)[-1], "at_least")
                collector.add(places.finding("shares_over_one", at, value=total, expected=expected.format(names=", ".join(rules), channel=leaf), severity="warning"))
