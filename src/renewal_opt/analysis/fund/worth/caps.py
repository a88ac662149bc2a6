"""What one more 亿元 is worth, and one less: shadow prices left and right, beside them what is proven of the true change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ....core import BaseState
from ....domain.fund_worth import CapWorth, Change, Optimum, Price, Stop
from ....errors import Finding, InputError, SolverError
from ....i18n import _
from ....io.nearest import did_you_mean
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem
from ....solver import SolveOptions
from ....verify import verify_plan
from ...annual import options_of
from ...portfolio import Portfolio, funded, objective_of, solve_portfolio
from ...recheck import recheck_of
from ..target import Target
from .levers import Lever, by_year, levers_of, looser, most_use, moved, sides, with_policy
from .lp_prices import LeverProgram, Ray
from .moved import Found, Solver, found_of

#: by how much the relaxation's optimum may be off for its floats
_FLOATS = Fraction(1, 10**7)


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes
    ----------
    step : int
        元.
    channels : tuple of str
        Channels, sub-channels, cap rules and budgets; empty for all.
    years : tuple of int
        Empty for all.
    seconds : float
        Time of each solve.
    time : float
        Time of all solves of single caps together, and of all sets; what is not reached keeps the relaxation's bounds.
    exact : bool
        Whether each solve goes on to gap 0.
    workers : int
    """

    step: int
    channels: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    seconds: float = 60.0
    time: float = 300.0
    exact: bool = False
    workers: int = 1


@dataclass
class Known:
    """What is proven of the plan's own optimum; every further solve may tell more of it.

    Attributes
    ----------
    found : Found
    kept : bool
        Whether its plan is still the one at hand.
    """

    found: Found
    kept: bool = True

    def plan_below(self, other: Found) -> None:
        """Take a plan of tighter caps: it is one of these, too."""
        if other.value is not None and self.found.value is not None and other.value > self.found.value:
            self.found = replace(other, bound=self.found.bound, stopped=self.found.stopped)
            self.kept = False

    def bound_above(self, bound: Fraction | None) -> None:
        """Take a bound of looser caps: it holds for these, too."""
        own = self.found.bound
        if bound is not None and (own is None or bound < own):
            self.found = replace(self.found, bound=max(bound, self.found.value or bound))


@dataclass(frozen=True)
class Base:
    """The problem by year with the plan's own optimum.

    Attributes
    ----------
    target : Target
    problem : Problem
        `levers.by_year`.
    rows : list of Row
    by_name : dict of str to Row
    levers : list of Lever
        Every cap but those that forbid.
    answer : Portfolio
    known : Known
        What is proven by now.
    first : Found
        The plan at hand with what was proven at first.
    solver : Solver
    options : SolveOptions
    """

    target: Target
    problem: Problem
    rows: list[Row]
    by_name: dict[str, Row]
    levers: list[Lever]
    answer: Portfolio
    known: Known
    first: Found
    solver: Solver
    options: SolveOptions


def base_of(target: Target, asked: Asked, cancel: threading.Event) -> Base:
    """Solve the plan's own question again, from the plan, for a proven bound and a state that later solves start from.

    Raises
    ------
    InfeasibleError, SolverError
        When it has no plan, or none is found in time.
    """
    problem = by_year(target.problem)
    levers = [v for v in levers_of(target.inputs, target.problem) if v.kind != "cap" or v.yuan > 0]
    options = replace(options_of(target.inputs.scenario), seconds=asked.seconds, cancel=cancel)
    if asked.exact:
        options = replace(options, gap=0.0)
    answer = solve_portfolio(problem, options, recheck_of(replace(target.inputs, policy=problem.policy), problem), target.state())
    found = found_of(problem, answer)
    mine = objective_of(problem, target.chosen, target.opened)
    if answer.objective < mine and _right(target):  # the plan at hand is better than what the gap let pass
        answer = replace(answer, chosen=target.chosen, money=target.money, opened=target.opened, objective=mine)
        found = found_of(problem, answer if answer.bound is None else replace(answer, bound=max(answer.bound, float(mine))))
    rows = plan_rows(problem)
    solver = Solver(target.inputs, problem, options, answer.state or BaseState(starts=tuple(sorted(found.starts)), opened=found.opened), cancel, asked.workers)
    return Base(target, problem, rows, {r.name: r for r in rows}, levers, answer, Known(found), found, solver, options)


