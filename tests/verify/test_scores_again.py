"""Scores and weights as the verifier recomputes them, and a plan that states others."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from handmade import Town, Y, carry, entry, make_policy, project
from oracle import plan_of

from renewal_opt.verify.reading import Reading
from renewal_opt.verify.scores import results, weights_of

A = (Y, {"fiscal": 1000})


def scores(town):
    """Return the recomputed scores; those of the oracle must agree."""
    own = results(Reading(town.policy, town.library, town.scenario))
    for i, m in town.oracle.marks.items():
        s = own[i]
        assert (dict(s.indicators), sorted(s.missing), dict(s.criteria), s.total, s.worst, s.best) == (m["ind"], sorted(m["missing"]), m["crit"], m["total"], m["worst"], m["best"])
    return own


def criteria(**columns):
    """Return one criterion with an indicator for each column: value function, and more."""
    return {"worth": entry(weight=1, indicators={c: entry(**({"column": c, "weight": 1} | more)) for c, more in columns.items()})}


def test_value_functions():
    given = criteria(
        consent={"value": [[50, 10], [90, 90], [100, 60]]},
        rail_distance={"value": [[100, 100], [300, 0]]},
        demonstration={"value": {True: 100, False: 20}},
        plan_items={"value": {"x": 30, "y": 80, "other": 5}},
        centre_level={"value": {"top": 70}},
        revenue={"value": [[0, 0], [10, 100]], "scale": "total"},
        relocation={"value": [[0, 100], [1, 0]]},
    )
    town = Town(
        [
            project("a", consent=D(70), rail_distance=D(50), demonstration="yes", plan_items=("x", "y"), centre_level="top", relocation=2500),
            project("b", consent=D(95), rail_distance=D(999), demonstration="no", plan_items=("z",), centre_level="low", relocation=0),
            project("c", 20000, consent=D(40), rail_distance=D(200), demonstration="yes", plan_items=("z", "x"), centre_level="top", relocation=99999),
        ],
        make_policy(criteria=given),
        revenue=[{"project": "c", "year": Y, "revenue_class": "special", "pledged_net": 7}, {"project": "c", "year": Y + 1, "revenue_class": "operating", "pledged_net": 3}],
    )
    found = {i: [s.indicators[f"worth/{c}"] for c in given["worth"]["indicators"]] for i, s in scores(town).items()}
    assert found["a"] == [50, 100, 100, 80, 70, 0, 75]
    assert found["b"] == [75, 0, 20, 5, 0, 0, 100]
    assert found["c"] == [10, 50, 100, 30, 70, 50, 0]  # revenue 0.001 万元 over 0.0002 亿元 is 5
    assert scores(town)["a"].total == F(475, 7)


def test_blanks_and_their_worst_and_best():
    f = [[0, 20], [100, 60]]
    given = criteria(consent={"value": f, "weight": 2}, jobs_added={"value": f, "missing": "best"}, households={"value": f, "missing": "middle"}, residents={"value": f, "missing": D("33.3"), "weight": 4})
    town = Town([project("a", consent=None), project("b", consent=D(50), jobs_added=100)], make_policy(criteria=given))
    own = scores(town)
    assert (own["a"].worst, own["a"].total, own["a"].best) == (20, F("34.15"), 60)  # (2x20 + 60 + 40 + 4x33.3) / 8
    assert own["b"].missing == ["worth/households", "worth/residents"]
    plan = town.holds(a=A, b=A)
    assert all(c.hangs_on_blank for c in plan.chosen)
    plan = plan.model_dump()
    plan["chosen"][0]["hangs_on_blank"] = False
    assert [b.rule for b in town.judge(plan_of(plan))["totals"]] == ["parts.hangs_on_blank"]


TWO = {k: entry(weight=w, indicators={"consent": entry(column="consent", weight=1, value=[[0, 0], [100, 100]])}) for k, w in (("x", 3), ("y", 1), ("z", 0))}


def test_weights_of_policy_and_scenario():
    town = Town([project("a")], make_policy(criteria=TWO))
    assert town.holds(a=A).weights.model_dump()["method"] == "policy"
    assert weights_of(Reading(town.policy, town.library, town.scenario))[0] == {"x": F(3, 4), "y": F(1, 4), "z": 0}
    town = Town([project("a")], make_policy(criteria=TWO), weights={"y": 2})
    assert [w.weight for w in town.holds(a=A).weights.rows] == ["3/5", "2/5", "0"]


def ahp(consistency=D("0.1"), **pairs):
    """Return pairwise judgements of x, y, z written xy="3"."""
    return {"pairs": {f"{k[0]}/{k[1]}": v for k, v in pairs.items()}, "consistency_at_most": consistency}


def test_weights_from_pairwise_judgements():
    # consistent: 4 : 2 : 1
    town = Town([project("a")], make_policy(criteria=TWO), ahp=ahp(xy=2, yz=D(2), zx="1 / 4"))
    assert [w.weight for w in town.holds(a=A).weights.rows] == [f"{n}/1000000" if n != 571429 else "571429/1000000" for n in (571429,)] + ["142857/500000", "142857/1000000"]
    # 1, 1/2, 1/4 from Saaty's own 3 x 3 example: 3, 5, 3 gives 0.637, 0.258, 0.105 and CR 0.033
    town = Town([project("a")], make_policy(criteria=TWO), ahp=ahp(xy=3, xz=5, yz=3))
    plan = town.holds(a=A)
    assert [round(float(F(w.weight)), 3) for w in plan.weights.rows] == [0.637, 0.258, 0.105]
    assert plan.weights.consistency_ratio == pytest.approx(0.0332, abs=1e-4)
    for ratio, holds in ((plan.weights.consistency_ratio + 5e-7, True), (plan.weights.consistency_ratio + 2e-6, False), (None, False)):
        changed = plan.model_dump()
        changed["weights"]["consistency_ratio"] = ratio
        assert (town.judge(plan_of(changed)) == {}) is holds is town.oracle.right(plan_of(changed))
    town = Town([project("a")], make_policy(criteria=TWO), ahp=ahp(consistency=D("0.03"), xy=3, xz=5, yz=3))
    assert [b.rule for b in town.judge(town.plan(a=A))["scores"]] == ["scenario.ahp"]
    two = {k: TWO[k] for k in "xy"}
    town = Town([project("a")], make_policy(criteria=two), ahp=ahp(xy=9))
    assert (town.holds(a=A).weights.consistency_ratio, town.holds(a=A).weights.rows[0].weight) == (0, "9/10")


def test_a_missing_judgement_is_a_breach_not_a_crash():
    town = Town([project("a")], make_policy(criteria=TWO))
    from renewal_opt.domain import Scenario
    from renewal_opt.verify import verify_plan

    scenario = Scenario.model_validate(town.scenario.model_dump() | {"ahp": ahp(xy=2), "force": {}})
    (found,) = verify_plan(town.plan(a=A), town.policy, town.library, scenario)
    assert (found.family, found.breaches[0].kind) == ("inputs", "unreadable")


def test_the_plan_states_scores_and_weights_as_they_are():
    town = Town([project("a"), project("b", consent=None), carry("k")], make_policy(criteria=TWO))
    plan = town.holds(a=A, k=(None, {"fiscal": 400})).model_dump()

    def breaches(change, right=False):
        import copy

        changed = copy.deepcopy(plan)
        change(changed)
        assert town.oracle.right(plan_of(changed)) is right
        found = town.judge(plan_of(changed))
        assert list(found) == [] if right else ["scores"]
        return [(b.project, b.kind, b.rule) for b in found.get("scores", ())]

    row = lambda p: p["scores"][1]  # noqa: E731
    for key in ("total", "worst", "best"):
        assert breaches(lambda p, key=key: row(p).update({key: "1/0"})) == [("b", "unequal", f"scores.{key}")]
        assert breaches(lambda p, key=key: row(p).update({key: "nonsense"})) == [("b", "unequal", f"scores.{key}")]
    assert breaches(lambda p: p["scores"][0].update(total="100/2"), right=True) == []
    assert breaches(lambda p: p["scores"][0].update(total="50.0"), right=True) == []
    assert breaches(lambda p: row(p)["criteria"].update(x="1")) == [("b", "unequal", "scores.criteria")]
    assert breaches(lambda p: row(p)["indicators"].update({"x/consent": "1"})) == [("b", "unequal", "scores.indicators")]
    assert breaches(lambda p: row(p)["indicators"].update({"x/other": "1"})) == [("b", "unknown", "scores.indicators")]
    assert breaches(lambda p: row(p)["indicators"].pop("x/consent")) == [("b", "missing", "scores.indicators")]
    assert breaches(lambda p: row(p).update(missing=())) == [("b", "unequal", "scores.missing")]
    assert breaches(lambda p: p.update(scores=p["scores"][:2])) == [("k", "missing", "scores")]
    assert breaches(lambda p: p.update(scores=[*p["scores"], row(p) | {"id": "ghost"}])) == [("ghost", "unknown", "scores")]
    assert breaches(lambda p: p["weights"].update(method="ahp")) == [("", "unequal", "criteria")]
    assert breaches(lambda p: p["weights"]["rows"][0].update(weight="0.7")) == [("", "unequal", "criteria")]
    assert breaches(lambda p: p["weights"].update(consistency_ratio=0.0)) == [("", "unequal", "criteria")]
    assert breaches(lambda p: p["weights"].update(rows=[*p["weights"]["rows"], p["weights"]["rows"][0]])) == [("", "unequal", "criteria")]
