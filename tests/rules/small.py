"""A small city in memory for the tests of rule families: money in 万元, a project's score is what the test says.

    town = Town([new("a", 100, 80), new("b", 100, 60)], channels={"cash": channel(cap={2025: 100})})
    town.solve().starts == {"a": 2025}
    town.rows("channels")               # the family's rows as an LP file has them, one line a row

Every answer is re-checked: by the package's verifier, and by the oracle of tests/oracle.py, which shares no code
with the engine. The basis is `count` (the objective is the sum of the scores) unless a scenario says otherwise.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

from oracle import Oracle
from pyomo.repn.plugins.lp_writer import LPWriter

from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.assemble import assemble
from renewal_opt.analysis.portfolio import Portfolio, solve_portfolio
from renewal_opt.domain import Library, Plan, Policy, Project, Scenario
from renewal_opt.domain.base import WAN
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import build_model, families
from renewal_opt.model.compile import compile_model
from renewal_opt.problem import Problem
from renewal_opt.solver import HighsSession, Status
from renewal_opt.verify import verify_plan

Y = 2025
ENTRY: dict[str, Any] = {"label": {"zh": "名", "en": "name"}, "source": {"kind": "assumption", "why": "a test"}}


def entry(**more: Any) -> dict[str, Any]:
    """Return a policy entry with label and source."""
    return ENTRY | more


def channel(counts_as: str = "grant", side: str = "government", **more: Any) -> dict[str, Any]:
    """Return a channel, open unless `cap` is given; debt is a two-year bullet at 5 % unless said otherwise."""
    debt = {"rate": D("0.05"), "term": 2, "repayment": "bullet"} if counts_as == "debt" else {}
    return entry(**({"side": side, "counts_as": counts_as, "cap": "open"} | debt | more))


def new(id: str, spend: int | Iterable[int] | None = None, score: Any = 50, yuan: Iterable[int] | None = None, **more: Any) -> Project:
    """Return a new start: spending in 万元 by year from the start (or `yuan`), score in [0, 100]."""
    given = [spend] if isinstance(spend, int) else list(spend or ())
    money = tuple(yuan) if yuan is not None else tuple(v * WAN for v in given)
    values: dict[str, Any] = {"id": id, "name": id, "district": "north", "consent": D(str(score)), "total_investment": sum(money), "spend": money}
    return Project.model_validate(values | more)


def carry(id: str, remaining: Mapping[int, int], spent: int = 0, in_place: Mapping[str, int] | None = None, **more: Any) -> Project:
    """Return a carry-over: remaining spending by calendar year, money spent and money in place, 万元."""
    rest = {year: v * WAN for year, v in remaining.items()}
    placed = {c: v * WAN for c, v in (in_place or {}).items()}
    values: dict[str, Any] = {
        "id": id, "name": id, "district": "north", "consent": D(50), "part": "carry_over", "remaining": rest,
        "spent_to_date": spent * WAN, "in_place": placed, "total_investment": sum(rest.values()) + spent * WAN,
    }  # fmt: skip
    return Project.model_validate(values | more)


def revenue(project: str, year: int, wan: int, kind: str = "operating") -> dict[str, Any]:
    """Return a row of pledged net revenue, 万元."""
    return {"project": project, "year": year, "revenue_class": kind, "gross": wan * WAN, "pledged_net": wan * WAN}


@dataclass(frozen=True)
class Answer:
    """What a solve answered, in the tests' words.

    Attributes
    ----------
    starts : dict of str to int
        New starts and their year.
    money : dict of (project, channel, year) to int
        万元; a Fraction where it is not whole.
    objective : Fraction
    portfolio, plan
        The package's own.
    """

    starts: dict[str, int]
    money: dict[tuple[str, str, int], Any]
    objective: Fraction
    portfolio: Portfolio
    plan: Plan

    def of(self, project: str | None = None, channel: str | None = None, year: int | None = None) -> Any:
        """Return the money of a project, channel and year (None: all), 万元."""
        wanted = (project, channel, year)
        return sum(v for key, v in self.money.items() if all(w is None or w == k for w, k in zip(wanted, key, strict=True)))

    def use(self, row: str) -> Any:
        """Return the use of a row of the plan."""
        return next(u for u in self.plan.use if u.row == row)


class Town:
    """Policy, library and scenario in memory.

    Parameters
    ----------
    projects : list of Project
    channels : dict
        Funding channels; one open grant `cash` when not given.
    funding : dict
        The other sections of `funding`.
    relations, revenue : lists of dict
        The sheets 关系 and 收益.
    scenario : dict
        Keys that differ.
    sections
        Further sections of the policy.
    """

    def __init__(
        self, projects: list[Project], channels: dict[str, Any] | None = None, funding: dict[str, Any] | None = None,
        relations: Iterable[dict[str, Any]] = (), revenue: Iterable[dict[str, Any]] = (), scenario: dict[str, Any] | None = None,
        **sections: Any,
    ) -> None:  # fmt: skip
        self.given = (projects, channels, funding, tuple(relations), tuple(revenue), scenario, sections)
        worth = entry(weight=1, indicators={"consent": entry(column="consent", value=[[0, 0], [100, 100]], weight=1)})
        tree: dict[str, Any] = {
            "schema_version": 1, "city": entry(document="none"),
            "districts": {"north": entry(), "south": entry(), "whole": entry(level="city")},
            "criteria": {"worth": worth}, "funding": {"channels": channels or {"cash": channel()}} | (funding or {}),
        }  # fmt: skip
        self.policy = Policy.model_validate(tree | sections)
        self.library = Library.model_validate({"projects": tuple(projects), "relations": self.given[3], "revenue": self.given[4]})
        options = {"name": "t", "policy": "p", "library": "l", "plan_year": Y, "basis": "count", "solver": {"gap": 0}}
        self.scenario = Scenario.model_validate(options | (scenario or {}))

    #: whether `solve` solves with money projected out too; off where a test changes the engine underneath
    both_forms = True

    def but(self, **changes: Any) -> Town:
        """Return the town with other parts (`projects`, `channels`, `funding`, `relations`, ... or policy sections)."""
        names = ("projects", "channels", "funding", "relations", "revenue", "scenario")
        parts = dict(zip(names, self.given[:6], strict=True)) | self.given[6]
        return Town(**(parts | changes))

    @property
    def inputs(self) -> Inputs:
        """The inputs, as io would hand them over."""
        return Inputs(self.policy, self.library, self.scenario)

    def problem(self) -> Problem:
        """Return the tables."""
        return make_problem(self.inputs)

    def rows(self, family: str) -> list[str]:
        """Return the rows of one family as Pyomo's LP writer writes them, one line a row."""
        model = build_model(self.problem(), skip=frozenset(families()) - {family})
        out = io.StringIO()
        LPWriter().write(model, out, symbolic_solver_labels=True)
        body = out.getvalue().partition("s.t.")[2].partition("\nbounds")[0]
        rows = [re.sub(r"\s+", " ", r).strip() for r in re.split(r"\n\s*\n", body)]
        return [re.sub(r"^c_[leu]_(.*)_:", r"\1:", r) for r in rows if r and "ONE_VAR_CONSTANT" not in r]

    def fixed(self, family: str) -> list[str]:
        """Return the starts that one family fixes at 1."""
        model = build_model(self.problem(), skip=frozenset(families()) - {family})
        return [v.name for v in model.x.values() if v.lb == 1]

    def solve(self) -> Answer:
        """Solve to a proven optimum that the verifier and the oracle find right."""
        problem = self.problem()

        def recheck(answer: Portfolio) -> list[str]:
            plan = assemble(self.inputs, problem, answer, {}, ())
            results = verify_plan(plan, self.policy, self.library, self.scenario)
            return [f"{r.family}: {b}" for r in results for b in r.breaches]

        portfolio = solve_portfolio(problem, options_of(self.scenario), recheck)
        assert portfolio.stopped == "optimal"
        plan = assemble(self.inputs, problem, portfolio, {}, ())
        answer = self._answer(problem, portfolio, plan)
        assert recheck(portfolio) == []
        amounts = {c.id: (c.start, [(m.channel, m.year, m.yuan) for m in c.money]) for c in plan.chosen}
        choice = ([(i, s, m) for i, (s, m) in amounts.items()], dict(plan.opened_areas))
        assert Oracle(self.policy, self.library, self.scenario).violations(choice) == []
        if self.both_forms and self.scenario.funding == "auto":
            self._same_without_money(portfolio.objective)
        return answer

    def _same_without_money(self, objective: Fraction) -> None:
        """The same town with money projected out: the same optimum, funded in whole money and re-checked."""
        scenario = self.scenario.model_copy(update={"funding": "projected", "strategy": "core", "max_repairs": max(30, self.scenario.max_repairs)})
        problem = make_problem(Inputs(self.policy, self.library, scenario))

        def recheck(answer: Portfolio) -> list[str]:
            plan = assemble(Inputs(self.policy, self.library, scenario), problem, answer, {}, ())
            return [f"{r.family}: {b}" for r in verify_plan(plan, self.policy, self.library, scenario) for b in r.breaches]

        other = solve_portfolio(problem, options_of(scenario), recheck)
        assert (other.stopped, other.objective) == ("optimal", objective)

    @staticmethod
    def _answer(problem: Problem, portfolio: Portfolio, plan: Plan) -> Answer:
        money: dict[tuple[str, str, int], Any] = {}
        for c in plan.chosen:
            for m in c.money:
                wan = Fraction(m.yuan, WAN)
                money[c.id, m.channel, m.year] = int(wan) if wan.denominator == 1 else wan
        starts = {c.id: c.start for c in plan.chosen if c.start is not None}
        return Answer(starts, money, portfolio.objective, portfolio, plan)

    def relaxed(self, *skip: str) -> float | None:
        """Return the optimum of the Pyomo model without some families, None when it is infeasible."""
        model = build_model(self.problem(), skip=frozenset(skip))
        result = HighsSession(compile_model(model)).solve(options_of(self.scenario))
        if result.status is Status.INFEASIBLE:
            return None
        assert result.status is Status.OPTIMAL
        return round(result.objective * float(model.gain_unit), 6)


def four() -> list[Project]:
    """Return the library of the tests of rows: three new starts and a carry-over.

    The largest spending of a year is 100 万元 = 1,000,000 元, so the solver's money unit is 100 元 and 1 万元
    is 100 units: 60 万元 stand as 6000 in a row.
    """
    return [new("a", [60, 40], 80), new("b", 100, 60, district="south"), new("c", [50, 50], 40), carry("d", {2025: 30, 2026: 20}, 50)]
