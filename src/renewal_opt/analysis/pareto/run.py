"""The job: from inputs and words to a folder with the nondominated plans and what is proven of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from math import isfinite, isnan
from pathlib import Path
from typing import Any, Literal

from ...domain.front import Claim, Front, FrontObjective, FrontPoint, OpenZone
from ...domain.plan import Check, Plan
from ...errors import Conflict, Finding, InfeasibleError, InputError, SolverError
from ...i18n import _
from ...io.atomic import write_text_atomic
from ...io.frontfile import front_to_json
from ...io.load import Inputs
from ...io.nearby import inputs_near, plan_near
from ...io.planfile import plan_to_json
from ...pareto import Answer, Point, Record, nondominated, representation, supported
from ...pareto.objectives import IntegerObjective
from ...pareto.representation import Representation
from ...pareto.search import Telling
from ...solver.process import claim_threads
from ...verify import verify_plan
from ...workers import Opener
from ..annual import make_problem, options_of
from ..assemble import assemble, input_files, program_versions
from ..portfolio import solve_portfolio
from ..shortage import carry_overs_first
from ..use import exact
from .asked import Objective, read_levels, read_objectives
from .levels import Level
from .measures import districts_of
from .record import Records
from .tradeoff import Funded, PlanTradeoff

_RECORDS = "points.jsonl"
_OURS = re.compile(r"(found-[0-9]{5,}|[0-9]{4,})\.json")
Mode = Literal["all", "representation", "supported"]
#: told of each point as soon as its plan is on disk: number of points, the values
Showing = Callable[[int, Sequence[str]], None]


@dataclass(frozen=True)
class Asked:
    """What a trade-off is asked for.

    Attributes
    ----------
    objectives, at_least, at_most : tuple of str
        Words of the command line; see `asked`.
    mode : {"all", "representation", "supported"}
    number : int
        Points of a representation.
    seconds : float or None
        Time of the whole search.
    overrides : dict
        Policy values that the caller changed, as plans record them.
    """

    objectives: tuple[str, ...]
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    mode: Mode = "all"
    number: int = 0
    seconds: float | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)


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


class Folder:
    """Where a search leaves its records, plans and front.

    Parameters
    ----------
    path : Path
    inputs : Inputs
    tradeoff : PlanTradeoff
    asked : Asked
    """

    def __init__(self, path: Path, inputs: Inputs, tradeoff: PlanTradeoff, asked: Asked) -> None:
        self.path, self.inputs, self.tradeoff, self.asked = path, inputs, tradeoff, asked
        self.files = input_files(inputs)
        self.head = {
            "program": program_versions()["renewal_opt"], "inputs": [[f.role, Path(f.path).name, f.sha256] for f in self.files],
            "overrides": dict(asked.overrides), "objectives": list(asked.objectives), "at_least": list(asked.at_least),
            "at_most": list(asked.at_most), "mode": asked.mode,
        }  # fmt: skip
        self.refused: dict[tuple[int, ...], str] = {}

    def begin(self, whole: Sequence[IntegerObjective], *, resume: bool) -> tuple[Records, list[Record]]:
        """Make the folder ready; return its records, and those to go on from.

        Parameters
        ----------
        whole : sequence of IntegerObjective
            The objectives in steps, in which records count.
        resume : bool

        Raises
        ------
        InputError
            When there are records and `resume` is not set, or they belong to another question.
        """
        records = Records(self.path / _RECORDS, self.head | {"steps": [[str(o.step), o.base, o.top] for o in whole]})
        there = self.check(resume=resume)
        try:
            (self.path / "plans").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError([Finding("cannot_write", file=str(self.path), value=str(error), expected=_("a folder that can be written"))]) from None
        if there:
            return records, records.resume()
        records.start()
        return records, []

    def check(self, *, resume: bool) -> bool:
        """Return whether there are records to go on from.

        Raises
        ------
        InputError
            When there are and `resume` is not set.
        """
        there = (self.path / _RECORDS).exists()
        if there and not resume:
            raise InputError([Finding("folder_in_use", file=str(self.path), value=_RECORDS, expected=_("an empty folder, or --resume to go on"))])
        return there

    def plan(self, point: Point) -> Plan | None:
        """Return the re-checked plan of a point, None when the re-check refuses it."""
        if point.y in self.refused:
            return None
        carried: Funded = point.payload
        tradeoff, inputs = self.tradeoff, self.inputs
        answer = carried.portfolio(tradeoff.problem, tradeoff.rows)
        values = {o.measure.name: exact(v) for o, v in zip(tradeoff.objectives, point.values, strict=True)}
        options: dict[str, Any] = {"overrides": dict(self.asked.overrides)} if self.asked.overrides else {}
        plan = assemble(inputs, tradeoff.problem, answer, options | {"pareto": values}, self.files)
        results = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
        broken = [f"{r.family}: {b.rule}" for r in results for b in r.breaches]
        if broken:
            self.refused[point.y] = "; ".join(broken[:5])
            return None
        return plan.model_copy(update={"checks": tuple(Check(family=r.family, holds=True, rows=r.rows) for r in results)})

    def write_plan(self, plan: Plan, name: str) -> None:
        """Write a plan under `plans/`."""
        target = self.path / "plans" / name
        write_text_atomic(target, plan_to_json(plan_near(plan, target, self.path)))

    def write_front(self, front: Front) -> None:
        """Write the front."""
        write_text_atomic(self.path / "front.json", front_to_json(front))

    def forget(self, kept: Set[str]) -> None:
        """Take away plans that are no longer named: those under the name of their discovery, and of an earlier, longer front."""
        for path in (self.path / "plans").iterdir():
            if _OURS.fullmatch(path.name) and path.name not in kept:
                path.unlink()


def run_pareto(
    folder: Folder, *, resume: bool = False, workers: Opener | None = None, cancel: threading.Event | None = None,
    progress: Telling | None = None, current: str | None = None,
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
    tradeoff, asked = folder.tradeoff, folder.asked
    claim_threads(tradeoff.options.threads)
    folder.check(resume=resume)
    carry_overs_first(tradeoff.problem, tradeoff.rows, tradeoff.options)
    model = tradeoff.model()
    records, known = folder.begin(model.whole() or (), resume=resume)
    kept: dict[tuple[int, ...], Plan] = {}

    def keep(point: Point) -> None:
        plan = folder.plan(point)
        if plan is not None:
            kept[point.y] = plan
            folder.write_plan(plan, f"found-{len(kept):05d}.json")

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
    finally:
        records.close()
    front = _front(folder, answer, shown, kept, current)
    folder.write_front(front)
    folder.forget({Path(p.plan).name for p in front.points})
    if not front.points and not (cancel is not None and cancel.is_set()):
        _explain(folder, answer)
    return front


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


def _front(folder: Folder, answer: Answer, shown: Representation | None, kept: dict[tuple[int, ...], Plan], current: str | None) -> Front:
    """Number the points, write their plans under their numbers, and say what the set is."""
    tradeoff, inputs = folder.tradeoff, folder.inputs
    problem = tradeoff.problem
    chosen = range(len(answer.points)) if shown is None else shown.chosen
    points: list[FrontPoint] = []
    numbers: dict[int, int] = {}
    for i in chosen:
        point = answer.points[i]
        plan = kept.get(point.y) or folder.plan(point)
        if plan is None:
            continue
        numbers[i] = len(points) + 1
        name = f"{numbers[i]:04d}.json"
        folder.write_plan(plan, name)
        new = tuple(c.id for c in plan.chosen if c.part == "new_start")
        values = tuple(exact(v) for v in point.values)
        points.append(FrontPoint(id=numbers[i], values=values, plan=f"plans/{name}", chosen=new, supported=True if folder.asked.mode == "supported" else None))
    worst = any(o.measure.ratios for o in tradeoff.objectives)
    ideal, nadir = answer.ideal, answer.nadir
    if folder.refused:
        nadir = None
    return Front(
        program=program_versions(), city=inputs.policy.city.label, synthetic=inputs.library.synthetic or inputs.policy.city.synthetic,
        scenario=inputs.scenario.name, title=inputs.scenario.title(inputs.policy.city.label), plan_year=inputs.scenario.plan_year,
        inputs=inputs_near(folder.files, folder.path), options=_recorded(folder.asked),
        objectives=tuple(
            FrontObjective(
                name=o.measure.name, label=o.measure.label, unit=o.measure.unit, sense=o.sense, exact=_exact(answer, k, o), step=exact(answer.steps[k]) if answer.steps else "0",
                ideal=None if ideal is None else exact(ideal[k]), nadir=None if nadir is None else exact(nadir[k]),
            )
            for k, o in enumerate(tradeoff.objectives)
        ),
        levels=tuple(level.text for level in tradeoff.levels), claim=_claim(folder, answer, tradeoff), points=tuple(points),
        open_zones=tuple(OpenZone(better_than=tuple(None if v is None else exact(v) for v in z.better_than), why=z.why) for z in answer.open),
        missing=None if isnan(answer.missing) or folder.refused else answer.missing,
        coverage=None if shown is None or folder.refused or not isfinite(shown.coverage) else shown.coverage, coverage_exact=shown is not None and shown.exact and not folder.refused,
        payoff=tuple(None if i is None else numbers.get(i) for i in answer.payoff), current=current,
        without_candidates=tuple(districts_of(problem)[1]) if worst else (), remarks=tuple(_remarks(folder, answer)),
        runs=answer.runs, seconds=round(answer.seconds, 3),
    )  # fmt: skip


def _exact(answer: Answer, k: int, o: Objective) -> bool:
    return bool(answer.exact_objectives[k]) if answer.exact_objectives else o.resolution is None


def _claim(folder: Folder, answer: Answer, tradeoff: PlanTradeoff) -> Claim:
    if folder.asked.mode == "representation":
        return "representation"
    if folder.asked.mode == "supported":
        return "supported"
    if not answer.complete or folder.refused:
        return "open"
    return "resolution" if sum(o.measure.of_money for o in tradeoff.objectives) > 1 else "complete"


def _remarks(folder: Folder, answer: Answer) -> list[str]:
    out = [_("a plan failed the exact re-check and is not shown: {rules}").format(rules=r) for r in folder.refused.values()]
    if answer.aside:
        out.append(_("{n} portfolios were set aside without a proof that they cannot be funded").format(n=answer.aside))
    if folder.asked.mode == "supported" and answer.missing == 1.0:
        out.append(_("the search for supported plans ended before its end: more may be supported"))
    if sum(o.measure.of_money for o in folder.tradeoff.objectives) > 1:
        out.append(_("several money objectives: for one portfolio money can be shared out in many ways; plans are told apart by the stated steps"))
    return out


def _recorded(asked: Asked) -> dict[str, object]:
    return {
        "objectives": list(asked.objectives), "at_least": list(asked.at_least), "at_most": list(asked.at_most), "mode": asked.mode,
        "number": asked.number, "seconds": asked.seconds, "overrides": dict(asked.overrides),
    }  # fmt: skip

