"""Mutated workbooks and Parquet files: typed cells, broken archives, broken bytes; a plan or a located error."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from builders import to_yaml
from mutation_judge import outcome
from mutation_seeds import SEEDS, FileSet

from renewal_opt.io.load import load_inputs

SHEET_NAMES = {"projects": "项目", "revenue": "收益", "relations": "关系"}

#: values that a spreadsheet's cell may hold in place of a text
TYPED: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1000, 1000.5, 0.1 + 0.2, 1e15, 1e16, 123456789012345678, 1e300, -1e-300, float("1e-7"), dt.date(2025, 3, 1), dt.datetime(2025, 3, 1, 12, 30),
    dt.time(1, 30), dt.timedelta(hours=30), "=1+1", "=A1", "=NOW()", "#N/A", "", " ", "1,200万", "'quoted", "x" * 32_000, "\x07", "_x0007_", "<b>&amp;", "2025-03-01", "１２００", "P001", "east",
)  # fmt: skip


def number(text: str) -> Any:
    """Return a number where a text is one, as a spreadsheet keeps it."""
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return text


def workbook(fileset: FileSet, random: Random, *, change: bool = True) -> tuple[bytes, str]:
    """Return the tables of a set as a workbook with one change, and the change in words."""
    out = io.BytesIO()
    tables = {name: [[number(c) if i else c for c in row] for i, row in enumerate(fileset.tables[f"library/{name}.csv"])] for name in SHEET_NAMES if f"library/{name}.csv" in fileset.tables}
    what = "nothing"
    titles = dict(SHEET_NAMES)
    merged: tuple[int, int, int, int] | None = None
    fmt: str | None = None
    if change:
        name = random.choice(["projects", "projects", "projects", *tables])
        rows = tables[name]
        i, j = random.randrange(len(rows)), random.randrange(len(rows[0]))
        way = random.randrange(8)
        if way < 4:
            rows[i][j] = random.choice(TYPED)
            what = f"{name} row {i + 1} {rows[0][j]} = {rows[i][j]!r:.60}"
        elif way == 4:
            fmt = random.choice(["0%", "yyyy-mm-dd", "[h]:mm", "0.00E+00", "@", "#,##0.00 \"万元\""])
            what = f"format {fmt}"
        elif way == 5:
            titles[name] = random.choice(["Sheet1", "项目表", "projects", "说明", "项目 ", "x"])
            what = f"sheet {name} called {titles[name]}"
        elif way == 6:
            merged = (i, j, min(i + 1, len(rows) - 1), j)
            what = f"merged {merged}"
        else:
            for row in rows[1:]:
                row[j] = random.choice(TYPED)
            what = f"column {rows[0][j]}"
    book = xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True})
    style = book.add_format({"num_format": fmt} if fmt else {})
    for name, rows in tables.items():
        sheet = book.add_worksheet(titles[name])
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                _write(sheet, i, j, value, style, book)
        if merged and name == "projects" and merged[0] != merged[2]:
            sheet.merge_range(*merged, "合并")
    book.close()
    return out.getvalue(), what


def _write(sheet: Any, i: int, j: int, value: Any, style: Any, book: Any) -> None:
    if isinstance(value, str) and value.startswith("="):
        sheet.write_formula(i, j, value, None, 2)
    elif isinstance(value, str):
        sheet.write_string(i, j, value)
    elif isinstance(value, bool):
        sheet.write_boolean(i, j, value)
    elif isinstance(value, (dt.date, dt.time)):
        sheet.write_datetime(i, j, value, book.add_format({"num_format": "yyyy-mm-dd"}))
    elif isinstance(value, dt.timedelta):
        sheet.write_datetime(i, j, value, book.add_format({"num_format": "[h]:mm"}))
    elif value is not None:
        sheet.write_number(i, j, value, style)


def broken(content: bytes, random: Random) -> tuple[bytes, str]:
    """Return a workbook whose archive or parts are broken."""
    way = random.choice(["cut", "bytes", "drop part", "swap parts", "text of a part", "bomb", "nothing but a head"])
    if way == "cut":
        return content[: random.randrange(len(content))], way
    if way == "bytes":
        changed = bytearray(content)
        for _n in range(random.choice([1, 10, 200])):
            changed[random.randrange(len(changed))] = random.randrange(256)
        return bytes(changed), way
    if way == "nothing but a head":
        return content[:4] + b"\0" * 100, way
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    name = random.choice(sorted(parts))
    if way == "drop part":
        del parts[name]
    elif way == "swap parts":
        other = random.choice(sorted(parts))
        parts[name], parts[other] = parts[other], parts[name]
    elif way == "bomb":
        parts["xl/media/x.bin"] = b"\0" * 50_000_000
        name = "xl/media/x.bin"
    else:
        text = parts[name].decode("utf-8", "replace")
        k = random.randrange(len(text))
        piece = random.choice(["<", "</row>", 'r="XFD1048576"', "&x;", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "\0", 't="s"', "<v>99999</v>", "", "é"])
        parts[name] = (text[:k] + piece + text[k + random.choice([0, 1, 5]) :]).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return out.getvalue(), f"{way} {name}"


def parquet(rows: list[list[str]], random: Random) -> tuple[bytes, str]:
    """Return a table as Parquet with typed columns, one of them hostile, or broken bytes."""
    columns: dict[str, Any] = {}
    for j, head in enumerate(rows[0]):
        cells = [row[j] for row in rows[1:]]
        if all(c.isdigit() or not c for c in cells) and any(cells) and random.random() < 0.7:
            columns[head] = pa.array([int(c) if c else None for c in cells])
        else:
            columns[head] = pa.array([c or None for c in cells], pa.string())
    n = len(rows) - 1
    name = random.choice(rows[0])
    hostile: list[Callable[[], Any]] = [
        lambda: pa.array([0.1 + k for k in range(n)]), lambda: pa.array([float("nan")] * n), lambda: pa.array([float("inf")] * n), lambda: pa.array([True] * n),
        lambda: pa.array([dt.date(2025, 1, 1)] * n), lambda: pa.array([dt.datetime(2025, 1, 1, 12)] * n), lambda: pa.array([Decimal("1.005")] * n), lambda: pa.array([[1]] * n),
        lambda: pa.array([{"a": 1}] * n), lambda: pa.array([b"\xff"] * n), lambda: pa.nulls(n), lambda: pa.array(["x"] * n).dictionary_encode(), lambda: pa.array([2**63 - 1] * n),
        lambda: pa.array([f"{k}" for k in range(n)]), lambda: pa.array(["=1+1"] * n), lambda: pa.array([1.5] * n, pa.float32()),
    ]  # fmt: skip
    way = random.randrange(5)
    what = "nothing"
    if way < 3:
        k = random.randrange(len(hostile))
        columns[name] = hostile[k]()
        what = f"{name} is {columns[name].type}"
    elif way == 3:
        columns.pop(name)
        what = f"dropped {name}"
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    content = out.getvalue()
    if way == 4:
        changed = bytearray(content)
        for _n in range(random.choice([1, 5, 50])):
            changed[random.randrange(len(changed))] = random.randrange(256)
        content, what = (bytes(changed), "bytes") if random.random() < 0.7 else (content[: random.randrange(len(content))], "cut")
    return content, what


def written(fileset: FileSet, folder: Path, library: str) -> Path:
    """Write policy and scenario with another library."""
    for place, content in fileset.files.items():
        if not place.startswith("library/"):
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
    scenario = folder / "scenario.yaml"
    scenario.write_text(to_yaml(fileset.trees["scenario.yaml"] | {"library": library}), encoding="utf-8")
    return scenario


def test_the_good_set_as_workbook_and_parquet(tmp_path: Path) -> None:
    fileset = SEEDS["rich_zh"]()
    scenario = written(fileset, tmp_path, "library.xlsx")
    content, _what = workbook(fileset, Random(0), change=False)
    (tmp_path / "library.xlsx").write_bytes(content)
    assert outcome(scenario) == "plan"
    plain = load_inputs(fileset.write(tmp_path / "csv")).library
    ours = load_inputs(scenario).library
    assert [p.model_copy(update={"row": None}) for p in ours.projects] == [p.model_copy(update={"row": None}) for p in plain.projects]


@pytest.mark.parametrize("stream", range(4))
def test_mutated_workbooks(tmp_path: Path, stream: int) -> None:
    ends: Counter[str] = Counter()
    failures: list[str] = []
    for n in range(10):
        random = Random(7_000 + stream * 401 + n)
        name = random.choice(["rich", "rich_zh", "paired"])
        fileset = SEEDS[name]()
        content, what = workbook(fileset, random, change=random.random() < 0.7)
        if what == "nothing":
            content, what = broken(content, random)
        folder = tmp_path / str(n)
        scenario = written(fileset, folder, "library.xlsx")
        (folder / "library.xlsx").write_bytes(content)
        try:
            ends[outcome(scenario)] += 1
        except Exception as error:
            failures.append(f"stream {stream} number {n} set {name}: {what}\n    {type(error).__name__}: {str(error)[:600]}")
        left = {p.name for p in folder.iterdir()} - {"city", "scenario.yaml", "base.yaml", "library.xlsx"}
        assert not left, left
    assert not failures, "\n".join(failures)
    assert ends["input"]


@pytest.mark.parametrize("stream", range(4))
def test_mutated_parquet(tmp_path: Path, stream: int) -> None:
    ends: Counter[str] = Counter()
    failures: list[str] = []
    for n in range(25):
        random = Random(8_000 + stream * 401 + n)
        name = random.choice(["tiny", "rich", "rich_zh", "paired"])
        fileset = SEEDS[name]()
        folder = tmp_path / str(n)
        scenario = written(fileset, folder, "library")
        (folder / "library").mkdir()
        whats = []
        for table, rows in fileset.tables.items():
            content, what = parquet(rows, random)
            (folder / table).with_suffix(".parquet").write_bytes(content)
            whats.append(f"{table}: {what}")
        try:
            ends[outcome(scenario)] += 1
        except Exception as error:
            failures.append(f"stream {stream} number {n} set {name}: {whats}\n    {type(error).__name__}: {str(error)[:600]}")
    assert not failures, "\n".join(failures)
    assert ends["input"]
