"""Charts of a comparison as plotly figures in JSON: differences, money by channel, criteria, frequencies."""

from __future__ import annotations

import html
from fractions import Fraction
from typing import Any

from ..domain.base import WAN, YI
from ..i18n import _
from .compare_view import CompareView
from .page import FONT
from .png import COLOURS
from .view import basis_name

#: projects drawn in the picture of frequencies
MOST = 200
#: plans whose names have room above that picture
_NAMED = 7
#: what a plan makes of a project, with its colour
STATES = {"": "#FFFFFF", "refused": "#EEEEEE", "reserve": "#F2CF80", "carry_over": "#7FB8D8", "new_start": "#0072B2"}


def charts(view: CompareView) -> dict[str, str]:
    """Return name to figure (JSON); a figure that would show nothing is left out."""
    made = {"difference": _difference(view), "money": _money(view), "criteria": _criteria(view), "frequency": _frequency(view)}
    return {name: figure_json(figure) for name, figure in made.items() if figure is not None}


def figure_json(figure: dict[str, Any]) -> str:
    """Return a figure as JSON after plotly has checked every name in it; safe inside a script element."""
    import plotly.graph_objects as go
    import plotly.io as pio

    figure["layout"] = _LAYOUT | figure["layout"]
    text = str(pio.to_json(go.Figure(figure), validate=False))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


_LAYOUT: dict[str, Any] = {
    "template": "plotly_white", "font": {"family": FONT, "size": 13, "color": "#222222"}, "margin": {"l": 20, "r": 20, "t": 20, "b": 40},
    "hoverlabel": {"align": "left"},
}  # fmt: skip


def _label(view: CompareView, at: int) -> str:
    """Return the label of a plan: number and short name, a part a line; marks of HTML are shown as they are."""
    return f"{at + 1}. " + "<br>".join(html.escape(p) for p in view.short[at].split("\n"))


def _rows_high(view: CompareView) -> int:
    """Return the height of a chart with a row a plan, pixels."""
    lines = max(name.count("\n") + 1 for name in view.short)
    return 110 + len(view.plans) * max(34, 17 * lines + 12)


def _axis(view: CompareView) -> dict[str, Any]:
    """Return the axis of plans, the first on top."""
    return {"automargin": True, "autorange": "reversed", "type": "category", "showgrid": False}


