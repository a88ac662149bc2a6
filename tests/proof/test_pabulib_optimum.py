"""Four real city lists: the engine's list has as many votes as dynamic programming finds, and the file's own reading."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from knapsack import knapsack_dp

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.io.load import load_inputs
from renewal_opt.io.pabulib import import_pb

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "pabulib"
NAMES = ("france_toulouse_2019_", "poland_gdansk_2020_", "poland_krakow_2018_krowodrza", "poland_warszawa_2021_wlochy")


def read(path: Path) -> tuple[int, dict[str, tuple[int, int]]]:
    """Return budget, and cost and votes by project id, by a reading of the format of its own."""
    budget, section, head = 0, "", []
    out: dict[str, tuple[int, int]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for cells in csv.reader(stream, delimiter=";"):
            if len(cells) == 1:
                section, head = cells[0].strip(), []
            elif not head:
                head = [c.strip() for c in cells]
            elif section == "META" and cells[0].strip() == "budget":
                budget = int(cells[1])
            elif section == "PROJECTS":
                row = dict(zip(head, cells, strict=False))
                out[row["project_id"]] = (int(row["cost"]), int(row["votes"]))
    return budget, out


@pytest.mark.parametrize("name", NAMES)
def test_optimum_of_a_real_list(name: str, tmp_path: Path) -> None:
    """The chosen list fits the budget and has the most votes that any list can have."""
    path = FOLDER / f"{name}.pb"
    if not path.exists():
        pytest.skip(f"{path} is not there (data shared beside the repository)")
    budget, projects = read(path)
    plan = solve_annual(load_inputs(import_pb(path, tmp_path / "out")), other_bases=False)
    assert plan.objective.stopped == "optimal"
    chosen = [projects[c.id] for c in plan.chosen]
    assert len({c.id for c in plan.chosen}) == len(chosen)
    assert sum(cost for cost, _votes in chosen) <= budget
    best = knapsack_dp([c for c, _v in projects.values()], [v for _c, v in projects.values()], budget)
    assert sum(votes for _cost, votes in chosen) == best
    assert sum(m.yuan for c in plan.chosen for m in c.money) == sum(cost for cost, _votes in chosen)
