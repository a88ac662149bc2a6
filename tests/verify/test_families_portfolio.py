"""Each family on the portfolio: a plan that holds, one broken in exactly that family, and both sides of the bound."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

import pytest
from handmade import Town, Y, carry, channel, entry, make_policy, project, wan
from oracle import plan_of

FISCAL = {"fiscal": 1000}


def at(year=Y):
    """Return the start of a 1000 元 project in a year."""
    return (year, {"fiscal": {year: 1000}})


K = (None, {"fiscal": 400})


def only(breaches):
    """Return the single breach."""
    assert len(breaches) == 1, breaches
    return breaches[0]


# commitments --------------------------------------------------------------------------------------------------
def test_commitments_carry_overs_stay_and_starts_lie_in_the_window():
    town = Town([project("a", start_year=Y + 1), project("b", start_year=Y - 3), carry("k")], window=2)
    town.holds(a=at(Y + 1), b=at(), k=K)
    town.holds(b=at(Y + 1), k=K)
    assert [(b.project, b.kind) for b in town.fails("commitments", b=at())] == [("k", "missing")]
    early = only(town.fails("commitments", a=at(), k=K))
    assert (early.project, early.year, early.bound, early.rule) == ("a", Y, Y + 1, "chosen.start")
    assert only(town.fails("commitments", b=at(Y + 2), k=K)).kind == "above"
    assert only(town.fails("commitments", b=at(Y - 1), k=K)).kind == "below"
    plan = town.plan(b=at(), k=K).model_dump()
    plan["chosen"][1]["start"] = Y
    assert [b.rule for b in town.judge(plan_of(plan))["commitments"]] == ["chosen.start"]
    plan = town.plan(b=at(), k=K).model_dump()
    plan["chosen"][0]["start"] = None
    assert ("chosen.start", "missing") in {(b.rule, b.kind) for b in town.judge(plan_of(plan))["commitments"]}


def test_commitments_only_passed_candidates_of_the_right_part():
    screening = {"requirements": {"consent": entry(column="consent", accept=[">= 50"])}}
    bad = [project("low", consent=D(49)), project("blank", consent=None), project("out"), project("r", part="reserve"), project("w", part="withdrawn")]
    town = Town([project("a"), *bad], make_policy(screening=screening), force={"out": ["out"]})
    town.holds(a=at())
    for p in bad:
        plan = town.plan(a=at()).model_dump()
        row = {"id": p.id, "name": p.name, "part": "new_start", "start": Y, "investment": 1000, "score": "50", "money": [{"channel": "fiscal", "year": Y, "yuan": 1000}]}
        plan["chosen"] = [*plan["chosen"], row]
        breach = only(town.judge(plan_of(plan))["commitments"])
        assert breach.project == p.id
        assert breach.rule == {"low": "screening", "blank": "screening", "out": "scenario.force.out"}.get(p.id, "chosen.part")
        assert not town.oracle.right(plan_of(plan))
    twice = town.plan(a=at()).model_dump()
    twice["chosen"] = [*twice["chosen"], twice["chosen"][0] | {"id": "ghost"}, twice["chosen"][0]]
    assert [(b.project, b.kind) for b in town.judge(plan_of(twice))["commitments"]] == [("a", "above"), ("ghost", "unknown"), ("a", "above")]


def test_commitments_forced_in():
    town = Town([project("a"), project("b")], force={"in": ["a"]})
    assert town.holds(a=at()).chosen[0].forced
    assert only(town.fails("commitments", b=at())).rule == "scenario.force.in"


# precedence ---------------------------------------------------------------------------------------------------
def test_precedence_with_lag():
    relations = [{"kind": "precedence", "project": a, "other": b, "lag": lag} for a, b, lag in (("a", "b", 1), ("k", "c", 2), ("u", "c", 5), ("a", "k", 1))]
    projects = [project("a"), project("b"), project("c"), carry("k", start_year=Y - 1), carry("u")]
    town = Town(projects, relations=[*relations, {"kind": "precedence", "project": "c"}], window=3)
    town.holds(a=at(), b=at(Y + 1), k=K, u=K)
    town.holds(a=at(), b=at(Y + 2), k=K, u=K, c=at(Y + 1))
    breach = only(town.fails("precedence", a=at(Y + 1), b=at(Y + 1), k=K, u=K))
    assert (breach.project, breach.year, breach.bound, breach.excess, breach.row) == ("b", Y + 1, Y + 2, 1, "precedence:precedence[a,b]")
    assert only(town.fails("precedence", b=at(), k=K, u=K)).found == "not chosen"
    assert only(town.fails("precedence", c=at(), k=K, u=K)).row == "precedence:precedence[k,c]"


# exclusivity --------------------------------------------------------------------------------------------------
def test_exclusivity_of_pairs_and_groups():
    relations = [{"kind": "exclusive", "project": "a", "other": "b"}, *({"kind": "exclusive", "project": i, "group": "g"} for i in "cdkl")]
    town = Town([*map(project, "abcd")], relations=relations)
    town.holds(a=at(), c=at())
    breach = only(town.fails("exclusivity", a=at(), b=at()))
    assert (breach.project, breach.value, breach.bound, breach.row) == ("b", 2, 1, "exclusivity:exclusive[pair 1]")
    assert only(town.fails("exclusivity", c=at(), d=at())).row == "exclusivity:exclusive[group g]"
    town = Town([*map(project, "abcd"), carry("k"), carry("l")], relations=relations)
    town.holds(a=at(), k=K, l=K)  # two carry-overs of one group stay
    assert only(town.fails("exclusivity", c=at(), k=K, l=K)).project == "c"
    plan = Town([*map(project, "abcd"), carry("k"), carry("l"), carry("e")], relations=[*relations, {"kind": "exclusive", "project": "e", "other": "k"}])
    plan.holds(k=K, l=K, e=K)


# corequisites -------------------------------------------------------------------------------------------------
def test_corequisites_start_all_or_none():
    relations = [{"kind": "corequisite", "project": "a", "other": "b"}, *({"kind": "corequisite", "project": i, "group": "g"} for i in "cdk"), {"kind": "corequisite", "project": "e", "other": "r"}]
    town = Town([*map(project, "abcde"), carry("k"), project("r", part="reserve")], relations=relations, window=2)
    town.holds(k=K)
    town.holds(a=at(), b=at(Y + 1), c=at(), d=at(), k=K)
    breach = only(town.fails("corequisites", b=at(), k=K))
    assert (breach.project, breach.value, breach.bound) == ("a", 1, 2)
    assert only(town.fails("corequisites", c=at(), k=K)).project == "d"
    assert only(town.fails("corequisites", e=at(), k=K)).project == "r"


# areas --------------------------------------------------------------------------------------------------------
def area_town(conditions=None, **coordination):
    """Return a town with area x (a anchor, b), area y (c) and area z with a carry-over."""
    policy = make_policy(coordination=entry(conditions=conditions or {}, **coordination))
    projects = [project("a", coord_area="x", coord_role="anchor"), project("b", coord_area="x"), project("c", coord_area="y"), project("d", coord_area="z"), project("e")]
    return Town([*projects, carry("k", coord_area="z")], policy, window=2, revenue=[{"project": "a", "year": Y, "revenue_class": "special", "pledged_net": 500}])


def test_areas_required_before_a_start():
    town = area_town(mode="required")
    town.holds({"x": Y}, a=at(), b=at(Y + 1), d=at(), e=at(), k=K)
    breach = only(town.fails("areas", {"x": Y + 1}, a=at(), b=at(Y + 1), k=K))
    assert (breach.project, breach.year, breach.bound) == ("a", Y, Y + 1)
    assert only(town.fails("areas", a=at(), k=K)).found == "x closed"


def test_areas_conditions():
    town = area_town({"least_number": 2, "least_investment": wan(2000)})
    town.holds({"x": Y}, a=at(), b=at(Y + 1), k=K)
    town.holds(a=at(), k=K)  # mode bonus: projects run freely
    number, money = town.fails("areas", {"x": Y}, a=at(), k=K)
    assert (number.row, number.year, number.excess, money.excess) == ("areas:least_number[x]", Y, 1, 1000)
    town = area_town({"anchor_first": True})
    town.holds({"x": Y + 1}, a=at(Y + 1), b=at(), k=K)
    assert only(town.fails("areas", {"x": Y}, a=at(Y + 1), b=at(), k=K)).rule == "coordination.conditions.anchor_first"
    town.fails("areas", {"x": Y + 1}, b=at(), k=K)
    town = area_town({"revenue_share": D("0.25")})
    town.holds({"x": Y}, a=at(), b=at(), k=K)  # 500 of 2000
    town = area_town({"revenue_share": D("0.2501")})
    assert only(town.fails("areas", {"x": Y}, a=at(), b=at(), k=K)).excess == Fraction("0.2")


def test_areas_openings():
    town = area_town(openings_per_year=1)
    town.holds({"x": Y, "y": Y + 1}, a=at(), c=at(), k=K)
    assert only(town.fails("areas", {"x": Y, "y": Y}, a=at(), c=at(), k=K)).year == Y
    for opened in ({"z": Y}, {"nowhere": Y}):  # open already; no such area
        assert town.fails("areas", opened, k=K)[0].kind == "unknown"
    assert only(town.fails("areas", {"x": Y + 2}, a=at(), k=K)).bound == Y + 1
    off = Town([project("a", coord_area="x")], make_policy(coordination=entry(active="no", conditions={})))
    off.holds(a=at())
    off.fails("areas", {"x": Y}, a=at())
    Town([project("a", coord_area="x")]).fails("areas", {"x": Y}, a=at())


def test_areas_bonus_counts_all_candidates_of_the_area():
    town = area_town(bonus=D("2.5"))
    plan = town.holds({"x": Y}, a=at(), k=K)  # 0.1 x 50 + 2.5 x (0.1 + 0.1)
    assert plan.objective.value == "11/2"


def test_areas_balance_is_reported_of_each_area():
    town = area_town()
    plan = town.holds({"x": Y}, a=at(), b=at(), k=K)
    assert [b.model_dump() for b in sorted(plan.area_balance, key=lambda b: b.id)] == [
        {"id": "x", "state": "opened", "chosen": 2, "investment": 2000, "revenue": 500},
        {"id": "y", "state": "closed", "chosen": 0, "investment": 0, "revenue": 0},
        {"id": "z", "state": "running", "chosen": 1, "investment": 1000, "revenue": 0},
    ]
    dump = plan.model_dump()
    rows = list(dump["area_balance"])
    for changed in (rows[1:], [*rows, rows[0]], [rows[0] | {"revenue": 1}, *rows[1:]], [*rows, rows[0] | {"id": "ghost"}]):
        wrong = plan_of(dump | {"area_balance": changed})
        assert {b.rule for b in town.judge(wrong)["areas"]} == {"area_balance"}
        assert not town.oracle.right(wrong)


# districts ----------------------------------------------------------------------------------------------------
def test_districts_shares_of_plan_new_starts_and_budget():
    split = {"north": D(40), "south": D(60)}
    projects = [project("n"), project("s", district="south"), project("ns", district="whole", district_shares=split), carry("k", 600, 0, district="south"), project("x", district="whole")]

    def town(**rule):
        policy = make_policy(district_balance={"even": entry(**rule), "off": entry(active="no", at_most=0), "ended": entry(at_most={Y: {"value": None, "source": entry()["source"]}})}, budget={"all": entry(amount={Y: wan(10000), "later": "open"}), "open": entry(amount="open"), "some": entry(where={"district": "north"}, amount={Y: wan(5000)})})
        return Town(projects, policy)

    k = {"k": (None, {"fiscal": 600})}
    base = town(at_least=D("0.28"))  # north: 1000 + 400 of 1000 + 1000 + 600 + 1000 ... with n, ns, k, x: 1400 of 3600
    plan = base.holds(n=at(), ns=at(), x=at(), **k)
    assert [(u.row, u.value, u.at_least, u.unit) for u in plan.use if u.family == "districts"] == [("districts:even[north]", "7/18", "7/25", "share"), ("districts:even[south]", "1/3", "7/25", "share")]
    breach = only(base.fails("districts", ns=at(), s=at(), x=at(), **k))  # 400 of 3600
    assert (breach.row, breach.value, breach.bound) == ("districts:even[north]", 400, Fraction("1008"))
    new = town(at_most=D("0.6"), of="new")
    new.holds(n=at(), ns=at(), s=at(), **k)
    new.holds(ns=at(), **k)  # exactly 0.6
    assert only(new.fails("districts", s=at(), ns=at(), **k)).row == "districts:even[south]"
    few = town(at_least=D("0.1"), of="budget", districts=["north"], where={"district": ["north", "south"]})
    few.holds(n=at(), **k)  # 1000 of 10000
    assert only(few.fails("districts", s=at(), **k)).excess == 1000
    count = town(at_least=D("0.5"), measure="count", where={"district": "nowhere"})
    plan = count.holds(n=at(), **k)  # nothing of nothing
    assert plan.use[-1].value == "0"
    counted = town(at_most=D("1.6"), of="budget", measure="count")  # numbers over the budget in 万元: 1
    counted.holds(n=at(), ns=at(), **k)  # 1 + 0.4 and 0.6 + 1
    assert only(counted.fails("districts", n=at(), ns=at(), s=at(), **k)).value == Fraction("2.6")


# limits -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("section", ["limits", "targets"])
def test_limits_and_targets_by_value(section):
    rules = {
        "few": entry(measure="count", at_most={"value": 2}),
        "enough": entry(measure="residents", at_least={"value": 30}, where={"district": "north"}),
        "size": entry(at_most={"value": wan(2400)}, **{"from": Y, "to": Y}),
        "over": entry(at_most={"value": 0}, to=Y - 1),
        "not_yet": entry(at_most={"value": 0}, **{"from": Y + 1}),
        "off": entry(at_most={"value": 0}, active="no"),
        "money": entry(measure="relocation", at_most={"value": D("0.5")}),
        "ended": entry(at_most={"share": {Y: {"value": None, "source": entry()["source"]}}, "of": "plan"}),
    }
    projects = [project("a", residents=10), project("b", residents=30, relocation=5000), project("c"), project("s", 2100, district="south", residents=99, relocation=100)]
    town = Town([*projects, carry("k", residents=5)], make_policy(**{section: rules}))
    plan = town.holds(b=at(), k=K)
    past = [("targets:over", "2000", "yuan")] if section == "targets" else []  # a target that has ended is told without bounds
    asked = [(f"{section}:few", "2", "count"), (f"{section}:enough", "35", "number"), (f"{section}:size", "2000", "yuan"), *past, (f"{section}:money", "1/2", "number")]
    assert [(u.row, u.value, u.unit) for u in plan.use] == asked
    assert [u.row for u in plan.use if (u.at_least, u.at_most) == (None, None)] == [row for row, _v, _u in past]
    assert {b.row for b in town.fails("limits", b=at(), c=at(), k=K)} == {f"{section}:few", f"{section}:size"}
    breach = only(town.fails("limits", a=at(), k=K))
    assert (breach.row, breach.value, breach.bound, breach.rule) == (f"{section}:enough", 15, 30, f"{section}.enough")
    rows = {b.row: b.excess for b in town.fails("limits", b=at(), s=(Y, {"fiscal": 2100}), k=K)}
    assert rows == {f"{section}:few": 1, f"{section}:size": 1700, f"{section}:money": Fraction("0.01")}


def test_limits_by_share_of_plan_new_and_budget():
    rules = {
        "caution": entry(where={"mode": "redevelopment"}, at_most={"share": D("0.5"), "of": "plan"}),
        "fresh": entry(where={"mode": "renovation"}, measure="count", at_least={"share": D("0.5"), "of": "new"}),
        "part": entry(where={"mode": "renovation"}, at_least={"share": D("0.1"), "of": "budget"}),
    }
    budget = {"b": entry(measure="starts", amount={Y: wan(10000)})}
    projects = [project("r", mode="redevelopment"), project("v", mode="renovation"), project("w", mode="redevelopment"), carry("k", 1000, 0, mode="redevelopment")]
    k = (None, {"fiscal": 1000})
    town = Town(projects, make_policy(limits=rules, budget=budget))
    plan = town.holds(v=at(), k=k)
    assert [(u.row, u.value) for u in plan.use[1:]] == [("limits:caution", "1/2"), ("limits:fresh", "1"), ("limits:part", "1/10")]
    assert only(town.fails("limits", r=at(), v=at(), k=k)).row == "limits:caution"
    assert {b.row for b in town.fails("limits", r=at(), w=at(), v=at(), k=k)} == {"limits:caution", "limits:fresh"}
    assert {b.row for b in town.fails("limits", k=k)} == {"limits:caution", "limits:part"}
    no_budget = Town(projects, make_policy(limits={"part": rules["part"]}))
    assert only(no_budget.judge(Town(projects).plan(v=at(), k=k))["limits"]).found == "LookupError: no budget to take a share of"


def test_limits_inside_each_district_key_area_and_class():
    for of, column in (("district", "district"), ("key_area", "key_area"), ("class", "object_class")):
        rule = entry(where={"mode": "m"}, at_least={"share": D("0.5"), "of": of})
        projects = [project("a", mode="m", **{column: "one"}), project("b", **{column: "one"}), project("c", **{column: "one"}), project("d", mode="m", **{column: "two"}), project("e", **{"district": "", column: ""})]
        town = Town([*projects, project("z", part="reserve", **{column: "three"})], make_policy(limits={"each": rule}))
        plan = town.holds(a=at(), b=at(), e=at())
        assert [(u.row, u.value, u.unit) for u in plan.use] == [("limits:each[one]", "1/2", "share"), ("limits:each[two]", "0", "share")]
        breach = only(town.fails("limits", a=at(), b=at(), c=at(), d=at()))
        assert (breach.row, breach.value, breach.bound) == ("limits:each[one]", 1000, 1500)


# channels in T ------------------------------------------------------------------------------------------------
def test_money_years_run_to_the_last_year_in_which_a_candidate_spends():
    town = Town([project("a", (500, 500, 0)), project("b", (1,) * 9, consent=None)], make_policy({"loan": channel("debt")}, screening={"requirements": {"c": entry(column="consent")}}), window=2)
    assert town.holds().money_years == (Y, Y + 1, Y + 2)
    assert Town([]).holds().money_years == (Y,)
