"""A plan's projects held under shocks: can all still be funded, else which fall at least loss, and which rule stops each.

The kept projects are the best set, by the plan's own objective without area bonuses, that the rules on money, the budget and the
relations between projects allow, each in any year in which it may start; carry-overs stay. Limits, district balance and
the conditions of areas do not bind what is kept: those that no longer hold are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ....allot import allot
from ....allot.system import MoneyRow
from ....domain.base import Label
from ....domain.fund_stress import Fallen, Held
from ....domain.scenario import Force
from ....domain.walk import entries
from ....errors import InfeasibleError, SolverError
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem, build_problem
from ....problem.areas import unmet_areas
from ....screening import Facts
from ....solver import SolveOptions
from ...portfolio import Portfolio, solve_portfolio
from ..target import Target
from .tables import Shaken, gains

#: for so many fallen projects the rules in the way are looked for
ASKED = 40


def all_funded(target: Target, case: Shaken, options: SolveOptions) -> bool:
    """Return whether all of a plan's projects can still be funded, the budget kept."""
    answer = allot(case.problem, target.chosen, case.rows, replace(options, gap=0.0, start=None, progress=None))
    return answer.money is not None and not _over_budget(case.rows, target.chosen)


def held(target: Target, case: Shaken, options: SolveOptions, *, funded: bool | None = None) -> Held:
    """Return what becomes of a plan's projects under shocks.

    Parameters
    ----------
    target : Target
        The plan as stated.
    case : Shaken
    options : SolveOptions
    funded : bool, optional
        What `all_funded` says, where it is known.
    """
    broken = tuple(broken_rules(case.problem, case.rows, target.chosen, target.opened))
    if all_funded(target, case, options) if funded is None else funded:
        return Held(status="funded", loss="0", proven=True, broken=broken)
    try:
        sub = kept_problem(target, case)
        kept = solve_portfolio(sub, options)
    except InfeasibleError as error:
        return Held(status="carry_overs", why=str(error), broken=broken)
    except SolverError as error:
        return Held(status="failed", why=str(error), broken=broken)
    return _fallen(target, case, sub, kept, options)


def _over_budget(rows: Sequence[Row], chosen: Sequence[bool]) -> bool:
    return any(r.family == "budget" and not r.holds(chosen, ()) for r in rows)


def kept_problem(target: Target, case: Shaken) -> Problem:
    """Return the tables of the plan's projects alone, without the rules on the portfolio that do not bind what is kept."""
    inside = {c.id for c in target.plan.chosen}
    projects = tuple(p for p in case.inputs.library.projects if p.id in inside)
    library = case.inputs.library.model_copy(update={
        "projects": projects, "revenue": tuple(r for r in case.inputs.library.revenue if r.project in inside),
        "relations": tuple(r for r in case.inputs.library.relations if r.project in inside and (r.other is None or r.other in inside)),
    })  # fmt: skip
    policy = case.inputs.policy
    off = None if policy.coordination is None else policy.coordination.model_copy(update={"active": False})
    policy = policy.model_copy(update={"limits": {}, "targets": {}, "district_balance": {}, "coordination": off})
    scenario = case.inputs.scenario.model_copy(update={"force": Force()})
    stated = case.problem
    screened = {i: stated.screened[i] for i in inside}
    problem = build_problem(policy, library, scenario, screened, stated.scoring, Facts(policy, library))
    at = [stated.position[p.id] for p in problem.projects]
    basis = tuple(stated.basis[i] for i in at)
    values = [0.0 if c else float(problem.score[n] * basis[n]) for n, c in enumerate(problem.carry.tolist())]
    gain = problem.gain.copy()
    for k, p in enumerate(problem.starts.project.tolist()):
        gain[k] = values[p]
    return replace(problem, basis=basis, gain=gain)


def _fallen(target: Target, case: Shaken, sub: Problem, kept: Portfolio, options: SolveOptions) -> Held:
    inside = {sub.projects[int(sub.starts.project[k])].id for k, c in enumerate(kept.chosen) if c}
    worth = gains(case.problem)
    out = sorted((worth[c.id], c.id, c.name) for c in target.plan.chosen if c.start is not None and c.id not in inside)
    rows, name = plan_rows(sub), rule_names(case.problem)
    year = {c.id: c.start for c in target.plan.chosen}
    fallen = []
    for n, (value, id_, title) in enumerate(out):
        stops = _stops(sub, rows, kept.chosen, (id_, year[id_]), options, name) if n < ASKED else ()
        fallen.append(Fallen(id=id_, name=title, score=str(value), rules=stops))
    chosen, opened = _marked(target, case.problem, inside), target.opened
    return Held(
        status="falls", fallen=tuple(fallen), loss=str(sum((v for v, _i, _t in out), Fraction(0))), proven=kept.stopped in ("gap", "optimal"),
        broken=tuple(broken_rules(case.problem, case.rows, chosen, opened)),
    )  # fmt: skip


def _marked(target: Target, problem: Problem, inside: set[str]) -> list[bool]:
    starts = problem.starts
    return [c and problem.projects[p].id in inside for c, p in zip(target.chosen, starts.project.tolist(), strict=True)]


def _stops(
    sub: Problem, rows: Sequence[Row], chosen: Sequence[bool], start: tuple[str, int | None], options: SolveOptions, name: Callable[[MoneyRow | Row], Label]
) -> tuple[Label, ...]:
    """Return the rules in the way of one more project in its year beside those that are kept."""
    flags = list(chosen)
    p = sub.position[start[0]]
    flags[next(k for k in range(int(sub.starts.first[p]), int(sub.starts.first[p + 1])) if int(sub.starts.year[k]) == start[1])] = True
    found = [name(r) for r in rows if r.left.entries is None and (r.base is None or r.base.entries is None) and not r.holds(flags, ())]
    answer = allot(sub, flags, rows, replace(options, gap=0.0, start=None, progress=None), whole=False)
    found += [name(r) for r in answer.blocked]
    return tuple({label.zh: label for label in found}.values())


def rule_names(problem: Problem) -> Callable[[MoneyRow | Row], Label]:
    """Return what names a row: its own label, or that of its rule with project and year."""
    labels: Mapping[str, Label] = {path: entry.label for path, entry in entries(problem.policy)}
    known = {r.name: r.label for r in plan_rows(problem)}

    def name(row: MoneyRow | Row) -> Label:
        if isinstance(row, Row):
            return row.label
        if row.name in known:
            return known[row.name]
        path = row.rule
        while path and path not in labels:
            path = path.rpartition(".")[0]
        label = labels.get(path, Label(zh=row.name, en=row.name))
        more = " ".join(str(v) for v in (row.project, row.year) if v)
        return Label(zh=f"{label.zh} {more}".strip(), en=f"{label.en} {more}".strip())

    return name


def broken_rules(problem: Problem, rows: Sequence[Row], chosen: Sequence[bool], opened: Mapping[str, int]) -> list[Label]:
    """Return the rules on the portfolio that a choice of projects breaks."""
    out = [r.label for r in rows if r.left.entries is None and (r.base is None or r.base.entries is None) and not r.holds(chosen, ())]
    out += [Label(zh=f"统筹片区 {a.id}", en=f"coordinated area {a.id}") for a in unmet_areas(problem, chosen, opened)]
    return out
