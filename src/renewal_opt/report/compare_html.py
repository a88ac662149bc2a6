"""Plans side by side as one HTML page: charts by an embedded plotly, and nothing that asks the network."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..analysis.compare.data import Against
from ..i18n import _
from .compare_charts import MOST, STATES, charts
from .compare_view import CompareView
from .compare_words import cause_words, change_words, difference_words
from .numbers import gap_text, percent, rounded, wan
from .page import DRAWING, chart, chart_data, escaped, fold, frame, table, tag
from .view import basis_name, rounding_note, stopped_words, synthetic_notice


def write_page(view: CompareView, path: str | Path) -> None:
    """Write a comparison as one page.

    Parameters
    ----------
    view : CompareView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    Path(path).write_text(page(view), encoding="utf-8", newline="\n")


def page(view: CompareView) -> str:
    """Return the page."""
    drawn = charts(view)
    title = _("{city}: {number} plans compared").format(city=view.text(view.plans[0].plan.city), number=len(view.plans))
    body = "\n".join([*_head(view, title), *_plans(view, drawn), *_each(view), *_money(view, drawn), *_criteria(view, drawn), *_frequency(view, drawn), *_missing(view)])
    return frame(title, body, chart_data(drawn), DRAWING)


def _head(view: CompareView, title: str) -> list[str]:
    out = [tag("p", synthetic_notice(), "notice")] if view.synthetic else []
    out += [tag("h1", title), tag("p", _("Reference: {plan}").format(plan=view.plans[0].name), "soft")]
    return out + [tag("p", view.text(w), "warn") for w in view.data.warnings]


def _plans(view: CompareView, drawn: dict[str, str]) -> list[str]:
    rows = []
    for at, named in enumerate(view.plans):
        o, high = named.plan.objective, named.optimum.high
        against = view.data.against[at - 1] if at else None
        rows.append([
            str(at + 1), view.short[at] + ("" if at else "\n" + _("(reference)")), f"{rounded(Fraction(o.value)):,.2f}",
            _("not known") if high is None else f"{rounded(high):,.2f}", gap_text(o.gap), stopped_words(named.plan), str(len(named.starts)),
            wan(sum(c.investment for c in named.plan.chosen)), *((str(view.moved(against, True)), str(view.moved(against, False))) if against else ("–", "–")),
            difference_words(against) if against else "–",
        ])  # fmt: skip
    header = [
        _("no."), _("plan"), _("objective"), _("proven upper bound"), _("gap"), _("why the solver stopped"), _("new starts"),
        _("investment (10k yuan)"), _("enter"), _("leave"), _("optimum against the reference's"),
    ]  # fmt: skip
    bases = _(", ").join(basis_name(b) for b in dict.fromkeys(n.plan.objective.basis for n in view.plans))
    note = _("Objectives are proven within intervals. A difference is given as a number only where its interval is narrower than the last digit.")
    shared = f" · {view.shared}" if view.shared else ""
    words = _("objective: {bases}").format(bases=bases)
    return [
        tag("h2", _("Plans") + shared), table(header, rows, (0, 2, 3, 4, 6, 7, 8, 9)), tag("p", words, "soft"), tag("p", note, "soft"),
        *chart("difference", drawn),
    ]  # fmt: skip


def _each(view: CompareView) -> list[str]:
    out = [tag("h2", _("Each plan against the reference"))]
    for at, against in enumerate(view.data.against, start=1):
        words = _("enter {enter}, leave {leave}").format(enter=view.moved(against, True), leave=view.moved(against, False))
        inner = [tag("p", _("Optimum: {words}").format(words=difference_words(against))), *_changes(view, against)]
        for enters, title in ((False, _("Leave ({number})")), (True, _("Enter ({number})"))):
            rows = [[m.id, m.name, wan(m.investment), "\n".join(cause_words(view.view, m))] for m in against.moves if m.enters is enters]
            if rows:
                inner += [tag("h3", title.format(number=len(rows))), table([_("id"), _("project"), _("investment (10k yuan)"), _("why")], rows, (2,))]
        out += fold(f"{at + 1}. {view.name(at)} · {words}", inner, at == 1)
    return out


def _changes(view: CompareView, against: Against) -> list[str]:
    if not against.changes:
        return [tag("p", _("The questions are the same: the lists differ within the proven gaps."))]
    rows = [change_words(view.view, c) for c in view.told(against)]
    return [table([_("what changed"), _("reference"), _("this plan")], rows)]


def _numbered(view: CompareView) -> list[str]:
    return [f"{at + 1}. " + view.short[at] for at in range(len(view.plans))]


def _money(view: CompareView, drawn: dict[str, str]) -> list[str]:
    columns = range(1, len(view.plans) + 1)
    rows: list[list[str]] = []
    for side in view.sides:
        mine = [c for c in view.channels if view.side(c) == side]
        rows.append([view.side_name(side), *(wan(sum(m.get(c, 0) for c in mine)) for m in view.money)])
        rows += [["　" + view.view.channel(c), *(wan(m.get(c, 0)) for m in view.money)] for c in mine]
    rows.append([_("total"), *(wan(sum(m.values())) for m in view.money)])
    return [
        tag("h2", _("Money by channel over all years (10k yuan)")), *chart("money", drawn),
        table([_("channel"), *_numbered(view)], rows, columns, total=True), tag("p", rounding_note(), "soft"),
    ]  # fmt: skip


def _criteria(view: CompareView, drawn: dict[str, str]) -> list[str]:
    rows = [[view.view.criterion(k), *(f"{rounded(Fraction(n.plan.criterion_totals.get(k, '0'))):,.2f}" for n in view.plans)] for k in view.criteria]
    weights = [{w.criterion: Fraction(w.weight) for w in n.plan.weights.rows} for n in view.plans]
    shares = [[view.view.criterion(k), *(percent(w[k], 2) if k in w else "–" for w in weights)] for k in view.criteria]
    columns = range(1, len(view.plans) + 1)
    return [
        tag("h2", _("Criteria: sum over new starts of basis x value")), *chart("criteria", drawn),
        table([_("criterion"), *_numbered(view)], rows, columns), tag("h3", _("weights")), table([_("criterion"), *_numbered(view)], shares, columns),
    ]  # fmt: skip


def _frequency(view: CompareView, drawn: dict[str, str]) -> list[str]:
    words = _("carried over {carry_over}, started in all {always}, in some {sometimes}, in none {never}").format(**view.counts)
    out = [tag("h2", _("How often projects are in the {number} plans").format(number=len(view.plans))), tag("p", words)]
    if "frequency" in drawn:
        present = {s for f in view.sometimes for s in f.states}
        keys = "".join(f'<span><i style="background:{colour}"></i>{escaped(view.state_name(state))}</span>' for state, colour in STATES.items() if state in present)
        out += [f'<p class="key">{keys}</p>', *chart("frequency", drawn)]
        if len(view.sometimes) > MOST:
            out.append(tag("p", _("… and {more} more").format(more=len(view.sometimes) - MOST), "soft"))
    always = [f for f in view.data.frequency if f.kind == "always"]
    if always:
        rows = [[f.id, f.name, wan(f.investment)] for f in always]
        title = _("Started in all plans ({number})").format(number=len(always))
        out += fold(title, [table([_("id"), _("project"), _("investment (10k yuan)")], rows, (2,))])
    return out


def _missing(view: CompareView) -> list[str]:
    if not view.data.missing:
        return []
    title = _("Cases without a plan ({number})").format(number=len(view.data.missing))
    return [tag("h2", title), table([_("case"), _("why")], [[m.name, m.why] for m in view.data.missing])]
