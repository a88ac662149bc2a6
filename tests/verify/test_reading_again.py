"""The verifier's reading of filters, facts, dated numbers and sets of channels, beside the domain's own helpers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from handmade import SUBS, Town, Y, carry, channel, entry, make_policy, project

from renewal_opt.domain.base import Dated, DatedPoint
from renewal_opt.domain.funding import CapByYear
from renewal_opt.verify.reading import Reading, amount, dated

PROJECT = project(
    "a", plan_items=("x", "y"), demonstration="yes", in_industry_block="no", relocation=25000, work="w1", neg={"lines": "none"},
    months_to_effect=12, applicant="7", extra={"own_money": 30000, "own_list": ("p",), "own_text": "t"}, district="whole", remark="", as_of=dt.date(Y, 1, 2),
)  # fmt: skip
CASES = [
    ({}, True), ({"district": "whole"}, True), ({"district": ["north", "whole"]}, True), ({"district": "north"}, False), ({"level": "city"}, True),
    ({"plan_items": "y"}, True), ({"plan_items": ["z", "x"]}, True), ({"plan_items": "!= x"}, True), ({"plan_items": "z"}, False), ({"plan_items": "any"}, True),
    ({"demonstration": True}, True), ({"demonstration": False}, False), ({"in_industry_block": False}, True), ({"demonstration": "yes"}, True),
    ({"relocation": D("2.5")}, True), ({"relocation": "> 2.49"}, True), ({"relocation": "> 2.5"}, False), ({"relocation": ">= 2.5"}, True), ({"relocation": "<= 2.5"}, True), ({"relocation": "< 2.5"}, False), ({"relocation": "!= 2.5"}, False), ({"relocation": "!= 3"}, True),
    ({"own_money": 3}, True), ({"own_list": "p"}, True), ({"own_text": "t"}, True), ({"own_text": "> 1"}, False), ({"own_text": "!= t"}, False), ({"own_text": "!= s"}, True), ({"own_text": 1}, False),
    ({"action": "act"}, True), ({"revenue": "> 0"}, True), ({"revenue": D("0.03")}, True), ({"duration": 1}, True), ({"neg_lines": "none"}, True), ({"neg_other": "any"}, False),
    ({"stage": "any"}, False), ({"stage": "!= x"}, False), ({"remark": "any"}, False), ({"months_to_effect": ["> 20", 12]}, True), ({"months_to_effect": "12"}, True), ({"applicant": 7}, True), ({"applicant": "> 6"}, True),
    ({"as_of": "> 1"}, False), ({"as_of": "2025-01-02"}, True), ({"nonsense": "any"}, False), ({"copy": "any"}, False), ({"applicant": "> x"}, False), ({"applicant": ">"}, False), ({"district": "whole", "stage": "any"}, False), ({"x": "NaN"}, False), ({"applicant": "< NaN"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("where", "holds"), CASES)
def test_filters(where, holds):
    own = {"own_money": entry(kind="money"), "own_list": entry(kind="multi"), "own_text": entry(kind="text")}
    actions = {"act": entry(works={"w1": {"zh": "一", "en": "one"}})}
    policy = make_policy(columns=own, actions=actions, budget={"b": entry(where=where, amount="open")})
    town = Town([PROJECT], policy, revenue=[{"project": "a", "year": Y, "revenue_class": "special", "pledged_net": 300}])
    where = policy.budget["b"].where
    assert Reading(policy, town.library, town.scenario).match(where, PROJECT) is holds
    if "copy" not in where:
        assert town.oracle.hit(where, PROJECT) is holds


def test_facts_of_a_project_that_says_nothing():
    town = Town([project("a", district=None)])
    reading = Reading(town.policy, town.library, town.scenario)
    assert [reading.fact(town.library.projects[0], c) for c in ("level", "action", "revenue", "relocation", "total_investment")] == [None, None, 0, None, D("0.1")]


def test_dated_numbers_and_caps():
    numbers = Dated(points=(DatedPoint(year=2024, value=D("0.1")), DatedPoint(year=2026, value=None), DatedPoint(year=2028, value=D(2))))
    assert [dated(numbers, y) for y in (2023, 2024, 2025, 2026, 2028)] == [numbers.fraction(y) for y in (2023, 2024, 2025, 2026, 2028)]
    assert dated(None, 2024) is None
    for cap in (CapByYear(later="open"), CapByYear(years={2024: 5}), CapByYear(years={2024: 5, 2026: 7}, later="last"), CapByYear(years={2025: 1}, later="open")):
        for year in range(2023, 2028):
            try:
                want = cap.at(year)
            except LookupError:
                with pytest.raises(LookupError):
                    amount(cap, year)
            else:
                assert amount(cap, year) == want


def test_sets_of_leaves():
    town = Town([], make_policy({"fiscal": channel("grant", "government", sub=SUBS)}))
    reading, funding = Reading(town.policy, town.library, town.scenario), town.policy.funding
    for ids in (None, ("fiscal",), ("local", "bond"), ("loan", "ghost"), ()):
        for side in (None, "government", "market"):
            for kind in (None, "capital", "debt", "grant"):
                assert reading.leaves(ids, side, kind) == set(funding.expand(ids, side, kind))


def test_money_in_place_counts_where_all_of_it_is_in_the_set():
    town = Town([carry("k", in_place={"fiscal": 1, "local": 2, "loan": 4, "ghost": 8}), project("a", in_place={"loan": 16})], make_policy({"fiscal": channel("grant", sub=SUBS)}))
    reading = Reading(town.policy, town.library, town.scenario)
    k, a = town.library.projects
    assert [reading.in_place(k, s) for s in (["local"], ["local", "central"], ["loan", "local"], [])] == [2, 3, 6, 0]
    assert reading.in_place(a, ["loan"]) == 0


def test_readings_are_kept_for_the_last_inputs_only():
    from renewal_opt.verify.reading import reading_of

    one, two = Town([project("a")]), Town([project("b")])
    first = reading_of(one.policy, one.library, one.scenario)
    assert reading_of(one.policy, one.library, one.scenario) is first
    assert reading_of(two.policy, two.library, two.scenario) is not first
    assert reading_of(one.policy, one.library, one.scenario) is not first
