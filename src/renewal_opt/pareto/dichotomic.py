"""Supported points only: those that are best for some weights of the objectives.

Papers: Aneja and Nair (Management Science 25, 1979) for two objectives; for more, the facets of the hull of what is known are
tried one by one (as in Oezpeynirci and Koeksalan, Management Science 56, 2010).
Idea: a facet of the hull gives the weights for which its points are equally good; a solve with these weights either finds a point
beyond the facet or proves that there is none. Supports two and more objectives. Points inside a facet may be left out, and those
beyond one by less than `subsolve.WORTH` of the ranges (and a step of real-valued objectives); every other extreme supported point is found.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..solver import SolveOptions
from .answer import Answer, Point, best_points, in_order, no_point, proven_best
from .model import MatrixModel, Settled
from .objectives import IntegerObjective
from .subsolve import Question, Reply, ZoneSolver
from .zones import Corner

#: a normal's component below this counts as 0
_FLAT = 1e-9
#: digits by which two normals are told apart
_DIGITS = 12
Weights = tuple[float, ...]


def supported(model: MatrixModel, *, seconds: float | None = None, options: SolveOptions | None = None) -> Answer:
    """Return the extreme supported points, and possibly other supported ones.

    Parameters
    ----------
    model : MatrixModel
    seconds : float, optional
        Stop after so long.
    options : SolveOptions, optional
        See `nondominated`.

    Returns
    -------
    Answer
        `complete` is False: these are not the whole nondominated set. `missing` is 1 when the search ended early, else NaN: not known.
    """
    began = time.monotonic()
    whole = model.whole()
    if whole is None:
        return no_point(model.objectives, began)
    search = _Search(model, whole, options, math.inf if seconds is None else began + seconds)
    finished = search.run() and not search.aside
    points = in_order(search.points.values(), whole)
    best = best_points(points, whole)
    ideal, bounds = proven_best(points, whole, search.most, search.best, search.aside)
    return Answer(
        tuple(points), False, all(o.exact for o in whole), (), ideal, None, tuple(o.stated for o in whole), best,
        math.nan if finished else 1.0, search.runs, search.twice, time.monotonic() - began, search.aside,
        exact_objectives=tuple(o.exact for o in whole), bounds=bounds,
    )  # fmt: skip


class _Search:
    def __init__(self, model: MatrixModel, whole: Sequence[IntegerObjective], options: SolveOptions | None, until: float) -> None:
        self.solver = ZoneSolver(model, whole, options)
        self.whole, self.until = whole, until
        self.points: dict[Corner, Point] = {}
        self.most = [o.top for o in whole]
        self.best: dict[int, Fraction] = {}
        self.runs = self.twice = self.aside = 0

    def run(self) -> bool:
        """Find the best of each objective, then try facets until none is left; whether it came to its end."""
        p = len(self.whole)
        for k in range(p):
            reply = self._told(self.solver.ask(Question(k, ((-1,) * p,)), self.until - time.monotonic()))
            if reply.ceiling is None or reply.settled is None:
                return reply.ceiling is not None
            self.best[k] = reply.settled.values[k]
            self.most[k] = min(self.most[k], reply.ceiling[0])
        tried: set[Weights] = set()
        while True:
            fresh = [w for w in _normals(list(self.points)) if w not in tried]
            if not fresh:
                return True
            for weights in fresh:
                tried.add(weights)
                if not self._beyond(weights):
                    return False

    def _beyond(self, weights: Weights) -> bool:
        """Look for points worth more than the known ones, until none is; whether that could be proven in time."""
        level = max(self.solver.worth(weights, Settled(p.values)) for p in self.points.values())
        while True:
            reply = self._told(self.solver.weigh(weights, level, self.until - time.monotonic()))
            if reply.settled is None:
                return reply.ceiling is not None
            level = self.solver.worth(weights, reply.settled)

    def _told(self, reply: Reply) -> Reply:
        self.runs, self.twice, self.aside = self.runs + reply.runs, self.twice + reply.twice, self.aside + reply.aside
        if reply.y is not None and reply.settled is not None:
            self.points.setdefault(reply.y, Point(reply.settled.values, reply.y, reply.x, reply.settled.payload))
        return reply


def _normals(points: list[Corner]) -> list[Weights]:
    """Return the outer normals, as weights of steps, of the facets that face up; lower copies of the points close the hull."""
    from scipy.spatial import ConvexHull

    y = np.array(points, dtype=float)
    span = np.maximum(y.max(axis=0) - y.min(axis=0), 1.0)
    scaled = (y - y.min(axis=0)) / span
    p = scaled.shape[1]
    below = np.vstack([np.where(np.arange(p) == k, -2.0, scaled) for k in range(p)] + [np.full((1, p), -2.0)])
    hull = ConvexHull(np.vstack([scaled, below]), qhull_options="Qt")
    up = np.array([normal for normal in hull.equations[:, :-1] if (normal > -_FLAT).all()])
    shares = np.round(np.where(up > _FLAT, up, 0.0) / up.sum(axis=1, keepdims=True), _DIGITS)
    return [tuple((w / span).tolist()) for w in np.unique(shares, axis=0)]
