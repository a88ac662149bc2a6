"""Cash over the years: two projects and three channels by hand, workbook and page, the command."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import GoodSet, assumed, tiny_row
from click.testing import CliRunner
from office import recalculated

from renewal_opt.analysis.fund.bond_file import bond_file
from renewal_opt.analysis.fund.cash import cash_of
from renewal_opt.analysis.fund.target import Target, target_of
from renewal_opt.cli import main
from renewal_opt.domain.fund_cash import CashAnswer, ProjectCash
from renewal_opt.errors import InputError
from renewal_opt.i18n import set_language
from renewal_opt.io.answerfile import answer_from_json, answer_to_json
from renewal_opt.report.fund_cash_html import cash_page
from renewal_opt.report.fund_cash_xlsx import write_cash

WAN = 10_000
HOSTILE = "=1+1"


def cash_city(folder: Path, basis: str | None = "静态", **project: Any) -> Path:
    """Write a city in which P001 (600 and 400) takes bonds 480 and 320, own money 120 and 80, and P002 goes on with loans of 200 and 100."""
    good = GoodSet()
    area = {"coord_area": "A1", "area_doc": "T-2", "scheme_doc": "T-3"}
    full = {"gfa_existing": 1000, "gfa_demolished": 0, "gfa_illegal": 0, "gfa_dangerous": 0}
    good.projects = [
        tiny_row(1, **full, **area, coord_role="anchor", **({"idc": 15} | project)),
        tiny_row(
            2, **full, **area, coord_role="member", name=HOSTILE, part="carry_over", start_year=2024, total_investment=500, spend_1="", spend_2="", spent_to_date=200,
            in_place_loan=100, in_place_own=100, spend_2025=200, spend_2026=100,
        ),
    ]  # fmt: skip
    good.revenue = [{"project": "P001", "year": y, "revenue_class": "special", "pledged_net": 200} for y in range(2027, 2032)]
    good.revenue += [{"project": "P002", "year": y, "revenue_class": "operating", "pledged_net": 120} for y in range(2026, 2030)]
    good.revenue += [
        {"project": "P001", "year": 2027, "revenue_class": "补助/其他项目专项收入", "pledged_net": 100, "document": "T〔2025〕1"},
        {"project": "P001", "year": 2028, "revenue_class": "help", "pledged_net": 30, "document": "T〔2025〕2", "payer": "P002"},
        {"project": "P001", "year": 2024, "revenue_class": "help", "pledged_net": 7, "document": "T〔2023〕9"},
    ]
    good.relations = []
    good.put("funding.channels.fiscal.cap", {2025: 0, "later": "last"})
    good.put("funding.channels.own.cap", {2025: 120, 2026: 80, "later": "last"})
    good.at("funding.channels")["loan"] = assumed(
        "贷款", "loan", side="market", counts_as="debt", cap="open", rate=Decimal("0.05"), term=2, repayment="equal_principal", eligible={"part": "carry_over"}
    )
    good.at("funding.channels.own")["eligible"] = {"part": "new_start"}
    bond = good.at("funding.channels.bond")
    bond |= {"repayment": "interest_then_bullet", "term": 5, "issue_fee": Decimal("0.001"), "issued_rate": Decimal("0.02"), "eligible": {"revenue": "> 0", "part": "new_start"}}
    good.put("funding.cover.cover.ratio", Decimal("0.8"))  # the rule counts revenue of start + term, 2025 to 2030
    good.drop("funding.channels.bond.ticket")
    if basis is None:
        good.texts["library/about.csv"] = "key,value\n名称,T\n"
    else:
        good.texts["library/about.csv"] = f"key,value\n投资口径,{basis}\n"
    return good.write(folder)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return target_of(cash_city(tmp_path_factory.mktemp("cash"), idc=""))


@pytest.fixture(scope="module")
def answer(target: Target) -> CashAnswer:
    return cash_of(target, discount=Fraction(1, 10))


def wan(series: tuple[int, ...]) -> list[float]:
    return [v / WAN for v in series]


def project(answer: CashAnswer, id_: str) -> ProjectCash:
    return next(p for p in answer.projects if p.id == id_)


def test_the_whole_table_by_hand(answer: CashAnswer) -> None:
    # P001: bonds 480 of 2025 and 320 of 2026, 3 %, five years, interest every year, fee 0.1 %
    # P002: loans 100 in place (as of 2024), 200 of 2025, 100 of 2026, 5 %, half repaid each of two years
    f = answer.flow
    assert answer.years == tuple(range(2025, 2032))
    assert wan(f.outlay) == [800, 500, 0, 0, 0, 0, 0]
    assert wan(f.drawn) == [680, 420, 0, 0, 0, 0, 0]
    assert wan(f.fees) == [0.48, 0.32, 0, 0, 0, 0, 0]
    assert wan(f.interest) == [5, 14.4 + 12.5, 24 + 10, 24 + 2.5, 24, 24, 9.6]
    assert wan(f.principal) == [50, 150, 150, 50, 0, 480, 320]
    assert wan(f.revenue) == [0, 120, 320, 320, 320, 200, 200]
    # 建设期利息: 480/2 x 3 %; (480 + 7.2 + 160) x 3 %; and (100 + 100) x 5 %; (300 + 10 + 50) x 5 %
    assert wan(f.building_interest) == [7.2 + 10, 19.416 + 18, 0, 0, 0, 0, 0]
    assert wan(f.net) == pytest.approx([-55.48, -57.22, 136, 243.5, 296, -304, -129.6])
    assert wan(f.cumulative) == pytest.approx([-55.48, -112.70, 23.30, 266.80, 562.80, 258.80, 129.20])
    s = answer.standing
    assert (s.first_negative, s.lowest, s.lowest_year, s.end) == (2025, -112_7000, 2026, 129_2000)
    assert wan(f.help_in) == [0, 0, 100, 30, 0, 0, 0]
    assert wan(f.help_out) == [0, 0, 0, 30, 0, 0, 0]
    assert answer.standing_helped.end == 229_2000


def test_channels_and_classes_by_hand(answer: CashAnswer) -> None:
    by = {c.channel: c for c in answer.channels}
    assert set(by) == {"bond", "loan", "own"}
    assert wan(by["bond"].money[:2]) == [480, 320]
    assert wan(by["loan"].money[:2]) == [200, 100]
    assert wan(by["own"].money[:2]) == [120, 80]
    assert (by["loan"].in_place, by["own"].in_place, by["bond"].in_place) == (100 * WAN, 100 * WAN, 0)
    assert wan(by["loan"].principal) == [50, 150, 150, 50, 0, 0, 0]
    assert wan(by["bond"].interest) == [0, 14.4, 24, 24, 24, 24, 9.6]
    assert {r.revenue_class: sum(r.yuan) for r in answer.revenue} == {"special": 1000 * WAN, "operating": 480 * WAN}


def test_interest_is_added_to_a_static_investment(answer: CashAnswer) -> None:
    one, two = project(answer, "P001"), project(answer, "P002")
    assert (one.building_interest, one.building_interest_paid, one.building_dues, one.fees) == (26_6160, 26_4000, 14_4000, 8000)
    assert (two.building_interest, two.building_interest_paid, two.building_dues) == (28 * WAN, 27_5000, 17_5000)
    assert one.need == 1000 * WAN + 26_6160 + 8000
    assert two.need == 300 * WAN + 28 * WAN
    assert not any(answer.flow.in_investment)


def test_a_dynamic_investment_pays_its_stated_interest(tmp_path: Path) -> None:
    answer = cash_of(target_of(cash_city(tmp_path, "动态")))
    # 15 stated: fee 0.48 of 2025, then 14.52 of the 14.4 + 0.32 of 2026
    assert wan(answer.flow.in_investment)[:3] == [0.48, 14.52, 0]
    assert project(answer, "P001").need == 1000 * WAN
    assert wan(answer.flow.net)[:2] == pytest.approx([-55.48 + 0.48, -57.22 + 14.52])
    assert project(answer, "P001").stated_interest == 15 * WAN
    # all interest and fees of P001 are 120.8, of which its investment holds 15: against cost 1130 - 1000 - 105.8
    (area,) = answer.areas
    assert {m.id: m.cost for m in area.members}["P001"] == (1130 - 1000) * WAN - 105_8000
    assert area.revenue + area.help_in - area.help_out + area.grants - area.investment - area.financing == area.cost_balance


def test_covers_by_hand(answer: CashAnswer) -> None:
    one = {(c.line, c.rate): c for c in project(answer, "P001").covers}
    assert set(one) == {(line, rate) for line in ("bond", "debt") for rate in ("declared", "issued")}
    c = one["bond", "declared"]
    assert (c.first, c.last, c.revenue, c.principal, c.interest) == (2025, 2031, 1000 * WAN, 800 * WAN, 120 * WAN)
    assert (c.cover, c.helped, c.floor) == (str(Fraction(1000, 920)), str(Fraction(1130, 920)), "4/5")
    assert one["bond", "issued"].cover == str(Fraction(1000, 880))
    two = {(c.line, c.rate): c for c in project(answer, "P002").covers}
    assert set(two) == {("debt", "declared"), ("debt", "issued")}
    assert (two["debt", "declared"].first, two["debt", "declared"].last) == (2024, 2028)
    assert (two["debt", "declared"].cover, two["debt", "declared"].helped) == (str(Fraction(360, 430)), str(Fraction(330, 430)))
    whole = next(c for c in answer.covers if (c.line, c.rate) == ("debt", "declared"))
    assert whole.cover == str(Fraction(1360, 1350))
    area = next(c for c in answer.areas[0].covers if (c.line, c.rate) == ("debt", "declared"))
    assert area.cover == whole.cover
    assert [(f.rule, f.line, f.ratio, f.active) for f in answer.floors] == [("funding.cover.cover", "bond", "4/5", True)]


def test_covers_of_bonds_are_those_of_the_bond_file(answer: CashAnswer, target: Target) -> None:
    (form,) = bond_file(target).projects
    mine = {c.rate: c.cover for c in project(answer, form.id).covers if c.line == "bond"}
    assert {c.rate: c.over_bonds for c in form.covers} == mine


def test_the_area_by_hand(answer: CashAnswer) -> None:
    (a,) = answer.areas
    # against debt: 1000 + 130 - 920 and 480 - 30 - 430; against cost: 1130 - 1000 - 120.8 and 450 - 500 - 30
    assert [(m.id, m.debt / WAN, m.cost / WAN) for m in a.members] == [("P001", 210, 9.2), ("P002", 20, -80)]
    assert (a.debt_balance, a.cost_balance) == (230 * WAN, -70_8000)
    assert a.debt_transfers == ()
    assert [(t.payer, t.payee, t.yuan) for t in a.cost_transfers] == [("P001", "P002", 9_2000)]
    assert a.revenue + a.help_in - a.help_out - a.debt_service == a.debt_balance
    assert a.revenue + a.help_in - a.help_out + a.grants - a.investment - a.financing == a.cost_balance


def test_help_counts_from_the_plan_year_on(answer: CashAnswer) -> None:
    assert [(h.year, h.counted) for h in answer.help] == [(2027, True), (2028, True), (2024, False)]
    assert [(t.payer, t.payee, t.yuan) for t in answer.transfers] == [(None, "P001", 100 * WAN), ("P002", "P001", 30 * WAN)]


def test_present_values_by_hand(answer: CashAnswer) -> None:
    w = answer.worth
    assert w.outlay == pytest.approx((800 + 500 / 1.1) * WAN)
    assert w.revenue == pytest.approx(sum(v / 1.1**k for k, v in enumerate([0, 120, 320, 320, 320, 200, 200])) * WAN)
    assert w.cash == pytest.approx(sum(v / 1.1**k for k, v in enumerate([-55.48, -57.22, 136, 243.5, 296, -304, -129.6])) * WAN)
    assert w.revenue - w.debt_service == pytest.approx(w.cash)
    assert w.irr == pytest.approx(0, abs=1e-9)  # the new start P001 alone: 600 and 400 spent, five times 200 earned


def test_no_rate_no_present_value(target: Target) -> None:
    w = cash_of(target).worth
    assert (w.revenue, w.outlay, w.debt_service, w.cash) == (None,) * 4
    assert w.irr == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_the_workbook_adds_up_in_libre_office(answer: CashAnswer, tmp_path: Path, language: str) -> None:
    path = tmp_path / "cash.xlsx"
    set_language(language)
    try:
        write_cash(answer, path)
    finally:
        set_language("en")
    live = openpyxl.load_workbook(path)
    assert sum(1 for s in live.worksheets for row in s.iter_rows() for c in row if c.data_type == "f") > 150
    assert any(c.value == "P002 =1+1" for s in live.worksheets for row in s.iter_rows() for c in row)
    kept, again = (openpyxl.load_workbook(p, data_only=True) for p in (path, recalculated(path, tmp_path)))
    for sheet in kept.worksheets:
        for row in sheet.iter_rows():
            for c in row:
                if isinstance(c.value, (int, float)):
                    assert again[sheet.title][c.coordinate].value == pytest.approx(c.value, abs=1e-6), (sheet.title, c.coordinate)
    grid = again.worksheets[1]
    rows = {str(r[0].value): [c.value for c in r[1:]] for r in grid.iter_rows(min_row=2)}
    if language == "en":
        assert rows["cumulative cash"][:7] == pytest.approx([-55.48, -112.70, 23.30, 266.80, 562.80, 258.80, 129.20])
        assert rows["outlay, paid by the channels, total"][-1] == 1300


def test_the_page_holds_plots_and_no_markup_of_names(answer: CashAnswer) -> None:
    marked = answer.model_copy(update={"projects": tuple(p.model_copy(update={"name": "<img src=x>"}) for p in answer.projects)})
    page = cash_page(marked)
    assert "<img src=x" not in page
    for name in ("years", "waterfall", "cumulative", "cover"):
        assert f'data-chart="chart-{name}"' in page
    figure = json.loads(page.split('data-chart="chart-waterfall">')[1].split("</script>")[0])
    assert figure["data"][0]["y"][-1] == pytest.approx(229.2)


def test_the_command(target: Target, tmp_path: Path) -> None:
    out = [tmp_path / name for name in ("c.json", "c.xlsx", "c.html")]
    asked = ["--lang", "en", "fund", "cash", str(target.path), "-o", str(out[0]), "--xlsx", str(out[1]), "--html", str(out[2])]
    run = CliRunner().invoke(main, asked, env={"COLUMNS": "100"})
    assert run.exit_code == 0, run.output
    for words in ("-112.70 in 2026", "1,355.42", "1.22", "(static)", "230.00"):
        assert words in run.output, run.output
    again = answer_from_json(CashAnswer, out[0].read_text(encoding="utf-8"))
    assert answer_to_json(again) == out[0].read_text(encoding="utf-8")
    assert out[1].stat().st_size > 5000
    assert "Plotly" in out[2].read_text(encoding="utf-8")
    wrong = CliRunner().invoke(main, ["--lang", "en", "fund", "cash", str(target.path), "--basis", "dynamic", "--quiet"])
    assert wrong.exit_code == 2
    assert "what the library says: static" in wrong.output


def test_a_silent_library_may_be_told(tmp_path: Path) -> None:
    silent = target_of(cash_city(tmp_path, None))
    assert cash_of(silent).basis is None
    assert project(cash_of(silent), "P001").need == 1000 * WAN
    assert project(cash_of(silent, basis="static"), "P001").need > 1000 * WAN


def test_a_plan_that_breaks_a_rule_is_refused(target: Target) -> None:
    from dataclasses import replace

    chosen = target.plan.chosen[0]
    less = chosen.model_copy(update={"money": (chosen.money[0].model_copy(update={"yuan": 1}), *chosen.money[1:])})
    with pytest.raises(InputError, match="re-check"):
        cash_of(replace(target, plan=target.plan.model_copy(update={"chosen": (less, *target.plan.chosen[1:])})))
