"""What tolerances, constants, scales and failures must not do to a front."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pareto_cases import Case, draw, matrices_of
from scipy.optimize import linprog

from renewal_opt.pareto import (
    Aside,
    LinearObjective,
    MatrixModel,
    Question,
    Reply,
    Settled,
    nondominated,
    pyomo_model,
    representation,
    search,
    supported,
)
from renewal_opt.pareto.objectives import whole_objectives
from renewal_opt.pareto.subsolve import ZoneSolver
from renewal_opt.pareto.whole import broken_row, tightened

ONE = (Fraction(1), Fraction(1))


def test_continuous_columns_are_not_rounded() -> None:
    """t <= 0.3 a + 0.45 b + 0.1 c, worth t, at a cost of 2 a + 3 b + c: each subset has its own t."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(3), within=pyo.Binary)
    m.t = pyo.Var(bounds=(0, 1))
    m.c = pyo.Constraint(expr=m.t <= 0.3 * m.x[0] + 0.45 * m.x[1] + 0.1 * m.x[2])
    m.gain = pyo.Objective(expr=m.t, sense=pyo.maximize)
    m.cost = pyo.Objective(expr=2 * m.x[0] + 3 * m.x[1] + m.x[2], sense=pyo.minimize)
    answer = nondominated(pyomo_model(m, resolution={"gain": Fraction(1, 100)}))
    assert answer.complete
    best = {c: max(0.3 * x + 0.45 * y + 0.1 * z for x, y, z in itertools.product((0, 1), repeat=3) if 2 * x + 3 * y + z == c) for c in range(7)}
    front = {c: g for c, g in best.items() if all(g > h for d, h in best.items() if d < c)}
    assert {int(p.values[1]): pytest.approx(float(p.values[0])) for p in answer.points} == front


