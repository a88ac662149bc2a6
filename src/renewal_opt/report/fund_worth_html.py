"""The worth of money as one HTML page: bars by channel and year, the two curves with their band; it works without a network."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.fund_worth import CapWorth, WorthAnswer
from ..domain.library import Library
from ..i18n import _
from .fund_page import fund_frame
from .fund_worth_charts import charts, years_of
from .fund_worth_terminal import ordered, telling
from .fund_worth_words import (
    base_text,
    basis_text,
    change_text,
    curve_claim,
    curve_name,
    definitions,
    less_text,
    mark,
    mode_text,
    moves_text,
    places_of,
    price_text,
    set_name,
    state_text,
    step_name,
    verdict_text,
)
from .numbers import percent, wan
from .page import chart, fold, table, tag
from .view import basis_name, rounding_note, synthetic_notice


def write_worth_page(answer: WorthAnswer, library: Library | None, path: str | Path) -> None:
    """Write an answer as one page to a temporary name (`io.atomic`)."""
    Path(path).write_text(worth_page(answer, library), encoding="utf-8", newline="\n")


def worth_page(answer: WorthAnswer, library: Library | None) -> str:
    """Return the page."""
    drawn, places = charts(answer), places_of(answer)
    names = {p.id: p.name for p in library.projects} if library is not None else {}
    title = _("What another 100m yuan is worth: {title}").format(title=answer.title.text())
    body = [*_head(answer, title, places), *_caps(answer, names, places, drawn), *_sets(answer, names, places), *_curves(answer, places, drawn), *_notes(answer)]
    return fund_frame(title, "\n".join(body), drawn)


def _head(answer: WorthAnswer, title: str, places: int) -> list[str]:
    out = [tag("p", synthetic_notice(), "notice")] if answer.synthetic else []
    words = _("The plan: {words} ({basis})").format(words=base_text(answer, places), basis=basis_name(answer.basis))
    out += [tag("h1", title), tag("p", words)]
    if not answer.plan_kept:
        out.append(tag("p", _("A solve on the way found a better plan than the one at hand; changes count from it."), "warn"))
    return out + [tag("p", sentence, "warn" if sentence.startswith("*") else "") for sentence in definitions(answer)]


def _row(answer: WorthAnswer, cap: CapWorth, names: dict[str, str], places: int) -> list[str]:
    use = percent(Fraction(cap.used, cap.yuan), 0) if cap.yuan else "–"
    less = state_text(cap.less)
    states = state_text(cap.more) + (f"\n{less}" if less and less != state_text(cap.more) else "")
    return [
        cap.label.text() + mark(cap), wan(cap.yuan), use, price_text(cap.price.left, places), price_text(cap.price.right, places),
        change_text(cap.more, places), less_text(answer, cap, places), states, basis_text(cap), moves_text(cap.more, names),
    ]  # fmt: skip


def _caps(answer: WorthAnswer, names: dict[str, str], places: int, drawn: dict[str, str]) -> list[str]:
    header = [
        _("cap"), _("cap, 10k yuan"), _("used"), _("price, left"), _("price, right"), step_name(answer, 1), step_name(answer, -1), _("how far solved"), _("rests on"),
        _("projects of the plan found with one step more"),
    ]  # fmt: skip
    out = [tag("h2", _("Caps one by one"))]
    for year in years_of(answer):
        mine = [c for c in ordered(answer) if c.year == year and telling(c)]
        out.append(tag("h3", str(year) if year is not None else _("several years together")))
        out += chart(f"caps-{year or 'all'}", drawn)
        out += fold(_("Numbers ({n})").format(n=len(mine)), [table(header, [_row(answer, c, names, places) for c in mine], (1, 2, 3, 4))])
    rest = [c for c in ordered(answer) if not telling(c)]
    if rest:
        rows = [_row(answer, c, names, places) for c in rest]
        out += fold(_("Caps that cannot bind, or leave the plan as it is ({n})").format(n=len(rest)), [table(header, rows, (1, 2, 3, 4))])
    if any(c is not None and c.stopped == "not_solved" for cap in answer.caps for c in (cap.more, cap.less)):
        out.insert(1, tag("p", _("Moves that were not solved stand in the tables with their bounds alone, not in the charts."), "soft"))
    return [*out, tag("p", rounding_note(), "soft")]


def _sets(answer: WorthAnswer, names: dict[str, str], places: int) -> list[str]:
    if not answer.sets:
        return []
    rows = [
        [
            set_name(s) + (" *" if s.assumption else ""), mode_text(s) + ("\n" + _("a bottleneck of the plan") if s.bottleneck else ""), price_text(s.slope, places),
            verdict_text(s, places), moves_text(s.more, names, 4),
        ]
        for s in answer.sets
    ]  # fmt: skip
    header = [_("caps"), _("how"), _("price"), _("proven of one step"), _("projects of the plan found")]
    return [tag("h2", _("Caps together ({number} sets)").format(number=len(answer.sets))), table(header, rows, (2,))]


def _curves(answer: WorthAnswer, places: int, drawn: dict[str, str]) -> list[str]:
    if not answer.curves:
        return []
    out = [tag("h2", _("Score against money"))]
    words = _("From the lower curve plans are known; no plan lies above the upper one. The band between them is not settled.")
    out.append(tag("p", words, "soft"))
    for axis in dict.fromkeys(c.axis for c in answer.curves):
        out += chart(f"curves-{axis}", drawn)
    header = [_("money, 10k yuan"), _("of today's"), _("spent, 10k yuan"), _("at least"), _("at most"), _("new starts")]
    for curve in answer.curves:
        rows = []
        for p in curve.points:
            value, bound = (None if v is None else float(Fraction(v)) for v in (p.value, p.bound))
            told = _("no plan") if p.stopped == "infeasible" else "–" if value is None else f"{value:,.{places}f}"
            share = percent(Fraction(p.money, curve.base), 1) if curve.base else "–"
            rows.append([wan(p.money), share, wan(p.spent) if value is not None else "–", told, "–" if bound is None else f"{bound:,.{places}f}", str(p.starts)])
        out.append(tag("p", f"{curve_name(curve)}: {curve_claim(curve)}"))
        out += fold(_("Solves: {name} ({n})").format(name=curve_name(curve), n=len(rows)), [table(header, rows, range(6))])
    return out


def _notes(answer: WorthAnswer) -> list[str]:
    return [tag("p", n.text(), "soft") for n in answer.notes]
