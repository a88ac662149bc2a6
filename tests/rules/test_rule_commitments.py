"""Family commitments: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

import pytest
from small import Town, carry, channel, entry, four, new

from renewal_opt.errors import InfeasibleError, InputError

BUDGET = {"main": entry(amount={2025: 190, "later": "open"})}
TOWN = Town(four(), budget=BUDGET, scenario={"force": {"in": ["c"]}})


def test_rows() -> None:
    # c is forced in, d runs; a and b have one start year and need no row
    assert TOWN.rows("commitments") == ["commitments(c): +1.0 x(c_2025) = 1.0"]
    assert TOWN.fixed("commitments") == ["x[d,2025]"]
    two = TOWN.but(projects=[new("a", 10), new("b", 10, start_year=2026), new("c", 10)], scenario={"force": {"in": ["c"]}, "window": 2})
    assert two.rows("commitments") == [
        "commitments(a): +1.0 x(a_2025) +1.0 x(a_2026) <= 1.0",
        "commitments(c): +1.0 x(c_2025) +1.0 x(c_2026) = 1.0",
    ]


def test_optimum_by_hand() -> None:
    # 160 in 2025 beside d; c takes 50: 110 are left, a needs 60, b 100: c + a = 120 > c + b = 100
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "c": 2025}
    assert answer.objective == 120
    assert [(c.id, c.part, c.forced) for c in answer.plan.chosen] == [("a", "new_start", False), ("c", "new_start", True), ("d", "carry_over", False)]


def test_binds() -> None:
    assert TOWN.but(scenario={}).solve().starts == {"a": 2025, "b": 2025}
    assert TOWN.but(scenario={"force": {"in": ["c"], "out": ["a"]}}).solve().objective == 100  # c + b
    # the carry-over's 30 bind: without d all but c's 50 would be 190 - 50 = 140 for a and b
    assert TOWN.but(projects=four()[:3], budget={"main": entry(amount={2025: 210, "later": "open"})}).solve().objective == 180


def test_removed() -> None:
    assert TOWN.but(scenario={}).solve().objective == 140
    assert TOWN.relaxed("commitments") == 140


def test_once_over_two_start_years() -> None:
    # a could start twice for 160 points, were it not for the row
    town = Town([new("a", 10, 80)], scenario={"window": 2})
    assert town.solve().objective == 80
    assert town.relaxed("commitments") == 160


def test_who_is_out() -> None:
    projects = [
        new("a", 10), new("late", 10, start_year=2026), new("early", 10, start_year=2020), new("r", 10, part="reserve"),
        new("w", 10, part="withdrawn"), new("o", 10),
    ]  # fmt: skip
    answer = Town(projects, scenario={"force": {"out": ["o"]}}).solve()
    assert answer.starts == {"a": 2025, "early": 2025}
    told = {r.id: r.reasons[0].kind for r in (*answer.plan.refused, *answer.plan.reserve)}
    assert told == {"late": "not_this_year", "r": "reserve_declared", "w": "withdrawn", "o": "forced_out"}


@pytest.mark.parametrize("id", ["late", "r", "w", "d"])
def test_forced_in_against_a_rule_of_its_own(id: str) -> None:
    projects = [new("late", 10, start_year=2026), new("r", 10, part="reserve"), new("w", 10, part="withdrawn"), new("a", 10)]
    town = Town(projects, scenario={"force": {"in": [id]}})
    if id == "d":  # a carry-over runs anyway
        town = town.but(projects=[carry("d", {2025: 10})])
        assert town.solve().starts == {}
        return
    with pytest.raises(InputError, match=id):
        town.solve()


def test_forced_in_beyond_the_money() -> None:
    with pytest.raises(InfeasibleError) as error:
        TOWN.but(channels={"cash": channel(cap={2025: 70, 2026: 100})}, budget={}).solve()
    assert {c.family for c in error.value.conflict} == {"channels", "commitments"}


def test_nobody_to_choose_from() -> None:
    with pytest.raises(InfeasibleError, match="nothing is left to choose"):
        Town([new("r", 10, part="reserve")]).solve()
