"""Words for what is compared: intervals, changes of a question, causes of a move."""

from __future__ import annotations

import re
from fractions import Fraction

from ..analysis.compare.data import Against, Cause, Change, Interval, Move
from ..domain.plan import RowUse
from ..i18n import _
from .compare_view import Names
from .numbers import gap_text, measured, percent, points, rounded
from .view import REASON_KINDS, basis_name

#: decimals of an objective
PLACES = 2
#: rows named in one sentence
_ROWS = 3


def interval_words(interval: Interval | None, places: int = PLACES, *, signed: bool = True) -> str:
    """Return a difference of which only an interval is proven.

    A number is given only where the interval is narrower than the number's last digit, and a sign only where it is
    proven; else both ends are given, rounded outwards.

    Parameters
    ----------
    interval : Interval or None
    places : int
    signed : bool
        Whether what is more bears a plus; what is less bears its minus anyway.
    """
    plus = "+" if signed else ""
    if interval is None:
        return _("not comparable")
    if interval.low is None or interval.high is None:
        return _("not known")
    if interval.high - interval.low < Fraction(1, 10**places):
        middle = rounded((interval.low + interval.high) / 2, places)
        return f"{middle:{plus},.{places}f}" if interval.sign and middle else f"{abs(middle):,.{places}f}"
    unit = 10**places
    low = (interval.low * unit).numerator // (interval.low * unit).denominator
    high = -((-interval.high * unit).numerator // (interval.high * unit).denominator)
    low_text, high_text = (f"{rounded(Fraction(v, unit), places):{plus},.{places}f}" for v in (low, high))
    return _("between {low} and {high}").format(low=low_text, high=high_text)


def loss_words(least: float | None, most: float | None, places: int) -> str:
    """Return a loss of which only an interval is proven, given by its ends."""
    if least is None and most is None:
        return "–"
    return interval_words(Interval(None if least is None else Fraction(least), None if most is None else Fraction(most)), places, signed=False)


def sign_words(interval: Interval | None) -> str:
    """Return which optimum is higher, where that is proven."""
    if interval is None:
        return _("the objectives are measured in different units")
    return {
        1: _("the optimum is higher than the reference's"),
        -1: _("the optimum is lower than the reference's"),
        0: _("both optima are equal"),
        None: _("which optimum is higher is not proven"),
    }[interval.sign]


def difference_words(against: Against) -> str:
    """Return what is proven of the difference of two optima, in a sentence."""
    words = sign_words(against.difference)
    if against.difference is not None:
        words = _("{sign}: {interval}").format(sign=words, interval=interval_words(against.difference))
    if against.difference is not None and not against.yardstick:
        words += _("; projects are scored differently in the two plans, so that two yardsticks are compared")
    return words


def change_words(view: Names, change: Change) -> tuple[str, str, str]:
    """Return what changed, and the value before and after."""
    if change.kind == "weight":
        before, after = (percent(Fraction(t), 2) if t else "–" for t in (change.before, change.after))
        return _("weight of {criterion}").format(criterion=view.criterion(change.path)), before, after
    if change.kind == "bound" and change.row is not None:
        return _("bound of {row}").format(row=view.text(change.row.label)), bound_text(change.before, change.row.unit), bound_text(change.after, change.row.unit)
    if change.kind == "setting":
        return _setting(change)
    if change.kind == "file":
        return _("file {name}").format(name=change.path), change.before or "–", change.after or "–"
    named = value_name(view, change.path) if change.kind == "scenario" else change.path
    if change.years:
        both = [", ".join(f"{row[0]}: {_plain(row[at])}" for row in change.years) for at in (1, 2)]
        return named, both[0], both[1]
    return named, _plain(change.before), _plain(change.after)


def _plain(text: str) -> str:
    """Return a stated value; a number with separators of thousands."""
    bare = text.strip('"')
    if re.fullmatch(r"\[[^\[\]{}]*\]", bare):
        bare = _(", ").join(part.strip().strip("\"'") for part in bare[1:-1].split(",")) if bare[1:-1].strip() else ""
    return re.sub(r"^-?\d{4,}(?=\.\d+$|$)", lambda m: f"{int(m[0]):,d}", bare) or "–"


def _setting(change: Change) -> tuple[str, str, str]:
    names = {"basis": _("basis"), "plan_year": _("plan year"), "window": _("number of start years"), "gap": _("gap asked")}
    before, after = change.before, change.after
    if change.path == "basis":
        before, after = basis_name(before), basis_name(after)
    elif change.path == "gap":
        before, after = gap_text(float(before)), gap_text(float(after))
    return names[change.path], before, after


def value_name(view: Names, path: str) -> str:
    """Return a stated value by the name of its policy entry and the rest of its path; the path alone where it has no name."""
    if path in ("force.in", "force.out"):
        return _("projects forced in") if path == "force.in" else _("projects forced out")
    inner = path.removeprefix("policy.")
    name = view.rule(inner)
    if inner == path or name == inner:
        return inner
    rest = inner.removeprefix(view.entry_path(inner)).lstrip(".")
    rest = {"cap": _("cap"), "amount": _("amount"), "active": _("in force")}.get(rest, rest)
    return f"{name} ({rest})" if rest else name


def bound_text(text: str, unit: str) -> str:
    """Return a range as `question` writes it (``least..most``) in its unit."""
    least, _dots, most = text.partition("..")
    return " ".join(f"{sign} {measured(b, unit)}" for sign, b in (("≥", least), ("≤", most)) if b) or "–"


def cause_words(view: Names, move: Move) -> list[str]:
    """Return what stands behind a move, one phrase each; rows of which the same is said share one."""
    out: list[str] = []
    told: set[str] = set()
    for cause in move.causes:
        if cause.kind not in _SHARED:
            out.append(_cause(view, move, cause))
        elif cause.kind not in told:
            told.add(cause.kind)
            rows = [view.text(u.label) for c in move.causes if c.kind == cause.kind and (u := c.other or c.row) is not None]
            words = _(", ").join(rows[:_ROWS]) + (_(" and {n} more").format(n=len(rows) - _ROWS) if len(rows) > _ROWS else "")
            out.append(_SHARED[cause.kind]().format(rows=words))
    return out


_SHARED = {
    "tight": lambda: _("became tight: {rows}"),
    "loose": lambda: _("no longer tight: {rows}"),
    "same_row": lambda: _("tight in both plans: {rows}"),
}


def _cause(view: Names, move: Move, cause: Cause) -> str:
    if cause.kind == "forced_in":
        return _("forced in by the scenario")
    if cause.kind == "score":
        before, after = cause.before or Fraction(0), cause.after or Fraction(0)
        return _("score {before} → {after}").format(before=points(before), after=points(after))
    if cause.kind == "combination":
        return _("another combination of projects is worth more")
    if cause.kind in ("reason", "forced_out"):
        return _reason(view, move, cause)
    assert cause.row is not None
    assert cause.other is not None
    words = _("bound changed: {row} {before} → {after}")
    return words.format(row=view.text(cause.other.label), before=bounds_of(cause.row), after=bounds_of(cause.other))


def _reason(view: Names, move: Move, cause: Cause) -> str:
    if cause.reason is None:
        return _("a carry-over in the other plan, not a new start")
    kind, label = REASON_KINDS[cause.reason.kind](), view.text(cause.reason.label)
    words = kind if label.casefold() == kind.casefold() or cause.kind == "forced_out" else label
    return _("in the reference: {why}").format(why=words) if move.enters else _("in this plan: {why}").format(why=words)


def bounds_of(use: RowUse) -> str:
    """Return the bounds of a row in its unit."""
    return bound_text(f"{use.at_least or ''}..{use.at_most or ''}", use.unit)

