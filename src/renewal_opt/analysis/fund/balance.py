"""The price in score of balancing by project, by coordinated area, by district or city-wide: one solve a level."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from ... import __version__
from ...domain.base import Label
from ...domain.fund_balance import BalancedPlan, BalancePrice
from ...domain.funding import FundBalanceRule
from ...domain.plan import Plan
from ...errors import InfeasibleError, SolverError
from ...io.load import Inputs
from ...model.rules import fund_balance
from ...problem import Problem
from ..annual import make_problem, solve_annual
from ..assemble import input_files
from .target import of_plan

#: levels from the widest group to the narrowest
LEVELS = ("city", "district", "area", "project")
#: key of the rule that is added, where the policy has none of that name
KEY = "price_of_balancing"
_LABEL = Label(zh="资金平衡（测算）", en="fund balance (to find its price)")


def free_key(inputs: Inputs) -> str:
    """Return a key for the rule that is added which no rule of the policy has."""
    taken = inputs.policy.funding.fund_balance
    return next(key for key in (KEY, *(f"{KEY}_{n}" for n in range(2, len(taken) + 3))) if key not in taken)


def with_balance(inputs: Inputs, level: str, of: str, ratio: Decimal) -> Inputs:
    """Return the inputs with one balance rule more, under `free_key`; the policy's own rules stay.

    Parameters
    ----------
    inputs : Inputs
    level : str
        ``city``, ``district``, ``area`` or ``project``.
    of : str
        ``debt`` or ``cost``.
    ratio : Decimal
    """
    rule = FundBalanceRule.model_validate({
        "label": _LABEL.model_dump(), "source": {"kind": "assumption", "why": _LABEL.en}, "level": level, "of": of, "ratio": ratio,
    })  # fmt: skip
    funding = inputs.policy.funding
    changed = funding.model_copy(update={"fund_balance": funding.fund_balance | {free_key(inputs): rule}})
    return replace(inputs, policy=inputs.policy.model_copy(update={"funding": changed}))


def price_of_balancing(
    inputs: Inputs, levels: Sequence[str] = LEVELS, of: str = "debt", ratio: Decimal = Decimal(1), *, cancel: threading.Event | None = None,
    tell: Callable[[str], None] = lambda _words: None, seconds: float | None = None,
) -> BalancePrice:  # fmt: skip
    """Solve a scenario without balancing and at each level.

    Prices are intervals from both proven bounds. Every plan passed the verifier.

    Parameters
    ----------
    inputs : Inputs
    levels : sequence of str
        Out of `LEVELS`.
    of : str
        ``debt`` or ``cost``.
    ratio : Decimal
        Least ratio.
    cancel : threading.Event, optional
        Stops after the solve at hand, whose best plan is taken.
    tell : callable
        Told of each level before it is solved.
    seconds : float, optional
        Time of all solves together: each gets what is left, at most what the scenario gives; levels not reached are left out.
    """
    began, late = time.perf_counter(), False
    tell("none")
    base = solve_annual(_within(inputs, seconds), other_bases=False, cancel=cancel)
    plans, key = [_told("none", {}, base, base)], free_key(inputs)
    for level in levels:
        if cancel is not None and cancel.is_set():
            break
        left = None if seconds is None else seconds - (time.perf_counter() - began)
        if left is not None and left <= 0:
            late = True
            break
        tell(level)
        changed = with_balance(inputs, level, of, ratio)
        problem = make_problem(changed)
        rule = {"level": level, "of": of, "ratio": str(ratio)}
        groups, short = _groups(changed, problem, base, key)
        if not short:  # the plan without balancing balances: no other can be better
            plans.append(_told(level, rule, base, base, groups))
            continue
        try:
            plan = solve_annual(_within(changed, left), other_bases=False, cancel=cancel)
        except (InfeasibleError, SolverError) as error:
            if isinstance(error, SolverError) and cancel is not None and cancel.is_set():
                break  # stopped before it had a plan
            status = "infeasible" if isinstance(error, InfeasibleError) else "failed"
            plans.append(BalancedPlan(level=level, rule=rule, status=status, why=str(error), groups=groups, short=len(short), unbalanced=short))  # type: ignore[arg-type]
            continue
        plans.append(_told(level, rule, plan, base, groups, short))
    scenario = inputs.scenario
    return BalancePrice(
        program=__version__, title=scenario.title(inputs.policy.city.label), synthetic=inputs.library.synthetic or inputs.policy.city.synthetic,
        scenario=scenario.name, plan_year=scenario.plan_year, basis=scenario.basis, of=of, ratio=str(ratio), inputs=input_files(inputs),  # type: ignore[arg-type]
        plans=tuple(plans), seconds=round(time.perf_counter() - began, 3), stopped=late or (cancel is not None and cancel.is_set()),
    )  # fmt: skip


def _within(inputs: Inputs, seconds: float | None) -> Inputs:
    """Return the inputs with at most so many seconds for a solve."""
    solver = inputs.scenario.solver
    if seconds is None or seconds >= solver.seconds:
        return inputs
    less = solver.model_copy(update={"seconds": Decimal(repr(seconds))})
    return replace(inputs, scenario=inputs.scenario.model_copy(update={"solver": less}))


def _told(level: str, rule: dict[str, str], plan: Plan, base: Plan, groups: int = 0, short: tuple[str, ...] = ()) -> BalancedPlan:
    mine, theirs = ({c.id for c in p.chosen if c.part == "new_start"} for p in (plan, base))
    value, before = Fraction(plan.objective.value), Fraction(base.objective.value)
    bound, limit = plan.objective.bound, base.objective.bound
    least = None if bound is None else max(0.0, float(before) - bound)
    most = None if limit is None else max(0.0, limit - float(value))
    return BalancedPlan(
        level=level, rule=rule, status="solved", objective=plan.objective.value, bound=bound,  # type: ignore[arg-type]
        price_least=0.0 if level == "none" else least, price_most=0.0 if level == "none" else most,
        chosen=tuple(c.id for c in plan.chosen if c.part == "new_start"), entered=tuple(sorted(mine - theirs)), left=tuple(sorted(theirs - mine)), groups=groups, short=len(short), unbalanced=short,
    )  # fmt: skip


def _groups(inputs: Inputs, problem: Problem, base: Plan, key: str) -> tuple[int, tuple[str, ...]]:
    """Return how many groups the rule `key` binds, and the ids of those that do not balance in the plan without it."""
    held = of_plan(Path(inputs.scenario.name), inputs, base, problem)
    rows = [row for row in fund_balance.rows(problem) if row.rule == f"funding.fund_balance.{key}"]
    return len(rows), tuple(row.name.partition("[")[2].rstrip("]") for row in rows if not row.holds(held.chosen, held.money))
