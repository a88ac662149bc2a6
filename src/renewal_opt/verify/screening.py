"""Screening, recomputed: negative list, health check, requirements, stages, demolition; and the plan's list of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from ..domain import Project
from ..domain.screening import DemolitionRule, NegativeItem, Requirement
from .case import Case, Clauses
from .reading import Reading, blank, dated, passes, test
from .rows import Same, each, listed_once

_AREAS = {  # measure: part, what it is freed of, whole
    "demolished_share": ("gfa_demolished", ("gfa_illegal", "gfa_dangerous"), "gfa_existing"),
    "built_ratio": ("gfa_new", ("gfa_public",), "gfa_demolished"),
    "rehoused_share": ("rehoused_near", (), "moved"),
}


def check(case: Case) -> Iterator[Same]:
    """Every project is listed once, with the status and clauses that its row in the library gives."""
    yield from listed_once("screening", (s.id for s in case.plan.screening), case.projects)
    for s in case.plan.screening:
        if s.id in case.projects:
            clauses = case.screened[s.id]
            yield Same("screening.status", s.status, verdict(clauses), s.id)
            yield Same("screening.applied", s.applied, case.projects[s.id].part != "carry_over", s.id)
            yield Same("screening.clauses", len(s.clauses), len(clauses), s.id)
            found = {c.clause: (c.status, c.papers) for c in s.clauses}
            yield from each("screening.clauses", found, clauses, s.id)


def verdict(clauses: Clauses) -> str:
    """Return the status of a project: failed before unclear before passed; waived counts as passed."""
    found = {status for status, _papers in clauses.values()}
    return next((s for s in ("failed", "unclear") if s in found), "passed")


def results(r: Reading) -> dict[str, Clauses]:
    """Return for every project each clause with its status and whether only a paper is missing."""
    units: dict[str | None, list[Project]] = defaultdict(list)
    for p in r.library.projects:
        units[p.unit].append(p)
    return {p.id: {clause: (status, papers) for clause, status, papers in _clauses(r, p, units[p.unit])} for p in r.library.projects}


def _clauses(r: Reading, p: Project, unit: list[Project]) -> Iterator[tuple[str, str, bool]]:
    s = r.policy.screening
    for i, item in s.negative_list.items():
        answer = p.neg.get(i)
        status = _lifted(r, p, i, item) if answer == "involved" else "passed" if answer == "none" else "unclear"
        yield f"screening.negative_list.{i}", status, False
    if s.health_check and s.health_check.active:
        year, recent = p.check_year, range(r.t0 - s.health_check.within_years, r.t0 + 1)
        papers = year in recent and s.health_check.report_required and blank(p.check_report)
        status = "unclear" if year is None or papers else "passed" if year in recent else "failed"
        yield "screening.health_check", status, papers
    for i, rule in s.requirements.items():
        if rule.active and r.match(rule.where, p):
            yield f"screening.requirements.{i}", *_required(r, p, i, rule)
    rules = s.stages.needed if s.stages else ()
    first = next((rule for rule in rules if r.match(rule.where, p)), None)
    if s.stages and first:
        order, skipped = list(s.stages.order), s.stages.skip.get(p.mode or "", ())
        needed = [k for k in range(order.index(first.stage) + 1) if order[k] not in skipped]
        reached = not needed or (p.stage in order and order.index(p.stage) >= needed[-1])
        yield "screening.stages", "unclear" if needed and not p.stage else "passed" if reached else "failed", False
    for i, demolition in s.demolition.items():
        low, high = dated(demolition.at_least, r.t0), dated(demolition.at_most, r.t0)
        if demolition.active and (low, high) != (None, None) and r.match(demolition.where, p):
            value = _demolished(demolition, [p], unit if p.unit else [])
            inside = isinstance(value, Fraction) and (low is None or value >= low) and (high is None or value <= high)
            status = value if isinstance(value, str) else "passed" if inside else _lifted(r, p, i, demolition)
            yield f"screening.demolition.{i}", status, False


def _lifted(r: Reading, p: Project, i: str, rule: NegativeItem | Requirement | DemolitionRule) -> str:
    """Return "waived" where the project's waiver lifts clause `i`, else "failed"."""
    w = p.waiver
    if w is None or not rule.waivable or i not in w.items or blank(w.authority) or blank(w.number):
        return "failed"
    late = w.date is not None and w.date > dt.date(r.t0, 12, 31)
    ended = w.expiry is not None and w.expiry < dt.date(r.t0, 1, 1)
    item = rule if isinstance(rule, NegativeItem) else None
    lacks = item is not None and ((item.needs_opinion and blank(w.opinion)) or (item.names_rule and blank(w.rule)))
    return "failed" if late or ended or lacks else "waived"


def _required(r: Reading, p: Project, i: str, rule: Requirement) -> tuple[str, bool]:
    value = r.fact(p, rule.column)
    if blank(value) or passes(value, [lambda v: str(v) in rule.unclear]):
        return "unclear", rule.papers
    accepted = rule.accept is None or passes(value, [test(a) for a in rule.accept])
    return ("passed" if accepted else _lifted(r, p, i, rule)), False


def _demolished(rule: DemolitionRule, own: list[Project], unit: list[Project]) -> Fraction | str:
    """Return the measure on the unit where all is known there, else on the project; or the status that needs no number."""
    part, freed, whole = _AREAS[rule.measure]
    known = bool(unit) and rule.on_unit and all(getattr(q, c) is not None for q in unit for c in (part, whole))
    rows = unit if known else own
    if any(getattr(q, c) is None for q in rows for c in (part, whole)):
        return "unclear"

    def total(column: str) -> Fraction:
        return sum((Fraction(getattr(q, column) or 0) for q in rows), Fraction(0))

    left = total(part) - sum(total(c) for c in freed)
    return left / total(whole) if total(whole) else "passed"
