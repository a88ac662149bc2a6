"""Reading, checking and writing the project library.

One file, for every test edits the same good library.
"""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libpolicy import (
    HEADERS,
    carry_row,
    csv_text,
    findings_of,
    good_row,
    kinds_of,
    library_policy,
    write_folder,
)

from renewal_opt.domain.library import Library, Project, Relation, RevenueRow, Waiver
from renewal_opt.errors import InputError
from renewal_opt.io.libcheck import profile_spend
from renewal_opt.io.library import load_library
from renewal_opt.io.libwrite import write_library

POLICY = library_policy()


def one(tmp_path: Path, *rows: dict[str, str], **others: list[dict[str, str]]) -> Path:
    return write_folder(tmp_path / "library", list(rows), **others)


def load(path: Path, **sections: Any) -> Library:
    return load_library(path, library_policy(**sections)).library


# ------------------------------------------------------------------ good input


def test_a_good_library(tmp_path: Path) -> None:
    loaded = load_library(one(tmp_path, good_row(1), carry_row(2), good_row(3, object_class="产业类", object_type="其他")), POLICY)
    first, second, third = loaded.library.projects
    assert (first.total_investment, first.spend, first.district, first.stage) == (12_005_000, (10_000_000, 2_005_000), "jin", "s2")
    assert (second.part, second.spent_to_date, second.in_place) == ("carry_over", 400_000, {"city_f": 400_000})
    assert second.remaining == {2025: 355_000, 2026: 245_000}
    assert third.object_type == "other_ind"  # two classes have a type of this name
    assert first.as_of == dt.date(2025, 3, 1)
    assert (first.row, third.row) == (2, 4)
    assert loaded.complete
    assert loaded.warnings == ()
    assert [p.name for p in loaded.files] == ["projects.csv"]
    assert {"id", "spend_1", "spend_2025", "in_place_city_f"} <= set(loaded.library.columns_present)


@pytest.mark.parametrize(
    ("header", "text", "yuan"),
    [
        ("总投资（万元）", "1200.5", 12_005_000),
        ("总投资(万元)", "1,200.50", 12_005_000),
        ("总投资（单位：亿元）", "0.12", 12_000_000),
        ("总投资 （ 元 ）", "12005000", 12_005_000),
        ("total_investment", "1200", 12_000_000),
        ("Total Investment (yuan)", "12000000", 12_000_000),
        ("总投资【万元】", "1200", 12_000_000),
    ],
)
def test_units_in_the_header(tmp_path: Path, header: str, text: str, yuan: int) -> None:
    row = {header if k == "total_investment" else k: v for k, v in good_row(1, spend_1="", spend_2="").items()}
    row[header] = text
    assert load(one(tmp_path, row)).projects[0].total_investment == yuan


def test_headers_of_families(tmp_path: Path) -> None:
    headers = {
        "负面清单-①": "涉及", "neg_move": "不涉及", "负面清单6": "待核", "申请资金-银行贷款(万元)": "5", "ask_city_f": "6",
        "累计到位：省补（元）": "0", "已落实资金-loan（万元）": "7", "得分（分）": "1.50", "附加费（亿元）": "0.0001", "标签": "甲；B",
        "现状建筑面积（平方米）": "3.25", "开工后第三年投资（万元）": "", "序号": "1",
    }  # fmt: skip
    p = load(one(tmp_path, good_row(1) | headers)).projects[0]
    assert p.neg == {"demol": "involved", "move": "none", "rule": "unclear"}
    assert p.ask == {"loan": 50_000, "city_f": 60_000}
    assert (p.in_place, p.secured) == ({"prov_f": 0}, {"loan": 70_000})
    assert p.extra == {"score": Decimal("1.50"), "extra_cost": 10_000, "tags": ("a", "b")}
    assert p.gfa_existing == Decimal("3.25")


def test_spending_from_a_profile(tmp_path: Path) -> None:
    p = load(one(tmp_path, good_row(1, spend_1="", spend_2="", total_investment="100.01"))).projects[0]
    assert p.spend == (400_000, 600_100)
    assert p.spend_profile


@given(st.integers(1, 10**12), st.lists(st.decimals("0.01", 9, places=2), min_size=1, max_size=8))
def test_a_profile_adds_up(total: int, shares: list[Decimal]) -> None:
    spend = profile_spend(total, shares)
    assert sum(spend) == total
    assert min(spend) >= 0
    assert total % 100 or not any(v % 100 for v in spend)


