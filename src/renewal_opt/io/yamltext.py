"""Plain values as YAML text: numbers exactly, words without quotes where that is safe."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w./\u4e00-\u9fff-]*")
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def scalar(value: Any) -> str:
    """Return text, a number, a date, a bool or None as a YAML scalar; yes and no are the schema's own words and stand bare."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    if text in ("yes", "no") or (_PLAIN.fullmatch(text) and text.lower() not in _WORDS):
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(value: Any) -> str:
    """Return plain data on one line: mappings in braces, lists in brackets, anything else as a scalar."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)
