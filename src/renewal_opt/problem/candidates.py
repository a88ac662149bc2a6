"""Who is in the model: carry-overs, candidates for a start, and why the others are not (domain.md 1.2, 1.5, 1.11)."""

from __future__ import annotations

from collections.abc import Mapping

from ..domain import Library, Project, Scenario
from ..domain.plan import Screened
from ..errors import Finding, InputError
from ..i18n import _


def start_range(project: Project, scenario: Scenario) -> range:
    """Return the start years that a new start may take."""
    first = max(scenario.plan_year, project.start_year or scenario.plan_year)
    return range(first, scenario.plan_year + scenario.window)


def why_out(project: Project, screened: Screened, scenario: Scenario) -> str | None:
    """Return the kind of reason for which a project is not in the model, None when it is.

    Kinds are those of `domain.plan.Reason`: withdrawn, reserve_declared, forced_out, screening, unclear,
    not_this_year.
    """
    if project.part == "carry_over":
        return None
    if project.part == "withdrawn":
        return "withdrawn"
    if project.id in scenario.force.out:
        return "forced_out"
    if project.part == "reserve":
        return "reserve_declared"
    if screened.status == "failed":
        return "screening"
    if screened.status == "unclear":
        return "unclear"
    if not start_range(project, scenario):
        return "not_this_year"
    return None


def kind_words(reason: str) -> str:
    """Return a kind of reason in words."""
    return {
        "withdrawn": _("withdrawn"),
        "forced_out": _("forced out by the scenario"),
        "reserve_declared": _("declared for the reserve"),
        "screening": _("fails screening"),
        "unclear": _("unclear in screening"),
        "not_this_year": _("not this year"),
    }[reason]


def select(library: Library, screened: Mapping[str, Screened], scenario: Scenario) -> tuple[list[Project], dict[str, str]]:
    """Split the library into the model's projects and the others with their reason.

    Raises
    ------
    InputError
        For every project forced in that no rule of its own lets start, with the rule.
    """
    inside: list[Project] = []
    reasons: dict[str, str] = {}
    findings: list[Finding] = []
    forced = {i: n for n, i in reversed(list(enumerate(scenario.force.in_)))}
    for project in library.projects:
        reason = why_out(project, screened[project.id], scenario)
        if reason is None:
            inside.append(project)
            continue
        reasons[project.id] = reason
        if project.id in forced:
            clauses = [f"{c.evidence.text()} ({c.clause})" for c in screened[project.id].clauses if c.status in ("failed", "unclear")]
            findings.append(
                Finding(
                    kind="forced_against_rule", path=f"force.in.{forced[project.id]}", value=project.id,
                    expected=_("a project that may start"),
                    hint=_("barred by {reason}").format(reason=_("; ").join([kind_words(reason), *clauses])),
                )
            )  # fmt: skip
    if findings:
        raise InputError(findings)
    return inside, reasons
