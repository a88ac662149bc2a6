"""The command line: help, languages, errors, exit codes, one JSON document, files all or none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from builders import GoodSet
from click.testing import CliRunner, Result
from plan_fixture import made_plan

from renewal_opt.analysis import annual
from renewal_opt.cli import main
from renewal_opt.errors import Conflict, InfeasibleError, SolverError
from renewal_opt.i18n import get_language, set_language
from renewal_opt.io.planfile import plan_to_json

HEAVY = ("pandas", "pyomo", "matplotlib", "highspy", "pydantic", "xlsxwriter", "rich", "numpy")


def run(*args: object, lang: str = "en", env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, ["--lang", lang, *map(str, args)], env=env)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return GoodSet().write(tmp_path)


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace the solve by a hand-made plan; holds what it was called with."""
    calls: dict[str, Any] = {}

    def fake(inputs: Any, **options: Any) -> Any:
        calls.update(options, inputs=inputs)
        options["progress"](0.5, 0.01, 12.0)
        return made_plan(options=options["options"])

    monkeypatch.setattr(annual, "solve_annual", fake)
    return calls


def commands() -> Iterator[tuple[str, click.Command]]:
    def walk(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
        for name, command in group.commands.items():
            yield f"{path}{name}", command
            if isinstance(command, click.Group):
                yield from walk(command, f"{path}{name} ")

    yield from walk(main, "")


@pytest.mark.parametrize("args", [["--help"], ["solve", "--help"], ["show", "--help"], ["--version"]])
def test_help_is_light(args: list[str]) -> None:
    code = f"import sys; sys.argv = ['renewal-opt', *{args!r}]\nfrom renewal_opt.cli import main\ntry:\n    main()\nexcept SystemExit as e:\n    assert not e.code\nprint(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_parameter_has_help(name: str, command: click.Command) -> None:
    context = click.Context(command)
    assert command.help
    for param in command.get_params(context):
        record = param.get_help_record(context)
        assert record is not None, (name, param.name)
        assert record[1].strip(), (name, param.name)
    assert run(*name.split(), "--help").exit_code == 0


def test_the_commands_of_the_issue() -> None:
    names = {name for name, _c in commands()}
    assert {"init", "check", "screen", "solve", "verify", "template", "synth", "import-pb", "schema", "completion"} <= names
    assert {"show policy", "show scenario", "show plan", "show formulation"} <= names


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_fits_80_columns(lang: str) -> None:
    import unicodedata

    for name, _command in [("", main), *commands()]:
        for line in run(*name.split(), "--help", lang=lang).output.splitlines():
            assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 80, line


def test_version() -> None:
    import renewal_opt

    assert run("--version").output == f"renewal-opt {renewal_opt.__version__}\n"


@pytest.mark.parametrize(
    ("env", "language"),
    [({"LANG": "en_GB.UTF-8"}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "C"}, "zh"), ({"LC_ALL": "en_US", "LANG": "zh_CN"}, "en"), ({}, "zh")],
)
def test_language_of_the_environment(env: dict[str, str], language: str) -> None:
    from renewal_opt.cli.base import chosen_language

    assert chosen_language([], env) == language
    assert chosen_language(["solve", "--lang=en"], env) == "en"
    assert chosen_language(["--lang", "zh", "solve"], env) == "zh"


def test_the_language_does_not_leak() -> None:
    set_language("en")
    run("schema", "plan", lang="zh")
    assert get_language() == "en"


def test_check_of_a_good_set(good: Path) -> None:
    result = run("check", good)
    assert result.exit_code == 0, result.output
    assert "No faults" in result.stdout
    data = json.loads(run("check", good, "--json").stdout)
    assert data["ok"] is True
    assert data["plan_year"] == 2025


