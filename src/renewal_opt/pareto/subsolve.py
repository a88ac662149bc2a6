"""One question to HiGHS: the best of objective k in the shadow of one zone or of several, with a proof in whole steps.

For zones with corners u_q the model is ``max y_k - sum_q u_qk z_q + eps sum_j y_j`` with ``y_j >= sum_q (u_qj + 1) z_q`` for
j != k and ``sum_q z_q = 1``. One zone alone is the question of Tamby and Vanderpooten (2021); several at once share one search
tree, and its optimum is nondominated all the same when it beats its zone. With one zone in hand the zone columns stay shut.

The small term makes the answer nondominated in one run. Where the ranges are so large that HiGHS's tolerance could swallow it
(`AUGMENTED`), a second run raises the sum of the objectives with ``y_k`` held. Either way the answer is computed again in whole
numbers and checked against its zone; 'nothing there' is said only from a bound that excludes one whole step. A real-valued
objective is raised only where there is no other; it is proven to a quarter of its resolution, so that a listed point can be beaten
by less than a step in real-valued objectives, and no point beats the list by a step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import SolverError
from ..i18n import _
from ..solver import HighsSession, SolveOptions, SolveResult, Status
from ..solver.result import FloatArray
from ..solver.run import Factory
from .model import MOST_ZONES, BrokenRow, MatrixModel, Row, Settled, extended
from .objectives import IntegerObjective
from .zones import Corner

#: one run is trusted where the ranges add up to fewer steps than this: (sum of ranges) x 1e-6 < 0.1
AUGMENTED = 10**5
#: share of the step that the small terms may reach together
_SMALL = 0.5
_DAY = 86400.0
#: share of a resolution to which real-valued objectives are proven, and that the small terms may then reach
_COARSE = 0.25
#: what a weighted question leaves open: a share of the ranges
WORTH = 1e-6
#: what a row of a weighted sum is multiplied by: sides of 10^6 and more ask too much of HiGHS's tolerances
_LIGHTER = 1e-2
#: by how much, in steps, rows of real-valued objectives must give before a zone counts as empty
_GIVEN = 1e-3
#: by how much a row or integer may be missed where it counts
_SHARP = 1e-9
#: how often rows may come before a question is given up
_TURNS = 500


@dataclass(frozen=True, eq=False)
class Question:
    """A question about zones.

    Attributes
    ----------
    k : int
        Objective to raise.
    corners : tuple of Corner
        The zones, at most `MOST_ZONES`.
    """

    k: int
    corners: tuple[Corner, ...]


@dataclass(frozen=True, eq=False)
class Reply:
    """What a question taught.

    Attributes
    ----------
    ceiling : tuple of int, or None
        For each zone: no point beyond its corner in the other objectives has more of objective k. None: nothing is proven.
    y : Corner or None
        A point in steps: better than zone `zone` in all objectives but k, and best there in k; nondominated among all points
        when it is better in k too.
    zone : int
    settled : Settled or None
    x : array or None
        Columns of the model at the point.
    runs, twice : int
        Mixed-integer runs of HiGHS; of them second ones.
    seconds : float
    why : str
        Why nothing, or not all, is proven.
    aside : int
        Answers that were shut out without proof.
    """

    ceiling: tuple[int, ...] | None = None
    y: Corner | None = None
    zone: int = 0
    settled: Settled | None = None
    x: FloatArray | None = None
    runs: int = 0
    twice: int = 0
    seconds: float = 0.0
    why: str = ""
    aside: int = 0


@dataclass
class _Count:
    """Work of one question."""

    runs: int = 0
    twice: int = 0
    aside: int = 0
    began: float = field(default_factory=time.monotonic)

    def reply(self, **known: Any) -> Reply:
        return Reply(runs=self.runs, twice=self.twice, aside=self.aside, seconds=time.monotonic() - self.began, **known)


class ZoneSolver:
    """A living model that answers questions about zones.

    Parameters
    ----------
    model : MatrixModel
    objectives : sequence of IntegerObjective, optional
        As `model.whole()` gives them.
    options : SolveOptions, optional
        Seconds of a run, threads, seed, cancel.
    factory : callable, optional
        Makes the Highs instance; for tests.
    """

    def __init__(
        self, model: MatrixModel, objectives: Sequence[IntegerObjective], options: SolveOptions | None = None, *, factory: Factory | None = None
    ) -> None:
        self.model, self.objectives = model, tuple(objectives)
        self.options = options or SolveOptions(seconds=math.inf)
        self._ext = extended(model.matrices, self.objectives)
        self._session = HighsSession(self._ext.matrices, factory=factory)
        n, p = self._ext.n, len(self.objectives)
        self._rows = np.arange(self._ext.first_row, self._ext.first_row + p, dtype=np.int32)
        self._dense: FloatArray = np.zeros((p, n))
        for k, o in enumerate(self.objectives):
            self._dense[k, o.source.columns] = o.coefficients()
        self._total: FloatArray = self._dense.sum(axis=0)
        self._side = np.array([o.side() for o in self.objectives])
        ranges = sum(o.top for o in self.objectives)
        self.augmented = ranges < AUGMENTED
        self._eps = (_SMALL if all(o.exact for o in self.objectives) else _COARSE) / max(1, ranges)
        self._every = np.arange(n + MOST_ZONES + 1, dtype=np.int32)
        self._lazy: list[Row] = []
        self._until = math.inf
        self._feasibility = _SHARP if max(o.top for o in self.objectives) > AUGMENTED else 1e-6

    def ask(self, question: Question, seconds: float = math.inf) -> Reply:
        """Answer a question; a run that fails or ends by its clock gives a reply that proves nothing."""
        count = _Count()
        self._until = count.began + min(seconds, self.options.seconds)
        try:
            return self._asked(question, count)
        except SolverError as error:
            return count.reply(why=str(error))
        finally:
            self._shut()

    def weigh(self, weights: Sequence[float], level: float, seconds: float = math.inf) -> Reply:
        """Look for a point that is worth more than `level` by weights of the objectives.

        Parameters
        ----------
        weights : sequence of float, length p
            Of steps, none negative; the ranges times these add up to about 1.
        level : float
            What the known points are worth at most, parts of a step included (`worth`).
        seconds : float

        Returns
        -------
        Reply
            With a nondominated point, or with the `ceiling` () when it is proven that no point is worth more than the level by `WORTH`
            and a step of each real-valued objective.
        """
        count = _Count()
        self._until = count.began + min(seconds, self.options.seconds)
        much = WORTH + sum(v for v, o in zip(weights, self.objectives, strict=True) if not o.exact)
        w, least = np.asarray(weights, dtype=float) / much, level / much  # one unit is what counts as more
        try:
            for _turn in range(_TURNS):
                self._shut()
                self._cost(w @ self._dense)
                answer = self._run(count, 0.25)
                if answer.doubted:
                    return self._nothing((), count)
                if answer.x is None or answer.status is not Status.OPTIMAL:
                    return count.reply(why=answer.status.words())
                settled = self._worth(answer.x[: self._ext.n], count)
                if settled is None:
                    continue
                if answer.bound + float(w @ self._side) <= least + 1.0:
                    return count.reply(ceiling=())
                reached = self.worth(w.tolist(), settled)
                if reached <= least + 0.5:
                    return count.reply(why=_("a bound did not exclude a step"))
                lifted = self._raised(w @ self._dense, reached - 0.25 - float(w @ self._side), count)
                if lifted is None or lifted.x is None:
                    return count.reply(why=_("the second run gave no answer"))
                settled = self._worth(lifted.x[: self._ext.n], count)
                if settled is not None:
                    return count.reply(y=self._steps(settled), settled=settled, x=lifted.x[: self._ext.n])
            return count.reply(why=_("rows kept coming"))
        except SolverError as error:
            return count.reply(why=str(error))
        finally:
            self._shut()

    def worth(self, weights: Sequence[float], settled: Settled) -> float:
        """Return what a point is worth by weights of steps."""
        return sum(w * float(o.place(v)) for w, o, v in zip(weights, self.objectives, settled.values, strict=True))

    # -- the question ------------------------------------------------------------------------------------

    def _asked(self, question: Question, count: _Count) -> Reply:
        k, corners = question.k, question.corners
        augmented, exact = self.augmented, self.objectives[k].exact
        for _turn in range(_TURNS):
            self._pose(k, corners, augmented)
            answer = self._run(count, _COARSE if not exact else 0.5 * self._eps if augmented else 0.5)
            if answer.doubted:
                return self._nothing(corners, count)
            if answer.x is None or answer.status is not Status.OPTIMAL:
                return count.reply(why=answer.status.words())
            zone = int(np.argmax(answer.x[self._ext.n : self._ext.n + len(corners)])) if len(corners) > 1 else 0
            x = answer.x[: self._ext.n]
            settled = self._worth(x, count)
            if settled is None:
                continue
            most = answer.bound + self._side[k] + (self._eps * float(self._side.sum()) if augmented else 0.0)
            if not augmented:
                lifted = self._lifted(k, corners[zone], x, count)
                if lifted is None:
                    return count.reply(why=_("the second run gave no answer"))
                settled, x = lifted
            return self._checked(question, zone, settled, x, most, count)
        return count.reply(why=_("rows kept coming"))

    def _lifted(self, k: int, corner: Corner, x: FloatArray, count: _Count) -> tuple[Settled, FloatArray] | None:
        """Return the point with the largest sum of the objectives that is as good in objective k as a feasible one."""
        for _turn in range(_TURNS):
            found = self._lift(k, corner, x, count)
            if found is None or found.x is None:
                return None
            settled = self._worth(found.x[: self._ext.n], count)
            if settled is not None:
                return settled, found.x[: self._ext.n]
        return None

    def _pose(self, k: int, corners: Sequence[Corner], augmented: bool) -> None:
        """Patch the living model into a question."""
        self._shut()
        n, p = self._ext.n, len(self.objectives)
        cost = np.zeros(n + MOST_ZONES + 1)
        cost[:n] = self._dense[k] + (self._eps * self._total if augmented else 0.0)
        others = [j for j in range(p) if j != k]
        if len(corners) == 1:
            lower = np.full(p, -math.inf)
            lower[others] = [corners[0][j] + 1 - self._side[j] for j in others]
            self._session.change_row_bounds(self._rows, lower, np.full(p, math.inf))
        else:
            zone = np.arange(n, n + len(corners), dtype=np.int32)
            self._session.change_col_bounds(zone, np.zeros(len(zone)), np.ones(len(zone)))
            self._session.change_row_bounds(self._ext.pick_row, 1.0, 1.0)
            cost[zone] = [-float(c[k]) for c in corners]
            for j in others:
                at = np.r_[self.objectives[j].source.columns, zone, self._ext.relax].astype(np.int32)
                values = np.r_[self.objectives[j].coefficients(), [-(c[j] + 1.0) for c in corners], 1.0]
                self._session.add_row(at, values, -self._side[j], math.inf)
        self._session.change_cost(self._every, cost, 0.0)

    def _shut(self) -> None:
        """Take zones and their rows out of the model."""
        n, p = self._ext.n, len(self.objectives)
        self._session.drop_added_rows(keep=len(self._lazy))
        self._session.change_row_bounds(self._rows, np.full(p, -math.inf), np.full(p, math.inf))
        self._session.change_row_bounds(self._ext.pick_row, -math.inf, 1.0)
        shut = np.arange(n, n + MOST_ZONES + 1, dtype=np.int32)
        self._session.change_col_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))

    def _run(self, count: _Count, abs_gap: float, *, start: FloatArray | None = None, second_proof: bool = False) -> SolveResult:
        """Run once, from a point of the own columns if given; without second proof, 'infeasible' comes back as a doubt."""
        count.runs += 1
        whole = None if start is None else np.concatenate([start, np.zeros(MOST_ZONES + 1)])
        options = SolveOptions(
            gap=0.0, abs_gap=abs_gap, seconds=max(0.0, min(_DAY, self._until - time.monotonic())), threads=self.options.threads, seed=self.options.seed,
            feasibility=self._feasibility, restarts=False, heuristics=False, node_cuts=False,
            second_proof=second_proof, start=whole, cancel=self.options.cancel, catch_ctrl_c=False,
        )  # fmt: skip
        return self._session.solve(options)

    # -- exactly -----------------------------------------------------------------------------------------

    def _worth(self, x: FloatArray, count: _Count) -> Settled | None:
        """Return what an answer is worth; None after rows came that shut it out, or when integers are asked for more sharply."""
        rows = list(self.model.separate(x)) if self.model.separate is not None else []
        if not rows:
            try:
                settled = self.model.settled(x)
            except BrokenRow:
                if self._feasibility == _SHARP:
                    raise
                self._feasibility = _SHARP
                return None
            if isinstance(settled, Settled):
                return settled
            rows = list(settled.rows)
            count.aside += not settled.proven
        if not rows:
            raise SolverError(_("an answer was set aside without a row that shuts it out"))
        self._keep(rows)
        return None

    def _keep(self, rows: Sequence[Row]) -> None:
        """Add rows for good: they stand before those of the questions."""
        self._shut()
        for at, values, lower, upper in rows:
            self._session.add_row(at, values, lower, upper)
        self._lazy += rows

    def _checked(self, question: Question, zone: int, settled: Settled, x: FloatArray, most: float, count: _Count) -> Reply:
        """Hold an answer against its zone and its bound, in whole steps."""
        k, corners = question.k, question.corners
        corner, objective = corners[zone], self.objectives[k]
        y = self._steps(settled)
        if any(y[j] <= corner[j] for j in range(len(y)) if j != k):
            return count.reply(why=_("the answer {y} left its zone {corner}").format(y=y, corner=corner))
        excess = _whole(most if objective.exact else most - 1.0) - (corner[k] if len(corners) == 1 else 0)
        inside = objective.exact or most <= float(objective.place(settled.values[k])) + 1.0  # else the answer is the best to a step
        if excess > y[k] - corner[k] or (len(corners) == 1 and not inside):
            return count.reply(why=_("the bound {bound} does not exclude a step beyond {y}").format(bound=most, y=y))
        excess = y[k] - corner[k]
        return count.reply(ceiling=tuple(c[k] + excess for c in corners), y=y, zone=zone, settled=settled, x=x)

    # -- other runs --------------------------------------------------------------------------------------

    def _lift(self, k: int, corner: Corner, x: FloatArray, count: _Count) -> SolveResult | None:
        """Raise the sum of the objectives with objective k held where it is: the second run."""
        self._shut()
        p = len(self.objectives)
        reached = float(self._dense[k] @ x) + self._side[k]
        lower = np.array([corner[j] + 1 - self._side[j] for j in range(p)])
        lower[k] = (round(reached) if self.objectives[k].exact else reached - 1e-6 * max(1.0, abs(reached))) - self._side[k]
        self._session.change_row_bounds(self._rows, lower, np.full(p, math.inf))
        return self._most(count, x)

    def _raised(self, worth: FloatArray, least: float, count: _Count) -> SolveResult | None:
        """Raise the sum of the objectives over points that are worth so much: the second run of a weighted question."""
        self._shut()
        at = np.flatnonzero(worth).astype(np.int32)
        self._session.add_row(at, worth[at] * _LIGHTER, least * _LIGHTER, math.inf)
        return self._most(count)

    def _most(self, count: _Count, start: FloatArray | None = None) -> SolveResult | None:
        """Return the point with the largest sum of the objectives; None when that is not proven."""
        self._cost(self._total)
        count.twice += 1
        lifted = self._run(count, 0.5 if all(o.exact for o in self.objectives) else _COARSE, start=start)
        return lifted if lifted.status is Status.OPTIMAL else None

    def _cost(self, of_own: FloatArray) -> None:
        """Let the model raise a sum over its own columns."""
        cost = np.zeros(self._ext.n + MOST_ZONES + 1)
        cost[: self._ext.n] = of_own
        self._session.change_cost(self._every, cost, 0.0)

    def _steps(self, settled: Settled) -> Corner:
        """Return a point's values in steps."""
        return tuple(o.steps(v) for o, v in zip(self.objectives, settled.values, strict=True))

    def _nothing(self, corners: Sequence[Corner], count: _Count) -> Reply:
        """Prove that nothing is beyond the corners in the other objectives: their rows must give.

        By a step at least where all objectives are exact; of real-valued ones by more than what tolerances explain.
        """
        nowhere = tuple(-1 for _c in corners)
        cost = np.zeros(self._ext.n + MOST_ZONES + 1)
        cost[self._ext.relax] = -1.0
        self._session.change_cost(self._every, cost, 0.0)
        self._session.change_col_bounds(self._ext.relax, 0.0, float(max(o.top for o in self.objectives) + 2))
        least = 0.5 if all(o.exact for o in self.objectives) else _GIVEN
        answer = self._run(count, 0.4 * least)
        if not answer.doubted:
            if math.isfinite(answer.bound) and answer.bound <= -least:
                return count.reply(ceiling=nowhere)
            return count.reply(why=_("'infeasible' was said of a zone whose rows can be met"))
        self._shut()
        if self._run(count, 0.2, second_proof=True).status is Status.INFEASIBLE:  # the model itself has no point
            return count.reply(ceiling=nowhere)
        return count.reply(why=_("'infeasible' was said of a model that has points"))


def _whole(bound: float) -> int:
    """Return the whole steps that a bound leaves possible, its rounding error counted against us."""
    return math.floor(bound + max(1e-6, 1e-9 * abs(bound)))
