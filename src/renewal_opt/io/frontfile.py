"""Reads and writes front files: JSON, versioned, strict."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from pydantic import ValidationError

from ..domain.front import FRONT_VERSION, Front
from ..errors import Collector, Finding, InputError
from ..i18n import _
from .jsonfile import parse_json
from .places import Layer, Places
from .pydantic_findings import findings_of
from .source import read_bytes

#: larger front files are refused unread
MAX_BYTES = 500_000_000


def front_to_json(front: Front) -> str:
    """Return a front as JSON text."""
    return json.dumps(front.model_dump(mode="json"), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_front(path: str | Path) -> Front:
    """Read a front file.

    Raises
    ------
    InputError
        For a file that cannot be read, is no JSON, has another version, or does not fit the schema, each fault with its path.
    """
    collector = Collector()
    raw = read_bytes(Path(path), collector, MAX_BYTES)
    data = None if raw is None else parse_json(raw, str(path), collector, _("a front file in JSON"))
    collector.raise_errors()
    if not isinstance(data, dict) or data.get("front_version") != FRONT_VERSION:
        value = str(data.get("front_version")) if isinstance(data, dict) else ""
        raise InputError([Finding("front_version", file=str(path), path="front_version", value=value, expected=str(FRONT_VERSION))])
    try:
        front = Front.model_validate(data)
    except ValidationError as error:
        places = Places()
        places.state((), Layer(Path(path).name, str(path), None))
        raise InputError(findings_of(error, Front, data, places)) from None
    _check(front, str(path), collector)
    collector.raise_errors()
    return front


def _check(front: Front, file: str, collector: Collector) -> None:
    """Hold what the schema cannot say: as many values as objectives, and exact numbers."""
    p = len(front.objectives)

    def wrong(kind: str, where: str, value: str, expected: str) -> None:
        collector.add(Finding(kind, file=file, path=where, value=value, expected=expected))

    if p < 2:
        wrong("few_objectives", "objectives", str(p), _("at least two"))
    for i, point in enumerate(front.points):
        if len(point.values) != p:
            wrong("wrong_length", f"points.{i}.values", str(len(point.values)), str(p))
        for j, text in enumerate(point.values):
            if not _is_exact(text):
                wrong("not_exact", f"points.{i}.values.{j}", text, _("a whole number or a fraction a/b"))
    for j, number in enumerate(front.payoff):
        if number is not None and not 1 <= number <= len(front.points):
            wrong("unknown_point", f"payoff.{j}", str(number), _("the number of a point"))


def _is_exact(text: str) -> bool:
    if len(text) > 400:
        return False
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True
