"""A front as one HTML page: plots, table, weights and plans, brushed together; it works without a network."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files
from pathlib import Path

from ..i18n import _
from .front_data import has_project_money, page_data
from .front_view import FrontView
from .front_words import knee_words, regret_words
from .numbers import percent, wan
from .page import POLICY, escaped, fold, frame, table, tag
from .view import rounding_note, synthetic_notice

#: open zones listed
_ZONES = 200
_STYLE = """
body { max-width: 1360px; }
.plots { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .plots.one { grid-template-columns: 1fr; } @media (max-width: 900px) { .plots { grid-template-columns: 1fr; } }
.plot { height: 400px; outline: 1px solid var(--line); min-width: 0; } .one .plot { height: 480px; } #parallel { height: 440px; }
.plot .selectionlayer, .plot .selectionlayer * { pointer-events: none !important; }
#hovered { min-height: 21px; font-variant-numeric: tabular-nums; } .bar { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin: 8px 0; }
#plan { border: 1px solid var(--line); border-radius: 4px; padding: 4px 14px 10px; max-height: 460px; overflow: auto; scroll-margin: 12px; }
#plan, #table { background: linear-gradient(#fff 40%, transparent), linear-gradient(transparent, #fff 60%) 0 100%, linear-gradient(#b8bec9, transparent), linear-gradient(transparent, #b8bec9) 0 100%;
 background-repeat: no-repeat; background-size: 100% 28px, 100% 28px, 100% 10px, 100% 10px; background-attachment: local, local, scroll, scroll; }
