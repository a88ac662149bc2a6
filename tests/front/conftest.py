"""Folders with fronts of a small synthetic city, made once by the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from front_run import run

#: name to the words of the command
FRONTS = {
    "two": ["--objective", "projects", "--objective", "fiscal_outlay:min:step=2000"],
    "three": ["--objective", "projects", "--objective", "residents", "--objective", "social_benefit:max:step=40000"],
    "open": ["--objective", "projects", "--objective", "fiscal_outlay:min:step=50", "--time", "0.5"],
}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a library of 36 projects, a scenario and its plan."""
    folder = tmp_path_factory.mktemp("city")
    assert run("synth", "--projects", "36", "--seed", "11", "--with-scenario", "-o", str(folder / "library.xlsx")) == 0
    scenario = next(folder.glob("*.yaml"))
    scenario.rename(folder / "scenario.yaml")
    assert run("solve", str(folder / "scenario.yaml"), "-o", str(folder / "plan.json"), "--quiet") == 0
    return folder


@pytest.fixture(scope="session")
def fronts(city: Path) -> dict[str, Path]:
    """A folder a front."""
    out = {}
    for name, words in FRONTS.items():
        out[name] = city / name
        assert run("pareto", str(city / "scenario.yaml"), *words, "-o", str(out[name]), "--current", str(city / "plan.json"), "--quiet") == 0
    return out
