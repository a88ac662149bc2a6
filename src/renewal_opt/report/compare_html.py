"""Plans side by side as one HTML page: charts by an embedded plotly, and nothing that asks the network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from ..analysis.compare.data import Against
from ..i18n import _, get_language
from .compare_charts import FONT, MOST, STATES, charts
from .compare_view import CompareView
from .compare_words import cause_words, change_words, difference_words
from .numbers import gap_text, percent, rounded, wan
from .view import basis_name, rounding_note, stopped_name, synthetic_notice

#: what the browser may do: run and style what stands in the page, draw its own pictures, ask no one
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
_STYLE = """
:root { --ink: #222; --line: #d5d9e0; --head: #d9e2f3; --soft: #f6f8fb; --blue: #1f3864; }
* { box-sizing: border-box; }
body { font: 14px/1.55 FONT; color: var(--ink); margin: 0 auto; max-width: 1280px; padding: 24px; }
h1 { font-size: 22px; margin: 8px 0 4px; } h2 { font-size: 17px; color: var(--blue); margin: 34px 0 8px; border-bottom: 2px solid var(--head); padding-bottom: 4px; }
h3 { font-size: 14px; margin: 14px 0 6px; }
p { margin: 6px 0; } .soft { color: #606770; }
.notice { background: #ffe699; color: #9c0006; font-weight: bold; padding: 8px 12px; border-radius: 4px; }
.warn { background: #fff2cc; padding: 6px 12px; border-left: 4px solid #e69f00; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 6px 0 12px; background: #fff; }
th { background: var(--head); text-align: left; font-weight: 600; } th, td { border: 1px solid var(--line); padding: 4px 8px; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td.id { white-space: nowrap; } tr.sum td { font-weight: 600; background: #f2f2f2; }
details { border: 1px solid var(--line); border-radius: 4px; margin: 8px 0; background: var(--soft); } summary { cursor: pointer; padding: 8px 12px; font-weight: 600; }
details > div { padding: 2px 14px 10px; }
.key span { display: inline-block; margin-right: 16px; } .key i { display: inline-block; width: 14px; height: 14px; border: 1px solid #bbb; vertical-align: -2px; margin-right: 5px; }
@media print { details { break-inside: avoid; } body { max-width: none; padding: 0; } }
"""
_SCRIPT = """
for (const element of document.querySelectorAll('script[type="application/json"]')) {
  const figure = JSON.parse(element.textContent);
  Plotly.newPlot(element.dataset.chart, figure.data, figure.layout, {responsive: true, displaylogo: false, showLink: false, plotlyServerURL: ''});
}
"""


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
    from plotly.offline import get_plotlyjs

    drawn = charts(view)
    language = "zh-CN" if get_language() == "zh" else "en"
    title = _("{city}: {number} plans compared").format(city=view.text(view.plans[0].plan.city), number=len(view.plans))
    body = "\n".join([*_head(view, title), *_plans(view, drawn), *_each(view), *_money(view, drawn), *_criteria(view, drawn), *_frequency(view, drawn), *_missing(view)])
    data = "\n".join(f'<script type="application/json" data-chart="chart-{name}">{text}</script>' for name, text in drawn.items())
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_e(title)}</title>
<link rel="icon" href="data:,">
<style>{_STYLE.replace("FONT", FONT)}</style>
</head>
<body>
{body}
{data}
<script>{get_plotlyjs()}</script>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _e(text: object) -> str:
    return html.escape(str(text))


def _tag(name: str, text: str, kind: str = "") -> str:
    """Return an element with escaped text."""
    return f'<{name} class="{kind}">{_e(text)}</{name}>' if kind else f"<{name}>{_e(text)}</{name}>"


def _fold(summary: str, inner: Iterable[str], open_: bool = False) -> list[str]:
    """Return what may be folded away under a summary."""
    return [f"<details{' open' if open_ else ''}>{_tag('summary', summary)}<div>", *inner, "</div></details>"]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = (), total: bool = False) -> str:
    """Return a table; texts are escaped, line ends kept; columns in `numbers` stand on the right, ids on one line."""
    right = set(numbers)
    found = list(rows)
    classes = [' class="n"' if at in right else ' class="id"' if name == _("id") else "" for at, name in enumerate(header)]

    def line(cells: Sequence[str], tag: str, style: str = "") -> str:
        inner = "".join(f"<{tag}{kind}>" + _e(c).replace("\n", "<br>") + f"</{tag}>" for c, kind in zip(cells, classes, strict=True))
        return f"<tr{style}>{inner}</tr>"

    lines = [line(r, "td", ' class="sum"' if total and at == len(found) - 1 else "") for at, r in enumerate(found)]
    return f'<div class="wide"><table><thead>{line(header, "th")}</thead><tbody>{"".join(lines)}</tbody></table></div>'


def _chart(name: str, drawn: dict[str, str]) -> list[str]:
    return [f'<div class="chart" id="chart-{name}"></div>'] if name in drawn else []


def _head(view: CompareView, title: str) -> list[str]:
    out = [_tag("p", synthetic_notice(), "notice")] if view.synthetic else []
    out += [_tag("h1", title), _tag("p", _("Reference: {plan}").format(plan=view.plans[0].name), "soft")]
    return out + [_tag("p", view.text(w), "warn") for w in view.data.warnings]


def _plans(view: CompareView, drawn: dict[str, str]) -> list[str]:
    rows = []
    for at, named in enumerate(view.plans):
        o, high = named.plan.objective, named.optimum.high
        against = view.data.against[at - 1] if at else None
        rows.append([
            str(at + 1), view.short[at] + ("" if at else "\n" + _("(reference)")), f"{rounded(Fraction(o.value)):,.2f}",
            _("not known") if high is None else f"{rounded(high):,.2f}", gap_text(o.gap), stopped_name(o.stopped), str(len(named.starts)),
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
        _tag("h2", _("Plans") + shared), _table(header, rows, (0, 2, 3, 4, 6, 7, 8, 9)), _tag("p", words, "soft"), _tag("p", note, "soft"),
        *_chart("difference", drawn),
    ]  # fmt: skip


def _each(view: CompareView) -> list[str]:
    out = [_tag("h2", _("Each plan against the reference"))]
    for at, against in enumerate(view.data.against, start=1):
        words = _("enter {enter}, leave {leave}").format(enter=view.moved(against, True), leave=view.moved(against, False))
        inner = [_tag("p", _("Optimum: {words}").format(words=difference_words(against))), *_changes(view, against)]
        for enters, title in ((False, _("Leave ({number})")), (True, _("Enter ({number})"))):
            rows = [[m.id, m.name, wan(m.investment), "\n".join(cause_words(view.view, m))] for m in against.moves if m.enters is enters]
            if rows:
                inner += [_tag("h3", title.format(number=len(rows))), _table([_("id"), _("project"), _("investment (10k yuan)"), _("why")], rows, (2,))]
        out += _fold(f"{at + 1}. {view.name(at)} · {words}", inner, at == 1)
    return out


def _changes(view: CompareView, against: Against) -> list[str]:
    if not against.changes:
        return [_tag("p", _("The questions are the same: the lists differ within the proven gaps."))]
    rows = [change_words(view.view, c) for c in view.told(against)]
    return [_table([_("what changed"), _("reference"), _("this plan")], rows)]


def _numbered(view: CompareView) -> list[str]:
    return [f"{at + 1}. " + view.short[at] for at in range(len(view.plans))]


def _money(view: CompareView, drawn: dict[str, str]) -> list[str]:
    columns = range(1, len(view.plans) + 1)
    rows: list[list[str]] = []
    for side in view.sides:
        mine = [c for c in view.channels if view.side(c) == side]
        rows += [["　" + view.view.channel(c), *(wan(m.get(c, 0)) for m in view.money)] for c in mine]
        rows.append([view.side_name(side), *(wan(sum(m.get(c, 0) for c in mine)) for m in view.money)])
    rows.append([_("total"), *(wan(sum(m.values())) for m in view.money)])
    return [
        _tag("h2", _("Money by channel over all years (10k yuan)")), *_chart("money", drawn),
        _table([_("channel"), *_numbered(view)], rows, columns, total=True), _tag("p", rounding_note(), "soft"),
    ]  # fmt: skip


def _criteria(view: CompareView, drawn: dict[str, str]) -> list[str]:
    rows = [[view.view.criterion(k), *(f"{rounded(Fraction(n.plan.criterion_totals.get(k, '0'))):,.2f}" for n in view.plans)] for k in view.criteria]
    weights = [{w.criterion: Fraction(w.weight) for w in n.plan.weights.rows} for n in view.plans]
    shares = [[view.view.criterion(k), *(percent(w[k], 2) if k in w else "–" for w in weights)] for k in view.criteria]
    columns = range(1, len(view.plans) + 1)
    return [
        _tag("h2", _("Criteria: sum over new starts of basis x value")), *_chart("criteria", drawn),
        _table([_("criterion"), *_numbered(view)], rows, columns), _tag("h3", _("weights")), _table([_("criterion"), *_numbered(view)], shares, columns),
    ]  # fmt: skip


def _frequency(view: CompareView, drawn: dict[str, str]) -> list[str]:
    words = _("carried over {carry_over}, started in all {always}, in some {sometimes}, in none {never}").format(**view.counts)
    out = [_tag("h2", _("How often projects are in the {number} plans").format(number=len(view.plans))), _tag("p", words)]
    if "frequency" in drawn:
        present = {s for f in view.sometimes for s in f.states}
        keys = "".join(f'<span><i style="background:{colour}"></i>{_e(view.state_name(state))}</span>' for state, colour in STATES.items() if state in present)
        out += [f'<p class="key">{keys}</p>', *_chart("frequency", drawn)]
        if len(view.sometimes) > MOST:
            out.append(_tag("p", _("… and {more} more").format(more=len(view.sometimes) - MOST), "soft"))
    always = [f for f in view.data.frequency if f.kind == "always"]
    if always:
        rows = [[f.id, f.name, wan(f.investment)] for f in always]
        title = _("Started in all plans ({number})").format(number=len(always))
        out += _fold(title, [_table([_("id"), _("project"), _("investment (10k yuan)")], rows, (2,))])
    return out


def _missing(view: CompareView) -> list[str]:
    if not view.data.missing:
        return []
    title = _("Cases without a plan ({number})").format(number=len(view.data.missing))
    return [_tag("h2", title), _table([_("case"), _("why")], [[m.name, m.why] for m in view.data.missing])]
