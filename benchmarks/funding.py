"""A stress grid of 100 cases on 1,000 projects, beside 100 cold solves with Pyomo + appsi_highs.

`python -m benchmarks funding [--family F] [--projects N] [--seed S] [--workers W] [--every K | --all] [--smoke] [--out FOLDER]`

Ours: one plan is solved, then `fund stress` solves the scenario anew in every case on `--workers` processes: tables, solve from
the plan, whole money, exact re-check. The wall time is that of `stress` (processes started, cases, answers), the plan's own solve
and the reading of the inputs not counted on either side. The peer builds and solves each case's full model anew to the same gap,
on as many processes; one of every `--every` cases is solved, at shifting places, and its mean stands for all. Cases without a
plan are left out on both sides. Unproven answers of the peer count as the limit.

The last line on stdout is one JSON object: `speedup`, the peer's wall time over ours.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from . import families, ratios
from .common import finish, machine, table
from .sweep import sampled

#: levels of two shocks: a channel cut, and revenue down
CUTS = ("2%", "4%", "6%", "8%", "10%", "12%", "14%", "16%", "18%", "20%")
FALLS = ("5%", "10%", "15%", "20%", "25%", "30%", "35%", "40%", "45%", "50%")
SMOKE = 2
CHANNEL = "special_bond"

Row = dict[str, Any]


def grid(options: argparse.Namespace, cuts: tuple[str, ...], falls: tuple[str, ...]) -> Row:
    """Run the grid and the sample of the peer; return both walls and the cases."""
    from renewal_opt.analysis.fund.stress.run import Asked, stress
    from renewal_opt.analysis.fund.stress.shocks import read_shocks
    from renewal_opt.analysis.fund.target import of_plan, target_of

    with tempfile.TemporaryDirectory() as name:
        scenario = families.write(options.family, options.projects, options.seed, Path(name))
        target = target_of(scenario)
        solver = target.inputs.scenario.solver.model_copy(update={"gap": Decimal(repr(options.gap)), "seconds": Decimal(repr(options.seconds))})
        inputs = replace(target.inputs, scenario=target.inputs.scenario.model_copy(update={"solver": solver}))
        target = of_plan(scenario, inputs, target.plan)
        print(f"plan: {target.plan.objective.seconds:.1f} s, gap {target.plan.objective.gap:.1e}", file=sys.stderr, flush=True)
        first, second = read_shocks([("cut", f"{CHANNEL}={','.join(cuts)}"), ("revenue", ",".join(falls))], inputs.policy.funding)
        cases = tuple((a, b) for a in first for b in second)
        began = time.perf_counter()
        answer = stress(target, Asked(cases, hold=False, again=True, cover=False), workers=options.workers)
        wall = time.perf_counter() - began
        print(f"ours: {len(cases)} cases in {wall:.1f} s", file=sys.stderr, flush=True)
        ours = [_ours(c, options.gap) for c in answer.cases]
        told = [n for n, r in enumerate(ours) if r["status"] == "solved"]
        sample = sampled(told, 1 if options.all else options.every)
        shared = pickle.dumps((target.inputs, target.problem.screened, target.problem.scoring, {}), protocol=5)
        packed = [(shared, cases[n], answer.cases[n].name, options.gap, options.seconds) for n in sample]
        with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
            peers = list(pool.map(peer, packed))
    counted = [ratios.counted(p) for p in peers]
    peer_wall = sum(counted) / len(counted) * len(told) / options.workers
    mine = wall * len(told) / len(ours)
    return {
        "cases": len(ours), "with_a_plan": len(told), "processes": options.workers, "wall": wall, "wall_with_a_plan": mine, "peer_wall": peer_wall,
        "sample": len(peers), "speedup": peer_wall / mine, "ours": ours, "peer": peers, "failed": [r["case"] for r in ours if r["status"] == "failed"],
        "unproven": sum(not r["proven"] for r in ours if r["status"] == "solved"), "peer_unproven": sum(not r["proven"] for r in peers),
    }  # fmt: skip


def _ours(case: Any, gap: float) -> Row:
    best = case.best
    value = None if best.objective is None else float(Fraction(best.objective))
    proven = value is not None and best.bound is not None and best.bound - value <= gap * abs(value) * (1 + 1e-6) + 1e-6
    return {"case": case.name, "status": best.status, "seconds": best.seconds, "proven": proven, "objective": value, "bound": best.bound}


def peer(packed: tuple[bytes, Any, str, float, float]) -> Row:
    """Build and solve one case with Pyomo + appsi_highs; runs in a worker."""
    from renewal_opt.analysis.fund.stress.shocks import shocked
    from renewal_opt.problem import build_problem

    from .peer_pyomo import run

    data, shocks, name, gap, seconds = packed
    inputs, screened, scoring, use = pickle.loads(data)
    inputs, _notes = shocked(inputs, shocks, use)
    row = run(build_problem(inputs.policy, inputs.library, inputs.scenario, screened, scoring), gap, seconds).row()
    took = sum(row["steps"].values())
    print(f"peer: {name} {took:.1f} s", file=sys.stderr, flush=True)
    return row | {"case": name, "seconds": took, "limit": seconds}


def _load() -> float | None:
    """Return how many processes want to run, on average over the last quarter of an hour: what else the machine did meanwhile."""
    return round(os.getloadavg()[2], 2) if hasattr(os, "getloadavg") else None


def contradictions(done: Row) -> list[str]:
    """Return the cases in which one way's plan is better than a bound that the other has proven."""
    parts = [(ratios.OURS, [r for r in done["ours"] if r["status"] == "solved"]), (ratios.PLAIN, done["peer"])]
    rows = [r | {"family": f"case {r['case']}", "projects": 0, "seed": 0, "peer": way} for way, part in parts for r in part]
    return ratios.disagreements(rows)


