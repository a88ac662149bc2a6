"""Draws that are equal on every machine: the raw words of NumPy's PCG64 and integer arithmetic alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_BLOCK = 8192


class Draw:
    """A stream of draws, fixed by whole numbers.

    NumPy promises the raw stream of a bit generator for ever, but not what `Generator` makes of it, and
    `exp` and `log` differ in the last digit between processors; so neither is used.

    Parameters
    ----------
    *key : int
        Seed and the number of the stream.
    """

    def __init__(self, *key: int) -> None:
        from numpy.random import PCG64, SeedSequence

        self._bits = PCG64(SeedSequence(list(key)))
        self._words: list[int] = []

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n - 1."""
        if not self._words:
            raw: list[int] = self._bits.random_raw(_BLOCK).tolist()
            self._words = raw[::-1]
        return ((self._words.pop() >> 11) * n) >> 53

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int | float) -> bool:
        """Return True in `percent` of 100 cases (resolution 0.01)."""
        return self.below(10_000) < int(percent * 100)

    def one(self, items: Sequence[T]) -> T:
        """Return one of the items, each as likely."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[int]) -> T:
        """Return one of the items by whole weights."""
        at = self.below(sum(weights))
        for item, weight in zip(items, weights, strict=True):
            at -= weight
            if at < 0:
                return item
        raise AssertionError("weights")

    def some(self, items: Sequence[T], number: int) -> list[T]:
        """Return `number` different items in a random order."""
        rest = list(items)
        for i in range(min(number, len(rest))):
            j = i + self.below(len(rest) - i)
            rest[i], rest[j] = rest[j], rest[i]
        return rest[:number]
