"""A front as a picture for reports: the plans in every pair of objectives, or as lines over all of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from ..i18n import _
from .front_view import FrontView
from .png import drawing, plain, shortened
from .view import synthetic_notice

#: open zones shaded
_ZONES = 500
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
            _lines(figure.add_axes((0.06, 0.15, 0.9, top - 0.26)), view)
        figure.savefig(str(path), format="png", metadata={"Software": None})


def _scatter(axes: Any, view: FrontView, a: int, b: int) -> None:
    (fx, x_name), (fy, y_name) = view.axis(a), view.axis(b)
    x, y = [float(v[a] * fx) for v in view.values], [float(v[b] * fy) for v in view.values]
    if len(view.front.objectives) == 2:
        _zones(axes, view, (fx, fy))
    axes.scatter(x, y, s=16 if len(x) < 200 else 7, color=_BLUE, zorder=3)
    for k, number in enumerate(view.front.payoff):
        if number is not None and k in (a, b):
            axes.scatter(x[number - 1], y[number - 1], s=60, facecolors="none", edgecolors="#E69F00", linewidths=1.6, zorder=4)
    if view.knee is not None:
        axes.scatter(x[view.knee], y[view.knee], marker="*", s=150, color=_RED, zorder=5, label=_("knee: plan {n}").format(n=view.front.points[view.knee].id))
    others = view.knees[1:]
    if others:
        axes.scatter([x[i] for i in others], [y[i] for i in others], marker="*", s=110, facecolors="white", edgecolors=_RED, zorder=5, label=_("further knee"))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", frameon=False, fontsize=8)
    axes.set_xlabel(plain(x_name))
    axes.set_ylabel(plain(y_name))
    axes.ticklabel_format(style="plain", useOffset=False)
    axes.xaxis.set_major_formatter(_thousands())
    axes.yaxis.set_major_formatter(_thousands())
    axes.xaxis.set_major_locator(_ticks())
    axes.grid(color="#E6E8EC", linewidth=0.7)


def _zones(axes: Any, view: FrontView, factors: tuple[Fraction, Fraction]) -> None:
    """Shade where plans may be missing, up to the best values."""
    from matplotlib.patches import Rectangle

    label = _("open zones")
    for zone in view.front.open_zones[:_ZONES]:
        start = [float(f * (view.ranges[k][1] if v is None else Fraction(v))) for k, (v, f) in enumerate(zip(zone.better_than, factors, strict=True))]
        end = [float(f * best) for (best, _worst), f in zip(view.ranges, factors, strict=True)]
        low, size = [min(c) for c in zip(start, end, strict=True)], [abs(s - e) for s, e in zip(start, end, strict=True)]
        axes.add_patch(Rectangle((low[0], low[1]), *size, facecolor="#E69F00", alpha=0.22, linewidth=0, zorder=1, label=label))
        label = "_nolegend_"


def _lines(axes: Any, view: FrontView) -> None:
    """Parallel coordinates, better upwards."""
    p = len(view.front.objectives)
    for i in range(len(view.values)):
        heights = [1.0 - float(r) for r in view.regrets(i)]
        knee = i in view.knees
        axes.plot(range(p), heights, color=_RED if knee else _SOFT, linewidth=2.2 if knee else 0.8, alpha=1.0 if knee else 0.6, zorder=4 if knee else 2)
    for k, (best, worst) in enumerate(view.ranges):
        axes.plot((k, k), (0.0, 1.0), color="#9AA3B2", linewidth=0.8, zorder=1)
        axes.text(k, 1.03, view.value_text(k, best), ha="center", fontsize=8)
        axes.text(k, -0.06, view.value_text(k, worst), ha="center", fontsize=8)
    units = [view.text(o.unit) for o in view.front.objectives]
    axes.set_xticks(range(p), [plain(shortened(view.name(k), 120 // p)) + f"\n{plain(units[k])}" for k in range(p)])
    axes.tick_params(axis="x", pad=16, length=0)
    axes.set_yticks([])
    axes.set_ylim(-0.1, 1.1)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _thousands() -> Any:
    """Write ticks, which are round numbers, with no more decimals than they have."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda v, _at: f"{v:,.6f}".rstrip("0").rstrip("."))


def _ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=6)
