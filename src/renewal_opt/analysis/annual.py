"""The main job: from checked inputs to a proven, re-checked annual plan."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..core import BaseState
from ..domain.plan import BasisList, Check, Plan
from ..domain.scenario import Scenario
from ..errors import InfeasibleError, SolverError
from ..i18n import _
from ..io.load import Inputs, placing
from ..problem import Basis, Problem, build_problem, rebased
from ..scoring import score
from ..screening import Facts, screen
from ..solver import Progress, SolveOptions
from ..verify import FamilyResult, verify_plan
from .assemble import assemble, input_files
from .emptied import check_emptied
from .portfolio import Portfolio, solve_portfolio

#: share of the main solve's time limit, and gap, for the lists under other bases
_OTHER_SHARE, _OTHER_GAP = 0.25, 1e-3


def options_of(scenario: Scenario, progress: Progress | None = None, cancel: threading.Event | None = None) -> SolveOptions:
    """Return the solver's options of a scenario."""
    s = scenario.solver
    return SolveOptions(
        gap=float(s.gap), seconds=float(s.seconds), threads=s.threads, seed=s.seed, progress=progress, cancel=cancel
    )


def make_problem(inputs: Inputs) -> Problem:
    """Screen, score and build the tables of one solve."""
    with placing(inputs):
        facts = Facts(inputs.policy, inputs.library)
        screened = screen(inputs.policy, inputs.library, inputs.scenario.plan_year, facts)
        scoring = score(inputs.policy, inputs.library, inputs.scenario, facts)
        check_emptied(inputs, screened, facts)
        return build_problem(inputs.policy, inputs.library, inputs.scenario, screened, scoring, facts)


def solve_annual(
    inputs: Inputs,
    *,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    options: dict[str, Any] | None = None,
    other_bases: bool = True,
    state: BaseState | None = None,
) -> Plan:
    """Solve a scenario to an annual plan.

    Parameters
    ----------
    inputs : Inputs
        From `io.load.load_inputs`.
    progress : callable, optional
        ``progress(fraction, gap, best)``, a few times a second.
    cancel : threading.Event, optional
        Set it to stop with the best plan so far.
    options : dict, optional
        Options that the caller changed, recorded in the plan.
    other_bases : bool
        Whether to solve for the lists under the other bases too (domain.md 1.6).
    state : BaseState, optional
        Knowledge of an earlier solve (`base_state`): where to start, never what to believe.

    Returns
    -------
    Plan
        Every rule has been re-checked exactly; `plan.checks` says so family by family.

    Raises
    ------
    InputError, InfeasibleError, SolverError
        See `errors`; a plan that fails the re-check is never returned.
    """
    problem = make_problem(inputs)
    files = input_files(inputs)
    recorded = dict(options or {})

    def checked(answer: Portfolio, bases: Sequence[BasisList] = ()) -> tuple[Plan, Sequence[FamilyResult], list[str]]:
        plan = assemble(inputs, problem, answer, recorded, files, bases)
        results = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
        return plan, results, [f"{r.family}: {b.rule}" for r in results for b in r.breaches]

    last: list[tuple[Portfolio, Plan, Sequence[FamilyResult]]] = []

    def recheck(answer: Portfolio) -> Sequence[str]:
        plan, results, broken = checked(answer)
        last[:] = [(answer, plan, results)]
        return broken

    with placing(inputs):
        answer = solve_portfolio(problem, options_of(inputs.scenario, progress, cancel), recheck, state)
    cancelled = answer.stopped == "interrupted" or (cancel is not None and cancel.is_set())
    bases = _other_bases(problem, answer, cancel) if other_bases and not cancelled else []
    if bases or last[-1][0] is not answer:
        plan, results, broken = checked(answer, bases)
    else:
        _answer, plan, results = last[-1]
        broken = []
    if broken:
        raise SolverError(_("the assembled plan fails the exact re-check: {rules}").format(rules="; ".join(broken[:10])))
    checks = tuple(Check(family=r.family, holds=True, rows=r.rows) for r in results)
    return plan.model_copy(update={"checks": checks})


def base_state(inputs: Inputs, cancel: threading.Event | None = None) -> BaseState | None:
    """Solve a scenario for what later solves of like scenarios may start from; None where nothing was learnt.

    A solve that the clock or `cancel` has ended gives no state: what it has found by then differs from run to run, and so
    would all answers that start from it.

    Raises
    ------
    InputError
        When the inputs are faulty; a scenario without a plan just teaches nothing.
    """
    problem = make_problem(inputs)
    try:
        answer = solve_portfolio(problem, options_of(inputs.scenario, cancel=cancel))
    except (SolverError, InfeasibleError):
        return None
    return answer.state if answer.stopped in ("gap", "optimal") else None


def _other_bases(problem: Problem, answer: Portfolio, cancel: threading.Event | None) -> list[BasisList]:
    """Return the overlap of the list with those of the other bases; once it is stopped, with those that are done."""
    bases: tuple[Basis, ...] = ("investment", "count", "beneficiaries")
    mine = _started(problem, answer)
    out: list[BasisList] = []
    for basis in bases:
        if basis == problem.scenario.basis or (basis == "beneficiaries" and not any(p.residents for p in problem.projects)):
            continue
        if cancel is not None and cancel.is_set():
            break
        variant = rebased(problem, basis)
        limits = options_of(variant.scenario, cancel=cancel)
        limits = replace(limits, seconds=max(1.0, limits.seconds * _OTHER_SHARE), gap=max(limits.gap, _OTHER_GAP))
        try:
            theirs = solve_portfolio(variant, limits, state=answer.state)
        except (SolverError, InfeasibleError):
            continue
        started = _started(variant, theirs)
        out.append(
            BasisList(basis=basis, chosen=len(started), overlap=len(started & mine), proven=theirs.stopped in ("gap", "optimal"))
        )
    return out


def _started(problem: Problem, answer: Portfolio) -> set[str]:
    chosen = np.flatnonzero(np.asarray(answer.chosen, dtype=bool) & ~problem.starts.fixed)
    return {problem.projects[int(problem.starts.project[k])].id for k in chosen}
