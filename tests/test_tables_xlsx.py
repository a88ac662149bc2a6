"""Workbooks as text: every oddity told, and no workbook ends the process (design.md section 6)."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal_opt.errors import Collector, render_findings
from renewal_opt.io import xlsx, xlsx_scan
from renewal_opt.io.tables import TextTable, read_tables

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def read(path: Path, **options: Any) -> tuple[dict[str, TextTable], Collector]:
    collector = Collector()
    tables = read_tables(path, collector, **options)
    render_findings(collector.findings)
    return tables, collector


def kinds(collector: Collector) -> list[str]:
    return [f.kind for f in collector.findings]


def raw_xlsx(path: Path, body: str, *, root: str = "worksheet", prefix: str = "") -> Path:
    """Write a workbook of one sheet S from the XML inside its root element."""
    space = f'xmlns:{prefix}="{MAIN}"' if prefix else f'xmlns="{MAIN}"'
    root = f"{prefix}:{root}" if prefix else root
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<{root} {space}>{body}</{root}>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


GOOD_ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>h</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>'


def test_xlsx_values_are_what_the_user_sees(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("项目")
    sheet.write_row("B2", ["编号", "投资额\n（万元）", "份额", "日期", "是"])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for i, (code, cost, share) in enumerate([("00123", 12, 0.15), ("NA", 0.1, 0.075), ("P3", 1234567.89, 1)], 2):
        sheet.write_string(i, 1, code)
        sheet.write_number(i, 2, cost)
        sheet.write_number(i, 3, share, book.add_format({"num_format": "0.0%"}))
        sheet.write_datetime(i, 4, dt.datetime(2025, 3, i), day)
        sheet.write_boolean(i, 5, i == 3)
    hidden = book.add_worksheet("表")
    hidden.write_column("A1", ["h", "1"])
    hidden.hide()
    book.add_worksheet("空")
    book.close()
    tables, collector = read(path)
    assert not collector.findings
    assert list(tables) == ["项目", "表"]
    assert tables["表"].hidden
    table = tables["项目"]
    assert table.columns == ["编号", "投资额(万元)", "份额", "日期", "是"]
    assert table.rows == [
        ["00123", "12", "15%", "2025-03-02", "FALSE"],
        ["NA", "0.1", "7.5%", "2025-03-03", "TRUE"],
        ["P3", "1234567.89", "100%", "2025-03-04", "FALSE"],
    ]
    assert table.row_numbers == [3, 4, 5]
    assert table.typed[0, 2] == "percent"
    assert table.typed[1, 3] == "date"
    assert table.typed[2, 4] == "bool"
    assert table.reference(1, 2) == "D4"
    assert (table.finding("k", 1, 2).column, table.finding("k", 1, 2).value) == ("份额", "7.5%")
    assert list(read(path, sheets=["表"])[0]) == ["表"]


def test_xlsx_cells_that_need_a_word(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["code", "cost", "calc", "sum"])
    for i in range(1, 9):
        sheet.write_row(i, 0, [f"P{i}", i, i, i])
    sheet.write_formula("C2", "=1/0", value="#DIV/0!")
    sheet.write_formula("C3", "=Z1", value="#REF!")
    sheet.write_formula("D4", "=1+1", value="")
    sheet.write_number("A5", 410100200001010012)
    sheet.write_string("B6", "１２")
    sheet.write_datetime("B7", dt.datetime(2025, 3, 5), book.add_format({"num_format": "m-d"}))
    sheet.write_boolean("B8", True)
    sheet.merge_range("D8:D9", 5)
    book.close()
    tables, collector = read(path)
    told = {(f.kind, f.row, f.column): f for f in collector.findings}
    assert set(told) == {
        ("error_cell", 2, "calc"),
        ("error_cell", 3, "calc"),
        ("formula_without_value", 4, "sum"),
        ("long_number", 5, "code"),
        ("number_as_text", 6, "cost"),
        ("date_cell", 7, "cost"),
        ("bool_cell", 8, "cost"),
        ("merged_cells", 8, "sum"),
    }
    assert told["error_cell", 2, "calc"].value == "#DIV/0!"
    assert "C2" in told["error_cell", 2, "calc"].hint
    assert told["merged_cells", 8, "sum"].hint == "D8:D9"
    assert {k[0] for k, f in told.items() if f.severity == "warning"} == {"number_as_text", "date_cell", "bool_cell"}
    assert tables["S"].rows[0][2] == "#DIV/0!"


def test_xlsx_formulas_by_openpyxl_have_no_value(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "=A2*2"])
    book.save(path)
    _tables, collector = read(path)
    assert [(f.kind, f.row, f.column) for f in collector.findings] == [("formula_without_value", 2, "b")]


def test_xlsx_hidden_digits_are_rounded_and_told(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>' + "".join(
        f'<row r="{r}"><c r="A{r}"><v>{v}</v></c></row>'
        for r, v in enumerate(["0.30000000000000004", "12.600000000000001", "123456789.123456"], 2)
    )
    tables, collector = read(raw_xlsx(tmp_path / "t.xlsx", f"<sheetData>{body}</sheetData>"))
    assert tables["S"].rows == [["0.3"], ["12.6"], ["123456789.123456"]]
    (finding,) = collector.findings
    assert (finding.kind, finding.severity, finding.value) == ("hidden_digits", "warning", "0.30000000000000004")
    assert "2" in finding.hint


@settings(max_examples=20, deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=30))
def test_xlsx_numbers_are_exact(tmp_path_factory: pytest.TempPathFactory, numbers: list[Decimal]) -> None:
    path = tmp_path_factory.mktemp("x") / "t.xlsx"
    book = openpyxl.Workbook()
    for value in ("a", *numbers):
        book.active.append([value])
    book.save(path)
    tables, collector = read(path)
    assert [Decimal(row[0]) for row in tables["Sheet"].rows] == numbers
    assert not collector.findings


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD2"])
def test_far_cell_is_refused_unread(tmp_path: Path, prefix: str, reference: str) -> None:
    p = f"{prefix}:" if prefix else ""
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    body = f'<{p}sheetData><{p}row r="1"><{p}c r="A1"><{p}v>1</{p}v></{p}c></{p}row><{p}row r="{row}"><{p}c r="{reference}"><{p}v>1</{p}v></{p}c></{p}row></{p}sheetData>'
    path = raw_xlsx(tmp_path / "bomb.xlsx", body, prefix=prefix)
    assert path.stat().st_size < 4_800
    tables, collector = read(path)
    assert not tables
    assert [(f.kind, f.sheet, f.value) for f in collector.findings] == [("cell_too_far", "S", reference)]


def test_large_area_is_refused_unread(tmp_path: Path) -> None:
    body = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="90000"><c r="ZZ90000"><v>1</v></c></row></sheetData>'
    _tables, collector = read(raw_xlsx(tmp_path / "bomb.xlsx", body))
    assert [(f.kind, f.value) for f in collector.findings] == [("table_too_large", "90000 × 702")]


def test_reader_that_aborts_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = raw_xlsx(tmp_path / "bomb.xlsx", body)
    monkeypatch.setattr(xlsx, "scan", lambda archive, wanted: [])  # as if the scan had been outwitted
    tables, collector = read(path)
    assert not tables
    assert kinds(collector) == ["workbook_breaks_reader"]


def test_memory_limit_is_a_finding(tmp_path: Path) -> None:
    body = "".join(f'<row r="{r}"><c r="GR{r}"><v>1</v></c></row>' for r in range(1, 30_001))
    path = raw_xlsx(tmp_path / "t.xlsx", f"<sheetData>{body}</sheetData>")
    collector = Collector()
    assert not xlsx.read_xlsx(path, collector, memory=150 << 20)
    assert kinds(collector) == ["workbook_breaks_reader"]
    assert "150 MB" in collector.findings[0].expected


def test_dimension_and_styles_alone_do_no_harm(tmp_path: Path) -> None:
    body = f'<dimension ref="A1:XFD1048576"/><sheetData>{GOOD_ROWS}<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row></sheetData>'
    tables, collector = read(raw_xlsx(tmp_path / "t.xlsx", body))
    assert not collector.findings
    assert tables["S"].rows == [["1"]]


def test_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "bomb.xlsx", f"<sheetData>{GOOD_ROWS}</sheetData>" + " " * 210_000_000)
    assert path.stat().st_size < 500_000
    tables, collector = read(path)
    assert not tables
    assert kinds(collector) == ["zip_bomb"]


def test_unpacked_total_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = raw_xlsx(tmp_path / "t.xlsx", f"<sheetData>{GOOD_ROWS}</sheetData>")
    monkeypatch.setattr(xlsx_scan, "MAX_TOTAL", 100)
    assert kinds(read(path)[1]) == ["zip_bomb"]


def test_scan_of_chunks_misses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}" t="e"><v>#N/A</v></c></row>' for r in range(1, 400))
    path = raw_xlsx(tmp_path / "t.xlsx", f"<sheetData>{rows}</sheetData>")
    monkeypatch.setattr(xlsx_scan, "_CHUNK", 137)
    tables, collector = read(path)
    assert len(tables["S"].rows) == 398
    assert [f.row for f in collector.findings] == list(range(2, 400))


def test_error_cell_without_reference(tmp_path: Path) -> None:
    body = '<sheetData><row><c t="inlineStr"><is><t>h</t></is></c></row><row><c t="e"><v>#N/A</v></c></row></sheetData>'
    _tables, collector = read(raw_xlsx(tmp_path / "t.xlsx", body))
    assert kinds(collector) == ["error_cell"]


def damaged(path: Path) -> bytes:
    raw = raw_xlsx(path, f"<sheetData>{GOOD_ROWS}</sheetData>").read_bytes()
    return raw[: len(raw) // 2]


def test_files_that_are_no_workbook(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    cases = {
        "empty_file": b"",
        "workbook_corrupt": damaged(tmp_path / "x.xlsx"),
        "workbook_encrypted": ole + "EncryptedPackage".encode("utf-16-le"),
        "old_excel": ole,
        "not_a_workbook": b"<html><table></table></html>",
        "wrong_suffix": b"PAR1",
    }
    for kind, raw in cases.items():
        path = tmp_path / "t.xlsx"
        path.write_bytes(raw)
        tables, collector = read(path)
        assert not tables
        assert kinds(collector) == [kind]
        assert collector.findings[0].file == str(path)
    word = tmp_path / "w.xlsx"
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert [(f.kind, f.value) for f in read(word)[1].findings] == [("not_a_workbook", "Word")]


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "t.doc").write_bytes(b"x")
    (tmp_path / "z.csv").write_bytes(b"PK\x03\x04")
    (tmp_path / "closed.csv").write_bytes(b"a\n1\n")
    for name, kind in {"gone.csv": "file_missing", "d.csv": "file_is_folder", "t.doc": "file_type", "z.csv": "wrong_suffix"}.items():
        tables, collector = read(tmp_path / name)
        assert not tables
        assert kinds(collector) == [kind]

    def closed(self: Path, *_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", closed)
    assert kinds(read(tmp_path / "closed.csv")[1]) == ["file_unreadable"]


def test_the_child_is_not_led_astray_by_the_folder(tmp_path: Path) -> None:
    (tmp_path / "marshal.py").write_text("raise SystemExit(7)")
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    (tmp_path / "re.py").write_text("raise SystemExit(7)")
    path = raw_xlsx(tmp_path / "t.xlsx", f"<sheetData>{GOOD_ROWS}</sheetData>")
    code = "import sys; from pathlib import Path; from renewal_opt.errors import Collector; from renewal_opt.io.tables import read_tables; print(read_tables(sys.argv[1], Collector())['S'].rows)"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(path)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[['1']]"


def test_heavy_libraries_are_not_imported() -> None:
    code = "import sys, renewal_opt.io.tables, renewal_opt.io.csvout; print([m for m in ('pandas', 'pyarrow', 'numpy', 'python_calamine') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


