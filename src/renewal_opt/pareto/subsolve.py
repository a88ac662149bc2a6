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
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import SolverError
from ..i18n import _
from ..solver import SolveOptions, SolveResult, Status
from ..solver.result import FloatArray
from ..solver.run import Factory
from .living import SHARP, LivingModel
from .model import BrokenRow, MatrixModel, Settled
from .objectives import IntegerObjective
from .replies import Count, Question, Reply, whole_steps
from .starts import Starts
from .zones import Corner

__all__ = ["Question", "Reply", "ZoneSolver"]

#: one run is trusted where the ranges add up to fewer steps than this: (sum of ranges) x 1e-6 < 0.1
AUGMENTED = 10**5
#: share of the step that the small terms may reach together
_SMALL = 0.5
#: share of a resolution to which real-valued objectives are proven, and that the small terms may then reach
_COARSE = 0.25
#: what a weighted question leaves open: a share of the ranges
WORTH = 1e-6
#: by how much, in steps, rows of real-valued objectives must give before a zone counts as empty
_GIVEN = 1e-3
#: how often rows may come before a question is given up
_TURNS = 500


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
        self._living = LivingModel(model, self.objectives, self.options, factory)
        self._starts = Starts(len(self.objectives))
        self._total: FloatArray = self._living.dense.sum(axis=0)
        ranges = sum(o.top for o in self.objectives)
        self._exact = all(o.exact for o in self.objectives)
        self.augmented = ranges < AUGMENTED
        self._eps = (_SMALL if self._exact else _COARSE) / max(1, ranges)
        if max(o.top for o in self.objectives) > AUGMENTED:
            self._living.feasibility = SHARP

    def ask(self, question: Question, seconds: float = math.inf) -> Reply:
        """Answer a question; a run that fails or ends by its clock gives a reply that proves nothing."""
        count = Count()
        self._living.until = count.began + min(seconds, self.options.seconds)
        try:
            return self._known(self._asked(question, count))
        except SolverError as error:
            return count.reply(why=str(error))
        finally:
            self._living.shut()

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
        count = Count()
        self._living.until = count.began + min(seconds, self.options.seconds)
        much = WORTH + sum(v for v, o in zip(weights, self.objectives, strict=True) if not o.exact)
        w, least = np.asarray(weights, dtype=float) / much, level / much  # one unit is what counts as more
        try:
            return self._known(self._weighed(w, least, count))
        except SolverError as error:
            return count.reply(why=str(error))
        finally:
            self._living.shut()

    def worth(self, weights: Sequence[float], settled: Settled) -> float:
        """Return what a point is worth by weights of steps."""
        return sum(w * float(o.place(v)) for w, o, v in zip(weights, self.objectives, settled.values, strict=True))

    # -- questions ---------------------------------------------------------------------------------------

    def _asked(self, question: Question, count: Count) -> Reply:
        k, corners, living = question.k, question.corners, self._living
        cost = living.dense[k] + (self._eps * self._total if self.augmented else 0.0)
        gap = _COARSE if not self.objectives[k].exact else 0.5 * self._eps if self.augmented else 0.5
        near = self._starts.inside(k, corners)
        start = None if near is None else (near[0], near[1] if len(corners) > 1 else None)
        for _turn in range(_TURNS):
            living.beyond(k, corners, cost)
            answer = living.run(count, gap, start=start)
            if answer.doubted:
                return self._nothing(corners, count)
            if answer.x is None or answer.status is not Status.OPTIMAL:
                return count.reply(why=answer.status.words())
            zone = int(np.argmax(answer.x[living.n : living.n + len(corners)])) if len(corners) > 1 else 0
            x = answer.x[: living.n]
            settled = self._worth(x, count)
            if settled is None:
                continue
            most = answer.bound + living.side[k] + (self._eps * float(living.side.sum()) if self.augmented else 0.0)
            if not self.augmented:
                lifted = self._lifted(k, corners[zone], x, count)
                if lifted is None:
                    return count.reply(why=_("the second run gave no answer"))
                settled, x = lifted
            return self._checked(question, zone, settled, x, most, count)
        return count.reply(why=_("rows kept coming"))

    def _weighed(self, w: FloatArray, least: float, count: Count) -> Reply:
        living = self._living
        side = float(w @ living.side)
        known = self._starts.dearest(w.tolist())
        for _turn in range(_TURNS):
            living.shut()
            living.raise_own(w @ living.dense)
            answer = living.run(count, 0.25, start=None if known is None else (known, None))
            if answer.doubted:
                return self._nothing((), count)
            if answer.x is None or answer.status is not Status.OPTIMAL:
                return count.reply(why=answer.status.words())
            settled = self._worth(answer.x[: living.n], count)
            if settled is None:
                continue
            if answer.bound + side <= least + 1.0:
                return count.reply(ceiling=())
            reached = self.worth(w.tolist(), settled)
            if reached <= least + 0.5:
                return count.reply(why=_("a bound did not exclude a step"))
            living.shut()
            living.worth_at_least(w @ living.dense, reached - 0.25 - side)
            lifted = self._most(count, answer.x[: living.n])
            if lifted is None or lifted.x is None:
                return count.reply(why=_("the second run gave no answer"))
            settled = self._worth(lifted.x[: living.n], count)
            if settled is not None:
                return count.reply(y=self._steps(settled), settled=settled, x=lifted.x[: living.n])
        return count.reply(why=_("rows kept coming"))

    def _known(self, reply: Reply) -> Reply:
        """Keep the point of a reply as a start of later questions; its columns hold no minus zero."""
        if reply.y is None or reply.x is None:
            return reply
        x = reply.x + 0.0
        self._starts.add(reply.y, x)
        return replace(reply, x=x)

    # -- the second run ----------------------------------------------------------------------------------

    def _lifted(self, k: int, corner: Corner, x: FloatArray, count: Count) -> tuple[Settled, FloatArray] | None:
        """Raise the sum of the objectives with objective k held where a feasible point has it, the others beyond the corner."""
        living = self._living
        reached = float(living.dense[k] @ x) + living.side[k]
        lower = np.array([c + 1 for c in corner]) - living.side
        lower[k] = (round(reached) if self.objectives[k].exact else reached - 1e-6 * max(1.0, abs(reached))) - living.side[k]
        for _turn in range(_TURNS):
            living.shut()
            living.at_least(lower)
            found = self._most(count, x)
            if found is None or found.x is None:
                return None
            settled = self._worth(found.x[: living.n], count)
            if settled is not None:
                return settled, found.x[: living.n]
        return None

    def _most(self, count: Count, x: FloatArray) -> SolveResult | None:
        """Return the point with the largest sum of the objectives, from a feasible one; None when that is not proven."""
        self._living.raise_own(self._total)
        count.twice += 1
        lifted = self._living.run(count, 0.5 if self._exact else _COARSE, start=(x, None))
        return lifted if lifted.status is Status.OPTIMAL else None

    # -- exactly -----------------------------------------------------------------------------------------

    def _worth(self, x: FloatArray, count: Count) -> Settled | None:
        """Return what an answer is worth; None after rows came that shut it out, or when integers are asked for more sharply."""
        rows = list(self.model.separate(x)) if self.model.separate is not None else []
        if not rows:
            try:
                settled = self.model.settled(x)
            except BrokenRow:
                if self._living.feasibility == SHARP:
                    raise
                self._living.feasibility = SHARP
                return None
            if isinstance(settled, Settled):
                return settled
            rows = list(settled.rows)
            count.aside += not settled.proven
        if not rows:
            raise SolverError(_("an answer was set aside without a row that shuts it out"))
        self._living.keep(rows)
        return None

    def _checked(self, question: Question, zone: int, settled: Settled, x: FloatArray, most: float, count: Count) -> Reply:
        """Hold an answer against its zone and its bound, in whole steps."""
        k, corners = question.k, question.corners
        corner, objective = corners[zone], self.objectives[k]
        y = self._steps(settled)
        if any(y[j] <= corner[j] for j in range(len(y)) if j != k):
            return count.reply(why=_("the answer {y} left its zone {corner}").format(y=y, corner=corner))
        excess = whole_steps(most if objective.exact else most - 1.0) - (corner[k] if len(corners) == 1 else 0)
        inside = objective.exact or most <= float(objective.place(settled.values[k])) + 1.0  # else the answer is the best to a step
        if excess > y[k] - corner[k] or (len(corners) == 1 and not inside):
            return count.reply(why=_("the bound {bound} does not exclude a step beyond {y}").format(bound=most, y=y))
        excess = y[k] - corner[k]
        return count.reply(ceiling=tuple(c[k] + excess for c in corners), y=y, zone=zone, settled=settled, x=x)

    def _steps(self, settled: Settled) -> Corner:
        """Return a point's values in steps."""
        return tuple(o.steps(v) for o, v in zip(self.objectives, settled.values, strict=True))

    def _nothing(self, corners: Sequence[Corner], count: Count) -> Reply:
        """Prove that nothing is beyond the corners in the other objectives: their rows must give.

        By a step at least where all objectives are exact; of real-valued ones by more than what tolerances explain.
        """
        nowhere = tuple(-1 for _c in corners)
        self._living.give_way()
        least = 0.5 if self._exact else _GIVEN
        answer = self._living.run(count, 0.4 * least)
        if not answer.doubted:
            if math.isfinite(answer.bound) and answer.bound <= -least:
                return count.reply(ceiling=nowhere)
            return count.reply(why=_("'infeasible' was said of a zone whose rows can be met"))
        self._living.shut()
        if self._living.run(count, 0.2, second_proof=True).status is Status.INFEASIBLE:  # the model itself has no point
            return count.reply(ceiling=nowhere)
        return count.reply(why=_("'infeasible' was said of a model that has points"))
