"""CSV, Parquet and Excel to tables of texts: every cell as the user sees it, nothing guessed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..errors import Collector, Finding
from ..i18n import _
from .csvin import read_csv
from .numtext import NumberTextError, decimal_text, number_text, parse_number
from .parquetin import read_parquet
from .source import check_file
from .texttable import TextTable, build_table, column_index, column_letters, normalise_header
from .xlsx import read_xlsx

__all__ = [
    "NumberTextError",
    "TextTable",
    "build_table",
    "column_index",
    "column_letters",
    "decimal_text",
    "normalise_header",
    "number_text",
    "parse_number",
    "read_tables",
]

_EXCEL = (".xlsx", ".xlsm")
_TEXT = (".csv", ".tsv", ".txt")
_PARQUET = (".parquet", ".pq")
_ANY = 200_000_000


def read_tables(
    path: str | Path, collector: Collector, *, sheets: Collection[str] | None = None
) -> dict[str, TextTable]:
    """Read every table of a file as text.

    CSV and Parquet give one table named ''; a workbook gives one a worksheet, in order, hidden ones too.
    Numbers of workbooks and Parquet become the text whose `Decimal` is what the user sees; cells with a
    per cent format become `15%`; booleans `TRUE`/`FALSE`; dates ISO; null ''. Texts such as `00123` and
    `NA` stay as they are. In CSV a `'` that `write_csv` put before a formula sign is taken off.

    Parameters
    ----------
    path : str or Path
        File with suffix .csv, .tsv, .txt, .parquet, .pq, .xlsx or .xlsm.
    collector : Collector
        Receives every finding, located; also warnings.
    sheets : collection of str, optional
        Of a workbook, read these sheets alone; a sheet that is not there is simply absent.

    Returns
    -------
    dict of str to TextTable
        Empty when the file cannot be read. Tables also come back when findings of kind error were added,
        so that later checks can tell more; the caller ends with `collector.raise_errors()`.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (*_EXCEL, *_TEXT, *_PARQUET, ".xls"):
        if check_file(path, collector, _ANY) is not None:
            known = " ".join((*_EXCEL, *_TEXT, *_PARQUET))
            collector.add(Finding("file_type", file=str(path), value=suffix or Path(path).name, expected=_("a file of type {known}").format(known=known)))
        return {}
    if check_file(path, collector, _ANY) is None:
        return {}
    if not _content_fits(path, suffix, collector):
        return {}
    if suffix in _TEXT or suffix in _PARQUET:
        table = read_csv(path, collector) if suffix in _TEXT else read_parquet(path, collector)
        return {} if table is None else {table.name: table}
    return read_xlsx(path, collector, sheets=sheets)


def _content_fits(path: str | Path, suffix: str, collector: Collector) -> bool:
    """Tell a file whose content is of another kind than its suffix says."""
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(8)
    except OSError as err:
        collector.add(Finding("file_unreadable", file=str(path), value=err.strerror or str(err), expected=_("a file that may be read")))
        return False
    kind = {b"PK\x03\x04": "Excel", b"PAR1": "Parquet", b"\xd0\xcf\x11\xe0": "Excel 97"}.get(head[:4], "")
    expected = "Excel" if suffix in (*_EXCEL, ".xls") else "Parquet" if suffix in _PARQUET else ""
    if not kind or kind == expected or (kind == "Excel 97" and expected == "Excel"):
        return True
    collector.add(
        Finding(
            "wrong_suffix",
            file=str(path),
            value=kind,
            expected=_("a file whose content fits its suffix {suffix}").format(suffix=suffix),
            hint=_("rename the file"),
        )
    )
    return False
