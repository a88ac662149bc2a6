"""The folder of a front: what it says, its files, going on, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from front_run import run

from renewal_opt.cli.progress import Progress
from renewal_opt.errors import InputError
from renewal_opt.io.frontfile import front_to_json, read_front
from renewal_opt.io.planfile import read_plan
from renewal_opt.report.front_view import FrontView
from renewal_opt.report.front_words import claim_words


def test_each_plan_is_written_and_passes_verify(fronts: dict[str, Path]) -> None:
    for name in ("two", "three"):
        front = read_front(fronts[name] / "front.json")
        assert front.claim == "complete"
        assert front.missing == 0.0
        assert sorted(p.name for p in (fronts[name] / "plans").iterdir()) == [f"{p.id:04d}.json" for p in front.points]
        for point in front.points:
            assert run("verify", str(fronts[name] / point.plan)) == 0
            plan = read_plan(fronts[name] / point.plan)
            assert plan.objective.bound is None
            assert [c.id for c in plan.chosen if c.part == "new_start"] == list(point.chosen)
            assert Fraction(point.values[0]) == len(point.chosen)


def test_fiscal_outlay_of_a_point_is_that_of_its_plan(fronts: dict[str, Path]) -> None:
    folder = fronts["two"]
    front = read_front(folder / "front.json")
    from renewal_opt.io.load import load_inputs

    funding = load_inputs(folder.parent / "scenario.yaml").policy.funding
    government = set(funding.expand(side="government"))
    for point in front.points:
        plan = read_plan(folder / point.plan)
        yuan = sum(m.yuan for c in plan.chosen for m in c.money if m.channel in government)
        assert Fraction(point.values[1]) == Fraction(yuan, 10_000)


def test_tables_hold_what_the_front_holds(fronts: dict[str, Path]) -> None:
    folder = fronts["three"]
    front = read_front(folder / "front.json")
    text = (folder / "front.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(text) == len(front.points) + 1
    assert text[1].startswith("1,")
    book = openpyxl.load_workbook(folder / "front.xlsx", data_only=True)
    assert book.sheetnames[:3] == ["plans", "payoff", "list of projects"]
    view = FrontView.of(front, [read_plan(folder / p.plan) for p in front.points])
    rows = [r for r in book["plans"].iter_rows(values_only=True) if isinstance(r[0], int)]
    assert len(rows) == len(front.points)
    for i, row in enumerate(rows):
        assert row[1:4] == tuple(pytest.approx(float(v)) for v in view.values[i])
        assert row[8] == pytest.approx(float(max(view.regrets(i))))
    formulas = openpyxl.load_workbook(folder / "front.xlsx")["plans"]
    assert any(str(c.value).startswith("=MAX(") for r in formulas.iter_rows() for c in r)
    assert (folder / "front.png").read_bytes().startswith(b"\x89PNG")


def test_a_stopped_search_goes_on(city: Path, fronts: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "open"
    shutil.copytree(fronts["open"], folder)
    before = read_front(folder / "front.json")
    assert before.claim == "open"
    assert before.missing is not None
    assert 0 < before.missing <= 1
    words = ["pareto", str(city / "scenario.yaml"), "--objective", "projects", "--objective", "fiscal_outlay:min:step=50", "-o", str(folder), "--quiet"]
    assert run(*words, "--resume") == 0
    after = read_front(folder / "front.json")
    assert after.claim == "complete"
    found = {p.values for p in after.points}
    for point in before.points:  # kept, or beaten by less than the step of money
        n, money = map(Fraction, point.values)
        assert any(Fraction(a) >= n and Fraction(b) <= money for a, b in found)
    straight = tmp_path / "straight"
    assert run(*words[:-2], str(straight), "--quiet") == 0
    assert {p.values for p in read_front(straight / "front.json").points} == found
    lines = (folder / "points.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "points.jsonl").write_text("\n".join(lines) + '\n{"k": 0, "cor', encoding="utf-8")  # cut off in the middle of a line
    assert run(*words, "--resume") == 0
    assert {p.values for p in read_front(folder / "front.json").points} == found


def test_what_a_search_refuses(city: Path, fronts: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario, two = str(city / "scenario.yaml"), str(fronts["two"])
    given = ["--objective", "projects", "--objective", "fiscal_outlay:min:step=2000"]
    cases = {
        "--resume": ["pareto", scenario, *given, "-o", two],
        "objectives": ["pareto", scenario, "--objective", "projects", "--objective", "residents", "-o", two, "--resume"],
        "residents": ["pareto", scenario, "--objective", "residnts", "--objective", "projects", "-o", str(tmp_path / "a")],
        "at least two": ["pareto", scenario, "--objective", "projects", "-o", str(tmp_path / "a")],
        "level to hold": ["pareto", scenario, "--objective", "leverage", "--objective", "projects", "-o", str(tmp_path / "a")],
        "as many points": ["pareto", scenario, *given, "--objective", "residents", "--representation", "2", "-o", str(tmp_path / "a")],
        "not both": ["pareto", scenario, *given, "--representation", "3", "--supported", "-o", str(tmp_path / "a")],
        "NAME=NUMBER": ["pareto", scenario, *given, "--at-least", "projects", "-o", str(tmp_path / "a")],
    }
    for words, line in cases.items():
        assert run(*line, "--quiet") == 2, words
        assert words in capsys.readouterr().err.replace("\n", " ").replace("  ", " ")
    assert not (tmp_path / "a").exists()


def test_a_termination_ends_like_ctrl_c() -> None:
    """The first SIGTERM sets the cancel token, so that what is found is written; the old handler comes back."""
    before = signal.getsignal(signal.SIGTERM)
    with Progress(quiet=True, gap=0.0) as progress:
        os.kill(os.getpid(), signal.SIGTERM)
        assert progress.cancel.wait(5)
    assert signal.getsignal(signal.SIGTERM) == before


def test_representation_and_supported_plans(city: Path, tmp_path: Path) -> None:
    scenario = str(city / "scenario.yaml")
    given = ["--objective", "projects", "--objective", "fiscal_outlay:min:step=50", "--quiet"]
    assert run("pareto", scenario, *given, "--representation", "4", "-o", str(tmp_path / "r")) == 0
    shown = read_front(tmp_path / "r" / "front.json")
    assert shown.claim == "representation"
    assert len(shown.points) == 4
    assert shown.coverage is not None
    assert 0 < shown.coverage < 1
    assert run("pareto", scenario, *given, "--supported", "-o", str(tmp_path / "s")) == 0
    best = read_front(tmp_path / "s" / "front.json")
    assert best.claim == "supported"
    assert len(best.points) >= 2
    assert all(p.supported for p in best.points)


def test_levels_bound_the_plans(city: Path, tmp_path: Path) -> None:
    assert run("pareto", str(city / "scenario.yaml"), "--objective", "residents", "--objective", "total_investment:min:step=2000", "--at-least", "projects=12", "--quiet", "-o", str(tmp_path / "l")) == 0
    front = read_front(tmp_path / "l" / "front.json")
    assert front.points
    assert all(len(p.chosen) >= 12 for p in front.points)
    assert front.levels == ("--at-least projects=12",)
    assert [w.en for w in front.level_words] == ["number of new starts ≥ 12 (projects)"]
    assert "Held: number of new starts ≥ 12 (projects)" in claim_words(front)


def test_a_plan_of_a_front_says_what_it_is(fronts: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """It was not sought for its weighted score: no gap, and nothing was set aside."""
    assert run("show", "plan", str(fronts["two"] / "plans" / "0001.json")) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "one plan of a trade-off front; it was not sought for this objective" in told
    assert "set aside" not in told
    assert "Proven bound" not in told


def test_a_scenario_without_a_plan_gives_an_empty_front(city: Path, tmp_path: Path) -> None:
    code = run("pareto", str(city / "scenario.yaml"), "--objective", "projects", "--objective", "residents", "--at-least", "projects=9999", "-o", str(tmp_path / "e"), "--quiet")
    assert code == 3
    front = read_front(tmp_path / "e" / "front.json")
    assert front.points == ()
    assert front.claim == "complete"
    again = ("pareto", str(city / "scenario.yaml"), "--objective", "projects", "--objective", "residents", "-o", str(tmp_path / "e"), "--quiet")
    assert run(*again, "--at-least", "projects=12") == 0  # the corrected question may be asked in the same folder
    assert read_front(tmp_path / "e" / "front.json").points
    assert run(*again) == 2  # but no other over its plans


def test_a_damaged_front_is_refused(fronts: dict[str, Path], tmp_path: Path) -> None:
    data = json.loads((fronts["two"] / "front.json").read_text(encoding="utf-8"))
    data["points"][0]["values"] = ["1"]
    data["points"][1]["values"][0] = "many"
    data["payoff"][0] = 99
    target = tmp_path / "front.json"
    target.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_front(target)
    assert [f.kind for f in caught.value.findings] == ["wrong_length", "not_exact", "unknown_point"]
    data["front_version"] = 2
    target.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="front_version"):
        read_front(target)
    whole = read_front(fronts["two"] / "front.json")
    target.write_text(front_to_json(whole), encoding="utf-8")
    assert read_front(target) == whole


# -- common parts ----------------------------------------------------------------------------------------------------


def test_what_all_plans_say_alike_stands_once(fronts: dict[str, Path]) -> None:
    (shared,) = fronts["two"].glob("shared-*.json")
    plans = sorted((fronts["two"] / "plans").glob("*.json"))
    assert len(plans) > 1
    for path in plans:
        assert not {"screening", "scores"} & json.loads(path.read_text(encoding="utf-8")).keys()
        assert len(read_plan(path).screening) == len(read_plan(path).scores) > 0
    common = json.loads(shared.read_text(encoding="utf-8"))
    assert [s["id"] for s in common["scores"]] == [s.id for s in read_plan(plans[0]).scores]


def _gone(shared: Path, _plan: Path) -> None:
    shared.unlink()


def _changed(shared: Path, _plan: Path) -> None:
    shared.write_text(shared.read_text(encoding="utf-8").replace('"passed"', '"failed"', 1), encoding="utf-8")


def _no_hash(shared: Path, plan: Path) -> None:
    plan.write_text(json.dumps(json.loads(plan.read_text(encoding="utf-8")) | {"shared": "../" + shared.name}), encoding="utf-8")


def _twice(_shared: Path, plan: Path) -> None:
    plan.write_text(json.dumps(json.loads(plan.read_text(encoding="utf-8")) | {"scores": []}), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "words"),
    [(_gone, "move plans with their whole folder"), (_changed, "another content"), (_no_hash, "path and sha256"), (_twice, "none of them in the plan file itself")],
)
def test_common_parts_that_do_not_fit_are_refused(fronts: dict[str, Path], tmp_path: Path, edit: Callable[[Path, Path], None], words: str) -> None:
    folder = tmp_path / "front"
    shutil.copytree(fronts["two"], folder)
    plan = folder / "plans" / "0001.json"
    assert read_plan(plan).scores
    edit(next(folder.glob("shared-*.json")), plan)
    with pytest.raises(InputError, match=words):
        read_plan(plan)
