"""A living HiGHS session: loaded once, patched and solved again."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import SolverError
from ..i18n import _
from ..model.matrices import Matrices
from .proof import second_proof
from .result import FloatArray, IntArray, Proof, SolveOptions, SolveResult, Status, StopReason
from .run import SMALLEST, Factory, Infeasible, NoAnswer, load, must, new_instance, run_once
from .state import ModelState

Indices = int | Sequence[int] | IntArray
Values = float | Sequence[float] | FloatArray


class HighsSession:
    """One Highs instance that holds one model.

    Parameters
    ----------
    matrices : Matrices
        The model; the session never changes its arrays.
    options : SolveOptions, optional
        What `solve()` uses when called without options.
    factory : callable, optional
        Makes the Highs instance (and those of second proofs); for tests.
    """

    def __init__(
        self, matrices: Matrices, options: SolveOptions | None = None, *, factory: Factory | None = None
    ) -> None:
        self.options = options or SolveOptions()
        self._factory = factory
        self._state = ModelState.of(matrices)
        self._highs: Any = new_instance(factory)
        load(self._highs, matrices)

    @property
    def state(self) -> ModelState:
        """The model as it stands; read only."""
        return self._state

    @property
    def n_rows(self) -> int:
        """Number of rows, added ones included."""
        return len(self._state.row_lower)

    # -- patches -----------------------------------------------------------------------------------------

    def change_row_bounds(self, rows: Indices, lower: Values, upper: Values) -> None:
        """Set both bounds of rows."""
        at, lo, hi = _aligned(rows, self.n_rows, lower, upper)
        _ordered(lo, hi)
        must(self._highs.changeRowsBounds(len(at), at, lo, hi), "changeRowsBounds")
        self._state.row_lower[at], self._state.row_upper[at] = lo, hi

    def change_col_bounds(self, columns: Indices, lower: Values, upper: Values) -> None:
        """Set both bounds of columns."""
        at, lo, hi = _aligned(columns, self._state.base.n_cols, lower, upper)
        _ordered(lo, hi)
        must(self._highs.changeColsBounds(len(at), at, lo, hi), "changeColsBounds")
        self._state.col_lower[at], self._state.col_upper[at] = lo, hi

    def change_cost(self, columns: Indices, cost: Values, offset: float | None = None) -> None:
        """Set the costs of columns, and the objective's constant when given."""
        at, values = _aligned(columns, self._state.base.n_cols, cost)
        must(self._highs.changeColsCost(len(at), at, values), "changeColsCost")
        self._state.col_cost[at] = values
        if offset is not None:
            must(self._highs.changeObjectiveOffset(float(offset)), "changeObjectiveOffset")
            self._state.offset = float(offset)

    def add_row(self, indices: Sequence[int] | IntArray, values: Sequence[float] | FloatArray, lower: float, upper: float) -> int:
        """Add the row ``lower <= sum values x[indices] <= upper`` behind the others; return its number."""
        at, coefficients = _aligned(indices, self._state.base.n_cols, values)
        if len(np.unique(at)) < len(at):
            raise ValueError("a row names a column twice")
        kept = coefficients != 0.0
        at, coefficients = at[kept], coefficients[kept]
        _ordered(np.array([lower]), np.array([upper]))
        must(self._highs.addRow(float(lower), float(upper), len(at), at, coefficients), "addRow")
        self._state.added.append((at, coefficients))
        self._state.row_lower = np.append(self._state.row_lower, float(lower))
        self._state.row_upper = np.append(self._state.row_upper, float(upper))
        return self.n_rows - 1

    def drop_added_rows(self, keep: int = 0) -> None:
        """Take away the rows added since the start, but for the first `keep` of them."""
        first = self._state.base.n_rows + keep
        gone = np.arange(first, self.n_rows, dtype=np.int32)
        if len(gone):
            must(self._highs.deleteRows(len(gone), gone), "deleteRows")
            del self._state.added[keep:]
            self._state.row_lower = self._state.row_lower[:first].copy()
            self._state.row_upper = self._state.row_upper[:first].copy()

    # -- solving -----------------------------------------------------------------------------------------

    def solve(self, options: SolveOptions | None = None) -> SolveResult:
        """Solve the model as it stands.

        Returns
        -------
        SolveResult
            'Infeasible' (with a cutoff: 'cut off') only with a second proof; without one the status is that of a
            limit, and `doubted` is set.

        Raises
        ------
        SolverError
            When HiGHS gives no usable answer, twice.
        """
        options = options or self.options
        if options.cutoff is None:
            return self._solved(options)
        kept = len(self._state.added)
        self._add_cutoff(options.cutoff)
        try:
            answer = self._solved(options)
        finally:
            self.drop_added_rows(keep=kept)
        if answer.has_solution or answer.status is Status.UNBOUNDED:
            return answer
        weaker = max if self._state.maximise else min  # only solutions as good as the cutoff were looked for
        if answer.status is Status.INFEASIBLE:
            return replace(answer, status=Status.CUT_OFF, bound=options.cutoff)
        return replace(answer, bound=weaker(answer.bound, options.cutoff))

    def _add_cutoff(self, cutoff: float) -> None:
        """Add the objective as a row.

        HiGHS has no cutoff for whole-number models: its `objective_bound` (documented for the dual simplex) does
        prune, but then calls a bad solution optimal when no good one exists (measured with 1.16.0).
        """
        s = self._state
        tiny = (np.abs(s.col_cost) < SMALLEST) & (s.col_cost != 0.0)  # HiGHS drops these: at their best they go to the side
        ends = s.col_cost[tiny] * np.stack([s.col_lower[tiny], s.col_upper[tiny]])
        side = cutoff - s.offset - float((ends.max(axis=0) if s.maximise else ends.min(axis=0)).sum())
        at = np.flatnonzero((s.col_cost != 0.0) & ~tiny).astype(np.int32)
        self.add_row(at, s.col_cost[at], *((side, math.inf) if s.maximise else (-math.inf, side)))

    def _solved(self, options: SolveOptions) -> SolveResult:
        started = time.monotonic()
        retries = 0
        try:
            answer = run_once(self._highs, self._state, options)
        except NoAnswer as first:
            retries = 1
            answer = self._once_more(options, first, options.seconds - (time.monotonic() - started))
        if isinstance(answer, Infeasible):
            answer = self._doubt(answer, options)
        return replace(answer, seconds=time.monotonic() - started, retries=retries)

    def _once_more(self, options: SolveOptions, first: NoAnswer, left: float) -> SolveResult | Infeasible:
        """Run again from a fresh instance with presolve off, which is then the session's."""
        self._highs = new_instance(self._factory)
        load(self._highs, self._state.matrices())
        again = replace(options, presolve=False, seconds=max(left, 1.0), seed=options.seed + 1)
        try:
            return run_once(self._highs, self._state, again)
        except NoAnswer as second:
            raise SolverError(_("HiGHS gave no usable answer: {first}; again: {second}").format(first=first, second=second)) from first

    def _doubt(self, claim: Infeasible, options: SolveOptions) -> SolveResult:
        proof, other = second_proof(self._state, options, self._factory) if options.second_proof else (Proof.NONE, None)
        if proof is not Proof.NONE:
            return SolveResult(
                Status.INFEASIBLE, StopReason.PROVED, proof=proof, nodes=claim.nodes, iterations=claim.iterations
            )
        if other is not None:
            return replace(other, doubted=True)
        worst = math.inf if self._state.maximise else -math.inf
        return SolveResult(
            Status.TIME_LIMIT, StopReason.CLOCK, bound=worst, doubted=True, nodes=claim.nodes, iterations=claim.iterations
        )


def _aligned(indices: Indices, size: int, *values: Values) -> Any:
    """Return indices as int32 and each of `values` as floats of the same length; refuse what does not fit."""
    at = np.atleast_1d(np.asarray(indices, dtype=np.int32))
    if len(at) and not (int(at.min()) >= 0 and int(at.max()) < size):
        raise IndexError(f"index outside 0 .. {size - 1}")
    aligned: list[npt.NDArray[Any]] = [at]
    for v in values:
        column = np.asarray(v, dtype=np.float64)
        if column.ndim and column.shape != at.shape:
            raise ValueError(f"{column.shape} values for {at.shape} indices")
        if np.isnan(column).any():
            raise ValueError("NaN is no value for a model")
        aligned.append(np.ascontiguousarray(np.broadcast_to(column, at.shape)))
    return tuple(aligned)


def _ordered(lower: FloatArray, upper: FloatArray) -> None:
    if (lower > upper).any():
        raise ValueError("a lower bound above its upper bound")
