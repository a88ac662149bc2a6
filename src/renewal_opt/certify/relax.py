"""The linear programme of a system in one Highs instance: where the multipliers of a proof come from.

Nothing that it says is believed; `bound` checks the multipliers that are made of its numbers.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from ..model.matrices import Matrices
from ..solver.lp import LONG
from ..solver.process import claimed_threads
from ..solver.result import SolveOptions
from ..solver.run import load, must, new_instance
from ..solver.watch import Watch
from .bound import Box, FundingRow
from .system import Ints, System

Floats = npt.NDArray[np.float64]

_STATUS = highspy.HighsModelStatus
_INFEASIBLE = (_STATUS.kInfeasible, _STATUS.kUnboundedOrInfeasible)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What the linear programme says of a box.

    Attributes
    ----------
    value : float
        Greatest objective in the gains' unit, minus infinity where it says that there is no point.
    x : Floats
        Plain columns; empty without a point.
    y : Floats
        Multipliers of the system's whole rows (a Farkas ray without a point; empty when HiGHS gives none).
    weights : Floats
        Multipliers of the funding rows added.
    money : bool
        Whether money had columns.
    basis : object
        To start from in a smaller box.
    """

    value: float
    x: Floats
    y: Floats
    weights: Floats
    money: bool
    basis: Any = None

    @property
    def feasible(self) -> bool:
        """Whether there is a point."""
        return self.value > -math.inf


class OutOfTime(Exception):
    """HiGHS stopped at its limit, or gave no usable answer."""


