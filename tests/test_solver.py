"""The HiGHS session: right answers, honest statuses, and what happens when the solver is not honest.

One file, for every test drives the same session and its doubles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import highspy
import numpy as np
import pytest
from scipy import optimize, sparse

from renewal_opt.errors import SolverError
from renewal_opt.model.matrices import Matrices
from renewal_opt.solver import HighsSession, Proof, SolveOptions, Status, StopReason, find_conflict
from renewal_opt.solver.proof import farkas_holds, impossible_row
from renewal_opt.solver.result import relative_gap
from renewal_opt.solver.run import QuietHighs

INF = np.inf
SAID = highspy.HighsModelStatus


def matrices(
    a: Any, row_lower: Any, row_upper: Any, cost: Any, lower: Any, upper: Any, whole: Any, sense: str = "max", offset: float = 0.0
) -> Matrices:
    n = len(cost)
    csc = sparse.csc_array(np.asarray(a, dtype=float).reshape(len(row_lower), n))
    as_float = [np.array(v, dtype=float) for v in (row_lower, row_upper, cost, lower, upper)]
    return Matrices(
        csc.indptr.astype(np.int32), csc.indices.astype(np.int32), csc.data.astype(float), *as_float,
        np.array(whole, dtype=bool), offset, sense,
    )  # type: ignore[arg-type]  # fmt: skip


def hazard_2957() -> Matrices:
    """``min 2x + 3z, x + z >= 4.5, 0 <= x, z <= 10, z whole``: 9 (x = 4.5), where HiGHS 1.14.0 said 15."""
    return matrices([[1, 1]], [4.5], [INF], [2, 3], [0, 0], [10, 10], [False, True], "min")


def knapsack() -> Matrices:
    """Three of weights 3, 4, 5 into 8: values 4, 5, 6 give 10 (3 and 5)."""
    return matrices([[3, 4, 5]], [-INF], [8], [4, 5, 6], [0] * 3, [1] * 3, [True] * 3)


def hard(n: int = 60, rows: int = 8) -> Matrices:
    """A multi-dimensional knapsack that HiGHS does not close in minutes."""
    rng = np.random.default_rng(0)
    weight = rng.integers(100, 1000, (rows, n)).astype(float)
    value = weight.mean(axis=0) + rng.integers(0, 50, n)
    return matrices(weight, [-INF] * rows, np.floor(weight.sum(axis=1) / 2), value, [0] * n, [1] * n, [True] * n)


def impossible() -> Matrices:
    """``x + y = 1.5`` in whole numbers, beside rows that do no harm: infeasible, its relaxation is not."""
    return matrices([[2, 2], [1, 0]], [3, -INF], [3, 5], [1, 1], [0, 0], [4, 4], [True, True])


def double(said: dict[int, Any], *, point: dict[int, float] | None = None, failing: tuple[int, ...] = ()) -> Callable[[], Any]:
    """A solver double: the n-th run (over all instances) reports another status, or points, or fails."""
    runs = [0]

    class Double(QuietHighs):
        def run(self) -> Any:
            runs[0] += 1
            self.number = runs[0]
            status = super().run()
            return highspy.HighsStatus.kError if self.number in failing else status

        def getModelStatus(self) -> Any:
            return said.get(getattr(self, "number", 0), super().getModelStatus())

        def getSolution(self) -> Any:
            solution = super().getSolution()
            if point and self.number in point:
                solution.col_value = [point[self.number]] * len(solution.col_value)
            return solution

    return Double


# -- right answers -------------------------------------------------------------------------------------------


def test_hazard_2957() -> None:
    result = HighsSession(hazard_2957(), SolveOptions(gap=0)).solve()
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(9, abs=1e-5)
    assert result.bound == pytest.approx(9, abs=1e-5)


def test_version_known_to_be_wrong_is_refused() -> None:
    class Old(QuietHighs):
        def version(self) -> str:
            return "1.14.0"

    with pytest.raises(SolverError, match=r"1\.14\.0"):
        HighsSession(hazard_2957(), factory=Old)


def test_knapsack_by_hand() -> None:
    result = HighsSession(knapsack()).solve()
    np.testing.assert_allclose(result.x, [1, 0, 1], atol=1e-6)
    assert (result.status, result.stop_reason) == (Status.OPTIMAL, StopReason.PROVED)
    assert result.objective == pytest.approx(10)
    assert result.gap == 0.0


def random_model(rng: np.random.Generator, continuous: bool) -> Matrices:
    n, rows = int(rng.integers(1, 7)), int(rng.integers(0, 6))
    a = rng.integers(-5, 6, (rows, n)) * (rng.random((rows, n)) < 0.7)
    lower = rng.integers(-3, 2, n).astype(float)
    upper = lower + rng.integers(0, 5, n)
    middle = a @ ((lower + upper) / 2)
    row_lower = np.where(rng.random(rows) < 0.5, np.floor(middle) - rng.integers(-2, 6, rows), -INF)
    row_upper = np.where(rng.random(rows) < 0.6, np.maximum(np.ceil(middle) + rng.integers(-2, 6, rows), row_lower), INF)
    whole = rng.random(n) < 0.5 if continuous else np.ones(n, dtype=bool)
    sense = "max" if rng.random() < 0.5 else "min"
    return matrices(a, row_lower, row_upper, rng.integers(-9, 10, n), lower, upper, whole, sense, 2.5)


def dense(m: Matrices) -> np.ndarray:
    return sparse.csc_array((m.value, m.index, m.start), shape=(m.n_rows, m.n_cols)).toarray()


def by_scipy(m: Matrices) -> float | None:
    sign = -1.0 if m.sense == "max" else 1.0
    answer = optimize.milp(
        sign * m.col_cost,
        constraints=optimize.LinearConstraint(dense(m), m.row_lower, m.row_upper) if m.n_rows else (),
        bounds=optimize.Bounds(m.col_lower, m.col_upper),
        integrality=m.integrality.astype(int),
        options={"mip_rel_gap": 0},
    )
    assert answer.status in (0, 2)
    return None if answer.status == 2 else sign * answer.fun + m.offset


def by_enumeration(m: Matrices) -> float | None:
    a = dense(m)
    points = product(*(range(int(lo), int(hi) + 1) for lo, hi in zip(m.col_lower, m.col_upper, strict=True)))
    values = [
        float(m.col_cost @ x) + m.offset
        for x in map(np.array, points)
        if (a @ x >= m.row_lower).all() and (a @ x <= m.row_upper).all()
    ]
    return (max if m.sense == "max" else min)(values) if values else None


@pytest.mark.parametrize("seed", range(60))
def test_random_mixed_models_against_scipy(seed: int) -> None:
    check(random_model(np.random.default_rng(seed), continuous=True), by_scipy)


@pytest.mark.parametrize("seed", range(60))
def test_random_whole_models_against_enumeration(seed: int) -> None:
    check(random_model(np.random.default_rng(1000 + seed), continuous=False), by_enumeration)


@pytest.mark.slow
def test_many_random_models() -> None:
    for seed in range(2000):
        check(random_model(np.random.default_rng(5000 + seed), continuous=bool(seed % 2)), by_scipy)


def check(m: Matrices, oracle: Callable[[Matrices], float | None]) -> None:
    expected = oracle(m)
    result = HighsSession(m, SolveOptions(gap=0)).solve()
    if expected is None:
        assert result.status is Status.INFEASIBLE
        assert result.proof is not Proof.NONE
        assert not result.has_solution
    else:
        assert result.status is Status.OPTIMAL
        assert result.objective == pytest.approx(expected, abs=1e-5)
        assert result.bound == pytest.approx(expected, abs=1e-5)
        assert result.objective == pytest.approx(m.objective(result.x))


def test_random_models_are_of_both_kinds() -> None:
    answers = [by_scipy(random_model(np.random.default_rng(seed), continuous=True)) for seed in range(60)]
    assert 5 < answers.count(None) < 55


def test_linear_model() -> None:
    """``max x + 2y, x + y <= 4.5, x - y >= -1``: x = 1.75, y = 2.75."""
    m = matrices([[1, 1], [1, -1]], [-INF, -1], [4.5, INF], [1, 2], [0, 0], [9, 9], [False, False])
    result = HighsSession(m).solve()
    np.testing.assert_allclose(result.x, [1.75, 2.75])
    assert result.objective == result.bound == pytest.approx(7.25)
    assert result.status is Status.OPTIMAL


def test_no_columns() -> None:
    empty = matrices(np.zeros((1, 0)), [-1], [1], [], [], [], [], offset=3.0)
    assert HighsSession(empty).solve().objective == 3.0
    short = matrices(np.zeros((1, 0)), [1], [2], [], [], [], [])
    assert HighsSession(short).solve().status is Status.INFEASIBLE


def test_unbounded_is_not_infeasible() -> None:
    m = matrices([[1, -1]], [-INF], [3], [1, 1], [0, 0], [INF, INF], [True, False])
    assert HighsSession(m).solve().status is Status.UNBOUNDED


def test_coefficients_that_highs_would_drop_are_refused() -> None:
    m = matrices([[1, 1e-10]], [-INF], [3], [1, 1], [0, 0], [1, 1], [True, True])
    with pytest.raises(SolverError, match="1e-10"):
        HighsSession(m)


# -- infeasible, and the second proof --------------------------------------------------------------------------


def test_infeasible_by_one_row() -> None:
    result = HighsSession(matrices([[1, 1]], [5], [INF], [1, 1], [0, 0], [2, 2], [True, True])).solve()
    assert (result.status, result.proof) == (Status.INFEASIBLE, Proof.ROW)


def test_infeasible_by_combination() -> None:
    m = matrices([[1, 1], [1, -1], [-2, 0]], [3, 1, -3], [INF, INF, INF], [1, 1], [0, 0], [9, 9], [True, False])
    result = HighsSession(m).solve()  # x >= 2 from the first two, x <= 1.5 from the third
    assert (result.status, result.proof) == (Status.INFEASIBLE, Proof.FARKAS)


def test_infeasible_by_second_run() -> None:
    result = HighsSession(impossible()).solve()
    assert (result.status, result.proof) == (Status.INFEASIBLE, Proof.SECOND_RUN)


@pytest.mark.parametrize("said", [SAID.kInfeasible, SAID.kUnboundedOrInfeasible])
def test_false_infeasible_is_not_believed(said: Any) -> None:
    result = HighsSession(knapsack(), factory=double({1: said})).solve()
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(10)
    assert result.doubted


def test_infeasible_without_second_proof_is_not_said() -> None:
    # run 1 the solve, run 2 the relaxation (feasible), run 3 the second run, which gives no answer
    result = HighsSession(impossible(), factory=double({3: SAID.kUnknown})).solve()
    assert result.status is Status.TIME_LIMIT
    assert result.doubted
    assert not result.has_solution
    assert result.bound == INF


def test_farkas_check_is_exact() -> None:
    m = matrices([[1, 1], [1, 1]], [2, -INF], [INF, 1], [0, 0], [0, 0], [9, 9], [False, False])
    assert farkas_holds(m, np.array([1.0, -1.0]), 1e-6)
    assert not farkas_holds(m, np.array([1.0, 1.0]), 1e-6)  # the second row has no lower side
    assert not farkas_holds(m, np.array([1.0, -0.5]), 1e-6)  # 0.5 (x + y) >= 1.5 can be met
    assert not farkas_holds(m, np.zeros(2), 1e-6)
    close = replace(m, row_lower=np.array([1.0 + 1e-7, -INF]))
    assert not farkas_holds(close, np.array([1.0, -1.0]), 1e-6)  # within what HiGHS calls feasible
    assert farkas_holds(close, np.array([1.0, -1.0]), 0.0)
    assert Fraction(1.0 + 1e-7) > 1


def test_impossible_row() -> None:
    m = matrices([[1, -2], [1, 1]], [-INF, 1], [-7, INF], [0, 0], [0, 0], [3, 3], [True, True])
    assert impossible_row(m, 1e-6) == 0
    assert impossible_row(replace(m, row_upper=np.array([-6.0, INF])), 1e-6) is None


# -- a solver that fails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("failing", [(1,), (1, 2)])
def test_an_exception_of_the_solver_is_no_answer(failing: tuple[int, ...]) -> None:
    runs = [0]

    class Raises(QuietHighs):
        def run(self) -> Any:
            runs[0] += 1
            if runs[0] in failing:
                raise RuntimeError("out of order")
            return super().run()

    session = HighsSession(knapsack(), factory=Raises)
    if len(failing) > 1:
        with pytest.raises(SolverError, match="out of order"):
            session.solve()
    result = session.solve()
    assert result.objective == pytest.approx(10)
    assert result.retries == 2 - len(failing)


@pytest.mark.parametrize("said", [SAID.kUnknown, SAID.kNotset, SAID.kSolveError, SAID.kMemoryLimit, SAID.kObjectiveBound])
def test_unknown_status_is_tried_once_more(said: Any) -> None:
    result = HighsSession(knapsack(), factory=double({1: said})).solve()
    assert result.objective == pytest.approx(10)
    assert result.retries == 1


@pytest.mark.parametrize("said", [SAID.kUnknown, SAID.kNotset, SAID.kSolveError])
def test_unknown_status_twice_is_an_error(said: Any) -> None:
    with pytest.raises(SolverError, match=said.name):
        HighsSession(knapsack(), factory=double({1: said, 2: said})).solve()


def test_failure_on_a_later_call() -> None:
    session = HighsSession(knapsack(), factory=double({}, failing=(3, 4)))
    assert session.solve().retries == 0
    session.change_row_bounds(0, -INF, 9)
    assert session.solve().objective == pytest.approx(11)
    with pytest.raises(SolverError, match="run: error"):
        session.solve()
    session.change_row_bounds(0, -INF, 8)
    assert session.solve().objective == pytest.approx(10)  # the session lives on


def test_a_wrong_point_is_no_answer() -> None:
    result = HighsSession(knapsack(), factory=double({}, point={1: 1.0})).solve()  # all three weigh 12
    assert result.retries == 1
    assert result.objective == pytest.approx(10)
    with pytest.raises(SolverError, match="misses"):
        HighsSession(knapsack(), factory=double({}, point={1: 0.5, 2: 0.5})).solve()


# -- limits ----------------------------------------------------------------------------------------------------


def test_time_limit_is_not_optimal() -> None:
    m = hard()
    result = HighsSession(m).solve(SolveOptions(gap=0, seconds=0.7))
    assert (result.status, result.stop_reason) == (Status.TIME_LIMIT, StopReason.CLOCK)
    assert not result.proven
    assert result.x is not None
    assert (m.activity(np.rint(result.x)) <= m.row_upper).all()
    assert result.objective < result.bound < m.col_cost.sum()
    assert 0 < result.gap < 0.2


def test_no_time_at_all() -> None:
    result = HighsSession(hard()).solve(SolveOptions(gap=0, seconds=0.0))
    assert result.status is Status.TIME_LIMIT
    assert result.bound >= result.objective or not result.has_solution


def test_gap_reached_is_told_from_optimal() -> None:
    result = HighsSession(hard()).solve(SolveOptions(gap=0.2))
    assert (result.status, result.stop_reason) == (Status.GAP_REACHED, StopReason.GAP)
    assert 0 < result.gap <= 0.2


def test_node_limit() -> None:
    runs = [HighsSession(hard()).solve(SolveOptions(gap=0, nodes=20)) for _ in range(2)]
    assert {r.status for r in runs} == {Status.WORK_LIMIT}
    assert runs[0].objective == runs[1].objective
    assert runs[0].bound == runs[1].bound
    np.testing.assert_array_equal(runs[0].x, runs[1].x)


def test_target_and_start() -> None:
    m = hard()
    good = HighsSession(m).solve(SolveOptions(gap=0, nodes=50))
    assert good.x is not None
    whole = np.rint(good.x)
    for start in (whole, {j: float(v) for j, v in enumerate(whole)}):
        result = HighsSession(m).solve(SolveOptions(gap=0, start=start, target=good.objective - 1e-3))
        assert (result.status, result.stop_reason) == (Status.TARGET_REACHED, StopReason.TARGET)
        assert result.objective >= good.objective - 1e-3
        assert result.nodes <= 1


def test_cutoff_by_hand() -> None:
    session = HighsSession(knapsack(), SolveOptions(gap=0))
    for cutoff in (-5.0, 9.5, 10.0):
        result = session.solve(SolveOptions(gap=0, cutoff=cutoff))
        assert (result.status, result.objective, result.bound) == (Status.OPTIMAL, pytest.approx(10), pytest.approx(10))
    result = session.solve(SolveOptions(gap=0, cutoff=10.5))
    assert (result.status, result.stop_reason, result.bound) == (Status.CUT_OFF, StopReason.PROVED, 10.5)
    assert result.proven
    assert not result.has_solution
    assert result.proof is not Proof.NONE
    assert result.status.words() == "no solution as good as the cutoff"
    assert session.n_rows == 1
    assert session.solve().objective == pytest.approx(10)  # the cutoff was that solve's alone


@pytest.mark.parametrize("seed", range(60))
def test_cutoff_on_random_models_against_scipy(seed: int) -> None:
    m = random_model(np.random.default_rng(seed), continuous=bool(seed % 2))
    best, better = by_scipy(m), 1.0 if m.sense == "max" else -1.0
    session = HighsSession(m)
    if best is None:
        assert session.solve(SolveOptions(cutoff=0.0)).status is Status.CUT_OFF
        assert session.solve().status is Status.INFEASIBLE
        return
    for away in (-3.0, -1e-3):
        result = session.solve(SolveOptions(gap=0, cutoff=best + better * away))
        assert result.status is Status.OPTIMAL
        assert result.objective == pytest.approx(best, abs=1e-5)
        assert result.bound == pytest.approx(best, abs=1e-5)
    for away in (1e-2, 3.0):
        result = session.solve(SolveOptions(gap=0, cutoff=best + better * away))
        assert (result.status, result.bound) == (Status.CUT_OFF, best + better * away)
        assert result.proof is not Proof.NONE


def test_cutoff_at_a_limit_claims_no_more_than_it_knows() -> None:
    m = hard()
    open_bound = HighsSession(m).solve(SolveOptions(gap=0, nodes=1)).bound
    for cutoff in (open_bound - 1.0, open_bound + 1000.0):
        result = HighsSession(m).solve(SolveOptions(gap=0, nodes=1, cutoff=cutoff))
        assert result.bound >= cutoff  # better than the cutoff nothing was looked at below it
        assert result.status in (Status.WORK_LIMIT, Status.CUT_OFF)
    assert HighsSession(m).solve(SolveOptions(gap=0, nodes=0, seconds=0.0, cutoff=1e6)).bound >= 1e6


def test_cutoff_without_a_solution_bounds_nothing_below_it() -> None:
    class Stops(QuietHighs):
        def getModelStatus(self) -> Any:
            return SAID.kTimeLimit

        def getInfo(self) -> Any:
            info = super().getInfo()
            info.primal_solution_status, info.mip_dual_bound = 0, 3.0
            return info

    result = HighsSession(knapsack(), factory=Stops).solve(SolveOptions(cutoff=9.0))
    assert (result.status, result.bound, result.has_solution) == (Status.TIME_LIMIT, 9.0, False)
    assert HighsSession(knapsack(), factory=Stops).solve(SolveOptions()).bound == 3.0


def test_cutoff_with_start_target_progress_and_cancel() -> None:
    m = hard()
    good = HighsSession(m).solve(SolveOptions(gap=0, nodes=50))
    assert good.x is not None
    session = HighsSession(m)
    told: list[float | None] = []
    result = session.solve(
        SolveOptions(gap=0, start=np.rint(good.x), cutoff=good.objective - 10, target=good.objective - 1e-3, progress=lambda f, g, b: told.append(b))
    )
    assert result.status is Status.TARGET_REACHED
    assert result.objective >= good.objective - 1e-3
    assert told[-1] == result.objective
    cancel = threading.Event()
    cancel.set()
    result = session.solve(SolveOptions(gap=0, cutoff=good.objective, cancel=cancel))
    assert result.status is Status.INTERRUPTED
    assert result.bound >= good.objective
    assert session.n_rows == m.n_rows


def test_cutoff_false_infeasible_is_not_believed() -> None:
    result = HighsSession(knapsack(), factory=double({1: SAID.kInfeasible})).solve(SolveOptions(gap=0, cutoff=9.0))
    assert (result.status, result.doubted) == (Status.OPTIMAL, True)
    assert result.objective == pytest.approx(10)


def test_cutoff_row_goes_even_when_the_solve_fails() -> None:
    session = HighsSession(knapsack(), factory=double({}, failing=(1, 2)))
    mine = session.add_row([0, 1], [1.0, 1.0], -INF, 1.0)  # not both of 4 and 5: 4 + 6 remain
    with pytest.raises(SolverError):
        session.solve(SolveOptions(gap=0, cutoff=11.0))
    assert session.n_rows == mine + 1
    assert session.solve(SolveOptions(gap=0, cutoff=9.0)).objective == pytest.approx(10)
    assert session.n_rows == mine + 1


def test_cutoff_with_costs_that_highs_would_drop() -> None:
    m = matrices([[1, 1]], [-INF], [1], [1.0, 1e-11], [0, 0], [1, 1e6], [True, False])
    session = HighsSession(m)
    assert session.solve(SolveOptions(gap=0, cutoff=1.0)).objective == pytest.approx(1.0)
    assert session.solve(SolveOptions(gap=0, cutoff=1.1)).status is Status.CUT_OFF
    many = matrices([[1, 0]], [-INF], [1], [1.0, 1e-10], [0, 0], [1, 1e7], [True, False])  # 1e-3 by the second alone
    for cutoff, there in ((1.0005, True), (1.002, False)):
        assert HighsSession(many).solve(SolveOptions(gap=0, cutoff=cutoff)).has_solution == there
    nothing = matrices([[1, 1]], [-INF], [1], [0, 0], [0, 0], [1, INF], [True, False], offset=2.0)
    assert HighsSession(nothing).solve(SolveOptions(cutoff=2.0)).has_solution
    assert HighsSession(nothing).solve(SolveOptions(cutoff=2.5)).status is Status.CUT_OFF


def test_part_of_a_start() -> None:
    result = HighsSession(knapsack()).solve(SolveOptions(gap=0, start={0: 1.0}))
    assert result.objective == pytest.approx(10)
    nan = np.array([np.nan, 0.0, np.nan])
    assert HighsSession(knapsack()).solve(SolveOptions(gap=0, start=nan)).objective == pytest.approx(10)
    with pytest.raises(ValueError, match="start"):
        HighsSession(knapsack()).solve(SolveOptions(start=np.zeros(2)))


def test_cancel_from_another_thread() -> None:
    cancel = threading.Event()
    seen: list[float | None] = []

    def progress(fraction: float, gap: float, best: float | None) -> None:
        seen.append(best)
        if best is not None:
            threading.Thread(target=cancel.set).start()

    result = HighsSession(hard()).solve(SolveOptions(gap=0, cancel=cancel, progress=progress))
    assert (result.status, result.stop_reason) == (Status.INTERRUPTED, StopReason.CANCELLED)
    assert result.has_solution
    assert result.objective >= next(b for b in seen if b is not None) - 1e-6
    assert result.bound > result.objective


def test_a_session_lives_on_after_it_was_interrupted() -> None:
    cancel = threading.Event()
    cancel.set()
    session = HighsSession(hard())
    assert session.solve(SolveOptions(gap=0, cancel=cancel)).status is Status.INTERRUPTED
    assert session.solve(SolveOptions(gap=0.2)).status is Status.GAP_REACHED


def test_progress_goes_forward_and_ends_at_one() -> None:
    told: list[tuple[float, float, float | None]] = []
    result = HighsSession(hard()).solve(SolveOptions(gap=0, seconds=1.0, progress=lambda *a: told.append(a)))
    fractions = [t[0] for t in told]
    assert len(told) >= 3
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert told[-1][1:] == (result.gap, result.objective)


def test_an_exception_in_progress_is_raised_after_the_run() -> None:
    def progress(*args: Any) -> None:
        raise ZeroDivisionError("mine")

    session = HighsSession(hard())
    with pytest.raises(ZeroDivisionError, match="mine"):
        session.solve(SolveOptions(gap=0, progress=progress))
    assert session.solve(SolveOptions(gap=0.2)).status is Status.GAP_REACHED


def test_cancelled_before_the_second_proof_claims_nothing() -> None:
    cancel = threading.Event()

    class Cancels(QuietHighs):
        def run(self) -> Any:
            status = super().run()
            cancel.set()
            return status

    m = hard()
    m = replace(m, row_lower=m.row_upper - 0.5, row_upper=m.row_upper - 0.25)  # between two whole numbers
    said = HighsSession(m, factory=Cancels).solve(SolveOptions(cancel=cancel))
    assert said.status in (Status.INTERRUPTED, Status.INFEASIBLE)
    assert (said.proof is Proof.NONE) == (said.status is Status.INTERRUPTED)


def test_solving_in_a_thread() -> None:
    found: list[float] = []
    worker = threading.Thread(target=lambda: found.append(HighsSession(knapsack()).solve().objective))
    worker.start()
    worker.join(60)
    assert found == [pytest.approx(10)]


def test_gap_around_zero() -> None:
    assert relative_gap(0.0, 1e-12) == 0.0
    assert relative_gap(0.0, 1.0) == INF
    assert relative_gap(-4.0, -5.0) == 0.25
    assert relative_gap(np.nan, 1.0) == INF


def test_ctrl_c_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    HighsSession(knapsack()).solve()
    assert signal.getsignal(signal.SIGINT) is before


# -- the process -----------------------------------------------------------------------------------------------


def run_script(body: str, *, interrupt: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a script that may use this module; with `interrupt`, send SIGINT once it says 'running'."""
    script = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\nfrom test_solver import *\n"
    child = subprocess.Popen(
        [sys.executable, "-c", script + textwrap.dedent(body)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    first = ""
    if interrupt:
        first = child.stdout.readline()
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
    try:
        out, err = child.communicate(timeout=100)
    finally:
        child.kill()
    return subprocess.CompletedProcess(child.args, child.returncode, first + out, err)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a child is POSIX")
def test_ctrl_c_gives_the_best_so_far() -> None:
    done = run_script(
        """
        said = []
        def progress(fraction, gap, best):
            if best is not None and not said:
                said.append(best)
                print("running", flush=True)
        r = HighsSession(hard()).solve(SolveOptions(gap=0, seconds=90, progress=progress))
        print(r.status.value, r.stop_reason.value, r.has_solution, r.objective >= said[0] - 1e-6, r.bound > r.objective)
        """,
        interrupt=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["running", "interrupted", "ctrl_c", "True", "True", "True"]


def test_nothing_is_printed() -> None:
    done = run_script("HighsSession(knapsack()).solve(); HighsSession(impossible()).solve()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_number_of_threads_is_refused() -> None:
    done = run_script(
        """
        print(HighsSession(knapsack()).solve(SolveOptions(threads=1)).objective)
        try:
            HighsSession(knapsack()).solve(SolveOptions(threads=2))
        except SolverError as e:
            print("refused")
        """
    )
    assert done.stdout.split() == ["10.0", "refused"], done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_solve_after_a_fork_is_refused_and_does_not_hang() -> None:
    done = run_script(
        """
        HighsSession(knapsack()).solve()
        if os.fork() == 0:
            try:
                HighsSession(knapsack()).solve()
            except SolverError as e:
                print("refused" if "fork" in str(e) else e, flush=True)
            os._exit(0)
        os.wait()
        """
    )
    assert done.stdout.split() == ["refused"], done.stderr


# -- patching --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_patched_equals_rebuilt(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = random_model(rng, continuous=True)
    session = HighsSession(m, SolveOptions(gap=0, fresh=bool(seed % 2)))
    for _ in range(4):
        j, shift = int(rng.integers(m.n_cols)), float(rng.integers(0, 3))
        session.change_col_bounds(j, m.col_lower[j] - shift, m.col_upper[j] + shift)
        session.change_cost(range(m.n_cols), rng.integers(-9, 10, m.n_cols).astype(float), offset=shift)
        if m.n_rows:
            i = int(rng.integers(m.n_rows))
            session.change_row_bounds([i], m.row_lower[i] - shift, m.row_upper[i] + shift)
        session.add_row(np.arange(m.n_cols), rng.integers(-2, 3, m.n_cols).astype(float), -INF, float(rng.integers(0, 9)))
        if rng.random() < 0.3:
            session.drop_added_rows(keep=1)
        rebuilt = session.state.matrices()
        assert rebuilt.n_rows == session.n_rows
        expected, result = by_scipy(rebuilt), session.solve()
        if expected is None:
            assert result.status is Status.INFEASIBLE
        else:
            assert result.objective == pytest.approx(expected, abs=1e-5)


def test_the_model_handed_over_is_never_changed() -> None:
    m = knapsack()
    session = HighsSession(m)
    session.change_row_bounds(0, 0, 4)
    session.change_col_bounds([0, 1], 0, [0, 0])
    session.change_cost(2, 99)
    session.add_row([0], [1], 0, 0)
    fresh = knapsack()
    for name in ("row_lower", "row_upper", "col_lower", "col_upper", "col_cost"):
        np.testing.assert_array_equal(getattr(m, name), getattr(fresh, name))


@pytest.mark.parametrize(
    ("patch", "error"),
    [
        (lambda s: s.change_row_bounds(1, 0, 1), IndexError),
        (lambda s: s.change_col_bounds(-1, 0, 1), IndexError),
        (lambda s: s.change_cost([0, 1], [1.0]), ValueError),
        (lambda s: s.change_cost(0, float("nan")), ValueError),
        (lambda s: s.change_col_bounds(0, 2, 1), ValueError),
        (lambda s: s.add_row([0, 0], [1, 1], 0, 1), ValueError),
    ],
)
def test_patches_that_do_not_fit(patch: Callable[[HighsSession], Any], error: type[Exception]) -> None:
    session = HighsSession(knapsack())
    with pytest.raises(error):
        patch(session)
    assert session.solve().objective == pytest.approx(10)


# -- conflicts -------------------------------------------------------------------------------------------------


def test_two_of_four_families_are_in_conflict() -> None:
    """At least 3 projects, at most 2 by money (each costs 1, two to spend); the other families do no harm."""
    a = [[1, 1, 1, 1], [1, 1, 1, 1], [1, -1, 0, 0], [0, 0, 1, 1]]
    m = matrices(a, [3, -INF, 0, -INF], [INF, 2, INF, 1.5], [1] * 4, [0] * 4, [1] * 4, [True] * 4)
    found = find_conflict(replace(m, row_upper=np.array([INF, 2, INF, 2.0])), ["limits", "budget", "precedence", "districts"])
    assert found.families == ("limits", "budget")
    assert found.confirmed
    assert found.minimal
    assert found.rows == (0, 1)


def test_conflict_that_only_whole_numbers_have() -> None:
    a = [[2, 2], [1, 0], [0, 1]]
    m = matrices(a, [3, -INF, -INF], [3, 3, 3], [1, 1], [0, 0], [4, 4], [True, True])
    found = find_conflict(m, ["budget", "areas", "limits"])
    assert (found.families, found.confirmed, found.minimal, found.rows) == (("budget",), True, True, ())


def test_structure_alone_in_conflict() -> None:
    found = find_conflict(impossible(), ["", "limits"])
    assert (found.families, found.confirmed) == ((), True)


def test_no_conflict_in_a_feasible_model() -> None:
    found = find_conflict(knapsack(), ["budget"])
    assert (found.families, found.confirmed) == ((), False)


def test_conflict_without_time_claims_nothing() -> None:
    found = find_conflict(impossible(), ["budget", "limits"], seconds=0.0)
    assert not found.confirmed
    assert not found.minimal


@pytest.mark.parametrize("seed", range(30))
def test_conflicts_of_random_models_are_minimal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, n = 7, 4
    a = rng.integers(-3, 4, (rows, n))
    lower = a @ np.ones(n) + rng.integers(-1, 6, rows)
    m = matrices(a, lower, [INF] * rows, [1] * n, [0] * n, [2] * n, [True] * n)
    families = [f"family{i % 5}" for i in range(rows)]

    def solvable(names: set[str]) -> bool:
        on = np.array([f in names for f in families])
        return by_enumeration(replace(m, row_lower=np.where(on, lower, -INF))) is not None

    found = find_conflict(m, families)
    if solvable(set(families)):
        assert not found.confirmed
    else:
        assert found.confirmed
        assert found.minimal
        assert not solvable(set(found.families))
        assert all(solvable(set(found.families) - {f}) for f in found.families)
