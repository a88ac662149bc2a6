"""The cash answer as one HTML page: plots by an embedded plotly, tables, nothing that asks the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..domain.fund_cash import CashAnswer, Transfer
from ..i18n import _
from .fund_cash_charts import EDGE, MOST, charts, lowest
from .fund_cash_words import (
    assumptions,
    below,
    cost_note,
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
from .fund_page import fund_frame
from .numbers import points, wan
from .page import chart, fold, table, tag
from .view import rounding_note, synthetic_notice


def write_cash_page(answer: CashAnswer, path: str | Path) -> None:
    """Write an answer as one page.

    Parameters
    ----------
    answer : CashAnswer
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    Path(path).write_text(cash_page(answer), encoding="utf-8", newline="\n")


def cash_page(answer: CashAnswer) -> str:
    """Return the page."""
    drawn = charts(answer)
    title = _("Cash over the years: {title}").format(title=answer.title.text())
    body = "\n".join([*_head(answer, title), *_flows(answer, drawn), *_cover(answer, drawn), *_areas(answer), *_help(answer), *_notes(answer)])
    return fund_frame(title, body, drawn)


def _head(answer: CashAnswer, title: str) -> list[str]:
    out = [tag("p", synthetic_notice(), "notice")] if answer.synthetic else []
    out += [tag("h1", title), tag("p", _("scenario {name}, plan year {year}, up to {last}; money in 10k yuan").format(name=answer.scenario, year=answer.plan_year, last=answer.years[-1]), "soft")]
    out.append(tag("p", _("Cumulative cash: {words}").format(words=standing_words(answer.standing)), "warn" if answer.standing.first_negative is not None else ""))
    if any(answer.flow.help_in):
        out.append(tag("p", _("With documented help: {words}").format(words=standing_words(answer.standing_helped))))
    out += [tag("p", words) for words in interest_words(answer)]
    worth = answer.worth
    if worth.revenue is not None and worth.outlay is not None and worth.debt_service is not None and worth.cash is not None:
        out.append(tag("p", _("Present values at {rate}: revenue {revenue}, outlay {outlay}, debt service {service}, cash {cash}").format(
            rate=discount_text(answer), revenue=wan(round(worth.revenue)), outlay=wan(round(worth.outlay)), service=wan(round(worth.debt_service)), cash=wan(round(worth.cash)),
        )))  # fmt: skip
    return [*out, tag("p", _("Internal rate of the new starts' revenue, to its last year, against their outlay: {rate}").format(rate=irr_text(worth.irr)))]


def _flows(answer: CashAnswer, drawn: dict[str, str]) -> list[str]:
    flow = answer.flow
    header = [_("year"), _("outlay"), _("debt drawn"), _("interest in building time by the formula"), _("issue fees"), _("interest due"), _("principal due"), _("held by the investment"), _("revenue"), _("help received"), _("help paid"), _("cash after debt service"), _("cumulative cash"), _("cumulative cash with help")]
    series = (flow.outlay, flow.drawn, flow.building_interest, flow.fees, flow.interest, flow.principal, flow.in_investment, flow.revenue, flow.help_in, flow.help_out, flow.net, flow.cumulative, flow.cumulative_helped)
    rows = [[str(y), *(wan(s[k]) for s in series)] for k, y in enumerate(answer.years)]
    rows.append([_("total"), *(wan(sum(s)) for s in series[:-2]), "", ""])
    channels = [_block(answer, title, attribute) for title, attribute in ((_("Money by channel"), "money"), (_("Interest due by channel"), "interest"), (_("Principal due by channel"), "principal"))]
    return [
        tag("h2", _("Sources and uses by year (10k yuan)")), *chart("years", drawn), *fold(_("Table by year"), [table(header, rows, range(len(header)), total=True)]),
        *(part for block in channels for part in block),
        tag("h2", _("From revenue to cash after debt service (10k yuan)")), *chart("waterfall", drawn), tag("h2", _("Cumulative cash (10k yuan)")), *chart("cumulative", drawn),
        tag("p", _("Areas (with help) are shown by a click on their names."), "soft") if answer.areas else "",
    ]  # fmt: skip


def _block(answer: CashAnswer, title: str, attribute: str) -> list[str]:
    found = [(c.label.text(), getattr(c, attribute)) for c in answer.channels if any(getattr(c, attribute))]
    if not found:
        return []
    years = [k for k in range(len(answer.years)) if any(s[k] for _n, s in found)]
    if len(years) <= max(len(found), 8):
        rows = [[name, *(wan(s[k]) for k in years), wan(sum(s))] for name, s in found]
        rows.append([_("total"), *(wan(sum(s[k] for _n, s in found)) for k in years), wan(sum(sum(s) for _n, s in found))])
        return fold(title, [table([_("channel"), *(str(answer.years[k]) for k in years), _("total")], rows, range(1, len(years) + 2), total=True)])
    rows = [[str(answer.years[k]), *(wan(s[k]) for _n, s in found), wan(sum(s[k] for _n, s in found))] for k in years]  # many years: downwards
    rows.append([_("total"), *(wan(sum(s)) for _n, s in found), wan(sum(sum(s) for _n, s in found))])
    return fold(title, [table([_("year"), *(name for name, _s in found), _("total")], rows, range(len(found) + 2), total=True)])


