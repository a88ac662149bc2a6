"""Negative list (负面清单, plan 九.2): six items, "原则上", so a waiver may lift them."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain import Project
from ..domain.base import Label
from ..domain.plan import ClauseResult
from ..domain.screening import NegativeItem
from .clause import Clause, Context, Status, result
from .waivers import lifted_result

_FOUND: dict[str | None, tuple[Status, Label]] = {
    "none": ("passed", Label(zh="填报“不涉及”", en="entered “none”")),
    "unclear": ("unclear", Label(zh="填报“待核”", en="entered “unclear”")),
    None: ("unclear", Label(zh="未填报，由申报单位补报", en="left blank, to be supplied by the applicant")),
    "involved": ("failed", Label(zh="填报“涉及”", en="entered “involved”")),
}


def clauses(context: Context) -> Iterator[Clause]:
    """Yield the clause of each item: none passes, blank or unclear is unclear, involved fails unless waived."""
    for i, item in context.policy.screening.negative_list.items():
        yield _clause(i, item, context.plan_year)


def _clause(i: str, item: NegativeItem, plan_year: int) -> Clause:
    path = f"screening.negative_list.{i}"
    kept: dict[str | None, ClauseResult] = {}
    words = {a: Label(zh=f"{item.label.zh}：{w.zh}", en=f"{item.label.en}: {w.en}") for a, (_status, w) in _FOUND.items()}

    def look(project: Project) -> ClauseResult:
        answer = project.neg.get(i)
        if answer != "involved":
            if answer not in kept:
                kept[answer] = result(path, _FOUND[answer][0], words[answer].zh, words[answer].en)
            return kept[answer]
        found, by = words[answer], project.neg_evidence
        if by:
            found = Label(zh=f"{found.zh}，依据：{by}", en=f"{found.en}, on the evidence of: {by}")
        return lifted_result(path, project, i, item, plan_year, found)

    return look
