"""Comparisons as table, workbook, page and JSON: what is proven and no more, exact sums, hostile names, no network."""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from office import recalculated
from plan_fixture import HOSTILE, made_library, made_plan, made_policy

sys.path.insert(0, str(Path(__file__).parent / "sweep"))
from sweep_city import write_city
from sweep_doubles import here

from renewal_opt.analysis.compare import compare
from renewal_opt.analysis.compare.data import Comparison, Interval, Missing, Named
from renewal_opt.analysis.sweep.run import prepare, run_sweep
from renewal_opt.domain.plan import Plan
from renewal_opt.i18n import set_language
from renewal_opt.report.compare_charts import charts
from renewal_opt.report.compare_html import page
from renewal_opt.report.compare_json import document
from renewal_opt.report.compare_terminal import print_comparison
from renewal_opt.report.compare_view import CompareView
from renewal_opt.report.compare_words import interval_words, sign_words
from renewal_opt.report.compare_xlsx import write_comparison

SCRIPT = "</script><img src=http://example.invalid/x onerror=alert(1)>"
numbers = st.fractions(min_value=-(10**8), max_value=10**8, max_denominator=10**7)


def plan_with(value: str, bound: float | None, **more: Any) -> Plan:
    """Return the hand-made plan with another objective and one project less."""
    plan = made_plan()
    return plan.model_copy(update={"objective": plan.objective.model_copy(update={"value": value, "bound": bound, **more})})


def hostile() -> Comparison:
    """Return three hand-made plans whose names are formulas, markup and control codes."""
    plan = made_plan()
    fewer = plan.model_copy(update={"chosen": tuple(c.model_copy(update={"name": SCRIPT}) for c in plan.chosen[:-1])})
    names = [HOSTILE, SCRIPT, "\x1b[31mred"]
    plans = [Named(n, p) for n, p in zip(names, (plan, fewer, plan_with("1", 1.0, basis="count")), strict=True)]
    return compare(plans, policy=made_policy(), library=made_library(), missing=[Missing("=2+2", "infeasible", SCRIPT)])


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sweep's folder: four plans and a case without one."""
    folder = tmp_path_factory.mktemp("swept")
    write_city(folder)
    run_sweep(prepare([folder / "scenario.yaml"], folder / "out", grid=["budget=1,0.6,1.4,0.0001", "force.in=P001"]), here)
    return folder / "out"


@pytest.fixture
def view(swept: Path) -> CompareView:
    from renewal_opt.analysis.compare import compare_files

    return CompareView(compare_files([swept]))


def run(*args: object) -> Any:
    from renewal_opt.cli import main

    return CliRunner().invoke(main, ["--lang", "en", "compare", *map(str, args)])


# ------------------------------------------------------------------ what is proven, and no more


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("5", "5.009", "+5.00"), ("5", "5.01", "between +5.00 and +5.01"), ("-5.009", "-5", "-5.00"), ("-0.004", "0.004", "0.00"), ("0", "0", "0.00"),
        ("-1.001", "2.001", "between -1.01 and +2.01"), ("1234567.891", "1234567.899", "+1,234,567.90"), ("-0.006", "0.003", "0.00"), ("0.001", "0.002", "0.00"),
    ],
)  # fmt: skip
def test_differences_in_words(low: str, high: str, words: str) -> None:
    assert interval_words(Interval(Fraction(low), Fraction(high))) == words


def test_ends_that_are_not_known() -> None:
    assert interval_words(None) == "not comparable"
    assert interval_words(Interval(None, Fraction(1))) == interval_words(Interval(Fraction(1), None)) == "not known"


@given(numbers, numbers)
@example(Fraction(-1, 300), Fraction(1, 250))
def test_a_number_is_printed_only_where_the_interval_is_narrower_than_its_last_digit(a: Fraction, b: Fraction) -> None:
    interval = Interval(min(a, b), max(a, b))
    assert interval.low is not None
    assert interval.high is not None
    text = interval_words(interval)
    found = [Fraction(t.replace(",", "")) for t in re.findall(r"[+-]?[\d,]+\.\d\d", text)]
    if len(found) == 1:
        assert interval.high - interval.low < Fraction(1, 100)
        assert interval.low - Fraction(1, 200) <= found[0] <= interval.high + Fraction(1, 200)
        if text[0] in "+-":
            assert interval.sign == (1 if text[0] == "+" else -1)
    else:
        assert interval.high - interval.low >= Fraction(1, 100)
        assert found[0] <= interval.low
        assert interval.high <= found[1]  # rounded outwards
        assert max(interval.low - found[0], found[1] - interval.high) < Fraction(1, 100)


