"""The cash answer as an Excel workbook: totals are live formulas that carry their value; money in 万元."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from ..domain.fund_cash import CashAnswer, Cover, ProjectCash
from ..i18n import _
from .fund_cash_words import (
    assumptions,
    discount_text,
    interest_words,
    irr_text,
    line_name,
    rate_name,
    standing_words,
)
from .fund_cash_xlsx_areas import areas, help_rows, payers
from .fund_cash_xlsx_years import by_year, project_years
from .fund_cover import rounding_words, write_ratio
from .numbers import wan
from .view import rounding_note, synthetic_notice
from .xlsx_cells import Book, Sheet, cell, span, write_table


def write_cash(answer: CashAnswer, path: str | Path) -> None:
    """Write an answer as a workbook to a temporary name (`io.atomic`)."""
    book = Book(str(path))
    _front(book, answer)
    by_year(book, answer)
    _projects(book, answer)
    project_years(book, answer)
    areas(book, answer)
    _cover(book, answer)
    payers(book, answer)
    help_rows(book, answer)
    _versions(book, answer)
    book.close()


def _front(book: Book, answer: CashAnswer) -> None:
    sheet = book.sheet(_("read me first"), [24, 110], landscape=False)
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, 1, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 1, _("Cash over the years: {title}").format(title=answer.title.text()), "title")
    row += 2
    facts = [(_("scenario"), answer.scenario), (_("years of the tables"), f"{answer.years[0]}–{answer.years[-1]}"), (_("cumulative cash"), standing_words(answer.standing))]
    if any(answer.flow.help_in):
        facts.append((_("with documented help"), standing_words(answer.standing_helped)))
    facts += [(_("interest in building time"), words) for words in interest_words(answer)]
    worth = answer.worth
    if worth.revenue is not None and worth.outlay is not None and worth.debt_service is not None and worth.cash is not None:
        words = _("Present values at {rate}: revenue {revenue}, outlay {outlay}, debt service {service}, cash {cash}").format(
            rate=discount_text(answer), revenue=wan(round(worth.revenue)), outlay=wan(round(worth.outlay)), service=wan(round(worth.debt_service)), cash=wan(round(worth.cash)),
        )  # fmt: skip
        facts.append((_("present values"), words))
    facts.append((_("internal rate"), irr_text(worth.irr)))
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.text(row, 1, value)
        row += 1
    row += 1
    for sentence in (*assumptions(answer), _("Money in 10k yuan, two decimals."), rounding_note()):
        sheet.merged(row, 0, 1, sentence, "line")
        row += 1


#: money columns of the sheet of projects: header, value in 元
_MONEY: tuple[tuple[Callable[[], str], Callable[[ProjectCash], int]], ...] = (
    (lambda: _("investment"), lambda p: p.investment), (lambda: _("stated interest in building time"), lambda p: p.stated_interest or 0),
    (lambda: _("the same by the formula"), lambda p: p.building_interest), (lambda: _("by the formula, paid as it accrues"), lambda p: p.building_interest_paid),
    (lambda: _("dues in building time"), lambda p: p.building_dues), (lambda: _("issue fees"), lambda p: p.fees), (lambda: _("need from the plan year on"), lambda p: p.need),
    (lambda: _("debt in place"), lambda p: p.in_place), (lambda: _("debt drawn"), lambda p: sum(p.flow.drawn)), (lambda: _("interest"), lambda p: sum(p.flow.interest)),
    (lambda: _("principal"), lambda p: sum(p.flow.principal)), (lambda: _("revenue"), lambda p: sum(p.flow.revenue)), (lambda: _("revenue after the last year"), lambda p: p.revenue_later),
    (lambda: _("help received"), lambda p: sum(p.flow.help_in)), (lambda: _("help paid"), lambda p: sum(p.flow.help_out)), (lambda: _("cash at the end"), lambda p: p.standing.end),
)  # fmt: skip


def _projects(book: Book, answer: CashAnswer) -> None:
    sheet = book.sheet(_("by project"), [14, 34, 12, 14, 10, *[15] * len(_MONEY), 12, 15, 12, 15, 12])
    header = [_("project id"), _("project name"), _("part"), _("area"), _("built until"), *(name() for name, _value in _MONEY)]
    header += [_("below 0 first"), _("lowest cash"), _("with help: below 0 first"), _("with help: lowest cash"), _("internal rate")]
    row = sheet.header(header, keep=2)
    first = row
    parts = {"carry_over": _("carry-over"), "new_start": _("new start")}
    for p in answer.projects:
        for col, text in enumerate((p.id, p.name, parts[p.part], p.area or "")):
            sheet.text(row, col, text)
        sheet.number(row, 4, p.built, "year")
        for col, (_name, value) in enumerate(_MONEY, start=5):
            sheet.money(row, col, value(p))
        end = 5 + len(_MONEY)
        for at, standing in enumerate((p.standing, p.standing_helped)):
            sheet.value(row, end + 2 * at, standing.first_negative, "year" if standing.first_negative is not None else "text")
            sheet.money(row, end + 1 + 2 * at, standing.lowest)
        sheet.value(row, end + 4, p.worth.irr, "share" if p.worth.irr is not None else "text")
        row += 1
    sheet.text(row, 0, _("total"), "sumtext")
    for col in range(1, 5):
        sheet.text(row, col, "", "sumtext")
    for col, (_name, value) in enumerate(_MONEY, start=5):
        _sum(sheet, row, first, col, [value(p) for p in answer.projects])
    sheet.filter(0, row - 1, len(header))


def _sum(sheet: Sheet, row: int, first: int, col: int, amounts: Sequence[int]) -> None:
    if amounts:
        sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", sum(amounts))
    else:
        sheet.money(row, col, 0, "sum")


def _cover(book: Book, answer: CashAnswer) -> None:
    sheet = book.sheet(_("cover"), [12, 14, 34, 30, 14, 9, 9, 15, 15, 15, 15, 15, 11, 11, 9])
    header = [
        _("of"), _("id"), _("name"), _("debt"), _("rate"), _("from"), _("to"), _("revenue"), _("help received"), _("help paid"), _("principal"), _("interest"),
        _("cover"), _("with help"), _("floor"),
    ]  # fmt: skip
    row = sheet.header(header, keep=3)
    scopes: list[tuple[str, str, str, tuple[Cover, ...]]] = [(_("whole plan"), "", answer.title.text(), answer.covers)]
    scopes += [(_("area"), a.id, a.id, a.covers) for a in answer.areas]
    scopes += [(_("project"), p.id, p.name, p.covers) for p in answer.projects]
    for scope, id_, name, covers in scopes:
        for c in covers:
            for col, text in enumerate((scope, id_, name, line_name(c.line), rate_name(c.rate))):
                sheet.text(row, col, text)
            for col, year in ((5, c.first), (6, c.last)):
                sheet.number(row, col, year, "year")
            for col, yuan in enumerate((c.revenue, c.help_in, c.help_out, c.principal, c.interest), start=7):
                sheet.money(row, col, yuan)
            repaid = f"({cell(row, 10)}+{cell(row, 11)})"
            write_ratio(sheet, row, 12, f"={cell(row, 7)}/{repaid}", c.cover)
            write_ratio(sheet, row, 13, f"=({cell(row, 7)}+{cell(row, 8)}-{cell(row, 9)})/{repaid}", c.helped)
            sheet.value(row, 14, None if c.floor is None else float(Fraction(c.floor)), "score" if c.floor is not None else "text")
            row += 1
    sheet.filter(0, row - 1, len(header))
    row += 1
    sheet.merged(row, 0, 14, rounding_words(), "line")
    row += 1
    for f in answer.floors:
        state = _("in force") if f.active else _("switched off")
        words = f"{f.label.text()} ({f.rule}): {line_name(f.line)} ≥ {float(Fraction(f.ratio)):g}, {state}" + (" ※" if f.assumption else "")
        sheet.merged(row, 0, 14, words, "line")
        row += 1


def _versions(book: Book, answer: CashAnswer) -> None:
    rows: list[list[object]] = [["renewal_opt", answer.program, ""], [_("discount rate"), discount_text(answer) or _("none"), ""]]
    rows += [[i.role, i.path, i.sha256] for i in answer.inputs]
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), "")

