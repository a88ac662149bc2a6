"""A city of a dozen projects whose caps and budget bind: a solve takes a tenth of a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builders import GoodSet, tiny_row


def city(projects: int = 12) -> GoodSet:
    """Return the good set with more projects of uneven worth and size, and a budget for about half of them."""
    good = GoodSet()
    good.drop("screening.demolition")
    good.put("screening.stages.needed", [])
    good.put("targets", {})
    good.put("limits", {})
    good.put("budget.whole", {**good.at("budget.whole"), "measure": "starts", "amount": {2025: 600 * projects, "later": "open"}})
    good.put("funding.channels.fiscal.cap", {2025: 250 * projects, "later": "last"})
    good.projects = [
        tiny_row(
            n, name=f"项目{n}", district=("east", "west")[n % 2], total_investment=size, spend_1=size * 3 // 5, spend_2=size - size * 3 // 5,
            demand=("high", "low")[n % 3 == 0], votes=(n * 397) % 1000, residents=(n * 131) % 500,
        )
        for n in range(1, projects + 1)
        for size in (800 + (n * 577) % 900,)
    ]  # fmt: skip
    good.revenue = [{"project": "P001", "year": 2027, "revenue_class": "operating", "gross": 900, "operating_cost": 100, "tax": 0, "pledged_net": 800}]
    good.relations = [{"kind": "precedence", "project": "P001", "other": "P003", "lag": 0}]
    good.scenario = {"name": "小城-2025", "policy": "city", "library": "library", "plan_year": 2025}
    return good


def write_city(folder: Path, *, projects: int = 12, **scenario: Any) -> Path:
    """Write the city; return its scenario file."""
    good = city(projects)
    good.scenario |= scenario
    return good.write(folder)
