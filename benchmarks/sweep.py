"""Scenarios by the dozen, and a weight that is dragged, beside building and solving each with Pyomo + appsi_highs.

`speedup`: 50 scenarios (5 levels of all caps x 10 weights of one criterion) on one library. Ours is the wall time of
`analysis.sweep` on a pool of spawned processes, with all that belongs to it: starting the processes, the solve that all
cases start from, screening, scores, tables, solves, whole money, exact re-check, plan files. The peer gets the tables of
each case before its clock starts, and builds and solves it on the same number of processes; it is measured on a sample
(one of every `--every` cases), and its wall time is the mean of those x cases / processes. Its unproven answers count as
the limit.

`resolve_share`: median over changes of weights of the seconds of a re-solve over those of appsi_highs' cold solve of the
same tables. Two ways to re-solve are measured, `living` (a `LivingPlan` that is patched: the full form, its money the
solver's) and `state` (`solve_portfolio` from the state of the solve before, whole money included); the better median is
the share, and both are told.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from renewal_opt.domain import Scenario
from renewal_opt.problem import Problem

from . import families, ratios
from .common import child, finish, machine, table

#: factors on all caps; above 1, as the caps of an instance leave carry-overs just their money
CAPS = ("1", "1.04", "1.08", "1.12", "1.16")
WEIGHTS = ("0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.5", "0.6")
SMOKE_CAPS, SMOKE_WEIGHTS = ("1", "1.1"), ("0.2", "0.4")
#: factors on one criterion's weight, one change after the other
DRAG = ("1.1", "1.3", "1.6", "2", "1.5", "0.8", "0.6", "0.4", "0.7", "1.2")

Row = dict[str, Any]
T = TypeVar("T")


# -- 50 scenarios ------------------------------------------------------------------------------------------------------


def sweep(options: argparse.Namespace, caps: Sequence[str], weights: Sequence[str]) -> Row:
    """Run the sweep and the sample of the peer; return both walls and the cases."""
    from renewal_opt.analysis.sweep.run import prepare, run_sweep
    from renewal_opt.workers import processes

    with tempfile.TemporaryDirectory() as name:
        scenario = families.write(options.family, options.projects, options.seed, Path(name))
        grid = [f"caps={','.join(caps)}", f"weights.{criterion()}={','.join(weights)}"]
        solver = {"gap": Decimal(repr(options.gap)), "seconds": Decimal(repr(options.seconds))}
        began = time.perf_counter()
        checked = prepare([scenario], Path(name) / "out", grid=grid, solver=solver)
        reading = time.perf_counter() - began
        began = time.perf_counter()
        done = run_sweep(checked, processes(options.workers))
        wall = time.perf_counter() - began
        print(f"ours: {len(done.entries)} cases in {wall:.1f} s", file=sys.stderr, flush=True)
        failed = [f"{e.name}: {e.status} {e.why}" for e in done.entries if e.status != "solved"]
        ours = [_ours(e, options.gap) for e in done.entries]
        sample = sampled(checked.cases, 1 if options.all else options.every)
        packed = [(c.name, pickle.dumps(c.inputs, protocol=5), options.gap, options.seconds) for c in sample]
        with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
            peers = list(pool.map(peer, packed))
    counted = [ratios.counted(p) for p in peers]
    peer_wall = sum(counted) / len(counted) * len(ours) / options.workers
    return {
        "cases": len(ours), "processes": options.workers, "grid": grid, "reading": reading, "wall": wall, "sample": len(peers),
        "peer_wall": peer_wall, "speedup": peer_wall / wall, "ours": ours, "peer": peers, "failed": failed,
        "unproven": sum(not r["proven"] for r in ours), "peer_unproven": sum(not r["proven"] for r in peers),
    }  # fmt: skip


def sampled(cases: Sequence[T], every: int) -> list[T]:
    """Return one of every so many cases, at places that shift, so that all levels of a grid come up."""
    at = range(0, len(cases), every)
    return [cases[min(i + k % every, len(cases) - 1)] for k, i in enumerate(at)]


def criterion() -> str:
    """Return the criterion whose weight is changed: the last of the policy."""
    from renewal_opt.io.policy import load_policy

    return list(load_policy(families.folder()).policy.criteria)[-1]


def _ours(entry: Any, gap: float) -> Row:
    value = float(Fraction(entry.objective)) if entry.objective else None
    proven = entry.stopped in ("gap", "optimal")
    return {"case": entry.name, "seconds": entry.seconds, "solver_seconds": entry.solver_seconds, "proven": proven, "objective": value, "bound": entry.bound}


def peer(packed: tuple[str, bytes, float, float]) -> Row:
    """Build and solve one case with Pyomo + appsi_highs; runs in a worker."""
    from renewal_opt.analysis.annual import make_problem

    from .peer_pyomo import run

    name, data, gap, seconds = packed
    problem = make_problem(pickle.loads(data))
    row = run(problem, gap, seconds).row()
    print(f"peer: {name} {sum(row['steps'].values()):.1f} s", file=sys.stderr, flush=True)
    return row | {"case": name, "seconds": sum(row["steps"].values()), "limit": seconds}


# -- a weight that is dragged ------------------------------------------------------------------------------------------


def living(first: Problem, gap: float, seconds: float) -> Callable[[Problem], Row]:
    """Return what re-solves in a patched session; the first problem is solved here."""
    from renewal_opt.analysis.living import LivingPlan
    from renewal_opt.solver import SolveOptions

    options = SolveOptions(gap=gap, seconds=seconds, threads=1)
    plan = LivingPlan(first)
    known = plan.answer(plan.solve(options))

    def again(problem: Problem) -> Row:
        nonlocal known
        began = time.perf_counter()
        rebuilt = plan.move_to(problem)
        known = plan.answer(plan.solve(options, start=known.starts.items() if known is not None else None)) or known
        took = time.perf_counter() - began
        assert known is not None
        proven = known.stopped in ("gap", "optimal")
        return {"seconds": took, "proven": proven, "objective": float(known.objective), "bound": known.bound, "status": known.stopped, "rebuilt": [str(r) for r in rebuilt]}

    return again


def from_state(first: Problem, gap: float, seconds: float) -> Callable[[Problem], Row]:
    """Return what re-solves from the state of the solve before."""
    from renewal_opt.analysis.portfolio import solve_portfolio
    from renewal_opt.solver import SolveOptions

    options = SolveOptions(gap=gap, seconds=seconds, threads=1)
    known = solve_portfolio(first, options)

    def again(problem: Problem) -> Row:
        nonlocal known
        began = time.perf_counter()
        known = solve_portfolio(problem, options, state=known.state)
        took = time.perf_counter() - began
        return {"seconds": took, "proven": known.stopped in ("gap", "optimal"), "objective": float(known.objective), "bound": known.bound, "status": known.stopped}

    return again


def cold(first: Problem, gap: float, seconds: float) -> Callable[[Problem], Row]:
    """Return what builds and solves anew with Pyomo + appsi_highs."""
    from .peer_pyomo import run

    run(first, 0.01, 5.0)  # so that no import counts

    def again(problem: Problem) -> Row:
        row = run(problem, gap, seconds).row()
        return row | {"seconds": sum(row["steps"].values())}

    return again


RESOLVERS = {"living": living, "state": from_state, "cold": cold}


def resolve(task: Row) -> list[Row]:
    """Re-solve after each change of weights, one way, in this process."""
    policy, library, scenario = families.inputs(task["family"], task["projects"], task["seed"])
    again = RESOLVERS[task["way"]](families.tables(policy, library, scenario), task["gap"], task["seconds"])
    name, out = criterion(), []
    for factor in DRAG[: task["changes"]]:
        began = time.perf_counter()
        problem = families.tables(policy, library, changed(scenario, name, Decimal(factor) * policy.criteria[name].weight))
        tables = time.perf_counter() - began
        out.append(again(problem) | {"change": factor, "tables": tables, "limit": task["seconds"]})
    return out


def changed(scenario: Scenario, name: str, weight: Decimal) -> Scenario:
    """Return the scenario with one criterion's weight changed."""
    return scenario.model_copy(update={"weights": {**(scenario.weights or {}), name: weight}})


