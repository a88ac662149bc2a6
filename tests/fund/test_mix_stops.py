"""Sets of projects that only fail together: which rules stop them, irreducible and in exact money, by hand and against another solver."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from instances import seeded
from scipy.optimize import linprog
from small import Town, channel, entry, new, revenue
from worth_cases import target_of_town

from renewal_opt.allot.system import MoneySystem, money_system
from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.fund.mix.blocked import Together, why_blocked
from renewal_opt.analysis.fund.mix.told import blocked_data
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.problem import Problem
from renewal_opt.report.fund_mix_words import stop_words


def sets_of(town: Town) -> tuple[Problem, list[Together]]:
    """The sets that are told of a town with every project started in its first year."""
    problem = town.problem()
    chosen = [False] * len(problem.starts)
    for p in range(len(problem.projects)):
        chosen[int(problem.starts.first[p])] = True
    return problem, why_blocked(problem, chosen, plan_rows(problem), options_of(town.scenario)).sets


def told(found: Together) -> list[tuple[str, Any, Any, str]]:
    return [(s.row.name if s.row is not None else f"ticket {s.ticket}", s.needed, s.available, s.proof) for _h, s in found.hits]


def test_a_cap_of_one_year() -> None:
    _problem, (one,) = sets_of(Town([new("a", 50), new("b", 45)], channels={"cash": channel(cap={2025: 90})}))
    assert told(one) == [("channels:cash[2025]", 950_000, 900_000, "exact")]
    assert one.irreducible
    assert one.hits[0][0].short == 50_000


def test_caps_that_no_set_of_channels_shows() -> None:
    """design.md 5: fiscal, bond, loan, equity of 15, 10, 15, 0; P1 costs 20 with two shares of a half, P2 costs 20 and takes no bond.

    All sets of channels have enough, the prices 1, 0, 1, 2 need 40 where there are 30.
    """
    town = Town(
        [new("P1", 20), new("P2", 20, district="south")],
        channels={
            "fiscal": channel(cap={2025: 15}), "bond": channel(cap={2025: 10}, eligible={"district": "north"}), "loan": channel(cap={2025: 15}), "equity": channel(cap={2025: 0}),
        },
        funding={"shares": {
            "fb": entry(channels=["fiscal", "bond"], at_most=D("0.5"), where={"district": "north"}), "bl": entry(channels=["bond", "loan"], at_most=D("0.5"), where={"district": "north"}),
        }},
    )  # fmt: skip
    _problem, (one,) = sets_of(town)
    names = {name for name, *_more in told(one)}
    assert {"channels:fiscal[2025]", "channels:loan[2025]", "channels:equity[2025]"} <= names
    assert sum(name.startswith("shares:") for name in names) == 2
    assert one.irreducible
    for name, needed, available, proof in told(one):
        assert proof == "exact", name
        assert needed > available, name


def test_tickets_that_stop_together() -> None:
    """40 of cash and 70 of a fund that pays 40 or more: both projects use it and it is short, or one does and cash is."""
    _problem, (one,) = sets_of(Town([new("a", 50), new("b", 50)], channels={"cash": channel(cap={2025: 40}), "fund": channel(cap={2025: 70}, ticket={"at_least": 40})}))
    by_name = {name: (needed, available) for name, needed, available, _proof in told(one)}
    assert set(by_name) == {"channels:cash[2025]", "channels:fund[2025]", "ticket 0", "ticket 1"}
    assert by_name["channels:cash[2025]"] == (500_000, 400_000)
    assert by_name["channels:fund[2025]"] == (800_000, 700_000)
    assert one.irreducible
    assert {h.family for h, _s in one.hits} == {"channels", "tickets"}


def test_cumulative_caps_debt_service_and_shares_are_named_with_their_channels() -> None:
    """Each has to borrow half of 100; debt service of 60 in 2027 carries 60 元 of principal (two years, bullet, no interest): together 100 are needed."""
    town = Town(
        [new("a", 100), new("b", 100)], channels={"cash": channel(), "bond": channel("debt", rate=D(0), term=2)},
        funding={"shares": {"half": entry(channels=["bond"], at_least=D("0.5"))}, "debt_service": {"top": entry(amount={2025: 60, "later": "last"})}},
        revenue=[revenue("a", 2027, 500), revenue("b", 2027, 500)],
    )  # fmt: skip
    problem, (one,) = sets_of(town)
    families = [h.family for h, _s in one.hits]
    assert families == ["debt_service", "shares", "shares"]
    service = one.hits[0][1]
    assert (service.needed, service.available, service.proof) == (1_000_000, 600_000, "exact")
    share = one.hits[1][1]
    assert (share.needed, share.available) == (500_000, 100_000)  # 50 is asked for; 60 less the 50 of the other is left
    target = replace(target_of_town(town.but(funding={})), problem=problem, rows=plan_rows(problem), chosen=[True, True])
    data = blocked_data(target, options_of(town.scenario))
    (told_,) = data.sets
    assert [(s.family, s.project, [c.en for c in s.channels], s.years) for s in told_.stops] == [
        ("debt_service", "", ["name"], (2025,)), ("shares", told_.stops[1].project, ["name"], (2025,)), ("shares", told_.stops[2].project, ["name"], (2025,)),
    ]  # fmt: skip
    assert {s.project for s in told_.stops[1:]} == {"a", "b"}
    assert "needed 100.00, available 60.00, short by 40.00" in stop_words(told_.stops[0])


def test_rules_that_no_set_is_to_blame_for() -> None:
    """As much market money as of government, of which there is too little: not a set's fault, but rules that cannot hold together."""
    town = Town(
        [new("a", 50), new("b", 50)], channels={"cash": channel(), "own": channel("capital", "market", cap={2025: 30})},
        funding={"ratios": {"r": entry(numerator={"side": "market"}, denominator={"side": "government"}, at_least=1)}},
    )  # fmt: skip
    problem = town.problem()
    why = why_blocked(problem, [True, True], plan_rows(problem), options_of(town.scenario))
    assert why.sets == []
    assert {h.family for h, _s in why.hits} == {"ratios", "channels"}
    own = next(s for h, s in why.hits if h.family == "channels")
    assert (own.needed, own.available) == (500_000, 300_000)


