"""Bond files as an Excel workbook: a sheet a batch and a sheet a project in the layout of the Ministry's disclosure form.

Totals are live formulas; the sheets of batches take their projects' numbers from the projects' sheets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ..domain.fund_bond import BondBatch, BondCover, BondFile, BondProject, DebtYear, RevenueYear
from ..domain.policy import Policy
from ..i18n import _
from .fund_bond_words import (
    domain_marks,
    facts_of_batch,
    facts_of_project,
    rate_name,
    ratio_names,
    repayment_name,
)
from .fund_cover import rounding_words, shown, write_ratio
from .numbers import wan
from .view import synthetic_notice
from .xlsx_cells import Book, Sheet, cell, span, write_table

#: a workbook has at most so many sheets of projects
MOST_SHEETS = 500


@dataclass(frozen=True)
class _Place:
    """Where a project's sheet has the numbers that batches take: cell names on the sheet `name`."""

    name: str
    cells: dict[str, str]

    def link(self, key: str) -> str:
        """Return the formula of a number of this sheet on another one."""
        return "='" + self.name.replace("'", "''") + "'!" + self.cells[key]


def write_bond_file(answer: BondFile, policy: Policy, path: str | Path) -> None:
    """Write a bond file as a workbook to a temporary name (`io.atomic`)."""
    book = Book(str(path))
    overview = book.sheet(_("batches"), [24, 10, 16, 16, 10, 10, 10, 18, 14])
    batches = [book.sheet(f"{b.label.text()} {b.year}", [34, 16, 16, 16, 16, 16, 16, 16, 16, 14, 14]) for b in answer.batches]
    places = {p.id: _project_sheet(book, answer, p) for p in answer.projects[:MOST_SHEETS]}
    totals = [_batch_sheet(sheet, answer, policy, b, places) for sheet, b in zip(batches, answer.batches, strict=True)]
    _overview(overview, answer, totals)
    rows = [["renewal_opt", answer.program, ""], *([i.role, i.path, i.sha256] for i in answer.inputs)]
    cut = _("the table is longer than a sheet: the rest is in the JSON file")
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), cut)
    book.close()


def _head(sheet: Sheet, answer: BondFile, title: str, last: int) -> int:
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, last, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, last, title, "title")
    sheet.keep(row, 1)
    sheet.merged(row + 1, 0, last, _("Unit: 10k yuan unless said otherwise"), "line")
    return row + 2


def _facts(sheet: Sheet, row: int, facts: Sequence[tuple[str, str]], last: int) -> int:
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, last, value, "text")
        row += 1
    return row + 1


def _batch_facts(sheet: Sheet, row: int, batch: BondBatch, domains: str, last: int) -> tuple[int, dict[str, int]]:
    """Write the facts of a batch, amounts and rates as numbers; return the next row, and the rows of the facts by key."""
    places: dict[str, int] = {}
    for key, name, value, style in facts_of_batch(batch):
        places[key] = row
        sheet.text(row, 0, name, "sumtext")
        if isinstance(value, str):
            sheet.merged(row, 1, last, value, "text")
        elif style != "money":  # amounts are written once the table below them stands
            sheet.number(row, 1, float(Fraction(str(value))), style)
        row += 1
    return _facts(sheet, row, [(_("domains"), domains)], last), places


def _overview(sheet: Sheet, answer: BondFile, totals: Sequence[tuple[str, str]]) -> None:
    row = _head(sheet, answer, _("Special-purpose bonds by batch: {title}").format(title=answer.title.text()), 8)
    names = [_("batch"), _("year"), _("amount"), _("of it as capital"), _("term, years"), _("declared rate"), _("rate of issue"), _("repayment"), _("number of projects")]
    first = sheet.header(names, row)
    row = first
    for b, (link, capital) in zip(answer.batches, totals, strict=True):
        sheet.text(row, 0, b.label.text())
        sheet.number(row, 1, b.year, "year")
        sheet.sum_of_money(row, 2, link, b.amount, "money")
        sheet.sum_of_money(row, 3, capital, sum(p.as_capital for p in b.projects), "money")
        sheet.number(row, 4, b.term)
        sheet.number(row, 5, float(Fraction(b.rate)), "share")
        sheet.value(row, 6, None if b.issued_rate is None else float(Fraction(b.issued_rate)), "share" if b.issued_rate is not None else "centre")
        sheet.text(row, 7, repayment_name(b.repayment))
        sheet.number(row, 8, len(b.projects))
        row += 1
    if answer.batches:
        sheet.text(row, 0, _("total"), "sumtext")
        for col, whole in ((2, sum(b.amount for b in answer.batches)), (3, sum(p.as_capital for b in answer.batches for p in b.projects))):
            sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", whole)
    else:
        sheet.merged(row, 0, 8, _("The plan draws no special-purpose bonds."), "line")
    if len(answer.projects) > MOST_SHEETS:
        words = _("{n} projects have no sheet: ask for them with --project, or read the JSON file").format(n=len(answer.projects) - MOST_SHEETS)
        sheet.merged(row + 2, 0, 8, words, "notice")


