r"""Caps: further caps on channels by level, district, class and years, single or cumulative.

.. math::
    \sum_{p \in W} \sum_{c \in G} \sum_{t \in Y} f_{p,c,t} \le A - U

`U` is what projects outside the library have used (for example the central renewal grant, 10 亿元 a city).
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...problem import Problem
from ..rows import Row, Terms, Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True
_NONE = np.zeros(0, dtype=np.int64)


def rows(problem: Problem) -> list[Row]:
    """Return one row a cap, or a cap and year."""
    out: list[Row] = []
    entries = problem.entries
    for key, rule in problem.policy.funding.caps.items():
        if not rule.active:
            continue
        leaves = problem.leaf_mask(rule.channels, rule.side, rule.counts_as)
        mine = problem.mask(rule.where)[entries.project] & leaves[entries.leaf]
        years = [t for t in problem.money_years if rule.years is None or t in rule.years]
        for group in [[t] for t in years] if rule.each_year else [years]:
            chosen = np.flatnonzero(mine & np.isin(entries.year, group))
            suffix = f" {group[0]}" if rule.each_year else ""
            out.append(
                Row(
                    "caps", f"funding.caps.{key}", f"caps:{key}[{group[0]}]" if rule.each_year else f"caps:{key}",
                    Label(zh=rule.label.zh + suffix, en=rule.label.en + suffix), "yuan", rule.source.assumed,
                    Terms(_NONE, None, chosen), None, rule.amount - rule.already_used,
                )
            )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the caps."""
    Writer(m, problem).rows("caps", rows(problem))
