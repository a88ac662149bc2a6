"""Hands tasks to a pool and takes the answers; a pool that breaks is made anew and nothing is lost."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from hashlib import sha256
from pathlib import Path

from ...errors import SolverError
from ...i18n import _
from ...workers import Opener, Pool
from .cases import Case
from .reading import Reader
from .worker import Answer, Interrupted, Packer, Task, run_task

#: a case that kills its worker so often is entered as failed
DEADLY = 2
#: seconds after which a cancelled sweep is noticed
WAKE = 1.0
#: a pool that breaks so often in a row without any answer is given up
BREAKS = 12


class Runner:
    """Hands tasks to a pool and yields the answers; a broken pool is made anew.

    A kill of one worker breaks a process pool, and no one can say whose task it was. So the tasks that ran are
    repeated one by one, and only a task that breaks a pool in which it ran alone is held to have killed its worker.

    Parameters
    ----------
    cases : sequence of Case
        To be solved.
    reader : Reader
        Knows the hashes of their files.
    packer : Packer
    pool : callable
        Opens a pool.
    notes : callable
        Is told of each pool that broke.
    cancel : threading.Event
        When it is set, no more cases are handed out.
    """

    def __init__(self, cases: Sequence[Case], reader: Reader, packer: Packer, pool: Opener, notes: Callable[[str], None], cancel: threading.Event) -> None:
        self._cases = {c.name: c for c in cases}
        self._waiting = deque(self._cases)
        self._suspects: deque[str] = deque()
        self._kills: Counter[str] = Counter()
        self._running: dict[Future[Answer], str] = {}
        self._reader, self._packer, self._open, self._note, self._cancel = reader, packer, pool, notes, cancel
        self._alone = False  # whether what runs is a suspect
        self._breaks = 0  # of the pool, since the last answer

    def answers(self) -> Generator[Answer, None, None]:
        """Yield each answer until all are there, or until the sweep is cancelled and nothing runs any more."""
        while self._more():
            with self._open() as pool:
                try:
                    while self._more():
                        self._hand_out(pool)
                        yield from self._collect(pool)
                except BrokenExecutor:
                    yield from self._broken()

    def _more(self) -> bool:
        return bool(self._running) or (bool(self._waiting or self._suspects) and not self._cancel.is_set())

    def _hand_out(self, pool: Pool) -> None:
        """Keep every worker busy; a suspect runs alone."""
        workers = pool.workers()
        while not self._cancel.is_set() and (self._waiting or self._suspects):
            suspect = bool(self._suspects)
            if self._running and (suspect or self._alone or len(self._running) >= workers):
                return
            queue = self._suspects if suspect else self._waiting
            future = pool.executor.submit(run_task, self._task(queue[0]))  # may find the pool broken: the case stays in its queue
            self._running[future] = queue.popleft()
            self._alone = suspect

    def _task(self, name: str) -> Task:
        case = self._cases[name]
        hashes = [sha256(case.text.encode()).hexdigest() if case.text is not None and role == "scenario" else self._reader.sha256(Path(p)) for role, p in case.inputs.files]
        return self._packer.task(case, tuple(hashes))

    def _collect(self, pool: Pool) -> Iterator[Answer]:
        """Wait for at least one of those that run, and yield what is finished."""
        for future in wait(list(self._running), timeout=WAKE, return_when=FIRST_COMPLETED).done:
            name = self._running[future]
            try:
                answer = future.result()
            except Interrupted:
                del self._running[future]
                self._waiting.appendleft(name)
                continue
            except pool.killed as error:
                answer = _dead(name, " ".join(str(error).split()))
            except CancelledError:
                raise SolverError(_("the cluster has lost its scheduler; what is finished is kept, the same command goes on")) from None
            del self._running[future]
            self._breaks = 0
            yield answer

    def _broken(self) -> Iterator[Answer]:
        """Sort what ran in a pool that broke: finished all the same, to be repeated, or given up."""
        running, self._running = self._running, {}
        lost: list[str] = []
        for future, name in running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()
            else:
                lost.append(name)
        self._breaks += 1
        if self._breaks > BREAKS:
            raise SolverError(_("workers end as soon as they begin ({n} times in a row); what is finished is kept").format(n=self._breaks))
        self._note(_("a worker was killed; the pool is made anew and {cases} repeated").format(cases=_(", ").join(lost) or "–"))
        for name in lost:
            self._kills[name] += len(lost) == 1
            if self._kills[name] >= DEADLY:
                yield _dead(name, _("its worker was killed {n} times, most often for want of memory").format(n=DEADLY))
            else:
                self._suspects.append(name)


def _dead(name: str, words: str) -> Answer:
    return Answer(name, "failed", b"", {"error": {"kind": "killed", "message": words}})
