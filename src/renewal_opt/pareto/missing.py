"""How much may be missing: the hypervolume of the open zones up to the proven ideal, beside what the found points dominate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .zones import Corner


def missing_share(points: Sequence[Corner], zones: Iterable[Corner], ideal: Sequence[int], tops: Mapping[Corner, Corner] | None = None) -> float:
    """Return an upper bound on the share of the hypervolume that is not found yet.

    Every point that is missing lies in an open zone below the ideal. So the hypervolume of the union of these boxes is at least
    what the missing points would add; so is the sum of the boxes up to their tops, and the smaller number counts. The share is that
    over itself plus the hypervolume of the found points. Reference: one step below the worst of the found points in each objective.
    Hypervolumes by moocore (Fonseca, Paquete, Lopez-Ibanez, CEC 2006; Guerreiro, Fonseca, ACM Comput. Surv. 54, 2021).

    Parameters
    ----------
    points : sequence of tuple of int
        In steps, more is better.
    zones : iterable of tuple of int
        Corners.
    ideal : sequence of int
        Proven best of each objective.
    tops : mapping of corner to corner, optional
        What no point of a zone is better than. Without them zones reach to the ideal.

    Returns
    -------
    float
        Between 0 and 1; 1 while nothing is found.
    """
    import moocore

    listed = list(zones)
    corners = np.array(listed, dtype=float)
    if not len(corners):
        return 0.0
    if not points:
        return 1.0
    found, best = np.array(points, dtype=float), np.array(ideal, dtype=float)
    reference = found.min(axis=0) - 1.0
    scale = np.maximum(best - reference, 1.0)
    corners = np.maximum(corners, reference)
    there = moocore.hypervolume((reference - found) / scale, ref=np.zeros(found.shape[1]))
    below = corners[(corners < best).all(axis=1)]
    open_ = moocore.hypervolume((below - best) / scale, ref=np.zeros(found.shape[1])) if len(below) else 0.0
    if tops:
        upper = np.minimum(np.array([tops[z] for z in listed], dtype=float), best)
        open_ = min(open_, float((np.maximum(upper - corners, 0.0) / scale).prod(axis=1).sum()))
    return float(open_ / (open_ + there))
