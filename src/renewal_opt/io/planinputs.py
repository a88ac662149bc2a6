"""The inputs of a plan file, read again for the names in its tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..domain.plan import Plan
from ..domain.scenario import Scenario, SolverOptions
from ..errors import Finding, InputError
from ..i18n import _
from .atomic import sha256_file
from .places import shown

if TYPE_CHECKING:
    from .load import Inputs


def overrides_of(plan: Plan, path: Path) -> Mapping[str, Any]:
    """Return the policy values that the command line had changed for a plan; empty for none.

    Parameters
    ----------
    plan : Plan
    path : Path
        Its file, for the finding.

    Raises
    ------
    InputError
        When they are no mapping.
    """
    found = plan.options.get("overrides")
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        expected = _("a mapping from paths of the policy to values")
        raise InputError([Finding("bad_value", file=str(path), path="options.overrides", value=shown(found), expected=expected)])
    return found


def read_plan_inputs(plan: Plan, path: Path) -> Inputs | None:
    """Return the inputs of a plan, or None where they are gone, have changed or cannot be read.

    Raises
    ------
    InputError
        When the overrides in the plan's options are no mapping.
    """
    from .load import load_inputs

    overrides = overrides_of(plan, path)
    folder = path.resolve().parent
    scenarios = [folder / i.path for i in plan.inputs if i.role == "scenario"]
    try:
        if not scenarios or any(sha256_file(folder / i.path) != i.sha256 for i in plan.inputs):
            return None
        # the scenario that was solved is listed before those that it extends
        return load_inputs(scenarios[0], overrides=exact(overrides) or None)
    except (OSError, ValueError, InputError):
        return None


def solved_with(plan: Plan, path: Path, scenario: Scenario) -> Scenario:
    """Return the scenario with the solver's options that the command line had changed for a plan.

    Parameters
    ----------
    plan : Plan
    path : Path
        Its file, for the findings.
    scenario : Scenario

    Raises
    ------
    InputError
        For options that the solver does not have, or values that they cannot take.
    """
    found = plan.options.get("solver")
    if found is None:
        return scenario
    try:
        if not isinstance(found, Mapping) or not set(found) <= set(SolverOptions.model_fields):
            raise TypeError
        solver = SolverOptions.model_validate(scenario.solver.model_dump() | exact(found))
    except (TypeError, ValidationError):
        expected = _("a mapping of gap (from 0 to below 1), seconds (above 0), threads (1 to 256), seed")
        raise InputError([Finding("bad_value", file=str(path), path="options.solver", value=shown(found), expected=expected)]) from None
    return scenario.model_copy(update={"solver": solver})


def exact(value: Any) -> Any:
    """Return overrides from JSON as they were given: floats as decimals, years as whole numbers."""
    if isinstance(value, Mapping):
        return {int(k) if isinstance(k, str) and k.isascii() and k.isdigit() else k: exact(v) for k, v in value.items()}
    if isinstance(value, list):
        return [exact(v) for v in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
