"""A Pyomo model turned once into column-wise arrays.

Pyomo's own compilers walk every expression node; here whole constraint components are flattened by
C-level list operations when their bodies are plain `LinearExpression` objects with numeric coefficients
(the style that `model/rules` writes), and any other linear body goes through Pyomo's own walker.
Both ways give the same arrays, and a test holds them equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression
from pyomo.core.expr.visitor import identify_variables
from pyomo.repn import generate_standard_repn

from .matrices import BoolArray, FloatArray, IntArray, LazyNames, Matrices, Sense, Span

__all__ = ["Matrices", "Span", "compile_model"]

#: bounds of this size or above are infinite to HiGHS, so they are no bounds
INFINITE = 1e20
_INF, _NAN = math.inf, math.nan
_EMPTY: FloatArray = np.empty(0)
_KNOWN = {
    pyo.Block, pyo.Var, pyo.Constraint, pyo.Objective, pyo.Param, pyo.Set, pyo.RangeSet, pyo.Expression,
    pyo.Suffix, pyo.BuildAction, pyo.BuildCheck,
}  # fmt: skip


def compile_model(m: pyo.ConcreteModel) -> Matrices:
    """Turn a linear Pyomo model into arrays.

    Columns stand in the order in which the Var components were declared, rows in that of the Constraint
    components; variables that no row names keep a column, and fixed variables keep theirs with both
    bounds at the value.

    Parameters
    ----------
    m : pyomo ConcreteModel
        Linear, with at most one active objective.

    Returns
    -------
    Matrices

    Raises
    ------
    ValueError
        For a variable without finite bounds, a body that is not linear, a variable of another model,
        a number that is not finite, or several objectives; names the component.
    """
    _refuse_strangers(m)
    with PauseGC():
        columns = _Columns(m)
        rows = _Rows(m, columns)
        cost, offset, sense = _objective(m, columns)
        start, index, value = _by_columns(rows, columns)
    return Matrices(
        start=start, index=index, value=value, row_lower=rows.lower, row_upper=rows.upper,
        col_cost=cost, col_lower=columns.lower, col_upper=columns.upper, integrality=columns.integrality,
        offset=offset, sense=sense, row_names=LazyNames(rows.data), col_names=LazyNames(columns.data),
        col_spans=columns.spans, row_spans=rows.spans,
    )  # fmt: skip


class _Columns:
    """Variables in order, their bounds, and the position of each by identity."""

    def __init__(self, m: pyo.ConcreteModel) -> None:
        self.data: list[Any] = []
        self.spans: dict[str, Span] = {}
        lower, upper = [_EMPTY], [_EMPTY]
        whole: list[BoolArray] = [np.empty(0, dtype=np.bool_)]
        for component in m.component_objects(pyo.Var, active=True, descend_into=True):
            data = list(component.values())
            if component.is_reference() or not data:
                continue
            self.spans[component.name] = Span(len(self.data), tuple(component.keys()))
            self.data += data
            lo, hi, integer = _bounds(data)
            lower.append(lo)
            upper.append(hi)
            whole.append(integer)
        self.lower: FloatArray = np.concatenate(lower)
        self.upper: FloatArray = np.concatenate(upper)
        self.integrality: BoolArray = np.concatenate(whole)
        loose = ~((np.abs(self.lower) < INFINITE) & (np.abs(self.upper) < INFINITE))  # NaN is loose too
        if loose.any():
            raise ValueError(f"variable {self.data[int(np.argmax(loose))].name} has no finite bounds of its own")
        self.position: dict[int, int] = dict(zip(map(id, self.data), range(len(self.data)), strict=True))

    def at(self, variables: Iterable[Any], whose: str) -> list[int]:
        """Return the columns of `variables`, which stand in the body of `whose`."""
        try:
            return list(map(self.position.__getitem__, map(id, variables)))
        except KeyError:
            raise ValueError(f"{whose} names a variable that is not an active part of the model") from None


def _bounds(data: list[Any]) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Bounds and integrality of one component; a domain is looked at once for all that share it."""
    domains = [v.domain for v in data]
    kinds: dict[int, tuple[float, float, bool]] = {}
    for v, domain in zip(data, domains, strict=True):
        if id(domain) not in kinds:
            if not (v.is_integer() or v.is_continuous()):
                raise ValueError(f"variable {v.name}: its domain is neither a range of reals nor of integers")
            low, high = domain.bounds()
            kinds[id(domain)] = (_NAN if low is None else low, _NAN if high is None else high, v.is_integer())
    d_lo, d_hi, whole = (np.array(part) for part in zip(*(kinds[id(d)] for d in domains), strict=True))
    lower = np.fmax(_limits([v._lb for v in data], data), d_lo.astype(np.float64))  # the number where one is NaN
    upper = np.fmin(_limits([v._ub for v in data], data), d_hi.astype(np.float64))
    for j in [j for j, v in enumerate(data) if v._fixed]:
        if data[j].value is None:
            raise ValueError(f"variable {data[j].name} is fixed without a value")
        lower[j] = upper[j] = float(data[j].value)
    return lower, upper, whole


