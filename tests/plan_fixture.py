"""A hand-made plan with its policy and library, for tests of reports without a solver.

Money in 元 is chosen so that sums are easy to see; the plan is self-consistent but was not solved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from builders import tiny_policy

from renewal_opt.domain import Label, Library, Plan, Policy, Project
from renewal_opt.domain.plan import (
    Assumption,
    BasisList,
    Check,
    Chosen,
    ClauseResult,
    GroupStats,
    InputFile,
    LaterNeed,
    Money,
    Objective,
    Reason,
    Refused,
    Reserve,
    RowUse,
    ScoreRow,
    Screened,
    WaiverUse,
    Warning_,
    WeightRow,
    Weights,
)

YEAR = 2025
#: a name that a spreadsheet would run as a formula
HOSTILE = "=1+1"


def two(zh: str, en: str) -> Label:
    """Return a label in both languages."""
    return Label(zh=zh, en=en)


def made_policy() -> Policy:
    """Return the policy of the made-up city."""
    return Policy.model_validate(tiny_policy())


def _project(number: int, **changes: Any) -> Project:
    row: dict[str, Any] = {
        "id": f"P{number:03d}", "name": f"项目{number}", "district": "east", "object_class": "residential", "object_type": "old_estate",
        "mode": "renovation", "work": "estates", "content": "改造小区", "implementer": "东区公司", "implementer_kind": "soe", "lead": "东区住建局",
        "start_year": YEAR, "end_year": YEAR + 1, "total_investment": 10_000_000, "spend": (6_000_000, 4_000_000), "as_of": dt.date(2024, 12, 1),
    }  # fmt: skip
    return Project(**(row | changes))


def made_library() -> Library:
    """Return seven projects: a carry-over, two new starts, one later start, a reserve, a refused and a withdrawn one."""
    return Library(
        name="手工项目库",
        synthetic=True,
        projects=(
            _project(1, part="carry_over", start_year=2024, spent_to_date=3_000_000, remaining={2025: 5_000_000, 2026: 2_000_000}, spend=()),
            _project(2, name=HOSTILE, remark="+SUM(A1)", content="@链接"),
            _project(3, district="west", district_shares={"west": Decimal(60), "east": Decimal(40)}, work=None, total_investment=25_000_101),
            _project(4, part="reserve"),
            _project(5, mode="redevelopment"),
            _project(6, part="withdrawn", exit_doc="退〔2025〕1号"),
            _project(7, name="[red]招商\x1b[31m", start_year=2026),
        ),
    )


def _chosen() -> tuple[Chosen, ...]:
    def give(*rows: tuple[str, int, int]) -> tuple[Money, ...]:
        return tuple(Money(channel=c, year=y, yuan=m) for c, y, m in rows)

    return (
        Chosen(id="P001", name="项目1", part="carry_over", start=None, investment=10_000_000, score="40", money=give(("city_funds", 2025, 5_000_000), ("own", 2026, 2_000_000))),
        Chosen(
            id="P002", name=HOSTILE, part="new_start", start=2025, investment=10_000_000, score="200/3", forced=True,
            money=give(("bond", 2025, 4_000_000), ("district_funds", 2025, 2_000_000), ("own", 2026, 4_000_000)),
        ),
        Chosen(
            id="P003", name="项目3", part="new_start", start=2025, investment=25_000_101, score="55.5", hangs_on_blank=True,
            money=give(("city_funds", 2025, 10_000_101), ("own", 2025, 15_000_000)),
        ),
    )  # fmt: skip


def _use() -> tuple[RowUse, ...]:
    def row(family: str, name: str, rule: str, label: Label, value: int | str, most: int | str | None, **rest: Any) -> RowUse:
        given = {"unit": "yuan", "binding": False, "assumption": False} | rest
        return RowUse(family=family, row=name, rule=rule, label=label, value=str(value), at_most=None if most is None else str(most), **given)

    return (
        row("budget", "budget:whole[2025]", "budget.whole", two("总盘子 2025", "whole 2025"), 36_000_101, 36_000_101, binding=True, assumption=True),
        row("channels", "channels:fiscal[2025]", "funding.channels.fiscal", two("财政 2025", "fiscal 2025"), 17_000_101, 50_000_000),
        row("channels", "channels:bond[2025]", "funding.channels.bond", two("专项债 2025", "bonds 2025"), 4_000_000, 4_000_000, binding=True),
        row("limits", "limits:votes", "limits.votes", two("票数", "votes"), 7, None, unit="number", at_least="1"),
        row("districts", "districts:each[west]", "district_balance.each", two("各区 西区", "each west"), "1/3", "2/3", unit="share"),
    )


def made_plan(**changes: Any) -> Plan:
    """Return the plan."""
    clauses = (
        ClauseResult(clause="screening.health_check", status="failed", evidence=two("体检年度 2019", "checked 2019")),
        ClauseResult(clause="screening.requirements.in_scope", status="passed", evidence=two("是", "yes")),
    )
    criteria = {"need": "60", "benefit": "125/3"}
    indicators = {"need/demand": "100", "need/votes": "20", "benefit/people": "125/3"}
    score = {"indicators": indicators, "criteria": criteria, "total": "160/3", "worst": "50", "best": "60"}
    refusal = Reason(kind="screening", rule="screening.health_check", label=two("体检过期", "check too old"))
    data: dict[str, Any] = {
        "plan_version": 1, "program": {"renewal_opt": "0.1.0", "python": "3.11"}, "city": two("小城", "Smalltown"), "synthetic": True,
        "scenario": "hand", "title": two("小城2025年度计划", "Smalltown plan 2025"), "plan_year": YEAR, "window": 1, "money_years": (2025, 2026),
        "library_as_of": "2024-12-01", "inputs": (InputFile(role="library", path="library.xlsx", sha256="0" * 64),), "options": {"solver": {"gap": 0.001}},
        "objective": Objective(value="123456/7", bound=17_640.0, gap=0.0002, gap_asked="0.001", stopped="gap", basis="investment", seconds=1.25),
        "weights": Weights(method="policy", rows=(WeightRow(criterion="need", weight="3/5"), WeightRow(criterion="benefit", weight="2/5"))),
        "chosen": _chosen(),
        "reserve": (Reserve(id="P004", name="项目4", rank=1, score="45", investment=10_000_000, reasons=(Reason(kind="reserve_declared", rule="part", label=two("申报为储备", "declared reserve")),)),),
        "refused": (
            Refused(id="P005", name="项目5", investment=10_000_000, score="50", reasons=(refusal,)),
            Refused(id="P006", name="项目6", investment=10_000_000, score="30", reasons=(Reason(kind="withdrawn", label=two("已退出", "withdrawn")),)),
            Refused(id="P007", name="[red]招商\x1b[31m", investment=10_000_000, score="20", reasons=(Reason(kind="not_this_year", label=two("申报2026年", "asks 2026")),)),
        ),
        "opened_areas": {"A1": 2025}, "criterion_totals": {"need": "1000/3", "benefit": "20"}, "use": _use(),
        "later_needs": (LaterNeed(year=2026, channel="own", yuan=6_000_000),),
        "screening": (Screened(id="P005", status="failed", applied=True, clauses=clauses), Screened(id="P001", status="passed", applied=False, clauses=clauses[1:])),
        "scores": tuple(ScoreRow(id=f"P{n:03d}", missing=("need/votes",) if n == 3 else (), **score) for n in range(1, 8)),
        "waivers": (WaiverUse(id="P002", items=("screening.negative_list.river",), authority="市政府", number="1号", expiry=None),),
        "assumptions": (
            Assumption(path="budget.whole", label=two("总盘子", "whole"), why=two("测试用", "made up for a test"), binds=True),
            Assumption(path="funding.cover.cover", label=two("覆盖倍数", "cover ratio"), why=two("测试用", "made up for a test"), binds=False),
        ),
        "warnings": (Warning_(kind="synthetic", label=two("合成数据", "synthetic data")), Warning_(kind="blank_column", label=two("票数列四成空白", "votes: 40 % blank"))),
        "statistics": (GroupStats(group="chosen", number=2, median_investment=17_500_050, mean_score=61.1),),
        "bases": (BasisList(basis="count", chosen=3, overlap=2, proven=False),), "correlations": {"need/demand~need/votes": 0.5},
        "checks": (Check(family="balance", holds=True, rows=12), Check(family="channels", holds=True, rows=6)),
    }  # fmt: skip
    return Plan(**(data | changes))


def everything(**changes: Any) -> tuple[Plan, Policy, Library]:
    """Return plan, policy and library."""
    return made_plan(**changes), made_policy(), made_library()


def sums_of(rows: Mapping[str, int]) -> int:
    """Return the sum of a mapping's values."""
    return sum(rows.values())
