"""One page of pictures: money by channel and year, use of caps, parts by district; Chinese labels without a Chinese system font."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..domain.library import Library
from ..domain.plan import Plan, RowUse
from ..domain.policy import Policy
from ..i18n import _
from .numbers import fraction, gap_text, measured, rounded, used_text, wan
from .terminal import clean
from .view import View, speaking, stopped_words, synthetic_notice

#: colours that stay apart for colour-blind readers (Okabe and Ito 2008, then their lighter forms)
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999", "#7FB8D8", "#F2CF80", "#80CEB9", "#E5BCD3")
#: bars shown of a longer list
_BARS = 14


def font_file() -> Path:
    """Return the Chinese font that zhplot ships; zhplot itself is not imported (it changes global settings).

    Raises
    ------
    FileNotFoundError
        When zhplot is not installed.
    """
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(folder) / "fonts" / "NotoSansSC-Regular.ttf"
        if found.is_file():
            return found
    raise FileNotFoundError("zhplot: NotoSansSC-Regular.ttf")


def write_png(plan: Plan, policy: Policy | None, library: Library | None, path: str | Path, *, language: str | None = None) -> None:
    """Draw a plan on one page.

    Parameters
    ----------
    plan : Plan
    policy, library : Policy, Library or None
        For names and districts.
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    language : str, optional
        ``zh`` or ``en``; default: the language in force.
    """
    with speaking(language), drawing((11.7, 8.3)) as figure:
        view = View(plan, policy, library)
        grid = figure.add_gridspec(2, 2, left=0.125, right=0.975, top=0.79, bottom=0.065, hspace=0.52, wspace=0.12, width_ratios=(1.2, 1))
        _front(figure, view)
        _money(figure.add_subplot(grid[0, 0]), view)
        _districts(figure.add_subplot(grid[1, 0]), view)
        _caps(figure.add_subplot(grid[:, 1]), view)
        figure.savefig(str(path), format="png", metadata={"Software": None})


@contextlib.contextmanager
def drawing(inches: tuple[float, float]) -> Iterator[Any]:
    """Give an empty figure on which Chinese can be written.

    Parameters
    ----------
    inches : tuple of float
        Width and height.
    """
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    file = str(font_file())
    if all(f.fname != file for f in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(file)
    name = font_manager.FontProperties(fname=file).get_name()
    # matplotlib's own font draws what the Chinese one lacks, such as the ł of Włochy
    settings: Any = {"font.family": [name, "DejaVu Sans"], "font.size": 9, "axes.unicode_minus": False, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(settings):
        figure = Figure(figsize=inches, dpi=130)
        FigureCanvasAgg(figure)
        yield figure


def plain(text: object) -> str:
    """Return text that matplotlib draws as it is (no control characters, no mathematics)."""
    return clean(text).replace("$", r"\$")


def shortened(text: str, limit: int) -> str:
    """Return a text cut to so many columns (a Chinese character takes two)."""
    room, out = limit, ""
    for c in text:
        room -= 2 if ord(c) > 0x2E7F else 1
        if room < 0:
            return out + "…"
        out += c
    return out


def _front(figure: Any, view: View) -> None:
    plan, o = view.plan, view.plan.objective
    top = 0.965
    if plan.synthetic:
        figure.text(0.5, top, synthetic_notice(), ha="center", va="center", fontsize=12, color="#9C0006", bbox={"facecolor": "#FFE699", "edgecolor": "none", "pad": 4})
        top -= 0.042
    figure.text(0.5, top, plain(shortened(view.text(plan.title), 80)), ha="center", va="center", fontsize=15)
    parts = " · ".join(f"{view.part(p.part)} {p.number}" for p in view.parts)
    now = sum(p.this_year for p in view.parts)
    later = sum(p.later for p in view.parts)
    words = _("{parts} · not selected {refused} · {year}: {now} · later years: {later} (10k yuan)")
    figure.text(0.5, top - 0.035, plain(words.format(parts=parts, refused=len(plan.refused), year=plan.plan_year, now=wan(now), later=wan(later))), ha="center", va="center", fontsize=10)
    bind = [view.text(a.label) for a in plan.assumptions if a.binds]
    proof = _("objective {value} · gap {gap} · {stopped} · data as of {date}").format(
        value=f"{rounded(fraction(o.value)):,.2f}", gap=gap_text(o.gap), stopped=stopped_words(plan), date=plan.library_as_of or "–"
    )
    figure.text(0.5, top - 0.064, plain(proof), ha="center", va="center", fontsize=9, color="#404040")
    if bind:
        text = _("assumptions that bind: {names}").format(names=_("; ").join(bind))
        figure.text(0.5, top - 0.091, plain(shortened(text, 150)), ha="center", va="center", fontsize=9, color="#9C0006")


def _unit(view: View) -> tuple[float, str]:
    """Return the unit of both charts of money: 亿元, or 万元 where all that is chosen is less than one 亿元."""
    return (1e8, _("100 million yuan")) if sum(c.investment for c in view.plan.chosen) >= 1e8 else (1e4, _("10k yuan"))


def _money(axes: Any, view: View) -> None:
    size, unit = _unit(view)
    axes.set_title(_("money by channel and year ({unit})").format(unit=unit), loc="left", fontsize=10)
    years = sorted({y for _c, y in view.by_channel})
    if not years:
        _empty(axes, _("no money is given"))
        return
    below = [0.0] * len(years)
    for at, channel in enumerate(c for c in view.channels if any(view.by_channel.get((c, y)) for y in years)):
        values = [view.by_channel.get((channel, y), 0) / size for y in years]
        axes.bar(range(len(years)), values, 0.62, bottom=below, label=plain(view.channel(channel)), color=COLOURS[at % len(COLOURS)], edgecolor="white", linewidth=0.5)
        below = [a + b for a, b in zip(below, values, strict=True)]
    for at, height in enumerate(below):
        axes.annotate(f"{height:,.2f}", (at, height), ha="center", va="bottom", fontsize=8, xytext=(0, 1.5), textcoords="offset points")
    axes.set_xticks(range(len(years)), [str(y) for y in years])
    axes.set_ylim(0, max(below) * 1.12 or 1)
    axes.legend(fontsize=7.5, frameon=False, loc="upper center", bbox_to_anchor=(0.46, -0.09), ncols=3 if view.language == "en" else 4, columnspacing=1.2, handlelength=1.4)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)


def _districts(axes: Any, view: View) -> None:
    """Total investment by district; a project across districts counts by its shares."""
    size, unit = _unit(view)
    axes.set_title(_("total investment by district ({unit})").format(unit=unit), loc="left", fontsize=10)
    sums: dict[str, list[float]] = {}
    for entry in view.plan.chosen:
        p = view.projects.get(entry.id)
        shares = {d: float(s) / 100 for d, s in p.district_shares.items()} if p and p.district_shares else {(p.district if p else None) or "": 1.0}
        for district, share in shares.items():
            sums.setdefault(district, [0.0, 0.0])[entry.part == "new_start"] += entry.investment * share / size
    if not sums:
        _empty(axes, _("nothing is chosen"))
        return
    known = list(view.policy.districts) if view.policy else []
    order = sorted(sums, key=lambda d: (known.index(d) if d in known else len(known), d))
    left = [0.0] * len(order)
    for at, part in enumerate(("carry_over", "new_start")):
        values = [sums[d][at] for d in order]
        axes.barh(range(len(order)), values, 0.62, left=left, label=view.part(part), color=COLOURS[4 - 4 * at], edgecolor="white", linewidth=0.5)
        left = [a + b for a, b in zip(left, values, strict=True)]
    for at, length in enumerate(left):
        axes.annotate(f"{length:,.2f}", (length, at), va="center", fontsize=8, xytext=(3, 0), textcoords="offset points")
    axes.set_yticks(range(len(order)), [plain(shortened(view.of("districts", d) or _("not stated"), 19)) for d in order], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, max(left) * 1.15 or 1)
    axes.legend(fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)


def _shown(view: View) -> list[RowUse]:
    """Rows with an upper bound that concern the plan year: budgets, whole channels, then all else, the fullest first."""
    year = view.plan.plan_year

    def rank(u: RowUse) -> tuple[int, int, float]:
        key = u.row.partition(":")[2].partition("[")[0]
        order = {"budget": 0, "channels": 1 if key in view.channels else 4, "districts": 3}.get(u.family, 2)
        return order, view.channels.index(key) if order == 1 else 0, -float(fraction(u.value) / fraction(u.at_most or "1"))

    rows = [u for u in view.plan.use if u.at_most is not None and fraction(u.at_most) > 0 and view.year_of(u) in (None, year)]
    return sorted(rows, key=rank)[:_BARS]


def _caps(axes: Any, view: View) -> None:
    axes.set_title(_("use of caps and limits"), loc="left", fontsize=10)
    rows = _shown(view)
    if not rows:
        _empty(axes, _("no cap is stated"))
        return
    shares = [fraction(u.value) / fraction(u.at_most or "1") for u in rows]
    used = [float(s) for s in shares]
    axes.barh(range(len(rows)), [1.0] * len(rows), 0.34, color="#EDEDED")
    axes.barh(range(len(rows)), used, 0.34, color=[COLOURS[5] if u.binding else COLOURS[0] for u in rows])
    for at, u in enumerate(rows):
        words = f"{'※ ' if u.assumption else ''}{shortened(view.text(u.label), 46)}"
        axes.annotate(plain(words), (0, at - 0.2), va="bottom", fontsize=8, xytext=(0, 0), textcoords="offset points")
        amounts = f"{measured(u.value, u.unit)} / {measured(u.at_most or '0', u.unit)}"
        axes.annotate(amounts, (1, at - 0.2), va="bottom", ha="right", fontsize=7.5, color="#505050", xytext=(0, 0), textcoords="offset points")
        axes.annotate(used_text(shares[at]), (max(used[at], 1.0), at), va="center", fontsize=8, xytext=(3, 0), textcoords="offset points")
    axes.axvline(1, color="#404040", linewidth=0.8, linestyle="--")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(max(len(rows), 6) - 0.4, -0.8)
    axes.set_xlim(0, max(1.12, max(used) * 1.1))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(_("orange: binds; ※: an assumption without an official source; money in 10k yuan"), fontsize=8)


def _empty(axes: Any, text: str) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
    axes.set_axis_off()
