"""Parts that the plans of one folder have in common, screening and scores, kept once: each plan file names that file and its sha256."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..domain.plan import Plan
from ..errors import Collector, Finding
from ..i18n import _
from .jsonfile import parse_json
from .source import read_bytes

#: what does not hang on the portfolio: the same in every plan of one question
PARTS = ("screening", "scores")
#: stands in a plan file in their place
KEY = "shared"


def parted(plan: Plan) -> tuple[dict[str, Any], str]:
    """Return a plan as data without the common parts, and the JSON text of these.

    Parameters
    ----------
    plan : Plan

    Raises
    ------
    ValueError
        For a number that is not finite.
    """
    data = plan.model_dump(mode="json", by_alias=True)
    return data, compact({name: data.pop(name) for name in PARTS})


def compact(data: dict[str, Any]) -> str:
    """Return JSON text on one line, with a line end: shorter by a third than one value a line, and made ten times faster."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def sha256_of(text: str) -> str:
    """Return the sha256 of a text's file."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def joined(data: dict[str, Any], path: Path, collector: Collector, max_bytes: int) -> dict[str, Any] | None:
    """Return the data of a plan file with its common parts in their place, or None after adding a finding.

    Parameters
    ----------
    data : dict
        Of the plan file; as it is where it names no common parts.
    path : Path
        Of the plan file: the other one is named from its folder.
    collector : Collector
    max_bytes : int
        A larger file is refused unread.
    """
    if KEY not in data:
        return data
    own, said = {k: v for k, v in data.items() if k != KEY}, data[KEY]
    if not (isinstance(said, dict) and said.keys() == {"path", "sha256"} and all(isinstance(v, str) for v in said.values())):
        collector.add(Finding("shared_parts", file=str(path), path=KEY, value=str(said)[:60], expected=_("path and sha256 of the file with what the plans of the folder have in common")))
        return None
    place = path.parent / said["path"]
    raw = read_bytes(place, Collector(), max_bytes)
    if raw is None or hashlib.sha256(raw).hexdigest() != said["sha256"]:
        found = _("not there") if raw is None else _("another content")
        expected = _("the unchanged file {file} with what the plans of the folder have in common: move plans with their whole folder, or write one by itself with show plan FILE --json").format(file=said["path"])
        collector.add(Finding("shared_parts", file=str(path), path=KEY, value=found, expected=expected))
        return None
    parts = parse_json(raw, str(place), collector, _("the common parts of plans in JSON"))
    if parts is None:
        return None
    if not isinstance(parts, dict) or parts.keys() != set(PARTS) or parts.keys() & own.keys():
        collector.add(Finding("shared_parts", file=str(place), expected=_("{parts}, and none of them in the plan file itself").format(parts=", ".join(PARTS))))
        return None
    return own | parts
