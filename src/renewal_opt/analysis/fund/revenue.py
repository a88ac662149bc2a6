"""Pledged net revenue of a plan's projects by calendar year: declared years move with a project's start."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.base import Label
from ...domain.library import Library, Project, RevenueRow
from ...domain.plan import Chosen

#: names of the revenue classes
CLASSES = {
    "government_fund": Label(zh="政府性基金收入", en="government fund revenue"),
    "special": Label(zh="专项收入", en="special revenue"),
    "operating": Label(zh="经营收入", en="operating revenue"),
}


def moved_by(project: Project, start: int | None) -> int:
    """Return by how many years a project's revenue comes later than declared: as much as its start."""
    return start - project.start_year if start is not None and project.start_year is not None else 0


def revenue_of(library: Library, chosen: Iterable[Chosen]) -> dict[str, list[tuple[int, RevenueRow]]]:
    """Return the revenue rows of each chosen project with their calendar years, by project id, in the sheet's order.

    Parameters
    ----------
    library : Library
    chosen : iterable of Chosen
        With the years of start.
    """
    projects = {p.id: p for p in library.projects}
    shift = {c.id: moved_by(projects[c.id], c.start) for c in chosen}
    out: dict[str, list[tuple[int, RevenueRow]]] = {id_: [] for id_ in shift}
    for row in library.revenue:
        if row.project in shift:
            out[row.project].append((row.year + shift[row.project], row))
    return out