def test_about_and_other_sheets(tmp_path: Path) -> None:
    revenue = [{"项目编号": "P001", "年度": "2027", "收益类别": "经营", "毛收入（万元）": "10", "可质押净收益（万元）": "-3.5"}]
    relations = [{"关系类型": "先后", "项目编号": "P001", "相关项目编号": "P002", "滞后年数": "1"}, {"关系类型": "互斥", "项目编号": "P001", "组号": "g"}, {"关系类型": "exclusive", "项目编号": "P002", "组号": "g"}]
    about = [{"名称": "合成数据", "样例库": "是"}]
    library = load(one(tmp_path, good_row(1), good_row(2), revenue=revenue, relations=relations, about=about))
    assert (library.name, library.synthetic) == ("样例库", True)
    assert library.revenue == (RevenueRow(project="P001", year=2027, revenue_class="operating", gross=100_000, pledged_net=-35_000, row=2),)
    assert library.relations[0] == Relation(kind="precedence", project="P001", other="P002", lag=1, row=2)


def test_money_unit_of_the_sheet(tmp_path: Path) -> None:
    row = {k.removesuffix("（万元）"): v for k, v in ((HEADERS[k], v) for k, v in good_row(1).items())}
    folder = one(tmp_path, row, about=[{"名称": "金额单位", "库": "亿元"}])
    assert load(folder).projects[0].total_investment == 120_050_000_000
    (folder / "about.csv").unlink()
    assert [f.kind for f in load_library(folder, POLICY).warnings] == ["unit_assumed"]


def test_columns_without_a_list_are_not_asked(tmp_path: Path) -> None:
    rows = [{k: v for k, v in good_row(1).items() if k != "zone"}]
    assert load(one(tmp_path, *rows), zones={}).projects[0].zone is None
    assert kinds_of(one(tmp_path, good_row(1)), library_policy(zones={})) == ["no_such_list"]


# ------------------------------------------------------------------ faults

BAD: list[tuple[dict[str, str], str, str]] = [
    ({"总投资（万美元）": "3", "total_investment": ""}, "duplicate_column", "总投资"),
    ({"项目各称": "x"}, "unknown_header", "项目名称"),
    ({"现状建筑面积（万㎡）": "3"}, "wrong_unit", "㎡"),
    ({"district": "金水"}, "unknown_value", "金水区"),
    ({"name": ""}, "required_blank", "required"),
    ({"as_of": " "}, "required_blank", "required"),
    ({"total_investment": "1,200万"}, "not_a_number", "unit belongs in the header"),
    ({"total_investment": "0"}, "not_positive", "above 0"),
    ({"total_investment": "-5"}, "negative_amount", "0 or more"),
    ({"spend_2": "200.4"}, "spend_sum", "off"),
    ({"spend_1": "", "spend_2": "", "end_year": "2029"}, "spend_missing", "profile"),
    ({"end_year": "2024", "spend_1": "1200.5", "spend_2": ""}, "end_before_start", "2025 or later"),
    ({"object_type": "老旧厂区"}, "type_not_of_class", "industry"),
    ({"跨区占比": "金水区:60"}, "shares_sum", "add up to 100"),
    ({"片区角色": "锚点"}, "role_without_area", "coordinated area"),
    ({"part": "退出"}, "exit_without_document", "withdrawn"),
    ({"豁免条目": "②"}, "waiver_incomplete", "needs it"),
    ({"豁免文号": "1"}, "waiver_incomplete", "clauses"),
    ({"豁免条目": "①", "豁免机关": "a", "豁免文号": "b"}, "waiver_incomplete", "needs it"),
    ({"豁免条目": "6", "豁免机关": "a", "豁免文号": "b"}, "waiver_incomplete", "needs it"),
    ({"豁免条目": "搬迁", "豁免机关": "a", "豁免文号": "b", "豁免日期": "2025-02-01", "豁免有效期至": "2025-01-01"}, "expiry_before_date", "2025-02-01"),
    ({"征拆费用（万元）": "-1"}, "negative_amount", "0 or more"),
    ({"其中建设期利息（万元）": "2000"}, "part_above_total", "1200.5 万元"),
    ({"2026年剩余投资（万元）": "1"}, "not_for_part", "year after the start"),
    ({"同意率（%）": "101"}, "out_of_range", "at most 100"),
    ({"经度": "200"}, "out_of_range", "180"),
    ({"受益户数": "1.5"}, "not_whole", "whole"),
    ({"as_of": "20250301"}, "not_a_date", "2025-03-01"),
    ({"id": "P\u200b1"}, "invisible_character", "invisible"),
]


