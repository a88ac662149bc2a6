"""Funding rows: what every fundable portfolio satisfies, cases known by hand, and the search around them (issue 4, section 2)."""

from __future__ import annotations

import itertools
import random
import sys
import threading
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import Town, channel, entry, new

from renewal_opt.allot import allot
from renewal_opt.analysis import engines
from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.bottlenecks import bottlenecks
from renewal_opt.analysis.portfolio import solve_portfolio
from renewal_opt.core import CoreSession, FullMaster, Master
from renewal_opt.core import session as core_session
from renewal_opt.domain.plan import Plan
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.funding.oracle import Oracle
from renewal_opt.funding.rows import Prices, funding_row
from renewal_opt.funding.tables import funding_tables
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.problem import Problem
from renewal_opt.report.bottlenecks import document, sentence
from renewal_opt.solver import HighsSession, SolveOptions, SolveResult, Status
from renewal_opt.solver.lp import LinearProgram
from renewal_opt.solver.result import StopReason

sys.path.insert(0, str(Path(__file__).parents[1] / "proof"))
from instances import seeded


def adversary(equity: Any = 0) -> Town:
    """The case of design.md 5: all rows with multipliers 0 and 1 hold, and there is no funding."""
    channels = {
        "fiscal": channel(cap={2025: 15}), "bond": channel("debt", cap={2025: 10}, eligible={"district": "north"}),
        "loan": channel("debt", "market", cap={2025: 15}), "equity": channel("capital", "market", cap={2025: equity}),
    }  # fmt: skip
    pairs = {name: entry(channels=list(pair), at_most=D("0.5"), where={"district": "north"}) for name, pair in (("fb", ("fiscal", "bond")), ("bl", ("bond", "loan")))}
    return Town([new("p1", 20, 60), new("p2", 20, 50, district="south")], channels=channels, funding={"shares": pairs})


def everyone(problem: Problem) -> np.ndarray[Any, Any]:
    return np.ones(len(problem.starts))


def test_no_row_with_multipliers_0_and_1_refuses_the_adversary() -> None:
    problem = adversary().problem()
    t = funding_tables(problem, plan_rows(problem))
    v = everyone(problem)
    for link in itertools.product((0.0, 1.0), repeat=len(t.link)):
        for local in itertools.product((0.0, 1.0), repeat=len(t.local)):
            assert funding_row(t, Prices(np.array(link), np.array(local))).excess(v) <= 1e-9


def test_the_adversary_breaks_a_row_that_the_oracle_finds() -> None:
    problem = adversary().problem()
    t = funding_tables(problem, plan_rows(problem))
    answer = Oracle(t, len(problem.projects)).ask(everyone(problem))
    assert not answer.funded
    assert max(r.excess(everyone(problem)) for r in answer.rows) > 1
    # by hand: prices fiscal 1, bond 0, loan 1, equity 2 and 1 for each pair's limit: 40 are needed, 30 are there
    unit = problem.money_unit / 10_000
    names = [plan_rows(problem)[n.row].name for n in t.link_names]
    prices = {"channels:fiscal[2025]": 1.0, "channels:loan[2025]": 1.0, "channels:equity[2025]": 2.0, "channels:bond[2025]": 0.0}
    row = funding_row(t, Prices(np.array([prices[n] for n in names]), np.ones(len(t.local))))
    assert row.excess(everyone(problem)) * unit == pytest.approx(10)


@pytest.mark.parametrize(("equity", "best"), [(0, 60), (D("4.99"), 60), (5, 110)])
@pytest.mark.parametrize("strategy", ["core", "highs"])
def test_the_adversary_is_solved_without_money(equity: Any, best: int, strategy: str) -> None:
    town = adversary(equity)
    town = town.but(scenario={"funding": "projected", "strategy": strategy})
    assert town.solve().objective == best


