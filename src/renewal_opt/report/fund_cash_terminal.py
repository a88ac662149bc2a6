"""The cash answer in the terminal, 80 columns and up; money in 万元."""

from __future__ import annotations

from fractions import Fraction
from typing import IO

from ..domain.fund_cash import CashAnswer, ProjectCash
from ..i18n import _
from .fund_cash_words import (
    assumptions,
    cover_of,
    cover_text,
    discount_text,
    interest_words,
    irr_text,
    line_name,
    lines_of,
    names_of,
    payer_name,
    rate_name,
    standing_words,
    transfer_words,
)
from .numbers import points, wan
from .terminal import SHOWN, Pages
from .view import synthetic_notice


def print_cash(answer: CashAnswer, stream: IO[str], width: int | None = None) -> None:
    """Print an answer's tables.

    Parameters
    ----------
    answer : CashAnswer
    stream : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages = Pages(stream, width)
    if answer.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(_("Cash over the years: {title}").format(title=answer.title.text()), "bold")
    _years(answer, pages)
    _channels(answer, pages)
    _service(answer, pages)
    pages.heading(_("Interest in building time, 10k yuan"))
    for words in interest_words(answer):
        pages.line(words)
    _cover(answer, pages)
    _projects(answer, pages)
    _areas(answer, pages)
    _help(answer, pages)
    pages.heading(_("What the numbers rest on"))
    for words in assumptions(answer):
        pages.line("· " + words)


def _years(answer: CashAnswer, pages: Pages) -> None:
    flow = answer.flow
    pages.heading(_("Whole plan by year, 10k yuan"))
    service = [i + p + f - n for i, p, f, n in zip(flow.interest, flow.principal, flow.fees, flow.in_investment, strict=True)]
    rows = [[str(y), *map(wan, five)] for y, *five in zip(answer.years, flow.outlay, service, flow.revenue, flow.net, flow.cumulative, strict=True)]
    rows.append([_("total"), *(wan(sum(s)) for s in (flow.outlay, service, flow.revenue, flow.net)), ""])
    pages.table([_("year"), _("outlay"), _("debt service"), _("revenue"), _("cash"), _("cumulative")], rows, range(1, 6), total=True)
    if any(flow.in_investment):
        pages.line(_("Debt service: interest, principal and fees less {amount} of building time that the investment holds.").format(amount=wan(sum(flow.in_investment))))
    pages.line(_("Cumulative cash: {words}").format(words=standing_words(answer.standing)))
    if any(flow.help_in):
        pages.line(_("With documented help: {words}").format(words=standing_words(answer.standing_helped)))
    worth = answer.worth
    if worth.revenue is not None and worth.outlay is not None and worth.debt_service is not None and worth.cash is not None:
        pages.line(_("Present values at {rate}: revenue {revenue}, outlay {outlay}, debt service {service}, cash {cash}").format(
            rate=discount_text(answer), revenue=wan(round(worth.revenue)), outlay=wan(round(worth.outlay)), service=wan(round(worth.debt_service)), cash=wan(round(worth.cash)),
        ))  # fmt: skip
    pages.line(_("Internal rate of the new starts' revenue, to its last year, against their outlay: {rate}").format(rate=irr_text(worth.irr)))


def _channels(answer: CashAnswer, pages: Pages) -> None:
    years = [k for k, v in enumerate(answer.flow.outlay) if v]
    shown = years[:4]
    pages.heading(_("Money by channel and year, 10k yuan"))
    rows = [[c.label.text(), *(wan(c.money[k]) for k in shown), wan(sum(c.money))] for c in answer.channels if any(c.money)]
    rows.append([_("total"), *(wan(answer.flow.outlay[k]) for k in shown), wan(sum(answer.flow.outlay))])
    pages.table([_("channel"), *(str(answer.years[k]) for k in shown), _("all years")], rows, range(1, len(shown) + 2), total=True)
    if len(years) > len(shown):
        pages.line(_("Years after {year} stand in the workbook.").format(year=answer.years[shown[-1]]))


def _service(answer: CashAnswer, pages: Pages) -> None:
    debts = [c for c in answer.channels if c.counts_as == "debt"]
    if not debts:
        return
    pages.heading(_("Debt by channel, 10k yuan"))
    rows = []
    for c in debts:
        last = max(y for y, i, p in zip(answer.years, c.interest, c.principal, strict=True) if i or p)
        rows.append([c.label.text(), wan(c.in_place), wan(sum(c.money)), wan(sum(c.interest)), wan(sum(c.principal)), str(last)])
    columns = ([c.in_place for c in debts], [sum(c.money) for c in debts], [sum(c.interest) for c in debts], [sum(c.principal) for c in debts])
    rows.append([_("total"), *(wan(sum(column)) for column in columns), ""])
    pages.table([_("channel"), _("in place"), _("debt drawn"), _("interest"), _("principal"), _("until")], rows, range(1, 6), total=True)


def _cover(answer: CashAnswer, pages: Pages) -> None:
    pages.heading(_("Cover of the whole plan"))
    rows = []
    for line, rate in lines_of(answer):
        c = cover_of(answer.covers, line, rate)
        if c is not None:
            name = line_name(line) + (_(", ") + rate_name(rate) if answer.issued else "")
            rows.append([name, wan(c.revenue), wan(c.principal + c.interest), cover_text(c), cover_text(c, helped=True)])
    if rows:
        pages.table([_("debt"), _("revenue"), _("principal and interest"), _("cover"), _("with help")], rows, range(1, 5))
    else:
        pages.line(_("The plan has no debt."))
    for floor in answer.floors:
        state = _("in force") if floor.active else _("switched off")
        pages.line(_("Floor {ratio} for {line}: {rule} ({state})").format(ratio=points(floor.ratio), line=line_name(floor.line), rule=floor.label.text(), state=state))


def _least(p: ProjectCash) -> Fraction:
    return min(Fraction(c.cover) for c in p.covers)


def _projects(answer: CashAnswer, pages: Pages) -> None:
    held = sorted((p for p in answer.projects if p.covers), key=lambda p: (_least(p), p.id))
    if not held:
        return
    pages.heading(_("Projects with debt, least cover first ({number})").format(number=len(held)))
    rows = []
    for p in held[:SHOWN]:
        covers = [cover_text(cover_of(p.covers, line), helped=helped) for line in ("bond", "debt") for helped in (False, True)]
        first = p.standing_helped.first_negative
        rows.append([f"{p.id} {p.name}", *covers, "–" if first is None else str(first), wan(p.standing_helped.lowest)])
    header = [_("project"), _("bonds"), _("+ help"), _("debt"), _("+ help"), _("below 0"), _("lowest")]
    pages.table(header, rows, range(1, 7))
    pages.more(SHOWN, len(held))
    negative = sum(p.standing_helped.first_negative is not None for p in answer.projects)
    pages.line(_("Projects whose cumulative cash falls below 0, help counted: {number} of {all}").format(number=negative, all=len(answer.projects)))


def _areas(answer: CashAnswer, pages: Pages) -> None:
    if not answer.areas:
        return
    names = names_of(answer)
    pages.heading(_("Fund balance of coordinated areas, 10k yuan"))
    rows = [
        [a.id, str(len(a.members)), wan(a.revenue + a.help_in - a.help_out), wan(a.debt_service), wan(a.debt_balance), wan(a.cost_balance)]
        for a in answer.areas[:SHOWN]
    ]
    pages.table([_("area"), _("projects"), _("revenue"), _("debt service"), _("less debt"), _("less cost")], rows, range(1, 6))
    pages.more(SHOWN, len(answer.areas))
    moved = [(a, t) for a in answer.areas for t in a.debt_transfers]
    for area, t in moved[:SHOWN]:
        words = _("{area}: {payer} pays {amount} to {payee} (against debt service)")
        pages.line(words.format(area=area.id, payer=payer_name(t, names), payee=names.get(t.payee, t.payee), amount=wan(t.yuan)))
    pages.more(SHOWN, len(moved))
    pages.line(transfer_words())


def _help(answer: CashAnswer, pages: Pages) -> None:
    if not answer.transfers:
        return
    names = names_of(answer)
    pages.heading(_("Documented help, 10k yuan"))
    rows = [[payer_name(t, names), names.get(t.payee, t.payee), wan(t.yuan)] for t in answer.transfers[:SHOWN]]
    pages.table([_("payer"), _("payee"), _("amount")], rows, (2,))
    pages.more(SHOWN, len(answer.transfers))
