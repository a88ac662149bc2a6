"""Plans side by side in the terminal, 80 columns and up."""

from __future__ import annotations

from fractions import Fraction
from typing import IO

from ..analysis.compare.data import Against
from ..i18n import _
from .compare_view import CompareView
from .compare_words import cause_words, change_words, difference_words
from .numbers import gap_text, percent, rounded, wan
from .terminal import SHOWN, Pages
from .view import basis_name, rounding_note, synthetic_notice

#: plans told one by one; more are counted
_TOLD = 4
#: projects listed for each of several plans
_MOVES = 5
#: cells of a column of numbers
_COLUMN = 14


def print_comparison(view: CompareView, file: IO[str], *, width: int | None = None) -> None:
    """Print a comparison.

    Parameters
    ----------
    view : CompareView
    file : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages = Pages(file, width)
    if view.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(_("{city}: {number} plans compared").format(city=view.text(view.plans[0].plan.city), number=len(view.plans)), "bold")
    for warning in view.data.warnings:
        pages.line("! " + view.text(warning))
    _plans(view, pages)
    for against in view.data.against[:_TOLD]:
        _against(view, pages, against)
    if len(view.data.against) > _TOLD:
        pages.console.print()
        pages.line(_("{n} more plans are told one by one in the workbook and the page (--xlsx, --html)").format(n=len(view.data.against) - _TOLD))
    _money(view, pages)
    _criteria(view, pages)
    _frequency(view, pages)
    if view.data.missing:
        pages.heading(_("Cases without a plan ({number})").format(number=len(view.data.missing)))
        for m in view.data.missing[:SHOWN]:
            pages.line(f"{m.name}: {m.why}")
        pages.more(SHOWN, len(view.data.missing))


def _plans(view: CompareView, pages: Pages) -> None:
    pages.heading(_("Plans") + (f" · {view.shared}" if view.shared else ""))
    rows = []
    for at, named in enumerate(view.plans):
        o = named.plan.objective
        value = rounded(Fraction(o.value))
        moved = ["–", "–"] if at == 0 else [f"+{view.moved(view.data.against[at - 1], True)}", f"−{view.moved(view.data.against[at - 1], False)}"]
        shown = f"{value:,.0f}" if abs(value) >= 1_000_000 else f"{value:,.2f}"
        rows.append([str(at + 1), view.short[at] + ("" if at else "\n" + _("(reference)")), shown, gap_text(o.gap), str(len(named.starts)), *moved])
    pages.table([_("no."), _("plan"), _("objective"), _("gap"), _("new starts"), _("enter"), _("leave")], rows, right=(0, 2, 3, 4, 5, 6))
    bases = list(dict.fromkeys(n.plan.objective.basis for n in view.plans))
    pages.line(_("objective: {bases}").format(bases=_(", ").join(basis_name(b) for b in bases)))


def _against(view: CompareView, pages: Pages, against: Against) -> None:
    at = next(n for n, plan in enumerate(view.plans) if plan is against.plan)
    pages.heading(_("{number}. {plan} against the reference").format(number=at + 1, plan=view.name(at)))
    pages.line(_("Optimum: {words}").format(words=difference_words(against)))
    shown, most = view.told(against), SHOWN if len(view.plans) == 2 else _MOVES
    if not against.changes:
        pages.line(_("The questions are the same: the lists differ within the proven gaps."))
    else:
        table = [list(change_words(view.view, c)) for c in shown[:SHOWN]]
        pages.table([_("what changed"), _("reference"), _("this plan")], table)
        pages.more(SHOWN, len(shown))
    for enters, title in ((False, _("Leave ({number})")), (True, _("Enter ({number})"))):
        moves = [m for m in against.moves if m.enters is enters]
        pages.line(title.format(number=len(moves)), "bold")
        rows = [[f"{m.id} {m.name}", wan(m.investment), _("; ").join(cause_words(view.view, m))] for m in moves[:most]]
        if rows:
            pages.table([_("project"), _("10k yuan"), _("why")], rows, right=(1,))
        pages.more(most, len(moves))


def _fits(view: CompareView, pages: Pages, first: int) -> int:
    """Return how many plans fit beside a first column."""
    return max(1, min(len(view.plans), (pages.console.width - first) // (_COLUMN + 1)))


def _money(view: CompareView, pages: Pages) -> None:
    pages.heading(_("Money by channel over all years (10k yuan)"))
    kept = _fits(view, pages, 24)
    rows = []
    for side in view.sides:
        mine = [c for c in view.channels if view.side(c) == side]
        rows.append([view.side_name(side), *(wan(sum(m.get(c, 0) for c in mine)) for m in view.money[:kept])])
        rows += [["  " + view.view.channel(c), *(wan(m[c]) if m.get(c) else "–" for m in view.money[:kept])] for c in mine]
    rows.append([_("total"), *(wan(sum(m.values())) for m in view.money[:kept])])
    pages.table([_("channel"), *(_plan_number(n) for n in range(kept))], rows, right=range(1, kept + 1), total=True)
    if any(m.yuan % 100 for n in view.plans for c in n.plan.chosen for m in c.money):
        pages.line(rounding_note())
    _left_out(view, pages, kept)


def _plan_number(at: int) -> str:
    return _("plan {number}").format(number=at + 1)


def _left_out(view: CompareView, pages: Pages, kept: int) -> None:
    if kept < len(view.plans):
        pages.line(_("the other {n} plans stand in the workbook and the page (--xlsx, --html)").format(n=len(view.plans) - kept))


def _criteria(view: CompareView, pages: Pages) -> None:
    pages.heading(_("Criteria: sum over new starts of basis x value, and its share of the reference's"))
    kept = _fits(view, pages, 24)
    rows = []
    for key in view.criteria:
        totals = [Fraction(n.plan.criterion_totals.get(key, "0")) for n in view.plans[:kept]]
        cells = [f"{rounded(totals[0]):,.0f}"]
        for named, total in zip(view.plans[1:kept], totals[1:], strict=True):
            same = named.plan.objective.basis == view.plans[0].plan.objective.basis and totals[0]
            cells.append(percent(total / totals[0]) if same else f"{rounded(total):,.0f}")
        rows.append([view.view.criterion(key), *cells])
    pages.table([_("criterion"), *(_plan_number(n) for n in range(kept))], rows, right=range(1, kept + 1))
    _left_out(view, pages, kept)


def _frequency(view: CompareView, pages: Pages) -> None:
    counts = view.counts
    pages.heading(_("How often projects are in the {number} plans").format(number=len(view.plans)))
    words = _("carried over {carry_over}, started in all {always}, in some {sometimes}, in none {never}")
    pages.line(words.format(**counts))
    rows = [[f"{f.id} {f.name}", f"{f.times}/{f.known}", wan(f.investment)] for f in view.sometimes[:SHOWN]]
    if rows:
        pages.table([_("project in some plans"), _("times"), _("10k yuan")], rows, right=(1, 2))
    pages.more(SHOWN, len(view.sometimes))