def _fundable(problem: Problem, rows: Any, flags: list[bool]) -> bool:
    return allot(problem, flags, rows, SolveOptions(gap=0.0)).money is not None


def test_no_fundable_portfolio_breaks_a_row_at_any_prices() -> None:
    """Random policies, random prices: a portfolio for which money is found satisfies the row."""
    rng, draws, checked = np.random.default_rng(7), random.Random(7), 0
    for seed in range(300, 380):
        policy, library, scenario = seeded(seed, 6, ["shares", "capital", "cover", "ratios", "use", "caps", "debt_service", "reserved"])
        try:
            problem = make_problem(Inputs(policy, library, scenario))
        except (InfeasibleError, InputError):
            continue
        rows = plan_rows(problem)
        t = funding_tables(problem, rows)
        for _try in range(4):
            flags = [bool(f) or draws.random() < 0.5 for f in problem.starts.fixed]
            for a, b in itertools.pairwise(problem.starts.first.tolist()):
                for k in range(a + 1, b):
                    flags[k] = flags[k] and not any(flags[a:k])
            if not _fundable(problem, [r for r in rows if r.left.entries is not None], flags):
                continue
            checked += 1
            v = np.array(flags, dtype=float)
            for _prices in range(6):
                dense = rng.random(len(t.link)) * (rng.random(len(t.link)) < 0.5)
                local = rng.random(len(t.local)) * (rng.random(len(t.local)) < 0.5) * rng.integers(0, 4)
                row = funding_row(t, Prices.of(dense, local))
                assert row.excess(v) <= 1e-6 * max(1.0, abs(row.bound)), seed
    assert checked > 60


def long_town(**scenario: Any) -> Town:
    """Forty projects over two channels that both run short."""
    draws = random.Random(3)
    projects = [new(f"q{i}", [draws.randint(5, 60), draws.randint(5, 60)], draws.randint(20, 90), district=draws.choice(["north", "south"])) for i in range(40)]
    channels = {
        "fiscal": channel(cap={2025: 300, 2026: 250}), "loan": channel("debt", "market", cap={2025: 200, 2026: 180}, eligible={"district": "north"}),
    }  # fmt: skip
    return Town(projects, channels=channels, scenario=scenario)


def test_work_that_is_used_up_goes_over_to_the_full_form(monkeypatch: pytest.MonkeyPatch) -> None:
    town = long_town(funding="projected", strategy="core")
    want = town.solve().objective
    monkeypatch.setattr(core_session, "CLOSING_TURNS", 0)
    monkeypatch.setattr(core_session, "CORES", ())
    monkeypatch.setattr(core_session, "TREE_FROM", 10**9)
    answer = town.solve()
    assert answer.objective == want
    assert (answer.portfolio.way.funding, answer.portfolio.way.strategy) == ("full", "highs")
    assert answer.portfolio.way.funding_rows > 0


def test_a_state_is_a_start_and_nothing_else() -> None:
    town = long_town(funding="projected", strategy="core")
    problem, options = town.problem(), options_of(town.scenario)
    first = solve_portfolio(problem, options)
    assert first.state is not None
    assert first.state.prices
    again = solve_portfolio(problem, options, state=first.state)
    assert (again.objective, again.stopped) == (first.objective, "optimal")
    tighter = town.but(channels={**town.given[1], "fiscal": channel(cap={2025: 200, 2026: 150})}).problem()
    alone = solve_portfolio(tighter, options)
    assert solve_portfolio(tighter, options, state=first.state).objective == alone.objective < first.objective
    other = adversary().but(scenario={"funding": "projected", "strategy": "core"}).problem()  # nothing of the state fits
    assert solve_portfolio(other, options, state=first.state).objective == 60


def test_the_search_is_the_same_each_time() -> None:
    town = long_town(funding="projected", strategy="core")
    runs = [solve_portfolio(town.problem(), replace(options_of(town.scenario), gap=0.02)) for _ in range(2)]
    assert runs[0].chosen == runs[1].chosen
    assert runs[0].bound == runs[1].bound


