"""Any linear Pyomo model as a model with several objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from ..i18n import _
from ..model.compile import compile_model
from .model import MatrixModel
from .objectives import LinearObjective, decimal
from .whole import tightened


def pyomo_model(
    m: pyo.ConcreteModel, objectives: Sequence[pyo.Objective] | None = None, resolution: Mapping[str, Fraction] | None = None
) -> MatrixModel:
    """Return a Pyomo model for `nondominated`.

    A point's values and its `x` (columns in the order of the Var components) come back with the answer::

        import pyomo.environ as pyo
        from renewal_opt.pareto import nondominated, pyomo_model

        m = pyo.ConcreteModel()
        m.x = pyo.Var(range(4), within=pyo.Binary)
        m.weight = pyo.Constraint(expr=3 * m.x[0] + 5 * m.x[1] + 4 * m.x[2] + 2 * m.x[3] <= 9)
        m.gain = pyo.Objective(expr=7 * m.x[0] + 9 * m.x[1] + 2 * m.x[2] + m.x[3], sense=pyo.maximize)
        m.risk = pyo.Objective(expr=2 * m.x[0] + 6 * m.x[1] + m.x[2], sense=pyo.minimize)
        for point in nondominated(pyomo_model(m)).points:
            print(*point.values, point.x)

    Parameters
    ----------
    m : pyomo ConcreteModel
        Linear; every variable has finite bounds. It is left as it was.
    objectives : sequence of Objective, optional
        Single objectives of `m`, at least two; by default all, active or not.
    resolution : mapping of name to Fraction, optional
        For objectives over continuous variables: values closer than this count as equal.

    Returns
    -------
    MatrixModel
        Coefficients are read as the decimals that they print as: 0.1 is one tenth.

    Raises
    ------
    ValueError
        For an objective that is not linear or of another model's variables, an unknown name in `resolution`, or a model that cannot be compiled (see `compile_model`).
    """
    chosen = list(objectives) if objectives is not None else list(m.component_data_objects(pyo.Objective, descend_into=True))
    active = list(m.component_data_objects(pyo.Objective, active=True, descend_into=True))
    try:
        for o in active:
            o.deactivate()
        matrices = tightened(compile_model(m))
    finally:
        for o in active:
            o.activate()
    asked = dict(resolution or {})
    unknown = sorted(set(asked) - {o.name for o in chosen})
    if unknown:
        raise ValueError(_("no objective is called {names}").format(names=", ".join(unknown)))
    out: list[LinearObjective] = []
    for o in chosen:
        linear = generate_standard_repn(o.expr)
        if not linear.is_linear():
            raise ValueError(_("objective {name} is not linear").format(name=o.name))
        foreign = sorted({v.name for v in linear.linear_vars if v.model() is not m.model()})
        if foreign:
            raise ValueError(_("objective {name}: variables of another model: {names}").format(name=o.name, names=", ".join(foreign)))
        columns = [matrices.columns(v.parent_component())[v.index()] for v in linear.linear_vars]
        coefficients = tuple(_decimal(c) for c in linear.linear_coefs)
        sense: Literal["max", "min"] = "min" if o.sense == pyo.minimize else "max"
        at = np.array(columns, dtype=np.int32)
        out.append(LinearObjective(o.name, at, coefficients, _decimal(linear.constant), sense, asked.get(o.name)))
    return MatrixModel(matrices, tuple(out))


def _decimal(number: object) -> Fraction:
    value = pyo.value(number)
    return Fraction(value) if isinstance(value, int) else decimal(value)