# -- a batch -----------------------------------------------------------------------------------------------------


def _batch_sheet(sheet: Sheet, answer: BondFile, policy: Policy, batch: BondBatch, places: Mapping[str, _Place]) -> tuple[str, str]:
    """Write a batch; return the formulas of its amount and of what is capital, for the overview."""
    projects = {p.id: p for p in answer.projects}
    row = _head(sheet, answer, _("Disclosure form of special-purpose bonds: {bond}, batch of {year}").format(bond=batch.label.text(), year=batch.year), 10)
    sheet.merged(row, 0, 10, _("1. The bond"), "head2")
    row, own = _batch_facts(sheet, row + 1, batch, domain_marks(policy, [projects[s.id] for s in batch.projects]), 10)
    sheet.merged(row, 0, 10, _("2. Its projects: over the life of the bonds"), "head2")
    names = [
        _("project"), _("this batch"), _("of it as capital"), _("total investment"), _("project money without bonds"), _("special-purpose bonds"), _("other debt"), _("revenue"),
        _("principal and interest, all debt"), _("revenue / all debt"), _("revenue / special-purpose bonds"),
    ]  # fmt: skip
    for at, name in enumerate(names):
        sheet.text(row + 1, at, name, "header")
    first = row = row + 2
    for share in batch.projects:
        p, place = projects[share.id], places.get(share.id)
        cover = p.covers[0]
        sheet.text(row, 0, f"{p.id} {p.name}")
        sheet.money(row, 1, share.amount)
        sheet.money(row, 2, share.as_capital)
        for col, (key, yuan) in enumerate(_numbers(p).items(), start=3):
            if place is None:
                sheet.money(row, col, yuan)
            else:
                sheet.sum_of_money(row, col, place.link(key), yuan, "money")
        _ratio(sheet, row, 9, f"={cell(row, 7)}/{cell(row, 8)}", cover.over_all)
        if place is None or cover.over_bonds is None:
            sheet.value(row, 10, None if cover.over_bonds is None else shown(cover.over_bonds))
        else:
            sheet.formula(row, 10, place.link("over_bonds"), float(shown(cover.over_bonds)), "score")
        row += 1
    sheet.text(row, 0, _("total"), "sumtext")
    every = [projects[s.id] for s in batch.projects]
    wholes = [batch.amount, sum(s.as_capital for s in batch.projects)] + [sum(_numbers(p)[k] for p in every) for k in _numbers(every[0])]
    for col, whole in enumerate(wholes, start=1):
        sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", whole)
    _ratio(sheet, row, 9, f"={cell(row, 7)}/{cell(row, 8)}", str(Fraction(wholes[6], wholes[7])) if wholes[7] else None)
    sheet.text(row, 10, "", "sumtext")
    sheet.sum_of_money(own["amount"], 1, f"={cell(row, 1)}", wholes[0], "money")
    sheet.sum_of_money(own["capital"], 1, f"={cell(row, 2)}", wholes[1], "money")
    there = "='" + sheet.name.replace("'", "''") + "'!"
    return there + cell(own["amount"], 1), there + cell(own["capital"], 1)


def _numbers(p: BondProject) -> dict[str, int]:
    """Return what the sheets of batches take from a project, 元, in the order of their columns."""
    f = p.financing
    return {
        "investment": p.investment, "without_bonds": sum(y.other for y in f), "bonds": sum(y.bonds for y in f), "other_debt": sum(y.other_debt for y in f),
        "revenue": p.covers[0].revenue, "all_repaid": p.covers[0].all_repaid,
    }  # fmt: skip


def _ratio(sheet: Sheet, row: int, col: int, formula: str, value: str | None) -> None:
    if value is None:
        sheet.text(row, col, "–", "centre")
    else:
        write_ratio(sheet, row, col, formula, value)


# -- a project ---------------------------------------------------------------------------------------------------


