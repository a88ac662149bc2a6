"""From tables to a proven portfolio with whole money: solve, snap, allot, exclude what cannot be funded, go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor, gcd, isfinite, lcm

import numpy as np
from pyomo.common.gc_manager import PauseGC

from ..core import BaseState
from ..errors import SolverError
from ..i18n import _
from ..model.build import families as model_families
from ..model.build import plan_rows
from ..model.rows import Row
from ..problem import Problem
from ..problem.areas import areas_of, bonus_of
from ..solver import SolveOptions, SolveResult, Status
from ..solver.process import claim_threads
from ..solver.result import Progress
from .engines import FULL, FastEngine, Way, engine_for
from .settling import picked, shut_out, whole_money
from .shortage import carry_overs_first, infeasible

#: how often an answer may turn out to have no funding, project by project, with new rows to show for it
_REJECTIONS = 200


@dataclass
class Portfolio:
    """A portfolio that is funded in whole money.

    Attributes
    ----------
    chosen : list of bool
        By start; carry-overs are always chosen.
    money : list of int
        By money entry, 元.
    opened : dict of str to int
        Coordinated areas opened, with the year.
    objective : Fraction
        Exact objective.
    bound : float or None
        Proven upper bound.
    stopped : str
        ``gap``, ``optimal``, ``time``, ``interrupted``, or ``unproven`` (portfolios were set aside without proof).
    seconds : float
        Time of all solves.
    repairs : int
        Portfolios excluded on the way.
    way : Way
        Form of the model, strategy, proof.
    state : BaseState or None
        What the next solve of a like problem may start from.
    """

    chosen: list[bool]
    money: list[int]
    opened: dict[str, int]
    objective: Fraction
    bound: float | None
    stopped: str
    seconds: float = 0.0
    repairs: int = 0
    rows: list[Row] = field(default_factory=list)
    way: Way = FULL
    state: BaseState | None = None


#: answers with the names of broken rules when a portfolio does not pass the exact re-check
Recheck = Callable[[Portfolio], Sequence[str]]


def solve_portfolio(
    problem: Problem, options: SolveOptions, recheck: Recheck | None = None, state: BaseState | None = None
) -> Portfolio:
    """Solve a problem to a portfolio with whole money that passes the re-check.

    Parameters
    ----------
    problem : Problem
        The tables.
    options : SolveOptions
        Limits, threads, seed, progress and cancel token.
    recheck : callable, optional
        Exact re-check of a candidate answer; a portfolio that fails is excluded and the solve goes on.
    state : BaseState, optional
        Knowledge of an earlier solve of a like problem: where to start, never what to believe.

    Raises
    ------
    InfeasibleError
        With the rule families in conflict, after a second proof.
    SolverError
        No plan within the limits, or no answer passed after `scenario.max_repairs` repairs.
    """
    with PauseGC():  # the tables are large and full of references: a collection in the middle costs more than it frees
        return _solved(problem, options, recheck, state)


def _solved(problem: Problem, options: SolveOptions, recheck: Recheck | None, state: BaseState | None) -> Portfolio:
    began = time.perf_counter()
    claim_threads(options.threads)  # linear programmes take the number that the process has
    rows = plan_rows(problem)
    carry_overs_first(problem, rows, options)
    engine = engine_for(problem, rows, state)
    repairs = rejections = 0
    held = 0.0  # bound on the portfolios that were excluded without a proof that they are no plans
    doubtful = False  # whether there are any
    broken: Sequence[str] = ()
    sharp = False  # whether integers are asked for to nine digits: what they miss can be worth more than the gap
    while True:
        left = options.seconds - (time.perf_counter() - began)
        tight = 1e-9 if repairs or sharp else options.feasibility
        tell = _scaled(options.progress, engine.gain_unit)
        result = engine.solve(replace(options, seconds=max(left, 1.0), feasibility=tight, progress=tell))
        matrices, unit = engine.matrices, engine.gain_unit
        if result.status is Status.INFEASIBLE and not doubtful:
            raise infeasible(matrices, options, repairs, broken)
        if result.status is Status.INFEASIBLE:  # what is left is infeasible, what was excluded may hold a plan
            raise _gave_up(repairs, broken)
        if result.x is None:
            raise SolverError(_("the solver stopped ({status}) before it found a plan; give it more seconds").format(status=result.status.words()))
        pick = picked(problem, matrices, result.x)
        chosen, opened, unmet = pick.chosen, pick.opened, pick.unmet
        answer, broken, proven = funded(problem, rows, chosen, opened, replace(options, cancel=None))  # a stop wants the plan that is there
        if answer is None and proven and not unmet and rejections < _REJECTIONS and engine.reject(result.x):
            rejections += 1
            continue
        if unmet:
            answer, broken, proven = None, [f"areas:{a.id}" for a in unmet], True
        if answer is not None:
            answer.bound = proven_bound(problem, result, answer.objective, unit)
            answer.stopped = stopped_by(result)
            answer.way = engine.way()
            _hold(answer, held, options.gap)
            if not _within(answer, options.gap):
                if not sharp and options.seconds - (time.perf_counter() - began) > 0:
                    sharp = True
                    continue
                answer.stopped = "unproven"
            answer.seconds = time.perf_counter() - began
            answer.repairs = repairs
            broken = recheck(answer) if recheck is not None else ()
            if not broken:
                answer.state = engine.state(chosen, opened) if isinstance(engine, FastEngine) else None
                return answer
            if not any(b.split(":", 1)[0] in model_families() for b in broken):
                raise SolverError(_("the plan fails the exact re-check, not by its portfolio: {rules}").format(rules=", ".join(broken[:10])))
        if answer is not None or not proven:
            doubtful = True
            known = proven_bound(problem, result, Fraction(0), unit)
            held = held if known is None else max(held, known)
        repairs += 1
        if repairs > problem.scenario.max_repairs or result.status is Status.INTERRUPTED:
            raise _gave_up(repairs - 1, broken)
        shut_out(engine, problem, rows, matrices, pick, options, unfunded=answer is None and proven)


def _gave_up(repairs: int, broken: Sequence[str]) -> SolverError:
    return SolverError(_("no answer passed the exact re-check after {n} repairs; rules: {rules}").format(n=repairs, rules=", ".join(broken[:10])))


def _hold(answer: Portfolio, held: float, gap: float) -> None:
    """Keep the bound above what was excluded without proof; the claim of the gap falls when it is then missed."""
    if answer.bound is None or held <= answer.bound:
        return
    answer.bound = held
    value = float(answer.objective)
    if answer.stopped in ("gap", "optimal"):
        answer.stopped = "gap" if value > 0 and held - value <= gap * value else "unproven"


def _within(answer: Portfolio, gap: float) -> bool:
    """Return whether a claim of the gap holds for the exact objective: HiGHS's own was of integers that miss by a little."""
    if answer.stopped not in ("gap", "optimal") or answer.bound is None:
        return True
    value = float(answer.objective)
    return answer.bound - value <= gap * abs(value) + max(1e-6, 1e-9 * abs(value))


