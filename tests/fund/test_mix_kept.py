"""Of equally good ways to pay the one nearest to the plan: by hand, and against scipy's linear programme."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from small import Town, channel, new
from test_mix_random import drawn

from renewal_opt.allot import allot
from renewal_opt.allot.system import MoneyRow, MoneySystem, money_system
from renewal_opt.analysis.annual import options_of
from renewal_opt.analysis.assemble import assemble
from renewal_opt.analysis.fund.mix.programme import Programme
from renewal_opt.analysis.fund.mix.run import MixAnswer, fund_mix
from renewal_opt.analysis.fund.mix.stages import Mixed, costs, mixed
from renewal_opt.analysis.fund.target import of_plan
from renewal_opt.analysis.portfolio import Portfolio, objective_of
from renewal_opt.domain.base import WAN
from renewal_opt.domain.fund_mix import MixKept
from renewal_opt.model.build import plan_rows
from renewal_opt.report.fund_mix_words import kept_words


def asked(one: int, path: str = "plan.json") -> MixAnswer:
    """The mix of a plan whose two grants pay 70 + 30 and 20 + 80, the first with a cap of `one` now."""
    town = Town([new("a", 100), new("b", 100)], channels={"g": channel(cap={2025: 100}), "h": channel(cap={2025: 150})})
    problem = town.problem()
    money = dict(zip([(problem.projects[p].id, problem.leaves[k]) for p, k in zip(problem.entries.project.tolist(), problem.entries.leaf.tolist(), strict=True)], range(4), strict=True))
    paid = [0] * 4
    for key, wan in {("a", "g"): 70, ("a", "h"): 30, ("b", "g"): 20, ("b", "h"): 80}.items():
        paid[money[key]] = wan * WAN
    answer = Portfolio([True, True], paid, {}, objective_of(problem, [True, True], {}), None, "unproven", rows=plan_rows(problem))
    target = of_plan(Path(path), town.inputs, assemble(town.inputs, problem, answer, {}, ()), problem)
    if one < 100:
        inputs = town.but(channels={"g": channel(cap={2025: one}), "h": channel(cap={2025: 150})}).inputs
        target = of_plan(Path(path), inputs, target.plan, changed=True)
    return fund_mix(target)


def test_a_plan_that_is_as_good_as_any_stays() -> None:
    answer = asked(100)
    assert all(r.before == r.after for r in answer.data.rows)
    assert answer.data.kept is not None
    assert (answer.data.kept.came, answer.data.kept.least, answer.data.kept.proof) == (0, 0, "exact")
    assert "0.00 (10k yuan) come from another channel than in the plan; no other changes less." in kept_words(answer.data)


def test_no_more_changes_than_has_to() -> None:
    """A cap of 60 where the plan uses 90: 30 have to come from the other grant, whichever project's."""
    answer = asked(60)
    assert answer.data.kept is not None
    assert (answer.data.kept.came, answer.data.kept.least) == (30 * WAN, 30 * WAN)
    assert sum(max(0, r.after - r.before) for r in answer.data.rows) == 30 * WAN


def test_of_a_scenario_no_plan_is_kept() -> None:
    assert asked(100, "scenario.yaml").data.kept is None


def test_multipliers_that_prove_nothing_leave_the_bound_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No money costs less than each group's cheapest entry, whatever multipliers of floats come to: here 0 of what comes."""
    whole = Programme.solve

    def poor(*given: Any) -> Any:
        point = whole(*given)
        return None if point is None else replace(point, bound=point.bound - 10**9)

    monkeypatch.setattr(Programme, "solve", poor)
    kept = asked(60).data.kept
    assert kept is not None
    assert kept.came >= 30 * WAN
    assert kept.least >= 0


