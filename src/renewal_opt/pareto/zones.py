"""The search region as a set of zones, each the points strictly better than a corner in every objective.

Klamroth, Lacour, Vanderpooten, 'On the representation of the search region in multi-objective optimization',
EJOR 245 (2015): local bounds with the points that define them, so that no zone is held twice or inside another
(points in general position are not needed). Here more is better, so corners are lower bounds; coordinate -1 is free.
Pruning after Tamby and Vanderpooten, INFORMS J. Computing 33 (2021): a solved zone tells, for every zone in the shadow of its
projection, how good objective k can become there; these ceilings are kept and tried on zones that come later too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Corner = tuple[int, ...]
Ints = npt.NDArray[np.int64]


@dataclass
class SearchRegion:
    """Zones that may still hold nondominated points.

    Parameters
    ----------
    top : tuple of int, length p
        No feasible point is above it; whole steps from 0.
    """

    top: Corner
    _points: set[Corner] = field(default_factory=set)
    _zones: dict[Corner, list[set[Corner]]] = field(default_factory=dict)
    _ceilings: list[_Ceilings] = field(default_factory=list)
    _array: Ints | None = None

    def __post_init__(self) -> None:
        p = len(self.top)
        self._zones[(-1,) * p] = [set() for _k in range(p)]
        self._ceilings = [_Ceilings(k, p) for k in range(p)]

    @property
    def corners(self) -> list[Corner]:
        """The zones' corners, in a fixed order."""
        return list(self._zones)

    @property
    def array(self) -> Ints:
        """The corners, shape (zones, p), in the order of `corners`."""
        if self._array is None:
            self._array = np.array(self.corners, dtype=np.int64).reshape(-1, len(self.top))
        return self._array

    def __len__(self) -> int:
        return len(self._zones)

    def __contains__(self, corner: Corner) -> bool:
        return corner in self._zones

    def drop(self, corners: Iterable[Corner]) -> None:
        """Take away zones that are proven to hold no point."""
        for c in corners:
            if self._zones.pop(c, None) is not None:
                self._array = None

    def add_point(self, y: Corner) -> bool:
        """Split the zones that hold a new nondominated point; False when it is known."""
        if y in self._points:
            return False
        self._points.add(y)
        at, corners, p = np.array(y), self.array, len(self.top)
        above = at > corners
        listed = self.corners
        touching = (above.sum(axis=1) == p - 1) & (at >= corners).all(axis=1)
        for i in np.flatnonzero(touching):
            k = int(np.flatnonzero(~above[i])[0])
            self._zones[listed[i]][k].add(y)
        new: dict[Corner, list[set[Corner]]] = {}
        for i in np.flatnonzero(above.all(axis=1)):
            old = self._zones.pop(listed[i])
            for k in range(p):
                corner = (*listed[i][:k], y[k], *listed[i][k + 1 :])
                by = [{y} if j == k else {z for z in old[j] if z[k] > y[k]} for j in range(p)]
                if all(by[j] or corner[j] == -1 for j in range(p)) and not self._shut(corner):
                    new[corner] = by
        self._zones.update(new)
        self._array = None
        return True

    def add_ceiling(self, k: int, corner: Sequence[int], most: int) -> None:
        """Note that no point that beats `corner` in every objective but k is better than `most` in k; drop the zones it shuts."""
        at = self.array
        shut = at[:, k] >= most
        for j in range(len(self.top)):
            if j != k:
                shut &= at[:, j] >= corner[j]
        listed = self.corners
        self.drop([listed[i] for i in np.flatnonzero(shut)])
        self._ceilings[k].add(corner, most)

    def tops(self, ideal: Sequence[int]) -> dict[Corner, Corner]:
        """Return, by corner, what no point of a zone is better than: the ideal, or what a known ceiling leaves."""
        return {c: tuple(int(min(best, known.most(c))) for best, known in zip(ideal, self._ceilings, strict=True)) for c in self.corners}

    def _shut(self, corner: Corner) -> bool:
        """Whether a known ceiling, or the top, leaves nothing in a zone."""
        if any(c >= t for c, t in zip(corner, self.top, strict=True)):
            return True
        return any(known.shut(corner) for known in self._ceilings)


class _Ceilings:
    """What is proven about one objective: beyond each corner in all other objectives, at most so much of this one."""

    def __init__(self, k: int, p: int) -> None:
        self._k = k
        self._corners: Ints = np.empty((0, p), dtype=np.int64)
        self._most: Ints = np.empty(0, dtype=np.int64)

    def add(self, corner: Sequence[int], most: int) -> None:
        """Take a ceiling; forget those that it makes needless."""
        at = np.array(corner, dtype=np.int64)
        at[self._k] = -1  # says nothing
        needless = (self._corners >= at).all(axis=1) & (self._most >= most)
        self._corners = np.vstack([self._corners[~needless], at])
        self._most = np.append(self._most[~needless], most)

    def most(self, corner: Corner) -> float:
        """Return the lowest ceiling beyond a corner."""
        at = np.array(corner, dtype=np.int64)
        at[self._k] = np.iinfo(np.int64).max
        return min(self._most[(self._corners <= at).all(axis=1)].tolist(), default=math.inf)

    def shut(self, corner: Corner) -> bool:
        """Whether a ceiling leaves nothing beyond a corner."""
        return bool(((self._corners <= np.array(corner)).all(axis=1) & (self._most <= corner[self._k])).any())
