"""A solver that fails on its n-th call never makes an answer (issue 4, section 1): every n over a whole `solve_annual`.

The double counts the runs of all Highs instances of a solve: carry-overs first, the portfolio, its whole money, repairs,
second proofs, and the lists under the other bases. Run n fails in one of the ways of `FAILURES`, once or from then on.
What comes out is the right plan, a plan that claims less, or an error that says so; never a wrong plan, never proof
where there is none, and never 'infeasible' for a city that has a plan.

'Optimal' with a false bound is left out: nothing but a certificate can tell it.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
import pytest
from small import Town, carry, channel, entry, new

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.domain import Plan
from renewal_opt.errors import InfeasibleError, SolverError
from renewal_opt.solver import run as solver_run
from renewal_opt.solver.run import QuietHighs
from renewal_opt.verify import verify_plan

SAID = highspy.HighsModelStatus


class Failing(QuietHighs):
    """A Highs instance whose run number `at` (over all instances), and with `on` every later one, fails."""

    at, on, runs, way = 0, False, 0, ""
    fails = False

    def run(self) -> Any:
        Failing.runs += 1
        self.fails = Failing.runs == Failing.at or (Failing.on and Failing.runs > Failing.at)
        if self.fails and self.way == "exception":
            raise RuntimeError("the solver died")
        if self.fails and self.way == "nothing done":
            return highspy.HighsStatus.kError
        status = super().run()
        return highspy.HighsStatus.kError if self.fails and self.way == "error" else status

    def getModelStatus(self) -> Any:
        said = {"unset": SAID.kNotset, "unknown": SAID.kUnknown, "infeasible": SAID.kInfeasible, "either": SAID.kUnboundedOrInfeasible}
        return said[self.way] if self.fails and self.way in said else super().getModelStatus()

    def getSolution(self) -> Any:
        solution = super().getSolution()
        if self.fails and len(solution.col_value):
            x = np.array(solution.col_value)
            if self.way == "point off":
                solution.col_value = (x + 0.37).tolist()
            elif self.way == "point turned":
                solution.col_value = (1.0 - x).tolist()
            elif self.way == "point of nothing":
                solution.col_value = [0.0] * len(x)
            elif self.way == "point too short":
                solution.col_value = x[:-1].tolist()
            elif self.way == "no number":
                solution.col_value = [float("nan")] * len(x)
        return solution

    def getInfo(self) -> Any:
        info = super().getInfo()
        if self.fails and self.way == "objective lies":
            info.objective_function_value = 0.5 * info.objective_function_value - 1.0
        return info


FAILURES = (
    "error", "nothing done", "exception", "unset", "unknown", "infeasible", "either", "point off", "point turned", "point of nothing",
    "point too short", "no number", "objective lies",
)  # fmt: skip
#: from then on: what every run says, the second proof's too, nobody can doubt
LIARS = ("infeasible", "either")


def small() -> Town:
    """Three of five into a tight channel, with a carry-over: the money is split, the other bases choose otherwise."""
    projects = [
        new("a", [60, 40], 80, residents=10), new("b", 100, 60, residents=90), new("c", [50, 50], 40, residents=30), new("e", [30, 30], 30, residents=5),
        carry("d", {2025: 30, 2026: 20}, 50),
    ]  # fmt: skip
    channels = {"cash": channel(cap={2025: 120, 2026: 80}), "bond": channel("debt", cap={2025: 30, "later": "last"}, share={"at_most": D("0.4")})}
    return Town(projects, channels)


def repaired() -> Town:
    """The first portfolio cannot be funded in whole money: rows exclude it and the solve goes on."""
    projects = [new(i, yuan=(amount,), score=score) for i, amount, score in (("a", 10_001, 90), ("b", 10_000, 50))]
    funding = {"ratios": {"half": entry(numerator={"channels": ["m"]}, denominator={"channels": ["g"]}, at_least=1, at_most=1)}}
    return Town(projects, {"g": channel(cap={2025: 2}), "m": channel("capital", "market")}, funding)


def fast() -> Town:
    """The small town, solved with money projected out and the core problem."""
    return small().but(scenario={"funding": "projected", "strategy": "core"})


def without_plan() -> Town:
    """Two are asked for, and there is money for one."""
    limits = {"two": entry(measure="count", where={}, at_least={"value": 2})}
    return Town([new("a", 60, 80), new("b", 50, 60)], {"cash": channel(cap={2025: 100})}, limits=limits)


def solve(town: Town, monkeypatch: pytest.MonkeyPatch, at: int = 0, way: str = "", on: bool = False) -> Plan:
    """Solve a town with a solver that fails so."""
    Failing.at, Failing.on, Failing.runs, Failing.way = at, on, 0, way
    with monkeypatch.context() as m:
        m.setattr(solver_run, "QuietHighs", Failing)
        return solve_annual(town.inputs)


def holds(plan: Plan, right: Plan, town: Town) -> None:
    """Assert that a plan is the right one, or claims less than it."""
    assert not [b for r in verify_plan(plan, town.policy, town.library, town.scenario) for b in r.breaches]
    value, best = Fraction(plan.objective.value), Fraction(right.objective.value)
    assert plan.objective.bound is None or plan.objective.bound >= float(best) * (1 - 1e-9)
    if plan.objective.stopped in ("optimal", "gap"):
        assert value == best
        assert plan.objective.bound is not None
    else:
        assert value <= best
    known = {b.basis: b for b in right.bases}
    for other in plan.bases:
        assert other == known[other.basis] or not other.proven


def outcomes(town: Town, monkeypatch: pytest.MonkeyPatch, way: str, on: bool, first: int = 1, step: int = 1) -> tuple[Counter[str], int]:
    """Let run `first`, `first + step`, ... fail and return how often what came of it, and the number of runs."""
    right = solve(town, monkeypatch)
    calls, ends = Failing.runs, Counter[str]()
    assert right.objective.stopped == "optimal"
    for n in range(first, calls + 1, step):
        try:
            plan = solve(town, monkeypatch, n, way, on)
        except InfeasibleError as error:
            raise AssertionError(f"call {n} of {calls}: {error}") from error
        except SolverError:
            ends["error"] += 1
            continue
        holds(plan, right, town)
        ends["right" if plan.objective.value == right.objective.value else "less"] += 1
    return ends, calls


@pytest.mark.parametrize("way", FAILURES)
def test_one_failure_never_becomes_an_answer(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, calls = outcomes(small(), monkeypatch, way, on=False)
    assert sum(ends.values()) == calls >= 5
    assert ends["right"] >= (calls if way == "objective lies" else calls / 2)  # one failure is made good


@pytest.mark.parametrize("way", [w for w in FAILURES if w not in LIARS])
def test_a_solver_that_fails_from_then_on_never_gives_an_answer(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, calls = outcomes(small(), monkeypatch, way, on=True)
    assert sum(ends.values()) == calls
    assert ends["right"] == calls if way == "objective lies" else ends["error"] >= 1


@pytest.mark.parametrize("way", FAILURES)
def test_a_failure_on_the_way_of_repairs(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ninth run, the ways shifted against each other; the slow test takes all."""
    ends, calls = outcomes(repaired(), monkeypatch, way, False, 1 + 4 * FAILURES.index(way) % 9, 9)
    assert calls >= 20
    assert ends["right"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("way", FAILURES)
def test_every_failure_on_the_way_of_repairs(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for on in (False, True) if way not in LIARS else (False,):
        ends, calls = outcomes(repaired(), monkeypatch, way, on)
        assert sum(ends.values()) == calls


@pytest.mark.parametrize("way", FAILURES)
def test_a_city_without_a_plan_gets_none_from_a_failing_solver(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    town, ends = without_plan(), Counter[str]()
    with pytest.raises(InfeasibleError):
        solve(town, monkeypatch)
    calls = Failing.runs
    for n in range(1, calls + 1):
        for on in (False, True):
            with pytest.raises((InfeasibleError, SolverError)) as error:
                solve(town, monkeypatch, n, way, on)
            ends[type(error.value).__name__] += 1
    assert ends["InfeasibleError"] >= calls


@pytest.mark.parametrize("way", FAILURES)
def test_one_failure_on_the_fast_way(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with money projected out and the core problem: its linear programmes are runs too. Every third run."""
    ends, calls = outcomes(fast(), monkeypatch, way, False, 1 + FAILURES.index(way) % 3, 3)
    assert calls >= 10
    assert ends["right"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("way", FAILURES)
def test_every_failure_on_the_fast_way(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for on in (False, True) if way not in LIARS else (False,):
        ends, calls = outcomes(fast(), monkeypatch, way, on)
        assert sum(ends.values()) == calls