def test_a_bound_of_nothing_is_not_told_as_a_least() -> None:
    data = asked(60).data
    told = kept_words(data.model_copy(update={"kept": MixKept(came=30 * WAN, least=0, proof="exact")}))
    assert told.endswith("30.00 (10k yuan) come from another channel than in the plan; whether less would do is not proven.")
    told = kept_words(data.model_copy(update={"kept": MixKept(came=30 * WAN, least=10 * WAN, proof="exact")}))
    assert told.endswith("at least 10.00 have to.")


def least_change(system: MoneySystem, plan: list[int]) -> float:
    """The least money that comes, by scipy, in parts of 元."""
    n = len(system.upper)
    a_eq = np.zeros((len(system.group), 2 * n))
    for g, members in enumerate(system.group):
        a_eq[g, members] = 1.0
    a, b = [], []
    for row in system.rows:
        line = np.zeros(2 * n)
        for p, c in zip(row.positions, [1] * len(row.positions) if row.coefs is None else row.coefs, strict=True):
            line[p] += float(c)
        size = max(1.0, float(np.abs(line).max()))
        a += [line / size] * (row.hi is not None) + [-line / size] * (row.lo is not None)
        b += [float(v) / size for v in (row.hi,) if v is not None] + [-float(v) / size for v in (row.lo,) if v is not None]
    for p in range(n):  # what comes is at least the difference
        line = np.zeros(2 * n)
        line[p], line[n + p] = 1.0, -1.0
        a.append(line)
        b.append(float(plan[p]))
    found = linprog(np.concatenate([np.zeros(n), np.ones(n)]), np.array(a), np.array(b), a_eq, np.array(system.amount, dtype=float), bounds=[(0, u) for u in system.upper] + [(0, None)] * n)
    assert found.status == 0, found.message
    return float(found.fun)


def compare(seeds: range) -> int:
    """Hold random portfolios against scipy; return how many were."""
    compared = plain = exact = 0
    for seed in seeds:
        found = drawn(seed)
        if found is None:
            continue
        instance, problem, chosen, _other = found
        rows, options = plan_rows(problem), options_of(instance[2])
        plan = allot(problem, chosen, rows, options).money
        if plan is None:
            continue
        order: tuple[Any, ...] = ("cost", "fiscal") if seed % 2 else ("fiscal",)
        mine = mixed(problem, chosen, rows, order, options, known=plan, plan=plan)
        free = mixed(problem, chosen, rows, order, options, known=plan)
        assert isinstance(mine, Mixed)
        assert isinstance(free, Mixed)
        assert [s.found.value for s in mine.stages] == [s.found.value for s in free.stages], seed
        came = sum(max(0, a - b) for a, b in zip(mine.money, plan, strict=True))
        assert mine.came is not None
        assert came == mine.came.value, seed
        assert mine.came.bound <= came <= sum(max(0, a - b) for a, b in zip(free.money, plan, strict=True)), seed
        system = money_system(problem, chosen, rows)
        at = system.entries.tolist()
        for stage in mine.stages:
            cost = costs(problem, stage.aim)
            used = [(p, cost[e]) for p, e in enumerate(at) if cost[e]]
            level = MoneyRow("level", [p for p, _c in used], [c for _p, c in used], None, stage.found.value)
            assert level.holds([mine.money[e] for e in at]), seed
            system.rows.append(replace(level, hi=stage.found.value + 1))  # room for floats
        if not system.tickets and at:
            assert came - mine.came.bound <= 1, seed
            plain, exact = plain + 1, exact + (mine.came.proof == "exact")
            least = least_change(system, [plan[e] for e in at])
            assert float(mine.came.bound) >= least - 2 * len(at) - 40, seed
            assert least - 1e-6 * max(1.0, least) <= came, seed
        compared += 1
    assert exact > 0.75 * plain, (exact, plain)  # the multipliers prove it, mostly
    return compared


def test_random_plans_against_another_solver() -> None:
    assert compare(range(60)) >= 12


@pytest.mark.slow
def test_more_random_plans_against_another_solver() -> None:
    assert compare(range(100, 900)) >= 150
