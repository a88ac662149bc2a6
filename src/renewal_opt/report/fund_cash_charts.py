"""Charts of the cash answer as plotly figures in JSON: sources and uses, waterfall, cumulative cash, cover by project."""

from __future__ import annotations

import html
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..domain.base import WAN
from ..domain.fund_cash import CashAnswer, ProjectCash
from ..i18n import _
from .compare_charts import figure_json
from .fund_cash_words import cover_of, cover_text, line_name
from .fund_page import broken
from .png import COLOURS

#: projects drawn in the picture of covers
MOST = 60
#: projects in one picture: as many as a page of paper holds
_A_PAGE = 12
#: ratios above this are drawn to the edge and told in the label
EDGE = 4.0
_GREY, _RED, _GREEN = "#888888", "#C0392B", "#009E73"


def charts(answer: CashAnswer) -> dict[str, str]:
    """Return name to figure (JSON); covers, the least first, on as many figures (``cover``, ``cover-2``, ...) as pages of paper need."""
    made = {"years": _years(answer), "waterfall": _waterfall(answer), "cumulative": _cumulative(answer)}
    shown = lowest(answer)[:MOST]
    for at in range(0, len(shown), _A_PAGE):
        made["cover" + (f"-{at // _A_PAGE + 1}" if at else "")] = _cover(answer, shown[at : at + _A_PAGE])
    return {name: figure_json(figure) for name, figure in made.items()}


def _wan(amounts: Sequence[int], sign: int = 1) -> list[float]:
    return [sign * v / WAN for v in amounts]


