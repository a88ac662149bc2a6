"""Builds the Pyomo model of one problem: variables, objective, and every rule family found in `model/rules`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression

from ..problem import Problem
from . import rules
from .rows import Row


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """Return the names of the rule families, sorted: the files of `model/rules`."""
    return tuple(sorted(i.name for i in pkgutil.iter_modules(rules.__path__) if not i.name.startswith("_")))


def family(name: str) -> ModuleType:
    """Return the module of one rule family."""
    return importlib.import_module(f"{rules.__name__}.{name}")


def plan_rows(problem: Problem) -> list[Row]:
    """Return the exact plan-wide rows of all families that have some."""
    out: list[Row] = []
    for name in families():
        make = getattr(family(name), "rows", None)
        if make is not None:
            out.extend(make(problem))
    return out


def build_model(problem: Problem, skip: frozenset[str] = frozenset()) -> pyo.ConcreteModel:
    """Build the model `funding: full`.

    Variables: `x[project, start year]` in {0, 1} (1 for carry-overs), `f[project, channel, year]` in money
    units, and what a family adds. Objective: maximise sum of basis x score over starts, scaled so that the
    largest coefficient is at most 1,000 (`m.gain_unit` undoes it), plus what families add to `m.gains`.

    Parameters
    ----------
    problem : Problem
        The tables.
    skip : set of str
        Families to leave out (used to tell which rules conflict, and by tests).
    """
    m = pyo.ConcreteModel(name="annual_plan")
    starts, entries = problem.starts, problem.entries
    ids = [p.id for p in problem.projects]
    with PauseGC():
        x_keys = [(ids[p], y) for p, y in zip(starts.project.tolist(), starts.year.tolist(), strict=True)]
        m.x = pyo.Var(pyo.Set(initialize=x_keys, dimen=2), domain=pyo.Binary)
        f_keys = [
            (ids[p], problem.leaves[c], t)
            for p, c, t in zip(entries.project.tolist(), entries.leaf.tolist(), entries.year.tolist(), strict=True)
        ]
        m.f = pyo.Var(pyo.Set(initialize=f_keys, dimen=3), domain=pyo.NonNegativeReals)
        unit = float(problem.money_unit)
        for v, upper in zip(m.f.values(), entries.upper.tolist(), strict=True):
            v._ub = upper / unit
    largest = float(problem.gain.max()) if len(problem.gain) else 0.0
    gain_unit = largest / 1000.0 if largest > 0 else 1.0
    m.gain_unit = gain_unit
    m.gains = [(g / gain_unit, v) for g, v in zip(problem.gain.tolist(), m.x.values(), strict=True)]
    with PauseGC():
        for name in families():
            if name not in skip:
                family(name).add(m, problem)
    coefs = [g for g, _v in m.gains]
    m.objective = pyo.Objective(
        expr=LinearExpression(constant=0, linear_coefs=coefs, linear_vars=[v for _g, v in m.gains]), sense=pyo.maximize
    )
    return m
