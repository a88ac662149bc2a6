"""Demolition limits (建科〔2021〕63号), on the renewal unit where all its areas are known, else on the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..domain import Project
from ..domain.base import Label
from ..domain.plan import ClauseResult
from ..domain.screening import DemolitionRule
from .clause import Clause, Context, number_text, result
from .facts import Facts
from .waivers import lifted_result


@dataclass(frozen=True)
class _Measure:
    """(sum of `part` less `freed`) / sum of `whole`; blanks of `freed` count as 0."""

    part: str
    freed: tuple[str, ...]
    whole: str
    name: Label
    unit: str

    @property
    def asked(self) -> tuple[str, str]:
        return self.part, self.whole


_MEASURES = {
    "demolished_share": _Measure(
        "gfa_demolished", ("gfa_illegal", "gfa_dangerous"), "gfa_existing",
        Label(zh="拆除占比（扣除违建、危房）", en="demolished share (without illegal and dangerous)"), "㎡",
    ),
    "built_ratio": _Measure(
        "gfa_new", ("gfa_public",), "gfa_demolished", Label(zh="拆建比（扣除公共服务）", en="built to demolished (without public)"), "㎡"
    ),
    "rehoused_share": _Measure("rehoused_near", (), "moved", Label(zh="就地就近安置率", en="share rehoused nearby"), "户"),
}  # fmt: skip


@dataclass(frozen=True)
class _Value:
    """Numerator and denominator, and the renewal unit they were summed over (empty: the project alone)."""

    part: Fraction
    whole: Fraction
    unit: str = ""
    projects: int = 1


def clauses(context: Context) -> Iterator[Clause]:
    """Yield the clause of each active rule that has a bound in the plan year."""
    for i, rule in context.policy.screening.demolition.items():
        if rule.active and (_bound(rule, context.plan_year) != (None, None)):
            yield _clause(i, rule, context)


def _bound(rule: DemolitionRule, year: int) -> tuple[Fraction | None, Fraction | None]:
    low = rule.at_least.fraction(year) if rule.at_least is not None else None
    high = rule.at_most.fraction(year) if rule.at_most is not None else None
    return low, high


def _clause(i: str, rule: DemolitionRule, context: Context) -> Clause:
    path, measure, facts = f"screening.demolition.{i}", _MEASURES[rule.measure], context.facts
    low, high = _bound(rule, context.plan_year)
    asked = _asked(low, high)
    concerns = facts.matcher(rule.where)
    units: dict[str, _Value | None] = {}

    def of_unit(unit: str) -> _Value | None:
        if unit not in units:
            units[unit] = _sum(measure, context.units[unit], unit)
        return units[unit]

    def look(project: Project) -> ClauseResult | None:
        if not concerns(project):
            return None
        value = of_unit(project.unit) if rule.on_unit and project.unit else None
        value = value or _sum(measure, (project,))
        if value is None:
            return _blank(path, rule, measure, project, facts)
        if value.whole == 0:
            whole = facts.label(measure.whole)
            return result(path, "passed", f"{rule.label.zh}：{whole.zh}为 0，不适用", f"{rule.label.en}: {whole.en} is 0, does not apply")
        found = _found(rule, measure, value, asked)
        ratio = value.part / value.whole
        if (low is None or ratio >= low) and (high is None or ratio <= high):
            return result(path, "passed", found.zh, found.en)
        return lifted_result(path, project, i, rule, context.plan_year, found)

    return look


def _sum(measure: _Measure, projects: tuple[Project, ...], unit: str = "") -> _Value | None:
    """Return the sums over projects, None when one of them lacks a figure that is needed."""
    if any(getattr(p, column) is None for p in projects for column in measure.asked):
        return None
    part = sum((Fraction(getattr(p, measure.part)) for p in projects), Fraction(0))
    freed = sum((Fraction(getattr(p, column) or 0) for p in projects for column in measure.freed), Fraction(0))
    whole = sum((Fraction(getattr(p, measure.whole)) for p in projects), Fraction(0))
    return _Value(part - freed, whole, unit, len(projects))


def _blank(path: str, rule: DemolitionRule, measure: _Measure, project: Project, facts: Facts) -> ClauseResult:
    names = [facts.label(c) for c in measure.asked if getattr(project, c) is None]
    zh = f"{rule.label.zh}：未填{'、'.join(n.zh for n in names)}，由申报单位补报"
    en = f"{rule.label.en}: blank {', '.join(n.en for n in names)}, to be supplied by the applicant"
    return result(path, "unclear", zh, en)


def _asked(low: Fraction | None, high: Fraction | None) -> tuple[str, str]:
    zh = [f"不小于 {number_text(low)}"] if low is not None else []
    en = [f"at least {number_text(low)}"] if low is not None else []
    if high is not None:
        zh.append(f"不大于 {number_text(high)}")
        en.append(f"at most {number_text(high)}")
    return "要求" + "、".join(zh), "asked: " + ", ".join(en)


def _found(rule: DemolitionRule, measure: _Measure, value: _Value, asked: tuple[str, str]) -> Label:
    sums = f"{number_text(value.part)}/{number_text(value.whole)} {measure.unit}"
    ratio = number_text(value.part / value.whole).split(" ")[0]
    where = (f"更新单元 {value.unit} 合计（{value.projects} 个项目）", f"renewal unit {value.unit} ({value.projects} projects)") if value.unit else ("本项目", "this project")
    return Label(
        zh=f"{rule.label.zh}：{where[0]}{measure.name.zh} {ratio}（{sums}），{asked[0]}",
        en=f"{rule.label.en}: {where[1]}, {measure.name.en} {ratio} ({sums}), {asked[1]}",
    )
