"""The worth of money in terminal, workbook, page and on the command line."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from office import recalculated
from page_browser import headless, opened
from test_bond_file import bond_city
from test_worth import two_channels
from worth_cases import WAN, target_of_town

from renewal_opt.analysis.fund.worth.answer import worth
from renewal_opt.analysis.fund.worth.base import Asked
from renewal_opt.cli import main
from renewal_opt.domain.fund_worth import Change, WorthAnswer
from renewal_opt.i18n import set_language
from renewal_opt.report.fund_worth_html import worth_page
from renewal_opt.report.fund_worth_terminal import print_worth
from renewal_opt.report.fund_worth_words import change_text
from renewal_opt.report.fund_worth_xlsx import write_worth


@pytest.fixture(scope="module")
def answer() -> WorthAnswer:
    return worth(target_of_town(two_channels()), Asked(step=20 * WAN, exact=True), pairs=True, points=8)


def printed(answer: WorthAnswer) -> str:
    out = io.StringIO()
    print_worth(answer, out, width=120)
    return out.getvalue()


def test_the_terminal_tells_both_prices_and_the_true_change(answer: WorthAnswer) -> None:
    text = printed(answer)
    assert "80,000.00 | 0" in text
    assert "alone nothing, together +40.00" in text
    assert "-80.00 (cap to 0)" in text  # 10 万元 are there, 20 were asked
    assert "* The cap is an assumption" in text
    assert "name 2025*" in text
    assert "The two curves are one" in text


def test_words_are_chinese_in_chinese(answer: WorthAnswer) -> None:
    set_language("zh")
    assert "合成" in printed(answer) or "2025" in printed(answer)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [("40", "40", "+40.00"), ("0", "0", "0.00"), ("-1/1000", "1/1000", "0.00"), ("0", "5", "between +0.00 and +5.00"), ("-3", "1", "between -3.00 and +1.00"), (None, "5", "not known")],
)
def test_no_sign_that_is_not_proven(low: str | None, high: str, words: str) -> None:
    assert change_text(Change(by=1, low=low, high=high, stopped="gap"), 2) == words


def test_the_workbook_has_live_formulas_with_values(answer: WorthAnswer, tmp_path: Path) -> None:
    target = tmp_path / "worth.xlsx"
    write_worth(answer, None, target)
    live, shown = (openpyxl.load_workbook(target, data_only=only) for only in (False, True))
    sheet, values = live["caps"], shown["caps"]
    head = [c.value for c in sheet[1]]
    left, width = head.index("left over, 10k yuan") + 1, head.index("20.00 x 10k yuan more: width") + 1
    for row in range(2, sheet.max_row + 1):
        assert str(sheet.cell(row, left).value) == f"=C{row}-D{row}"
        assert values.cell(row, left).value == pytest.approx(values.cell(row, 3).value - values.cell(row, 4).value)
        assert (sheet.cell(row, width).value, values.cell(row, width).value) == (f"=I{row}-H{row}", 0)
    assert values.cell(2, 3).value == 10
    assert "caps together" in live.sheetnames
    curve = shown[next(n for n in live.sheetnames if n.startswith("all money"))]
    assert [curve.cell(2, c).value for c in (1, 4, 5)] == [0, 0, 0]


def test_the_page_holds_charts_and_asks_no_network(answer: WorthAnswer) -> None:
    page = worth_page(answer, None)
    assert "chart-caps-2025" in page
    assert "chart-curves-total" in page
    body = page.split("<script>")[0]
    assert "http" not in body.replace("http-equiv", "")


@pytest.mark.slow
def test_the_workbook_reckoned_anew(answer: WorthAnswer, tmp_path: Path) -> None:
    target = tmp_path / "worth.xlsx"
    write_worth(answer, None, target)
    kept, again = (openpyxl.load_workbook(p, data_only=True) for p in (target, recalculated(target, tmp_path)))
    numbers = [(s.title, c.coordinate, c.value) for s in kept.worksheets for row in s.iter_rows() for c in row if isinstance(c.value, (int, float))]
    assert len(numbers) > 20
    assert all(again[title][place].value == pytest.approx(value, abs=1e-6) for title, place, value in numbers)


@pytest.mark.slow
def test_the_page_in_a_browser(answer: WorthAnswer, tmp_path: Path) -> None:
    target = tmp_path / "worth.html"
    target.write_text(worth_page(answer, None), encoding="utf-8")
    with headless() as browser:
        opened(browser, target)
        bars = browser.execute_script("return document.querySelectorAll('#chart-caps-2025 .bars .point').length")
        lines = browser.execute_script("return document.querySelectorAll('#chart-curves-total .scatterlayer .trace').length")
        assert bars >= 4
        assert lines >= 2


def test_the_command_writes_all_of_it(tmp_path: Path) -> None:
    scenario = bond_city(tmp_path)
    target = tmp_path / "worth.json"
    result = CliRunner().invoke(main, ["fund", "worth", str(scenario), "--lang", "en", "--years", "2025", "--exact", "--time", "20", "-o", str(target)])
    assert result.exit_code == 0, result.output
    data = json.loads(target.read_text(encoding="utf-8"))
    assert {c["year"] for c in data["caps"]} == {2025}
    assert all(Fraction(c["more"]["low"]) <= Fraction(c["more"]["high"]) for c in data["caps"])
    assert {c["key"]: c["assumption"] for c in data["caps"]} == {"whole": True, "fiscal": False, "bond": False, "own": False}
    assert {c["key"]: c["used"] for c in data["caps"]}["bond"] == 480 * WAN
    plan = tmp_path / "plan.json"
    solved = CliRunner().invoke(main, ["solve", str(scenario), "--lang", "en", "--quiet", "-o", str(plan)])
    assert solved.exit_code == 0, solved.output
    again = CliRunner().invoke(main, ["fund", "worth", str(plan), "--lang", "en", "--years", "2025", "--exact", "--quiet", "--json"])
    assert [(c["row"], c["more"], c["less"]) for c in json.loads(again.stdout)["caps"]] == [(c["row"], c["more"], c["less"]) for c in data["caps"]]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--curve", "all"], "total or scale"), (["--years", "next"], "a calendar year"), (["--channels", "bonds,fiscal"], "did you mean"), (["--step", "0.00001"], "whole yuan")],
)
def test_bad_options_are_one_clear_error(words: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["fund", "worth", str(bond_city(tmp_path)), "--lang", "en", *words])
    assert result.exit_code == 2
    assert told in result.output
