"""What every benchmark shares: machine and versions, synthetic instances, tables, JSON and PNG files."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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

PACKAGES = ("renewal-opt", "pyomo", "highspy", "numpy", "pyscipopt", "linopy", "pyaugmecon")


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


def child(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run one measurement in a process of its own and return the JSON object of its last line."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


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
