"""Screening as the verifier recomputes it: each clause with its answers, and a plan that lists another one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from handmade import Town, Y, carry, entry, make_policy, project
from oracle import plan_of

WAIVER = {"items": ("lines", "six", "asked", "razed"), "authority": "city", "number": "1"}


def statuses(town, clause):
    """Return the recomputed status (and papers) of one clause by project; the oracle's answers must agree."""
    from renewal_opt.verify.reading import Reading
    from renewal_opt.verify.screening import results

    own = results(Reading(town.policy, town.library, town.scenario))
    for i, (_status, listed) in town.oracle.screens.items():
        assert own[i] == {c: (s, p) for c, s, p in listed}
    return {i: (s if not papers else f"{s} papers") for i, clauses in own.items() for c, (s, papers) in clauses.items() if c == f"screening.{clause}"}


def test_negative_list_with_waivers():
    items = {"lines": entry(number=1, needs_opinion="yes"), "six": entry(number=6, names_rule="yes"), "never": entry(number=2, waivable="no")}
    full = WAIVER | {"opinion": "yes", "rule": "§ 1", "items": ("lines", "six", "never")}
    cases = {
        "no": (None, "failed"), "full": (full, "waived"), "other": (full | {"items": ("six",)}, "failed"),
        "nobody": (full | {"authority": None}, "failed"), "number": (full | {"number": None}, "failed"),
        "opinion": (full | {"opinion": None}, "failed"),
        "last": (full | {"date": dt.date(Y, 12, 31), "expiry": dt.date(Y, 1, 1)}, "waived"),
        "late": (full | {"date": dt.date(Y + 1, 1, 1)}, "failed"), "ended": (full | {"expiry": dt.date(Y - 1, 12, 31)}, "failed"),
    }  # fmt: skip
    projects = [project(i, neg={"lines": "involved", "six": "none", "never": "none"}, waiver=w) for i, (w, _s) in cases.items()]
    projects += [project("blank"), project("unclear", neg={"lines": "unclear"}), project("rule", neg={"six": "involved"}, waiver=full | {"rule": None}), project("six", neg={"six": "involved"}, waiver=full), project("never", neg={"never": "involved"}, waiver=full)]
    town = Town(projects, make_policy(screening={"negative_list": items}))
    lines = statuses(town, "negative_list.lines")
    assert {i: lines[i] for i in cases} == {i: s for i, (_w, s) in cases.items()}
    assert (lines["blank"], lines["unclear"]) == ("unclear", "unclear")
    assert (statuses(town, "negative_list.six")["rule"], statuses(town, "negative_list.six")["six"]) == ("failed", "waived")
    assert statuses(town, "negative_list.never")["never"] == "failed"


def test_health_check_has_no_waiver():
    check = {"within_years": 2}
    years = {"blank": (None, "unclear"), "future": (Y + 1, "failed"), "old": (Y - 3, "failed"), "edge": (Y - 2, "passed"), "now": (Y, "passed")}
    projects = [project(i, check_year=y, check_report="R") for i, (y, _s) in years.items()] + [project("paper", check_year=Y), project("oldpaper", check_year=Y - 3)]
    town = Town(projects, make_policy(screening={"health_check": entry(**check)}))
    assert statuses(town, "health_check") == {i: s for i, (_y, s) in years.items()} | {"paper": "unclear papers", "oldpaper": "failed"}
    assert statuses(Town(projects, make_policy(screening={"health_check": entry(report_required="no", **check)})), "health_check")["paper"] == "passed"
    assert statuses(Town(projects, make_policy(screening={"health_check": entry(active="no", **check)})), "health_check") == {}


def test_requirements():
    rules = {
        "doc": entry(column="scheme_doc", papers="yes"),
        "asked": entry(column="consent", accept=["> 60", "60"], where={"district": "north"}, waivable="yes"),
        "hard": entry(column="consent", accept=["> 60"]),
        "scope": entry(column="in_scope", accept=["yes"], unclear=["unclear"]),
        "items": entry(column="plan_items", accept=["x"], unclear=["u"]),
        "off": entry(column="remark", active="no"),
    }
    projects = [
        project("a", scheme_doc="1", consent=D(60), in_scope="yes", plan_items=("y", "x")),
        project("b", consent=D(59), in_scope="no", plan_items=("y",)),
        project("w", consent=D(59), waiver=WAIVER, in_scope="unclear", plan_items=("x", "u")),
        project("s", consent=None, district="south", scheme_doc=""),
    ]
    town = Town(projects, make_policy(screening={"requirements": rules}))
    assert statuses(town, "requirements.doc") == {"a": "passed", "b": "unclear papers", "w": "unclear papers", "s": "unclear papers"}
    assert statuses(town, "requirements.asked") == {"a": "passed", "b": "failed", "w": "waived"}
    assert statuses(town, "requirements.hard") == {"a": "failed", "b": "failed", "w": "failed", "s": "unclear"}
    assert statuses(town, "requirements.scope") == {"a": "passed", "b": "failed", "w": "unclear", "s": "unclear"}
    assert statuses(town, "requirements.items") == {"a": "passed", "b": "failed", "w": "unclear", "s": "unclear"}
    assert statuses(town, "requirements.off") == {}


