"""With fixed scores: the nondominated set over the extreme points of the weights by `renewal_opt.pareto`, and all portfolios of each point.

Value is linear in the weights, so dominance over the whole set is dominance in its extreme points (Liesiö et al. 2007, theorem 1);
the points are a multi-objective front. Portfolios with equal values are all nondominated, so each point is asked for its others.
"""

from __future__ import annotations

import math
import threading
import time
from fractions import Fraction

import numpy as np

from ...i18n import _
from ...pareto import Aside, LinearObjective, MatrixModel, Settled, nondominated
from ...problem.tables import Floats
from .dominance import Search
from .measures import Table
from .space import More, Pick, Space

#: more measures than this are searched one portfolio at a time (`dominance`): zones in so many dimensions are too many
MOST_OBJECTIVES = 5
#: the front asks for optima exact to a step: quick with few items, or with few steps
FEW_ITEMS, FEW_STEPS = 60, 20_000


def may_sweep(table: Table) -> bool:
    """Return whether the engine of fronts serves this table."""
    quick = len(table.items) <= FEW_ITEMS or int(np.abs(table.high).sum(axis=1).max(initial=0)) <= FEW_STEPS
    return quick and table.fixed and 2 <= len(table.measures) <= MOST_OBJECTIVES


def sweep(search: Search, at_most: int) -> bool:
    """Fill `search.known` from the front; return whether the list is complete."""
    space, table = search.space, search.table
    stop = _Stop(space.options.cancel)
    model = MatrixModel(space.model(), _objectives(space, table), settle=_Settle(space, table))
    found: list[Pick] = []

    def take(point: object) -> None:
        pick = getattr(point, "payload", None)
        if isinstance(pick, Pick):
            found.append(pick)
            search.tell(_("nondominated portfolios: {number} found").format(number=len(found)))
        if len(found) > at_most:
            stop.set()

    answer = nondominated(model, seconds=max(0.5, search.until - time.monotonic()), options=space.options, on_point=take, cancel=stop)
    space.runs += answer.runs
    points = [p.payload for p in answer.points if isinstance(p.payload, Pick)]
    if not answer.complete:
        search.why = "many" if len(found) > at_most else "stopped" if space.stopped else "time" if time.monotonic() >= search.until else next((z.why for z in answer.open), "")
        for pick in points[:at_most]:  # a point of an unfinished front is nondominated; it is proven again all the same
            if search.take(pick) is None:
                break
        return False
    for pick in points:
        search.known.append(pick)
        if not ties(search, pick, at_most):
            return False
    return space.aside == 0


def ties(search: Search, first: Pick, at_most: int) -> bool:
    """Add the other portfolios with the values of `first`; return whether that was possible to the end."""
    space, table = search.space, search.table
    n = len(table.items.projects)
    more = More()
    for low in table.low:
        more.rows.append(space.row(low, float(low[first.bits].sum()) - 0.5, math.inf))
    inside = first.bits.copy()
    inside[n:] = False
    away = np.where(inside, -1.0, 1.0)  # how far from the first: the best is 0 changes when there is no other
    away[n:] = 0.0
    while True:
        if len(search.known) > at_most:
            search.why = "many"
            return False
        found = space.best(away, more, until=search.until)
        if found.status == "none":
            return True
        if found.pick is None:
            search.why = found.why
            return False
        if (found.pick.bits[:n] == first.bits[:n]).all():
            return found.bound < -float(inside.sum()) + 1 - 1e-3
        if not any((found.pick.bits[:n] == a.bits[:n]).all() for a in search.known):
            search.known.append(found.pick)
        more.rows.append(space.not_this(found.pick.bits))


def _objectives(space: Space, table: Table) -> tuple[LinearObjective, ...]:
    out: list[LinearObjective] = []
    for k, low in enumerate(table.low):
        coefs = space.spread(low)
        at = np.flatnonzero(coefs).astype(np.int32)
        out.append(LinearObjective(f"m{k}", at, tuple(Fraction(int(c)) for c in coefs[at])))
    return tuple(out)


class _Stop(threading.Event):
    """Set by the search itself, or from outside."""

    def __init__(self, outer: threading.Event | None) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        """Return whether either asks to stop."""
        return super().is_set() or (self._outer is not None and self._outer.is_set())


class _Settle:
    """Exact worth of an answer: the portfolio's parts added up, once it is feasible and funded."""

    def __init__(self, space: Space, table: Table) -> None:
        self._space, self._table = space, table

    def __call__(self, x: Floats) -> Settled | Aside:
        """Return the measures in steps and the portfolio, or rows that shut the answer out."""
        pick, rows, proven = self._space.settle(x)
        if pick is None:
            self._space.aside += not proven
            return Aside(tuple(rows), proven)
        values = (self._table.low @ pick.bits.astype(np.int64)).tolist()
        return Settled(tuple(Fraction(v) for v in values), pick)
