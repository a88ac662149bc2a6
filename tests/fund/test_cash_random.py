"""Cash of random plans: identities of money; interest in building time and cross-subsidy by themselves."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy_financial as npf
import pytest
from builders import assumed, library_of, policy_of, project_of, tiny_policy
from hypothesis import given
from hypothesis import strategies as st
from plan_fixture import made_plan

from renewal_opt.analysis.fund.cash import of_plan
from renewal_opt.analysis.fund.cash.areas import shared
from renewal_opt.analysis.fund.cash.building import building_interest
from renewal_opt.domain.fund_cash import CashAnswer, Flow
from renewal_opt.domain.library import HelpRow, RevenueRow
from renewal_opt.domain.plan import Chosen, Money
from renewal_opt.domain.policy import Policy

YEAR = 2025


def random_policy(draw: random.Random) -> Policy:
    raw = tiny_policy()
    channels = raw["funding"]["channels"]
    channels["loan"] = assumed("贷款", "loan", side="market", counts_as="debt", cap="open", rate=Decimal("0.05"), term=7, repayment="equal_principal")
    for key in ("bond", "loan"):
        channels[key] |= {
            "rate": Decimal(draw.randint(0, 90)) / 1000, "term": draw.randint(1, 30), "repayment": draw.choice(["annuity", "equal_principal", "bullet", "interest_then_bullet"]),
            "issue_fee": Decimal(draw.randint(0, 3)) / 1000,
        }  # fmt: skip
    if draw.random() < 0.5:
        channels["bond"]["issued_rate"] = Decimal("0.0213")
    return policy_of(raw)


@cache
def random_answer(seed: int) -> CashAnswer:
    """Return the cash of a plan that is drawn, not solved: of_plan takes it as it stands."""
    draw = random.Random(seed)
    policy = random_policy(draw)
    projects, chosen, revenue, help_ = [], [], [], []
    leaves = ("city_funds", "district_funds", "bond", "own", "loan")
    for n in range(draw.randint(1, 7)):
        id_, carry = f"P{n:03d}", draw.random() < 0.4
        in_place = {c: draw.randint(0, 10**8) for c in draw.sample(("fiscal", "bond", "loan", "own"), 2)} if carry else {}
        money = {(c, y): draw.randint(0, 3 * 10**8 + 7) for c in draw.sample(leaves, 3) for y in range(YEAR, YEAR + draw.randint(1, 3))}
        total = sum(money.values()) + sum(in_place.values())
        more = {"part": "carry_over", "start_year": YEAR - 1, "in_place": in_place, "spend": ()} if carry else {"start_year": draw.choice([YEAR, YEAR - 1])}
        projects.append(project_of(id_, total_investment=total, coord_area=draw.choice([None, "A", "B"]), idc=draw.choice([None, 10**6]), **more))
        chosen.append(Chosen(
            id=id_, name=id_, part="carry_over" if carry else "new_start", start=None if carry else YEAR, investment=total, score="1",
            money=tuple(Money(channel=c, year=y, yuan=v) for (c, y), v in money.items() if v),
        ))  # fmt: skip
        revenue += [RevenueRow(project=id_, year=YEAR + k, revenue_class=draw.choice(["special", "operating"]), pledged_net=draw.randint(-10**6, 10**8)) for k in range(draw.randint(0, 25))]
    for k in range(draw.randint(0, 6)):
        payer = draw.choice([None, *(p.id for p in projects), "elsewhere"])
        payee = draw.choice([p.id for p in projects])
        if payer != payee:
            help_.append(HelpRow(project=payee, payer=payer, year=YEAR + draw.randint(-1, 6), document=f"T{k}", pledged_net=draw.randint(1, 10**7)))
    library = library_of(*projects, revenue=tuple(revenue), help=tuple(help_))
    plan = made_plan(chosen=tuple(chosen), plan_year=YEAR)
    return of_plan(plan, policy, library, discount=Fraction(4, 100), basis=draw.choice([None, "static", "dynamic"]))


def summed(flows: list[Flow]) -> dict[str, list[int]]:
    return {name: [sum(v) for v in zip(*(getattr(f, name) for f in flows), strict=True)] for name in Flow.model_fields}


@pytest.mark.parametrize("seed", [*range(40), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 300))])
def test_money_identities(seed: int) -> None:
    a = random_answer(seed)
    flow = a.flow
    debts = [c for c in a.channels if c.counts_as == "debt"]
    # what was drawn, and what was in place, is repaid to the 元: by channel, by project, in all
    for c in debts:
        assert sum(c.principal) == sum(c.money) + c.in_place
    for p in a.projects:
        assert sum(p.flow.principal) == sum(p.flow.drawn) + p.in_place
    assert sum(flow.principal) == sum(flow.drawn) + sum(p.in_place for p in a.projects)
    # channels add up to the spending, classes to the revenue, projects to the plan, members to their area
    assert list(flow.outlay) == [sum(c.money[k] for c in a.channels) for k in range(len(a.years))]
    assert list(flow.drawn) == [sum(c.money[k] for c in debts) for k in range(len(a.years))]
    for name in ("building_interest", "fees", "interest", "principal"):
        assert list(getattr(flow, name)) == [sum(getattr(c, name)[k] for c in a.channels) for k in range(len(a.years))]
    assert list(flow.revenue) == [sum(r.yuan[k] for r in a.revenue) for k in range(len(a.years))]
    assert summed([p.flow for p in a.projects]) == {name: list(getattr(flow, name)) for name in Flow.model_fields}
    for area in a.areas:
        members = [p for p in a.projects if p.area == area.id]
        assert [m.id for m in area.members] == [p.id for p in members]
        assert summed([p.flow for p in members]) == {name: list(getattr(area.flow, name)) for name in Flow.model_fields}
        assert area.debt_balance == area.revenue + area.help_in - area.help_out - area.debt_service
        assert area.cost_balance == area.revenue + area.help_in - area.help_out + area.grants - area.investment - area.financing
        for of in ("debt", "cost"):
            have = {m.id: getattr(m, of) for m in area.members}
            moved = area.debt_transfers if of == "debt" else area.cost_transfers
            for t in moved:
                assert t.payer is not None
                have[t.payer] -= t.yuan
                have[t.payee] += t.yuan
            assert all(v >= 0 for v in have.values()) or all(v <= 0 for v in have.values())
    # cash is what is left, and its running total
    left = [
        r + n - i - p - f for r, n, i, p, f in zip(flow.revenue, flow.in_investment, flow.interest, flow.principal, flow.fees, strict=True)
    ]
    assert list(flow.net) == left
    assert flow.cumulative[-1] == sum(left) == a.standing.end
    assert a.standing.lowest == min(flow.cumulative)
    assert flow.cumulative_helped[-1] == sum(left) + sum(flow.help_in) - sum(flow.help_out)
    # documented help that has a payer in the plan moves money, it makes none
    assert sum(flow.help_in) - sum(flow.help_out) == sum(h.yuan for h in a.help if h.counted and h.payer is None and h.year <= a.years[-1])
    # what is repaid is what the covers divide by
    for p in a.projects:
        for c in p.covers:
            if c.line == "debt" and c.rate == "declared":
                assert (c.principal, c.interest) == (sum(p.flow.principal), sum(p.flow.interest))
                assert Fraction(c.cover) * (c.principal + c.interest) == c.revenue
    # what the table shows: interest, principal and fees less what the investment holds; revenue less it is cash
    service = [float(i + p + f - n) for i, p, f, n in zip(flow.interest, flow.principal, flow.fees, flow.in_investment, strict=True)]
    assert a.worth.debt_service == pytest.approx(float(npf.npv(0.04, service)), abs=1.0)
    assert a.worth.revenue - a.worth.debt_service == pytest.approx(a.worth.cash, abs=1.0)


def test_some_random_answers_hold_everything() -> None:
    found = [random_answer(seed) for seed in range(40)]
    assert any(a.areas and any(area.debt_transfers for area in a.areas) for a in found)
    assert any(any(not h.counted for h in a.help) for a in found)
    assert any(any(a.flow.in_investment) for a in found)
    assert {a.basis for a in found} == {None, "static", "dynamic"}
    assert any(a.issued for a in found)


def test_interest_in_building_time_of_the_textbook() -> None:
    # 500, 1000 and 500 over three years at 10 %: 25, 102.5, 187.75 (a worked example of the standard formula)
    drawn = {2025: 500_00, 2026: 1000_00, 2027: 500_00}
    assert building_interest(drawn, 2025, 2027, Fraction(1, 10)) == {2025: 25_00, 2026: 102_50, 2027: 187_75}
    # paid as it accrues: 25, (500 + 500) x 10 %, (1500 + 250) x 10 %
    assert building_interest(drawn, 2025, 2027, Fraction(1, 10), paid=True) == {2025: 25_00, 2026: 100_00, 2027: 175_00}
    # 5,000 and 5,000 at 6 %: 150 and 459 (another)
    assert building_interest({1: 5000, 2: 5000}, 1, 2, Fraction(6, 100)) == {1: 150, 2: 459}


def test_interest_on_debt_that_was_there() -> None:
    assert building_interest({}, 2025, 2026, Fraction(1, 10), 1000) == {2025: 100, 2026: 110}
    assert building_interest({2027: 10**6}, 2025, 2026, Fraction(1, 10)) == {2025: 0, 2026: 0}


AMOUNTS = st.lists(st.integers(1, 10**12), min_size=1, max_size=6)


@given(AMOUNTS, AMOUNTS)
def test_cross_subsidy_ties_on_both_margins(surplus: list[int], deficit: list[int]) -> None:
    gives, needs = {f"s{k}": v for k, v in enumerate(surplus)}, {f"d{k}": v for k, v in enumerate(deficit)}
    moved = shared(gives, needs)
    whole = min(sum(surplus), sum(deficit))
    assert sum(t.yuan for t in moved) == whole
    assert all(t.yuan > 0 for t in moved)
    for side, names in ((gives, "payer"), (needs, "payee")):
        for key, limit in side.items():
            got = sum(t.yuan for t in moved if getattr(t, names) == key)
            assert got <= limit
            exact = Fraction(limit * whole, sum(side.values()))
            assert abs(got - exact) < 1


def test_cross_subsidy_by_hand() -> None:
    moved = shared({"a": 60, "b": 40}, {"x": 30, "y": 20})
    assert [(t.payer, t.payee, t.yuan) for t in moved] == [("a", "x", 18), ("a", "y", 12), ("b", "x", 12), ("b", "y", 8)]
    assert shared({}, {"x": 3}) == shared({"a": 3}, {}) == []
