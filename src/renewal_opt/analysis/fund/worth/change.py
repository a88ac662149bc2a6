"""What is proven of the change of the optimum when caps are moved: an interval from both plans and both bounds."""

from __future__ import annotations

from fractions import Fraction

from ....domain.fund_worth import Change, Stop
from .base import Base
from .lp_prices import LeverProgram
from .moved import Found

#: by how much the relaxation's optimum may be off for its floats
_FLOATS = Fraction(1, 10**7)


def relaxed_bound(program: LeverProgram, change: float | None) -> Fraction | None:
    """Return the relaxation's optimum after a change as a bound, with room for floats."""
    if program.optimum is None or change is None:
        return None
    value = Fraction(program.optimum + change)
    return value + _FLOATS * max(Fraction(1), abs(value))


def change_of(base: Base, by: int, found: Found | None, relaxed: Fraction | None, *, relaxes: bool, tightens: bool, kept: bool = False) -> Change:
    """Return all that is proven of a change: from both plans, both bounds, and which caps are the looser ones.

    Parameters
    ----------
    base : Base
    by : int
        元.
    found : Found or None
        The optimum after the move; None where it was not solved.
    relaxed : Fraction or None
        The relaxation's bound after the move.
    relaxes, tightens : bool
        Whether every plan of the caps as they stand is one after the move, and the other way round.
    kept : bool
        Whether the plan at hand is one after the move.
    """
    own = base.known.found
    assert own.value is not None
    if found is not None and found.infeasible:
        return Change(by=by, low=None, high=None, stopped="infeasible", why=found.why)
    value, bound = (None, None) if found is None else (found.value, found.bound)
    mine = found
    for plan in ([own] if relaxes else []) + ([base.first] if kept else []):
        if plan.value is not None and (value is None or value <= plan.value):
            value, mine = plan.value, plan
    bounds = [b for b in (bound, relaxed, own.bound if tightens else None) if b is not None]
    bound = min(bounds) if bounds else None
    if value is not None and bound is not None:
        bound = max(bound, value)
    low = None if value is None or own.bound is None else value - own.bound
    high = None if bound is None else bound - own.value
    if relaxes:
        low = max(low, Fraction(0)) if low is not None else Fraction(0)
    if tightens:
        high = min(high, Fraction(0)) if high is not None else Fraction(0)
    stopped: Stop = "kept" if kept else "not_solved" if found is None else found.stopped  # type: ignore[assignment]
    enter, leave, shifted = moves(own.starts, mine.starts) if mine is not None and value is not None else ((), (), ())
    return Change(
        by=by, low=None if low is None else str(low), high=None if high is None else str(high), stopped=stopped, enter=enter, leave=leave,
        shifted=shifted, why=found.why if found is not None else "",
    )  # fmt: skip


def moves(before: frozenset[tuple[str, int]], after: frozenset[tuple[str, int]]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return which projects enter, leave, and start in another year."""
    a, b = dict(before), dict(after)
    return tuple(sorted(b.keys() - a.keys())), tuple(sorted(a.keys() - b.keys())), tuple(sorted(k for k in a.keys() & b.keys() if a[k] != b[k]))
