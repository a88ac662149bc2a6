"""The template: columns, notes, drop-down lists, and that it loads once it is filled in."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from libpolicy import HEADERS, good_row, kinds_of, library_policy
from openpyxl import load_workbook

from renewal_opt.errors import InputError
from renewal_opt.io.library import load_library
from renewal_opt.io.template import asked_only_of, write_template

POLICY = library_policy()


def template(tmp_path: Path, brief: bool = False, language: str = "zh", **sections: Any) -> tuple[Path, Any]:
    path = write_template(tmp_path / "t.xlsx", library_policy(**sections), brief, language=language, year=2025)
    return path, load_workbook(path)


def headers(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1]}


def lists_of(sheet: Any) -> dict[str, str]:
    """Return the drop-down formula by header."""
    names = {cell.column_letter: cell.value for cell in sheet[1]}
    return {names[str(v.sqref).split("2:")[0]]: v.formula1 for v in sheet.data_validations.dataValidation}


def test_sheets_and_frozen_header(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    assert book.sheetnames == ["项目", "收益", "关系", "说明", "名单"]
    assert book["名单"].sheet_state == "hidden"
    assert book["项目"].freeze_panes == "C2"
    assert [c.value for c in book["收益"][1]][:3] == ["项目编号", "年度", "收益类别"]
    assert [c.value for c in book["关系"][1]] == ["关系类型", "项目编号", "相关项目编号", "滞后年数", "组号"]


def test_columns(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    names = headers(book["项目"])
    assert {"总投资（万元）", "开工后第10年投资（万元）", "2025年剩余投资（万元）", "2030年剩余投资（万元）", "累计到位-市级财政（万元）", "负面清单-①", "负面清单-⑥", "得分（分）"} <= set(names)
    assert not {"三区十片", "需求强烈程度", "累计到位-财政资金（万元）"} & set(names)  # no list, not a leaf channel
    _path, book = template(tmp_path, brief=True)
    brief = set(headers(book["项目"]))
    asked = {h.removeprefix("动态") for h in HEADERS.values()}
    assert asked <= brief
    assert brief - asked == {f"开工后第{k}年投资（万元）" for k in (3, 4, 5)}


def test_formats(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    sheet = book["项目"]
    where = headers(sheet)

    def form(header: str) -> str:
        from openpyxl.utils import get_column_letter

        letter = get_column_letter(where[header])
        return str(sheet.column_dimensions[letter].number_format)

    text = zipfile.ZipFile(_path).read("xl/styles.xml").decode()
    assert 'formatCode="yyyy-mm-dd"' in text
    assert form("项目编号") == "@"
    assert form("总投资（万元）") == "#,##0.00"


def test_notes_in_both_languages(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    sheet = book["项目"]
    notes = {cell.value: cell.comment.text for cell in sheet[1]}
    assert all(notes.values())
    assert "必填" in notes["项目编号"]
    assert "required" in notes["项目编号"]
    assert "待核" in notes["负面清单-①"]
    assert "大拆大建" in notes["负面清单-①"]
    assert "仅填：更新方式为拆除重建" in notes["搬迁户数（户）"]
    assert "asked only of: renewal mode: redevelopment" in notes["搬迁户数（户）"]
    assert "仅填" not in notes["受益户数（户）"]  # a criterion asks it of all


def test_notes_name_what_a_column_does_not_concern(tmp_path: Path) -> None:
    from renewal_opt.io.policy import load_policy
    from renewal_opt.io.synth.init import bundled_root

    path = write_template(tmp_path / "t.xlsx", load_policy(bundled_root() / "models" / "zhengzhou").policy, year=2025)
    notes = "".join(cell.comment.text for cell in load_workbook(path)["项目"][1])
    assert "更新对象细类 ≠ 城中村" in notes
    assert "object type ≠ urban village" in notes
    assert "urban_village" not in notes


def test_which_types_a_column_concerns() -> None:
    found = asked_only_of(POLICY)
    assert found["moved"] == ({"mode": ("redevelopment",)},)
    assert "households" not in found


def test_drop_down_lists(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    sheet, lists = book["项目"], book["名单"]
    formulas = lists_of(sheet)

    def texts(formula: str) -> list[Any]:
        area = formula.removeprefix("=").replace("'", "").replace("$", "").split("!")[1]
        return [row[0].value for row in lists[area]]

    assert texts(formulas["所在区"]) == ["金水区", "二七区", "市本级"]
    assert texts(formulas["计划类别"]) == ["续建", "新开工", "储备", "退出"]
    assert texts(formulas["负面清单-①"]) == ["不涉及", "涉及", "待核"]
    assert texts(lists_of(book["收益"])["收益类别"]) == ["政府性基金/土地出让", "专项", "经营", "补助/其他项目专项收入"]
    assert "项目编号" not in formulas
    letter = next(c.column_letter for c in sheet[1] if c.value == "更新对象类别")
    assert formulas["更新对象细类"].removeprefix("=") == f'INDIRECT("类_"&${letter}2)'
    assert {"类_居住类", "类_产业类"} <= set(book.defined_names)
    assert texts(book.defined_names["类_居住类"].value) == ["老旧小区", "其他"]


def test_dependent_list_with_labels_that_are_no_names(tmp_path: Path) -> None:
    from builders import assumed, label

    classes = {"a": assumed("居住 (旧)", "old homes", types={"x": label("甲", "A")}), "b": assumed("居住/旧", "homes", types={"y": label("乙", "B")})}
    _path, book = template(tmp_path, object_classes=classes)
    formula = lists_of(book["项目"])["更新对象细类"]
    assert "MATCH" in formula
    assert len([n for n in book.defined_names if n.startswith("类_")]) == 2
    assert len(formula) < 255


def test_cells_that_are_not_asked_turn_grey(tmp_path: Path) -> None:
    _path, book = template(tmp_path)
    sheet = book["项目"]
    letters = {c.value: c.column_letter for c in sheet[1]}
    rules = {str(area.sqref).split("2:")[0]: rule.formula[0] for area in sheet.conditional_formatting for rule in area.rules}
    assert rules[letters["搬迁户数（户）"]] == f'AND(${letters["更新方式"]}2<>"",NOT(OR(AND(OR(${letters["更新方式"]}2="拆除重建")))))'


@pytest.mark.parametrize(("brief", "language"), [(True, "zh"), (False, "zh"), (False, "en"), (True, "en")])
def test_a_filled_in_template_loads(tmp_path: Path, brief: bool, language: str) -> None:
    path, book = template(tmp_path, brief, language)
    assert kinds_of(path, POLICY) == ["no_projects"]
    sheet = book[book.sheetnames[0]]
    from renewal_opt.io.libcolumns import project_slots

    slots = project_slots(POLICY)
    where = headers(sheet)
    for key, value in good_row(1).items():
        number = re.fullmatch(r"[0-9.]+", value) and key != "id"
        sheet.cell(2, where[slots[key].header(language)], float(value) if number else value)
    book.save(tmp_path / "filled.xlsx")
    loaded = load_library(tmp_path / "filled.xlsx", POLICY)
    assert loaded.library.projects[0].total_investment == 12_005_000
    assert not loaded.library.synthetic


def test_the_template_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_template(tmp_path / "no" / "t.xlsx", POLICY)
    first = write_template(tmp_path / "a.xlsx", POLICY, year=2025).read_bytes()
    assert write_template(tmp_path / "b.xlsx", POLICY, year=2025).read_bytes() == first
