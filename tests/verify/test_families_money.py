"""Each money family of verify/: a plan that holds, one broken in exactly that family, and both sides of the bound."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from handmade import SUBS, Town, Y, carry, channel, entry, make_policy, project, wan
from oracle import plan_of

A1000 = (Y, {"fiscal": 1000})


def only(breaches):
    """Return the single breach."""
    assert len(breaches) == 1, breaches
    return breaches[0]


# balance ------------------------------------------------------------------------------------------------------
def test_balance_money_equals_spending_in_each_year():
    town = Town([project("a", (600, 400)), carry("k")])
    k = (None, {"fiscal": 400})
    town.holds(a=(Y, {"fiscal": {Y: 600, Y + 1: 400}}), k=k)
    town.holds(a=(Y, {"fiscal": {Y: 100, Y + 1: 400}, "loan": 500}), k=k)
    less, more = town.fails("balance", a=(Y, {"fiscal": {Y: 599, Y + 1: 401}}), k=k)
    assert (less.project, less.year, less.kind, less.excess, less.row) == ("a", Y, "below", 1, f"balance:spending[a,{Y}]")
    assert (more.project, more.year, more.kind, more.excess) == ("a", Y + 1, "above", 1)
    late = only(town.fails("balance", a=(Y, {"fiscal": {Y: 600, Y + 1: 400, Y + 2: 1}}), k=k))
    assert (late.year, late.bound) == (Y + 2, 0)
    assert only(town.fails("balance", a=(Y, {"fiscal": {Y: 600, Y + 1: 400}}), k=(None, {"fiscal": 399}))).project == "k"
    missing = only(town.fails("balance", a=(Y, {"fiscal": 600}), k=k))
    assert (missing.year, missing.excess) == (Y + 1, 400)


def test_balance_amounts_are_positive_and_stated_once():
    town = Town([project("a")])
    below = only(town.fails("balance", a=(Y, {"fiscal": 1001, "loan": -1})))
    assert (below.project, below.channel, below.value) == ("a", "loan", -1)
    assert only(town.fails("balance", a=(Y, {"fiscal": 1000, "loan": 0}))).bound == 1
    twice = town.plan(a=A1000).model_dump()
    twice["chosen"][0]["money"] = [{"channel": "fiscal", "year": Y, "yuan": 500}] * 2
    assert not town.oracle.right(plan_of(twice))
    assert {b.rule for b in town.judge(plan_of(twice))["balance"]} == {"money"}


def test_balance_leaf_is_known_and_eligible():
    policy = make_policy({"fiscal": channel("grant", sub=SUBS | {"local": entry(eligible={"district": "south"})}), "loan": channel("debt", eligible={"implementer_kind": "soe"})})
    town = Town([project("a"), project("s", implementer_kind="soe", district="south")], policy)
    town.holds(a=(Y, {"central": 1000}), s=(Y, {"local": 500, "loan": 500}))
    for money in ({"fiscal": 1000}, {"nothing": 1000}):
        breach = only(town.fails("balance", a=(Y, money)))
        assert (breach.kind, breach.channel) == ("unknown", next(iter(money)))
    for leaf, parent in (("local", "fiscal"), ("loan", "loan")):
        breach = only(town.fails("balance", a=(Y, {leaf: 1000})))
        assert (breach.project, breach.channel, breach.year, breach.rule) == ("a", leaf, Y, f"funding.channels.{parent}.eligible")


def test_balance_delay():
    delay = {"column": "bond_review", "years": {"passed": 0, "review": 1}, "blank": 2}
    policy = make_policy({"bond": channel("debt", delay=delay)})
    states = {"p": "passed", "r": "review", "n": "not_sent", "b": None}
    town = Town([project(i, (100, 100, 100), bond_review=s) for i, s in states.items()] + [carry("k", in_place={"bond": 1}), carry("l")], policy)
    first = {"p": Y, "r": Y + 1, "b": Y + 2}

    def money(year):
        return {"fiscal": {t: 100 for t in range(Y, Y + 3) if t != year}, "bond": {year: 100}}

    carried = {"k": (None, {"bond": 400}), "l": (None, {"fiscal": 400})}
    for i, year in first.items():
        town.holds(**{i: (Y, money(year))}, **carried)
        if year > Y:
            breach = only(town.fails("balance", **{i: (Y, money(year - 1))}, **carried))
            assert (breach.project, breach.year, breach.bound, breach.rule) == (i, year - 1, year, "funding.channels.bond.delay")
    assert only(town.fails("balance", n=(Y, money(Y + 2)), **carried)).found == "not_sent"
    assert only(town.fails("balance", k=carried["k"], l=(None, {"bond": 400}))).project == "l"


# budget -------------------------------------------------------------------------------------------------------
def test_budget_spending_and_starts():
    budget = {
        "paid": entry(amount={Y: wan(1400), "later": "open"}),
        "begun": entry(measure="starts", where={"district": "north"}, amount={Y: wan(1600), Y + 1: wan(1000)}),
        "off": entry(active="no", amount={Y: 0}),
    }
    town = Town([project("a", (1000, 600)), project("b"), carry("k"), project("s", district="south")], make_policy(budget=budget), window=2)
    k = (None, {"fiscal": 400})
    a = (Y, {"fiscal": {Y: 1000, Y + 1: 600}})
    plan = town.holds(a=a, k=k, b=(Y + 1, {"fiscal": {Y + 1: 1000}}))  # 1000 + 400 = 1400; 1600; 1000
    assert [u.row for u in plan.use] == [f"budget:paid[{Y}]", f"budget:begun[{Y}]", f"budget:begun[{Y + 1}]"]
    paid = only(town.fails("budget", k=k, s=(Y, {"fiscal": 1000}), b=(Y + 1, {"fiscal": {Y + 1: 1000}}), a=(Y, a[1])))
    assert (paid.row, paid.year, paid.excess) == (f"budget:paid[{Y}]", Y, 1000)
    begun = only(town.fails("budget", k=k, a=(Y + 1, {"fiscal": {Y + 1: 1000, Y + 2: 600}})))
    assert (begun.row, begun.value, begun.bound) == (f"budget:begun[{Y + 1}]", 1600, 1000)
    town = Town([project("a", 1401)], make_policy(budget={"paid": budget["paid"]}))
    assert only(town.fails("budget", a=(Y, {"fiscal": 1401}))).excess == 1


def test_a_budget_without_a_number_is_a_breach_not_a_crash():
    town = Town([project("a", (500, 500))], make_policy(budget={"paid": entry(amount={Y: 1})}))
    plan = Town(list(town.library.projects)).plan(a=(Y, {"fiscal": {Y: 500, Y + 1: 500}}))
    found = only(town.judge(plan)["budget"])
    assert (found.kind, found.found) == ("unreadable", f"LookupError: no amount for {Y + 1}")


# channels -----------------------------------------------------------------------------------------------------
def test_channels_caps_by_year_and_sub_channel():
    policy = make_policy({"fiscal": channel("grant", cap={Y: wan(900), "later": "last"}, sub=SUBS | {"local": entry(cap={Y: wan(300), "later": "open"})})})
    town = Town([project("a", (1000, 1000))], policy)
    town.holds(a=(Y, {"central": {Y: 600, Y + 1: 500}, "local": {Y: 300, Y + 1: 400}, "loan": {Y: 100, Y + 1: 100}}))
    breach = only(town.fails("channels", a=(Y, {"central": {Y: 600, Y + 1: 501}, "local": {Y: 300, Y + 1: 400}, "loan": {Y: 100, Y + 1: 99}})))
    assert (breach.channel, breach.year, breach.excess, breach.row) == ("fiscal", Y + 1, 1, f"channels:fiscal[{Y + 1}]")
    breach = only(town.fails("channels", a=(Y, {"local": {Y: 301}, "loan": {Y: 699, Y + 1: 1000}})))
    assert (breach.channel, breach.excess, breach.rule) == ("local", 1, "funding.channels.fiscal.sub.local")


def test_channels_carry_surplus_up_to_an_open_year():
    policy = make_policy({"fiscal": channel("grant", cap={Y: wan(500), Y + 1: wan(300), "later": "open"}, carry_surplus="yes")})
    town = Town([project("a", (1000, 1000, 1000))], policy)

    def money(*fiscal):
        years = dict(enumerate(fiscal, Y))
        return (Y, {"fiscal": {t: m for t, m in years.items() if m}, "loan": {t: 1000 - m for t, m in years.items() if m < 1000}})

    plan = town.holds(a=money(100, 700, 1000))
    assert [(u.row, u.value, u.at_most) for u in plan.use] == [(f"channels:fiscal[{Y}]", "100", "500"), (f"channels:fiscal[{Y + 1}]", "800", "800")]
    assert only(town.fails("channels", a=money(100, 701, 0))).excess == 1
    assert only(town.fails("channels", a=money(501, 0, 0))).year == Y


# caps ---------------------------------------------------------------------------------------------------------
def test_caps_over_projects_and_years():
    caps = {
        "all_years": entry(channels=["bond", "loan"], where={"district": "north"}, amount=wan(1000), already_used=wan(300)),
        "each": entry(side="government", counts_as="debt", years=[Y, Y + 9], each_year="yes", amount=wan(600)),
        "off": entry(active="no", amount=0),
    }
    town = Town([project("a", (1000, 1000)), project("s", 1000, district="south")], make_policy(funding={"caps": caps}))

    def a(bond, loan):
        return (Y, {"bond": bond, "loan": {Y + 1: loan}, "fiscal": {Y: 1000 - bond, Y + 1: 1000 - loan}})

    south = (Y, {"bond": 300, "fiscal": 700})
    plan = town.holds(a=a(300, 400), s=south)
    assert [u.row for u in plan.use] == ["caps:all_years", f"caps:each[{Y}]"]
    breach = only(town.fails("caps", a=a(300, 401), s=south))
    assert (breach.row, breach.excess, breach.year) == ("caps:all_years", 1, None)
    breach = only(town.fails("caps", a=a(301, 300), s=south))
    assert (breach.row, breach.excess, breach.year) == (f"caps:each[{Y}]", 1, Y)


# shares -------------------------------------------------------------------------------------------------------
def test_shares_of_a_channel_by_year_round_outwards():
    share = {"at_most": D("0.5"), "at_least": D("0.3")}
    policy = make_policy({"bond": channel("debt", share=share, eligible={"district": "north"})})
    town = Town([project("a", (101, 101)), project("s", district="south")], policy)

    def a(first, second):  # 30.3 .. 50.5: from 30 to 51
        return (Y, {"bond": {Y: first, Y + 1: second}, "loan": {Y: 101 - first, Y + 1: 101 - second}})

    town.holds(a=a(30, 51), s=A1000)
    breach = only(town.fails("shares", a=a(29, 40)))
    assert (breach.project, breach.year, breach.kind, breach.excess, breach.rule) == ("a", Y, "below", 1, "funding.channels.bond.share")
    assert only(town.fails("shares", a=a(40, 52))).kind == "above"


def test_shares_on_the_whole_cost_and_for_carry_overs():
    rule = entry(channels=["bond", "central"], at_least=D("0.25"), at_most=D("0.5"), per="project", where={"object_class": "x"})
    policy = make_policy({"fiscal": channel("grant", sub=SUBS)}, {"shares": {"group": rule, "off": entry(active="no", at_most=0)}})
    new = project("a", (600, 401), object_class="x")  # 250.25 .. 500.5 of 1001: from 250 to 501
    town = Town([new, project("b")], policy)

    def a(group):
        return (Y, {"bond": group, "local": {Y: 600 - group, Y + 1: 401}})

    town.holds(a=a(250), b=(Y, {"local": 1000}))
    town.holds(a=a(501))
    assert only(town.fails("shares", a=a(249))).project == "a"
    assert only(town.fails("shares", a=a(502))).excess == 1
    # whole cost 1000 with 600 spent: 250 .. 500, less what is in place of the group (a parent of two leaves is not in it)
    for place, least, most in (({"bond": 100, "fiscal": 90, "loan": 9}, 150, 400), ({"central": 600}, 0, 0), ({}, 250, 400), ({"bond": 60, "central": 40}, 150, 400)):
        town = Town([carry("k", object_class="x", in_place=place)], policy)

        def k(group):
            return {"k": (None, {c: m for c, m in (("central", group), ("local", 400 - group)) if m})}

        for group in {least, most}:
            town.holds(**k(group))
        for group in {least - 1, most + 1} & set(range(401)):
            assert only(town.fails("shares", **k(group))).project == "k"
    # least share above what remains: all that remains is enough
    town = Town([carry("k", 100, 900, object_class="x")], policy)
    town.holds(k=(None, {"central": 100}))
    assert only(town.fails("shares", k=(None, {"central": 99, "local": 1}))).bound == 100


def test_shares_of_capital_and_of_debt():
    shares = {
        "tool": entry(channels=["equity"], of="capital", at_most=D("0.5"), at_least=D("0.4")),
        "bonds": entry(channels=["bond"], of="debt", at_least=D("0.5")),
    }
    capital = {"bonds_too": entry(where={"district": "north"}, at_least=0, also_capital=["bond"]), "off": entry(active="no", where={}, at_least=1), "ended": entry(where={}, at_least={Y: {"value": None, "source": entry()["source"]}}, also_capital=["loan"])}
    town = Town([project("a"), carry("k", in_place={"equity": 100, "bond": 100, "loan": 50})], make_policy(funding={"shares": shares, "capital": capital}))

    def a(equity, bond, loan=0):
        money = {"equity": equity, "bond": bond, "loan": loan, "fiscal": 1000 - equity - bond - loan}
        return {"a": (Y, {c: m for c, m in money.items() if m}), "k": (None, {"fiscal": 400})}

    town.holds(**a(201, 200, 200))  # capital 401: from 160 to 201; debt 400: from 200
    town.holds(**a(0, 0))
    assert only(town.fails("shares", **a(202, 200))).rule == "funding.shares.tool"
    assert only(town.fails("shares", **a(130, 200))).bound == 132
    assert only(town.fails("shares", **a(150, 200, 202))).rule == "funding.shares.bonds"
    breach = only(town.fails("shares", **(a(0, 0) | {"k": (None, {"equity": 2, "fiscal": 398})})))  # 102 of 202: at most 101
    assert (breach.project, breach.value, breach.bound) == ("k", 102, 101)


# capital ------------------------------------------------------------------------------------------------------
def test_capital_largest_ratio_each_year_or_whole():
    capital = {
        "some": entry(where={"district": "north"}, at_least=D("0.2"), per="project", also_capital=["bond"]),
        "more": entry(where={"demonstration": True}, at_least=D("0.25"), per="project"),
        "as_much": entry(where={"demonstration": True}, at_least=D("0.25"), per="year"),
        "off": entry(where={}, at_least=1, active="no"),
    }
    town = Town([project("a", (501, 500)), project("d", (501, 500), demonstration="yes"), project("s", district="south")], make_policy(funding={"capital": capital}))

    def money(bond, equity, later=0):
        return (Y, {"bond": bond, "equity": {Y: equity, Y + 1: later}, "fiscal": {Y: 501 - bond - equity, Y + 1: 500 - later}} if later else {"bond": bond, "equity": equity, "fiscal": {Y: 501 - bond - equity, Y + 1: 500}})

    town.holds(a=money(100, 100), s=A1000)  # 0.2 x 1001 = 200.2: 200
    breach = only(town.fails("capital", a=money(100, 99)))
    assert (breach.project, breach.excess, breach.rule) == ("a", 1, "funding.capital.some")
    town.holds(d=money(100, 25, 125))  # each year: 125.25 and 125
    breach = only(town.fails("capital", d=money(200, 25, 124)))
    assert (breach.project, breach.year, breach.excess, breach.rule) == ("d", Y + 1, 1, "funding.capital.as_much")


def test_capital_of_carry_overs_counts_what_is_in_place():
    capital = {"some": entry(where={}, at_least=D("0.5"))}
    for place, least in (({"equity": 300}, 200), ({"equity": 700}, 0), ({}, 400)):
        town = Town([carry("k", in_place=place)], make_policy(funding={"capital": capital}))
        money = {c: m for c, m in (("equity", least), ("fiscal", 400 - least)) if m}
        town.holds(k=(None, money))
        if least:
            breach = only(town.fails("capital", k=(None, {c: m for c, m in (("equity", least - 1), ("fiscal", 401 - least)) if m})))
            assert (breach.project, breach.bound, breach.excess) == ("k", least, 1)


# cover --------------------------------------------------------------------------------------------------------
def test_cover_bounds_principal_and_interest_by_revenue_of_the_term():
    cover = {"all": entry(ratio=D("1.1"), revenue=["special"], where={"district": "north"}), "off": entry(active="no", ratio=9), "ended": entry(ratio={Y: {"value": None, "source": entry()["source"]}})}
    policy = make_policy({"loan": channel("debt", eligible={"demonstration": True}, term=3, rate=0, repayment="annuity")}, {"cover": cover})
    revenue = [
        {"project": "a", "year": year, "revenue_class": kind, "pledged_net": yuan}
        for year, kind, yuan in ((Y, "special", 1000), (Y + 2, "special", 210), (Y + 3, "special", 50), (Y - 1, "special", 9999), (Y + 1, "operating", 9999))
    ]
    town = Town([project("a", 2000, start_year=Y)], policy, revenue=revenue)
    town.holds(a=(Y, {"bond": 1000, "fiscal": 1000}))  # (1000 + 210) / 1.1 = 1100 = 1.1 x 1000: term 2 alone, loans barred
    breach = only(town.fails("cover", a=(Y, {"bond": 1001, "fiscal": 999})))
    assert (breach.project, breach.value, breach.bound, breach.rule) == ("a", D("1101.1"), 1100, "funding.cover.all")
    town = Town([project("a", 2000, demonstration="yes")], policy, revenue=revenue)  # unknown start: from the plan year; term 3
    town.holds(a=(Y, {"loan": 1145, "fiscal": 855}))  # 1260 / 1.1 = 1145.45
    town.fails("cover", a=(Y, {"loan": 1146, "fiscal": 854}))
    town = Town([project("a", district="south"), project("n", 100)], policy, revenue=[{"project": "n", "year": Y, "revenue_class": "special", "pledged_net": -5}])
    town.holds(a=(Y, {"bond": 1000}), n=(Y, {"fiscal": 100}))
    town.fails("cover", a=(Y, {"bond": 1000}), n=(Y, {"bond": 1, "fiscal": 99}))


def test_cover_counts_debt_in_place_and_needs_a_usable_channel():
    cover = {"all": entry(ratio=1)}
    policy = make_policy({"loan": channel("debt", sub={"bank": entry(), "policy_bank": entry()}, rate=0, term=1, repayment="equal_principal")}, {"cover": cover})
    for place, left in (({"bond": 100, "loan": 50, "bank": 40, "equity": 7}, 300), ({"bond": 1000}, 0), ({}, 500)):
        # 500 - 1.1 x 100 - 50 - 40 = 300
        town = Town([carry("k", start_year=Y - 1, in_place=place)], policy, revenue=[{"project": "k", "year": Y, "revenue_class": "operating", "pledged_net": 500}])
        room = min(left, 400)
        town.holds(k=(None, {c: m for c, m in (("bank", room), ("fiscal", 400 - room)) if m}))
        if left < 400:
            assert only(town.fails("cover", k=(None, {c: m for c, m in (("bank", left + 1), ("fiscal", 399 - left)) if m}))).bound == left
    barred = make_policy({c: channel("debt", eligible={"district": "south"}) for c in ("bond", "loan")}, {"cover": cover})
    assert Town([project("a")], barred).verify(Town([project("a")], barred).holds(a=A1000))["cover"].rows == 0


# tickets ------------------------------------------------------------------------------------------------------
def test_tickets_least_and_largest_use():
    policy = make_policy({"loan": channel("debt", ticket={"at_least": wan(300), "at_most": wan(600)}), "equity": channel("capital", ticket={"at_least": wan(100)})})
    town = Town([project("a", (500, 500))], policy)

    def a(first, later):
        return (Y, {"loan": {t: m for t, m in ((Y, first), (Y + 1, later)) if m}, "fiscal": {Y: 500 - first, Y + 1: 500 - later}})

    for first, later in ((0, 0), (100, 200), (300, 300)):
        town.holds(a=a(first, later))
    low, high = only(town.fails("tickets", a=a(100, 199))), only(town.fails("tickets", a=a(300, 301)))
    assert (low.project, low.channel, low.kind, low.excess) == ("a", "loan", "below", 1)
    assert (high.kind, high.excess, high.rule) == ("above", 1, "funding.channels.loan.ticket")
    for there, most in ((500, 100), (700, 0)):  # not asked for a least use where money is in place already
        town = Town([carry("k", in_place={"loan": there})], policy)
        town.holds(k=(None, {c: m for c, m in (("loan", most), ("fiscal", 400 - most)) if m}))
        assert only(town.fails("tickets", k=(None, {"loan": most + 1, "fiscal": 399 - most}))).bound == most
    town.fails("tickets", k=(None, {"loan": 1, "fiscal": 399}))


# asks ---------------------------------------------------------------------------------------------------------
def test_asks_secured_money_is_used_and_asks_are_not_exceeded():
    subs = {"fiscal": channel("grant", sub=SUBS)}
    projects = [project("a", secured={"fiscal": 300, "loan": 2000}, ask={"loan": 800, "central": 200}), carry("k", secured={"bond": 9}, ask={"loan": 0})]
    k = (None, {"loan": 400})
    town = Town(projects, make_policy(subs, {"ask_as": "at_most"}))
    town.holds(a=(Y, {"central": 200, "loan": 800}), k=k)
    breach = only(town.fails("asks", a=(Y, {"central": 199, "loan": 801}), k=k))
    assert (breach.project, breach.channel, breach.excess, breach.rule) == ("a", "loan", 1, "funding.ask_as")
    assert only(town.fails("asks", a=(Y, {"central": 201, "loan": 799}), k=k)).channel == "central"
    town = Town([project("a", secured={"fiscal": 300}), project("b", secured={"loan": 2000})], make_policy(subs, {"secured_as": "at_least"}))
    b = (Y, {"loan": 1000})  # all that there is to spend
    town.holds(a=(Y, {"central": 200, "local": 100, "loan": 700}), b=b)
    breach = only(town.fails("asks", a=(Y, {"central": 200, "local": 99, "loan": 701}), b=b))
    assert (breach.project, breach.channel, breach.bound, breach.rule) == ("a", "fiscal", 300, "funding.secured_as")
    assert only(town.fails("asks", b=(Y, {"loan": 999, "central": 1}))).bound == 1000
    Town(list(town.library.projects), make_policy(subs)).holds(b=(Y, {"central": 1000}))


# reserved -----------------------------------------------------------------------------------------------------
def test_reserved_share_of_the_cap_and_of_the_use():
    old = {"object_class": "old"}
    reserved = {
        "cap": entry(channels=["fiscal", "central"], where=old, at_least=D("0.333")),
        "use": entry(channels=["bond", "loan"], where=old, at_least=D("0.5"), of="use"),
        "off": entry(channels=["bond"], where=old, at_least=1, active="no"),
        "ended": entry(channels=["bond"], where=old, at_least={Y: {"value": None, "source": entry()["source"]}}),
    }
    fiscal = channel("grant", cap={Y: wan(1000), "later": "open"}, sub=SUBS | {"central": entry(cap={Y: wan(500), "later": "open"})})
    town = Town([project("o", object_class="old"), project("a"), project("b", (1000, 1000))], make_policy({"fiscal": fiscal}, {"reserved": reserved}))
    o = (Y, {"local": 333, "bond": 667})
    plan = town.holds(o=o, a=(Y, {"central": 333, "local": 334, "bond": 333}))  # (1 - 0.333) x 1000 = 667 and 333.5
    assert [u.row for u in plan.use if u.family == "reserved"] == [f"reserved:cap[fiscal,{Y}]", f"reserved:cap[central,{Y}]", "reserved:use"]
    breach = only(town.fails("reserved", o=(Y, {"local": 332, "bond": 668}), a=(Y, {"central": 333, "local": 335, "bond": 332})))
    assert (breach.row, breach.channel, breach.year, breach.excess) == (f"reserved:cap[fiscal,{Y}]", "fiscal", Y, 1)
    assert only(town.fails("reserved", o=o, a=(Y, {"central": 334, "local": 333, "bond": 333}))).channel == "central"
    breach = only(town.fails("reserved", o=(Y, {"local": 334, "bond": 666}), a=(Y, {"central": 333, "bond": 667})))
    assert (breach.row, breach.value, breach.bound) == ("reserved:use", 666, D("666.5"))


# ratios -------------------------------------------------------------------------------------------------------
def test_ratios_between_two_sets_of_money():
    ratios = {
        "leverage": entry(numerator={"side": "market", "where": {"district": "north"}}, denominator={"side": "government"}, at_least=D("0.5"), at_most=2),
        "yearly": entry(numerator={"counts_as": "debt"}, denominator={"channels": ["equity", "fiscal"]}, at_most=3, per="year"),
        "off": entry(active="no", numerator={}, denominator={}, at_most=0),
        "ended": entry(numerator={}, denominator={}, at_most={Y: {"value": None, "source": entry()["source"]}}),
    }
    town = Town([project("a", (1000, 500)), project("s", 300, district="south")], make_policy(funding={"ratios": ratios}))

    def a(fiscal, loan, equity):
        return (Y, {"fiscal": {Y: fiscal, Y + 1: 250}, "loan": {Y: loan, Y + 1: 250}, "equity": {Y: equity} if equity else {}})

    s = {"s": (Y, {"fiscal": 150, "equity": 150})}
    plan = town.holds(a=a(250, 550, 200), **s)  # north's market 1000, government 650; debt 550 to 750 and 250 to 250
    assert next((u.row, u.value, u.at_least, u.at_most) for u in plan.use) == ("ratios:leverage", "1000", "325", "1300")
    town.holds(a=a(250, 750, 0))  # 1000 to 500
    low = only(town.fails("ratios", a=(Y, {"fiscal": {Y: 501, Y + 1: 500}, "loan": 499})))
    assert (low.row, low.kind, low.excess) == ("ratios:leverage", "below", D("1.5"))
    high = only(town.fails("ratios", a=(Y, {"fiscal": {Y: 249, Y + 1: 250}, "loan": {Y: 747, Y + 1: 250}, "equity": 4})))
    assert (high.kind, high.excess) == ("above", 3)
    yearly = only(town.fails("ratios", a=(Y, {"fiscal": {Y: 249, Y + 1: 300}, "loan": {Y: 751, Y + 1: 200}})))
    assert (yearly.row, yearly.year, yearly.value, yearly.bound) == (f"ratios:yearly[{Y}]", Y, 751, 747)


# debt service -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("repayment", "rate", "due"),
    [
        ("annuity", D("0.25"), [D("0.6944444444"), D("0.6944444444")]),  # 0.25 / (1 - 1.25^-2) = 25/36
        ("annuity", 0, [D("0.5"), D("0.5")]),
        ("equal_principal", D("0.1"), [D("0.6"), D("0.55")]),
        ("bullet", D("0.1"), [0, D("1.2")]),
        ("interest_then_bullet", D("0.1"), [D("0.1"), D("1.1")]),
    ],
)
def test_debt_service_by_year_of_each_repayment_form(repayment, rate, due):
    policy = make_policy({"loan": channel("debt", rate=rate, repayment=repayment)}, {"debt_service": {"ceiling": entry(amount={Y: 0, "later": "last"}, side="market"), "off": entry(active="no", amount={})}})
    town = Town([project("a", (360, 720))], policy)
    plan = town.plan(a=(Y, {"loan": {Y: 360, Y + 1: 720}}))
    found = {b.year: b for b in town.judge(plan)["debt_service"]}
    want = {Y + 1: 360 * due[0], Y + 2: 360 * due[1] + 720 * due[0], Y + 3: 720 * due[1]}
    assert {y: round(float(b.value), 4) for y, b in found.items()} == {y: round(float(v), 4) for y, v in want.items() if v}
    assert {b.row for b in found.values()} == {f"debt_service:ceiling[{y}]" for y in found}


def test_debt_service_at_the_ceiling_and_beyond():
    ceiling = {"ceiling": entry(amount={Y + 2: wan(1100), "later": "open"}), "nothing": entry(channels=["equity"], amount={})}
    town = Town([project("a", 2000)], make_policy(funding={"debt_service": ceiling}))  # two-year bullets at 5 %: 1.1
    plan = town.holds(a=(Y, {"loan": 500, "bond": 500, "fiscal": 1000}))
    assert [(u.row, u.value) for u in plan.use] == [(f"debt_service:ceiling[{Y + 2}]", "1100")]
    breach = only(town.fails("debt_service", a=(Y, {"loan": 501, "bond": 500, "fiscal": 999})))
    assert (breach.year, breach.excess) == (Y + 2, D("1.1"))
    policy = make_policy({"loan": channel("debt", rate={Y + 1: D("0.1")})}, {"debt_service": {"ceiling": entry(amount="open")}})
    town = Town([project("a")], policy)
    assert only(town.judge(Town([project("a")]).plan(a=A1000))["debt_service"]).found == f"LookupError: no rate for {Y}"