def test_check_tells_every_fault_and_exits_2(tmp_path: Path) -> None:
    bad = GoodSet()
    bad.policy["funding"]["channels"]["bond"]["cap"] = {2025: "many"}
    bad.policy["criteria"]["need"]["weight"] = "heavy"
    scenario = bad.write(tmp_path)
    result = run("check", scenario)
    assert result.exit_code == 2
    assert "funding.channels.bond.cap" in result.stderr
    assert "criteria.need.weight" in result.stderr
    assert re.fullmatch(r"[2-9] faults, \d+ warnings\.", result.stderr.splitlines()[-1])
    assert not result.stdout
    error = json.loads(run("check", scenario, "--json").stdout)["error"]
    assert error["exit_code"] == 2
    assert len(error["findings"]) >= 2
    assert error["findings"][0]["sentence"]


def test_check_marks_the_workbook(tmp_path: Path, good: Path) -> None:
    marked = tmp_path / "marked.xlsx"
    result = run("check", good, "--marked", marked)
    assert result.exit_code == 0, result.output
    assert marked.is_file()


def test_screen(good: Path) -> None:
    assert "candidates" in run("screen", good).stdout
    data = json.loads(run("screen", good, "--json").stdout)
    one = data["projects"][0]["id"]
    assert one in run("screen", good, "--project", one).stdout
    assert len(json.loads(run("screen", good, "--project", one, "--json").stdout)["projects"]) == 1
    unknown = run("screen", good, "--project", one + "0")
    assert unknown.exit_code == 2
    assert one in unknown.stderr


