"""The 0/1 knapsack solved exactly by dynamic programming over whole numbers, independent of the package."""

from __future__ import annotations

from collections.abc import Sequence


def knapsack_dp(costs: Sequence[int], values: Sequence[int], budget: int) -> int:
    """Return the largest total value that the budget can pay for.

    Nemhauser and Ullmann (1969): the undominated (cost, value) pairs of the first k items, merged with
    the same pairs moved by item k + 1. All numbers are whole and not negative; sums are exact.
    """
    front: list[tuple[int, int]] = [(0, 0)]
    for cost, value in zip(costs, values, strict=True):
        moved = [(c + cost, v + value) for c, v in front if c + cost <= budget]
        merged: list[tuple[int, int]] = []
        best = -1
        i = j = 0
        while i < len(front) or j < len(moved):
            if j == len(moved) or (i < len(front) and (front[i][0], -front[i][1]) <= (moved[j][0], -moved[j][1])):
                pair, i = front[i], i + 1
            else:
                pair, j = moved[j], j + 1
            if pair[1] > best:
                merged.append(pair)
                best = pair[1]
        front = merged
    return front[-1][1]


def knapsack_enumerated(costs: Sequence[int], values: Sequence[int], budget: int) -> int:
    """Return the same by trying every list; for up to about 15 items."""
    best = 0
    for mask in range(1 << len(costs)):
        taken = [k for k in range(len(costs)) if mask >> k & 1]
        if sum(costs[k] for k in taken) <= budget:
            best = max(best, sum(values[k] for k in taken))
    return best
