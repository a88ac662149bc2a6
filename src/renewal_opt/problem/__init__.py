"""The numeric tables of one solve: `build_problem` turns policy, library and scenario into a `Problem`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ..domain import Library, Policy, Project, RevenueRow, Scenario
from ..domain.base import WAN
from ..domain.plan import Screened
from ..errors import Conflict, InfeasibleError
from ..i18n import _
from ..scoring import Scoring
from ..screening.facts import Facts
from .candidates import kind_words, select
from .core import Problem, Where, filter_mask
from .limits_of_projects import ask_rows, capital_rows, cover_rows, share_rows
from .money import eligibility, make_entries, make_spending, make_starts
from .tables import Bools, Floats, ProjectRows
from .wholemoney import LimitBuilder

__all__ = ["Basis", "Problem", "build_problem", "rebased", "rescored"]

Basis = Literal["investment", "count", "beneficiaries"]


def basis_of(project: Project, basis: str) -> Fraction:
    """Return what a project's score is multiplied with: 万元, 1, or residents."""
    if basis == "count":
        return Fraction(1)
    if basis == "beneficiaries":
        return Fraction(project.residents or 0)
    return Fraction(project.total_investment, WAN)


def _gains(score: Sequence[Fraction], basis: Sequence[Fraction], carry: Bools) -> Floats:
    """Return basis x score by project, 0 for carry-overs."""
    gains = np.array([float(a * b) for a, b in zip(score, basis, strict=True)])
    gains[carry] = 0.0
    return gains


def rebased(problem: Problem, basis: Basis) -> Problem:
    """Return the same problem with another basis of the score; all tables are shared."""
    return rescored(problem, problem.scenario.model_copy(update={"basis": basis}), problem.scoring)


def rescored(problem: Problem, scenario: Scenario, scoring: Scoring) -> Problem:
    """Return the same problem with other scores and the basis of `scenario`; all tables are shared.

    Parameters
    ----------
    scenario : Scenario
        Differs from the problem's in weights, judgements, basis, names and what the solver is told, in nothing else.
    scoring : Scoring
        Scores of the library under `scenario`.
    """
    score = tuple(scoring.rows[p.id].total for p in problem.projects)
    multipliers = tuple(basis_of(p, scenario.basis) for p in problem.projects)
    gains = _gains(score, multipliers, problem.carry)
    return replace(problem, scenario=scenario, scoring=scoring, score=score, basis=multipliers, gain=gains[problem.starts.project])


def build_problem(
    policy: Policy, library: Library, scenario: Scenario, screened: Mapping[str, Screened], scoring: Scoring, facts: Facts | None = None,
    decided: Mapping[str, int] | None = None,
) -> Problem:  # fmt: skip
    """Build the tables of one solve.

    Parameters
    ----------
    policy, library, scenario
        The inputs, cross-checked by io.
    screened : mapping of project id to Screened
        Result of `screening.screen`.
    scoring : Scoring
        Result of `scoring.score`.
    facts : Facts, optional
        Facts of the same inputs, to share what they keep.
    decided : mapping of project id to int, optional
        Start years that are decided already: these candidates have no other.

    Raises
    ------
    InputError
        When a project is forced in against a rule of its own.
    InfeasibleError
        When neither carry-overs nor candidates are left.
    """
    inside, reasons = select(library, screened, scenario)
    if not inside:
        counts = Counter(reasons.values())
        out = [Conflict("commitments", kind, _("{reason}: {n} projects").format(reason=kind_words(kind), n=n)) for kind, n in counts.most_common()]
        raise InfeasibleError(_("no carry-over and no project that may start: nothing is left to choose from"), out)
    projects = tuple(inside)
    facts = facts or Facts(policy, library)
    carry = np.array([p.part == "carry_over" for p in projects], dtype=bool)
    forced_ids = set(scenario.force.in_)
    starts = make_starts(projects, scenario, decided)
    spending, pairs = make_spending(projects, starts)
    masks = _masks(policy, projects, facts)
    eligible, first_year = eligibility(policy, projects, masks, scenario.plan_year, facts)
    entries, pairs = make_entries(pairs, spending, eligible, first_year)
    score = tuple(scoring.rows[p.id].total for p in projects)
    basis = tuple(basis_of(p, scenario.basis) for p in projects)
    gains = _gains(score, basis, carry)
    builder = LimitBuilder(policy, projects, carry, starts, spending, pairs, entries, masks, scenario.plan_year)
    revenue: dict[str, list[RevenueRow]] = {}
    for row in library.revenue:
        revenue.setdefault(row.project, []).append(row)
    rows: dict[str, ProjectRows] = {
        r.family: r
        for r in (share_rows(builder, policy), capital_rows(builder, policy), cover_rows(builder, policy, revenue, library.help), ask_rows(builder, policy))
    }
    t0 = scenario.plan_year
    last = int(spending.year.max()) if len(spending.year) else t0
    largest = int(spending.amount.max()) if len(spending.amount) else 1
    return Problem(
        policy=policy, library=library, scenario=scenario, facts=facts, screened=screened, scoring=scoring,
        reasons=reasons, projects=projects, position={p.id: i for i, p in enumerate(projects)}, carry=carry,
        forced=np.array([p.id in forced_ids for p in projects], dtype=bool),
        investment=np.array([p.total_investment for p in projects], dtype=np.int64), score=score, basis=basis,
        gain=gains[starts.project] if len(starts) else np.zeros(0), starts=starts, spending=spending, pairs=pairs,
        entries=entries, leaves=policy.funding.leaves(), start_years=tuple(range(t0, t0 + scenario.window)),
        money_years=tuple(range(t0, max(t0, last) + 1)), money_unit=money_unit(largest), rows=rows,
    )  # fmt: skip


def money_unit(largest: int) -> int:
    """Return the solver's money unit in 元: the largest yearly spending becomes at most 10,000 units."""
    unit = 1
    while largest > 10_000 * unit:
        unit *= 10
    return unit


def _masks(policy: Policy, projects: tuple[Project, ...], facts: Facts) -> dict[str, Bools]:
    """Return the filters of the funding section by key, shape (n,) each."""
    wanted: dict[str, Where] = {}
    for key, channel in policy.funding.channels.items():
        wanted[key] = channel.eligible
        wanted |= {f"{key}/{s}": sub.eligible for s, sub in channel.sub.items()}
    wanted |= {f"shares.{k}": r.where for k, r in policy.funding.shares.items()}
    wanted |= {f"capital.{k}": r.where for k, r in policy.funding.capital.items()}
    wanted |= {f"cover.{k}": r.where for k, r in policy.funding.cover.items()}
    return {key: filter_mask(facts, projects, where) for key, where in wanted.items()}
