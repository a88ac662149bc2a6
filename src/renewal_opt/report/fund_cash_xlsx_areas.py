"""Sheets of the cash workbook on areas: fund balance, cross-subsidy payer by payee, documented help."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.fund_cash import CashAnswer, Transfer
from ..i18n import _
from .fund_cash_words import cost_note, names_of, payer_name, transfer_words
from .xlsx_cells import Book, Sheet, cell, span, write_table


def areas(book: Book, answer: CashAnswer) -> None:
    """Write the fund balance of each coordinated area and of its members."""
    sheet = book.sheet(_("by area"), [18, 12, *[16] * 9, 14, 16, 60])
    header = [
        _("area"), _("number of projects"), _("revenue"), _("help received"), _("help paid"), _("debt service"), _("balance against debt"), _("grants"), _("investment"),
        _("interest and fees beside it"), _("balance against cost"), _("below 0 first"), _("lowest cash"), _("project ids"),
    ]  # fmt: skip
    row = first = sheet.header(header, keep=1)
    for a in answer.areas:
        sheet.text(row, 0, a.id)
        sheet.number(row, 1, len(a.members))
        sheet.text(row, 13, ", ".join(m.id for m in a.members))
        for col, yuan in ((2, a.revenue), (3, a.help_in), (4, a.help_out), (5, a.debt_service), (7, a.grants), (8, a.investment), (9, a.financing)):
            sheet.money(row, col, yuan)
        income = f"={cell(row, 2)}+{cell(row, 3)}-{cell(row, 4)}"
        sheet.sum_of_money(row, 6, f"{income}-{cell(row, 5)}", a.debt_balance)
        sheet.sum_of_money(row, 10, f"{income}+{cell(row, 7)}-{cell(row, 8)}-{cell(row, 9)}", a.cost_balance)
        year = a.standing_helped.first_negative
        sheet.value(row, 11, year, "year" if year is not None else "text")
        sheet.money(row, 12, a.standing_helped.lowest)
        row += 1
    if not answer.areas:
        sheet.text(row, 0, _("none"))
        return
    sheet.text(row, 0, _("total"), "sumtext")
    sheet.formula(row, 1, f"=SUM({span(first, row - 1, 1)})", sum(len(a.members) for a in answer.areas), "sumcount")
    names = ("revenue", "help_in", "help_out", "debt_service", "debt_balance", "grants", "investment", "financing", "cost_balance")
    for col, name in enumerate(names, start=2):
        sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", sum(getattr(a, name) for a in answer.areas))
    sheet.merged(row + 1, 0, 12, cost_note(answer), "line")
    row += 3
    sheet.text(row, 0, _("area"), "header")
    sheet.merged(row, 1, 3, _("project"), "header")
    for col, text in enumerate((_("balance against debt"), _("balance against cost")), start=4):
        sheet.text(row, col, text, "header")
    row += 1
    known = names_of(answer)
    for a in answer.areas:
        first = row
        for m in a.members:
            sheet.text(row, 0, a.id)
            sheet.merged(row, 1, 3, known.get(m.id, m.id), "text")
            sheet.money(row, 4, m.debt)
            sheet.money(row, 5, m.cost)
            row += 1
        sheet.text(row, 0, a.id, "sumtext")
        sheet.merged(row, 1, 3, _("total"), "sumtext")
        sheet.sum_of_money(row, 4, f"=SUM({span(first, row - 1, 4)})", a.debt_balance)
        sheet.sum_of_money(row, 5, f"=SUM({span(first, row - 1, 5)})", a.cost_balance)
        row += 1


def payers(book: Book, answer: CashAnswer) -> None:
    """Write who pays whom: documented help, then the cross-subsidy inside each area."""
    tables = [(_("Documented help that counts"), answer.transfers)]
    for a in answer.areas:
        tables.append((_("{area}: cross-subsidy against debt service").format(area=a.id), a.debt_transfers))
        tables.append((_("{area}: cross-subsidy against cost").format(area=a.id), a.cost_transfers))
    wide = max([1, *(len({t.payee for t in found}) for _title, found in tables)])
    sheet = book.sheet(_("payer by payee"), [38, *[18] * (wide + 1)])
    sheet.merged(0, 0, min(wide + 1, 6), transfer_words(), "line")
    sheet.keep(0, 1)
    row = 2
    for title, found in tables:
        row = _matrix(sheet, row, title, found, names_of(answer))


def _matrix(sheet: Sheet, row: int, title: str, found: Sequence[Transfer], names: dict[str, str]) -> int:
    sheet.text(row, 0, title, "head2")
    row += 1
    if not found:
        sheet.text(row, 0, _("none"))
        return row + 2
    givers, takers = list(dict.fromkeys(payer_name(t, names) for t in found)), list(dict.fromkeys(t.payee for t in found))
    amounts: dict[tuple[str, str], int] = {}
    for t in found:
        key = (payer_name(t, names), t.payee)
        amounts[key] = amounts.get(key, 0) + t.yuan
    sheet.text(row, 0, _("payer \\ payee, 10k yuan"), "header")
    for col, payee in enumerate(takers, start=1):
        sheet.text(row, col, names.get(payee, payee), "header")
    end = len(takers) + 1
    sheet.text(row, end, _("total"), "header")
    row += 1
    first = row
    for payer in givers:
        sheet.text(row, 0, payer)
        mine = [amounts.get((payer, payee), 0) for payee in takers]
        for col, yuan in enumerate(mine, start=1):
            sheet.money(row, col, yuan)
        sheet.sum_of_money(row, end, f"=SUM({cell(row, 1)}:{cell(row, end - 1)})", sum(mine))
        row += 1
    sheet.text(row, 0, _("total"), "sumtext")
    for col, payee in enumerate(takers, start=1):
        sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", sum(v for (_p, q), v in amounts.items() if q == payee))
    sheet.sum_of_money(row, end, f"=SUM({span(first, row - 1, end)})", sum(amounts.values()))
    return row + 2


def help_rows(book: Book, answer: CashAnswer) -> None:
    """Write every row of documented help that names a project of the plan."""
    names = names_of(answer)
    rows: list[list[object]] = [
        [names.get(h.payee, h.payee), _("subsidy") if h.payer is None else names.get(h.payer, h.payer), h.year, h.document, h.yuan / 10_000, _("yes") if h.counted else _("no")]
        for h in answer.help
    ]
    header = [_("payee"), _("payer"), _("year"), _("document"), _("10k yuan"), _("counts")]
    sheet = book.sheet(_("documented help"), [38, 38, 8, 30, 14, 8])
    write_table(sheet, header, rows, ("text", "text", "year", "text", "money", "centre"), _("the table is longer than a sheet: the rest is in the JSON file"))
