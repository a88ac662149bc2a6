"""The arrays of the full form given to highspy, without anything of ours around it."""

from __future__ import annotations

from typing import Any

from renewal_opt.model.matrices import Matrices
from renewal_opt.problem import Problem

from .common import Answer, Clock, compiled

NAME, TITLE, MODULE = "numpy", "numpy + highspy", "highspy"
COUNTED = "loading the arrays, which are there before the clock starts, and HiGHS"


def run(problem: Problem, gap: float, seconds: float) -> Answer:
    """Solve the compiled full form."""
    return solve(*compiled(problem), gap, seconds)


def solve(matrices: Matrices, unit: float, gap: float, seconds: float) -> Answer:
    """Load arrays and run HiGHS.

    Parameters
    ----------
    matrices : Matrices
    unit : float
        What the objective is multiplied with.
    gap, seconds : float
        Relative gap and time limit.
    """
    import highspy

    clock = Clock()
    with clock.step("load"):
        highs = quiet()
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("time_limit", seconds)
        highs.setOptionValue("threads", 1)
        highs.passModel(arrays(matrices))
    with clock.step("solve"):
        highs.run()
    info, status = highs.getInfo(), highs.getModelStatus()
    solved = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return Answer(
        clock.seconds,
        highs.modelStatusToString(status),
        status == highspy.HighsModelStatus.kOptimal,
        info.objective_function_value * unit if solved else None,
        info.mip_dual_bound * unit,
    )


def quiet() -> Any:
    """Return a Highs instance that prints no banner."""
    from renewal_opt.solver.run import QuietHighs

    highs = QuietHighs()
    highs.setOptionValue("output_flag", False)
    return highs


def arrays(matrices: Matrices) -> Any:
    """Return the arrays as a HighsLp."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrices.n_cols, matrices.n_rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = matrices.col_cost, matrices.col_lower, matrices.col_upper
    lp.row_lower_, lp.row_upper_ = matrices.row_lower, matrices.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrices.start, matrices.index, matrices.value
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole if k else real for k in matrices.integrality.tolist()]
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.offset_ = matrices.offset
    return lp
