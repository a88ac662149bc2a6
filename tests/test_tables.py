"""Tables as text: nothing guessed, every oddity told, no workbook ends the process (design.md section 6)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewal_opt.errors import Collector, render_findings
from renewal_opt.io import texttable
from renewal_opt.io.tables import (
    NumberTextError,
    TextTable,
    column_index,
    column_letters,
    normalise_header,
    number_text,
    parse_number,
    read_tables,
)


def read(path: Path, **options: Any) -> tuple[dict[str, TextTable], Collector]:
    collector = Collector()
    tables = read_tables(path, collector, **options)
    render_findings(collector.findings)
    return tables, collector


def kinds(collector: Collector) -> list[str]:
    return [f.kind for f in collector.findings]


def csv_file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- CSV -------------------------------------------------------------------------------------------------


def test_csv_texts_stay_texts(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "编号,名称,身份证,x\n00123,NA,410100200001010012,null\n\n,,,\n1.50,NaN,TRUE,'=1+1\n")
    tables, collector = read(path)
    table = tables[""]
    assert not collector.findings
    assert table.columns == ["编号", "名称", "身份证", "x"]
    assert table.rows == [["00123", "NA", "410100200001010012", "null"], ["1.50", "NaN", "TRUE", "=1+1"]]
    assert table.row_numbers == [2, 5]
    assert table.file == str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'编号{delimiter}名称{delimiter}备注\r\n001{delimiter}"郑州{delimiter}项目"{delimiter}二七\r\n'
    tables, collector = read(csv_file(tmp_path, text.encode(encoding)))
    assert tables[""].rows == [["001", f"郑州{delimiter}项目", "二七"]]
    assert kinds(collector) == (["encoding_gb18030"] if encoding.startswith("gb") else [])
    assert not collector.errors


def test_csv_row_with_a_cell_too_many_or_few(tmp_path: Path) -> None:
    tables, collector = read(csv_file(tmp_path, 'a,b,c\n1,2,3\n1,1,200,3\n1,2\n"x\ny",2,3\n4,5\n'))
    assert tables[""].rows == [["1", "2", "3"], ["x\ny", "2", "3"]]
    assert tables[""].row_numbers == [2, 5]
    assert [(f.kind, f.row, f.value) for f in collector.findings] == [
        ("row_length", 3, "4 cells"),
        ("row_length", 4, "2 cells"),
        ("row_length", 6, "2 cells"),
    ]


def test_csv_headers(tmp_path: Path) -> None:
    tables, collector = read(csv_file(tmp_path, "投资额（万元）,投资额(万元),,b,\n1,2,3,4,\n"))
    assert tables[""].columns[:2] == ["投资额(万元)", "投资额(万元)"]
    assert tables[""].raw_columns[0] == "投资额（万元）"
    assert sorted((f.kind, f.column) for f in collector.findings) == [("duplicate_header", "B"), ("header_missing", "C")]
    assert tables[""].columns[-1] == "b"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "empty_table"),
        (b"\n , ,\n", "empty_table"),
        (b'a,b\n"x,1\n2,3\n', "csv_syntax"),
        ("编号\n1\n".encode("utf-16"), "encoding"),
        (b"a\nx\0y\n", "encoding"),
        ("编号,名称\n1,郑州市更新项目".encode()[:-1], "encoding"),
        (b"a\n\x80\xff\n", "encoding"),
    ],
)
def test_csv_that_cannot_be_read(tmp_path: Path, raw: bytes, kind: str) -> None:
    tables, collector = read(csv_file(tmp_path, raw))
    assert not tables
    assert kinds(collector) == [kind]
    assert collector.errors


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texttable, "MAX_ROWS", 3)
    _tables, collector = read(csv_file(tmp_path, "a\n1\n2\n3\n4\n"))
    assert kinds(collector) == ["table_too_large"]


# --- Parquet ---------------------------------------------------------------------------------------------


def test_parquet_values_are_exact(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "编号": pa.array(["00123", "NA", None]),
            "int": pa.array([2**53 + 1, None, -1], pa.int64()),
            "float": pa.array([0.1, None, 12.0]),
            "single": pa.array([0.1, 3.0, None], pa.float32()),
            "decimal": pa.array([Decimal("1.50"), None, Decimal("-0.25")]),
            "day": pa.array([dt.date(2025, 3, 1), None, None]),
            "time": pa.array([dt.datetime(2025, 3, 1), dt.datetime(2025, 3, 1, 12, 30), None], pa.timestamp("ns")),
            "yes": pa.array([True, False, None]),
            "class": pa.array(["a", "b", "a"]).dictionary_encode(),
            "__index_level_0__": pa.array([5, 6, 7]),
        }
    )
    pq.write_table(table, path)
    tables, collector = read(path)
    assert not collector.findings
    made = tables[""]
    assert made.columns == ["编号", "int", "float", "single", "decimal", "day", "time", "yes", "class"]
    assert made.rows == [
        ["00123", "9007199254740993", "0.1", "0.1", "1.50", "2025-03-01", "2025-03-01", "TRUE", "a"],
        ["NA", "", "", "3", "", "", "2025-03-01 12:30:00", "FALSE", "b"],
        ["", "-1", "12", "", "-0.25", "", "", "", "a"],
    ]
    assert made.row_numbers == [1, 2, 3]
    assert made.typed[0, 5] == "date"


def test_parquet_faults(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": pa.array([1e17, float("nan"), 1.0]), "list": pa.array([[1], None, [2]])}), path)
    _tables, collector = read(path)
    assert [(f.kind, f.row, f.column) for f in collector.findings] == [
        ("unsupported_type", None, "list"),
        ("long_number", 1, "id"),
        ("not_finite", 2, "id"),
    ]
    path.write_bytes(path.read_bytes()[:-20])
    tables, collector = read(path)
    assert not tables
    assert kinds(collector) == ["parquet_corrupt"]


# --- numbers and headers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1200", "1200"),
        (" 1,200 ", "1200"),
        ("１，２００．５", "1200.5"),
        ("－５", "-5"),
        ("−5", "-5"),
        ("+1,234,567.80", "1234567.80"),
        (".5", "0.5"),
        ("1.2E+05", "1.2E+5"),
        ("00123", "123"),
    ],
)
def test_parse_number(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1,200万", "header"),
        ("300 万元", "header"),
        ("15%", "header"),
        ("¥5", "currency"),
        ("1,20", "comma"),
        ("1 200", "blanks"),
        ("(5)", "minus"),
        ("NaN", "finite"),
        ("Infinity", "finite"),
        ("=1+1", "formula"),
        ("", "empty"),
        ("10²", "number"),
        ("½", "number"),
        ("1_000", "number"),
        ("٣", "number"),
        ("1e999999", "number"),
        ("1e99", "between"),
        ("9" * 100, "digits"),
        ("#DIV/0!", "number"),
    ],
)
def test_parse_number_refuses_to_guess(text: str, word: str) -> None:
    with pytest.raises(NumberTextError, match=word) as caught:
        parse_number(text)
    assert caught.value.expected


def test_parse_number_per_cent() -> None:
    assert parse_number("7.5%", percent=Decimal(1)) == Decimal("7.5")
    assert parse_number("7.5％", percent=Decimal("0.01")) == Decimal("0.075")
    assert parse_number("7.5", percent=Decimal("0.01")) == Decimal("7.5")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_gives_the_float_back(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert "e" not in text


def test_letters_and_headers() -> None:
    assert [column_letters(i) for i in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index(column_letters(i)) == i for i in range(2000))
    assert normalise_header(" 投资额\n（万元） ") == "投资额(万元)"
    assert normalise_header("ｃｏｓｔ \t of\nit\u200b") == "cost of it"
