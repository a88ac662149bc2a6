"""A hundred kills of the parent or of a worker at random moments: nothing finished is lost, nothing is done twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from sweep_city import write_city

from renewal_opt.analysis.sweep.ledger import LEDGER, read_ledger

#: fewer where time is short
KILLS = int(os.environ.get("RENEWAL_OPT_KILLS", "100"))
CASES = 24
#: longest time before a kill, and for a sweep to end by itself, seconds
LONGEST, PATIENCE = 2.5, 180


def start(folder: Path, out: str) -> subprocess.Popen[bytes]:
    """Start, or go on with, a sweep on two workers."""
    budgets = ",".join(f"{0.6 + n / 50:.2f}" for n in range(CASES))
    command = [sys.executable, "-m", "renewal_opt", "sweep", str(folder / "scenario.yaml"), "--grid", f"budget={budgets}", "-o", str(folder / out), "--workers", "2", "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def workers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the worker processes of a sweep."""
    found: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.Error):
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
    return found


def wait_for_workers(process: subprocess.Popen[bytes]) -> None:
    """Wait until the pool has begun, or the sweep has ended."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and not workers(process) and time.monotonic() < until:
        time.sleep(0.02)


class Watched:
    """What is known of one folder: every finished case, as it was first seen."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, dict[str, tuple[str, int, int]]()

    def look(self) -> None:
        """Check that what was finished is still there, untouched, and entered once."""
        ledger = read_ledger(self.folder)
        if ledger is None:
            assert not self.seen
            return
        whole = (self.folder / LEDGER).read_bytes()
        entered = Counter(json.loads(line)["name"] for line in whole[: whole.rfind(b"\n") + 1].splitlines() if b'"kind": "case"' in line)
        assert set(entered.values()) <= {1}, entered
        assert set(self.seen) <= set(entered)
        for name, entry in ledger.entries.items():
            assert entry.status == "solved", entry
            assert ledger.holds(entry), name
            status = (self.folder / entry.file).stat()
            now = (entry.sha256, status.st_ino, status.st_mtime_ns)
            assert self.seen.setdefault(name, now) == now


def plans(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.plan.json"))}


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path: Path) -> None:
    write_city(tmp_path)
    whole = start(tmp_path, "unbroken")
    assert whole.wait(PATIENCE) == 0
    unbroken = plans(tmp_path / "unbroken")
    assert len(unbroken) == CASES
    rng = random.Random(20251125)
    kills: Counter[str] = Counter()
    out, finished = 0, 0
    watched = Watched(tmp_path / f"out{out}")
    while kills.total() < KILLS:
        process = start(tmp_path, watched.folder.name)
        whom = rng.choice(("parent", "worker", "worker"))
        if whom == "worker" or rng.random() < 0.7:  # else while it reads its inputs
            wait_for_workers(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, LONGEST))
        alive = workers(process)
        if process.poll() is None and whom == "worker" and alive:
            rng.choice(alive).kill()
            kills["worker"] += 1
            with contextlib.suppress(subprocess.TimeoutExpired):  # the pool is made anew, and now and then the parent dies too
                process.wait(rng.choice((PATIENCE, rng.uniform(0, LONGEST))))
        alive = workers(process)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills["parent"] += 1
            _gone, left = psutil.wait_procs(alive, timeout=20)
            assert not left, "a worker has outlived its parent"
        elif process.returncode == 0:
            finished += 1
        else:
            raise AssertionError(f"the sweep ended with {process.returncode}")
        watched.look()
        if len(watched.seen) == CASES:
            assert plans(watched.folder) == unbroken
            out += 1
            watched = Watched(tmp_path / f"out{out}")
    last = start(tmp_path, watched.folder.name)
    assert last.wait(PATIENCE) == 0
    watched.look()
    assert plans(watched.folder) == unbroken
    assert not [p.name for p in watched.folder.iterdir() if ".tmp." in p.name]
    assert finished >= 1
    assert min(kills.values()) >= KILLS // 5, kills
