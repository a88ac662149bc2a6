"""First and last sheets: 说明, 复核, 假设, 版本."""

from __future__ import annotations

import json
from fractions import Fraction

from ..i18n import _
from .numbers import gap_text, points, rounded, wan
from .view import View, basis_name, family_name, of_another_question, stopped_name, synthetic_notice
from .xlsx_cells import Book, Sheet, write_table


def front(book: Book, view: View) -> None:
    """Write the first page: what was asked, what is proven, and which assumptions bind."""
    plan, o = view.plan, view.plan.objective
    sheet = book.sheet(_("read me first"), [30, 22, 20, 20, 20, 34], landscape=False)
    row = 0
    if plan.synthetic:
        sheet.merged(row, 0, 5, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 5, view.text(plan.title), "title")
    other = of_another_question(plan)
    years = str(plan.plan_year) if plan.window == 1 else f"{plan.plan_year}–{plan.plan_year + plan.window - 1}"
    facts = [
        (_("city"), view.text(plan.city)),
        (_("scenario"), plan.scenario),
        (_("plan year"), years),
        (_("library"), view.library.name if view.library else ""),
        (_("data as of"), plan.library_as_of or _("not stated")),
        (_("objective"), f"{rounded(Fraction(o.value)):,.2f} · {basis_name(o.basis)}"),
        (_("proven upper bound"), _("not known") if o.bound is None else f"{o.bound:,.2f}"),
        *([] if other else [(_("gap (asked)"), f"{gap_text(o.gap)} ({gap_text(float(o.gap_asked))})")]),
        (_("origin"), other) if other else (_("why the solver stopped"), f"{stopped_name(o.stopped)} · {o.seconds:.1f} s · " + _("{number} repairs").format(number=o.repairs)),
        (_("exact re-check"), _checks_words(view)),
    ]
    row += 2
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, 5, value, "text")
        row += 1
    row = _parts(sheet, view, row + 1)
    row = _binding(sheet, view, row + 1)
    row = _warnings(sheet, view, row + 1)
    _numbers(sheet, view, row + 1)




def _checks_words(view: View) -> str:
    checks = view.plan.checks
    if not checks:
        return _("not done")
    failed = [family_name(c.family) for c in checks if not c.holds]
    if failed:
        return _("FAILS in {families}").format(families=_(", ").join(failed))
    return _("{families} rule families, {rows} comparisons, all hold").format(families=len(checks), rows=f"{sum(c.rows for c in checks):,d}")


def _parts(sheet: Sheet, view: View, row: int) -> int:
    names = (_("part"), _("number"), _("total investment"), _("this year"), _("later years"))
    sheet.text(row, 0, _("parts of the plan (10k yuan)"), "head2")
    for at, name in enumerate(names):
        sheet.text(row + 1, at, name, "header")
    row += 2
    for part in view.parts:
        sheet.text(row, 0, view.part(part.part))
        sheet.number(row, 1, part.number)
        for at, yuan in enumerate((part.investment, part.this_year, part.later), start=2):
            sheet.money(row, at, yuan)
        row += 1
    sheet.text(row, 0, _("not selected"))
    sheet.number(row, 1, len(view.plan.refused))
    sheet.money(row, 2, sum(r.investment for r in view.plan.refused))
    return row + 1


def _binding(sheet: Sheet, view: View, row: int) -> int:
    bind = [a for a in view.plan.assumptions if a.binds]
    sheet.text(row, 0, _("assumptions that bind ({number} of {all})").format(number=len(bind), all=len(view.plan.assumptions)), "head2")
    row += 1
    if not bind:
        sheet.text(row, 0, _("none"), "line")
        return row + 1
    for a in bind:
        sheet.text(row, 0, view.text(a.label), "warn")
        sheet.merged(row, 1, 5, f"{view.text(a.why)} ({a.path})", "warn")
        row += 1
    return row


