"""What one more 亿元 is worth, and one less: shadow prices left and right, beside them what is proven of the true change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ....domain.fund_worth import CapWorth, Change, Price, Stop
from ....errors import SolverError
from ....i18n import _
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem
from ....solver.clock import OutOfTime
from ...portfolio import funded
from .base import Asked, Base
from .change import change_of, relaxed_bound
from .levers import Lever, looser, most_use, moved, sides, with_policy
from .lp_prices import LeverProgram, Ray
from .moved import Found

Tell = Callable[[str], None]


@dataclass
class Case:
    """One cap moved one way, and what is known of it.

    Attributes
    ----------
    lever : Lever
    by : int
        元, more or less than 0.
    ray : Ray
        The relaxation's answer.
    relaxes, tightens : bool
        Whether every plan of the caps as they stand is one after the move, and the other way round.
    found : Found or None
        None where it was not solved.
    stopped : str or None
        ``loose`` or ``kept`` where no solve was needed, else why the solver stopped.
    """

    lever: Lever
    by: int
    ray: Ray
    relaxes: bool = False
    tightens: bool = False
    found: Found | None = None
    stopped: Stop | None = None


def solve_caps(base: Base, asked: Asked, program: LeverProgram, levers: Sequence[Lever], tell: Tell) -> list[Case]:
    """Move each cap by a step more and a step less; return what is known of each; once it is stopped, of those that were looked at.

    Parameters
    ----------
    base : Base
        What is proven of its optimum grows on the way.
    asked : Asked
    program : LeverProgram
    levers : sequence of Lever
    tell : callable
        Told what is done.
    """
    cases: list[Case] = []
    for lever in levers:
        try:
            mine = [Case(lever, asked.step, program.alone(lever, asked.step))]
            if lever.yuan > 0:
                less = min(asked.step, lever.yuan)
                mine.append(Case(lever, -less, program.alone(lever, less, down=True)))
        except OutOfTime:
            break
        cases += mine
    for case in cases:
        _settle(base, case)
    open_ = [c for c in cases if c.stopped is None]
    open_.sort(key=lambda c: -abs(c.ray.change if c.ray.change is not None else float("inf")))
    tell(_("{caps} caps, {cases} moves; {settled} are settled without a solve").format(caps=len(levers), cases=len(cases), settled=len(cases) - len(open_)))
    _solve(base, asked, open_, tell)
    for case in cases:
        _learn(base, case)
    return cases


def worth_of_caps(base: Base, program: LeverProgram, cases: Sequence[Case]) -> list[CapWorth]:
    """Return the worth of single caps, measured from what is proven of the plan's own optimum by now.

    Parameters
    ----------
    base : Base
    program : LeverProgram
    cases : sequence of Case
        Of `solve_caps`.
    """
    moves = {(c.lever.row, c.by > 0): c for c in cases}
    return [_worth(base, program, c.lever, c, moves.get((c.lever.row, False))) for c in cases if c.by > 0]


def _settle(base: Base, case: Case) -> None:
    """Look whether a move needs no solve: the cap cannot bind, or the plan at hand stays possible with less."""
    problem = with_policy(base.problem, moved(base.problem.policy, case.lever, case.by))
    rows = plan_rows(problem)
    case.relaxes, case.tightens = looser(base.rows, rows), looser(rows, base.rows)
    row = base.by_name[case.lever.now]
    most, alone = most_use(base.problem, row), set(_changed(base.rows, rows)) <= {row.name}
    if alone and row.hi is not None and most <= row.hi + min(case.by, 0):
        case.stopped = "loose"
        return
    if case.by > 0 or not case.tightens:
        return
    chosen, money = base.answer.chosen, base.answer.money
    if all(r.holds(chosen, money) for r in rows) or _paid(base, problem, rows):
        case.stopped = "kept"


def _paid(base: Base, problem: Problem, rows: list[Row]) -> bool:
    """Return whether the plan at hand can be paid otherwise under other caps."""
    if base.solver.cancel.is_set():
        return False
    try:
        return funded(problem, rows, base.answer.chosen, base.answer.opened, base.options)[0] is not None
    except SolverError:  # not settled here: it is solved, or its bounds stay
        return False


def _changed(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    known = {r.name: sides(r) for r in before}
    return [r.name for r in after if known.get(r.name) != sides(r)]


def _solve(base: Base, asked: Asked, cases: Sequence[Case], tell: Tell) -> None:
    """Solve cases in order until the time is over."""
    deadline, at, ahead = time.monotonic() + asked.time, 0, max(1, 2 * asked.workers)
    while at < len(cases) and time.monotonic() < deadline and not base.solver.cancel.is_set():
        some = cases[at : at + ahead]
        policies = {at + k: moved(base.problem.policy, c.lever, c.by) for k, c in enumerate(some)}
        for k, found in base.solver.many(policies).items():
            cases[k].found, cases[k].stopped = found, found.stopped
        at += len(some)
        tell(_("{done} of {cases} moves solved").format(done=at, cases=len(cases)))


def _learn(base: Base, case: Case) -> None:
    """Let the optimum of the caps as they stand gain from a move that was solved."""
    if case.found is None:
        return
    if case.tightens:
        base.known.plan_below(case.found)
    if case.relaxes:
        base.known.bound_above(case.found.bound)


def _worth(base: Base, program: LeverProgram, lever: Lever, up: Case, down: Case | None) -> CapWorth:
    row = base.by_name[lever.now]
    price = Price(
        left=None if down is None or down.ray.slope is None else -down.ray.slope, left_reach=0 if down is None else down.ray.reach,
        right=up.ray.slope, right_reach=up.ray.reach, less=None if down is None else down.ray.change, more=up.ray.change,
    )  # fmt: skip
    return CapWorth(
        kind=lever.kind, key=lever.key, rule=lever.rule, year=lever.year, row=lever.row, label=lever.label, yuan=lever.yuan,
        used=int(row.left.value(base.answer.chosen, base.answer.money)), assumption=lever.assumption, why=lever.why, origin=lever.origin,
        price=price, more=_change(base, program, up), less=None if down is None else _change(base, program, down),
    )  # fmt: skip


def _change(base: Base, program: LeverProgram, case: Case) -> Change:
    if case.stopped == "loose":
        return Change(by=case.by, low="0", high="0", stopped="loose")
    return change_of(base, case.by, case.found, relaxed_bound(program, case.ray.change), relaxes=case.relaxes, tightens=case.tightens, kept=case.stopped == "kept")
