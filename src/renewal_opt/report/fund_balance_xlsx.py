"""The price of balancing as an Excel workbook."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.fund_balance import BalancePrice
from ..i18n import _
from .fund_balance_words import level_name, nothing, question, state, stopped_note, unbalanced_words
from .view import synthetic_notice, unit_name
from .xlsx_cells import Book, write_table


def write_balance_price(answer: BalancePrice, path: str | Path) -> None:
    """Write the answer as a workbook to a temporary name (`io.atomic`)."""
    book = Book(str(path))
    sheet = book.sheet(_("price of balancing"), [26, 20, 20, 20, 20, 12, 12, 14, 60, 60])
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, 9, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 9, _("Price of balancing: {title}").format(title=answer.title.text()), "title")
    sheet.merged(row + 1, 0, 9, question(answer), "line")
    sheet.merged(row + 2, 0, 9, _("Scores are in {unit}. A price is the interval that both proven bounds leave open.").format(unit=unit_name(answer.basis)), "line")
    if note := stopped_note(answer):
        sheet.merged(row + 3, 0, 9, note, "warn")
        row += 1
    names = [
        _("who balances"), _("score"), _("proven upper bound"), _("price, at least"), _("price, at most"), _("new starts"), _("groups"), _("unbalanced before"), _("leave"), _("enter"),
    ]  # fmt: skip
    row = sheet.header(names, row + 4, keep=1)
    for p in answer.plans:
        sheet.text(row, 0, level_name(p.level))
        if p.status != "solved":
            sheet.merged(row, 1, 4, f"{state(p)} {p.why}".strip(), "warn")
        for col, value in enumerate((None if p.objective is None else float(Fraction(p.objective)), p.bound, p.price_least, p.price_most), start=1):
            if p.status == "solved":
                sheet.value(row, col, value, "money" if value is not None else "")
        sheet.value(row, 5, len(p.chosen) if p.status == "solved" else None)
        for col, count in ((6, p.groups), (7, p.short)):
            sheet.value(row, col, None if p.level == "none" else count)
        sheet.text(row, 8, nothing(p) or ", ".join(p.left), "warn" if nothing(p) else "text")
        sheet.text(row, 9, ", ".join(p.entered))
        row += 1
    for words in unbalanced_words(answer):
        sheet.merged(row, 0, 9, words, "line")
        row += 1
    cut = _("the table is longer than a sheet: the rest is in the JSON file")
    solved = [p for p in answer.plans if p.status == "solved"]
    everyone = sorted({c for p in solved for c in p.chosen})
    marks = [[c, *("●" if c in set(p.chosen) else "" for p in solved)] for c in everyone]
    write_table(book.sheet(_("plans by level"), [20, *[20] * len(solved)]), [_("project"), *(level_name(p.level) for p in solved)], marks, ("text", *["centre"] * len(solved)), cut, keep=1)
    rows = [["renewal_opt", answer.program, ""], *([i.role, i.path, i.sha256] for i in answer.inputs)]
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), cut)
    book.close()
