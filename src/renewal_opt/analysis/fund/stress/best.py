"""The best plan under shocks, re-checked exactly, and what both bounds prove of the loss."""

from __future__ import annotations

from fractions import Fraction

from ....core import BaseState
from ....domain.fund_stress import Reoptimised
from ....errors import InfeasibleError, SolverError
from ....model.build import families
from ....solver import SolveOptions
from ...portfolio import Recheck, solve_portfolio
from ...recheck import recheck_of
from ..target import Target
from .tables import Shaken


def rechecked(target: Target, case: Shaken) -> Recheck:
    """Return the exact re-check of an answer under shocks.

    With a library that was touched, screening, scores and totals stay those of the plan as stated, and are not held against it.
    """
    touched = case.inputs.library is not target.inputs.library
    return recheck_of(case.inputs, case.problem, families() if touched else None)


def best(target: Target, case: Shaken, options: SolveOptions, state: BaseState | None = None, *, stands: bool = False, tightens: bool = False) -> Reoptimised:
    """Solve a scenario under shocks anew.

    Parameters
    ----------
    target : Target
        The plan as stated, which the answer is compared with.
    case : Shaken
    options : SolveOptions
    state : BaseState, optional
        Where to start.
    stands : bool
        Whether the plan as stated satisfies every rule under the shocks: then no answer is worse.
    tightens : bool
        Whether the shocks can but take plans away: then no answer is better than as stated.
    """
    stated, limit = Fraction(target.plan.objective.value), target.plan.objective.bound
    if stands and tightens:
        most = None if limit is None else limit - float(stated)
        return Reoptimised(status="solved", objective=str(stated), bound=limit, loss_least=0.0, loss_most=most)
    try:
        answer = solve_portfolio(case.problem, options, rechecked(target, case), state)
    except InfeasibleError as error:
        return Reoptimised(status="infeasible", why=str(error))
    except SolverError as error:
        if not stands:
            return Reoptimised(status="failed", why=str(error))
        return Reoptimised(status="solved", objective=str(stated), loss_most=None if limit is None else limit - float(stated), why=str(error))
    mine = {case.problem.projects[int(case.problem.starts.project[k])].id for k, c in enumerate(answer.chosen) if c and not case.problem.starts.fixed[k]}
    if stands and answer.objective < stated:
        bound = None if answer.bound is None else max(answer.bound, float(stated))
        least, most = losses(target, stated, bound)
        return Reoptimised(status="solved", objective=str(stated), bound=bound, loss_least=least, loss_most=most, seconds=round(answer.seconds, 3))
    least, most = losses(target, answer.objective, answer.bound)
    if tightens and least is not None:
        least = max(least, 0.0)
    before = {c.id for c in target.plan.chosen if c.part == "new_start"}
    return Reoptimised(
        status="solved", objective=str(answer.objective), bound=answer.bound, loss_least=least, loss_most=most,
        left=tuple(sorted(before - mine)), entered=tuple(sorted(mine - before)), seconds=round(answer.seconds, 3),
    )  # fmt: skip


def losses(target: Target, value: Fraction, bound: float | None) -> tuple[float | None, float | None]:
    """Return the interval of the loss of score that both proven bounds leave open."""
    stated, limit = Fraction(target.plan.objective.value), target.plan.objective.bound
    return (None if bound is None else float(stated) - bound), (None if limit is None else limit - float(value))
