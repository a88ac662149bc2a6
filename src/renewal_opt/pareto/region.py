"""Three objectives and more: the search region by local bounds, its zones asked one by one or several in one search tree.

Papers: Klamroth, Lacour, Vanderpooten (EJOR 245, 2015) for the region; Daechert, Klamroth, Lacour, Vanderpooten (EJOR 260, 2017);
Tamby and Vanderpooten (INFORMS J. Computing 33, 2021) for the choice of zone and objective and for pruning.
Idea: ask the zone and objective whose projection is largest, because its answer shuts most other zones; every question gives a
nondominated point or proves zones empty. Where empty zones begin to prevail, zones that lie near each other are asked together.
Supports any number of objectives from 2 on, several questions at once, records, and zones that cannot be settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from .model import MOST_ZONES
from .subsolve import Question, Reply
from .zones import Corner, SearchRegion

#: a zone of at least this share of the whole box is asked from its middle first, so often
LARGE, HALVINGS = 1e-2, 2
#: but only while so many points stand against each of these questions that found none
DEAR = 5


class RegionSearch:
    """Search by zones.

    Parameters
    ----------
    top : tuple of int, length p
        No feasible point is above it.
    raisable : sequence of bool, length p
        Objectives that may be raised (real-valued ones are not where there are others).
    together : int
        Most zones asked in one run.
    by_volume : bool
        Whether the largest zone is asked first, and large ones from their middle, so that a search that is stopped has left no large
        part unseen.
    """

    def __init__(self, top: Corner, raisable: Sequence[bool], together: int = 8, *, by_volume: bool = False) -> None:
        self.region = SearchRegion(top)
        self._raisable = [k for k, may in enumerate(raisable) if may]
        self._together, self._by_volume = min(together, MOST_ZONES), by_volume
        self._first = [Question(k, ((-1,) * len(top),)) for k in range(len(top))]  # real-valued ones too: their best is wanted
        self._asked_first: set[int] = set()
        self._in_vain: dict[Corner, dict[int, str]] = {}  # zones asked alone in vain: by objective, why
        self._size = 1
        self._ideal: list[int] = list(top)
        self._least: list[int] = list(top)  # of the found points
        self._halved: dict[Corner, int] = {}  # how often a zone was asked away from its corner
        self._hits = self._misses = 0  # points found; questions away from a corner that found none

    def next(self, busy: Sequence[Question]) -> Question | None:
        """Return the question with the largest projection whose zones are not being asked."""
        for q in self._first:  # the ideal first: it scales what follows
            if q.k not in self._asked_first:
                self._asked_first.add(q.k)
                return q
        corners = self.region.corners
        free = self._free(busy)
        if not len(free):
            return None
        room = np.maximum(np.array(self._ideal) + 1.0 - self.region.array[free], 1e-9)
        if self._by_volume:
            room = room / (np.array(self._ideal) + 1.0)  # shares: an objective of few steps would be raised alone
        projected = (room.prod(axis=1)[:, None] / room)[:, self._raisable]
        vain = [i for i, j in enumerate(free.tolist()) if corners[j] in self._in_vain] if self._in_vain else []
        for i in vain:
            projected[i, [k in self._in_vain[corners[free[i]]] for k in self._raisable]] = -1.0
        if self._by_volume:
            best = int(np.argmax(room.prod(axis=1)))
            at = int(np.argmax(projected[best]))
        else:
            best, at = (int(i) for i in np.unravel_index(int(np.argmax(projected)), projected.shape))
        k = self._raisable[at]
        first = corners[int(free[best])]
        if self._by_volume and (inner := self._inner(k, first)) is not None:
            return inner
        if self._size == 1 or first in self._in_vain:
            return Question(k, (first,))
        away = np.abs(self.region.array[free] - self.region.array[free[best]]) / (np.array(self._ideal) + 1.0)
        away[:, k] = 0.0
        away[vain, k] = np.inf
        near = np.argsort(away.sum(axis=1), kind="stable")[: self._size]
        return Question(k, tuple(corners[int(free[j])] for j in near if np.isfinite(away[j, k])))

    def take(self, question: Question, reply: Reply) -> Corner | None:
        """Split and shut zones."""
        k = question.k
        first = self._is_first(question)
        if reply.ceiling is None:
            self._failed(question, reply)
            return None
        found: Corner | None = None
        if reply.y is not None:
            better = reply.y[k] > question.corners[reply.zone][k]
            if better and self.region.add_point(reply.y):
                found = reply.y
                self._least = [min(a, b) for a, b in zip(self._least, found, strict=True)]
                self.note(found)
        of_a_zone = found is not None or question.corners[0] in self.region
        self._hits += found is not None
        self._misses += not of_a_zone
        for corner, most in zip(question.corners, reply.ceiling, strict=True):
            self.region.add_ceiling(k, corner, most)
        if first:
            self._ideal[k] = min(self._ideal[k], reply.ceiling[0])
            self._asked_first.add(k)
        elif found is not None:
            self._size = max(1, self._size // 2)
        elif of_a_zone:
            self._size = min(self._together, self._size * 2)
        return found

    def _inner(self, k: int, corner: Corner) -> Question | None:
        """Return a question about the middle of a large zone, then nearer to its corner; None: ask the zone itself.

        From its corner a zone gives a neighbour of a known point at one end, where other objectives are worst.
        """
        tries = self._halved.get(corner, 0)
        low = [max(c, least - 1) for c, least in zip(corner, self._least, strict=True)]
        share = prod((b - a) / max(1, b - least + 1) for a, b, least in zip(low, self._ideal, self._least, strict=True))
        if tries >= HALVINGS or share < LARGE or corner in self._in_vain or self._misses * DEAR > self._hits:
            return None
        self._halved[corner] = tries + 1
        asked = [a + (b - a) // 2 ** (tries + 1) for a, b in zip(low, self._ideal, strict=True)]
        return Question(k, ((*asked[:k], corner[k], *asked[k + 1 :]),))

    def _free(self, busy: Sequence[Question]) -> npt.NDArray[np.int64]:
        """Return which zones may be asked: neither at work nor asked in vain for every objective that may be raised."""
        taken = {c for q in busy for c in q.corners} | {c for c, ks in self._in_vain.items() if all(k in ks for k in self._raisable)}
        return np.array([i for i, c in enumerate(self.region.corners) if c not in taken], dtype=np.int64)

    def note(self, y: Corner) -> None:
        """Be told of a new point; for searches that choose by them."""

    def open(self) -> dict[Corner, str]:
        """Return the zones left."""
        return {c: next(reversed(self._in_vain[c].values())) if c in self._in_vain else "" for c in self.region.corners}

    def tops(self) -> dict[Corner, Corner]:
        """Return nothing: zones reach to the ideal."""
        return {}

    def try_again(self) -> None:
        """Forget which zones could not be settled."""
        self._in_vain.clear()

    def ideal(self) -> tuple[int, ...]:
        """Return the best of each objective that is proven so far."""
        return tuple(self._ideal)

    def _is_first(self, question: Question) -> bool:
        return len(question.corners) == 1 and all(c == -1 for c in question.corners[0])

    def _failed(self, question: Question, reply: Reply) -> None:
        """Ask zones singly after a failure together; a single zone that fails for one objective is tried for the others."""
        if self._is_first(question) and len(self.region) != 1:
            return
        if len(question.corners) > 1:
            self._size = 1
            return
        (corner,) = question.corners
        self._in_vain.setdefault(corner, {})[question.k] = reply.why
