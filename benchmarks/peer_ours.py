"""This package: `analysis.portfolio.solve_portfolio`, with whole money, as the scenario's `funding` and `strategy` say."""

from __future__ import annotations

import time
from typing import Any

from renewal_opt.domain import Library, Policy, Scenario
from renewal_opt.problem import Problem

from .common import Answer

NAME, TITLE, MODULE = "ours", "renewal_opt", "renewal_opt"
COUNTED = "everything from the tables to the plan in whole money, Pyomo's building included"

#: the portfolio behind the last answer, for `check`
_last: dict[str, Any] = {}


def run(problem: Problem, gap: float, seconds: float) -> Answer:
    """Solve a problem to a proven portfolio with whole money."""
    from renewal_opt.analysis.portfolio import solve_portfolio
    from renewal_opt.errors import SolverError
    from renewal_opt.solver import SolveOptions

    _last.clear()
    began = time.perf_counter()
    try:
        portfolio = solve_portfolio(problem, SolveOptions(gap=gap, seconds=seconds, threads=1))
    except SolverError as error:
        return Answer({"all": time.perf_counter() - began}, f"no plan: {error}", False, None, None)
    steps = {"all": time.perf_counter() - began}
    _last["portfolio"] = portfolio
    value, bound = float(portfolio.objective), portfolio.bound
    ended = portfolio.stopped in ("gap", "optimal")
    if ended and (bound is None or bound - value > (gap + 1e-6) * abs(value)):
        raise RuntimeError(f"the plan says {portfolio.stopped} at {value} with bound {bound}, asked gap {gap}")
    way = getattr(portfolio, "way", None)
    status = portfolio.stopped if way is None else f"{portfolio.stopped} ({way.funding}, {way.strategy})"
    return Answer(steps, status, ended, value, bound)


def check(problem: Problem, inputs: tuple[Policy, Library, Scenario]) -> None:
    """Re-check the last plan exactly, outside the time measured.

    Raises
    ------
    RuntimeError
        When a rule does not hold.
    """
    from renewal_opt.analysis.assemble import assemble
    from renewal_opt.io.load import Inputs
    from renewal_opt.verify import verify_plan

    if "portfolio" not in _last:
        return
    policy, library, scenario = inputs
    plan = assemble(Inputs(policy, library, scenario), problem, _last["portfolio"], {}, ())
    broken = [f"{b.family} {b.row}: {b.kind}" for r in verify_plan(plan, policy, library, scenario) for b in r.breaches]
    if broken:
        raise RuntimeError(f"the plan fails the exact re-check: {broken[:5]}")
