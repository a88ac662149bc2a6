"""Benchmarks: families of instances, what counts as a ratio, agreement of answers, and a smoke run of each subject."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import families, peers, ratios, sweep  # noqa: E402
from benchmarks.common import child, compiled, geometric, slope  # noqa: E402
from benchmarks.peer_numpy import arrays, quiet  # noqa: E402
from renewal_opt.problem import Problem  # noqa: E402

PRESENT = [n for n in peers.peers() if n not in peers.absent()]


# -- families ----------------------------------------------------------------------------------------------------------


def row_sets(problem: Problem) -> dict[int, set[frozenset[int]]]:
    """Return the sets of entries that each project's own rows bound."""
    out: dict[int, set[frozenset[int]]] = {}
    for rows in problem.rows.values():
        for i, project in enumerate(rows.project):
            out.setdefault(project, set()).add(frozenset(rows.entry[rows.entry_first[i] : rows.entry_first[i + 1]]))
    return out


def test_the_laminar_family_has_one_year_no_lower_bound_and_nested_sets() -> None:
    problem = families.make("laminar", 150, 2)
    assert problem.money_years == (families.YEAR,)
    assert not any(any(rows.has_lo) for rows in problem.rows.values())
    sets = row_sets(problem)
    assert sum(len(s) > 1 for s in sets.values()) > 5  # nested bounds are there at all
    for mine in sets.values():
        for a, b in combinations(mine, 2):
            assert a <= b or b <= a or not a & b


def test_the_policy_family_is_the_bundled_policy_with_crossing_rules_over_years() -> None:
    problem = families.make("policy", 150, 2)
    assert len(problem.money_years) == 5
    assert {"capital", "cover"} <= {name for name, rows in problem.rows.items() if len(rows)}
    assert any(not (a <= b or b <= a) and a & b for mine in row_sets(problem).values() for a, b in combinations(mine, 2))


@pytest.mark.parametrize("family", families.FAMILIES)
def test_caps_are_tight_and_uneven(family: str) -> None:
    """At the LP's optimum many caps hold with equality, and caps differ from the generator's by shares far apart."""
    problem = families.make(family, 300, 2)
    matrices, _unit = compiled(problem)
    highs = quiet()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("solve_relaxation", True)
    highs.passModel(arrays(matrices))
    highs.run()
    values = np.array(highs.getSolution().row_value)
    span = next(s for name, s in matrices.row_spans.items() if name == "channels")
    rows = slice(span.start, span.start + len(span.keys))
    held = values[rows] > matrices.row_upper[rows] - 1e-6 * np.maximum(1, values[rows])
    assert held.mean() > 0.25
    spread = [100 * c.cap.years[families.YEAR] for c in problem.policy.funding.channels.values()]
    assert max(spread) > 5 * min(spread)
    assert max(families.LADDER) > 2 * min(families.LADDER)


def test_equal_arguments_give_equal_instances() -> None:
    first, second, other = (families.inputs("policy", 60, seed) for seed in (1, 1, 2))
    assert first == second
    assert first[1] != other[1]
    caps = [{i: c.cap for i, c in p.funding.channels.items()} for p, _l, _s in (first, other)]
    assert caps[0] != caps[1]


def test_an_unknown_family_is_told() -> None:
    with pytest.raises(ValueError, match="laminar, policy"):
        families.make("easy", 40, 1)


# -- what the measurements say -----------------------------------------------------------------------------------------


def row(peer: str, seconds: float, seed: int = 1, **more: Any) -> dict[str, Any]:
    base = {"family": "policy", "projects": 300, "seed": seed, "peer": peer, "gap": 1e-4, "repeat": 0, "limit": 60.0}
    return base | {"seconds": seconds, "proven": True, "objective": 100.0, "bound": 100.005, "error": None} | more


def test_ratios_are_geometric_means_over_seeds_and_the_limit_counts_as_the_limit() -> None:
    rows = [row("ours", 1), row("pyomo_highs", 2), row("ours", 5, seed=2), row("pyomo_highs", 91, seed=2, proven=False)]
    assert ratios.ratios(rows, 1e-4, "pyomo_highs") == {"policy": {"300": round((2 * 12) ** 0.5, 3)}}
    assert ratios.ratios(rows, 1e-4, "scip") == {}
    assert ratios.at_limit(rows, 1e-4, "policy", 300, "pyomo_highs") == 1


def test_an_unproven_answer_of_ours_counts_as_the_limit_too() -> None:
    rows = [row("ours", 3, proven=False), row("pyomo_highs", 6)]
    assert ratios.ratios(rows, 1e-4, "pyomo_highs") == {"policy": {"300": 0.1}}


