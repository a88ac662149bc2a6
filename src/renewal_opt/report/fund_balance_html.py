"""The price of balancing as one HTML page: the price in score by level as a picture, tables; it works without a network."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from ..domain.fund_balance import BalancedPlan, BalancePrice
from ..i18n import _
from .compare_charts import figure_json
from .fund_balance_words import (
    level_name,
    nothing,
    places_of,
    price_text,
    question,
    score_text,
    state,
    stopped_note,
    unbalanced_words,
)
from .fund_page import fund_frame
from .page import chart, fold, table, tag
from .view import synthetic_notice, unit_name

#: from the narrowest group to the widest, as the picture has them
_LEVELS = ("project", "area", "district", "city")


def write_balance_page(answer: BalancePrice, path: str | Path) -> None:
    """Write an answer as one page to a temporary name (`io.atomic`)."""
    Path(path).write_text(balance_page(answer), encoding="utf-8", newline="\n")


def balance_page(answer: BalancePrice) -> str:
    """Return the page."""
    figure = _prices(answer)
    drawn = {} if figure is None else {"prices": figure_json(figure)}
    title = _("Price of balancing: {title}").format(title=answer.title.text())
    body = [tag("p", synthetic_notice(), "notice")] if answer.synthetic else []
    body += [tag("h1", title), tag("p", question(answer))]
    body.append(tag("p", _("Scores are in {unit}. A price is the interval that both proven bounds leave open.").format(unit=unit_name(answer.basis)), "soft"))
    if note := stopped_note(answer):
        body.append(tag("p", note, "warn"))
    for p in answer.plans:
        if p.status != "solved":
            body.append(tag("p", f"{level_name(p.level)}: {state(p)} {p.why}".strip(), "warn"))
        elif nothing(p):
            body.append(tag("p", f"{level_name(p.level)}: {nothing(p)}", "warn"))
    body += [tag("h2", _("Price in score by level")), *chart("prices", drawn), _table(answer)]
    body += [tag("p", line, "soft") for line in unbalanced_words(answer)]
    body += _moves(answer)
    return fund_frame(title, "\n".join(body), drawn)


def _table(answer: BalancePrice) -> str:
    places, rows = places_of(answer), []
    for p in answer.plans:
        solved = p.status == "solved"
        value = score_text(p, places)
        groups = ["", ""] if p.level == "none" else [str(p.groups), str(p.short)]
        rows.append([
            level_name(p.level), value if solved else state(p), "" if p.level == "none" else price_text(p, places), str(len(p.chosen)) if solved else "", *groups,
            str(len(p.left)) if solved else "", str(len(p.entered)) if solved else "",
        ])  # fmt: skip
    return table([_("who balances"), _("score"), _("price"), _("new starts"), _("groups"), _("unbalanced before"), _("leave"), _("enter")], rows, range(1, 8))


def _ends(p: BalancedPlan) -> tuple[float, float] | None:
    """Return the price's interval; None where there is no plan or no bound."""
    if p.status != "solved" or p.price_least is None or p.price_most is None:
        return None
    return p.price_least, p.price_most


def _prices(answer: BalancePrice) -> dict[str, Any] | None:
    """Return a bar a level: up to the least price, and what the bounds leave open above it paler."""
    plans = {p.level: p for p in answer.plans}
    shown = [plans[k] for k in _LEVELS if k in plans]
    if not any(_ends(p) for p in shown):
        return None
    places, names = places_of(answer), [html.escape(level_name(p.level)) for p in shown]
    ends = [_ends(p) for p in shown]
    texts = [html.escape(price_text(p, places) if e is not None else state(p)) for p, e in zip(shown, ends, strict=True)]
    least, open_ = ([None if e is None else v for e, v in zip(ends, found, strict=True)] for found in ([e[0] if e else 0 for e in ends], [e[1] - e[0] if e else 0 for e in ends]))
    data = [
        {"type": "bar", "name": _("price, at least"), "x": names, "y": least, "marker": {"color": "#D55E00"}, "customdata": texts, "hovertemplate": "%{x}: %{customdata}<extra></extra>"},
        {
            "type": "bar", "name": _("price, not settled"), "x": names, "y": open_, "marker": {"color": "#F3C6A5"}, "customdata": texts, "text": texts, "textposition": "outside",
            "textfont": {"size": 13}, "cliponaxis": False, "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        },
    ]  # fmt: skip
    layout = {
        "barmode": "stack", "height": 420, "bargap": 0.45, "margin": {"l": 70, "r": 20, "t": 50, "b": 50}, "xaxis": {"type": "category"},
        "yaxis": {"title": {"text": _("loss of score")}, "tickformat": ",~f", "rangemode": "tozero"}, "legend": {"orientation": "h", "y": 1.05, "yanchor": "bottom"},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _moves(answer: BalancePrice) -> list[str]:
    out: list[str] = []
    for p in answer.plans[1:]:
        if p.left or p.entered:
            rows = [[_("leave"), ", ".join(p.left) or "–"], [_("enter"), ", ".join(p.entered) or "–"]]
            title = _("{level}: leave {left}, enter {entered}").format(level=level_name(p.level), left=len(p.left), entered=len(p.entered))
            out += fold(title, [table([_("what"), _("project ids")], rows)])
    return [tag("h2", _("What balancing changes")), *out] if out else []
