"""Supported points only: those that are best for some weights of the objectives.

Papers: Aneja and Nair (Management Science 25, 1979) for two objectives; for more, the facets of the hull of what is known are
tried one by one (as in Oezpeynirci and Koeksalan, Management Science 56, 2010).
Idea: two neighbouring points give the weights for which both are equally good; a solve with these weights either finds a point
beyond the line (plane) or proves that there is none. Supports two and more objectives; points inside a facet may be left out,
every extreme supported point is found (of three objectives and more: within the tolerance of the hull's arithmetic).
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence
from math import gcd

import numpy as np

from ..solver import SolveOptions
from .answer import Answer, Point, no_point
from .model import MatrixModel, Settled
from .objectives import IntegerObjective
from .subsolve import Question, ZoneSolver
from .zones import Corner

#: a normal's component below this counts as 0
_FLAT = 1e-7
#: the largest whole weight
_WEIGHTS = 10**5


def supported(model: MatrixModel, *, seconds: float | None = None, options: SolveOptions | None = None) -> Answer:
    """Return the extreme supported points, and possibly other supported ones.

    Parameters
    ----------
    model : MatrixModel
    seconds : float, optional
        Stop after so long.
    options : SolveOptions, optional
        Threads, seed, cancel.

    Returns
    -------
    Answer
        `complete` is False: it is not the whole nondominated set. `missing` is 1 when the search ended early, else NaN: not known.
    """
    began = time.monotonic()
    whole = model.whole()
    if whole is None:
        return no_point(model.objectives, began)
    search = _Search(model, whole, options, math.inf if seconds is None else began + seconds)
    finished = search.run()
    points = sorted(search.points.values(), key=lambda p: tuple(-v for v in p.y))
    p = len(whole)
    best: tuple[int | None, ...] = tuple(max(range(len(points)), key=lambda i, k=k: points[i].y[k], default=None) for k in range(p))  # type: ignore[misc]
    ideal = tuple(points[i].values[k] for k, i in enumerate(best) if i is not None) if points else None
    return Answer(
        tuple(points), False, all(o.exact for o in whole), (), ideal, None, tuple(o.stated for o in whole), best,
        math.nan if finished else 1.0, search.runs, search.twice, time.monotonic() - began,
    )  # fmt: skip


class _Search:
    def __init__(self, model: MatrixModel, whole: Sequence[IntegerObjective], options: SolveOptions | None, until: float) -> None:
        self.solver = ZoneSolver(model, whole, options)
        self.whole, self.until = whole, until
        self.points: dict[Corner, Point] = {}
        self.runs = self.twice = 0

    def run(self) -> bool:
        """Find the best of each objective, then try facets until none is left; whether it came to its end."""
        p = len(self.whole)
        for k in range(p):
            reply = self.solver.ask(Question(k, ((-1,) * p,)), self.until - time.monotonic())
            self.runs, self.twice = self.runs + reply.runs, self.twice + reply.twice
            if reply.ceiling is None or reply.y is None:
                return reply.ceiling is not None
            assert reply.settled is not None
            self._add(reply.y, reply.settled, reply.x)
        return self._lines() if p == 2 else self._planes()

    def _add(self, y: Corner, settled: Settled, x: object) -> None:
        self.points.setdefault(y, Point(settled.values, y, x, settled.payload))  # type: ignore[arg-type]

    def _lines(self) -> bool:
        ends = sorted(self.points, reverse=True)
        waiting = list(itertools.pairwise(ends))
        while waiting:
            a, b = waiting.pop()
            weights = (b[1] - a[1], a[0] - b[0])
            found = self._weighted(weights)
            if found is None:
                return False
            if weights[0] * found[0] + weights[1] * found[1] > weights[0] * a[0] + weights[1] * a[1]:
                waiting += [(a, found), (found, b)]
        return True

    def _planes(self) -> bool:
        tried: set[tuple[int, ...]] = set()
        while True:
            fresh = [w for w in _normals(list(self.points)) if w not in tried]
            if not fresh:
                return True
            for weights in fresh:
                tried.add(weights)
                if self._weighted(weights) is None:
                    return False

    def _weighted(self, weights: Sequence[int]) -> Corner | None:
        """Return the best point for positive whole weights; None when it could not be proven in time."""
        shared = gcd(*weights) or 1
        reply = self.solver.weigh([w // shared for w in weights], self.until - time.monotonic())
        self.runs += reply.runs
        if reply.y is None or reply.settled is None:
            return None
        self._add(reply.y, reply.settled, reply.x)
        return reply.y


def _normals(points: list[Corner]) -> list[tuple[int, ...]]:
    """Return the outer normals, in positive whole numbers, of the facets that face up; lower copies of the points close the hull."""
    from scipy.spatial import ConvexHull, QhullError

    y = np.array(points, dtype=float)
    span = np.maximum(y.max(axis=0) - y.min(axis=0), 1.0)
    scaled = (y - y.min(axis=0)) / span
    p = scaled.shape[1]
    below = np.vstack([np.where(np.arange(p) == k, -2.0, scaled) for k in range(p)] + [np.full((1, p), -2.0)])
    try:
        hull = ConvexHull(np.vstack([scaled, below]), qhull_options="Qt")
    except QhullError:
        return [(1,) * p]
    out: list[tuple[int, ...]] = []
    for normal in hull.equations[:, :-1]:
        if (normal > -_FLAT).all():  # a facet along an axis: what is beyond it is found with a small weight there
            per_step = np.maximum(normal, 0.0) / span
            out.append(tuple(max(1, int(v)) for v in np.rint(per_step / per_step.max() * _WEIGHTS)))
    return sorted(set(out))


