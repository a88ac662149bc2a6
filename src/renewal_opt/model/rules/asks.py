r"""Asks: secured money as a least amount, money asked for as a largest amount, where the policy says so.

.. math::
    \mathrm{secured}_{p,c} \sum_s x_{p,s} \le \sum_t f_{p,c,t} \le \mathrm{ask}_{p,c} \sum_s x_{p,s}

New starts only; switched by `funding.secured_as` and `funding.ask_as`.
"""

from __future__ import annotations

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the family's per-project limits, made whole in `problem`."""
    Writer(m, problem).project_rows(problem.rows["asks"])
