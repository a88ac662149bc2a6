"""Where tasks run: spawned processes of this machine, or a Dask cluster; both are `concurrent.futures` executors."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ..errors import Finding, InputError
from ..i18n import _

#: seconds that a worker waits before it ends, for the others to come so far: the first end makes the pool kill them
_TOGETHER = 0.2
#: seconds to wait for a cluster's scheduler
PATIENCE = 10


@dataclass(frozen=True)
class Pool:
    """An open executor.

    Attributes
    ----------
    executor : Executor
    workers : callable
        Number of tasks that may run at once, at this moment.
    killed : tuple of exception types
        What a future raises when its own task has killed workers more often than the pool allows.
    """

    executor: Executor
    workers: Callable[[], int]
    killed: tuple[type[BaseException], ...] = ()


#: opens a pool; entered again after a pool has broken
Opener = Callable[[], AbstractContextManager[Pool]]


def processes(workers: int) -> Opener:
    """Return the opener of a pool of spawned processes.

    Parameters
    ----------
    workers : int
        Number of processes.
    """

    @contextlib.contextmanager
    def opened() -> Iterator[Pool]:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        class Undisturbed(ProcessPoolExecutor):
            def submit(self, *task: Any, **more: Any) -> Any:  # workers begin here, and take over which signals are blocked
                with _ctrl_c_waits():
                    return super().submit(*task, **more)

        context = multiprocessing.get_context("spawn")  # HiGHS hangs in a child that was forked after a solve
        reader, writer = context.Pipe(duplex=False)
        executor = Undisturbed(workers, mp_context=context, initializer=_begin, initargs=(reader,))
        try:
            yield Pool(executor, lambda: workers)
            executor.shutdown(wait=True)
        finally:
            writer.send_bytes(b"end")  # workers in the middle of a solve end at once
            executor.shutdown(wait=True, cancel_futures=True)
            writer.close()
            reader.close()

    return opened


@contextlib.contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Hold Ctrl-C back, so that a process begun meanwhile is never met by it; it comes to this one afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(alive: Any) -> None:
    """Prepare a worker process: Ctrl-C is the parent's, and a worker whose parent has gone ends."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    else:  # pragma: no cover - Windows
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(alive,), daemon=True).start()


def _watch(alive: Any) -> None:
    """End this process when the parent says so or its end of the pipe is gone (it was killed)."""
    from multiprocessing import util

    with contextlib.suppress(EOFError, OSError):
        alive.poll(None)
    with contextlib.suppress(Exception):
        util._run_finalizers(0)  # type: ignore[attr-defined]  # semaphores that libraries made (pyomo a lock) are told as leaked otherwise
    time.sleep(_TOGETHER)
    os._exit(1)


def cluster(address: str) -> Opener:
    """Return the opener of a Dask cluster; its workers must see the same files under the same paths.

    Parameters
    ----------
    address : str
        Of the scheduler, for example ``tcp://10.0.0.5:8786``.

    Raises
    ------
    InputError
        When Dask is not installed; on entering, when no scheduler answers.
    """
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError:
        expected = _("the extra dask: pip install 'renewal-opt[dask]'")
        raise InputError([Finding("no_dask", file="--cluster", value=address, expected=expected)]) from None

    @contextlib.contextmanager
    def opened() -> Iterator[Pool]:
        try:
            client = dask.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as err:
            expected = _("the address of a Dask scheduler that answers")
            raise InputError([Finding("no_cluster", file="--cluster", value=address, expected=expected, hint=" ".join(str(err).split())[:200])]) from None
        try:
            executor = client.get_executor(pure=False)

            yield Pool(executor, lambda: max(1, len(client.nthreads())), (dask.KilledWorker,))
        finally:
            client.close()

    return opened
