"""What every benchmark shares: machine and versions, synthetic instances, tables, JSON and PNG files."""

from __future__ import annotations

import json
import math
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from renewal_opt.domain import Library, Policy, Scenario
from renewal_opt.errors import Collector
from renewal_opt.io.policy import load_policy
from renewal_opt.io.synth import make_library, make_scenario
from renewal_opt.io.synth.init import bundled_root
from renewal_opt.io.synth.write import dump_yaml
from renewal_opt.io.yamlfile import parse_yaml
from renewal_opt.model.matrices import Matrices
from renewal_opt.problem import Problem

PACKAGES = ("renewal-opt", "pyomo", "highspy", "numpy", "scipy", "pyscipopt", "linopy", "pyaugmecon")


def machine() -> dict[str, Any]:
    """Return machine, date and versions."""
    versions: dict[str, str] = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    return {
        "date": date.today().isoformat(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "versions": versions,
    }


@dataclass
class Clock:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step; steps of one name add up."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


def instance(projects: int, seed: int, city: str = "zhengzhou", year: int = 2025) -> tuple[Policy, Library, Scenario]:
    """Return a synthetic instance under the bundled policy: policy with the scenario's overrides, library, scenario."""
    folder = bundled_root() / "models" / city
    plain = load_policy(folder).policy
    library = make_library(plain, projects, seed, year)
    data = make_scenario(plain, library, year)
    node = parse_yaml(dump_yaml(data), Collector(), file="scenario")
    assert node is not None
    scenario = Scenario.model_validate(node.data)
    return load_policy(folder, scenario.overrides).policy, library, scenario


@dataclass(frozen=True)
class Answer:
    """What one way of solving answers.

    Attributes
    ----------
    steps : dict of str to float
        Seconds of the steps that count.
    status : str
        The solver's word for how it ended.
    proven : bool
        Whether it ended by proof within the gap that was asked for.
    objective, bound : float or None
        In the plan's unit; the optimum lies between them.
    """

    steps: dict[str, float]
    status: str
    proven: bool
    objective: float | None
    bound: float | None

    def row(self) -> dict[str, Any]:
        """Return the answer as JSON-able data; what is not finite is None."""
        out = asdict(self)
        for name in ("objective", "bound"):
            if out[name] is not None and not math.isfinite(out[name]):
                out[name] = None
        return out


def child(module: str, arguments: Sequence[str], wall: float | None = None) -> dict[str, Any]:
    """Run one measurement in a process of its own and return the JSON object of its last line.

    Parameters
    ----------
    module, arguments : str, sequence of str
        As for `python -m`.
    wall : float, optional
        Seconds after which the process and all that it started are ended.

    Raises
    ------
    subprocess.TimeoutExpired
        When the wall was hit.
    RuntimeError
        When the process failed, with the end of what it said.
    """
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=wall)
    except BaseException:
        _end(process)
        raise
    if process.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: exit {process.returncode}\n{err[-2000:]}")
    result: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return result


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and, where the system has process groups, all that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def compiled(problem: Problem) -> tuple[Matrices, float]:
    """Return the full form as arrays, and what its objective is multiplied with to get the plan's."""
    from renewal_opt.model.build import build_model
    from renewal_opt.model.compile import compile_model

    model = build_model(problem)
    return compile_model(model), float(model.gain_unit)


def geometric(values: Sequence[float]) -> float:
    """Return the geometric mean of positive numbers."""
    return math.exp(math.fsum(math.log(v) for v in values) / len(values))


def slope(sizes: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Return the slope of a line through log seconds over log size, None for less than two sizes."""
    if len(set(sizes)) < 2:
        return None
    import numpy as np

    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a plain-text table."""
    texts = [[_text(v) for v in row] for row in rows]
    widths = [max(len(h), *(len(r[i]) for r in texts)) if texts else len(h) for i, h in enumerate(headers)]
    lines = ["  ".join(h.rjust(w) for h, w in zip(headers, widths, strict=True))]
    lines += ["  ".join(v.rjust(w) for v, w in zip(row, widths, strict=True)) for row in texts]
    return "\n".join(lines)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"
    return str(value)


def finish(name: str, out: Path, result: dict[str, Any]) -> None:
    """Write the result as JSON beside the picture and print it as the last line."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False)
    (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)
