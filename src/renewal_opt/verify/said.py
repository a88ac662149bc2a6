"""What the plan says in words and flags: title, reasons, sizes, other bases, which rows bind, which rest on assumptions.

Sentences (evidence, labels of rows, warnings) are not recomputed: they are made by parts that the verifier does not import.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from statistics import median_high, median_low
from typing import Any

from ..domain import Project
from ..domain.base import WAN, Entry
from ..domain.plan import Refused, Reserve, RowUse
from ..domain.walk import entries, is_active
from .case import Case
from .reading import Reading
from .rows import Row, Same, each, name
from .screening import verdict

_MONEY = ("channels", "caps", "ratios", "reserved", "debt_service", "fund_balance")
_RELATED = {"precedence": "precedence", "exclusive": "exclusivity", "corequisite": "corequisites"}


def sayings(case: Case) -> Iterator[Row | Same]:
    """Title, results of checks, sizes of what was chosen and refused, lists under other bases, reasons."""
    plan, scenario = case.plan, case.scenario
    yield Same("title", plan.title, scenario.title(case.policy.city.label))
    yield Same("checks", [c.family for c in plan.checks if not c.holds], [])
    groups = ("chosen", [k.project for k in case.new]), ("refused", _left(case))
    yield Same("statistics", [s.model_dump() for s in plan.statistics], [_size(case, g, projects) for g, projects in groups])
    for b in plan.bases:
        yield Same("bases", b.basis != scenario.basis and [x.basis for x in plan.bases].count(b.basis) == 1, True, at=b.basis)
        yield Row("bases.chosen", b.chosen, 0, len(case.candidates), at=b.basis)
        yield Row("bases.overlap", b.overlap, 0, min(b.chosen, len(case.new)), at=b.basis)
    tight, related = {"", *(u.rule for u in plan.use if u.binding)}, _related(case)
    out: tuple[Reserve | Refused, ...] = (*plan.reserve, *plan.refused)
    for e in out:
        p = case.projects.get(e.id)
        if p is not None and p.part != "carry_over":
            kinds, clauses = _why(case, p)
            said = [r for r in e.reasons if r.kind not in ("screening", "unclear")]
            named = sorted((r.kind, r.rule) for r in e.reasons if r not in said)
            yield Same("reasons.clauses", named, sorted(clauses), e.id)
            found = {r.kind for r in said} - ({"reserve_full"} if isinstance(e, Refused) else set())
            yield Same("reasons", bool(found) is bool(kinds) and found <= kinds, True, e.id)
            rules = {"ranked_out": tight, "rule": related.get(e.id, set())}
            yield Same("reasons.rule", [r.rule for r in said if r.rule not in rules.get(r.kind, {r.rule})], [], e.id)


def _left(case: Case) -> list[Project]:
    return [case.projects[i] for i in case.candidates if i not in case.by_id]


def _size(case: Case, group: str, projects: list[Project]) -> dict[str, Any]:
    """Number, median of the total investment (half up) and mean score of a group, zeros for an empty one."""
    sizes, scores = [p.total_investment for p in projects] or [0], [case.scores[p.id].total for p in projects]
    mean = sum(scores, Fraction(0)) / max(1, len(scores))
    return {"group": group, "number": len(projects), "median_investment": (median_low(sizes) + median_high(sizes) + 1) // 2, "mean_score": float(mean)}


def _why(case: Case, p: Project) -> tuple[set[str], list[tuple[str, str]]]:
    """Return the kinds of reason that a project out of the plan may have, and the clauses that must be among its reasons."""
    if p.part == "withdrawn":
        return {"withdrawn"}, []
    if p.id in case.candidates:
        return {"rule", "no_funding", "ranked_out"}, []
    status = verdict(case.screened[p.id])
    barred = [("screening" if s == "failed" else s, c) for c, (s, _papers) in case.screened[p.id].items() if s == status != "passed"]
    if p.id in case.scenario.force.out or p.part == "reserve":
        return {"forced_out" if p.id in case.scenario.force.out else "reserve_declared"}, barred
    return {"not_this_year"} if status == "passed" else set(), barred


def _related(case: Case) -> dict[str, set[str]]:
    """Return for each project the families of relations, and of areas, that may keep it out."""
    out = {p.id: {"coordination"} if p.coord_area else set[str]() for p in case.library.projects}
    for r in case.library.relations:
        for i in (r.project, r.other):
            if i in out:
                out[i].add(_RELATED[r.kind])
    return out


def flags(case: Case, used: list[tuple[str, Row]]) -> Iterator[Same]:
    """Whether each row of plan.use is tight and rests on an assumption; and the list of assumptions with those that bind.

    A row of money is tight when less than 0.01 万元 is left. A row over projects that is exactly reached is tight, one that
    has room for the largest refused candidate is not; between the two the flag is taken as it is.
    """
    policy, rows = case.reading.keep(_entries), {name(family, row): (family, row) for family, row in used}
    largest = {"yuan": max((p.total_investment for p in _left(case)), default=0), "count": 1}
    wanted = {path: (e.label, e.source.grounds) for path, e in policy.items() if e.source.assumed and is_active(e)}
    under, tight = dict[str, None](), set()
    for u in case.plan.use:
        if u.row in rows:
            family, row = rows[u.row]
            assumed = policy[row.rule].source.assumed or (row.year is not None and not _stated(family, policy[row.rule], row.year))
            yield Same(row.rule, u.assumption, assumed, at=f"{u.row}.assumption")
            yield Same(row.rule, u.binding, _tight(u, family, row, largest), at=f"{u.row}.binding")
            tight |= {row.rule} if assumed and u.binding else set()
            if assumed and row.use == "must" and not any(row.rule == p or row.rule.startswith(p + ".") for p in wanted):
                under[row.rule] = None
    found = {a.path: ((a.label, a.why) if a.path in wanted else None, a.binds) for a in case.plan.assumptions}
    binds = {p: any(r == p or r.startswith(p + ".") for r in tight) for p in (*wanted, *under)}
    yield Same("assumptions", len(case.plan.assumptions), len(binds), at="number")
    yield from each("assumptions", found, {p: (wanted.get(p), b) for p, b in binds.items()})


def _entries(r: Reading) -> dict[str, Entry]:
    return dict(entries(r.policy))


def _stated(family: str, entry: Entry, year: int) -> bool:
    """Return whether the amount of a row by year is stated for that year itself."""
    amount = getattr(entry, {"channels": "cap", "budget": "amount", "debt_service": "amount"}.get(family, ""), None)
    return amount is None or year in amount.years


def _tight(u: RowUse, family: str, row: Row, largest: dict[str, int]) -> bool:
    """Return what the flag `binding` has to be; itself where that is left open."""
    low, high = (None if x is None else x * row.base for x in (row.at_least, row.at_most))
    asked = low if family in _MONEY else row.at_least  # a share of nothing may still bind: any other project breaks it
    rooms = ([] if high is None else [high - row.value]) + ([row.value - low] if low is not None and asked is not None and asked > 0 else [])
    room = min(rooms, default=None)
    if family in _MONEY:
        tight = room is not None and room < WAN // 100
        return u.binding and tight if row.value == 0 else tight  # nothing of nothing: whether anyone may use it is open
    if room is not None and room <= 0 < row.value:
        return True
    loose = room is None or (row.base == 1 and room >= largest.get(row.unit, room + 1))
    return u.binding and not loose