def test_an_infeasible_claim_gets_its_second_proof_from_the_full_form() -> None:
    town = long_town(funding="projected", strategy="core").but(scenario={"funding": "projected", "force": {"in": [f"q{i}" for i in range(40)]}})
    with pytest.raises(InfeasibleError) as error:
        town.solve()
    assert "channels" in {c.family for c in error.value.conflict}


def test_cores_of_a_model_without_funding_rows() -> None:
    town = Town([new(f"r{i}", 10 + i, 50) for i in range(12)], budget={"m": entry(amount={2025: 60})}, scenario={"funding": "projected", "strategy": "core"})
    problem = town.problem()
    session = CoreSession(Master(problem, plan_rows(problem)))
    result = session.solve(SolveOptions(gap=0.0))
    assert result.status is Status.OPTIMAL
    assert result.objective * session.master.gain_unit == pytest.approx(5 * 50)  # 10 + 11 + 12 + 13 + 14 = 60


def test_small_inputs_stay_with_the_full_form() -> None:
    way = adversary().solve().portfolio.way
    assert (way.funding, way.strategy) == ("full", "highs")
    assert len(adversary().problem().entries) <= engines.SMALL


def _plan(town: Town) -> tuple[Problem, Plan]:
    return town.problem(), town.solve().plan


def test_bottlenecks_name_channels_needed_and_available_money() -> None:
    # a and b need 100 of 2025, south takes fiscal money alone: 60 for b, there 60
    projects = [new("a", 40, 50), new("b", 60, 80, district="south"), new("c", 50, 20, district="south")]
    channels = {"fiscal": channel(cap={2025: 60}), "loan": channel("debt", "market", cap={2025: 500}, eligible={"district": "north"})}
    problem, plan = _plan(Town(projects, channels=channels))
    found = bottlenecks(problem, plan)
    assert [(b.years, b.needed, b.available, b.projects) for b in found] == [((2025,), 600_000, 600_000, 1)]
    assert [s.label.en for s in found[0].sources] == [f"{problem.policy.funding.channels['fiscal'].label.en} 2025"]
    text = sentence(found[0])
    assert "60" in text
    assert document(found)[0]["needed"] == 600_000


def test_bottlenecks_of_two_channels_together() -> None:
    # 70 of the 100 may come from neither alone: fiscal 40, loan 30
    channels = {"fiscal": channel(cap={2025: 40}), "loan": channel("debt", "market", cap={2025: 30})}
    problem, plan = _plan(Town([new("a", 70, 50), new("b", 20, 30)], channels=channels))
    found = bottlenecks(problem, plan)
    assert [(len(b.sources), b.needed, b.available) for b in found] == [(2, 700_000, 700_000)]


def test_no_bottleneck_where_money_is_ample() -> None:
    problem, plan = _plan(Town([new("a", 70, 50)], channels={"cash": channel(cap={2025: 10_000})}))
    assert bottlenecks(problem, plan) == []


def test_a_cancelled_search_ends_at_once_with_what_it_has() -> None:
    town = long_town(funding="projected", strategy="core")
    problem = town.problem()
    cancel = threading.Event()
    cancel.set()
    session = CoreSession(Master(problem, plan_rows(problem)))
    result = session.solve(replace(options_of(town.scenario), cancel=cancel))
    assert result.status in (Status.INTERRUPTED, Status.OPTIMAL)
    assert result.status is Status.OPTIMAL or result.stop_reason is StopReason.CANCELLED
    assert session.work.turns == 0


