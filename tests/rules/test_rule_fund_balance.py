"""Family fund_balance: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from small import WAN, Town, carry, channel, entry, new, revenue

#: a loan of two years at 5 %: 1.10 repaid per 元 drawn
LOAN = channel("debt", "market")
#: a earns 220 and can repay a loan of 200, b earns nothing: alone it must be paid in cash
PROJECTS = [new("a", 100, 80, coord_area="g"), new("b", 100, 60, coord_area="g"), new("c", 100, 40, district="south")]
EARNED = [revenue("a", 2026, 220)]


def town(level: str, cash: int = 0, **more: object) -> Town:
    """Return the town with a balance at one level; cash of 2025 is capped."""
    rule = entry(level=level, ratio=1, **more)
    return Town(PROJECTS, channels={"cash": channel(cap={2025: cash}), "loan": LOAN}, funding={"fund_balance": {"r": rule}}, revenue=EARNED)


def test_rows() -> None:
    # 220 are 22,000 of the solver's units of 100 元
    assert town("area").rows("fund_balance") == [
        "fund_balance(_fund_balance_r(g)_least_): +22000.0 x(a_2025) -1.1 f(a_loan_2025) -1.1 f(b_loan_2025) >= 0.0"
    ]


def test_optimum_by_hand() -> None:
    # no cash: by project a alone can borrow; in its area a's 220 repay 1.10 x 200 of a and b; the district's too; the city has
    # no more to repay c with
    assert town("project").solve().starts == {"a": 2025}
    for level in ("area", "district", "city"):
        answer = town(level).solve()
        if level == "area":  # c stands in no area and may borrow freely
            assert set(answer.starts) == {"a", "b", "c"}
        else:
            assert answer.starts == {"a": 2025, "b": 2025}
    use = town("city").solve().use("fund_balance:r")
    assert (use.unit, use.value, use.at_least, use.binding) == ("yuan", "2200000", "2200000", True)


def test_binds() -> None:
    # 100 of cash in place of loans frees 110 of revenue: the third project is paid, to the 元
    assert set(town("city", 100).solve().starts) == {"a", "b", "c"}
    assert set(town("city", 99).solve().starts) == {"a", "b"}


def test_removed() -> None:
    off = town("city", active=False)
    assert set(off.solve().starts) == {"a", "b", "c"}
    assert town("city").relaxed("fund_balance") == 180


def test_of_cost() -> None:
    # whole cost: 220 of revenue and grants of 100 against 300 of investment and 10 % interest on loans: 200 x 0.10 = 20
    assert set(town("city", 100, of="cost").solve().starts) == {"a", "b", "c"}
    assert set(town("city", 99, of="cost").solve().starts) == {"a", "b"}
    # two projects: 200 and 20 of interest are just what a earns
    assert set(town("city", 0, of="cost").solve().starts) == {"a", "b"}


@pytest.mark.parametrize(("basis", "starts"), [("static", {"a", "b"}), (None, {"a", "b"}), ("dynamic", {"a", "b", "c"})])
def test_interest_of_building_time_counts_once(basis: str | None, starts: set[str]) -> None:
    # cash of 99 and loans of 201: 220 + 99 against 300 + 20.1. Where the 300 hold 2 of interest already, against 298 + 20.1
    dearer = [*PROJECTS[:2], PROJECTS[2].model_copy(update={"idc": 2 * WAN})]
    city = Town(dearer, channels={"cash": channel(cap={2025: 99}), "loan": LOAN}, funding={"fund_balance": {"r": entry(level="city", ratio=1, of="cost")}}, revenue=EARNED)
    city.library = city.library.model_copy(update={"investment_basis": basis})
    assert set(city.solve().starts) == starts


@pytest.mark.parametrize(("placed", "starts"), [(0, {"a", "b"}), (50, {"a"})])
def test_debt_in_place_is_repaid_first(placed: int, starts: set[str]) -> None:
    # the carry-over's own loan of 50 takes 55 of the 220
    rule = entry(level="city", ratio=1)
    running = carry("k", {2025: 10}, spent=50, in_place={"loan" if placed else "cash": 50})
    channels = {"cash": channel(cap={2025: 10}), "loan": LOAN}
    answer = Town([*PROJECTS, running], channels=channels, funding={"fund_balance": {"r": rule}}, revenue=EARNED).solve()
    assert set(answer.starts) == starts


def test_a_district_counts_shares() -> None:
    # half of a's 220 lie in the south: 110 repay one loan of 100 there, half of a's own among it
    split = [PROJECTS[0].model_copy(update={"district": None, "district_shares": {"north": D(50), "south": D(50)}}), *PROJECTS[1:]]
    rule = entry(level="district", ratio=1)
    answer = Town(split, channels={"cash": channel(cap={2025: 0}), "loan": LOAN}, funding={"fund_balance": {"r": rule}}, revenue=EARNED).solve()
    assert set(answer.starts) == {"a"}  # 55 left on each side: neither b nor c is paid whole
    with_cash = Town(split, channels={"cash": channel(cap={2025: 50}), "loan": LOAN}, funding={"fund_balance": {"r": rule}}, revenue=EARNED).solve()
    assert set(with_cash.starts) == {"a", "b"}
