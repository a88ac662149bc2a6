"""The job: from inputs and words to a folder with the nondominated plans and what is proven of them."""

from __future__ import annotations

import threading
from dataclasses import replace

from ...domain.front import Front
from ...domain.plan import Plan
from ...errors import Conflict, Finding, InfeasibleError, InputError, SolverError
from ...i18n import _
from ...io.load import Inputs
from ...pareto import Answer, MatrixModel, Point, nondominated, representation, supported
from ...pareto.representation import Representation
from ...pareto.search import Telling
from ...solver.process import claim_threads
from ...workers import Opener
from ..annual import make_problem, options_of
from ..portfolio import solve_portfolio
from ..shortage import carry_overs_first
from .asked import Objective, read_levels, read_objectives
from .folder import Asked, Folder, slim
from .front import Writing, front_of
from .levels import Level
from .tradeoff import PlanTradeoff


def prepare(inputs: Inputs, asked: Asked) -> PlanTradeoff:
    """Read the words and build the tables.

    Raises
    ------
    InputError, InfeasibleError
        See `asked`, `annual.make_problem`.
    """
    problem = make_problem(inputs)
    findings: list[Finding] = []
    objectives: list[Objective] = []
    levels: list[Level] = []
    for read, where in (
        (lambda: read_objectives(problem, asked.objectives), objectives), (lambda: read_levels(problem, asked.at_least, asked.at_most), levels),
    ):  # fmt: skip
        try:
            where.extend(read())  # type: ignore[arg-type]
        except InputError as error:
            findings.extend(error.findings)
    if asked.mode == "representation" and asked.number < len(asked.objectives):
        findings.append(Finding("few_points", file="--representation", value=str(asked.number), expected=_("at least as many points as objectives")))
    if findings:
        raise InputError(findings)
    return PlanTradeoff(problem, objectives, levels, options_of(inputs.scenario))


def run_pareto(
    folder: Folder, *, resume: bool = False, workers: Opener | None = None, cancel: threading.Event | None = None,
    progress: Telling | None = None, current: str | None = None, writing: Writing | None = None,
) -> Front:  # fmt: skip
    """Search, write each point's plan as it is found, and the front at the end.

    Parameters
    ----------
    folder : Folder
    resume : bool
        Go on from the folder's records.
    workers : callable, optional
        See `workers`.
    cancel : threading.Event, optional
        Set it to stop with what is proven by then.
    progress : callable, optional
        ``progress(points, open zones, runs)``.
    current : str, optional
        Path of a plan that the points will be compared with, relative to the folder.
    writing : callable, optional
        ``writing(plans, of)`` after the search, while plans that an earlier search found are made and re-checked again.

    Returns
    -------
    Front
        Also on disk, with a plan file a point.

    Raises
    ------
    InputError
        For a folder that cannot be used.
    InfeasibleError
        When no plan satisfies the rules and levels together; a front without points is written.
    SolverError
        When the search ended before it found a plan; the folder can be resumed.
    """
    tradeoff = folder.tradeoff
    claim_threads(tradeoff.options.threads)
    folder.check(resume=resume)
    carry_overs_first(tradeoff.problem, tradeoff.rows, tradeoff.options)
    model = tradeoff.model()
    with folder.held():
        front, answer = _searched(folder, model, resume, workers, cancel, progress, current, writing)
    if not front.points and not (cancel is not None and cancel.is_set()):
        _explain(folder, answer)
    return front


def _searched(
    folder: Folder, model: MatrixModel, resume: bool, workers: Opener | None, cancel: threading.Event | None, progress: Telling | None, current: str | None,
    writing: Writing | None,
) -> tuple[Front, Answer]:
    """Search in a folder that is held."""
    tradeoff, asked = folder.tradeoff, folder.asked
    records, known = folder.begin(model.whole() or (), resume=resume)
    earlier = sum(r.reply.y is not None for r in known)  # names of their plans may still be there
    kept: dict[tuple[int, ...], tuple[Plan, str]] = {}

    def keep(point: Point) -> None:
        plan = folder.plan(point)
        if plan is not None:
            name = f"found-{earlier + len(kept) + 1:05d}.json"
            folder.write_plan(plan, name)
            kept[point.y] = slim(plan), name

    options = replace(tradeoff.options, seconds=86400.0)
    shown: Representation | None = None
    try:
        if asked.mode == "supported":
            answer = supported(model, seconds=asked.seconds, options=replace(options, cancel=cancel))
        elif asked.mode == "representation":
            shown = representation(
                model, asked.number, seconds=asked.seconds, options=options, workers=workers, resume=known, on_point=keep,
                on_record=records.append, progress=progress, cancel=cancel,
            )  # fmt: skip
            answer = shown.answer
        else:
            answer = nondominated(
                model, seconds=asked.seconds, options=options, workers=workers, resume=known, on_point=keep,
                on_record=records.append, progress=progress, cancel=cancel,
            )  # fmt: skip
    except InputError:  # no pool at that address
        folder.leave(records)
        raise
    finally:
        records.close()
    folder.drop_front()
    front = front_of(folder, answer, shown, kept, current, writing)
    folder.write_front(front)
    folder.forget(front)
    return front, answer


def _explain(folder: Folder, answer: Answer) -> None:
    """Raise for a search without a plan, with what stands in the way."""
    tradeoff = folder.tradeoff
    if folder.refused or answer.open or answer.aside or not answer.complete:
        raise SolverError(_("the search ended before it found a plan; --resume goes on"))
    solve_portfolio(tradeoff.problem, replace(tradeoff.options, gap=1.0))  # tells the rules in conflict, where they are
    conflict = [Conflict("levels", level.text) for level in tradeoff.levels]
    if not conflict:
        raise SolverError(_("the search found no plan where the plain solve finds one"))
    raise InfeasibleError(_("no plan satisfies the rules and keeps the levels asked for:"), conflict)
