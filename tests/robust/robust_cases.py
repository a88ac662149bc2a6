"""Small random towns for robust questions, and their answers by enumeration, written from the definitions."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

from small import Town, Y, carry, channel, entry, new

from renewal_opt.allot import allot
from renewal_opt.analysis.annual import make_problem
from renewal_opt.analysis.portfolio import objective_of
from renewal_opt.domain import Project
from renewal_opt.domain.robust import Protection, RobustQuestion
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.problem import Problem
from renewal_opt.problem.areas import areas_of, may_open
from renewal_opt.solver import SolveOptions

OPTIONS = SolveOptions(gap=0.0)
KEYS = "abc"
COLUMNS = {"a": "consent", "b": "months_to_effect", "c": "households"}
Points = list[tuple[F, ...]]


def criterion(column: str) -> dict[str, Any]:
    return entry(weight=1, indicators={"v": entry(column=column, value=[[0, 0], [100, 100]], weight=1)})


def scored_town(seed: int) -> Town:
    """Three criteria, two channels with caps, sometimes two start years, a carry-over, or areas that earn a bonus."""
    r = random.Random(seed)
    n = r.choice([3, 4]) if seed % 3 == 2 else r.choice([3, 4, 5])
    areas = seed % 10 == 7
    projects = [
        new(f"p{i}", [r.randint(5, 60)], r.randint(0, 10) * 10, months_to_effect=r.randint(0, 10) * 10, households=r.randint(0, 10) * 10,
            **({"coord_area": r.choice("XY")} if areas else {}))
        for i in range(n)
    ]  # fmt: skip
    total = sum(p.total_investment for p in projects) // 10_000
    if r.random() < 0.2:
        projects.append(carry("run", {Y: 3, Y + 1: 2}, 5))
    channels = {
        "cash": channel(cap={2025: 3 + int(total * r.uniform(0.2, 0.7)), "later": "open"}),
        "loan": channel("debt", cap={2025: int(total * r.uniform(0.1, 0.4)), "later": "open"}, share={"at_most": D("0.6")}),
    }
    sections: dict[str, Any] = {"criteria": {k: criterion(c) for k, c in COLUMNS.items()}}
    if r.random() < 0.5:
        sections["budget"] = {"m": entry(amount={2025: int(total * r.uniform(0.4, 0.9)), "later": "open"}, measure="starts")}
    if areas:
        sections["coordination"] = entry(mode="bonus", bonus=r.randint(1, 30), conditions={"least_number": 2}, active=True)
    scenario = {"basis": r.choice(["count", "investment"]), "window": 2 if r.random() < 0.15 else 1}
    return Town(projects, channels=channels, scenario=scenario, **sections)


def question(seed: int, **more: Any) -> tuple[RobustQuestion, Points]:
    """A question, and the extreme points of its weights, known by hand."""
    r = random.Random(seed)
    shapes: list[tuple[dict[str, Any], Points]] = [
        ({"order": ["a", "b", "c"]}, [(F(1), F(0), F(0)), (F(1, 2), F(1, 2), F(0)), (F(1, 3), F(1, 3), F(1, 3))]),
        ({"intervals": {"a": [D("0.2"), D("0.5")], "b": [D("0.1"), D("0.4")]}}, [(x, y, 1 - x - y) for x in (F(1, 5), F(1, 2)) for y in (F(1, 10), F(2, 5))]),
        ({"least": D("0.2")}, [(F(3, 5), F(1, 5), F(1, 5)), (F(1, 5), F(3, 5), F(1, 5)), (F(1, 5), F(1, 5), F(3, 5))]),
    ]
    weights, points = r.choice(shapes)
    tree: dict[str, Any] = {"weights": weights}
    kind = seed % 3
    if kind == 1:
        tree["scores"] = {"default": r.choice([0, 5, 20]), "projects": {"p0": {"a": [r.choice([0, 40]), r.choice([60, 100])]}}}
    if kind == 2:
        tree["costs"] = {"default": [r.choice([0, 5]), r.choice([0, 10, 20])], "projects": {"p1": [0, 50]}, "budget": r.choice(["keep", "variable"])}
    return RobustQuestion.model_validate(tree | more), points


@dataclass(frozen=True)
class Known:
    """A feasible portfolio: its new starts, and the areas that it may open."""

    chosen: frozenset[str]
    areas: frozenset[str]


class ByHand:
    """All portfolios of a question, and which are nondominated, from the definitions."""

    def __init__(self, problem: Problem, asked: RobustQuestion, points: Points) -> None:
        self.problem, self.asked, self.points = problem, asked, points
        self.feasible = list({k.chosen: k for k in self._feasible()}.values())
        self.parts = {p.id: self._ends(p) for p in problem.projects if p.part != "carry_over"}
        self.bonus: dict[str, F] = {}
        rule = problem.policy.coordination
        if rule is not None and rule.active and rule.bonus is not None:
            for area in areas_of(problem):
                self.bonus[area.id] = F(rule.bonus) * sum((self._basis(problem.projects[i]) for i in area.members), F(0))
        self.measures = range(len(points) + (asked.costs is not None))
        self.best = [b for b in self.feasible if not any(self.dominates(a, b) for a in self.feasible)]

    def _feasible(self) -> list[Known]:
        problem = self.problem
        drop = self.asked.costs is not None and self.asked.costs.budget == "variable"
        rows = [r for r in plan_rows(problem) if not (drop and r.family == "budget")]
        zero, out = [0] * len(problem.entries), []
        for chosen in itertools.product([False, True], repeat=len(problem.starts)):
            started = [problem.projects[p].id for p, c, f in zip(problem.starts.project.tolist(), chosen, problem.starts.fixed.tolist(), strict=True) if c and not f]
            if len(set(started)) < len(started) or any(f and not c for f, c in zip(problem.starts.fixed.tolist(), chosen, strict=True)):
                continue
            if all(r.holds(chosen, zero) for r in rows if r.left.entries is None) and allot(problem, list(chosen), rows, OPTIONS).money is not None:
                areas = frozenset(a.id for a in areas_of(problem) if may_open(problem, a, chosen, problem.year + problem.scenario.window - 1))
                out.append(Known(frozenset(started), areas))
        return out

    def _basis(self, p: Project) -> F:
        return F(1) if self.problem.scenario.basis == "count" else F(p.total_investment, 10_000)

    def _ends(self, p: Project) -> list[tuple[F, F]]:
        """Ends of a project's part of each value, and of the cost counted negative."""
        ends = []
        for key in KEYS:
            value = F(getattr(p, COLUMNS[key]))
            low = high = value
            if self.asked.scores is not None:
                own = self.asked.scores.projects.get(p.id, {}).get(key)
                away = F(self.asked.scores.default[0])
                low, high = (F(own[0]), F(own[1])) if own is not None else (max(F(0), value - away), min(F(100), value + away))
            ends.append((low, high))
        out = [tuple(self._basis(p) * sum(w * e[side] for w, e in zip(point, ends, strict=True)) for side in (0, 1)) for point in self.points]
        if self.asked.costs is not None:
            below, above = self.asked.costs.projects.get(p.id, self.asked.costs.default)
            out.append((-p.total_investment * (1 + F(above) / 100), -p.total_investment * (1 - F(below) / 100)))
        return out  # type: ignore[return-value]

    def least(self, a: Known, b: Known, m: int) -> F:
        """Least of A less B in a measure: A's own projects at their low end, B's at their high end."""
        out = sum((self.parts[p][m][0] for p in a.chosen - b.chosen), F(0)) - sum((self.parts[p][m][1] for p in b.chosen - a.chosen), F(0))
        if m < len(self.points):
            out += sum((self.bonus.get(x, F(0)) for x in a.areas), F(0)) - sum((self.bonus.get(x, F(0)) for x in b.areas), F(0))
        return out

    def dominates(self, a: Known, b: Known) -> bool:
        return all(self.least(a, b, m) >= 0 for m in self.measures) and any(-self.least(b, a, m) > 0 for m in self.measures)

    def maximin(self) -> F:
        nothing = Known(frozenset(), frozenset())
        return max(min(self.least(z, nothing, m) for m in range(len(self.points))) for z in self.feasible)

    def minimax_regret(self) -> F:
        return min(max(max(-self.least(z, o, m) for m in range(len(self.points))) for o in self.feasible) for z in self.feasible)

    def states(self) -> dict[str, str]:
        out = {}
        for p in self.parts:
            held = sum(p in b.chosen for b in self.best)
            out[p] = "exterior" if not held else "core" if held == len(self.best) else "borderline"
        return out


