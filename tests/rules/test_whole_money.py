"""Hazards of whole money: portfolios that only look fundable, excesses of the size of the tolerance, repairs, shortages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import numpy as np
import pytest
from small import Answer, Town, carry, channel, entry, four, new

from renewal_opt.allot import Allotment
from renewal_opt.analysis import engines, portfolio, settling, shortage
from renewal_opt.analysis.annual import options_of
from renewal_opt.errors import InfeasibleError, SolverError
from renewal_opt.solver import HighsSession, SolveOptions, SolveResult

#: 50 亿元 in 万元: the solver's money unit is then 1,000,000 元, and 1 元 is the size of its tolerance
BIG = 500_000


class Double(HighsSession):
    """A session whose first answers are changed: `lies` maps a result to another, one a solve."""

    lies: list[Callable[[SolveResult], SolveResult]] = []

    def solve(self, options: SolveOptions | None = None) -> SolveResult:
        result = super().solve(options)
        return self.lies.pop(0)(result) if self.lies else result


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the first solves of the portfolio answer with these starts (all others stay out)."""

    def install(town: Town, *answers: set[str]) -> None:
        keys = list(town.problem().starts.project)
        names = [town.problem().projects[p].id for p in keys]

        def lie(ids: set[str]) -> Callable[[SolveResult], SolveResult]:
            def change(result: SolveResult) -> SolveResult:
                assert result.x is not None
                x = result.x.copy()
                x[: len(names)] = [float(n in ids) for n in names]  # the columns of x stand first
                return replace(result, x=x)

            return change

        monkeypatch.setattr(Double, "lies", [lie(a) for a in answers])
        monkeypatch.setattr(engines, "HighsSession", Double)
        monkeypatch.setattr(Town, "both_forms", False)

    return install


def adversary() -> Town:
    """The case of design.md 5 that breaks all rows with multipliers 0 and 1."""
    channels = {
        "fiscal": channel(cap={2025: 15}), "bond": channel("debt", cap={2025: 10}, eligible={"district": "north"}),
        "loan": channel("debt", "market", cap={2025: 15}), "equity": channel("capital", "market", cap={2025: 0}),
    }  # fmt: skip
    pairs = {name: entry(channels=list(pair), at_most=D("0.5"), where={"district": "north"}) for name, pair in (("fb", ("fiscal", "bond")), ("bl", ("bond", "loan")))}
    return Town([new("p1", 20, 60), new("p2", 20, 50, district="south")], channels=channels, funding={"shares": pairs})


def test_the_adversarial_case() -> None:
    # P1: fiscal + bond <= 10 and bond + loan <= 10; P2 takes no bond. At prices fiscal 1, bond 0, loan 1, equity 2 each
    # needs 20 (P1: with b of bonds 10-b fiscal, 10-b loan and b equity cost 20), 40 together; the caps hold 15 + 15 = 30.
    # So the two together cannot be funded, and P1 (60) starts alone.
    answer = adversary().solve()
    assert answer.starts == {"p1": 2025}
    assert answer.money == {("p1", "fiscal", 2025): 10, ("p1", "loan", 2025): 10}
    assert answer.plan.objective.bound == 60


def test_the_adversarial_case_with_enough_equity() -> None:
    # lambda needs 40 = 30 + 2 * 5: five of equity are needed and enough
    town = adversary()
    channels = dict(town.given[1])
    assert town.but(channels=channels | {"equity": channel("capital", "market", cap={2025: D("4.99")})}).solve().objective == 60
    assert town.but(channels=channels | {"equity": channel("capital", "market", cap={2025: 5})}).solve().objective == 110


def test_the_adversarial_case_when_the_solver_errs(lying: Callable[..., None]) -> None:
    town = adversary()
    lying(town, {"p1", "p2"})
    answer = town.solve()
    assert (answer.starts, answer.portfolio.repairs, answer.objective) == ({"p1": 2025}, 1, 60)


def short(yuan: int, **rules: Any) -> Answer:
    """x costs 50 亿元 and `yuan`; y 10 万元."""
    return Town([new("x", yuan=[BIG * 10_000 + yuan], score=90), new("y", 10, 30)], **rules).solve()


