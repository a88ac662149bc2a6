"""Charts of the worth of money as plotly figures in JSON: prices beside proven changes by year, score against money."""

from __future__ import annotations

import html
from fractions import Fraction
from typing import Any

from ..domain.base import YI
from ..domain.fund_worth import CapWorth, Change, Corner, Curve, WorthAnswer
from ..i18n import _
from .compare_charts import figure_json
from .fund_worth_terminal import ordered, telling
from .fund_worth_words import curve_name, mark
from .png import COLOURS

#: colours: less, more; pale for prices
_LESS, _MORE, _PALE_LESS, _PALE_MORE = "#D55E00", "#0072B2", "#F3C6A5", "#A9D0EA"
#: width of a bar whose interval is a number, as a share of the picture
_THIN = 0.004


def charts(answer: WorthAnswer) -> dict[str, str]:
    """Return name to figure (JSON): ``caps-YEAR``, ``curves-AXIS``."""
    out: dict[str, str] = {}
    for year in years_of(answer):
        out[f"caps-{year or 'all'}"] = figure_json(_caps(answer, [c for c in ordered(answer) if c.year == year and telling(c)]))
    for axis in dict.fromkeys(c.axis for c in answer.curves):
        out[f"curves-{axis}"] = figure_json(_curves([c for c in answer.curves if c.axis == axis]))
    return out


def years_of(answer: WorthAnswer) -> list[int | None]:
    """Return the years that have caps worth a chart; None for caps of several years."""
    return sorted({c.year for c in answer.caps if telling(c)}, key=lambda y: (y is None, y or 0))


def _caps(answer: WorthAnswer, caps: list[CapWorth]) -> dict[str, Any]:
    """Return prices for one step and proven intervals of the true change, less counted as what it costs."""
    names = [html.escape(c.label.text() + mark(c)) for c in caps][::-1]
    step = answer.step / YI
    less = [_ends(c.less, -1) for c in caps][::-1]
    more = [_ends(c.more, 1) for c in caps][::-1]
    left = [None if c.price.left is None or c.less is None else c.price.left * -c.less.by / YI for c in caps][::-1]
    right = [None if c.price.right is None else c.price.right * step for c in caps][::-1]
    widest = max([abs(v) for pair in (*less, *more) if pair for v in pair] + [abs(v) for v in (*left, *right) if v is not None], default=1.0)
    price, proven = _("price of the relaxation"), _("proven of the true change")
    one = {True: _("what one step more brings"), False: _("what one step less costs")}
    data = [
        _bar(f"{one[True]}: {price}", names, right, None, _PALE_MORE, "rp"), _interval(f"{one[True]}: {proven}", names, more, widest, _MORE, "ri"),
        _bar(f"{one[False]}: {price}", names, left, None, _PALE_LESS, "lp"), _interval(f"{one[False]}: {proven}", names, less, widest, _LESS, "li"),
    ]  # fmt: skip
    layout = {
        "barmode": "group", "bargap": 0.3, "height": 130 + 62 * len(caps), "xaxis": {"title": {"text": _("score")}, "tickformat": ",~f", "zeroline": True},
        "yaxis": {"automargin": True}, "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}, "margin": {"l": 20, "r": 20, "t": 70, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _ends(change: Change | None, sign: int) -> tuple[float, float] | None:
    if change is None or change.low is None or change.high is None or change.stopped == "not_solved":
        return None  # the bounds of what was not solved lie so far apart that they would hide all else
    ends = [sign * float(Fraction(v)) for v in (change.low, change.high)]
    return min(ends), max(ends)


def _bar(name: str, y: list[str], x: list[float | None], base: list[float] | None, colour: str, group: str) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "name": name, "y": y, "x": x, "offsetgroup": group, "marker": {"color": colour},
        "hovertemplate": "%{y}<br>" + html.escape(name) + ": %{x:,.2f}<extra></extra>",
    }  # fmt: skip


def _interval(name: str, y: list[str], ends: list[tuple[float, float] | None], widest: float, colour: str, group: str) -> dict[str, Any]:
    """Return bars from the lower to the upper end; where they meet, a line."""
    thin = widest * _THIN
    known = [e or (0.0, 0.0) for e in ends]
    return {
        "type": "bar", "orientation": "h", "name": name, "y": y, "base": [low for low, _high in known],
        "x": [None if e is None else max(e[1] - e[0], thin) for e in ends], "offsetgroup": group, "marker": {"color": colour},
        "customdata": [list(e) for e in known],
        "hovertemplate": "%{y}<br>" + html.escape(name) + ": %{customdata[0]:,.2f} … %{customdata[1]:,.2f}<extra></extra>",
    }  # fmt: skip


def _curves(curves: list[Curve]) -> dict[str, Any]:
    """Return the lower and the upper curve of each with the band between them, money in 亿元."""
    data: list[dict[str, Any]] = []
    for at, curve in enumerate(curves):
        colour, name = COLOURS[at % len(COLOURS)], html.escape(curve_name(curve))
        end = max((c.money for c in (*curve.upper, *curve.lower)), default=0)
        lower = [*curve.lower, Corner(money=end, value=curve.lower[-1].value)] if curve.lower else []
        common = {"type": "scatter", "mode": "lines", "legendgroup": name, "line": {"color": colour, "width": 2}}
        hover = "%{x:,.4f} " + _("100m yuan") + "<br>%{y:,.2f}<extra>" + name + "</extra>"
        data.append(common | {
            "x": [c.money / YI for c in lower], "y": [c.value for c in lower], "name": f"{name}: {_('at least')}", "line": {"color": colour, "width": 2, "shape": "hv"}, "hovertemplate": hover,
        })  # fmt: skip
        data.append(common | {
            "x": [c.money / YI for c in curve.upper], "y": [c.value for c in curve.upper], "name": f"{name}: {_('at most')}", "line": {"color": colour, "width": 1, "dash": "dot"},
            "fill": "tonexty", "fillcolor": _pale(colour), "hovertemplate": hover,
        })  # fmt: skip
        told = [p for p in curve.points if p.value is not None]
        data.append({
            "type": "scatter", "mode": "markers", "x": [min(p.money, p.spent) / YI if curve.axis == "total" else p.money / YI for p in told], "y": [float(Fraction(p.value or 0)) for p in told],
            "marker": {"color": colour, "size": 7}, "legendgroup": name, "showlegend": False, "hovertemplate": hover,
        })  # fmt: skip
    today = curves[0].base / YI
    ends = [m / YI for curve in curves for m in (*(c.money for c in curve.lower), *(p.money for p in curve.points))]
    last = max((curve.lower[-1].money / YI for curve in curves if curve.lower), default=today)  # beyond it nothing more is found
    span = [min(ends, default=0.0), max(last, today)]
    edge = (span[1] - span[0]) * 0.06 or 1.0
    layout = {
        "height": 520, "xaxis": {"title": {"text": _("money, 100m yuan")}, "tickformat": ",~f", "range": [span[0] - edge, span[1] + edge]}, "yaxis": {"title": {"text": _("score")}, "tickformat": ",~f", "rangemode": "tozero"},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom"}, "margin": {"l": 20, "r": 20, "t": 90, "b": 50},
        "shapes": [{"type": "line", "x0": today, "x1": today, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": "#777777", "width": 1, "dash": "dash"}}],
        "annotations": [{"x": today, "yref": "paper", "y": 0.02, "text": _("today"), "showarrow": False, "xanchor": "left", "xshift": 4}],
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
