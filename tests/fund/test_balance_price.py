"""The price of balancing: a case by hand, and the command."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from builders import GoodSet, tiny_row
from click.testing import CliRunner

from renewal_opt.analysis.fund.balance import price_of_balancing
from renewal_opt.cli import main
from renewal_opt.domain.fund_balance import BalancePrice
from renewal_opt.io.load import load_inputs
from renewal_opt.report.fund_balance_html import balance_page
from renewal_opt.report.fund_balance_terminal import print_balance_price
from renewal_opt.report.fund_balance_xlsx import write_balance_price

KNOWN = {"gfa_existing": 1000, "gfa_demolished": 0, "gfa_illegal": 0, "gfa_dangerous": 0}


def borrowing_city(folder: Path) -> Path:
    """Write a city in which every project is paid by bonds alone: 100 each, 115 repaid; P001 earns 345, P002 20, P003 and P004 10."""
    good = GoodSet()
    spend = {"total_investment": 100, "spend_1": 100, "spend_2": "", "end_year": 2025}
    places = [("east", "A"), ("east", "A"), ("east", "B"), ("west", "A")]
    good.projects = [tiny_row(n, district=d, coord_area=a, **spend, **KNOWN) for n, (d, a) in enumerate(places, start=1)]
    earned = {"P001": 345, "P002": 20, "P003": 10, "P004": 10}
    good.revenue = [{"project": p, "year": 2027, "revenue_class": "special", "gross": v, "operating_cost": 0, "tax": 0, "pledged_net": v} for p, v in earned.items()]
    good.relations = []
    good.put("funding.channels.fiscal.cap", {2025: 0, "later": "last"})
    good.put("funding.channels.own.cap", {2025: 0, "later": "last"})
    good.at("funding.channels.bond").update(repayment="bullet", term=5)
    for key in ("share", "ticket", "delay"):
        good.drop(f"funding.channels.bond.{key}")
    good.put("funding.capital.capital.active", False)
    good.put("funding.cover.cover.active", False)
    good.scenario["solver"] = {"gap": 0}
    good.scenario["basis"] = "count"
    return good.write(folder)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> BalancePrice:
    return price_of_balancing(load_inputs(borrowing_city(tmp_path_factory.mktemp("borrowing"))))


def test_levels_by_hand(answer: BalancePrice) -> None:
    # all four repay 460 and earn 385: the city can keep three (345 repaid); east's three earn 375 and repay 345, west's one
    # does not; area A keeps any three of its own, which are just P001, P002, P004 (345 repaid, 375 earned), B's one does not;
    # alone only P001 balances. All projects score alike, so each one that is lost costs the same.
    found = {p.level: p for p in answer.plans}
    assert [p.level for p in answer.plans] == ["none", "city", "district", "area", "project"]
    assert set(found["none"].chosen) == {"P001", "P002", "P003", "P004"}
    assert len(found["city"].chosen) == 3
    assert set(found["district"].chosen) == {"P001", "P002", "P003"}
    assert set(found["area"].chosen) == {"P001", "P002", "P004"}
    assert set(found["project"].chosen) == {"P001"}
    assert [found[k].short for k in ("city", "district", "area", "project")] == [1, 1, 1, 3]
    assert found["area"].left == ("P003",)
    score = float(found["none"].objective or 0) / 4
    for level, lost in (("city", 1), ("district", 1), ("area", 1), ("project", 3)):
        least, most = found[level].price_least, found[level].price_most
        assert least is not None
        assert most is not None
        assert least - 1e-6 <= lost * score <= most + 1e-6
        assert most - least < 1e-4


def test_a_level_that_holds_anyway_costs_nothing(tmp_path: Path) -> None:
    inputs = load_inputs(borrowing_city(tmp_path))
    answer = price_of_balancing(inputs, ("city",), ratio=Decimal("0.8"))  # 385 earned, 0.8 x 460 = 368
    assert answer.plans[1].short == 0
    assert answer.plans[1].chosen == answer.plans[0].chosen
    assert answer.plans[1].price_most == pytest.approx(0, abs=1e-4)


def test_no_plan_is_told(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    scenario.write_text(scenario.read_text(encoding="utf-8") + "force:\n  in: [P003]\n", encoding="utf-8")
    answer = price_of_balancing(load_inputs(scenario), ("project",))
    assert answer.plans[1].status == "infeasible"
    assert answer.plans[1].price_most is None


def test_the_command(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    files = ["-o", str(tmp_path / "b.json"), "--xlsx", str(tmp_path / "b.xlsx")]
    run = CliRunner().invoke(main, ["--lang", "en", "fund", "balance", str(scenario), "--level", "project", *files])
    assert run.exit_code == 0, run.output
    assert "each project alone" in run.output
    assert [p["level"] for p in json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["plans"]] == ["none", "project"]
    values = [c.value for row in openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0].iter_rows() for c in row]
    assert "P002, P003, P004" in values
    assert CliRunner().invoke(main, ["fund", "balance", str(scenario), "--ratio", "0"]).exit_code == 2


def test_reports_say_when_it_was_stopped(answer: BalancePrice, tmp_path: Path) -> None:
    for stopped in (True, False):
        told, words = answer.model_copy(update={"stopped": stopped}), "Stopped before its end"
        stream = io.StringIO()
        print_balance_price(told, stream, 200)
        write_balance_price(told, tmp_path / "b.xlsx")
        cells = [str(c.value) for row in openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0].iter_rows() for c in row]
        assert (words in stream.getvalue(), words in balance_page(told), any(words in c for c in cells)) == (stopped,) * 3
        assert "who balances" in cells


def test_levels_after_the_time_is_up_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import itertools
    from types import SimpleNamespace

    import renewal_opt.analysis.fund.balance as module

    ticks = itertools.count(0, 10)  # every look at the clock takes ten seconds
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    answer = price_of_balancing(load_inputs(borrowing_city(tmp_path)), ("city", "district", "area"), seconds=15)
    assert [p.level for p in answer.plans] == ["none", "city"]
    assert answer.stopped


def test_a_solve_gets_no_more_than_what_is_left(tmp_path: Path) -> None:
    from renewal_opt.analysis.fund.balance import _within

    inputs = load_inputs(borrowing_city(tmp_path))
    assert _within(inputs, 2.5).scenario.solver.seconds == Decimal("2.5")
    assert _within(inputs, 1e6) is inputs
    assert _within(inputs, None) is inputs
