"""A copy of the input with its faulty cells marked: colour, a comment with the message, a sheet of all findings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..domain.columns import SHEETS
from ..errors import Collector, Finding, InputError
from ..i18n import _, get_language
from .atomic import atomic_path
from .libsheets import MAX_CELL, write_cell
from .numtext import LONG_NUMBER, number_text
from .tables import TextTable, read_tables
from .texttable import column_index

#: comments beyond these many are left out, the colours stay; a sheet with more is slow to open
MAX_COMMENTS = 5_000
MAX_LISTED = 100_000
_SUFFIXES = (".csv", ".tsv", ".parquet", ".pq")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_COLOURS = {"error": "#FF9999", "warning": "#FFE699"}
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")


def write_marked(path_in: Path | str, findings: Sequence[Finding], path_out: Path | str) -> Path:
    """Write a workbook with the values of the input, every faulty cell marked.

    The copy holds values, not the input's formats and formulas, in the same rows and columns (a Parquet
    file gets a header row); it loads like the input. Findings without a cell mark the row's first cell or
    the header, and all findings are listed on the sheet 问题, those of other files too.

    Parameters
    ----------
    path_in : Path
        Workbook, CSV or Parquet file, or a folder with these; never changed.
    findings : sequence of Finding
        What `load_library` or the whole check found.
    path_out : Path
        Target with the suffix .xlsx, not an input.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        When the target is an input, is no .xlsx or cannot be written.
    """
    import xlsxwriter

    source, target = Path(path_in), Path(path_out)
    if target.suffix.lower() != ".xlsx":
        raise InputError([Finding("file_type", file=str(target), value=target.suffix, expected=_("a name that ends in .xlsx"))])
    titles, inputs = _sources(source)
    with atomic_path(target, inputs=inputs) as made:
        book = xlsxwriter.Workbook(str(made.temp), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        book.set_properties({"created": dt.datetime(2025, 1, 1)})
        listing = "问题" if get_language() == "zh" else "findings"
        taken: set[str] = {listing.casefold(), "问题", "findings"}
        marker = _Marker(book, findings)
        for title, table in titles:
            if title in ("问题", "findings"):  # the input is a marked copy itself
                continue
            name = _title(title, taken)
            marker.copy(name, table)
        marker.listing(listing)
        book.close()
    return made.path


def _sources(source: Path) -> tuple[list[tuple[str, TextTable]], list[Path]]:
    """Return the tables with the titles of their sheets, and the files they are from."""
    quiet = Collector()
    try:
        folder = source.is_dir()
        files = sorted(p for p in source.iterdir() if p.suffix.lower() in _SUFFIXES) if folder else [source]
    except OSError:
        folder, files = False, [source]
    known = {title: titles[0] for titles in SHEETS.values() for title in titles}
    out: list[tuple[str, TextTable]] = []
    for file in files:
        for name, table in read_tables(file, quiet).items():
            out.append((name or known.get(file.stem.casefold(), file.stem if folder else known["projects"]), table))
    return out, files


def _title(title: str, taken: set[str]) -> str:
    base = _BAD_TITLE.sub("_", title).strip("'")[:28] or "_"
    name, n = base, 2
    while name.casefold() in taken or name.casefold() == "history":
        name, n = f"{base}_{n}", n + 1
    taken.add(name.casefold())
    return name


class _Marker:
    """Writes the sheets of a marked copy."""

    def __init__(self, book: Any, findings: Sequence[Finding]) -> None:
        self.book = book
        self.findings = findings
        self.head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "vcenter"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.percent = book.add_format({"num_format": "0.######%"})
        self.forms = {
            (severity, number): book.add_format({"bg_color": colour, "num_format": number})
            for severity, colour in _COLOURS.items()
            for number in ("General", "yyyy-mm-dd", "0.######%")
        }
        self.comments = 0

    def copy(self, title: str, table: TextTable) -> None:
        """Write one table where it stood, with its marks."""
        sheet = self.book.add_worksheet(title)
        if table.hidden:
            sheet.hide()
        first = table.row_numbers[0] if table.row_numbers else 2
        shift = 1 if first < 2 else 0  # Parquet counts rows without the header
        head = max(first + shift - 2, 0)
        left = table.first_column
        marks = self._marks(table, head, shift)
        for j, text in enumerate(table.raw_columns):
            found = marks.get((head, left + j), [])
            sheet.write_string(head, left + j, text[:MAX_CELL], self.forms[_worst(found), "General"] if found else self.head)
        for i, row in enumerate(table.rows):
            for j, text in enumerate(row):
                place = (table.row_numbers[i] + shift - 1, left + j)
                if text or place in marks:
                    self._write(sheet, place, text, table.typed.get((i, j), ""), marks.get(place, []))
        written = {(table.row_numbers[i] + shift - 1) for i in range(len(table.rows))}
        for place, found in marks.items():
            if place[0] != head and (place[0] not in written or not left <= place[1] < left + len(table.columns)):
                sheet.write_blank(*place, None, self.forms[_worst(found), "General"])
            self._comment(sheet, place, found)
        sheet.freeze_panes(head + 1, 0)
        sheet.set_column(0, left + len(table.columns), 14)

    def _marks(self, table: TextTable, head: int, shift: int) -> dict[tuple[int, int], list[Finding]]:
        columns: dict[str, int] = {}
        for j in range(len(table.columns)):
            columns.setdefault(table.header(j), table.first_column + j)
        out: dict[tuple[int, int], list[Finding]] = {}
        for f in self.findings:
            if f.sheet != table.name or not _same_file(f.file, table.file) or f.path:
                continue
            if f.row is None and not f.column:
                continue
            row = head if f.row is None else f.row + shift - 1
            column = columns.get(f.column)
            if column is None:  # a column that the file lacks, or one named by its letters
                letters = table.letters and re.fullmatch(r"[A-Z]{1,3}", f.column)
                column = column_index(f.column) if letters else table.first_column
            if 0 <= row < 1_048_576 and 0 <= column < 16_384:
                out.setdefault((row, column), []).append(f)
        return out

    def _write(self, sheet: Any, place: tuple[int, int], text: str, kind: str, found: list[Finding]) -> None:
        """Write a cell so that it reads back as the same text."""
        number, value = "General", _value(text, kind)
        if isinstance(value, dt.date):
            number = "yyyy-mm-dd"
        elif kind == "percent" and isinstance(value, Decimal):
            number = "0.######%"
        form = self.forms[_worst(found), number] if found else {"yyyy-mm-dd": self.day, "0.######%": self.percent}.get(number)
        if value is None:
            sheet.write_blank(*place, None, form)
        else:
            write_cell(sheet, *place, value, form)

    def _comment(self, sheet: Any, place: tuple[int, int], found: list[Finding]) -> None:
        self.comments += 1
        if self.comments > MAX_COMMENTS:
            return
        text = "\n".join(dict.fromkeys(_message(f) for f in found))
        lines = min(12, 2 + text.count("\n") + len(text) // 30)
        sheet.write_comment(*place, text[:MAX_CELL], {"x_scale": 2.4, "y_scale": max(1.0, lines / 4), "author": ""})

    def listing(self, title: str) -> None:
        """Write the sheet of all findings."""
        sheet = self.book.add_worksheet(title)
        heads = (_("severity"), _("file"), _("sheet"), _("row"), _("column"), _("place"), _("found"), _("expected"), _("hint"), _("kind"))
        for j, (text, width) in enumerate(zip(heads, (9, 30, 10, 7, 20, 24, 30, 50, 40, 20), strict=True)):
            sheet.set_column(j, j, width)
            sheet.write_string(0, j, text, self.head)
        words = {"error": _("error"), "warning": _("warning")}
        for i, f in enumerate(self.findings[:MAX_LISTED], 1):
            place = f.path if f.line is None else f"{f.path} " + _("line {line}").format(line=f.line)
            cells = (words.get(f.severity, f.severity), f.file, f.sheet, f.row, f.column, place.strip(), f.value, f.expected, f.hint, f.kind)
            for j, cell in enumerate(cells):
                write_cell(sheet, i, j, cell, self.forms[f.severity, "General"] if j == 0 and f.severity in _COLOURS else None)
        more = len(self.findings) - MAX_LISTED
        if more > 0:
            sheet.write_string(MAX_LISTED + 1, 0, _("… and {more} more").format(more=more))
        sheet.freeze_panes(1, 0)
        if self.findings:
            sheet.autofilter(0, 0, min(len(self.findings), MAX_LISTED), len(heads) - 1)


def _worst(found: Sequence[Finding]) -> str:
    return "error" if any(f.severity == "error" for f in found) else "warning"


def _message(finding: Finding) -> str:
    """Return what a comment says: what was expected, and the hint."""
    text = _("expected {expected}").format(expected=finding.expected) if finding.expected else finding.kind
    if finding.row is not None and finding.column and finding.kind in ("required_blank", "waiver_incomplete"):
        text = f"{finding.column}: {text}"
    return text + (_(" ({hint})").format(hint=finding.hint) if finding.hint else "")


def _same_file(one: str, other: str) -> bool:
    return one == other or Path(one) == Path(other)


def _value(text: str, kind: str) -> str | Decimal | dt.date | bool | None:
    """Return what a cell of a workbook must hold to read back as `text`."""
    if not text:
        return None
    if kind == "bool" and text in ("TRUE", "FALSE"):
        return text == "TRUE"
    if kind == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and text >= "1900-03-01":
        return dt.date.fromisoformat(text)
    if kind == "percent" and re.fullmatch(r"-?[0-9.]+%", text):
        return Decimal(text[:-1]).scaleb(-2)
    if not kind and len(text) <= 16 and _NUMBER.fullmatch(text):
        number = float(text)
        if abs(number) < LONG_NUMBER and number_text(number) == text:
            return Decimal(text)
    return text