# -- overrun -----------------------------------------------------------------------------------------------------


def money_town(seed: int) -> Town:
    """Small funding networks: channels with own projects, shares that cross, capital, budgets and limits in money."""
    r = random.Random(seed)
    projects = [new(f"p{i}", [10 * r.randint(1, 6) for _ in range(r.randint(1, 2))], r.randint(1, 99), district=r.choice(["north", "south"])) for i in range(r.choice([3, 3, 3, 4]))]
    if r.random() < 0.3:
        projects.append(carry("c", {Y: 10 * r.randint(1, 3), Y + 1: 10}, 50))
    total = sum(p.total_investment for p in projects) // 10_000
    names = "abcd"[: r.randint(2, 4)]
    channels = {}
    for c in names:
        only = {"eligible": {"district": r.choice(["north", "south"])}} if r.random() < 0.4 else {}
        cap = "open" if r.random() < 0.15 else {y: int(total * r.uniform(0.05, 0.4)) for y in (2025, 2026)} | {"later": "last"}
        channels[c] = channel(r.choice(["grant", "debt", "capital"]), cap=cap, **only)
    funding: dict[str, Any] = {"shares": {}}
    for k in range(r.randint(0, 3)):
        bound = {"at_most": D(r.randint(3, 7)) / 10} if r.random() < 0.6 else {"at_least": D(r.randint(1, 3)) / 10}
        funding["shares"][f"s{k}"] = entry(channels=r.sample(names, 2), per=r.choice(["year", "project"]), of="cost", **bound)
    if r.random() < 0.3:
        funding["capital"] = {"k": entry(where={}, at_least=D("0.2"), per="year", also_capital=[names[0]])}
    if r.random() < 0.15:
        funding["ratios"] = {"k": entry(numerator={"channels": [names[0]]}, denominator={}, at_most=D(r.randint(3, 6)) / 10)}
    sections: dict[str, Any] = {}
    if r.random() < 0.5:
        sections["budget"] = {"m": entry(amount={2025: int(total * r.uniform(0.3, 0.8)), "later": "open"}, measure=r.choice(["starts", "spending"]))}
    if r.random() < 0.4:
        sections["limits"] = {"l": entry(where={"district": "north"}, measure="investment", at_most={"share": D(r.randint(4, 8)) / 10, "of": r.choice(["plan", "new"])})}
    if r.random() < 0.3:
        sections.setdefault("limits", {})["v"] = entry(where={"district": "south"}, measure="investment", at_most={"value": int(total * 0.4)})
    if r.random() < 0.2:
        sections["district_balance"] = {"d": entry(measure="investment", of="plan", at_least=D("0.2"), districts=["north"])}
    return Town(projects, channels=channels, funding=funding, scenario={"window": 2 if r.random() < 0.05 else 1, "funding": "projected" if seed % 2 else "full"}, **sections)