def feasible(system: MoneySystem, sides: Collection[tuple[int, bool]], cost: np.ndarray[Any, Any] | None = None) -> float | None:
    """The least cost by scipy of the money that pays the groups and satisfies some sides; None: there is none."""
    n = len(system.upper)
    a_eq, b_eq = np.zeros((len(system.group), n)), np.array(system.amount, dtype=float)
    for g, members in enumerate(system.group):
        a_eq[g, members] = 1.0
    a, b = [], []
    for r, upper in sides:
        row, line = system.rows[r], np.zeros(n)
        for p, c in zip(row.positions, [1] * len(row.positions) if row.coefs is None else row.coefs, strict=True):
            line[p] += float(c)
        bound = row.hi if upper else row.lo
        assert bound is not None
        a.append(line if upper else -line)
        b.append(float(bound) if upper else -float(bound))
    found = linprog(np.zeros(n) if cost is None else cost, A_ub=np.array(a) if a else None, b_ub=np.array(b) if b else None, A_eq=a_eq, b_eq=b_eq, bounds=[(0, u) for u in system.upper])
    return None if found.status == 2 else float(found.fun)


def check_set(problem: Problem, chosen: list[bool], found: Together) -> bool:
    """Hold the rules told of a set against scipy: cannot hold together, hold without any one, and need what is told."""
    inside = [c and int(problem.starts.project[k]) in found.projects for k, c in enumerate(chosen)]
    system = money_system(problem, inside, plan_rows(problem))
    if not found.hits or any(s.row is None for _h, s in found.hits):
        return False
    at = {(row.name, row.lo, row.hi): r for r, row in enumerate(system.rows)}
    sides = []
    for _h, s in found.hits:
        assert s.row is not None
        upper = s.row.hi is not None and (s.row.lo is None or s.available == s.row.hi)
        sides.append((at[s.row.name, s.row.lo, s.row.hi], upper))
    assert feasible(system, sides) is None
    for (r, upper), (_h, s) in zip(sides, found.hits, strict=True):
        others = [x for x in sides if x != (r, upper)]
        cost = np.zeros(len(system.upper))
        row = system.rows[r]
        for p, c in zip(row.positions, [1] * len(row.positions) if row.coefs is None else row.coefs, strict=True):
            cost[p] += float(c) if upper else -float(c)
        least = feasible(system, others, cost)
        assert least is not None, "one could be missed"
        told_ = s.needed if upper else s.available
        assert told_ is not None
        assert abs(float(told_) - (least if upper else -least)) <= 1 + 1e-6 * abs(least)
        assert s.needed is not None
        assert s.available is not None
        assert s.needed > s.available
    return True


def random_sets(seeds: range) -> int:
    """Check the sets of random towns; return how many were."""
    checked = 0
    for seed in seeds:
        r = random.Random(seed)
        instance = seeded(seed, r.choice([4, 5, 6]), r.sample(["shares", "kind_shares", "caps", "reserved", "debt_service", "capital", "cover", "surplus"], 3))
        try:
            problem = make_problem(Inputs(*instance))
        except (InputError, InfeasibleError):
            continue
        chosen = [False] * len(problem.starts)
        for p in range(len(problem.projects)):
            chosen[int(problem.starts.first[p])] = True
        why = why_blocked(problem, chosen, plan_rows(problem), options_of(instance[2]))
        for found in why.sets:
            assert found.hits, seed
            assert found.irreducible, seed
            assert any(F(s.short) > 0 for _h, s in found.hits), seed
            checked += check_set(problem, chosen, found)
    return checked


def test_random_sets_against_another_solver() -> None:
    assert random_sets(range(40)) >= 5


@pytest.mark.slow
def test_more_random_sets_against_another_solver() -> None:
    assert random_sets(range(100, 700)) >= 100
