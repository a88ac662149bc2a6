"""`fund least`: the least government money that delivers a chosen score, or a chosen list."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, isfinite
from typing import Literal

import numpy as np

from ...domain.base import WAN
from ...domain.fund_least import FundLeast, LeastScore
from ...domain.plan import Plan
from ...errors import Conflict, Finding, InfeasibleError, InputError, SolverError
from ...i18n import _
from ...pareto import Aside
from ...solver import HighsSession, SolveOptions, SolveResult, Status
from ...solver.process import claim_threads
from ..annual import options_of
from ..pareto.asked import Objective
from ..pareto.levels import level_of_measure
from ..pareto.measures import Measure, measure
from ..pareto.tradeoff import Funded, PlanTradeoff
from ..use import exact
from .mix.run import MixAnswer, MixQuestion, fund_mix
from .target import Target

_ASKED = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?|[0-9]{1,18}/[1-9][0-9]{0,17}) ?(%?)")
#: answers of the solver that may turn out to be no plans
_TRIES = 30
#: by how much the solver's bound is lowered, of itself: it is a float
_SLIP = Fraction(1, 10**8)


@dataclass(frozen=True)
class LeastAnswer:
    """The answer as data, and its plan; None where a chosen list cannot be funded."""

    data: FundLeast | None
    mix: MixAnswer


def asked_score(text: str, best: Fraction) -> Fraction:
    """Return the score of ``90%`` (of the best one) or of a number.

    Raises
    ------
    InputError
        For anything else, and for more than 100 %.
    """
    found = _ASKED.fullmatch(text.strip())
    value = None if found is None else Fraction(found.group(1))
    if found is None or value is None or (found.group(2) and value > 100):
        raise InputError([Finding("bad_score", file="--score", value=text, expected=_("a score such as 120000, or a percentage of the best score up to 100%"))])
    return value * best / 100 if found.group(2) else value


def least_of_list(target: Target, discount: Fraction | None = None, options: SolveOptions | None = None) -> LeastAnswer:
    """Return the least government money of a target's projects.

    Raises
    ------
    SolverError
        See `fund_mix`.
    """
    found = fund_mix(target, MixQuestion(("fiscal",), discount, least=True), options)
    if not found.data.funded:
        return LeastAnswer(None, found)
    stage = found.data.stages[0]
    value, bound = int(Fraction(stage.value)), ceil(Fraction(stage.bound))
    data = FundLeast(
        score=None, value=value, bound=bound, proof=stage.proof, stopped="optimal" if value == bound else "gap", best_money=None,
        label=_fiscal(target).label, mix=found.data,
    )  # fmt: skip
    return LeastAnswer(data, found)


def least_for_score(best: Target, asked: str, options: SolveOptions | None = None) -> LeastAnswer:
    """Return the least government money that delivers a score, with its projects.

    Parameters
    ----------
    best : Target
        The best plan of a scenario; the search starts from it.
    asked : str
        See `asked_score`.
    options : SolveOptions, optional
        Those of the scenario unless given.

    Raises
    ------
    InputError
        See `asked_score`.
    InfeasibleError
        When no plan reaches the score.
    SolverError
        When no answer was found in time, or none passes the exact re-check.
    """
    problem = best.problem
    options = options or options_of(best.inputs.scenario)
    claim_threads(options.threads)
    old = best.plan.objective
    top = Fraction(old.value)
    level = asked_score(asked, top)
    if old.bound is not None and float(level) > old.bound * (1 + 1e-9):
        raise InfeasibleError(_("no plan reaches the score {level}; the proven upper bound is {bound}").format(level=f"{float(level):,.2f}", bound=f"{old.bound:,.2f}"), [Conflict("levels", asked)])
    score = measure(problem, "score")
    if score is None or not (score.starts or score.areas):
        raise InputError([Finding("empty_measure", file="--score", value=asked, expected=_("a measure that some candidate adds to"))])
    tradeoff = PlanTradeoff(problem, [Objective(_fiscal(best), "min")], [level_of_measure(score, level, None, f"--score {asked}")], options)
    chosen, bound, stopped = _search(tradeoff, best, level, options)
    target = replace(best, chosen=chosen.chosen, opened=chosen.opened, money=chosen.money, changed=True)
    mix = fund_mix(target, MixQuestion(("fiscal",), least=True), options)
    if not mix.data.funded or mix.plan is None:
        raise SolverError(_("the projects that were found cannot be funded in whole money"))
    value = int(Fraction(mix.data.stages[0].value))
    bound = min(bound, value)
    plain = fund_mix(best, MixQuestion(("fiscal",), least=True), options)
    mix = replace(mix, data=mix.data.model_copy(update={"before": plain.data.before}), plan=_recorded(mix.plan, asked, level))
    enter, leave = _moves(best, mix.plan)
    names = {p.id: p.name for p in problem.projects}
    data = FundLeast(
        score=LeastScore(
            asked=asked, level=exact(level), basis=old.basis, best=old.value, best_bound=None if old.bound is None else exact(Fraction(old.bound)),
            reached=mix.plan.objective.value if mix.plan is not None else "",
        ),
        value=value, bound=bound, proof="solver", stopped="optimal" if value == bound else stopped,
        best_money=int(Fraction(plain.data.stages[0].value)) if plain.data.stages else None, entered=tuple(enter), left=tuple(leave),
        names={i: names[i] for i in (*enter, *leave)}, label=_fiscal(best).label, mix=mix.data,
    )  # fmt: skip
    return LeastAnswer(data, mix)


def _fiscal(target: Target) -> Measure:
    found = measure(target.problem, "fiscal_outlay")
    assert found is not None
    return found


def _recorded(plan: Plan | None, asked: str, level: Fraction) -> Plan | None:
    if plan is None:
        return None
    told = plan.options["fund"] | {"score": asked, "level": exact(level)}
    return plan.model_copy(update={"options": plan.options | {"fund": told}})


def _moves(best: Target, plan: Plan | None) -> tuple[list[str], list[str]]:
    old, new = [c.id for c in best.plan.chosen], [c.id for c in plan.chosen] if plan is not None else []
    return [i for i in new if i not in set(old)], [i for i in old if i not in set(new)]


def _search(tradeoff: PlanTradeoff, best: Target, level: Fraction, options: SolveOptions) -> tuple[Funded, int, Literal["gap", "time", "interrupted", "unproven"]]:
    """Return the projects with the least money found, the proven bound in 元, and why the search ended."""
    model = tradeoff.model()
    aim, m = model.objectives[0], model.matrices
    cost = np.zeros(m.n_cols)
    scale = max(map(abs, aim.coefficients), default=Fraction(1))
    cost[aim.columns] = [float(c / scale) for c in aim.coefficients]
    session = HighsSession(replace(m, col_cost=cost, offset=0.0, sense="min"))
    until, doubtful = time.monotonic() + options.seconds, False
    held: float | None = None
    start = _start(best, m.col_slice("x").start) if Fraction(best.plan.objective.value) >= level else None
    for _attempt in range(_TRIES):
        left = max(1.0, until - time.monotonic())
        result = session.solve(replace(options, seconds=left, start=start, progress=None, feasibility=1e-9 if _attempt else options.feasibility))
        if result.status is Status.INFEASIBLE and not doubtful:
            raise InfeasibleError(_("no plan satisfies the rules and keeps the levels asked for:"), [Conflict("levels", level.text) for level in tradeoff.levels])
        if result.x is None:
            break
        settled = model.settled(result.x)
        if not isinstance(settled, Aside):
            chosen: Funded = settled.payload
            low = result.bound if held is None else min(result.bound, held)
            return chosen, _yuan(low, scale), _why(result, doubtful)
        if not settled.proven:
            doubtful = True
            held = result.bound if held is None else min(result.bound, held)
        for at, values, lower, upper in settled.rows:
            session.add_row(at, values, lower, upper)
        start = None
        if time.monotonic() > until:
            break
    raise SolverError(_("no plan that reaches the score was found in time; give it more seconds"))


def _start(best: Target, first: int) -> dict[int, float]:
    return {first + k: float(c) for k, c in enumerate(best.chosen)}


def _yuan(bound: float, scale: Fraction) -> int:
    """Return the solver's bound in whole 元, lowered by what floats may miss; money of government is at least 0."""
    if not isfinite(bound):
        return 0
    yuan = Fraction(bound) * scale * WAN
    return max(0, ceil(yuan - abs(yuan) * _SLIP - Fraction(1, 10)))


def _why(result: SolveResult, doubtful: bool) -> Literal["gap", "time", "interrupted", "unproven"]:
    if doubtful:
        return "unproven"
    names: dict[Status, Literal["gap", "time", "interrupted"]] = {Status.OPTIMAL: "gap", Status.GAP_REACHED: "gap", Status.INTERRUPTED: "interrupted"}
    return names.get(result.status, "time")


