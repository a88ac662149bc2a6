"""Coordinated areas of a problem: members, carry-overs, revenue, bonus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .core import Problem


@dataclass(frozen=True)
class Area:
    """One coordinated area.

    Attributes
    ----------
    id : str
        Area id as in the library.
    members : tuple of int
        Project positions.
    starts : tuple of int
        Start positions of its candidates.
    running : bool
        Whether a carry-over keeps it open.
    revenue : dict of int to int
        Pledged net revenue by project position, 元.
    """

    id: str
    members: tuple[int, ...]
    starts: tuple[int, ...]
    running: bool
    revenue: dict[int, int]


def areas_of(problem: Problem) -> list[Area]:
    """Return the areas that have a project in the model, sorted by id."""
    members: dict[str, list[int]] = {}
    revenue: dict[str, int] = {}
    for i, project in enumerate(problem.projects):
        if project.coord_area is not None:
            members.setdefault(project.coord_area, []).append(i)
            revenue[project.id] = 0
    for row in problem.library.revenue:
        if row.project in revenue:
            revenue[row.project] += row.pledged_net
    first = problem.starts.first.tolist()
    return [
        Area(
            name, tuple(inside),
            tuple(k for i in inside if not problem.carry[i] for k in range(first[i], first[i + 1])),
            any(bool(problem.carry[i]) for i in inside),
            {i: revenue[problem.projects[i].id] for i in inside},
        )
        for name, inside in sorted(members.items())
    ]  # fmt: skip


def bonus_of(problem: Problem, area: Area) -> Fraction:
    """Return what opening an area earns in the objective (mode bonus), exact."""
    rule = problem.policy.coordination
    if rule is None or not rule.active or rule.mode != "bonus" or rule.bonus is None:
        return Fraction(0)
    total = sum((problem.basis[i] for i in area.members if not problem.carry[i]), Fraction(0))
    return Fraction(rule.bonus) * total


def unmet_areas(problem: Problem, chosen: Sequence[bool], opened: Mapping[str, int]) -> list[Area]:
    """Return the areas that a portfolio opens without meeting their conditions.

    Parameters
    ----------
    chosen : sequence of bool, length number of starts
        The portfolio.
    opened : mapping of area id to year
    """
    areas = [a for a in areas_of(problem) if a.id in opened] if opened else []
    return [a for a in areas if not may_open(problem, a, chosen, opened[a.id])]


def may_open(problem: Problem, area: Area, chosen: Sequence[bool], year: int) -> bool:
    """Return whether the chosen members meet the conditions for opening an area in `year`, in exact numbers.

    Parameters
    ----------
    chosen : sequence of bool, length number of starts
        The portfolio.
    """
    rule = problem.policy.coordination
    if rule is None:
        return False
    c = rule.conditions
    starts = [k for k in area.starts if chosen[k]]
    inside = [int(problem.starts.project[k]) for k in starts]
    whole = sum(int(problem.investment[i]) for i in inside)
    share = None if c.revenue_share is None else c.revenue_share.fraction(problem.year)
    anchors = [k for k, i in zip(starts, inside, strict=True) if problem.projects[i].coord_role == "anchor"]
    return (
        (c.least_number is None or len(inside) >= c.least_number)
        and (c.least_investment is None or whole >= c.least_investment)
        and (not c.anchor_first or any(problem.starts.year[k] <= year for k in anchors))
        and (share is None or sum(area.revenue[i] for i in inside) >= share * whole)
    )