def _right(target: Target) -> bool:
    """Return whether the plan at hand passes the exact verifier."""
    inputs = target.inputs
    return not any(r.breaches for r in verify_plan(target.plan, inputs.policy, inputs.library, inputs.scenario))


def chosen_levers(base: Base, asked: Asked) -> list[Lever]:
    """Return the caps asked for.

    Raises
    ------
    InputError
        For a name or year that no cap has.
    """
    names = {v.key for v in base.levers}
    parents = {s: k for k, c in base.problem.policy.funding.channels.items() for s in c.sub}
    known = names | set(parents.values())
    years = {v.year for v in base.levers if v.year is not None}
    faults: list[Finding] = []
    for name in asked.channels:
        if name not in known:
            faults.append(Finding("no_cap", file="--channels", value=name, expected=_("a channel, sub-channel, cap or budget with a cap"), hint=did_you_mean(name, known)))
    for year in asked.years:
        if year not in years:
            faults.append(Finding("no_cap", file="--years", value=str(year), expected=_("a year with a cap: {years}").format(years=", ".join(map(str, sorted(years))))))
    if faults:
        raise InputError(faults)
    wanted = set(asked.channels)
    return [
        v for v in base.levers
        if (not wanted or v.key in wanted or parents.get(v.key) in wanted) and (not asked.years or v.year is None or v.year in asked.years)
    ]  # fmt: skip


# -- single caps ---------------------------------------------------------------------------------------------

Tell = Callable[[str], None]


@dataclass
class _Case:
    """One cap moved one way, and what is known of it."""

    lever: Lever
    by: int
    ray: Ray
    relaxes: bool = False
    tightens: bool = False
    found: Found | None = None
    stopped: Stop | None = None


def worth_of_caps(base: Base, asked: Asked, program: LeverProgram, levers: Sequence[Lever], tell: Tell) -> list[CapWorth]:
    """Return the worth of single caps.

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
    cases: list[_Case] = []
    for lever in levers:
        cases.append(_Case(lever, asked.step, program.alone(lever, asked.step)))
        if lever.yuan > 0:
            less = min(asked.step, lever.yuan)
            cases.append(_Case(lever, -less, program.alone(lever, less, down=True)))
    for case in cases:
        _settle(base, case)
    open_ = [c for c in cases if c.stopped is None]
    open_.sort(key=lambda c: -abs(c.ray.change if c.ray.change is not None else float("inf")))
    tell(_("{caps} caps, {cases} moves; {settled} are settled without a solve").format(caps=len(levers), cases=len(cases), settled=len(cases) - len(open_)))
    _solve(base, asked, open_, tell)
    for case in cases:
        _learn(base, program, case)
    moves = {(c.lever.row, c.by > 0): c for c in cases}
    return [_worth(base, program, lever, moves[lever.row, True], moves.get((lever.row, False))) for lever in levers]


def _settle(base: Base, case: _Case) -> None:
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


def _solve(base: Base, asked: Asked, cases: Sequence[_Case], tell: Tell) -> None:
    """Solve cases in order until the time is over."""
    deadline, at, ahead = time.monotonic() + asked.time, 0, max(1, 2 * asked.workers)
    while at < len(cases) and time.monotonic() < deadline and not base.solver.cancel.is_set():
        some = cases[at : at + ahead]
        policies = {at + k: moved(base.problem.policy, c.lever, c.by) for k, c in enumerate(some)}
        for k, found in base.solver.many(policies).items():
            cases[k].found, cases[k].stopped = found, found.stopped
        at += len(some)
        tell(_("{done} of {cases} moves solved").format(done=at, cases=len(cases)))


def _learn(base: Base, program: LeverProgram, case: _Case) -> None:
    """Let the optimum of the caps as they stand gain from a move that was solved."""
    if case.found is None:
        return
    if case.tightens:
        base.known.plan_below(case.found)
    if case.relaxes:
        base.known.bound_above(case.found.bound)


def relaxed_bound(program: LeverProgram, change: float | None) -> Fraction | None:
    """Return the relaxation's optimum after a change as a bound, with room for floats."""
    if program.optimum is None or change is None:
        return None
    value = Fraction(program.optimum + change)
    return value + _FLOATS * max(Fraction(1), abs(value))