#plan h3 { font-size: 15px; } #plan .two > div { min-width: 0; } #plan .scroll { overflow-x: auto; }
#table { max-height: 460px; overflow: auto; border: 1px solid var(--line); } #table table { margin: 0; } #table th { position: sticky; top: 0; cursor: pointer; white-space: normal; z-index: 1; }
#table tr[data-id] { cursor: pointer; } #table tr:hover td { background: #eef3fb; } #table tr.picked td { background: #fde2e0; font-weight: 600; }
#table tr.best td:first-child { border-left: 5px solid #e69f00; } #table tr.least td:first-child { border-right: 5px solid #009e73; }
#sliders label { display: inline-flex; align-items: center; gap: 6px; margin: 4px 22px 4px 0; } #sliders output { min-width: 26px; font-variant-numeric: tabular-nums; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; align-items: start; } @media (max-width: 800px) { .two { grid-template-columns: 1fr; } }
.mark { display: inline-block; width: 12px; height: 12px; vertical-align: -1px; margin-right: 4px; }
th.n { white-space: normal; } td:first-child { min-width: 60px; }
h4 { margin: 10px 0 4px; font-size: 13px; } h4.enter { color: #00704d; } h4.leave { color: #9c0006; } button, select { font: inherit; padding: 2px 10px; }
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
    body = [*_head(view, title)]
    if not view.values:
        return frame(title, "\n".join([*body, tag("p", _("no plan"))]), "", "")
    body += [*_plots(view), *_plans(view), *_regret(view), *_payoff(view), *_zones(view), *_always(view), tag("p", rounding_note(), "soft")]
    script = files("renewal_opt.report").joinpath("front_script.js").read_text(encoding="utf-8")
    page = frame(f"{title} – {view.front.scenario}", "\n".join(body), f'<script type="application/json" id="front-data">{page_data(view)}</script>', script, _STYLE)
    # parallel coordinates of plotly write their drawing functions when they run; still no script from elsewhere
    return page if len(view.front.objectives) < 4 else page.replace(POLICY, POLICY.replace("script-src", "script-src 'unsafe-eval'"), 1)


def _head(view: FrontView, title: str) -> list[str]:
    first, *others = view.claim_words()
    out = [tag("p", synthetic_notice(), "notice")] if view.front.synthetic else []
    out += [tag("h1", title), tag("p", view.source, "soft"), tag("h2", _("Trade-offs")), tag("p", first, "warn" if view.front.claim == "open" else "claim")]
    return out + [tag("p", words) for words in others]


def _plots(view: FrontView) -> list[str]:
    p = len(view.front.objectives)
    names = {2: ["pair-0"], 3: ["space", "pair-0", "pair-1", "pair-2"]}.get(p, ["parallel", "pair-0"])
    boxes = [f'<div class="plot" id="{name}"></div>' for name in names]
    if p > 3:
        boxes.insert(1, '<div class="soft" id="hovered"></div><div class="bar" id="axes"></div>')
    hint = _("Click a plan in a plot or in the table; its projects stand here, in a field that scrolls where a shadow shows at its edge.")
    words = _("Drag over a plot (or along an axis) to keep only those plans; click a plan to see it; double-click to show all again.")
    shaded = " " + _("Shaded: search zones that are still open.") if p == 2 and view.front.open_zones else ""
    same = "" if view.same_as_current is None else " ◆ " + _("the same new starts as the current plan")
    return [
        tag("p", words + shaded + same, "soft"), f'<div class="plots{"" if p == 3 else " one"}">{"".join(boxes)}</div>', tag("p", knee_words(), "soft"),
        tag("h2", _("Plan")), f'<div id="plan">{tag("p", hint, "soft")}</div>',
        *([] if has_project_money(view) or view.policy is None else [tag("p", _("Money by project stands in the plan files: there are too many plans for one page."), "soft")]),
    ]  # fmt: skip


def _plans(view: FrontView) -> list[str]:
    regret, shown, every = escaped(_("values as regret")), escaped(_("shown")), escaped(_("show all"))
    toggle = f'<label><input type="checkbox" id="as-regret"> {regret}</label>'
    return [
        tag("h2", _("Plans")),
        f'<div class="bar"><span>{shown}: <b id="count"></b></span><button id="reset">{every}</button>{toggle}</div>',
        tag("p", _("Weights of the objectives for the regret of a plan:"), "soft"), '<div id="sliders"></div>', '<p id="least"></p>', '<div id="table"></div>',
        tag("p", regret_words() + " " + _("Mean: weighted by the weights. Largest: each regret times its weight over the largest weight."), "soft"),
    ]  # fmt: skip


def _regret(view: FrontView) -> list[str]:
    rows = [[str(view.front.points[r.point].id), r.title, *(percent(x) for x in r.regrets), percent(r.mean), percent(r.worst)] for r in view.regret_table()]
    p = len(view.front.objectives)
    header = [_("plan"), _("why it stands out"), *(view.name(k) for k in range(p)), _("mean"), _("largest")]
    return [tag("h2", _("Regret of the plans that stand out (equal weights)")), table(header, rows, (0, *range(2, p + 4)))]


def _payoff(view: FrontView) -> list[str]:
    front, p = view.front, len(view.front.objectives)
    rows: list[list[str]] = []
    for k, number in enumerate(front.payoff):
        rows.append([view.best_text(k, number), *("–" if number is None else view.value_text(j, view.values[number - 1][j]) for j in range(p))])
    rows += [[title, *(_("not proven") if text == "–" else text for text in texts)] for title, texts in view.extremes]
    return [tag("h2", _("Payoff table")), table([_("best plan of"), *(view.heading(k) for k in range(p))], rows, range(1, p + 1))]


def _zones(view: FrontView) -> list[str]:
    zones = view.front.open_zones
    if not zones:
        return []
    p = len(view.front.objectives)
    rows = [[*(_("any") if v is None else view.value_text(k, Fraction(v)) for k, v in enumerate(z.better_than)), z.why] for z in zones[:_ZONES]]
    header = [*(_("better than: {name}").format(name=view.heading(k)) for k in range(p)), _("why it is open")]
    more = [tag("p", _("… and {more} more").format(more=len(zones) - _ZONES), "soft")] if len(zones) > _ZONES else []
    return fold(_("Search zones still open, where plans may be missing ({n})").format(n=len(zones)), [table(header, rows, range(p)), *more])


def _always(view: FrontView) -> list[str]:
    always = sorted(view.always())
    rows = [[i, view.projects[i].name, view.district(i), wan(view.projects[i].investment)] for i in always if i in view.projects]
    title = _("Projects that every plan starts ({n})").format(n=len(always))
    return fold(title, [table([_("id"), _("project"), _("district"), _("investment (10k yuan)")], rows, (3,)) if rows else tag("p", _("none"), "soft")])
