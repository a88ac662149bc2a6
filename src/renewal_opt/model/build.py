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
from .patch_sheet import Sheet
from .rows import Row, Writer


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


def build_model(problem: Problem, skip: frozenset[str] = frozenset(), *, projected: bool = False) -> pyo.ConcreteModel:
    """Build the model, with money as variables (`funding: full`) or without (`projected`).

    Variables: `x[project, start year]` in {0, 1} (1 for carry-overs), `f[project, channel, year]` in money
    units (full form), and what a family adds. Objective: maximise sum of basis x score over starts, scaled so that
    the largest coefficient is at most 1,000 (`m.gain_unit` undoes it), plus what families add to `m.gains`.

    The projected form leaves out the families whose rows hold money (those with `MONEY`), or writes what they say
    about the portfolio alone (their `project_out`); rows of `funding` stand for the rest.

    Parameters
    ----------
    problem : Problem
        The tables.
    skip : set of str
        Families to leave out (used to tell which rules conflict, and by tests).
    projected : bool
        Whether money is projected out.
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
        ] if not projected else []
        m.f = pyo.Var(pyo.Set(initialize=f_keys, dimen=3), domain=pyo.NonNegativeReals)
        unit = float(problem.money_unit)
        for v, upper in zip(m.f.values(), entries.upper.tolist(), strict=not projected):
            v._ub = upper / unit
    write_families(m, problem, skip, projected=projected)
    coefs = [g for g, _v in m.gains]
    m.objective = pyo.Objective(
        expr=LinearExpression(constant=0, linear_coefs=coefs, linear_vars=[v for _g, v in m.gains]), sense=pyo.maximize
    )
    return m


def write_families(m: pyo.ConcreteModel | Sheet, problem: Problem, skip: frozenset[str] = frozenset(), *, projected: bool = False) -> None:
    """Write gains and rows of all families into a model that has its variables, or onto a sheet.

    Parameters
    ----------
    m : pyomo ConcreteModel or Sheet
        Gets `gain_unit`, `gains` and the families' rows.
    problem, skip, projected
        As in `build_model`.
    """
    largest = float(problem.gain.max()) if len(problem.gain) else 0.0
    m.gain_unit = largest / 1000.0 if largest > 0 else 1.0
    m.gains = [(g / m.gain_unit, v) for g, v in zip(problem.gain.tolist(), Writer(m, problem).x, strict=True)]
    with PauseGC():
        for name in families():
            if name not in skip:
                _add(m, problem, name, projected)


def _add(m: pyo.ConcreteModel | Sheet, problem: Problem, name: str, projected: bool) -> None:
    module = family(name)
    if projected and getattr(module, "MONEY", False):
        if hasattr(module, "project_out"):
            module.project_out(m, problem)
        return
    module.add(m, problem)