@pytest.mark.parametrize(("coefficient", "side"), [(1, 2.9999995), (3333333, 9999998.999), (0.1, 0.29999995)])
def test_a_row_that_tolerances_would_break(coefficient: float, side: float) -> None:
    """Three of the two together would break the row by less than HiGHS sees."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(2), bounds=(0, 10), within=pyo.Integers)
    m.c = pyo.Constraint(expr=coefficient * m.x[0] + coefficient * m.x[1] <= side)
    m.a = pyo.Objective(expr=m.x[0], sense=pyo.maximize)
    m.b = pyo.Objective(expr=m.x[1], sense=pyo.maximize)
    model = pyomo_model(m)
    answer = nondominated(model)
    assert answer.complete
    assert {p.values for p in answer.points} == {(Fraction(2), Fraction(0)), (Fraction(1), Fraction(1)), (Fraction(0), Fraction(2))}
    loose = MatrixModel(replace(model.matrices, row_upper=np.array([side])), model.objectives)  # as it comes, the point is refused, not believed
    answer = nondominated(loose)
    assert all(sum(p.values) <= 2 for p in answer.points)
    assert answer.complete or all(z.why for z in answer.open)


def test_rows_are_checked_exactly() -> None:
    m = matrices_of(np.array([[0.1, 0.2, 0.0], [3.0, 6.0, 9.0]]), np.array([0.3, 17.0]))
    assert broken_row(m, np.array([1.0, 1.0, 0.0])) is None  # 0.1 + 0.2 is 0.3 in decimals, more in floats
    assert broken_row(m, np.array([1.0, 1.0, 1.0])) == 1
    assert broken_row(m, np.array([2.0, 1.0, 0.0])) == 0
    assert tightened(m).row_upper.tolist() == [0.3, 15.0]
    mixed = replace(m, integrality=np.array([True, True, False]))
    assert tightened(mixed).row_upper.tolist() == [0.3, 17.0]
    assert broken_row(mixed, np.array([1.0, 1.0, 8 / 9 + 1e-9])) is None
    assert broken_row(mixed, np.array([1.0, 1.0, 8 / 9 + 1e-4])) == 1


def test_a_constant_is_no_step() -> None:
    """Money in steps of 10^8 stays exact beside a constant of 1."""
    at = np.arange(5, dtype=np.int32)
    model = MatrixModel(matrices_of(np.array([[3, 5, 4, 2, 6]]), np.array([9])), (
        LinearObjective("money", at, tuple(Fraction(v * 10**8) for v in (7, 9, 2, 1, 8)), Fraction(1)),
        LinearObjective("risk", at, tuple(map(Fraction, (2, 6, 1, 4, 3))), sense="min"),
    ))  # fmt: skip
    answer = nondominated(model)
    assert answer.exact
    assert answer.complete
    assert answer.steps == (Fraction(10**8), Fraction(1))
    assert max(p.values[0] for p in answer.points) == 16 * 10**8 + 1


def test_bounds_of_objectives_hold() -> None:
    """No point is below 0 or above the top, which is near the linear optimum."""
    for seed in range(40):
        case = draw(seed)
        model = case.model()
        whole = whole_objectives(model.matrices, model.objectives)
        assert whole is not None
        for o, row in zip(whole, case.c, strict=True):
            y = [o.steps(v[whole.index(o)]) for v in case.front()]
            assert min(y) >= 0
            assert max(y) <= o.top
            ends = [s * linprog(s * row, A_ub=case.a, b_ub=case.b, bounds=(0, 1)).fun for s in (1, -1)]
            step = float(o.step) / float(o.source.coefficients[0] / int(row[0])) if row[0] else 0.0
            assert not step or o.top <= (ends[1] - ends[0]) / abs(step) + 1e-6


def unproven(model: MatrixModel) -> MatrixModel:
    """The model, which sets every point with column 1 aside without a proof."""
    plain = model.settled

    def settle(x: Any) -> Settled | Aside:
        return Aside((((1,), (1.0,), -np.inf, 0.0),), proven=False) if x[1] > 0.5 else plain(x)

    return MatrixModel(model.matrices, model.objectives, settle=settle)


def test_nothing_is_said_of_what_is_missing_when_points_were_set_aside() -> None:
    case = Case(np.array([[3, 5, 4, 2, 6, 1]]), np.array([11]), np.array([[7, 9, 2, 1, 8, 3], [1, 4, 8, 6, 2, 5]]), ("max", "max"), ONE, (Fraction(0),) * 2)
    model = unproven(case.model())
    answer = nondominated(model)
    assert answer.aside
    assert not answer.complete
    assert not answer.open
    assert math.isnan(answer.missing)
    shown = representation(model, 2)
    assert not shown.exact
    assert shown.coverage == math.inf
    some = supported(model)
    assert some.aside
    assert some.missing == 1.0


class Refusing(ZoneSolver):
    """Gives no answer to chosen questions."""

    asked = 0
    refused: frozenset[int] = frozenset()

    def ask(self, question: Question, seconds: float = math.inf) -> Reply:
        type(self).asked += 1
        return Reply(why="limit", runs=1) if type(self).asked in self.refused else super().ask(question, seconds)


@pytest.mark.parametrize("p", [2, 3])
@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_a_zone_that_fails_for_one_objective_is_asked_for_another(p: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    a, c = rng.integers(1, 40, (1, 11)), rng.integers(1, 60, (p, 11)).astype(np.int64)
    case = Case(a, a.sum(axis=1) // 2, c, ("max",) * p, (Fraction(1),) * p, (Fraction(0),) * p)
    monkeypatch.setattr(search, "ZoneSolver", Refusing)
    Refusing.asked, Refusing.refused = 0, frozenset({number})
    answer = nondominated(case.model())
    assert Refusing.asked >= number
    assert answer.complete
    assert {q.values for q in answer.points} == case.front()
    Refusing.asked, Refusing.refused = 0, frozenset(range(number, 1000))  # all that follow fail: the search ends, and says so
    answer = nondominated(case.model())
    assert not answer.complete
    assert {z.why for z in answer.open} == {"limit"}


def extreme(front: list[tuple[Fraction, ...]]) -> set[tuple[Fraction, ...]]:
    """Return the points that are best for some weights of at least 1e-3 of the ranges, and by at least 1e-5."""
    y = np.array([[float(v) for v in row] for row in front])
    y = (y - y.min(axis=0)) / np.maximum(y.max(axis=0) - y.min(axis=0), 1e-9)
    n, p = y.shape
    out = set()
    for i in range(n):
        others = np.delete(y[i] - y, i, axis=0)
        found = linprog(np.r_[np.zeros(p), -1.0], A_ub=np.c_[-others, np.ones(n - 1)], b_ub=np.zeros(n - 1), A_eq=[[1.0] * p + [0.0]], b_eq=[1.0], bounds=[(1e-3, 1)] * p + [(-9, 9)])
        if found.status == 0 and -found.fun > 1e-5:
            out.add(front[i])
    return out


def test_supported_points_of_ranges_far_apart() -> None:
    """Ranges that differ by up to 2 x 10^6: weights in whole numbers lost a third of these."""
    for seed in range(24):
        rng = np.random.default_rng(seed)
        p = 2 + seed % 3
        a = rng.integers(1, 40, (1, 9))
        c = np.array([rng.integers(1, int(rng.choice([5, 100, 10_000, 1_000_000, 10_000_000])) + 1, 9) for _k in range(p)], dtype=np.int64)
        case = Case(a, a.sum(axis=1) // 2, c, ("max",) * p, (Fraction(1),) * p, (Fraction(0),) * p)
        answer = supported(case.model())
        found = {q.values for q in answer.points}
        assert found <= case.front(), seed
        assert extreme(sorted(case.front())) <= found, seed
        assert math.isnan(answer.missing)
