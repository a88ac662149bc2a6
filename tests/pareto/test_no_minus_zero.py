"""Points of the library call print no -0.: a solver returns such zeros for columns at 0."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from renewal_opt.pareto import nondominated, pyomo_model, supported


def test_columns_at_zero_are_plain_zeros() -> None:
    """The model of README, whose points were printed with -0."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(4), within=pyo.Binary)
    m.weight = pyo.Constraint(expr=3 * m.x[0] + 5 * m.x[1] + 4 * m.x[2] + 2 * m.x[3] <= 9)
    m.gain = pyo.Objective(expr=7 * m.x[0] + 9 * m.x[1] + 2 * m.x[2] + m.x[3], sense=pyo.maximize)
    m.risk = pyo.Objective(expr=2 * m.x[0] + 6 * m.x[1] + m.x[2], sense=pyo.minimize)
    for search in (nondominated, supported):
        points = search(pyomo_model(m)).points
        assert points
        assert not any(np.signbit(p.x).any() for p in points)
