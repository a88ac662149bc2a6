"""Family channels: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from small import Town, channel, entry, four, new

FUND = {"central": entry(cap={2025: 20, "later": "open"}), "local": entry()}
CASH = channel(cap={2025: 120, 2026: 60})
TOWN = Town(four(), channels={"cash": CASH, "fund": channel(cap={2025: 50, "later": "last"}, sub=FUND)})


def test_rows() -> None:
    # one row a channel and year with a number; the sub-channels of fund share its 50, central has 20 in 2025 alone
    assert TOWN.rows("channels") == [
        "channels(_channels_cash(2025)_): +1.0 f(a_cash_2025) +1.0 f(b_cash_2025) +1.0 f(c_cash_2025) +1.0 f(d_cash_2025) <= 12000.0",
        "channels(_channels_cash(2026)_): +1.0 f(a_cash_2026) +1.0 f(c_cash_2026) +1.0 f(d_cash_2026) <= 6000.0",
        "channels(_channels_fund(2025)_): +1.0 f(a_central_2025) +1.0 f(a_local_2025) +1.0 f(b_central_2025) +1.0 f(b_local_2025)"
        " +1.0 f(c_central_2025) +1.0 f(c_local_2025) +1.0 f(d_central_2025) +1.0 f(d_local_2025) <= 5000.0",
        "channels(_channels_fund(2026)_): +1.0 f(a_central_2026) +1.0 f(a_local_2026) +1.0 f(c_central_2026) +1.0 f(c_local_2026)"
        " +1.0 f(d_central_2026) +1.0 f(d_local_2026) <= 5000.0",
        "channels(_channels_central(2025)_): +1.0 f(a_central_2025) +1.0 f(b_central_2025) +1.0 f(c_central_2025) +1.0 f(d_central_2025) <= 2000.0",
    ]


def test_optimum_by_hand() -> None:
    # 2025: 120 + 50 = 170, less d 30: 140 for a 60, b 100, c 50. 2026: 60 + 50 = 110, less d 20: 90 for a 40, c 50.
    # a+b need 160 > 140; a+c need 110 in 2025 and exactly 90 in 2026: 80 + 40 = 120. b+c need 150 > 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "c": 2025}
    assert answer.objective == 120
    assert (answer.of(channel="cash", year=2026), answer.of(year=2026)) == (60, 110)
    assert answer.use("channels:cash[2026]").binding


def test_binds() -> None:
    assert TOWN.but(channels={"cash": CASH, "fund": channel(sub=FUND)}).solve().objective == 180
    # 1 万元 less in 2026 and a+c no longer fit; a alone is 80
    assert TOWN.but(channels={"cash": channel(cap={2025: 120, 2026: 59}), "fund": channel(cap={2025: 50, "later": "last"}, sub=FUND)}).solve().objective == 80


def test_removed() -> None:
    assert TOWN.but(channels={"cash": channel()}).solve().objective == 180
    assert TOWN.relaxed("channels") == 180


def test_sub_channels_by_themselves() -> None:
    # central alone: a needs 60 in 2025 and 20 are there
    subs = {"central": entry(cap={2025: 20, "later": "open"}), "local": entry(eligible={"district": "south"})}
    answer = TOWN.but(channels={"fund": channel(sub=subs)}, projects=four()[:3]).solve()
    assert answer.starts == {"b": 2025}


def test_a_surplus_is_carried() -> None:
    # caps 60, 60; x spends 40 + 80. By year 80 > 60; with carry-over 40 <= 60 and 120 <= 120: fits exactly.
    project = [new("x", [40, 80])]
    assert Town(project, channels={"cash": channel(cap={2025: 60, "later": "last"})}).solve().starts == {}
    town = Town(project, channels={"cash": channel(cap={2025: 60, "later": "last"}, carry_surplus="yes")})
    assert town.rows("channels")[1] == "channels(_channels_cash(2026)_): +1.0 f(x_cash_2025) +1.0 f(x_cash_2026) <= 12000.0"
    answer = town.solve()
    assert answer.starts == {"x": 2025}
    assert answer.use("channels:cash[2026]").at_most == "1200000"


def test_money_without_any_cap_is_said_to_mean_nothing() -> None:
    two = {"cash": channel(), "gift": channel()}
    kinds = lambda channels: [w.kind for w in Town([new("a", 100, 80)], channels=channels).solve().plan.warnings]  # noqa: E731
    assert "no_caps" in kinds(two)
    assert "no_caps" not in kinds(two | {"gift": channel(cap={2025: 100})})
    assert "no_caps" not in kinds({"cash": channel()})  # one channel: there is nothing to divide