def drag(options: argparse.Namespace, changes: int) -> Row:
    """Measure all ways to re-solve, each in a process of its own, and the share of the cold solve that each takes."""
    task = {"family": options.family, "projects": options.projects, "seed": options.seed, "gap": options.gap, "seconds": options.seconds, "changes": changes}
    wall = 120 + options.projects / 10 + (changes + 1) * 2 * options.seconds
    rows: dict[str, list[Row]] = {}
    for way in RESOLVERS:
        rows[way] = child("benchmarks.sweep", ["--one", json.dumps(task | {"way": way})], wall)["rows"]
        print(f"{way}: {', '.join(format(ratios.counted(r), '.2f') for r in rows[way])} s", file=sys.stderr, flush=True)
    shares = {
        way: median(ratios.counted(a) / ratios.counted(b) for a, b in zip(rows[way], rows["cold"], strict=True)) for way in RESOLVERS if way != "cold"
    }
    return {"shares": shares, "tables": median(r["tables"] for r in rows["cold"]), "rows": rows}


# -- the subject -------------------------------------------------------------------------------------------------------


def contradictions(swept: Row, dragged: Row) -> list[str]:
    """Return the cases and changes in which one way's plan is better than a bound that the other has proven."""
    groups = [("case", [(ratios.OURS, swept["ours"]), (ratios.PLAIN, swept["peer"])]), ("change", list(dragged["rows"].items()))]
    rows = [r | {"family": f"{word} {r[word]}", "projects": 0, "seed": 0, "peer": way} for word, parts in groups for way, part in parts for r in part]
    return ratios.disagreements(rows)