@pytest.mark.parametrize(("changes", "kind", "words"), BAD, ids=[f"{k}-{i}" for i, (_c, k, _w) in enumerate(BAD)])
def test_faults_of_a_row(tmp_path: Path, changes: dict[str, str], kind: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(one(tmp_path, good_row(1) | changes))
    found = [f for f in caught.value.findings if f.severity == "error"]
    assert {f.kind for f in found} == {kind} or kind == "duplicate_column"
    match = [f for f in found if f.kind == kind]
    assert any(words in f.sentence() for f in match), [f.sentence() for f in found]
    assert all(f.file.endswith("projects.csv") and (f.row == 2 or f.kind in ("unknown_header", "wrong_unit", "duplicate_column")) for f in found)


CARRY: list[tuple[dict[str, str], str]] = [
    ({"累计完成投资（万元）": "", "累计到位-市级财政（万元）": ""}, "carry_over_incomplete"),
    ({"2025年剩余投资（万元）": "", "spend_2026": ""}, "carry_over_incomplete"),
    ({"2025年剩余投资（万元）": "36"}, "carry_over_sum"),
    ({"start_year": "2026"}, "before_start"),
    ({"spend_1": "5"}, "spend_sum"),
]


@pytest.mark.parametrize(("changes", "kind"), CARRY)
def test_faults_of_a_carry_over(tmp_path: Path, changes: dict[str, str], kind: str) -> None:
    assert kinds_of(one(tmp_path, carry_row(1, **changes))) == [kind]


def test_every_fault_at_once_and_in_order(tmp_path: Path) -> None:
    rows = [good_row(1, district="金水", as_of="x"), good_row(1), good_row(3, part="x", total_investment="y"), carry_row(4, spend_2026="a")]
    found = findings_of(one(tmp_path, *rows))
    assert [(f.row, f.kind) for f in found] == [
        (2, "unknown_value"), (2, "not_a_date"), (3, "duplicate_id"), (4, "unknown_value"), (4, "not_a_number"), (5, "not_a_number"),
    ]  # fmt: skip
    assert (found[0].column, found[0].value) == ("所在区", "金水")
    assert "row 2" in found[2].expected


def test_missing_columns_in_one_finding(tmp_path: Path) -> None:
    row = {k: v for k, v in good_row(1).items() if k not in ("zone", "mode", "as_of")}
    found = findings_of(one(tmp_path, row))
    assert [f.kind for f in found] == ["missing_columns"]
    assert all(name in found[0].expected for name in ("更新分区", "更新方式", "数据日期"))


def test_a_collector_gets_what_could_be_read(tmp_path: Path) -> None:
    from renewal_opt.errors import Collector

    collector = Collector()
    loaded = load_library(one(tmp_path, good_row(1, total_investment="x"), good_row(2)), POLICY, collector)
    assert not loaded.complete
    assert [p.id for p in loaded.library.projects] == ["P001", "P002"]
    assert len(collector.errors) == 1


REVENUE = {"project": "P001", "year": "2027", "revenue_class": "专项", "pledged_net": "1"}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"project": "P01"}, "unknown_project", "P001"),
        ({"revenue_class": "专向"}, "unknown_value", "专项"),
        ({"year": "27"}, "not_a_year", ""),
        ({"pledged_net": ""}, "required_blank", ""),
        ({"pledged_net": "0.001"}, "too_fine", ""),
    ],
)
def test_faults_of_revenue(tmp_path: Path, changes: dict[str, str], kind: str, words: str) -> None:
    found = findings_of(one(tmp_path, good_row(1), revenue=[REVENUE | changes]))
    assert [f.kind for f in found] == [kind]
    assert words in found[0].sentence()
    assert found[0].file.endswith("revenue.csv")


def rel(kind: str, project: str, other: str = "", lag: str = "", group: str = "") -> dict[str, str]:
    return {"kind": kind, "project": project, "other": other, "lag": lag, "group": group}