@pytest.mark.parametrize(("yuan", "starts"), [(0, {"x", "y"}), (1, {"x"}), (2, {"x"}), (100, {"x"})])
def test_a_cap_one_yuan_short(yuan: int, starts: set[str]) -> None:
    # the cap holds exactly 50 亿元 + 10 万元; 1 元 more is 1e-6 of the solver's unit, which it lets pass: the answer is
    # refused, both together are excluded, and the solve goes on
    answer = short(yuan, channels={"cash": channel(cap={2025: BIG + 10})})
    assert set(answer.starts) == starts
    assert answer.plan.objective.bound == answer.objective


@pytest.mark.parametrize("yuan", [0, 1, 3])
def test_a_budget_one_yuan_short(yuan: int) -> None:
    answer = short(yuan, budget={"m": entry(amount={2025: BIG + 10})})
    assert set(answer.starts) == ({"x"} if yuan else {"x", "y"})


def test_a_share_of_the_plan_one_yuan_over() -> None:
    # south: 1,666,666,667 of 5 bn + 1,666,666,667 (+ y) is above 25 % by a hair, but y's 10 万元 make room
    projects = [new("x", yuan=[5_000_000_000], score=50), new("s", yuan=[1_666_666_667], score=30, district="south")]
    rule = {"s": entry(where={"district": "south"}, at_most={"share": D("0.25"), "of": "plan"})}
    assert set(Town(projects, limits=rule).solve().starts) == {"x"}
    assert set(Town([*projects, new("y", 10, 5)], limits=rule).solve().starts) == {"x", "s", "y"}


def test_a_least_value_one_yuan_short_is_infeasible_with_its_family() -> None:
    town = Town([new("x", yuan=[BIG * 10_000 - 1]), new("z", 10)], limits={"s": entry(at_least={"value": BIG + 10})})
    with pytest.raises(InfeasibleError) as error:
        town.solve()
    assert error.value.conflict[0].family == "limits"


def test_only_real_money_would_do() -> None:
    # In each of p (1,005 元) and q (1,004 元) the three pairs of a, b, c may bring 3 元 (0.29 % rounded up): in real
    # numbers 1.5 + 1.5 + 1.5 = 4.5, in whole 元 4. d holds 2,000 of 2,009: 9 are missing, 8 can be had. One starts.
    def town(p: int, q: int) -> Town:
        pairs = {x + y: entry(channels=[x, y], at_most=D("0.0029")) for x, y in ("ab", "bc", "ac")}
        channels = {c: channel() for c in "abc"} | {"d": channel(cap={2025: D("0.2")})}
        return Town([new("p", yuan=[p], score=50), new("q", yuan=[q], score=40)], channels=channels, funding={"shares": pairs})

    answer = town(1005, 1004).solve()
    assert (set(answer.starts), answer.portfolio.repairs) == ({"p"}, 1)
    answer = town(1004, 1004).solve()  # 8 are missing
    assert set(answer.starts) == {"p", "q"}
    assert sum(answer.of(channel=c) for c in "abc") * 10_000 == 8


def test_whole_money_far_from_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # b >= 0.001 of capital (0.001 d - b < 1) and b - 0.01 of debt < 1, where there is no debt: b < 1. In real numbers
    # b = 0.99 lets d take 1,989; in whole 元 b = 0 and d <= 999. d is asked for, so the linear answer takes all of it,
    # and a few 元 to and fro do not mend that: an integer programme does.
    channels = {"b": channel(), "c": channel(), "d": channel("capital")}
    shares = {"least": entry(channels=["b"], of="capital", at_least=D("0.001")), "most": entry(channels=["b"], of="debt", at_most=D("0.01"))}
    town = Town([new("x", yuan=[5000], ask={"d": 1})], channels=channels, funding={"shares": shares})
    answer = town.solve()
    assert (answer.starts, answer.portfolio.repairs, answer.of(channel="b")) == ({"x": 2025}, 0, 0)
    assert answer.of(channel="d") * 10_000 <= 999
    monkeypatch.setattr("renewal_opt.allot.integer_amounts", lambda *_: (None, True))
    assert town.solve().starts == {}  # what the near search alone would have said
    # without a proof that x cannot be funded the empty plan is no optimum: x stays in the bound
    monkeypatch.setattr("renewal_opt.allot.integer_amounts", lambda *_: (None, False))
    unproven = portfolio.solve_portfolio(town.problem(), options_of(town.scenario))
    assert (unproven.stopped, unproven.repairs, unproven.objective) == ("unproven", 1, 0)
    assert unproven.bound is not None
    assert unproven.bound >= float(answer.objective) > 0