def test_the_worst_ratio_is_of_medians_and_short_solves_count_by_seconds() -> None:
    slow = [row("ours", s, repeat=n) for n, s in enumerate((9.0, 2.0, 1.0))] + [row("pyomo_highs", s, repeat=n) for n, s in enumerate((1.0, 1.0, 1.0))]
    fast = [row("ours", 0.5, seed=2), row("pyomo_highs", 0.4, seed=2)]
    assert ratios.worst(slow + fast, [1e-4]) == (0.5, 0.1)
    assert ratios.worst(fast, [1e-4]) == (None, 0.1)
    assert ratios.worst(slow, [0.0]) == (None, None)


@pytest.mark.parametrize(("ours", "plain", "again"), [(0.6, 0.5, True), (0.5, 0.6, False), (0.6, 0.49, False), (0.65, 0.49, True), (60, 60, False)])
def test_what_is_measured_twice_more(ours: float, plain: float, again: bool) -> None:
    assert ratios.doubtful(ours, plain) is again
    tasks = [row("ours", 0), row("pyomo_highs", 0), row("scip", 0)]
    repeated = peers.again([row("ours", ours), row("pyomo_highs", plain), row("scip", 1)], tasks)
    assert [(t["peer"], t["repeat"]) for t in repeated] == ([(p, n) for n in (1, 2) for p in ("ours", "pyomo_highs")] if again else [])


def test_a_plan_above_a_proven_bound_is_told() -> None:
    agree = [row("ours", 1), row("scip", 1, objective=100.002, bound=100.01)]
    assert ratios.disagreements(agree) == []
    wrong = [*agree, row("linopy", 1, objective=99.0, bound=99.5)]
    (text,) = ratios.disagreements(wrong)
    assert "scip" in text
    assert "linopy" in text
    assert ratios.disagreements([row("ours", 1), row("scip", 60, proven=False, objective=101.0, bound=None)])  # unproven plans count too
    assert ratios.disagreements([row("ours", 1, bound=None)])  # a claim without its bound
    assert ratios.disagreements([row("ours", 1), row("ours", 1, gap=0.0, objective=100.2, bound=100.2)])  # gaps meet as well


def test_slopes_and_means() -> None:
    assert slope([10, 100, 1000], [1, 100, 10_000]) == pytest.approx(2.0)
    assert slope([10, 10], [1, 2]) is None
    assert geometric([1, 4, 16]) == pytest.approx(4.0)
    rows = [row("ours", n**1.5 / 1000, projects=n) for n in (300, 1000, 5000)]
    assert ratios.slopes(rows, 1e-4)["policy"] == {"ours": 1.5, "pyomo_highs": None}


# -- the harness -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", families.FAMILIES)
def test_all_ways_that_are_there_agree(family: str) -> None:
    problem = families.make(family, 50, 3)
    rows = [row(n, 1) | peers.peers()[n].run(problem, 1e-4, 20.0).row() for n in PRESENT]
    assert {"ours", "pyomo_highs", "numpy"} <= set(PRESENT)
    assert all(r["proven"] for r in rows)
    assert ratios.disagreements(rows) == []
    low, high = max(r["objective"] for r in rows), min(r["bound"] for r in rows)
    assert low == pytest.approx(high, rel=1.1e-4)


def test_a_measurement_that_hangs_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        child("timeit", ["-n", "1000000000000", "pass"], wall=1.0)


def test_a_measurement_that_fails_says_why_and_one_at_the_wall_counts_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    task = {**{k: v for k, v in row("ours", 0).items() if k in ("family", "projects", "seed", "peer", "gap", "repeat", "limit")}, "store": "", "warm": False}

    def fails(*_a: Any) -> dict[str, Any]:
        raise RuntimeError("exit 1\nMemoryError")

    monkeypatch.setattr(peers, "child", fails)
    failed = peers.taken(task)
    assert "MemoryError" in failed["error"]
    assert not failed["proven"]

    def hangs(*_a: Any) -> dict[str, Any]:
        raise subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(peers, "child", hangs)
    ended = peers.taken(task)
    assert ended["error"] is None
    assert ratios.counted(ended) == 60.0


