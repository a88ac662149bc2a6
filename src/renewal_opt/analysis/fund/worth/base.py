"""What `fund worth` starts from: the question, the plan's own optimum as far as it is proven, and the caps that are asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fractions import Fraction

from ....core import BaseState
from ....domain.fund_worth import Optimum
from ....errors import Finding, InputError
from ....i18n import _
from ....io.nearest import did_you_mean
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem
from ....solver import SolveOptions
from ....verify import verify_plan
from ...annual import options_of
from ...portfolio import Portfolio, objective_of, solve_portfolio
from ...recheck import recheck_of
from ..target import Target
from .levers import Lever, by_year, levers_of
from .moved import Found, Solver, found_of


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes
    ----------
    step : int
        元.
    channels : tuple of str
        Channels, sub-channels, cap rules and budgets; empty for all.
    years : tuple of int
        Empty for all.
    seconds : float
        Time of each solve.
    time : float
        Time of all solves of single caps together, and of all sets; what is not reached keeps the relaxation's bounds.
    exact : bool
        Whether each solve goes on to gap 0.
    workers : int
    """

    step: int
    channels: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    seconds: float = 60.0
    time: float = 300.0
    exact: bool = False
    workers: int = 1


@dataclass
class Known:
    """What is proven of the plan's own optimum; every further solve may tell more of it.

    Attributes
    ----------
    found : Found
    kept : bool
        Whether its plan is still the one at hand.
    """

    found: Found
    kept: bool = True

    def plan_below(self, other: Found) -> None:
        """Take a plan of tighter caps: it is one of these, too."""
        if other.value is not None and self.found.value is not None and other.value > self.found.value:
            self.found = replace(other, bound=self.found.bound, stopped=self.found.stopped)
            self.kept = False

    def bound_above(self, bound: Fraction | None) -> None:
        """Take a bound of looser caps: it holds for these, too."""
        own = self.found.bound
        if bound is not None and (own is None or bound < own):
            self.found = replace(self.found, bound=max(bound, self.found.value or bound))


@dataclass(frozen=True)
class Base:
    """The problem by year with the plan's own optimum.

    Attributes
    ----------
    target : Target
    problem : Problem
        `levers.by_year`.
    rows : list of Row
    by_name : dict of str to Row
    levers : list of Lever
        Every cap but those that forbid.
    answer : Portfolio
    known : Known
        What is proven by now.
    first : Found
        The plan at hand with what was proven at first.
    solver : Solver
    options : SolveOptions
    """

    target: Target
    problem: Problem
    rows: list[Row]
    by_name: dict[str, Row]
    levers: list[Lever]
    answer: Portfolio
    known: Known
    first: Found
    solver: Solver
    options: SolveOptions


def base_of(target: Target, asked: Asked, cancel: threading.Event) -> Base:
    """Solve the plan's own question again, from the plan, for a proven bound and a state that later solves start from.

    Raises
    ------
    InfeasibleError, SolverError
        When it has no plan, or none is found in time.
    """
    problem = by_year(target.problem)
    levers = [v for v in levers_of(target.inputs, target.problem) if v.kind != "cap" or v.yuan > 0]
    options = replace(options_of(target.inputs.scenario), seconds=asked.seconds, cancel=cancel)
    if asked.exact:
        options = replace(options, gap=0.0)
    answer = solve_portfolio(problem, options, recheck_of(replace(target.inputs, policy=problem.policy), problem), target.state())
    found = found_of(problem, answer)
    mine = objective_of(problem, target.chosen, target.opened)
    if answer.objective < mine and _right(target):  # the plan at hand is better than what the gap let pass
        answer = replace(answer, chosen=target.chosen, money=target.money, opened=target.opened, objective=mine)
        found = found_of(problem, answer if answer.bound is None else replace(answer, bound=max(answer.bound, float(mine))))
    rows = plan_rows(problem)
    solver = Solver(target.inputs, problem, options, answer.state or BaseState(starts=tuple(sorted(found.starts)), opened=found.opened), cancel, asked.workers)
    return Base(target, problem, rows, {r.name: r for r in rows}, levers, answer, Known(found), found, solver, options)


def _right(target: Target) -> bool:
    """Return whether the plan at hand passes the exact verifier."""
    inputs = target.inputs
    return not any(r.breaches for r in verify_plan(target.plan, inputs.policy, inputs.library, inputs.scenario))


def chosen_levers(base: Base, asked: Asked) -> list[Lever]:
    """Return the caps asked for.

    Raises
    ------
    InputError
        For a name or year that no cap has.
    """
    names = {v.key for v in base.levers}
    parents = {s: k for k, c in base.problem.policy.funding.channels.items() for s in c.sub}
    known = names | set(parents.values())
    years = {v.year for v in base.levers if v.year is not None}
    faults: list[Finding] = []
    for name in asked.channels:
        if name not in known:
            faults.append(Finding("no_cap", file="--channels", value=name, expected=_("a channel, sub-channel, cap or budget with a cap"), hint=did_you_mean(name, known)))
    for year in asked.years:
        if year not in years:
            faults.append(Finding("no_cap", file="--years", value=str(year), expected=_("a year with a cap: {years}").format(years=", ".join(map(str, sorted(years))))))
    if faults:
        raise InputError(faults)
    wanted = set(asked.channels)
    return [
        v for v in base.levers
        if (not wanted or v.key in wanted or parents.get(v.key) in wanted) and (not asked.years or v.year is None or v.year in asked.years)
    ]  # fmt: skip


def optimum_of(found: Found) -> Optimum:
    """Return an optimum as data."""
    return Optimum(
        value=None if found.value is None else str(found.value), bound=None if found.bound is None else str(found.bound),
        stopped=found.stopped, starts=len(found.starts),  # type: ignore[arg-type]
    )  # fmt: skip
