"""Plans side by side as an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ..i18n import _
from .compare_view import CompareView
from .compare_words import bounds_of, cause_words, change_words, difference_words
from .numbers import gap_text, measured, points, unit_text, wan_number
from .view import PARTS, basis_name, rounding_note, stopped_words, synthetic_notice
from .xlsx_cells import Book, Sheet, cell, span, write_table

#: plans that get a column each; a wider sheet is no longer read
_COLUMNS = 60


def write_comparison(view: CompareView, path: str | Path) -> None:
    """Write a comparison as a workbook.

    Parameters
    ----------
    view : CompareView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).

    Notes
    -----
    Every formula carries the value that it has; texts are written as texts, whatever they begin with.
    """
    book = Book(str(path))
    for sheet in (_front, _changes, _moves, _money, _criteria, _rows, _frequency, _versions):
        sheet(book, view)
    book.close()


def _front(book: Book, view: CompareView) -> None:
    """Write what is compared, and what is proven of the differences."""
    sheet = book.sheet(_("read me first"), [6, 44, 20, 20, 12, 24, 12, 18, 12, 12, 40])
    row = 0
    if view.synthetic:
        sheet.merged(0, 0, 10, synthetic_notice(), "notice")
        row = 1
    city = view.text(view.plans[0].plan.city)
    sheet.merged(row, 0, 10, _("{city}: {number} plans compared").format(city=city, number=len(view.plans)), "title")
    row += 1
    for warning in view.data.warnings:
        sheet.merged(row, 0, 10, view.text(warning), "warn")
        row += 1
    sheet.merged(row, 0, 10, _("Objectives are proven within intervals. A difference is given as a number only where its interval is narrower than the last digit."), "line")
    row += 1
    header = [
        _("no."), _("plan"), _("objective"), _("proven upper bound"), _("gap"), _("why the solver stopped"), _("new starts"),
        _("investment (10k yuan)"), _("enter"), _("leave"), _("optimum against the reference's"),
    ]  # fmt: skip
    row = sheet.header(header, row)
    for at, named in enumerate(view.plans):
        o = named.plan.objective
        high = named.optimum.high
        sheet.number(row, 0, at + 1, "year")
        sheet.text(row, 1, named.name + ("" if at else " " + _("(reference)")))
        sheet.value(row, 2, Fraction(o.value), "money")
        sheet.value(row, 3, high if high is not None else _("not known"), "money" if high is not None else "text")
        sheet.text(row, 4, gap_text(o.gap), "centre")
        sheet.text(row, 5, stopped_words(named.plan))
        sheet.number(row, 6, len(named.starts))
        sheet.money(row, 7, sum(c.investment for c in named.plan.chosen))
        if at:
            against = view.data.against[at - 1]
            sheet.number(row, 8, view.moved(against, True))
            sheet.number(row, 9, view.moved(against, False))
            sheet.text(row, 10, difference_words(against))
        else:
            for col in (8, 9, 10):
                sheet.text(row, col, "")
        row += 1
    bases = list(dict.fromkeys(n.plan.objective.basis for n in view.plans))
    sheet.merged(row, 0, 10, _("objective: {bases}").format(bases=_(", ").join(basis_name(b) for b in bases)), "line")
    row += 2
    if view.data.missing:
        sheet.text(row, 1, _("Cases without a plan ({number})").format(number=len(view.data.missing)), "head2")
        for missing in view.data.missing:
            row += 1
            sheet.text(row, 1, missing.name)
            sheet.merged(row, 2, 10, missing.why, "text")


def _changes(book: Book, view: CompareView) -> None:
    """Write in which questions the plans differ from the reference."""
    sheet = book.sheet(_("what changed"), [44, 14, 44, 44, 44])
    kinds = {
        "grid": _("grid"), "setting": _("setting"), "weight": _("weight"), "scenario": _("scenario"), "file": _("file"), "bound": _("bound"),
    }  # fmt: skip
    rows = [[a.plan.name, kinds[c.kind], *change_words(view.view, c)] for a in view.data.against for c in a.changes]
    write_table(sheet, [_("plan"), _("kind"), _("what changed"), _("reference"), _("this plan")], rows, ["text"] * 5, "")


def _moves(book: Book, view: CompareView) -> None:
    """Write which projects enter and leave, and why."""
    sheet = book.sheet(_("enter and leave"), [44, 10, 16, 44, 16, 12, 12, 90])
    rows: list[Sequence[object]] = []
    for against in view.data.against:
        for m in against.moves:
            scores = [None if s is None else float(points(s)) for s in (m.score_before, m.score_after)]
            way = _("enters") if m.enters else _("leaves")
            rows.append([against.plan.name, way, m.id, m.name, wan_number(m.investment), *scores, _("; ").join(cause_words(view.view, m))])
    header = [_("plan"), _("way"), _("id"), _("project"), _("investment (10k yuan)"), _("score in the reference"), _("score in this plan"), _("why")]
    write_table(sheet, header, rows, ["text", "centre", "text", "text", "money", "score", "score", "text"], "")


def _matrix(book: Book, view: CompareView, title: str, first: str) -> tuple[Sheet, int, int]:
    """Begin a sheet with a row a thing and a column a plan; return it with the next row and the number of plans shown."""
    kept = min(len(view.plans), _COLUMNS)
    sheet = book.sheet(title, [40, *([20] * kept)])
    row = sheet.header([first, *(f"{n + 1}. " + view.name(n, "\n") for n in range(kept))])
    return sheet, row, kept


def _money(book: Book, view: CompareView) -> None:
    """Write money by channel, with sums by side and in all, of all years and of the plan year."""
    for title, money in ((_("money, all years"), view.money), (_("money, plan year"), view.money_now)):
        sheet, row, kept = _matrix(book, view, title, _("channel (10k yuan)"))
        sums: list[int] = []
        for side in view.sides:
            mine = [c for c in view.channels if view.side(c) == side]
            for channel in mine:
                sheet.text(row, 0, view.view.channel(channel), "indent")
                for at in range(kept):
                    sheet.money(row, 1 + at, money[at].get(channel, 0))
                row += 1
            sheet.text(row, 0, view.side_name(side), "sumtext")
            for at in range(kept):
                exact = sum(money[at].get(c, 0) for c in mine)
                sheet.sum_of_money(row, 1 + at, f"=SUM({span(row - len(mine), row - 1, 1 + at)})", exact)
            sums.append(row)
            row += 1
        sheet.text(row, 0, _("total"), "sumtext")
        for at in range(kept):
            formula = "=" + "+".join(cell(r, 1 + at) for r in sums) if sums else "=0"
            sheet.sum_of_money(row, 1 + at, formula, sum(money[at].values()))
        sheet.text(row + 1, 0, rounding_note(), "line")


def _criteria(book: Book, view: CompareView) -> None:
    """Write parts, criteria totals and weights."""
    sheet, row, kept = _matrix(book, view, _("criteria"), _("criterion: sum over new starts of basis x value"))
    for key in view.criteria:
        sheet.text(row, 0, view.view.criterion(key))
        for at in range(kept):
            sheet.value(row, 1 + at, Fraction(view.plans[at].plan.criterion_totals.get(key, "0")), "money")
        row += 1
    row += 1
    sheet.text(row, 0, _("weights"), "head2")
    for key in view.criteria:
        row += 1
        sheet.text(row, 0, view.view.criterion(key))
        for at in range(kept):
            weights = {w.criterion: Fraction(w.weight) for w in view.plans[at].plan.weights.rows}
            sheet.value(row, 1 + at, weights.get(key), "share" if key in weights else "text")
    row += 2
    sheet.text(row, 0, _("parts of the plan: number of projects"), "head2")
    for part in PARTS:
        row += 1
        sheet.text(row, 0, view.view.part(part))
        for at in range(kept):
            plan = view.plans[at].plan
            sheet.number(row, 1 + at, len(plan.reserve) if part == "reserve" else sum(c.part == part for c in plan.chosen))


def _rows(book: Book, view: CompareView) -> None:
    """Write caps and limits whose bound or tightness is not the same in all plans."""
    kept = min(len(view.plans), _COLUMNS)
    sheet = book.sheet(_("caps and limits"), [44, 12, *([26] * kept)])
    uses = [{u.row: u for u in n.plan.use} for n in view.plans[:kept]]
    rows: list[list[object]] = []
    for key in dict.fromkeys(k for u in uses for k in u):
        found = [u.get(key) for u in uses]
        if len({(u.at_least, u.at_most, u.binding) if u else None for u in found}) > 1:
            first = next(u for u in found if u is not None)
            cells = [
                "–" if u is None else f"{measured(u.value, u.unit)} ({bounds_of(u)})" + (" " + _("tight") if u.binding else "")
                for u in found
            ]
            rows.append([view.text(first.label), unit_text(first.unit), *cells])
    header = [_("limit"), _("unit"), *(f"{n + 1}. " + view.name(n, "\n") for n in range(kept))]
    write_table(sheet, header, rows, ["text"] * len(header), "")


def _frequency(book: Book, view: CompareView) -> None:
    """Write how often each project is in the plans, and what each plan makes of it."""
    kept = min(len(view.plans), _COLUMNS)
    sheet = book.sheet(_("frequency"), [16, 44, 16, 10, 10, 14, *([14] * kept)])
    rows = [
        [f.id, f.name, wan_number(f.investment), f.times, f.known, view.kind_name(f.kind), *(view.state_name(s) for s in f.states[:kept])]
        for f in sorted(view.data.frequency, key=lambda f: (("sometimes", "always", "carry_over", "never").index(f.kind), -f.times))
    ]
    header = [_("id"), _("project"), _("investment (10k yuan)"), _("times in a plan"), _("of plans"), _("how often"), *(f"{n + 1}. " + view.name(n, "\n") for n in range(kept))]
    write_table(sheet, header, rows, ["text", "text", "money", "whole", "whole", "centre", *(["centre"] * kept)], "")


def _versions(book: Book, view: CompareView) -> None:
    """Write files, versions and the hash of every input: the last sheet."""
    sheet = book.sheet(_("versions"), [44, 26, 60, 70])
    rows: list[list[object]] = []
    for named in view.plans:
        rows.append([named.name, _("plan file"), str(named.path), ""])
        rows += [[named.name, _("program"), name, version] for name, version in named.plan.program.items()]
        rows += [[named.name, _("input") + f" ({i.role})", i.path, i.sha256] for i in named.plan.inputs]
    write_table(sheet, [_("plan"), _("kind"), _("name"), _("value")], rows, ["text"] * 4, "")


