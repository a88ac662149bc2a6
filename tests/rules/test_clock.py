"""Linear programmes heed the clock and the cancel token, and what was proven by then still holds."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_funding_rows import long_town

from renewal_opt.analysis import annual
from renewal_opt.analysis.annual import base_state, options_of
from renewal_opt.core import CoreSession, Master, session
from renewal_opt.model.build import plan_rows
from renewal_opt.model.matrices import Matrices
from renewal_opt.solver import SolveOptions, SolveResult, Status
from renewal_opt.solver.clock import Clock, OutOfTime
from renewal_opt.solver.lp import LinearProgram


def small_lp() -> LinearProgram:
    """Return max x + y with x + 2y <= 1."""
    return LinearProgram(Matrices(
        start=np.array([0, 1, 2], dtype=np.int32), index=np.zeros(2, dtype=np.int32), value=np.array([1.0, 2.0]), row_lower=np.array([-np.inf]),
        row_upper=np.array([1.0]), col_cost=np.ones(2), col_lower=np.zeros(2), col_upper=np.ones(2), integrality=np.zeros(2, dtype=bool), sense="max",
    ))  # fmt: skip


def test_a_clock_that_has_run_down_and_a_token_that_is_set_end_a_linear_programme() -> None:
    lp, stop = small_lp(), threading.Event()
    lp.clock = Clock(time.monotonic() + 60.0, stop)
    answer = lp.run()
    assert answer is not None
    assert answer.objective == pytest.approx(1.0)
    stop.set()
    with pytest.raises(OutOfTime):
        lp.run()
    lp.clock = Clock(time.monotonic())
    with pytest.raises(OutOfTime):
        lp.run()
    lp.clock = Clock()
    assert lp.run() is not None


class Spy:
    """Counts the linear programmes of a master, and does something before each."""

    def __init__(self, master: Master, before: Callable[[int], None]) -> None:
        self.runs = 0
        own = master.lp._run

        def run(deadline: float) -> Any:
            self.runs += 1
            before(self.runs)
            return own(deadline)

        master.lp._run = run  # type: ignore[method-assign]


@pytest.fixture
def hard(monkeypatch: pytest.MonkeyPatch) -> Callable[[], CoreSession]:
    """Return what makes sessions of a town that need draws, a tree and rows found on the way."""
    monkeypatch.setattr(session, "TREE_FROM", 1)
    town = long_town(funding="projected", strategy="core")
    problem = town.problem()

    def make() -> CoreSession:
        return CoreSession(Master(problem, plan_rows(problem)))

    return make


def exactly(gap: float = 0.0, **more: Any) -> SolveOptions:
    return replace(SolveOptions(), gap=gap, **more)


def test_no_linear_programme_is_begun_after_a_stop_and_the_bound_still_holds(hard: Callable[[], CoreSession]) -> None:
    whole = hard()
    spy = Spy(whole.master, lambda n: None)  # type: ignore[arg-type]
    best = whole.solve(exactly())
    assert best.status is Status.OPTIMAL
    assert spy.runs > 15
    halted: list[SolveResult] = []
    for last in range(1, spy.runs, 3):
        stop, work, resumed = threading.Event(), hard(), list[bool]()

        def before(n: int, last: int = last, stop: threading.Event = stop, resumed: list[bool] = resumed) -> None:
            assert n <= last + 1 or resumed  # the one that finds the token set ends at once
            if n > last:
                stop.set()

        Spy(work.master, before)  # type: ignore[arg-type]
        found = work.solve(exactly(cancel=stop))
        assert found.status is Status.INTERRUPTED
        assert found.bound >= best.objective - 1e-6
        assert math.isnan(found.objective) or found.objective <= best.objective + 1e-6
        halted.append(found)
        resumed.append(True)
        again = work.solve(exactly())  # the session lives on
        assert again.objective == pytest.approx(best.objective)
    assert any(r.x is not None for r in halted)
    assert any(r.x is None for r in halted)


def test_time_that_is_up_ends_the_linear_programmes(hard: Callable[[], CoreSession]) -> None:
    work = hard()
    spy = Spy(work.master, lambda n: time.sleep(0.1))  # type: ignore[arg-type]
    began = time.monotonic()
    found = work.solve(exactly(seconds=0.35))
    assert found.status is Status.TIME_LIMIT
    assert spy.runs <= 5
    assert time.monotonic() - began < 3.0


def test_a_base_case_that_the_clock_has_ended_is_no_base(monkeypatch: pytest.MonkeyPatch) -> None:
    town = long_town(funding="projected", strategy="core")
    monkeypatch.setattr(annual, "make_problem", lambda inputs: town.problem())
    inputs: Any = SimpleNamespace(scenario=town.scenario)
    assert base_state(inputs) is not None
    solve = annual.solve_portfolio
    for stopped in ("time", "interrupted", "unproven"):

        def ended(problem: Any, options: Any, stopped: str = stopped) -> Any:
            return replace(solve(problem, options), stopped=stopped)

        monkeypatch.setattr(annual, "solve_portfolio", ended)
        assert base_state(inputs) is None


def test_options_carry_the_token() -> None:
    stop = threading.Event()
    assert options_of(long_town().scenario, cancel=stop).cancel is stop
