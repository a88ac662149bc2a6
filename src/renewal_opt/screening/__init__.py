"""Screening: who may be picked, and why not, clause by clause: passed, failed or unclear (待核)."""

from __future__ import annotations

from typing import Literal

from ..domain import Library, Policy
from ..domain.plan import ClauseResult, Screened
from . import demolition, health, negative, requirements, stages
from .clause import Clause, Context
from .facts import Facts
from .waivers import waiver_use

__all__ = ["Facts", "papers_alone", "screen", "status_of", "waiver_use"]

#: in the order in which a plan lists them
_FAMILIES = (negative, health, requirements, stages, demolition)


def screen(policy: Policy, library: Library, plan_year: int, facts: Facts | None = None) -> dict[str, Screened]:
    """Screen every project of the library, whatever its part, against every clause that concerns it.

    Parameters
    ----------
    policy, library
        The inputs, cross-checked by io.
    plan_year : int
        Year t0 in which dated numbers, health checks and waivers are read.
    facts : Facts, optional
        Facts of the same inputs, to share what they keep.

    Returns
    -------
    dict of project id to Screened
        In the order of the library. For carry-overs the tests are listed, not applied (domain.md 1.5).
    """
    context = Context(policy, library, plan_year, facts or Facts(policy, library))
    clauses: tuple[Clause, ...] = tuple(c for family in _FAMILIES for c in family.clauses(context))
    out: dict[str, Screened] = {}
    for project in library.projects:
        found = tuple(r for clause in clauses if (r := clause(project)) is not None)
        out[project.id] = Screened(id=project.id, status=status_of(found), applied=project.part != "carry_over", clauses=found)
    return out


def status_of(clauses: tuple[ClauseResult, ...]) -> Literal["passed", "failed", "unclear"]:
    """Return the project's status: failed before unclear before passed; a waived clause counts as passed."""
    found = {c.status for c in clauses}
    return "failed" if "failed" in found else "unclear" if "unclear" in found else "passed"


def papers_alone(screened: Screened) -> bool:
    """Return whether a project is unclear in papers alone (then it may be in 储备, domain.md 1.11)."""
    return screened.status == "unclear" and all(c.papers for c in screened.clauses if c.status == "unclear")
