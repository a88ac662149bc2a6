"""What a plan says of itself: parts, reserve, objective, later needs, header, waivers, use; and what no plan can be."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from handmade import SUBS, Town, Y, carry, channel, entry, make_policy, project, wan
from oracle import plan_of

A = (Y, {"fiscal": 1000})


def town(**more):
    """Return a town with two new starts (a in the plan), a carry-over, a withdrawn project and a waiver."""
    rules = {"lines": entry(number=1)}
    ok = {"neg": {"lines": "none"}}
    waived = {"neg": {"lines": "involved"}, "waiver": {"items": ("lines",), "authority": "city", "number": "7", "expiry": dt.date(Y, 12, 31)}}
    projects = [
        project("a", (600, 400), consent=D(70), as_of=dt.date(Y, 1, 2), **waived), project("b", consent=D(60), as_of=dt.date(Y, 3, 1), **ok),
        project("c", consent=D(60), **waived), project("f", consent=D(99), **ok), carry("k", **waived), project("w", part="withdrawn", **waived),
        project("bad", neg={"lines": "involved"}, consent=D(99)), project("r", part="reserve", consent=None, **ok),
    ]  # fmt: skip
    budget = {"all": entry(amount={Y: wan(2000), "later": "open"})}
    return Town(projects, make_policy(screening={"negative_list": rules}, budget=budget, reserve=more.pop("reserve", {})), force={"out": ["f"], "in": ["a"]}, **more)


CHOSEN = {"a": (Y, {"fiscal": {Y: 600, Y + 1: 300}, "loan": {Y + 1: 100}}), "k": (None, {"fiscal": 400})}


def breaches(t, change, family="totals", right=False, plan=None):
    """Change a correct plan; return (rule, project, kind) of the breaches, all in one family."""
    changed = copy.deepcopy((plan or t.plan(**CHOSEN)).model_dump())
    change(changed)
    changed = plan_of(changed)
    assert t.oracle.right(changed) is right
    found = t.judge(changed)
    assert list(found) == ([] if right else [family]), found
    return [(b.rule, b.project, b.kind) for b in found.get(family, ())]


def test_a_correct_plan_holds_and_reads_as_expected():
    t = town()
    plan = t.holds(**CHOSEN)
    assert [(r.id, r.rank) for r in plan.reserve] == [("b", 1), ("c", 2), ("r", 3)]
    assert [r.id for r in plan.refused] == ["f", "w", "bad"]
    assert (plan.objective.value, plan.library_as_of) == ("7", f"{Y}-03-01")
    assert [(n.channel, n.year, n.yuan) for n in plan.later_needs] == [("fiscal", Y + 1, 300), ("loan", Y + 1, 100)]
    assert [w.id for w in plan.waivers] == ["a", "c"]
    assert [(u.row, u.value) for u in plan.use] == [(f"budget:all[{Y}]", "1000")]


def test_header():
    t = town()
    for key, value in (("plan_year", Y + 1), ("window", 2), ("money_years", (Y,)), ("scenario", "x"), ("city", {"zh": "x", "en": "x"}), ("synthetic", True), ("library_as_of", None)):
        assert [b[0] for b in breaches(t, lambda p, key=key, value=value: p.update({key: value}))] == [key]


def test_parts():
    t = town()
    assert breaches(t, lambda p: p.update(refused=p["refused"][:1] + p["refused"][2:])) == [("parts", "w", "missing")]
    assert breaches(t, lambda p: p.update(refused=(*p["refused"], p["refused"][0]))) == [("parts", "f", "unequal")]
    assert breaches(t, lambda p: p.update(refused=(*p["refused"], p["refused"][0] | {"id": "ghost"}))) == [("parts", "ghost", "unknown")]
    for part in ("chosen", "reserve", "refused"):
        for key, value in (("name", "x"), ("investment", 1), ("score", "1"), ("score", "1e99")):
            assert [b[0] for b in breaches(t, lambda p, part=part, key=key, value=value: p[part][0].update({key: value}))] == [f"parts.{key}"]
    assert breaches(t, lambda p: p["chosen"][0].update(forced=False)) == [("parts.forced", "a", "unequal")]


def test_reserve():
    t = town(reserve={"at_most": 2})
    assert [r.id for r in t.holds(**CHOSEN).reserve] == ["b", "c"]
    assert [r.id for r in t.holds(k=CHOSEN["k"], a=CHOSEN["a"], c=A).reserve] == ["b", "r"]
    t = town(reserve={"money_multiple": D("1.9999")})
    assert [r.id for r in t.holds(**CHOSEN).reserve] == ["b"]
    t = town(reserve={"money_multiple": 2})
    plan = t.holds(**CHOSEN)
    assert [r.id for r in plan.reserve] == ["b", "c"]

    def swap(p):
        p["reserve"] = (p["reserve"][1] | {"rank": 1}, p["reserve"][0] | {"rank": 2})

    assert [b[2] for b in breaches(t, swap, plan=plan)] == ["unequal", "unequal"]
    assert breaches(t, lambda p: p["reserve"][1].update(rank=3), plan=plan) == [("reserve.rank", "c", "unequal")]

    def move(p):
        p["refused"] = (*p["refused"], {k: v for k, v in p["reserve"][0].items() if k != "rank"})
        p["reserve"] = (p["reserve"][1] | {"rank": 1},)

    assert {b[0] for b in breaches(t, move, plan=plan)} == {"reserve"}


def test_reserve_takes_what_lacks_papers_alone_and_passes_over_what_does_not_fit():
    rules = {"doc": entry(column="scheme_doc", papers="yes"), "consent": entry(column="consent", accept=["> 10"])}
    projects = [project("a", scheme_doc="1"), project("p", 5000, consent=D(90)), project("q", consent=D(80)), project("n", consent=None, scheme_doc="1"), project("z", consent=D(5))]
    t = Town(projects, make_policy(screening={"requirements": rules}, reserve={"money_multiple": 1}))
    plan = t.holds(a=A)
    assert [r.id for r in plan.reserve] == ["q"]
    assert [r.id for r in plan.refused] == ["p", "n", "z"]


def test_objective_value_and_basis():
    t = town()
    assert breaches(t, lambda p: p["objective"].update(value="8")) != []
    for key, value in (("gap_asked", "0.1"), ("basis", "count")):
        assert [b[0] for b in breaches(t, lambda p, key=key, value=value: p["objective"].update({key: value}))] == [f"objective.{key}"]
    for basis, value in (("count", "140"), ("beneficiaries", "2100")):
        policy = make_policy(coordination=entry(mode="required"))
        counted = Town([project("a", consent=D(70), residents=30), project("b", consent=D(70))], policy, basis=basis)
        assert counted.holds(a=A, b=A).objective.value == value


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"bound": 7.0, "gap": 0.0}, []),
        ({"bound": 7.0007, "gap": 0.0001}, []),
        ({"bound": 7.0 - 6e-9, "gap": 0.0}, []),  # within 1e-9 of the value; no gap below 0
        ({"bound": 7.0 - 8e-9, "gap": 0.0}, ["objective.bound"]),
        ({"bound": 7.1, "gap": 0.1 / 7}, ["objective.stopped"]),
        ({"bound": 7.1, "gap": 0.1 / 7, "stopped": "time"}, []),
        ({"bound": 7.1, "gap": 0.01, "stopped": "time"}, ["objective.gap"]),
        ({"bound": 7.1, "gap": 0.02, "stopped": "time"}, ["objective.gap"]),
        ({"bound": 7.0, "gap": None}, ["objective.gap"]),
        ({"bound": 7.0, "gap": float("inf")}, ["objective.gap"]),
        ({"bound": None, "gap": None, "stopped": "interrupted"}, []),
        ({"bound": None, "gap": 0.0, "stopped": "time"}, ["objective.gap"]),
        ({"bound": None, "gap": None}, ["objective.bound"]),
        ({"bound": float("nan"), "gap": None}, ["objective.bound"]),
        ({"bound": float("inf"), "gap": None, "stopped": "time"}, ["objective.bound"]),
    ],
)
def test_bound_and_gap(change, rules):
    assert [b[0] for b in breaches(town(), lambda p: p["objective"].update(change), right=not rules)] == rules


def test_bound_and_gap_of_nothing():
    t = Town([project("a", consent=D(0))])
    for change, rules in (({}, []), ({"bound": 0.0, "gap": 0.0}, []), ({"bound": 0.0, "gap": 1.0}, ["objective.gap"]), ({"bound": 1.0, "gap": None}, ["objective.stopped"])):
        assert [b[0] for b in breaches(t, lambda p, change=change: p["objective"].update(change), right=not rules, plan=t.plan())] == rules


def test_criterion_totals_later_needs_and_waivers():
    t = town()
    assert breaches(t, lambda p: p["criterion_totals"].update(worth="8")) == [("criterion_totals", "", "unequal")]
    assert breaches(t, lambda p: p.update(criterion_totals={})) == [("criterion_totals", "", "missing")]
    assert breaches(t, lambda p: p["later_needs"][0].update(yuan=301)) == [("later_needs", "", "unequal")]
    assert breaches(t, lambda p: p["later_needs"][0].update(year=Y + 2)) == [("later_needs", "", "missing"), ("later_needs", "", "unknown")]
    assert breaches(t, lambda p: p.update(later_needs=(*p["later_needs"], p["later_needs"][0]))) == [("later_needs", "", "unequal")]
    for key, value in (("authority", "x"), ("number", "x"), ("expiry", None), ("items", ())):
        assert breaches(t, lambda p, key=key, value=value: p["waivers"][0].update({key: value})) == [("waivers", "", "unequal")]
    assert [b[2] for b in breaches(t, lambda p: p.update(waivers=p["waivers"][1:]))] == ["unequal", "missing"]


def test_use():
    t = town()
    row = f"budget:all[{Y}]"
    for key, value in (("value", "1001"), ("value", "x"), ("at_most", "1"), ("at_most", None), ("at_least", "0"), ("unit", "count"), ("family", "caps"), ("rule", "budget.x")):
        assert breaches(t, lambda p, key=key, value=value: p["use"][0].update({key: value}), "use") == [("budget.all", "", "unequal")]
    assert breaches(t, lambda p: p.update(use=()), "use") == [("budget.all", "", "missing")]
    assert breaches(t, lambda p: p.update(use=p["use"] * 2), "use") == [("budget.all", "", "unequal")]
    assert breaches(t, lambda p: p.update(use=(*p["use"], p["use"][0] | {"row": "budget:ghost"})), "use") == [("use", "", "unknown")]
    assert breaches(t, lambda p: p["use"][0].update(value="2000/2"), "use", right=True) == []
    changed = t.plan(**CHOSEN).model_dump()
    changed["use"][0]["value"] = "999"
    (breach,) = t.judge(plan_of(changed))["use"]
    assert (breach.row, breach.value, breach.bound, breach.excess) == (f"use:all[{row}.value]", 999, 1000, 1)


def test_rows_that_the_plan_may_leave_out():
    t = Town([project("a")], make_policy({"loan": channel("debt")}, {"debt_service": {"d": entry(amount={Y: 0, "later": "last"})}}))
    plan = t.holds(a=A)
    assert plan.use == ()
    line = {"family": "debt_service", "row": f"debt_service:d[{Y + 1}]", "rule": "funding.debt_service.d", "label": {"zh": "", "en": ""}, "unit": "yuan", "value": "0", "at_most": "0", "binding": False, "assumption": True}
    assert t.judge(plan_of(plan.model_dump() | {"use": (line,)})) == {}
    assert list(t.judge(plan_of(plan.model_dump() | {"use": (line | {"value": "1"},)}))) == ["use"]


def test_money_on_unknown_things_never_raises():
    t = Town([project("a"), carry("k")], make_policy({"fiscal": channel("grant", sub=SUBS)}))
    plan = t.plan(a=(Y, {"central": 1000}), k=(None, {"central": 400})).model_dump()
    ghost = plan["chosen"][0] | {"id": "ghost", "start": 10**18}
    for change in (
        {"chosen": [ghost]},
        {"chosen": [plan["chosen"][0] | {"start": -(10**18), "money": [{"channel": "", "year": 10**30, "yuan": -(10**40)}]}, plan["chosen"][1]]},
        {"chosen": [], "reserve": [], "refused": [], "screening": [], "scores": []},
        {"opened_areas": {"": 0}, "reserve": [{"id": "ghost", "name": "", "rank": 10**18, "score": "1/0", "investment": 0, "reasons": []}]},
        {"scores": [plan["scores"][0] | {"total": "9" * 9999, "id": "ghost"}]},
    ):
        changed = plan_of(plan | change)
        assert t.judge(changed)
        assert not t.oracle.right(changed)


def test_a_check_that_cannot_compute_is_a_breach():
    from renewal_opt.verify.walk import judge

    def rows():
        yield from ()
        raise RecursionError("too deep")

    result = judge("x", rows())
    assert (result.rows, result.holds, result.breaches[0].found) == (0, False, "RecursionError: too deep")


def test_numbers_as_text():
    from renewal_opt.verify.rows import number

    assert [number(t) for t in ("1/2", "-3", "1.50", "1e3", "2E-1")] == [F(1, 2), -3, F(3, 2), 1000, F(1, 5)]
    for text in ("", "1/0", "1/00", "x", "1e999", "1/2/3", "１", " 1", "9" * 4001, None):
        assert number(text) == text


def test_families_are_walked():
    from renewal_opt.verify import families

    rules = "commitments balance budget channels caps shares capital cover tickets asks reserved ratios debt_service fund_balance precedence exclusivity corequisites areas districts limits"
    assert sorted([*rules.split(), "screening", "scores", "totals"]) == list(families())
