"""The question's file, its faults, and the command: terminal, JSON and workbook."""

from __future__ import annotations

import io
import json
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from robust_cases import COLUMNS, criterion
from small import Town, channel, entry, new
from sweep_city import write_city

from renewal_opt.analysis.robust.run import robust
from renewal_opt.cli import main
from renewal_opt.domain.robust import RobustAnswer, RobustQuestion
from renewal_opt.errors import InputError
from renewal_opt.i18n import set_language
from renewal_opt.io.robustfile import answer_to_json, load_question
from renewal_opt.report.robust_terminal import print_robust
from renewal_opt.report.robust_xlsx import write_robust

WHOLE = """\
robust:
  weights:
    intervals: {a: [0.2, 0.7]}
    order: [a, [b]]
    least: 0.05
  scores: {default: [5, 2.5], projects: {d: {a: [20, 100]}}, blanks: yes}
  costs: {default: 10, budget: variable}
  protection: {gamma: [1, 2.5], overrun: 50, projects: {a: 20}, draws: 200, seed: 3}
  most_portfolios: 7
  seconds: 20
"""


def read(tmp_path: Path, text: str) -> RobustQuestion:
    path = tmp_path / "robust.yaml"
    path.write_text(text, encoding="utf-8")
    return load_question(path)


def test_a_whole_question(tmp_path: Path) -> None:
    q = read(tmp_path, WHOLE)
    assert q.weights is not None
    assert q.scores is not None
    assert q.costs is not None
    assert q.protection is not None
    assert (q.weights.intervals, q.weights.order) == ({"a": (D("0.2"), D("0.7"))}, (("a",), ("b",)))
    assert (q.scores.default, q.scores.blanks, q.costs.default) == ((D(5), D("2.5")), True, (D(10), D(10)))
    assert q.protection.gamma == (D(1), D("2.5"))
    assert read(tmp_path, "weights: {order: [a, b]}\n").weights is not None


@pytest.mark.parametrize(
    ("before", "after", "path", "words"),
    [
        ("[0.2, 0.7]", "[0.7, 0.2]", "robust.weights", "0 <= low <= high <= 1"),
        ("[0.2, 0.7]", "[0.7]", "robust.weights.intervals.a", "two numbers"),
        ("[a, [b]]", "[a, [b, a]]", "robust.weights", "each criterion once"),
        ("least: 0.05", "leest: 0.05", "robust.weights.leest", "least"),
        ("[5, 2.5]", "[5, -1]", "robust.scores", "not negative"),
        ("[20, 100]", "[20, 101]", "robust.scores", "0 <= low <= high <= 100"),
        ("default: 10", "default: [101, 0]", "robust.costs", "at most 100"),
        ("budget: variable", "budget: free", "robust.costs.budget", "keep"),
        ("gamma: [1, 2.5]", "gamma: [-1]", "robust.protection", "none negative"),
        ("gamma: [1, 2.5]", "gamma: []", "robust.protection", "at least one"),
        ("overrun: 50", "overrun: -5", "robust.protection", "percent"),
        ("draws: 200", "draws: -1", "robust.protection.draws", ""),
        ("most_portfolios: 7", "most_portfolios: 0", "robust.most_portfolios", ""),
        ("seconds: 20", "seconds: 0", "robust", "above 0"),
        ("seconds: 20", "resolution: 1", "robust", "0.0000001"),
    ],
)
def test_faults_are_told_with_their_line(tmp_path: Path, before: str, after: str, path: str, words: str) -> None:
    assert before in WHOLE
    with pytest.raises(InputError) as error:
        read(tmp_path, WHOLE.replace(before, after))
    finding = error.value.findings[0]
    assert finding.file.endswith("robust.yaml")
    assert finding.path.startswith(path)
    assert finding.line is not None
    assert words in finding.sentence()


def test_all_faults_at_once_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, WHOLE.replace("least: 0.05", "least: 7").replace("draws: 200", "draws: x").replace("seconds", "secs"))
    assert len(error.value.findings) >= 3
    text = WHOLE.replace("[0.2, 0.7]", "[0.7, 0.2]").replace("least: 0.05", "least: 7").replace("[20, 100]", "[20, 101]").replace("default: 10,", "default: 10, projects: {a: -5},")
    with pytest.raises(InputError) as error:  # each where it stands, also several in one section
        read(tmp_path, text.replace("overrun: 50", "overrun: -5").replace("projects: {a: 20}", "projects: {a: 1001}, chance: 2"))
    assert [f.path.removeprefix("robust.") for f in error.value.findings] == [
        "weights.intervals.a", "weights.least", "scores.projects.d.a", "costs.projects.a", "protection.overrun", "protection.projects.a", "protection.chance",
    ]  # fmt: skip
    for text in ("seconds: 5\n", "robust: 5\n", "weights: 5\n", "- 1\n", "weights: {order: [a, b]}\nweights: {}\n"):
        with pytest.raises(InputError):
            read(tmp_path, text)
    with pytest.raises(InputError):
        load_question(tmp_path / "none.yaml")


