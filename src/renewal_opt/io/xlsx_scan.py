"""What a workbook holds, read from its zip archive as a stream: sizes, far cells, cells that need a word.

Nothing here loads a sheet whole, and nothing here trusts the archive.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ..i18n import _
from .texttable import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, column_index

MAX_ENTRIES = 5_000
MAX_ENTRY = 400_000_000
MAX_TOTAL = 800_000_000
#: ratio of unpacked to packed size that no honest sheet reaches, for entries above RATIO_FROM bytes
MAX_RATIO = 200
RATIO_FROM = 20_000_000
_SMALL = 4_000_000
_CHUNK = 1 << 22
_MAX_FACTS = 100_000

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet\b")
#: what the standard library raises on archives and parts that are broken
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, LookupError, NotImplementedError, ElementTree.ParseError)

_FAR_QUICK = re.compile(rb"\br=[\"'](?:[A-Z]{3}[0-9]|[A-Z]{1,2}[0-9]{6})")
_REF = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)([0-9]+)[\"']")
_TYPE = re.compile(rb"\bt\s*=\s*[\"'](\w+)[\"']")
_STYLE = re.compile(rb"\bs\s*=\s*[\"']([0-9]+)[\"']")


class _Patterns:
    """Regular expressions for one namespace prefix; a sheet that mixes prefixes is left to the child."""

    def __init__(self, prefix: bytes, percent: set[bytes]) -> None:
        p = b"<" + re.escape(prefix)
        end = b"</" + re.escape(prefix)
        self.formula_tag = b"<" + prefix + b"f"
        self.row_end = b"</" + prefix + b"row>"
        self.cell_start = b"<" + prefix + b"c "
        self.percent = percent
        quoted = rb"\s*=\s*[\"']"
        self.far = re.compile(p + rb"c\s[^>]*?\br" + quoted + rb"([A-Z]{3}|[A-Z]{1,2}(?=[0-9]{6,}))([0-9]+)[\"'][^>]*?(/?)>")
        self.row = re.compile(p + rb"row\s[^>]*?\br" + quoted + rb"([0-9]+)[\"'][^>]*(?<!/)>(?:\s*" + p + rb"c\s[^>]*/>)*\s*" + p + rb"c(?:\s[^>]*)?(?<!/)>")
        self.column = re.compile(p + rb"c [^>]*?\br" + quoted + rb"([A-Z]+)[0-9]+[\"'][^>]*(?<!/)>")
        self.merged = re.compile(p + rb"mergeCell\s[^>]*?ref" + quoted + rb"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
        self.cell = re.compile(p + rb"c\s([^>]*?)(?:/>|>(.*?)" + end + rb"c>)", re.S)
        self.value = re.compile(p + rb"v(?:\s[^>]*)?>([^<]+)<")
        self.formula = re.compile(p + rb"f[\s/>]")
        styles = b"|".join(sorted(percent))
        self.styled = re.compile(rb"\bs=[\"'](?:" + styles + rb")[\"']") if percent else None


class Refused(Exception):
    """The workbook is not to be parsed; the facts of the finding."""

    def __init__(self, kind: str, expected: str, value: str = "", hint: str = "", sheet: str = "") -> None:
        self.kind, self.expected, self.value, self.hint, self.sheet = kind, expected, value, hint, sheet
        super().__init__(kind)


@dataclass
class SheetFacts:
    """Places in one sheet, 0-based (row, column)."""

    name: str
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: list[tuple[int, int]] = field(default_factory=list)
    percent: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    #: error cells and formulas without a value whose cell carries no reference
    unplaced: int = 0
    rows: int = 0
    columns: int = 0


def open_archive(path: str) -> zipfile.ZipFile:
    """Return the archive of a workbook whose directory is sane, or raise `Refused`."""
    workbook = _("an Excel workbook (.xlsx)")
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as err:
        raise Refused("workbook_corrupt", workbook, str(err)[:200]) from None
    try:
        _check_entries(archive, workbook)
    except Refused:
        archive.close()
        raise
    return archive


def _check_entries(archive: zipfile.ZipFile, workbook: str) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused("zip_bomb", _("at most {n} parts in the file").format(n=MAX_ENTRIES), str(len(entries)))
    names = [e.filename for e in entries]
    if len(set(names)) != len(names):
        raise Refused("workbook_corrupt", _("each part once in the file"))
    total = 0
    for e in entries:
        if e.flag_bits & 0x1:
            raise Refused("workbook_encrypted", _("a workbook without a password"), e.filename)
        if e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("workbook_corrupt", workbook, e.filename)
        total += e.file_size
        size = f"{e.filename}: {e.compress_size} → {e.file_size}"
        if e.file_size > MAX_ENTRY or (e.file_size > RATIO_FROM and e.file_size > MAX_RATIO * max(1, e.compress_size)):
            raise Refused("zip_bomb", _("parts of at most {mb} MB, packed at most {ratio} to 1").format(mb=MAX_ENTRY // 10**6, ratio=MAX_RATIO), size)
    if total > MAX_TOTAL:
        raise Refused("zip_bomb", _("at most {mb} MB unpacked").format(mb=MAX_TOTAL // 10**6), f"{total // 10**6} MB")
    if "xl/workbook.xml" not in names:
        kinds = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint", "xl/workbook.bin": "xlsb", "content.xml": "OpenDocument"}
        found = next((kind for part, kind in kinds.items() if part in names), "zip")
        raise Refused("not_a_workbook", workbook, found, _("open it in a spreadsheet and save it as .xlsx"))


def scan(archive: zipfile.ZipFile, wanted: Collection[str] | None) -> list[SheetFacts]:
    """Stream every wanted sheet; return its facts, or raise `Refused` for a cell beyond the sizes."""
    try:
        percent = _percent_styles(archive)
        return [_scan_sheet(archive, part, name, percent) for name, part in sheet_parts(archive) if wanted is None or name in wanted]
    except (OSError, *BROKEN) as err:
        raise Refused("workbook_corrupt", _("an Excel workbook (.xlsx)"), str(err)[:200]) from None


def _small_xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    with archive.open(part) as stream:
        data = stream.read(_SMALL + 1)
    if len(data) > _SMALL or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Refused("workbook_corrupt", _("an Excel workbook (.xlsx)"), part)
    return ElementTree.fromstring(data)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return (sheet name, part name) of the worksheets in order."""
    names = set(archive.namelist())
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for rel in _small_xml(archive, "xl/_rels/workbook.xml.rels"):
            target = rel.get("Target", "")
            targets[rel.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target)
    found: list[tuple[str, str]] = []
    for element in _small_xml(archive, "xl/workbook.xml").iter():
        if _local(element) == "sheet":
            rel_id = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
            part = targets.get(rel_id, "")
            if part in names and "chartsheet" not in part:
                found.append((element.get("name", ""), part))
    return found


