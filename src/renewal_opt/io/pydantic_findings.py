"""Turns pydantic's errors into findings: place, value and what was expected, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..domain.base import ID_LENGTH, ID_PATTERN
from ..errors import Finding
from ..i18n import _
from .nearest import did_you_mean, listing, nearest, one_of
from .places import Places, shown
from .schemawalk import child, keys_of, plain
from .yamlfile import YamlPath

_MISSING = object()
#: faults of these are not blamed on the latest change below them
_WHOLE: tuple[YamlPath, ...] = ((), ("funding",))


def findings_of(error: ValidationError, model: type[BaseModel], data: Any, places: Places) -> list[Finding]:
    """Return one finding for each of pydantic's errors.

    Parameters
    ----------
    error : ValidationError
        What `model.model_validate(data)` raised.
    model : type
        The schema class, for known keys and allowed values.
    data : object
        The tree that was validated.
    places : Places
        Where the values of the tree come from.

    Returns
    -------
    list of Finding
        In the order of the tree's errors, each fault once.
    """
    out: dict[tuple[YamlPath, str, str], Finding] = {}
    for detail in error.errors(include_url=False):
        path = locate(detail["loc"], data)
        kind, value, expected, hint = _words(detail, path, model, data)
        if detail["type"] == "value_error":
            path, value, expected = _narrow(path, detail["input"], value, expected)
            if path not in _WHOLE:
                path = places.latest_below(path)
        out.setdefault((path, kind, expected), places.finding(kind, path, value=value, expected=expected, hint=hint))
    return list(out.values())


def _narrow(path: YamlPath, found: Any, value: str, expected: str) -> tuple[YamlPath, str, str]:
    """Move to the key that a message of the form "key: what was expected" names."""
    head, _colon, rest = expected.replace("：", ": ", 1).partition(": ")
    if isinstance(found, dict) and rest:
        key = next((k for k in found if str(k) == head), None)
        if key is not None:
            return (*path, key), shown(found[key]), rest.strip()
    return path, value, expected


def locate(loc: Iterable[str | int], data: Any) -> YamlPath:
    """Return pydantic's location as a path in the data: its own marks are dropped, keys are as written."""
    parts = list(loc)
    path: list[str | int] = []
    here = data
    for i, part in enumerate(parts):
        if isinstance(here, dict):
            key = next((k for k in here if k == part or str(k) == str(part)), None)
            if key is None:
                holder = [k for k, v in here.items() if isinstance(k, int) and isinstance(v, dict) and part in v]
                if len(holder) == 1:  # a dated number's inner key: the year is not told
                    path += [holder[0], part]
                    here = here[holder[0]][part]
                    continue
                if i == len(parts) - 1 and part != "[key]":
                    path.append(part)
                continue
            path.append(key)
            here = here[key]
        elif isinstance(here, (list, tuple)) and isinstance(part, int) and 0 <= part < len(here):
            path.append(part)
            here = here[part]
    return tuple(path)


def annotation_at(model: Any, path: YamlPath) -> Any:
    """Return the schema's annotation of a path, or None when the schema does not know it."""
    here = model
    for part in path:
        here = child(here, part)
        if here is None:
            return None
    return here


def _words(detail: ErrorDetails, path: YamlPath, model: type[BaseModel], data: Any) -> tuple[str, str, str, str]:
    """Return kind, value, expectation and hint of one error."""
    kind, found, ctx = detail["type"], detail["input"], detail.get("ctx") or {}
    value = shown(found)
    if kind == "missing":
        present = _at(data, path[:-1])
        keys = keys_of(annotation_at(model, path[:-1])) or ()
        unknown = [k for k in present if k not in keys] if isinstance(present, dict) else []
        return "missing_key", "", _("this key, which is required"), did_you_mean_present(path[-1] if path else "", unknown)
    if kind == "extra_forbidden":
        keys = keys_of(annotation_at(model, path[:-1])) or ()
        name = str(path[-1]) if path else ""
        return "unknown_key", name, _("a known key: {names}").format(names=listing(keys)), did_you_mean(name, keys)
    if kind == "literal_error":
        allowed = _allowed(annotation_at(model, path))
        return "not_allowed", value, one_of(allowed) if allowed else str(ctx.get("expected", "")), did_you_mean(value, allowed)
    if "[key]" in detail["loc"]:
        return "bad_key", value, _key_words(kind), ""
    if kind == "value_error":
        return "bad_value", "" if isinstance(found, dict) and len(found) > 6 else value, str(ctx.get("error", "")), ""
    expected = _expected(kind, ctx)
    return "bad_value", value, expected or str(detail["msg"]), _hint(kind, found)


