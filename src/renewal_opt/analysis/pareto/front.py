"""From what a search found to a front file: points numbered, their plans under their numbers, and what is proven of the set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite, isnan

from ...domain.front import Claim, Front, FrontObjective, FrontPoint, OpenZone
from ...domain.plan import Plan
from ...i18n import _
from ...io.nearby import inputs_near
from ...pareto import Answer
from ...pareto.representation import Representation
from ..assemble import program_versions
from ..use import exact
from .asked import Objective
from .folder import Asked, Folder, slim
from .measures import districts_of
from .tradeoff import PlanTradeoff

#: told how many plans are written, of how many
Writing = Callable[[int, int], None]


def front_of(
    folder: Folder, answer: Answer, shown: Representation | None, kept: Mapping[tuple[int, ...], tuple[Plan, str]], current: str | None,
    writing: Writing | None = None,
) -> Front:  # fmt: skip
    """Number the points, write their plans under their numbers, and say what the set is.

    Parameters
    ----------
    folder : Folder
    answer : Answer
    shown : Representation or None
    kept : mapping of steps to (Plan, str)
        Plans that are re-checked already, slim, and the names of their files.
    current, writing :
        See `run.run_pareto`.
    """
    tradeoff, inputs = folder.tradeoff, folder.inputs
    problem = tradeoff.problem
    chosen = range(len(answer.points)) if shown is None else shown.chosen
    points: list[FrontPoint] = []
    numbers: dict[int, int] = {}
    for i in chosen:
        point = answer.points[i]
        known, name = kept.get(point.y), f"{len(points) + 1:04d}.json"
        if known is not None:
            plan: Plan | None = known[0]
            folder.rename_plan(known[1], name)
        elif (plan := folder.plan(point)) is not None:
            folder.write_plan(plan, name)
            if writing is not None:
                writing(len(points) + 1, len(chosen))
        if plan is None:
            continue
        numbers[i] = len(points) + 1
        folder.plans.append(slim(plan))
        new = tuple(c.id for c in plan.chosen if c.part == "new_start")
        values = tuple(exact(v) for v in point.values)
        points.append(FrontPoint(id=numbers[i], values=values, plan=f"plans/{name}", chosen=new, supported=True if folder.asked.mode == "supported" else None))
    worst = any(o.measure.ratios for o in tradeoff.objectives)
    ideal, bounds, nadir = ((), (), None) if folder.refused else (answer.ideal, answer.bounds, answer.nadir)  # a refused plan may be the best, or the worst
    return Front(
        program=program_versions(), city=inputs.policy.city.label, synthetic=inputs.library.synthetic or inputs.policy.city.synthetic,
        scenario=inputs.scenario.name, title=inputs.scenario.title(inputs.policy.city.label), plan_year=inputs.scenario.plan_year,
        inputs=inputs_near(folder.files, folder.path), options=_recorded(folder.asked),
        objectives=tuple(
            FrontObjective(
                name=o.measure.name, label=o.measure.label, unit=o.measure.unit, sense=o.sense, exact=_exact(answer, k, o), step=exact(answer.steps[k]) if answer.steps else "0",
                ideal=_told(ideal, k), bound=_told(bounds, k), nadir=_told(nadir or (), k),
            )
            for k, o in enumerate(tradeoff.objectives)
        ),
        levels=tuple(level.text for level in tradeoff.levels), level_words=tuple(level.words for level in tradeoff.levels if level.words is not None), claim=_claim(folder, answer, tradeoff), points=tuple(points),
        open_zones=tuple(OpenZone(better_than=tuple(None if v is None else exact(v) for v in z.better_than), why=z.why, up_to=tuple(map(exact, z.up_to))) for z in answer.open),
        missing=None if isnan(answer.missing) or folder.refused else answer.missing,
        coverage=None if shown is None or folder.refused or not isfinite(shown.coverage) else shown.coverage, coverage_exact=shown is not None and shown.exact and not folder.refused,
        payoff=tuple(None if i is None else numbers.get(i) for i in answer.payoff), current=current,
        without_candidates=tuple(districts_of(problem)[1]) if worst else (), remarks=tuple(_remarks(folder, answer)),
        runs=answer.runs, seconds=round(answer.seconds, 3),
    )  # fmt: skip


def _told(values: Sequence[Fraction | None], k: int) -> str | None:
    value = values[k] if k < len(values) else None
    return None if value is None else exact(value)


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
        out.append(_("portfolios set aside without a proof that they cannot be funded: {n}").format(n=answer.aside))
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

