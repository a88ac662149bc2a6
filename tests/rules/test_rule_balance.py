"""Family balance: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from typing import Any

import pytest
from small import Town, carry, channel, entry, four, new

NORTH = {"district": "north"}
LATER: dict[str, Any] = {"column": "demand", "years": {"high": 0, "low": 1}, "blank": None}
CHANNELS = {"cash": channel(cap={2025: 120, "later": "last"}, eligible=NORTH), "bond": channel("debt", eligible=NORTH, delay=LATER)}
A, B, C, D = four()
PROJECTS = [A.model_copy(update={"demand": "low"}), B, C, D]
TOWN = Town(PROJECTS, channels=CHANNELS)


def test_rows() -> None:
    # bonds reach a (low demand) from 2026 on, c and d (blank) never; nothing is open to the southern b
    assert TOWN.rows("balance") == [
        "balance(a_2025): -6000.0 x(a_2025) +1.0 f(a_cash_2025) = 0.0",
        "balance(a_2026): -4000.0 x(a_2025) +1.0 f(a_cash_2026) +1.0 f(a_bond_2026) = 0.0",
        "balance(b_2025): -10000.0 x(b_2025) = 0.0",
        "balance(c_2025): -5000.0 x(c_2025) +1.0 f(c_cash_2025) = 0.0",
        "balance(c_2026): -5000.0 x(c_2025) +1.0 f(c_cash_2026) = 0.0",
        "balance(d_2025): -3000.0 x(d_2025) +1.0 f(d_cash_2025) = 0.0",
        "balance(d_2026): -2000.0 x(d_2025) +1.0 f(d_cash_2026) = 0.0",
    ]


def test_optimum_by_hand() -> None:
    # 120 of cash in 2025: d 30, then a 60 or c 50, both would be 140. a has 80 points.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025}
    assert answer.objective == 80
    assert {key: v for key, v in answer.money.items() if key[0] == "a" and key[2] == 2025} == {("a", "cash", 2025): 60}
    refused = {r.id: r.reasons[0].kind for r in (*answer.plan.reserve, *answer.plan.refused)}
    assert refused["b"] == "no_funding"


def test_binds() -> None:
    # high demand opens bonds at once: a's 60 leave the cash, c's 50 find it
    quick = [A.model_copy(update={"demand": "high"}), B, C, D]
    assert TOWN.but(projects=quick).solve().objective == 120
    assert TOWN.but(projects=[p.model_copy(update={"district": "north", "demand": "high"}) for p in quick]).solve().objective == 180


def test_removed() -> None:
    # without the rows no project needs money: 80 + 60 + 40
    assert TOWN.relaxed("balance") == 180
    assert TOWN.but(channels={"cash": channel()}).solve().objective == 180


@pytest.mark.parametrize(("demand", "paid"), [("high", True), ("low", False), ("other", False), (None, False)])
def test_delay(demand: str | None, paid: bool) -> None:
    town = Town([new("x", 10, demand=demand)], channels={"bond": channel("debt", delay=LATER)})
    assert bool(town.solve().starts) is paid
    # a blank may have its own number of years
    if demand is None:
        assert town.but(channels={"bond": channel("debt", delay=LATER | {"blank": 0})}).solve().starts == {"x": 2025}


def test_delay_by_a_derived_column() -> None:
    delay = {"column": "level", "years": {"district": 0}, "blank": None}
    assert Town([new("x", 10)], channels={"bond": channel("debt", delay=delay)}).solve().starts == {"x": 2025}
    assert Town([new("x", 10, district="whole")], channels={"bond": channel("debt", delay=delay)}).solve().starts == {}


@pytest.mark.parametrize("place", ["bond", "old", "young"])
def test_a_carry_over_with_money_in_place_does_not_wait(place: str) -> None:
    # the delay is the channel's: money of any of its sub-channels is in place for all of them
    bond = channel("debt", delay=LATER, sub={"old": entry(cap={2025: 0}), "young": entry()})
    town = Town([carry("d", {2025: 10}, 10, {place: 10})], channels={"bond": bond})
    assert town.solve().money == {("d", "young", 2025): 10}


def test_a_start_in_the_second_year_spends_a_year_later() -> None:
    town = Town([new("x", [10, 20])], scenario={"window": 2}, channels={"cash": channel(cap={2025: 0, 2026: 10, 2027: 20})})
    assert town.rows("balance") == [
        "balance(x_2025): -1000.0 x(x_2025) +1.0 f(x_cash_2025) = 0.0",
        "balance(x_2026): -2000.0 x(x_2025) -1000.0 x(x_2026) +1.0 f(x_cash_2026) = 0.0",
        "balance(x_2027): -2000.0 x(x_2026) +1.0 f(x_cash_2027) = 0.0",
    ]
    answer = town.solve()
    assert answer.starts == {"x": 2026}
    assert answer.money == {("x", "cash", 2026): 10, ("x", "cash", 2027): 20}
    assert [(n.year, n.yuan) for n in answer.plan.later_needs] == [(2026, 100_000), (2027, 200_000)]
