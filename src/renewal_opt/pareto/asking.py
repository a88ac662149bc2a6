"""Who answers the questions: this process, or several side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import replace
from typing import Protocol

from ..errors import SolverError
from ..i18n import _
from ..solver import SolveOptions
from ..workers import Opener, Pool, Shared, laid_down
from .model import MatrixModel
from .objectives import IntegerObjective
from .subsolve import Question, Reply, ZoneSolver

#: a pool that breaks so often in a row without an answer is given up
BREAKS = 6
#: seconds after which a stop is noticed
WAKE = 0.5


class Asker(Protocol):
    """Takes questions and gives replies, in the order in which they come."""

    @property
    def room(self) -> int:
        """How many more questions may be handed in now."""

    @property
    def busy(self) -> Sequence[Question]:
        """Questions handed in and not answered yet."""

    def hand_in(self, question: Question, seconds: float) -> None:
        """Take a question; the run may last so many seconds."""

    def replies(self) -> Sequence[tuple[Question, Reply | None]]:
        """Wait a while for replies; None for a question that was lost and may be asked again."""


class Here:
    """One question at a time, in this process.

    Parameters
    ----------
    solver : ZoneSolver
    """

    def __init__(self, solver: ZoneSolver) -> None:
        self._solver = solver
        self._waiting: list[tuple[Question, float]] = []

    @property
    def room(self) -> int:
        """One."""
        return 1 - len(self._waiting)

    @property
    def busy(self) -> Sequence[Question]:
        """The question in hand."""
        return [q for q, _s in self._waiting]

    def hand_in(self, question: Question, seconds: float) -> None:
        """Take the question."""
        self._waiting.append((question, seconds))

    def replies(self) -> Sequence[tuple[Question, Reply | None]]:
        """Answer it."""
        done = [(q, self._solver.ask(q, seconds)) for q, seconds in self._waiting]
        self._waiting.clear()
        return done


class Pooled:
    """Several questions at a time, in worker processes or on a cluster.

    Parameters
    ----------
    opener : callable
        Opens the pool, again when it breaks.
    shared : Shared
        Where the workers read the model.
    """

    def __init__(self, opener: Opener, shared: Shared) -> None:
        self._opener, self._shared = opener, shared
        self._running: dict[Future[Reply], Question] = {}
        self._stack = contextlib.ExitStack()
        self._pool: Pool | None = None
        self._breaks = 0

    @property
    def room(self) -> int:
        """Workers without a question."""
        return self._open().workers() - len(self._running)

    @property
    def busy(self) -> Sequence[Question]:
        """Questions being answered."""
        return list(self._running.values())

    def hand_in(self, question: Question, seconds: float) -> None:
        """Give the question to a worker."""
        try:
            future = self._open().executor.submit(_answer, self._shared, question, seconds)
        except BrokenExecutor:
            self._broken()
            future = self._open().executor.submit(_answer, self._shared, question, seconds)
        self._running[future] = question

    def replies(self) -> Sequence[tuple[Question, Reply | None]]:
        """Wait for a reply; a pool that broke is made anew and its questions come back unanswered.

        Raises
        ------
        SolverError
            When the pool breaks again and again.
        """
        done, _left = wait(self._running, timeout=WAKE, return_when=FIRST_COMPLETED)
        out: list[tuple[Question, Reply | None]] = []
        broken = False
        for future in done:
            question = self._running.pop(future)
            try:
                out.append((question, future.result()))
                self._breaks = 0
            except (BrokenExecutor, CancelledError):
                broken = True
                out.append((question, None))
        if broken:
            out += [(q, None) for q in self._running.values()]
            self._broken()
        return out

    def close(self) -> None:
        """End the workers, in the middle of a run if need be."""
        for future in self._running:
            future.cancel()
        self._running.clear()
        with contextlib.suppress(BrokenExecutor):
            self._stack.close()
        self._pool = None

    def _open(self) -> Pool:
        if self._pool is None:
            self._pool = self._stack.enter_context(self._opener())
        return self._pool

    def _broken(self) -> None:
        self._breaks += 1
        if self._breaks > BREAKS:
            raise SolverError(_("the worker processes end again and again"))
        self.close()


@contextlib.contextmanager
def pooled(opener: Opener, model: MatrixModel, objectives: Sequence[IntegerObjective], options: SolveOptions) -> Iterator[Pooled]:
    """Lay the model down where workers can read it, and open the pool.

    Parameters
    ----------
    opener : callable
        See `workers`.
    model : MatrixModel
        Must be picklable.
    objectives : sequence of IntegerObjective
    options : SolveOptions
        Progress and cancel stay behind.
    """
    plain = replace(options, progress=None, cancel=None, found=None, threads=1)
    with laid_down((model, tuple(objectives), plain)) as shared:
        asker = Pooled(opener, shared)
        try:
            yield asker
        finally:
            asker.close()


_solvers: dict[str, ZoneSolver] = {}


def _answer(shared: Shared, question: Question, seconds: float) -> Reply:
    """Answer a question in a worker; the model is read once."""
    solver = _solvers.get(shared.token)
    if solver is None:
        model, objectives, options = shared.load()
        _solvers.clear()
        solver = _solvers[shared.token] = ZoneSolver(model, objectives, options)
    return solver.ask(question, seconds)
