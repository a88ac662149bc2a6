"""Family limits (limits and targets): rows, optimum by hand, binding, removal (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from small import Town, entry, four, new

from renewal_opt.errors import InfeasibleError

NORTH = entry(where={"district": "north"}, at_most={"share": D("0.7"), "of": "plan"})
NUMBER = entry(measure="count", at_least={"value": 1})
SOUTH = entry(where={"district": "south"}, at_least={"value": 50}, **{"from": 2024, "to": 2025})
TOWN = Town(four(), limits={"north": NORTH, "number": NUMBER}, targets={"south": SOUTH})


def test_rows() -> None:
    # north <= 70 % of the plan, carry-over included: 30 % of the north's 100 less 70 % of b's
    assert TOWN.rows("limits") == [
        "limits(_limits_north_most_): +3000.0 x(a_2025) -7000.0 x(b_2025) +3000.0 x(c_2025) +3000.0 x(d_2025) <= 0.0",
        "limits(_limits_number_): +1.0 x(a_2025) +1.0 x(b_2025) +1.0 x(c_2025) +1.0 x(d_2025) >= 1.0",
        "limits(_targets_south_): +10000.0 x(b_2025) >= 5000.0",
    ]


def test_optimum_by_hand() -> None:
    # with all, the north has 300 of 400 = 75 %; with a+b 200 of 300 = 67 %: 140 points. The target asks for b.
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025, "b": 2025}
    assert answer.objective == 140
    use = {u.row: (u.value, u.at_least, u.at_most, u.unit) for u in answer.plan.use if u.family == "limits"}
    assert use == {
        "limits:north": ("2/3", None, "7/10", "share"), "limits:number": ("3", "1", None, "count"),
        "targets:south": ("1000000", "500000", None, "yuan"),
    }  # fmt: skip


def test_binds() -> None:
    assert TOWN.but(limits={"north": NORTH | {"at_most": {"share": D("0.75"), "of": "plan"}}}).solve().objective == 180
    assert TOWN.but(limits={"north": NORTH | {"at_most": {"share": D("0.7499"), "of": "plan"}}}).solve().objective == 140
    # a target that has ended asks for nothing; one that holds needs b, even where b is not worth its place
    budget = {"m": entry(amount={2025: 130, "later": "open"})}
    town = TOWN.but(limits={}, budget=budget)
    assert town.solve().starts == {"b": 2025}
    ended = town.but(targets={"south": SOUTH | {"to": 2024}}).solve()
    assert ended.objective == 80
    use = next(u for u in ended.plan.use if u.row == "targets:south")  # reported, not binding
    assert (use.value, use.at_least, use.at_most, use.binding) == ("0", None, None, False)
    assert use.label.en == "name (target until 2024: at least 0.5000 million yuan, reported only)"
    assert town.but(targets={"south": SOUTH | {"from": 2026}}).solve().objective == 80


def test_removed() -> None:
    assert TOWN.but(limits={"north": NORTH | {"active": False}}).solve().objective == 180
    assert TOWN.relaxed("limits") == 180


def only(limit: dict[str, Any], **more: Any) -> Town:
    return TOWN.but(limits={"l": limit}, targets={}, **more)


def test_of_new_starts() -> None:
    # of the new starts: north 200 of 300 = 67 %; with d left out
    assert only(NORTH | {"at_most": {"share": D("0.67"), "of": "new"}}).solve().objective == 180
    assert only(NORTH | {"at_most": {"share": D("0.66"), "of": "new"}}).solve().objective == 140


def test_of_the_budget() -> None:
    town = only(NORTH | {"at_most": {"share": D("0.5"), "of": "budget"}}, budget={"m": entry(amount={2025: 400, "later": "open"})})
    assert town.solve().objective == 140  # 200 of 400, d included
    assert town.solve().use("limits:l").value == "1/2"


@pytest.mark.parametrize(("of", "column"), [("district", "district"), ("key_area", "key_area"), ("class", "object_class")])
def test_inside_each_group(of: str, column: str) -> None:
    # at most half of the projects of a group may be demolition; group g: x (demolition) and y; group h: z (demolition)
    groups = ("north", "south") if of == "district" else ("g", "h")
    projects = [
        new("x", 10, 90, mode="demolition", **{column: groups[0]}), new("y", 10, 10, mode="other", **{column: groups[0]}),
        new("z", 10, 90, mode="demolition", **{column: groups[1]}), new("w", 10, 20, mode="demolition", **({} if of != "district" else {"district": None})),
    ]  # fmt: skip
    rule = entry(where={"mode": "demolition"}, measure="count", at_most={"share": D("0.5"), "of": of})
    answer = Town(projects, limits={"l": rule}).solve()
    assert set(answer.starts) == {"x", "y", "w"}  # z would be all of its group; w is in no group
    assert {u.row for u in answer.plan.use if u.family == "limits"} == {f"limits:l[{g}]" for g in groups}


def test_columns_as_measures() -> None:
    projects = [new("a", 10, 80, households=300), new("b", 10, 60, households=100), new("c", 10, 40)]
    most = entry(measure="households", at_most={"value": 350})
    town = Town(projects, limits={"l": most})
    answer = town.solve()
    assert set(answer.starts) == {"a", "c"}  # a blank counts as 0
    assert (answer.use("limits:l").unit, answer.use("limits:l").value) == ("number", "300")
    # money columns are measured in 万元, as the policy writes them
    money = [p.model_copy(update={"relocation": v * 10_000 + 1}) for p, v in zip(projects, (30, 10, 5), strict=True)]
    town = town.but(projects=money, limits={"l": entry(measure="relocation", at_most={"value": D("35.0002")})})
    answer = town.solve()
    assert set(answer.starts) == {"a", "c"}  # 30.0001 + 5.0001
    assert (answer.use("limits:l").unit, answer.use("limits:l").value) == ("number", "175001/5000")
    assert town.but(limits={"l": entry(measure="relocation", at_most={"value": D("35.0001")})}).solve().starts != answer.starts


def test_revenue_as_a_measure() -> None:
    rows = [{"project": "a", "year": 2030, "revenue_class": "special", "gross": 0, "pledged_net": 500_000}]
    town = Town([new("a", 10, 0), new("b", 10, 60)], revenue=rows, limits={"l": entry(measure="revenue", at_least={"value": 50})})
    assert set(town.solve().starts) == {"a", "b"}


def test_a_share_without_a_number_this_year_asks_nothing() -> None:
    rule = NORTH | {"at_most": {"share": {2026: D("0.1")}, "of": "plan"}}
    answer = only(rule).solve()
    assert answer.objective == 180
    assert [u for u in answer.plan.use if u.family == "limits"] == []


def test_an_empty_sum_against_a_least_value_is_an_error() -> None:
    with pytest.raises(InfeasibleError) as error:
        TOWN.but(scenario={"force": {"out": ["b"]}}).solve()
    assert [(c.family, c.row) for c in error.value.conflict] == [("limits", "targets:south")]
    # in sum, not project by project: more than there is
    with pytest.raises(InfeasibleError) as error:
        only(entry(where={"district": "south"}, at_least={"value": 101})).solve()
    assert {c.family for c in error.value.conflict} == {"limits"}
