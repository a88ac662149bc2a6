"""The workbook: values beside formulas agree, texts stay texts, the form of domain.md 4."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from plan_fixture import HOSTILE, everything, made_plan

from renewal_opt.report.xlsx import write_workbook
from renewal_opt.report.xlsx_cells import Book, lines_of

SHEETS = [
    "read me first", "annual plan table", "project list", "funding", "channels by year", "scores", "screening",
    "not selected", "use of limits", "needs of later years", "re-check", "assumptions", "versions",
]  # fmt: skip


class Recomputed:
    """Computes the formulas that the workbook uses, with openpyxl and own sums."""

    def __init__(self, path: Path) -> None:
        self.formulas = openpyxl.load_workbook(path)
        self.values = openpyxl.load_workbook(path, data_only=True)

    def all(self) -> list[tuple[str, float, float]]:
        out = []
        for ws in self.formulas:
            for row in ws.iter_rows():
                for c in row:
                    if c.data_type == "f":
                        out.append((f"{ws.title}!{c.coordinate}", self.values[ws.title][c.coordinate].value, self.compute(ws, str(c.value)[1:])))
        return out

    def compute(self, ws: Any, formula: str) -> float:
        if m := re.fullmatch(r"SUBTOTAL\(9,(.+)\)", formula):
            return sum(self.number(ws, c) for c in self.cells(ws, m[1]) if not str(c.value).startswith("=SUBTOTAL"))
        if m := re.fullmatch(r"SUM\((.+)\)", formula):
            return sum(self.number(ws, c) for part in m[1].split(",") for c in self.cells(ws, part))
        if m := re.fullmatch(r"SUMIFS\('(.+?)'!(\S+),'.+?'!(\S+),(\$A\d+),'.+?'!(\S+),(\d+)\)", formula):
            other = self.formulas[m[1]]
            wanted = ws[m[4].replace("$", "")].value
            columns = [self.cells(other, m[n]) for n in (2, 3, 5)]
            return sum(self.number(other, a) for a, n, y in zip(*columns, strict=True) if n.value == wanted and y.value == int(m[6]))
        if formula.startswith("SUMIF("):
            return sum(self.sumif(ws, part) for part in re.findall(r"SUMIF\([^()]*\)", formula))
        if m := re.fullmatch(r"([A-Z]+\d+)/([A-Z]+\d+)", formula):
            return self.number(ws, ws[m[1]]) / self.number(ws, ws[m[2]])
        if re.fullmatch(r"[A-Z]+\d+(\+[A-Z]+\d+)*", formula):
            return sum(self.number(ws, ws[name]) for name in formula.split("+"))
        raise AssertionError(formula)

    def sumif(self, ws: Any, text: str) -> float:
        m = re.fullmatch(r'SUMIF\(([^,]+),"="(?:&(C\d+))?,([^,]+)\)', text)
        assert m, text
        wanted = ws[m[2]].value if m[2] else None
        return sum(self.number(ws, a) for n, a in zip(self.cells(ws, m[1]), self.cells(ws, m[3]), strict=True) if n.value == wanted)

    @staticmethod
    def cells(ws: Any, name: str) -> list[Any]:
        left, top, right, bottom = range_boundaries(name.replace("$", ""))
        return [ws.cell(row, col) for row in range(top, bottom + 1) for col in range(left, right + 1)]

    def number(self, ws: Any, c: Any) -> float:
        if c.data_type == "f":
            return self.compute(ws, str(c.value)[1:])
        return float(c.value) if isinstance(c.value, (int, float)) else 0.0


@pytest.fixture(params=["en", "zh"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    out = tmp_path / "plan.xlsx"
    write_workbook(*everything(), out, language=request.param)
    return out


def table(path: Path, number: int) -> list[list[Any]]:
    ws = openpyxl.load_workbook(path, data_only=True).worksheets[number]
    return [[c.value for c in row] for row in ws.iter_rows()]


def test_values_beside_formulas_agree(path: Path) -> None:
    found = Recomputed(path).all()
    assert len(found) > 60
    for where, cached, computed in found:
        assert cached == pytest.approx(computed, abs=1e-9), where


def test_sheets_in_order(tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    write_workbook(*everything(), out, language="en")
    assert openpyxl.load_workbook(out).sheetnames == SHEETS


def test_no_text_becomes_a_formula(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    texts = [c for ws in book for row in ws.iter_rows() for c in row if isinstance(c.value, str)]
    hostile = [c for c in texts if c.value in (HOSTILE, "@链接")]
    assert len(hostile) >= 5
    assert all(c.data_type == "s" for c in hostile)
    ours = re.compile(r"=(SUM|SUBTOTAL|SUMIFS?)\(|=[A-Z]+\d+[/+]|=[A-Z]+\d+$")
    assert all(ours.match(c.value) for c in texts if c.data_type == "f")
    assert not any(ws._hyperlinks for ws in book)


def test_the_form_of_an_annual_plan(tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    write_workbook(*everything(), out, language="en")
    rows = table(out, 1)
    head = next(n for n, r in enumerate(rows) if r[0] == "no.")
    assert rows[head] == [
        "no.", "project name", "district", "renewal object", "renewal mode", "content and scale", "total investment", "invested to date",
        "planned this year", "sources of money, this year", None, None, "years of start and end", "aim of the year", "implementer", "responsible unit", "remark",
    ]  # fmt: skip
    assert rows[head + 1][9:12] == ["fiscal", "bonds", "own capital"]
    assert rows[head + 2][1] == "1. carry-over (1 projects)"
    carry = rows[head + 3]
    assert carry[6:12] == [1000, 300, 500, 500, 0, 0]
    assert carry[12] == "2024–2026"
    new = next(r for r in rows if str(r[1]).startswith("2. new start"))
    assert new[6] == pytest.approx(3500.0101)
    assert new[8] == pytest.approx(3100.0101)
    total = next(r for r in rows if str(r[1]).startswith("total of the plan"))
    assert total[8] == pytest.approx(3600.0101)
    west = next(r for r in rows if r[1] == "West (1 projects)")
    assert west[8] == pytest.approx(2500.0101)
    homes = next(r for r in rows if r[1] == "homes (2 projects)")
    assert homes[6] == 2000
    assert any(r[1] == "not stated (1 projects)" for r in rows)


def test_first_page_tells_assumptions_and_synthetic(path: Path) -> None:
    rows = table(path, 0)
    assert "合成数据" in rows[0][0]
    text = "\n".join(str(v) for row in rows for v in row if v is not None)
    assert "budget.whole" in text
    assert "funding.cover.cover" not in text
    assert "2024-12-01" in text


def test_money_by_channel_and_year_with_caps(tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    write_workbook(*everything(), out, language="en")
    rows = {(r[0], r[1]): r for r in table(out, 4)}
    assert rows["fiscal", "used"][2:] == [pytest.approx(1700.0101), 0, pytest.approx(1700.0101)]
    bonds = [r for r in table(out, 4) if r[1] == "cap"][1]
    assert bonds[2:4] == [6000, "6,000.00 *"]
    assert table(out, 9)[1] == ["own capital", 600, 600]


def test_versions_come_last_with_hashes(path: Path) -> None:
    rows = table(path, 12)
    assert any(r[2] == "0" * 64 for r in rows)
    assert any(r[1] == "renewal_opt" for r in rows)


def test_an_empty_plan_and_no_policy(tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    nothing = made_plan(chosen=(), reserve=(), refused=(), use=(), screening=(), scores=(), later_needs=(), assumptions=(), checks=(), warnings=(), money_years=())
    write_workbook(nothing, None, None, out)
    for _where, cached, computed in Recomputed(out).all():
        assert cached == pytest.approx(computed)


def test_long_texts_are_cut_and_control_characters_dropped(tmp_path: Path) -> None:
    plan, policy, library = everything()
    long = library.projects[1].model_copy(update={"content": "长" * 40_000 + "\x00"})
    library = library.model_copy(update={"projects": (library.projects[0], long, *library.projects[2:])})
    out = tmp_path / "plan.xlsx"
    write_workbook(plan, policy, library, out)
    texts = [str(v) for row in table(out, 1) for v in row if v]
    assert max(map(len, texts)) == 32_767


def test_rows_are_high_enough_for_wrapped_texts(tmp_path: Path) -> None:
    book = Book(str(tmp_path / "a.xlsx"))
    sheet = book.sheet("a", [10, 26])
    sheet.text(0, 0, "short")
    sheet.text(1, 1, "合成-高新技术产业开发区北环路北段产业园区整治提升项目")
    sheet.text(2, 1, "二七区\n金水区\n中原区")
    sheet.merged(3, 0, 1, "标题", "title")
    sheet.merged(4, 0, 1, "单位：万元，两位小数；金额精确到元，四舍五入后末位可能不符", "line")
    book.close()
    heights = {row: dim.height for row, dim in openpyxl.load_workbook(tmp_path / "a.xlsx")["a"].row_dimensions.items()}
    assert heights.get(1) is None
    assert heights[2] >= 2 * 14
    assert heights[3] >= 3 * 14
    assert heights[4] > 15
    assert heights[5] >= 2 * 14


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [("", 10, 1), ("ab cd", 5, 1), ("ab cde", 5, 2), ("二七区", 5, 2), ("二七区", 6, 1), ("a\n\nb", 9, 3), ("abcdefghijk", 5, 3), ("金 水 区", 5, 2)],
)
def test_lines_of(text: str, room: float, lines: int) -> None:
    assert lines_of(text, room) == lines


def test_wide_sheets_print_on_a3_and_the_unit_is_not_cut(tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    write_workbook(*everything(), out, language="zh")
    book = openpyxl.load_workbook(out)
    table_sheet = book.worksheets[1]
    assert table_sheet.page_setup.paperSize == 8
    assert book.worksheets[0].page_setup.paperSize == 9
    unit = next(c for row in table_sheet.iter_rows(max_row=4) for c in row if str(c.value).startswith("单位"))
    assert any(unit.coordinate in merged for merged in table_sheet.merged_cells.ranges)
