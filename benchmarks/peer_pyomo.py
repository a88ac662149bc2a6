"""Plain Pyomo with its appsi_highs interface on the full form."""

from __future__ import annotations

from renewal_opt.problem import Problem

from .common import Answer, Clock

NAME, TITLE, MODULE = "pyomo_highs", "Pyomo + appsi_highs", "pyomo"
COUNTED = "building the Pyomo model (by our build_model), appsi_highs' loading, HiGHS, values loaded back"


def run(problem: Problem, gap: float, seconds: float) -> Answer:
    """Build the full model and solve it; what is left of `seconds` after building is the solver's limit."""
    from pyomo.contrib.appsi.base import TerminationCondition
    from pyomo.contrib.appsi.solvers import Highs

    from renewal_opt.model.build import build_model

    clock = Clock()
    with clock.step("build"):
        model = build_model(problem)
    solver = Highs()
    solver.config.load_solution = False
    solver.config.mip_gap = gap
    solver.highs_options = {"threads": 1}
    solver.config.time_limit = max(1.0, seconds - clock.seconds["build"])
    with clock.step("solve"):  # appsi_highs' loading included
        results = solver.solve(model)
        if results.best_feasible_objective is not None:
            results.solution_loader.load_vars()
    unit = float(model.gain_unit)
    value, bound = results.best_feasible_objective, results.best_objective_bound
    return Answer(
        clock.seconds,
        results.termination_condition.name,
        results.termination_condition == TerminationCondition.optimal,
        None if value is None else value * unit,
        None if bound is None else bound * unit,
    )
