"""What the script of a front's page reads: points, plans, words; as JSON that is safe inside a script element."""

from __future__ import annotations

import json
from typing import Any

from ..i18n import _
from .front_view import FrontView
from .numbers import wan
from .page import FONT
from .png import shortened

#: money by project and plan is left out of larger pages
MOST_CELLS = 300_000


def page_data(view: FrontView) -> str:
    """Return the JSON."""
    text = json.dumps(_data(view), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def has_project_money(view: FrontView) -> bool:
    """Return whether the page shows the money of each project in each plan."""
    return view.policy is not None and sum(len(p.chosen) for p in view.front.points) <= MOST_CELLS


def _data(view: FrontView) -> dict[str, Any]:
    front = view.front
    at = {project: n for n, project in enumerate(view.projects)}
    return {
        "objectives": [_objective(view, k) for k in range(len(front.objectives))],
        "points": [_point(view, i, at) for i in range(len(front.points))],
        "projects": [[i, c.name, view.district(i), wan(c.investment)] for i, c in view.projects.items()],
        "channels": [[view.names.channel(c), view.side_name(view.side(c)) if view.policy else ""] for c in view.channels],
        "knees": [front.points[i].id for i in view.knees],
        "zones": _boxes(view),
        "current": None if view.current_starts is None else sorted(at[i] for i in view.current_starts),
        "same": None if view.same_as_current is None else front.points[view.same_as_current].id,
        "districts": view.library is not None,
        "words": _words(view),
        "font": FONT,
    }


def _objective(view: FrontView, k: int) -> dict[str, Any]:
    best, worst = view.ranges[k]
    return {
        "name": view.name(k), "lines": [*_lines(view.name(k)), view.text(view.front.objectives[k].unit)], "heading": view.heading(k), "axis": view.heading(k), "sense": view.front.objectives[k].sense,
        "best": float(best), "worst": float(worst),
    }  # fmt: skip


def _lines(name: str, room: int = 22) -> list[str]:
    """Return a name in at most two lines for the head of an axis."""
    words = name.split(" ")
    first, rest = words[0], words[1:]
    while rest and len(first) + 1 + len(rest[0]) <= room:
        first, rest = f"{first} {rest[0]}", rest[1:]
    return [shortened(first, room), *([shortened(" ".join(rest), room)] if rest else [])]


def _point(view: FrontView, i: int, at: dict[str, int]) -> dict[str, Any]:
    point, plan = view.front.points[i], view.plans[i]
    starts = {c.id: c for c in plan.chosen if c.part == "new_start"}
    money = view.money(i)
    out = {
        "id": point.id, "v": [float(v) for v in view.values[i]], "text": [view.value_text(k, v) for k, v in enumerate(view.values[i])],
        "regret": [round(float(r), 6) for r in view.regrets(i)], "chosen": [at[p] for p in sorted(point.chosen)], "plan": point.plan,
        "money": [wan(money.get(c, 0)) for c in view.channels], "carried": len(plan.chosen) - len(starts), "invested": wan(sum(c.investment for c in starts.values())),
    }  # fmt: skip
    if has_project_money(view):
        out["sides"] = [list(view.sides_of(starts[p])) for p in sorted(point.chosen)]
    return out


def _boxes(view: FrontView) -> list[dict[str, list[float]]]:
    """Return the open zones of two objectives as boxes."""
    zones = view.front.open_zones if len(view.front.objectives) == 2 else ()
    return [{"from": start, "to": end} for start, end in map(view.box, zones)]


def _words(view: FrontView) -> dict[str, str]:
    return {
        "plan": _("plan"), "knee": view.knee_word, "further": _("further knee"), "current": _("current plan"), "mean": _("weighted mean regret"), "worst": _("largest weighted regret"),
        "moves": _("enter, leave against the current plan"), "more": _("more"), "none": _("none"), "id": _("id"), "project": _("project"), "district": _("district"), "investment": _("investment (10k yuan)"),
        "objective": _("objective"), "value": _("value"), "regret": _("regret"), "channel": _("channel"), "wan": _("10k yuan"), "enter": _("enter"), "leave": _("leave"),
        "starts": _("new starts"), "carried": _("carried over"), "government": _("government side"), "market": _("market side"), "same": _("the same new starts as the current plan"),
        "leastMean": _("Least weighted mean regret (provisional)") if view.provisional else _("Least weighted mean regret"),
        "leastWorst": _("least largest weighted regret (provisional)") if view.provisional else _("least largest weighted regret"), "across": _("across"), "up": _("up"), "total": _("total"),
    }  # fmt: skip