@pytest.mark.parametrize(
    ("relations", "kinds"),
    [
        ([rel("precedence", "P001", "P00x")], ["unknown_project"]),
        ([rel("precedence", "P001", "P001")], ["self_relation"]),
        ([rel("precedence", "P001")], ["relation_incomplete"]),
        ([rel("exclusive", "P001")], ["relation_incomplete"]),
        ([rel("exclusive", "P001", "P002", group="g")], ["relation_incomplete"]),
        ([rel("exclusive", "P001", "P002", lag="1")], ["not_for_relation"]),
        ([rel("precedence", "P001", "P002", lag="-1")], ["negative_amount"]),
        ([rel("precedence", "P001", "P002", group="g")], ["not_for_relation"]),
        ([rel("exclusive", "P001", "P002"), rel("互斥", "P002", "P001")], ["duplicate_relation"]),
        ([rel("precedence", "P001", "P002"), rel("precedence", "P001", "P002", lag="2")], ["duplicate_relation"]),
        ([rel("precedence", "P001", "P002"), rel("precedence", "P002", "P003"), rel("precedence", "P003", "P001")], ["precedence_cycle"]),
        ([rel("precedence", "P001", "P002"), rel("precedence", "P002", "P001"), rel("precedence", "P003", "P004"), rel("precedence", "P004", "P003")], ["precedence_cycle"] * 2),
        ([rel("corequisite", "P001", group="g"), rel("corequisite", "P002", group="g")], []),
        ([rel("together", "P001", "P002")], ["unknown_value"]),
    ],
)
def test_faults_of_relations(tmp_path: Path, relations: list[dict[str, str]], kinds: list[str]) -> None:
    folder = one(tmp_path, *(good_row(n) for n in range(1, 5)), relations=relations)
    assert kinds_of(folder) == kinds
    for f in findings_of(folder):
        if f.kind == "precedence_cycle":
            names = f.hint.split(" → ")
            assert names[0] == names[-1]
            assert len(names) >= 3


def test_warnings(tmp_path: Path) -> None:
    rows = [
        good_row(1, as_of="2023-01-01") | {"受益户数": "", "ask_loan": "2000"},
        good_row(2) | {"累计完成投资（万元）": "3"},
        carry_row(3) | {"累计到位-市级财政（万元）": "39"},
        good_row(4, id="Ｐ001"),
        good_row(5) | {"搬迁户数": "3", "就地就近安置户数": "4", "更新单元": "U", "单元类型": "重点单元"},
        good_row(6) | {"更新单元": "U", "单元类型": "一般单元"},
    ]
    revenue = [REVENUE, REVENUE, REVENUE | {"year": "2028", "gross": "1", "pledged_net": "2"}]
    relations = [rel("exclusive", "P001", group="alone")]
    found = findings_of(one(tmp_path, *rows, revenue=revenue, relations=relations))
    assert {f.severity for f in found} == {"warning"}
    assert sorted(f.kind for f in found) == sorted(
        ["old_data", "column_blank", "money_above_total", "spent_before_start", "in_place_differs", "similar_id", "implausible",
         "unit_type_differs", "duplicate_revenue", "pledged_above_net", "group_of_one"]
    )  # fmt: skip


# ------------------------------------------------------------------ files


def test_a_single_csv_and_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(csv_text([good_row(1)]), encoding="utf-8")
    assert len(load(file).projects) == 1
    file.write_text(csv_text([good_row(1)]).splitlines()[0] + "\n", encoding="utf-8")
    assert kinds_of(file) == ["no_projects"]
    assert kinds_of(tmp_path / "none.csv") == ["file_missing"]
    (tmp_path / "x.pdf").write_text("x")
    assert kinds_of(tmp_path / "x.pdf") == ["file_type"]


def test_a_folder_and_its_faults(tmp_path: Path) -> None:
    assert kinds_of(tmp_path) == ["file_missing"]
    folder = one(tmp_path, good_row(1))
    (folder / "项目.csv").write_text(csv_text([good_row(2)]), encoding="utf-8")
    assert kinds_of(folder) == ["ambiguous_file"]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def cells_of(*rows: dict[str, Any]) -> list[list[Any]]:
    keys = list(dict.fromkeys(k for row in rows for k in row))
    return [[HEADERS.get(k, k) for k in keys], *([row.get(k) for k in keys] for row in rows)]


