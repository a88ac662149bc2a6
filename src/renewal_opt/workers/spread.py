"""Runs independent tasks in processes; a killed worker costs no more than the task that killed it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import Any, TypeVar

from ..errors import SolverError
from ..i18n import _
from .pool import Pool, processes

Key = TypeVar("Key")
Answer = TypeVar("Answer")
#: seconds after which a stop is noticed
_WAKE = 0.2


class _Stopped(Exception):
    """Leaves a pool at once: workers in the middle of a task end."""


def spread(run: Callable[..., Answer], tasks: Mapping[Key, tuple[Any, ...]], workers: int, cancel: threading.Event | None = None) -> Iterator[tuple[Key, Answer | None]]:
    """Yield the answer of each task as soon as it is there; None where the task killed its worker.

    The kill of one worker breaks a pool, and no one can say whose task it was: the tasks that ran are repeated one by one in a
    new pool, and a task that breaks the pool in which it runs alone is given up.

    Parameters
    ----------
    run : callable
        Known by name in its module, for processes are spawned.
    tasks : mapping of key to arguments
    workers : int
        Number of processes.
    cancel : threading.Event, optional
        Set it to end at once; tasks without an answer are then left out.

    Raises
    ------
    SolverError
        When no worker lives to take a task; what a task raises is raised.
    """
    waiting, suspects = deque(tasks), deque[Key]()
    while waiting or suspects:
        running: dict[Future[Answer], Key] = {}
        try:
            with processes(min(workers, len(waiting) + len(suspects)))() as pool:
                yield from _answers(run, tasks, waiting, suspects, running, pool, workers, cancel)
        except _Stopped:
            return
        except BrokenExecutor:
            if not running:
                raise SolverError(_("workers end as soon as they begin")) from None
            alone = len(running) == 1
            for future, key in running.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    yield key, future.result()
                elif alone:
                    yield key, None
                else:
                    suspects.append(key)


def _answers(
    run: Callable[..., Answer], tasks: Mapping[Key, tuple[Any, ...]], waiting: deque[Key], suspects: deque[Key], running: dict[Future[Answer], Key], pool: Pool,
    workers: int, cancel: threading.Event | None,
) -> Iterator[tuple[Key, Answer]]:  # fmt: skip
    """Yield answers of one pool until all are there; suspects run first, and alone."""
    alone = False  # whether what runs is a suspect
    while running or waiting or suspects:
        if cancel is not None and cancel.is_set():
            raise _Stopped
        alone = alone and bool(running)
        while not alone and (waiting or suspects) and len(running) < (1 if suspects else workers):
            queue, alone = (suspects, True) if suspects else (waiting, False)
            future = pool.executor.submit(run, *tasks[queue[0]])  # may find the pool broken: the task stays in its queue
            running[future] = queue.popleft()
        for future in wait(running, timeout=_WAKE, return_when=FIRST_COMPLETED).done:
            answer = future.result()
            yield running.pop(future), answer
