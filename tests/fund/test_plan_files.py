"""Every funding question refuses a plan file that does not pass the exact re-check, and heeds the solver's options of one that does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_mix_least_cli import city, run

QUESTIONS = {
    "mix": [], "least": [], "cash": [], "bond-file": [], "stress": ["--cut", "10%", "--no-again", "--workers", "1"], "worth": ["--points", "0", "--time", "1"],
}  # fmt: skip


def more_money(plan: dict[str, Any]) -> None:
    plan["chosen"][0]["money"][0]["yuan"] += 10_000


def less_than_nothing(plan: dict[str, Any]) -> None:
    plan["chosen"][0]["money"][0]["yuan"] = -5


def twice(plan: dict[str, Any]) -> None:
    plan["chosen"].append(plan["chosen"][-1])


def gone(plan: dict[str, Any]) -> None:
    plan["chosen"].pop()


def better_score(plan: dict[str, Any]) -> None:
    plan["objective"]["value"] = "999999999"


def low_bound(plan: dict[str, Any]) -> None:
    plan["objective"]["bound"] = 1.0


def another_cap(plan: dict[str, Any]) -> None:
    plan["options"]["overrides"] = {"funding.channels.own.cap.2025": 9999}


def odd_solver(plan: dict[str, Any]) -> None:
    plan["options"]["solver"] = {"gap": "-1", "seconds": "x"}


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan solved with options of its own."""
    folder = tmp_path_factory.mktemp("plans")
    plan = folder / "plan.json"
    assert run("solve", str(city(folder)), "-o", str(plan), "--quiet", "--gap", "0.03", "--seconds", "20")[0] == 0
    return plan


FORGED = (more_money, less_than_nothing, twice, gone, better_score, low_bound, another_cap, odd_solver)


@pytest.mark.parametrize(("question", "forge"), [("mix", f) for f in FORGED] + [(q, f) for q in list(QUESTIONS)[1:] for f in (more_money, odd_solver)])
def test_a_forged_plan_is_refused(solved: Path, question: str, forge: Callable[[dict[str, Any]], None]) -> None:
    plan = json.loads(solved.read_text(encoding="utf-8"))
    forge(plan)
    path = solved.with_name(f"{forge.__name__}.json")
    path.write_text(json.dumps(plan), encoding="utf-8")
    code, words = run("fund", question, str(path), *QUESTIONS[question])
    assert code == 2, words
    assert "options.solver" in words if forge is odd_solver else "passes the exact re-check" in words
    assert "Unexpected" not in words


def test_all_breaches_are_told(solved: Path) -> None:
    plan = json.loads(solved.read_text(encoding="utf-8"))
    more_money(plan)
    better_score(plan)
    path = solved.with_name("both.json")
    path.write_text(json.dumps(plan), encoding="utf-8")
    _code, words = run("fund", "mix", str(path))
    assert "balance" in words
    assert "totals" in words


@pytest.mark.parametrize("question", QUESTIONS)
def test_options_of_the_solver_stand(solved: Path, question: str) -> None:
    """A plan within its own wide gap is no worse a plan for it."""
    code, words = run("fund", question, str(solved), *QUESTIONS[question], "--quiet")
    assert code == 0, words


def test_odd_options_of_the_solver_are_a_breach(solved: Path) -> None:
    plan = json.loads(solved.read_text(encoding="utf-8"))
    odd_solver(plan)
    path = solved.with_name("odd.json")
    path.write_text(json.dumps(plan), encoding="utf-8")
    code, words = run("verify", str(path))
    assert code == 1, words
    assert "options" in words


def test_overrides_stand_on_a_sound_plan(solved: Path) -> None:
    plan = json.loads(solved.read_text(encoding="utf-8"))
    more_money(plan)
    path = solved.with_name("set.json")
    path.write_text(json.dumps(plan), encoding="utf-8")
    code, words = run("fund", "mix", str(path), "--set", "funding.channels.own.cap.2025=400")
    assert code == 2, words
    assert "passes the exact re-check" in words


def test_faults_of_options_are_told_together(solved: Path) -> None:
    code, words = run("fund", "worth", str(solved), "--step", "0.00001", "--years", "x,y", "--curve", "zz")
    assert code == 2
    assert all(name in words for name in ("--step", "“x”", "“y”", "--curve"))


def test_a_shock_given_twice_is_a_fault(solved: Path) -> None:
    for name in ("revenue", "cost"):
        code, words = run("fund", "stress", str(solved), f"--{name}", "10%", f"--{name}", "20%")
        assert code == 2, words
        assert "each shock once" in words


def test_balance_asks_for_a_scenario(solved: Path) -> None:
    code, words = run("fund", "balance", str(solved))
    assert code == 2
    assert words.count("✗") == 1
    assert "a scenario" in words
