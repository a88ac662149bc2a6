r"""Ratios: plan-wide ratios between two sets of money, such as leverage (market over government money).

.. math::
    lo \sum_{(p,c,t) \in D} f_{p,c,t} \le \sum_{(p,c,t) \in N} f_{p,c,t} \le hi \sum_{(p,c,t) \in D} f_{p,c,t}
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
    """Return one row a ratio, or a ratio and money year."""
    out: list[Row] = []
    for key, rule in problem.policy.funding.ratios.items():
        lo = None if rule.at_least is None else rule.at_least.fraction(problem.year)
        hi = None if rule.at_most is None else rule.at_most.fraction(problem.year)
        if not rule.active or (lo is None and hi is None):
            continue
        above, below = problem.money_mask(rule.numerator), problem.money_mask(rule.denominator)
        for year in problem.money_years if rule.per == "year" else (None,):
            now = np.ones(len(above), dtype=bool) if year is None else problem.entries.year == year
            suffix = "" if year is None else f" {year}"
            out.append(
                Row("ratios", f"funding.ratios.{key}", f"ratios:{key}" if year is None else f"ratios:{key}[{year}]",
                    Label(zh=rule.label.zh + suffix, en=rule.label.en + suffix), "share", rule.source.assumed,
                    Terms(_NONE, None, np.flatnonzero(above & now)), lo, hi,
                    base=Terms(_NONE, None, np.flatnonzero(below & now)))
            )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the ratios."""
    Writer(m, problem).rows("ratios", rows(problem))