def picture(done: Row, path: Path) -> None:
    """Draw seconds a case: ours, and the peer's sample."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    place = {r["case"]: i for i, r in enumerate(done["ours"], start=1)}
    axes.plot(list(place.values()), [max(r["seconds"], 1e-3) for r in done["ours"]], "o", label="renewal_opt, solve")
    axes.plot([place[r["case"]] for r in done["peer"]], [ratios.counted(r) for r in done["peer"]], "x", color="grey", label="Pyomo + appsi_highs, build and solve")
    axes.set(xlabel="case", ylabel="seconds in its process", yscale="log", title=f"{done['cases']} stress cases: appsi_highs takes {done['speedup']:.1f} times the wall time")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def main(argv: list[str]) -> int:
    """Run the benchmark; the last line on stdout is one JSON object. Exit 1 when answers contradict or a case failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks funding", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=families.FAMILIES, default="policy", help="family of the instance")
    parser.add_argument("--projects", type=int, default=1_000, help="number of projects")
    parser.add_argument("--seed", type=int, default=1, help="seed of the instance")
    parser.add_argument("--workers", type=int, default=2, help="number of processes, for both")
    parser.add_argument("--every", type=int, default=5, help="the peer solves one of so many cases, at shifting places")
    parser.add_argument("--all", action="store_true", help="the peer solves all cases")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of each solve; unproven answers of the peer count as this")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON and PNG")
    parser.add_argument("--smoke", action="store_true", help="60 projects, 4 cases, under a minute")
    options = parser.parse_args(argv)
    cuts, falls = CUTS, FALLS
    if options.smoke:
        cuts, falls, options.projects, options.every, options.seconds = CUTS[:SMOKE], FALLS[:SMOKE], 60, 2, 10.0
    done = grid(options, cuts, falls)
    print(f"{options.family}, {options.projects} projects, seed {options.seed}, gap {options.gap:g}, limit {options.seconds:g} s, {options.workers} processes")
    print(table(
        ["cases", "with a plan", "ours wall", "unproven", "peer wall", "of a sample of", "unproven", "speedup"],
        [[done[k] for k in ("cases", "with_a_plan", "wall_with_a_plan", "unproven", "peer_wall", "sample", "peer_unproven", "speedup")]],
    ))  # fmt: skip
    picture(done, options.out / "funding.png")
    wrong = contradictions(done) + done["failed"]
    for text in wrong:
        print(f"FAILED: {text}", file=sys.stderr)
    finish(
        "funding", options.out,
        done | {
            "speedup": round(done["speedup"], 3), "disagreements": wrong, "family": options.family, "projects": options.projects, "seed": options.seed,
            "gap": options.gap, "seconds": options.seconds, "load": _load(), "machine": machine(),
        },
    )  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
