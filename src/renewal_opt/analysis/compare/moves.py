"""Which projects enter and leave between two plans, and what stands behind each.

A plan says for every project that does not start why: a clause, a relation, or the rows that held it back. This is set
against the other plan: whether that clause or relation is there too, whether the bound of such a row changed or the row
became tight, and whether the project's score changed. It is what the plans say, not a proof of a single cause.
"""

from __future__ import annotations

from fractions import Fraction

from ...domain.plan import Plan, Reason, Refused, Reserve, RowUse
from .data import Cause, Move, Named
from .question import FLOATING


class _Side:
    """One plan, looked up by project."""

    def __init__(self, named: Named) -> None:
        plan: Plan = named.plan
        self.chosen = {c.id: c for c in plan.chosen}
        out: tuple[Reserve | Refused, ...] = (*plan.reserve, *plan.refused)
        self.out = {e.id: e for e in out}
        self.scores = {s.id: Fraction(s.total) for s in plan.scores}
        self.rows = {u.row: u for u in plan.use}
        self.tight = [u for u in plan.use if u.binding]
        self.names = {c.id: c.name for c in plan.chosen} | {e.id: e.name for e in out}

    def reasons(self, project: str) -> tuple[Reason, ...]:
        found = self.out.get(project)
        return () if found is None else found.reasons

    def held_back_by(self, reason: Reason) -> list[RowUse]:
        """Return the tight rows that a reason names."""
        return [u for u in self.tight if u.label.zh in reason.label.zh and (u.rule == reason.rule or len(u.label.zh) > 3)]


def moves(reference: Named, other: Named) -> tuple[Move, ...]:
    """Return the projects that start in one of two plans alone, those that leave first, in the order of the scores' table."""
    before, after = _Side(reference), _Side(other)
    old, new = reference.starts, other.starts
    order = {i: n for n, i in enumerate(dict.fromkeys([*before.scores, *after.scores, *old, *new]))}
    out: list[Move] = []
    for enters, here, there in ((False, old, new), (True, new, old)):
        for project in sorted(here.keys() - there.keys(), key=order.__getitem__):
            causes = _causes(project, enters, before, after)
            name = (after if enters else before).names[project]
            out.append(Move(project, name, enters, here[project], before.scores.get(project), after.scores.get(project), tuple(causes)))
    return tuple(out)


def _causes(project: str, enters: bool, before: _Side, after: _Side) -> list[Cause]:
    without, inside = (before, after) if enters else (after, before)
    out: list[Cause] = []
    if inside.chosen[project].forced:
        out.append(Cause("forced_in"))
    rows: list[Cause] = []
    for reason in without.reasons(project):
        if reason.kind == "forced_out":
            out.append(Cause("forced_out", reason=reason))
        elif reason.kind == "ranked_out":
            rows += [_of_row(u.row, enters, before, after) for u in without.held_back_by(reason)]
        elif reason.kind != "reserve_full":
            out.append(Cause("reason", reason=reason))
    if project in without.chosen:  # a carry-over of the other plan, or started in another year: no reason is told
        out.append(Cause("reason"))
    order = ("bound", "tight", "loose", "same_row")
    out += sorted(rows, key=lambda c: order.index(c.kind))
    scores = before.scores.get(project), after.scores.get(project)
    if None not in scores and scores[0] != scores[1]:
        out.append(Cause("score", before=scores[0], after=scores[1]))
    return out or [Cause("combination")]


def _of_row(name: str, enters: bool, before: _Side, after: _Side) -> Cause:
    """Return what became of a row that holds a project back in the plan without it."""
    old, new = before.rows.get(name), after.rows.get(name)
    if old is not None and new is not None and old.family not in FLOATING and (old.at_least, old.at_most) != (new.at_least, new.at_most):
        return Cause("bound", old, new)
    was, now = old is not None and old.binding, new is not None and new.binding
    if enters and was and not now:
        return Cause("loose", old, new)
    if not enters and now and not was:
        return Cause("tight", old, new)
    return Cause("same_row", old, new)