def test_a_workbook(tmp_path: Path) -> None:
    row: dict[str, Any] = dict(good_row(1))
    row |= {"id": "007", "as_of": dt.datetime(2025, 3, 1), "total_investment": 1200.5, "spend_1": 1000.1, "spend_2": 200.4, "start_year": 2025}
    sheets = {"项目": cells_of(row), "收益表": [["a"]], "说明": [["名称", "库"], ["填写", "随意", "更多"], ["合成数据", "否"]]}
    loaded = load_library(workbook(tmp_path / "a.xlsx", sheets), POLICY)
    p = loaded.library.projects[0]
    assert (p.id, p.as_of, p.total_investment, p.spend) == ("007", dt.date(2025, 3, 1), 12_005_000, (10_001_000, 2_004_000))
    assert loaded.library.name == "库"
    assert [f.kind for f in loaded.warnings] == ["unknown_sheet"]


def test_faults_of_a_workbook(tmp_path: Path) -> None:
    assert kinds_of(workbook(tmp_path / "a.xlsx", {"表1": cells_of(good_row(1))})) == ["sheet_missing"]
    assert kinds_of(workbook(tmp_path / "b.xlsx", {"项目": cells_of(good_row(1)), "projects": cells_of(good_row(1))})) == ["ambiguous_sheet"]
    row: dict[str, Any] = dict(good_row(1)) | {"id": dt.datetime(2025, 1, 2)}
    found = findings_of(workbook(tmp_path / "c.xlsx", {"项目": cells_of(row)}))
    assert [(f.kind, f.sheet, f.row) for f in found] == [("code_changed", "项目", 2)]
    (tmp_path / "d.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert kinds_of(tmp_path / "d.xlsx") == ["workbook_corrupt"]


# ------------------------------------------------------------------ writing

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=8).map(lambda t: " ".join(t.split())).filter(bool)
SIGNED = st.sampled_from(["=1+1", "+1", "-x", "@a", "'=q", "'", "007", "1e5", "NA", "TRUE", "2025-01-01", "a\nb", "，；、", '"', "15%", "_x0041_"])
CELL_TEXT = TEXT | SIGNED
YUAN = st.integers(1, 10**13)


@st.composite
def projects(draw: st.DrawFn, number: int) -> Project:
    total = draw(YUAN)
    part = draw(st.sampled_from(["new_start", "carry_over", "reserve", "withdrawn"]))
    values: dict[str, Any] = {
        "id": f"{draw(st.sampled_from(['P', '=', '00', '项-']))}{number}", "name": draw(CELL_TEXT), "applicant": draw(CELL_TEXT),
        "district": draw(st.sampled_from(["jin", "erqi"])), "implementer_kind": "soe", "content": draw(CELL_TEXT),
        "mode": "renovation", "work": draw(st.sampled_from(["w1", "w2"])), "function_type": "f", "zone": "z2", "part": part,
        "start_year": 2024, "end_year": draw(st.sampled_from([2025, 2026])), "total_investment": total, "stage": "s1",
        "as_of": dt.date(2025, draw(st.integers(1, 12)), 1), "plan_items": draw(st.sampled_from([(), ("p1",), ("p2", "p1")])),
        "district_shares": draw(st.sampled_from([{}, {"jin": Decimal("33.4"), "city": Decimal("66.6")}])),
        "consent": draw(st.none() | st.decimals(0, 100, places=3)), "x": draw(st.none() | st.decimals(-180, 180, places=6)),
        "gfa_existing": draw(st.none() | st.decimals(0, 10**9, places=4)), "households": draw(st.none() | st.integers(0, 10**9)),
        "in_scope": draw(st.sampled_from([None, "yes", "no", "unclear"])), "demonstration": draw(st.sampled_from([None, "yes", "no"])),
        "neg": draw(st.dictionaries(st.sampled_from(["demol", "move", "rule"]), st.sampled_from(["none", "involved", "unclear"]))),
        "ask": draw(st.dictionaries(st.sampled_from(["loan", "city_f"]), st.integers(0, 10**9))), "remark": draw(st.none() | CELL_TEXT),
        "extra": draw(st.fixed_dictionaries({}, optional={"score": st.decimals(-9, 9, places=2), "extra_cost": st.integers(-99, 99), "tags": st.just(("b", "a"))})),
    }  # fmt: skip
    values["object_class"], values["object_type"] = draw(st.sampled_from([("res", "old"), ("res", "other_res"), ("ind", "other_ind")]))
    if part == "carry_over":
        spent = draw(st.integers(0, total - 1))
        values |= {"spent_to_date": spent, "remaining": {2026: total - spent}, "in_place": {"prov_f": spent}}
    elif part == "withdrawn":
        values["exit_doc"] = "x"
    elif draw(st.booleans()):
        values |= {"spend": profile_spend(total, POLICY.spend_profiles[values["end_year"] - 2023]), "spend_profile": True}
    else:
        first = draw(st.integers(0, total - 1))
        values["spend"] = (first, total - first)
    if draw(st.booleans()):
        values["waiver"] = Waiver(items=("demol", "rule"), authority="a", number="n", opinion="o", rule="r", expiry=dt.date(2026, 1, 1))
    return Project(**values)


