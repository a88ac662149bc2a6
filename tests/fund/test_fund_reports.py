"""Reports on funding as finance staff read them: covers beside a mix, numbers in cells, sheets and pages that print, plain refusals."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction as F
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from test_balance_price import borrowing_city
from test_bond_file import bond_city
from test_cash import WAN, cash_city

from renewal_opt.analysis.fund.balance import free_key, price_of_balancing, with_balance
from renewal_opt.analysis.fund.cash import cash_of
from renewal_opt.analysis.fund.mix.run import fund_mix
from renewal_opt.analysis.fund.target import Target, target_of
from renewal_opt.cli import main
from renewal_opt.domain.fund_mix import FundMix
from renewal_opt.io.load import load_inputs
from renewal_opt.report.fund_balance_html import balance_page
from renewal_opt.report.fund_bond_xlsx import write_bond_file
from renewal_opt.report.fund_cash_html import cash_page
from renewal_opt.report.fund_cash_xlsx import write_cash
from renewal_opt.report.fund_mix_html import page as mix_page
from renewal_opt.report.fund_mix_xlsx import write_mix
from renewal_opt.report.fund_page import broken

LONG = "旧城片区综合整治提升改造及配套公共服务设施完善项目（一期）"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return target_of(cash_city(tmp_path_factory.mktemp("cash"), idc="", name=LONG))


@pytest.fixture(scope="module")
def mix(target: Target) -> FundMix:
    return fund_mix(target).data


def run(*asked: str) -> tuple[int, str]:
    got = CliRunner().invoke(main, ["--lang", "en", "fund", *asked], env={"COLUMNS": "140"})
    return got.exit_code, got.output


# -- covers of a mix -----------------------------------------------------------------------------------------------------


def test_covers_of_a_mix_by_hand(mix: FundMix) -> None:
    # bonds of 800, 920 repaid at 3 % and 880 at the 2 % of issue; the rule counts 2025 to 2030: 4 x 200, and 130 of help
    assert sum(r.after for r in mix.rows if r.channel == "bond") == 800 * WAN
    bonds, every = mix.covers
    assert [(c.id, c.of) for c in mix.covers] == [("P001", "bonds"), ("P001", "all")]  # P002 has no bonds
    for c in (bonds, every):
        assert (F(c.declared), F(c.declared_helped)) == (F(800, 920), F(930, 920))
        assert (F(c.issued or 0), F(c.issued_helped or 0)) == (F(800, 880), F(930, 880))
        assert (c.floor, c.state, F(c.least)) == ("1", "below", F(800, 920))
    assert (bonds.rule, F(bonds.rule_counts)) == ("funding.cover.cover", F(800, 920))
    assert every.rule == ""


@pytest.mark.parametrize(("earned", "state"), [(229, "below"), (230, "near"), (252, "near"), (253, "clear")])
def test_near_its_floor(tmp_path: Path, earned: int, state: str) -> None:
    # four years of revenue against 920: 1.0 from 230 on, 1.1 from 253 on
    scenario = cash_city(tmp_path, idc="")
    sheet = next(tmp_path.rglob("revenue.csv"))
    text = sheet.read_text(encoding="utf-8-sig")
    assert text.count(",200") == 5
    sheet.write_text(text.replace(",200", f",{earned}"), encoding="utf-8")
    (bonds, _every) = fund_mix(target_of(scenario)).data.covers
    assert F(bonds.declared) == F(4 * earned, 920)
    assert bonds.state == state


def test_covers_stand_in_every_report(target: Target, mix: FundMix, tmp_path: Path) -> None:
    _code, said = run("mix", str(target.path))
    assert "Below the floor without help (1): P001" in said
    assert "0.86" in said
    assert "0.90" in said
    told = mix_page(mix, target.inputs.policy)
    assert "Below the floor without help (1): P001" in told
    write_mix(mix, target.inputs.policy, tmp_path / "m.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")["cover"]
    rows = [r for r in sheet.iter_rows(values_only=True) if r[0] == "P001"]
    assert [r[3] for r in rows] == [0.86] * 2  # 800 / 920, rounded down
    assert [r[9] for r in rows] == ["▼", "▼"]


# -- workbooks -----------------------------------------------------------------------------------------------------------


def test_amounts_of_a_mix_are_numbers(target: Target, mix: FundMix, tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    write_mix(mix, target.inputs.policy, path)
    kept, live = openpyxl.load_workbook(path, data_only=True).worksheets[0], openpyxl.load_workbook(path).worksheets[0]
    rows = {r[0].value: r for r in kept.iter_rows()}
    assert mix.after is not None
    assert rows["government money (10k yuan)"][2].value == pytest.approx(mix.after.government / WAN)
    assert rows["least government money"][2].number_format == "#,##0.00"
    assert rows["rate weighted by money drawn"][2].number_format.endswith("%")
    formulas = {r[0].value: r[2].data_type for r in live.iter_rows()}
    assert formulas["government money (10k yuan)"] == formulas["market money (10k yuan)"] == "f"


def test_batches_of_bonds_are_numbers(tmp_path: Path) -> None:
    from renewal_opt.analysis.fund.bond_file import bond_file

    target = target_of(bond_city(tmp_path))
    answer, path = bond_file(target), tmp_path / "b.xlsx"
    write_bond_file(answer, target.inputs.policy, path)
    kept, live = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    sheet = kept.worksheets[1]
    facts = {r[0].value: r[1] for r in sheet.iter_rows()}
    assert sheet["A2"].value == f"Disclosure form of special-purpose bonds: {answer.batches[0].label.text()}, batch of 2025" or sheet["A1"].value.startswith("Disclosure form")
    assert (facts["amount"].value, facts["amount"].number_format) == (480, "#,##0.00")
    assert (facts["declared rate"].value, facts["rate of issue"].value, facts["declared rate"].number_format) == (0.03, 0.02, "0.00%")
    assert (facts["term, years"].value, facts["number of projects"].value, facts["issue fee"].value) == (5, 1, 0.001)
    assert {r[0].value: r[1].data_type for r in live.worksheets[1].iter_rows()}["amount"] == "f"
    overview = next(r for r in live.worksheets[0].iter_rows() if r[1].value == 2025)
    assert [overview[c].data_type for c in (2, 3)] == ["f", "f"]


def test_the_issued_rate_stands_beside_the_declared(tmp_path: Path) -> None:
    _code, said = run("bond-file", str(bond_city(tmp_path)))
    assert "3.00%" in said
    assert "2.00%" in said
    assert "1.63 → 1.70" in said  # 1,500 over 920 and over 880


def test_sheets_of_cash_have_heads(target: Target, tmp_path: Path) -> None:
    write_cash(cash_of(target), tmp_path / "c.xlsx")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    area = book["by area"]
    heads = {c.value: c.column for c in area[1]}
    assert area.cell(2, heads["number of projects"]).value == 2
    assert area.cell(2, heads["project ids"]).value == "P001, P002"
    years = [r[0].value for r in book["by year and channel"].iter_rows()]
    assert years.index("interest due") + 1 < years.index("interest due, total")
    for name, frozen in (("by year and channel", "B2"), ("by project", "C2"), ("project and year", "D2"), ("by area", "B2"), ("cover", "D2")):
        sheet = book[name]
        assert (sheet.freeze_panes, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (frozen, "landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.print_title_cols is not None


# -- pages ---------------------------------------------------------------------------------------------------------------


def test_names_are_broken_and_not_cut(target: Target) -> None:
    figure = json.loads(cash_page(cash_of(target)).split('data-chart="chart-cover">')[1].split("</script>")[0])
    name = next(n for n in figure["data"][0]["y"] if n.startswith("P001"))
    assert name.replace("<br>", "").replace(" ", "") == f"P001{LONG}"
    assert "<br>" in name
    assert broken("a <b", 40) == "a &lt;b"
    assert all(2 * len(part) <= 40 for part in broken(LONG * 3, 40).split("<br>"))


def test_pages_print_on_landscape_paper(target: Target, mix: FundMix) -> None:
    for text in (cash_page(cash_of(target)), mix_page(mix, target.inputs.policy)):
        assert "@page { size: A4 landscape" in text
        assert "table-header-group" in text
        assert "beforeprint" in text


# -- the price of balancing ----------------------------------------------------------------------------------------------


def test_a_page_of_the_price_of_balancing(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    code, said = run("balance", str(scenario), "--level", "project", "--level", "city", "-o", str(tmp_path / "b.html"))
    assert code == 0, said
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    figure = json.loads(text.split('data-chart="chart-prices">')[1].split("</script>")[0])
    assert figure["data"][0]["x"] == ["each project alone", "the whole plan together"]
    alone, city = figure["data"][0]["y"]
    assert alone == pytest.approx(3 * city, rel=1e-3)  # three projects are lost, and one
    assert run("balance", "--help")[1].count(".html") >= 1


def test_an_area_level_without_areas_says_so(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    for sheet in tmp_path.rglob("*.csv"):
        lines = [line.split(",") for line in sheet.read_text(encoding="utf-8-sig").splitlines()]
        if "coord_area" in lines[0]:
            at = lines[0].index("coord_area")
            sheet.write_text("\n".join(",".join("" if n and k == at else v for k, v in enumerate(line)) for n, line in enumerate(lines)) + "\n", encoding="utf-8")
    answer = price_of_balancing(load_inputs(scenario), ("area", "district"))
    area, district = answer.plans[1:]
    assert (area.groups, area.short, district.groups) == (0, 0, 2)
    assert "belongs to a coordinated area" in balance_page(answer)
    assert "belongs to a coordinated area" in run("balance", str(scenario), "--level", "area")[1]


def test_the_policys_own_rule_stays(tmp_path: Path) -> None:
    # the policy has a rule of the name that the price is found by: each project must balance already
    good_rule = "price_of_balancing"
    scenario = borrowing_city(tmp_path)
    inputs = with_balance(load_inputs(scenario), "project", "debt", Decimal(1))
    assert set(inputs.policy.funding.fund_balance) == {good_rule}
    assert free_key(inputs) == good_rule + "_2"
    more = with_balance(inputs, "city", "debt", Decimal(1))
    assert more.policy.funding.fund_balance[good_rule].level == "project"
    answer = price_of_balancing(inputs, ("city",))
    assert set(answer.plans[0].chosen) == {"P001"}
    assert answer.plans[1].groups == 1


# -- stress --------------------------------------------------------------------------------------------------------------


def test_stress_refuses_to_do_nothing(tmp_path: Path) -> None:
    code, said = run("stress", str(borrowing_city(tmp_path)), "--cut", "10%", "--no-held", "--no-again")
    assert code == 2
    assert "--no-held --no-again" in said
    assert said.count("expected") <= 1


def test_lateness_is_not_searched_and_inputs_are_named(tmp_path: Path) -> None:
    shocks = ["--late", "1", "--revenue", "50%", "--cost", "10%", "--far", "--no-again", "--workers", "1"]
    code, said = run("stress", str(borrowing_city(tmp_path)), *shocks, "--html", str(tmp_path / "s.html"), "--xlsx", str(tmp_path / "s.xlsx"))
    assert code == 0, said
    told = " ".join(said.split())
    for words in ("How far is not searched for lateness", "revenue of all projects", "spending of all projects", "years of the money of all channels"):
        assert words in told, said
        assert words in (tmp_path / "s.html").read_text(encoding="utf-8")
    cases = openpyxl.load_workbook(tmp_path / "s.xlsx")["cases"]
    heads = next(r for r in cases.iter_rows() if r[0].value == "case")
    column = [c.value for c in heads].index("changed inputs")
    assert [r[column].value for r in cases.iter_rows(min_row=heads[0].row + 1)] == ["years of the money of all channels", "revenue of all projects", "spending of all projects"]


def test_no_lateness_no_words(tmp_path: Path) -> None:
    _code, said = run("stress", str(borrowing_city(tmp_path)), "--revenue", "50%", "--far", "--no-again", "--workers", "1")
    assert "not searched" not in said

