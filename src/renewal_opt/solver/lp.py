"""A linear programme in one Highs instance, solved again and again from its last basis."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from ..errors import SolverError
from ..i18n import _
from ..model.matrices import Matrices, dot
from .clock import Clock, OutOfTime
from .process import claimed_threads
from .result import FloatArray, IntArray, SolveOptions
from .run import Factory, load, must, new_instance
from .watch import Watch

_OPTIMAL = highspy.HighsModelStatus.kOptimal
_INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
_ENDED = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt)

#: columns from which on a programme may take so long that a stop has to reach it: to be asked costs smaller ones a tenth of their time
LONG = 10_000

#: by how much of itself an objective may differ from that of its point
SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class LpAnswer:
    """An optimal point of a linear programme with its multipliers.

    Attributes
    ----------
    x, reduced_cost : arrays, one value a column
    row_dual : array, one value a row
        In the direction of the objective: for `max`, at least 0 where an upper side binds.
    objective : float
    """

    x: FloatArray
    reduced_cost: FloatArray
    row_dual: FloatArray
    objective: float


class LinearProgram:
    """A linear programme; integrality of the matrices is left aside.

    Parameters
    ----------
    matrices : Matrices
        The model; its arrays are not changed.
    presolve : bool
        Whether HiGHS presolves; re-solves from a basis need it off.
    factory : callable, optional
        Makes the Highs instance; for tests.

    Attributes
    ----------
    clock : Clock
        When every solve ends; may be set anew between two.
    """

    def __init__(self, matrices: Matrices, *, presolve: bool = False, factory: Factory | None = None) -> None:
        self._highs: Any = new_instance(factory)
        load(self._highs, matrices)
        self._presolve = presolve
        self.clock = Clock()
        self.n_cols, self.n_rows = matrices.n_cols, matrices.n_rows
        self._cost, self._offset = np.array(matrices.col_cost, dtype=np.float64), float(matrices.offset)
        options = {"solve_relaxation": True, "presolve": "choose" if presolve else "off", "solver": "simplex", "threads": claimed_threads()}
        for name, value in options.items():
            must(self._highs.setOptionValue(name, value), f"{name} = {value}")

    def change_row_bounds(self, rows: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set both bounds of rows."""
        must(self._highs.changeRowsBounds(len(rows), rows, lower, upper), "changeRowsBounds")

    def change_col_bounds(self, columns: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set both bounds of columns."""
        must(self._highs.changeColsBounds(len(columns), columns, lower, upper), "changeColsBounds")

    def change_cost(self, columns: IntArray, cost: FloatArray) -> None:
        """Set the costs of columns."""
        must(self._highs.changeColsCost(len(columns), columns, cost), "changeColsCost")
        self._cost[columns] = cost

    def add_row(self, indices: IntArray | Sequence[int], values: FloatArray | Sequence[float], lower: float, upper: float) -> None:
        """Add the row ``lower <= sum values x[indices] <= upper``."""
        at, coefs = np.asarray(indices, dtype=np.int32), np.asarray(values, dtype=np.float64)
        must(self._highs.addRow(float(lower), float(upper), len(at), at, coefs), "addRow")
        self.n_rows += 1

    def forget(self) -> None:
        """Start the next solve afresh: from far off a long way back costs more than a new beginning."""
        must(self._highs.clearSolver(), "clearSolver")

    def run(self, seconds: float = math.inf) -> LpAnswer | None:
        """Solve; None when the programme is infeasible.

        Raises
        ------
        OutOfTime
            When time is up or someone asked to stop.
        SolverError
            When HiGHS gives no optimal point, from its basis and afresh.
        """
        deadline = min(time.monotonic() + seconds, self.clock.deadline)
        try:
            return self._run(deadline)
        finally:
            must(self._highs.setOptionValue("presolve", "choose" if self._presolve else "off"), "presolve")

    def _run(self, deadline: float) -> LpAnswer | None:
        for afresh in (False, True):
            self.clock.check()
            if afresh:
                must(self._highs.clearSolver(), "clearSolver")
                must(self._highs.setOptionValue("presolve", "choose"), "presolve")
            left = max(0.1, deadline - time.monotonic())  # HiGHS's clock runs on from one linear programme to the next
            must(self._highs.setOptionValue("time_limit", float(self._highs.getRunTime()) + left), "time_limit")
            try:
                with self._watch():
                    status = self._highs.run()
                said = self._highs.getModelStatus()
            except Exception as error:
                status, said = repr(error), None
            answer = self._read() if said == _OPTIMAL and status != highspy.HighsStatus.kError else None
            if answer is not None:
                return answer
            if said in _ENDED:
                raise OutOfTime(_("the linear programme ran out of time"))
            if afresh and said in _INFEASIBLE:
                return None
        raise SolverError(_("HiGHS gave no usable answer: {first}; again: {second}").format(first=status, second=said))

    def _watch(self) -> contextlib.AbstractContextManager[object]:
        if self.n_cols < LONG:
            return contextlib.nullcontext()
        return Watch(self._highs, SolveOptions(cancel=self.clock.cancel, catch_ctrl_c=False), time.monotonic())

    def _read(self) -> LpAnswer | None:
        """Return the point and its multipliers, None when a number is missing or is none, or the objective is not the point's."""
        found = self._highs.getSolution()
        x, reduced, duals = np.array(found.col_value), np.array(found.col_dual), np.array(found.row_dual)
        objective = float(self._highs.getInfo().objective_function_value)
        sizes = (len(x), len(reduced), len(duals)) == (self.n_cols, self.n_cols, self.n_rows)
        numbers = math.isfinite(objective) and bool(np.isfinite(np.concatenate([x, reduced, duals])).all())
        if not (sizes and numbers):
            return None
        worth = self._offset + dot(self._cost, x)
        return LpAnswer(x, reduced, duals, objective) if abs(worth - objective) <= SLACK * max(1.0, abs(worth), abs(objective)) else None
