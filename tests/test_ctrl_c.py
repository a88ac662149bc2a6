"""Ctrl-C and stops below the commands: handlers that are passed on, long linear programmes, lists under other bases, the command's own end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from click.testing import CliRunner
from test_solver import hard

from renewal_opt.analysis import annual, portfolio
from renewal_opt.certify import relax
from renewal_opt.cli import main
from renewal_opt.cli.progress import Progress
from renewal_opt.model.matrices import Matrices
from renewal_opt.solver import HighsSession, SolveOptions, Status, lp
from renewal_opt.solver.clock import Clock, OutOfTime

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def handler() -> Iterator[Any]:
    """Sets a handler of Ctrl-C and puts the one before back."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda f: signal.signal(signal.SIGINT, f)
    signal.signal(signal.SIGINT, before)


def press(fraction: float, gap: float, best: float | None) -> None:
    """Press Ctrl-C as soon as a solve reports."""
    os.kill(os.getpid(), signal.SIGINT)


@POSIX
@pytest.mark.parametrize("catches", [True, False])
def test_a_handler_of_our_own_is_called_and_decides(handler: Any, catches: bool) -> None:
    """One that only notes the signal lets a run go on that does not catch it; one that does ends in order."""
    cancel = threading.Event()
    handler(lambda _number, _frame: cancel.set())
    result = HighsSession(hard()).solve(SolveOptions(gap=0, seconds=60, progress=press, cancel=cancel, catch_ctrl_c=catches))
    assert cancel.is_set()
    assert result.status is Status.INTERRUPTED
    assert result.seconds < 30


@POSIX
def test_what_a_handler_raises_comes_after_the_run(handler: Any) -> None:
    """No exception crosses HiGHS; the handler stands again afterwards."""

    def interrupted(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    handler(interrupted)
    session = HighsSession(hard())
    with pytest.raises(KeyboardInterrupt):
        session.solve(SolveOptions(gap=0, seconds=60, progress=press))
    assert signal.getsignal(signal.SIGINT) is interrupted
    assert session.solve(SolveOptions(gap=0.5, seconds=60)).has_solution  # and it can go on


class Later(threading.Event):
    """Is set once it was asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def is_set(self) -> bool:
        self.times -= 1
        return self.times < 0


def long_one() -> Matrices:
    """A linear programme of a few hundred pivots."""
    m, n = 200, 400
    a = sp.random(m, n, 0.1, format="csc", random_state=0)
    a.sort_indices()
    r = np.random.default_rng(0)
    return Matrices(
        start=a.indptr.astype(np.int32), index=a.indices.astype(np.int32), value=a.data + 0.1, row_lower=np.full(m, -np.inf), row_upper=r.random(m) * 20 + 1,
        col_cost=r.random(n), col_lower=np.zeros(n), col_upper=np.ones(n), integrality=np.zeros(n, dtype=bool),
    )  # fmt: skip


def test_a_long_linear_programme_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    for long, stops in ((1, True), (10**6, False)):
        monkeypatch.setattr(lp, "LONG", long)
        programme = lp.LinearProgram(long_one())
        programme.clock = Clock(cancel=Later(3))
        if stops:
            with pytest.raises(OutOfTime):
                programme.run()
            programme.clock = Clock()
        found = programme.run()
        assert found is not None
        assert found.objective > 0


def test_a_long_relaxation_of_a_certificate_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    sys.path.insert(0, str(Path(__file__).parent / "rules"))
    from small import Town, channel, new

    from renewal_opt.certify.bound import Box
    from renewal_opt.certify.system import build_system

    system = build_system(Town([new(f"p{k}", 10 + k, 5 + k) for k in range(30)], channels={c: channel(cap={2025: 100}) for c in "abc"}).problem())
    monkeypatch.setattr(relax, "LONG", 1)
    for money in (True, False):
        relaxation = relax.Relaxation(system, money=money, cancel=Later(0))
        if money:
            with pytest.raises(relax.OutOfTime):
                relaxation.solve(Box(system.lower, system.upper))
        assert relaxation._long


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    for words in (["synth", "--projects", "20", "--seed", "3", "-o", folder / "made.xlsx", "--with-scenario"], ["solve", folder / "made.yaml", "-o", folder / "plan.json", "--quiet"]):
        done = CliRunner().invoke(main, [*map(str, words)])
        assert done.exit_code == 0, done.output
    return folder / "plan.json"


def test_lists_under_other_bases_end_with_the_solve(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from renewal_opt.io.load import load_inputs

    cancel, solves = threading.Event(), []
    whole = annual.solve_portfolio

    def counted(*given: Any, **more: Any) -> Any:
        solves.append(given[1].cancel)
        if given[1].cancel is cancel and len(solves) == 2:
            cancel.set()
        return whole(*given, **more)

    monkeypatch.setattr(annual, "solve_portfolio", counted)
    assert len(annual.solve_annual(load_inputs(plan.with_name("made.yaml"))).bases) == 2
    solves.clear()
    annual.solve_annual(load_inputs(plan.with_name("made.yaml")), cancel=cancel)
    assert solves == [cancel, cancel]


def test_a_plan_that_was_found_before_the_stop_gets_its_money(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the token is set no run of the solver with it gives an answer: the money of the plan at hand is asked for without it."""
    from renewal_opt.io.load import load_inputs

    cancel, whole = threading.Event(), portfolio.funded

    def stopped(*given: Any) -> Any:
        cancel.set()
        assert given[4].cancel is None
        return whole(*given)

    monkeypatch.setattr(portfolio, "funded", stopped)
    found = annual.solve_annual(load_inputs(plan.with_name("made.yaml")), cancel=cancel)
    assert found.chosen
    assert cancel.is_set()
    assert found.bases == ()


@POSIX
def test_ctrl_c_ends_a_command_that_has_no_answer_in_part(plan: Path, tmp_path: Path, handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal meets one run of HiGHS inside `fund mix`: the command ends, and writes nothing."""
    from renewal_opt.analysis.fund.mix import run
    from renewal_opt.solver import watch

    handler(signal.default_int_handler)
    whole, met = watch.Watch.__enter__, []

    def entered(self: Any) -> Any:
        found = whole(self)
        met.append(self)
        os.kill(os.getpid(), signal.SIGINT)
        return found

    def question(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(watch.Watch, "__enter__", entered)
        HighsSession(hard()).solve(SolveOptions(gap=0, seconds=60))
        raise AssertionError("the signal was swallowed")

    monkeypatch.setattr(run, "fund_mix", question)
    result = CliRunner().invoke(main, ["--lang", "en", "fund", "mix", str(plan), "-o", str(tmp_path / "mix.json")])
    assert result.exit_code == 130, result.output
    assert "Interrupted; nothing was written." in result.output
    assert len(met) == 1
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@POSIX
def test_at_once_and_the_second_time() -> None:
    with pytest.raises(KeyboardInterrupt), Progress(quiet=True, gap=0.0, at_once=True):
        os.kill(os.getpid(), signal.SIGINT)
    with Progress(quiet=True, gap=0.0) as progress:
        os.kill(os.getpid(), signal.SIGINT)
        assert progress.cancel.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
