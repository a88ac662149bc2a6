"""What robust answers must not claim: rules that hang on the cost, start years shut out together, unproven refusals, prices within the gap."""

from __future__ import annotations

import random
import time
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from robust_cases import OPTIONS, best_protected, question, scored_town
from small import Town, channel, entry, new, revenue

from renewal_opt.analysis.robust.dominance import Search
from renewal_opt.analysis.robust.measures import items_of, table_of
from renewal_opt.analysis.robust.overrun import Level, overrun_of
from renewal_opt.analysis.robust.protect import Protector
from renewal_opt.analysis.robust.space import Space
from renewal_opt.analysis.robust.weights import weight_set
from renewal_opt.domain.robust import ProtectedPlan, Protection
from renewal_opt.errors import SolverError
from renewal_opt.report.robust_words import price_text


@pytest.mark.parametrize("limit", [
    {"at_most": {"value": 8}}, {"at_most": {"share": D("0.5"), "of": "plan"}},
])  # fmt: skip
def test_a_limit_that_hangs_on_the_cost_is_refused(limit: dict[str, Any]) -> None:
    """At half its overrun of 20 percent a costs 11, and the limit on projects above 10.5 would count all of it: no row between 0 and 12."""
    town = Town([new("a", 10, 80), new("b", 4, 50)], channels={"cash": channel(cap={2025: 100})}, limits={"l": entry(where={"total_investment": "> 10.5"}, measure="investment", **limit)})
    with pytest.raises(SolverError, match="rules change with a project's cost"):
        overrun_of(town.inputs, town.problem(), Protection.model_validate({"gamma": [D("0.5")], "overrun": 20}))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_plan_that_no_row_shuts_out_takes_no_other_start_year_along(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """10 in the first year pay no project that may cost 15; the second year pays."""
    monkeypatch.setattr(Protector, "_funding_rows", lambda *_arguments: [])
    town = Town([new(f"p{i}", 10, 80 - i) for i in range(number)], channels={"cash": channel(cap={2025: 10, 2026: 30})}, scenario={"window": 2})
    asked, problem = Protection.model_validate({"gamma": [1], "overrun": 50}), town.problem()
    found = Protector(overrun_of(town.inputs, problem, asked), Space(problem, items_of(problem), OPTIONS), 0.0).solve(Level(F(1)), 60.0)
    assert found is not None
    assert found.proven
    assert found.objective == best_protected(town, asked, F(1))


def search_of(seed: int) -> Search:
    problem = scored_town(seed).problem()
    asked, _points = question(seed)
    assert asked.weights is not None
    table = table_of(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), asked.scores, asked.costs)
    return Search(Space(problem, items_of(problem), OPTIONS), table, time.monotonic() + 60)


def test_nothing_is_nondominated_beside_unproven_refusals() -> None:
    search = search_of(4)
    assert search.complete(100)
    best = search.known[0]
    assert search.dominator(best).status == "none"
    search.space.aside = 1
    assert search.dominator(best).status == "open"
    assert search.climbed(best) is None
    assert search.why


def plan(objective: str, bound: float) -> ProtectedPlan:
    return ProtectedPlan(gamma="1", objective=objective, bound=bound, chosen=(), price="0", proven=True, sets="proven", rows=0, seconds=0.0)


def test_a_price_is_no_more_than_proven() -> None:
    first = plan("1000", 1000.08)
    assert price_text(first, first) == "0.00"
    assert price_text(plan("1000", 1000.0), plan("950", 950.0)) == "5.00"
    assert price_text(first, plan("999.95", 1000.05)) == "between 0.00 and 0.02"  # the sign of a difference of 0.05 is not known
    assert price_text(first, plan("950", 952.0)) == "between 4.80 and 5.01"
    assert price_text(first, plan("1000.02", 1000.1)) == "0.00"  # a better plan was found under protection


def balanced_town(seed: int) -> Town:
    """A bond and cash, and a fund balance at one level: what a project earns, less its cost, is room for the money of others."""
    r = random.Random(seed)
    projects = [new(f"p{i}", 10 * r.randint(1, 4), r.randint(1, 99), district=r.choice(["north", "south"])) for i in range(3)]
    rule = entry(level=r.choice(["city", "city", "district", "project"]), of=r.choice(["cost", "debt"]), ratio=D(r.randint(5, 10)) / 10, where={})
    channels = {"bond": channel("debt", cap={2025: r.randint(20, 60)}), "cash": channel(cap={2025: r.randint(5, 30)})}
    earned = [revenue(f"p{i}", 2026 + j, r.randint(0, 30)) for i in range(3) for j in range(2)]
    return Town(projects, channels=channels, funding={"fund_balance": {"b": rule}}, revenue=earned, scenario={"funding": "projected" if seed % 2 else "full"})


def test_fund_balances_after_overruns_against_enumeration() -> None:
    """Room that starts add themselves moves with the plan and the overruns: taken as fixed, 90 was called proven where 47 is best (27)."""
    asked = Protection.model_validate({"gamma": [1], "overrun": 30})
    less = 0
    for seed in (*range(30), 32):
        town = balanced_town(seed)
        gamma = F(1, 2) if seed % 5 == 4 else F(1 + seed % 2)
        problem = town.problem()
        found = Protector(overrun_of(town.inputs, problem, asked), Space(problem, items_of(problem), OPTIONS), 0.0).solve(Level(gamma), 60.0)
        truth = best_protected(town, asked, gamma)
        assert (None if found is None else found.objective) == truth, seed
        assert found is None or found.proven
        less += truth != best_protected(town, asked, F(0))
    assert less > 8
