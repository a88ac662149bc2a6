r"""Shares: least and largest share of channels in each project's money.

.. math::
    \lfloor lo \cdot \mathrm{spend}_{p,t-s} \rfloor x_{p,s} \le \sum_{c \in G} f_{p,c,t} \le \lceil hi \cdot \mathrm{spend}_{p,t-s} \rceil x_{p,s}

`per: project` and carry-overs use the whole cost, with money in place counted; `of: capital | debt` compares with
the money of that kind. Bounds are rounded outwards by less than 1 元 (design.md 4).
"""

from __future__ import annotations

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the family's per-project limits, made whole in `problem`."""
    Writer(m, problem).project_rows(problem.rows["shares"])
