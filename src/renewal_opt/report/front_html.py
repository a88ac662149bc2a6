"""A front as one HTML page: plots, table, weights and plans, brushed together; it works without a network."""

from __future__ import annotations

import json
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..i18n import _
from .front_view import FrontView
from .numbers import wan
from .page import FONT, escaped, frame, table, tag
from .view import rounding_note, synthetic_notice

_STYLE = """
.plots { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .plots.one { grid-template-columns: 1fr; } @media (max-width: 900px) { .plots { grid-template-columns: 1fr; } }
.plot { height: 430px; border: 1px solid var(--line); border-radius: 4px; } .one .plot { height: 520px; } #parallel { height: 460px; }
#table { max-height: 460px; overflow: auto; border: 1px solid var(--line); } #table th { position: sticky; top: 0; cursor: pointer; white-space: normal; } #table tr[data-id] { cursor: pointer; }
#table tr:hover td { background: #eef3fb; } tr.picked td { background: #fde2e0 !important; font-weight: 600; } tr.best td:first-child { border-left: 4px solid #e69f00; }
#sliders label { display: inline-flex; align-items: center; gap: 6px; margin: 4px 22px 4px 0; } #sliders output { min-width: 26px; font-variant-numeric: tabular-nums; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; align-items: start; } @media (max-width: 800px) { .two { grid-template-columns: 1fr; } }
h4 { margin: 10px 0 4px; font-size: 13px; } h4.enter { color: #00704d; } h4.leave { color: #9c0006; } button { font: inherit; padding: 3px 12px; }
"""


def write_front_html(view: FrontView, path: str | Path) -> None:
    """Write a front as one page.

    Parameters
    ----------
    view : FrontView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    Path(path).write_text(front_page(view), encoding="utf-8", newline="\n")


def front_page(view: FrontView) -> str:
    """Return the page."""
    title = view.text(view.front.title)
    p = len(view.front.objectives)
    body = [tag("p", synthetic_notice(), "notice")] if view.front.synthetic else []
    body += [tag("h1", title), tag("h2", _("Trade-offs"))]
    body += [tag("p", words, "warn" if at == 0 and view.front.claim == "open" else "") for at, words in enumerate(view.claim_words())]
    if not view.values:
        return frame(title, "\n".join(body), "", "")
    plots = {2: ["pair-0"], 3: ["space", "pair-0", "pair-1", "pair-2"]}.get(p, ["parallel"])
    boxes = "".join(f'<div class="plot" id="{name}"></div>' for name in plots)
    body += [
        tag("p", _("Drag over a plot (or along an axis) to keep only those plans; click a plan to see it. ★ knee; shaded: zones that are still open."), "soft"),
        f'<div class="plots{" one" if len(plots) == 1 else ""}">{boxes}</div>',
        tag("h2", _("Plans")), f'<p>{escaped(_("shown"))}: <b id="count"></b> <button id="reset">{escaped(_("show all"))}</button></p>',
        tag("p", _("Weights of the objectives; the plan of least weighted regret is marked:"), "soft"), '<div id="sliders"></div>',
        '<div id="table"></div>',
        tag("p", _("Regret: distance from the best value of an objective, as a share of the range between the best and the worst plan of the set."), "soft"),
        tag("h2", _("Plan")), f'<div id="plan"><p class="soft">{escaped(_("Click a plan in a plot or in the table."))}</p></div>',
        tag("h2", _("Payoff table")), _payoff(view),
        tag("h2", _("Projects that every plan starts ({n})").format(n=len(view.always()))), _always(view), tag("p", rounding_note(), "soft"),
    ]  # fmt: skip
    data = json.dumps(_data(view), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    script = files("renewal_opt.report").joinpath("front_script.js").read_text(encoding="utf-8")
    return frame(title, "\n".join(body), f'<script type="application/json" id="front-data">{data}</script>', script, _STYLE)


def _payoff(view: FrontView) -> str:
    front, p = view.front, len(view.front.objectives)
    rows: list[list[str]] = []
    for k, number in enumerate(front.payoff):
        name = view.name(k) + ("" if number is None else " " + _("(plan {n})").format(n=number))
        rows.append([name, *("–" if number is None else view.value_text(j, view.values[number - 1][j]) for j in range(p))])
    rows.append([_("ideal"), *(view.value_text(k, o.ideal) for k, o in enumerate(front.objectives))])
    rows.append([_("nadir"), *(view.value_text(k, o.nadir) for k, o in enumerate(front.objectives))])
    return table([_("best plan of"), *(view.heading(k) for k in range(p))], rows, range(1, p + 1))


def _always(view: FrontView) -> str:
    rows = [[i, view.projects[i].name, wan(view.projects[i].investment)] for i in sorted(view.always()) if i in view.projects]
    return table([_("id"), _("project"), _("investment (10k yuan)")], rows, (2,)) if rows else tag("p", _("none"), "soft")


def _data(view: FrontView) -> dict[str, Any]:
    """Return what the page's script reads."""
    front = view.front
    objectives = [
        {"name": view.name(k), "short": view.name(k)[:18], "heading": view.heading(k), "sense": o.sense, "best": float(best), "worst": float(worst)}
        for k, (o, (best, worst)) in enumerate(zip(front.objectives, view.ranges, strict=True))
    ]
    points = []
    for i, point in enumerate(front.points):
        enter, leave = view.moves(point) if view.current is not None else ([], [])
        money = [{"name": name, "text": wan(yuan)} for name, yuan in sorted(view.money(i).items(), key=lambda m: -m[1])]
        points.append({
            "id": point.id, "v": [float(v) for v in view.values[i]], "text": [view.value_text(k, v) for k, v in enumerate(point.values)],
            "regret": [float(r) for r in view.regrets(i)], "chosen": sorted(point.chosen), "enter": enter, "leave": leave, "plan": point.plan, "money": money,
        })  # fmt: skip
    words = {
        "plan": _("plan"), "knee": _("knee"), "current": _("current plan"), "mean": _("weighted regret"), "worst": _("largest regret"), "moves": _("enter, leave"),
        "more": _("more"), "none": _("none"), "id": _("id"), "project": _("project"), "investment": _("investment (10k yuan)"), "objective": _("objective"),
        "value": _("value"), "regret": _("regret"), "channel": _("channel"), "wan": _("10k yuan"), "enter": _("enter"), "leave": _("leave"), "starts": _("new starts"),
    }  # fmt: skip
    return {
        "objectives": objectives, "points": points, "projects": {i: {"name": c.name, "investment": wan(c.investment)} for i, c in view.projects.items()},
        "knee": None if view.knee is None else front.points[view.knee].id, "zones": _boxes(view), "current": None if view.current is None else {}, "words": words, "font": FONT,
    }  # fmt: skip


def _boxes(view: FrontView) -> list[dict[str, list[float]]]:
    """Return the open zones of two objectives as boxes up to the best values."""
    out = []
    for zone in view.front.open_zones if len(view.front.objectives) == 2 else ():
        worst = [float(w) for _best, w in view.ranges]
        best = [float(b) for b, _worst in view.ranges]
        start = [worst[k] if v is None else float(Fraction(v)) for k, v in enumerate(zone.better_than)]
        out.append({"from": start, "to": best})
    return out
