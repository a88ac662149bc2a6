"""A tree of linear programmes that brings the bound down and meets better portfolios on the way.

A few giants among the projects hold the bound of the root far above the optimum; once they are decided, what is left
is nearly whole. So columns are branched on where both sides fall most (strong branching, records of earlier falls
deciding which columns are tried), the highest bound first, each node one re-solve from the last basis; now and then
the core around a node's point is solved for an incumbent. It gives up early when the bound hardly moves.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..problem.tables import Floats
from ..solver.clock import OutOfTime
from ..solver.lp import LpAnswer
from .master import Master

#: linear programmes after which the tree must have closed which share of the way, and the most of them
MILESTONES = ((150, 0.1), (300, 0.25), (600, 0.5))
MOST = 1_000
#: models of more columns get fewer of them in proportion, but for a least share
FULL_SIZE, LEAST_SCALE = 2_000, 0.25
#: columns tried at a node, and uses after which a column's record is trusted
TRIED, TRUSTED = 3, 4
#: share of the best product so far that a column must promise to be tried
ENOUGH = 0.5
#: linear programmes between two cores around nodes: so many columns over the model's, within limits
PACE, LEAST_PACE, MOST_PACE = 20_000, 8, 50
#: every so many nodes the oracle is asked for rows that the node's point breaks
ASK_EVERY = 3
#: a column this near to 0 or 1 counts as whole
WHOLE = 1e-6
#: boxes of at most this share of all columns free are closed by HiGHS, which counts as so many linear programmes
BOX, BOX_WORK = 0.2, 10


@dataclass(order=True)
class _Open:
    key: tuple[float, int]
    lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    point: LpAnswer = field(compare=False)


@dataclass
class TreeAnswer:
    """What a tree has proven: no portfolio is above `bound`, or else it is not above the goal of that time."""

    bound: float
    nodes: int = 0
    solved: int = 0


class Tree:
    """One tree.

    Parameters
    ----------
    master : Master
        Its linear programme is used and given back with its own bounds; rows found on the way stay.
    goal : callable
        Objective value at which a leaf is closed; rises with the incumbent.
    consider : callable
        Takes a portfolio; says whether it can be funded, adds rows where not.
    core : callable
        Looks for an incumbent around a node's point.
    box : callable
        Solves a box and returns a bound of its portfolios.
    stop : callable
        Whether time is up or someone asked to stop.
    """

    def __init__(
        self, master: Master, goal: Callable[[], float], consider: Callable[[Floats], bool], core: Callable[[LpAnswer], None],
        box: Callable[[Floats, Floats], float], stop: Callable[[], bool],
    ) -> None:
        self.master, self.goal, self._stop = master, goal, stop
        self._consider, self._core, self._box = consider, core, box
        n = master.matrices.n_cols
        self._rate, self._uses = np.zeros((n, 2)), np.zeros((n, 2))
        self._share, self._seen = np.ones(2), np.ones((2, 2))
        self._stake = np.maximum(np.abs(master.matrices.col_cost), 1e-3)
        self._scale = min(1.0, max(LEAST_SCALE, FULL_SIZE / n))
        self._heap: list[_Open] = []
        self._count = 0
        self._closed = self._first_goal = -np.inf
        self._last_core, self._first_pace = 0, min(max(PACE // n, LEAST_PACE), MOST_PACE)
        self._pace = self._first_pace
        self.answer = TreeAnswer(np.inf)

    def grow(self, root: LpAnswer, lower: Floats, upper: Floats) -> TreeAnswer:
        """Branch until no leaf is above the goal, or it does not pay.

        Parameters
        ----------
        root : LpAnswer
            The linear programme's optimum within `master.lower`, `master.upper`.
        lower, upper : arrays
            Bounds after fixing; portfolios outside are known not to be better than the incumbent.
        """
        answer = self.answer
        self._first_goal = self.goal()
        self._push(lower, upper, root)
        cut = -np.inf
        try:
            while self._heap and -self._heap[0].key[0] > self.goal():
                answer.bound = -self._heap[0].key[0]
                if answer.solved >= MOST * self._scale or self._stop() or self._stalls(root.objective):
                    break
                self._expand(heapq.heappop(self._heap))
        except OutOfTime:
            cut = answer.bound  # the node at work was the highest
        finally:
            self.master.lp.change_col_bounds(self.master.columns, self.master.lower, self.master.upper)
        answer.bound = min(root.objective, max(-self._heap[0].key[0] if self._heap else -np.inf, self._closed, cut))
        return answer

    def _push(self, lower: Floats, upper: Floats, point: LpAnswer, bound: float = np.inf) -> None:
        self._count += 1
        heapq.heappush(self._heap, _Open((-min(point.objective, bound), -self._count), lower, upper, point))

    def _shut(self, value: float) -> None:
        self._closed = max(self._closed, value)

    def _expand(self, node: _Open) -> None:
        """Branch on a node."""
        answer = self.answer
        answer.nodes += 1
        point = self._funded(node) if answer.nodes % ASK_EVERY == 1 else node.point
        if point is None:
            return
        bound = min(point.objective, -node.key[0])  # HiGHS may know more of the box than its linear programme
        if answer.solved - self._last_core >= self._pace:
            before = self.goal()
            self._core(point)
            self._last_core = answer.solved
            self._pace = self._first_pace if self.goal() > before else 2 * self._pace
        goal = self.goal()
        if bound <= goal:
            self._shut(bound)
            return
        # reduced costs are those of the linear programme: they fall from its own objective, not from a better bound
        room = point.objective - goal + 1e-6 * max(1.0, abs(goal))
        lower, upper = node.lower.copy(), node.upper.copy()
        up = (point.reduced_cost > room) & (point.x >= upper - WHOLE)
        down = (point.reduced_cost < -room) & (point.x <= lower + WHOLE)
        lower[up], upper[down] = upper[up], lower[down]
        self._shut(goal)
        part = np.minimum(point.x, 1.0 - point.x)
        candidates = np.flatnonzero(part > WHOLE)
        if not len(candidates):
            if self._consider(np.rint(point.x)):
                self._shut(bound)
            else:  # rows were added
                self._again(lower, upper, bound)
            return
        if int((lower < upper).sum()) <= BOX * len(lower):
            answer.solved += BOX_WORK
            bound = min(self._box(lower, upper), bound)
            if bound <= self.goal():
                self._shut(bound)
                return
            self._again(lower, upper, bound)
            return
        column, children = self._choose(point, lower, upper, candidates)
        for v, child in enumerate(children):
            if child is None:
                continue
            if child.objective <= self.goal():
                self._shut(child.objective)
                continue
            low, high = lower.copy(), upper.copy()
            low[column] = high[column] = float(v)
            self._push(low, high, child, bound)

    def _again(self, lower: Floats, upper: Floats, bound: float) -> None:
        """Put a box back whose integer point broke rows that are there now; nothing in it is above `bound`."""
        point = self._solve(lower, np.minimum(upper, self.master.upper))
        if point is not None:
            self._push(lower, upper, point, bound)

    def _funded(self, node: _Open) -> LpAnswer | None:
        """Return the node's point after rows that it breaks were added, None for a box without a point."""
        master, point = self.master, node.point
        found = master.oracle.ask(master.portfolio(point.x))
        if found.funded or not master.take(point.x, found):
            return point
        return self._solve(node.lower, np.minimum(node.upper, master.upper))

    def _solve(self, lower: Floats, upper: Floats) -> LpAnswer | None:
        if (lower > upper).any():
            return None
        self.answer.solved += 1
        self.master.lp.change_col_bounds(self.master.columns, lower, upper)
        return self.master.lp.run()

    def _choose(self, point: LpAnswer, lower: Floats, upper: Floats, candidates: np.ndarray) -> tuple[int, tuple[LpAnswer | None, LpAnswer | None]]:
        """Return a column and both answers: one that closes a side, else the greatest product of falls."""
        x, value = point.x, point.objective
        room = max(value - self.goal(), 1e-9)
        distance = np.stack([x[candidates], 1.0 - x[candidates]], axis=1)
        rate = np.where(self._uses[candidates] > 0, self._rate[candidates], self._stake[candidates, None] * self._share)
        falls = np.maximum(rate * distance, 1e-9)
        score = np.minimum(falls, room).prod(axis=1) * (1.0 + 1e-3 * np.minimum(falls.prod(axis=1) / room**2, 1.0))
        best: tuple[float, int, tuple[LpAnswer | None, LpAnswer | None]] | None = None
        for i in np.argsort(-score, kind="stable")[:TRIED].tolist():
            j = int(candidates[i])
            if best is not None and (self._uses[j].min() > TRUSTED or score[i] < ENOUGH * best[0]):
                continue
            answers: list[LpAnswer | None] = []
            fell = []
            for v in (0, 1):
                low, high = lower.copy(), upper.copy()
                low[j] = high[j] = float(v)
                found = self._solve(low, high)
                fall = room if found is None else max(value - found.objective, 0.0)
                self._learn(j, v, fall, float(distance[i, v]))
                answers.append(found)
                fell.append(max(min(room, fall), 1e-9))
            product = fell[0] * fell[1]
            if best is None or product > best[0]:
                best = product, j, (answers[0], answers[1])
            if min(fell) >= room:
                break
        assert best is not None
        return best[1], best[2]

    def _learn(self, j: int, v: int, fall: float, distance: float) -> None:
        """Keep what a column's step brought, and how far such steps fall short of what is at stake."""
        rate = fall / max(distance, WHOLE)
        self._rate[j, v] += (rate - self._rate[j, v]) / (self._uses[j, v] + 1)
        self._uses[j, v] += 1
        self._seen[v] += (min(1.0, rate / self._stake[j]), 1.0)
        self._share[v] = max(self._seen[v, 0] / self._seen[v, 1], 1e-4)

    def _stalls(self, root: float) -> bool:
        """Whether bound and incumbents have closed too little of what lay between them at first."""
        way = 1.0 - (self.answer.bound - self.goal()) / max(root - self._first_goal, 1e-12)
        return any(self.answer.solved >= n * self._scale and way < share for n, share in MILESTONES)