def town() -> Town:
    points = {"a": (100, 0), "b": (0, 100), "c": (60, 60), "d": (50, 50)}
    projects = [new(k, 10, x, months_to_effect=y) for k, (x, y) in points.items()]
    return Town(projects, channels={"cash": channel(cap={2025: 20})}, criteria={k: criterion(COLUMNS[k]) for k in "ab"}, budget={"m": entry(amount={2025: 24}, measure="starts")})


def answered(**tree: Any) -> RobustAnswer:
    return robust(town().inputs, RobustQuestion.model_validate(tree))


def test_names_are_told_with_the_questions_file(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_text("weights: {order: [a, zzz]}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        robust(town().inputs, load_question(path), file=str(path))
    assert [(f.file, f.path, f.value) for f in error.value.findings] == [(str(path), "weights.order", "zzz")]
    path.write_text("weights: {order: [a, zzz]}\nscores: {projects: {x: {a: [0, 1]}}}\ncosts: {projects: {y: 1}}\nprotection: {projects: {z: 5}}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:  # all before any work
        robust(town().inputs, load_question(path), file=str(path), tell=lambda words: pytest.fail(words))
    assert [f.value for f in error.value.findings] == ["zzz", "x", "y", "z"]


def test_answer_goes_out_and_comes_back() -> None:
    answer = answered(weights={}, protection={"gamma": [1], "overrun": 50, "draws": 100})
    assert RobustAnswer.model_validate_json(answer_to_json(answer), strict=False) == answer
    data = json.loads(answer_to_json(answer))
    assert data["claim"] == "complete"
    assert {p["id"]: p["index"] for p in data["projects"]}["c"] == "1"
    # 20 of cash: gamma 0 pays two projects; when one overruns by 5, one alone
    assert [F(p["objective"]) for p in data["protected"]] == [F(110), F(60)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_terminal_and_workbook(tmp_path: Path, language: str) -> None:
    set_language(language)
    t = town()
    tree = {"weights": {}, "scores": {"default": 3}, "costs": {}, "protection": {"gamma": [1], "overrun": 50, "draws": 50}}
    answer = robust(t.inputs, RobustQuestion.model_validate(tree))
    out = io.StringIO()
    print_robust(answer, t.policy, t.library, out, width=80)
    text = out.getvalue()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "gamma" in text
    assert "%" in text
    path = tmp_path / "robust.xlsx"
    write_robust(answer, t.policy, t.library, path)
    book = load_workbook(path)
    assert len(book.sheetnames) == 6
    for name in book.sheetnames:
        head = [c for c in next(book[name].iter_rows(values_only=True)) if c is not None]
        assert len(set(head)) == len(head), head
    projects = list(book[book.sheetnames[1]].iter_rows(values_only=True))
    assert len(projects) == 5
    assert [r[0] for r in projects[1:]] == list("abcd")
    assert float(projects[3][3]) == float(F(next(p.index for p in answer.projects if p.id == "c") or 0))
    if language == "en":
        assert "core" in text
        assert "maximin" in text


def test_partial_answers_say_so() -> None:
    answer = answered(weights={}, most_portfolios=1)
    assert (answer.claim, answer.why) == ("partial", "many")
    assert {(p.state, p.index) for p in answer.projects} == {("borderline", None), ("core", "1")}  # what is proven of one project is told
    out = io.StringIO()
    print_robust(answer, None, None, out, width=80)
    assert "there may be more" in out.getvalue()
    assert "most_portfolios: 1; raise it" in " ".join(out.getvalue().split())
    late = answered(weights={}, scores={"default": 1}, seconds=D("0.000001"))
    assert (late.claim, late.why, len(late.portfolios)) == ("partial", "time", 0)
    assert {p.state for p in late.projects} == {"undecided"}
    print_robust(late, None, None, out, width=80)


def command(*words: object) -> Result:
    return CliRunner().invoke(main, ["--lang", "en", "robust", *map(str, words)])


def test_the_section_of_the_scenario_is_the_question(tmp_path: Path) -> None:
    """Without --question the scenario's own section is asked; a scenario without one, and faults in it, are told."""
    scenario = write_city(tmp_path, projects=5)
    plain = scenario.read_text(encoding="utf-8")
    assert command(scenario).exit_code == 2
    scenario.write_text(plain + "robust:\n  weights: {}\n  most_portfolios: 1\n  seconds: 10\n", encoding="utf-8")
    asked = command(scenario, "--json", "--quiet")
    assert asked.exit_code == 0, asked.output
    answer = json.loads(asked.output)
    assert answer["question"]["most_portfolios"] == 1
    assert len([i for i in answer["inputs"] if i["path"] == scenario.as_posix()]) == 1
    own = tmp_path / "own.yaml"
    own.write_text("weights: {}\nmost_portfolios: 2\nseconds: 10\n", encoding="utf-8")
    assert json.loads(command(scenario, "--question", own, "--json", "--quiet").output)["question"]["most_portfolios"] == 2
    scenario.write_text(plain + "robust:\n  weights: {order: [nothing]}\n", encoding="utf-8")
    wrong = command(scenario)
    assert wrong.exit_code == 2
    assert "nothing" in wrong.output
