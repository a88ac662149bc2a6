"""A stress test as an Excel workbook: cases, what falls, the grid, cover, reach, the plan that survives."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.fund_stress import StressAnswer
from ..i18n import _
from .fund_cover import shown
from .fund_stress_words import (
    best_words,
    case_name,
    changed_inputs,
    cover_definition,
    falls_of,
    far_definition,
    held_definition,
    held_words,
    not_searched,
    notes,
    places_of,
    reach_words,
    score_text,
    survivor_words,
)
from .view import synthetic_notice, unit_name
from .xlsx_cells import Book, span, write_table


def write_stress(answer: StressAnswer, path: str | Path) -> None:
    """Write a stress test as a workbook to a temporary name (`io.atomic`)."""
    book = Book(str(path))
    _cases(book, answer)
    _fallen(book, answer)
    first = falls_of(answer)
    cut = _("the table is longer than a sheet: the rest is in the JSON file")
    if first:
        listed = [[f.id, f.name, f.loss, f.cases, case_name(answer.cases[f.first], answer.channels)] for f in first]
        names = [_("project id"), _("project"), _("loss"), _("falls in cases"), _("least severe of them")]
        write_table(book.sheet(_("falls first"), [14, 44, 18, 14, 60]), names, listed, ("text", "text", "score", "whole", "text"), cut)
    if answer.thresholds:
        rows = [
            [t.id, t.name, _("special-purpose bonds") if t.of == "bonds" else _("all debt"), t.label.text(), _("yes") if t.assumption else _("no"), shown(t.cover), Fraction(t.ratio), float(Fraction(t.revenue_fall)), None if t.rate_rise is None else float(Fraction(t.rate_rise))]
            for t in answer.thresholds
        ]  # fmt: skip
        names = [_("project id"), _("project"), _("debt"), _("rule of cover"), _("assumption"), _("cover"), _("asked"), _("revenue may fall by"), _("rates may rise by (points)")]
        write_table(book.sheet(_("cover"), [14, 44, 16, 40, 10, 12, 12, 16, 18]), names, rows, ("text", "text", "text", "text", "centre", "score", "score", "share", "share"), cut)
    if answer.reach or answer.not_searched:
        rows = [[reach_words(r, answer.channels), float(Fraction(r.holds)), None if r.breaks is None else float(Fraction(r.breaks))] for r in answer.reach]
        rows += [[far_definition(), None, None]]
        rows += [[not_searched(answer), None, None]] if answer.not_searched else []
        write_table(book.sheet(_("how far"), [80, 16, 16]), [_("shock"), _("holds at"), _("breaks at")], rows, ("text", "share", "share"), cut)
    if answer.survivor is not None:
        _survivor(book, answer)
    files = [["renewal_opt", answer.program, ""], *([i.role, i.path, i.sha256] for i in answer.inputs)]
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], files, ("text", "text", "text"), cut)
    book.close()


def _cases(book: Book, answer: StressAnswer) -> None:
    sheet = book.sheet(_("cases"), [60, 36, 30, 18, 18, 18, 26, 50, 50, 60, 80])
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, 10, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 10, _("Stress: {title}").format(title=answer.title.text()), "title")
    value = score_text(answer.objective, places_of(answer))
    words = _("The plan as stated scores {value} ({unit}). A loss that is not one number is the interval that both proven bounds leave open.")
    lines = [words.format(value=value, unit=unit_name(answer.basis)), held_definition(), cover_definition(), *notes(answer)]
    for at, line in enumerate(lines, start=row + 1):
        sheet.merged(at, 0, 10, line, "line")
    names = [
        _("case"), _("changed inputs"), _("projects held"), _("loss when held"), _("loss, at least"), _("loss, at most"), _("loss when solved anew"), _("leave"), _("enter"), _("rules that no longer hold"),
        _("policy values that repeat the case"),
    ]  # fmt: skip
    row = sheet.header(names, row + len(lines) + 2, keep=1)
    for c in answer.cases:
        sheet.text(row, 0, case_name(c, answer.channels))
        sheet.text(row, 1, changed_inputs(c, answer.channels))
        sheet.text(row, 2, held_words(c.held) + (f" {c.held.why}" if c.held is not None and c.held.why else ""))
        sheet.value(row, 3, None if c.held is None or c.held.loss is None else Fraction(c.held.loss))
        sheet.value(row, 4, None if c.best is None else c.best.loss_least, "score" if c.best is not None and c.best.loss_least is not None else "")
        sheet.value(row, 5, None if c.best is None else c.best.loss_most, "score" if c.best is not None and c.best.loss_most is not None else "")
        sheet.text(row, 6, best_words(c.best, places_of(answer)))
        sheet.text(row, 7, "" if c.best is None else ", ".join(c.best.left))
        sheet.text(row, 8, "" if c.best is None else ", ".join(c.best.entered))
        sheet.text(row, 9, "" if c.held is None else "; ".join(r.text() for r in c.held.broken))
        values = [f"--set {k}={v}" for k, v in c.overrides.items()] + ([] if c.repeatable else [_("changes rows of the library: no override says all of it")])
        sheet.text(row, 10, "\n".join(values))
        row += 1


def _fallen(book: Book, answer: StressAnswer) -> None:
    told = [c for c in answer.cases if c.held is not None and c.held.fallen]
    if not told:
        return
    sheet = book.sheet(_("what falls"), [60, 8, 14, 44, 18, 90])
    row = sheet.header([_("case"), _("order"), _("project id"), _("project"), _("loss"), _("rules in the way")])
    for c in told:
        assert c.held is not None
        first = row
        for n, f in enumerate(c.held.fallen, start=1):
            for col, value in enumerate((case_name(c, answer.channels), n, f.id, f.name, Fraction(f.score), "; ".join(r.text() for r in f.rules))):
                sheet.value(row, col, value)
            row += 1
        sheet.text(row, 0, _("total"), "sumtext")
        for col in (1, 2, 3, 5):
            sheet.text(row, col, "", "sumtext")
        sheet.formula(row, 4, f"=SUM({span(first, row - 1, 4)})", float(Fraction(c.held.loss or 0)), "sum")
        row += 1


def _survivor(book: Book, answer: StressAnswer) -> None:
    s = answer.survivor
    assert s is not None
    sheet = book.sheet(_("survives"), [30, 90])
    rows: list[tuple[str, object]] = [(_("answer"), survivor_words(s, places_of(answer)))]
    if s.status == "solved":
        rows += [
            (_("score"), Fraction(s.objective or 0)), (_("proven upper bound"), s.bound), (_("loss, at least"), s.loss_least), (_("loss, at most"), s.loss_most),
            (_("leave"), ", ".join(s.left)), (_("enter"), ", ".join(s.entered)), (_("new starts"), ", ".join(s.chosen)),
        ]  # fmt: skip
    for row, (name, value) in enumerate(rows):
        sheet.text(row, 0, name, "sumtext")
        sheet.value(row, 1, value, "score" if isinstance(value, float) else "")
