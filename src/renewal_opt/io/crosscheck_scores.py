"""Cross checks of criteria, indicators, value functions and weights (plain or from pairwise judgements)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ..domain.criteria import Indicator
from ..domain.policy import Policy
from ..domain.scenario import Scenario
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import CHOICES, NUMERIC, Columns, Known
from .crosscheck_filters import known_column
from .nearest import did_you_mean, listing, one_of
from .places import Places
from .yamlfile import YamlPath


def check_criteria(columns: Columns, places: Places, collector: Collector) -> None:
    """Check the policy's criteria: weights, columns, and value functions that fit their column."""
    criteria = columns.policy.criteria
    _check_weights({i: c.weight for i, c in criteria.items()}, ("criteria",), places, collector)
    for i, criterion in criteria.items():
        path: YamlPath = ("criteria", i, "indicators")
        _check_weights({k: v.weight for k, v in criterion.indicators.items()}, path, places, collector)
        for name, indicator in criterion.indicators.items():
            known = known_column(indicator.column, (*path, name, "column"), columns, places, collector)
            if known is not None:
                _check_value(indicator, known, (*path, name), places, collector)


def _check_weights(weights: dict[str, Decimal], path: YamlPath, places: Places, collector: Collector) -> None:
    for i, weight in weights.items():
        if weight < 0:
            collector.add(places.finding("out_of_range", (*path, i, "weight"), value=weight, expected=_("0 or more")))
    if weights and all(w == 0 for w in weights.values()):
        collector.add(places.finding("weights_zero", path, value=0, expected=_("at least one weight above 0")))


def _check_value(indicator: Indicator, known: Known, path: YamlPath, places: Places, collector: Collector) -> None:
    function, numeric = indicator.value, known.kind in NUMERIC
    if indicator.scale == "total" and not numeric:
        collector.add(places.finding("value_function", (*path, "scale"), value="total", expected=_("rate: the column {column} holds no numbers").format(column=indicator.column)))
    if function.points is not None:
        if not numeric:
            words = _("a mapping of category to value: the column {column} holds no numbers")
            collector.add(places.finding("value_function", (*path, "value"), expected=words.format(column=indicator.column)))
        return
    if numeric:
        words = _("pairs [x, value]: the column {column} holds numbers")
        collector.add(places.finding("value_function", (*path, "value"), expected=words.format(column=indicator.column)))
        return
    keys = [k for k in (function.categories or {}) if k != "other" or "other" in (known.values or ())]
    if known.values is None:
        if known.kind not in CHOICES and not keys:
            collector.add(places.finding("value_function", (*path, "value"), expected=_("at least one category beside other")))
        return
    for key in keys:
        if key not in known.values:
            expected = one_of(known.values) if known.values else _("no category: the policy's list {name} is empty").format(name=known.vocabulary)
            collector.add(places.finding("unknown_category", (*path, "value", key), value=key, expected=expected, hint=did_you_mean(key, known.values)))
    lacking = [v for v in known.values if v not in (function.categories or {})]
    if lacking and "other" not in (function.categories or {}):
        expected = _("a value for {names}, or the key other").format(names=", ".join(lacking[:8]) + (" …" if len(lacking) > 8 else ""))
        collector.add(places.finding("category_missing", (*path, "value"), expected=expected))


def check_scenario_weights(scenario: Scenario, policy: Policy, places: Places, collector: Collector) -> None:
    """Check the scenario's weights and pairwise judgements: names are criteria, something counts, pairs are whole."""
    if scenario.weights is not None:
        for name in scenario.weights:
            if name not in policy.criteria:
                _unknown_criterion(name, ("weights", name), policy, places, collector)
        merged = {i: scenario.weights.get(i, c.weight) for i, c in policy.criteria.items()}
        if all(w == 0 for w in merged.values()) and any(c.weight for c in policy.criteria.values()):
            collector.add(places.finding("weights_zero", ("weights",), value=0, expected=_("at least one weight above 0")))
    if scenario.ahp is not None:
        _check_ahp(scenario, policy, places, collector)


def _check_ahp(scenario: Scenario, policy: Policy, places: Places, collector: Collector) -> None:
    assert scenario.ahp is not None
    path: YamlPath = ("ahp", "pairs")
    judged: set[frozenset[str]] = set()
    for (a, b), judgement in scenario.ahp.pairs.items():
        at = (*path, f"{a}/{b}")
        for name in (a, b):
            if name not in policy.criteria:
                _unknown_criterion(name, at, policy, places, collector)
        if a == b:
            collector.add(places.finding("ahp_pair", at, value=f"{a}/{b}", expected=_("two different criteria")))
        elif frozenset((a, b)) in judged:
            collector.add(places.finding("ahp_pair", at, value=f"{a}/{b}", expected=_("each pair once")))
        judged.add(frozenset((a, b)))
        if not Fraction(1, 9) <= Fraction(str(judgement).replace(" ", "")) <= 9:
            collector.add(places.finding("out_of_range", at, value=judgement, expected=_("a judgement from 1/9 to 9")))
    names = list(policy.criteria)
    lacking = [f"{a}/{b}" for i, a in enumerate(names) for b in names[i + 1 :] if frozenset((a, b)) not in judged]
    if lacking:
        expected = _("every pair of criteria; missing: {pairs}").format(pairs=", ".join(lacking[:12]) + (" …" if len(lacking) > 12 else ""))
        collector.add(places.finding("ahp_pair", path, expected=expected))
    if not scenario.ahp.consistency_at_most >= 0:
        collector.add(places.finding("out_of_range", ("ahp", "consistency_at_most"), value=scenario.ahp.consistency_at_most, expected=_("0 or more")))


def _unknown_criterion(name: str, path: YamlPath, policy: Policy, places: Places, collector: Collector) -> None:
    expected = _("a criterion: {names}").format(names=listing(policy.criteria))
    collector.add(places.finding("unknown_id", path, value=name, expected=expected, hint=did_you_mean(name, policy.criteria)))
