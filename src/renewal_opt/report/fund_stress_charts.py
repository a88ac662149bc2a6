"""Charts of a stress test as plotly figures in JSON: a tornado of single shocks, a heat map of two shocks together, cover."""

from __future__ import annotations

import html
from fractions import Fraction
from math import ceil
from typing import Any

from ..domain.fund_stress import Case, StressAnswer
from ..i18n import _
from .compare_charts import figure_json
from .fund_cover import ratio_text
from .fund_stress_words import best_words, case_name, held_loss, level, places_of, shock

#: colours: projects held, solved anew
_HELD, _AGAIN = "#D55E00", "#0072B2"
#: losses of at least so much are shown whole, rounded up
_LARGE = 1000.0
#: projects in the picture of cover
MOST = 40


def charts(answer: StressAnswer) -> dict[str, str]:
    """Return name to figure (JSON); a figure that would show nothing is left out."""
    made = {"tornado": _tornado(answer), "grid": _grid(answer), "cover": _cover(answer)}
    return {name: figure_json(figure) for name, figure in made.items() if figure is not None}


def _held(c: Case) -> float | None:
    return None if c.held is None or c.held.loss is None else float(Fraction(c.held.loss))


def _again(c: Case) -> float | None:
    """Return the largest loss that the proven interval leaves open."""
    most = None if c.best is None else c.best.loss_most
    return float(ceil(most)) if most is not None and most >= _LARGE else most  # as the table: never below the bound


def _tornado(answer: StressAnswer) -> dict[str, Any] | None:
    """Return bars of the loss by single shock, the largest on top."""
    singles = [c for c in answer.cases if len(c.shocks) == 1 and (_held(c) is not None or _again(c) is not None)]
    if not singles:
        return None
    singles.sort(key=lambda c: max(_held(c) or 0.0, _again(c) or 0.0))
    names = [html.escape(case_name(c, answer.channels)) for c in singles]
    data = []
    for title, colour, values in ((_("projects held"), _HELD, [_held(c) for c in singles]), (_("solved anew, at most"), _AGAIN, [_again(c) for c in singles])):
        if any(v is not None for v in values):
            data.append({
                "type": "bar", "orientation": "h", "name": title, "y": names, "x": values, "marker": {"color": colour},
                "hovertemplate": "%{y}<br>" + html.escape(title) + ": %{x:,.0f}<extra></extra>",
            })  # fmt: skip
    layout = {
        "barmode": "group", "height": 140 + 46 * len(singles), "xaxis": {"title": {"text": _("loss of score")}, "tickformat": ",~f"}, "yaxis": {"automargin": True},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}, "margin": {"l": 20, "r": 20, "t": 50, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def up(value: float, places: int) -> str:
    """Return a number rounded up: what is told as at most is never less than it is."""
    unit = 10**places
    return f"{ceil(Fraction(repr(value)) * unit) / unit:,.{places}f}"


def _grid(answer: StressAnswer) -> dict[str, Any] | None:
    """Return a heat map where two shocks were tried together."""
    pairs = [c for c in answer.cases if len(c.shocks) == 2]
    if not pairs:
        return None
    first, second = pairs[0].shocks
    rows = list(dict.fromkeys(c.shocks[0].amount for c in pairs))
    columns = list(dict.fromkeys(c.shocks[1].amount for c in pairs))
    by = {(c.shocks[0].amount, c.shocks[1].amount): c for c in pairs}
    again = any(_again(c) is not None for c in pairs)
    value = _again if again else _held
    z = [[None if (c := by.get((r, k))) is None else value(c) for k in columns] for r in rows]
    places = places_of(answer)
    told = [[None if (c := by.get((r, k))) is None else best_words(c.best, places) if again else held_loss(c.held, places) for k in columns] for r in rows]

    above = [["" if v is None else up(v, places) for v in row] for row in z]

    def axis(one: Any) -> str:
        return html.escape(shock(one, answer.channels).replace(level(one.kind, one.amount), "…"))

    layout = {
        "height": 180 + 44 * len(rows), "xaxis": {"title": {"text": axis(second)}, "type": "category"}, "yaxis": {"title": {"text": axis(first)}, "type": "category", "autorange": "reversed", "automargin": True},
        "margin": {"l": 20, "r": 20, "t": 20, "b": 60},
    }  # fmt: skip
    data = [{
        "type": "heatmap", "z": z, "x": [level(second.kind, k) for k in columns], "y": [level(first.kind, r) for r in rows], "colorscale": "YlOrRd", "texttemplate": "%{text}",
        "text": above, "customdata": told, "colorbar": {"title": {"text": _("loss of score")}}, "hovertemplate": "%{y}; %{x}: %{customdata}<extra></extra>",
    }]  # fmt: skip
    return {"data": data, "layout": layout}


def _cover(answer: StressAnswer) -> dict[str, Any] | None:
    """Return bars of cover by project with the cover that is asked for, the first to break on top."""
    told = answer.thresholds[:MOST][::-1]
    if not told:
        return None
    names = [html.escape(f"{t.id} {t.name} · {t.label.text()}") for t in told]
    cover, asked = [float(Fraction(t.cover)) for t in told], [float(Fraction(t.ratio)) for t in told]
    data = [
        {
            "type": "bar", "orientation": "h", "name": _("cover"), "y": names, "x": cover, "marker": {"color": [_AGAIN if c >= a else _HELD for c, a in zip(cover, asked, strict=True)]},
            "customdata": [ratio_text(t.cover) for t in told], "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        },
        {"type": "scatter", "mode": "markers", "name": _("cover asked for"), "y": names, "x": asked, "marker": {"symbol": "line-ns-open", "size": 14, "color": "#222222"}, "hovertemplate": "%{x:.2f}<extra></extra>"},
    ]  # fmt: skip
    layout = {
        "height": 120 + 24 * len(told), "xaxis": {"title": {"text": _("revenue over principal and interest")}}, "yaxis": {"automargin": True, "type": "category"},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom"}, "margin": {"l": 20, "r": 20, "t": 40, "b": 50},
    }  # fmt: skip
    return {"data": data, "layout": layout}
