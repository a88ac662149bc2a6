"""Shadow prices of caps, left and right: how the linear relaxation's optimum moves with them, exactly at each kink.

The relaxation's optimum `V` is concave and piecewise linear in how far caps are moved. With a column `u` a cap that
raises what hangs on it, `V` at `u = d` and the reduced cost there are one linear programme; the slope next to 0 is found
by intersecting supporting lines (Eisner and Severance, J. ACM 23 (1976) 619-635), so that no step has to be small.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from ....domain.base import YI
from ....model.build import build_model, family
from ....model.compile import compile_model
from ....model.matrices import Matrices
from ....model.rows import Row
from ....problem import Problem
from ....problem.tables import Floats
from ....solver.clock import Clock
from ....solver.lp import LinearProgram, LpAnswer
from .levers import Lever, first_start, moved, sides, with_policy

#: families whose rows may hang on a cap
_HANGING = ("budget", "caps", "channels", "limits", "reserved")
#: supporting lines intersected at most
_LINES = 60
#: by how much of themselves a slope and a chord may differ to be one, and of the optimum two values
_SLOPE, _VALUE = 1e-7, 1e-9
#: no bound of HiGHS's
_FAR = math.inf


@dataclass(frozen=True)
class Ray:
    """How the relaxation's optimum moves with caps in one direction.

    Attributes
    ----------
    slope : float or None
        Change of the optimum for 亿元 moved, next to 0; None where no point is left at once.
    reach : int
        元 over which that slope holds at least.
    change : float or None
        Change of the optimum over the whole step; None where no point is left.
    """

    slope: float | None
    reach: int
    change: float | None


@dataclass(frozen=True)
class Line:
    """A supporting line of `V`: at most `value + slope * (d - at)` for every d, in the plan's unit and 元."""

    at: int
    value: float
    slope: float


class LeverProgram:
    """The relaxation of the full model with a column up and one down for each cap.

    Parameters
    ----------
    problem : Problem
        `levers.by_year` of the plan's.
    levers : sequence of Lever
    step : int
        元; what hangs on a cap is taken as linear over it.
    cancel : threading.Event, optional
        Set it to stop: whatever is asked then raises OutOfTime.

    Attributes
    ----------
    optimum : float or None
        Of the caps as they stand, in the plan's unit; None where the relaxation has no point.
    """

    def __init__(self, problem: Problem, levers: Sequence[Lever], step: int, cancel: threading.Event | None = None) -> None:
        model = build_model(problem)
        self._gain, self._unit = float(model.gain_unit), float(problem.money_unit)
        matrices = compile_model(model)
        self._place = {v.row: k for k, v in enumerate(levers)}
        self._first = matrices.n_cols
        directions: list[tuple[dict[int, float], dict[int, float]]] = []
        base = _hanging(problem)
        for lever in levers:
            directions += [_direction(problem, matrices, base, lever, by, self._unit) for by in (step, -min(step, lever.yuan))]
        self._lp = LinearProgram(_widened(matrices, directions))
        self._lp.clock = Clock(cancel=cancel)
        self._free: int | None = None
        root = self._lp.run()
        self._root = root
        self.optimum = None if root is None else root.objective * self._gain

    # -- asking ----------------------------------------------------------------------------------------------

    def alone(self, lever: Lever, most: int, *, down: bool = False) -> Ray:
        """Return how the optimum moves with one cap, up to `most` 元 up or down."""
        column = self._first + 2 * self._place[lever.row] + down
        return self._ray([column], most, shared=False)

    def together(self, levers: Sequence[Lever], most: int, shared: bool) -> Ray:
        """Return how the optimum moves with up to `most` 元 more for a set: shared among them, or each by as much."""
        return self._ray([self._first + 2 * self._place[v.row] for v in levers], most, shared=shared)

    def line(self, lever: Lever, by: int) -> Line | None:
        """Return the supporting line at a cap moved by `by` 元, None where the relaxation has no point there."""
        column = self._first + 2 * self._place[lever.row] + (by < 0)
        answer = self._at([column], abs(by) / self._unit, shared=False)
        self._set([column], 0.0, 0.0)
        if answer is None:
            return None
        sign = -1 if by < 0 else 1
        return Line(by, answer.objective * self._gain, sign * answer.reduced_cost[column] * self._gain / self._unit)

    # -- solving ---------------------------------------------------------------------------------------------

    def _ray(self, columns: list[int], most: int, *, shared: bool) -> Ray:
        root = self._root
        if root is None or most <= 0:
            return Ray(None, 0, None)
        far = most / self._unit
        if shared:
            self._set(columns, 0.0, 2 * far)  # their sum alone binds
        try:
            return self._found(root, columns, far, shared)
        finally:
            self._set(columns, 0.0, 0.0)
            self._share(columns, None)

    def _found(self, root: LpAnswer, columns: list[int], most: float, shared: bool) -> Ray:
        """Intersect supporting lines until the one next to 0 is found."""
        here, v0 = self._at(columns, 0.0, shared), root.objective
        whole = self._at(columns, most, shared)
        noise = _VALUE * max(1.0, abs(v0))
        change = None if whole is None else whole.objective - v0
        if change is not None:
            change = 0.0 if abs(change) <= noise else change * self._gain
        end, at = whole, most
        while end is None and at * self._unit > 1:  # no point so far off: nearer
            at /= 4
            end = self._at(columns, at, shared)
        if end is None or here is None:
            return Ray(None, 0, change)
        first = self._slope(here, columns, shared)
        slope = 0.0
        for _turn in range(_LINES):
            last, chord = self._slope(end, columns, shared), (end.objective - v0) / at
            slope = chord
            room = noise / at + _SLOPE * max(abs(chord), abs(last))
            if abs(chord - last) <= room:
                slope = last
                break
            if abs(chord - first) <= room:
                slope = first
                break
            nearer = (end.objective - last * at - v0) / (first - last) if first > last else 0.0
            if not 0 < nearer < at * (1 - 1e-9):
                break
            found = self._at(columns, nearer, shared)
            if found is None:
                break
            end, at = found, nearer
        return Ray(slope * self._gain * YI / self._unit, int(at * self._unit), change)

    def _at(self, columns: list[int], amount: float, shared: bool) -> LpAnswer | None:
        if shared:
            self._share(columns, amount)
        else:
            self._set(columns, amount, amount)
        return self._lp.run()

    def _slope(self, answer: LpAnswer, columns: list[int], shared: bool) -> float:
        if not shared:
            return float(sum(answer.reduced_cost[j] for j in columns))
        return float(answer.row_dual[self._free]) if self._free is not None else 0.0

    def _set(self, columns: Iterable[int], lower: float, upper: float) -> None:
        at = np.array(list(columns), dtype=np.int32)
        self._lp.change_col_bounds(at, np.full(len(at), lower), np.full(len(at), upper))

    def _share(self, columns: list[int], amount: float | None) -> None:
        """Hold the sum of columns at `amount` at most, by a row of its own that is free afterwards."""
        if amount is not None and self._free is None:
            self._lp.add_row(columns, [1.0] * len(columns), -_FAR, amount)
            self._free = self._lp.n_rows - 1
        elif self._free is not None:
            at = np.array([self._free], dtype=np.int32)
            self._lp.change_row_bounds(at, np.array([-_FAR]), np.array([_FAR if amount is None else amount]))
            if amount is None:
                self._free = None