def flow_town(seed: int) -> Town:
    """Projects that each may use some of three tight channels: where an overrun is paid moves the money of the others."""
    r = random.Random(seed)
    places = ["north", "south", "whole"]
    projects = [new(f"p{i}", 10 * r.randint(1, 2), r.randint(40, 60), district=r.choice(places)) for i in range(4)]
    channels = {c: channel(cap={2025: r.choice([15, 20, 20, 25, 30])}, eligible={"district": r.sample(places, 2)}) for c in "ABC"[: r.choice([2, 2, 3])]}
    return Town(projects, channels=channels, scenario={"funding": "projected" if seed % 2 else "full"})


def protection(seed: int) -> tuple[Protection, F]:
    r = random.Random(seed * 7 + 1)
    gamma = F(9) if seed % 25 == 0 else r.choice([F(0), F(1), F(2), F(1, 2), F(3, 2)])
    tree = {"gamma": [D(gamma.numerator) / gamma.denominator], "overrun": 20, "carry_overs": r.choice([0, 20]), "projects": {"p0": 40}}
    return Protection.model_validate(tree), gamma


def raised(town: Town, asked: Protection, theta: dict[int, F]) -> tuple[Problem, list[Any]]:
    """The town's problem when projects (by position in the library) overrun by a share of their largest overrun."""
    projects = []
    for i, p in enumerate(town.library.projects):
        most = F(asked.projects.get(p.id, asked.carry_overs if p.part == "carry_over" else asked.overrun)) / 100
        f = 1 + most * theta.get(i, F(0))
        spend, rest = tuple(int(v * f) for v in p.spend), {y: int(v * f) for y, v in p.remaining.items()}
        more = sum(rest.values()) - sum(p.remaining.values()) if p.part == "carry_over" else sum(spend) - sum(p.spend)
        projects.append(p.model_copy(update={"spend": spend, "remaining": rest, "total_investment": p.total_investment + more}))
    problem = make_problem(Inputs(town.policy, town.library.model_copy(update={"projects": tuple(projects)}), town.scenario))
    return problem, plan_rows(problem)


def holds(problem: Problem, rows: list[Any], chosen: tuple[bool, ...]) -> tuple[bool, bool, bool]:
    """Whether the budget, the other rows without money, and the funding hold."""
    zero = [0] * len(problem.entries)
    plain = [r for r in rows if r.left.entries is None]
    budget = all(r.holds(chosen, zero) for r in plain if r.family == "budget")
    limits = all(r.holds(chosen, zero) for r in plain if r.family != "budget")
    return budget, limits, allot(problem, list(chosen), rows, OPTIONS).money is not None


def best_protected(town: Town, asked: Protection, gamma: F) -> F | None:
    """The best objective of all portfolios that hold after each extreme overrun of the set, one problem each."""
    n = len(town.library.projects)
    whole = min(int(gamma), n)
    rest = gamma - int(gamma)
    thetas: list[dict[int, F]] = []
    for k in range(whole + 1):
        for inside in itertools.combinations(range(n), k):
            base = {i: F(1) for i in inside}
            thetas.append(base)
            thetas += [base | {j: rest} for j in range(n) if rest and j not in inside]
    problems = [raised(town, asked, theta) for theta in thetas]
    stated, best = town.problem(), None
    owner = stated.starts.project.tolist()
    for chosen in itertools.product([False, True], repeat=len(stated.starts)):
        started = [p for p, c in zip(owner, chosen, strict=True) if c]
        if len(set(started)) < len(started) or any(f and not c for f, c in zip(stated.starts.fixed.tolist(), chosen, strict=True)):
            continue
        if all(all(holds(problem, rows, chosen)) for problem, rows in problems):
            value = objective_of(stated, list(chosen), {})
            best = value if best is None else max(best, value)
    return best
