"""CSV to a table of texts: encoding and delimiter found, every cell kept as it stands."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from ..errors import Collector, Finding
from ..i18n import _
from .csvout import unquote_cell
from .source import read_bytes
from .texttable import TextTable, build_table

MAX_BYTES = 200_000_000
_STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")


def read_csv(path: str | Path, collector: Collector) -> TextTable | None:
    """Read a CSV file in UTF-8 or GB18030, separated by comma, semicolon or tab; see `read_tables`."""
    file = str(path)
    raw = read_bytes(path, collector, MAX_BYTES)
    if raw is None:
        return None
    text = _decode(raw, file, collector)
    if text is None:
        return None
    delimiter = _delimiter(text)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows.extend(reader)
    except csv.Error as err:
        collector.add(
            Finding(
                "csv_syntax",
                file=file,
                line=reader.line_num,
                row=len(rows) + 1,
                value=str(err),
                expected=_("cells in double quotes closed again, quotes inside a text doubled"),
            )
        )
        return None
    for row in rows:
        for j, cell in enumerate(row):
            if cell and cell[0] == "'":
                row[j] = unquote_cell(cell)
    return build_table(rows, collector, file=file)


def _delimiter(text: str) -> str:
    """Return the one of comma, semicolon and tab that splits the header into the most cells."""
    start = len(text) - len(text.lstrip("\r\n \t,;"))
    head = text[text.rfind("\n", 0, start) + 1 : start + 100_000]

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max((",", ";", "\t"), key=width)


def _decode(raw: bytes, file: str, collector: Collector) -> str | None:
    def refuse(kind: str, line: int | None, value: str, expected: str, severity: str = "error", hint: str = "") -> None:
        collector.add(Finding(kind, file=file, line=line, value=value, expected=expected, hint=hint, severity=severity))

    expected = _("CSV text in UTF-8 (or GB18030)")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        at = raw.find(b"\x00")
        refuse("encoding", 1 if wide else raw.count(b"\n", 0, at) + 1, "UTF-16" if wide else "NUL", expected)
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        bad_line = raw.count(b"\n", 0, err.start) + 1
        bad_byte = f"0x{raw[err.start]:02X}"
    lossy = raw.decode("utf-8", errors="replace")
    wrong = lossy.count("\ufffd")
    if sum(c > "\x7f" for c in lossy) - wrong > wrong:  # UTF-8 with a broken place, not GB18030
        refuse("encoding", bad_line, bad_byte, expected, hint=_("the text is UTF-8 but for this place"))
        return None
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        refuse("encoding", bad_line, bad_byte, expected)
        return None
    strange = _STRANGE.search(text)
    if strange:
        refuse("encoding", text.count("\n", 0, strange.start()) + 1, f"U+{ord(strange.group()):04X}", expected)
        return None
    refuse("encoding_gb18030", None, "GB18030", "UTF-8", "warning", _("read as GB18030; save as CSV UTF-8 to be certain"))
    return text