def test_solve_writes_all_files_and_prints(tmp_path: Path, good: Path, solved: dict[str, Any]) -> None:
    files = [tmp_path / name for name in ("plan.json", "plan.xlsx", "plan.png")]
    result = run("solve", good, "-o", files[0], "--xlsx", files[1], "--png", files[2], "--gap", "0.01", "--seconds", "5", "--threads", "2", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert all(f.is_file() for f in files)
    assert "合成数据" in result.stdout.splitlines()[0]
    solver = solved["inputs"].scenario.solver
    assert (str(solver.gap), str(solver.seconds), solver.threads, solver.seed) == ("0.01", "5", 2, 3)
    assert solved["options"] == {"solver": {"gap": 0.01, "seconds": 5, "threads": 2, "seed": 3}}
    assert sorted(p.suffix for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_solve_prints_one_json_document(good: Path, solved: dict[str, Any]) -> None:
    result = run("solve", good, "--json")
    assert json.loads(result.stdout)["plan_version"] == 1
    quiet = run("solve", good, "--quiet")
    assert quiet.exit_code == 0
    assert quiet.stdout == ""
    assert quiet.stderr == ""


def test_set_changes_the_policy_and_is_recorded(good: Path, solved: dict[str, Any]) -> None:
    result = run("solve", good, "--set", "funding.channels.bond.cap.2025=123.45", "--set", "reserve.at_most=")
    assert result.exit_code == 0, result.output
    assert solved["inputs"].policy.funding.channels["bond"].cap.at(2025) == 1_234_500
    assert solved["inputs"].policy.reserve.at_most is None
    assert solved["options"]["overrides"] == {"funding.channels.bond.cap.2025": 123.45, "reserve.at_most": None}


@pytest.mark.parametrize("text", ["nothing", "=3", "a.b", "x={", "funding.chanels.bond.cap.2025=1"])
def test_a_bad_override_is_an_input_error(good: Path, solved: dict[str, Any], text: str) -> None:
    result = run("solve", good, "--set", text)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_overrides_are_read_back_exactly() -> None:
    from decimal import Decimal

    from renewal_opt.cli.output import parse_overrides, recordable
    from renewal_opt.io.planinputs import exact

    given = parse_overrides(["a.b=0.1", "c={2026: 5, later: last}", "d=[1, 2.50]", "e=yes", "f="])
    assert given == {"a.b": Decimal("0.1"), "c": {2026: 5, "later": "last"}, "d": [1, Decimal("2.50")], "e": "yes", "f": None}
    assert exact(json.loads(json.dumps(recordable(given)))) == given


def test_outputs_never_overwrite_inputs_and_are_all_or_none(tmp_path: Path, good: Path, solved: dict[str, Any]) -> None:
    before = good.read_bytes()
    result = run("solve", good, "-o", good, "--xlsx", tmp_path / "plan.xlsx")
    assert result.exit_code == 2
    assert good.read_bytes() == before
    assert not (tmp_path / "plan.xlsx").exists()
    assert not solved, "refused before the solve"
    twice = run("solve", good, "-o", tmp_path / "a.json", "--xlsx", tmp_path / "a.json")
    assert twice.exit_code == 2
    missing = run("solve", good, "-o", tmp_path / "a.json", "--png", tmp_path / "no" / "a.png")
    assert missing.exit_code == 2
    assert not (tmp_path / "a.json").exists()


def test_a_failing_report_leaves_nothing(tmp_path: Path, good: Path, solved: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from renewal_opt.report import xlsx

    def fails(*args: object, **options: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(xlsx, "write_workbook", fails)
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run("solve", good, "-o", tmp_path / "plan.json", "--xlsx", tmp_path / "plan.xlsx")
    assert result.exit_code == 1
    assert "no ink" in result.stderr
    assert "RENEWAL_OPT_DEBUG=1" in result.stderr
    assert "Traceback" not in result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_target_held_open_gets_another_name(tmp_path: Path, good: Path, solved: dict[str, Any]) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_bytes(b"open in a spreadsheet")
    (tmp_path / ".~lock.plan.xlsx#").touch()
    result = run("solve", good, "--xlsx", target, "--quiet")
    assert result.exit_code == 0
    assert "plan (2).xlsx" in result.stderr
    assert target.read_bytes() == b"open in a spreadsheet"
    assert (tmp_path / "plan (2).xlsx").is_file()


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (InfeasibleError("no plan", [Conflict("channels", "channels:bond[2025]", "too little")]), 3, "infeasible"),
        (SolverError("no plan in time"), 4, "solver"),
        (ZeroDivisionError("boom"), 1, "internal"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_exit_codes(good: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, kind: str) -> None:
    def fails(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(annual, "solve_annual", fails)
    result = run("solve", good)
    assert result.exit_code == code
    assert result.stderr.strip()
    assert "Traceback" not in result.output
    data = json.loads(run("solve", good, "--json").stdout)["error"]
    assert (data["kind"], data["exit_code"]) == (kind, code)
    if code == 3:
        assert data["conflict"][0]["family"] == "channels"


def test_the_debug_switch_shows_where(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(annual, "solve_annual", fails)
    result = run("solve", good, env={"RENEWAL_OPT_DEBUG": "1"})
    assert "Traceback" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "args",
    [["slove"], ["solve"], ["solve", "x", "--gap", "2"], ["solve", "x", "--sead", "1"], ["solve", "x", "--threads", "zero"], ["synth", "--projects", "5"], ["schema", "city"], ["--lang", "fr", "check", "x"], []],
)
def test_usage_errors(args: list[str]) -> None:
    result = CliRunner().invoke(main, args, env={"LANG": "en"})
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.output
    if args:
        error = json.loads(CliRunner().invoke(main, [*args, "--json"], env={"LANG": "en"}).stdout)["error"]
        assert error["kind"] == "usage"


def test_template_schema_completion(tmp_path: Path, good: Path) -> None:
    out = tmp_path / "empty.xlsx"
    assert run("template", out, "--brief").exit_code == 0
    assert out.is_file()
    policy = next(p for p in tmp_path.iterdir() if p.is_dir() and any(p.glob("*.yaml")))
    assert run("template", tmp_path / "full.xlsx", "--policy", policy).exit_code == 0
    assert run("template", tmp_path / "2031.xlsx", "--year", "2031").exit_code == 0
    header = [c.value for c in openpyxl.load_workbook(tmp_path / "2031.xlsx").worksheets[0][1]]
    assert "2031年剩余投资（万元）" in header or "remaining 2031 (万元)" in header
    for name in ("policy", "library", "scenario", "plan"):
        assert json.loads(run("schema", name).stdout)["$schema"]
        assert len(run("schema", name, "--page").stdout) > 500
    for shell in ("bash", "zsh", "fish"):
        assert "_RENEWAL_OPT_COMPLETE" in run("completion", shell).stdout


def test_completion_answers() -> None:
    env = os.environ | {"_RENEWAL_OPT_COMPLETE": "bash_complete", "COMP_WORDS": "renewal-opt so", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-m", "renewal_opt"], env=env, capture_output=True, text=True, check=False)
    assert "solve" in done.stdout


def test_show_policy(good: Path, tmp_path: Path) -> None:
    folder = next(p for p in tmp_path.iterdir() if p.is_dir() and any(p.glob("*.yaml")))
    text = run("show", "policy", folder).stdout
    assert "# funding.yaml" in text
    assert "#" not in run("show", "policy", folder, "--no-origins").stdout.replace("#1", "")
    data = json.loads(run("show", "policy", good, "--json").stdout)
    assert data["policy"]["city"]["document"]
    assert data["origins"]["city.document"] == "city.yaml"
    made_up = run("show", "policy", folder, "--assumptions").stdout
    assert "budget.whole" in made_up
    rows = json.loads(run("show", "policy", folder, "--assumptions", "--json").stdout)["assumptions"]
    assert {r["kind"] for r in rows} <= {"assumption", "usage"}
    assert {r["path"]: r["active"] for r in rows}["funding.caps.west_bond"] is False


def test_shown_yaml_reads_back(good: Path, tmp_path: Path) -> None:
    from renewal_opt.errors import Collector
    from renewal_opt.io.policy import load_policy
    from renewal_opt.io.yamlfile import parse_yaml

    folder = next(p for p in tmp_path.iterdir() if p.is_dir() and any(p.glob("*.yaml")))
    for flag in ("--origins", "--no-origins"):
        found = Collector()
        node = parse_yaml(run("show", "policy", folder, flag).stdout, found)
        assert node is not None
        assert not found.findings
        assert node.data == load_policy(folder).tree


def test_show_scenario_plan_formulation(good: Path, tmp_path: Path) -> None:
    assert "plan_year: 2025" in run("show", "scenario", good).stdout
    assert json.loads(run("show", "scenario", good, "--json").stdout)["scenario"]["plan_year"] == 2025
    plan = tmp_path / "hand.json"
    plan.write_text(plan_to_json(made_plan()), encoding="utf-8")
    shown = run("show", "plan", plan)
    assert "Smalltown plan 2025" in shown.stdout
    assert "ids are shown" in shown.stderr
    assert json.loads(run("show", "plan", plan, "--json").stdout)["scenario"] == "hand"
    assert "budget.whole" in run("show", "plan", plan, "--assumptions").stdout
    assert run("show", "formulation").stdout.startswith("# The model")
    assert "formulation" in json.loads(run("show", "formulation", good, "--json").stdout)


def test_verify_of_a_plan_that_does_not_hold(tmp_path: Path) -> None:
    plan = tmp_path / "hand.json"
    plan.write_text(plan_to_json(made_plan()), encoding="utf-8")
    result = run("verify", plan)
    assert result.exit_code == 1
    assert "The plan does not hold." in result.stdout
    data = json.loads(run("verify", plan, "--json").stdout)
    assert data["holds"] is False
    assert data["families"][0]["breaches"][0]["sentence"]
    assert run("verify", tmp_path / "none.json").exit_code == 2


@pytest.mark.parametrize("words", [["show", "policy", "{city}"], ["show", "policy", "{city}", "--json"], ["show", "policy", "nowhere", "--json"]])
def test_streams_that_are_full_closed_or_narrow(tmp_path, words):
    """A full disk behind stdout, a closed stream, an encoding without Chinese: an exit code and no traceback."""
    GoodSet().write(tmp_path)
    call = [sys.executable, "-m", "renewal_opt", *(w.format(city=tmp_path / "city") for w in words)]
    good = "nowhere" not in words
    with open("/dev/full", "w") as full:
        result = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in result.stderr
    assert result.returncode == 2
    for shell in ("2>&-", "1>&-"):
        result = subprocess.run(["sh", "-c", f'"$@" {shell}', "sh", *call], capture_output=True, text=True, check=False)
        assert (result.returncode, "Traceback" in result.stderr, "rror" in result.stderr) == (0 if good else 2, False, False)
    narrow = os.environ | {"PYTHONIOENCODING": "ascii", "LANG": "zh_CN.UTF-8"}
    result = subprocess.run(call, capture_output=True, text=True, env=narrow, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (0 if good else 2, False)
