"""pyaugmecon 2 (HiGHS) on its own 3kp40, in an environment of its own: it needs Python 3.12, which is looked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

VERSION = "2.0.1"
#: what runs there; its settings are those of pyaugmecon's own benchmark of 3kp40
SCRIPT = """
import json, sys, time
from pyaugmecon import PyAugmecon
from pyaugmecon.example_models import _load_kp_matrices, kp_model
if sys.argv[1] == "data":
    print(json.dumps([m.tolist() for m in _load_kp_matrices("3kp40")]))
else:
    config = {"name": "3kp40", "mode": "exact", "nadir_points": [1031, 1069], "workers": int(sys.argv[2]),
              "progress_bar": False, "log_to_console": False, "write_csv": False, "process_timeout": float(sys.argv[3])}
    if __name__ == "__main__":
        began = time.perf_counter()
        solver = PyAugmecon(kp_model("3kp40", 3), config)
        result = solver.solve()
        seconds = time.perf_counter() - began
        print(json.dumps({"points": result.count, "solves": result.models_solved, "seconds": seconds}))
"""


class Absent(Exception):
    """The peer cannot run here; the text says why."""


def python_312() -> str:
    """Return a Python 3.12.

    Raises
    ------
    Absent
        When there is none.
    """
    candidates = [shutil.which("python3.12"), *map(str, sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python")))]
    for found in candidates:
        if found and subprocess.run([found, "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 12))"], capture_output=True, check=False).returncode == 0:
            return found
    raise Absent("no Python 3.12 found")


def environment() -> Path:
    """Return the Python of an environment with pyaugmecon, made on the first call.

    Raises
    ------
    Absent
        When it cannot be made.
    """
    home = Path(os.environ.get("RENEWAL_OPT_PEERS", Path.home() / ".cache" / "renewal_opt" / "peers")) / f"pyaugmecon-{VERSION}"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([python_312(), "-m", "venv", str(home)], check=True)
        made = subprocess.run([str(python), "-m", "pip", "install", "-q", f"pyaugmecon=={VERSION}", "highspy"], capture_output=True, text=True, check=False)
        if made.returncode:
            shutil.rmtree(home, ignore_errors=True)
            raise Absent(f"pyaugmecon {VERSION} cannot be installed: {made.stderr.strip()[-200:]}")
    return python


def _run(seconds: float, *words: str) -> Any:
    python = environment()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.py"
        script.write_text(SCRIPT, encoding="utf-8")
        try:
            done = subprocess.run([str(python), str(script), *words], capture_output=True, text=True, check=False, cwd=folder, timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
    if done.returncode:
        raise Absent(f"pyaugmecon failed: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def three_knapsacks(seconds: float) -> tuple[list[list[Fraction]], list[list[Fraction]], list[Fraction]]:
    """Return profits, weights and capacities of pyaugmecon's 3kp40.

    Raises
    ------
    Absent
        When the peer is not to be had.
    """
    weights, capacities, profits = _run(seconds, "data")
    return [[Fraction(v) for v in row] for row in profits[:3]], [[Fraction(v) for v in row] for row in weights[:3]], [Fraction(row[0]) for row in capacities[:3]]


def compare(ours: dict[str, Any], workers: int, seconds: float) -> dict[str, Any]:
    """Run the peer on as many processes, and return both with the ratio of their times."""
    found = _run(seconds, "solve", str(workers), str(seconds))
    theirs = found or {"points": None, "solves": None, "seconds": seconds}
    ratio = round(theirs["seconds"] / ours["seconds"], 2)
    print(f"pyaugmecon {VERSION}: {theirs['points']} points, {theirs['solves']} solves, {theirs['seconds']:.1f} s; ratio {ratio}", flush=True)
    return {"name": f"pyaugmecon {VERSION}", "ours": ours, "theirs": theirs, "finished": found is not None, "ratio": ratio}
