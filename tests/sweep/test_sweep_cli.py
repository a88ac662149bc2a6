"""`renewal-opt sweep`: options, summary files, exit codes, Ctrl-C, one JSON document."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sweep_city import write_city
from sweep_doubles import faulty, here, instead

from renewal_opt.cli import main
from renewal_opt.workers import pool


def sweep(*args: object, lang: str = "en") -> Result:
    """Run the command, on this process alone where `--workers` is 1."""
    return CliRunner().invoke(main, ["--lang", lang, "sweep", *map(str, args)])


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in this process: no time for a pool."""
    monkeypatch.setattr(pool, "processes", lambda workers: here)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return a folder with a sweep in `out`: two solved cases and an infeasible one."""
    folder = tmp_path_factory.mktemp("cli")
    write_city(folder)
    return folder, sweep(folder / "scenario.yaml", "--grid", "budget.whole.amount.2025=5000,6000,1", "--grid", "force.in=P001", "-o", folder / "out", "--workers", 2)


def test_the_table_and_the_words(done: tuple[Path, Result]) -> None:
    folder, result = done
    assert result.exit_code == 0, result.output
    for words in ("SYNTHETIC DATA", "Cases (3)", "budget.whole.amount.2025=1", "no plan", "Cases without a plan (1)", "no plan satisfies all rules", "[3/3]", "Written:"):
        assert words in " ".join(result.output.split()), words
    assert sorted(p.name for p in (folder / "out").iterdir() if not p.name.startswith(".")) == [
        "ledger.jsonl", "scenarios", "summary.csv", "summary.xlsx",
        "小城-2025__budget.whole.amount.2025=5000__force.in=P001.plan.json", "小城-2025__budget.whole.amount.2025=6000__force.in=P001.plan.json",
    ]  # fmt: skip


def test_short_names() -> None:
    from renewal_opt.report.sweep_table import short_names

    assert short_names(["s__a=1__b=2", "s__a=2__b=2"]) == ("s__b=2", ["a=1", "a=2"])
    assert short_names(["s__a=1", "t"]) == ("", ["s\na=1", "t"])
    assert short_names(["s"]) == ("", ["s"])
    assert short_names(["s", "s"]) == ("", ["s", "s"])
    assert short_names([]) == ("", [])


def test_the_summary_files(done: tuple[Path, Result]) -> None:
    folder, _result = done
    with (folder / "out" / "summary.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [r["case"].split("__")[1] for r in rows] == [f"budget.whole.amount.2025={n}" for n in (5000, 6000, 1)]
    assert rows[2]["objective"] == ""
    assert "no plan satisfies all rules" in rows[2]["why there is no plan"]
    sheet = openpyxl.load_workbook(folder / "out" / "summary.xlsx").active
    assert sheet is not None
    cells = [[c.value for c in row] for row in sheet.iter_rows()]
    assert "SYNTHETIC" in str(cells[0][0])
    assert cells[2][0] == rows[0]["case"]
    assert float(str(cells[2][7])) == float(rows[0]["investment (10k yuan)"]) > 0


def test_one_json_document_and_kept_cases(done: tuple[Path, Result]) -> None:
    folder, _result = done
    script = [sys.executable, "-m", "renewal_opt", "sweep", str(folder / "scenario.yaml"), "--grid", "budget.whole.amount.2025=5000,6000,1", "--grid", "force.in=P001", "-o", str(folder / "out")]
    ran = subprocess.run([*script, "--json"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert [c["status"] for c in document["cases"]] == ["solved", "solved", "infeasible"]
    assert all(c["kept"] for c in document["cases"])
    assert (document["open"], document["synthetic"]) == ([], True)


def test_faults_are_told_before_anything_is_written(tmp_path: Path) -> None:
    write_city(tmp_path)
    result = sweep(tmp_path / "scenario.yaml", "--grid", "budgt=1", "--grid", "weights.foo=1", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "budgt" in result.output
    assert "weights.foo" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("_at_once")
def test_a_stale_ledger_and_no_resume(tmp_path: Path) -> None:
    scenario = write_city(tmp_path)
    assert sweep(scenario, "-o", tmp_path / "out", "--workers", 1, "--quiet").output == ""
    result = sweep(scenario, "-o", tmp_path / "out", "--gap", "0.5")
    assert result.exit_code == 2
    assert "name another folder, or start anew with --no-resume" in result.output
    result = sweep(scenario, "-o", tmp_path / "out", "--gap", "0.5", "--no-resume", "--workers", 1)
    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("_at_once")
def test_a_broken_ledger_and_no_resume(tmp_path: Path) -> None:
    scenario, out = write_city(tmp_path), tmp_path / "out"
    assert sweep(scenario, "-o", out, "--workers", 1, "--quiet").exit_code == 0
    ledger = out / "ledger.jsonl"
    broken = ledger.read_bytes().replace(b'"solved"', b'"solvd"')
    ledger.write_bytes(broken)
    result = sweep(scenario, "-o", out)
    assert result.exit_code == 2
    assert "status, line 2" in result.output
    assert "expected one of solved, infeasible, failed" in result.output
    assert ledger.read_bytes() == broken
    result = sweep(scenario, "-o", out, "--no-resume", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert "it is kept as ledger.broken.jsonl" in result.output
    assert (out / "ledger.broken.jsonl").read_bytes() == broken
    again = sweep(scenario, "-o", out, "--workers", 1)
    assert again.exit_code == 0, again.output
    assert "1 of 1 cases were finished before" in again.output


def test_workers_or_a_cluster(tmp_path: Path) -> None:
    result = sweep(write_city(tmp_path), "-o", tmp_path / "out", "--workers", 1, "--cluster", "tcp://x")
    assert result.exit_code == 2
    assert "not both" in result.output


def test_failed_cases_give_exit_code_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "processes", lambda workers: instead(here, faulty))
    result = sweep(write_city(tmp_path), "--grid", "basis=investment,count", "-o", tmp_path / "out", "--workers", 1)
    assert result.exit_code == 4
    assert "failed" in result.output


def started(folder: Path, *more: str) -> subprocess.Popen[str]:
    """Start a sweep of many cases in a session of its own, as a terminal does."""
    script = [sys.executable, "-m", "renewal_opt", "--lang", "en", "sweep", str(folder / "scenario.yaml"), "--grid", "budget=" + ",".join(f"{n / 100}" for n in range(60, 84)), "-o", str(folder / "out"), "--workers", "2", *more]
    return subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_ctrl_c_finishes_what_runs_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write_city(tmp_path)
    process = started(tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("[3/24]"):
            os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches parent and workers
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    found: Any = re.search(r"Stopped: (\d+) of 24 cases are finished and kept", err)
    assert found, err
    assert "Traceback" not in err
    assert "leaked" not in err
    again = started(tmp_path, "--json")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    cases = json.loads(out)["cases"]
    assert len(cases) == 24
    assert {c["status"] for c in cases} == {"solved"}
    assert sum(c["kept"] for c in cases) == int(found.group(1)) >= 3


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    write_city(tmp_path)
    process = started(tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("[2/24]"):
            os.killpg(process.pid, signal.SIGINT)
        elif line.startswith("No more cases"):
            os.killpg(process.pid, signal.SIGINT)
            break
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_no_worker_outlives_a_killed_parent(tmp_path: Path) -> None:
    import psutil

    write_city(tmp_path)
    process = started(tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("[2/24]"):
            break
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 2
    process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(children, timeout=10)
    process.stderr.close()
    assert process.stdout is not None
    process.stdout.close()
    assert not alive
