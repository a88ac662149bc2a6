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
    name, asked = facts.label(rule.column), _asked(rule, facts)
    kept: dict[Any, tuple[str, Label]] = {}
    results: dict[Any, ClauseResult] = {}

    def decide(value: Any) -> tuple[str, Label]:
        words = facts.words(rule.column, value)
        found = Label(
            zh=f"{rule.label.zh}：{name.zh} {words.zh}{'，' + asked.zh if asked.zh else ''}",
            en=f"{rule.label.en}: {name.en} {words.en}{', ' + asked.en if asked.en else ''}",
        )
        if blank(value):
            return "unclear", Label(zh=f"{found.zh}，由申报单位补报", en=f"{found.en}, to be supplied by the applicant")
        if any(str(v) in rule.unclear for v in (value if isinstance(value, tuple) else (value,))):
            return "unclear", found
        accepted = rule.accept is None or any(holds(value, test) for test in rule.accept)
        return ("passed" if accepted else "failed"), found

    def look(project: Project) -> ClauseResult | None:
        if not concerns(project):
            return None
        value = read(project)
        key = value if type(value) is str else (type(value), str(value))
        if key not in kept:
            kept[key] = decide(value)
        status, found = kept[key]
        if status == "failed":
            return lifted_result(path, project, i, rule, context.plan_year, found)
        if key not in results:
            papers = rule.papers and status == "unclear"
            results[key] = result(path, "unclear" if status == "unclear" else "passed", found.zh, found.en, papers=papers)
        return results[key]

    return look


def _asked(rule: Requirement, facts: Facts) -> Label:
    """Return what the requirement asks, in words; empty where any entry passes."""
    zh, en = [], []
    for test in rule.accept or ():
        comparison = parse_comparison(test)
        words = Label(zh="任意值", en="any entry") if test == "any" else facts.words(rule.column, comparison[1] if comparison else test)
        signs = _SIGNS[comparison[0]] if comparison else ("", "")
        unit = facts.unit(rule.column)
        zh.append(" ".join(filter(None, (signs[0], words.zh, unit))))
        en.append(" ".join(filter(None, (signs[1], words.en, unit))))
    return Label(zh="要求" + " 或 ".join(zh), en="asked: " + " or ".join(en)) if zh else Label(zh="", en="")
