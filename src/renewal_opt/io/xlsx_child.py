"""Parses one workbook in a process of its own, under a memory limit.

`python -P -m renewal_opt.io.xlsx_child FILE BYTES SHEETS` writes one marshalled dict to stdout: texts and
facts, no sentences. A workbook that breaks the reader breaks this process alone; `xlsx` names its death.
"""

from __future__ import annotations

import datetime as dt
import gc
import marshal
import os
import re
import sys
from decimal import Decimal
from typing import Any

from .numtext import LONG_NUMBER, number_text, shown_text

SECONDS = 240
#: characters of all cells together
MAX_CHARACTERS = 150_000_000
_NUMERIC = re.compile(r"\s*[-+−－＋]?[0-9０-９][0-9０-９,，]*(?:[.．][0-9０-９]*)?\s*")
_TYPED = {bool: "bool", dt.date: "date", dt.datetime: "date", dt.time: "time", dt.timedelta: "duration"}


def limit(memory: int) -> None:
    """Bound the memory and processor time of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(what, (most, most))


def parse(file: str, wanted: list[str] | None, max_cells: int) -> dict[str, Any]:
    """Return the sheets of a workbook: names, text rows from A1 on, and facts on special cells."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_path(file)
    sheets: list[dict[str, Any]] = []
    budget = MAX_CHARACTERS
    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or (wanted is not None and meta.name not in wanted):
            continue
        sheet = book.get_sheet_by_name(meta.name)
        size = (sheet.total_height, sheet.total_width)
        if size[0] * size[1] > max_cells:
            return {"ok": False, "kind": "table_too_large", "sheet": meta.name, "value": f"{size[0]} × {size[1]}"}
        made = convert(sheet.to_python(skip_empty_area=False))
        budget -= made.pop("characters")
        if budget < 0:
            return {"ok": False, "kind": "workbook_too_large", "sheet": meta.name, "value": ""}
        sheets.append({"name": meta.name, "hidden": meta.visible != SheetVisibleEnum.Visible, **made})
    return {"ok": True, "names": list(book.sheet_names), "sheets": sheets}


def convert(rows: list[list[Any]]) -> dict[str, Any]:
    """Return rows as text, with sparse facts as (row, column, ...) indices.

    `typed`: kind of every boolean, date, time; `minority`: those in columns mostly of another kind, and
    numbers stored as text in columns of numbers; `long`: whole numbers that lost digits; `noise`: numbers
    with more than the 15 digits a spreadsheet shows, rounded to these.
    """
    typed: list[tuple[int, int, str]] = []
    minority: list[tuple[int, int, str]] = []
    long: list[tuple[int, int]] = []
    noise: list[tuple[int, int, str]] = []
    columns: list[list[str]] = []
    characters = 0
    for j, column in enumerate(zip(*rows, strict=True)):
        kinds = set(map(type, column))
        texts = list(column) if kinds == {str} else _column(column, kinds, j, typed, minority, long, noise)
        columns.append(texts)
        characters += sum(map(len, texts))
    made = [list(row) for row in zip(*columns, strict=True)]
    return {"rows": made, "typed": typed, "minority": minority, "long": long, "noise": noise, "characters": characters}


def _column(
    column: tuple[Any, ...],
    kinds: set[type],
    j: int,
    typed: list[tuple[int, int, str]],
    minority: list[tuple[int, int, str]],
    long: list[tuple[int, int]],
    noise: list[tuple[int, int, str]],
) -> list[str]:
    numbers = 0
    out: list[str] = []
    special: list[tuple[int, int, str]] = []
    if kinds <= {str, float}:
        out = [v if v.__class__ is str else repr(v) for v in column]
    else:
        for i, value in enumerate(column):
            kind = value.__class__
            if kind is str:
                out.append(value)
            elif kind is float or kind is int:
                out.append(repr(value))
            else:
                special.append((i, j, _TYPED.get(kind, "other")))
                out.append(_text(value))
    if float in kinds or int in kinds:
        types = list(map(type, column))
        numbers = types.count(float) + types.count(int)
        careful = [i for i, text in enumerate(out) if len(text) > 15 or "e" in text]
        if str in kinds:
            out = [t[:-2] if t[-2:] == ".0" and c is float else t for t, c in zip(out, types, strict=True)]
        else:
            out = [t[:-2] if t[-2:] == ".0" else t for t in out]
        for i in careful:
            if types[i] is float or types[i] is int:
                out[i] = _careful(column[i], i, j, long, noise)
    typed += special
    filled = len(column) - column.count("")
    for fact in special:
        same = sum(1 for other in special if other[2] == fact[2]) if len(special) < 200 else len(special)
        if 2 * same < filled:
            minority.append(fact)
    if numbers and str in kinds and 2 * numbers > filled:
        minority += [(i, j, "text") for i, v in enumerate(column) if v.__class__ is str and v and _NUMERIC.fullmatch(v)]
    return out


def _careful(number: float, i: int, j: int, long: list[tuple[int, int]], noise: list[tuple[int, int, str]]) -> str:
    """Return the text of a number with many digits or an exponent, and note what is wrong with it."""
    text = number_text(number) if number.__class__ is float else str(number)
    if abs(number) >= LONG_NUMBER:
        long.append((i, j))
        return text
    shown = shown_text(text)
    if shown != text:
        noise.append((i, j, text))
    return shown


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.timedelta):
        return format(Decimal(value // dt.timedelta(microseconds=1)).scaleb(-6).normalize(), "f") + " s"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def main(arguments: list[str]) -> int:
    """Parse as the module's docstring says; return the exit code."""
    file, memory, max_cells, *wanted = arguments
    limit(int(memory))
    gc.disable()  # a short life without cycles
    channel = os.dup(1)
    os.dup2(2, 1)  # nothing else may speak on the channel
    try:
        answer = parse(file, wanted[1:] if wanted else None, int(max_cells))
    except MemoryError:
        return 9
    except BaseException as err:  # the reader's panics are no Exceptions
        answer = {"ok": False, "kind": "workbook_corrupt", "sheet": "", "value": f"{err}"[:200]}
    with os.fdopen(channel, "wb") as out:
        out.write(marshal.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
