"""A robust answer as a picture for reports: price of robustness with the trial beside it, and the core index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import RobustAnswer
from ..i18n import _
from .png import drawing, plain, shortened
from .robust_charts import BROKEN, COLOUR, PRICE, in_picture, priced
from .robust_words import Names, claim_words, gamma_number, gamma_text, state_name
from .view import synthetic_notice

#: projects in the picture
_BARS = 30


def write_robust_png(answer: RobustAnswer, policy: Policy | None, library: Library | None, path: str | Path) -> None:
    """Draw an answer.

    Parameters
    ----------
    answer : RobustAnswer
    policy, library : Policy, Library or None
        For names.
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    names = Names(policy, library)
    both = bool(answer.protected) and answer.claim != "none"
    bars = min(_BARS, len(in_picture(answer)))
    high = max(5.4, 2.4 + 0.21 * bars) if answer.claim != "none" else 5.4
    with drawing((14.5 if both else 8.6, high)) as figure:
        top = 1 - 0.25 / high
        if answer.synthetic:
            figure.text(0.5, top, synthetic_notice(), ha="center", va="center", fontsize=11, color="#9C0006", bbox={"facecolor": "#FFE699", "edgecolor": "none", "pad": 3})
            top -= 0.32 / high
        title = _("Robust portfolios: {title}").format(title=answer.title.text())
        figure.text(0.5, top, plain(shortened(title, 150 if both else 96)), ha="center", va="center", fontsize=14)
        room = {"top": top - 0.75 / high, "bottom": 0.65 / high}
        if answer.protected:
            _price(figure.add_axes((0.06 if both else 0.1, room["bottom"], 0.33 if both else 0.78, room["top"] - room["bottom"])), answer)
        if answer.claim != "none":
            _index(figure.add_axes((0.69 if both else 0.42, room["bottom"], 0.29 if both else 0.55, room["top"] - room["bottom"])), answer, names)
        figure.savefig(str(path), format="png", metadata={"Software": None})


def _price(axes: Any, answer: RobustAnswer) -> None:
    known = priced(answer)
    x = [gamma_number(p) for p, _low, _high in known]
    low, high = [a for _p, a, _b in known], [b for _p, _a, b in known]
    axes.errorbar(x, high, yerr=([b - a for a, b in zip(low, high, strict=True)], [0.0] * len(high)), color=PRICE, marker="o", linewidth=2, capsize=3, label=_("price of robustness"))
    none = [gamma_number(p) for p in answer.protected if p.objective is None]
    if none:
        axes.plot(none, [max([*high, 1.0])] * len(none), "x", color="#C00000", markersize=9, label=_("no plan holds: proven"))
    axes.set_title(_("Price of robustness"), fontsize=11, pad=26)
    axes.set_xlabel(_("gamma: how many projects may overrun at once"))
    axes.set_ylabel(_("price, percent of the objective of gamma 0"), color=PRICE)
    axes.set_xticks([gamma_number(p) for p in answer.protected], [gamma_text(p) for p in answer.protected])
    axes.set_ylim(0, max([*high, 1.0]) * 1.08)
    axes.grid(color="#E6E8EC", linewidth=0.7)
    handles, labels = axes.get_legend_handles_labels()
    tried = [(gamma_number(p), p.trial) for p in answer.protected if p.trial is not None]
    if tried:
        other = axes.twinx()
        other.spines["right"].set_visible(True)
        values = [100 * t.any for _g, t in tried]
        other.plot([g for g, _t in tried], values, color=BROKEN, marker="s", markersize=5, linewidth=1.6, label=_("draws that break anything"))
        other.set_ylabel(_("draws that break, %"), color=BROKEN)
        other.set_ylim(0, max([*values, 1.0]) * 1.08)
        more = other.get_legend_handles_labels()
        handles, labels = [*handles, *more[0]], [*labels, *more[1]]
    axes.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(labels), frameon=False, fontsize=8)


def _index(axes: Any, answer: RobustAnswer, names: Names) -> None:
    from matplotlib.patches import Patch

    every = in_picture(answer)
    shown = every[:_BARS]
    axes.set_title(plain(shortened(claim_words(answer), 78)), fontsize=9.5, pad=26, loc="right")
    if not shown:
        axes.text(0.5, 0.5, _("no project is in any portfolio"), ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    axes.barh(range(len(shown)), [float(v) for _p, v in shown], color=[COLOUR[p.state] for p, _v in shown])
    axes.set_yticks(range(len(shown)), [plain(shortened(names.project(p.id), 50)) for p, _v in shown], fontsize=7.5)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    label = _("core index") if answer.claim == "complete" else _("share of the listed portfolios that hold the project")
    if len(every) > _BARS:
        label += " " + _("({shown} of {all} projects)").format(shown=_BARS, all=len(every))
    axes.set_xlabel(label)
    states = [s for s in COLOUR if any(p.state == s for p, _v in shown)]
    axes.legend([Patch(color=COLOUR[s]) for s in states], [state_name(s) for s in states], loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(states), frameon=False, fontsize=8)
