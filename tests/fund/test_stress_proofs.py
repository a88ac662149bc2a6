"""What stress tests claim as proven, where it would be easy to claim too much: moved starts, windows of cover, doubtful rounds."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from small import Town, Y, carry, channel, entry, new, revenue
from test_stress import LOAN, shock, targeted
from worth_cases import OPTIONS

from renewal_opt.allot import Allotment
from renewal_opt.analysis.fund.stress import best as best_module
from renewal_opt.analysis.fund.stress import held as held_module
from renewal_opt.analysis.fund.stress import survivor as survivor_module
from renewal_opt.analysis.fund.stress.best import best
from renewal_opt.analysis.fund.stress.held import held
from renewal_opt.analysis.fund.stress.run import Asked, stress
from renewal_opt.analysis.fund.stress.survivor import survivor
from renewal_opt.analysis.fund.stress.tables import shaken
from renewal_opt.analysis.fund.stress.thresholds import thresholds
from renewal_opt.domain.base import WAN
from renewal_opt.domain.fund_stress import Threshold
from renewal_opt.errors import SolverError
from renewal_opt.i18n import set_language
from renewal_opt.report.compare_words import loss_words


def told(town: Town) -> dict[tuple[str, str], Threshold]:
    return {(t.id, t.of): t for t in thresholds(targeted(town))}


def test_a_project_that_starts_later_keeps_its_cover_when_held() -> None:
    # a starts in 2026, for there is no loan in 2025: its revenue of 2025 and 2026 (as declared) moves with it and covers 110
    target = targeted(Town(
        [new("a", 100, 80, start_year=Y), new("b", 10, 5)],
        channels={"cash": channel(cap={Y: 10, Y + 1: 0, "later": "last"}), "loan": LOAN | {"cap": {Y: 0, "later": "open"}}},
        funding={"cover": {"full": entry(ratio=1)}}, revenue=[revenue("a", Y, 60), revenue("a", Y + 1, 60)], scenario={"window": 2},
    ))  # fmt: skip
    assert {c.id: c.start for c in target.plan.chosen} == {"a": Y + 1, "b": Y}
    found = held(target, shaken(target, [shock("cut", "1/2", "cash")]), OPTIONS)
    assert ([f.id for f in found.fallen], found.loss, found.proven) == (["b"], "5", True)


def test_a_case_whose_money_is_not_settled_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_time(*_given: Any, **_more: Any) -> Any:
        raise SolverError("time")

    target = targeted(two())
    monkeypatch.setattr(held_module, "allot", out_of_time)
    answer = stress(target, Asked(((shock("revenue", "1/2"),),), cover=False))
    assert answer.cases[0].held is not None
    assert answer.cases[0].held.loss == "0"


# -- thresholds of cover -------------------------------------------------------------------------------------------------


def test_years_below_zero_do_not_fall() -> None:
    town = Town([new("a", 100, 80)], channels={"loan": LOAN}, funding={"cover": {"full": entry(ratio=1)}}, revenue=[revenue("a", 2026, -50), revenue("a", 2027, 170)])
    fall = F(told(town)["a", "all"].revenue_fall)
    assert fall == 1 - F(160, 170)  # 170 (1 - s) - 50 = 110
    target = targeted(town)
    assert held(target, shaken(target, [shock("revenue", str(fall))]), OPTIONS).status == "funded"
    assert held(target, shaken(target, [shock("revenue", str(fall + F(1, 1000)))]), OPTIONS).status == "falls"


def test_revenue_counts_over_the_longest_term_that_the_project_may_take() -> None:
    long = channel("debt", "market", term=9, rate=D("0.5"), cap={Y: 0, "later": "last"})
    town = Town([new("a", 100, 80)], channels={"loan": LOAN, "long": long}, funding={"cover": {"full": entry(ratio=1)}}, revenue=[revenue("a", 2026, 10), revenue("a", 2030, 110)])
    t = told(town)["a", "all"]
    assert (t.ratio, t.cover, t.revenue_fall) == ("1", str(F(120, 110)), str(1 - F(110, 120)))
    short = town.but(channels={"loan": LOAN, "long": long | {"eligible": {"district": "south"}}, "cash": channel()})
    assert targeted(short).plan.chosen[0].money[0].channel == "cash"  # in two years it earns 10: no loan


def test_only_rules_that_hold_for_the_project_count_and_the_first_to_break_is_told() -> None:
    more = {"south": entry(ratio=3, where={"district": "south"}), "sure": entry(ratio=D("1.1"), revenue=["special"])}
    rows = [revenue("a", 2026, 300), revenue("a", 2027, 130, "special")]
    t = told(Town([new("a", 100, 80)], channels={"loan": LOAN}, funding={"cover": {"full": entry(ratio=2)} | more}, revenue=rows))["a", "all"]
    # 430 (1 - s) = 220 and 130 (1 - s) = 121: the second breaks first
    assert (t.ratio, t.cover, F(t.revenue_fall)) == ("11/10", str(F(130, 110)), 1 - F(121, 130))


def test_a_rule_of_loans_alone_says_nothing_of_bonds() -> None:
    bond = channel("debt", cap={Y: 60, "later": "last"})
    found = told(Town([new("a", 100, 80)], channels={"loan": LOAN | {"cap": {Y: 40, "later": "last"}}, "bond": bond}, funding={"cover": {"l": entry(ratio=2, channels=["loan"])}}, revenue=[revenue("a", 2026, 220)]))
    assert (found["a", "bonds"].ratio, found["a", "bonds"].cover) == ("1", str(F(220, 66)))
    assert (found["a", "all"].ratio, found["a", "all"].cover) == ("2", str(F(220, 44)))


def test_documented_help_counts_where_the_rule_counts_it() -> None:
    help_ = {"project": "a", "year": 2026, "document": "d", "pledged_net": 40 * WAN}
    town = Town([new("a", 100, 80)], channels={"loan": LOAN}, funding={"cover": {"full": entry(ratio=1, revenue=["operating", "help"])}}, revenue=[revenue("a", 2026, 80)])
    town.library = type(town.library).model_validate(town.library.model_dump() | {"help": (help_,)})
    t = told(town)["a", "all"]
    assert (t.cover, F(t.revenue_fall)) == (str(F(120, 110)), 1 - F(70, 80))  # help stays: 80 (1 - s) + 40 = 110


def test_a_carry_over_counts_from_its_own_start() -> None:
    running = carry("k", {Y: 10}, spent=50, in_place={"loan": 50}, start_year=2023)
    t = told(Town([running], channels={"cash": channel(cap={Y: 10, "later": "last"}), "loan": LOAN | {"cap": {Y: 0, "later": "last"}}}, revenue=[revenue("k", 2024, 100), revenue("k", 2026, 100)]))["k", "all"]
    assert t.cover == str(F(100, 55))  # 2023 to 2025, two years of term


# -- what is not proven ----------------------------------------------------------------------------------------------------


def two() -> Town:
    return Town([new("a", 100, 80), new("b", 100, 60)], channels={"cash": channel(cap={Y: 100, "later": "last"})})


def test_a_surviving_plan_set_aside_without_proof_keeps_the_bound_up(monkeypatch: pytest.MonkeyPatch) -> None:
    target, real = targeted(two()), survivor_module.allot

    def out_of_time(problem: Any, chosen: Any, rows: Any, options: Any, **more: Any) -> Allotment:
        mine = {problem.projects[int(problem.starts.project[k])].id for k, c in enumerate(chosen) if c}
        return Allotment(None, (), proven=False) if mine == {"a"} else real(problem, chosen, rows, options, **more)

    monkeypatch.setattr(survivor_module, "allot", out_of_time)
    found = survivor(target, [[shock("revenue", "1/2")]], OPTIONS)
    assert (found.status, found.chosen, found.proven) == ("solved", ("b",), False)
    assert found.bound is not None
    assert found.loss_least is not None
    assert found.bound >= 80  # a survives too, which was not settled
    assert found.loss_least == 0


def test_a_budget_that_is_broken_by_one_yuan_is_seen() -> None:
    # 10 % more of 10^13 yuan is one yuan too much: no float of a row shows it
    town = Town([new("a", yuan=[10**13], score=80), new("b", yuan=[10], score=50)], budget={"m": entry(amount={Y: 0, "later": "last"}, measure="starts")})
    budget = town.policy.budget["m"]
    amount = budget.amount.model_copy(update={"years": {Y: 11 * 10**12 - 1}})
    town.policy = town.policy.model_copy(update={"budget": {"m": budget.model_copy(update={"amount": amount})}})
    target = targeted(town)
    assert {c.id for c in target.plan.chosen} == {"a", "b"}
    found = survivor(target, [[shock("cost", "1/10")]], OPTIONS)
    assert (found.status, found.chosen, found.proven) == ("solved", ("b",), True)


def test_a_plan_that_stands_is_an_answer_when_the_clock_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    target = targeted(two())

    def out_of_time(*_given: Any, **_more: Any) -> Any:
        raise SolverError("time")

    monkeypatch.setattr(best_module, "solve_portfolio", out_of_time)
    case = shaken(target, [shock("revenue", "1/2")])
    told_ = best(target, case, OPTIONS, stands=True)
    assert (told_.status, told_.objective, told_.bound, told_.loss_least, told_.loss_most) == ("solved", "80", None, None, 0.0)
    assert best(target, case, OPTIONS).status == "failed"


# -- in words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "most", "places", "words"),
    [
        (0.4, 1.45, 0, "between 0 and 2"),  # rounded outwards: to the nearest, 1.45 would be left out
        (0.6, 1.4, 0, "1"),
        (12.0, 12.004, 2, "12.00"),
        (-3.0, 5.5, 0, "between -3 and 6"),
        (None, 5.0, 0, "not known"),
        (None, None, 0, "–"),
    ],
)
def test_losses_are_told_as_intervals(least: float | None, most: float | None, places: int, words: str) -> None:
    set_language("en")
    assert loss_words(least, most, places) == words
