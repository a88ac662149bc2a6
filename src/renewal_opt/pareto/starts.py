"""Points found so far, from which later questions start: neighbours of a zone are feasible in it, or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..solver.result import FloatArray
from .zones import Corner, Ints


class Starts:
    """The points that one solver has found.

    Parameters
    ----------
    p : int
        Number of objectives.
    """

    def __init__(self, p: int) -> None:
        self._y: Ints = np.empty((0, p), dtype=np.int64)
        self._x: list[FloatArray] = []

    def add(self, y: Corner, x: FloatArray) -> None:
        """Keep a point: its steps, its columns."""
        self._y = np.vstack([self._y, np.array(y, dtype=np.int64)])
        self._x.append(x)

    def inside(self, k: int, corners: Sequence[Corner]) -> tuple[FloatArray, int] | None:
        """Return the point that answers a question best, and its zone; None when no known point beats a corner in all objectives but k."""
        if not self._x:
            return None
        beats = self._y[:, None, :] > np.array(corners, dtype=np.int64)[None, :, :]
        beats[:, :, k] = True
        worth = np.where(beats.all(axis=2), self._y[:, None, k] - np.array([c[k] for c in corners]), np.iinfo(np.int64).min)
        i, zone = np.unravel_index(int(np.argmax(worth)), worth.shape)
        return (self._x[i], int(zone)) if worth[i, zone] > np.iinfo(np.int64).min else None

    def dearest(self, weights: Sequence[float]) -> FloatArray | None:
        """Return the point that is worth most by weights of steps."""
        return self._x[int(np.argmax(self._y @ np.asarray(weights, dtype=float)))] if self._x else None
