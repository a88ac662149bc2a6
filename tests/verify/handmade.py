"""A tiny city built in memory, and plans for it made by hand: amounts in 元 are small so that sums can be followed."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from oracle import Oracle, plan_of

from renewal_opt.domain import Library, Plan, Policy, Project, Relation, RevenueRow, Scenario
from renewal_opt.verify import Breach, FamilyResult, verify_plan

Y = 2025
SOURCE = {"kind": "assumption", "why": "a test"}
ENTRY: dict[str, Any] = {"label": {"zh": "名", "en": "name"}, "source": SOURCE}


def entry(**more: Any) -> dict[str, Any]:
    """Return a policy entry with label and source."""
    return ENTRY | more


def wan(yuan: int) -> D:
    """Return 元 as the 万元 that a policy states; only hundreds of 元 can be stated."""
    return D(yuan) / 10000


def channel(counts_as: str, side: str = "market", **more: Any) -> dict[str, Any]:
    """Return a channel; debt is a two-year bullet at 5 % unless said otherwise."""
    debt = {"rate": D("0.05"), "term": 2, "repayment": "bullet"} if counts_as == "debt" else {}
    return entry(**({"side": side, "counts_as": counts_as, "cap": "open"} | debt | more))


CHANNELS = {"fiscal": channel("grant", "government"), "bond": channel("debt", "government"), "loan": channel("debt"), "equity": channel("capital")}
SUBS = {"central": entry(), "local": entry()}
WORTH = entry(weight=1, indicators={"consent": entry(column="consent", value=[[0, 0], [100, 100]], weight=1)})


def make_policy(channels: dict[str, Any] | None = None, funding: dict[str, Any] | None = None, **sections: Any) -> Policy:
    """Return a policy with three districts, four channels and one criterion; `channels` and `sections` replace."""
    tree: dict[str, Any] = {
        "schema_version": 1,
        "city": entry(document="none"),
        "districts": {"north": entry(), "south": entry(), "whole": entry(level="city")},
        "criteria": {"worth": WORTH},
        "funding": {"channels": CHANNELS | (channels or {})} | (funding or {}),
    }
    return Policy.model_validate(tree | sections)


def project(id: str, money: Any = 1000, **more: Any) -> Project:
    """Return a project: spending by year from the start (a number: all in the first)."""
    spend = (money,) if isinstance(money, int) else tuple(money)
    given: dict[str, Any] = {"id": id, "name": f"project {id}", "district": "north", "consent": D(50), "total_investment": sum(spend), "spend": spend}
    return Project(**(given | more))


def carry(id: str, remaining: dict[int, int] | int = 400, spent: int = 600, **more: Any) -> Project:
    """Return a carry-over with its remaining spending by year."""
    rest = {Y: remaining} if isinstance(remaining, int) else remaining
    given: dict[str, Any] = {"part": "carry_over", "spend": (), "remaining": rest, "spent_to_date": spent, "total_investment": sum(rest.values()) + spent}
    return project(id, 0, **(given | more))


class Town:
    """Policy, library and scenario, and the judgement of choices by verifier and oracle.

    A choice names each chosen project with its start and money: `a=(2025, {"fiscal": 1000})`; an amount by
    year is `{"fiscal": {2025: 600, 2026: 400}}`, a plain amount falls in the plan year.
    """

    def __init__(self, projects: list[Project], policy: Policy | None = None, *, relations: Any = (), revenue: Any = (), **scenario: Any) -> None:
        self.policy = policy or make_policy()
        self.library = Library(projects=tuple(projects), relations=tuple(Relation(**r) for r in relations), revenue=tuple(RevenueRow(**r) for r in revenue))
        self.scenario = Scenario.model_validate({"name": "test", "policy": "p", "library": "l", "plan_year": Y} | scenario)
        self.oracle = Oracle(self.policy, self.library, self.scenario)

    def choice(self, opened: dict[str, int] | None = None, /, **chosen: Any) -> Any:
        """Return a choice in the oracle's form."""
        out = []
        for i, (start, money) in chosen.items():
            listed = [(c, t, m) for c, amounts in money.items() for t, m in (amounts if isinstance(amounts, dict) else {Y: amounts}).items()]
            out.append((i, start, listed))
        return out, opened or {}

    def plan(self, opened: dict[str, int] | None = None, /, **chosen: Any) -> Plan:
        """Return the complete plan of a choice."""
        return plan_of(self.oracle.fill(self.choice(opened, **chosen)))

    def verify(self, plan: Plan) -> dict[str, FamilyResult]:
        """Return the verifier's results by family."""
        return {f.family: f for f in verify_plan(plan, self.policy, self.library, self.scenario)}

    def judge(self, plan: Plan) -> dict[str, tuple[Breach, ...]]:
        """Return the breaches by family, of the families that fail."""
        return {k: f.breaches for k, f in self.verify(plan).items() if not f.holds}

    def holds(self, opened: dict[str, int] | None = None, /, **chosen: Any) -> Plan:
        """Assert that the plan of a choice holds, for the oracle too; return it."""
        plan = self.plan(opened, **chosen)
        assert self.judge(plan) == {}
        assert self.oracle.right(plan)
        return plan

    def fails(self, family: str, opened: dict[str, int] | None = None, /, **chosen: Any) -> tuple[Breach, ...]:
        """Assert that exactly one family fails, for the oracle too; return its breaches."""
        assert self.oracle.violations(self.choice(opened, **chosen)) == [family]
        bad = self.judge(self.plan(opened, **chosen))
        assert list(bad) == [family], bad
        return bad[family]