def test_infeasible_is_not_said_where_only_unproven_portfolios_were_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    # a is forced in and its allotment ends without an answer: nothing is left, and nothing is proven
    town = Town(four(), scenario={"force": {"in": ["a"]}, "max_repairs": 50})
    monkeypatch.setattr(settling, "allot", lambda problem, chosen, *_, **_asked: Allotment(None, (), False))
    with pytest.raises(SolverError, match="repairs"):
        town.solve()


def test_a_shortage_of_the_carry_overs_is_said_with_a_proof_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(four())
    want = town.solve().starts
    real, calls = shortage.allot, []

    def first_in_doubt(*arguments: Any, **options: Any) -> Allotment:
        calls.append(1)
        return Allotment(None, (), False) if len(calls) == 1 else real(*arguments, **options)

    monkeypatch.setattr(shortage, "allot", first_in_doubt)
    monkeypatch.setattr(Town, "both_forms", False)
    assert town.solve().starts == want
    assert len(calls) == 1


def test_snapping() -> None:
    # x = 0.9999996 and money as loose are within the tolerance; the plan is exact all the same
    class Loose(HighsSession):
        def solve(self, options: SolveOptions | None = None) -> SolveResult:
            result = super().solve(options)
            assert result.x is not None
            return replace(result, x=np.abs(result.x - 4e-7 * np.sign(result.x)))

    town = Town(four(), budget={"m": entry(amount={2025: 190, "later": "open"})})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "HighsSession", Loose)
        answer = town.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.money == {("a", "cash", 2025): 60, ("a", "cash", 2026): 40, ("b", "cash", 2025): 100, ("d", "cash", 2025): 30, ("d", "cash", 2026): 20}


def test_a_repair_excludes_the_smallest_part_alone(lying: Callable[..., None]) -> None:
    # caps of 190 in 2025: a+b (190 with d) is the optimum. All three are unfundable, but no two of them with the rest
    # out but b+c ... 180 and a+c 140 are fine: so the row excludes the three together and nothing else.
    town = Town(four(), channels={"cash": channel(cap={2025: 190, "later": "open"})})
    lying(town, {"a", "b", "c", "d"})
    answer = town.solve()
    assert (answer.starts, answer.portfolio.repairs) == ({"a": 2025, "b": 2025}, 1)
    assert answer.plan.objective.bound == 140


def test_a_repair_does_not_forbid_what_a_further_project_pays_for(lying: Callable[..., None]) -> None:
    # p is paid by the government and q by the market; market >= government: p alone is unfundable, p+q is not
    channels = {"cash": channel(eligible={"district": "north"}), "loan": channel("debt", "market", eligible={"district": "south"})}
    rule = {"r": entry(numerator={"side": "market"}, denominator={"side": "government"}, at_least=1)}
    town = Town([new("p", 10, 60), new("q", 10, 1, district="south")], channels=channels, funding={"ratios": rule})
    lying(town, {"p"})
    answer = town.solve()
    assert (set(answer.starts), answer.portfolio.repairs) == ({"p", "q"}, 1)


def test_a_repair_does_not_forbid_what_reserved_use_allows(lying: Callable[..., None]) -> None:
    channels = {"cash": channel()}
    rule = {"r": entry(channels=["cash"], where={"district": "south"}, at_least=D("0.5"), of="use")}
    town = Town([new("p", 10, 60), new("q", 10, 1, district="south")], channels=channels, funding={"reserved": rule})
    lying(town, {"p"})
    answer = town.solve()
    assert (set(answer.starts), answer.portfolio.repairs) == ({"p", "q"}, 1)


