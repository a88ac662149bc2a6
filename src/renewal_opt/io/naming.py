"""Names of cases: readable, unique, and safe as file names on every system; Chinese is kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from ..domain.base import Label
from .yamltext import flow

#: longest name in bytes: file systems take 255 with the ending and a temporary mark
MOST_BYTES = 160
_BARRED = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\s\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
#: beginnings of keys that say nothing new in a name
_BEGINNINGS = ("funding.channels.", "funding.")


def case_name(scenario: str, changes: Iterable[tuple[str, Any]]) -> str:
    """Return the name of a case: the scenario's, then each grid key with its value.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    changes : iterable of (key, value)
        In the order of the grid.
    """
    parts = [scenario, *(f"{_short(key)}={_word(value)}" for key, value in changes)]
    return file_safe("__".join(parts))


def grid_words(grid: Mapping[str, str]) -> str:
    """Return grid keys with their values (as text) as they stand in labels."""
    return ", ".join(f"{k}={v}" for k, v in grid.items())


def case_label(title: Label, grid: Mapping[str, str]) -> Label:
    """Return the label of a case: the scenario's, and the grid's keys and values in brackets."""
    words = grid_words(grid)
    return Label(zh=f"{title.zh}（{words}）", en=f"{title.en} ({words})")


def file_safe(text: str) -> str:
    """Return a text as a file name without its ending: no separators, blanks or reserved names, not too long."""
    name = _BARRED.sub("-", unicodedata.normalize("NFC", text)).strip("-. ") or "case"
    if _RESERVED.fullmatch(name):
        name = f"{name}_"
    raw = name.encode("utf-8")
    if len(raw) <= MOST_BYTES:
        return name
    mark = hashlib.sha256(raw).hexdigest()[:8]
    return raw[: MOST_BYTES - 9].decode("utf-8", "ignore").rstrip("-. ") + "~" + mark


def same_file(name: str) -> str:
    """Return what two names share that some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


def _short(key: str) -> str:
    return next((key.removeprefix(b) for b in _BEGINNINGS if key.startswith(b)), key)


def _word(value: Any) -> str:
    """Return a value for a name: lists joined, mappings as YAML without spaces."""
    if isinstance(value, list) and all(not isinstance(v, (list, dict)) for v in value):
        return "+".join(str(v) for v in value) or "none"
    return flow(value).replace(" ", "").replace('"', "")
