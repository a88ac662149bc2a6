"""Build, compile, load and solve time and memory as the library grows, beside appsi_highs and numpy + highspy.

Every size is measured in a process of its own, the ways one after the other on the same tables and the same matrix:
ours (Pyomo, compiled to arrays, one HiGHS session, whole money), plain Pyomo with its appsi_highs interface, and the bare
arrays given to highspy; `auto` is the whole way from the tables to whole money as the scenario's defaults go.
`non_solver_share` is everything that is not HiGHS's own run (screening, scoring, tables, Pyomo, compile, load, allotment,
assembly, exact re-check) over the whole of the full form; `load_vs_appsi` is compile + load over appsi_highs' own loading
of the same Pyomo model; `solve_slope` and `auto_slope` are slopes of log seconds over log projects.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from .common import Clock, child, finish, instance, machine, slope, table
from .peer_numpy import solve

SIZES = (100, 300, 1_000, 2_000, 5_000, 10_000, 20_000)
SMOKE = (40, 80)


def measure(projects: int, seed: int, seconds: float) -> dict[str, Any]:
    """Measure one size; returns seconds by step, memory, and the two peers."""
    from renewal_opt.allot import allot
    from renewal_opt.analysis.annual import options_of
    from renewal_opt.analysis.assemble import assemble
    from renewal_opt.analysis.portfolio import Portfolio, objective_of, proven_bound, stopped_by
    from renewal_opt.analysis.settling import opened_at
    from renewal_opt.io.load import Inputs
    from renewal_opt.model.build import build_model, plan_rows
    from renewal_opt.model.compile import compile_model
    from renewal_opt.problem import build_problem
    from renewal_opt.scoring import score
    from renewal_opt.screening import screen
    from renewal_opt.solver import HighsSession
    from renewal_opt.verify import verify_plan

    policy, library, scenario = instance(projects, seed)
    process = psutil.Process()
    before = process.memory_info().rss
    clock = Clock()
    with clock.step("tables"):
        screened = screen(policy, library, scenario.plan_year)
        problem = build_problem(policy, library, scenario, screened, score(policy, library, scenario))
        rows = plan_rows(problem)
    with clock.step("build"):
        model = build_model(problem)
    with clock.step("compile"):
        matrices = compile_model(model)
    options = replace(options_of(scenario), seconds=seconds)
    with clock.step("load"):
        session = HighsSession(matrices)
    with clock.step("highs"):
        result = session.solve(options)
    memory = process.memory_info().rss - before
    if result.x is None:
        raise RuntimeError(f"{projects} projects: {result.status}")
    with clock.step("money"):
        chosen = (result.x[matrices.col_slice("x")] > 0.5).tolist()
        answer = allot(problem, chosen, rows, replace(options, seconds=60.0, gap=0.0))
    if answer.money is not None:
        opened = opened_at(matrices, result.x)
        with clock.step("plan"):
            value = objective_of(problem, chosen, opened)
            bound = proven_bound(problem, result, value, model.gain_unit)
            portfolio = Portfolio(chosen, answer.money, opened, value, bound, stopped_by(result), rows=rows)
            plan = assemble(Inputs(policy, library, scenario), problem, portfolio, {}, ())
        with clock.step("verify"):
            broken = [f"{b.family} {b.row}: {b.kind}, found {b.found}, expected {b.expected}" for r in verify_plan(plan, policy, library, scenario) for b in r.breaches]
        if broken:
            raise RuntimeError(f"{projects} projects: the plan fails {broken[:5]}")
    return {
        "projects": projects, "seed": seed, "columns": matrices.n_cols, "rows": matrices.n_rows, "nonzeros": matrices.nnz,
        "steps": clock.seconds, "memory_mib": memory / 2**20, "status": result.status.value, "gap": result.gap,
        "funded": answer.money is not None, "appsi": _appsi(problem, seconds), "numpy": _numpy(matrices, seconds),
        "auto": _auto(problem, options),
    }  # fmt: skip


def _appsi(problem: Any, seconds: float) -> dict[str, float]:
    """Plain Pyomo with appsi_highs: build, its loading of the model, the whole solve call."""
    from pyomo.contrib.appsi.solvers import Highs

    from renewal_opt.model.build import build_model

    clock = Clock()
    with clock.step("build"):
        model = build_model(problem)
    solver = Highs()
    solver.config.load_solution = False
    solver.config.time_limit = seconds
    solver.config.mip_gap = 1e-4
    with clock.step("load"):
        solver.set_instance(model)
    with clock.step("solve"):
        solver.solve(model)
    return clock.seconds


def _numpy(matrices: Any, seconds: float) -> dict[str, float]:
    """The same arrays given to highspy without anything of ours."""
    return solve(matrices, 1.0, 1e-4, seconds).steps


def _auto(problem: Any, options: Any) -> dict[str, Any]:
    """The whole way from the tables to whole money, as `funding: auto` and `strategy: auto` go."""
    from renewal_opt.analysis.portfolio import solve_portfolio
    from renewal_opt.errors import SolverError

    scenario = problem.scenario.model_copy(update={"funding": "auto", "strategy": "auto"})
    began = time.perf_counter()
    try:
        portfolio = solve_portfolio(replace(problem, scenario=scenario), options)
    except SolverError as error:
        return {"seconds": time.perf_counter() - began, "stopped": f"no plan: {error}", "proven": False}
    taken = time.perf_counter() - began
    return {
        "seconds": taken, "stopped": portfolio.stopped, "proven": portfolio.stopped in ("gap", "optimal"),
        "funding": portfolio.way.funding, "strategy": portfolio.way.strategy,
    }  # fmt: skip


def summary(row: dict[str, Any]) -> dict[str, float]:
    """Return the shares and ratios of one measurement."""
    steps, appsi, bare = row["steps"], row["appsi"], row["numpy"]
    whole = sum(steps.values())
    ours = sum(steps[k] for k in ("build", "compile", "load", "highs"))
    return {
        "non_solver_share": (whole - steps["highs"]) / whole,
        "load_vs_appsi": (steps["compile"] + steps["load"]) / appsi["load"],
        "whole_vs_appsi": ours / sum(appsi.values()),
        "whole_vs_numpy": ours / sum(bare.values()),
    }


def picture(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw time by step and memory against the number of projects, log-log, with the fitted slope."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    sizes = [r["projects"] for r in rows]
    for step in ("tables", "build", "compile", "load", "highs", "money", "plan", "verify"):
        left.plot(sizes, [r["steps"].get(step, math.nan) for r in rows], marker="o", label=step)
    left.plot(sizes, [r["appsi"]["load"] for r in rows], marker="x", linestyle="--", color="grey", label="appsi_highs load")
    left.plot(sizes, [r["auto"]["seconds"] for r in rows], marker="s", color="black", label="auto: tables to whole money")
    left.set(xscale="log", yscale="log", xlabel="projects", ylabel="seconds", title="time by step, funding: full; and strategy: auto")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=8)
    right.plot(sizes, [r["memory_mib"] for r in rows], marker="o")
    right.set(xscale="log", yscale="log", xlabel="projects", ylabel="MiB", title="memory of tables, model, matrices and solve")
    for axes in (left, right):
        axes.grid(visible=True, which="both", alpha=0.25)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def main(argv: list[str]) -> int:
    """Run the benchmark; the last line on stdout is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of projects")
    parser.add_argument("--seed", type=int, default=1, help="seed of the synthetic library")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of each solve")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON and PNG")
    parser.add_argument("--smoke", action="store_true", help="two small sizes, under a minute")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.one is not None:
        print(json.dumps(measure(options.one, options.seed, options.seconds)))
        return 0
    sizes = list(SMOKE) if options.smoke else options.sizes
    limit = min(options.seconds, 5.0) if options.smoke else options.seconds
    rows: list[dict[str, Any]] = []
    began = time.perf_counter()
    for size in sizes:
        rows.append(child("benchmarks.growth", ["--one", str(size), "--seed", str(options.seed), "--seconds", str(limit)]))
        print(f"{size} projects measured after {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    shown = []
    for row in rows:
        s, steps = summary(row), row["steps"]
        shown.append(
            [row["projects"], row["columns"], row["rows"], steps["tables"], steps["build"], steps["compile"], steps["load"], steps["highs"],
             steps["money"], steps.get("plan", math.nan), steps.get("verify", math.nan), row["memory_mib"], row["gap"], row["auto"]["seconds"],
             s["non_solver_share"], s["load_vs_appsi"], s["whole_vs_appsi"], s["whole_vs_numpy"]]
        )  # fmt: skip
    headers = ["projects", "columns", "rows", "tables", "build", "compile", "load", "HiGHS", "money", "plan", "verify", "MiB", "gap", "auto",
               "not HiGHS", "load/appsi", "whole/appsi", "whole/numpy"]  # fmt: skip
    print(table(headers, shown))
    slopes = {name: slope(sizes, seconds) for name, seconds in {"full": [r["steps"]["highs"] for r in rows], "auto": [r["auto"]["seconds"] for r in rows]}.items()}
    slopes = {name: None if value is None else round(value, 3) for name, value in slopes.items()}
    print(f"log-log slope of solve time: HiGHS on the full form {slopes['full']}, strategy auto (tables to whole money) {slopes['auto']}; where the limit is met, a floor")
    picture(rows, options.out / "growth.png")
    finish(
        "growth", options.out,
        {
            "non_solver_share": {str(r["projects"]): round(summary(r)["non_solver_share"], 4) for r in rows},
            "load_vs_appsi": {str(r["projects"]): round(summary(r)["load_vs_appsi"], 4) for r in rows},
            "whole_vs_appsi": {str(r["projects"]): round(summary(r)["whole_vs_appsi"], 4) for r in rows},
            "whole_vs_numpy": {str(r["projects"]): round(summary(r)["whole_vs_numpy"], 4) for r in rows},
            "solve_slope": slopes["full"], "auto_slope": slopes["auto"], "seed": options.seed, "seconds": limit, "machine": machine(), "rows": rows,
        },
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
