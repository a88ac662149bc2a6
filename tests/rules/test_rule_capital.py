"""Family capital: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from small import Town, carry, channel, entry, four, new

NORTH = entry(where={"district": "north"}, at_least=D("0.2"))
SOUTH = entry(where={"district": "south"}, at_least=D("0.3"), per="project", also_capital=["loan"])
PROJECTS = [*four()[:3], carry("d", {2025: 30, 2026: 20}, 50, {"equity": 5})]


def channels(equity_2025: int = 20) -> dict[str, Any]:
    return {"equity": channel("capital", "market", cap={2025: equity_2025, 2026: 30}), "loan": channel("debt", "market")}


TOWN = Town(PROJECTS, channels=channels(), funding={"capital": {"north": NORTH, "south": SOUTH}})


def test_rows() -> None:
    # a fifth of every year for a and c; the carry-over d needs 20 of its 100, has 5 in place; b needs 30 on the whole,
    # where loans are on its positive list
    assert TOWN.rows("capital") == [
        "capital(_funding_capital_north__a_2025_least): -1200.0 x(a_2025) +1.0 f(a_equity_2025) >= 0.0",
        "capital(_funding_capital_north__a_2026_least): -800.0 x(a_2025) +1.0 f(a_equity_2026) >= 0.0",
        "capital(_funding_capital_north__c_2025_least): -1000.0 x(c_2025) +1.0 f(c_equity_2025) >= 0.0",
        "capital(_funding_capital_north__c_2026_least): -1000.0 x(c_2025) +1.0 f(c_equity_2026) >= 0.0",
        "capital(_funding_capital_north__d_0_least): -1500.0 x(d_2025) +1.0 f(d_equity_2025) +1.0 f(d_equity_2026) >= 0.0",
        "capital(_funding_capital_south__b_0_least): -3000.0 x(b_2025) +1.0 f(b_equity_2025) +1.0 f(b_loan_2025) >= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # equity 2025: a 12 + c 10 = 22 > 20, so one of the two (a); d takes its 15 from what is left: 8 in 2025 and
    # 30 - 8 (a) = 22 in 2026. b needs no equity. 80 + 60 = 140.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    assert (answer.of("a", "equity", 2025) >= 12, answer.of("a", "equity", 2026) >= 8, answer.of("d", "equity") >= 15) == (True,) * 3


def test_binds() -> None:
    # 22 in 2025 are enough for a and c; d finds 30 - 8 - 10 = 12 in 2026 and needs 3 more: 25 in 2025
    assert TOWN.but(channels=channels(24)).solve().objective == 140
    assert TOWN.but(channels=channels(25)).solve().objective == 180
    # without its positive list b needs 30 equity, of 20 in 2025: it cannot start; a and d remain
    bare = {key: v for key, v in SOUTH.items() if key != "also_capital"}
    assert TOWN.but(funding={"capital": {"north": NORTH, "south": bare}}).solve().objective == 80


def test_removed() -> None:
    assert TOWN.but(funding={"capital": {"north": NORTH | {"active": False}, "south": SOUTH | {"active": False}}}).solve().objective == 180
    assert TOWN.relaxed("capital") == 180


def test_the_largest_ratio_counts() -> None:
    # x matches both rules: 0.3 on the whole and not 0.2 a year: equity may come all in the second year
    rules = {"low": entry(where={}, at_least=D("0.2")), "high": entry(where={"district": "north"}, at_least=D("0.3"), per="project")}
    town = Town([new("x", [50, 50])], channels={"equity": channel("capital", cap={2025: 0, 2026: 30}), "loan": channel("debt")}, funding={"capital": rules})
    assert town.solve().starts == {"x": 2025}
    assert town.but(channels={"equity": channel("capital", cap={2025: 30, 2026: 29}), "loan": channel("debt", cap={2025: 20, 2026: 80})}).solve().starts == {"x": 2025}
    assert town.but(channels={"equity": channel("capital", cap={2025: 0, 2026: 29}), "loan": channel("debt")}).solve().starts == {}


def test_the_year_wins_between_equal_ratios() -> None:
    rules = {"whole": entry(where={}, at_least=D("0.3"), per="project"), "year": entry(where={}, at_least=D("0.3"))}
    town = Town([new("x", [50, 50])], channels={"equity": channel("capital", cap={2025: 14, 2026: 50}), "loan": channel("debt")}, funding={"capital": rules})
    assert town.solve().starts == {}
    assert town.but(funding={"capital": {"whole": rules["whole"]}}).solve().starts == {"x": 2025}


def test_a_rule_that_has_ended_gives_no_positive_list() -> None:
    # the second rule ended in 2024: its bonds no longer count as capital
    ended = {2020: D("0.1"), 2024: {"value": None, "source": {"kind": "state", "document": "end"}}}
    rules = {"now": entry(where={}, at_least=D("0.2")), "past": entry(where={}, at_least=ended, also_capital=["bond"])}
    channels = {"bond": channel("debt"), "equity": channel("capital", cap={2025: 10})}
    town = Town([new("x", 100)], channels=channels, funding={"capital": rules})
    assert town.solve().starts == {}
    assert town.but(funding={"capital": rules | {"past": rules["past"] | {"at_least": D("0.1")}}}).solve().starts == {"x": 2025}
