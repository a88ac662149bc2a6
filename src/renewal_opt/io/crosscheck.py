"""Cross checks: what the schemas alone cannot see, of the policy, and of policy, scenario and library together."""

from __future__ import annotations

from ..domain.library import Library
from ..domain.scenario import Scenario
from ..errors import Collector
from ..i18n import _
from .crosscheck_columns import Columns
from .crosscheck_filters import check_filters
from .crosscheck_library import LibraryPlace, check_force, check_library, check_past
from .crosscheck_money import check_money
from .crosscheck_numbers import check_numbers
from .crosscheck_ranges import check_ranges
from .crosscheck_rules import check_rules
from .crosscheck_scores import check_criteria, check_scenario_weights
from .places import Places
from .policy import LoadedPolicy

__all__ = ["LibraryPlace", "check_all", "check_policy", "check_scenario"]


def check_policy(loaded: LoadedPolicy, collector: Collector) -> None:
    """Check a policy by itself: filters, measures, value functions, weights, ranges, bounds, ids."""
    columns = Columns(loaded.policy)
    check_filters(columns, loaded.places, collector)
    check_criteria(columns, loaded.places, collector)
    check_numbers(columns, loaded.places, collector)
    check_ranges(columns, loaded.places, collector)
    check_rules(columns, loaded.places, collector)


def check_scenario(loaded: LoadedPolicy, scenario: Scenario, places: Places, collector: Collector) -> None:
    """Check a scenario against its policy: criteria it names, and the plan's period."""
    check_scenario_weights(scenario, loaded.policy, places, collector)
    last = loaded.policy.city.far_to
    if last is not None and scenario.plan_year > last:
        expected = _("a year within the plan's period, which ends in {year}").format(year=last)
        collector.add(places.finding("plan_year", ("plan_year",), value=scenario.plan_year, expected=expected, severity="warning"))


def check_all(
    loaded: LoadedPolicy,
    scenario: Scenario,
    scenario_places: Places,
    library: Library,
    place: LibraryPlace,
    collector: Collector,
) -> None:
    """Check the library against the policy, and both against the scenario (the policy's own checks excluded)."""
    check_library(loaded.policy, library, place, loaded.places, collector)
    check_force(library, scenario, place, scenario_places, collector)
    check_past(library, scenario, place, collector)
    check_money(loaded.policy, library, scenario, loaded.places, collector)
    if not any(p.part in ("new_start", "carry_over") for p in library.projects):
        words = _("at least one project declared as new start or carry-over")
        collector.findings.append(scenario_places.finding("no_candidates", ("library",), value="", expected=words, severity="warning"))
