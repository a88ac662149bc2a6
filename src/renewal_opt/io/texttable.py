"""A table of texts with the place of every cell, and the header row that all table formats share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import Collector, Finding
from ..i18n import _

#: sizes beyond these are refused in every format
MAX_ROWS = 600_000
MAX_COLUMNS = 2_000
MAX_CELLS = 8_000_000


@dataclass
class TextTable:
    """One sheet, CSV file or Parquet file as text.

    Attributes
    ----------
    name : str
        Sheet of a workbook; empty for CSV and Parquet.
    columns : list of str
        Headers, NFKC-normalised, inner white space single, stripped.
    raw_columns : list of str
        Headers as they stand in the file.
    rows : list of list of str
        Cell texts as they stand, blank as ''; wholly blank rows are left out.
    row_numbers : list of int
        1-based row of each of `rows` as the user's program shows it (a header row counts).
    file : str
        Path as the user named it.
    first_column : int
        0-based column of the sheet in which `columns[0]` stands.
    letters : bool
        True when the format has column letters (workbooks).
    hidden : bool
        True for a hidden sheet.
    typed : dict
        Sparse: (row, column) indices into `rows` to `bool`, `date`, `time`, `duration` or `percent` where
        the file holds such a value and not a plain number or text.
    """

    name: str
    columns: list[str]
    raw_columns: list[str]
    rows: list[list[str]]
    row_numbers: list[int]
    file: str
    first_column: int = 0
    letters: bool = False
    hidden: bool = False
    typed: dict[tuple[int, int], str] = field(default_factory=dict)

    def reference(self, row: int, column: int) -> str:
        """Return the spreadsheet's name of a cell, such as `D17`, for 0-based indices."""
        return f"{column_letters(self.first_column + column)}{self.row_numbers[row]}"

    def finding(
        self,
        kind: str,
        row: int | None,
        column: int | None,
        *,
        value: str | None = None,
        expected: str = "",
        hint: str = "",
        severity: str = "error",
    ) -> Finding:
        """Return a finding at a cell, a row (`column` None) or a column (`row` None), by 0-based index.

        The cell's own text is the value unless another is given.
        """
        if value is None:
            value = self.rows[row][column] if row is not None and column is not None else ""
        if self.letters and row is not None and column is not None:
            cell = _("cell {ref}").format(ref=self.reference(row, column))
            hint = cell + _("; ") + hint if hint else cell
        return Finding(
            kind,
            file=self.file,
            sheet=self.name,
            row=None if row is None else self.row_numbers[row],
            column="" if column is None else self.header(column),
            value=value,
            expected=expected,
            hint=hint,
            severity=severity,
        )

    def header(self, column: int) -> str:
        """Return a column's header as it stands in the file, or its letters where it has none."""
        raw = " ".join(self.raw_columns[column].split())
        return raw or column_letters(self.first_column + column)


def column_letters(index: int) -> str:
    """Return the letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the 0-based column of letters such as `AA`."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def normalise_header(text: str) -> str:
    """Return a header NFKC-normalised, without invisible characters and line breaks, stripped."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u200b-\u200f\u2060\ufeff]", "", text)
    text = re.sub(r"(?<=[^\x00-\x7f])[ \t]*[\r\n]+\s*", "", text)
    return " ".join(text.split())


def is_blank(row: Sequence[str]) -> bool:
    """Return whether a row has no cell with visible text."""
    return not any(cell and not cell.isspace() for cell in row)


def build_table(
    rows: list[list[str]],
    collector: Collector,
    *,
    file: str,
    name: str = "",
    first_row: int = 1,
    letters: bool = False,
    hidden: bool = False,
) -> TextTable | None:
    """Make a table of text rows: the first row that is not blank is the header.

    Findings: `empty_table`, `duplicate_header`, `header_missing` (a column with cells and no header),
    `row_length` (such rows are left out), `table_too_large`.

    Parameters
    ----------
    rows : list of list of str
        All rows of the sheet from `first_row` on, blank ones too.
    first_row : int
        1-based number of `rows[0]`.

    Returns
    -------
    TextTable or None
        None when there is no header or the size is refused.
    """

    def tell(kind: str, expected: str, **more: object) -> None:
        collector.add(Finding(kind, file=file, sheet=name, expected=expected, **more))  # type: ignore[arg-type]

    at = next((i for i, row in enumerate(rows) if not is_blank(row)), None)
    if at is None:
        tell("empty_table", _("a header row and data rows"))
        return None
    raw = rows[at]
    start = next(j for j, cell in enumerate(raw) if cell.strip()) if letters else 0
    end = max(j for j, cell in enumerate(raw) if cell.strip()) + 1
    width = len(raw)
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS or len(rows) * width > MAX_CELLS:
        size = f"{len(rows)} × {width}"
        tell("table_too_large", _("at most {rows} rows, {columns} columns, {cells} cells").format(rows=MAX_ROWS, columns=MAX_COLUMNS, cells=MAX_CELLS), value=size)
        return None
    kept: list[list[str]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows[at + 1 :], first_row + at + 1):
        if is_blank(row):
            continue
        if len(row) != width:
            tell(
                "row_length",
                _("{n} cells, as the header has").format(n=width),
                row=number,
                value=_("{n} cells").format(n=len(row)),
                hint=_("a comma inside a text needs the text in double quotes"),
            )
            continue
        kept.append(row)
        numbers.append(number)
    # cells beside the header: a note to the right is data without a header
    for j in (*range(start), *range(end, width)):
        used = next((i for i, row in enumerate(kept) if row[j].strip()), None)
        if used is not None:
            tell("header_missing", _("a header for every column that has cells"), row=numbers[used], column=column_letters(j), value=kept[used][j])
    if (start, end) != (0, width):
        kept = [row[start:end] for row in kept]
        raw = raw[start:end]
    table = TextTable(name, [normalise_header(cell) for cell in raw], raw, kept, numbers, file, start, letters, hidden)
    _check_headers(table, first_row + at, collector)
    return table


def _check_headers(table: TextTable, header_row: int, collector: Collector) -> None:
    seen: dict[str, int] = {}
    for j, header in enumerate(table.columns):
        place = column_letters(table.first_column + j)
        if not header:
            used = next((i for i, row in enumerate(table.rows) if row[j].strip()), None)
            if used is not None:
                collector.add(table.finding("header_missing", used, j, expected=_("a header for every column that has cells")))
        elif header in seen:
            first = column_letters(table.first_column + seen[header])
            collector.add(
                Finding(
                    "duplicate_header",
                    file=table.file,
                    sheet=table.name,
                    row=header_row,
                    column=place,
                    value=header,
                    expected=_("each header once; it stands in column {first} too").format(first=first),
                )
            )
        seen.setdefault(header, j)
