"""Pages of fronts over plans of a small synthetic city, and a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_fronts import City, made_city, made_view
from page_browser import headless

from renewal_opt.report.front_html import write_front_html
from renewal_opt.report.front_view import FrontView

#: name to the objectives and the number of plans taken out
FRONTS = {
    "two": (("social_benefit", "fiscal_outlay"), 0),
    "open": (("social_benefit", "fiscal_outlay"), 1),
    "three": (("core_functions", "social_benefit", "fiscal_outlay"), 0),
    "four": (("core_functions", "integrated_areas", "social_benefit", "fiscal_outlay"), 0),
}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return made_city(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def views(city: City) -> dict[str, FrontView]:
    """The view of each front, in no language yet."""
    return {name: made_view(city, words, holes=holes) for name, (words, holes) in FRONTS.items()}


@pytest.fixture(scope="session")
def pages(views: dict[str, FrontView], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each front in English."""
    folder = tmp_path_factory.mktemp("pages")
    for name, view in views.items():
        write_front_html(view, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in views}


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with headless() as found:
        yield found
