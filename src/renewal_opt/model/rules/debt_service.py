r"""Debt service: a ceiling by year on principal and interest of the debt that the plan draws.

.. math::
    \sum_{p} \sum_{c \in D} \sum_{t < y} \mathrm{pay}_c(y - t)\, f_{p,c,t} \le L_y

`pay_c(k)` is the payment in year k after drawing one 元 by the channel's repayment form (`problem.repayment`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    funding = problem.policy.funding
    for key, rule in funding.debt_service.items():
        if not rule.active:
            continue
        leaves = funding.expand(rule.channels, rule.side, "debt")
        if not leaves:
            continue  # no debt channel in the set: no row
        pays = schedules(problem, leaves)
        last = problem.money_years[-1] + max((len(v) for v in pays.values()), default=0)
        for year in range(problem.year + 1, last + 1):
            try:
                amount = rule.amount.at(year)
            except LookupError:
                raise problem.cap_missing(f"funding.debt_service.{key}.amount", year) from None
            if amount is None:
                continue
            chosen, coefs = due(problem, pays, year)
            out.append(
                Row("debt_service", f"funding.debt_service.{key}", f"debt_service:{key}[{year}]",
                    Label(zh=f"{rule.label.zh} {year}", en=f"{rule.label.en} {year}"), "yuan",
                    rule.source.assumed or not rule.amount.stated(year),
                    Terms(_NONE, None, np.array(chosen, dtype=np.int64), coefs), None, amount, only_used=True)
            )  # fmt: skip
    return out


def schedules(problem: Problem, leaves: Collection[str]) -> dict[int, tuple[Fraction, ...]]:
    """Return what is paid in each year after drawing one 元, by position of the leaf."""
    funding = problem.policy.funding
    pays: dict[int, tuple[Fraction, ...]] = {}
    for j, leaf in enumerate(problem.leaves):
        if leaf in leaves:
            channel = funding.channels[funding.parent(leaf)]
            rate = channel.rate.fraction(problem.year) if channel.rate is not None else None
            pays[j] = payments(channel.repayment or "bullet", rate or Fraction(0), channel.term or 1)
    return pays


def due(problem: Problem, pays: Mapping[int, tuple[Fraction, ...]], year: int) -> tuple[list[int], list[int | Fraction]]:
    """Return the money entries on which something falls due in a year, and how much of one 元."""
    entries = problem.entries
    chosen: list[int] = []
    coefs: list[int | Fraction] = []
    for e in np.flatnonzero(np.isin(entries.leaf, list(pays)) & (entries.year < year)).tolist():
        schedule, after = pays[int(entries.leaf[e])], year - int(entries.year[e])
        if after <= len(schedule) and schedule[after - 1]:
            chosen.append(e)
            coefs.append(schedule[after - 1])
    return chosen, coefs


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the ceilings."""
    Writer(m, problem).rows("debt_service", rows(problem))
