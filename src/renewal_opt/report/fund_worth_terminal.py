"""The worth of money in the terminal, 80 columns and up."""

from __future__ import annotations

from fractions import Fraction
from typing import IO

from ..domain.fund_worth import CapWorth, Curve, WorthAnswer
from ..i18n import _
from .fund_worth_words import (
    base_text,
    change_text,
    curve_claim,
    curve_name,
    definitions,
    less_text,
    mark,
    mode_text,
    moves_text,
    places_of,
    prices_text,
    set_name,
    step_name,
    verdict_text,
)
from .numbers import percent, wan
from .terminal import Pages
from .view import basis_name, synthetic_notice

#: caps and sets told of
_CAPS, _SETS, _CORNERS = 60, 12, 14


def print_worth(answer: WorthAnswer, file: IO[str], *, width: int | None = None) -> None:
    """Print an answer.

    Parameters
    ----------
    answer : WorthAnswer
    file : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages, places = Pages(file, width), places_of(answer)
    if answer.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(_("What another 100m yuan is worth: {title}").format(title=answer.title.text()), "bold")
    pages.line(_("The plan: {words} ({basis})").format(words=base_text(answer, places), basis=basis_name(answer.basis)))
    if not answer.plan_kept:
        pages.line(_("A solve on the way found a better plan than the one at hand; changes count from it."))
    for sentence in definitions(answer):
        pages.line(sentence)
    _caps(answer, pages, places)
    _sets(answer, pages, places)
    for curve in answer.curves:
        _curve(curve, pages, places)
    for note in answer.notes:
        pages.line(note.text())


def telling(cap: CapWorth) -> bool:
    """Return whether a cap is worth anything, or may be: whether it cannot bind is left out of short tables."""
    return any((cap.price.left or 0.0, cap.price.right or 0.0)) or any(c is not None and c.stopped not in ("loose", "kept") for c in (cap.more, cap.less))


def ordered(answer: WorthAnswer) -> list[CapWorth]:
    """Return the caps, by year and then by what one step more brings at least."""

    def key(cap: CapWorth) -> tuple[int, Fraction, float]:
        return (cap.year or 0, -Fraction(cap.more.low or 0), -(cap.price.right or 0.0))

    return sorted(answer.caps, key=key)


def _caps(answer: WorthAnswer, pages: Pages, places: int) -> None:
    told = [c for c in ordered(answer) if telling(c)]
    pages.heading(_("Caps one by one ({number}; {others} more cannot bind or are not used up)").format(number=len(told), others=len(answer.caps) - len(told)))
    header = [_("cap"), _("cap, 10k yuan"), _("used"), _("price, left | right"), step_name(answer, 1), step_name(answer, -1)]
    rows = [
        [c.label.text() + mark(c), wan(c.yuan), percent(Fraction(c.used, c.yuan), 0) if c.yuan else "–", prices_text(c, places), change_text(c.more, places), less_text(answer, c, places)]
        for c in told[:_CAPS]
    ]  # fmt: skip
    if rows:
        pages.table(header, rows, (1, 2))
    pages.more(_CAPS, len(told))
    moving = [(c, words) for c in told if c.more.low is not None and Fraction(c.more.low) > 0 and (words := moves_text(c.more))]
    if moving:
        pages.heading(_("Which projects one step more brings in (those of the plan found)"))
        for cap, words in moving[:_SETS]:
            pages.line(f"{cap.label.text()}: {words}")
        pages.more(_SETS, len(moving))


def _sets(answer: WorthAnswer, pages: Pages, places: int) -> None:
    if not answer.sets:
        return
    pages.heading(_("Caps together ({number} sets)").format(number=len(answer.sets)))
    for one in answer.sets[:_SETS]:
        notes = [mode_text(one)] + ([_("a bottleneck of the plan")] if one.bottleneck else []) + ([_("assumption")] if one.assumption else [])
        pages.line(f"{set_name(one)} ({_('; ').join(notes)}): {verdict_text(one, places)}")
    pages.more(_SETS, len(answer.sets))


def _curve(curve: Curve, pages: Pages, places: int) -> None:
    pages.heading(_("Score against money: {name}").format(name=curve_name(curve)))
    pages.line(curve_claim(curve))
    rows = []
    for p in curve.points:
        value = None if p.value is None else float(Fraction(p.value))
        bound = None if p.bound is None else float(Fraction(p.bound))
        told = _("no plan") if p.stopped == "infeasible" else "–" if value is None else f"{value:,.{places}f}"
        rows.append([wan(p.money), percent(Fraction(p.money, curve.base), 0) if curve.base else "–", wan(p.spent) if value is not None else "–", told, "–" if bound is None else f"{bound:,.{places}f}", str(p.starts)])
    header = [_("money, 10k yuan"), _("of today's"), _("spent, 10k yuan"), _("at least"), _("at most"), _("new starts")]
    if len(rows) > _CORNERS:
        rows = [rows[k * (len(rows) - 1) // (_CORNERS - 1)] for k in range(_CORNERS)]
    pages.table(header, rows, range(6))
