"""The parts of an annual plan: 续建 and 新开工, 储备, 未入选."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..domain import Project
from ..domain.base import Label
from ..domain.plan import AreaBalance, Chosen, LaterNeed, Money, Reason, Refused, Reserve
from ..problem import Problem
from ..problem.areas import areas_of
from ..screening import papers_alone
from .portfolio import Portfolio
from .reasons import Reasons
from .use import exact


def chosen_projects(problem: Problem, answer: Portfolio) -> list[Chosen]:
    """Return carry-overs and new starts with their money, in library order."""
    money: dict[int, list[Money]] = {}
    entries = problem.entries
    for e in np.flatnonzero(np.asarray(answer.money, dtype=np.int64)).tolist():
        row = Money(channel=problem.leaves[int(entries.leaf[e])], year=int(entries.year[e]), yuan=int(answer.money[e]))
        money.setdefault(int(entries.project[e]), []).append(row)
    out: list[Chosen] = []
    for k in np.flatnonzero(np.asarray(answer.chosen, dtype=bool)).tolist():
        i = int(problem.starts.project[k])
        project, carry = problem.projects[i], bool(problem.carry[i])
        out.append(
            Chosen(
                id=project.id, name=project.name, part="carry_over" if carry else "new_start",
                start=None if carry else int(problem.starts.year[k]), investment=project.total_investment,
                score=exact(problem.score[i]), money=tuple(money.get(i, [])), forced=bool(problem.forced[i]),
                hangs_on_blank=problem.scoring.rows[project.id].hangs_on_blank,
            )
        )  # fmt: skip
    return out


def reserve_and_refused(problem: Problem, answer: Portfolio, reasons: Reasons) -> tuple[list[Reserve], list[Refused]]:
    """Split everything else into 储备 (ranked, within the policy's size) and 未入选 (domain.md 1.11)."""
    library, rows = problem.library.projects, problem.scoring.rows
    rest = [(n, p) for n, p in enumerate(library) if p.id not in reasons.inside]
    pool = [(n, p) for n, p in rest if _may_wait(problem, p)]
    pool.sort(key=lambda item: (-rows[item[1].id].total, item[0]))
    rule = problem.policy.reserve
    started = sum(
        int(problem.investment[int(problem.starts.project[k])])
        for k, c in enumerate(answer.chosen) if c and not problem.starts.fixed[k]
    )  # fmt: skip
    room = None if rule.money_multiple is None else Fraction(rule.money_multiple) * started
    reserve: list[Reserve] = []
    full: set[str] = set()
    used = 0
    for _n, project in pool:
        fits = (rule.at_most is None or len(reserve) < rule.at_most) and (room is None or used + project.total_investment <= room)
        if not fits:
            full.add(project.id)
            continue
        used += project.total_investment
        reserve.append(
            Reserve(
                id=project.id, name=project.name, rank=len(reserve) + 1, score=exact(rows[project.id].total),
                investment=project.total_investment, reasons=tuple(reasons.of(project)),
            )
        )  # fmt: skip
    waiting = {r.id for r in reserve}
    refused: list[Refused] = []
    for _n, project in rest:
        if project.id in waiting:
            continue
        why = reasons.of(project)
        if project.id in full:
            why.append(Reason(kind="reserve_full", rule="reserve", label=Label(zh="储备库已满", en="the reserve is full")))
        refused.append(
            Refused(id=project.id, name=project.name, investment=project.total_investment, score=exact(rows[project.id].total), reasons=tuple(why))
        )
    return reserve, refused


def _may_wait(problem: Problem, project: Project) -> bool:
    started_out = project.part == "new_start" and project.id in problem.scenario.force.out
    if project.part not in ("new_start", "reserve") or started_out:  # a declared reserve stays one when no start is wanted
        return False
    screened = problem.screened[project.id]
    return screened.status == "passed" or papers_alone(screened)


def area_balances(problem: Problem, answer: Portfolio) -> list[AreaBalance]:
    """Return the fund balance of each coordinated area over its projects in the plan."""
    inside = set(problem.starts.project[np.asarray(answer.chosen, dtype=bool)].tolist())
    out: list[AreaBalance] = []
    for area in areas_of(problem):
        chosen = [i for i in area.members if i in inside]
        state = "running" if area.running else "opened" if area.id in answer.opened else "closed"
        out.append(
            AreaBalance(
                id=area.id, state=state, chosen=len(chosen), investment=sum(int(problem.investment[i]) for i in chosen),  # type: ignore[arg-type]
                revenue=sum(area.revenue[i] for i in chosen),
            )
        )  # fmt: skip
    return out


def later_needs(problem: Problem, chosen: list[Chosen]) -> list[LaterNeed]:
    """Return the money needed after the plan year by year and channel (以后年度资金需求)."""
    total: dict[tuple[int, str], int] = {}
    for project in chosen:
        for row in project.money:
            if row.year > problem.year:
                total[row.year, row.channel] = total.get((row.year, row.channel), 0) + row.yuan
    order = {leaf: n for n, leaf in enumerate(problem.leaves)}
    keys = sorted(total, key=lambda k: (k[0], order[k[1]]))
    return [LaterNeed(year=y, channel=c, yuan=total[y, c]) for y, c in keys]
