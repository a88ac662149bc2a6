"""A few points that stand for the whole set, with a proven coverage error.

Papers: Sayin (Math. Programming 87, 2000) for coverage: the largest distance of a nondominated point from the nearest point shown,
here the greatest difference over the objectives, each divided by its range; Gonzalez (Theor. Comput. Sci. 38, 1985) for the choice
of centres, at most twice the best possible error over the points found.
Idea: always ask the zone in which a missing point could lie farthest from all found points, of two objectives the middle of the box
with the longest side; what is still open when it stops bounds the error. Supports any number of objectives; with time enough the
set is complete and the error exact.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..solver import SolveOptions
from ..workers import Opener
from .answer import Answer, Record
from .boxes import BoxSearch
from .model import MatrixModel
from .region import RegionSearch
from .search import OnPoint, OnRecord, Telling, nondominated
from .subsolve import Question
from .zones import Corner

Floats = npt.NDArray[np.float64]
#: without a time, so many times as many points are found as are shown: a choice among them spreads
MORE = 4


@dataclass(frozen=True, eq=False)
class Representation:
    """Points that stand for the set.

    Attributes
    ----------
    answer : Answer
        All points found, and what is open.
    chosen : tuple of int
        Numbers of the points shown, in `answer.points`.
    coverage : float
        No nondominated point is farther than this from the nearest shown one: the greatest difference in any objective, as a share
        of the range from the worst value found or still possible to the proven best: at most 1. Infinite where nothing is known: no point was found, or answers
        were set aside without proof.
    exact : bool
        Whether the coverage is that of the complete set, or a bound.
    span : tuple of float
        That range of each objective, in steps; empty without points.
    """

    answer: Answer
    chosen: tuple[int, ...]
    coverage: float
    exact: bool
    span: tuple[float, ...] = ()


class GapSearch(RegionSearch):
    """Zone search that goes where a missing point could be farthest from all found ones, and stops at a number of points.

    Parameters
    ----------
    top, raisable :
        See `RegionSearch`.
    enough : int or None
        Stop after so many points; None: go on to the end.
    """

    def __init__(self, top: Corner, raisable: Sequence[bool], enough: int | None = None) -> None:
        super().__init__(top, raisable, together=1)
        self._enough = enough
        self._found: list[Corner] = []

    def note(self, y: Corner) -> None:
        """Take a found point."""
        self._found.append(y)

    def tops(self) -> dict[Corner, Corner]:
        """Return what no point of a zone is better than."""
        return self.region.tops(self._ideal)

    def next(self, busy: Sequence[Question]) -> Question | None:
        """Return the question about the zone whose points may be farthest away."""
        if len(self._asked_first) < len(self._first):
            return super().next(busy)
        if self._enough is not None and len(self._found) >= self._enough:
            return None
        corners = self.region.corners
        free = [corners[i] for i in self._free(busy).tolist()]
        if not free:
            return None
        tops = self.tops()
        span = span_of(self._found, self._ideal, corners)
        corner = free[int(np.argmax(far_away(free, self._found, [tops[c] for c in free], span)))]
        room = (np.array(tops[corner]) - np.array(corner)) / span
        k = min((j for j in self._raisable if j not in self._in_vain.get(corner, {})), key=lambda j: room[j])  # the projection without the narrowest side is the largest
        return self._inner(k, corner) or Question(k, (corner,))


def far_away(corners: Sequence[Corner], shown: Sequence[Corner], tops: Sequence[Corner], span: Floats) -> Floats:
    """Return, for each zone, how far a point in it may be from the nearest shown one.

    Parameters
    ----------
    corners, shown : sequences of tuple of int
    tops : sequence of tuple of int
        Of each zone, what no point in it is above.
    span : array, shape (p,)
        What a difference in each objective is divided by.

    Returns
    -------
    array, shape (corners,)
        At least every distance that occurs.
    """
    z = np.array(shown, dtype=float)
    out = np.empty(len(corners))
    for i, (least, best) in enumerate(zip(np.array(corners, dtype=float) + 1.0, np.array(tops, dtype=float), strict=True)):  # points lie between
        out[i] = (np.maximum(best - z, z - least) / span).max(axis=1).min()
    return out


def span_of(points: Sequence[Corner], ideal: Sequence[int], corners: Sequence[Corner] = ()) -> Floats:
    """Return the range of each objective, from the worst value found, or still possible in a zone, to the proven best; at least a step."""
    worst = np.array(points, dtype=float).min(axis=0)
    if corners:
        worst = np.minimum(worst, np.array(corners, dtype=float).min(axis=0) + 1.0)
    spans: Floats = np.maximum(1.0, np.array(ideal, dtype=float) - worst)
    return spans


def representation(
    model: MatrixModel, number: int, *, seconds: float | None = None, options: SolveOptions | None = None, workers: Opener | None = None,
    resume: Iterable[Record] = (), on_point: OnPoint | None = None, on_record: OnRecord | None = None, progress: Telling | None = None,
    cancel: threading.Event | None = None,
) -> Representation:  # fmt: skip
    """Return at most `number` points with a proven coverage error.

    Parameters
    ----------
    model : MatrixModel
    number : int
        At least the number of objectives.
    seconds : float, optional
        With a time, the search goes on for so long to choose better and to tighten the error; without, it stops when `MORE` times as
        many points are found as are shown.
    options, workers, resume, on_point, on_record, progress, cancel :
        See `nondominated`.

    Raises
    ------
    ValueError
        When fewer points are asked for than there are objectives.
    """
    if number < len(model.objectives):
        raise ValueError(f"at least {len(model.objectives)} points: the best of each objective")
    enough = MORE * number if seconds is None else None
    answer = nondominated(
        model, seconds=seconds, options=options, workers=workers, resume=resume, on_point=on_point, on_record=on_record,
        progress=progress, cancel=cancel, search=lambda top, raisable, exact: BoxSearch(top, raisable, exact, by_side=True, enough=enough) if len(top) == 2 else GapSearch(top, raisable, enough),
    )  # fmt: skip
    return chosen_of(answer, number)


def chosen_of(answer: Answer, number: int) -> Representation:
    """Choose the points shown from those found."""
    if not answer.points:
        return Representation(answer, (), 0.0 if answer.complete else math.inf, answer.complete)
    all_points = [p.y for p in answer.points]
    span = span_of(all_points, answer.ideal_steps, answer.open_corners)
    scaled = np.array(all_points, dtype=float) / span
    chosen = sorted({i for i in answer.payoff if i is not None})[:number]
    away = np.abs(scaled[:, None, :] - scaled[None, chosen, :]).max(axis=2).min(axis=1)
    while len(chosen) < min(number, len(scaled)) and away.max() > 0.0:
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.abs(scaled - scaled[chosen[-1]]).max(axis=1))
    coverage = math.inf if answer.aside else float(away.max())
    if answer.open_corners:
        shown = [all_points[i] for i in chosen]
        coverage = max(coverage, float(far_away(answer.open_corners, shown, answer.open_tops, span).max()))
    return Representation(answer, tuple(sorted(chosen)), coverage, answer.complete, tuple(span.tolist()))
