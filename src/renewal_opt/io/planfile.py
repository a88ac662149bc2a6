"""Reads and writes plan files: JSON, versioned, strict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.plan import PLAN_VERSION, Plan
from ..errors import Collector, InputError
from ..i18n import _
from .atomic import write_text_atomic
from .jsonfile import parse_json
from .load import Inputs
from .places import Layer, Places, shown
from .pydantic_findings import findings_of
from .sharedparts import joined
from .source import read_bytes
from .yamlfile import YamlPath

#: larger plan files are refused unread
MAX_BYTES = 1_000_000_000

#: digits of an exact number
MAX_DIGITS = 400

_EXACT = re.compile(r"-?\d{1,400}(?:\.\d{1,400}|/0*[1-9]\d{0,400})?", re.ASCII)


def read_plan(path: str | Path, collector: Collector | None = None) -> Plan:
    """Read a plan file.

    Parameters
    ----------
    path : str or Path
        A plan as `write_plan` writes it, or one of a folder whose plans share parts (`sharedparts`).
    collector : Collector, optional
        Receives all findings.

    Raises
    ------
    InputError
        For a file that cannot be read, is no JSON, has another `plan_version`, or does not fit the
        schema (each fault with its path; exact numbers are read too).
    """
    collector = Collector() if collector is None else collector
    plan = _read(Path(path), collector)
    collector.raise_errors()
    if plan is None:  # pragma: no cover - _read adds an error whenever it returns None
        raise InputError(collector.findings)
    return plan


def _read(path: Path, collector: Collector) -> Plan | None:
    raw = read_bytes(path, collector, MAX_BYTES)
    data = None if raw is None else parse_json(raw, str(path), collector, _("a plan file in JSON"))
    if isinstance(data, dict):
        data = joined(data, path, collector, MAX_BYTES)
    return None if data is None else _plan(data, str(path), collector)


def _plan(data: Any, file: str, collector: Collector) -> Plan | None:
    places = Places()
    places.state((), Layer(Path(file).name, file))
    if not isinstance(data, dict):
        collector.add(places.finding("not_a_mapping", (), expected=_("a plan: a JSON object with the key plan_version")))
        return None
    version = data.get("plan_version")
    if version != PLAN_VERSION or isinstance(version, bool) or not isinstance(version, int):
        expected = _("version {version} of the plan's schema").format(version=PLAN_VERSION)
        hint = _("no plan file, or one of another program version") if "plan_version" not in data else _("solve again, or use the version that wrote it")
        value = shown(version) if "plan_version" in data else ""
        collector.add(places.finding("plan_version", ("plan_version",), value=value, expected=expected, hint=hint))
        return None
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        collector.findings.extend(findings_of(error, Plan, data, places))
        return None
    for path, text in _exact_numbers(plan):
        if not is_exact(text):
            expected = _("an exact number such as 12, 12.5 or 25/2")
            collector.add(places.finding("not_a_number", path, value=text, expected=expected))
    return plan


def _exact_numbers(plan: Plan) -> Iterator[tuple[YamlPath, str]]:
    """Yield path and text of each number that a plan holds as text."""
    yield ("objective", "value"), plan.objective.value
    yield ("objective", "gap_asked"), plan.objective.gap_asked
    if plan.objective.certified_bound is not None:
        yield ("objective", "certified_bound"), plan.objective.certified_bound
    for k, text in plan.criterion_totals.items():
        yield ("criterion_totals", k), text
    for i, w in enumerate(plan.weights.rows):
        yield ("weights", "rows", i, "weight"), w.weight
    for name in ("chosen", "reserve", "refused"):
        for i, entry in enumerate(getattr(plan, name)):
            yield (name, i, "score"), entry.score
    for i, row in enumerate(plan.scores):
        for name in ("total", "worst", "best"):
            yield ("scores", i, name), getattr(row, name)
        for name in ("indicators", "criteria"):
            for k, text in getattr(row, name).items():
                yield ("scores", i, name, k), text
    for i, use in enumerate(plan.use):
        for name in ("value", "at_least", "at_most"):
            text = getattr(use, name)
            if text is not None:
                yield ("use", i, name), text


def is_exact(text: str) -> bool:
    """Return whether a text is an exact number as plans hold it: whole, decimal or a/b, of at most 400 digits a part."""
    return _EXACT.fullmatch(text) is not None


def plan_to_json(plan: Plan) -> str:
    """Return a plan as JSON text: keys in the order of the schema, indented, a line end at the end.

    Raises
    ------
    ValueError
        For a number that is not finite.
    """
    return json.dumps(plan.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_plan(plan: Plan, path: str | Path, inputs: Inputs | Iterable[str | Path] = ()) -> Path:
    """Write a plan file whole or not at all, never over an input.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        Target.
    inputs : Inputs or iterable of paths
        What must not be overwritten.

    Returns
    -------
    Path
        The file actually written (another name where the target is held open).

    Raises
    ------
    InputError
        When the target is an input or cannot be written.
    """
    kept = [p for _role, p in inputs.files] if isinstance(inputs, Inputs) else list(inputs)
    return write_text_atomic(path, plan_to_json(plan), inputs=kept)
