"""Family debt_service: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from small import Town, carry, channel, entry, four, new

from renewal_opt.errors import InputError

DUE = entry(amount={2026: 100, 2027: 55, 2028: 110, "later": "open"})
CHANNELS = {"cash": channel(cap={2025: 160, 2026: 60}), "bond": channel("debt")}
TOWN = Town(four(), channels=CHANNELS, funding={"debt_service": {"due": DUE}})


def test_rows() -> None:
    # two-year bullets at 5 %: 1.1 two years after each drawing; nothing is due in 2026
    assert TOWN.rows("debt_service") == [
        "debt_service(_debt_service_due(2027)_): +1.1 f(a_bond_2025) +1.1 f(b_bond_2025) +1.1 f(c_bond_2025) +1.1 f(d_bond_2025) <= 5500.0",
        "debt_service(_debt_service_due(2028)_): +1.1 f(a_bond_2026) +1.1 f(c_bond_2026) +1.1 f(d_bond_2026) <= 11000.0",
    ]


def test_optimum_by_hand() -> None:
    # bonds of 2025 may be 55 / 1.1 = 50: 210 with the cash. All need 240; a+b+d 190; so a + b = 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert answer.of(channel="bond", year=2025) <= 50


def test_binds() -> None:
    # 80 of bonds in 2025 for all three: 88 due in 2027, and 50 in 2026: 55 due in 2028
    def town(y2027: str, y2028: str) -> Town:
        return TOWN.but(funding={"debt_service": {"due": DUE | {"amount": {2026: 0, 2027: D(y2027), 2028: D(y2028), "later": "open"}}}})

    assert town("88", "55").solve().objective == 180
    assert town("87.99", "55").solve().objective == 140
    assert town("88", "54.99").solve().objective == 140


def test_removed() -> None:
    assert TOWN.but(funding={"debt_service": {"due": DUE | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("debt_service") == 180


@pytest.mark.parametrize(
    ("form", "rate", "due"),
    [
        # 100 万元 drawn in 2025 over two years at 10 %: what is due in 2026 and 2027, rounded up to 0.01 万元
        ("annuity", "0.1", ("57.62", "57.62")),  # 0.1 / (1 - 1 / 1.21) = 0.1 * 1.21 / 0.21 = 0.57619
        ("annuity", "0", ("50", "50")),
        ("equal_principal", "0.1", ("60", "55")),  # 50 + 10 % of 100; 50 + 10 % of the remaining 50
        ("bullet", "0.1", ("0", "120")),  # simple interest at the end
        ("interest_then_bullet", "0.1", ("10", "110")),
    ],
)
def test_forms_of_repayment(form: str, rate: str, due: tuple[str, str]) -> None:
    def town(first: D, second: D) -> Town:
        rule = entry(amount={2026: first, 2027: second, "later": "open"})
        bond = channel("debt", rate=D(rate), term=2, repayment=form)
        return Town([new("x", 100)], channels={"bond": bond}, funding={"debt_service": {"due": rule}})

    first, second = map(D, due)
    answer = town(first, second).solve()
    assert answer.starts == {"x": 2025}
    listed = [u.row for u in answer.plan.use if u.family == "debt_service"]
    assert listed == [f"debt_service:due[{y}]" for y, v in ((2026, first), (2027, second)) if v]  # rows with money alone
    assert town(first, second - D("0.01")).solve().starts == {}
    if first:
        assert town(first - D("0.01"), second).solve().starts == {}


def test_sides_and_carry_overs() -> None:
    # only the government's debt counts: x turns to loans; the carry-over's new drawing counts, money in place does not
    channels: dict[str, Any] = {"bond": channel("debt"), "loan": channel("debt", "market", cap={2025: 20})}
    rule = entry(side="government", amount={2026: 0, 2027: 44, "later": "open"})
    town = Town([new("x", 30), carry("d", {2025: 30}, 70, {"bond": 70})], channels=channels, funding={"debt_service": {"r": rule}})
    answer = town.solve()
    assert (answer.starts, answer.of(channel="bond")) == ({"x": 2025}, 40)
    assert town.but(projects=[new("x", 31), carry("d", {2025: 30}, 70, {"bond": 70})]).solve().starts == {}


def test_a_year_without_a_number_is_an_error() -> None:
    with pytest.raises(InputError, match=r"debt_service\.due\.amount.*2026"):
        TOWN.but(funding={"debt_service": {"due": DUE | {"amount": {2027: 55}}}}).solve()
