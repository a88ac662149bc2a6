"""Corrupted plans of a town in which every family has a tight rule: the verifier and the oracle say the same."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal as D
from itertools import islice

import corrupt
import pytest
from handmade import SUBS, Town, Y, carry, channel, entry, make_policy, project, wan
from oracle import plan_of

WAIVER = {"items": ("lines",), "authority": "city", "number": "7"}
CHOSEN = {
    "a": (Y, {"central": {Y: 300, Y + 1: 100}, "equity": {Y: 200, Y + 1: 200}, "bond": {Y: 100, Y + 1: 100}}),
    "b": (Y, {"local": 500, "loan": 300, "credit": 200}),
    "c": (Y + 1, {"central": {Y + 1: 200}, "bond": {Y + 2: 300}, "loan": {Y + 1: 100, Y + 2: 200}, "equity": {Y + 1: 200}}),
    "k": (None, {"local": {Y: 200}, "bond": {Y: 200, Y + 1: 200}}),
}
AREAS = {"x": Y, "y": Y + 1}


def rich_town(ahp=False, required=False):
    """Return a town whose rules are tight for `CHOSEN` with `AREAS`."""
    channels = {
        "fiscal": channel("grant", "government", sub=SUBS | {"central": entry(cap={Y: wan(300), "later": "open"}, eligible={"demand": "any"})}, cap={Y: wan(1000), "later": "last"}, share={"at_most": D("0.5")}),
        "bond": channel("debt", "government", eligible={"district": ["north", "south"]}, delay={"column": "bond_review", "years": {"passed": 0, "review": 2}, "blank": None}, cap={Y: wan(300), Y + 1: wan(300), Y + 2: wan(300)}, carry_surplus="yes", rate=D("0.03"), term=3, repayment="annuity"),
        "loan": channel("debt", ticket={"at_least": wan(300), "at_most": wan(500)}, repayment="equal_principal"),
        "credit": channel("debt", repayment="interest_then_bullet"),
    }  # fmt: skip
    funding = {
        "shares": {
            "government": entry(side="government", at_least=D("0.3"), at_most=D("0.7"), per="project", where={"zone": "old"}),
            "bonds": entry(channels=["bond"], of="debt", at_least=D("0.5"), where={"zone": "new"}),
        },
        "capital": {"some": entry(where={"zone": "old"}, at_least=D("0.3333")), "bonds": entry(where={"demand": "high"}, at_least=D("0.2"), per="project", also_capital=["bond"])},
        "cover": {"debt": entry(ratio=D("1.2"), where={"zone": ["old", "new"]})},
        "caps": {"loans": entry(channels=["loan", "credit"], amount=wan(900), already_used=wan(100)), "south": entry(side="government", where={"district": "south"}, years=[Y], each_year="yes", amount=wan(900))},
        "reserved": {"cap": entry(channels=["fiscal"], where={"district": "south"}, at_least=D("0.5")), "use": entry(channels=["bond"], where={"part": "new_start"}, at_least=D("0.5"), of="use")},
        "ratios": {"leverage": entry(numerator={"counts_as": "debt"}, denominator={"counts_as": "capital"}, at_most=D("2.9"))},
        "debt_service": {"all": entry(amount={Y + 1: wan(300), Y + 2: wan(700), Y + 3: wan(500), "later": "last"})},
        "secured_as": "at_least", "ask_as": "at_most",
    }  # fmt: skip
    sections = {
        "screening": {
            "negative_list": {"lines": entry(number=1)}, "health_check": entry(within_years=3), "requirements": {"doc": entry(column="scheme_doc", papers="yes")},
            "stages": {"order": {"s1": entry(), "s2": entry()}, "needed": [entry(stage="s2")]},
            "demolition": {"razed": entry(measure="demolished_share", at_most=D("0.2"), where={"mode": "redevelopment"})},
        },
        "criteria": {
            "need": entry(weight=2, indicators={"consent": entry(column="consent", weight=1, value=[[0, 0], [100, 100]]), "demand": entry(column="demand", weight=2, value={"high": 90, "other": 30}, missing="middle")}),
            "effect": entry(weight=1, indicators={"homes": entry(column="households", weight=1, scale="total", value=[[0, 0], [10000000, 100]])}),
        },
        "budget": {"paid": entry(amount={Y: wan(2000), Y + 1: wan(1200), "later": "open"}), "begun": entry(measure="starts", amount={Y: wan(2000), Y + 1: wan(1000)})},
        "limits": {"caution": entry(where={"mode": "redevelopment"}, at_most={"share": D("0.25"), "of": "plan"}), "number": entry(measure="count", at_least={"value": 3}), "each": entry(where={"zone": "new"}, measure="count", at_most={"share": D("0.67"), "of": "district"})},
        "targets": {"homes": entry(measure="households", at_least={"value": 60}, to=Y)},
        "district_balance": {"even": entry(at_least=D("0.4"), of="new"), "most": entry(measure="count", at_most=D("0.75"))},
        "coordination": entry(mode="required" if required else "bonus", bonus=1, openings_per_year=1, conditions={"least_number": 1, "anchor_first": True, "least_investment": wan(1000), "revenue_share": D("0.2")}),
        "reserve": {"at_most": 3, "money_multiple": 1},
    }  # fmt: skip
    ready = {"neg": {"lines": "none"}, "check_year": Y - 1, "check_report": "R", "scheme_doc": "1", "stage": "s2", "mode": "renovation", "bond_review": "passed", "households": 20, "zone": "old", "demand": "high"}
    split = {"district": "whole", "district_shares": {"north": D(50), "south": D(50)}}
    projects = [
        project("a", (600, 400), **ready, coord_area="x", coord_role="anchor", secured={"equity": 400}),
        project("b", 1000, **(ready | {"zone": "any", "district": "south", "neg": {"lines": "involved"}, "demand": None, "bond_review": None}), waiver=WAIVER, coord_area="x", ask={"loan": 300}),
        project("c", (500, 500), **(ready | split | {"zone": "new", "district": "south", "mode": "redevelopment", "district_shares": {"north": D(40), "south": D(60)}}), start_year=Y + 1, gfa_existing=D(100), gfa_demolished=D(20), coord_area="y", coord_role="anchor"),
        project("d", 1000, **(ready | split)), project("e", (500, 500), **(ready | {"zone": "new"}), coord_area="y"),
        project("f", 700, **(ready | {"scheme_doc": None})), project("g", 1000, **(ready | {"check_year": None})),
        project("h", 1000, **(ready | {"mode": "redevelopment"})), project("i", 1000, **ready), project("m", 2500, **ready),
        project("r", 900, **ready, part="reserve"), project("w", 900, part="withdrawn"),
        carry("k", {Y: 400, Y + 1: 200}, 400, start_year=Y - 1, in_place={"fiscal": 300, "bond": 100}, district="south", zone="new", bond_review="review", households=None),
    ]  # fmt: skip
    relations = [
        {"kind": "precedence", "project": "a", "other": "c", "lag": 1}, {"kind": "precedence", "project": "c", "other": "e"},
        {"kind": "exclusive", "project": "a", "group": "g"}, {"kind": "exclusive", "project": "d", "group": "g"}, {"kind": "exclusive", "project": "h", "other": "k"},
        {"kind": "corequisite", "project": "a", "other": "b"}, {"kind": "corequisite", "project": "d", "other": "i"},
    ]  # fmt: skip
    revenue = [{"project": i, "year": y, "revenue_class": "operating", "pledged_net": n} for i, y, n in (("a", Y + 1, 260), ("c", Y + 2, 800), ("k", Y, 640), ("b", Y, 200))]
    more = {"ahp": {"pairs": {"need/effect": 3}, "consistency_at_most": D("0.1")}} if ahp else {}
    return Town(projects, make_policy(channels, funding, **sections), relations=relations, revenue=revenue, window=2, force={"in": ["a"], "out": ["m"]}, **more)


@pytest.mark.parametrize("options", [{}, {"ahp": True}, {"required": True}])
def test_the_rich_town_holds(options):
    plan = rich_town(**options).holds(AREAS, **CHOSEN)
    assert {u.family for u in plan.use} == {"budget", "channels", "caps", "reserved", "ratios", "debt_service", "districts", "limits"}


def compare(number, seed, **options):
    """Judge corrupted plans by both; return how many were wrong and right, and which families caught something."""
    town, counts, families = rich_town(**options), Counter(), Counter()
    corrupt.AREAS[:] = ["x", "y"]
    plan = plan_of(town.oracle.fill(town.choice(AREAS, **CHOSEN)))
    changes = corrupt.corruptions(plan, random.Random(seed), town.oracle)
    for k, (name, changed, _touched) in enumerate(islice(changes, number)):
        found = town.judge(changed)
        right = town.oracle.right(changed)
        assert right is (not found), (seed, k, name, found)
        counts[right] += 1
        families.update(found.keys())
    return counts, families


EVERY = {
    "areas", "asks", "balance", "budget", "capital", "caps", "channels", "commitments", "corequisites", "cover", "debt_service", "districts", "exclusivity",
    "limits", "precedence", "ratios", "reserved", "scores", "screening", "shares", "tickets", "totals", "use",
}  # fmt: skip


def test_corruptions():
    counts, families = Counter(), Counter()
    for seed, options in enumerate(({}, {"ahp": True}, {"required": True}), 1):
        judged, caught = compare(700, seed, **options)
        counts += judged
        families += caught
    assert counts[True] > 100
    assert set(families) == EVERY


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 30))
def test_many_corruptions(seed):
    _counts, families = compare(1000, seed, required=bool(seed % 2))
    assert set(families) <= EVERY
