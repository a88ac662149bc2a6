"""The search for nondominated points: failures, records, processes, resolutions, other entries."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from pareto_cases import Case, draw, knapsack, matrices_of, values

from renewal_opt.model.matrices import Matrices
from renewal_opt.pareto import (
    Aside,
    LinearObjective,
    MatrixModel,
    Question,
    Record,
    Settled,
    asking,
    nondominated,
    pyomo_model,
    representation,
    search,
    supported,
)
from renewal_opt.pareto.missing import missing_share
from renewal_opt.pareto.subsolve import ZoneSolver
from renewal_opt.solver.run import QuietHighs
from renewal_opt.workers import processes


@pytest.mark.parametrize("p", [2, 3])
def test_two_processes_find_the_same_points(p: int) -> None:
    case = knapsack(3, p, 9)
    answer = nondominated(case.model(), workers=processes(2))
    assert answer.complete
    assert values(answer.points) == case.front()


@pytest.mark.parametrize("p", [2, 3, 4])
def test_a_stopped_search_goes_on_from_its_records(p: int) -> None:
    case = knapsack(11 + p, p, 8)
    kept: list[Record] = []
    stop = threading.Event()

    def note(record: Record) -> None:
        kept.append(record)
        if len(kept) == 4:
            stop.set()

    first = nondominated(case.model(), on_record=note, cancel=stop)
    assert not first.complete
    assert first.open
    assert all(z.why for z in first.open)
    assert 0 < first.missing < 1
    assert values(first.points) <= case.front()
    more: list[Record] = []
    second = nondominated(case.model(), resume=kept, on_record=more.append)
    assert second.complete
    assert values(second.points) == case.front()
    whole: list[Record] = []
    straight = nondominated(case.model(), on_record=whole.append)
    assert len(kept) + len(more) == len(whole)
    assert second.runs == straight.runs
    again = nondominated(case.model(), resume=[*kept, *more])
    assert again.complete
    assert again.runs == straight.runs
    assert values(again.points) == case.front()


class Failing(QuietHighs):
    """Fails on chosen runs: an error, a limit, a false 'infeasible', a wrong point."""

    calls = 0
    at: frozenset[int] = frozenset()
    kind = ""

    def run(self) -> Any:
        type(self).calls += 1
        if type(self).calls in self.at:
            if self.kind == "raises":
                raise RuntimeError("broken")
            if self.kind == "nothing":
                return highspy.HighsStatus.kError
            if self.kind == "limit":
                self.setOptionValue("time_limit", 0.0)
        return super().run()  # type: ignore[no-untyped-call]

    def getModelStatus(self) -> Any:
        if self.kind == "infeasible" and type(self).calls in self.at:
            return highspy.HighsModelStatus.kInfeasible
        return super().getModelStatus()  # type: ignore[no-untyped-call]

    def getSolution(self) -> Any:
        solution = super().getSolution()  # type: ignore[no-untyped-call]
        if self.kind == "wrong" and type(self).calls in self.at:
            values = list(solution.col_value)
            values[0] = 1.0 - values[0]
            solution.col_value = values
        return solution


@pytest.mark.parametrize("kind", ["raises", "nothing", "limit", "infeasible", "wrong"])
@pytest.mark.parametrize("p", [2, 3])
def test_a_failed_run_never_makes_a_wrong_front(kind: str, p: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = knapsack(5, p, 7)
    front = case.front()

    def with_failure(model: MatrixModel, whole: Any, options: Any) -> ZoneSolver:
        return ZoneSolver(model, whole, options, factory=Failing)

    monkeypatch.setattr(search, "ZoneSolver", with_failure)
    Failing.kind = kind
    incomplete = 0
    for n in range(1, 12, 2):
        Failing.calls, Failing.at = 0, frozenset(range(n, 400) if kind == "limit" else (n, n + 1))  # one limit alone is asked around
        answer = nondominated(case.model())
        assert values(answer.points) <= front
        if answer.complete:
            assert values(answer.points) == front
        else:
            incomplete += 1
            assert answer.open
            assert all(z.why for z in answer.open)
            missing = front - values(answer.points)
            for point in missing:  # every point that is missing lies in an open zone
                assert any(all(b is None or v > b for v, b in zip(point, z.better_than, strict=True)) for z in answer.open)
    assert incomplete or kind in ("raises", "nothing", "wrong", "infeasible")


def test_an_objective_without_steps_gets_a_resolution_and_says_so() -> None:
    a, b = np.array([[3, 5, 4, 2, 6]]), np.array([9])
    at = np.arange(5, dtype=np.int32)
    fine = tuple(Fraction(k, 10**12) + v for k, v in enumerate((7, 9, 2, 1, 8), start=3))
    plain = tuple(map(Fraction, (2, 6, 1, 4, 3)))
    model = MatrixModel(matrices_of(a, b), (LinearObjective("gain", at, fine), LinearObjective("risk", at, plain, sense="min")))
    answer = nondominated(model)
    assert answer.complete
    assert not answer.exact
    assert answer.steps[0] > Fraction(1, 10**12)
    assert answer.steps[1] == 1
    best = {}
    for x in itertools.product((0, 1), repeat=5):
        if a[0] @ x <= 9:
            risk = sum(p * v for p, v in zip(plain, x, strict=True))
            best[risk] = max(best.get(risk, Fraction(-1)), sum((f * v for f, v in zip(fine, x, strict=True)), Fraction(0)))
    front = {(g, r) for r, g in best.items() if all(g > h for q, h in best.items() if q < r)}
    assert values(answer.points) == front


def test_a_continuous_objective_is_held_to_its_resolution() -> None:
    """Money m >= 3.7 times the chosen weight, in steps of 1/10, beside a count."""
    n = 4
    base = matrices_of(np.array([[2.0, 3.0, 4.0, 5.0]]), np.array([9.0]))
    dense = np.array([[2.0, 3.0, 4.0, 5.0, 0.0], [3.7 * v for v in (2, 3, 4, 5)] + [-1.0]])
    import scipy.sparse as sp

    a = sp.csc_matrix(dense)
    matrices = Matrices(
        start=a.indptr.astype(np.int32), index=a.indices.astype(np.int32), value=a.data, row_lower=np.full(2, -np.inf),
        row_upper=np.array([9.0, 0.0]), col_cost=np.zeros(5), col_lower=np.zeros(5), col_upper=np.r_[base.col_upper, 1000.0],
        integrality=np.array([True] * n + [False]),
    )  # fmt: skip
    gain = LinearObjective("gain", np.arange(4, dtype=np.int32), tuple(map(Fraction, (3, 5, 4, 9))))
    money = LinearObjective("money", np.array([4], dtype=np.int32), (Fraction(1),), sense="min", resolution=Fraction(1, 10))

    def settle(x: np.ndarray) -> Settled:
        chosen = np.rint(x[:4]).astype(int).tolist()
        return Settled((sum((g * v for g, v in zip(gain.coefficients, chosen, strict=True)), Fraction(0)), Fraction(37, 10) * sum(w * v for w, v in zip((2, 3, 4, 5), chosen, strict=True))))

    answer = nondominated(MatrixModel(matrices, (gain, money), settle=settle))
    assert answer.complete
    all_points = {settle(np.array(x, dtype=float)).values for x in itertools.product((0, 1), repeat=4) if np.dot((2, 3, 4, 5), x) <= 9}
    front = {p for p in all_points if not any(q != p and q[0] >= p[0] and q[1] <= p[1] for q in all_points)}
    assert values(answer.points) == front


def test_a_continuous_variable_counts_with_its_fraction() -> None:
    """3 y + x0 <= 8: the most of y is 8/3, and 7/3 with x0; rounded to whole numbers it would be 3 and 2, which no point has."""
    m = pyo.ConcreteModel()
    m.y, m.x = pyo.Var(bounds=(0, 4)), pyo.Var(range(2), within=pyo.Binary)
    m.c = pyo.Constraint(expr=3 * m.y + m.x[0] <= 8)
    m.a, m.b = pyo.Objective(expr=m.y, sense=pyo.maximize), pyo.Objective(expr=m.x[0] + 2 * m.x[1], sense=pyo.maximize)
    answer = nondominated(pyomo_model(m, resolution={"a": Fraction(1, 100)}))
    assert answer.complete
    assert [(round(float(p.values[0]), 6), p.values[1]) for p in answer.points] == [(2.666667, 2), (2.333333, 3)]


def test_an_objective_over_another_model_is_refused() -> None:
    m, other = pyo.ConcreteModel(), pyo.ConcreteModel()
    m.x, other.z = pyo.Var(within=pyo.Binary), pyo.Var(within=pyo.Binary)
    m.a, m.b = pyo.Objective(expr=other.z), pyo.Objective(expr=m.x)
    with pytest.raises(ValueError, match="another model: z"):
        pyomo_model(m)


def test_a_zone_that_failed_is_asked_again() -> None:
    """Records of questions that failed for every objective leave their zone open; a search that goes on asks it again and comes to the whole set."""
    model, records = draw(3).model(), list[Record]()
    whole = nondominated(model, on_record=records.append, together=1)
    assert len(model.objectives) > 2
    number = len(records) - 1  # what is left then is this question's zone alone
    lost = replace(records[number].reply, ceiling=None, y=None, settled=None, why="failed")
    failed = [Record(Question(k, records[number].question.corners), lost) for k in range(len(model.objectives))]
    again = nondominated(model, resume=[*records[:number], *failed])
    assert again.complete
    assert values(again.points) == values(whole.points)


def test_rows_that_come_later_and_answers_set_aside() -> None:
    """Half of the rows stand in the model, the others come when they are broken; one portfolio is refused outright."""
    case = Case(np.array([[3, 5, 4, 2, 6, 1]]), np.array([11]), np.array([[7, 9, 2, 1, 8, 3], [1, 4, 8, 6, 2, 5]]), ("max", "max"), (Fraction(1),) * 2, (Fraction(0),) * 2)
    model = case.model()
    more = [(np.array([1, 4, 0, 0, 1, 0]), 4.0), (np.array([0, 1, 1, 1, 0, 0]), 2.0)]

    def separate(x: np.ndarray) -> list[Any]:
        return [(np.flatnonzero(r).tolist(), r[np.flatnonzero(r)].astype(float).tolist(), -np.inf, top) for r, top in more if r @ np.rint(x) > top + 1e-6]

    plain = model.settled

    def settle(x: np.ndarray) -> Settled | Aside:
        chosen = np.rint(x).astype(int)
        if chosen[5] and chosen[3]:  # a rule that no row told of
            return Aside((((3, 5), (1.0, 1.0), -np.inf, 1.0),), proven=True)
        return plain(x)  # type: ignore[return-value]

    both = MatrixModel(model.matrices, model.objectives, separate, settle)
    answer = nondominated(both)
    assert answer.complete
    rows = np.vstack([case.a, *[r for r, _t in more], [0, 0, 0, 1, 0, 1]])
    full = Case(rows, np.r_[case.b, [t for _r, t in more], 1].astype(int), case.c, case.senses, case.scales, case.constants)
    assert values(answer.points) == full.front()
    unproven = MatrixModel(model.matrices, model.objectives, separate, lambda x: _unproven(settle(x)))
    assert not nondominated(unproven).complete


def _unproven(answer: Settled | Aside) -> Settled | Aside:
    return Aside(answer.rows, proven=False) if isinstance(answer, Aside) else answer


def test_a_pyomo_model() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(4), within=pyo.Binary)
    m.weight = pyo.Constraint(expr=3 * m.x[0] + 5 * m.x[1] + 4 * m.x[2] + 2 * m.x[3] <= 9)
    m.gain = pyo.Objective(expr=0.7 * m.x[0] + 0.9 * m.x[1] + 0.2 * m.x[2] + 0.1 * m.x[3] + 1, sense=pyo.maximize)
    m.risk = pyo.Objective(expr=2 * m.x[0] + 6 * m.x[1] + m.x[2], sense=pyo.minimize)
    answer = nondominated(pyomo_model(m))
    assert answer.steps == (Fraction(1, 10), Fraction(1))
    points = {
        (1 + Fraction(7 * a + 9 * b + 2 * c + d, 10), Fraction(2 * a + 6 * b + c))
        for a, b, c, d in itertools.product((0, 1), repeat=4)
        if 3 * a + 5 * b + 4 * c + 2 * d <= 9
    }
    expected = {p for p in points if not any(q != p and q[0] >= p[0] and q[1] <= p[1] for q in points)}
    assert values(answer.points) == expected
    assert m.gain.active
    assert m.risk.active
    with pytest.raises(ValueError, match="no objective is called"):
        pyomo_model(m, resolution={"profit": Fraction(1)})
    m.bad = pyo.Objective(expr=m.x[0] * m.x[1])
    with pytest.raises(ValueError, match="bad is not linear"):
        pyomo_model(m)


@pytest.mark.parametrize("seed", range(6))
def test_supported_points(seed: int) -> None:
    """Every extreme supported point is found, and all that are found are nondominated and supported."""
    p = 2 + seed % 2
    case = knapsack(40 + seed, p, 9)
    answer = supported(case.model())
    front = np.array([[float(v) for v in y] for y in case.front()])
    found = values(answer.points)
    assert found <= case.front()
    assert not answer.complete
    rng = np.random.default_rng(seed)
    for _draw in range(200):
        w = rng.dirichlet(np.ones(p))
        best = max(float(w @ y) for y in front)
        assert max(float(w @ np.array([float(v) for v in y])) for y in found) == pytest.approx(best)


@pytest.mark.parametrize("p", [2, 3])
def test_a_representation_keeps_its_coverage(p: int) -> None:
    tried = 0
    for seed in range(200, 212):
        case, number = knapsack(seed, p, 12 if p == 2 else 10), p + 2
        front = case.front()
        if len(front) <= number:
            continue
        tried += 1
        shown = representation(case.model(), number)
        assert len(shown.chosen) == number
        longer = representation(case.model(), number, seconds=60)
        kept = [shown.answer.points[i].y for i in shown.chosen]
        true = max(min(max(abs(a - b) / s for a, b, s in zip(x.y, y, shown.span, strict=True)) for y in kept) for x in longer.answer.points)
        assert true <= shown.coverage + 1e-9
        assert shown.coverage <= 1 + 1e-9
        assert longer.exact
        assert longer.answer.complete
        assert longer.coverage <= shown.coverage + 1e-9
    assert tried > 3
    with pytest.raises(ValueError, match="at least"):
        representation(case.model(), 1)


def test_what_is_missing_is_bounded() -> None:
    """The open boxes hold at least what the missing points would add."""
    assert missing_share([(3, 3)], [], (5, 5)) == 0.0
    assert missing_share([], [(-1, -1)], (5, 5)) == 1.0
    share = missing_share([(5, 0), (0, 5)], [(0, 0)], (5, 5))  # reference (-1, -1): found 6 + 6 - 1 = 11, open 25
    assert share == pytest.approx(25 / 36)
    share = missing_share([(5, 0), (0, 5)], [(0, 0)], (5, 5), {(0, 0): (4, 4)})
    assert share == pytest.approx(16 / 27)


def test_wrong_objectives_are_named_together() -> None:
    case = draw(1)
    model = case.model()
    one = model.objectives[0]
    with pytest.raises(ValueError, match="at least two objectives"):
        nondominated(MatrixModel(model.matrices, (one,)))
    bad = LinearObjective("o9", np.array([99], dtype=np.int32), (Fraction(1),), resolution=Fraction(0))
    with pytest.raises(ValueError, match=r"stands twice.*column outside.*must be positive"):
        nondominated(MatrixModel(model.matrices, (one, one, bad)))


def test_a_model_without_points() -> None:
    model = draw(2).model()
    m = model.matrices
    shut = MatrixModel(matrices_of(np.array([[-1.0] * m.n_cols]), np.array([-float(m.n_cols) - 1])), model.objectives)
    answer = nondominated(shut)
    assert answer.complete
    assert not answer.points
    halves = MatrixModel(matrices_of(np.array([[2.0, 2.0], [-2.0, -2.0]]), np.array([1.0, -1.0])), tuple(LinearObjective(f"o{k}", np.arange(2, dtype=np.int32), (Fraction(1), Fraction(k))) for k in range(3)))
    answer = nondominated(halves)  # a point in fractions, none in whole numbers
    assert answer.complete
    assert not answer.points


def test_a_pool_that_breaks_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from renewal_opt.errors import SolverError

    monkeypatch.setattr(asking, "BREAKS", 1)
    monkeypatch.setattr(asking, "_answer", _die)
    with pytest.raises(SolverError, match="again and again"):
        nondominated(knapsack(1, 2, 5).model(), workers=processes(1))


def _die(*_arguments: Any) -> None:
    import os

    os._exit(1)
