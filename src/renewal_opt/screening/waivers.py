"""Waivers (豁免, domain.md 1.8): which document lifts a clause, and what is missing where none does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..domain import Project
from ..domain.base import Label
from ..domain.plan import ClauseResult, WaiverUse
from ..domain.screening import DemolitionRule, NegativeItem, Requirement
from .clause import result

Waivable = NegativeItem | Requirement | DemolitionRule


@dataclass(frozen=True)
class Lift:
    """Whether a waiver lifts a clause of a project, in words.

    Attributes
    ----------
    valid : bool
    words : Label
        Authority, number and expiry of a valid waiver; else what is missing.
    """

    valid: bool
    words: Label


def lift(project: Project, clause_id: str, rule: Waivable, plan_year: int) -> Lift:
    """Return whether the project's waiver lifts a clause in the plan year.

    A valid waiver names the clause, its authority and number, is dated no later than the plan year, has
    not expired before it, and has the written opinion or the rule concerned where the item asks for it.
    """
    waiver = project.waiver
    if not rule.waivable:
        return Lift(False, Label(zh="该条不可豁免", en="no waiver lifts this clause"))
    if waiver is None or clause_id not in waiver.items:
        return Lift(False, Label(zh="无豁免", en="no waiver"))
    missing: list[tuple[str, str]] = []
    if not waiver.authority:
        missing.append(("缺豁免机关", "authority missing"))
    if not waiver.number:
        missing.append(("缺文号", "number missing"))
    if waiver.date is not None and waiver.date > dt.date(plan_year, 12, 31):
        missing.append((f"日期 {waiver.date} 晚于 {plan_year} 年", f"dated {waiver.date}, after {plan_year}"))
    if waiver.expiry is not None and waiver.expiry < dt.date(plan_year, 1, 1):
        missing.append((f"已于 {waiver.expiry} 到期", f"expired on {waiver.expiry}"))
    if isinstance(rule, NegativeItem):
        if rule.needs_opinion and not waiver.opinion:
            missing.append(("缺主管部门书面意见", "written opinion of the authority missing"))
        if rule.names_rule and not waiver.rule:
            missing.append(("未写明所涉规定", "rule concerned not named"))
    if missing:
        return Lift(
            False,
            Label(zh="豁免无效：" + "、".join(m[0] for m in missing), en="waiver not valid: " + ", ".join(m[1] for m in missing)),
        )
    until = (f"，有效期至 {waiver.expiry}", f", valid until {waiver.expiry}") if waiver.expiry else ("，未载明有效期", ", no expiry stated")
    zh = f"{waiver.authority} {waiver.number} 豁免{until[0]}"
    en = f"waived by {waiver.authority}, {waiver.number}{until[1]}"
    if waiver.conditions:
        zh, en = f"{zh}，条件：{waiver.conditions}", f"{en}, on condition: {waiver.conditions}"
    return Lift(True, Label(zh=zh, en=en))


def lifted_result(path: str, project: Project, clause_id: str, rule: Waivable, plan_year: int, found: Label) -> ClauseResult:
    """Return the result of a clause that the project does not meet: waived or failed, with `found` as evidence."""
    lifted = lift(project, clause_id, rule, plan_year)
    zh, en = f"{found.zh}；{lifted.words.zh}", f"{found.en}; {lifted.words.en}"
    return result(path, "waived" if lifted.valid else "failed", zh, en)


def waiver_use(project: Project, clauses: tuple[ClauseResult, ...]) -> WaiverUse | None:
    """Return the waiver that a project relies on, with the paths of the clauses it lifts; None when no clause is waived."""
    items = tuple(c.clause for c in clauses if c.status == "waived")
    waiver = project.waiver
    if not items or waiver is None:
        return None
    expiry = waiver.expiry.isoformat() if waiver.expiry else None
    return WaiverUse(id=project.id, items=items, authority=waiver.authority or "", number=waiver.number or "", expiry=expiry)