def did_you_mean_present(name: object, present: Iterable[object]) -> str:
    """Return a hint when a key that stands there looks like the missing one."""
    near = nearest(name, present)
    return "" if near is None else _("“{name}” stands there instead").format(name=near)


def _key_words(kind: str) -> str:
    if kind == "int_type":
        return _("a whole number as the key, without quotes")
    if kind == "string_type":
        return _("text as the key; put a number into quotes")
    return _id_words()


def _id_words() -> str:
    return _("an id without blanks and without . : , ; | (at most 80 characters)")


def _expected(kind: str, ctx: dict[str, Any]) -> str:
    fixed = {
        "string_type": _("text"),
        "int_type": _("a whole number"),
        "int_from_float": _("a whole number"),
        "float_type": _("a number"),
        "decimal_type": _("a number"),
        "is_instance_of": _("a number"),
        "bool_type": _("yes or no"),
        "date_type": _("a date such as 2025-03-01, without quotes"),
        "dict_type": _("a mapping of keys to values"),
        "model_type": _("a mapping of keys to values"),
        "model_attributes_type": _("a mapping of keys to values"),
        "tuple_type": _("a list"),
        "list_type": _("a list"),
        "string_too_short": _("text that is not empty"),
        "recursion_loop": _("no value that contains itself"),
    }
    if kind in fixed:
        return fixed[kind]
    if ctx.get("pattern") == ID_PATTERN or ctx.get("max_length") == ID_LENGTH:
        return _id_words()
    if kind == "string_pattern_mismatch":
        return _("text of the form {pattern}").format(pattern=ctx.get("pattern"))
    if kind == "string_too_long":
        return _("at most {n} characters").format(n=ctx.get("max_length"))
    if kind == "too_short":
        return _("at least {n} entries").format(n=ctx.get("min_length", 1))
    if kind == "greater_than_equal":
        return _("at least {n}").format(n=ctx.get("ge"))
    if kind == "greater_than":
        return _("above {n}").format(n=ctx.get("gt"))
    if kind == "less_than_equal":
        return _("at most {n}").format(n=ctx.get("le"))
    if kind == "less_than":
        return _("below {n}").format(n=ctx.get("lt"))
    return ""


def _hint(kind: str, found: Any) -> str:
    if kind == "string_type" and isinstance(found, (int, Decimal, dt.date)):
        return _("put it into quotes if it is meant as text")
    if kind in ("int_type", "decimal_type", "is_instance_of", "float_type") and isinstance(found, str):
        return _("a number stands without quotes, without units and without thousands separators")
    if found is None:
        return _("leave the key out if there is no value")
    if kind == "tuple_type" and isinstance(found, str):
        return _("write [{value}]").format(value=found)
    return ""


def _allowed(annotation: Any) -> tuple[str, ...]:
    """Return the words that a place allows, also behind optional and list types."""
    return tuple(dict.fromkeys(_literals(annotation)))


def _literals(annotation: Any) -> Iterator[str]:
    annotation = plain(annotation)
    if get_origin(annotation) is Literal:
        yield from (str(a) for a in get_args(annotation))
        return
    for inner in get_args(annotation):
        if inner is not Ellipsis:
            yield from _literals(inner)


def _at(data: Any, path: YamlPath) -> Any:
    here = data
    for part in path:
        if isinstance(here, dict):
            here = here.get(part, _MISSING)
        elif isinstance(here, (list, tuple)) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return _MISSING
    return here
