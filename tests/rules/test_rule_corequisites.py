"""Family corequisites: rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from small import Town, carry, entry, four, new

BUDGET = {"main": entry(amount={2025: 190, "later": "open"})}


def group(*ids: str) -> list[dict[str, str]]:
    return [{"kind": "corequisite", "project": i, "group": "g"} for i in ids]


TOWN = Town(four(), budget=BUDGET, relations=group("b", "c"))


def test_rows() -> None:
    assert TOWN.rows("corequisites") == ["corequisites(g_c): +1.0 x(b_2025) -1.0 x(c_2025) = 0.0"]
    # a carry-over is left out of its group; a member that is out bars the others
    assert TOWN.but(relations=group("b", "d")).rows("corequisites") == []
    out = TOWN.but(relations=group("a", "b"), scenario={"force": {"out": ["b"]}})
    assert out.rows("corequisites") == ["corequisites(g_a): +1.0 x(a_2025) <= 0.0"]


def test_optimum_by_hand() -> None:
    # 160 in 2025 beside d: b+c cost 150 and bring 100; a alone brings 80; a+b+c cost 210
    answer = TOWN.solve()
    assert answer.starts == {"b": 2025, "c": 2025}
    assert answer.objective == 100


def test_binds() -> None:
    # a member that is out bars the others
    assert TOWN.but(scenario={"force": {"out": ["b"]}}).solve().starts == {"a": 2025}
    assert TOWN.but(relations=group("a", "c")).solve().objective == 120  # a+c 110; b alone 60


def test_removed() -> None:
    assert TOWN.but(relations=[]).solve().starts == {"a": 2025, "b": 2025}
    assert TOWN.relaxed("corequisites") == 140


def test_together_but_not_in_the_same_year() -> None:
    # b declares 2026: chosen together, started apart
    town = Town([new("a", 10), new("b", 10, start_year=2026)], relations=group("a", "b"), scenario={"window": 2})
    assert set(town.solve().starts) == {"a", "b"}
    assert town.but(scenario={"window": 1}).solve().starts == {}


def test_a_carry_over_is_left_out() -> None:
    town = Town([new("a", 10), new("b", 10, 40), carry("d", {2025: 10})], relations=group("a", "b", "d"), budget={"m": entry(amount={2025: 20})})
    assert town.solve().starts == {}
    assert town.but(budget={"m": entry(amount={2025: 30})}).solve().starts == {"a": 2025, "b": 2025}
