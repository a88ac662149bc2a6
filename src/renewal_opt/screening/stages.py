"""Stage needed for a start (ten life-cycle stages, plan 十.5; domain.md 1.9): by mode and object type."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain import Project
from ..domain.base import Label
from ..domain.plan import ClauseResult
from ..domain.screening import StageRule, Stages
from .clause import Clause, Context, Status, result

PATH = "screening.stages"


def needed_stage(stages: Stages, rule: StageRule, mode: str | None) -> str | None:
    """Return the least stage of a rule for a mode: the nearest earlier one that the mode has; None for none."""
    skipped = stages.skip.get(mode or "", ())
    order = list(stages.order)
    reachable = [s for s in order[: order.index(rule.stage) + 1] if s not in skipped]
    return reachable[-1] if reachable else None


def clauses(context: Context) -> Iterator[Clause]:
    """Yield the clause of the life cycle; a project that no rule matches has none."""
    stages = context.policy.screening.stages
    if stages is not None:
        yield _clause(stages, context)


def _clause(stages: Stages, context: Context) -> Clause:
    rules = [(context.facts.matcher(r.where), r) for r in stages.needed]
    kept: dict[tuple[int, str | None, str | None], ClauseResult] = {}

    def look(project: Project) -> ClauseResult | None:
        for k, (concerns, rule) in enumerate(rules):
            if concerns(project):
                key = (k, project.mode, project.stage)
                if key not in kept:
                    kept[key] = _decide(stages, rule, project.mode, project.stage)
                return kept[key]
        return None

    return look


def _decide(stages: Stages, rule: StageRule, mode: str | None, stage: str | None) -> ClauseResult:
    needed, order = needed_stage(stages, rule, mode), list(stages.order)
    now = stages.order[stage].label if stage in stages.order else Label(zh=stage or "未填", en=stage or "blank")
    if needed is None:
        asked = Label(zh="不要求任何环节", en="no stage asked")
    else:
        least = stages.order[needed].label
        asked = Label(zh=f"要求至少到“{least.zh}”", en=f"asked: at least “{least.en}”")
    status: Status = "passed"
    if needed is not None:
        if not stage:
            status = "unclear"
        elif stage not in stages.order or order.index(stage) < order.index(needed):
            status = "failed"
    return result(PATH, status, f"{rule.label.zh}：目前环节“{now.zh}”，{asked.zh}", f"{rule.label.en}: now at “{now.en}”, {asked.en}")
