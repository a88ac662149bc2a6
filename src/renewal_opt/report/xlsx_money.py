"""Sheets of money: 资金, 渠道年度, 以后年度资金需求."""

from __future__ import annotations

from ..i18n import _
from ..io.texttable import column_letters as column
from .view import View
from .xlsx_cells import MAX_ROWS, Book, Sheet, cell, span


class MoneySheets:
    """Writes project x channel x year, and the sums that look into it.

    Parameters
    ----------
    book : Book
    view : View
    """

    def __init__(self, book: Book, view: View) -> None:
        self.book, self.view = book, view
        self.name = _("funding")
        self.rows = [(c, m) for c in view.plan.chosen for m in sorted(c.money, key=lambda m: (view.leaves.index(m.channel), m.year))]
        self.rows = self.rows[: MAX_ROWS - 3]
        self.last = len(self.rows)
        self.years = sorted({m.year for _c, m in self.rows} | set(view.plan.money_years))

    def detail(self) -> None:
        """Write one row a project, channel and year; the last row adds up what the filter shows."""
        sheet = self.book.sheet(self.name, [14, 30, 10, 20, 22, 8, 14])
        self.name = sheet.name
        names = [_("project id"), _("project name"), _("part"), _("channel"), _("sub-channel"), _("year"), _("10k yuan")]
        sheet.header(names)
        for at, (chosen, money) in enumerate(self.rows, start=1):
            for col, text in enumerate((chosen.id, chosen.name, self.view.part(chosen.part), self.view.channel(self.view.parent(money.channel)), self.view.channel(money.channel))):
                sheet.text(at, col, text)
            sheet.number(at, 5, money.year, "year")
            sheet.money(at, 6, money.yuan)
        end = self.last + 1
        for col in range(6):
            sheet.text(end, col, _("total of the rows shown") if col == 0 else "", "sumtext")
        everything = sum(m.yuan for _c, m in self.rows)
        if self.rows:
            sheet.sum_of_money(end, 6, f"=SUBTOTAL(9,{span(1, self.last, 6)})", everything)
        else:
            sheet.money(end, 6, 0, "sum")
        sheet.filter(0, self.last, len(names))

    def by_year(self) -> None:
        """Write channel by year beside the caps; amounts look into the sheet of details."""
        sheet = self.book.sheet(_("channels by year"), [26, 14, *[14] * len(self.years), 15])
        sheet.header([_("channel"), "", *map(str, self.years), _("total")])
        row = 1
        sums: list[int] = []
        for channel in self.view.channels:
            leaves = [leaf for leaf in self.view.leaves if self.view.parent(leaf) == channel and leaf != channel]
            sums.append(row)
            self._used(sheet, row, self.view.channel(channel), 3, channel, "sum")
            self._caps(sheet, row + 1, channel, None)
            row += 2
            for leaf in leaves:
                self._used(sheet, row, self.view.channel(leaf), 4, leaf, "money")
                row += 1
                if self._has_cap(channel, leaf):
                    self._caps(sheet, row, channel, leaf)
                    row += 1
        sheet.text(row, 0, _("total"), "sumtext")
        sheet.text(row, 1, _("used"), "sumtext")
        for at, year in enumerate(self.years):
            exact = sum(yuan for (_l, y), yuan in self.view.used.items() if y == year)
            self._sum(sheet, row, 2 + at, [(r, 2 + at) for r in sums], exact)
        self._sum(sheet, row, 2 + len(self.years), [(r, 2 + len(self.years)) for r in sums], sum(self.view.used.values()))
        sheet.merged(row + 2, 0, 2 + len(self.years), _("A cap marked * is the last stated number, taken for later years (an assumption)."), "line")

    def _used(self, sheet: Sheet, row: int, name: str, column_of_names: int, key: str, style: str) -> None:
        """Write one row of amounts: SUMIFS over the details by the name in column A."""
        view = self.view
        sheet.text(row, 0, name, "sumtext" if style == "sum" else "indent")
        sheet.text(row, 1, _("used"), "sumtext" if style == "sum" else "text")
        amounts = view.by_channel if column_of_names == 3 else view.used
        sheet_name = "'" + self.name.replace("'", "''") + "'!"
        for at, year in enumerate(self.years):
            exact = amounts.get((key, year), 0)
            if not self._unique(column_of_names) or not self.rows:
                sheet.money(row, 2 + at, exact, style)
                continue
            amount, named, dated = (f"{sheet_name}${column(c)}$2:${column(c)}${self.last + 1}" for c in (6, column_of_names, 5))
            formula = f"=SUMIFS({amount},{named},$A{row + 1},{dated},{year})"
            sheet.sum_of_money(row, 2 + at, formula, exact, style)
        end = 2 + len(self.years)
        exact = sum(amounts.get((key, y), 0) for y in self.years)
        if self.years:
            sheet.sum_of_money(row, end, f"=SUM({cell(row, 2)}:{cell(row, end - 1)})", exact, style)
        else:
            sheet.money(row, end, exact, style)

    def _unique(self, column_of_names: int) -> bool:
        """Whether names tell channels apart (looking up by name needs that)."""
        keys = self.view.channels if column_of_names == 3 else self.view.leaves
        names = [self.view.channel(k) for k in keys]
        return len(set(names)) == len(names) and not any(set(n) & set("*?~<>=") for n in names)

    def _sum(self, sheet: Sheet, row: int, col: int, cells: list[tuple[int, int]], exact: int) -> None:
        if cells:
            sheet.sum_of_money(row, col, "=" + "+".join(cell(r, c) for r, c in cells), exact)
        else:
            sheet.money(row, col, exact, "sum")

    def _has_cap(self, channel: str, leaf: str) -> bool:
        policy = self.view.policy
        return policy is not None and bool(policy.funding.channels[channel].sub[leaf].cap.years)

    def _caps(self, sheet: Sheet, row: int, channel: str, leaf: str | None) -> None:
        """Write the caps of a channel or sub-channel by year."""
        sheet.text(row, 0, "")
        sheet.text(row, 1, _("cap"))
        policy = self.view.policy
        entry = policy.funding.channels.get(channel) if policy else None
        cap = None if entry is None else (entry.cap if leaf is None else entry.sub[leaf].cap)
        for at, year in enumerate(self.years):
            try:
                amount = None if cap is None else cap.at(year)
                if cap is None:
                    sheet.text(row, 2 + at, "")
                elif amount is None:
                    sheet.text(row, 2 + at, _("open"))
                elif cap.stated(year):
                    sheet.money(row, 2 + at, amount)
                else:
                    sheet.text(row, 2 + at, f"{amount / 10_000:,.2f} *")
            except LookupError:
                sheet.text(row, 2 + at, _("not stated"))
        sheet.text(row, 2 + len(self.years), "")

    def later(self) -> None:
        """Write 以后年度资金需求: channel by year after the plan year."""
        needs = {(n.channel, n.year): n.yuan for n in self.view.plan.later_needs}
        years = sorted({y for _c, y in needs})
        leaves = [leaf for leaf in self.view.leaves if any(c == leaf for c, _y in needs)]
        sheet = self.book.sheet(_("needs of later years"), [26, *[14] * (len(years) + 1)])
        sheet.header([_("channel or sub-channel (10k yuan)"), *map(str, years), _("total")])
        for row, leaf in enumerate(leaves, start=1):
            sheet.text(row, 0, self.view.channel(leaf))
            for at, year in enumerate(years, start=1):
                sheet.money(row, at, needs.get((leaf, year), 0))
            end = len(years) + 1
            sheet.sum_of_money(row, end, f"=SUM({cell(row, 1)}:{cell(row, end - 1)})", sum(y for (c, _t), y in needs.items() if c == leaf), "money")
        if not leaves:
            sheet.text(1, 0, _("none"))
            return
        bottom = len(leaves) + 1
        sheet.text(bottom, 0, _("total"), "sumtext")
        for at in range(1, len(years) + 2):
            exact = sum(y for (_c, t), y in needs.items() if at == len(years) + 1 or t == years[at - 1])
            sheet.sum_of_money(bottom, at, f"=SUM({span(1, bottom - 1, at)})", exact)
