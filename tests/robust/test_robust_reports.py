"""Plan files, page and picture of a robust answer; what a stop keeps, what time left over does, and exact steps."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from page_browser import headless, opened
from robust_cases import COLUMNS, OPTIONS, criterion
from small import Town, channel, entry, new
from sweep_city import write_city

from renewal_opt.analysis.robust import portfolios
from renewal_opt.analysis.robust.run import robust
from renewal_opt.cli import main, steps
from renewal_opt.domain.plan import Plan
from renewal_opt.domain.robust import RobustAnswer, RobustQuestion
from renewal_opt.errors import SolverError
from renewal_opt.i18n import set_language
from renewal_opt.io.planfile import read_plan
from renewal_opt.report.robust_html import robust_page
from renewal_opt.report.robust_png import write_robust_png
from renewal_opt.report.robust_terminal import print_robust
from renewal_opt.report.robust_xlsx import write_robust
from renewal_opt.verify.file import verify_file

WHOLE: dict[str, Any] = {"weights": {}, "scores": {"default": 3}, "protection": {"gamma": [1, D("2.5")], "overrun": 50, "projects": {"a": 20}, "draws": 200, "seed": 7}}


def town(**more: Any) -> Town:
    points = {"a": (100, 0), "b": (0, 100), "c": (60, 60), "d": (50, 50)}
    projects = [new(k, 10, x, months_to_effect=y) for k, (x, y) in points.items()]
    return Town(projects, channels={"cash": channel(cap={2025: 20})}, criteria={k: criterion(COLUMNS[k]) for k in "ab"}, **more)


def answered(t: Town | None = None, **tree: Any) -> RobustAnswer:
    return robust((t or town()).inputs, RobustQuestion.model_validate(tree))


def printed(answer: RobustAnswer) -> str:
    out = io.StringIO()
    print_robust(answer, None, None, out, width=100)
    return " ".join(out.getvalue().split())


def command(*words: object) -> Result:
    return CliRunner().invoke(main, ["--lang", "en", *map(str, words)])


# -- plan files ------------------------------------------------------------------------------------------------


def test_plans_are_files_that_verify_show_and_compare_take(tmp_path: Path) -> None:
    scenario = write_city(tmp_path, projects=8)
    question = tmp_path / "q.yaml"
    question.write_text("weights: {}\nprotection: {gamma: [1.5], overrun: 30, draws: 20}\nseconds: 20\n", encoding="utf-8")
    folder = tmp_path / "out" / "plans"
    run = command("robust", scenario, "--question", question, "--plans", folder, "-o", tmp_path / "a.json")
    assert run.exit_code == 0, run.output
    names = ["gamma-0", "gamma-1.5", "maximin", "minimax-regret"]
    assert sorted(p.name for p in folder.iterdir()) == [f"plan-{n}.json" for n in names]
    answer = RobustAnswer.model_validate_json((tmp_path / "a.json").read_text(encoding="utf-8"), strict=False)
    chosen = {"gamma-0": answer.protected[0].chosen, "gamma-1.5": answer.protected[1].chosen} | {c.rule.replace("_", "-"): c.chosen for c in answer.choices}
    best = read_plan(folder / "plan-gamma-0.json").objective
    for name in names:
        file = folder / f"plan-{name}.json"
        assert verify_file(file).holds
        plan = read_plan(file)
        assert {c.id for c in plan.chosen if c.part == "new_start"} == set(chosen[name])
        assert plan.options["robust"]["plan"] == name
        assert plan.objective.bound == best.bound  # nothing in the scenario is better than this
    assert best.stopped == "gap"
    assert F(best.value) == F(answer.protected[0].objective or 0)
    assert command("show", "plan", folder / "plan-maximin.json").exit_code == 0
    assert command("compare", *sorted(folder.iterdir())).exit_code == 0


def test_plans_remember_changed_values_and_old_ones_are_named(tmp_path: Path) -> None:
    scenario = write_city(tmp_path, projects=6)
    question = tmp_path / "q.yaml"
    question.write_text("protection: {gamma: [0, 3], draws: 0}\n", encoding="utf-8")
    folder = tmp_path / "plans"
    assert command("robust", scenario, "--question", question, "--plans", folder).exit_code == 0
    question.write_text("protection: {gamma: [0], draws: 0}\n", encoding="utf-8")
    again = command("robust", scenario, "--question", question, "--plans", folder, "--set", "budget.whole.amount.2025=4000")
    assert again.exit_code == 0, again.output
    assert "from an earlier run: plan-gamma-3.json" in again.output
    assert read_plan(folder / "plan-gamma-0.json").options["overrides"] == {"budget.whole.amount.2025": 4000}
    assert verify_file(folder / "plan-gamma-0.json").holds
    blocked = command("robust", scenario, "--question", question, "--plans", scenario / "inside")
    assert blocked.exit_code == 2


def test_a_portfolio_over_the_budget_is_no_plan_and_says_so() -> None:
    """With a variable budget the maximin portfolio of the cash (two projects) breaks the budget of 15."""
    t = town(budget={"m": entry(amount={2025: 15}, measure="starts")})
    kept: dict[str, tuple[Plan | None, str]] = {}
    q = RobustQuestion.model_validate({"weights": {}, "costs": {"budget": "variable"}})
    robust(t.inputs, q, keep=lambda name, plan, why: kept.update({name: (plan, why)}))
    plan, why = kept["maximin"]
    assert plan is None
    assert "budget" in why


# -- page, picture, workbook -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_is_drawn_in_a_browser(tmp_path: Path, language: str) -> None:
    set_language(language)
    t = town()
    path = tmp_path / "robust.html"
    path.write_text(robust_page(answered(**WHOLE), t.policy, t.library), encoding="utf-8")
    with headless() as browser:
        opened(browser, path)
        found = browser.execute_script("return [...document.querySelectorAll('.chart')].map(c => [c.id, c.data.map(d => [d.name, d.x, d.y])])")
        assert [c[0] for c in found] == ["chart-price", "chart-index"]
        (_name, x, y), *draws = found[0][1]
        assert x == [0, 1, 2.5]
        assert y[0] == 0
        assert abs(y[1] - 100 * (1 - 60 / 110)) < 1e-6  # one project for two: see the terminal's table
        assert len(draws) >= 1
        assert browser.execute_script("return document.querySelectorAll('.chart .main-svg').length") >= 2
        assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_page_holds_the_tables_and_asks_no_network() -> None:
    page = robust_page(answered(**WHOLE), town().policy, town().library)
    body = page[page.index("<body>") : page.index('<script type="application/json"')]
    for words in ("Price of robustness", "Projects: core index", "Portfolios (", "Information worth refining next", "200 draws, the same for every plan (seed 7)", "1 projects as stated"):
        assert words in body
    assert not re.search(r"""(src|href)=["']https?:""", body)
    figures = [json.loads(text) for text in re.findall(r'data-chart="[^"]*">(.*?)</script>', page)]
    assert [len(f["data"]) > 0 for f in figures] == [True, True]


