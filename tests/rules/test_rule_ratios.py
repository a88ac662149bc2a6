"""Family ratios: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D

from small import Town, channel, entry, four, new

RULE = entry(numerator={"side": "market"}, denominator={"side": "government"}, at_least=D("0.5"))
CHANNELS = {"cash": channel(), "loan": channel("debt", "market", cap={2025: 60, 2026: 40})}
TOWN = Town(four(), channels=CHANNELS, funding={"ratios": {"leverage": RULE}})


def test_rows() -> None:
    money = "".join(f" -0.5 f({p}_cash_{t}) +1.0 f({p}_loan_{t})" for p, t in [("a", 2025), ("a", 2026), ("b", 2025), ("c", 2025), ("c", 2026), ("d", 2025), ("d", 2026)])
    assert TOWN.rows("ratios") == [f"ratios(_ratios_leverage_least_):{money} >= 0.0"]


def test_optimum_by_hand() -> None:
    # market >= half of government: market is a third of all money. Loans bring 100, so at most 300 may be spent: d's 50
    # and two projects of 100. The best two: a + b = 140 (2025: 60 of loans in 190, 2026: up to 40 in 60).
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert 2 * answer.of(channel="loan") >= answer.of(channel="cash")
    # reported in 元: the market's money, and half of the government's
    use = answer.use("ratios:leverage")
    assert (use.unit, int(use.value), int(use.at_least) * 2) == ("yuan", answer.of(channel="loan") * 10_000, answer.of(channel="cash") * 10_000)


def test_binds() -> None:
    # all need 350, a third is 116.67: 116.66 of loans are not enough, 116.67 are
    def loans(year_2026: str) -> Town:
        return TOWN.but(channels={"cash": channel(), "loan": channel("debt", "market", cap={2025: 60, 2026: D(year_2026)})})

    assert loans("56.66").solve().objective == 140
    assert loans("56.67").solve().objective == 180


def test_removed() -> None:
    assert TOWN.but(funding={"ratios": {"leverage": RULE | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("ratios") == 180


def test_year_by_year_and_an_upper_bound() -> None:
    # x spends 50 + 50, loans 0 + 100: over all years half is market; in 2025 nothing is
    channels = {"cash": channel(cap={2025: 50, 2026: 40}), "loan": channel("debt", "market", cap={2025: 0, 2026: 100})}
    rule = entry(numerator={"channels": ["loan"]}, denominator={}, at_least=D("0.1"), at_most=D("0.3"))
    town = Town([new("x", [50, 50])], channels=channels, funding={"ratios": {"r": rule}})
    assert 10 <= town.solve().of(channel="loan") <= 30
    assert town.but(funding={"ratios": {"r": rule | {"per": "year"}}}).solve().starts == {}
    assert town.but(channels=channels | {"loan": channel("debt", "market", cap={2025: 5, 2026: 100})}, funding={"ratios": {"r": rule | {"per": "year"}}}).solve().starts == {"x": 2025}
    # 9.99 of cash less in 2026 than 20 would leave 30.01 loans: above 30 %
    over = channels | {"cash": channel(cap={2025: 50, 2026: D("19.99")})}
    assert town.but(channels=over).solve().starts == {}


def test_a_bound_met_to_the_yuan() -> None:
    # 3 元: a third is exactly 1; 0.34 asks for 2 of 3 元
    def town(share: str, loan: str) -> Town:
        channels = {"cash": channel(), "loan": channel("debt", "market", cap={2025: D(loan)})}
        return Town([new("x", yuan=[300])], channels=channels, funding={"ratios": {"r": RULE | {"denominator": {}, "at_least": D(share)}}})

    assert town("0.3333", "0.01").solve().of(channel="loan") * 10_000 == 100  # 99.99 rounded up
    assert town("0.3334", "0.01").solve().starts == {}  # 100.02 > 100
