"""The marked copy: values kept, faulty cells coloured and commented, every finding listed, inputs untouched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from libpolicy import carry_row, csv_text, findings_of, good_row, library_policy, write_folder
from openpyxl import load_workbook
from test_library_io import cells_of, workbook

from renewal_opt.errors import Collector, Finding, InputError
from renewal_opt.i18n import set_language
from renewal_opt.io.library import load_library
from renewal_opt.io.libwrite import write_library
from renewal_opt.io.marked import write_marked
from renewal_opt.io.tables import read_tables

RED, YELLOW = "FFFF9999", "FFFFE699"


def colours(sheet: Any) -> dict[str, str]:
    return {c.coordinate: c.fill.fgColor.rgb for row in sheet.iter_rows() for c in row if c.fill.fill_type == "solid"}


def test_a_csv_file(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text(csv_text([good_row(1), good_row(2, district="金水", name=""), good_row(3) | {"项目各称": ""}]), encoding="utf-8")
    before = source.read_bytes()
    findings = findings_of(source)
    out = write_marked(source, findings, tmp_path / "m.xlsx")
    assert source.read_bytes() == before
    book = load_workbook(out)
    assert book.sheetnames == ["项目", "findings"]
    sheet = book["项目"]
    names = {c.value: c.column_letter for c in sheet[1]}
    marks = colours(sheet)
    assert marks == {f"{names['所在区']}3": RED, f"{names['项目名称']}3": RED, f"{names['项目各称']}1": RED}
    assert "Jinshui" in sheet[f"{names['所在区']}3"].comment.text
    assert sheet[f"{names['项目各称']}1"].comment.text.endswith("(did you mean “项目名称”?)")
    listed = [[c.value for c in row] for row in book["findings"].iter_rows(min_row=2)]
    assert len(listed) == 3
    assert [row[-1] for row in listed] == [f.kind for f in findings]
    assert listed[1][3] == 3


def test_the_copy_reads_back_as_the_input(tmp_path: Path) -> None:
    row: dict[str, Any] = dict(good_row(1)) | {"id": "007", "as_of": dt.datetime(2025, 3, 1), "total_investment": 1200.5, "remark": "=1+1", "备注": None}
    del row["备注"]
    source = workbook(tmp_path / "a.xlsx", {"项目": cells_of(row, dict(carry_row(2))), "其他": [[None, None], [None, "x", True], [None, "1.50", 3]]})
    out = write_marked(source, [], tmp_path / "m.xlsx")
    first, second = read_tables(source, Collector()), read_tables(out, Collector())
    for name, table in first.items():
        copy = second[name]
        assert (copy.columns, copy.rows, copy.row_numbers, copy.first_column) == (table.columns, table.rows, table.row_numbers, table.first_column)
        assert copy.typed == table.typed


def test_a_copy_loads_like_its_input_and_can_be_marked_again(tmp_path: Path) -> None:
    policy = library_policy()
    folder = write_folder(tmp_path / "f", [good_row(1), carry_row(2)], revenue=[{"project": "P001", "year": "2027", "revenue_class": "专项", "pledged_net": "1"}])
    library = load_library(folder, policy).library
    out = write_marked(folder, [], tmp_path / "m.xlsx")
    assert load_workbook(out).sheetnames == ["项目", "收益", "findings"]
    assert load_library(out, policy).library == library
    again = write_marked(out, [], tmp_path / "m2.xlsx")
    assert load_workbook(again).sheetnames == ["项目", "收益", "findings"]


def test_parquet_gets_a_header_row(tmp_path: Path) -> None:
    policy = library_policy()
    library = load_library(write_folder(tmp_path / "f", [good_row(1), good_row(2)]), policy).library
    write_library(library, policy, tmp_path / "p", form="parquet")
    file = str(tmp_path / "p" / "projects.parquet")
    out = write_marked(tmp_path / "p", [Finding("x", file=file, row=2, column="name", expected="y")], tmp_path / "m.xlsx")
    sheet = load_workbook(out)["项目"]
    assert (sheet["A1"].value, sheet["A3"].value) == ("id", "P002")
    assert colours(sheet) == {"B3": RED}


def test_warnings_rows_and_columns_that_are_not_there(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text(csv_text([good_row(1)]), encoding="utf-8")
    file = str(source)
    findings = [
        Finding("w", file=file, row=2, column="项目名称", expected="a", severity="warning"),
        Finding("absent", file=file, row=2, column="豁免文号", expected="b"),
        Finding("row", file=file, row=7, expected="c"),
        Finding("file", file=file, expected="d"),
        Finding("policy", file="policy.yaml", path="a.b", line=3, value="=1", expected="e"),
    ]
    book = load_workbook(write_marked(source, findings, tmp_path / "m.xlsx"))
    assert colours(book["项目"]) == {"A2": RED, "B2": YELLOW, "A7": RED}
    rows = list(book["findings"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 5
    assert rows[4][5] == "a.b line 3"
    assert rows[4][6] == "=1"


def test_several_findings_share_a_cell(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text(csv_text([good_row(1)]), encoding="utf-8")
    two = [Finding(k, file=str(source), row=2, column="项目名称", expected=k, severity=s) for k, s in (("one", "warning"), ("two", "error"))]
    sheet = load_workbook(write_marked(source, two, tmp_path / "m.xlsx"))["项目"]
    assert colours(sheet) == {"B2": RED}
    assert [line.split()[-1] for line in sheet["B2"].comment.text.splitlines()] == ["one", "two"]


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", {"项目": cells_of(good_row(1))})
    before = source.read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        write_marked(source, [], source)
    with pytest.raises(InputError, match="xlsx"):
        write_marked(source, [], tmp_path / "a.csv")
    assert source.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx"]


def test_an_unreadable_input_still_gives_the_list(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    source.write_bytes(b"nothing")
    set_language("zh")
    try:
        book = load_workbook(write_marked(source, findings_of(source), tmp_path / "m.xlsx"))
    finally:
        set_language("en")
    assert book.sheetnames == ["问题"]
    assert book["问题"].max_row == 2
