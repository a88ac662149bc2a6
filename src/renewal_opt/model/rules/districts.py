r"""District balance: a share of the plan for each district that has candidates.

.. math::
    lo \sum_{p \in W} \mu_p X_p \le \sum_{p \in W} \sigma_{p,d}\, \mu_p X_p \le hi \sum_{p \in W} \mu_p X_p

`sigma` is the district's share of a project (跨区占比), `mu` the measure, `X_p` = 1 when p is in the plan.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ...domain import Project
from ...domain.base import Label
from ...problem import Problem
from ..rows import Exact, Row, Terms, Writer


def share_of(project: Project, district: str) -> Fraction:
    """Return the share of a project that lies in a district."""
    if project.district_shares:
        return Fraction(project.district_shares.get(district, 0)) / 100
    return Fraction(int(project.district == district))


def rows(problem: Problem) -> list[Row]:
    """Return one row a rule and district that it names, or else that has a carry-over or candidate."""
    out: list[Row] = []
    for key, rule in problem.policy.district_balance.items():
        lo = None if rule.at_least is None else rule.at_least.fraction(problem.year)
        hi = None if rule.at_most is None else rule.at_most.fraction(problem.year)
        if not rule.active or (lo is None and hi is None):
            continue
        path = f"district_balance.{key}"
        values, _unit, _factor = problem.measure(rule.measure)
        mask = problem.mask(rule.where)
        if rule.of == "new":
            mask = mask & ~problem.carry
        who = problem.starts.project
        chosen = np.flatnonzero(mask[who])
        base = Terms(chosen, [values[i] for i in who[chosen]])
        amount = problem.budget_amount(path, rule.measure) if rule.of == "budget" else None
        wanted = rule.districts if rule.districts is not None else tuple(d for d, e in problem.policy.districts.items() if e.level == "district")
        for district in wanted:
            shares = [share_of(p, district) for p in problem.projects]
            if rule.districts is None and not any(shares):
                continue
            coefs: list[Exact] = [shares[i] * values[i] for i in who[chosen]]
            label = problem.policy.districts[district].label
            common = (
                "districts", path, f"districts:{key}[{district}]",
                Label(zh=f"{rule.label.zh} {label.zh}", en=f"{rule.label.en} {label.en}"),
            )  # fmt: skip
            left = Terms(chosen, coefs)
            if not amount:  # a budget of 0 is an empty base
                empty = Terms(np.zeros(0, dtype=np.int64))
                out.append(Row(*common, "share", rule.source.assumed, left, lo, hi, base=base if amount is None else empty))
            else:
                scaled = Terms(chosen, [Fraction(c) / amount for c in coefs])
                out.append(Row(*common, "share", rule.source.assumed, scaled, lo, hi))
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the district rows."""
    Writer(m, problem).rows("districts", rows(problem))
