"""The worth of money as an Excel workbook: money in 万元, what is left of a cap and the width of an interval as live formulas."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.fund_worth import CapWorth, Change, Curve, SetWorth, WorthAnswer
from ..domain.library import Library
from ..i18n import _
from .fund_worth_terminal import ordered
from .fund_worth_words import (
    base_text,
    basis_text,
    change_text,
    curve_claim,
    curve_name,
    definitions,
    mode_text,
    moves_text,
    places_of,
    set_name,
    state_text,
    step_name,
    verdict_text,
)
from .numbers import wan_number
from .view import basis_name, synthetic_notice
from .xlsx_cells import Book, Sheet, cell, write_table

#: projects named in a cell
_NAMED = 400


def write_worth(answer: WorthAnswer, library: Library | None, path: str | Path) -> None:
    """Write an answer as a workbook to a temporary name (`io.atomic`)."""
    book, places = Book(str(path)), places_of(answer)
    names = {p.id: p.name for p in library.projects} if library is not None else {}
    _front(book, answer, places)
    _caps(book, answer, names, places)
    if answer.sets:
        _sets(book, answer, names, places)
    for curve in answer.curves:
        _curve(book, curve)
    _versions(book, answer)
    book.close()


def _front(book: Book, answer: WorthAnswer, places: int) -> None:
    sheet = book.sheet(_("read me first"), [30, 24, 24, 24, 24], landscape=False)
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, 4, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 4, _("What another 100m yuan is worth: {title}").format(title=answer.title.text()), "title")
    row += 2
    facts = [(_("scenario"), answer.scenario), (_("plan year"), str(answer.plan_year)), (_("basis"), basis_name(answer.basis)), (_("the plan"), base_text(answer, places))]
    facts += [(curve_name(c), curve_claim(c)) for c in answer.curves]
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, 4, value, "text")
        row += 1
    row += 1
    lines = definitions(answer) + [n.text() for n in answer.notes]
    if not answer.plan_kept:
        lines.insert(0, _("A solve on the way found a better plan than the one at hand; changes count from it."))
    for sentence in lines:
        sheet.merged(row, 0, 4, sentence, "line")
        row += 1


def _ends(sheet: Sheet, row: int, col: int, change: Change | None) -> None:
    """Write both ends of an interval, and its width as a formula."""
    ends = [None if change is None or v is None else float(Fraction(v)) for v in ((change.low, change.high) if change is not None else (None, None))]
    for at, end in enumerate(ends):
        sheet.value(row, col + at, end, "money" if end is not None else "text")
    low, high = ends
    if low is not None and high is not None:
        sheet.formula(row, col + 2, f"={cell(row, col + 1)}-{cell(row, col)}", high - low, "money")
    else:
        sheet.text(row, col + 2, "" if change is None else state_text(change))


def _caps(book: Book, answer: WorthAnswer, names: dict[str, str], places: int) -> None:
    more, less = step_name(answer, 1), step_name(answer, -1)
    header = [
        _("cap"), _("year"), _("cap, 10k yuan"), _("used, 10k yuan"), _("left over, 10k yuan"), _("price, left"), _("price, right"),
        _("{step}: at least").format(step=more), _("{step}: at most").format(step=more), _("{step}: width").format(step=more), _("{step}: how far solved").format(step=more),
        _("{step}: taken away, 10k yuan").format(step=less), _("{step}: at least").format(step=less), _("{step}: at most").format(step=less), _("{step}: width").format(step=less), _("{step}: how far solved").format(step=less),
        _("rests on"), _("projects of the plan found with one step more"),
    ]  # fmt: skip
    sheet = book.sheet(_("caps"), [30, 8, 16, 16, 16, 16, 16, 16, 16, 14, 18, 16, 16, 16, 14, 18, 26, 60])
    row = first = sheet.header(header, keep=2)
    for cap in ordered(answer):
        _cap(sheet, row, cap, names)
        row += 1
    sheet.filter(first - 1, row - 1, len(header))


def _cap(sheet: Sheet, row: int, cap: CapWorth, names: dict[str, str]) -> None:
    sheet.text(row, 0, cap.label.text())
    sheet.value(row, 1, cap.year, "year" if cap.year is not None else "text")
    sheet.money(row, 2, cap.yuan)
    sheet.money(row, 3, cap.used)
    sheet.sum_of_money(row, 4, f"={cell(row, 2)}-{cell(row, 3)}", cap.yuan - cap.used)
    for at, price in enumerate((cap.price.left, cap.price.right)):
        sheet.value(row, 5 + at, price if price is not None else _("no point"), "money" if price is not None else "text")
    if cap.less is not None:
        sheet.money(row, 11, -cap.less.by)
    for at, change in ((7, cap.more), (12, cap.less)):
        _ends(sheet, row, at, change)
        sheet.text(row, at + 3, state_text(change))
    rests = basis_text(cap)
    sheet.text(row, 16, rests + (f" ({cap.why.text()})" if rests and cap.why is not None else ""), "warn" if cap.assumption else "text")
    sheet.text(row, 17, moves_text(cap.more, names, _NAMED))


def _sets(book: Book, answer: WorthAnswer, names: dict[str, str], places: int) -> None:
    def line(s: SetWorth) -> list[object]:
        low, high = (None if v is None else float(Fraction(v)) for v in (s.more.low, s.more.high))
        return [
            set_name(s), mode_text(s), _("a bottleneck of the plan") if s.bottleneck else "", _("assumption") if s.assumption else "", s.slope, low, high,
            change_text(s.alone, places), verdict_text(s, places), moves_text(s.more, names, _NAMED),
        ]  # fmt: skip

    header = [_("caps"), _("how"), _("bottleneck"), _("rests on"), _("price"), _("at least"), _("at most"), _("the best alone"), _("proven of one step"), _("projects of the plan found")]
    styles = ("text", "text", "text", "text", "money", "money", "money", "text", "text", "text")
    cut = _("the table is longer than a sheet: the rest is in the JSON file")
    write_table(book.sheet(_("caps together"), [44, 26, 16, 12, 16, 16, 16, 26, 50, 60]), header, [line(s) for s in answer.sets], styles, cut, keep=1)


def _curve(book: Book, curve: Curve) -> None:
    sheet = book.sheet(curve_name(curve), [20, 12, 20, 20, 20, 16, 12, 24])
    header = [_("money, 10k yuan"), _("of today's"), _("spent, 10k yuan"), _("at least"), _("at most"), _("width"), _("new starts"), _("how far solved")]
    row = first = sheet.header(header)
    for p in curve.points:
        sheet.money(row, 0, p.money)
        sheet.value(row, 1, p.money / curve.base if curve.base else None, "share" if curve.base else "text")
        if p.value is not None:
            sheet.money(row, 2, p.spent)
        _ends(sheet, row, 3, Change(by=0, low=p.value, high=p.bound, stopped=p.stopped))
        sheet.number(row, 6, p.starts)
        sheet.text(row, 7, state_text(Change(by=0, low=None, high=None, stopped=p.stopped)))
        row += 1
    sheet.filter(first - 1, row - 1, len(header))
    row += 1
    for title, corners in ((_("lower curve: from each corner on, steps"), curve.lower), (_("upper curve: lines through these corners"), curve.upper)):
        sheet.merged(row, 0, 3, title, "head2")
        for at, corner in enumerate(corners, row + 1):
            sheet.number(at, 0, wan_number(corner.money), "money")
            sheet.number(at, 3, corner.value, "money")
        row += len(corners) + 2


def _versions(book: Book, answer: WorthAnswer) -> None:
    rows: list[list[object]] = [[name, version, ""] for name, version in sorted(answer.program.items())]
    rows += [[i.role, i.path, i.sha256] for i in answer.inputs]
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), _("the table is longer than a sheet: the rest is in the JSON file"))
