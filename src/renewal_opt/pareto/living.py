"""The extended model in one living session: patched into a question, run, and given rows for good."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np

from ..solver import HighsSession, SolveOptions, SolveResult
from ..solver.result import FloatArray
from ..solver.run import Factory
from .model import MOST_ZONES, MatrixModel, Row, extended
from .objectives import IntegerObjective
from .replies import Count
from .zones import Corner

_DAY = 86400.0
#: by how much a row or integer may be missed where it counts
SHARP = 1e-9
#: what a row of a weighted sum is multiplied by: sides of 10^6 and more ask too much of HiGHS's tolerances
_LIGHTER = 1e-2
#: strong branchings of a column before its record is trusted: questions are many and small, and alike
_RELIABLE = 1


class LivingModel:
    """A model with its objective rows and zones, solved again and again.

    Parameters
    ----------
    model : MatrixModel
    objectives : sequence of IntegerObjective
    options : SolveOptions
        Threads, seed, cancel.
    factory : callable, optional
        Makes the Highs instance; for tests.

    Attributes
    ----------
    n : int
        Own columns of the model.
    dense : array, shape (p, n)
        Coefficients of the objectives in steps, without their `side`.
    until : float
        Moment (`time.monotonic`) at which runs end.
    feasibility : float
        By how much rows and integers may be missed.
    """

    def __init__(self, model: MatrixModel, objectives: Sequence[IntegerObjective], options: SolveOptions, factory: Factory | None = None) -> None:
        self._objectives, self._options = tuple(objectives), options
        self._ext = extended(model.matrices, objectives)
        self._session = HighsSession(self._ext.matrices, factory=factory)
        p, self.n = len(objectives), self._ext.n
        self._rows = np.arange(self._ext.first_row, self._ext.first_row + p, dtype=np.int32)
        self.dense: FloatArray = np.zeros((p, self.n))
        for k, o in enumerate(objectives):
            self.dense[k, o.source.columns] = o.coefficients()
        self.side = np.array([o.side() for o in objectives])
        self._every = np.arange(self.n + MOST_ZONES + 1, dtype=np.int32)
        self._kept = 0
        self.until = math.inf
        self.feasibility = 1e-6

    def shut(self) -> None:
        """Take zones and their rows out of the model."""
        n, p = self.n, len(self._objectives)
        self._session.drop_added_rows(keep=self._kept)
        self._session.change_row_bounds(self._rows, np.full(p, -math.inf), np.full(p, math.inf))
        self._session.change_row_bounds(self._ext.pick_row, -math.inf, 1.0)
        shut = np.arange(n, n + MOST_ZONES + 1, dtype=np.int32)
        self._session.change_col_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))

    def keep(self, rows: Sequence[Row]) -> None:
        """Add rows for good: they stand before those of the questions."""
        self.shut()
        for at, values, lower, upper in rows:
            self._session.add_row(at, values, lower, upper)
        self._kept += len(rows)

    def raise_own(self, cost: FloatArray, zones: Sequence[float] = ()) -> None:
        """Let the model raise a sum over its own columns, and over zones."""
        whole = np.zeros(self.n + MOST_ZONES + 1)
        whole[: self.n] = cost
        whole[self.n : self.n + len(zones)] = zones
        self._session.change_cost(self._every, whole, 0.0)

    def beyond(self, k: int, corners: Sequence[Corner], cost: FloatArray) -> None:
        """Raise a sum over the points that beat one of the corners in every objective but k, less the corner's own k where they are several."""
        self.shut()
        n, p = self.n, len(self._objectives)
        others = [j for j in range(p) if j != k]
        if len(corners) == 1:
            lower = np.full(p, -math.inf)
            lower[others] = [corners[0][j] + 1 - self.side[j] for j in others]
            self.at_least(lower)
            self.raise_own(cost)
            return
        zone = np.arange(n, n + len(corners), dtype=np.int32)
        self._session.change_col_bounds(zone, np.zeros(len(zone)), np.ones(len(zone)))
        self._session.change_row_bounds(self._ext.pick_row, 1.0, 1.0)
        for j in others:
            at = np.r_[self._objectives[j].source.columns, zone, self._ext.relax].astype(np.int32)
            values = np.r_[self._objectives[j].coefficients(), [-(c[j] + 1.0) for c in corners], 1.0]
            self._session.add_row(at, values, -self.side[j], math.inf)
        self.raise_own(cost, [-float(c[k]) for c in corners])

    def at_least(self, lower: FloatArray) -> None:
        """Hold each objective, its `side` left out, at so much or more."""
        self._session.change_row_bounds(self._rows, lower, np.full(len(lower), math.inf))

    def worth_at_least(self, worth: FloatArray, least: float) -> None:
        """Hold a sum over the own columns at so much or more, until `shut`."""
        at = np.flatnonzero(worth).astype(np.int32)
        self._session.add_row(at, worth[at] * _LIGHTER, least * _LIGHTER, math.inf)

    def give_way(self) -> None:
        """Let the objective rows of a question give, and raise how little they have to."""
        cost = np.zeros(self.n + MOST_ZONES + 1)
        cost[self._ext.relax] = -1.0
        self._session.change_cost(self._every, cost, 0.0)
        self._session.change_col_bounds(self._ext.relax, 0.0, float(max(o.top for o in self._objectives) + 2))

    def run(self, count: Count, abs_gap: float, *, start: tuple[FloatArray, int | None] | None = None, second_proof: bool = False) -> SolveResult:
        """Run once, from own columns and a zone if given; without second proof, 'infeasible' comes back as a doubt."""
        count.runs += 1
        point = None
        if start is not None:
            point = np.concatenate([start[0], np.zeros(MOST_ZONES + 1)])
            if start[1] is not None:
                point[self.n + start[1]] = 1.0
        options = SolveOptions(
            gap=0.0, abs_gap=abs_gap, seconds=max(0.0, min(_DAY, self.until - time.monotonic())), threads=self._options.threads, seed=self._options.seed,
            feasibility=self.feasibility, restarts=False, heuristics=False, node_cuts=False, reliable=_RELIABLE, start=point,
            second_proof=second_proof, cancel=self._options.cancel, catch_ctrl_c=False,
        )  # fmt: skip
        return self._session.solve(options)
