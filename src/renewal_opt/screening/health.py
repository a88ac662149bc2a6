"""无体检不更新 (plan 十.5): no renewal without a health check; there is no "原则上", so no waiver."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain import Project
from ..domain.plan import ClauseResult
from ..domain.screening import HealthCheck
from .clause import Clause, Context, result

PATH = "screening.health_check"


def clauses(context: Context) -> Iterator[Clause]:
    """Yield the precondition where it is active."""
    check = context.policy.screening.health_check
    if check is not None and check.active:
        yield _clause(check, context.plan_year)


def _clause(check: HealthCheck, plan_year: int) -> Clause:
    first = plan_year - check.within_years
    asked = (f"要求不早于 {first}、不晚于 {plan_year}", f"asked: {first} to {plan_year}")
    no_year = result(PATH, "unclear", f"体检年度未填，{asked[0]}，由申报单位补报", f"year of the health check blank, {asked[1]}, to be supplied by the applicant")
    no_report: dict[int, ClauseResult] = {}

    def look(project: Project) -> ClauseResult:
        year, report = project.check_year, project.check_report
        if year is None:
            return no_year
        if year < first:
            return result(PATH, "failed", f"体检年度 {year}，要求不早于 {first}", f"health check of {year}, asked: not before {first}")
        if year > plan_year:
            return result(PATH, "failed", f"体检年度 {year}，要求不晚于 {plan_year}", f"health check of {year}, asked: not after {plan_year}")
        if check.report_required and not report:
            if year not in no_report:
                no_report[year] = result(
                    PATH, "unclear", f"体检年度 {year}，缺体检报告文号，由申报单位补报",
                    f"health check of {year}, number of the report missing, to be supplied by the applicant", papers=True,
                )  # fmt: skip
            return no_report[year]
        named = (f"，报告 {report}", f", report {report}") if report else ("", "")
        return result(PATH, "passed", f"体检年度 {year}{named[0]}，要求不早于 {first}", f"health check of {year}{named[1]}, asked: not before {first}")

    return look