def test_stages_by_mode_with_skipped_ones():
    stages = {
        "order": {s: entry() for s in ("s1", "s2", "s3", "s4")},
        "needed": [entry(where={"mode": "light"}, stage="s3"), entry(where={"object_type": "estate"}, stage="s1"), entry(where={"district": "north"}, stage="s4")],
        "skip": {"light": ["s3"], "empty": ["s1"]},
    }
    projects = [project(f"{m}{k}", mode=m, stage=f"s{k}") for m in ("light", "heavy") for k in (1, 2, 3, 4)]
    projects += [project("blank", mode="heavy"), project("none", mode="empty", object_type="estate"), project("free", district="south")]
    found = statuses(Town(projects, make_policy(screening={"stages": stages})), "stages")
    assert found == {
        "light1": "failed", "light2": "passed", "light3": "passed", "light4": "passed",
        "heavy1": "failed", "heavy2": "failed", "heavy3": "failed", "heavy4": "passed", "blank": "unclear", "none": "passed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "bounds", "areas"),
    [
        ("demolished_share", {"at_most": D("0.2")}, {"at": {"gfa_existing": 100, "gfa_demolished": 30, "gfa_illegal": 7, "gfa_dangerous": 3}, "over": {"gfa_existing": 100, "gfa_demolished": D("20.01")}, "part": {"gfa_demolished": 1}, "zero": {"gfa_existing": 0, "gfa_demolished": 5}}),
        ("built_ratio", {"at_most": 2}, {"at": {"gfa_new": 250, "gfa_public": 50, "gfa_demolished": 100}, "over": {"gfa_new": 201, "gfa_demolished": 100}, "part": {"gfa_new": 1}, "zero": {"gfa_new": 5, "gfa_demolished": 0}}),
        ("rehoused_share", {"at_least": D("0.5")}, {"at": {"moved": 100, "rehoused_near": 50}, "over": {"moved": 100, "rehoused_near": 49}, "part": {"moved": 1}, "zero": {"moved": 0, "rehoused_near": 0}}),
    ],
)
def test_demolition(measure, bounds, areas):
    def cells(area):
        return {c: v if c in ("moved", "rehoused_near") else D(v) for c, v in area.items()}

    projects = [project(i, **cells(a)) for i, a in areas.items()] + [project("waived", waiver=WAIVER, **cells(areas["over"])), project("blank")]
    rules = {"razed": entry(measure=measure, **bounds), "off": entry(measure=measure, active="no", **bounds), "none": entry(measure=measure, at_most={Y: {"value": None, "source": entry()["source"]}}), "elsewhere": entry(measure=measure, where={"district": "south"}, **bounds)}
    town = Town(projects, make_policy(screening={"demolition": rules}))
    assert statuses(town, "demolition.razed") == {"at": "passed", "over": "failed", "part": "unclear", "zero": "passed", "waived": "waived", "blank": "unclear"}
    assert all(statuses(town, f"demolition.{i}") == {} for i in ("off", "none", "elsewhere"))


def test_demolition_on_the_unit_where_all_of_it_is_known():
    over, under = {"gfa_existing": D(100), "gfa_demolished": D(30)}, {"gfa_existing": D(100), "gfa_demolished": D(10)}
    projects = [project("a", unit="u", **over), project("b", unit="u", part="withdrawn", **under), project("c", unit="v", **over), project("d", unit="v"), project("e", **over), project("f", **under)]
    for on_unit, want in (("yes", "passed"), ("no", "failed")):
        town = Town(projects, make_policy(screening={"demolition": {"razed": entry(measure="demolished_share", at_most=D("0.2"), on_unit=on_unit)}}))
        assert statuses(town, "demolition.razed") == {"a": want, "b": "passed", "c": "failed", "d": "unclear", "e": "failed", "f": "passed"}


def test_the_plan_lists_screening_as_it_is():
    check = make_policy(screening={"health_check": entry(within_years=2)})
    town = Town([project("a", check_year=Y, check_report="R"), project("b", check_year=Y), carry("k")], check)
    plan = town.holds(a=(Y, {"fiscal": 1000}), k=(None, {"fiscal": 400})).model_dump()
    assert [s["applied"] for s in plan["screening"]] == [True, True, False]

    def breaches(change):
        changed = plan | {"screening": [dict(s, clauses=[dict(c) for c in s["clauses"]]) for s in plan["screening"]]}
        change(changed["screening"])
        assert not town.oracle.right(plan_of(changed))
        found = town.judge(plan_of(changed))
        assert list(found) == ["screening"]
        return [(b.project, b.kind, b.rule) for b in found["screening"]]

    assert breaches(lambda rows: rows[1].update(status="passed")) == [("b", "unequal", "screening.status")]
    assert breaches(lambda rows: rows[2].update(applied=True)) == [("k", "unequal", "screening.applied")]
    assert breaches(lambda rows: rows[1]["clauses"][0].update(status="passed")) == [("b", "unequal", "screening.clauses")]
    assert breaches(lambda rows: rows[1]["clauses"][0].update(papers=False)) == [("b", "unequal", "screening.clauses")]
    assert [k for _p, k, _r in breaches(lambda rows: rows[1]["clauses"].clear())] == ["unequal", "missing"]
    assert [k for _p, k, _r in breaches(lambda rows: rows[1]["clauses"][0].update(clause="x"))] == ["missing", "unknown"]
    assert breaches(lambda rows: rows[1]["clauses"].append(rows[1]["clauses"][0])) == [("b", "unequal", "screening.clauses")]
    assert breaches(lambda rows: rows.pop(1)) == [("b", "missing", "screening")]
    assert breaches(lambda rows: rows.append(rows[1])) == [("b", "unequal", "screening")]
    assert breaches(lambda rows: rows.append(rows[1] | {"id": "ghost"})) == [("ghost", "unknown", "screening")]
