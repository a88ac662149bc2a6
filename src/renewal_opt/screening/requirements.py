"""Conditions on single columns (scope, documents, consent): a blank is unclear, never a no (domain.md 1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..domain import Project
from ..domain.base import Label
from ..domain.filters import holds, parse_comparison
from ..domain.plan import ClauseResult
from ..domain.screening import Requirement
from .clause import Clause, Context, result
from .facts import Facts, blank
from .waivers import lifted_result

_SIGNS = {">=": ("不低于", "at least"), "<=": ("不高于", "at most"), ">": ("高于", "above"), "<": ("低于", "below"), "!=": ("不为", "not")}


def clauses(context: Context) -> Iterator[Clause]:
    """Yield the clause of each active requirement."""
    for i, rule in context.policy.screening.requirements.items():
        if rule.active:
            yield _clause(i, rule, context)


def _clause(i: str, rule: Requirement, context: Context) -> Clause:
    path, facts = f"screening.requirements.{i}", context.facts
    read, concerns = facts.reader(rule.column), facts.matcher(rule.where)
    name, asked, words = facts.label(rule.column), _asked(rule, facts), facts.worder(rule.column)
    before = (f"{rule.label.zh}：{name.zh} ", f"{rule.label.en}: {name.en} ")
    kept: dict[Any, Label | ClauseResult] = {}

    def decide(value: Any) -> Label | ClauseResult:
        zh, en = words(value)
        zh, en = f"{before[0]}{zh}{asked[0]}", f"{before[1]}{en}{asked[1]}"
        if blank(value):
            return result(path, "unclear", f"{zh}，由申报单位补报", f"{en}, to be supplied by the applicant", papers=rule.papers)
        if any(str(v) in rule.unclear for v in (value if isinstance(value, tuple) else (value,))):
            return result(path, "unclear", zh, en, papers=rule.papers)
        if rule.accept is None or any(holds(value, test) for test in rule.accept):
            return result(path, "passed", zh, en)
        return Label(zh=zh, en=en)

    def look(project: Project) -> ClauseResult | None:
        if not concerns(project):
            return None
        value = read(project)
        key = value if type(value) is str else (type(value), str(value))
        if key not in kept:
            kept[key] = decide(value)
        found = kept[key]
        return lifted_result(path, project, i, rule, context.plan_year, found) if isinstance(found, Label) else found

    return look


def _asked(rule: Requirement, facts: Facts) -> tuple[str, str]:
    """Return what the requirement asks, in words; empty where any entry passes."""
    zh, en = [], []
    words, unit = facts.worder(rule.column), facts.unit(rule.column)
    for test in rule.accept or ():
        comparison = parse_comparison(test)
        value = ("任意值", "any entry") if test == "any" else words(comparison[1] if comparison else test)
        signs = _SIGNS[comparison[0]] if comparison else ("", "")
        zh.append(" ".join(filter(None, (signs[0], value[0], unit))))
        en.append(" ".join(filter(None, (signs[1], value[1], unit))))
    return (f"，要求：{' 或 '.join(zh)}", f", asked: {' or '.join(en)}") if zh else ("", "")
