"""Words and roundings that all funding reports share: covers down, losses up, columns that say what they hold."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from test_cash import cash_city

from renewal_opt.analysis.fund.cash import cash_of
from renewal_opt.analysis.fund.target import target_of
from renewal_opt.cli import main
from renewal_opt.domain.base import Label
from renewal_opt.domain.fund_stress import Reach
from renewal_opt.report.fund_cash_xlsx import write_cash
from renewal_opt.report.fund_cover import ratio_text, shown
from renewal_opt.report.fund_least_words import column_names
from renewal_opt.report.fund_stress_charts import up
from renewal_opt.report.fund_stress_words import reach_words


@pytest.mark.parametrize(("value", "text"), [("439/1000", "0.43"), ("1", "1.00"), ("23/20", "1.15"), ("1999/1000", "1.99"), ("-1/1000", "-0.01")])
def test_covers_are_rounded_down(value: str, text: str) -> None:
    assert ratio_text(value) == text
    assert shown(value) <= F(value)


def test_the_sheet_of_covers_shows_what_the_terminal_shows(tmp_path: Path) -> None:
    answer = cash_of(target_of(cash_city(tmp_path, idc="")))
    wanted = [float(shown(c.cover)) for c in answer.covers] + [float(shown(c.cover)) for p in answer.projects for c in p.covers]
    assert any(F(c.cover) != shown(c.cover) for c in answer.covers)
    to = tmp_path / "cash.xlsx"
    write_cash(answer, to)
    name = next(n for n in openpyxl.load_workbook(to).sheetnames if n in ("cover", "覆盖倍数", "本息覆盖"))
    values = [row[12].value for row in openpyxl.load_workbook(to, data_only=True)[name].iter_rows() if isinstance(row[12].value, float)]
    formulas = [row[12].value for row in openpyxl.load_workbook(to)[name].iter_rows() if str(row[12].value).startswith("=")]
    assert [v for v in values if v in wanted] == values
    assert formulas
    assert all(f.startswith("=ROUNDDOWN(") and f.endswith(",2)") for f in formulas)


def test_at_most_is_rounded_up() -> None:
    assert up(1234.01, 0) == "1,235"
    assert up(0.4, 0) == "1"
    assert up(0.101, 2) == "0.11"


def test_how_far_names_a_shock_without_its_size() -> None:
    reach = Reach(kind="cut", target="bond", holds="1", breaks=None, proven=True)
    words = reach_words(reach, {"bond": Label(zh="专项债券", en="special-purpose bonds")})
    assert "by:" not in words
    assert "  " not in words


def test_columns_of_a_plan_are_before_and_after() -> None:
    stages, proof, measures = column_names(None)
    assert stages == measures
    assert stages != proof


def test_a_score_asked_of_a_plan_names_the_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{}", encoding="utf-8")
    got = CliRunner().invoke(main, ["--lang", "en", "fund", "least", str(plan), "--score", "90%"])
    assert got.exit_code == 2
    assert "plan.json" in got.output
    assert "--score needs a scenario" in got.output.replace("\n", " ")


def test_a_basis_that_the_library_contradicts_is_refused_before_the_solve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import renewal_opt.analysis.fund.target as at

    def solved(*_args: object, **_more: object) -> None:
        raise AssertionError("solved")

    monkeypatch.setattr(at, "solve_annual", solved)
    scenario = cash_city(tmp_path)
    got = CliRunner().invoke(main, ["--lang", "en", "fund", "cash", str(scenario), "--basis", "dynamic"])
    assert got.exit_code == 2, got.output
    assert "what the library says" in got.output.replace("\n", " ")
