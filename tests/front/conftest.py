"""Folders with fronts of a small synthetic city, made once by the command line, and a browser."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from front_run import run

#: name to the words of the command
FRONTS = {
    "two": ["--objective", "projects", "--objective", "fiscal_outlay:min:step=2000"],
    "three": ["--objective", "projects", "--objective", "residents", "--objective", "social_benefit:max:step=40000"],
    "four": ["--objective", "projects", "--objective", "residents:max:step=1000", "--objective", "core_functions:max:step=90000", "--objective", "urgent_needs:max:step=60000"],
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; the tests that need it are skipped where it is not installed."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver are not installed: pages are not tried in a browser")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory() as profile:
        for flag in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader", "--window-size=1280,1000", f"--user-data-dir={profile}",
        ):  # fmt: skip
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        found = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
        found.set_page_load_timeout(60)
        yield found
        found.quit()
