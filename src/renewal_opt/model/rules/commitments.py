r"""Commitments: start once, forced starts, carry-overs as constants (domain.md 1.5).

.. math::
    \sum_{s} x_{p,s} \le 1 \quad (= 1 \text{ when forced in}), \qquad x_{p,t_0} = 1 \text{ for carry-overs}

Candidates that screening or the scenario bars have no variable at all.
"""

from __future__ import annotations

import pyomo.environ as pyo

from ...problem import Problem
from ..rows import Writer


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Fix carry-overs, and let each candidate start at most once (exactly once when forced)."""
    w = Writer(m, problem)
    keys: list[str] = []
    bodies: list[tuple[float | None, list[float], list[object], float | None]] = []
    first = problem.starts.first.tolist()
    for i, project in enumerate(problem.projects):
        variables = w.x[first[i] : first[i + 1]]
        if problem.carry[i]:
            for v in variables:
                v._lb = 1.0
            continue
        if problem.forced[i] or len(variables) > 1:
            keys.append(project.id)
            bodies.append((1.0 if problem.forced[i] else None, [1.0] * len(variables), variables, 1.0))
    w.constraint("commitments", keys, bodies)