def _warnings(sheet: Sheet, view: View, row: int) -> int:
    sheet.text(row, 0, _("what the reader should know"), "head2")
    row += 1
    notes = [view.text(w.label) for w in view.plan.warnings]
    for area, year in view.plan.opened_areas.items():
        notes.append(_("coordinated area {area} is opened in {year}").format(area=area, year=year))
    for w in view.plan.waivers:
        expiry = w.expiry or _("no stated end")
        items = _(", ").join(view.rule(i) for i in w.items)
        notes.append(_("waiver for {id}: {items}; {authority}, {number}, until {expiry}").format(id=w.id, items=items, authority=w.authority, number=w.number, expiry=expiry))
    for note in notes or [_("nothing")]:
        sheet.merged(row, 0, 5, note, "line")
        row += 1
    return row


def _numbers(sheet: Sheet, view: View, row: int) -> None:
    """Chosen and refused compared, the lists of other bases, correlations (domain.md 1.6)."""
    sheet.text(row, 0, _("chosen and refused compared"), "head2")
    for at, name in enumerate((_("group"), _("number"), _("median investment"), _("mean score"))):
        sheet.text(row + 1, at, name, "header")
    row += 2
    for s in view.plan.statistics:
        sheet.text(row, 0, _("new starts chosen") if s.group == "chosen" else _("candidates refused"))
        sheet.number(row, 1, s.number)
        sheet.money(row, 2, s.median_investment)
        sheet.number(row, 3, s.mean_score, "score")
        row += 1
    for b in view.plan.bases:
        proven = "" if b.proven else _(" (not proven)")
        words = _("list by {basis}: {chosen} new starts, {overlap} of them also here").format(basis=basis_name(b.basis), chosen=b.chosen, overlap=b.overlap)
        sheet.merged(row, 0, 5, words + proven, "line")
        row += 1
    for pair, value in view.plan.correlations.items():
        first, _tilde, second = pair.partition("~")
        names = f"{view.criterion(first)} ~ {view.criterion(second)}"
        sheet.merged(row, 0, 5, _("correlation {pair}: {value}").format(pair=names, value=f"{value:.2f}"), "line")
        row += 1


def checks(book: Book, view: View) -> None:
    """Write the exact re-check, family by family."""
    sheet = book.sheet(_("re-check"), [28, 24, 14, 14], landscape=False)
    rows = [(family_name(c.family), c.family, _("holds") if c.holds else _("FAILS"), c.rows) for c in view.plan.checks]
    write_table(sheet, [_("rule family"), _("id"), _("result"), _("comparisons")], rows, ["text", "text", "text", "whole"], "")


def assumptions(book: Book, view: View) -> None:
    """Write every assumption that acted, those that bind first."""
    sheet = book.sheet(_("assumptions"), [34, 46, 70, 10])
    rows = [(view.text(a.label), a.path, view.text(a.why), _("binds") if a.binds else "") for a in view.plan.assumptions]
    write_table(sheet, [_("assumption"), _("path in the policy"), _("why"), _("binds")], rows, ["text"] * 4, "")


def versions(book: Book, view: View) -> None:
    """Write versions, options and the hash of every input: the last sheet."""
    plan = view.plan
    sheet = book.sheet(_("versions"), [26, 70, 70])
    rows: list[tuple[str, str, str]] = [(_("program"), name, version) for name, version in plan.program.items()]
    rows.append((_("plan schema"), "plan_version", str(plan.plan_version)))
    rows += [(_("option"), name, json.dumps(value, ensure_ascii=False, default=str)) for name, value in plan.options.items()]
    rows.append((_("option"), "gap", plan.objective.gap_asked))
    rows += [(_("input") + f" ({i.role})", i.path, i.sha256) for i in plan.inputs]
    rows.append((_("weights"), "method", plan.weights.method))
    if plan.weights.consistency_ratio is not None:
        rows.append((_("weights"), "consistency_ratio", f"{plan.weights.consistency_ratio:.4f}"))
    rows += [(_("weights"), view.criterion(w.criterion), f"{w.weight} = {points(Fraction(w.weight) * 100)} %") for w in plan.weights.rows]
    rows += [(_("sum of basis x criterion"), view.criterion(k), f"{rounded(Fraction(v)):,.2f}") for k, v in plan.criterion_totals.items()]
    later = sum(n.yuan for n in plan.later_needs)
    rows.append((_("money of later years"), _("10k yuan"), wan(later)))
    write_table(sheet, [_("kind"), _("name"), _("value")], rows, ["text"] * 3, "")
