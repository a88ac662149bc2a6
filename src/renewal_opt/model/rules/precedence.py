r"""Precedence: a project starts only after another, with a lag in years.

.. math::
    x_{b,s} \le \sum_{s' \le s - L} x_{a,s'} \qquad \forall s

A carry-over `a` counts with its own start year; where `a` is not in the model, `b` cannot start.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write one row a relation and start year of the successor."""
    w = Writer(m, problem)
    first, years = problem.starts.first.tolist(), problem.starts.year.tolist()
    keys: list[tuple[str, str, int, int]] = []
    bodies: list[tuple[float | None, list[float], list[Any], float | None]] = []
    for number, relation in enumerate(problem.library.relations):
        if relation.kind != "precedence" or relation.other is None:
            continue
        b = problem.position.get(relation.other)
        if b is None or problem.carry[b]:
            continue
        a = problem.position.get(relation.project)
        for k in range(first[b], first[b + 1]):
            latest = years[k] - relation.lag
            before: list[Any] = []
            if a is not None and problem.carry[a]:
                started = problem.projects[a].start_year
                if started is None or started <= latest:
                    continue
            elif a is not None:
                before = [w.x[j] for j in range(first[a], first[a + 1]) if years[j] <= latest]
            keys.append((relation.project, relation.other, years[k], number))
            bodies.append((None, [1.0] + [-1.0] * len(before), [w.x[k], *before], 0.0))
    w.constraint("precedence", keys, bodies)
