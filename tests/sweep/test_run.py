"""Sweeps on a process pool: equal plans, resuming, infeasible cases, killed workers, changed inputs."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from sweep_city import write_city
from sweep_doubles import deadly, deadly_once, faulty, here, instead, older, slow, stale_file

from renewal_opt.analysis.sweep.entry import Entry
from renewal_opt.analysis.sweep.ledger import LEDGER, read_ledger
from renewal_opt.analysis.sweep.run import Listener, Result, prepare, run_sweep
from renewal_opt.errors import InputError, SolverError
from renewal_opt.io.planfile import read_plan
from renewal_opt.verify import verify_file
from renewal_opt.workers import pool

GRID = ("budget=0.8,1.0,1.3", "basis=investment,count")


def run(folder: Path, out: str = "out", *, grid: tuple[str, ...] = GRID, opener: pool.Opener | None = None, solver: dict[str, Any] | None = None, **options: Any) -> Result:
    """Run a sweep over the small city in `folder`, in this process where nothing else is said."""
    return run_sweep(prepare([folder / "scenario.yaml"], folder / out, grid=grid, solver=solver), opener or here, **options)


def plans(folder: Path) -> dict[str, bytes]:
    """Return the plan files of a sweep."""
    return {p.name: p.read_bytes() for p in folder.glob("*.plan.json")}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the small city and an unbroken sweep of it, `out`, on one worker process."""
    folder = tmp_path_factory.mktemp("unbroken")
    write_city(folder)
    return folder, run(folder, opener=pool.processes(1))


def test_every_case_has_a_plan_that_passes_the_exact_re_check(unbroken: tuple[Path, Result]) -> None:
    folder, result = unbroken
    assert [e.status for e in result.entries] == ["solved"] * 6
    assert (result.kept, result.open) == ((), ())
    for e in result.entries:
        report = verify_file(folder / "out" / e.file)
        assert report.holds, report.breaches
        assert (report.plan.scenario, report.plan.objective.seconds) == (e.name, 0.0)
        assert report.plan.objective.value == e.objective
        assert e.seconds > 0
    assert len({e.objective for e in result.entries}) == 6


def test_the_plan_names_its_scenario_file_and_its_grid(unbroken: tuple[Path, Result]) -> None:
    folder, result = unbroken
    plan = read_plan(folder / "out" / result.entries[0].file)
    assert plan.options["sweep"] == {"scenario": "小城-2025", "grid": {"budget": "0.8", "basis": "investment"}}
    assert plan.inputs[0].path == f"scenarios/{result.entries[0].name}.yaml"
    assert {i.path.split("/")[0] for i in plan.inputs[1:]} == {".."}


@pytest.mark.parametrize(
    "forged",
    [
        {"scenario": "小城-2025", "grid": {"budget": "1.3", "basis": "investment"}}, {"scenario": "小城-2025", "grid": {"budget": "0.8"}},
        {"scenario": "大城", "grid": {"budget": "0.8", "basis": "investment"}}, {"scenario": "小城-2025", "grid": {}}, [], "x", None,
        {"grid": {"budget": "0.8", "basis": "investment"}}, {"scenario": "小城-2025", "grid": {"budget": 0.8, "basis": "investment"}},
        {"scenario": "小城-2025", "grid": {"budget": "0.8", "basis": "investment"}, "by": "me"}, {"scenario": "小城-2025", "grid": {"budget": "[", "basis": "investment"}},
    ],
)  # fmt: skip
def test_a_plan_that_claims_another_grid_does_not_hold(unbroken: tuple[Path, Result], forged: Any) -> None:
    folder, result = unbroken
    plan = json.loads((folder / "out" / result.entries[0].file).read_text(encoding="utf-8"))
    plan["options"]["sweep"] = forged
    path = folder / "out" / "forged.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    assert [b.rule for b in verify_file(path).breaches] == ["options.sweep"]
    path.unlink()


def test_two_workers_give_the_same_plans(unbroken: tuple[Path, Result]) -> None:
    folder, _result = unbroken
    run(folder, "two", opener=pool.processes(2))
    assert plans(folder / "two") == plans(folder / "out")


