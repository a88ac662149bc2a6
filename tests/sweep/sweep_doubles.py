"""Stand-ins for what runs in a worker; importable there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from renewal_opt.analysis.sweep.worker import Answer, Task, run_task
from renewal_opt.workers import Opener, Pool


def deadly(task: Task) -> Answer:
    """Kill this process when the task's name says so."""
    if "basis=count" in task.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_task(task)


def deadly_once(task: Task) -> Answer:
    """Kill this process the first time that the task's name says so."""
    mark = os.path.join(task.folder, ".killed")
    if "basis=count" in task.name and not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_task(task)


def slow(task: Task) -> Answer:
    """Take a while."""
    time.sleep(0.3)
    return run_task(task)


def faulty(task: Task) -> Answer:
    """Get a task that cannot be unpacked when its name says so."""
    return run_task(replace(task, own=b"no zlib") if "basis=count" in task.name else task)


def older(task: Task) -> Answer:
    """Be a worker with another version of the solver."""
    return run_task(replace(task, program=task.program | {"highspy": "0.0.1"}))


def stale_file(task: Task) -> Answer:
    """Find another file than the parent has read."""
    return run_task(replace(task, hashes=("0" * 64, *task.hashes[1:])))


class AtOnce(Executor):
    """Runs a task when it is submitted, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def here() -> Iterator[Pool]:
    """Open a pool of this process alone."""
    yield Pool(AtOnce(), lambda: 1)


class Instead(Executor):
    """Runs another function in place of the one that is submitted."""

    def __init__(self, inner: Executor, function: Callable[[Task], Answer]) -> None:
        self._inner, self._function = inner, function

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._inner.submit(self._function, *args, **kwargs)


def instead(opener: Opener, function: Callable[[Task], Answer], opened: list[int] | None = None) -> Opener:
    """Return an opener whose pool runs `function`; `opened` gets an item for each pool."""

    @contextmanager
    def other() -> Iterator[Pool]:
        if opened is not None:
            opened.append(1)
        with opener() as pool:
            yield replace(pool, executor=Instead(pool.executor, function))

    return other
