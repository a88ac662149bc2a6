"""A front as a picture for reports: the plans in every pair of objectives, or as lines over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.cells import cell_len

from ..i18n import _
from .front_view import FrontView
from .png import drawing, plain
from .terminal import wrapped
from .view import synthetic_notice

#: open zones shaded
_ZONES = 500
#: inches of a line of 9 points
_INCH = 0.19
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
    high = 7.4 if p == 2 else 6.2
    with drawing((10.5 if p == 2 else 13.0, high)) as figure:
        top = 1.0
        if view.front.synthetic:
            top -= _INCH * 1.3 / high
            figure.text(0.5, top, synthetic_notice(), ha="center", va="center", fontsize=11, color="#9C0006", bbox={"facecolor": "#FFE699", "edgecolor": "none", "pad": 3})
        top = _written(figure, top - 0.14 / high, view.text(view.front.title), 14, 84, high) - 0.05 / high
        for words in (view.source, *view.claim_words()[:3]):
            top = _written(figure, top, words, 9.5, 150 if p == 2 else 190, high, color="#404040")
        if not view.values:
            figure.text(0.5, 0.5, _("no plan"), ha="center", fontsize=14)
        elif p <= 3:
            pairs = [(0, 1)] if p == 2 else [(0, 1), (0, 2), (1, 2)]
            grid = figure.add_gridspec(1, len(pairs), left=0.105 if p == 2 else 0.085, right=0.975, top=top - 0.15 / high, bottom=0.95 / high, wspace=0.34)
            for at, (a, b) in enumerate(pairs):
                _scatter(figure.add_subplot(grid[0, at]), view, a, b, 100 if p == 2 else 40)
            _legend(figure)
        else:
            _lines(figure.add_axes((0.06, 1.25 / high, 0.9, top - 1.55 / high)), view)
            _legend(figure)
        figure.savefig(str(path), format="png", metadata={"Software": None})


def _written(figure: Any, top: float, text: str, size: float, columns: int, high: float, **more: Any) -> float:
    """Write lines below `top`; return where they end."""
    lines = wrapped(plain(text), columns)
    for line in lines:
        top -= size * _INCH / 9.0 / high
        figure.text(0.5, top, line, ha="center", va="center", fontsize=size, **more)
    return top


def heading_lines(text: str, columns: int) -> list[str]:
    """Return a heading in lines; where one does not hold it, what stands in brackets begins the next."""
    text = plain(text)
    name, bracket, rest = text.partition(" (") if " (" in text else text.partition("（")
    if not bracket or cell_len(text) <= columns:
        return wrapped(text, columns)
    return [*wrapped(name, columns), *wrapped(bracket.strip() + rest, columns)]


def _legend(figure: Any) -> None:
    """Write one legend for all plots, below them."""
    named: dict[str, Any] = {}
    for axes in figure.axes:
        named |= {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True) if label not in named}
    if named:
        labels = sorted(named, key=lambda label: label != _("plan"))
        figure.legend([named[label] for label in labels], labels, loc="lower center", ncols=5, columnspacing=1.4, handletextpad=0.5, frameon=False, fontsize=8.5)


def _scatter(axes: Any, view: FrontView, a: int, b: int, columns: int) -> None:
    x, y = [float(v[a]) for v in view.values], [float(v[b]) for v in view.values]
    if len(view.front.objectives) == 2:
        _zones(axes, view)
    axes.scatter(x, y, s=16 if len(x) < 200 else 7, color=_BLUE, zorder=3, label=_("plan"))
    best = [n - 1 for k, n in enumerate(view.front.payoff) if n is not None and k in (a, b)]
    if best:
        label = _("best plan of an objective (provisional)") if view.provisional else _("best plan of an objective")
        axes.scatter([x[i] for i in best], [y[i] for i in best], s=60, facecolors="none", edgecolors="#E69F00", linewidths=1.6, zorder=4, label=label)
    if view.knee is not None:
        axes.scatter(x[view.knee], y[view.knee], marker="*", s=150, color=_RED, zorder=5, label=_knee(view))
    others = view.knees[1:]
    if others:
        axes.scatter([x[i] for i in others], [y[i] for i in others], marker="*", s=110, facecolors="white", edgecolors=_RED, zorder=5, label=_("further knee"))
    axes.set_xlabel("\n".join(heading_lines(view.heading(a), columns)))
    axes.set_ylabel("\n".join(heading_lines(view.heading(b), 60)))
    axes.ticklabel_format(style="plain", useOffset=False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_thousands())
    axes.xaxis.set_major_locator(_ticks(8 if columns > 50 else 4))
    axes.grid(color="#E6E8EC", linewidth=0.7)


def _knee(view: FrontView) -> str:
    assert view.knee is not None
    return _("{knee}: plan {n}").format(knee=view.knee_word, n=view.front.points[view.knee].id)


def _zones(axes: Any, view: FrontView) -> None:
    """Shade where plans may be missing."""
    from matplotlib.patches import Rectangle

    label = _("search zones still open")
    for start, end in map(view.box, view.front.open_zones[:_ZONES]):
        low, size = [min(c) for c in zip(start, end, strict=True)], [abs(s - e) for s, e in zip(start, end, strict=True)]
        axes.add_patch(Rectangle((low[0], low[1]), *size, facecolor="#E69F00", alpha=0.22, linewidth=0, zorder=1, label=label))
        label = "_nolegend_"


def _lines(axes: Any, view: FrontView) -> None:
    """Parallel coordinates, better upwards."""
    p = len(view.front.objectives)
    named: set[str] = set()
    for i in range(len(view.values)):
        heights = [1.0 - float(r) for r in view.regrets(i)]
        knee = i in view.knees
        label = (_knee(view) if i == view.knee else _("further knee")) if knee else _("plan")
        style: dict[str, Any] = {"linestyle": "--"} if knee and i != view.knee else {}
        axes.plot(
            range(p), heights, color=_RED if knee else _SOFT, linewidth=2.2 if knee else 0.8, alpha=1.0 if knee else 0.6, zorder=4 if knee else 2,
            label="_nolegend_" if label in named else label, **style,
        )  # fmt: skip
        named.add(label)
    for k, (best, worst) in enumerate(view.ranges):
        axes.plot((k, k), (0.0, 1.0), color="#9AA3B2", linewidth=0.8, zorder=1)
        axes.text(k, 1.03, view.value_text(k, best), ha="center", fontsize=8)
        axes.text(k, -0.06, view.value_text(k, worst), ha="center", fontsize=8)
    axes.set_xticks(range(p), ["\n".join(wrapped(plain(view.heading(k)), max(12, 140 // p))[:4]) for k in range(p)], fontsize=8)
    axes.tick_params(axis="x", pad=16, length=0)
    axes.set_yticks([])
    axes.set_ylim(-0.1, 1.1)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _thousands() -> Any:
    """Write ticks, which are round numbers, with no more decimals than they have."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda v, _at: f"{round(v, 6) + 0.0:,.6f}".rstrip("0").rstrip("."))  # + 0.0: no -0


def _ticks(most: int) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most)
