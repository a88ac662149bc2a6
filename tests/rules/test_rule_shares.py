"""Family shares: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from small import Town, carry, channel, entry, four, new

FISCAL = channel(cap={2025: 100, 2026: 65})
OWN = channel("capital", "market", cap={2025: 10, 2026: 0})
HALF = channel("debt", share={"at_most": D("0.5")})
RULE = entry(channels=["own"], where={"district": "south"}, at_least=D("0.1"), per="project")
PROJECTS = [*four()[:3], carry("d", {2025: 30, 2026: 20}, 50, {"bond": 30})]
TOWN = Town(PROJECTS, channels={"fiscal": FISCAL, "bond": HALF, "own": OWN}, funding={"shares": {"own": RULE}})


def test_rows() -> None:
    # bonds: half of each year; of the carry-over d half of its whole cost of 100 less the 30 in place = 20;
    # own capital of the southern b: a tenth of 100 over all years
    assert TOWN.rows("shares") == [
        "shares(_funding_channels_bond_share__a_2025_most): -3000.0 x(a_2025) +1.0 f(a_bond_2025) <= 0.0",
        "shares(_funding_channels_bond_share__a_2026_most): -2000.0 x(a_2025) +1.0 f(a_bond_2026) <= 0.0",
        "shares(_funding_channels_bond_share__b_2025_most): -5000.0 x(b_2025) +1.0 f(b_bond_2025) <= 0.0",
        "shares(_funding_channels_bond_share__c_2025_most): -2500.0 x(c_2025) +1.0 f(c_bond_2025) <= 0.0",
        "shares(_funding_channels_bond_share__c_2026_most): -2500.0 x(c_2025) +1.0 f(c_bond_2026) <= 0.0",
        "shares(_funding_channels_bond_share__d_0_most): -2000.0 x(d_2025) +1.0 f(d_bond_2025) +1.0 f(d_bond_2026) <= 0.0",
        "shares(_funding_shares_own__b_0_least): -1000.0 x(b_2025) +1.0 f(b_own_2025) >= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # what bonds may not pay in 2025: a 30, b 50, c 25, and d 10 of 30 when its 20 bonds all fall in 2025.
    # All: 115 of 100 + 10. a+b: 90 of 110 with 10 own for b; in 2026 a 20 + d 20 = 40 of 65. So 80 + 60 = 140
    # (a+c would be 120).
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert answer.of("b", "own") >= 10
    assert answer.of("d", "bond") <= 20


def test_binds() -> None:
    # 5 more of fiscal funds in 2025 pay for all three: 115 = 105 + 10; 20 + 25 + 20 = 65 in 2026
    more = channel(cap={2025: 105, 2026: 65})
    assert TOWN.but(channels={"fiscal": more, "bond": HALF, "own": OWN}).solve().objective == 180
    # 9.99 of own capital are less than b's tenth
    less = channel("capital", "market", cap={2025: D("9.99"), 2026: 0})
    assert TOWN.but(channels={"fiscal": FISCAL, "bond": HALF, "own": less}).solve().objective == 120


def test_removed() -> None:
    free = {"fiscal": FISCAL, "bond": channel("debt"), "own": OWN}
    assert TOWN.but(channels=free, funding={"shares": {"own": RULE | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("shares") == 180


@pytest.mark.parametrize(("bond", "starts"), [(4, True), (3, False)])
def test_bounds_are_rounded_outwards(bond: int, starts: bool) -> None:
    # x spends 7 元: half is 3.5, so at most 4 by bonds and at least 3 of own money are allowed, and 4 + 3 = 7 pays.
    # With bonds at most 3/7 (exactly 3) 3 + 3 do not.
    share = D("0.5") if bond == 4 else D("0.42857142857142857")  # a little below 3/7: 2.99..., rounded up to 3
    town = Town(
        [new("x", yuan=[7]), new("y", 1, 10, district="south")],
        channels={"bond": channel("debt", eligible={"district": "north"}, share={"at_most": share}), "own": channel("capital")},
        funding={"shares": {"own": entry(channels=["own"], at_most=D("0.42"), where={"district": "north"})}},  # 2.94: at most 3
    )
    assert ("x" in town.solve().starts) is starts


def pair(of: str, lo: Any = None, hi: Any = None) -> Town:
    # x = 100 with exactly 30 bonds, 50 loans and 20 own capital: all caps are used up
    channels = {"bond": channel("debt", cap={2025: 30}), "loan": channel("debt", "market", cap={2025: 50}), "own": channel("capital", cap={2025: 20})}
    return Town([new("x", 100)], channels=channels, funding={"shares": {"r": entry(channels=["bond"], of=of, at_least=lo, at_most=hi)}})


def test_share_of_debt_or_capital() -> None:
    # bonds are 30 of 80 debt = 0.375, and 30 against 20 of capital = 1.5
    assert pair("debt", lo=D("0.375")).solve().starts == {"x": 2025}
    assert pair("debt", lo=D("0.376")).solve().starts == {}
    assert pair("debt", hi=D("0.375")).solve().starts == {"x": 2025}
    assert pair("debt", hi=D("0.374")).solve().starts == {}
    assert pair("capital", hi=D("1.5")).solve().starts == {"x": 2025}
    assert pair("capital", hi=D("1.49")).solve().starts == {}


def test_share_of_debt_misses_by_less_than_one_yuan() -> None:
    # 0.4 of debt with 3 元 of debt: 1.2, so at least 1 (1.2 - 1 < 1) and at most 2 (2 - 1.2 < 1) are allowed
    def town(bond: int, **bounds: Any) -> Town:
        project = new("x", yuan=[3], ask={"bond": bond, "loan": 3 - bond})
        channels = {"bond": channel("debt"), "loan": channel("debt", "market")}
        return Town([project], channels=channels, funding={"ask_as": "at_most", "shares": {"r": entry(channels=["bond"], of="debt", **bounds)}})

    assert [bool(town(n, at_least=D("0.4")).solve().starts) for n in (0, 1, 2)] == [False, True, True]
    assert [bool(town(n, at_most=D("0.4")).solve().starts) for n in (1, 2, 3)] == [True, True, False]


def test_in_place_money_counts_for_a_carry_over() -> None:
    # d costs 100, 50 in place of bonds: at least 0.6 asks for 10 more of the 50 that remain
    share = {"at_least": D("0.6")}
    town = Town([carry("d", {2025: 50}, 50, {"bond": 50})], channels={"bond": channel("debt", share=share), "cash": channel()})
    assert town.rows("shares") == ["shares(_funding_channels_bond_share__d_0_least): -1000.0 x(d_2025) +1.0 f(d_bond_2025) >= 0.0"]
    assert town.solve().of("d", "bond") >= 10
