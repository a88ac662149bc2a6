"""YAML files to plain data: exact numbers, a line for every value, and no guessing.

YAML 1.2 is read event by event with ruamel.yaml's pure parser; the values are made here, so that no
number ever passes through a binary float, a key given twice is an error, and `NO`, `12:30` and `00123`
stay the text that they are. Every fault becomes a located `Finding`; faults that leave the structure
readable are collected and reading goes on.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import Collector, Finding
from ..i18n import _
from .source import read_bytes
from .yamltree import (
    MAX_DEPTH,
    MAX_NODES,
    Alias,
    Mapping,
    Scalar,
    Stop,
    Tree,
    compose,
    line_at,
    not_a_mapping,
)

#: larger files are refused unread
MAX_BYTES = 5_000_000
#: digits of a number, and the power of ten that an exponent may give
MAX_DIGITS = 60
MAX_EXPONENT = 30

#: a path inside a YAML file: keys and 0-based list positions
YamlPath = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_STR_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Node:
    """The content of one YAML file with the place of everything in it.

    Attributes
    ----------
    data : dict
        Plain data: dict, list, str, int, Decimal, bool, None, datetime.date. Nothing is shared between
        two places, so that parts may be changed.
    lines : dict
        1-based line of every path; for an entry of a mapping the line of its key.
    file : str
        Path of the file as the user named it.
    """

    data: dict[str | int, Any]
    lines: dict[YamlPath, int] = field(default_factory=dict)
    file: str = ""

    def line(self, path: YamlPath) -> int | None:
        """Return the line of `path`, or of its nearest ancestor that stands in the file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def finding(
        self, kind: str, path: YamlPath, *, value: str = "", expected: str = "", hint: str = "", severity: str = "error"
    ) -> Finding:
        """Return a finding located at `path` of this file."""
        return Finding(
            kind,
            file=self.file,
            path=path_text(path),
            line=self.line(path),
            value=value,
            expected=expected,
            hint=hint,
            severity=severity,
        )


def path_text(path: YamlPath) -> str:
    """Return a path as the user writes it: keys joined by dots, such as `funding.channels.bond.cap.2025`."""
    return ".".join(str(part) for part in path)


def load_yaml(path: str | Path, collector: Collector) -> Node | None:
    """Read one YAML 1.2 file whose top level is a mapping.

    Numbers with a fraction or an exponent come as `Decimal` exactly as written, whole numbers as int,
    `2025-03-01` as `datetime.date`. `NO`, `yes`, `12:30`, `00123`, `0x1F` and `1_000` stay text. Keys are
    text or int; the same key twice, a merge key, tags other than `!!str`, `.inf`, `.nan` are errors.

    Parameters
    ----------
    path : str or Path
        The file.
    collector : Collector
        Receives every finding.

    Returns
    -------
    Node or None
        None when the file cannot be read at all. Otherwise the data, also when findings of kind
        `error` were added (the first of two equal keys is kept), so that later checks can tell more;
        the caller ends with `collector.raise_errors()`.
    """
    file = str(path)
    raw = read_bytes(path, collector, MAX_BYTES)
    if raw is None:
        return None
    text = _decode(raw, file, collector)
    if text is None:
        return None
    return parse_yaml(text, collector, file=file)


def parse_yaml(text: str, collector: Collector, *, file: str = "") -> Node | None:
    """Read YAML from a string; see `load_yaml`."""
    try:
        bad = _FORBIDDEN.search(text)
        if bad:
            raise Stop(
                "control_character",
                line_at(text, bad.start()),
                f"U+{ord(bad.group()):04X}",
                _("text without control or invisible characters"),
            )
        tree = compose(text)
        if not isinstance(tree, Mapping):
            raise not_a_mapping(tree)
        builder = _Builder(file, collector)
        data = builder.mapping(tree, (), tree.line, 0)
    except Stop as stop:
        f = stop.finding
        collector.add(Finding(f.kind, file=file, line=f.line, value=f.value, expected=f.expected, hint=f.hint))
        return None
    return Node(data, builder.lines, file)


