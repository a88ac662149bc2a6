"""The inputs of a plan file, read again for the names in its tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.plan import Plan
from ..errors import InputError
from .atomic import sha256_file

if TYPE_CHECKING:
    from .load import Inputs


def read_plan_inputs(plan: Plan, path: Path) -> Inputs | None:
    """Return the inputs of a plan, or None where they are gone, have changed or cannot be read."""
    from .load import load_inputs

    folder = path.resolve().parent
    scenarios = [folder / i.path for i in plan.inputs if i.role == "scenario"]
    try:
        if not scenarios or any(sha256_file(folder / i.path) != i.sha256 for i in plan.inputs):
            return None
        overrides = plan.options.get("overrides")
        # the scenario that was solved is listed before those that it extends
        return load_inputs(scenarios[0], overrides=exact(overrides) if isinstance(overrides, Mapping) else None)
    except (OSError, ValueError, InputError):
        return None


def exact(value: Any) -> Any:
    """Return overrides from JSON as they were given: floats as decimals, years as whole numbers."""
    if isinstance(value, Mapping):
        return {int(k) if isinstance(k, str) and k.isascii() and k.isdigit() else k: exact(v) for k, v in value.items()}
    if isinstance(value, list):
        return [exact(v) for v in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
