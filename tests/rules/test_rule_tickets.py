"""Family tickets: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from typing import Any

from small import Town, carry, channel, entry, four, new


def loan(least: int | None = 40, most: int | None = 50, **more: Any) -> dict[str, Any]:
    ticket = {"at_least": least, "at_most": most} if (least, most) != (None, None) else None
    return channel("debt", "market", eligible={"district": "north"}, ticket=ticket, **more)


CASH = channel(cap={2025: 130, 2026: 60})
TOWN = Town(four(), channels={"cash": CASH, "loan": loan()})


def test_rows() -> None:
    assert TOWN.rows("tickets") == [
        "tickets(a_loan_least): +1.0 f(a_loan_2025) +1.0 f(a_loan_2026) -4000.0 u(a_loan) >= 0.0",
        "tickets(a_loan_most): +1.0 f(a_loan_2025) +1.0 f(a_loan_2026) -5000.0 u(a_loan) <= 0.0",
        "tickets(c_loan_least): +1.0 f(c_loan_2025) +1.0 f(c_loan_2026) -4000.0 u(c_loan) >= 0.0",
        "tickets(c_loan_most): +1.0 f(c_loan_2025) +1.0 f(c_loan_2026) -5000.0 u(c_loan) <= 0.0",
        "tickets(d_loan_least): +1.0 f(d_loan_2025) +1.0 f(d_loan_2026) -4000.0 u(d_loan) >= 0.0",
        "tickets(d_loan_most): +1.0 f(d_loan_2025) +1.0 f(d_loan_2026) -5000.0 u(d_loan) <= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # all need 350, cash brings 190, so loans 160, but three tickets of 50 are 150. a+b with d need 190 in 2025: 60 of
    # loans, a and d 40 to 50 each, and 60 in 2026, which cash can pay: 140 points.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert all(answer.of(p, "loan") in (0, *range(40, 51)) for p in "abd")
    assert answer.of(channel="loan", year=2025) >= 60


def test_binds() -> None:
    # d has 50 to pay, so a and c must take 110 of the 160 that cash does not bring: tickets of 55
    assert TOWN.but(channels={"cash": CASH, "loan": loan(most=54)}).solve().objective == 140
    assert TOWN.but(channels={"cash": CASH, "loan": loan(most=55)}).solve().objective == 180


def test_removed() -> None:
    assert TOWN.but(channels={"cash": CASH, "loan": loan(None, None)}).solve().objective == 180
    assert TOWN.relaxed("tickets") == 180


def test_nothing_or_at_least_the_ticket() -> None:
    # x (50) has 45 of cash and needs 5 of loans; loans bring 8 a year, a ticket is 10
    small = {"cash": channel(cap={2025: 45}), "loan": loan(10, None, cap={2025: 8})}
    town = Town([new("x", 50)], channels=small)
    assert town.solve().starts == {}
    assert town.but(channels=small | {"loan": loan(8, None, cap={2025: 8})}).solve().of("x", "loan") == 8
    # y (45) takes no loan and is not asked
    assert town.but(projects=[new("y", 45)]).solve().money == {("y", "cash", 2025): 45}


def test_the_ticket_may_fall_in_several_years() -> None:
    town = Town([new("x", [30, 30])], channels={"loan": loan(60, 60)})
    assert town.solve().starts == {"x": 2025}
    assert town.but(channels={"loan": loan(60, 60), "cash": channel(cap={2025: 1, 2026: 0})}).solve().of("x", "loan") == 60
    assert town.but(channels={"loan": loan(61, 70)}).solve().starts == {}


def test_sub_channels_are_one_ticket() -> None:
    subs = {"first": entry(cap={2025: 30}), "second": entry(cap={2025: 30})}
    town = Town([new("x", 60)], channels={"loan": loan(60, 60, sub=subs)})
    assert town.solve().money == {("x", "first", 2025): 30, ("x", "second", 2025): 30}


def test_a_carry_over_with_money_in_place() -> None:
    # d needs 5 of loans: no least amount, as 30 are in place, and at most 50 - 30 = 20
    channels = {"cash": channel(cap={2025: 45}), "loan": loan(40, 50)}
    town = Town([carry("d", {2025: 50}, 50, {"loan": 30})], channels=channels)
    assert town.rows("tickets") == ["tickets(d_loan_most): +1.0 f(d_loan_2025) <= 2000.0"]
    assert 5 <= town.solve().of("d", "loan") <= 20


def test_one_yuan_below_the_ticket_at_the_size_of_the_tolerance() -> None:
    def town(yuan: int) -> Town:
        return Town([new("x", yuan=[yuan])], channels={"loan": loan(500_000, None)})

    assert town(5_000_000_000).solve().starts == {"x": 2025}
    assert town(4_999_999_999).solve().starts == {}
