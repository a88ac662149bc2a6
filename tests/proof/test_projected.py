"""Money projected out, and the core problem, have the optimum of the full form (issue 4, section 2).

Each plan is allotted in whole money and has passed the verifier: `solve_annual` returns no other.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from instances import FAMILIES, Instance, instances, seeded

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.core import session, tree
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.funding import oracle
from renewal_opt.io.load import Inputs

WAYS = (("projected", "core"), ("projected", "highs"), ("full", "core"))
MONEY = ("shares", "kind_shares", "caps", "reserved", "use", "ratios", "debt_service", "capital", "cover", "tickets", "asks", "delay", "surplus", "areas", "fund_balance")
SEEN: Counter[str] = Counter()


def optimum(instance: Instance, funding: str, strategy: str) -> tuple[F | str | None, int]:
    """Exact optimum, None for infeasible, ``refused`` for faulty input; and the number of funding rows."""
    policy, library, scenario = instance
    scenario = scenario.model_copy(update={"funding": funding, "strategy": strategy})
    try:
        plan = solve_annual(Inputs(policy, library, scenario), other_bases=False)
    except InfeasibleError:
        return None, 0
    except InputError:
        return "refused", 0
    assert plan.objective.stopped == "optimal"
    assert plan.objective.bound is not None
    assert all(c.holds for c in plan.checks)
    value = F(plan.objective.value)
    assert plan.objective.bound >= float(value) * (1 - 1e-9) - 1e-9
    return value, plan.objective.funding_rows


def agree(instance: Instance, ways: tuple[tuple[str, str], ...] = WAYS) -> None:
    """Assert that all ways give the optimum of the full form."""
    full, _rows = optimum(instance, "full", "highs")
    for funding, strategy in ways:
        found, rows = optimum(instance, funding, strategy)
        assert found == full, f"{funding} {strategy}: {found}, full {full}"
        SEEN["rows" if rows else "no rows"] += 1
    SEEN["infeasible" if full is None else "refused" if isinstance(full, str) else "optimum" if full else "zero"] += 1


@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(instances())
def test_same_optimum_on_drawn_policies(instance: Instance) -> None:
    """Whole policies drawn, not numbers alone."""
    agree(instance)


@pytest.mark.parametrize("family", MONEY)
def test_same_optimum_with_each_money_rule(family: str) -> None:
    """Each money rule for certain, beside others: eight draws and more, until one needs funding rows."""
    before = SEEN["rows"]
    for n in range(40):
        if n >= 8 and SEEN["rows"] > before:
            break
        others = [MONEY[(MONEY.index(family) + k * (n + 1)) % (len(MONEY) - 1)] for k in (1, 2, 3)][: n % 4]
        agree(seeded(50_000 + 1000 * MONEY.index(family) + n, 7, [family, *others]), WAYS[:1])
    assert SEEN["rows"] > before, "no funding row was needed"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(40))
def test_same_optimum_on_many_random_instances(block: int) -> None:
    """A thousand and more random instances with every family among them."""
    for n in range(30):
        seed = 100_000 + 1000 * block + n
        agree(seeded(seed, 8, None if n % 3 else [*FAMILIES]), WAYS[: 1 + n % 3])


@pytest.mark.parametrize("few_entries", [oracle.FEW_ENTRIES, 0], ids=["by project", "by class"])
def test_same_optimum_through_cores_fixing_and_tree(few_entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small instances end before the first core; with smaller cores they go through all steps of the search."""
    monkeypatch.setattr(session, "CORES", ((2, 100), (4, 400)))
    monkeypatch.setattr(session, "TREE_FROM", 0)
    monkeypatch.setattr(oracle, "FEW_ENTRIES", few_entries)
    done: Counter[str] = Counter()
    grow, fix = tree.Tree.grow, session.CoreSession._fix

    def counted_grow(self: tree.Tree, *args: Any) -> tree.TreeAnswer:
        answer = grow(self, *args)
        done["nodes"] += answer.nodes
        return answer

    def counted_fix(self: session.CoreSession, lower: Any, upper: Any) -> Any:
        root = fix(self, lower, upper)
        done["fixed"] += self.work.fixed
        return root

    monkeypatch.setattr(tree.Tree, "grow", counted_grow)
    monkeypatch.setattr(session.CoreSession, "_fix", counted_fix)
    for seed in range(700_000, 700_040):
        agree(seeded(seed, 12, None if seed % 3 else [*FAMILIES]), (("projected", "core"), ("full", "core")))
    assert done["fixed"] > 10
    assert done["nodes"] > 3


def test_a_box_with_a_better_bound_fixes_by_its_own_linear_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS closes a box with a portfolio that cannot be funded: its bound is below the linear programme's objective,
    from which reduced costs fall. Fixed by the distance of that bound from the goal, the optimum was lost."""
    monkeypatch.setattr(session, "CORES", ((2, 100), (4, 400)))
    monkeypatch.setattr(session, "TREE_FROM", 0)
    monkeypatch.setattr(session, "DRAWS", 0)
    monkeypatch.setattr(tree, "BOX", 1.0)
    monkeypatch.setattr(tree, "ASK_EVERY", 10**9)
    agree(seeded(910_186, 24, ["debt_service", "reserved", "tickets"]), WAYS[:1])