def test_a_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def taken(task: dict[str, Any]) -> dict[str, Any]:
        made.append(task["peer"])
        return row(task["peer"], 1.0) | task | {"sources": peers.sources(task["peer"])}

    monkeypatch.setattr(peers, "taken", taken)
    path = tmp_path / "peers.jsonl"
    ours, plain = row("ours", 0), row("pyomo_highs", 0)
    first = peers.Ledger(path, False, False)
    kept = [first.get(ours), first.get(plain), first.get(ours)]
    assert made == ["ours", "pyomo_highs"]
    again = peers.Ledger(path, True, False)
    assert [again.get(ours), again.get(plain)] == kept[:2]
    assert made == ["ours", "pyomo_highs"]
    assert again.get(ours | {"limit": 30.0})["limit"] == 30.0  # another limit is another measurement
    lines = [json.loads(line) | {"sources": "older"} for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(r) + "\n" for r in lines), encoding="utf-8")
    assert peers.Ledger(path, True, False).rows == {}
    assert {r["peer"] for r in peers.Ledger(path, True, True).rows.values()} == {"pyomo_highs"}
    peers.Ledger(path, False, False)
    assert not path.exists()


def test_sources_of_ours_and_of_peers_differ_by_what_their_time_depends_on() -> None:
    found = {name: peers.sources(name) for name in peers.peers()}
    assert len(set(found.values())) == len(found)
    assert found == {name: peers.sources(name) for name in peers.peers()}


def test_an_absent_peer_is_named_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(peers.peers()["scip"], "MODULE", "no_such_solver")
    measured: list[str] = []

    def taken(task: dict[str, Any]) -> dict[str, Any]:
        measured.append(task["peer"])
        return row(task["peer"], 1.0) | task | {"sources": ""}

    monkeypatch.setattr(peers, "taken", taken)
    assert peers.main(["--smoke", "--out", str(tmp_path), "--peers", "scip", "pyomo_highs"]) == 0
    said = capsys.readouterr().out
    told = json.loads(said.splitlines()[-1])
    assert "scip" in told["absent"]
    assert "absent: scip" in said
    assert set(measured) == {"ours", "pyomo_highs"}
    assert told["vs_scip"] == {}


def test_contradictions_end_with_exit_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(peers, "taken", lambda t: row(t["peer"], 1.0, **({"bound": 90.0, "objective": 90.0} if t["peer"] == "ours" else {})) | t | {"sources": ""})
    assert peers.main(["--smoke", "--out", str(tmp_path), "--peers", "pyomo_highs"]) == 1
    assert "FAILED" in capsys.readouterr().err


def test_the_sample_of_a_sweep_meets_every_level() -> None:
    cases = [(c, w) for c in sweep.CAPS for w in sweep.WEIGHTS]
    assert len(cases) == 50
    sample = sweep.sampled(cases, 5)
    assert len(set(sample)) == 10
    assert {c for c, _w in sample} == set(sweep.CAPS)
    assert {w for _c, w in sample} == set(sweep.WEIGHTS)
    assert sweep.sampled(cases, 1) == cases


# -- smoke runs --------------------------------------------------------------------------------------------------------


def smoke(subject: str, out: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", subject, "--smoke", "--out", str(out)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert json.loads((out / f"{subject}.json").read_text(encoding="utf-8")) == told
    assert (out / f"{subject}.png").read_bytes().startswith(b"\x89PNG")
    assert told["machine"]["versions"]["highspy"]
    return told


def test_smoke_of_peers(tmp_path: Path) -> None:
    told = smoke("peers", tmp_path)
    sizes = {str(n) for n in peers.SMOKE}
    for name in PRESENT:
        if name != "ours":
            assert {f: set(by) for f, by in told[f"vs_{name}"].items()} == dict.fromkeys(families.FAMILIES, sizes)
    assert set(told["vs_pyomo_highs_gap0"]) == {str(peers.SMOKE[0])}
    assert "worst_vs_highs" in told
    assert told["disagreements"] == told["errors"] == []
    assert told["absent"] == peers.absent()
    assert set(told["slope"]["policy"]) == {"ours", "pyomo_highs"}


def test_smoke_of_sweep(tmp_path: Path) -> None:
    told = smoke("sweep", tmp_path)
    assert told["speedup"] > 0
    assert told["resolve_share"] > 0
    assert told["sweep"]["cases"] == 4
    assert told["disagreements"] == []


def test_smoke_of_funding(tmp_path: Path) -> None:
    told = smoke("funding", tmp_path)
    assert told["speedup"] > 0
    assert (told["cases"], told["with_a_plan"], told["sample"]) == (4, 4, 2)
    assert told["disagreements"] == told["failed"] == []


def test_smoke_of_growth(tmp_path: Path) -> None:
    told = smoke("growth", tmp_path)
    assert told["solve_slope"] is not None
    assert told["auto_slope"] is not None


def test_subjects_are_listed() -> None:
    done = subprocess.run([sys.executable, "-m", "benchmarks"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    names = {line.split()[0] for line in done.stdout.splitlines()}
    assert {"growth", "peers", "sweep", "funding"} <= names
    assert not any(n.startswith("peer_") or n in ("families", "ratios", "common") for n in names)
