"""The view of a front: knees by hand, regrets, what enters and leaves, money, words; and the tables made of it."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from made_fronts import City, made_view, starts

from renewal_opt.domain import Label
from renewal_opt.i18n import set_language
from renewal_opt.report.front_csv import write_front_csv
from renewal_opt.report.front_data import page_data
from renewal_opt.report.front_html import front_page
from renewal_opt.report.front_knee import bulges, knees
from renewal_opt.report.front_png import write_front_png
from renewal_opt.report.front_terminal import print_front
from renewal_opt.report.front_view import FrontView
from renewal_opt.report.front_xlsx import write_front_xlsx
from renewal_opt.report.terminal import wrapped


def test_the_knee_of_two_objectives_is_farthest_from_the_line() -> None:
    regrets = np.array([[0.0, 1.0], [0.1, 0.4], [0.3, 0.3], [0.9, 0.05], [1.0, 0.0]])
    x, y = regrets.T
    assert bulges(regrets, [0, 4]) == pytest.approx((1 - x - y) / np.sqrt(2))  # distance from x + y = 1
    assert knees(regrets, [0, 4]) == (1, 3)  # (0.3, 0.3) is near (0.1, 0.4), which is farther out; (0.9, 0.05) stands alone
    line = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    assert knees(line, [0, 2]) == ()
    beyond = np.array([[0.0, 1.0], [0.6, 0.6], [1.0, 0.0]])  # unsupported
    assert knees(beyond, [0, 2]) == ()


def test_the_plane_of_three_objectives_goes_through_the_best_plans() -> None:
    best = np.array([[0.0, 0.5, 1.0], [1.0, 0.0, 0.5], [0.5, 1.0, 0.0]])  # all on x + y + z = 1.5
    regrets = np.vstack([best, [[0.2, 0.3, 0.4], [0.5, 0.5, 0.5], [0.7, 0.7, 0.7]]])
    assert bulges(regrets, [0, 1, 2]) == pytest.approx(np.array([0, 0, 0, 0.6, 0, -0.6]) / np.sqrt(3), abs=1e-12)
    assert knees(regrets, [0, 1, 2]) == (3,)
    skew = np.array([[0.0, 0.5, 1.0], [1.0, 0.0, 0.5], [0.8, 1.0, 0.0], [0.3, 0.3, 0.3]])
    found = bulges(skew, [0, 1, 2])
    assert found[:3] == pytest.approx(0, abs=1e-12)
    normal = np.linalg.solve(skew[:3], np.ones(3))
    assert (normal > 0).all()
    assert found[3] == pytest.approx((1 - normal @ skew[3]) / np.linalg.norm(normal))


def test_where_the_best_plans_span_no_plane_the_sum_of_regrets_counts() -> None:
    regrets = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.2, 0.3, 0.3]])
    assert bulges(regrets, [0, 0, 1]) == pytest.approx(np.array([0.0, -1.0, 0.2]) / np.sqrt(3))
    assert knees(regrets, [0, 0, 1]) == (2,)
    assert knees(regrets[:2], [0, 0]) == ()


def test_regrets_are_shares_of_the_range(views: dict[str, FrontView]) -> None:
    view = views["three"]
    for k, o in enumerate(view.front.objectives):
        column = [v[k] for v in view.values]
        best, worst = (max(column), min(column)) if o.sense == "max" else (min(column), max(column))
        assert view.ranges[k] == (best, worst)
        assert [view.regret(i, k) for i in range(len(column))] == [(best - c) / (best - worst) for c in column]
        assert view.regret(view.best_of[k], k) == 0
    weights = [Fraction(3), Fraction(1), Fraction(0)]
    for i in range(len(view.values)):
        a, b, _c = view.regrets(i)
        assert view.weighted(i, weights) == ((3 * a + b) / 4, max(a, b / 3))
        assert view.weighted(i) == view.weighted(i, [Fraction(0)] * 3) == (sum(view.regrets(i)) / 3, max(view.regrets(i)))


def test_the_regret_table_names_why_a_plan_stands_out(views: dict[str, FrontView]) -> None:
    view = views["three"]
    rows = {r.point: r for r in view.regret_table()}
    for k, i in enumerate(view.best_of):
        assert f"best in {view.name(k)}" in rows[i].title
    assert "knee" in rows[view.knees[0]].title
    mean = [r for r in rows.values() if "least mean regret" in r.title]
    assert [r.mean for r in mean] == [min(view.weighted(i)[0] for i in range(len(view.values)))]
    worst = [r for r in rows.values() if "least largest regret" in r.title]
    assert [r.worst for r in worst] == [min(view.weighted(i)[1] for i in range(len(view.values)))]


def test_a_proven_ideal_that_no_plan_reaches_counts(views: dict[str, FrontView]) -> None:
    view = views["two"]
    first = view.front.objectives[0]
    better = Fraction(str(first.ideal)) + 100_000
    front = view.front.model_copy(update={"objectives": (first.model_copy(update={"ideal": str(better)}), view.front.objectives[1])})
    other = FrontView.of(front, view.plans)
    assert other.ranges[0][0] == better
    assert other.regret(0, 0) > 0


def test_what_enters_and_leaves(views: dict[str, FrontView], city: City) -> None:
    theirs = set(starts(city.plans[0]))
    for view in views.values():
        for point, plan in zip(view.front.points, view.plans, strict=True):
            enter, leave = view.moves(point)
            assert (theirs | set(enter)) - set(leave) == set(starts(plan))
            assert not set(enter) & theirs
        assert view.always() == set.intersection(*[set(starts(p)) for p in view.plans])
        same = [i for i, p in enumerate(view.plans) if set(starts(p)) == theirs]
        assert view.same_as_current == (same[0] if same else None)


def test_money_by_channel_and_side_adds_up(views: dict[str, FrontView], city: City) -> None:
    view, funding = views["four"], city.inputs.policy.funding
    government = set(funding.expand(side="government"))
    for i, plan in enumerate(view.plans):
        everything = sum(m.yuan for c in plan.chosen for m in c.money)
        assert sum(view.money(i).values()) == everything
        assert set(view.money(i)) <= set(funding.channels)
        for c in plan.chosen:
            mine = sum(m.yuan for m in c.money if m.channel in government)
            assert view.sides_of(c) == (mine, sum(m.yuan for m in c.money) - mine)
    sides = [view.side(c) for c in view.channels]
    assert sides == sorted(sides)  # government before market
    districts = Counter(view.district(p) for p in view.projects)
    assert "" not in districts
    assert set(districts) <= {d.label.en for d in city.inputs.policy.districts.values()}


def test_without_inputs_ids_stand_in_place_of_names(views: dict[str, FrontView]) -> None:
    known = views["two"]
    view = FrontView.of(known.front, known.plans)
    assert {view.names.channel(c) for c in view.channels} == {m.channel for p in view.plans for c in p.chosen for m in c.money}
    assert view.district(next(iter(view.projects))) == ""
    assert view.current_starts is None
    page = front_page(view)
    assert '"districts":false' in page
    assert '"current":null' in page


def test_one_unit_in_all_outputs(views: dict[str, FrontView]) -> None:
    """The page's axes are in the unit of its table: no 亿元 beside 万元."""
    view = views["two"]
    assert view.heading(1) == "outlay of government channels (10k yuan; less is better)"
    data = json.loads(page_data(view))
    assert [o["axis"] for o in data["objectives"]] == [view.heading(0), view.heading(1)]
    assert [p["v"] for p in data["points"]] == [[float(v) for v in row] for row in view.values]
    set_language("zh")
    assert view.heading(1) == "财政类渠道出资（万元，越小越好）"