def _project_sheet(book: Book, answer: BondFile, p: BondProject) -> _Place:
    classes = list(answer.classes)
    last = max(len(p.financing) + 1, len(classes) + 11)
    sheet = book.sheet(p.id, [30, *[15] * last])
    row = _head(sheet, answer, _("Disclosure form of special-purpose bonds, project: {name}").format(name=f"{p.id} {p.name}"), last)
    sheet.merged(row, 0, last, _("1. The project"), "head2")
    row = _facts(sheet, row + 1, facts_of_project(p), last)
    cells: dict[str, str] = {}
    row = _financing(sheet, row, answer, p, last, cells)
    row, sums = _years(sheet, row, answer, p, last)
    _balance(sheet, row, p, last, sums, cells)
    return _Place(sheet.name, cells)


def _financing(sheet: Sheet, row: int, answer: BondFile, p: BondProject, last: int, cells: dict[str, str]) -> int:
    sheet.merged(row, 0, last, _("2. Financing plan by year"), "head2")
    row += 1
    sheet.text(row, 0, _("source of money"), "header")
    n = len(p.financing)
    for at, f in enumerate(p.financing, start=1):
        sheet.text(row, at, str(f.year) if f.year is not None else _("{year} and before").format(year=answer.plan_year - 1), "header")
    sheet.text(row, n + 1, _("total"), "header")
    first = row + 1
    lines = [
        ("without_bonds", _("project money without bonds and other debt"), [f.other for f in p.financing]),
        ("bonds", _("special-purpose bonds"), [f.bonds for f in p.financing]),
        ("other_debt", _("other debt"), [f.other_debt for f in p.financing]),
    ]
    for at, (key, name, amounts) in enumerate(lines):
        sheet.text(first + at, 0, name)
        for col, yuan in enumerate(amounts, start=1):
            sheet.money(first + at, col, yuan)
        sheet.sum_of_money(first + at, n + 1, f"=SUM({cell(first + at, 1)}:{cell(first + at, n)})", sum(amounts))
        cells[key] = cell(first + at, n + 1)
    row = first + len(lines)
    sheet.text(row, 0, _("total investment"), "sumtext")
    for col in range(1, n + 2):
        whole = p.investment if col > n else p.financing[col - 1].investment
        sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", whole)
    cells["investment"] = cell(row, n + 1)
    sheet.text(row + 1, 0, _("of the special-purpose bonds: used as capital"), "indent")
    for col, f in enumerate(p.financing, start=1):
        sheet.money(row + 1, col, f.bonds_as_capital)
    sheet.sum_of_money(row + 1, n + 1, f"=SUM({cell(row + 1, 1)}:{cell(row + 1, n)})", sum(f.bonds_as_capital for f in p.financing))
    return row + 3


def _years(sheet: Sheet, row: int, answer: BondFile, p: BondProject, last: int) -> tuple[int, dict[str, str]]:
    """Write revenue and dues by year; return the next row and the cells of the totals."""
    sheet.merged(row, 0, last, _("3. Revenue, repayment and interest by year, over the life of the bonds"), "head2")
    classes = list(answer.classes)
    names = [_("year"), *(answer.classes[k].text() for k in classes), _("revenue")]
    names += [f"{_('special-purpose bonds')}: {w}" for w in (_("opening balance"), _("drawn"), _("principal repaid"), _("closing balance"), _("interest"), _("issue fee"))]
    names += [f"{_('other debt')}: {w}" for w in (_("drawn"), _("principal repaid"), _("interest"))]
    names.append(_("left after principal, interest and fee"))
    for at, name in enumerate(names):
        sheet.text(row + 1, at, name, "header")
    revenue = {r.year: r for r in p.revenue}
    bonds, other = {d.year: d for d in p.bonds}, {d.year: d for d in p.other_debt}
    years = range(min([*revenue, *bonds]), p.last_due + 1)
    first = row = row + 2
    n = len(classes)
    sums = [0] * (n + 11)
    for year in years:
        amounts = _year(revenue.get(year), bonds.get(year), other.get(year), classes)
        sheet.number(row, 0, year, "year")
        for col, yuan in enumerate(amounts, start=1):
            if col == n + 1:
                formula = f"=SUM({cell(row, 1)}:{cell(row, n)})" if n else "=0"
                sheet.sum_of_money(row, col, formula, yuan, "money")
            elif col == n + 5:  # closing balance
                sheet.sum_of_money(row, col, f"={cell(row, n + 2)}+{cell(row, n + 3)}-{cell(row, n + 4)}", yuan, "money")
            elif col == n + 2 and row > first:  # opening balance
                sheet.sum_of_money(row, col, f"={cell(row - 1, n + 5)}", yuan, "money")
            elif col == n + 11:
                parts = "-".join(cell(row, c) for c in (n + 1, n + 4, n + 6, n + 7, n + 9, n + 10))
                sheet.sum_of_money(row, col, f"={parts}", yuan, "money")
            else:
                sheet.money(row, col, yuan)
            sums[col - 1] += yuan
        row += 1
    sheet.text(row, 0, _("total"), "sumtext")
    for col, whole in enumerate(sums, start=1):
        if col in (n + 2, n + 5):  # balances do not add up
            sheet.text(row, col, "", "sumtext")
        else:
            sheet.sum_of_money(row, col, f"=SUM({span(first, row - 1, col)})", whole)
    columns = {"revenue": n + 1, "bonds_drawn": n + 3, "bonds_principal": n + 4, "bonds_interest": n + 6, "other_principal": n + 9, "other_interest": n + 10}
    return row + 2, {k: cell(row, c) for k, c in columns.items()}


