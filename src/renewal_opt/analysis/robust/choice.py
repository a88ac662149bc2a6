r"""Portfolios for the whole set of information: maximin and minimax regret.

.. math::
    \max_z \min_{w, v} V(z, w, v), \qquad \min_z \max_{w, v} \max_{z'} [V(z', w, v) - V(z, w, v)]

Both are reached at extreme points of the weights, scores at their ends; in the regret the projects of both portfolios cancel.
What dominates a portfolio is no worse in either, so where the nondominated set is complete the best of it is the answer, and the
regret is the largest difference to another of the set. Elsewhere they are programmes of their own: maximin one, regret by rows
``r >= D(z', z)`` for the z' found so far, while another z' with a larger regret exists (one programme an extreme point).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .dominance import Search, most
from .space import More, Pick

#: rounds of the regret programme
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Chosen:
    """A portfolio, its least value or largest regret in steps, and whether none is better."""

    rule: Literal["maximin", "minimax_regret"]
    pick: Pick
    steps: int
    proven: bool


def from_set(search: Search) -> list[Chosen]:
    """Return both from the complete set of nondominated portfolios; the first of equals."""
    t, known = search.table, search.known
    rows = t.values
    if not known or not len(rows):
        return []
    bits = np.array([p.bits for p in known], dtype=np.int64)
    worth = (t.low[rows] @ bits.T).min(axis=0)
    regret = np.array([max(0, *(int(most(t, o.bits, z.bits)[rows].max()) for o in known)) for z in known])
    a, b = int(worth.argmax()), int(regret.argmin())
    return [Chosen("maximin", known[a], int(worth[a]), True), Chosen("minimax_regret", known[b], int(regret[b]), True)]


def by_programme(search: Search) -> list[Chosen]:
    """Return both by their own programmes; what could not be found at all is left out."""
    return [c for c in (maximin(search), minimax_regret(search)) if c is not None]


def maximin(search: Search) -> Chosen | None:
    """Return the portfolio with the most of its least value."""
    t, space = search.table, search.space
    rows = t.values
    if not len(rows):
        return None
    low = t.low[rows]
    more = More()
    column = more.column(1.0, float(np.minimum(low, 0).sum(axis=1).min()), float(np.maximum(low, 0).sum(axis=1).min()))
    more.rows += [space.row(part, -0.5, math.inf, [(column, -1.0)]) for part in low]
    found = space.best(np.zeros(len(t.items)), more, until=search.until)
    if found.pick is None:
        return None
    steps = int((low @ found.pick.bits.astype(np.int64)).min())
    return Chosen("maximin", found.pick, steps, found.bound < steps + 1 - 1e-3 and space.aside == 0)


def minimax_regret(search: Search) -> Chosen | None:
    """Return the portfolio whose largest regret is least."""
    t, space = search.table, search.space
    rows = t.values
    if not len(rows):
        return None
    low, high = t.low[rows], t.high[rows]
    top = float(np.abs(high).sum(axis=1).max() + np.abs(low).sum(axis=1).max())
    others: list[np.ndarray[tuple[int], np.dtype[np.bool_]]] = [p.bits for p in search.known]
    best: Chosen | None = None
    best_sure = False  # whether its own largest regret is proven
    for _round in range(_ROUNDS):
        more = More()
        column = more.column(-1.0, 0.0, top)
        for o in others:
            for lo, hi in zip(low, high, strict=True):  # r >= sum_o hi (1 - z) - sum_not o lo z
                more.rows.append(space.row(np.where(o, hi, lo), float(hi[o].sum()) - 0.5, math.inf, [(column, 1.0)]))
        found = space.best(np.zeros(len(t.items)), more, until=search.until)
        if found.pick is None:
            return best
        z = found.pick.bits
        worst, sure = 0, True
        for lo, hi in zip(low, high, strict=True):
            other = space.best(np.where(z, lo, hi), until=search.until, start=found.pick)
            if other.pick is None:
                return best
            reached = int(np.where(z, lo, hi)[other.pick.bits].sum())
            sure &= other.bound < reached + 1 - 1e-3
            worst = max(worst, reached - int(lo[z].sum()))
            others.append(other.pick.bits)
        least = -math.floor(found.bound + 1e-3)  # no portfolio has less regret towards the known ones
        if best is None or worst < best.steps:
            best, best_sure = Chosen("minimax_regret", found.pick, worst, False), sure
        if best.steps <= least:
            return Chosen(best.rule, best.pick, best.steps, best_sure and space.aside == 0)
    return best
