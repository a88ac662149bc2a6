"""Cross checks of what the solver or a reader would stumble over: implausible sizes, values given twice, empty lists."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel

from ..domain.base import WAN, Dated
from ..domain.funding import CapRule, CoverRule, Delay, FundBalanceRule, RatioRule
from ..domain.policy import ReserveRule
from ..domain.rules import AreaConditions, Coordination, Level
from ..domain.screening import HealthCheck
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import Columns, entries
from .places import Places
from .yamlfile import YamlPath

#: numbers of a field: schema class, field, least value above 0, largest value
_SIZES: tuple[tuple[type[BaseModel], str, str, str], ...] = (
    (RatioRule, "at_least", "0.000001", "1000000"),
    (RatioRule, "at_most", "0.000001", "1000000"),
    (CoverRule, "ratio", "0.01", "1000"),
    (FundBalanceRule, "ratio", "0.01", "1000"),
    (AreaConditions, "least_number", "0", "1000000"),
    (AreaConditions, "revenue_share", "0.000001", "1000"),
    (Coordination, "openings_per_year", "0", "1000000"),
    (Coordination, "bonus", "0.000001", "1000000"),
    (Level, "value", "0.000001", "1000000000000000"),
    (HealthCheck, "within_years", "0", "1000"),
    (Delay, "blank", "0", "100"),
)
#: lists whose values must differ, and those that must hold something where they are given
_ONCE = ("channels", "also_capital", "districts", "years", "terms", "term_channels", "revenue", "accept", "unclear")
_FILLED = ((CapRule, "years"), (CoverRule, "revenue"), (FundBalanceRule, "revenue"))


def check_ranges(columns: Columns, places: Places, collector: Collector) -> None:
    """Check sizes, repeated values and empty lists everywhere in the policy."""
    for path, entry in entries(columns.policy):
        for kind, name, least, most in _SIZES:
            if isinstance(entry, kind):
                _check_size(getattr(entry, name), (*path, name), Decimal(least), Decimal(most), places, collector)
        if isinstance(entry, Delay):
            for key, years in entry.years.items():
                _check_size(years, (*path, "years", key), Decimal(0), Decimal(100), places, collector)
        for name in _ONCE:
            _check_once(getattr(entry, name, None), (*path, name), places, collector)
        for kind, name in _FILLED:
            if isinstance(entry, kind) and getattr(entry, name) == ():
                collector.add(places.finding("empty_list", (*path, name), expected=_("at least one value; leave it out for all")))
        _check_reserve_and_caps(entry, path, places, collector)


def _check_size(value: object, path: YamlPath, least: Decimal, most: Decimal, places: Places, collector: Collector) -> None:
    points: list[tuple[object, YamlPath]] = [(value, path)]
    if isinstance(value, Dated):
        points = [(p.value, path if p.year == 0 else (*path, p.year)) for p in value.points]
    for number, at in points:
        if not isinstance(number, (int, Decimal)) or number == 0:
            continue
        if not least <= abs(Decimal(number)) <= most:
            expected = _("0, or a size from {least} to {most}") if least else _("at most {most}")
            collector.add(places.finding("implausible_size", at, value=number, expected=expected.format(least=least, most=most)))


def _check_once(value: object, path: YamlPath, places: Places, collector: Collector) -> None:
    if not isinstance(value, tuple):
        return
    for n, item in enumerate(value):
        if item in value[:n]:
            collector.add(places.finding("duplicate_value", (*path, n), value=item, expected=_("each value once")))


def _check_reserve_and_caps(entry: BaseModel, path: YamlPath, places: Places, collector: Collector) -> None:
    if isinstance(entry, ReserveRule):
        for name in ("at_most", "money_multiple"):
            value = getattr(entry, name)
            if value is not None and value < 0:
                collector.add(places.finding("out_of_range", (*path, name), value=value, expected=_("0 or more")))
    if isinstance(entry, CapRule) and entry.already_used > entry.amount:
        expected = _("at most the amount, {amount} 万元").format(amount=f"{Decimal(entry.amount) / WAN:f}")
        collector.add(places.finding("over_used", (*path, "already_used"), value=str(Fraction(entry.already_used, WAN)), expected=expected))
