r"""Project capital (项目资本金): a least share of capital, every year at least in step with debt.

.. math::
    \sum_{c \in K_p} f_{p,c,t} \ge \lfloor r_p \, \mathrm{spend}_{p,t-s} \rfloor x_{p,s}

`r_p` is the largest ratio of the rules that the project matches; `K_p` holds the channels that count as capital and
those of the positive lists (国发〔2015〕51号, 国发〔2019〕26号, 国办发〔2024〕52号).
"""

from __future__ import annotations

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the family's per-project limits, made whole in `problem`."""
    Writer(m, problem).project_rows(problem.rows["capital"])
