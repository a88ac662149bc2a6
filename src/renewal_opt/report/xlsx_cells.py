"""A workbook whose texts are never formulas and whose formulas always carry their value."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .numbers import wan_number

#: longest text of a cell, and rows of a sheet, that spreadsheets take
MAX_TEXT, MAX_ROWS = 32_767, 1_048_576
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_BASE: dict[str, Any] = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "border": 1, "border_color": "#BFBFBF"},
    "indent": {"indent": 1, "border": 1, "border_color": "#BFBFBF"},
    "line": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 15},
    "head2": {"bold": True, "font_size": 11, "font_color": "#1F3864"},
    "notice": {"bold": True, "font_size": 12, "bg_color": "#FFE699", "font_color": "#9C0006", "text_wrap": True},
    "header": {"bold": True, "bg_color": "#D9E2F3", "border": 1, "text_wrap": True, "align": "center"},
    "money": {"num_format": "#,##0.00", "border": 1, "border_color": "#BFBFBF"},
    "score": {"num_format": "0.00", "border": 1, "border_color": "#BFBFBF"},
    "share": {"num_format": "0.00%", "border": 1, "border_color": "#BFBFBF"},
    "whole": {"num_format": "#,##0", "border": 1, "border_color": "#BFBFBF"},
    "year": {"num_format": "0", "border": 1, "border_color": "#BFBFBF", "align": "center"},
    "sum": {"num_format": "#,##0.00", "bold": True, "bg_color": "#F2F2F2", "border": 1},
    "sumcount": {"num_format": "#,##0", "bold": True, "bg_color": "#F2F2F2", "border": 1},
    "sumtext": {"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True},
    "warn": {"text_wrap": True, "border": 1, "border_color": "#BFBFBF", "bg_color": "#FFF2CC"},
}


def clean_text(text: object) -> str:
    """Return text that a cell may hold: no control characters, not too long."""
    out = _ILLEGAL.sub(" ", str(text))
    return out if len(out) <= MAX_TEXT else out[: MAX_TEXT - 1] + "…"


def column(index: int) -> str:
    """Return a column's letters (0 is A)."""
    out = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        out = chr(65 + rest) + out
    return out


def cell(row: int, col: int) -> str:
    """Return a cell's name (0-based row and column)."""
    return f"{column(col)}{row + 1}"


def span(first: int, last: int, col: int) -> str:
    """Return a range of rows in one column; one cell where it has one row."""
    return cell(first, col) if first == last else f"{cell(first, col)}:{cell(last, col)}"


class Book:
    """One workbook being written.

    Parameters
    ----------
    path : str
        File to write.
    """

    def __init__(self, path: str) -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
        self.book = xlsxwriter.Workbook(path, options)
        self.book.set_calc_mode("auto")
        self._formats = {name: self.book.add_format(_BASE | style) for name, style in _STYLES.items()}

    def style(self, name: str) -> Any:
        """Return a cell format by name."""
        return self._formats[name]

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool = True) -> Sheet:
        """Add a sheet with its column widths, ready to print on A4."""
        name = self._sheet_name(name)
        sheet = Sheet(self, self.book.add_worksheet(name), name, widths)
        for at, width in enumerate(widths):
            sheet.ws.set_column(at, at, width)
        if landscape:
            sheet.ws.set_landscape()
        sheet.ws.set_paper(9)
        sheet.ws.fit_to_pages(1, 0)
        sheet.ws.set_footer("&C&P / &N")
        return sheet

    def _sheet_name(self, name: str) -> str:
        """Return a name that spreadsheets take and no other sheet has."""
        clean = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:28] or "sheet"
        taken = {ws.get_name().casefold() for ws in self.book.worksheets()}
        names = [clean, *(f"{clean} {n}" for n in range(2, 100))]
        return next(n for n in names if n.casefold() not in taken)

    def close(self) -> None:
        """Write the file."""
        self.book.close()


