"""The mix against scipy's milp and linprog on random money rules, tickets and whole 元, read a second time from the clauses."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from instances import Instance, seeded
from mix_oracle import FixedMoney, value
from second_model import Line, Refused, SecondModel
from small import Town, channel, entry, new

from renewal_opt.allot.system import money_system
from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.fund.mix.bound import tickets_of
from renewal_opt.analysis.fund.mix.cheapest import Cheapest, cheapest
from renewal_opt.analysis.fund.mix.programme import Programme
from renewal_opt.analysis.fund.mix.stages import Mixed, costs, mixed
from renewal_opt.analysis.fund.mix.whole import holds
from renewal_opt.domain.base import WAN
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.problem import Problem

MONEY = ("shares", "kind_shares", "caps", "reserved", "use", "ratios", "debt_service", "capital", "cover", "tickets", "asks", "delay", "surplus", "fund_balance")


def drawn(seed: int, scale: int = 1) -> tuple[Instance, Problem, list[bool], FixedMoney] | None:
    """Return a city with one to four kinds of money rules, and a portfolio of it; None where the draw is no city."""
    r = random.Random(seed)
    instance = seeded(seed, 6, r.sample(MONEY, r.randint(1, 4)), scale)
    try:
        problem, second = make_problem(Inputs(*instance)), SecondModel(*instance)
    except (InputError, InfeasibleError, Refused):
        return None
    chosen, ids = [False] * len(problem.starts), dict[str, int | None]()
    for p, project in enumerate(problem.projects):
        rows = range(int(problem.starts.first[p]), int(problem.starts.first[p + 1]))
        if problem.carry[p] or r.random() < 0.6:
            k = r.choice(list(rows))
            chosen[k] = True
            ids[project.id] = None if problem.carry[p] else int(problem.starts.year[k])
    return (instance, problem, chosen, FixedMoney(second, ids)) if any(chosen) else None


def compare(seed: int, seen: Counter[str]) -> None:
    """Assert that both find the same least costs, stage after stage, or both nothing."""
    found = drawn(seed)
    if found is None:
        return
    instance, problem, chosen, other = found
    order: tuple[Any, ...] = random.Random(seed).choice([("fiscal", "cost"), ("cost", "fiscal")])
    mine = mixed(problem, chosen, plan_rows(problem), order, options_of(instance[2]))
    more: list[Line] = []
    for n, aim in enumerate(order):
        cost = other.cost(aim)
        point = other.best(cost, more)
        if point is None or not other.holds(point, more):  # type: ignore[arg-type]
            assert not isinstance(mine, Mixed) or _known(other, problem, mine), seed
            seen["infeasible"] += not isinstance(mine, Mixed)
            return
        assert isinstance(mine, Mixed), f"seed {seed}: scipy funds it"
        stage = mine.stages[n].found
        assert stage.bound <= stage.value == value(cost, point), seed  # type: ignore[arg-type]
        assert stage.value - stage.bound < F(1, 100), seed
        more.append(Line("level", cost, None, stage.value))
        seen[f"{aim} {stage.proof}"] += 1
    assert _known(other, problem, mine), seed
    seen["same"] += 1


def _known(other: FixedMoney, problem: Problem, mine: Mixed) -> bool:
    """Whether the mix's money satisfies the lines of the second reading."""
    e = problem.entries
    ids = {v[1:2] + v[3:]: v for v in other.money}
    point = {ids[problem.projects[p].id, problem.leaves[c], t]: m for p, c, t, m in zip(e.project.tolist(), e.leaf.tolist(), e.year.tolist(), mine.money, strict=True) if m}
    return other.holds(point)


def test_same_money_as_milp() -> None:
    """More than 300 portfolios: equal lexicographic optima, or no money on both sides."""
    seen: Counter[str] = Counter()
    for seed in range(370):
        compare(seed, seen)
    assert seen["same"] + seen["infeasible"] > 300
    assert seen["same"] > 180
    assert seen["infeasible"] > 50


@pytest.mark.slow
def test_same_money_as_milp_often() -> None:
    seen: Counter[str] = Counter()
    for seed in range(10_000, 14_000):
        compare(seed, seen)
    assert seen["same"] > 2000


def test_bound_is_the_optimum_of_linprog() -> None:
    """The exact bound of the programme, tickets left open, is what linprog finds; never above it."""
    count = 0
    for seed in range(20_000, 20_080):
        found = drawn(seed)
        if found is None or found[3].used:
            continue
        _instance, problem, chosen, other = found
        system = money_system(problem, chosen, plan_rows(problem))
        for aim in ("fiscal", "cost"):
            theirs = other.best(other.cost(aim), whole=False)
            if system.unpayable or theirs is None:
                continue
            whole = costs(problem, aim)  # type: ignore[arg-type]
            point = Programme(system, [whole[e] for e in system.entries.tolist()], problem.money_unit).solve()
            assert point is not None
            assert abs(point.bound - theirs) <= F(1, 10**6) * max(1, abs(theirs)), seed  # type: ignore[operator, arg-type]
            count += 1
    assert count > 40


def test_large_amounts_are_exact() -> None:
    """Amounts of many 亿元: the money satisfies everything in integers and is proven within 1 元."""
    count = 0
    for seed in range(30_000, 30_060):
        found = drawn(seed, 5_000_000)
        if found is None:
            continue
        instance, problem, chosen, other = found
        mine = mixed(problem, chosen, plan_rows(problem), ("fiscal", "cost"), options_of(instance[2]))
        if not isinstance(mine, Mixed):
            continue
        system = money_system(problem, chosen, plan_rows(problem))
        assert holds(system, tickets_of(system), [mine.money[e] for e in system.entries.tolist()])
        assert _known(other, problem, mine)
        for stage in mine.stages:
            assert 0 <= stage.found.value - stage.found.bound < 5, seed
            count += 1
    assert count > 40


def test_money_at_hand_that_floats_deny_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the money may come from the market; the money at hand is all the government's."""
    town = Town([new("a", 100)], channels={"cash": channel(), "own": channel("capital", "market")}, funding={"shares": {"s": entry(channels=["own"], at_most=D("0.5"))}})
    problem = town.problem()
    system = money_system(problem, [True], plan_rows(problem))
    cost = [costs(problem, "fiscal")[e] for e in system.entries.tolist()]
    dear = [100 * WAN if c else 0 for c in cost]
    best = cheapest(system, cost, problem.money_unit, options_of(town.scenario))
    assert isinstance(best, Cheapest)
    assert (best.value, best.bound) == (50 * WAN, 50 * WAN)
    monkeypatch.setattr(Programme, "solve", lambda self, fixed=None: None)
    found = cheapest(system, cost, problem.money_unit, options_of(town.scenario), dear)
    assert isinstance(found, Cheapest)
    assert found.money == dear
    assert found.bound <= 50 * WAN
