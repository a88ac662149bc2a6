"""Charts of a robust answer as plotly figures in JSON: price of robustness with the trial, core index, portfolios."""

from __future__ import annotations

import html
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..domain.robust import ProtectedPlan, RobustAnswer, RobustProject
from ..i18n import _
from .compare_charts import figure_json
from .robust_words import Names, gamma_number, gamma_text, price_shares, state_name

#: colours of the price and of the draws; by state of a project
PRICE, BROKEN = "#0072B2", "#D55E00"
COLOUR = {"core": "#009E73", "borderline": "#E69F00", "exterior": "#999999", "undecided": "#CC79A7"}
#: projects in the picture of the core index
MOST = 80


def charts(answer: RobustAnswer, names: Names) -> dict[str, str]:
    """Return name to figure (JSON); a figure that would show nothing is left out."""
    made = {"price": _price(answer), "index": _index(answer, names)}
    return {name: figure_json(figure) for name, figure in made.items() if figure is not None}


def priced(answer: RobustAnswer) -> list[tuple[ProtectedPlan, float, float]]:
    """Return the plans whose price is known, with its proven ends in percent of gamma 0."""
    out: list[tuple[ProtectedPlan, float, float]] = []
    for p in answer.protected:
        shares = price_shares(answer.protected[0], p)
        if shares is not None:
            out.append((p, 100 * float(shares[0]), 100 * float(shares[1])))
    return out


def in_picture(answer: RobustAnswer) -> list[tuple[RobustProject, Fraction]]:
    """Return the projects for the picture of the core index with their share of the listed portfolios: all but exterior ones, most held first."""
    number = max(1, len(answer.portfolios))
    shown = [(p, Fraction(p.index) if p.index is not None else Fraction(p.held, number)) for p in answer.projects if p.state != "exterior"]
    return sorted(shown, key=lambda s: (-s[1], s[0].id))


def _price(answer: RobustAnswer) -> dict[str, Any] | None:
    """Return the price against gamma, and the share of draws that break on a second axis; gammas without a plan stand as marks."""
    known = priced(answer)
    if len(answer.protected) < 2 or not known:
        return None
    x = [gamma_number(p) for p, _low, _high in known]
    low, high = [a for _p, a, _b in known], [b for _p, _a, b in known]
    starts = [str(len(p.chosen)) for p, _a, _b in known]
    name = _("price of robustness")
    data: list[dict[str, Any]] = [{
        "type": "scatter", "mode": "lines+markers", "name": name, "x": x, "y": high, "line": {"color": PRICE, "width": 2.5}, "marker": {"size": 9},
        "customdata": list(zip([f"{v:.2f}" for v in low], starts, strict=True)),
        "error_y": {"type": "data", "symmetric": False, "array": [0.0] * len(high), "arrayminus": [b - a for a, b in zip(low, high, strict=True)], "color": PRICE, "thickness": 1.5},
        "hovertemplate": "gamma %{x}<br>" + html.escape(name) + ": %{customdata[0]} – %{y:.2f}%<br>" + html.escape(_("new starts")) + ": %{customdata[1]}<extra></extra>",
    }]  # fmt: skip
    data += _trials(answer)
    none = [gamma_number(p) for p in answer.protected if p.objective is None]
    if none:
        data.append({
            "type": "scatter", "mode": "markers", "name": _("no plan holds: proven"), "x": none, "y": [max([*high, 1.0])] * len(none),
            "marker": {"symbol": "x", "size": 11, "color": "#C00000"}, "hovertemplate": "gamma %{x}<extra></extra>",
        })  # fmt: skip
    every = [gamma_number(p) for p in answer.protected]
    layout = {
        "height": 460, "xaxis": {"title": {"text": _("gamma: how many projects may overrun at once")}, "tickvals": every, "ticktext": [gamma_text(p) for p in answer.protected]},
        "yaxis": {"title": {"text": _("price, percent of the objective of gamma 0"), "font": {"color": PRICE}}, "range": [0, 1.08 * max([*high, 1.0])], "ticksuffix": "%"},
        "yaxis2": {
            "title": {"text": _("draws that break, %"), "font": {"color": BROKEN}}, "overlaying": "y", "side": "right", "ticksuffix": "%", "showgrid": False,
            "range": [0, 1.08 * max([*(100 * p.trial.any for p in answer.protected if p.trial is not None), 1.0])], "tickmode": "auto",
        },
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"}, "margin": {"l": 70, "r": 70, "t": 60, "b": 60},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _trials(answer: RobustAnswer) -> list[dict[str, Any]]:
    tried = [(gamma_number(p), p.trial) for p in answer.protected if p.trial is not None]
    out: list[dict[str, Any]] = []
    for name, dash, values in (
        (_("draws that break anything"), "solid", [t.any for _g, t in tried]), (_("of these: budget"), "dot", [t.budget for _g, t in tried]),
        (_("of these: limits"), "dash", [t.limits for _g, t in tried]), (_("of these: funding"), "dashdot", [t.funding for _g, t in tried]),
    ):  # fmt: skip
        if tried and (any(values) or dash == "solid"):
            out.append({
                "type": "scatter", "mode": "lines+markers", "name": name, "x": [g for g, _t in tried], "y": [100 * v for v in values], "yaxis": "y2",
                "line": {"color": BROKEN, "dash": dash, "width": 2.5 if dash == "solid" else 1.2}, "marker": {"size": 8 if dash == "solid" else 5},
                "hovertemplate": "gamma %{x}<br>" + html.escape(name) + ": %{y:.2f}%<extra></extra>",
            })  # fmt: skip
    return out


def _index(answer: RobustAnswer, names: Names) -> dict[str, Any] | None:
    """Return bars of the core index, or of the share of the listed portfolios where the list is not complete, by state."""
    shown = in_picture(answer)[:MOST]
    if not shown:
        return None
    data = [_bars(state, [(p, v) for p, v in shown if p.state == state], names) for state in COLOUR if any(p.state == state for p, _v in shown)]
    order = [_label(p, names) for p, _v in shown]
    title = _("core index") if answer.claim == "complete" else _("share of the listed portfolios that hold the project")
    layout = {
        "height": 150 + 24 * len(shown), "bargap": 0.25, "barmode": "overlay", "xaxis": {"title": {"text": title}, "range": [0, 1.02]},
        "yaxis": {"automargin": True, "autorange": "reversed", "type": "category", "categoryorder": "array", "categoryarray": order},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom"}, "margin": {"l": 20, "r": 20, "t": 50, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _label(p: RobustProject, names: Names) -> str:
    return html.escape(names.project(p.id))


def _bars(state: str, shown: Sequence[tuple[RobustProject, Fraction]], names: Names) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "name": state_name(state), "y": [_label(p, names) for p, _v in shown], "x": [float(v) for _p, v in shown],
        "marker": {"color": COLOUR[state]}, "hovertemplate": "%{y}<br>" + html.escape(state_name(state)) + ": %{x:.2f}<extra></extra>",
    }  # fmt: skip