def _percent_styles(archive: zipfile.ZipFile) -> set[bytes]:
    """Return the indices of the cell formats that show per cent."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = _small_xml(archive, "xl/styles.xml")
    formats = {"9", "10"}
    for element in root.iter():
        if _local(element) == "numFmt":
            code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", element.get("formatCode", ""))
            if "%" in code:
                formats.add(element.get("numFmtId", ""))
    for element in root:
        if _local(element) == "cellXfs":
            return {str(i).encode() for i, xf in enumerate(element) if xf.get("numFmtId") in formats}
    return set()


def _scan_sheet(archive: zipfile.ZipFile, part: str, name: str, percent: set[bytes]) -> SheetFacts:
    facts = SheetFacts(name)
    patterns: _Patterns | None = None
    rest = b""
    with archive.open(part) as stream:
        while True:
            block = stream.read(_CHUNK)
            data = rest + block
            if patterns is None:
                root = _ROOT.search(data, 0, 4_000)
                prefix = root.group(1) + b":" if root and root.group(1) else b""
                patterns = _Patterns(prefix, percent)
            cut = len(data)
            if block:  # whole rows, or at least whole cells
                cut = data.rfind(patterns.row_end)
                cut = cut + len(patterns.row_end) if cut >= 0 else max(0, data.rfind(patterns.cell_start))
                if cut == 0 and len(data) > 4 * _CHUNK:
                    cut = len(data)
            _scan_chunk(data[:cut], facts, patterns)
            rest = data[cut:]
            if not block:
                return facts


def _scan_chunk(data: bytes, facts: SheetFacts, patterns: _Patterns) -> None:
    if _FAR_QUICK.search(data):
        for letters, row, empty in patterns.far.findall(data):
            if not empty:
                _check_place(facts.name, letters.decode(), int(row))
    rows = patterns.row.findall(data)
    facts.rows = max(facts.rows, max(map(int, rows), default=0))
    facts.columns = max(facts.columns, *(column_index(c.decode()) + 1 for c in set(patterns.column.findall(data))), 0)
    _check_place(facts.name, "", facts.rows)
    if facts.rows * facts.columns > MAX_CELLS:
        size = f"{facts.rows} × {facts.columns}"
        raise Refused("table_too_large", too_large(), size, far_hint(), facts.name)
    if b"mergeCell" in data:
        for a, b, c, d in patterns.merged.findall(data):
            if len(facts.merged) < _MAX_FACTS:
                facts.merged.append((int(b) - 1, column_index(a.decode()), int(d) - 1, column_index(c.decode())))
    formulas = patterns.formula_tag in data
    if formulas or b't="e"' in data or b"t='e'" in data or (patterns.styled and patterns.styled.search(data)):
        _scan_cells(data, facts, patterns)


def _scan_cells(data: bytes, facts: SheetFacts, patterns: _Patterns) -> None:
    for match in patterns.cell.finditer(data):
        attributes, content = match.groups()
        if not content:
            continue
        kind = _TYPE.search(attributes)
        style = _STYLE.search(attributes)
        shows_percent = style is not None and style.group(1) in patterns.percent
        is_error = kind is not None and kind.group(1) == b"e"
        if not (is_error or shows_percent or patterns.formula_tag in content):
            continue
        ref = _REF.search(attributes)
        if ref is None:
            facts.unplaced += is_error or (patterns.value.search(content) is None and kind is None)
            continue
        place = (int(ref.group(2)) - 1, column_index(ref.group(1).decode()))
        value = patterns.value.search(content)
        plain = kind is None or kind.group(1) == b"n"
        if is_error:
            if len(facts.errors) < _MAX_FACTS and place[0] < MAX_ROWS and place[1] < MAX_COLUMNS:
                facts.errors[place] = value.group(1).decode("utf-8", "replace")[:40] if value else "#?"
        elif plain and value is None and patterns.formula.search(content):
            facts.uncached.append(place)
        elif plain and shows_percent and value is not None:
            facts.percent.add(place)


def _check_place(sheet: str, letters: str, row: int) -> None:
    if row > MAX_ROWS or (letters and column_index(letters) >= MAX_COLUMNS):
        raise Refused(
            "cell_too_far",
            _("cells within {rows} rows and {columns} columns").format(rows=MAX_ROWS, columns=MAX_COLUMNS),
            f"{letters}{row}",
            far_hint(),
            sheet,
        )


def far_hint() -> str:
    """Return the advice for sheets whose used area is too large."""
    return _("delete everything to the right of and below the table, and save again")


def too_large() -> str:
    """Return the sizes that are read."""
    return _("at most {rows} rows, {columns} columns, {cells} cells").format(rows=MAX_ROWS, columns=MAX_COLUMNS, cells=MAX_CELLS)
