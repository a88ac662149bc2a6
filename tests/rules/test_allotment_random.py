"""Allotment against an integer programme of another solver interface, on random money rules that cross each other."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal as D
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from small import Town, channel, entry, new

from renewal_opt.allot import allot
from renewal_opt.allot.system import MoneySystem, money_system
from renewal_opt.analysis.annual import options_of
from renewal_opt.model.build import plan_rows


def fundable(system: MoneySystem) -> bool:
    """Whether scipy finds whole money that satisfies every row exactly (its 'infeasible' is not always true)."""
    n, tickets = len(system.upper), len(system.tickets)
    rows: list[tuple[Any, float, float]] = []

    def add(positions: list[int], coefs: list[Any], lo: Any, hi: Any) -> None:
        row = np.zeros(n + tickets)
        row[positions] = [float(c) for c in coefs]
        rows.append((row, -np.inf if lo is None else float(lo), np.inf if hi is None else float(hi)))

    if system.unpayable:
        return False
    for members, amount in zip(system.group, system.amount, strict=True):
        add(members, [1] * len(members), amount, amount)
    for r in system.rows:
        add(r.positions, [1] * len(r.positions) if r.coefs is None else r.coefs, r.lo, r.hi)
    for k, (bound, positions) in enumerate(system.tickets):
        room = sum(system.upper[p] for p in positions)
        most = room if bound.most is None else min(bound.most, room)
        add([*positions, n + k], [1] * len(positions) + [-(bound.least or 0)], 0, None)
        add([*positions, n + k], [1] * len(positions) + [-most], None, 0)
    matrix, low, high = (np.array(part) for part in zip(*rows, strict=True))
    found = milp(np.zeros(n + tickets), constraints=LinearConstraint(matrix, low, high), integrality=np.ones(n + tickets), bounds=Bounds(0, [*system.upper, *[1] * tickets]))
    return found.x is not None and all(r.holds([round(v) for v in found.x[:n]]) for r in system.rows)


def random_town(seed: int) -> Town:
    """Up to four projects of a few thousand 元, three to five channels, shares of pairs, capital, cover, ratios ..."""
    r = random.Random(seed)
    names = "abcde"[: r.randint(3, 5)]
    channels: dict[str, Any] = {}
    for c in names:
        kind, more = r.choice(["grant", "debt", "capital"]), {}
        if kind == "debt" and r.random() < 0.5:
            forms = ["annuity", "bullet", "equal_principal", "interest_then_bullet"]
            more = {"rate": D(r.choice(["0.05", "0.031", "0.1"])), "term": r.choice([2, 3]), "repayment": r.choice(forms)}
        if r.random() < 0.2:
            more["ticket"] = {"at_least": D(r.randint(1, 5)) / 100, "at_most": D(r.randint(3, 20)) / 100}
        cap = "open" if r.random() < 0.4 else {y: D(r.randint(0, 40)) / 100 for y in (2025, 2026)}
        channels[c] = channel(kind, r.choice(["government", "market"]), cap=cap, **more)
    projects = [new(f"p{i}", yuan=[r.randint(1, 2500) for _ in range(r.randint(1, 2))], score=r.randint(1, 99), district=r.choice(["north", "south"])) for i in range(r.randint(1, 4))]
    revenue = [{"project": p.id, "year": 2026, "revenue_class": "special", "gross": 0, "pledged_net": r.randint(0, 3000)} for p in projects]
    funding: dict[str, Any] = {"shares": {}}
    for k in range(r.randint(0, 5)):
        bound = {"at_most": D(r.randint(20, 60)) / 100} if r.random() < 0.6 else {"at_least": D(r.randint(5, 50)) / 100}
        where = r.choice([{}, {"district": "north"}])
        of = r.choice(["cost", "cost", "cost", "debt", "capital"])
        funding["shares"][f"s{k}"] = entry(channels=r.sample(names, 2), per=r.choice(["year", "project"]), of=of, where=where, **bound)
    if r.random() < 0.4:
        funding["capital"] = {"k": entry(where={}, at_least=D(r.randint(5, 40)) / 100, per=r.choice(["year", "project"]), also_capital=[r.choice(names)])}
    if r.random() < 0.4:
        funding["cover"] = {"k": entry(ratio=D("1.2"))}
    if r.random() < 0.3:
        least = D(r.randint(1, 9)) / 10
        funding["ratios"] = {"k": entry(numerator={"channels": [r.choice(names)]}, denominator={"channels": r.sample(names, 2)}, at_least=least, per=r.choice(["total", "year"]))}
    elif r.random() < 0.3:
        near = {"at_least": D(r.randint(300, 330)) / 1000, "at_most": D(r.randint(330, 360)) / 1000}
        funding["ratios"] = {"k": entry(numerator={"channels": [r.choice(names)]}, denominator={}, per=r.choice(["total", "year"]), **near)}
    if r.random() < 0.3:
        funding["debt_service"] = {"k": entry(amount={2026: D(r.randint(0, 20)) / 100, "later": "last"})}
    if r.random() < 0.3:
        funding["reserved"] = {"k": entry(channels=r.sample(names, 2), where={"district": "north"}, at_least=D(r.randint(1, 9)) / 10, of="use")}
    return Town(projects, channels=channels, funding=funding, revenue=revenue)


def compare(seed: int) -> int:
    """Assert that every portfolio of a town that scipy can fund is funded; return how many there are."""
    town = random_town(seed)
    problem = town.problem()
    rows, count = plan_rows(problem), 0
    for chosen in itertools.product([False, True], repeat=len(problem.starts)):
        system = money_system(problem, chosen, rows)
        if any(chosen) and fundable(system):
            count += 1
            money = allot(problem, chosen, rows, options_of(town.scenario)).money
            assert money is not None, f"seed {seed}, {chosen}: fundable, and not funded"
            own = [money[e] for e in system.entries.tolist()]
            assert all(r.holds(own) for r in system.rows)
            assert [sum(own[p] for p in members) for members in system.group] == system.amount
    return count


def test_whatever_can_be_funded_is_funded() -> None:
    assert sum(compare(seed) for seed in range(80)) > 200


@pytest.mark.slow
def test_whatever_can_be_funded_is_funded_often() -> None:
    assert sum(compare(seed) for seed in range(1000, 3000)) > 5000
