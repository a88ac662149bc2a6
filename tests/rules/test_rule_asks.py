"""Family asks: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from small import Town, channel, entry, four, new

from renewal_opt.domain.base import WAN

A, B, C, D = four()
PROJECTS = [A.model_copy(update={"secured": {"cash": 80 * WAN}}), B, C.model_copy(update={"ask": {"fund": 10 * WAN}}), D]
CHANNELS = {"cash": channel(cap={2025: 150, 2026: 50}), "fund": channel(cap={2025: 100, 2026: 100})}
TOWN = Town(PROJECTS, channels=CHANNELS, funding={"secured_as": "at_least", "ask_as": "at_most"})


def test_rows() -> None:
    assert TOWN.rows("asks") == [
        "asks(_funding_secured_as__a_0_least): -8000.0 x(a_2025) +1.0 f(a_cash_2025) +1.0 f(a_cash_2026) >= 0.0",
        "asks(_funding_ask_as__c_0_most): -1000.0 x(c_2025) +1.0 f(c_fund_2025) +1.0 f(c_fund_2026) <= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # a uses its 80 of cash, c at least 90: 170 together; in 2025 they spend 60 + 50 = 110 and 2026 has 50 of cash:
    # 160. So not both: a + b = 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert answer.of("a", "cash") >= 80


def test_binds() -> None:
    assert TOWN.but(channels=CHANNELS | {"cash": channel(cap={2025: 150, 2026: 59})}).solve().objective == 140
    assert TOWN.but(channels=CHANNELS | {"cash": channel(cap={2025: 150, 2026: 60})}).solve().objective == 180
    # each alone leaves all three: c's 90 or a's 80 fit
    assert TOWN.but(funding={"ask_as": "at_most"}).solve().objective == 180
    assert TOWN.but(funding={"secured_as": "at_least"}).solve().objective == 180


def test_removed() -> None:
    assert TOWN.but(funding={}).solve().objective == 180
    assert TOWN.relaxed("asks") == 180


def test_secured_money_of_a_closed_channel_bars_a_project() -> None:
    # contract: X >= min(secured, total to spend); the channel is not open to it, so X = 0
    closed = {"cash": channel(), "fund": channel(eligible={"district": "south"})}
    project = new("x", 50, secured={"fund": 10 * WAN})
    assert Town([project], channels=closed, funding={"secured_as": "at_least"}).solve().starts == {}
    assert Town([project], channels=closed).solve().starts == {"x": 2025}


def test_more_secured_than_spent_and_a_figure_of_nought() -> None:
    town = Town([new("x", 50, secured={"fund": 80 * WAN}, ask={"cash": 0})], channels={"cash": channel(), "fund": channel(sub={"f1": entry(), "f2": entry()})})
    town = town.but(funding={"secured_as": "at_least", "ask_as": "at_most"})
    answer = town.solve()
    assert answer.starts == {"x": 2025}
    assert answer.of("x", "f1") + answer.of("x", "f2") == 50