class Sheet:
    """One sheet; rows and columns count from 0."""

    def __init__(self, book: Book, ws: Any, name: str, widths: Sequence[float]) -> None:
        self._book, self.ws, self.name, self._widths = book, ws, name, widths

    def text(self, row: int, col: int, text: object, style: str = "text") -> None:
        """Write a text as text, whatever it begins with."""
        clean = clean_text(text)
        if clean:
            self.ws.write_string(row, col, clean, self._book.style(style))
        else:
            self.ws.write_blank(row, col, None, self._book.style(style))

    def number(self, row: int, col: int, value: float | int, style: str = "whole") -> None:
        """Write a number."""
        self.ws.write_number(row, col, value, self._book.style(style))

    def money(self, row: int, col: int, yuan: int, style: str = "money") -> None:
        """Write 元 as 万元."""
        self.number(row, col, wan_number(yuan), style)

    def sum_of_money(self, row: int, col: int, formula: str, yuan: int, style: str = "sum") -> None:
        """Write a live formula with the value that it has, given in 元."""
        self.ws.write_formula(row, col, formula, self._book.style(style), wan_number(yuan))

    def formula(self, row: int, col: int, formula: str, value: float | int, style: str) -> None:
        """Write a live formula with the value that it has."""
        self.ws.write_formula(row, col, formula, self._book.style(style), value)

    def value(self, row: int, col: int, value: object, style: str = "") -> None:
        """Write a text, a number or a blank by its type; exact fractions as numbers."""
        if isinstance(value, bool) or value is None:
            self.text(row, col, "" if value is None else str(value), style or "text")
        elif isinstance(value, Fraction):
            self.number(row, col, float(value), style or "score")
        elif isinstance(value, (int, float)):
            self.number(row, col, value, style or "whole")
        else:
            self.text(row, col, value, style or "text")

    def header(self, names: Sequence[str], row: int = 0) -> int:
        """Write a header, freeze it and repeat it in print; return the next row."""
        for at, name in enumerate(names):
            self.text(row, at, name, "header")
        self.ws.freeze_panes(row + 1, 0)
        self.ws.repeat_rows(row)
        return row + 1

    def merged_down(self, first: int, last: int, col: int, text: str, style: str) -> None:
        """Write a text over several cells of a column."""
        self.ws.merge_range(first, col, last, col, "", self._book.style(style))
        self.text(first, col, text, style)

    def filter(self, header_row: int, last_row: int, columns: int) -> None:
        """Put filter buttons on a table."""
        if last_row > header_row:
            self.ws.autofilter(header_row, 0, last_row, columns - 1)

    def merged(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write a text over several cells of a row, high enough to show it (merged cells do not grow)."""
        room = max(sum(self._widths[first : last + 1]) - 2, 4)
        size = _STYLES[style].get("font_size", 10) / 10
        wide = [sum(2 if ord(c) > 0x2E7F else 1 for c in line) * size for line in clean_text(text).splitlines() or [""]]
        high = sum(max(1, math.ceil(w / room)) for w in wide)
        if high > 1 or size > 1:
            self.ws.set_row(row, min(14.5 * high * size + 2, 400))
        if last > first:
            self.ws.merge_range(row, first, row, last, "", self._book.style(style))
        self.text(row, first, text, style)


def write_table(sheet: Sheet, header: Sequence[str], rows: Sequence[Sequence[object]], styles: Sequence[str], cut: str) -> None:
    """Write a plain table with filter buttons; what does not fit into a sheet is cut and said (`cut`)."""
    start = sheet.header(header)
    room = MAX_ROWS - start - 1
    for at, row in enumerate(rows[:room]):
        for col, value in enumerate(row):
            sheet.value(start + at, col, value, styles[col] if value is not None else "text")
    if len(rows) > room:
        sheet.text(MAX_ROWS - 1, 0, cut, "notice")
    sheet.filter(start - 1, min(start + len(rows), MAX_ROWS) - 1, len(header))
