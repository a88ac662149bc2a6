"""Cross checks of filters (`where`, `eligible`) and of tests on single columns (`accept`, `delay`)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..domain.base import Scalar
from ..domain.filters import parse_comparison
from ..domain.funding import Delay
from ..domain.screening import Requirement
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import NUMERIC, Columns, Known, entries
from .nearest import did_you_mean, one_of
from .places import Places
from .yamlfile import YamlPath

FILTER_FIELDS = ("where", "eligible")


def check_filters(columns: Columns, places: Places, collector: Collector) -> None:
    """Check every filter of the policy: columns exist, values are in their vocabularies, tests fit the kind."""
    for path, entry in entries(columns.policy):
        for name in FILTER_FIELDS:
            where = getattr(entry, name, None)
            if isinstance(where, Mapping):
                check_where(where, (*path, name), columns, places, collector)
        if isinstance(entry, Requirement):
            _check_requirement(entry, path, columns, places, collector)
        elif isinstance(entry, Delay):
            _check_delay(entry, path, columns, places, collector)


def check_where(
    where: Mapping[str, tuple[Scalar, ...]], path: YamlPath, columns: Columns, places: Places, collector: Collector
) -> None:
    """Check one filter."""
    for column, tests in where.items():
        known = known_column(column, (*path, column), columns, places, collector)
        if known is None:
            continue
        for test in tests:
            fault = value_fault(test, known)
            if fault is not None:
                expected, hint = fault
                collector.add(places.finding("filter_value", (*path, column), value=test, expected=expected, hint=hint))


def known_column(name: str, path: YamlPath, columns: Columns, places: Places, collector: Collector) -> Known | None:
    """Return what is known of a column, or None after adding a finding."""
    known = columns.known.get(name)
    if known is None:
        expected = _("a column of the library that filters can use")
        collector.add(places.finding("unknown_column", path, value=name, expected=expected, hint=did_you_mean(name, columns.known)))
    return known


def value_fault(test: Scalar, known: Known) -> tuple[str, str] | None:
    """Return expectation and hint when no value of the column can satisfy the test, or its meaning is open."""
    if isinstance(test, str) and test == "any":
        return None
    comparison = parse_comparison(test) if isinstance(test, str) else None
    if known.kind in NUMERIC:
        return _number_fault(test, comparison)
    if comparison is not None and comparison[0] != "!=":
        return _("a value: this column holds no numbers to compare"), ""
    word: Any = comparison[1] if comparison else test
    if isinstance(word, bool):
        word = "yes" if word else "no"
    if known.values is not None:
        return _choice_fault(str(word), known)
    if not isinstance(word, str):
        return _("text"), _("put it into quotes: this column holds text")
    return None


def _number_fault(test: Scalar, comparison: tuple[str, str] | None) -> tuple[str, str] | None:
    if isinstance(test, bool):
        return _("a number or a comparison such as '> 0'"), ""
    if not isinstance(test, str):
        return None
    if comparison is None:
        hint = _("write the number without quotes") if _is_number(test) else ""
        return _("a number, a comparison such as '> 0', or any"), hint
    if not _is_number(comparison[1]):
        return _("a number after {operator}").format(operator=comparison[0]), ""
    return None


def _choice_fault(word: str, known: Known) -> tuple[str, str] | None:
    values = known.values or ()
    if word in values:
        return None
    if not values:
        return _("no such value: the policy's list {name} is empty").format(name=known.vocabulary), ""
    return one_of(values), did_you_mean(word, values)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _check_requirement(entry: Requirement, path: YamlPath, columns: Columns, places: Places, collector: Collector) -> None:
    known = known_column(entry.column, (*path, "column"), columns, places, collector)
    if known is None:
        return
    for name in ("accept", "unclear"):
        for i, test in enumerate(getattr(entry, name) or ()):
            fault = None if known.kind in NUMERIC and _is_number(test) else value_fault(test, known)
            if fault is not None:
                collector.add(places.finding("filter_value", (*path, name, i), value=test, expected=fault[0], hint=fault[1]))
    if entry.accept is not None and not entry.accept:
        collector.add(places.finding("empty_list", (*path, "accept"), expected=_("at least one value; leave it out to accept any entry")))


def _check_delay(entry: Delay, path: YamlPath, columns: Columns, places: Places, collector: Collector) -> None:
    known = known_column(entry.column, (*path, "column"), columns, places, collector)
    if known is None:
        return
    for value, years in entry.years.items():
        fault = None if known.values is None else _choice_fault(value, known)
        if fault is not None:
            collector.add(places.finding("filter_value", (*path, "years", value), value=value, expected=fault[0], hint=fault[1]))
        if years < 0:
            collector.add(places.finding("out_of_range", (*path, "years", value), value=years, expected=_("0 or more years")))
    if entry.blank is not None and entry.blank < 0:
        collector.add(places.finding("out_of_range", (*path, "blank"), value=entry.blank, expected=_("0 or more years")))