def _numbers(values: list[Any]) -> FloatArray:
    """Numbers as an array; Pyomo parameters are evaluated, None becomes NaN."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        return np.array([_NAN if v is None else pyo.value(v) for v in values], dtype=np.float64)


def _limits(values: list[Any], data: list[Any]) -> FloatArray:
    """Bounds as an array, NaN where there is none; a bound that is itself NaN is an error."""
    numbers = _numbers(values)
    missing = np.isnan(numbers)
    if int(missing.sum()) != values.count(None):
        bad = next(j for j in np.flatnonzero(missing) if values[j] is not None)
        raise ValueError(f"{data[bad].name} has a bound that is not a number")
    return numbers


class _Rows:
    """Rows in order as coordinate lists, with the bodies' constants moved into the bounds."""

    def __init__(self, m: pyo.ConcreteModel, columns: _Columns) -> None:
        self.data: list[Any] = []
        self.spans: dict[str, Span] = {}
        self._cols: list[list[int]] = []
        self._values: list[FloatArray] = [_EMPTY]
        self._counts: list[int] = []
        lower, upper = [_EMPTY], [_EMPTY]
        for component in m.component_objects(pyo.Constraint, active=True, descend_into=True):
            keys = tuple(k for k, c in component.items() if c.active)
            if component.is_reference() or not keys:
                continue
            data = [component[k] for k in keys] if len(keys) < len(component) else list(component.values())
            self.spans[component.name] = Span(len(self.data), keys)
            self.data += data
            lo, hi = self._component(data, columns, component.name)
            lower.append(lo)
            upper.append(hi)
        self.lower: FloatArray = np.concatenate(lower)
        self.upper: FloatArray = np.concatenate(upper)

    def _component(self, data: list[Any], columns: _Columns, name: str) -> tuple[FloatArray, FloatArray]:
        split = [_split(c) for c in data]
        bodies = [_terms(body, c) for (_, body, _), c in zip(split, data, strict=True)]
        counts = list(map(len, bodies))
        terms = list(chain.from_iterable(bodies))
        lo, hi = _limits([s[0] for s in split], data), _limits([s[2] for s in split], data)
        lo[np.isnan(lo)], hi[np.isnan(hi)] = -_INF, _INF
        if (lo == _INF).any() or (hi == -_INF).any():
            raise ValueError(f"{data[int(np.argmax((lo == _INF) | (hi == -_INF)))].name} has a side that nothing meets")
        if set(map(type, terms)) - {MonomialTermExpression}:
            terms, counts, constant = _without_constants(bodies)
            lo, hi = lo - constant, hi - constant
        pairs = [t._args_ for t in terms]
        self._cols.append(columns.at([p[1] for p in pairs], name))
        self._values.append(_numbers([p[0] for p in pairs]))
        self._counts += counts
        return lo, hi

    def entries(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return rows, columns and values of all coefficients, rows ascending."""
        cols = np.fromiter(chain.from_iterable(self._cols), dtype=np.int32, count=sum(self._counts))
        rows = np.repeat(np.arange(len(self._counts), dtype=np.int32), self._counts)
        return rows, cols, np.concatenate(self._values)


def _split(c: Any) -> tuple[Any, Any, Any]:
    """Return lower bound, body and upper bound of a constraint, None where there is no bound."""
    expr = c.expr
    kind = expr.__class__
    if kind is InequalityExpression or kind is EqualityExpression:
        left, right = expr._args_
        if right.__class__ in native_numeric_types:
            return (right if kind is EqualityExpression else None), left, right
    found: tuple[Any, Any, Any] = c.to_bounded_expression(evaluate_bounds=True)
    return found


def _terms(body: Any, owner: Any) -> list[Any]:
    """Return a linear body as a list of monomials, variables and numbers."""
    kind = body.__class__
    if kind is LinearExpression:
        args: list[Any] = body._args_
        return args if len(args) == body._nargs else args[: body._nargs]  # Pyomo shares longer lists
    if kind is MonomialTermExpression or kind in native_numeric_types or body.is_variable_type():
        return [body]
    return _walked(body, owner)


def _walked(body: Any, owner: Any) -> list[Any]:
    """Return any other linear body in the same form; fixed variables stay variables."""
    fixed = [v for v in identify_variables(body, include_fixed=True) if v.fixed]
    try:
        for v in fixed:
            v.fixed = False
        repn = generate_standard_repn(body, compute_values=True, quadratic=False)
    finally:
        for v in fixed:
            v.fixed = True
    if not repn.is_linear():
        raise ValueError(f"{owner.name} is not linear")
    return [repn.constant, *map(MonomialTermExpression, zip(repn.linear_coefs, repn.linear_vars, strict=True))]


def _without_constants(bodies: list[list[Any]]) -> tuple[list[Any], list[int], FloatArray]:
    """Turn bare variables into monomials and take numbers out of the bodies."""
    terms: list[Any] = []
    counts: list[int] = []
    constants = np.zeros(len(bodies))
    for i, body in enumerate(bodies):
        before = len(terms)
        for t in body:
            if t.__class__ is MonomialTermExpression:
                terms.append(t)
            elif t.__class__ not in native_numeric_types and t.is_variable_type():
                terms.append(MonomialTermExpression((1.0, t)))
            else:
                constants[i] += pyo.value(t)
        counts.append(len(terms) - before)
    return terms, counts, constants


def _objective(m: pyo.ConcreteModel, columns: _Columns) -> tuple[FloatArray, float, Sense]:
    objectives = list(m.component_data_objects(pyo.Objective, active=True, descend_into=True))
    cost = np.zeros(len(columns.data))
    if not objectives:
        return cost, 0.0, "min"
    if len(objectives) > 1:
        raise ValueError("several active objectives: " + ", ".join(o.name for o in objectives))
    objective = objectives[0]
    terms, _, constant = _without_constants([_terms(objective.expr, objective)])
    pairs = [t._args_ for t in terms]
    np.add.at(cost, columns.at([p[1] for p in pairs], objective.name), _numbers([p[0] for p in pairs]))
    if not (np.isfinite(cost).all() and np.isfinite(constant).all()):
        raise ValueError(f"{objective.name} has a coefficient that is not finite")
    return cost, float(constant[0]), "max" if objective.sense == pyo.maximize else "min"


def _by_columns(rows: _Rows, columns: _Columns) -> tuple[IntArray, IntArray, FloatArray]:
    """Sort the coefficients by column and row; a variable named twice in a row is added up, zeros go."""
    row, col, value = rows.entries()
    if not np.isfinite(value).all():
        bad = int(np.argmin(np.isfinite(value)))
        raise ValueError(f"{rows.data[int(row[bad])].name}: the coefficient of {columns.data[int(col[bad])].name} is not finite")
    order = np.argsort(col, kind="stable")
    row, col, value = row[order], col[order], value[order]
    fresh = np.ones(len(col), dtype=np.bool_)
    fresh[1:] = (col[1:] != col[:-1]) | (row[1:] != row[:-1])
    if not fresh.all():
        value = np.add.reduceat(value, np.flatnonzero(fresh))
        row, col = row[fresh], col[fresh]
    if not value.all():
        kept = value != 0
        row, col, value = row[kept], col[kept], value[kept]
    start = np.zeros(len(columns.data) + 1, dtype=np.int32)
    np.cumsum(np.bincount(col, minlength=len(columns.data)), out=start[1:])
    return start, row, value


def _refuse_strangers(m: pyo.ConcreteModel) -> None:
    """A component that the arrays cannot carry (SOS, disjunctions ...) is an error, never left out."""
    for component in m.component_objects(active=True, descend_into=True):
        if component.ctype not in _KNOWN:
            raise ValueError(f"{component.name}: components of type {component.ctype.__name__} cannot be compiled")