def _decode(raw: bytes, file: str, collector: Collector) -> str | None:
    utf8 = _("a text file in UTF-8")
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        collector.add(
            Finding(
                "byte_order_mark",
                file=file,
                line=1,
                expected=_("UTF-8 without a byte order mark"),
                hint=_("the mark is skipped; an editor wrote it"),
                severity="warning",
            )
        )
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        at = raw.find(b"\x00")
        wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:4]
        collector.add(
            Finding(
                "encoding",
                file=file,
                line=1 if wide else raw.count(b"\n", 0, at) + 1,
                value="UTF-16" if wide else "NUL",
                expected=utf8,
                hint=_("save the file again as UTF-8"),
            )
        )
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as err:
        collector.add(
            Finding(
                "encoding",
                file=file,
                line=raw.count(b"\n", 0, err.start) + 1,
                value=f"0x{raw[err.start]:02X}",
                expected=utf8,
                hint=_("often the file was saved as GBK; save it again as UTF-8"),
            )
        )
        return None


class _Builder:
    """A tree to plain data and the line of every path."""

    def __init__(self, file: str, collector: Collector) -> None:
        self.file = file
        self.collector = collector
        self.lines: dict[YamlPath, int] = {}
        self.count = 0

    def add(self, kind: str, path: YamlPath, line: int, value: str, expected: str, hint: str = "") -> None:
        self.collector.add(
            Finding(kind, file=self.file, path=path_text(path), line=line, value=value, expected=expected, hint=hint)
        )

    def value(self, tree: Tree, path: YamlPath, line: int, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_NODES:
            raise Stop("alias_expansion", line, expected=_("at most {n} values, aliases written out").format(n=MAX_NODES))
        if depth > MAX_DEPTH:
            raise Stop("too_deep", line, expected=_("at most {n} levels").format(n=MAX_DEPTH))
        while isinstance(tree, Alias):
            tree = tree.target
        self.lines[path] = line
        if isinstance(tree, Scalar):
            return self.scalar(tree, path)
        if isinstance(tree, Mapping):
            return self.mapping(tree, path, line, depth)
        return [self.value(item, (*path, i), item.line, depth + 1) for i, item in enumerate(tree.items)]

    def mapping(self, tree: Mapping, path: YamlPath, line: int, depth: int) -> dict[str | int, Any]:
        self.lines[path] = line
        data: dict[str | int, Any] = {}
        first: dict[str, int] = {}
        for key_tree, value_tree in tree.pairs:
            at = key_tree.line
            key = self.key(key_tree, path)
            if key is None:
                continue
            if str(key) in first:
                self.add("duplicate_key", (*path, key), at, str(key), _("each key once; first given in line {line}").format(line=first[str(key)]))
                continue
            first[str(key)] = at
            data[key] = self.value(value_tree, (*path, key), at, depth + 1)
        return data

    def key(self, tree: Tree, path: YamlPath) -> str | int | None:
        line = tree.line
        while isinstance(tree, Alias):
            tree = tree.target
        expected = _("a key that is text or a whole number")
        if not isinstance(tree, Scalar):
            self.add("key_type", path, line, "", expected)
            return None
        if tree.plain and tree.text == "<<":
            self.add("merge_key", path, line, "<<", _("no merge keys"), _("write the entries out, or use an alias"))
            return None
        key = self.scalar(tree, path)
        if isinstance(key, str) and key != "":
            return key
        if isinstance(key, int) and not isinstance(key, bool):
            return key
        self.add("key_type", path, line, tree.text, expected, _("put the key into quotes if it is meant as text"))
        return None

    def scalar(self, tree: Scalar, path: YamlPath) -> Any:
        text = tree.text
        if not tree.plain:
            if tree.tag not in (None, "!", "!!str", _STR_TAG):
                self.add("tag", path, tree.line, str(tree.tag), _("no tags"))
            bad = _FORBIDDEN.search(text)
            if bad:
                self.add("control_character", path, tree.line, f"U+{ord(bad.group()):04X}", _("text without control or invisible characters"))
                return _FORBIDDEN.sub("", text)
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _FLOAT.fullmatch(text):
            return self.number(text, path, tree.line)
        if _DATE.fullmatch(text):
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                self.add("invalid_date", path, tree.line, text, _("a date that exists, as YYYY-MM-DD"))
        elif _NOT_FINITE.fullmatch(text):
            self.add("not_finite", path, tree.line, text, _("a finite number"))
        return text

    def number(self, text: str, path: YamlPath, line: int) -> Any:
        if sum(c.isdigit() for c in text) <= MAX_DIGITS:
            if _INT.fullmatch(text):
                return int(text)
            number = Decimal(text)
            if number == 0 or abs(number.adjusted()) <= MAX_EXPONENT:
                return number
        expected = _("a number of at most {digits} digits, between 1e-{e} and 1e{e}").format(digits=MAX_DIGITS, e=MAX_EXPONENT)
        self.add("number_range", path, line, text, expected)
        return text
