"""A comparison as one JSON document: exact numbers as text, words in the language in force."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..analysis.compare.data import Against, Cause, Interval, Move
from .compare_view import CompareView
from .compare_words import cause_words, change_words, difference_words


def document(view: CompareView) -> dict[str, Any]:
    """Return a comparison as JSON-able data."""
    return {
        "synthetic": view.synthetic,
        "city": view.text(view.plans[0].plan.city),
        "warnings": [view.text(w) for w in view.data.warnings],
        "plans": [_plan(view, at) for at in range(len(view.plans))],
        "against": [_against(view, a) for a in view.data.against],
        "frequency": [
            {"id": f.id, "name": f.name, "investment": f.investment, "times": f.times, "known": f.known, "kind": f.kind, "states": list(f.states)}
            for f in view.data.frequency
        ],
        "missing": [{"name": m.name, "status": m.status, "why": m.why} for m in view.data.missing],
    }


def _plan(view: CompareView, at: int) -> dict[str, Any]:
    named = view.plans[at]
    o = named.plan.objective
    sides: dict[str, int] = {}
    for channel, yuan in view.money[at].items():
        sides[view.side(channel)] = sides.get(view.side(channel), 0) + yuan
    return {
        "name": named.name, "file": str(named.path), "reference": at == 0, "scenario": named.plan.scenario,
        "objective": o.value, "basis": o.basis, "optimum": interval(named.optimum), "gap": o.gap, "stopped": o.stopped,
        "new_starts": list(named.starts), "carry_overs": [c.id for c in named.plan.chosen if c.part == "carry_over"],
        "investment": sum(c.investment for c in named.plan.chosen),
        "money": view.money[at], "money_this_year": view.money_now[at], "money_by_side": sides,
        "criteria": dict(named.plan.criterion_totals),
    }  # fmt: skip


def interval(value: Interval | None) -> dict[str, Any] | None:
    """Return an interval with its ends as exact text; null where there is no end, or no interval."""
    if value is None:
        return None
    return {"low": None if value.low is None else str(value.low), "high": None if value.high is None else str(value.high), "sign": value.sign}


def _against(view: CompareView, against: Against) -> dict[str, Any]:
    return {
        "plan": against.plan.name,
        "difference": interval(against.difference),
        "words": difference_words(against),
        "same_yardstick": against.yardstick,
        "changes": [
            {"kind": c.kind, "path": c.path, "before": c.before, "after": c.after, "years": [list(y) for y in c.years]}
            | dict(zip(("words", "words_before", "words_after"), change_words(view.view, c), strict=True))
            for c in against.changes
        ],
        "moves": [_move(view, m) for m in against.moves],
    }


def _move(view: CompareView, move: Move) -> dict[str, Any]:
    return {
        "id": move.id, "name": move.name, "enters": move.enters, "investment": move.investment,
        "score_before": _exact(move.score_before), "score_after": _exact(move.score_after),
        "causes": [_cause(c) for c in move.causes], "words": cause_words(view.view, move),
    }  # fmt: skip


def _cause(cause: Cause) -> dict[str, Any]:
    row = cause.other or cause.row
    out: dict[str, Any] = {"kind": cause.kind}
    if row is not None:
        out |= {"row": row.row, "rule": row.rule}
    if cause.reason is not None:
        out |= {"reason": cause.reason.kind, "rule": cause.reason.rule}
    return out


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
