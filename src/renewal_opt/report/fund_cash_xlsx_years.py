"""Sheets of the cash workbook by year: the whole plan by channel, and project by project."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.fund_cash import CashAnswer
from ..i18n import _
from .xlsx_cells import MAX_ROWS, Book, Sheet, cell, span


class _Grid:
    """Writes rows by year with a total at the right, both live.

    Parameters
    ----------
    sheet : Sheet
    years : int
        Number of years.
    """

    def __init__(self, sheet: Sheet, years: int, row: int) -> None:
        self.sheet, self.years, self.row = sheet, years, row

    def _name(self, name: str, style: str) -> None:
        self.sheet.text(self.row, 0, name, style)

    def line(self, name: str, amounts: Sequence[int], style: str = "indent") -> int:
        """Write amounts with their total; return the row."""
        self._name(name, style)
        for at, yuan in enumerate(amounts, start=1):
            self.sheet.money(self.row, at, yuan)
        self._total(sum(amounts), "money")
        return self._next()

    def _total(self, yuan: int, style: str) -> None:
        self.sheet.sum_of_money(self.row, self.years + 1, f"=SUM({cell(self.row, 1)}:{cell(self.row, self.years)})", yuan, style)

    def _next(self) -> int:
        self.row += 1
        return self.row - 1

    def block(self, title: str, lines: Sequence[tuple[str, Sequence[int]]], amounts: Sequence[int]) -> int:
        """Write a heading, the rows below it and their live sum; return the row of the sum."""
        self.heading(title)
        first = self.row
        for name, series in lines:
            self.line(name, series)
        last = self.row - 1
        self._name(_("{what}, total").format(what=title), "sumtext")
        for at, yuan in enumerate(amounts, start=1):
            if last >= first:
                self.sheet.sum_of_money(self.row, at, f"=SUM({span(first, last, at)})", yuan)
            else:
                self.sheet.money(self.row, at, yuan, "sum")
        self._total(sum(amounts), "sum")
        return self._next()

    def heading(self, title: str) -> None:
        """Write a heading."""
        self.sheet.merged(self.row, 0, min(self.years, 6), title, "head2")
        self.row += 1

    def reckoned(self, title: str, terms: Sequence[tuple[str, int]], amounts: Sequence[int]) -> int:
        """Write a signed sum of other rows."""
        self._name(title, "sumtext")
        for at, yuan in enumerate(amounts, start=1):
            self.sheet.sum_of_money(self.row, at, "=" + "".join(sign + cell(row, at) for sign, row in terms).removeprefix("+"), yuan)
        self._total(sum(amounts), "sum")
        return self._next()

    def running(self, title: str, terms: Sequence[tuple[str, int]], amounts: Sequence[int]) -> int:
        """Write the running total of a signed sum of rows."""
        self._name(title, "sumtext")
        for at, yuan in enumerate(amounts, start=1):
            step = "".join(sign + cell(row, at) for sign, row in terms)
            self.sheet.sum_of_money(self.row, at, "=" + (cell(self.row, at - 1) + step if at > 1 else step.removeprefix("+")), yuan)
        self.sheet.text(self.row, self.years + 1, "", "sumtext")
        return self._next()


def by_year(book: Book, answer: CashAnswer) -> None:
    """Write the whole plan by channel and year."""
    years, flow = answer.years, answer.flow
    sheet = book.sheet(_("by year and channel"), [34, *[14] * len(years), 16])
    row = sheet.header([_("10k yuan"), *map(str, years), _("total")], keep=1)
    grid = _Grid(sheet, len(years), row)
    debts = [c for c in answer.channels if c.counts_as == "debt"]
    grid.block(_("outlay, paid by the channels"), [(c.label.text(), c.money) for c in answer.channels], flow.outlay)
    grid.block(_("debt drawn"), [(c.label.text(), c.money) for c in debts], flow.drawn)
    grid.block(_("interest in building time by the formula"), [(c.label.text(), c.building_interest) for c in debts], flow.building_interest)
    fees = grid.block(_("issue fees"), [(c.label.text(), c.fees) for c in debts], flow.fees)
    interest = grid.block(_("interest due"), [(c.label.text(), c.interest) for c in debts], flow.interest)
    principal = grid.block(_("principal due"), [(c.label.text(), c.principal) for c in debts], flow.principal)
    revenue = grid.block(_("pledged net revenue"), [(r.label.text(), r.yuan) for r in answer.revenue], flow.revenue)
    grid.heading(_("Cash (10k yuan)"))
    inside = grid.line(_("interest and fees that the investment holds"), flow.in_investment, "sumtext")
    net = grid.reckoned(_("cash after debt service"), [("+", revenue), ("+", inside), ("-", interest), ("-", principal), ("-", fees)], flow.net)
    grid.running(_("cumulative cash"), [("+", net)], flow.cumulative)
    gets = grid.line(_("help received"), flow.help_in, "sumtext")
    gives = grid.line(_("help paid"), flow.help_out, "sumtext")
    grid.running(_("cumulative cash with help"), [("+", net), ("+", gets), ("-", gives)], flow.cumulative_helped)


_SERIES = ("outlay", "drawn", "fees", "interest", "principal", "in_investment", "revenue", "help_in", "help_out", "net")


def project_years(book: Book, answer: CashAnswer) -> None:
    """Write one row a project and year in which something happens; the last row adds up what the filter shows."""
    header = [
        _("project id"), _("project name"), _("year"), _("outlay"), _("debt drawn"), _("issue fees"), _("interest due"), _("principal due"),
        _("interest and fees that the investment holds"), _("pledged net revenue"), _("help received"), _("help paid"), _("cash after debt service"), _("cumulative cash"),
    ]  # fmt: skip
    sheet = book.sheet(_("project and year"), [14, 34, 8, *[15] * 11])
    row = first = sheet.header(header, keep=3)
    totals = dict.fromkeys(_SERIES, 0)
    cut = False
    for p in answer.projects:
        begin = row
        for at, year in enumerate(answer.years):
            amounts = [getattr(p.flow, name)[at] for name in _SERIES]
            if not any(amounts):
                continue
            if row >= MAX_ROWS - 2:
                cut = True
                break
            sheet.text(row, 0, p.id)
            sheet.text(row, 1, p.name)
            sheet.number(row, 2, year, "year")
            for col, yuan in enumerate(amounts[:-1], start=3):
                sheet.money(row, col, yuan)
            net = f"={cell(row, 9)}+{cell(row, 8)}-{cell(row, 7)}-{cell(row, 6)}-{cell(row, 5)}"
            sheet.sum_of_money(row, 12, net, amounts[-1], "money")
            running = f"={cell(row, 12)}" if row == begin else f"={cell(row - 1, 13)}+{cell(row, 12)}"
            sheet.sum_of_money(row, 13, running, p.flow.cumulative[at], "money")
            for name, yuan in zip(_SERIES, amounts, strict=True):
                totals[name] += yuan
            row += 1
    sheet.text(row, 0, _("total of the rows shown"), "sumtext")
    for col in (1, 2, 13):
        sheet.text(row, col, "", "sumtext")
    for col, name in enumerate(_SERIES, start=3):
        if row > first:
            sheet.sum_of_money(row, col, f"=SUBTOTAL(9,{span(first, row - 1, col)})", totals[name])
        else:
            sheet.money(row, col, 0, "sum")
    if cut:
        sheet.text(row + 1, 0, _("the table is longer than a sheet: the rest is in the JSON file"), "notice")
    sheet.filter(0, row - 1, len(header))
