r"""Reserved shares: part of a channel kept for some projects.

.. math::
    \sum_{p \notin W} f_{p,c,t} \le \lfloor (1-\sigma)\,\mathrm{cap}_{c,t} \rfloor \quad \text{(of cap)}, \qquad
    \sum_{p \in W} \sum_t f_{p,G,t} \ge \sigma \sum_p \sum_t f_{p,G,t} \quad \text{(of use)}
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...domain.funding import ReservedRule
from ...problem import Problem
from ...problem.tables import Bools
from ..rows import Row, Terms, Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True
_NONE = np.zeros(0, dtype=np.int64)


def rows(problem: Problem) -> list[Row]:
    """Return one row a channel and year (of cap), or one row (of use)."""
    out: list[Row] = []
    entries = problem.entries
    for key, rule in problem.policy.funding.reserved.items():
        share = rule.at_least.fraction(problem.year)
        if not rule.active or share is None:
            continue
        mine = problem.mask(rule.where)[entries.project]
        if rule.of == "use":
            group = problem.leaf_mask(rule.channels)[entries.leaf]
            out.append(
                Row("reserved", f"funding.reserved.{key}", f"reserved:{key}", rule.label, "share", rule.source.assumed,
                    Terms(_NONE, None, np.flatnonzero(group & mine)), share, None,
                    base=Terms(_NONE, None, np.flatnonzero(group)))
            )  # fmt: skip
        else:
            out += _of_cap(problem, key, rule, 1 - share, ~mine)
    return out


def _of_cap(problem: Problem, key: str, rule: ReservedRule, rest: Fraction, others: Bools) -> list[Row]:
    out: list[Row] = []
    entries, funding = problem.entries, problem.policy.funding
    for channel in rule.channels:
        path = channel if channel in funding.channels else f"{funding.parent(channel)}.sub.{channel}"
        cap = funding.channels[channel].cap if channel in funding.channels else funding.channels[funding.parent(channel)].sub[channel].cap
        group = problem.leaf_mask((channel,))[entries.leaf] & others
        for year in problem.money_years:
            try:
                amount = cap.at(year)
            except LookupError:
                raise problem.cap_missing(f"funding.channels.{path}.cap", year) from None
            if amount is None:
                continue
            chosen = np.flatnonzero(group & (entries.year == year))
            out.append(
                Row("reserved", f"funding.reserved.{key}", f"reserved:{key}[{channel},{year}]",
                    Label(zh=f"{rule.label.zh} {year}", en=f"{rule.label.en} {year}"), "yuan", rule.source.assumed,
                    Terms(_NONE, None, chosen), None, floor(rest * amount))
            )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the reserved shares."""
    Writer(m, problem).rows("reserved", rows(problem))