def test_no_report_words_a_sign_that_is_not_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, other = Named("a", plan_with("100", 110.0)), Named("b", plan_with("105", 108.0))
    view = CompareView(compare([first, other]))
    print_comparison(view, sys.stdout)
    write_comparison(view, tmp_path / "c.xlsx")
    texts = [capsys.readouterr().out, body(page(view)), json.dumps(document(view)), " ".join(cells(tmp_path / "c.xlsx"))]
    for text in texts:
        assert "is not proven" in " ".join(text.split())
        assert "between -5.00 and +8.00" in " ".join(text.split())
        assert not re.search(r"is (higher|lower) than|are equal", text)
    back = CompareView(compare([Named("a", plan_with("1", 2.0)), Named("b", plan_with("3", 4.0))]))
    assert sign_words(back.data.against[0].difference) == "the optimum is higher than the reference's"


# ------------------------------------------------------------------ terminal


def test_the_terminal(view: CompareView, capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(view, sys.stdout, width=100)
    text = capsys.readouterr().out
    for words in (
        "SYNTHETIC", "Smalltown: 3 plans compared", "(reference)", "2. budget=0.6 against the reference", "what changed", "Leave (", "Enter (", "bound changed: whole 2025",
        "government side", "market side", "Criteria", "How often projects are in the 3 plans", "started in all", "Cases without a plan (1)", "Plans · 小城-2025__force.in=P001",
    ):  # fmt: skip
        assert words in text, words
    assert max(map(len, text.splitlines())) <= 100


def test_a_narrow_terminal_shows_what_fits_and_says_so(view: CompareView, capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(view, sys.stdout, width=60)
    text = capsys.readouterr().out
    assert "the other 1 plans stand in the workbook and the page" in " ".join(text.split())
    print_comparison(CompareView(hostile()), sys.stdout, width=80)
    assert "\x1b" not in capsys.readouterr().out


def test_many_plans_are_counted_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    view = CompareView(compare([Named(f"p{n}", made_plan()) for n in range(9)]))
    print_comparison(view, sys.stdout, width=80)
    text = capsys.readouterr().out
    assert "4 more plans are told one by one" in text
    assert "The questions are the same: the lists differ within the proven gaps." in text


def test_both_languages_print(view: CompareView, capsys: pytest.CaptureFixture[str]) -> None:
    set_language("zh")
    print_comparison(CompareView(view.data), sys.stdout)
    text = capsys.readouterr().out
    assert "财政" in text
    assert "需求" in text


# ------------------------------------------------------------------ workbook


def cells(path: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (str(c.value) for c in row if c.value is not None)


def test_the_workbook_holds_the_exact_sums_beside_its_formulas(view: CompareView, tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    write_comparison(view, path)
    values, formulas = (openpyxl.load_workbook(path, data_only=d) for d in (True, False))
    assert values.sheetnames == ["read me first", "what changed", "enter and leave", "money, all years", "money, plan year", "criteria", "caps and limits", "frequency", "versions"]
    for title, money in (("money, all years", view.money), ("money, plan year", view.money_now)):
        sheet = values[title]
        rows = {str(r[0].value): [c.value for c in r[1:]] for r in sheet.iter_rows(min_row=2) if r[0].value}
        assert [round(v * 10_000) for v in rows["total"]] == [sum(m.values()) for m in money]
        assert [round(v * 10_000) for v in rows["government side"]] == [m.get("fiscal", 0) + m.get("bond", 0) for m in money]
        live = [c.value for r in formulas[title].iter_rows() for c in r if isinstance(c.value, str) and c.value.startswith("=")]
        assert len(live) == 3 * len(view.plans)
    moves = list(values["enter and leave"].iter_rows(min_row=2, values_only=True))
    assert len(moves) == sum(len(a.moves) for a in view.data.against)
    frequency = list(values["frequency"].iter_rows(min_row=2, values_only=True))
    assert [(r[0], r[3]) for r in sorted(frequency)] == [(f.id, f.times) for f in sorted(view.data.frequency, key=lambda f: f.id)]


def test_texts_are_texts_in_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    write_comparison(CompareView(hostile()), path)
    book = openpyxl.load_workbook(path)
    found = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if isinstance(c.value, str) and c.value.startswith(("=1", "=2"))]
    assert found
    assert {c.data_type for c in found} == {"s"}


def test_libre_office_reckons_the_same_sums(view: CompareView, tmp_path: Path) -> None:
    write_comparison(view, tmp_path / "c.xlsx")
    again = recalculated(tmp_path / "c.xlsx", tmp_path)
    one, other = (openpyxl.load_workbook(p, data_only=True)["money, all years"] for p in (tmp_path / "c.xlsx", again))
    for row, then in zip(one.iter_rows(values_only=True), other.iter_rows(values_only=True), strict=False):
        assert [v if isinstance(v, str) else pytest.approx(v) for v in row if v is not None] == [v for v in then[: len(row)] if v is not None]


# ------------------------------------------------------------------ page


def body(text: str) -> str:
    """Return the readable part of a page."""
    inner = text[text.index("<body>") : text.index('<script type="application/json"')] if '<script type="application/json"' in text else text[text.index("<body>") :]
    return html.unescape(re.sub(r"<[^>]+>", " ", inner))


def test_the_page_tells_what_the_terminal_tells(view: CompareView) -> None:
    text = " ".join(body(page(view)).split())
    for words in ("SYNTHETIC", "Smalltown: 3 plans compared", "budget=0.6", "Leave (", "Enter (", "government side", "Cases without a plan (1)", "bound changed: whole 2025 ≤ 7,200.00"):
        assert words in text, words


def test_hostile_names_stay_text() -> None:
    text = page(CompareView(hostile()))
    before = text[: text.index("<script>")]
    assert "<img" not in before
    assert html.escape(SCRIPT) in before
    assert HOSTILE in before
    for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, flags=re.DOTALL):
        json.loads(found)


def test_the_page_forbids_the_network() -> None:
    text = page(CompareView(hostile()))
    head = text[: text.index("</head>")]
    assert "default-src 'none'" in head
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?!data:)\S*//", head)


def test_the_figures_show_the_numbers_of_the_plans(view: CompareView) -> None:
    drawn = {name: json.loads(text) for name, text in charts(view).items()}
    assert set(drawn) == {"difference", "money", "criteria", "frequency"}
    stacked = [sum(t["x"][at] for t in drawn["money"]["data"]) for at in range(len(view.plans))]
    unit = 1e8 if max(sum(m.values()) for m in view.money) >= 1e8 else 1e4
    assert stacked == pytest.approx([sum(m.values()) / unit for m in view.money])
    for at, trace in enumerate(drawn["criteria"]["data"]):
        totals = view.plans[at].plan.criterion_totals
        first = view.plans[0].plan.criterion_totals
        assert trace["y"] == pytest.approx([float(100 * Fraction(totals[k]) / Fraction(first[k])) for k in view.criteria])
    (heat,) = drawn["frequency"]["data"]
    assert [sum(z == 4 for z in row) for row in heat["z"]] == [f.times for f in view.sometimes]
    (points,) = drawn["difference"]["data"]
    value = Fraction(view.plans[0].plan.objective.value)
    for against, x, half in zip(view.data.against, points["x"], points["error_x"]["array"], strict=True):
        assert against.difference is not None
        assert (x - half, x + half) == pytest.approx((float((against.difference.low or 0) / value), float((against.difference.high or 0) / value)))


def test_figures_that_would_show_nothing_are_left_out() -> None:
    empty = made_plan(chosen=(), criterion_totals={})
    view = CompareView(compare([Named("a", empty.model_copy(update={"objective": empty.objective.model_copy(update={"value": "0"})})), Named("b", empty)]))
    assert charts(view) == {}
    assert "chart-" not in body(page(view))


# ------------------------------------------------------------------ JSON and the command


def test_one_json_document(swept: Path) -> None:
    ran = run(swept, "--json")
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert [p["reference"] for p in found["plans"]] == [True, False, False]
    assert found["plans"][0]["money_by_side"]["government"] == sum(found["plans"][0]["money"][c] for c in ("fiscal", "bond") if c in found["plans"][0]["money"])
    for against in found["against"]:
        d = against["difference"]
        assert Fraction(d["low"]) <= Fraction(d["high"])
        assert all(m["words"] for m in against["moves"])
    assert found["missing"][0]["status"] == "infeasible"


def test_the_command_writes_both_files_or_none(swept: Path, tmp_path: Path) -> None:
    ran = run(swept, "--xlsx", tmp_path / "c.xlsx", "--html", tmp_path / "c.html")
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "c.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames
    plan = next(swept.glob("*.plan.json"))
    page = tmp_path / "plan.html"
    page.write_bytes(plan.read_bytes())
    ran = run(swept, page, "--xlsx", tmp_path / "d.xlsx", "--html", page)
    assert ran.exit_code == 2
    assert "never overwritten" in ran.output
    assert not (tmp_path / "d.xlsx").exists()


@pytest.mark.parametrize("write", [write_comparison, lambda view, path: path.write_text(page(view), encoding="utf-8")])
def test_every_report_of_odd_plans(write: Callable[[CompareView, Path], None], tmp_path: Path) -> None:
    unknown = plan_with("3", None, gap=None, stopped="time")
    for data in (hostile(), compare([Named("a", made_plan()), Named("b", unknown)]), compare([Named("a", made_plan(chosen=())), Named("b", made_plan())])):
        write(CompareView(data), tmp_path / "c")
        assert (tmp_path / "c").stat().st_size > 4000