# -- columns -------------------------------------------------------------------------------------------------


def _hanging(problem: Problem) -> dict[str, Row]:
    return {r.name: r for name in _HANGING for r in family(name).rows(problem)}


def _direction(problem: Problem, m: Matrices, base: dict[str, Row], lever: Lever, by: int, unit: float) -> tuple[dict[int, float], dict[int, float]]:
    """Return by how much a cap moved by one money unit raises the lower and the upper sides of the model's rows."""
    lower: dict[int, float] = {}
    upper: dict[int, float] = {}
    if not by:
        return lower, upper
    for name, row in _hanging(with_policy(problem, moved(problem.policy, lever, by))).items():
        own = base.get(name)
        if own is None or row.base is not None or sides(row) == sides(own) or row.family not in m.row_spans:
            continue
        places = m.rows(row.family)
        (new_low, new_high), (old_low, old_high) = sides(row), sides(own)
        for side, new, old, suffix in ((lower, new_low, old_low, "least"), (upper, new_high, old_high, "most")):
            at = places.get(name, places.get(f"{name}:{suffix}"))
            if at is not None and new is not None and old is not None and new != old:
                side[at] = float((new - old) / abs(by)) * unit * _weight(m, at, own, unit)
    return lower, upper


def _weight(m: Matrices, at: int, row: Row, unit: float) -> float:
    """Return what one unit of a row's `sides` is in the model's row."""
    first = first_start(row)
    if first is None:
        return 1.0 / unit
    column = m.col_slice("x").start + first[0]
    mine = slice(m.start[column], m.start[column + 1])
    return abs(float(m.value[mine][m.index[mine] == at][0]))


def _widened(m: Matrices, directions: Sequence[tuple[dict[int, float], dict[int, float]]]) -> Matrices:
    """Return the model with a column a direction, fixed at 0; a row whose sides move apart becomes two."""
    apart = sorted({
        r for low, high in directions for r in (*low, *high)
        if np.isfinite(m.row_lower[r]) and np.isfinite(m.row_upper[r]) and low.get(r, 0.0) != high.get(r, 0.0)
    })  # fmt: skip
    copy = {r: m.n_rows + k for k, r in enumerate(apart)}
    own: Any = sp.csc_matrix((m.value, m.index, m.start), shape=(m.n_rows, m.n_cols))
    if apart:
        own = sp.vstack([own, own.tocsr()[apart]], format="csc")
    lower, upper = np.concatenate([m.row_lower, np.full(len(apart), -np.inf)]), np.concatenate([m.row_upper, m.row_upper[apart]])
    upper[apart] = np.inf
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for j, (low, high) in enumerate(directions):
        moves = dict(low) | {copy.get(r, r): v for r, v in high.items()}
        for r, v in moves.items():
            rows.append(r)
            columns.append(j)
            values.append(-v)
    n = len(directions)
    new: Any = sp.csc_matrix((values, (rows, columns)), shape=(own.shape[0], n))
    wide = sp.hstack([own, new], format="csc")
    wide.sort_indices()
    zeros: Floats = np.zeros(n)
    return replace(
        m, start=wide.indptr.astype(np.int32), index=wide.indices.astype(np.int32), value=wide.data, row_lower=lower, row_upper=upper,
        col_cost=np.concatenate([m.col_cost, zeros]), col_lower=np.concatenate([m.col_lower, zeros]), col_upper=np.concatenate([m.col_upper, zeros]),
        integrality=np.concatenate([m.integrality, np.zeros(n, dtype=bool)]), row_names=(), col_names=(),
    )  # fmt: skip
