"""Excel workbooks to tables of texts: the archive is checked, a child process parses, every oddity is told."""

from __future__ import annotations

import marshal
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import Collector, Finding
from ..i18n import _
from .numtext import decimal_text
from .source import check_file
from .texttable import MAX_CELLS, MAX_ROWS, TextTable, build_table, column_letters, is_blank
from .xlsx_scan import Refused, SheetFacts, far_hint, open_archive, scan, too_large

MAX_BYTES = 100_000_000
#: address space of the parsing process
MEMORY = 2 << 30
TIMEOUT = 300

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_xlsx(
    path: str | Path, collector: Collector, *, sheets: Collection[str] | None = None, memory: int = MEMORY
) -> dict[str, TextTable]:
    """Read the worksheets of a workbook; see `read_tables`.

    Parameters
    ----------
    sheets : collection of str, optional
        Only these sheets are parsed.
    memory : int
        Bytes of address space for the parsing process.
    """
    file = str(path)
    if check_file(path, collector, MAX_BYTES) is None:
        return {}
    wanted = None if sheets is None else set(sheets)
    try:
        _check_signature(path)
        with open_archive(file) as archive:
            answer, facts = _parse(archive, file, wanted, memory)
    except OSError as err:
        collector.add(Finding("file_unreadable", file=file, value=err.strerror or str(err), expected=_("a file that may be read")))
        return {}
    except Refused as no:
        collector.add(Finding(no.kind, file=file, sheet=no.sheet, value=no.value, expected=no.expected, hint=no.hint))
        return {}
    tables: dict[str, TextTable] = {}
    by_name = {f.name: f for f in facts}
    for sheet in answer["sheets"]:
        table = _table(sheet, by_name.get(sheet["name"]), file, collector)
        if table is not None:
            tables[table.name] = table
    return tables


def _check_signature(path: str | Path) -> None:
    with Path(path).open("rb") as stream:
        head = stream.read(8)
        if head == _OLE:
            stream.seek(0)
            locked = "EncryptedPackage".encode("utf-16-le") in stream.read(4_000_000)
            if locked:
                raise Refused("workbook_encrypted", _("a workbook without a password"))
            raise Refused("old_excel", _("an Excel workbook (.xlsx)"), ".xls", _("open it in a spreadsheet and save it as .xlsx"))
    if head[:4] != b"PK\x03\x04":
        kind = "empty_file" if not head else "not_a_workbook"
        shown = "HTML" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else ""
        raise Refused(kind, _("an Excel workbook (.xlsx)"), shown, _("open it in a spreadsheet and save it as .xlsx"))


def _parse(
    archive: zipfile.ZipFile, file: str, wanted: set[str] | None, memory: int
) -> tuple[dict[str, Any], list[SheetFacts]]:
    """Run the child and scan the archive at the same time; the first refusal ends both."""
    root = str(Path(__file__).resolve().parents[2])
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", f"{__package__}.xlsx_child", os.path.abspath(file), str(memory), str(MAX_CELLS)]
    if wanted is not None:
        command += ["--", *sorted(wanted)]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    try:
        facts = scan(archive, wanted)
        out, _err = child.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Refused("workbook_too_large", _("a workbook that can be read in {n} seconds").format(n=TIMEOUT)) from None
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()
    if child.returncode != 0:
        raise Refused(
            "workbook_breaks_reader",
            _("a workbook that can be read within {mb} MB of memory").format(mb=memory >> 20),
            _("the reading process ended with {code}").format(code=_exit_name(child.returncode)),
            far_hint(),
        )
    answer: dict[str, Any] = marshal.loads(out)
    if not answer["ok"]:
        expected = {
            "table_too_large": too_large(),
            "workbook_too_large": _("less text in all cells together"),
        }.get(answer["kind"], _("an Excel workbook (.xlsx)"))
        raise Refused(answer["kind"], expected, answer["value"], sheet=answer["sheet"])
    return answer, facts