def test_a_broken_limit_is_excluded(lying: Callable[..., None]) -> None:
    town = Town(four(), budget={"m": entry(amount={2025: 190, "later": "open"})})
    lying(town, {"a", "b", "c", "d"}, {"a", "b", "c", "d"})
    # told twice in the face of the row: two repairs
    answer = town.solve()
    assert (answer.objective, answer.portfolio.repairs) == (140, 2)


def test_the_solve_gives_up_after_its_repairs(lying: Callable[..., None]) -> None:
    town = Town(four(), budget={"m": entry(amount={2025: 190, "later": "open"})}, scenario={"max_repairs": 2})
    lying(town, *[{"a", "b", "c", "d"}] * 3)
    with pytest.raises(SolverError, match=r"2 repairs.*budget:m\[2025\]"):
        town.solve()


def test_shortage_of_the_carry_overs_comes_first() -> None:
    # d needs 30 in 2025; the cap holds 29. No new start is blamed.
    town = Town(four(), channels={"cash": channel(cap={2025: 29, "later": "open"})})
    with pytest.raises(InfeasibleError, match="carry-overs alone") as error:
        town.solve()
    assert [(c.family, c.row) for c in error.value.conflict] == [("channels", "channels:cash[2025]")]
    with pytest.raises(InfeasibleError, match="carry-overs alone") as error:
        Town(four(), budget={"m": entry(amount={2025: 100, 2026: 19})}).solve()
    assert [(c.family, c.row) for c in error.value.conflict] == [("budget", "budget:m[2026]")]
    # to the 元
    one = [carry("d", {2025: 30}).model_copy(update={"remaining": {2025: 300_001}, "total_investment": 300_001})]
    assert Town([carry("d", {2025: 30})], channels={"cash": channel(cap={2025: 30})}).solve().starts == {}
    with pytest.raises(InfeasibleError, match="carry-overs alone"):
        Town(one, channels={"cash": channel(cap={2025: 30})}).solve()


def test_a_carry_over_that_no_channel_may_pay() -> None:
    with pytest.raises(InfeasibleError, match="carry-overs alone") as error:
        Town(four(), channels={"cash": channel(eligible={"district": "south"})}).solve()
    assert error.value.conflict[0].family == "balance"
    assert "d,2025" in error.value.conflict[0].row


def test_infeasible_names_the_families() -> None:
    # c is forced in (50 in 2025 beside d's 30) and the budget holds 79
    town = Town(four(), budget={"m": entry(amount={2025: 79, "later": "open"})}, scenario={"force": {"in": ["c"]}})
    with pytest.raises(InfeasibleError) as error:
        town.solve()
    assert {c.family for c in error.value.conflict} == {"budget", "commitments"}
    assert all(c.sentence for c in error.value.conflict)
    assert error.value.exit_code == 3


def test_a_window_of_three_years() -> None:
    # 100 a year from 2025 on (d takes 30 and 20). b (100 at once) fits from 2027; a (60 + 40) and c (50 + 50):
    # a from 2025: 90, 60; c from 2026? 60 + 50 > 100; c from 2027? 50 + b 100 > 100. b in 2026 beside d's 20: no.
    # So two of the three... a 2025, b 2027: 140; or c 2026 with a 2025: no; a 2025 and c 2027: 120. a+b+c: b alone fills
    # its year 2027, so c would have to run in 2025-2026 or 2026-2027: 2026 has 100 - 20 - 40 (a) = 40 < 50. No.
    town = Town(four(), channels={"cash": channel(cap={2025: 100, "later": "last"})}, scenario={"window": 3})
    answer = town.solve()
    assert (answer.objective, answer.starts["b"]) == (140, 2027)
    assert answer.starts["a"] == 2025
    assert answer.plan.money_years == (2025, 2026, 2027, 2028)
    # 10 more in 2026 and c follows a: 20 + 40 + 50 = 110 in 2026 and 50 + 100 in 2027
    wide = Town(four(), channels={"cash": channel(cap={2025: 100, 2026: 110, 2027: 150, "later": "last"})}, scenario={"window": 3})
    assert wide.solve().objective == 180
