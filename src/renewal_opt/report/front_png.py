"""A front as a picture for reports: the plans in every pair of objectives, or as lines over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..i18n import _
from .front_view import FrontView
from .png import drawing, plain, shortened
from .view import synthetic_notice

_BLUE, _RED, _SOFT = "#1F3864", "#C00000", "#8FAADC"


def write_front_png(view: FrontView, path: str | Path) -> None:
    """Draw a front.

    Parameters
    ----------
    view : FrontView
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    """
    p = len(view.front.objectives)
    with drawing((10.5, 7.2) if p == 2 else (12.5, 5.6)) as figure:
        top = 0.955
        if view.front.synthetic:
            figure.text(0.5, top, synthetic_notice(), ha="center", va="center", fontsize=11, color="#9C0006", bbox={"facecolor": "#FFE699", "edgecolor": "none", "pad": 3})
            top -= 0.05
        figure.text(0.5, top, plain(shortened(view.text(view.front.title), 90)), ha="center", va="center", fontsize=14)
        figure.text(0.5, top - 0.05, plain(shortened(view.claim_words()[0], 130)), ha="center", va="center", fontsize=9.5, color="#404040")
        if not view.values:
            figure.text(0.5, 0.5, _("no plan"), ha="center", fontsize=14)
        elif p <= 3:
            pairs = [(0, 1)] if p == 2 else [(0, 1), (0, 2), (1, 2)]
            grid = figure.add_gridspec(1, len(pairs), left=0.085, right=0.975, top=top - 0.1, bottom=0.12, wspace=0.3)
            for at, (a, b) in enumerate(pairs):
                _scatter(figure.add_subplot(grid[0, at]), view, a, b)
        else:
            _lines(figure.add_axes((0.06, 0.13, 0.9, top - 0.24)), view)
        figure.savefig(str(path), format="png", metadata={"Software": None})


def _scatter(axes: Any, view: FrontView, a: int, b: int) -> None:
    x, y = [float(v[a]) for v in view.values], [float(v[b]) for v in view.values]
    axes.scatter(x, y, s=16 if len(x) < 200 else 7, color=_BLUE, zorder=3)
    for k, number in enumerate(view.front.payoff):
        if number is not None and k in (a, b):
            axes.scatter(x[number - 1], y[number - 1], s=60, facecolors="none", edgecolors="#E69F00", linewidths=1.6, zorder=4)
    if view.knee is not None:
        axes.scatter(x[view.knee], y[view.knee], marker="*", s=150, color=_RED, zorder=5, label=_("knee: plan {n}").format(n=view.front.points[view.knee].id))
        axes.legend(loc="best", frameon=False, fontsize=8)
    axes.set_xlabel(plain(view.heading(a)))
    axes.set_ylabel(plain(view.heading(b)))
    axes.ticklabel_format(style="plain", useOffset=False)
    axes.xaxis.set_major_formatter(_thousands())
    axes.yaxis.set_major_formatter(_thousands())
    axes.xaxis.set_major_locator(_ticks())
    axes.grid(color="#E6E8EC", linewidth=0.7)


def _lines(axes: Any, view: FrontView) -> None:
    """Parallel coordinates, better upwards."""
    p = len(view.front.objectives)
    for i in range(len(view.values)):
        heights = [1.0 - float(r) for r in view.regrets(i)]
        knee = i == view.knee
        axes.plot(range(p), heights, color=_RED if knee else _SOFT, linewidth=2.2 if knee else 0.8, alpha=1.0 if knee else 0.6, zorder=4 if knee else 2)
    for k, (best, worst) in enumerate(view.ranges):
        axes.plot((k, k), (0.0, 1.0), color="#9AA3B2", linewidth=0.8, zorder=1)
        axes.text(k, 1.03, view.value_text(k, best), ha="center", fontsize=8)
        axes.text(k, -0.06, view.value_text(k, worst), ha="center", fontsize=8)
    axes.set_xticks(range(p), [plain(shortened(view.name(k), 26)) for k in range(p)])
    axes.tick_params(axis="x", pad=14, length=0)
    axes.set_yticks([])
    axes.set_ylim(-0.1, 1.1)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _thousands() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda v, _at: f"{v:,.0f}" if abs(v) >= 10 or v == round(v) else f"{v:,.3g}")


def _ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=6)