def _exit_name(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else str(code)
    except ValueError:
        return str(code)


def _table(sheet: dict[str, Any], facts: SheetFacts | None, file: str, collector: Collector) -> TextTable | None:
    rows: list[list[str]] = sheet["rows"]
    facts = facts or SheetFacts(sheet["name"])
    width = len(rows[0]) if rows else 0
    for (i, j), text in facts.errors.items():  # the reader leaves error cells blank
        if i >= len(rows) or j >= width:
            more = max(j + 1, width)
            rows += [[] for _row in range(i + 1 - len(rows))]
            for row in rows:
                row += [""] * (more - len(row))
            width = more
        rows[i][j] = rows[i][j] or text
    for i, j in facts.percent:
        if i < len(rows) and j < width and rows[i][j]:
            rows[i][j] = decimal_text(Decimal(rows[i][j]).scaleb(2)) + "%"
    if all(map(is_blank, rows)):  # an unused sheet
        return None
    table = build_table(rows, collector, file=file, name=sheet["name"], letters=True, hidden=sheet["hidden"])
    if table is None:
        return None
    _tell(_Places(table), sheet, facts, collector)
    return table


class _Places:
    """From 0-based places in the sheet to indices of the table's rows and columns."""

    def __init__(self, table: TextTable) -> None:
        self.table = table
        self.rows = {number - 1: i for i, number in enumerate(table.row_numbers)}

    def find(self, row: int, column: int) -> tuple[int, int] | None:
        i = self.rows.get(row)
        j = column - self.table.first_column
        return None if i is None or not 0 <= j < len(self.table.columns) else (i, j)


def _tell(places: _Places, sheet: dict[str, Any], facts: SheetFacts, collector: Collector) -> None:
    table = places.table

    def tell(kind: str, place: tuple[int, int], expected: str, severity: str = "error", hint: str = "", value: str | None = None) -> None:
        found = places.find(*place)
        if found is not None:
            collector.add(table.finding(kind, *found, expected=expected, severity=severity, hint=hint, value=value))

    for place in facts.errors:
        tell("error_cell", place, _("a value, not an error"))
    if facts.unplaced:
        said = _("{n} cells").format(n=facts.unplaced)
        collector.add(table.finding("error_cell", None, None, value=said, expected=_("values, neither errors nor formulas without a value")))
    for place in facts.uncached:
        tell("formula_without_value", place, _("a calculated value"), hint=_("open the workbook in a spreadsheet and save it"))
    for place in sheet["long"]:
        tell("long_number", tuple(place), _("a code of 16 digits or more stored as text"), hint=_("as a number it has lost digits"))
    for top, left, bottom, right in facts.merged:
        _tell_merged(places, (top, left, bottom, right), collector)
    for i, j, kind in sheet["typed"]:
        found = places.find(i, j)
        if found is not None:
            table.typed[found] = kind
    for place in facts.percent:
        found = places.find(*place)
        if found is not None:
            table.typed[found] = "percent"
    words = {"bool": _("no TRUE or FALSE"), "date": _("no date"), "time": _("no time"), "duration": _("no duration")}
    for i, j, kind in sheet["minority"]:
        if kind == "text":
            tell("number_as_text", (i, j), _("a number stored as a number"), "warning")
        else:
            tell(f"{kind}_cell", (i, j), _("{what}, as in the rest of the column").format(what=words.get(kind, kind)), "warning")
    noisy: dict[int, list[tuple[int, str]]] = {}
    for i, j, text in sheet["noise"]:
        noisy.setdefault(j, []).append((i, text))
    for j, cells in noisy.items():
        i, text = cells[0]
        expected = _("at most 15 digits, as a spreadsheet shows them")
        tell("hidden_digits", (i, j), expected, "warning", _("{n} cells of the column; rounded to 15 digits").format(n=len(cells)), text)


def _tell_merged(places: _Places, area: tuple[int, int, int, int], collector: Collector) -> None:
    top, left, bottom, right = area
    table = places.table
    first = table.first_column
    if right < first or left >= first + len(table.columns):
        return
    header = not table.row_numbers or top < table.row_numbers[0] - 1
    rows = [] if bottom - top > MAX_ROWS else [r for r in range(top, bottom + 1) if r in places.rows]
    if not rows and not header:
        return
    column = max(left - first, 0)
    value = table.rows[places.rows[rows[0]]][column] if rows else table.raw_columns[column]
    name = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
    collector.add(
        Finding(
            "merged_cells",
            file=table.file,
            sheet=table.name,
            row=top + 1,
            column=table.header(column),
            value=value,
            expected=_("cells that are not merged, each with its own value"),
            hint=name,
        )
    )
