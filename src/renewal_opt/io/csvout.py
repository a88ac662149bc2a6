"""CSV that no spreadsheet takes for formulas and that reads back exactly."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from .atomic import write_bytes_atomic
from .numtext import decimal_text, number_text

#: what a cell may hold
Cell = str | int | float | bool | Decimal | dt.date | dt.time | None

# full-width forms are taken for formulas by some East Asian editions
_LIVE = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NEGATIVE = re.compile(r"-[0-9]+(?:\.[0-9]+)?")


def quote_cell(text: str) -> str:
    """Return a text that no spreadsheet runs: a leading `'` before `= + - @`, tab, CR and LF.

    A plain negative number is left alone. Texts that already are quotes of such a text get one more,
    so that `unquote_cell` undoes it exactly.
    """
    if _LIVE.match(text) and not _NEGATIVE.fullmatch(text):
        return "'" + text
    return text


def unquote_cell(text: str) -> str:
    """Undo `quote_cell`."""
    return text[1:] if text.startswith("'") and _LIVE.match(text) else text


def cell_text(value: Cell) -> str:
    """Return a value as CSV text: numbers exactly and in positional notation, texts quoted.

    Raises
    ------
    ValueError
        For a number that is not finite.
    TypeError
        For a Fraction or another type without an exact text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return quote_cell(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r}: a table cell must be finite")
        return number_text(float(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value!r}: a table cell must be finite")
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Fraction):
        raise TypeError(f"{value!r}: round a fraction before it is written")
    raise TypeError(f"{type(value).__name__}: no CSV text")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file as UTF-8 with a byte order mark, which spreadsheets need for Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([quote_cell(h) for h in header])
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, the header {len(header)}")
        writer.writerow([cell_text(v) for v in row])
    return out.getvalue().encode("utf-8-sig")


def write_csv(
    path: str | Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, inputs: Iterable[str | Path] = ()
) -> Path:
    """Write a CSV file whole or not at all.

    Parameters
    ----------
    path : str or Path
        Target.
    header, rows
        Texts, numbers, dates and None; every row as long as the header.
    inputs : iterable of paths
        Files that must not be overwritten.

    Returns
    -------
    Path
        The file actually written: another name when the target could not be replaced.
    """
    return write_bytes_atomic(path, csv_bytes(header, rows), inputs=inputs)
