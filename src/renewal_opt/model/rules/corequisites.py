r"""Co-requisites: the new starts of a group are chosen together or not at all.

.. math::
    \sum_s x_{p,s} = \sum_s x_{q,s} \qquad p, q \in Q

A member that cannot start holds the others back; carry-overs are left out of the group.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from ...problem import Problem
from ...problem.relations import groups
from ..rows import Writer


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write one row a member after the first, or rows that bar the group."""
    w = Writer(m, problem)
    first = problem.starts.first.tolist()
    parts = {p.id: p.part for p in problem.library.projects}
    keys: list[tuple[str, str]] = []
    bodies: list[tuple[float | None, list[float], list[Any], float | None]] = []
    for name, members in groups(problem.library, "corequisite").items():
        new = [i for i in members if parts.get(i) != "carry_over"]
        inside = [problem.position[i] for i in new if i in problem.position]
        variables = [[w.x[k] for k in range(first[i], first[i + 1])] for i in inside]
        if len(inside) < len(new):
            keys += [(name, problem.projects[i].id) for i in inside]
            bodies += [(None, [1.0] * len(v), v, 0.0) for v in variables]
            continue
        for i, v in list(zip(inside, variables, strict=True))[1:]:
            keys.append((name, problem.projects[i].id))
            bodies.append((0.0, [1.0] * len(variables[0]) + [-1.0] * len(v), variables[0] + v, 0.0))
    w.constraint("corequisites", keys, bodies)
