"""Questions about zones, and what they taught."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from ..solver.result import FloatArray
from .model import Settled
from .zones import Corner


@dataclass(frozen=True, eq=False)
class Question:
    """A question about zones.

    Attributes
    ----------
    k : int
        Objective to raise.
    corners : tuple of Corner
        The zones, at most `MOST_ZONES`.
    """

    k: int
    corners: tuple[Corner, ...]


@dataclass(frozen=True, eq=False)
class Reply:
    """What a question taught.

    Attributes
    ----------
    ceiling : tuple of int, or None
        For each zone: no point beyond its corner in the other objectives has more of objective k. None: nothing is proven.
    y : Corner or None
        A point in steps: better than zone `zone` in all objectives but k, and best there in k; nondominated among all points
        when it is better in k too.
    zone : int
    settled : Settled or None
    x : array or None
        Columns of the model at the point.
    runs, twice : int
        Mixed-integer runs of HiGHS; of them second ones.
    seconds : float
    why : str
        Why nothing, or not all, is proven.
    aside : int
        Answers that were shut out without proof.
    """

    ceiling: tuple[int, ...] | None = None
    y: Corner | None = None
    zone: int = 0
    settled: Settled | None = None
    x: FloatArray | None = None
    runs: int = 0
    twice: int = 0
    seconds: float = 0.0
    why: str = ""
    aside: int = 0


@dataclass
class Count:
    """Work of one question."""

    runs: int = 0
    twice: int = 0
    aside: int = 0
    began: float = field(default_factory=time.monotonic)

    def reply(self, **known: Any) -> Reply:
        """Return a reply with the work so far."""
        return Reply(runs=self.runs, twice=self.twice, aside=self.aside, seconds=time.monotonic() - self.began, **known)


def whole_steps(bound: float) -> int:
    """Return the whole steps that a bound leaves possible, its rounding error counted against us."""
    return math.floor(bound + max(1e-6, 1e-9 * abs(bound)))
