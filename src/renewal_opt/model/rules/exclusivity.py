r"""Exclusivity: of a group at most one project is chosen.

.. math::
    \sum_{p \in E} \sum_s x_{p,s} \le 1 \qquad (\le 0 \text{ for new starts beside a carry-over})
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from ...problem import Problem
from ...problem.relations import groups
from ..rows import Writer


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write one row a group."""
    w = Writer(m, problem)
    first = problem.starts.first.tolist()
    keys: list[str] = []
    bodies: list[tuple[float | None, list[float], list[Any], float | None]] = []
    for name, members in groups(problem.library, "exclusive").items():
        inside = [problem.position[i] for i in members if i in problem.position]
        running = any(problem.carry[i] for i in inside)
        variables = [w.x[k] for i in inside if not problem.carry[i] for k in range(first[i], first[i + 1])]
        if variables and (running or len(inside) > 1):
            keys.append(name)
            bodies.append((None, [1.0] * len(variables), variables, 0.0 if running else 1.0))
    w.constraint("exclusivity", keys, bodies)
