"""What a search for the nondominated set answers, and the record of each step, from which a search goes on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from ..solver.result import FloatArray
from .objectives import IntegerObjective, LinearObjective
from .subsolve import Question, Reply
from .zones import Corner


@dataclass(frozen=True, eq=False)
class Point:
    """A nondominated point.

    Attributes
    ----------
    values : tuple of Fraction, length p
        In the objectives' own units and senses.
    y : tuple of int, length p
        In steps, more is better.
    x : array or None
        Columns of the model; None for a point taken over from a record.
    payload : object
        What `settle` gave it.
    """

    values: tuple[Fraction, ...]
    y: Corner
    x: FloatArray | None = None
    payload: Any = None


@dataclass(frozen=True)
class OpenZone:
    """A part of objective space where points may be missing: strictly better than these values.

    Attributes
    ----------
    better_than : tuple of (Fraction or None), length p
        None: any value.
    why : str
    up_to : tuple of Fraction, length p, or empty
        No missing point is better than these; empty: than the ideal.
    """

    better_than: tuple[Fraction | None, ...]
    why: str
    up_to: tuple[Fraction, ...] = ()


@dataclass(frozen=True, eq=False)
class Record:
    """One question and what came of it; in this order they lead to the same state again.

    Attributes
    ----------
    question : Question
    reply : Reply
        Without `x`.
    """

    question: Question
    reply: Reply


@dataclass(frozen=True, eq=False)
class Answer:
    """The set that was found.

    Attributes
    ----------
    points : tuple of Point
        Nondominated, ordered by the first objective, best first, and then the second.
    complete : bool
        Whether no nondominated point is missing (in the resolution of the objectives).
    exact : bool
        Whether every objective has an exact step.
    open : tuple of OpenZone
    ideal : tuple of (Fraction or None), length p or 0
        Proven best of each objective; None where it is not proven, as with most objectives without an exact step.
    nadir : tuple of Fraction, or None
        Worst values of the points; None where the set is not complete, or an objective has no exact step.
    steps : tuple of Fraction
        Exact step, or resolution, of each objective.
    payoff : tuple of (int or None), length p
        Number of the point that is best in each objective.
    missing : float
        Upper bound on the share of the hypervolume that is not found yet, 0 when complete; the reference is the worst of the
        found points in each objective, the ideal is proven. NaN where nothing is known: answers were set aside without proof.
    runs, twice : int
        Mixed-integer runs of HiGHS; of them second runs, where one could not be trusted.
    seconds : float
    aside : int
        Answers that were shut out without a proof that they are no points.
    ideal_steps : tuple of int
        Proven best of each objective, in steps.
    open_corners : tuple of Corner
        The open zones in steps.
    exact_objectives : tuple of bool
        Which objectives have an exact step.
    bounds : tuple of (Fraction or None), length p or 0
        What no point is better than in each objective, proven; the ideal where that is known.
    open_tops : tuple of Corner
        Of each open zone, what no point in it is better than, in steps.
    """

    points: tuple[Point, ...]
    complete: bool
    exact: bool
    open: tuple[OpenZone, ...]
    ideal: tuple[Fraction | None, ...]
    nadir: tuple[Fraction, ...] | None
    steps: tuple[Fraction, ...]
    payoff: tuple[int | None, ...]
    missing: float
    runs: int
    twice: int
    seconds: float
    aside: int = 0
    ideal_steps: Corner = ()
    open_corners: tuple[Corner, ...] = ()
    exact_objectives: tuple[bool, ...] = ()
    bounds: tuple[Fraction | None, ...] = ()
    open_tops: tuple[Corner, ...] = ()


def best_points(points: Sequence[Point], objectives: Sequence[IntegerObjective]) -> tuple[int | None, ...]:
    """Return the number of the point that is best in each objective, the first of equals; None where there is no point."""
    return tuple(
        max(range(len(points)), key=lambda i, k=k, o=o: o.sign * points[i].values[k], default=None)  # type: ignore[misc]
        for k, o in enumerate(objectives)
    )


def in_order(points: Iterable[Point], objectives: Sequence[IntegerObjective]) -> list[Point]:
    """Return points by the first objective, best first, then by the second, and so on."""
    return sorted(points, key=lambda p: [-o.sign * v for o, v in zip(objectives, p.values, strict=True)])


def proven_best(
    points: Sequence[Point], objectives: Sequence[IntegerObjective], most: Sequence[int], best: Mapping[int, Fraction], aside: int
) -> tuple[tuple[Fraction | None, ...], tuple[Fraction | None, ...]]:  # fmt: skip
    """Return the ideal where it is proven exactly, and what no point is better than.

    Parameters
    ----------
    points : sequence of Point
    objectives : sequence of IntegerObjective
    most : sequence of int
        What is proven of each objective, in steps: at least what its linear relaxation tells.
    best : mapping of int to Fraction
        Value of the best point of each objective that was asked for it; of an objective without an exact step it is the best to a step.
    aside : int
        Answers set aside without proof: nothing is proven then.
    """
    if aside or not points:
        return (None,) * len(objectives), (None,) * len(objectives)
    ideal: list[Fraction | None] = []
    bounds: list[Fraction | None] = []
    for k, o in enumerate(objectives):
        found = max(o.sign * p.values[k] for p in points)
        limit = o.sign * best[k] + (0 if o.exact else o.stated) if k in best else o.sign * o.value_of(most[k] if o.exact else most[k] + 1)
        limit = max(found, limit if o.limit is None else min(limit, o.sign * o.limit))
        ideal.append(o.sign * limit if limit == found or (o.exact and k in best) else None)
        bounds.append(o.sign * limit)
    return tuple(ideal), tuple(bounds)


def no_point(objectives: Sequence[LinearObjective], began: float) -> Answer:
    """Return the answer for a model whose linear relaxation has no point.

    Parameters
    ----------
    objectives : sequence of LinearObjective
    began : float
        Moment (`time.monotonic`) at which the search began.
    """
    steps = tuple(o.resolution or Fraction(0) for o in objectives)
    return Answer((), True, True, (), (), None, steps, (None,) * len(objectives), 0.0, 0, 0, time.monotonic() - began)


class Algorithm(Protocol):
    """Asks the questions and learns from the replies; knows nothing of clocks and processes."""

    def next(self, busy: Sequence[Question]) -> Question | None:
        """Return what to ask while other questions are being answered; None: nothing now."""

    def take(self, question: Question, reply: Reply) -> Corner | None:
        """Learn from a reply; return the point if it is nondominated and new."""

    def open(self) -> dict[Corner, str]:
        """Return the corners of the zones that may hold more, and why they are open (empty text: not yet asked)."""

    def tops(self) -> dict[Corner, Corner]:
        """Return, by corner, what no point of an open zone is better than; where a corner is not named, that is the ideal."""

    def try_again(self) -> None:
        """Let zones whose question failed be asked again: of an earlier search, they may be settled now."""

    def ideal(self) -> tuple[int, ...]:
        """Return the best of each objective that is proven so far, in steps."""
