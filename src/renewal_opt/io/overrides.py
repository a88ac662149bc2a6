"""Overrides by dotted path, applied to the raw policy before it is validated."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.policy import Policy
from ..errors import Collector
from ..i18n import _
from .nearest import did_you_mean, listing
from .places import Layer, Places
from .schemawalk import child, is_mapping, keys_of, model_of, years_as_keys
from .yamlfile import YamlPath

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")


@dataclass(frozen=True)
class Problem:
    """Why an override cannot be applied."""

    kind: str
    value: str
    expected: str
    hint: str = ""


def apply_overrides(tree: dict[str | int, Any], overrides: Mapping[Any, Any], places: Places, layer: Layer, collector: Collector) -> None:
    """Change `tree` in place, in the order of the overrides; a null removes a key.

    A value replaces what stands at its path, a mapping or list as a whole. Every key on the way must
    exist, or be known to the schema (then it is made); so must the last one, except where keys are
    free (ids of entries, years, columns of a filter). New entries are mappings.

    Parameters
    ----------
    tree : dict
        The raw merged policy.
    overrides : mapping
        Dotted path to value.
    places : Places
        Origins of the tree's values, kept up to date.
    layer : Layer
        Origin of the overrides; `layer.told` is the path of their mapping in that file.
    collector : Collector
        Receives a finding for each override that leads nowhere, at its place in the layer's file.
    """
    stated = Places()
    stated.state((), layer)
    for name, value in overrides.items():
        if not isinstance(name, str) or not name or any(not part for part in name.split(".")):
            collector.add(stated.finding("override_path", (name,), value=name, expected=_("a dotted path such as funding.channels.special_bond.cap.2025")))
            continue
        path, problem = _apply(tree, name.split("."), copy.deepcopy(value))
        if problem is not None:
            collector.add(stated.finding(problem.kind, (name,), value=problem.value, expected=problem.expected, hint=problem.hint))
            continue
        told = None if layer.told is None else (*layer.told, name)
        places.state(path, Layer(layer.name, layer.file, layer.node, told))


def _apply(tree: Any, parts: list[str], value: Any) -> tuple[YamlPath, Problem | None]:
    here, kind = tree, Policy
    path: list[str | int] = []
    for i, part in enumerate(parts[:-1]):
        key = _key(here, part)
        if key is None:
            known = keys_of(kind)
            wanted = child(kind, part) if known is not None else None
            if isinstance(here, dict) and wanted is not None and is_mapping(wanted):
                key = part
                here[key] = {}
            else:
                return tuple(path), _unknown(here, kind, parts, i)
        path.append(key)
        inner = here[key]
        kind = child(kind, key)
        if inner is None and is_mapping(kind):
            inner = here[key] = {}
        if not isinstance(inner, (dict, list)):
            below = ".".join(parts[: i + 1])
            hint = _("give {path} as a whole, by year").format(path=below) if years_as_keys(kind) else ""
            return tuple(path), Problem("override_path", below, _("a path to a value; {path} is a value itself").format(path=below), hint)
        here = inner
    part = parts[-1]
    key = _key(here, part)
    if key is None:
        if not isinstance(here, dict) or not _may_add(kind, part, value):
            return tuple(path), _unknown(here, kind, parts, len(parts) - 1)
        key = int(part) if years_as_keys(kind) and _INT.fullmatch(part) else part
    path.append(key)
    if value is None:
        del here[key]
    else:
        here[key] = value
    return tuple(path), None


def _key(here: Any, part: str) -> str | int | None:
    """Return the key of `here` that the text names, or None."""
    if isinstance(here, dict):
        return next((k for k in here if str(k) == part), None)
    if isinstance(here, list) and _INT.fullmatch(part) and 0 <= int(part) < len(here):
        return int(part)
    return None


def _may_add(kind: Any, part: str, value: Any) -> bool:
    """Return whether a key that is absent may be set: a field of the schema, or a free key."""
    if value is None:
        return False
    if keys_of(kind) is not None:
        return child(kind, part) is not None
    inner = child(kind, part)
    return isinstance(value, dict) if model_of(inner) is not None else True


def _unknown(here: Any, kind: Any, parts: list[str], at: int) -> Problem:
    part = parts[at]
    if isinstance(here, list):
        return Problem("override_path", part, _("a position from 0 to {n}").format(n=len(here) - 1))
    present = [str(k) for k in here]
    known = list(dict.fromkeys([*present, *(keys_of(kind) or ())]))
    below = ".".join(parts[:at]) or _("the policy")
    expected = _("a known path; {parent} holds {names}").format(parent=below, names=listing(known))
    return Problem("override_path", part, expected, did_you_mean(part, known))
