"""Points and boxes that a search starts from: what a core leaves free, the portfolio of an earlier solve."""

from __future__ import annotations

import numpy as np

from ..problem.tables import Floats
from ..solver.lp import LpAnswer
from .master import FullMaster, Master
from .state import BaseState


def all_but(master: Master | FullMaster, root: LpAnswer, centre: Floats, size: int) -> tuple[Floats, Floats]:
    """Return bounds that fix starts as they stand at a point, but the `size` that are nearest to being indifferent.

    What a start is worth beside the multipliers of long rows alone tells that; multipliers of short rows (areas,
    precedence) shift worth between a start and what it hangs on, and make far too many look indifferent.

    Parameters
    ----------
    master : Master or FullMaster
    root : LpAnswer
        Whose multipliers weigh the starts.
    centre : array, one value a column
        The point around which the core lies.
    size : int
        Number of starts left free; areas and tickets are free beside them.

    Returns
    -------
    lower, upper : arrays, one value a column
        Of a heuristic: nothing is proven of what lies outside.
    """
    m = master.matrices
    whole = np.rint(centre)
    x = m.col_slice("x")
    gain, net = m.col_cost[x], master.worth(root)[x]
    worth = np.abs(net) / np.maximum(np.abs(gain) + np.abs(gain - net), 1e-12)
    worth[np.abs(centre - whole)[x] > 1e-6] = -1.0
    worth[master.lower[x] >= master.upper[x]] = np.inf
    small = np.where(np.isfinite(worth), np.abs(net), np.inf)
    free = np.ones(m.n_cols, dtype=bool)
    free[x] = False
    half = size // 2  # half by share of their worth, giants among them; half by the loss itself, to fill what is left
    free[x.start + np.argsort(worth, kind="stable")[: size - half]] = True
    free[x.start + np.argsort(small, kind="stable")[:half]] = True
    lower, upper = whole.copy(), whole.copy()
    lower[free], upper[free] = master.lower[free], master.upper[free]
    return lower, upper


def start_of(master: Master, state: BaseState | None) -> Floats | None:
    """Return the portfolio of a state as a point of this model, None where it does not fit."""
    if state is None or not state.starts:
        return None
    m, problem = master.matrices, master.problem
    x = np.where(m.col_lower > 0.5, 1.0, 0.0)
    first = m.col_slice("x").start
    wanted = set(state.starts)
    for k, (p, year) in enumerate(zip(problem.starts.project.tolist(), problem.starts.year.tolist(), strict=True)):
        if (problem.projects[p].id, year) in wanted:
            x[first + k] = 1.0
    if "z" in m.col_spans:
        z = m.columns("z")
        for key in state.opened:
            if key in z:
                x[z[key]] = 1.0
    if "u" in m.col_spans or (x > m.col_upper + 1e-9).any():
        return None
    activity = m.activity(x)
    slack = 1e-9 * np.maximum(1.0, np.abs(activity))
    if ((activity < m.row_lower - slack) | (activity > m.row_upper + slack)).any():
        return None
    return x
