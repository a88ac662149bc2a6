"""A small tree of linear programmes that brings the bound down to what a good incumbent needs.

A few giants among the projects hold the bound of the root up; branching on them alone (the fractional start with
the most at stake first, the highest bound first) often closes the gap in some dozen nodes, each one re-solve from
the last basis, where a solver's root needs presolve and cuts first. It gives up early when the bound hardly moves.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

import numpy as np

from ..problem.tables import Floats
from ..solver.lp import LpAnswer
from .master import Master

#: nodes at which the tree must have closed which share of the way, and the most nodes
MILESTONES = ((24, 0.2), (60, 0.5), (120, 0.8))
MOST_NODES = 200
#: every so many nodes the oracle is asked for rows that the node's point breaks
ASK_EVERY = 3


@dataclass
class TreeAnswer:
    """What a tree has proven: no portfolio is above `bound`; integer points met are candidates."""

    bound: float
    nodes: int = 0
    points: list[Floats] = field(default_factory=list)


def branch(master: Master, root: LpAnswer, lower: Floats, upper: Floats, goal: float, deadline: float) -> TreeAnswer:
    """Branch until no leaf is above `goal`, or it does not pay.

    Parameters
    ----------
    master : Master
        Its linear programme is used and given back with its own bounds; rows found on the way stay.
    root : LpAnswer
        The linear programme's optimum within `master.lower`, `master.upper`.
    lower, upper : arrays
        Bounds after fixing; portfolios outside are known not to be better than the incumbent.
    goal : float
        Objective value at which a leaf is closed.
    deadline : float
        `time.monotonic()` at which to stop.
    """
    heap: list[tuple[float, int, tuple[tuple[int, float], ...]]] = [(-root.objective, 0, ())]
    answer = TreeAnswer(root.objective)
    closed = -np.inf
    stake = np.maximum(np.abs(master.matrices.col_cost), 1e-3)
    try:
        while heap and -heap[0][0] > goal:
            answer.bound = -heap[0][0]
            if answer.nodes >= MOST_NODES or time.monotonic() > deadline or _stalls(answer, root.objective, goal):
                break
            _key, _number, path = heapq.heappop(heap)
            point = _node(master, lower, upper, path, goal, answer)
            if point is None:
                continue
            if point.objective <= goal:
                closed = max(closed, point.objective)
                continue
            away = np.minimum(point.x - np.floor(point.x), np.ceil(point.x) - point.x)
            column = int(np.argmax(away * stake))
            if away[column] <= 1e-6:
                answer.points.append(np.rint(point.x))
                closed = max(closed, point.objective)
                continue
            for value in (0.0, 1.0):
                heapq.heappush(heap, (-point.objective, 2 * answer.nodes + int(value), (*path, (column, value))))
    finally:
        master.lp.change_col_bounds(master.columns, master.lower, master.upper)
    answer.bound = min(root.objective, max(-heap[0][0] if heap else -np.inf, closed))
    return answer


def _node(master: Master, lower: Floats, upper: Floats, path: tuple[tuple[int, float], ...], goal: float, answer: TreeAnswer) -> LpAnswer | None:
    low, high = lower.copy(), upper.copy()
    for column, value in path:
        low[column] = high[column] = value
    if (low > high).any():
        return None
    master.lp.change_col_bounds(master.columns, low, high)
    answer.nodes += 1
    point = master.lp.run()
    if point is not None and point.objective > goal and answer.nodes % ASK_EVERY == 1:
        found = master.oracle.ask(master.portfolio(point.x))
        if not found.funded and master.take(point.x, found):
            master.lp.change_col_bounds(master.columns, low, high)
            point = master.lp.run()
    return point


def _stalls(answer: TreeAnswer, root: float, goal: float) -> bool:
    way = (root - answer.bound) / max(root - goal, 1e-12)
    return any(answer.nodes >= nodes and way < share for nodes, share in MILESTONES)