def test_a_rounded_ideal_is_told_as_an_interval(views: dict[str, FrontView]) -> None:
    view = views["two"]
    first, second = view.front.objectives
    found = view.ranges[1][0]
    front = view.front.model_copy(update={"objectives": (first, second.model_copy(update={"ideal": None, "nadir": None, "bound": str(found - 500)}))})
    other = FrontView.of(front, view.plans)
    assert other.ideal_text(1) == f"{view.value_text(1, found)} … {view.value_text(1, found - 500)}"
    assert other.ideal_text(0) == view.value_text(0, str(first.ideal))
    assert "ideal: found … bound" in front_page(other)


def test_an_incomplete_front_is_provisional(views: dict[str, FrontView], capsys: pytest.CaptureFixture[str]) -> None:
    for name, provisional in (("open", True), ("two", False)):
        view = views[name]
        assert any("knee (provisional)" in r.title for r in view.regret_table()) == provisional
        assert any(w.startswith("Provisional:") for w in view.claim_words()) == provisional
        print_front(view.front, sys.stdout)
        told = capsys.readouterr().out
        assert ("best plan so far" in told) == provisional
        assert ("Provisional knee: plan" in told) == provisional


def test_lines_break_between_words_and_chinese_characters() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("城市更新年度计划 A plan", 8) == ["城市更新", "年度计划", "A plan"]


