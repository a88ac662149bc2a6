"""A plan's projects held under shocks: can all still be funded, else which fall at least loss, and which rule stops each.

The kept projects are the best set, by the plan's own objective without area bonuses, that the rules on money, the budget and the
relations between projects allow, each in the year of the plan; carry-overs stay. Limits, district balance and
the conditions of areas do not bind what is kept: those that no longer hold are told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ....allot import allot, blocking
from ....allot.system import MoneyRow, money_system
from ....domain.base import Label
from ....domain.fund_stress import Fallen, Held
from ....domain.scenario import Force
from ....domain.walk import entries
from ....errors import InfeasibleError, SolverError
from ....i18n import _
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem, build_problem
from ....problem.areas import unmet_areas
from ....screening import Facts
from ....solver import SolveOptions
from ...portfolio import Portfolio, objective_of, solve_portfolio
from ..target import Target
from .best import rechecked
from .tables import Shaken, gains

#: for so many fallen projects the rules in the way are looked for
ASKED = 40


@dataclass(frozen=True)
class Known:
    """What `allotted` answered."""

    money: list[int] | None


def allotted(target: Target, case: Shaken, options: SolveOptions) -> list[int] | None:
    """Return whole money for all of a plan's projects, by entry of the case's problem; None where they can no longer be funded, the budget kept, or that was not settled."""
    try:
        answer = allot(case.problem, target.chosen, case.rows, replace(options, gap=0.0, start=None, progress=None))
    except SolverError:
        return None
    return answer.money if answer.money is not None and not _over_budget(case.rows, target.chosen) else None


def failed(target: Target, case: Shaken, chosen: Sequence[bool], money: list[int]) -> str:
    """Return what the exact re-check finds wrong with projects that are held and their money; the rules that do not bind what is kept left aside."""
    value = objective_of(case.problem, list(chosen), target.opened)
    answer = Portfolio(list(chosen), money, dict(target.opened), value, None, "unproven", rows=case.rows)
    told = ("limits", "districts", "areas", *(("commitments",) if target.inputs.scenario.force.in_ else ()))
    wrong = [b for b in rechecked(target, case)(answer) if b.split(":", 1)[0] not in told]
    return _("the projects that are kept fail the exact re-check: {rules}").format(rules=", ".join(wrong[:5])) if wrong else ""


def held(target: Target, case: Shaken, options: SolveOptions, *, known: Known | None = None) -> Held:
    """Return what becomes of a plan's projects under shocks.

    Parameters
    ----------
    target : Target
        The plan as stated.
    case : Shaken
    options : SolveOptions
    known : Known, optional
        What `allotted` says.
    """
    broken = tuple(broken_rules(case.problem, case.rows, target.chosen, target.opened))
    money = allotted(target, case, options) if known is None else known.money
    if money is not None:
        wrong = failed(target, case, target.chosen, money)
        if wrong:
            return Held(status="failed", why=wrong, broken=broken)
        return Held(status="funded", loss="0", proven=True, broken=broken)
    try:
        sub = kept_problem(target, case)
        kept = solve_portfolio(sub, replace(options, gap=0.0))  # a plan's own projects are few: the least loss to the last one costs nothing
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
    library = case.inputs.library.model_copy(update={
        "projects": tuple(p for p in case.inputs.library.projects if p.id in inside),
        "revenue": tuple(r for r in case.inputs.library.revenue if r.project in inside),
        "relations": tuple(r for r in case.inputs.library.relations if r.project in inside and (r.other is None or r.other in inside)),
    })  # fmt: skip
    policy = case.inputs.policy
    off = None if policy.coordination is None else policy.coordination.model_copy(update={"active": False})
    policy = policy.model_copy(update={"limits": {}, "targets": {}, "district_balance": {}, "coordination": off})
    scenario = case.inputs.scenario.model_copy(update={"force": Force()})
    stated = case.problem
    screened = {i: stated.screened[i] for i in inside}
    decided = {c.id: c.start for c in target.plan.chosen if c.start is not None}
    problem = build_problem(policy, library, scenario, screened, stated.scoring, Facts(policy, library), decided)
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
    fallen = []
    for n, (value, id_, title) in enumerate(out):
        stops = _stops(sub, rows, kept.chosen, id_, options, name) if n < ASKED else ()
        fallen.append(Fallen(id=id_, name=title, score=str(value), rules=stops))
    chosen, opened = _marked(target, case.problem, inside), target.opened
    wrong = failed(target, case, chosen, _carried(sub, kept, case.problem))
    if wrong:
        return Held(status="failed", why=wrong)
    return Held(
        status="falls", fallen=tuple(fallen), loss=str(sum((v for v, _i, _t in out), Fraction(0))), proven=kept.stopped in ("gap", "optimal"),
        broken=tuple(broken_rules(case.problem, case.rows, chosen, opened)),
    )  # fmt: skip


def _carried(sub: Problem, kept: Portfolio, problem: Problem) -> list[int]:
    """Return the money of what is kept by entry of the case's own problem."""
    def keys(p: Problem) -> list[tuple[str, int, int]]:
        return [(p.projects[i].id, c, y) for i, c, y in zip(p.entries.project.tolist(), p.entries.leaf.tolist(), p.entries.year.tolist(), strict=True)]

    paid = {key: v for key, v in zip(keys(sub), kept.money, strict=True) if v}
    return [paid.get(key, 0) for key in keys(problem)]


def _marked(target: Target, problem: Problem, inside: set[str]) -> list[bool]:
    starts = problem.starts
    return [c and problem.projects[p].id in inside for c, p in zip(target.chosen, starts.project.tolist(), strict=True)]


def _stops(sub: Problem, rows: Sequence[Row], chosen: Sequence[bool], id_: str, options: SolveOptions, name: Callable[[MoneyRow | Row], Label]) -> tuple[Label, ...]:
    """Return the rules in the way of one more project beside those that are kept: its own, and those that link projects."""
    flags = list(chosen)
    first = int(sub.starts.first[sub.position[id_]])
    flags[first] = True
    found = [name(r) for r in rows if not r.has_money and not r.holds(flags, ())]
    quiet = replace(options, gap=0.0, start=None, progress=None)
    system = money_system(sub, flags, rows)
    with contextlib.suppress(SolverError):  # in the way all the same, only not named
        if not system.unpayable:
            found += [name(r) for r in blocking(sub, system, quiet, lambda r: r.project in ("", id_))]
        if not found:
            found += [name(r) for r in allot(sub, flags, rows, quiet).blocked]
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
        return Label(zh=f"{label.zh}：{more}", en=f"{label.en}: {more}") if more else label

    return name


def broken_rules(problem: Problem, rows: Sequence[Row], chosen: Sequence[bool], opened: Mapping[str, int]) -> list[Label]:
    """Return the rules on the portfolio that a choice of projects breaks."""
    out = [r.label for r in rows if not r.has_money and not r.holds(chosen, ())]
    out += [Label(zh=f"统筹片区 {a.id}", en=f"coordinated area {a.id}") for a in unmet_areas(problem, chosen, opened)]
    return out
