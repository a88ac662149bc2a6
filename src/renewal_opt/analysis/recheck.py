"""The exact re-check of a portfolio as the plan that it would be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..io.load import Inputs
from ..problem import Problem
from ..verify import verify_plan
from .assemble import assemble
from .portfolio import Portfolio, Recheck


def recheck_of(inputs: Inputs, problem: Problem, families: Collection[str] | None = None) -> Recheck:
    """Return what names the rules that a portfolio breaks, for `solve_portfolio`.

    Parameters
    ----------
    inputs : Inputs
        What the plan is checked against.
    problem : Problem
        Tables that the portfolio's positions belong to.
    families : collection of str, optional
        Rule families that are looked at; all unless given.
    """

    def recheck(answer: Portfolio) -> Sequence[str]:
        plan = assemble(inputs, problem, answer, {}, ())
        found = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
        return [f"{r.family}: {b.rule}" for r in found if families is None or r.family in families for b in r.breaches]

    return recheck
