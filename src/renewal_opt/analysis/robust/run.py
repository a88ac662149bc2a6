"""From checked inputs and a question to the whole robust answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...domain.robust import ProtectedPlan, RobustAnswer, RobustInput, RobustQuestion
from ...errors import InputError, SolverError
from ...i18n import _
from ...io.load import Inputs
from ...problem import Problem
from ..annual import make_problem, options_of
from ..assemble import input_files, program_versions
from .curve import has_tickets, price_of_robustness
from .measures import unknown_names, unknown_projects
from .plans import Keeping, Plans
from .portfolios import Portfolios, robust_portfolios
from .weights import Weights, unknown_criteria, weight_set

#: told what is being worked on
Telling = Callable[[str], None]


def robust(
    inputs: Inputs,
    question: RobustQuestion,
    *,
    file: str = "",
    cancel: threading.Event | None = None,
    tell: Telling | None = None,
    keep: Keeping | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> RobustAnswer:
    """Answer a robust question.

    Parameters
    ----------
    inputs : Inputs
        From `io.load.load_inputs`.
    question : RobustQuestion
    file : str
        The question's file, for messages.
    cancel : threading.Event, optional
        Set it to stop with what is proven by then.
    tell : callable, optional
        Told what is being worked on, in the language in force.
    keep : callable, optional
        Told ``(name, plan, why)`` for each plan of the answer (`plans.plan_names`); plan is None, with the reason, where a portfolio is
        no plan of the scenario (a variable budget).
    overrides : mapping, optional
        Policy values changed on the way to `inputs`, recorded in the plans.

    Raises
    ------
    InputError, InfeasibleError, SolverError
        See `errors`.
    """
    began = time.monotonic()
    tell = tell or (lambda _words: None)
    problem = make_problem(inputs)
    # with a cancel token Ctrl-C is the caller's: a run that catches it would end itself alone, and the next one would begin
    options = replace(options_of(inputs.scenario, cancel=cancel), catch_ctrl_c=cancel is None)
    plans = None if keep is None else Plans(inputs, problem, options, question, dict(overrides or {}), keep)
    with _placing(file):
        _names(problem, question)
        weights = possible_weights(problem, question)
        found: Portfolios | None = None
        if question.asks_portfolios:
            found = robust_portfolios(problem, weights, question, options, tell)
        protected: tuple[ProtectedPlan, ...] = ()
        if question.protection is not None:
            protected = price_of_robustness(inputs, problem, question.protection, options, float(question.seconds), tell, plans)
            if found is None and not protected:
                raise SolverError(_("stopped before anything was found"))
        for chosen in found.picks if found is not None and plans is not None else ():
            assert plans is not None
            bound = next((p.bound for p in protected if p.gamma == "0"), None)  # of the scenario's best plan: it holds for any
            plans.add(chosen.rule.replace("_", "-"), chosen.pick, bound=bound)
    scenario = inputs.scenario
    answer = RobustAnswer(
        program=program_versions()["renewal_opt"], title=scenario.title(inputs.policy.city.label),
        synthetic=inputs.library.synthetic or inputs.policy.city.synthetic, scenario=scenario.name, plan_year=scenario.plan_year,
        basis=scenario.basis, inputs=_files(inputs, file), question=question.model_dump(mode="json", by_alias=True, exclude_none=True),
        consistency_ratio=weights.ratio, protected=protected, tickets=has_tickets(problem), seconds=round(time.monotonic() - began, 3),
    )  # fmt: skip
    if found is None:
        return answer
    return answer.model_copy(update={
        "measures": found.measures, "claim": "complete" if found.complete else "partial", "why": found.why, "portfolios": found.listed,
        "projects": found.projects, "choices": found.choices, "refine": found.refine, "runs": found.runs,
    })  # fmt: skip


def _names(problem: Problem, question: RobustQuestion) -> None:
    """Refuse every name of the question that the policy or the library does not have, all at once and before any work."""
    criteria = tuple(problem.policy.criteria)
    wrong = unknown_criteria(question.weights, criteria) if question.weights is not None else []
    wrong += unknown_names(problem, criteria, question.scores, question.costs)
    if question.protection is not None:
        wrong += unknown_projects(problem, "protection.projects", question.protection.projects)
    if wrong:
        raise InputError(wrong)


def possible_weights(problem: Problem, question: RobustQuestion) -> Weights:
    """Return the extreme points of the possible weights; without a statement the scenario's weights alone."""
    criteria = tuple(problem.policy.criteria)
    if question.weights is not None:
        return weight_set(question.weights, criteria)
    return Weights(criteria, (tuple(problem.scoring.normalised[k] for k in criteria),), problem.scoring.weights.consistency_ratio)


def _files(inputs: Inputs, file: str) -> tuple[RobustInput, ...]:
    from ...io.atomic import sha256_file

    out = [RobustInput(role=f.role, path=f.path, sha256=f.sha256) for f in input_files(inputs)]
    if file and Path(file).is_file() and not any(Path(i.path).resolve() == Path(file).resolve() for i in out):
        out.append(RobustInput(role="question", path=file, sha256=sha256_file(Path(file))))
    return tuple(out)


@contextlib.contextmanager
def _placing(file: str) -> Iterator[None]:
    """Give findings about the question its file."""
    try:
        yield
    except InputError as error:
        raise InputError([f if f.file not in ("", "weights") else replace(f, file=file) for f in error.findings]) from None

