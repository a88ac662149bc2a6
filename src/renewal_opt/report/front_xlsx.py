"""A front as an Excel workbook: the plans, payoff and regret, projects by plan, open zones."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from ..i18n import _
from ..io.texttable import column_letters as column
from .front_view import FrontView
from .front_words import knee_words, regret_words
from .view import synthetic_notice
from .xlsx_cells import Book, cell, write_table

#: plans that get a column each in the sheet of projects
_COLUMNS = 400


def write_front_xlsx(view: FrontView, path: str | Path) -> None:
    """Write a front as a workbook.

    Parameters
    ----------
    view : FrontView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).

    Notes
    -----
    Regrets are live formulas over the values; texts are written as texts.
    """
    book = Book(str(path))
    _plans(book, view)
    _payoff(book, view)
    _projects(book, view)
    if view.front.open_zones:
        _zones(book, view)
    _versions(book, view)
    book.close()


def _versions(book: Book, view: FrontView) -> None:
    """Write versions, options and the hashes of every input."""
    front = view.front
    rows = [*([k, v, ""] for k, v in front.program.items()), *([i.role, i.path, i.sha256] for i in front.inputs)]
    rows += [[_("option"), f"{k}: {json.dumps(v, ensure_ascii=False)}", ""] for k, v in front.options.items() if v]
    rows += [[_("solver time"), _("{seconds:.1f} s, {runs} solves").format(seconds=front.seconds, runs=front.runs), ""]]
    write_table(book.sheet(_("versions"), [20, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), "")


def _plans(book: Book, view: FrontView) -> None:
    """Write values and regrets of every plan; best and worst stand above, so that the formulas can be read."""
    front, p = view.front, len(view.front.objectives)
    sheet = book.sheet(_("plans"), [7, *([18] * p), 10, *([14] * p), 14, 26])
    last = 2 * p + 3
    row = 0
    if front.synthetic:
        sheet.merged(row, 0, last, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, last, view.text(front.title), "title")
    row += 1
    for words in view.claim_words():
        sheet.merged(row, 0, last, words, "line")
        row += 1
    best_row, worst_row = row, row + 1
    style = _styles(view)
    sheet.text(best_row, 0, _("best"))
    sheet.text(worst_row, 0, _("worst"))
    for k, (best, worst) in enumerate(view.ranges if view.values else []):
        sheet.value(best_row, 1 + k, best, style[k])
        sheet.value(worst_row, 1 + k, worst, style[k])
    regrets = [_("regret: {name}").format(name=view.name(k)) for k in range(p)]
    header = [_("no."), *(view.heading(k) for k in range(p)), _("new starts"), *regrets, _("largest regret"), _("plan file")]
    start = row = sheet.header(header, worst_row + 1)
    for i, point in enumerate(front.points):
        sheet.number(row, 0, point.id, "year")
        for k, value in enumerate(view.values[i]):
            sheet.value(row, 1 + k, value, style[k])
        sheet.number(row, 1 + p, len(point.chosen))
        for k in range(p):
            b, w, v = cell(best_row, 1 + k), cell(worst_row, 1 + k), cell(row, 1 + k)
            formula = f"=IF({_fixed(b)}={_fixed(w)},0,ABS({_fixed(b)}-{v})/ABS({_fixed(b)}-{_fixed(w)}))"
            sheet.formula(row, 2 + p + k, formula, float(view.regret(i, k)), "share")
        first, end = cell(row, 2 + p), cell(row, 1 + 2 * p)
        sheet.formula(row, 2 + 2 * p, f"=MAX({first}:{end})", float(max(view.regrets(i))), "share")
        sheet.text(row, 3 + 2 * p, point.plan)
        row += 1
    sheet.filter(start - 1, row - 1, len(header))


def _styles(view: FrontView) -> list[str]:
    """Return the format of each objective's values: whole, or with decimals."""
    shares = [o.unit.en == "share" for o in view.front.objectives]
    return ["share" if share else "whole" if places == 0 else "money" for share, places in zip(shares, view.places, strict=True)]