def _cover(answer: CashAnswer, drawn: dict[str, str]) -> list[str]:
    if not answer.covers:
        return [tag("h2", _("Cover")), tag("p", _("The plan has no debt."))]
    lines = lines_of(answer)
    names = [line_name(line) + (_(", ") + rate_name(rate) if answer.issued else "") for line, rate in lines]
    header = [_("of"), *(n + ending for n in names for ending in ("", _(", with help"))), _("below 0 first"), _("lowest cash"), _("internal rate")]

    def row(name: str, one: object) -> list[str]:
        covers, standing, worth = one.covers, one.standing_helped, one.worth  # type: ignore[attr-defined]
        cells = []
        for line, rate in lines:
            c = cover_of(covers, line, rate)
            cells += [cover_text(c, helped=h) + (" ▼" if below(c, helped=h) else "") for h in (False, True)]
        first = standing.first_negative
        return [name, *cells, "–" if first is None else str(first), wan(standing.lowest), irr_text(worth.irr)]

    known, found = names_of(answer), lowest(answer)
    rows = [row(_("whole plan"), answer), *(row(a.id, a) for a in answer.areas), *(row(known[p.id], p) for p in found)]
    floors = [f"{f.label.text()}: {line_name(f.line)} ≥ {points(f.ratio)} ({_('in force') if f.active else _('switched off')})" for f in answer.floors]
    more = _("The {number} projects with the least cover of {all}; bars end at {edge}, the numbers do not.").format(number=min(MOST, len(found)), all=len(found), edge=f"{EDGE:g}")
    return [
        tag("h2", _("Cover by project")), *(tag("p", f, "soft") for f in floors), tag("p", more, "soft"), *(part for name in drawn if name.startswith("cover") for part in chart(name, drawn)),
        *fold(_("Cover of the plan, areas and projects (▼: below a floor in force)"), [table(header, rows, range(1, len(header)))]),
    ]  # fmt: skip


def _areas(answer: CashAnswer) -> list[str]:
    if not answer.areas:
        return []
    names = names_of(answer)
    header = [_("area"), _("number of projects"), _("revenue"), _("help received"), _("help paid"), _("debt service"), _("balance against debt"), _("grants"), _("investment"), _("interest and fees beside it"), _("balance against cost")]
    rows = [[a.id, str(len(a.members)), *map(wan, (a.revenue, a.help_in, a.help_out, a.debt_service, a.debt_balance, a.grants, a.investment, a.financing, a.cost_balance))] for a in answer.areas]
    out = [tag("h2", _("Fund balance of coordinated areas (10k yuan)")), table(header, rows, range(1, len(header))), tag("p", cost_note(answer), "soft"), tag("p", transfer_words(), "soft")]
    for a in answer.areas:
        members = [[names.get(m.id, m.id), wan(m.debt), wan(m.cost)] for m in a.members]
        members.append([_("total"), wan(a.debt_balance), wan(a.cost_balance)])
        inner = [table([_("project"), _("balance against debt"), _("balance against cost")], members, (1, 2), total=True)]
        for title, found in ((_("Cross-subsidy against debt service"), a.debt_transfers), (_("Cross-subsidy against cost"), a.cost_transfers)):
            inner += [tag("h3", title), *_pays(found, names)]
        out += fold(a.id, inner)
    return out


def _pays(found: Sequence[Transfer], names: dict[str, str]) -> list[str]:
    if not found:
        return [tag("p", _("none"), "soft")]
    rows = [[payer_name(t, names), names.get(t.payee, t.payee), wan(t.yuan)] for t in found]
    rows.append([_("total"), "", wan(sum(t.yuan for t in found))])
    return [table([_("payer"), _("payee"), _("10k yuan")], rows, (2,), total=True)]


def _help(answer: CashAnswer) -> list[str]:
    if not answer.help:
        return []
    names = names_of(answer)
    rows = [
        [names.get(h.payee, h.payee), _("subsidy") if h.payer is None else names.get(h.payer, h.payer), str(h.year), h.document, wan(h.yuan), _("yes") if h.counted else _("no")]
        for h in answer.help
    ]
    listed = fold(_("Rows of documented help ({number})").format(number=len(rows)), [table([_("payee"), _("payer"), _("year"), _("document"), _("10k yuan"), _("counts")], rows, (4,))])
    return [tag("h2", _("Documented help (10k yuan)")), *_pays(answer.transfers, names), *listed]


def _notes(answer: CashAnswer) -> list[str]:
    return [tag("h2", _("What the numbers rest on")), *(tag("p", words) for words in assumptions(answer)), tag("p", rounding_note(), "soft")]
