"""Family precedence: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from typing import Any

import pytest
from small import Town, carry, entry, four, new

BUDGET = {"main": entry(amount={2025: 190, "later": "open"})}
FIRST_C = {"kind": "precedence", "project": "c", "other": "a"}
TOWN = Town(four(), budget=BUDGET, relations=[FIRST_C])


def test_rows() -> None:
    assert TOWN.rows("precedence") == ["precedence(c_a_2025_0): +1.0 x(a_2025) -1.0 x(c_2025) <= 0.0"]
    # two start years and a lag of one: a in 2025 is barred, in 2026 it needs c in 2025
    lag = TOWN.but(projects=four()[:3], relations=[FIRST_C | {"lag": 1}], scenario={"window": 2})
    assert lag.rows("precedence") == [
        "precedence(c_a_2025_0): +1.0 x(a_2025) <= 0.0",
        "precedence(c_a_2026_0): +1.0 x(a_2026) -1.0 x(c_2025) <= 0.0",
    ]


def test_optimum_by_hand() -> None:
    # 190 - 30 (d) = 160 in 2025: a 60, b 100, c 50. a brings c along: a+c = 110: 120 points. b+c is 150: 100 points.
    # a+b (140 points) is barred, a+b+c 210 too dear.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "c": 2025}
    assert answer.objective == 120


def test_binds() -> None:
    assert TOWN.but(relations=[]).solve().starts == {"a": 2025, "b": 2025}
    # the other way round c waits for a and is not wanted anyway
    assert TOWN.but(relations=[{"kind": "precedence", "project": "a", "other": "c"}]).solve().objective == 140


def test_removed() -> None:
    assert TOWN.but(relations=[]).solve().objective == 140
    assert TOWN.relaxed("precedence") == 140


def test_a_lag_over_two_start_years() -> None:
    # b one year after c: c in 2025, b in 2026
    town = Town(four()[:3], relations=[{"kind": "precedence", "project": "c", "other": "b", "lag": 1}], scenario={"window": 2})
    starts = town.solve().starts
    assert (starts["c"], starts["b"]) == (2025, 2026)
    assert town.but(scenario={"window": 1}).solve().objective == 120


@pytest.mark.parametrize(("lag", "started", "may"), [(0, 2026, False), (0, 2025, True), (1, 2025, False), (1, 2024, True), (9, None, True)])
def test_a_carry_over_counts_from_its_own_start(lag: int, started: int | None, may: bool) -> None:
    relation: dict[str, Any] = {"kind": "precedence", "project": "d", "other": "x", "lag": lag}
    town = Town([new("x", 10), carry("d", {2025: 10}, 10, start_year=started)], relations=[relation])
    assert town.solve().starts == ({"x": 2025} if may else {})


def test_a_predecessor_that_is_out_bars() -> None:
    relation = {"kind": "precedence", "project": "r", "other": "x"}
    town = Town([new("x", 10), new("r", 10, part="reserve")], relations=[relation])
    assert town.solve().starts == {}
    # a successor that runs already is not asked
    running = {"kind": "precedence", "project": "r", "other": "d"}
    assert Town([new("x", 10), new("r", 10, part="reserve"), carry("d", {2025: 10})], relations=[running]).solve().starts == {"x": 2025}