def test_ctrl_c_in_a_core_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    town = long_town(funding="projected", strategy="core")
    problem = town.problem()
    session = CoreSession(Master(problem, plan_rows(problem)))
    real, calls = HighsSession.solve, []

    def interrupted(self: HighsSession, options: SolveOptions | None = None) -> SolveResult:
        calls.append(1)
        return replace(real(self, options), status=Status.INTERRUPTED, stop_reason=StopReason.CTRL_C)

    monkeypatch.setattr(HighsSession, "solve", interrupted)
    result = session.solve(options_of(town.scenario))
    assert len(calls) == 1
    assert result.status in (Status.INTERRUPTED, Status.OPTIMAL)


def test_a_core_whose_centre_holds_a_start_that_was_shut_since() -> None:
    # a alone beats b in whole numbers, half of a beside b in fractions; its 20 cannot be paid by a channel that gives 10 at most
    projects = [new("a", 20, 60), new("b", 10, 55), *(new(f"q{i}", 30, 1) for i in range(200))]
    town = Town(projects, channels={"grant": channel(ticket={"at_most": 10})}, budget={"m": entry(amount={2025: 20})}, scenario={"funding": "projected", "strategy": "core"})
    answer = solve_portfolio(town.problem(), options_of(town.scenario))
    assert (answer.objective, answer.stopped) == (55, "optimal")


def test_fixing_knows_of_starts_that_its_own_linear_programme_shuts() -> None:
    """A start that the linear programme wants, and the oracle shuts meanwhile, is not fixed at 1."""
    town = Town([new("a", 20, 60), new("b", 10, 55)], channels={"grant": channel(ticket={"at_most": 10})}, scenario={"funding": "projected", "strategy": "core"})
    problem = town.problem()
    session = CoreSession(Master(problem, plan_rows(problem)))
    master = session.master
    session._best, session._value = np.array([0.0, 1.0]), master.value(np.array([0.0, 1.0]))
    lower, upper = master.lower.copy(), master.upper.copy()
    session._fix(lower, upper)
    assert master.upper.tolist() == [0.0, 1.0]
    assert lower[0] == upper[0] == 0.0


def test_fixing_leaves_money_of_the_full_form_alone() -> None:
    """A reduced cost is the cost of one unit; of money a part of a unit may be used, so it is never fixed.

    The giant makes the money unit large beside what the others spend, so that reduced costs of their money are large.
    """
    draws = random.Random(238)
    projects = [new(f"q{i}", draws.randint(1, 30), draws.randint(1, 100), district=draws.choice(["north", "south"])) for i in range(60)]
    total = sum(p.total_investment for p in projects) // 10_000
    both = {"district": ["north", "south"]}
    channels = {
        "own": channel(eligible={"district": "whole"}), "fiscal": channel(cap={2025: D(total * 20) / 100}, eligible=both),
        "loan": channel("debt", "market", cap={2025: D(total * 15) / 100}, eligible={"district": "north"}),
        "other": channel("debt", "market", cap={2025: D(total * 15) / 100}, eligible={"district": "south"}),
        "bond": channel("debt", cap={2025: D(total * 10) / 100}, eligible=both, share={"at_most": D("0.5"), "per": "project"}),
    }  # fmt: skip
    town = Town([*projects, new("giant", 500_000, 1, district="whole")], channels=channels, scenario={"funding": "projected", "strategy": "core"})
    problem = town.problem()
    best = solve_portfolio(problem, options_of(town.scenario))
    master = FullMaster(problem)
    session = CoreSession(master)
    session._best, session._value = np.zeros(master.matrices.n_cols), float(best.objective) / master.gain_unit
    lower, upper = master.lower.copy(), master.upper.copy()
    session._fix(lower, upper)
    money = master.matrices.col_slice("f")
    assert np.array_equal(lower[money], master.lower[money])
    assert np.array_equal(upper[money], master.upper[money])
    assert session.work.fixed > 0
    x = master.matrices.col_slice("x")
    lower[x] = upper[x] = np.array(best.chosen, dtype=float)
    assert LinearProgram(replace(master.matrices, col_lower=lower, col_upper=upper)).run() is not None, "the optimum has lost its money"
