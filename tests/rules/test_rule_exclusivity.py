"""Family exclusivity: rows, optimum by hand, binding, removal."""

from __future__ import annotations

from small import Town, carry, four, new

PAIR = {"kind": "exclusive", "project": "a", "other": "b"}
TOWN = Town(four(), relations=[PAIR])


def group(*ids: str) -> list[dict[str, str]]:
    return [{"kind": "exclusive", "project": i, "group": "g"} for i in ids]


def test_rows() -> None:
    assert TOWN.rows("exclusivity") == ["exclusivity(a_b_0): +1.0 x(a_2025) +1.0 x(b_2025) <= 1.0"]
    # every start year counts; beside a carry-over none may start
    two = TOWN.but(relations=group("a", "b"), scenario={"window": 2})
    assert two.rows("exclusivity") == ["exclusivity(g): +1.0 x(a_2025) +1.0 x(a_2026) +1.0 x(b_2025) +1.0 x(b_2026) <= 1.0"]
    assert TOWN.but(relations=group("a", "d")).rows("exclusivity") == ["exclusivity(g): +1.0 x(a_2025) <= 0.0"]


def test_optimum_by_hand() -> None:
    # nothing else binds: c and the better of a (80) and b (60)
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "c": 2025}
    assert answer.objective == 120


def test_binds() -> None:
    assert TOWN.but(relations=group("a", "b", "c")).solve().objective == 80  # one of three
    assert TOWN.but(relations=group("c", "d")).solve().objective == 140  # the carry-over d runs, so c may not start


def test_removed() -> None:
    assert TOWN.but(relations=[]).solve().objective == 180
    assert TOWN.relaxed("exclusivity") == 180


def test_two_carry_overs_of_a_group_stay() -> None:
    town = Town([carry("d", {2025: 10}), carry("e", {2025: 10}), new("x", 10), new("y", 10)], relations=group("d", "e", "x"))
    assert town.solve().starts == {"y": 2025}


def test_a_member_that_is_out_does_not_count() -> None:
    town = Town([new("r", 10, part="reserve"), new("x", 10)], relations=group("r", "x"))
    assert town.solve().starts == {"x": 2025}