def _worth(base: Base, program: LeverProgram, lever: Lever, up: _Case, down: _Case | None) -> CapWorth:
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


def _change(base: Base, program: LeverProgram, case: _Case) -> Change:
    if case.stopped == "loose":
        return Change(by=case.by, low="0", high="0", stopped="loose")
    return change_of(base, case.by, case.found, relaxed_bound(program, case.ray.change), relaxes=case.relaxes, tightens=case.tightens, kept=case.stopped == "kept")


def change_of(base: Base, by: int, found: Found | None, relaxed: Fraction | None, *, relaxes: bool, tightens: bool, kept: bool = False) -> Change:
    """Return all that is proven of a change: from both plans, both bounds, and which caps are the looser ones.

    Parameters
    ----------
    base : Base
    by : int
        元.
    found : Found or None
        The optimum after the move; None where it was not solved.
    relaxed : Fraction or None
        The relaxation's bound after the move.
    relaxes, tightens : bool
        Whether every plan of the caps as they stand is one after the move, and the other way round.
    kept : bool
        Whether the plan at hand is one after the move.
    """
    own = base.known.found
    assert own.value is not None
    if found is not None and found.infeasible:
        return Change(by=by, low=None, high=None, stopped="infeasible", why=found.why)
    value, bound = (None, None) if found is None else (found.value, found.bound)
    mine = found
    for plan in ([own] if relaxes else []) + ([base.first] if kept else []):
        if plan.value is not None and (value is None or value <= plan.value):
            value, mine = plan.value, plan
    bounds = [b for b in (bound, relaxed, own.bound if tightens else None) if b is not None]
    bound = min(bounds) if bounds else None
    if value is not None and bound is not None:
        bound = max(bound, value)
    low = None if value is None or own.bound is None else value - own.bound
    high = None if bound is None else bound - own.value
    if relaxes:
        low = max(low, Fraction(0)) if low is not None else Fraction(0)
    if tightens:
        high = min(high, Fraction(0)) if high is not None else Fraction(0)
    stopped: Stop = "kept" if kept else "not_solved" if found is None else found.stopped  # type: ignore[assignment]
    enter, leave, shifted = moves(own.starts, mine.starts) if mine is not None and value is not None else ((), (), ())
    return Change(
        by=by, low=None if low is None else str(low), high=None if high is None else str(high), stopped=stopped, enter=enter, leave=leave,
        shifted=shifted, why=found.why if found is not None else "",
    )  # fmt: skip


def moves(before: frozenset[tuple[str, int]], after: frozenset[tuple[str, int]]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return which projects enter, leave, and start in another year."""
    a, b = dict(before), dict(after)
    return tuple(sorted(b.keys() - a.keys())), tuple(sorted(a.keys() - b.keys())), tuple(sorted(k for k in a.keys() & b.keys() if a[k] != b[k]))


def optimum_of(found: Found) -> Optimum:
    """Return an optimum as data."""
    return Optimum(
        value=None if found.value is None else str(found.value), bound=None if found.bound is None else str(found.bound),
        stopped=found.stopped, starts=len(found.starts),  # type: ignore[arg-type]
    )  # fmt: skip
