"""A compiled Pyomo model equals the arrays written by hand, whatever way its rows were written."""

from __future__ import annotations

import pickle

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from renewal_opt.model.compile import Matrices, compile_model


def dense(m: Matrices) -> np.ndarray:
    a = np.zeros((m.n_rows, m.n_cols))
    for j in range(m.n_cols):
        for k in range(m.start[j], m.start[j + 1]):
            a[m.index[k], j] += m.value[k]
    return a


def four() -> pyo.ConcreteModel:
    """max 3 x_a + 2 x_b + 5 y + 7 - with a free-standing w: x binary, 1 <= y <= 8 whole, -2 <= w <= 2.5."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(["a", "b"], domain=pyo.Binary)
    m.y = pyo.Var(domain=pyo.NonNegativeIntegers, bounds=(1, 8))
    m.w = pyo.Var(bounds=(-2, 2.5))
    m.cap = pyo.Constraint(expr=4 * m.x["a"] + 6 * m.x["b"] + m.y <= 9)
    m.link = pyo.Constraint(["a", "b"], rule=lambda m, i: m.y >= 2 * m.x[i])
    m.band = pyo.Constraint(expr=(1, m.x["a"] + m.y - 3, 4))
    m.same = pyo.Constraint(expr=m.x["a"] - m.x["b"] == 0)
    m.gain = pyo.Objective(expr=3 * m.x["a"] + 2 * m.x["b"] + 5 * m.y + 7, sense=pyo.maximize)
    return m


def test_four_variables_by_hand() -> None:
    c = compile_model(four())
    inf = np.inf
    assert list(c.col_names) == ["x[a]", "x[b]", "y", "w"]
    assert list(c.row_names) == ["cap", "link[a]", "link[b]", "band", "same"]
    # Pyomo turns y >= 2 x into 2 x <= y, that is 2 x - y <= 0
    np.testing.assert_array_equal(
        dense(c), [[4, 6, 1, 0], [2, 0, -1, 0], [0, 2, -1, 0], [1, 0, 1, 0], [1, -1, 0, 0]]
    )
    np.testing.assert_array_equal(c.row_lower, [-inf, -inf, -inf, 4, 0])
    np.testing.assert_array_equal(c.row_upper, [9, 0, 0, 7, 0])
    np.testing.assert_array_equal(c.col_lower, [0, 0, 1, -2])
    np.testing.assert_array_equal(c.col_upper, [1, 1, 8, 2.5])
    np.testing.assert_array_equal(c.integrality, [True, True, True, False])
    np.testing.assert_array_equal(c.col_cost, [3, 2, 5, 0])
    assert (c.offset, c.sense) == (7.0, "max")


def test_places_of_components() -> None:
    m = four()
    c = compile_model(m)
    assert c.columns(m.x) == {"a": 0, "b": 1}
    assert c.columns("y") == {None: 2}
    assert c.rows(m.link) == {"a": 1, "b": 2}
    assert c.row_slice("band") == slice(3, 4)
    x = np.array([1.0, 0.0, 3.0, 0.5])
    assert c.objective(x) == 3 + 15 + 7
    np.testing.assert_array_equal(c.activity(x), [7, -1, -3, 4, 1])


def test_names_survive_pickling_without_pyomo_objects() -> None:
    c = compile_model(four())
    again = pickle.loads(pickle.dumps(c))
    assert list(again.row_names) == list(c.row_names)
    assert c.col_names[1] == again.col_names[1] == "x[b]"
    assert len(again.col_names) == 4
    assert again.columns("x") == {"a": 0, "b": 1}


def written(style: str) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    m.p = pyo.Param(initialize=3.0, mutable=True)
    m.x = pyo.Var(range(3), bounds=(0, 5))
    v = [m.x[i] for i in range(3)]
    if style == "linear":
        body = LinearExpression(constant=2.0, linear_coefs=[3.0, -1.0, 4.0, 1.0], linear_vars=[*v, v[1]])
    elif style == "sum":
        body = sum(c * x for c, x in zip([3.0, -1.0, 4.0, 1.0], [*v, v[1]], strict=True)) + 2.0
    elif style == "nested":
        body = 3 * (v[0] + v[2]) + v[2] + 2.0
    elif style == "parameter":
        body = m.p * v[0] + 4 * v[2] + (m.p - 1)
    elif style == "fixed":
        v[2].fix(0.0)
        body = 3 * (v[0] + v[2]) + v[2] + 2.0
    else:
        m.e = pyo.Expression(expr=3 * v[0] + 2)
        body = m.e + 4 * v[2]
    m.c = pyo.Constraint(expr=body <= 10)
    m.o = pyo.Objective(expr=body)
    return m


@pytest.mark.parametrize("style", ["linear", "sum", "nested", "parameter", "fixed", "expression"])
def test_every_style_gives_the_same_row(style: str) -> None:
    c = compile_model(written(style))
    np.testing.assert_array_equal(dense(c), [[3, 0, 4]])  # the twice-named variable cancels and leaves no entry
    assert c.nnz == 2
    assert (c.row_lower[0], c.row_upper[0]) == (-np.inf, 8)
    np.testing.assert_array_equal(c.col_cost, [3, 0, 4])
    assert (c.offset, c.sense) == (2.0, "min")
    np.testing.assert_array_equal(c.col_upper, [5, 5, 0 if style == "fixed" else 5])


def test_walking_leaves_fixed_variables_fixed() -> None:
    m = written("fixed")
    compile_model(m)
    assert m.x[2].fixed
    assert m.x[2].value == 0.0


def test_inactive_rows_and_shared_sums() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(3), bounds=(0, 1))
    first = m.x[0] + m.x[1]
    m.c = pyo.ConstraintList()
    m.c.add(first <= 1)
    m.c.add(first + m.x[2] <= 2)  # Pyomo keeps both sums in one list
    m.c.add(m.x[2] >= 1)
    m.c[3].deactivate()
    c = compile_model(m)
    np.testing.assert_array_equal(dense(c), [[1, 1, 0], [1, 1, 1]])
    assert c.rows(m.c) == {1: 0, 2: 1}
    assert c.sense == "min"


def test_domains_of_their_own() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var([1, 2, 3], domain=lambda m, i: [pyo.Binary, pyo.NonNegativeReals, pyo.Integers][i - 1], bounds=(-4, 9))
    m.k = pyo.Param(initialize=6, mutable=True)
    m.y = pyo.Var(bounds=(0, m.k))
    c = compile_model(m)
    np.testing.assert_array_equal(c.col_lower, [0, 0, -4, 0])
    np.testing.assert_array_equal(c.col_upper, [1, 9, 9, 6])
    np.testing.assert_array_equal(c.integrality, [True, False, True, False])


def test_blocks_and_references() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var([1, 2], bounds=(0, 1))
    m.b = pyo.Block()
    m.b.y = pyo.Var(bounds=(0, 2))
    m.b.c = pyo.Constraint(expr=m.x[1] + m.b.y <= 2)
    m.r = pyo.Reference(m.x[:])
    c = compile_model(m)
    assert list(c.col_names) == ["x[1]", "x[2]", "b.y"]
    assert list(c.row_names) == ["b.c"]
    np.testing.assert_array_equal(dense(c), [[1, 0, 1]])


def test_empty_row_keeps_its_bounds() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var([1], bounds=(0, 1))
    m.c = pyo.Constraint([1, 2], rule=lambda m, i: pyo.Constraint.Infeasible if i == 2 else m.x[1] <= 1)
    c = compile_model(m)
    assert c.n_rows == 2
    assert c.row_lower[1] > 0 or c.row_upper[1] < 0


def faulty(kind: str) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(["a", "bad"], bounds=(0, 1))
    if kind == "open":
        m.x["bad"].setub(None)
    elif kind == "huge":
        m.x["bad"].setub(1e20)
    elif kind == "valueless":
        m.x["bad"].fixed = True
    elif kind == "square":
        m.bad = pyo.Constraint(expr=m.x["a"] ** 2 <= 1)
    elif kind == "product":
        m.x["a"].fix(1)
        m.bad = pyo.Constraint(expr=m.x["a"] * m.x["bad"] <= 1)
    elif kind == "foreign":
        other = faulty("none")
        m.bad = pyo.Constraint(expr=m.x["a"] + other.x["a"] <= 1)
    elif kind == "nan":
        m.bad = pyo.Constraint(expr=LinearExpression(linear_coefs=[float("nan")], linear_vars=[m.x["a"]]) <= 1)
    elif kind == "nan_bound":
        m.bad = pyo.Constraint(expr=m.x["a"] <= float("nan"))
    elif kind == "nan_upper":
        m.x["bad"].upper = float("nan")
    elif kind == "beyond":
        m.bad = pyo.Constraint(expr=m.x["a"] <= -float("inf"))
    elif kind == "two":
        m.good, m.bad = pyo.Objective(expr=m.x["a"]), pyo.Objective(expr=m.x["bad"])
    elif kind == "sos":
        m.bad = pyo.SOSConstraint(var=m.x, sos=1)
    elif kind == "steps":
        m.bad = pyo.Var(domain=pyo.Set(initialize=[0, 2, 5]), bounds=(0, 5))
    return m


@pytest.mark.parametrize(
    "kind", ["open", "huge", "valueless", "square", "product", "foreign", "nan", "nan_bound", "nan_upper", "beyond", "two", "sos", "steps"]
)
def test_faults_are_named(kind: str) -> None:
    with pytest.raises(ValueError, match="bad"):
        compile_model(faulty(kind))
    compile_model(faulty("none"))


@pytest.mark.parametrize("seed", range(20))
def test_equals_the_compiler_of_pyomo(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = pyo.ConcreteModel()
    n = int(rng.integers(2, 9))
    m.x = pyo.Var(range(n), bounds=(0, 3))
    m.c = pyo.ConstraintList()
    for i in range(int(rng.integers(1, 9))):
        body = sum(int(k) * m.x[j] for j, k in enumerate(rng.integers(-3, 4, n)) if k) + m.x[0] - int(rng.integers(0, 5))
        m.c.add([body <= 4, body == 2, body >= -3][i % 3])
    m.o = pyo.Objective(expr=sum(int(k) * m.x[j] for j, k in enumerate(rng.integers(1, 9, n))), sense=pyo.maximize)
    ours = compile_model(m)
    theirs = LinearStandardFormCompiler().write(
        m, mixed_form=True, set_sense=None, column_order=[m.x[j] for j in range(n)]
    )
    column = [int(v.index()) for v in theirs.columns]
    np.testing.assert_array_equal(dense(ours)[:, column], theirs.A.toarray())
    kinds = np.array([r.bound_type for r in theirs.rows])
    np.testing.assert_array_equal(np.where(kinds == -1, ours.row_lower, ours.row_upper), theirs.rhs)
    np.testing.assert_array_equal(ours.col_cost[column], theirs.c.toarray()[0])
