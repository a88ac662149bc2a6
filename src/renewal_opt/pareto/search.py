"""The complete nondominated set of a model with several objectives, or what is proven of it when the time ends."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..i18n import _
from ..solver import SolveOptions
from ..workers import Opener
from .answer import Algorithm, Answer, OpenZone, Point, Record, best_points, in_order, no_point, proven_best
from .asking import Asker, Here, pooled
from .boxes import BoxSearch
from .missing import missing_share
from .model import MatrixModel
from .objectives import IntegerObjective
from .region import RegionSearch
from .subsolve import Question, Reply, ZoneSolver
from .zones import Corner

#: told of every new point
OnPoint = Callable[[Point], None]
#: told of every question and its reply, in the order in which they count
OnRecord = Callable[[Record], None]
#: told how it stands: points, open zones, runs
Telling = Callable[[int, int, int], None]
#: makes an algorithm from the top, which objectives may be raised, and whether all have an exact step
Maker = Callable[[Corner, Sequence[bool], bool], Algorithm]


def nondominated(
    model: MatrixModel,
    *,
    seconds: float | None = None,
    options: SolveOptions | None = None,
    workers: Opener | None = None,
    resume: Iterable[Record] = (),
    on_point: OnPoint | None = None,
    on_record: OnRecord | None = None,
    progress: Telling | None = None,
    cancel: threading.Event | None = None,
    together: int = 8,
    search: Maker | None = None,
    spread: bool | None = None,
) -> Answer:
    """Return the nondominated set.

    Two objectives are searched by `boxes`, more by zones (`region`). A search with a time asks the largest box or zone first, so that
    what is found when it is stopped spreads; without one, what needs the fewest solves.

    Parameters
    ----------
    model : MatrixModel
        At least two objectives.
    seconds : float, optional
        Stop after so long with what is proven by then.
    options : SolveOptions, optional
        Seconds of one run, threads and seed; gaps are set here: every run ends at a proof of its step.
    workers : callable, optional
        `workers.processes(n)` or `workers.cluster(address)`; without, this process works alone.
    resume : iterable of Record
        Of an earlier search of the same model.
    on_point, on_record, progress : callable, optional
    cancel : threading.Event, optional
        Set it to stop.
    together : int
        Most zones asked in one run.
    search : callable, optional
        Makes another search; see `representation`.
    spread : bool, optional
        Whether the largest box or zone is asked first; default: where there is a time.

    Returns
    -------
    Answer
        `complete` only when every zone is settled by proof and nothing was set aside unproven.

    Raises
    ------
    ValueError
        For objectives that cannot be read; see `objectives`.
    SolverError
        When worker processes end again and again.
    """
    began = time.monotonic()
    whole = model.whole()
    if whole is None:
        return no_point(model.objectives, began)
    state = _Search(model, whole, began, together, search, spread=seconds is not None if spread is None else spread)
    for record in resume:
        state.learn(record.question, record.reply)
    state.algorithm.try_again()
    base = options or SolveOptions(seconds=math.inf)
    with _asker(model, whole, replace(base, cancel=cancel), workers) as asker:
        state.run(asker, None if seconds is None else began + seconds, base.seconds, cancel, on_point, on_record, progress)
    return state.answer()


@contextlib.contextmanager
def _asker(model: MatrixModel, whole: Sequence[IntegerObjective], options: SolveOptions, workers: Opener | None) -> Iterator[Asker]:
    if workers is None:
        yield Here(ZoneSolver(model, whole, options))
    else:
        with pooled(workers, model, whole, options) as asker:
            yield asker


@dataclass
class _Search:
    """The state of a search: its algorithm, what was found, and the work."""

    model: MatrixModel
    whole: Sequence[IntegerObjective]
    began: float
    together: int
    search: Maker | None = None
    spread: bool = False
    points: dict[Corner, Point] = field(default_factory=dict)
    runs: int = 0
    twice: int = 0
    aside: int = 0
    stopped: str = ""
    best: dict[int, Fraction] = field(default_factory=dict)  # by objective, what proved best of it

    def __post_init__(self) -> None:
        exact = [o.exact for o in self.whole]
        raisable = exact if any(exact) else [True] * len(exact)
        top = tuple(o.top for o in self.whole)
        if self.search is not None:
            self.algorithm: Algorithm = self.search(top, raisable, all(exact))
        elif len(top) == 2:
            self.algorithm = BoxSearch(top, raisable, all(exact), halving=self.spread)
        else:
            self.algorithm = RegionSearch(top, raisable, self.together, by_volume=self.spread)

    def run(
        self, asker: Asker, deadline: float | None, seconds: float, cancel: threading.Event | None,
        on_point: OnPoint | None, on_record: OnRecord | None, progress: Telling | None,
    ) -> None:  # fmt: skip
        """Ask until nothing is open, the clock ends, or the caller stops it."""
        again: list[Question] = []
        while True:
            left = math.inf if deadline is None else deadline - time.monotonic()
            ended = cancel is not None and cancel.is_set()
            if left <= 0 or ended:
                self.stopped = _("stopped before it was asked") if ended else _("the time was over before it was asked")
                return
            while asker.room > 0:
                question = again.pop() if again else self.algorithm.next(asker.busy)
                if question is None:
                    break
                asker.hand_in(question, min(left, seconds))
            if not asker.busy:
                return
            for question, reply in asker.replies():
                if reply is None:
                    again.append(question)
                    continue
                late = reply.ceiling is None and (
                    (cancel is not None and cancel.is_set()) or (deadline is not None and deadline - time.monotonic() < 0.05)
                )
                if late:  # cut short by the end of the search: nothing is known of the zone
                    self.runs += reply.runs
                    continue
                point = self.learn(question, reply)
                if on_record is not None:
                    on_record(Record(question, replace(reply, x=None)))
                if point is not None and on_point is not None:
                    on_point(point)
                if progress is not None:
                    progress(len(self.points), len(self.algorithm.open()), self.runs)

    def learn(self, question: Question, reply: Reply) -> Point | None:
        """Take a reply, or a record of one."""
        self.runs, self.twice, self.aside = self.runs + reply.runs, self.twice + reply.twice, self.aside + reply.aside
        k, corner = question.k, question.corners[0]
        if reply.ceiling is not None and reply.settled is not None and len(question.corners) == 1 and all(c == -1 for j, c in enumerate(corner) if j != k):
            self.best[k] = reply.settled.values[k]
        y = self.algorithm.take(question, reply)
        if y is None:
            return None
        assert reply.settled is not None
        self.points[y] = Point(reply.settled.values, y, reply.x, reply.settled.payload)
        return self.points[y]

    def answer(self) -> Answer:
        """Sum up."""
        open_ = self.algorithm.open()
        ideal_steps = self.algorithm.ideal()
        points = self._nondominated()
        complete = not open_ and not self.aside
        tops = self.algorithm.tops()
        unasked = self.stopped or _("not asked: enough points were found")
        zones = tuple(
            OpenZone(
                tuple(None if c < 0 else o.value_of(c) for o, c in zip(self.whole, corner, strict=True)), why or unasked,
                tuple(o.value_of(t if o.exact else t + 2) for o, t in zip(self.whole, tops[corner], strict=True)) if corner in tops else (),
            )
            for corner, why in open_.items()
        )  # fmt: skip
        best = best_points(points, self.whole)
        proven = {k: points[i].values[k] for k, i in enumerate(best) if i is not None} if complete else self.best
        ideal, bounds = proven_best(points, self.whole, ideal_steps, proven, self.aside)
        known = complete and points and all(o.exact for o in self.whole)
        nadir = tuple(min((p.values[k] for p in points), key=lambda v, o=o: o.sign * v) for k, o in enumerate(self.whole)) if known else None  # type: ignore[misc]
        missing = math.nan if self.aside else missing_share(list(self.points), open_, ideal_steps, tops)
        return Answer(
            tuple(points), complete, all(o.exact for o in self.whole), zones, ideal, nadir, tuple(o.stated for o in self.whole),
            best, missing, self.runs, self.twice, time.monotonic() - self.began, self.aside, ideal_steps, tuple(open_), tuple(o.exact for o in self.whole),
            bounds, tuple(tops.get(c, ideal_steps) for c in open_),
        )  # fmt: skip

    def _nondominated(self) -> list[Point]:
        """Return the points in order, without those that exact values show to be dominated within a resolution."""
        points = list(self.points.values())
        if not all(o.exact for o in self.whole) and len(points) > 1:
            points = [p for p in points if not any(self._dominates(q, p) for q in points)]
        return in_order(points, self.whole)

    def _dominates(self, a: Point, b: Point) -> bool:
        mine = [o.sign * v for o, v in zip(self.whole, a.values, strict=True)]
        theirs = [o.sign * v for o, v in zip(self.whole, b.values, strict=True)]
        return mine != theirs and all(x >= y for x, y in zip(mine, theirs, strict=True))
