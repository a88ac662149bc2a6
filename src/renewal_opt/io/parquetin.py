"""Parquet to a table of texts, every value converted exactly."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from ..errors import Collector, Finding
from ..i18n import _
from .numtext import LONG_NUMBER, decimal_text, number_text
from .source import check_file
from .texttable import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, TextTable, build_table

MAX_BYTES = 200_000_000
MAX_UNPACKED = 1_000_000_000


def read_parquet(path: str | Path, collector: Collector) -> TextTable | None:
    """Read a Parquet file of flat columns; see `read_tables`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = str(path)

    def refuse(kind: str, value: str, expected: str, column: str = "") -> None:
        collector.add(Finding(kind, file=file, column=column, value=value, expected=expected))

    if check_file(path, collector, MAX_BYTES) is None:
        return None
    try:
        with Path(path).open("rb") as stream, pq.ParquetFile(stream) as source:
            meta = source.metadata
            size = (meta.num_rows, meta.num_columns)
            unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
            if size[0] > MAX_ROWS or size[1] > MAX_COLUMNS or size[0] * size[1] > MAX_CELLS or unpacked > MAX_UNPACKED:
                expected = _("at most {rows} rows, {columns} columns, {cells} cells").format(rows=MAX_ROWS, columns=MAX_COLUMNS, cells=MAX_CELLS)
                refuse("table_too_large", f"{size[0]} × {size[1]}", expected)
                return None
            table = source.read()
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError, TypeError, KeyError) as err:
        refuse("parquet_corrupt", " ".join(str(err).split())[:200], _("a Parquet file"))
        return None
    names = [name for name in table.column_names if not re.fullmatch(r"__index_level_\d+__", name)]
    columns: list[list[str]] = []
    facts: list[tuple[int, int, str]] = []
    typed: dict[tuple[int, int], str] = {}
    for j, name in enumerate(names):
        column = table.column(table.column_names.index(name))
        try:
            columns.append(_texts(column, j, facts, typed))
        except (pa.ArrowException, NotImplementedError, ValueError, TypeError, OverflowError) as err:
            refuse("unsupported_type", str(column.type), _("a column of text, numbers, dates or yes/no"), name)
            if not isinstance(err, NotImplementedError):
                collector.findings[-1] = Finding(
                    "unsupported_value", file=file, column=name, value=str(column.type), expected=_("values that can be read"), hint=str(err)[:200]
                )
            columns.append([""] * len(column))
    rows = [list(names), *(list(row) for row in zip(*columns, strict=True))]
    made = build_table(rows, collector, file=file, first_row=0)
    if made is None:
        return None
    index = {number - 1: i for i, number in enumerate(made.row_numbers)}
    made.typed = {(index[i], j): kind for (i, j), kind in typed.items() if i in index}
    for i, j, kind in facts:
        expected = _("a finite number") if kind == "not_finite" else _("a code of 16 digits or more stored as text")
        collector.add(made.finding(kind, index[i], j, expected=expected))
    return made


def _texts(column: Any, j: int, facts: list[tuple[int, int, str]], typed: dict[tuple[int, int], str]) -> list[str]:
    """Return the texts of one column; raise NotImplementedError for a type that is no cell."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    if pa.types.is_null(kind):
        return [""] * len(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return ["" if v is None else v for v in column.to_pylist()]
    if pa.types.is_integer(kind):
        return ["" if v is None else str(v) for v in column.to_pylist()]
    if pa.types.is_decimal(kind):
        return ["" if v is None else decimal_text(v) for v in column.to_pylist()]
    if pa.types.is_floating(kind):
        return _floats(column, str(kind), j, facts)
    if pa.types.is_boolean(kind):
        word = "bool"
        texts = ["" if v is None else "TRUE" if v else "FALSE" for v in column.to_pylist()]
    elif pa.types.is_date(kind):
        word = "date"
        texts = ["" if v is None else v.isoformat() for v in column.cast(pa.date32()).to_pylist()]
    elif pa.types.is_timestamp(kind):
        word = "date"
        texts = ["" if v is None else re.sub(r"[ T]00:00:00(\.0+)?$", "", re.sub(r"\.0+(?=Z|$)", "", v)) for v in column.cast(pa.string()).to_pylist()]
    else:
        raise NotImplementedError(str(kind))
    typed.update({(i, j): word for i, text in enumerate(texts) if text})
    return texts


def _floats(column: Any, kind: str, j: int, facts: list[tuple[int, int, str]]) -> list[str]:
    import numpy as np

    short = {"float": np.float32, "halffloat": np.float16}.get(kind)
    texts: list[str] = []
    for i, value in enumerate(column.to_pylist()):
        if value is None:
            texts.append("")
            continue
        if not math.isfinite(value):
            facts.append((i, j, "not_finite"))
            texts.append(str(value))
            continue
        if abs(value) >= LONG_NUMBER:
            facts.append((i, j, "long_number"))
        if short is not None:  # the shortest text of the narrow float, not of its widening
            value = float(str(short(value)))
        texts.append(number_text(value))
    return texts
