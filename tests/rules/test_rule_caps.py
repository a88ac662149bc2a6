"""Family caps: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from small import Town, channel, entry, four

NORTH = entry(channels=["cash"], where={"district": "north"}, amount=230, already_used=60)
DEBT = entry(counts_as="debt", each_year=True, amount=30)
CHANNELS = {"cash": channel(), "loan": channel("debt", "market", eligible={"district": "north"})}
TOWN = Town(four(), channels=CHANNELS, funding={"caps": {"north": NORTH, "debt": DEBT}})


def test_rows() -> None:
    # 230 - 60 used outside the library = 170 over all years; debt 30 in each year; b lies in the south
    assert TOWN.rows("caps") == [
        "caps(_caps_north_): +1.0 f(a_cash_2025) +1.0 f(a_cash_2026) +1.0 f(c_cash_2025) +1.0 f(c_cash_2026) +1.0 f(d_cash_2025)"
        " +1.0 f(d_cash_2026) <= 17000.0",
        "caps(_caps_debt(2025)_): +1.0 f(a_loan_2025) +1.0 f(c_loan_2025) +1.0 f(d_loan_2025) <= 3000.0",
        "caps(_caps_debt(2026)_): +1.0 f(a_loan_2026) +1.0 f(c_loan_2026) +1.0 f(d_loan_2026) <= 3000.0",
    ]


def test_optimum_by_hand() -> None:
    # the north may have 170 cash and 30 + 30 loan = 230; d takes 50, so 180 are left for a (100) and c (100): one of
    # them. b is free of both caps. Best: a + b = 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert answer.use("caps:north").at_most == "1700000"


def test_binds() -> None:
    # each cap by itself leaves all three: debt then is free, or cash is
    assert TOWN.but(funding={"caps": {"north": NORTH}}).solve().objective == 180
    assert TOWN.but(funding={"caps": {"debt": DEBT}}).solve().objective == 180
    # 40 of debt a year make 250, exactly what a, c and d need
    assert TOWN.but(funding={"caps": {"north": NORTH, "debt": DEBT | {"amount": 40}}}).solve().objective == 180
    assert TOWN.but(funding={"caps": {"north": NORTH, "debt": DEBT | {"amount": 39}}}).solve().objective == 140


def test_removed() -> None:
    assert TOWN.but(funding={"caps": {"north": NORTH | {"active": False}, "debt": DEBT | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("caps") == 180


def test_years_that_are_added_up() -> None:
    # 2026 alone: a 40 + c 50 + d 20 = 110 > 109
    later = entry(side="government", years=[2026], amount=109)
    town = Town(four(), funding={"caps": {"later": later}})
    assert town.solve().objective == 140
    assert town.but(funding={"caps": {"later": later | {"amount": 110}}}).solve().objective == 180