def test_a_finished_sweep_is_kept_and_nothing_is_solved(unbroken: tuple[Path, Result]) -> None:
    folder, first = unbroken
    before = {p: p.stat().st_mtime_ns for p in (folder / "out").glob("*.plan.json")}
    again = run(folder, opener=lambda: pytest.fail("a pool was opened"))
    assert again.kept == tuple(e.name for e in first.entries)
    assert again.entries == first.entries
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_stopped_sweep_goes_on(tmp_path: Path, unbroken: tuple[Path, Result]) -> None:
    write_city(tmp_path)
    stop = threading.Event()
    first = run(tmp_path, cancel=stop, listener=Listener(finished=lambda e: stop.set()))
    assert len(first.entries) == 1
    assert len(first.open) == 5
    done: list[str] = []
    second = run(tmp_path, listener=Listener(finished=lambda e: done.append(e.name)))
    assert second.kept == (first.entries[0].name,)
    assert sorted(done) == sorted(first.open)
    assert second.open == ()
    assert plans(tmp_path / "out") == plans(unbroken[0] / "out")


def test_more_cases_may_be_added(tmp_path: Path) -> None:
    write_city(tmp_path)
    first = run(tmp_path, grid=("budget=0.8",))
    second = run(tmp_path, grid=("budget=0.8,1.2",))
    assert second.kept == tuple(e.name for e in first.entries)
    assert len(second.entries) == 2


def test_a_plan_file_that_was_changed_is_solved_again(tmp_path: Path) -> None:
    write_city(tmp_path)
    first = run(tmp_path, grid=("budget=0.8,1.2",))
    target = tmp_path / "out" / first.entries[1].file
    good = target.read_bytes()
    target.write_bytes(good.replace(b"P001", b"P002"))
    notes: list[str] = []
    second = run(tmp_path, grid=("budget=0.8,1.2",), listener=Listener(notes=notes.append))
    assert second.kept == (first.entries[0].name,)
    assert target.read_bytes() == good
    assert sum(target.name in n and "solved again" in n for n in notes) == 1


@pytest.mark.parametrize("change", ["library", "policy", "gap", "scenario"])
def test_a_changed_input_makes_the_ledger_stale(tmp_path: Path, change: str) -> None:
    write_city(tmp_path)
    run(tmp_path, grid=("budget=0.8",))
    solver: dict[str, Any] = {}
    if change == "library":
        file = tmp_path / "library" / "projects.csv"
        file.write_bytes(file.read_bytes().replace("项目1".encode(), "项目壹".encode()))
    elif change == "policy":
        file = tmp_path / "city" / "criteria.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("0.6", "0.7"), encoding="utf-8")
    elif change == "scenario":
        write_city(tmp_path, basis="count")
    else:
        solver = {"gap": 0}
    before = plans(tmp_path / "out")
    with pytest.raises(InputError) as caught:
        run(tmp_path, grid=("budget=0.8",), solver=solver)
    assert [f.kind for f in caught.value.findings] == ["stale_ledger"]
    assert "has changed since this case was finished" in str(caught.value)
    assert plans(tmp_path / "out") == before
    result = run(tmp_path, grid=("budget=0.8",), solver=solver, resume=False)
    assert (result.kept, len(result.entries)) == ((), 1)
    assert verify_file(tmp_path / "out" / result.entries[0].file).holds


def test_an_infeasible_case_is_an_answer_and_the_others_go_on(tmp_path: Path) -> None:
    write_city(tmp_path)
    grid = ("limits.many={label: {zh: 多, en: many}, source: {kind: assumption, why: test}, measure: count, at_least: {value: 12}},null", "budget=1")
    with pytest.raises(InputError):  # null removes what is not there
        run(tmp_path, grid=grid)
    grid = ("budget.whole.amount.2025=1,7200", "force.in=[P001]")
    result = run(tmp_path, grid=grid)
    assert [e.status for e in result.entries] == ["infeasible", "solved"]
    error = result.entries[0].error
    assert error["kind"] == "infeasible"
    assert "no plan satisfies all rules" in error["message"]
    assert {c["family"] for c in error["conflict"]} >= {"budget"}
    again = run(tmp_path, grid=grid, retry_failed=True)
    assert len(again.kept) == 2  # infeasible is no failure


def test_a_fault_in_a_worker_is_the_failure_of_that_case_alone(tmp_path: Path) -> None:
    write_city(tmp_path)
    result = run(tmp_path, opener=instead(here, faulty))
    assert [e.status for e in result.entries] == ["solved", "failed"] * 3
    assert {e.error["kind"] for e in result.entries if e.error} == {"internal"}
    kept = run(tmp_path)
    assert len(kept.kept) == 6
    again = run(tmp_path, retry_failed=True)
    assert [e.status for e in again.entries] == ["solved"] * 6
    assert len(again.kept) == 3