def _year(revenue: RevenueYear | None, bonds: DebtYear | None, other: DebtYear | None, classes: Sequence[str]) -> list[int]:
    """Return one year's numbers in the order of the columns, 元."""
    by_class: Mapping[str, int] = {} if revenue is None else revenue.by_class
    nothing = DebtYear(year=0, opening=0, drawn=0, principal=0, closing=0, interest=0, fee=0)
    b, o = bonds or nothing, other or nothing
    own = [by_class.get(k, 0) for k in classes]
    left = sum(own) - b.principal - b.interest - b.fee - o.principal - o.interest
    return [*own, sum(own), b.opening, b.drawn, b.principal, b.closing, b.interest, b.fee, o.drawn, o.principal, o.interest, left]


def _balance(sheet: Sheet, row: int, p: BondProject, last: int, sums: Mapping[str, str], cells: dict[str, str]) -> None:
    sheet.merged(row, 0, last, _("4. Revenue against financing"), "head2")
    row += 1
    for at, name in enumerate([_("over the life of the bonds"), *(rate_name(c.rate) for c in p.covers)]):
        sheet.text(row, at, name, "header")
    row += 1
    names = ratio_names()
    places = {key: row + at for at, key in enumerate(names)}
    for key, name in names.items():
        sheet.text(places[key], 0, name, "sumtext" if key.startswith("over") else "text")
    for col, cover in enumerate(p.covers, start=1):
        _covers(sheet, col, cover, places, sums if col == 1 else None)
    cells.update({key: cell(places[key], 1) for key in ("revenue", "all_repaid", "over_bonds")})
    row += len(names) + 1
    notes = [rounding_words(), *(note.text() for note in p.notes)]
    if p.revenue_outside:
        words = _("revenue of {amount} in years outside the life of the bonds is not counted")
        notes.append(words.format(amount=wan(p.revenue_outside)))
    for note in notes:
        sheet.merged(row, 0, last, note, "line")
        row += 1


def _covers(sheet: Sheet, col: int, cover: BondCover, places: Mapping[str, int], sums: Mapping[str, str] | None) -> None:
    """Write one column of revenue, repayments and ratios; at the declared rate the amounts are the table's totals."""
    amounts = {
        "revenue": (cover.revenue, "={revenue}"),
        "all_repaid": (cover.all_repaid, "={bonds_principal}+{bonds_interest}+{other_principal}+{other_interest}"),
        "all_principal": (cover.all_principal, "={bonds_principal}+{other_principal}"),
        "bonds_repaid": (cover.bonds_repaid, "={bonds_principal}+{bonds_interest}"),
        "bonds_principal": (cover.bonds_principal, "={bonds_principal}"),
    }
    for key, (yuan, formula) in amounts.items():
        if sums is None:
            sheet.money(places[key], col, yuan)
        else:
            sheet.sum_of_money(places[key], col, formula.format_map(dict(sums)), yuan, "money")
    divided = {"over_all": "all_repaid", "over_all_principal": "all_principal", "over_bonds": "bonds_repaid", "over_bonds_principal": "bonds_principal"}
    for key, part in divided.items():
        _ratio(sheet, places[key], col, f"={cell(places['revenue'], col)}/{cell(places[part], col)}", getattr(cover, key))