def picture(swept: Row, dragged: Row, path: Path) -> None:
    """Draw seconds a case, ours beside the peer's sample, and seconds a change by way."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    place = {r["case"]: i for i, r in enumerate(swept["ours"], start=1)}
    left.plot(list(place.values()), [r["seconds"] for r in swept["ours"]], "o", label="renewal_opt, whole case")
    left.plot([place[r["case"]] for r in swept["peer"]], [ratios.counted(r) for r in swept["peer"]], "x", color="grey", label="Pyomo + appsi_highs, build and solve")
    left.set(xlabel="case", ylabel="seconds in its process", yscale="log", title=f"{swept['cases']} scenarios: appsi_highs takes {swept['speedup']:.1f} times the wall time")
    for way, rows in dragged["rows"].items():
        share = dragged["shares"].get(way)
        label = "cold, appsi_highs" if share is None else f"{way}, median share {share:.3f}"
        right.plot([r["change"] for r in rows], [ratios.counted(r) for r in rows], marker="x" if share is None else "o", linestyle="--" if share is None else "-", label=label)
    right.set(xlabel="change: factor on one weight", ylabel="seconds", yscale="log", title="a re-solve after a change of weights")
    for axes in (left, right):
        axes.grid(visible=True, which="both", alpha=0.25)
        axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def main(argv: list[str]) -> int:
    """Run the benchmark; the last line on stdout is one JSON object. Exit 1 when answers contradict or a case failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=families.FAMILIES, default="policy", help="family of the instance")
    parser.add_argument("--projects", type=int, default=1_000, help="number of projects")
    parser.add_argument("--seed", type=int, default=1, help="seed of the instance")
    parser.add_argument("--workers", type=int, default=2, help="number of processes, for both")
    parser.add_argument("--every", type=int, default=5, help="the peer solves one of so many cases, at shifting places")
    parser.add_argument("--all", action="store_true", help="the peer solves all cases")
    parser.add_argument("--changes", type=int, default=len(DRAG), help=f"changes of weights, at most {len(DRAG)}")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of each solve; unproven answers count as this")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON and PNG")
    parser.add_argument("--smoke", action="store_true", help="60 projects, 4 cases, 2 changes, under a minute")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.one is not None:
        print(json.dumps({"rows": resolve(json.loads(options.one))}))
        return 0
    caps, weights, changes = CAPS, WEIGHTS, options.changes
    if options.smoke:
        caps, weights, changes, options.projects, options.every, options.seconds = SMOKE_CAPS, SMOKE_WEIGHTS, 2, 60, 2, 10.0
    swept = sweep(options, caps, weights)
    dragged = drag(options, changes)
    told = f"{options.family}, {options.projects} projects, seed {options.seed}, gap {options.gap:g}, limit {options.seconds:g} s, {options.workers} processes"
    print(told)
    print(table(
        ["cases", "ours wall", "unproven", "peer wall", "of a sample of", "unproven", "speedup"],
        [[swept["cases"], swept["wall"], swept["unproven"], swept["peer_wall"], swept["sample"], swept["peer_unproven"], swept["speedup"]]],
    ))  # fmt: skip
    print(table(
        ["change", *RESOLVERS, "tables"],
        [[c["change"], *(ratios.counted(dragged["rows"][w][i]) for w in RESOLVERS), c["tables"]] for i, c in enumerate(dragged["rows"]["cold"])],
    ))  # fmt: skip
    print(f"median share of the cold solve: {', '.join(f'{k} {v:.3f}' for k, v in dragged['shares'].items())}")
    picture(swept, dragged, options.out / "sweep.png")
    wrong = contradictions(swept, dragged) + swept["failed"]
    for text in wrong:
        print(f"FAILED: {text}", file=sys.stderr)
    finish(
        "sweep", options.out,
        {
            "speedup": round(swept["speedup"], 3), "resolve_share": round(min(dragged["shares"].values()), 4),
            "resolve_shares": {k: round(v, 4) for k, v in dragged["shares"].items()}, "disagreements": wrong,
            "sweep": swept, "resolve": dragged, "family": options.family, "projects": options.projects, "seed": options.seed,
            "gap": options.gap, "seconds": options.seconds, "machine": machine(),
        },
    )  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
