"""Cross checks of the policy's numbers: shares, rates, bounds, years, weights of profiles, labels, lists."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel

from ..domain.base import Dated, Label
from ..domain.columns import BY_ID, COLUMNS, MAX_SPEND_YEARS
from ..domain.filters import DERIVED
from ..domain.funding import (
    CapByYear,
    CapitalRule,
    Channel,
    ChannelShare,
    CoverRule,
    FundBalanceRule,
    RatioRule,
    ReservedRule,
    ShareRule,
    Ticket,
)
from ..domain.policy import Policy
from ..domain.rules import AreaConditions, Coordination, DistrictRule, Level
from ..domain.screening import DemolitionRule
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import Columns, entries
from .nearest import did_you_mean, one_of
from .places import Places
from .yamlfile import YamlPath

#: longest term of a debt channel, years
MOST_TERM = 100

_SHARES = (ChannelShare, ShareRule, ReservedRule, CapitalRule, DistrictRule, Level)
_BOUNDED = (ChannelShare, ShareRule, RatioRule, DistrictRule, DemolitionRule)
_NOT_NEGATIVE = (RatioRule, DemolitionRule, AreaConditions)


def check_numbers(columns: Columns, places: Places, collector: Collector) -> None:
    """Check ranges and pairs of bounds everywhere in the policy, blank labels, and lists that must not overlap."""
    for path, entry in entries(columns.policy):
        if isinstance(entry, Label):
            for language in ("zh", "en"):
                if not getattr(entry, language).strip():
                    collector.add(places.finding("empty_text", (*path, language), expected=_("text that is not empty")))
            continue
        for name, f in type(entry).model_fields.items():
            value = getattr(entry, name)
            if isinstance(value, Dated):
                _check_dated(value, entry, name, (*path, f.alias or name), places, collector)
        _check_bounds(entry, path, places, collector)
        _check_single(entry, path, places, collector)
    _check_lists(columns.policy, places, collector)


def _check_dated(value: Dated, entry: BaseModel, name: str, path: YamlPath, places: Places, collector: Collector) -> None:
    for point in value.points:
        at = path if point.year == 0 else (*path, point.year)
        if point.year != 0 and not 1900 < point.year < 2200:
            collector.add(places.finding("not_a_year", at, value=point.year, expected=_("a calendar year")))
        number = point.value
        if number is None:
            continue
        if isinstance(entry, _SHARES):
            if not 0 <= number <= 1:
                hint = _("write {share} for {percent} %").format(percent=number, share=(number / 100).normalize()) if 1 < number <= 100 else ""
                collector.add(places.finding("out_of_range", at, value=number, expected=_("a share from 0 to 1"), hint=hint))
        elif isinstance(entry, Channel) and name in ("rate", "issued_rate") and not 0 <= number < 1:
            hint = _("write {share} for {percent} %").format(percent=number, share=(number / 100).normalize()) if 1 <= number <= 100 else ""
            collector.add(places.finding("out_of_range", at, value=number, expected=_("a yearly rate from 0 to below 1"), hint=hint))
        elif isinstance(entry, (CoverRule, FundBalanceRule)) and number <= 0:
            collector.add(places.finding("out_of_range", at, value=number, expected=_("above 0")))
        elif isinstance(entry, _NOT_NEGATIVE) and number < 0:
            collector.add(places.finding("out_of_range", at, value=number, expected=_("0 or more")))


def _check_bounds(entry: BaseModel, path: YamlPath, places: Places, collector: Collector) -> None:
    """Check that a lower bound is not above the upper one, in every year."""
    low, high = getattr(entry, "at_least", None), getattr(entry, "at_most", None)
    if isinstance(entry, _BOUNDED) and low is None and high is None:
        collector.add(places.finding("no_bound", path, expected=_("at_least or at_most")))
    clash: tuple[object, object] | None = None
    if isinstance(entry, Ticket):
        if low is None and high is None:
            collector.add(places.finding("no_bound", path, expected=_("at_least or at_most")))
        elif low is not None and high is not None and low > high:
            clash = (Fraction(low, 10_000), Fraction(high, 10_000))
    elif isinstance(low, Dated) and isinstance(high, Dated):
        clash = _dated_clash(low, high)
    elif isinstance(low, Level) and isinstance(high, Level):
        if low.value is not None and high.value is not None and low.value > high.value:
            clash = (low.value, high.value)
        elif low.share is not None and high.share is not None and low.of == high.of:
            clash = _dated_clash(low.share, high.share)
    if clash is not None:
        expected = _("not above at_most, which is {high}").format(high=clash[1])
        collector.add(places.finding("bounds_crossed", (*path, "at_least"), value=str(clash[0]), expected=expected))


def _dated_clash(low: Dated, high: Dated) -> tuple[Decimal, Decimal] | None:
    for year in sorted({p.year for p in (*low.points, *high.points)}):
        a, b = low.at(year), high.at(year)
        if a is not None and b is not None and a > b:
            return a, b
    return None


def _check_single(entry: BaseModel, path: YamlPath, places: Places, collector: Collector) -> None:
    """Check plain numbers that have a range of their own."""

    def ask(holds: bool, name: str, value: object, expected: str) -> None:
        if not holds:
            collector.add(places.finding("out_of_range", (*path, name), value=value, expected=expected))

    for name in ("term", "within_years", "least_number", "openings_per_year", "least_investment", "already_used", "bonus", "amount"):
        value = getattr(entry, name, None)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            least = 1 if name in ("term", "openings_per_year") else 0
            ask(value >= least, name, value, _("at least {n}").format(n=least))
    if isinstance(entry, Ticket):
        for name in ("at_least", "at_most"):
            value = getattr(entry, name)
            ask(value is None or value >= 0, name, value, _("0 or more"))
    if isinstance(entry, Channel):
        fee = entry.issue_fee
        ask(fee is None or 0 <= fee < 1, "issue_fee", fee, _("a share from 0 to below 1"))
        if entry.term is not None:
            ask(entry.term <= MOST_TERM, "term", entry.term, _("at most 100 years"))
    for name in ("cap", "amount"):
        cap = getattr(entry, name, None)
        if isinstance(cap, CapByYear):
            _check_cap(cap, (*path, name), places, collector)
    if isinstance(entry, Coordination) and entry.active and entry.mode == "bonus" and entry.bonus is None:
        collector.add(places.finding("missing_key", (*path, "bonus"), expected=_("points for an opened area, because mode is bonus")))


def _check_cap(cap: CapByYear, path: YamlPath, places: Places, collector: Collector) -> None:
    if cap.later == "last" and not cap.years:
        collector.add(places.finding("cap_empty", path, value="last", expected=_("at least one year with a number, or open")))


def _check_lists(policy: Policy, places: Places, collector: Collector) -> None:
    """Check ids and labels that must not be given twice, and the spending profiles."""
    _unique({i: list(c.types) for i, c in policy.object_classes.items()}, ("object_classes",), "types", places, collector)
    _unique({i: list(a.works) for i, a in policy.actions.items()}, ("actions",), "works", places, collector)
    for vocabulary in dict.fromkeys(c.vocabulary for c in COLUMNS if c.vocabulary):
        if vocabulary in ("waivable", "parts", "object_types"):  # types of two classes may share a name
            continue
        for language in ("zh", "en"):
            seen: dict[str, str] = {}
            for i, label in policy.vocabulary(vocabulary).items():
                text = getattr(label, language).strip()
                if text in seen:
                    where = ("screening", "stages", "order", i) if vocabulary == "stages" else (vocabulary, i)
                    expected = _("a label of its own in the list {name}; {other} has it too").format(name=vocabulary, other=seen[text])
                    collector.add(places.finding("duplicate_label", where, value=text, expected=expected, severity="error" if language == "zh" else "warning"))
                seen.setdefault(text, i)
    for i in policy.columns:
        if i in BY_ID or i in DERIVED or i.startswith("neg_"):
            collector.add(places.finding("column_exists", ("columns", i), value=i, expected=_("an id that no column of the library has")))
    for years, shares in policy.spend_profiles.items():
        at: YamlPath = ("spend_profiles", years)
        if not 1 <= years <= MAX_SPEND_YEARS:
            collector.add(places.finding("out_of_range", at, value=years, expected=_("a duration from 1 to {n} years").format(n=MAX_SPEND_YEARS)))
        if len(shares) != years:
            collector.add(places.finding("profile", at, value=len(shares), expected=_("{n} shares, one a year").format(n=years)))
        if any(s < 0 for s in shares) or sum(shares) != 1:
            collector.add(places.finding("profile", at, value=str(sum(shares)), expected=_("shares from 0 to 1 that add up to 1")))
    city = policy.city
    if city.near_to is not None and city.far_to is not None and city.near_to > city.far_to:
        collector.add(places.finding("bounds_crossed", ("city", "near_to"), value=city.near_to, expected=_("not after far_to, which is {year}").format(year=city.far_to)))
    _check_screening(policy, places, collector)


def _unique(groups: dict[str, list[str]], path: YamlPath, inner: str, places: Places, collector: Collector) -> None:
    seen: dict[str, str] = {}
    for group, ids in groups.items():
        for i in ids:
            if i in seen:
                expected = _("an id of its own; {other} has it too").format(other=seen[i])
                collector.add(places.finding("duplicate_id", (*path, group, inner, i), value=i, expected=expected))
            seen.setdefault(i, group)


def _check_screening(policy: Policy, places: Places, collector: Collector) -> None:
    screening = policy.screening
    numbers: dict[int, str] = {}
    for i, item in screening.negative_list.items():
        at: YamlPath = ("screening", "negative_list", i, "number")
        if item.number < 1:
            collector.add(places.finding("out_of_range", at, value=item.number, expected=_("at least {n}").format(n=1)))
        if item.number in numbers:
            expected = _("a number of its own; {other} has it too").format(other=numbers[item.number])
            collector.add(places.finding("duplicate_id", at, value=item.number, expected=expected))
        numbers.setdefault(item.number, i)
    seen: dict[str, str] = {}
    for section in ("negative_list", "requirements", "demolition"):
        for i in getattr(screening, section):
            if i in seen:
                expected = _("an id of its own, because waivers name it; {other} has it too").format(other=f"screening.{seen[i]}")
                collector.add(places.finding("duplicate_id", ("screening", section, i), value=i, expected=expected))
            seen.setdefault(i, section)
    stages = screening.stages
    if stages is None:
        return

    def stage(name: str, at: YamlPath) -> None:
        if name not in stages.order:
            collector.add(places.finding("unknown_id", at, value=name, expected=one_of(stages.order), hint=did_you_mean(name, stages.order)))

    for n, rule in enumerate(stages.needed):
        stage(rule.stage, ("screening", "stages", "needed", n, "stage"))
    for mode, skipped in stages.skip.items():
        at = ("screening", "stages", "skip", mode)
        if mode not in policy.modes:
            collector.add(places.finding("unknown_id", at, value=mode, expected=one_of(policy.modes), hint=did_you_mean(mode, policy.modes)))
        for n, name in enumerate(skipped):
            stage(name, (*at, n))