def _fixed(name: str) -> str:
    """Return a cell's name that does not move when the formula is copied down."""
    letters = name.rstrip("0123456789")
    return f"{letters}${name[len(letters):]}"


def _payoff(book: Book, view: FrontView) -> None:
    """Write the best plan of each objective, ideal and nadir, and the regrets of the plans that stand out."""
    front, p, style = view.front, len(view.front.objectives), _styles(view)
    sheet = book.sheet(_("payoff"), [44, *([20] * max(p, 1)), 14, 14, 10])
    row = sheet.header([_("best plan of"), *(view.heading(k) for k in range(p))])
    for k, number in enumerate(front.payoff):
        sheet.text(row, 0, view.best_text(k, number))
        for j in range(p):
            sheet.value(row, 1 + j, None if number is None else view.values[number - 1][j], "" if number is None else style[j])
        row += 1
    objectives = front.objectives
    worst = [r for _best, r in view.ranges] if view.values and all(o.nadir is None for o in objectives) else None
    lines: list[tuple[str, list[str | Fraction | None]]] = [(_("ideal"), [o.ideal for o in objectives])]
    if any(o.ideal is None for o in objectives):
        lines.append((_("no plan is better (proven)"), [o.bound for o in objectives]))
    lines.append((_("worst shown"), list(worst)) if worst else (_("nadir"), [o.nadir for o in objectives]))
    for title, known in lines:
        sheet.text(row, 0, title)
        for j, value in enumerate(known):
            sheet.value(row, 1 + j, _("not proven") if value is None else Fraction(value), "text" if value is None else style[j])
        row += 1
    sheet.merged(row, 0, p, regret_words(), "line")
    sheet.merged(row + 1, 0, p, knee_words(), "line")
    row += 3
    for at, title in enumerate([_("why it stands out"), *(_("regret: {name}").format(name=view.name(k)) for k in range(p)), _("mean"), _("largest"), _("plan")]):
        sheet.text(row, at, title, "header")
    for found in view.regret_table():
        row += 1
        sheet.text(row, 0, found.title)
        for j, share in enumerate((*found.regrets, found.mean, found.worst)):
            sheet.number(row, 1 + j, float(share), "share")
        sheet.number(row, p + 3, front.points[found.point].id, "year")


def _projects(book: Book, view: FrontView) -> None:
    """Write which plans start a project: 1 or 0, with the share of plans as a live formula."""
    points = view.front.points[:_COLUMNS]
    sheet = book.sheet(_("list of projects"), [16, 36, 16, 16, 10, *([6] * len(points))])
    header = [_("id"), _("project"), _("district"), _("investment (10k yuan)"), _("share"), *(str(p.id) for p in points)]
    start = row = sheet.header(header)
    inside = [set(p.chosen) for p in points]
    for project_id, project in view.projects.items():
        sheet.text(row, 0, project_id)
        sheet.text(row, 1, project.name)
        sheet.text(row, 2, view.district(project_id))
        sheet.money(row, 3, project.investment)
        marks = [int(project_id in s) for s in inside]
        if marks:
            formula = f"=AVERAGE({column(5)}{row + 1}:{column(4 + len(marks))}{row + 1})"
            sheet.formula(row, 4, formula, sum(marks) / len(marks), "share")
        for at, mark in enumerate(marks):
            sheet.number(row, 5 + at, mark, "whole")
        row += 1
    if len(view.front.points) > len(points):
        sheet.text(row, 1, _("{n} more plans stand in front.csv").format(n=len(view.front.points) - len(points)))
    sheet.filter(start - 1, row - 1, len(header))


def _zones(book: Book, view: FrontView) -> None:
    """Write where plans may be missing."""
    p, style = len(view.front.objectives), _styles(view)
    sheet = book.sheet(_("open zones"), [*([24] * p), 60])
    row = sheet.header([*(_("better than: {name}").format(name=view.name(k)) for k in range(p)), _("why it is open")])
    for zone in view.front.open_zones[:100_000]:
        for k, value in enumerate(zone.better_than):
            sheet.value(row, k, _("any") if value is None else Fraction(value), "text" if value is None else style[k])
        sheet.text(row, p, zone.why)
        row += 1
