"""Knees of a front: plans beyond which a little gain in one objective costs much in another.

The best plans of the objectives span a plane (a line for two objectives), every objective scaled to its range. The knee is the plan
farthest beyond that plane towards the ideal: I. Das, 'On characterizing the "knee" of the Pareto curve based on normal-boundary
intersection', Structural Optimization 18 (1999) 107-115. Further knees are farther beyond it than every plan near them: X. Zhang,
Y. Tian, Y. Jin, 'A knee point-driven evolutionary algorithm for many-objective optimization', IEEE Transactions on Evolutionary
Computation 19 (2015) 761-776.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: plans that differ by no more than this share of the range in every objective are near each other
NEAR = 0.2
#: knees told of
MOST = 5
_TINY = 1e-9


def bulges(regrets: NDArray[np.float64], payoff: Sequence[int]) -> NDArray[np.float64]:
    """Return how far each plan lies beyond the plane through the best plans, as a share of the ranges.

    Parameters
    ----------
    regrets : array, shape (n, p)
        Distance from the ideal as a share of the range: 0 is the ideal.
    payoff : sequence of int, length p
        Row of the plan that is best in each objective.

    Returns
    -------
    array, shape (n,)
        Positive towards the ideal. Where the best plans span no plane whose normal points to the ideal (a plan that is best twice, say),
        the normal has equal weights and the plane goes through the best plan nearest to the ideal.
    """
    best = regrets[list(payoff)]
    p = regrets.shape[1]
    normal: NDArray[np.float64] = np.ones(p)
    offset = float(best.sum(axis=1).min())
    if np.linalg.matrix_rank(best) == p:
        found = np.asarray(np.linalg.solve(best, np.ones(p)), dtype=np.float64)
        if (found > _TINY).all():
            normal, offset = found, 1.0
    out: NDArray[np.float64] = (offset - regrets @ normal) / np.linalg.norm(normal)
    return out


def knees(regrets: NDArray[np.float64], payoff: Sequence[int]) -> tuple[int, ...]:
    """Return the rows of the knees, the most pronounced first; none where no plan lies beyond the plane.

    Parameters
    ----------
    regrets, payoff
        As in `bulges`.
    """
    if len(regrets) < 3:
        return ()
    height = bulges(regrets, payoff)
    order = np.argsort(-height, kind="stable")
    out: list[int] = []
    for at, i in enumerate(order):
        if height[i] <= _TINY or len(out) == MOST:
            break
        higher = order[:at]
        if not (np.abs(regrets[higher] - regrets[i]) <= NEAR).all(axis=1).any():
            out.append(int(i))
    return tuple(out)
