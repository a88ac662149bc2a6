r"""Balance: the money of each project and year adds up to its spending.

.. math::
    \sum_{c} f_{p,c,t} = \sum_{s} \mathrm{spend}_{p,t-s} \, x_{p,s} \qquad \forall p, t

`f` exists only where the channel is eligible and its first money may come (`Channel.delay`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write one row a project and money year."""
    w = Writer(m, problem)
    pairs = problem.pairs
    ids = [p.id for p in problem.projects]
    keys = [(ids[p], t) for p, t in zip(pairs.project.tolist(), pairs.year.tolist(), strict=True)]
    e_first, s_first = pairs.entry_first.tolist(), pairs.spend_first.tolist()
    start = problem.spending.start.tolist()
    amount = (problem.spending.amount / -float(problem.money_unit)).tolist()

    def bodies() -> Iterator[tuple[float, list[float], list[Any], float]]:
        for j in range(len(pairs)):
            a, b, s, t = e_first[j], e_first[j + 1], s_first[j], s_first[j + 1]
            yield 0.0, [1.0] * (b - a) + amount[s:t], w.f[a:b] + [w.x[k] for k in start[s:t]], 0.0

    w.constraint("balance", keys, bodies())


def project_out(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Shut the starts that spend in a year in which no channel may pay; `funding` stands for the rest."""
    w = Writer(m, problem)
    first = problem.pairs.entry_first
    for start, pair in zip(problem.spending.start.tolist(), problem.spending.pair.tolist(), strict=True):
        if first[pair] == first[pair + 1]:
            w.x[start]._ub = 0.0
