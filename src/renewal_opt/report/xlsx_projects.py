"""Sheets of projects and rules: 项目清单, 得分, 筛查, 未入选, 限额使用."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..domain.base import WAN
from ..domain.library import Project
from ..domain.plan import Chosen, Reserve, RowUse
from ..i18n import _
from .numbers import unit_text
from .view import View, family_name, status_name
from .xlsx_cells import Book, write_table


def project_list(book: Book, view: View) -> None:
    """Write every project of the plan, one row each."""
    header = [
        _("project id"), _("project name"), _("part"), _("year of start"), _("district"), _("object class"), _("object type"),
        _("renewal mode"), _("action"), _("work"), _("zone"), _("key area"), _("coordinated area"), _("kind of implementer"),
        _("total investment (10k yuan)"), _("money of the plan (10k yuan)"), _("score"), _("rank in reserve"), _("forced"), _("hangs on blanks"), _("reason"),
    ]  # fmt: skip
    styles = ["text"] * 3 + ["year"] + ["text"] * 10 + ["money", "money", "score", "year", "text", "text", "text"]
    rows = [_listed(view, c) for c in view.plan.chosen] + [_listed(view, r) for r in view.plan.reserve]
    sheet = book.sheet(_("project list"), [14, 30, 9, 9, 10, 14, 14, 10, 16, 18, 12, 14, 12, 12, 14, 14, 9, 9, 9, 9, 40])
    write_table(sheet, header, rows, styles, _cut())


def _listed(view: View, entry: Chosen | Reserve) -> list[object]:
    p = view.projects.get(entry.id)
    get: Callable[[str], str | None] = lambda name: getattr(p, name) if p else None  # noqa: E731
    chosen = entry if isinstance(entry, Chosen) else None
    waiting = entry if isinstance(entry, Reserve) else None
    action = view.action(p)
    return [
        entry.id, entry.name, view.part(chosen.part if chosen else "reserve"), (chosen.start if chosen else None) or (p.start_year if p and chosen else None),
        view.of("districts", get("district")), view.of("object_classes", get("object_class")), view.of("object_types", get("object_type")),
        view.of("modes", get("mode")), view.of("actions", action), view.of("works", get("work")), view.of("zones", get("zone")),
        view.of("key_areas", get("key_area")), get("coord_area") or "", view.of("implementer_kinds", get("implementer_kind")),
        entry.investment / WAN, sum(m.yuan for m in chosen.money) / WAN if chosen else None, Fraction(entry.score),
        waiting.rank if waiting else None, _("yes") if chosen and chosen.forced else "", _("yes") if chosen and chosen.hangs_on_blank else "",
        _("; ").join(view.text(r.label) for r in waiting.reasons) if waiting else "",
    ]  # fmt: skip


def scores(book: Book, view: View) -> None:
    """Write every score with worst and best fill of the blanks, criteria and indicators."""
    plan = view.plan
    criteria = list(dict.fromkeys(k for s in plan.scores for k in s.criteria))
    indicators = list(dict.fromkeys(k for s in plan.scores for k in s.indicators))
    where = {c.id: view.part(c.part) for c in plan.chosen} | {r.id: view.part("reserve") for r in plan.reserve}
    names = {c.id: c.name for c in plan.chosen} | {r.id: r.name for r in plan.reserve} | {r.id: r.name for r in plan.refused}
    weights = {w.criterion: Fraction(w.weight) for w in plan.weights.rows}
    header = [_("project id"), _("project name"), _("in"), _("score"), _("worst fill"), _("best fill")]
    header += [f"{view.criterion(k)} ({float(weights.get(k, Fraction(0))):.2%})" for k in criteria]
    header += [view.criterion(k) for k in indicators] + [_("blank indicators")]
    rows = [
        [
            s.id, names.get(s.id, ""), where.get(s.id, _("not selected")), Fraction(s.total), Fraction(s.worst), Fraction(s.best),
            *(_maybe(s.criteria, k) for k in criteria), *(_maybe(s.indicators, k) for k in indicators),
            _(", ").join(view.criterion(k) for k in s.missing),
        ]
        for s in plan.scores
    ]  # fmt: skip
    many = len(criteria) + len(indicators)
    sheet = book.sheet(_("scores"), [14, 30, 10, 9, 9, 9, *[11] * many, 30])
    write_table(sheet, header, rows, ["text"] * 3 + ["score"] * (3 + many) + ["text"], _cut())


def _maybe(values: dict[str, str], key: str) -> Fraction | None:
    return Fraction(values[key]) if key in values else None


def screening(book: Book, view: View) -> None:
    """Write every clause of every project with its evidence."""
    names = {p.id: p.name for p in view.projects.values()}
    header = [_("project id"), _("project name"), _("result"), _("decides"), _("clause"), _("status"), _("papers alone"), _("evidence"), _("path in the policy")]
    rows = [
        [
            s.id, names.get(s.id, ""), status_name(s.status), _("yes") if s.applied else _("no, listed only"), view.rule(c.clause),
            status_name(c.status), _("yes") if c.papers else "", view.text(c.evidence), c.clause,
        ]
        for s in view.plan.screening
        for c in s.clauses
    ]  # fmt: skip
    sheet = book.sheet(_("screening"), [14, 28, 9, 11, 28, 9, 9, 50, 40])
    write_table(sheet, header, rows, ["text"] * 9, _cut())


def refused(book: Book, view: View) -> None:
    """Write what is not selected, with every reason."""
    header = [_("project id"), _("project name"), _("district"), _("total investment (10k yuan)"), _("score"), _("kind of reason"), _("reason"), _("rule")]
    rows: list[list[object]] = []
    for r in view.plan.refused:
        p: Project | None = view.projects.get(r.id)
        first = [r.id, r.name, view.of("districts", p.district if p else None), r.investment / WAN, Fraction(r.score)]
        for reason in r.reasons:
            rows.append([*first, view.reason_group(reason), view.text(reason.label), reason.rule])
        if not r.reasons:
            rows.append([*first, "", "", ""])
    sheet = book.sheet(_("not selected"), [14, 30, 10, 14, 9, 34, 60, 40])
    write_table(sheet, header, rows, ["text"] * 3 + ["money", "score"] + ["text"] * 3, _cut())


def use_of_limits(book: Book, view: View) -> None:
    """Write how far every cap and limit is used, those that bind marked."""
    header = [
        _("family"), _("limit"), _("value"), _("at least"), _("at most"), _("unit"), _("used"),
        _("binds"), _("assumption"), _("row"), _("rule"),
    ]  # fmt: skip
    sheet = book.sheet(_("use of limits"), [14, 44, 15, 15, 15, 9, 9, 8, 9, 36, 36])
    start = sheet.header(header)
    for at, use in enumerate(view.plan.use):
        row = start + at
        style = {"yuan": "money", "share": "share", "count": "whole"}.get(use.unit, "score")
        mark = "warn" if use.binding else "text"
        sheet.text(row, 0, family_name(use.family), mark)
        sheet.text(row, 1, view.text(use.label), mark)
        for col, text in enumerate((use.value, use.at_least, use.at_most), start=2):
            sheet.value(row, col, None if text is None else _cell_number(text, use), style if text is not None else "text")
        sheet.text(row, 5, unit_text(use.unit))
        if use.at_most is not None and Fraction(use.at_most) > 0:
            ratio = Fraction(use.value) / Fraction(use.at_most)
            sheet.formula(row, 6, f"=C{row + 1}/E{row + 1}", float(ratio), "share")
        else:
            sheet.text(row, 6, "")
        for col, text in enumerate((_("yes") if use.binding else "", _("yes") if use.assumption else "", use.row, use.rule), start=7):
            sheet.text(row, col, text, mark if col < 9 else "text")
    sheet.filter(start - 1, start + len(view.plan.use) - 1, len(header))


def _cell_number(text: str, use: RowUse) -> float:
    value = Fraction(text)
    return float(value / WAN if use.unit == "yuan" else value)


def _cut() -> str:
    return _("Not all rows fit into a sheet; the plan file has all.")
