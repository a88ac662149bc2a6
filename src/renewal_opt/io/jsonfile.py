"""Strict JSON: UTF-8, each key once, finite numbers."""

from __future__ import annotations

import json
import math
from typing import Any

from ..errors import Collector, Finding
from ..i18n import _
from .source import found_there, parser_words


class _Refused(ValueError):
    """JSON that no file of ours holds."""

    def __init__(self, kind: str, value: str, expected: str) -> None:
        super().__init__(value)
        self.kind, self.value, self.expected = kind, value, expected


def parse_json(raw: bytes, file: str, collector: Collector, expected: str) -> Any | None:
    """Return strict JSON (UTF-8, each key once, finite numbers), or None after adding a finding.

    Parameters
    ----------
    raw : bytes
    file : str
        For the finding.
    collector : Collector
    expected : str
        What the file should be, in words.
    """
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except UnicodeDecodeError:
        collector.add(Finding("encoding", file=file, expected=_("a text file in UTF-8")))
    except _Refused as err:
        collector.add(Finding(err.kind, file=file, value=err.value, expected=err.expected))
    except json.JSONDecodeError as err:
        found = found_there(err.doc, err.pos)
        collector.add(Finding("json_syntax", file=file, line=err.lineno, value=found, expected=expected, hint=parser_words(err.msg)))
    except (RecursionError, ValueError):
        collector.add(Finding("json_syntax", file=file, expected=expected, hint=_("nested too deeply, or a number of thousands of digits")))
    else:
        return [] if data is None else data  # null is no mapping either
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _v in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise _Refused("duplicate_key", twice, _("each key once"))
    return out


def _constant(text: str) -> Any:
    raise _Refused("not_finite", text, _("a finite number"))


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused("not_finite", text, _("a finite number"))
    return value
