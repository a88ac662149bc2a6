"""Family reserved: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D

from small import Town, channel, entry, four, new

CAP = entry(channels=["cash"], where={"district": "south"}, at_least=D("0.3"))
USE = entry(channels=["loan"], where={"district": "south"}, at_least=D("0.6"), of="use")
CHANNELS = {"cash": channel(cap={2025: 200, 2026: 100}), "loan": channel("debt", "market", cap={2025: 40, 2026: 40})}
TOWN = Town(four(), channels=CHANNELS, funding={"reserved": {"south": CAP, "use": USE}})


def test_rows() -> None:
    # the north may use 70 % of each year's cash; of the loans at least 60 % go to b
    assert TOWN.rows("reserved") == [
        "reserved(_reserved_south(cash_2025)_): +1.0 f(a_cash_2025) +1.0 f(c_cash_2025) +1.0 f(d_cash_2025) <= 14000.0",
        "reserved(_reserved_south(cash_2026)_): +1.0 f(a_cash_2026) +1.0 f(c_cash_2026) +1.0 f(d_cash_2026) <= 7000.0",
        "reserved(_reserved_use_least_): -0.6 f(a_loan_2025) -0.6 f(a_loan_2026) +0.4 f(b_loan_2025) -0.6 f(c_loan_2025)"
        " -0.6 f(c_loan_2026) -0.6 f(d_loan_2025) -0.6 f(d_loan_2026) >= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # all: 2026 needs 110 in the north: 70 cash and 40 loans; then b's loans, at most 40, are half of all: 50 % < 60 %.
    # a+b: 2025 190 of 200, 2026 60 of 70: no loan is needed. 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert 10 * answer.of("b", "loan") >= 6 * answer.of(channel="loan")


def test_binds() -> None:
    # half for the south is met exactly by 40 of 80
    half = TOWN.but(funding={"reserved": {"south": CAP, "use": USE | {"at_least": D("0.5")}}})
    answer = half.solve()
    assert answer.objective == 180
    assert (answer.of("b", "loan"), answer.of(channel="loan")) == (40, 80)
    assert half.but(funding={"reserved": {"south": CAP, "use": USE | {"at_least": D("0.500001")}}}).solve().objective == 140


def test_removed() -> None:
    # without the reserved cash, 10 of loans in 2026 are enough, and b takes 15; without the reserved use the 40 are free
    assert TOWN.but(funding={"reserved": {"south": CAP | {"active": False}, "use": USE}}).solve().objective == 180
    assert TOWN.but(funding={"reserved": {"south": CAP, "use": USE | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("reserved") == 180


def test_the_rest_of_a_cap_is_whole_yuan_rounded_down() -> None:
    # two thirds of 100 元 (0.01 万元): 66.66, so 66
    def town(yuan: int) -> Town:
        rule = entry(channels=["cash"], where={"district": "south"}, at_least=D("0.3333"))
        return Town([new("x", yuan=[yuan])], channels={"cash": channel(cap={2025: D("0.01")})}, funding={"reserved": {"r": rule}})

    assert town(66).rows("reserved") == ["reserved(_reserved_r(cash_2025)_): +1.0 f(x_cash_2025) <= 66.0"]
    assert town(66).solve().starts == {"x": 2025}
    assert town(67).solve().starts == {}


def test_a_sub_channel_has_its_own_cap() -> None:
    subs = {"city": entry(cap={2025: 50, 2026: 50}), "state": entry()}
    rule = entry(channels=["city", "state"], where={"district": "south"}, at_least=1)
    town = Town(four(), channels={"cash": channel(sub=subs)}, funding={"reserved": {"r": rule}})
    # state has no cap of its own: no row; all of city is kept for the south
    assert [r.split(":")[0] for r in town.rows("reserved")] == ["reserved(_reserved_r(city_2025)_)", "reserved(_reserved_r(city_2026)_)"]
    answer = town.solve()
    assert answer.objective == 180
    assert sum(answer.of(p, "city") for p in "acd") == 0