@pytest.mark.parametrize(
    ("claim", "more", "words"),
    [
        ("complete", {}, ["Complete up to the stated steps: no other plan of this scenario beats these by a step or more (plans: 6)."]),
        ("open", {"missing": 0.031}, ["Not complete. Plans found: 6; search zones still open: 0.", "at most 3.10% of the hypervolume"]),
        ("representation", {"coverage": 0.2, "coverage_exact": True}, ["stands for the whole set (plans: 6).", "farther than 20.00% of the range of any objective from the nearest plan shown."]),
        ("representation", {"coverage": 0.2}, ["(proven bound)"]),
        ("supported", {}, ["Supported plans only, each of them best for some weights of the objectives (plans: 6)"]),
        ("resolution", {}, ["Complete up to the stated steps: no other plan", "outlay of government channels: differences below 0.01 (10k yuan) count as none."]),
        ("complete", {"without_candidates": ("East",), "levels": ("--at-least projects=3",)}, ["not counted: East", "Held: projects ≥ 3"]),
    ],
)
def test_the_claim_in_words(views: dict[str, FrontView], claim: str, more: dict[str, object], words: list[str]) -> None:
    view = views["two"]
    text = "\n".join(FrontView.of(view.front.model_copy(update={"claim": claim, **more}), view.plans).claim_words())
    for part in words:
        assert part in text


def test_complete_without_a_step_where_every_objective_is_exact(views: dict[str, FrontView]) -> None:
    """Where an objective counts in steps, a plan that is better by less may exist: 'no other plan is better' would be false."""
    front = views["two"].front
    exact = front.model_copy(update={"claim": "complete", "objectives": tuple(o.model_copy(update={"exact": True}) for o in front.objectives)})
    assert FrontView.of(exact, views["two"].plans).claim_words()[0].startswith("Complete: no other plan of this scenario is better in one objective")


