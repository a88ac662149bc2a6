"""Fronts made by hand: a small synthetic city solved under several weights and budgets, its plans filtered by moocore."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import moocore
import numpy as np

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.cli import main
from renewal_opt.domain import Label
from renewal_opt.domain.front import Front, FrontObjective, FrontPoint, OpenZone
from renewal_opt.domain.plan import Plan
from renewal_opt.io.load import Inputs, load_inputs
from renewal_opt.report.front_view import FrontView

#: criteria that get most of the weight (None: the policy's weights)
HEAVY = (None, "core_functions", "social_benefit")
#: budgets of new starts, 万元; the first is the whole one
BUDGETS = (135_529, 110_000, 90_000, 70_000)


@dataclass(frozen=True)
class City:
    """Inputs and the plans that several questions gave; the first plan is the current one."""

    inputs: Inputs
    plans: tuple[Plan, ...]


def made_city(folder: Path) -> City:
    """Solve a synthetic city of 36 projects, under several weights and budgets."""
    assert main(["--lang", "en", "synth", "--projects", "36", "--seed", "11", "--with-scenario", "-o", str(folder / "library.xlsx")], standalone_mode=False) in (0, None)
    scenario = next(folder.glob("*.yaml"))
    plans: list[Plan] = []
    for budget in BUDGETS:
        inputs = load_inputs(scenario, overrides={"budget.synthetic_starts.amount": {2025: Decimal(budget), "later": "last"}})
        for heavy in HEAVY:
            weights = None if heavy is None else {k: Decimal(19 if k == heavy else 1) for k in inputs.policy.criteria}
            asked = inputs.scenario if weights is None else inputs.scenario.model_copy(update={"weights": weights})
            plans.append(solve_annual(replace(inputs, scenario=asked), other_bases=False))
    return City(load_inputs(scenario), tuple(plans))


def starts(plan: Plan) -> list[str]:
    """Return the ids of the new starts."""
    return [c.id for c in plan.chosen if c.part == "new_start"]


def _fiscal(city: City) -> Callable[[Plan], Fraction]:
    government = set(city.inputs.policy.funding.expand(side="government"))
    return lambda plan: Fraction(sum(m.yuan for c in plan.chosen for m in c.money if m.channel in government), 10_000)


def measures(city: City) -> dict[str, tuple[FrontObjective, Callable[[Plan], Fraction]]]:
    """Return objectives whose value can be read off a plan."""
    wan, points = Label(zh="万元", en="10k yuan"), Label(zh="分·万元", en="points x 10k yuan")
    names = list(city.inputs.policy.criteria)
    out: dict[str, tuple[FrontObjective, Callable[[Plan], Fraction]]] = {
        k: (FrontObjective(name=k, label=city.inputs.policy.criteria[k].label, unit=points, sense="max", exact=True, step="1/100"), lambda plan, k=k: Fraction(plan.criterion_totals[k]))
        for k in names
    }
    out["fiscal_outlay"] = (FrontObjective(name="fiscal_outlay", label=Label(zh="财政类渠道出资", en="outlay of government channels"), unit=wan, sense="min", exact=False, step="1/100"), _fiscal(city))
    out["projects"] = (FrontObjective(name="projects", label=Label(zh="新开工项目数", en="new starts"), unit=Label(zh="个", en="projects"), sense="max", exact=True, step="1"), lambda plan: Fraction(len(starts(plan))))
    return out


def made_view(city: City, names: Sequence[str], *, holes: int = 0) -> FrontView:
    """Return the view of a front over some objectives.

    Parameters
    ----------
    city : City
    names : sequence of str
        Words of objectives; fiscal_outlay and projects are known beside the criteria.
    holes : int
        So many points in the middle of two objectives are taken out, and their zone is said to be open.
    """
    known = measures(city)
    objectives = [known[n][0] for n in names]
    values = [tuple(known[n][1](plan) for n in names) for plan in city.plans]
    signs = np.array([1.0 if o.sense == "max" else -1.0 for o in objectives])
    kept = moocore.is_nondominated(np.array(values, dtype=float) * signs, maximise=True, keep_weakly=False)
    order = sorted((i for i, keep in enumerate(kept) if keep), key=lambda i: [-int(s) * v for s, v in zip(signs, values[i], strict=True)])
    gone = set(order[len(order) // 2 :][:holes])
    edges = [(b, a) for b, a in itertools.pairwise(order)]
    order = [i for i in order if i not in gone]
    zones = [
        OpenZone(better_than=(str(values[after][0]), str(values[before][1])), why="time limit")  # better than its neighbours
        for before, after in itertools.pairwise(order)
        if (before, after) not in edges
    ]
    columns = list(zip(*[values[i] for i in order], strict=True))
    best = [max(c) if o.sense == "max" else min(c) for o, c in zip(objectives, columns, strict=True)]
    worst = [min(c) if o.sense == "max" else max(c) for o, c in zip(objectives, columns, strict=True)]
    first = city.plans[0]
    front = Front(
        program=first.program, city=first.city, synthetic=first.synthetic, scenario=first.scenario, title=first.title, plan_year=first.plan_year, inputs=first.inputs,
        objectives=tuple(o.model_copy(update={"ideal": str(b), "nadir": None if holes else str(w)}) for o, b, w in zip(objectives, best, worst, strict=True)),
        claim="open" if holes else "complete",
        points=tuple(
            FrontPoint(id=at, values=tuple(str(v) for v in values[i]), plan=f"plans/{at:04d}.json", chosen=tuple(starts(city.plans[i]))) for at, i in enumerate(order, start=1)
        ),
        open_zones=tuple(zones), missing=0.125 if holes else 0.0,
        payoff=tuple(columns[k].index(best[k]) + 1 for k in range(len(names))), current="../plan.json", runs=len(city.plans), seconds=1.0,
    )  # fmt: skip
    return FrontView.of(front, [city.plans[i] for i in order], first, city.inputs.policy, city.inputs.library)