def _difference(view: CompareView) -> dict[str, Any] | None:
    """Proven intervals of each optimum less the reference's, as a share of the reference's value."""
    value = Fraction(view.plans[0].plan.objective.value)
    names, middles, halves = [], [], []
    for at, against in enumerate(view.data.against, start=1):
        d = against.difference
        if d is not None and d.low is not None and d.high is not None and value:
            names.append(_label(view, at))
            middles.append(float((d.low + d.high) / 2 / abs(value)))
            halves.append(float((d.high - d.low) / 2 / abs(value)))
    if not names:
        return None
    trace = {
        "type": "scatter", "mode": "markers", "x": middles, "y": names, "marker": {"size": 4, "color": COLOURS[0]}, "showlegend": False,
        "error_x": {"type": "data", "array": halves, "color": COLOURS[0], "thickness": 3, "width": 7},
        "hovertemplate": "%{x:.4%} ± %{error_x.array:.4%}<extra></extra>",
    }  # fmt: skip
    layout = {
        "height": _rows_high(view), "yaxis": _axis(view),
        "xaxis": {"tickformat": "+.2~%", "zeroline": True, "zerolinecolor": "#444444", "title": {"text": _("optimum less the reference's, share of the reference's objective (proven interval)")}},
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _money(view: CompareView) -> dict[str, Any] | None:
    """Money by channel, stacked by plan."""
    if not view.channels:
        return None
    unit, words = (YI, _("100 million yuan")) if max(sum(m.values()) for m in view.money) >= YI else (WAN, _("10k yuan"))
    names = [_label(view, at) for at in range(len(view.plans))]
    data = []
    ordered = [c for side in view.sides for c in view.channels if view.side(c) == side]
    for at, channel in enumerate(ordered):
        name = html.escape(view.view.channel(channel))
        data.append({
            "type": "bar", "orientation": "h", "name": name, "y": names, "x": [m.get(channel, 0) / unit for m in view.money],
            "marker": {"color": COLOURS[at % len(COLOURS)]}, "hovertemplate": f"{name}: %{{x:,.4f}} {words}<extra></extra>",
            "legendgroup": view.side(channel), "legendgrouptitle": {"text": view.side_name(view.side(channel))},
        })  # fmt: skip
    layout = {
        "barmode": "stack", "height": max(_rows_high(view), 60 + 24 * (len(ordered) + 2)), "yaxis": _axis(view), "bargap": 0.35,
        "xaxis": {"title": {"text": words}, "tickformat": ",~f"}, "legend": {"traceorder": "grouped"},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _criteria(view: CompareView) -> dict[str, Any] | None:
    """Criteria totals, the reference being 100; plans of another basis are left out."""
    first = view.plans[0].plan
    keys = [k for k in view.criteria if Fraction(first.criterion_totals.get(k, "0"))]
    shown = [at for at, n in enumerate(view.plans) if n.plan.objective.basis == first.objective.basis]
    if not keys or len(shown) < 2:
        return None
    names = ["<br>".join(html.escape(view.view.criterion(k)).split(" ")) for k in keys]
    data = []
    for place, at in enumerate(shown):
        totals = view.plans[at].plan.criterion_totals
        shares = [float(100 * Fraction(totals.get(k, "0")) / Fraction(first.criterion_totals[k])) for k in keys]
        data.append({
            "type": "bar", "name": f"{at + 1}. {html.escape(view.name(at))}", "x": names, "y": shares,
            "marker": {"color": COLOURS[place % len(COLOURS)]}, "hovertemplate": "%{y:.1f}<extra></extra>",
        })  # fmt: skip
    title = _("reference = 100 ({basis})").format(basis=basis_name(first.objective.basis))
    layout = {
        "barmode": "group", "height": 460, "yaxis": {"title": {"text": title}, "automargin": True}, "xaxis": {"automargin": True, "tickangle": 0, "tickfont": {"size": 11}},
        "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 100, "y1": 100, "line": {"color": "#444444", "width": 1, "dash": "dash"}}],
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"}, "margin": {"l": 20, "r": 20, "t": 20 + 22 * len(shown), "b": 40},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _frequency(view: CompareView) -> dict[str, Any] | None:
    """What each plan makes of the projects that are in some plans but not in all."""
    shown = view.sometimes[:MOST]
    if not shown:
        return None
    order = list(STATES)
    steps = len(order)
    scale = [[edge, colour] for at, colour in enumerate(STATES.values()) for edge in (at / steps, (at + 1) / steps)]
    names = [f"{html.escape(f.id)} {html.escape(f.name)} ({f.times}/{f.known})" for f in shown]
    ids = [[html.escape(f.id)] * len(f.states) for f in shown]
    words = [[html.escape(view.state_name(s)) for s in f.states] for f in shown]
    trace = {
        "type": "heatmap", "z": [[order.index(s) for s in f.states] for f in shown], "x": [_label(view, at) for at in range(len(view.plans))],
        "y": [_short(n) for n in names], "zmin": -0.5, "zmax": steps - 0.5, "colorscale": scale, "showscale": False, "xgap": 2, "ygap": 2,
        "text": words, "customdata": ids, "hovertemplate": "%{customdata}<br>%{y}<br>%{x}<br>%{text}<extra></extra>",
    }  # fmt: skip
    layout: dict[str, Any] = {
        "height": 140 + 20 * len(shown), "yaxis": {"automargin": True, "autorange": "reversed", "type": "category", "showgrid": False, "dtick": 1},
        "xaxis": {"side": "top", "type": "category", "automargin": True, "showgrid": False, "tickangle": 0, "tickfont": {"size": 11}},
        "margin": {"l": 20, "r": 20, "t": 90, "b": 20},
    }  # fmt: skip
    if len(view.plans) > _NAMED:  # no room for names: the numbers of the first table
        layout["xaxis"] |= {"tickmode": "array", "tickvals": list(range(len(view.plans))), "ticktext": [str(at + 1) for at in range(len(view.plans))]}
    return {"data": [trace], "layout": layout}


def _short(text: str, most: int = 46) -> str:
    """Return a label that fits beside the picture; the end with the numbers is kept."""
    return text if len(text) <= most else text[: most - 12] + "…" + text[-11:]
