"""What a plan says in words and flags: each false statement is caught, and what is left open is accepted either way."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest
from handmade import Town, Y, carry, channel, entry, make_policy, project, wan
from oracle import WORDS, plan_of

PLAN = {"kind": "plan", "clause": "1"}
CHOSEN = {"a": (Y, {"fiscal": {Y: 600, Y + 1: 400}}), "k": (None, {"fiscal": {Y: 400}})}


def town(**more):
    """Return a town with one start, a carry-over, and one project for each way of being left out."""
    ok = {"neg": {"lines": "none"}, "scheme_doc": "1"}
    projects = [
        project("a", (600, 400), **ok), project("b", 900, **ok, coord_area="x"), project("c", 700, **ok), carry("k", **ok),
        project("f", **ok), project("g", neg={"lines": "involved"}), project("late", **ok, start_year=Y + 5), project("p", neg={"lines": "none"}),
        project("r", part="reserve", neg={"lines": "none"}), project("w", part="withdrawn"), project("z", 500, part="reserve", **ok),
    ]  # fmt: skip
    sections = {
        "screening": {"negative_list": {"lines": entry(number=1)}, "requirements": {"scheme": entry(column="scheme_doc", papers=True)}},
        "budget": {"all": entry(amount={Y: wan(2000), "later": "last"}), "said": entry(source=PLAN, amount={Y: wan(1000), Y + 1: wan(400)})},
        "limits": {"n": entry(measure="count", at_least={"value": 1}, at_most={"value": 4}), "money": entry(at_most={"value": wan(2100)}), "half": entry(where={"mode": "any"}, at_most={"share": D("0.5"), "of": "plan"})},
        "reserve": {"at_most": 2},
    }  # fmt: skip
    channels = {"fiscal": channel("grant", "government", cap={Y: wan(1100), "later": "last"}), "loan": channel("debt", cap={Y: wan(0), "later": "open"})}
    channels["fiscal"]["source"] = PLAN
    relations = [{"kind": "precedence", "project": "c", "other": "b"}]
    return Town(projects, make_policy(channels, **sections), relations=relations, force={"out": ["f"]}, **more)


def judged(t, change, right=False):
    """Change a correct plan; return (rule, project) of what the re-check finds. The oracle has to say the same."""
    dump = json.loads(json.dumps(t.plan(**CHOSEN).model_dump()))
    change(dump)
    plan = plan_of(dump)
    found = [(b.rule, b.project) for rows in t.judge(plan).values() for b in rows]
    assert t.oracle.right(plan) is right, found
    assert (not found) is right, found
    return found


def row(dump, name):
    """Return the used row of a name."""
    return next(u for u in dump["use"] if u["row"] == name)


def out(dump, i):
    """Return the entry of a project that is out."""
    return next(e for e in (*dump["reserve"], *dump["refused"]) if e["id"] == i)


def test_a_correct_plan_holds():
    plan = town().holds(**CHOSEN)
    assert {e.id: [r.kind for r in e.reasons] for e in (*plan.reserve, *plan.refused)} == {
        "b": ["ranked_out"], "c": ["ranked_out"], "f": ["forced_out"], "g": ["screening"], "late": ["not_this_year"],
        "p": ["unclear"], "r": ["reserve_declared", "unclear"], "w": ["withdrawn"], "z": ["reserve_declared"],
    }  # fmt: skip
    assert {u.row for u in plan.use if u.binding} == {f"budget:said[{Y}]", f"budget:said[{Y + 1}]"}
    assert {u.rule for u in plan.use if not u.assumption} == {"budget.said", "funding.channels.fiscal"}
    assert [(a.path, a.binds) for a in plan.assumptions][-1] == ("funding.channels.fiscal", False)


def test_title_checks_statistics_and_bases():
    t = town()
    assert judged(t, lambda p: p.update(title=WORDS)) == [("title", "")]
    labelled = town(label={"zh": "题", "en": "title"})
    assert labelled.holds(**CHOSEN).title.en == "title"
    check = {"family": "caps", "rows": 1}
    judged(t, lambda p: p.update(checks=[check | {"holds": True}]), right=True)
    assert judged(t, lambda p: p.update(checks=[check | {"holds": False}])) == [("checks", "")]
    for key, value in (("group", "refused"), ("number", 2), ("median_investment", 1), ("mean_score", 50.5)):
        assert judged(t, lambda p, key=key, value=value: p["statistics"][0].update({key: value})) == [("statistics", "")]
    assert judged(t, lambda p: p.update(statistics=[])) == [("statistics", "")]
    basis = {"basis": "count", "chosen": 2, "overlap": 1, "proven": True}
    judged(t, lambda p: p.update(bases=[basis]), right=True)
    for bad in (basis | {"overlap": 2}, basis | {"chosen": 0}, basis | {"chosen": 9}, basis | {"basis": "investment"}):
        judged(t, lambda p, bad=bad: p.update(bases=[bad]))
    assert judged(t, lambda p: p.update(bases=[basis, basis])) == [("bases", ""), ("bases", "")]


@pytest.mark.parametrize("kind", ["screening", "forced_out", "rule", "not_this_year", "reserve_declared", "withdrawn", "reserve_full", "no_funding", "unclear", "ranked_out"])
def test_a_false_kind_of_reason(kind):
    t = town()
    for i, fits in (("b", {"no_funding", "ranked_out"}), ("f", {"forced_out"}), ("g", {"screening"}), ("late", {"not_this_year"}), ("p", {"unclear"}), ("r", {"reserve_declared"}), ("w", {"withdrawn"})):
        found = judged(t, lambda p, i=i: out(p, i)["reasons"][0].update(kind=kind), right=kind in fits)
        assert {project for _rule, project in found} <= {i}


def test_reasons_have_the_clause_the_relation_and_the_row_that_they_name():
    t = town()
    assert judged(t, lambda p: out(p, "g")["reasons"][0].update(rule="screening.requirements.scheme")) == [("reasons.clauses", "g")]
    assert judged(t, lambda p: out(p, "g").update(reasons=[])) == [("reasons.clauses", "g")]
    assert judged(t, lambda p: out(p, "late").update(reasons=[])) == [("reasons", "late")]
    assert judged(t, lambda p: out(p, "b")["reasons"][0].update(rule="limits.n")) == [("reasons.rule", "b")]
    judged(t, lambda p: out(p, "b")["reasons"][0].update(rule="budget.said"), right=True)
    for rule, right in (("precedence", True), ("coordination", True), ("exclusivity", False)):
        judged(t, lambda p, rule=rule: out(p, "b")["reasons"][0].update(kind="rule", rule=rule), right=right)
    full = {"kind": "reserve_full", "rule": "reserve", "label": WORDS}
    judged(t, lambda p: p["refused"][0]["reasons"].append(full), right=True)
    assert judged(t, lambda p: p["reserve"][0]["reasons"].append(full))[0][0] == "reasons"


def test_flags_of_used_rows():
    t = town()
    for u in t.plan(**CHOSEN).use:
        assert (u.rule, "") in judged(t, lambda p, u=u: row(p, u.row).update(assumption=not u.assumption))
    for name in (f"budget:said[{Y}]", f"budget:all[{Y + 1}]", f"channels:fiscal[{Y}]", f"channels:loan[{Y}]", "limits:n", "limits:money"):
        dump = row(t.plan(**CHOSEN).model_dump(), name)
        # nothing of nothing is tight or not, and so is a row with less room than the largest refused candidate (900)
        left_open = name in (f"channels:loan[{Y}]", "limits:money")
        found = judged(t, lambda p, name=name, was=dump["binding"]: (row(p, name).update(binding=not was), _told(p, row(p, name)["rule"], not was)), right=left_open)
        assert left_open or (dump["rule"], "") in found


def _told(dump, rule, binds):
    for a in dump["assumptions"]:
        if a["path"] == rule:
            a["binds"] = binds


def test_the_list_of_assumptions():
    t = town()
    first = lambda p: p["assumptions"][0]  # noqa: E731
    for change in (
        lambda p: first(p).update(binds=True), lambda p: first(p).update(why={"zh": "x", "en": "because"}), lambda p: first(p).update(label=WORDS), lambda p: first(p).update(path="x"),
        lambda p: p["assumptions"].pop(0), lambda p: p["assumptions"].pop(), lambda p: p["assumptions"].append(first(p)),
    ):  # fmt: skip
        assert {rule for rule, _project in judged(t, change)} == {"assumptions"}
