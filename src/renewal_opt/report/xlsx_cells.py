"""A workbook whose texts are never formulas and whose formulas always carry their value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..io.texttable import column_letters as column
from .numbers import wan_number

#: longest text of a cell, and rows of a sheet, that spreadsheets take
MAX_TEXT, MAX_ROWS = 32_767, 1_048_576
#: widths of columns that add up to more than this are printed on A3
_A4_ROOM = 200
_WORDS = re.compile(r"[\u2e80-\U0010ffff]|[^\s\u2e80-\U0010ffff]+\s*|\s+")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_BASE: dict[str, Any] = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "border": 1, "border_color": "#BFBFBF"},
    "centre": {"text_wrap": True, "border": 1, "border_color": "#BFBFBF", "align": "center"},
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
    "gamma": {"num_format": "General", "border": 1, "border_color": "#BFBFBF"},
    "sum": {"num_format": "#,##0.00", "bold": True, "bg_color": "#F2F2F2", "border": 1},
    "ratio": {"num_format": '0.0000" : 1"', "border": 1, "border_color": "#BFBFBF"},
    "rate": {"num_format": "0.0000%", "border": 1, "border_color": "#BFBFBF"},
    "sumcount": {"num_format": "#,##0", "bold": True, "bg_color": "#F2F2F2", "border": 1},
    "sumtext": {"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True},
    "warn": {"text_wrap": True, "border": 1, "border_color": "#BFBFBF", "bg_color": "#FFF2CC"},
}


def clean_text(text: object) -> str:
    """Return text that a cell may hold: no control characters, not too long."""
    out = _ILLEGAL.sub(" ", str(text))
    return out if len(out) <= MAX_TEXT else out[: MAX_TEXT - 1] + "…"


@lru_cache(maxsize=1 << 16)
def lines_of(text: str, room: float) -> int:
    """Return how many lines a text takes where a line has room for so many cells (a Chinese character takes two)."""
    lines = 0
    for paragraph in text.splitlines() or [""]:
        lines, left = lines + 1, room
        for word in _WORDS.findall(paragraph):
            wide: float = 2 if word >= "\u2e80" else len(word.rstrip())
            if wide > left and left < room:
                lines, left = lines + 1, room
            while wide > room:
                lines, wide = lines + 1, wide - room
            left -= wide + (0 if word >= "\u2e80" else len(word) - len(word.rstrip()))
    return lines


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
        self._sheets: list[Sheet] = []

    def style(self, name: str) -> Any:
        """Return a cell format by name."""
        return self._formats[name]

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool = True) -> Sheet:
        """Add a sheet with its column widths, ready to print on A4, or on A3 where it is wide."""
        name = self._sheet_name(name)
        sheet = Sheet(self, self.book.add_worksheet(name), name, widths)
        for at, width in enumerate(widths):
            sheet.ws.set_column(at, at, width)
        if landscape:
            sheet.ws.set_landscape()
        sheet.ws.set_paper(8 if sum(widths) > _A4_ROOM else 9)
        sheet.ws.fit_to_pages(1, 0)
        sheet.ws.set_footer("&C&P / &N")
        self._sheets.append(sheet)
        return sheet

    def _sheet_name(self, name: str) -> str:
        """Return a name that spreadsheets take and no other sheet has."""
        clean = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:28] or "sheet"
        taken = {ws.get_name().casefold() for ws in self.book.worksheets()}
        names = [clean, *(f"{clean} {n}" for n in range(2, 100))]
        return next(n for n in names if n.casefold() not in taken)

    def close(self) -> None:
        """Write the file."""
        for sheet in self._sheets:
            sheet.set_heights()
        self.book.close()


class Sheet:
    """One sheet; rows and columns count from 0."""

    def __init__(self, book: Book, ws: Any, name: str, widths: Sequence[float]) -> None:
        self._book, self.ws, self.name, self._widths = book, ws, name, widths
        self._heights: dict[int, float] = {}

    def set_heights(self) -> None:
        """Make each row as high as its texts need: not every program does so by itself when it opens a file."""
        for row, height in self._heights.items():
            self.ws.set_row(row, min(height, 400))

    def _grow(self, row: int, text: str, style: str, room: float) -> None:
        """Make a row high enough for a text that has so much room."""
        size = _STYLES[style].get("font_size", 10) / 10
        if size == 1 and 2 * len(text) <= room and "\n" not in text:
            return
        high = lines_of(text, max(room / size, 4)) if _STYLES[style].get("text_wrap") else 1
        if high > 1 or size > 1:
            self._heights[row] = max(self._heights.get(row, 0), 14.5 * high * size + 2)

    def text(self, row: int, col: int, text: object, style: str = "text") -> None:
        """Write a text as text, whatever it begins with, in a row high enough to show it."""
        clean = clean_text(text)
        self._put(row, col, clean, style)
        if col < len(self._widths):
            self._grow(row, clean, style, self._widths[col] - 1)

    def _put(self, row: int, col: int, clean: str, style: str) -> None:
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

    def header(self, names: Sequence[str], row: int = 0, keep: int = 0) -> int:
        """Write a header, freeze it and repeat it in print, and the first `keep` columns likewise; return the next row."""
        for at, name in enumerate(names):
            self.text(row, at, name, "header")
        self.keep(row, keep)
        return row + 1

    def keep(self, row: int, columns: int = 0) -> None:
        """Freeze the rows up to `row` and the first columns, and repeat that row and these columns in print."""
        self.ws.freeze_panes(row + 1, columns)
        self.ws.repeat_rows(row)
        if columns:
            self.ws.repeat_columns(0, columns - 1)

    def merged_down(self, first: int, last: int, col: int, text: str, style: str) -> None:
        """Write a text over several cells of a column."""
        self.ws.merge_range(first, col, last, col, "", self._book.style(style))
        self._put(first, col, clean_text(text), style)

    def filter(self, header_row: int, last_row: int, columns: int) -> None:
        """Put filter buttons on a table."""
        if last_row > header_row:
            self.ws.autofilter(header_row, 0, last_row, columns - 1)

    def merged(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write a text over several cells of a row, high enough to show it (merged cells do not grow)."""
        clean = clean_text(text)
        self._grow(row, clean, style, sum(self._widths[first : last + 1]) - 2)
        if last > first:
            self.ws.merge_range(row, first, row, last, "", self._book.style(style))
        self._put(row, first, clean, style)


def write_table(sheet: Sheet, header: Sequence[str], rows: Sequence[Sequence[object]], styles: Sequence[str], cut: str, keep: int = 0) -> None:
    """Write a plain table with filter buttons, `keep` columns frozen; what does not fit into a sheet is cut and said (`cut`)."""
    start = sheet.header(header, keep=keep)
    room = MAX_ROWS - start - 1
    for at, row in enumerate(rows[:room]):
        for col, value in enumerate(row):
            sheet.value(start + at, col, value, styles[col] if value is not None else "text")
    if len(rows) > room:
        sheet.text(MAX_ROWS - 1, 0, cut, "notice")
    sheet.filter(start - 1, min(start + len(rows), MAX_ROWS) - 1, len(header))
