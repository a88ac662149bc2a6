"""The first run as a user does it: real solves on the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from renewal_opt.cli import main

TINY = """META
key;value
description;tiny
country;Nowhere
unit;Smallville
instance;2025
num_projects;3
num_votes;3
budget;100
vote_type;approval
rule;greedy
PROJECTS
project_id;cost;votes;name
1;60;3;park
2;50;2;path
3;40;2;pond
VOTES
voter_id;vote
a;1,2
b;1,3
c;1,2,3
"""


def run(*args: object) -> str:
    result = CliRunner().invoke(main, ["--lang", "en", *map(str, args)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_init_solve_verify(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    assert "synthetic" in run("init", demo)
    plan = demo / "plan.json"
    shown = run("solve", demo / "scenarios" / "annual-2025.yaml", "-o", plan, "--xlsx", demo / "plan.xlsx", "--gap", "0.005", "--set", "reserve.at_most=5")
    assert "SYNTHETIC" in shown.splitlines()[0]
    data = json.loads(plan.read_text(encoding="utf-8"))
    assert not any(Path(i["path"]).is_absolute() for i in data["inputs"])
    assert len(data["reserve"]) <= 5
    assert "Every rule holds exactly." in run("verify", plan)
    moved = tmp_path / "moved"
    demo.rename(moved)
    assert json.loads(run("verify", moved / "plan.json", "--json"))["holds"] is True
    assert "fiscal funds" in run("show", "plan", moved / "plan.json")
    again = CliRunner().invoke(main, ["init", str(moved)])
    assert again.exit_code == 2


def test_init_fills_the_folder_in_which_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder stays the same one, and the files are counted; what came in since is not mixed with ours."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    before = here.stat().st_ino
    said = run("init", ".")
    files = [p for p in here.rglob("*") if p.is_file()]
    assert here.stat().st_ino == before
    assert Path("library.xlsx").exists()
    assert f"{len(files)} files in ." in said
    assert len(files) > 10
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here"]
    again = CliRunner().invoke(main, ["--lang", "en", "init", "."])
    assert again.exit_code == 2
    assert sorted(p for p in here.rglob("*") if p.is_file()) == sorted(files)


def test_init_leaves_nothing_behind_where_a_part_cannot_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    whole, moved = os.rename, []

    def rename(a: Any, b: Any) -> None:
        moved.append(b)
        if len(moved) == 2:
            raise OSError(28, "no space left", str(b))
        whole(a, b)

    monkeypatch.setattr(os, "rename", rename)
    assert CliRunner().invoke(main, ["--lang", "en", "init", str(here)]).exit_code == 2
    assert len(moved) == 2
    assert list(here.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here"]


def test_the_scenario_of_the_readme_runs_in_the_demo(tmp_path: Path) -> None:
    readme = Path(__file__).parents[1] / "README.md"
    snippet = readme.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    run("init", tmp_path / "demo")
    scenario = tmp_path / "demo" / "scenarios" / "a.yaml"
    scenario.write_text(snippet, encoding="utf-8")
    assert "No faults" in run("check", scenario)
    shown = run("show", "scenario", scenario)
    assert "2026: 35000  # a.yaml" in shown
    assert "2027: 38020  # base.yaml" in shown


def test_import_pb_and_solve(tmp_path: Path) -> None:
    source = tmp_path / "tiny.pb"
    source.write_text(TINY, encoding="utf-8")
    said = run("import-pb", source, "-o", tmp_path / "out")
    scenario = Path(said.strip().rpartition(" ")[2])
    data = json.loads(run("solve", scenario, "--json", "--quiet"))
    assert sorted(c["investment"] for c in data["chosen"] if c["part"] == "new_start") == [40, 60]


def test_synth_with_scenario(tmp_path: Path) -> None:
    out = tmp_path / "made.xlsx"
    assert "not real projects" in run("synth", "--projects", 30, "--seed", 1, "-o", out, "--with-scenario")
    assert "30 projects" in run("check", tmp_path / "made.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_writes_the_best_plan_so_far(tmp_path: Path) -> None:
    run("synth", "--projects", 400, "--seed", 3, "-o", tmp_path / "made.xlsx", "--with-scenario")
    with (tmp_path / "made.yaml").open("a", encoding="utf-8") as stream:
        stream.write("funding: full\nstrategy: highs\n")  # long enough to be interrupted
    plan = tmp_path / "plan.json"
    args = [sys.executable, "-m", "renewal_opt", "--lang", "en", "solve", str(tmp_path / "made.yaml"), "-o", str(plan), "--gap", "0", "--seconds", "300"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = ""
        for line in process.stderr:  # wait for a first incumbent
            if ", best " in line and "none yet" not in line:
                break
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    if ", best " not in line:  # solved before the first line of progress
        pytest.skip("the solve ended before it could be interrupted")
    assert process.returncode == 0, err
    assert json.loads(plan.read_text(encoding="utf-8"))["objective"]["stopped"] in ("interrupted", "optimal", "gap")
    assert "Written" in err
    assert out