@pytest.mark.parametrize("tree", [WHOLE, {"weights": {}}, {"protection": {"gamma": [1, 9], "overrun": 200, "draws": 0}}])
def test_picture_of_each_kind_of_answer(tmp_path: Path, tree: dict[str, Any]) -> None:
    answer = answered(town(limits={"n": entry(measure="count", at_least={"value": 1})}), **tree)
    write_robust_png(answer, None, None, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "gamma" in robust_page(answer, None, None) or "protection" not in tree


def test_terminal_and_workbook_tell_the_same_price(tmp_path: Path) -> None:
    answer = answered(**WHOLE)
    write_robust(answer, None, None, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    rows = list(book["price of robustness"].iter_rows(values_only=True))
    told = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [r["gamma"] for r in told] == [0, 1, 2.5]
    assert abs(told[1]["price, at most (percent of gamma 0)"] - 50 / 110) < 1e-9
    assert abs(told[1]["price, at most (points)"] - 50) < 1e-6
    text = printed(answer)
    assert "1 60.00 50.00 45.45 1" in text
    assert "objective of gamma 0" in text
    marks = list(book["core index"].iter_rows(values_only=True))
    assert {r[0] for r in marks[1:] if r[list(marks[0]).index("maximin value")] == "●"} == set(answer.choices[0].chosen)
    assert all(name in text for name in ("maximin value: c, d", "new starts: "))
    first = " ".join(str(c) for row in book[book.sheetnames[0]].iter_rows(values_only=True) for c in row if c is not None)
    assert "uniform between 0 and its largest: new starts 50%; carry-overs 0%; 1 projects as stated" in first
    assert "uniform between 0 and its largest: new starts 50%; carry-overs 0%; 1 projects as stated" in text


def test_what_is_left_blank_says_why() -> None:
    text = printed(answered(weights={}))
    assert "no interval" in text
    assert "fewest portfolios left first" in text
    text = printed(answered(weights={}, scores={"default": 5}, most_portfolios=1))
    assert "can be counted in a complete list only" in text
    assert "nothing to refine" in printed(answered(weights={"intervals": {"a": [D("0.5"), D("0.5")]}}))


# -- stops, time, steps ----------------------------------------------------------------------------------------


def test_a_stop_keeps_what_is_proven() -> None:
    cancel = threading.Event()

    def stop(words: str) -> None:
        if "protected" in words:
            cancel.set()

    q = RobustQuestion.model_validate(WHOLE)
    answer = robust(town().inputs, q, cancel=cancel, tell=stop)
    assert answer.claim == "complete"  # the portfolios were found before
    assert answer.protected == ()
    early = robust(town().inputs, q, cancel=cancel)
    assert (early.claim, early.why, early.portfolios) == ("partial", "stopped", ())
    assert "there may be more: stopped" in printed(early)
    with pytest.raises(SolverError, match="stopped before"):
        robust(town().inputs, RobustQuestion.model_validate({"protection": {}}), cancel=cancel)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_the_command_and_not_one_run_of_it(tmp_path: Path) -> None:
    """The signal comes while HiGHS runs, on the way to portfolios that would take long; what is known by then is written."""
    scenario = write_city(tmp_path, projects=40)
    (tmp_path / "q.yaml").write_text("weights: {}\nscores: {default: 15}\nmost_portfolios: 10000\nseconds: 100\nprotection: {}\n", encoding="utf-8")
    words = [sys.executable, "-m", "renewal_opt", "--lang", "en", "robust", scenario, "--question", tmp_path / "q.yaml", "-o", tmp_path / "a.json"]
    began = time.monotonic()
    with subprocess.Popen([str(w) for w in words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as run:
        assert run.stderr is not None
        said = next((line for line in run.stderr if "portfolios" in line), "")
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
        assert run.wait(timeout=60) == 130, (said, rest)
    assert time.monotonic() - began < 60
    assert "Stopping; what is proven so far will be written" in rest
    answer = RobustAnswer.model_validate_json((tmp_path / "a.json").read_text(encoding="utf-8"), strict=False)
    assert (answer.claim, answer.why, answer.protected) == ("partial", "stopped", ())


def test_time_that_the_proofs_left_over_goes_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    want = answered(weights={}, scores={"default": 3})
    monkeypatch.setattr(portfolios, "_LIST_SHARE", 0.0)
    found = answered(weights={}, scores={"default": 3})
    assert found.claim == "complete"
    assert {p.chosen for p in found.portfolios} == {p.chosen for p in want.portfolios}
    assert [(c.rule, c.value) for c in found.choices] == [(c.rule, c.value) for c in want.choices]


def test_fixed_scores_keep_their_exact_step_up_to_1e8_steps() -> None:
    def steps_of(weight: str, **more: Any) -> tuple[bool, F]:
        weights = {"intervals": {"a": [D(weight), D("0.9")]}}
        answer = answered(weights=weights, **more)
        assert answer.claim == "complete"
        m = answer.measures[-1]
        return m.exact, F(m.step)

    assert steps_of("0.3333333") == (True, F(1, 10**5))  # 100 points x 1e-7, 210 points in all: 2.1e7 steps, finer than a millionth
    assert steps_of("0.3333333", resolution=D("0.0001"))[0] is False
    assert steps_of("0.3333333", scores={"default": D("0.5")})[0] is False
    assert steps_of("0.33333333333")[0] is False


def test_a_line_every_few_seconds_says_what_is_being_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(steps, "EVERY", 0.05)
    with steps.Steps(quiet=False, stopping="") as progress:
        progress.tell("one thing")
        time.sleep(0.3)
    with steps.Steps(quiet=True, stopping="") as progress:
        progress.tell("another")
        time.sleep(0.1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 2
    assert set(lines) == {"0 s: one thing"}
    assert OPTIONS.cancel is None


def test_choices_that_were_not_found_are_told_everywhere(tmp_path: Path) -> None:
    late = answered(weights={}, scores={"default": 1}, seconds=D("0.000001"))
    assert late.choices == ()
    write_robust(late, None, None, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    first = " ".join(str(c) for row in book[book.sheetnames[0]].iter_rows(values_only=True) for c in row if c is not None)
    for text in (printed(late), first, robust_page(late, None, None)):
        assert "minimax regret: not found in the time" in text


def test_a_stop_names_the_levels_of_protection_that_were_not_reached() -> None:
    answer = answered(**WHOLE)
    assert "not reached" not in printed(answer)
    cut = answer.model_copy(update={"protected": answer.protected[:1]})
    assert "asked for and not reached: gamma 1, 2.5" in printed(cut)
    assert "not reached: gamma 0, 1, 2.5" in printed(answer.model_copy(update={"protected": ()}))
    assert "not reached: gamma 0, 1, 2.5" in robust_page(answer.model_copy(update={"protected": ()}), None, None)


def test_a_stop_after_the_time_of_the_list_is_told_as_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has its share of the time only; a signal that comes while single projects are looked at is no end of time."""
    cancel = threading.Event()
    monkeypatch.setattr(portfolios, "may_sweep", lambda _table: False)

    def ended(search: Any, _most: int) -> bool:
        search.why = "time"
        cancel.set()
        return False

    monkeypatch.setattr(portfolios.Search, "complete", ended)
    answer = robust(town().inputs, RobustQuestion.model_validate({"weights": {}, "scores": {"default": 3}}), cancel=cancel)
    assert answer.claim == "partial"
    assert answer.why == "stopped"


def test_a_project_forced_in_is_never_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolios, "decide", lambda _search, _item: portfolios.Decided("undecided", "open"))
    monkeypatch.setattr(portfolios, "may_sweep", lambda _table: False)
    monkeypatch.setattr(portfolios.Search, "complete", lambda search, _most: setattr(search, "why", "many"))
    answer = answered(town(scenario={"force": {"in": ["d"]}}), weights={})
    states = {p.id: (p.state, p.index, p.why) for p in answer.projects}
    assert states["d"] == ("core", "1", "scenario")
    assert {states[k][0] for k in "abc"} == {"undecided"}
    assert "in by the scenario: d" in printed(answer)