def _years(answer: CashAnswer) -> dict[str, Any]:
    """Sources above the axis, uses below it, stacked by year."""
    flow = answer.flow
    debts = [c for c in answer.channels if c.counts_as == "debt" and any(c.money)]
    sources: list[tuple[str, Sequence[int]]] = [(c.label.text(), c.money) for c in debts]
    for kind, name in (("grant", _("grants")), ("capital", _("capital"))):
        summed = [sum(v) for v in zip(*(c.money for c in answer.channels if c.counts_as == kind), strict=True)]
        if any(summed):
            sources.append((name, summed))
    sources += [(_("pledged net revenue"), flow.revenue), (_("help received"), flow.help_in)]
    service = [f - n for f, n in zip(flow.fees, flow.in_investment, strict=True)]
    uses = [(_("outlay"), flow.outlay), (_("interest due"), flow.interest), (_("principal due"), flow.principal), (_("fees, less what the investment holds"), service), (_("help paid"), flow.help_out)]
    data = []
    for at, (name, series) in enumerate(sources):
        if any(series):
            data.append(_bar(answer, name, _wan(series), COLOURS[at % len(COLOURS)], _("sources")))
    for (name, series), colour in zip(uses, ("#555555", "#E07B39", "#8C2D04", "#B0B0B0", "#CC79A7"), strict=True):
        if any(series):
            data.append(_bar(answer, name, _wan(series, -1), colour, _("uses")))
    layout = {
        "barmode": "relative", "height": 460, "xaxis": {"dtick": 1, "tickangle": -45}, "yaxis": {"title": {"text": _("10k yuan")}, "tickformat": ",~f"},
        "legend": {"traceorder": "normal"}, "bargap": 0.2,
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _bar(answer: CashAnswer, name: str, amounts: list[float], colour: str, group: str) -> dict[str, Any]:
    return {
        "type": "bar", "name": html.escape(name), "x": list(answer.years), "y": amounts, "marker": {"color": colour}, "legendgroup": group,
        "legendgrouptitle": {"text": group}, "hovertemplate": "%{x}: %{y:,.2f}<extra>" + html.escape(name) + "</extra>",
    }  # fmt: skip


def _waterfall(answer: CashAnswer) -> dict[str, Any]:
    """From revenue to cash after debt service, over all years."""
    flow = answer.flow
    helped = sum(flow.help_in) - sum(flow.help_out)
    steps = [
        (_("pledged net revenue"), "absolute", sum(flow.revenue)), (_("interest and fees that the investment holds"), "relative", sum(flow.in_investment)),
        (_("interest due"), "relative", -sum(flow.interest)), (_("principal due"), "relative", -sum(flow.principal)), (_("issue fees"), "relative", -sum(flow.fees)),
        (_("cash after debt service"), "total", sum(flow.net)),
    ]  # fmt: skip
    if helped:
        steps += [(_("help from outside"), "relative", helped), (_("cash with help"), "total", sum(flow.net) + helped)]
    shown = [s for s in steps if s[2] or s[1] != "relative"]
    trace = {
        "type": "waterfall", "x": [broken(name, 16) for name, _m, _v in shown], "measure": [m for _n, m, _v in shown], "y": [v / WAN for _n, _m, v in shown],
        "text": [f"{v / WAN:,.2f}" for _n, _m, v in shown], "textposition": "outside", "cliponaxis": False, "connector": {"line": {"color": _GREY, "width": 1}},
        "increasing": {"marker": {"color": _GREEN}}, "decreasing": {"marker": {"color": _RED}}, "totals": {"marker": {"color": "#0072B2"}},
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": 440, "showlegend": False, "margin": {"l": 20, "r": 20, "t": 40, "b": 70}, "xaxis": {"tickangle": 0, "automargin": True},
        "yaxis": {"title": {"text": _("10k yuan")}, "tickformat": ",~f"},
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _cumulative(answer: CashAnswer) -> dict[str, Any]:
    """Running totals of cash: the whole plan, and each area on the same scale where it is asked for in the legend."""
    helped = any(answer.flow.help_in) or any(answer.flow.help_out)
    lines: list[tuple[str, Sequence[int], str, Any]] = [(_("whole plan"), answer.flow.cumulative, "solid", True)]
    if helped:
        lines.append((_("whole plan, with help"), answer.flow.cumulative_helped, "dash", True))
    lines += [(a.id, a.flow.cumulative_helped, "dot", "legendonly") for a in answer.areas[:20]]
    data = [
        {
            "type": "scatter", "mode": "lines+markers", "name": html.escape(name), "x": list(answer.years), "y": _wan(series), "line": {"color": COLOURS[k % len(COLOURS)], "dash": dash},
            "visible": visible, "hovertemplate": "%{x}: %{y:,.2f}<extra>" + html.escape(name) + "</extra>",
        }
        for k, (name, series, dash, visible) in enumerate(lines)
    ]  # fmt: skip
    layout = {
        "height": 380, "xaxis": {"dtick": 1, "tickangle": -45}, "yaxis": {"title": {"text": _("10k yuan")}, "tickformat": ",~f", "zeroline": True, "zerolinecolor": "#444444", "rangemode": "tozero"},
        "showlegend": len(lines) > 1,
    }  # fmt: skip
    return {"data": data, "layout": layout}


def lowest(answer: CashAnswer) -> list[ProjectCash]:
    """Return the projects with debt, the least cover of all debt first."""

    def key(p: ProjectCash) -> tuple[Fraction, str]:
        return min(Fraction(c.cover) for c in p.covers), p.id

    return sorted((p for p in answer.projects if p.covers), key=key)


def _cover(answer: CashAnswer, shown: Sequence[ProjectCash]) -> dict[str, Any]:
    """Cover of each project, bonds and all debt, without and with help, and the policy's floors as lines."""
    names = [broken(f"{p.id} {p.name}", 40) for p in shown]
    data = []
    lines = [
        ("debt", False, "#0072B2"), ("debt", True, "#7FB8D8"), ("bond", False, "#D55E00"), ("bond", True, "#F0B27A"),
        ("bond_classes", False, "#8C510A"), ("bond_classes", True, "#BF9D6B"),
    ]  # fmt: skip
    for line, helped, colour in lines:
        covers = [cover_of(p.covers, line) for p in shown]
        values = [None if c is None else float(Fraction(c.helped if helped else c.cover)) for c in covers]
        texts = [cover_text(c, helped=helped) for c in covers]
        if line == "bond_classes" and all(c is None or b is None or (c.cover, c.helped) == (b.cover, b.helped) for c, b in ((cover_of(p.covers, line), cover_of(p.covers, "bond")) for p in shown)):
            continue  # the revenue that the rule counts is all there is
        if not any(v is not None for v in values) or (helped and all(c is None or c.cover == c.helped for c in covers)):
            continue
        name = line_name(line) + (_(", with help") if helped else "")
        data.append({
            "type": "bar", "orientation": "h", "name": html.escape(name), "y": names, "x": [None if v is None else min(v, EDGE) for v in values], "customdata": texts,
            "text": texts, "textposition": "outside", "textfont": {"size": 12}, "cliponaxis": False, "marker": {"color": colour},
            "hovertemplate": "%{y}: %{customdata}<extra>" + html.escape(name) + "</extra>",
        })  # fmt: skip
    shapes, notes = [], []
    for k, floor in enumerate(answer.floors):
        at = float(Fraction(floor.ratio))
        colour = "#0072B2" if floor.line == "debt" else "#D55E00"
        shapes.append({"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": colour, "width": 2, "dash": "solid" if floor.active else "dot"}})
        words = f"{at:g} {line_name(floor.line)}" + ("" if floor.active else _(" (switched off)"))
        notes.append({"x": at, "yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": "left", "yshift": 4 + 17 * k, "showarrow": False, "text": html.escape(words), "font": {"size": 11, "color": colour}})
    layout = {
        "barmode": "group", "height": 150 + 17 * len(notes) + max(2, len(data)) * 17 * len(shown) + 6 * len(shown), "yaxis": {"automargin": True, "autorange": "reversed", "type": "category", "tickfont": {"size": 12}},
        "xaxis": {"range": [0, EDGE * 1.06], "side": "bottom"}, "shapes": shapes, "annotations": notes, "margin": {"l": 20, "r": 20, "t": 30 + 17 * len(notes), "b": 40}, "bargap": 0.25,
    }  # fmt: skip
    return {"data": data, "layout": layout}
