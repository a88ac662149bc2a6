r"""Debt service: a ceiling by year on principal and interest of the debt that the plan draws.

.. math::
    \sum_{p} \sum_{c \in D} \sum_{t < y} \mathrm{pay}_c(y - t)\, f_{p,c,t} \le L_y

`pay_c(k)` is the payment in year k after drawing one 元 by the channel's repayment form (`problem.repayment`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...problem import Problem
from ...problem.repayment import payments
from ..rows import Row, Terms, Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True
_NONE = np.zeros(0, dtype=np.int64)


def rows(problem: Problem) -> list[Row]:
    """Return one row a ceiling and calendar year in which a payment can fall."""
    out: list[Row] = []
    funding, entries = problem.policy.funding, problem.entries
    for key, rule in funding.debt_service.items():
        if not rule.active:
            continue
        leaves = funding.expand(rule.channels, rule.side, "debt")
        if not leaves:
            continue  # no debt channel in the set: no row
        mine = problem.leaf_mask(leaves)[entries.leaf]
        pays: dict[int, tuple[Fraction, ...]] = {}
        for j, leaf in enumerate(problem.leaves):
            if leaf in leaves:
                channel = funding.channels[funding.parent(leaf)]
                rate = channel.rate.fraction(problem.year) if channel.rate is not None else None
                pays[j] = payments(channel.repayment or "bullet", rate or Fraction(0), channel.term or 1)
        last = problem.money_years[-1] + max((len(v) for v in pays.values()), default=0)
        for year in range(problem.year + 1, last + 1):
            try:
                amount = rule.amount.at(year)
            except LookupError:
                raise problem.cap_missing(f"funding.debt_service.{key}.amount", year) from None
            if amount is None:
                continue
            chosen: list[int] = []
            coefs: list[int | Fraction] = []
            for e in np.flatnonzero(mine & (entries.year < year)).tolist():
                schedule, after = pays[int(entries.leaf[e])], year - int(entries.year[e])
                if after <= len(schedule) and schedule[after - 1]:
                    chosen.append(e)
                    coefs.append(schedule[after - 1])
            out.append(
                Row("debt_service", f"funding.debt_service.{key}", f"debt_service:{key}[{year}]",
                    Label(zh=f"{rule.label.zh} {year}", en=f"{rule.label.en} {year}"), "yuan",
                    rule.source.assumed or not rule.amount.stated(year),
                    Terms(_NONE, None, np.array(chosen, dtype=np.int64), coefs), None, amount, only_used=True)
            )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the ceilings."""
    Writer(m, problem).rows("debt_service", rows(problem))
