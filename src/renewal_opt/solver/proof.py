"""The second proof that must stand behind 'infeasible' (false answers exist: ERGO-Code/HiGHS#3090, #3296).

Three proofs are tried, the cheapest first:

* one row whose greatest (least) value within the bounds of its variables misses the row;
* a combination y of rows with ``max_x (y A) x < sum_i y_i b_i`` over the box of the bounds (Farkas), found by
  the LP relaxation and checked in exact arithmetic, so that it stands without any solver;
* a second run: fresh instance, presolve off, another seed. It may also find a solution; then that is the answer.

A proof by rows must hold even when every row and bound is loosened by the feasibility tolerance.
"""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import highspy
import numpy as np

from ..model.matrices import Matrices
from .result import FloatArray, Proof, SolveOptions, SolveResult, Status, StopReason
from .run import Factory, Infeasible, NoAnswer, configure, load, new_instance, run_once
from .state import ModelState
from .watch import Watch

#: least time for each second proof, however short the first solve was
LEAST_SECONDS = 10.0


def impossible_row(m: Matrices, tolerance: float) -> int | None:
    """Return a row that the bounds of its variables alone make impossible, checked exactly."""
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    low = np.where(m.value > 0, m.col_lower[column], m.col_upper[column]) * m.value
    high = np.where(m.value > 0, m.col_upper[column], m.col_lower[column]) * m.value
    least = np.bincount(m.index, weights=low, minlength=m.n_rows)
    most = np.bincount(m.index, weights=high, minlength=m.n_rows)
    for sign, suspects in ((1.0, most < m.row_lower), (-1.0, least > m.row_upper)):
        for i in np.flatnonzero(suspects)[:100]:
            y = np.zeros(m.n_rows)
            y[i] = sign
            if farkas_holds(m, y, tolerance):
                return int(i)
    return None


def farkas_holds(m: Matrices, y: FloatArray, tolerance: float) -> bool:
    """Whether the multipliers `y` prove, in exact arithmetic, that no point meets the rows and bounds.

    ``y_i > 0`` uses the lower side of row i, ``y_i < 0`` its upper side; multipliers on a side that the row does
    not have are left out. Rows and bounds are taken as loosened by `tolerance`.
    """
    side = np.where(y > 0, m.row_lower, m.row_upper)
    used = (y != 0) & np.isfinite(side)
    if not used.any():
        return False
    loose = Fraction(tolerance)
    weight = {int(i): Fraction(float(y[i])) for i in np.flatnonzero(used)}
    needed = sum((w * Fraction(float(side[i])) - abs(w) * loose for i, w in weight.items()), Fraction(0))
    combined: dict[int, Fraction] = {}
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    for k in np.flatnonzero(used[m.index]):
        j = int(column[k])
        combined[j] = combined.get(j, Fraction(0)) + weight[int(m.index[k])] * Fraction(float(m.value[k]))
    reached = Fraction(0)
    for j, r in combined.items():
        if r == 0:
            continue
        bound = float(m.col_upper[j] if r > 0 else m.col_lower[j])
        if not np.isfinite(bound):
            return False
        reached += r * Fraction(bound) + abs(r) * loose
    return reached < needed


def certificate(m: Matrices, options: SolveOptions, factory: Factory | None = None) -> FloatArray | None:
    """Return multipliers of the rows that prove, exactly, that no point meets them; None when none were found.

    Parameters
    ----------
    m : Matrices
        The model.
    options : SolveOptions
        Limits for the LP relaxation that is solved here, and the tolerance.
    """
    return _certificate(m, options, factory)[0]


def _certificate(
    m: Matrices, options: SolveOptions, factory: Factory | None
) -> tuple[FloatArray | None, StopReason | None]:
    """Return checked multipliers, if any, and who stopped the search for them, if anyone did."""
    highs: Any = new_instance(factory)
    load(highs, replace(m, integrality=np.zeros(m.n_cols, dtype=np.bool_)))
    quiet = replace(options, progress=None, presolve=False, start=None, target=None)
    configure(highs, quiet, ModelState.of(m))
    with Watch(highs, quiet, time.monotonic()) as watch:
        try:
            highs.run()
        except Exception:
            return None, watch.stopped_by
    if watch.stopped_by is not None or highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return None, watch.stopped_by
    _status, exists, found = highs.getDualRay()
    ray: FloatArray = np.asarray(found if exists else [], dtype=np.float64)
    for y in (ray, -ray) if exists else ():
        if farkas_holds(m, y, options.feasibility):
            return y, None
    return None, None


def second_proof(
    state: ModelState, options: SolveOptions, factory: Factory | None = None
) -> tuple[Proof, SolveResult | None]:
    """Seek a second proof that the model as it stands has no solution.

    Returns
    -------
    proof : Proof
        `Proof.NONE` when none was found.
    answer : SolveResult or None
        What the second run found instead, when it found anything.
    """
    m = state.matrices()
    if impossible_row(m, options.feasibility) is not None:
        return Proof.ROW, None
    limit = max(options.seconds, LEAST_SECONDS)
    again = replace(options, seconds=limit, seed=options.seed + 1, presolve=False, fresh=False, start=None)
    y, stopped_by = _certificate(m, again, factory)
    if y is not None:
        return Proof.FARKAS, None
    if stopped_by is not None:
        worst = np.inf if state.maximise else -np.inf
        return Proof.NONE, SolveResult(Status.INTERRUPTED, stopped_by, bound=worst)
    highs = new_instance(factory)
    load(highs, m)
    try:
        answer = run_once(highs, ModelState.of(m), again)
    except NoAnswer:
        return Proof.NONE, None
    if isinstance(answer, Infeasible):
        return Proof.SECOND_RUN, None
    return Proof.NONE, answer
