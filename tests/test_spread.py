"""Tasks in processes: a killed worker costs one task, a stop ends what runs."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from renewal_opt.workers import spread


def square(n: int, deadly: int) -> int:
    time.sleep(0.1)
    if n == deadly:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def slow(n: int) -> int:
    time.sleep(60 * n)
    return n


def failing(n: int) -> int:
    raise ValueError(n)


def test_a_task_that_kills_its_worker_costs_no_other() -> None:
    found = dict(spread(square, {n: (n, 3) for n in range(6)}, 2))
    assert found == {n: None if n == 3 else n * n for n in range(6)}


def test_a_stop_ends_tasks_in_the_middle() -> None:
    cancel, began = threading.Event(), time.monotonic()
    found = {}
    for key, answer in spread(slow, {n: (n,) for n in range(3)}, 2, cancel):
        found[key] = answer
        cancel.set()
    assert found == {0: 0}
    assert time.monotonic() - began < 30


def test_an_error_of_a_task_is_raised() -> None:
    with pytest.raises(ValueError, match="7"):
        dict(spread(failing, {0: (7,)}, 1))