def plain(library: Library) -> Library:
    """Return a library without the numbers of its rows and its list of columns."""
    update: dict[str, Any] = {"columns_present": ()}
    for name in ("projects", "revenue", "relations"):
        update[name] = tuple(x.model_copy(update={"row": None}) for x in getattr(library, name))
    return library.model_copy(update=update)


@pytest.mark.parametrize(("form", "language"), [("csv", "zh"), ("xlsx", "zh"), ("parquet", "zh"), ("csv", "en")])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_round_trip(tmp_path: Path, form: str, language: str, data: st.DataObject) -> None:
    import shutil

    chosen = tuple(data.draw(projects(n)) for n in range(data.draw(st.integers(1, 3))))
    ids = [p.id for p in chosen]
    revenue = tuple(RevenueRow(project=i, year=2030, revenue_class="special", gross=data.draw(YUAN), pledged_net=-data.draw(YUAN)) for i in ids)
    relations = (Relation(kind="precedence", project=ids[0], other=ids[1], lag=2),) if len(ids) > 1 else ()
    library = Library(name=data.draw(CELL_TEXT), synthetic=data.draw(st.booleans()), projects=chosen, revenue=revenue, relations=relations)
    target = tmp_path / ("b.xlsx" if form == "xlsx" else "b")
    shutil.rmtree(target, ignore_errors=True)
    write_library(library, POLICY, target, form=form, language=language)
    loaded = load_library(target, POLICY)
    assert plain(loaded.library) == plain(library)
    again = tmp_path / ("c.xlsx" if form == "xlsx" else "c")
    shutil.rmtree(again, ignore_errors=True)
    write_library(loaded.library, POLICY, again, form=form, language=language)
    assert load_library(again, POLICY).library == loaded.library


def test_writing_refuses(tmp_path: Path) -> None:
    library = load(one(tmp_path, good_row(1)))
    with pytest.raises(InputError, match="workbook"):
        write_library(library, POLICY, tmp_path / "a.csv")
    with pytest.raises(InputError, match="without other tables"):
        write_library(library, POLICY, tmp_path / "library", form="parquet")
    with pytest.raises(InputError, match="channel"):
        write_library(library.model_copy(update={"projects": (library.projects[0].model_copy(update={"ask": {"x": 1}}),)}), POLICY, tmp_path / "b")
    file = tmp_path / "b.xlsx"
    write_library(library, POLICY, file)
    with pytest.raises(InputError, match="input"):
        write_library(library, POLICY, file, inputs=[file])


def test_writing_leaves_no_stale_tables(tmp_path: Path) -> None:
    folder = one(tmp_path, good_row(1), revenue=[REVENUE])
    library = load(folder).model_copy(update={"revenue": ()})
    write_library(library, POLICY, folder)
    assert load(folder).revenue == ()


@pytest.mark.slow
def test_twenty_thousand_projects(tmp_path: Path) -> None:
    folder = one(tmp_path, *(good_row(n, name=f"项目{n}", total_investment=str(n + 1), spend_1=str(n), spend_2="1") for n in range(1, 20_001)))
    began = time.process_time()
    assert len(load(folder).projects) == 20_000
    assert time.process_time() - began < 10


def test_a_missing_id_column_is_told_once(tmp_path: Path) -> None:
    row = {k: v for k, v in good_row(1).items() if k != "id"}
    assert kinds_of(one(tmp_path, row, revenue=[REVENUE], relations=[rel("precedence", "P001", "P002")])) == ["missing_columns"]