def test_tables_hold_the_front(views: dict[str, FrontView], tmp_path: Path) -> None:
    view = views["open"]
    write_front_csv(view, tmp_path / "front.csv")
    with (tmp_path / "front.csv").open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert len(rows) == len(view.values)
    for i, row in enumerate(rows):
        assert [Fraction(x) for x in row[1:3]] == [pytest.approx(float(v), abs=5e-5) for v in view.values[i]]
        assert {p for p, mark in zip(header, row, strict=True) if p in view.projects and mark == "1"} == set(view.front.points[i].chosen)
        assert row[header.index("knee")] == (str(view.knees.index(i) + 1) if i in view.knees else "")
    write_front_xlsx(view, tmp_path / "front.xlsx")
    book = openpyxl.load_workbook(tmp_path / "front.xlsx", data_only=True)
    assert book.sheetnames == ["plans", "payoff", "list of projects", "open zones", "versions"]
    assert {r[2] for r in book["versions"].iter_rows(min_row=2, values_only=True)} >= {i.sha256 for i in view.front.inputs}
    matrix = list(book["list of projects"].iter_rows(min_row=2, values_only=True))
    assert [r[0] for r in matrix] == list(view.projects)
    for row in matrix:
        assert row[2] == view.district(str(row[0]))
        marks = [int(row[0] in set(p.chosen)) for p in view.front.points]
        assert list(row[5:]) == marks
        assert row[4] == pytest.approx(sum(marks) / len(marks))
    payoff = list(book["payoff"].iter_rows(values_only=True))
    assert ["ideal", *(pytest.approx(float(Fraction(str(o.ideal)))) for o in view.front.objectives)] == list(payoff[3][:3])
    assert payoff[4][:3] == ("worst shown", *(pytest.approx(float(worst)) for _best, worst in view.ranges))
    stand = {r.title: r for r in view.regret_table()}
    found = {str(r[0]): r for r in payoff if r[0] in stand}
    assert set(found) == set(stand)
    for title, row in found.items():
        assert row[1:5] == tuple(pytest.approx(float(x)) for x in (*stand[title].regrets, stand[title].mean, stand[title].worst))
        assert row[5] == view.front.points[stand[title].point].id
    (zone,) = list(book["open zones"].iter_rows(min_row=2, values_only=True))
    assert zone[:2] == tuple(pytest.approx(float(Fraction(str(v)))) for v in view.front.open_zones[0].better_than)


def test_texts_of_tables_are_never_formulas(views: dict[str, FrontView], tmp_path: Path) -> None:
    view = views["two"]
    evil = "=HYPERLINK(1)"
    plans = [p.model_copy(update={"chosen": tuple(c.model_copy(update={"name": evil}) for c in p.chosen)}) for p in view.plans]
    objectives = tuple(o.model_copy(update={"label": Label(zh=evil, en=evil)}) for o in view.front.objectives)
    other = FrontView.of(view.front.model_copy(update={"objectives": objectives}), plans)
    write_front_csv(other, tmp_path / "front.csv")
    assert f"'{evil} (" in (tmp_path / "front.csv").read_text(encoding="utf-8-sig")
    write_front_xlsx(other, tmp_path / "front.xlsx")
    book = openpyxl.load_workbook(tmp_path / "front.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if str(c.value).startswith(evil)]
    assert len(cells) > len(view.projects)
    assert {c.data_type for c in cells} == {"s"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_is_drawn_in_both_languages(views: dict[str, FrontView], tmp_path: Path, language: str) -> None:
    from matplotlib.image import imread

    set_language(language)
    for name, view in views.items():
        write_front_png(view, tmp_path / f"{name}.png")
        picture = imread(tmp_path / f"{name}.png")
        assert picture.shape[1] > 1200
        shaded = (np.abs(picture[..., :3] - np.array([0.975, 0.91, 0.78])) < 0.03).all(axis=2).mean()
        assert (shaded > 0.02) == (name == "open")


def test_an_empty_front_has_a_page_and_tables(city: City, tmp_path: Path) -> None:
    view = made_view(city, ("social_benefit", "fiscal_outlay"))
    objectives = tuple(o.model_copy(update={"ideal": None, "nadir": None}) for o in view.front.objectives)
    empty = FrontView.of(view.front.model_copy(update={"points": (), "payoff": (None, None), "objectives": objectives}), [])
    assert "no plan" in front_page(empty)
    for write in (write_front_csv, write_front_xlsx, write_front_png):
        write(empty, tmp_path / "empty")
        assert (tmp_path / "empty").stat().st_size > 0
