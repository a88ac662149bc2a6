r"""Cover (收益覆盖倍数): pledged net revenue over principal and interest bounds each project's debt.

.. math::
    \sum_{c \in D} m_c \sum_t f_{p,c,t} \le \frac{R_p}{\rho} \sum_s x_{p,s}

`m_c` is principal and interest per 元 of the stated repayment form and term, `R_p` the pledged net revenue of the
life of the debt, `rho` the cover ratio; with one debt channel the greatest principal is rounded down to whole 元.
"""

from __future__ import annotations

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the family's per-project limits, made whole in `problem`."""
    Writer(m, problem).project_rows(problem.rows["cover"])
