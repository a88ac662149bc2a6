"""linopy with the same arrays and HiGHS.

linopy holds a constraint as a rectangle of terms, so rows are grouped by their number of terms, rounded up to a power
of two, and padded; a rectangle over all rows would be as wide as the longest cap.
"""

from __future__ import annotations

from typing import Any

from renewal_opt.model.matrices import Matrices
from renewal_opt.problem import Problem

from .common import Answer, Clock, compiled

NAME, TITLE, MODULE = "linopy", "linopy", "linopy"
COUNTED = "building the linopy model from arrays that are there before the clock starts, its loading, and HiGHS"


def run(problem: Problem, gap: float, seconds: float) -> Answer:
    """Build a linopy model of the compiled full form and solve it with HiGHS on one thread."""
    import highspy
    import linopy  # noqa: F401  # imported before the clock starts
    import scipy.sparse  # noqa: F401

    matrices, unit = compiled(problem)
    clock = Clock()
    with clock.step("build"):
        model = build(matrices)
    with clock.step("solve"):
        left = max(1.0, seconds - clock.seconds["build"])
        model.solve("highs", io_api="direct", mip_rel_gap=gap, time_limit=left, threads=1, output_flag=False, log_to_console=False)
    highs = model.solver_model
    info, status = highs.getInfo(), highs.getModelStatus()
    solved = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return Answer(
        clock.seconds,
        highs.modelStatusToString(status),
        status == highspy.HighsModelStatus.kOptimal,
        (info.objective_function_value + matrices.offset) * unit if solved else None,
        (info.mip_dual_bound + matrices.offset) * unit,
    )


def build(matrices: Matrices) -> Any:
    """Return the arrays as a linopy model; the objective's constant stays outside."""
    import numpy as np
    import scipy.sparse as sp
    from linopy import Model

    model = Model()
    label = np.zeros(matrices.n_cols, dtype=np.int64)
    kinds = [(name, np.flatnonzero(matrices.integrality == integer), integer) for name, integer in (("whole", True), ("real", False))]
    for name, at, integer in kinds:
        if len(at):
            variable = model.add_variables(matrices.col_lower[at], matrices.col_upper[at], name=name, dims=["column"], integer=integer)
            label[at] = variable.labels.values
    rows = sp.csc_matrix((matrices.value, matrices.index, matrices.start), shape=(matrices.n_rows, matrices.n_cols)).tocsr()
    count = np.diff(rows.indptr)
    width = np.where(count > 0, 2 ** np.ceil(np.log2(np.maximum(count, 1))).astype(np.int64), 0)
    for w in np.unique(width[width > 0]).tolist():
        block = np.flatnonzero(width == w)
        inside = np.arange(w) < count[block][:, None]
        at = (rows.indptr[block][:, None] + np.arange(w))[inside]
        terms, coefs = np.full(inside.shape, -1), np.full(inside.shape, np.nan)
        terms[inside], coefs[inside] = label[rows.indices[at]], rows.data[at]
        _add(model, terms, coefs, matrices.row_lower[block], matrices.row_upper[block], f"rows_{w}")
    used = np.flatnonzero(matrices.col_cost)
    model.add_objective(_expression(model, label[used][None, :], matrices.col_cost[used][None, :]).sum(), sense="max")
    return model


def _expression(model: Any, terms: Any, coefs: Any) -> Any:
    import numpy as np
    import xarray as xr
    from linopy import LinearExpression

    dims = ["row", "_term"]
    data = {"coeffs": (dims, coefs), "vars": (dims, terms), "const": (["row"], np.zeros(len(terms)))}
    return LinearExpression(xr.Dataset(data, coords={"row": np.arange(len(terms))}), model)


def _add(model: Any, terms: Any, coefs: Any, lower: Any, upper: Any, name: str) -> None:
    """Add rows: equal sides as one row, each finite side of the others as one."""
    import numpy as np

    same = lower == upper
    for sign, side, at in (("=", lower, same), (">=", lower, ~same & np.isfinite(lower)), ("<=", upper, ~same & np.isfinite(upper))):
        if at.any():
            model.add_constraints(_expression(model, terms[at], coefs[at]), sign, side[at], name=f"{name}_{'eq' if sign == '=' else 'lo' if sign == '>=' else 'up'}")
