r"""Budget: money for the whole plan, over all channels.

.. math::
    \sum_{p \in W} \sum_s \mathrm{spend}_{p,t-s} x_{p,s} \le B_t \quad \text{(spending)}, \qquad
    \sum_{p \in W,\,\text{new}} I_p \, x_{p,s} \le B_s \quad \text{(starts)}
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...problem import Problem
from ..rows import Row, Terms, Writer


def rows(problem: Problem) -> list[Row]:
    """Return one row a budget and year."""
    out: list[Row] = []
    starts, spending = problem.starts, problem.spending
    for key, rule in problem.policy.budget.items():
        if not rule.active:
            continue
        mask = problem.mask(rule.where)
        for year in problem.money_years if rule.measure == "spending" else problem.start_years:
            try:
                amount = rule.amount.at(year)
            except LookupError:
                raise problem.cap_missing(f"budget.{key}.amount", year) from None
            if amount is None:
                continue
            if rule.measure == "spending":
                chosen = np.flatnonzero((spending.year == year) & mask[spending.project])
                terms = Terms(spending.start[chosen], spending.amount[chosen])
            else:
                chosen = np.flatnonzero((starts.year == year) & ~starts.fixed & mask[starts.project])
                terms = Terms(chosen, problem.investment[starts.project[chosen]])
            out.append(
                Row(
                    "budget", f"budget.{key}", f"budget:{key}[{year}]",
                    Label(zh=f"{rule.label.zh} {year}", en=f"{rule.label.en} {year}"), "yuan",
                    rule.source.assumed or not rule.amount.stated(year), terms, None, amount,
                )
            )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the budget rows."""
    Writer(m, problem).rows("budget", rows(problem))
