"""Family cover: rows, optimum by hand, binding, removal (money in 万元; debt is a two-year bullet at 5 %: 1.1 a 元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from small import Town, carry, channel, entry, four, new, revenue

REVENUE = [revenue("a", 2026, 66), revenue("c", 2026, 100), revenue("c", 2027, 32), revenue("c", 2028, 1000), revenue("d", 2025, 66)]
RULE = entry(ratio=D("1.2"))
CHANNELS = {"cash": channel(cap={2025: 110, 2026: 40}), "bond": channel("debt")}
TOWN = Town(
    [*four()[:3], carry("d", {2025: 30, 2026: 20}, 50, {"bond": 10})], channels=CHANNELS, funding={"cover": {"all": RULE}}, revenue=REVENUE
)


def test_rows() -> None:
    # a: 66 / 1.2 / 1.1 = 50; b pledges nothing; c: 100 + 32 within the two years of the term (2028 is too late):
    # 132 / 1.2 / 1.1 = 100; d: 50 less the 10 in place
    assert TOWN.rows("cover") == [
        "cover(_funding_cover_all__a_0_most): -5000.0 x(a_2025) +1.0 f(a_bond_2025) +1.0 f(a_bond_2026) <= 0.0",
        "cover(_funding_cover_all__b_0_most): +1.0 f(b_bond_2025) <= 0.0",
        "cover(_funding_cover_all__c_0_most): -10000.0 x(c_2025) +1.0 f(c_bond_2025) +1.0 f(c_bond_2026) <= 0.0",
        "cover(_funding_cover_all__d_0_most): -4000.0 x(d_2025) +1.0 f(d_bond_2025) +1.0 f(d_bond_2026) <= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # cash 110 + 40 = 150. All: 350 need 200 of bonds, 190 are covered. a+b (with d: 250) need 100, covered are
    # 50 + 40 = 90. a+c: 250, covered 190, in 2026 (110) c 50 and d 20 by bonds, a 40 by cash: 120 points.
    # b+c: 100 points. So a+c.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "c": 2025}
    assert answer.objective == 120
    assert answer.of("a", "bond") <= 50


def test_binds() -> None:
    # 10 of revenue more for a: 76 / 1.32 = 57.57; a+b need 100 of 97.57: no; 14 more: 80 / 1.32 = 60.60: a+b
    def more(wan: int) -> Town:
        return TOWN.but(revenue=[revenue("a", 2026, 66 + wan), *REVENUE[1:]])

    assert more(10).solve().objective == 120
    assert more(14).solve().objective == 180  # 200 of bonds are covered too: 60.6 + 100 + 40


def test_removed() -> None:
    assert TOWN.but(funding={"cover": {"all": RULE | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("cover") == 180


def two(net: int, cap: int = 50, size: int = 100) -> Town:
    """x costs `size`: at most `cap` by bonds (1.1 a 元), the rest by loans at 10 % (1.2 a 元)."""
    channels: dict[str, Any] = {"bond": channel("debt", cap={2025: cap}), "loan": channel("debt", "market", rate=D("0.1"))}
    row = {"project": "x", "year": 2025, "revenue_class": "special", "gross": net, "pledged_net": net}
    return Town([new("x", size)], channels=channels, funding={"cover": {"all": entry(ratio=1)}}, revenue=[row])


def test_two_channels_of_different_weight() -> None:
    # 50 * 1.1 + 50 * 1.2 = 115 万元, to the 元
    town = two(1_150_000)
    assert town.rows("cover") == ["cover(_funding_cover_all__x_0_most): -11500.0 x(x_2025) +1.1 f(x_bond_2025) +1.2 f(x_loan_2025) <= 0.0"]
    assert town.solve().money == {("x", "bond", 2025): 50, ("x", "loan", 2025): 50}
    assert two(1_149_999).solve().starts == {}


def test_two_channels_at_the_size_of_the_tolerance() -> None:
    # 50 亿元: one 元 of revenue is 1e-6 of the solver's money unit, and decides
    assert two(5_750_000_000, 250_000, 500_000).solve().starts == {"x": 2025}
    assert two(5_749_999_999, 250_000, 500_000).solve().starts == {}


@pytest.mark.parametrize(
    ("form", "rate", "needed"),
    [
        # principal and interest on 100 万元 over two years at 10 %, rounded up to 元:
        ("annuity", "0.1", 1_152_381),  # 2 * 0.1 / (1 - 1.1^-2) = 2 * 0.121 / 0.21 = 1.152380952
        ("annuity", "0", 1_000_000),  # two halves
        ("equal_principal", "0.1", 1_150_000),  # 1 + 0.1 * 3 / 2
        ("bullet", "0.1", 1_200_000),  # 1 + 2 * 0.1
        ("interest_then_bullet", "0.1", 1_200_000),
    ],
)
def test_forms_of_repayment(form: str, rate: str, needed: int) -> None:
    def town(net: int) -> Town:
        row = {"project": "x", "year": 2027, "revenue_class": "operating", "gross": net, "pledged_net": net}
        bond = channel("debt", rate=D(rate), term=2, repayment=form)
        return Town([new("x", 100)], channels={"bond": bond}, funding={"cover": {"all": entry(ratio=1)}}, revenue=[row])

    assert town(needed).solve().starts == {"x": 2025}
    assert town(needed - 1).solve().starts == {}


def test_classes_of_revenue_and_the_longest_term() -> None:
    # only land revenue counts; years from the declared start 2025 to 2025 + 5 (the loan's term), the bond's 2 is shorter
    rule = {"all": entry(ratio=1, revenue=["government_fund"])}
    channels = {"bond": channel("debt"), "loan": channel("debt", "market", term=5, rate=D("0.02"), cap={2025: 0})}
    town = Town([new("x", 100, start_year=2025)], channels=channels, funding={"cover": rule}, revenue=[revenue("x", 2030, 110, "government_fund")])
    assert town.solve().starts == {"x": 2025}
    assert town.but(revenue=[revenue("x", 2031, 110, "government_fund")]).solve().starts == {}
    assert town.but(revenue=[revenue("x", 2030, 110, "operating")]).solve().starts == {}
    # a negative year is taken off
    assert town.but(revenue=[revenue("x", 2026, 120, "government_fund"), revenue("x", 2027, -11, "government_fund")]).solve().starts == {}


def test_money_in_place_under_the_channel_counts_where_all_its_leaves_are_in_the_rule() -> None:
    # 110 of revenue cover 100 of principal; 60 are in place of the channel, 40 remain; a rule on one leaf leaves it at 100
    def town(channels: list[str] | None) -> Town:
        bond = channel("debt", sub={"old": entry(cap={2025: 0}), "young": entry()})
        rule = {"r": entry(ratio=1, channels=channels)}
        return Town([carry("d", {2025: 50}, 60, {"bond": 60})], channels={"bond": bond, "cash": channel()}, funding={"cover": rule}, revenue=[revenue("d", 2025, 110)])

    assert town(None).rows("cover") == ["cover(_funding_cover_r__d_0_most): -4000.0 x(d_2025) +1.0 f(d_old_2025) +1.0 f(d_young_2025) <= 0.0"]
    assert town(["young"]).rows("cover") == ["cover(_funding_cover_r__d_0_most): -10000.0 x(d_2025) +1.0 f(d_young_2025) <= 0.0"]
    assert town(None).solve().of("d", "young") <= 40
    town(["young"]).solve()