class Relaxation:
    """The rows of a system with money as columns, or those without money and funding rows in its place.

    Parameters
    ----------
    system : System
    money : bool
        Whether money has columns.
    objective : bool
        False: nothing is maximised, only feasibility counts.
    cancel : threading.Event, optional
        Ends a long solve.
    """

    def __init__(self, system: System, *, money: bool, objective: bool = True, cancel: threading.Event | None = None) -> None:
        self._system, self._money = system, money
        self._n = len(system.columns)
        self._taken = np.arange(len(system.names)) if money else np.flatnonzero(~system.has_money)
        gains = np.array([g / system.gain_unit for g in system.gain], dtype=np.float64) if objective else np.zeros(self._n)
        self._unit = float(gains.max(initial=0.0)) / 1000.0 or 1.0
        matrices = _matrices(system, self._taken, money, gains / self._unit)
        self._scale = _row_scale(system)[self._taken]
        self._columns = np.arange(self._n, dtype=np.int32)
        self._pool_scale: list[float] = []
        self._highs: Any = new_instance()
        load(self._highs, matrices)
        self._cancel = cancel
        self._long = matrices.n_cols >= LONG
        self._first = True
        for name, value in (("solver", "simplex"), ("threads", claimed_threads())):
            must(self._highs.setOptionValue(name, value), name)

    def add(self, row: FundingRow) -> None:
        """Add a funding row."""
        coef = np.array([c / row.den for c in row.coef], dtype=np.float64)
        right = row.right / row.den
        size = max(float(np.abs(coef).max(initial=abs(right))) / 1000.0, 1e-30)
        at = np.flatnonzero(np.abs(coef) > 1e-9 * size).astype(np.int32)
        must(self._highs.addRow(-math.inf, right / size, len(at), at, coef[at] / size), "addRow")
        self._pool_scale.append(size)

    def solve(self, box: Box, basis: Any = None, seconds: float = math.inf) -> Relaxed:
        """Solve over a box.

        Raises
        ------
        OutOfTime
            Without an answer.
        """
        highs = self._highs
        must(highs.changeColsBounds(self._n, self._columns, box.lower.astype(np.float64), box.upper.astype(np.float64)), "changeColsBounds")
        if basis is not None:
            must(highs.setBasis(basis), "setBasis")
        tries = ("choose", "off") if self._first else ("off", "choose")
        self._first = False
        for presolve in tries:
            must(highs.setOptionValue("presolve", presolve), "presolve")
            # the clock of an instance runs on from one linear programme to the next
            must(highs.setOptionValue("time_limit", highs.getRunTime() + max(0.05, min(seconds, 1e9))), "time_limit")
            with self._watch():
                highs.run()
            said = highs.getModelStatus()
            point = self._point() if said == _STATUS.kOptimal else None
            if point is not None:
                return point
            ray = self._ray() if said in _INFEASIBLE else np.zeros(0)
            if said in _INFEASIBLE and (len(ray) or presolve == tries[-1]):
                return self._infeasible(ray)
            if said in (_STATUS.kTimeLimit, _STATUS.kInterrupt):
                break
            highs.clearSolver()
        raise OutOfTime

    def _watch(self) -> contextlib.AbstractContextManager[object]:
        if not self._long:
            return contextlib.nullcontext()
        return Watch(self._highs, SolveOptions(cancel=self._cancel, catch_ctrl_c=False), time.monotonic())

    def _point(self) -> Relaxed | None:
        """Return the optimal point, None where HiGHS gives numbers that are none."""
        found = self._highs.getSolution()
        value = float(self._highs.getInfo().objective_function_value) * self._unit
        x = np.array(found.col_value, dtype=np.float64)[: self._n]
        if not math.isfinite(value) or len(x) != self._n or not np.isfinite(x).all():
            return None
        y, weights = self._multipliers(np.array(found.row_dual, dtype=np.float64))
        return Relaxed(value, x, y, weights, self._money, self._highs.getBasis())

    def _infeasible(self, ray: Floats) -> Relaxed:
        y, weights = self._multipliers(ray) if len(ray) else (np.zeros(0), np.zeros(0))
        return Relaxed(-math.inf, np.zeros(0), y, weights, self._money)

    def _ray(self) -> Floats:
        _status, there, ray = self._highs.getDualRay()
        return np.asarray(ray if there else [], dtype=np.float64)

    def _multipliers(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return multipliers of the whole rows and of the funding rows, in the gains' unit."""
        dual = np.nan_to_num(dual, nan=0.0, posinf=0.0, neginf=0.0)
        y = np.zeros(len(self._system.names))
        y[self._taken] = dual[: len(self._taken)] * self._unit / self._scale
        pool = dual[len(self._taken) :] if not self._money else np.zeros(0)
        return y, pool * self._unit / np.array(self._pool_scale)


def _row_scale(system: System) -> Floats:
    """Return by which each whole row is divided for the solver: coefficients of money become 1 at most, others 10,000."""
    scale = np.ones(len(system.names))
    for sparse, factor in ((system.plain, 1e-4), (system.money, float(system.money_unit))):
        if len(sparse.index):
            size = np.zeros(len(system.names))
            np.maximum.at(size, sparse.row, np.abs(sparse.value.astype(np.float64)))
            scale = np.where(size > 0, np.maximum(size * factor, 1e-30), scale)
    return np.where(system.has_money, scale, np.maximum(scale, 1.0))


def _matrices(system: System, taken: Ints, money: bool, gains: Floats) -> Matrices:
    n, n_entries, unit = len(system.columns), len(system.entry_upper), float(system.money_unit)
    scale = _row_scale(system)
    place = np.full(len(system.names), -1, dtype=np.int64)
    place[taken] = np.arange(len(taken))
    kept = place[system.plain.row] >= 0
    r, c = place[system.plain.row[kept]], system.plain.index[kept]
    v = system.plain.value[kept].astype(np.float64) / scale[system.plain.row[kept]]
    lower = np.array([-math.inf if system.lo[i] is None else float(system.lo[i] or 0) for i in taken.tolist()]) / scale[taken]
    upper = np.array([math.inf if system.hi[i] is None else float(system.hi[i] or 0) for i in taken.tolist()]) / scale[taken]
    n_rows, tops = len(taken), np.ones(n)
    if money:
        pairs = len(system.entry_first) - 1
        per_entry = np.repeat(np.arange(pairs), np.diff(system.entry_first))
        r = np.concatenate([r, system.money.row, n_rows + per_entry, n_rows + system.spend.pair])
        c = np.concatenate([c, n + system.money.index, n + np.arange(n_entries), system.spend.start])
        v = np.concatenate([v, system.money.value.astype(np.float64) * unit / scale[system.money.row], np.ones(n_entries), -system.spend.amount / unit])
        n_rows += pairs
        lower, upper = np.concatenate([lower, np.zeros(pairs)]), np.concatenate([upper, np.zeros(pairs)])
        tops = np.concatenate([tops, system.entry_upper / unit])
    order = np.lexsort((r, c))
    r, c, v = r[order], c[order], v[order]
    solid = np.abs(v) >= 1e-9  # HiGHS keeps no smaller ones; the proof's own rows do
    r, c, v = r[solid], c[solid], v[solid]
    first = np.zeros(len(tops) + 1, dtype=np.int32)
    np.cumsum(np.bincount(c, minlength=len(tops)), out=first[1:])
    return Matrices(
        start=first, index=r.astype(np.int32), value=v, row_lower=lower, row_upper=upper,
        col_cost=np.concatenate([gains, np.zeros(len(tops) - n)]), col_lower=np.zeros(len(tops)), col_upper=tops,
        integrality=np.zeros(len(tops), dtype=np.bool_),
    )  # fmt: skip
