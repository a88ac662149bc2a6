r"""Tickets: least and largest amount of a channel in one project, over all years.

.. math::
    a\,u_{p,c} \le \sum_t f_{p,c,t} \le b\,u_{p,c}, \qquad u_{p,c} \in \{0, 1\}

`u` exists only where a channel has a least amount; a carry-over that has the channel's money in place is
bound by the largest amount alone.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from ...problem import Problem
from ...problem.tickets import ticket_bounds
from ..rows import Writer

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the ticket rows and their binaries."""
    bounds = ticket_bounds(problem)
    w = Writer(m, problem)
    unit = float(problem.money_unit)
    small = [b for b in bounds if b.least is not None]
    keys = [(problem.projects[b.project].id, b.channel) for b in small]
    u = dict(zip(keys, w.binaries("u", keys), strict=True))
    names: list[tuple[str, str, str]] = []
    bodies: list[tuple[float | None, list[float], list[object], float | None]] = []
    for b in bounds:
        money = [w.f[e] for e in b.entries]
        ones = [1.0] * len(money)
        key = (problem.projects[b.project].id, b.channel)
        room = int(problem.entries.upper[np.array(b.entries, dtype=np.int64)].sum())
        most = room if b.most is None else min(b.most, room)
        if b.least is not None:
            names.append((*key, "least"))
            bodies.append((0.0, [*ones, -b.least / unit], [*money, u[key]], None))
            names.append((*key, "most"))
            bodies.append((None, [*ones, -most / unit], [*money, u[key]], 0.0))
        else:
            names.append((*key, "most"))
            bodies.append((None, ones, money, most / unit))
    w.constraint("tickets", names, bodies)


def project_out(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Keep the binaries alone, in the order of the full form: used by started projects only."""
    small = [b for b in ticket_bounds(problem) if b.least is not None]
    w = Writer(m, problem)
    first = problem.starts.first.tolist()
    keys = [(problem.projects[b.project].id, b.channel) for b in small]
    bodies = []
    for b, u in zip(small, w.binaries("u", keys), strict=True):
        own = w.x[first[b.project] : first[b.project + 1]]
        bodies.append((None, [1.0] + [-1.0] * len(own), [u, *own], 0.0))
    w.constraint("tickets", keys, bodies)