def test_a_worker_of_another_version_is_refused(tmp_path: Path) -> None:
    write_city(tmp_path)
    (entry,) = run(tmp_path, grid=(), opener=instead(here, older)).entries
    assert entry.error["kind"] == "version"
    assert "highspy" in entry.error["message"]


def test_a_file_that_changes_while_the_sweep_runs(tmp_path: Path) -> None:
    write_city(tmp_path)
    (entry,) = run(tmp_path, grid=(), opener=instead(here, stale_file)).entries
    assert entry.error["kind"] == "changed"
    assert "scenario.yaml" in entry.error["message"]


def test_a_case_that_kills_its_worker_twice_has_failed(tmp_path: Path, unbroken: tuple[Path, Result]) -> None:
    write_city(tmp_path)
    notes: list[str] = []
    result = run(tmp_path, grid=("budget=0.8", "basis=investment,count"), opener=instead(pool.processes(2), deadly), listener=Listener(notes=notes.append))
    assert [(e.status, e.error.get("kind")) for e in result.entries] == [("solved", None), ("failed", "killed")]
    assert sum("was killed" in n for n in notes) in (2, 3)  # the first break may have had the other case running too
    name = result.entries[0].file
    assert (tmp_path / "out" / name).read_bytes() == (unbroken[0] / "out" / name).read_bytes()


def test_a_pool_that_broke_is_made_anew(tmp_path: Path, unbroken: tuple[Path, Result]) -> None:
    write_city(tmp_path)
    opened: list[int] = []
    result = run(tmp_path, opener=instead(pool.processes(2), deadly_once, opened))
    assert [e.status for e in result.entries] == ["solved"] * 6
    assert len(opened) == 2
    assert plans(tmp_path / "out") == plans(unbroken[0] / "out")


def worker_pids() -> list[int]:
    """Return the pids of this process's pool workers."""
    return [c.pid for c in psutil.Process().children() if "multiprocessing.spawn" in " ".join(c.cmdline())]


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_worker_killed_from_outside(tmp_path: Path, unbroken: tuple[Path, Result]) -> None:
    write_city(tmp_path)
    killed: list[int] = []

    def kill(entry: Entry) -> None:
        if not killed:
            killed.append(worker_pids()[0])
            os.kill(killed[0], signal.SIGKILL)

    result = run(tmp_path, opener=instead(pool.processes(2), slow), listener=Listener(finished=kill))
    assert killed
    assert [e.status for e in result.entries] == ["solved"] * 6
    lines = [line for line in (tmp_path / "out" / LEDGER).read_text(encoding="utf-8").splitlines() if '"kind": "case"' in line]
    assert len(lines) == 6  # none twice
    assert plans(tmp_path / "out") == plans(unbroken[0] / "out")


def test_workers_that_cannot_begin(tmp_path: Path) -> None:
    write_city(tmp_path)

    def kill_all() -> None:
        while not over.is_set():
            for pid in worker_pids():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    over = threading.Event()
    thread = in_background(kill_all)
    try:
        with pytest.raises(SolverError, match="end as soon as they begin"):
            run(tmp_path, grid=("budget=0.8,0.9,1.0,1.1,1.2,1.3,1.4,1.5",), opener=pool.processes(1))
    finally:
        over.set()
        thread.join()
    ledger = read_ledger(tmp_path / "out")
    assert ledger is not None
    assert {e.status for e in ledger.entries.values()} <= {"failed"}


def test_the_frozen_state_is_made_once_and_reaches_every_solve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from renewal_opt.analysis import annual

    made: list[Any] = []
    seen: list[Any] = []

    def fake(inputs: Any, *, options: Any, other_bases: bool, state: Any) -> Any:
        seen.append((state, other_bases))
        raise SolverError("enough")

    def make(inputs: Any, cancel: Any) -> Any:
        made.append(inputs.scenario.name)
        return {"frozen": inputs.scenario.name}

    monkeypatch.setattr(annual, "solve_annual", fake)
    write_city(tmp_path)

    run(tmp_path, grid=("budget=0.8,1.2",), make_state=make)
    assert made == ["小城-2025__budget=0.8"]
    assert seen == [({"frozen": made[0]}, False)] * 2