def _scaled(progress: Progress | None, unit: float) -> Progress | None:
    """Return a progress callback that gets the best objective in the plan's unit."""
    if progress is None:
        return None
    tell = progress
    return lambda fraction, gap, best: tell(fraction, gap, None if best is None else best * unit)


def funded(
    problem: Problem, rows: list[Row], chosen: list[bool], opened: dict[str, int], options: SolveOptions
) -> tuple[Portfolio | None, Sequence[str], bool]:
    """Return the portfolio with its money, or the rows in its way and whether that is proven.

    Parameters
    ----------
    problem : Problem
    rows : list of Row
        Exact plan-wide rows.
    chosen : list of bool
        By start.
    opened : dict of str to int
        Areas opened, with the year.
    options : SolveOptions
        Threads, seed and time of the allotment.
    """
    money = whole_money(problem, rows, chosen, options, max(options.seconds, 30.0))
    if money.amounts is None:
        return None, money.blocked, money.proven
    return Portfolio(chosen, money.amounts, opened, objective_of(problem, chosen, opened), None, "unproven", rows=rows), (), True


def objective_of(problem: Problem, chosen: Sequence[bool], opened: dict[str, int]) -> Fraction:
    """Return the exact objective of a portfolio: basis x score of the new starts, and area bonuses."""
    starts = problem.starts
    total = Fraction(0)
    for k in np.flatnonzero(np.asarray(chosen, dtype=bool) & ~starts.fixed).tolist():
        p = int(starts.project[k])
        total += problem.score[p] * problem.basis[p]
    if opened:
        total += sum((bonus_of(problem, a) for a in areas_of(problem) if a.id in opened), Fraction(0))
    return total


def proven_bound(problem: Problem, result: SolveResult, value: Fraction, unit: float) -> float | None:
    """Return the proven bound in the plan's unit, rounded down to the objective's exact step where it has one."""
    if not isfinite(result.bound):
        return None
    bound = max(result.bound * unit, float(value))
    step = objective_step(problem)
    if step is not None:
        steps = floor(Fraction(bound * (1 + 1e-9)) / step)
        bound = min(bound, float(steps * step))
    return max(bound, float(value))


def objective_step(problem: Problem) -> Fraction | None:
    """Return the step of which every objective value is a multiple, None where it is too small to matter."""
    if problem.policy.coordination is not None and problem.policy.coordination.active:
        return None
    gains = [s * b for s, b, c in zip(problem.score, problem.basis, problem.carry, strict=True) if not c and s * b]
    if not gains:
        return None
    den = 1
    for g in gains:
        den = lcm(den, g.denominator)
        if den > 10**9:
            return None
    step = Fraction(gcd(*(int(g * den) for g in gains)), den)
    return step if step > Fraction(sum(gains, Fraction(0))) / 10**8 else None


def stopped_by(result: SolveResult) -> str:
    """Return the plan's word for why the solver stopped."""
    names = {Status.OPTIMAL: "optimal", Status.GAP_REACHED: "gap", Status.INTERRUPTED: "interrupted"}
    return names.get(result.status, "time")
