"""A funding mix as one HTML page: stacked years by channel before and after, aims and measures, bottlenecks."""

from __future__ import annotations

import html
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..domain.base import WAN, YI
from ..domain.fund_least import FundLeast
from ..domain.fund_mix import FundMix, MixBlocked
from ..domain.policy import Policy
from ..i18n import _
from . import fund_least_words, fund_mix_covers
from .compare_charts import figure_json
from .fund_mix_words import (
    aim_name,
    by_channel,
    channel_names,
    cost_words,
    ids,
    kept_words,
    left_line,
    measure_rows,
    need_words,
    order_words,
    proof_words,
    set_words,
    short_words,
    sorted_channels,
    stage_value,
    stop_words,
    stops_title,
    title,
)
from .fund_page import fund_frame
from .numbers import wan
from .page import chart, fold, table, tag
from .view import rounding_note, synthetic_notice

#: colours of channels, far enough apart beside each other
_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442", "#332288", "#88CCEE", "#44AA99", "#AA4499", "#DDCC77",
    "#882255", "#117733", "#661100",
)  # fmt: skip


def write_page(mix: FundMix, policy: Policy | None, path: str | Path, least: FundLeast | None = None) -> None:
    """Write a mix as one page; give a temporary name (`io.atomic`).

    Parameters
    ----------
    mix : FundMix
    policy : Policy or None
        For names.
    path : str or Path
    least : FundLeast, optional
        The question for the least money that the mix answers.
    """
    Path(path).write_text(page(mix, policy, least), encoding="utf-8", newline="\n")


def page(mix: FundMix, policy: Policy | None, least: FundLeast | None = None) -> str:
    """Return the page."""
    drawn: dict[str, dict[str, Any]] = {}
    head = title(mix) if least is None else fund_least_words.title(least)
    body = [tag("p", synthetic_notice(), "notice")] if mix.synthetic else []
    body += [tag("h1", head), tag("p", _("In this order: {order}").format(order=order_words(mix)), "soft")]
    body += [tag("p", _("changed: {path} = {value}").format(path=k, value=v), "soft") for k, v in mix.overrides.items()]
    if least is not None:
        facts = [list(f) for f in fund_least_words.facts(least)]
        if least.score is not None:
            facts += [[_("enter"), ids(least.entered) or "–"], [_("leave"), ids(least.left) or "–"]]
        body.append(table([_("what"), _("value")], facts))
    if not mix.fits:
        body.append(tag("p", _("The plan's own money does not satisfy the rules that are asked now; its projects stay."), "warn"))
    if mix.left_out:
        body.append(tag("p", _("Left out: {projects}").format(projects=ids(mix.left_out)), "warn"))
    if mix.blocked is not None:
        body += _blocked(mix.blocked, drawn)
    if mix.funded:
        body += _funded(mix, policy, drawn, fund_least_words.column_names(least))
    return fund_frame(head, "\n".join(body), {name: figure_json(figure) for name, figure in drawn.items()})


def _funded(mix: FundMix, policy: Policy | None, drawn: dict[str, dict[str, Any]], columns: tuple[str, str, str]) -> list[str]:
    stages = [[aim_name(s.aim), stage_value(s, s.before), stage_value(s, s.value), stage_value(s, s.bound), proof_words(s)] for s in mix.stages]
    drawn["years"] = _years(mix, policy)
    found, years, after = by_channel(mix.rows, "after")
    before = by_channel(mix.rows, "before")[2]
    names, channels = channel_names(policy), sorted_channels(found, policy)

    def line(name: str, own: list[str]) -> list[str]:
        cells = [wan(sum(after.get((c, y), 0) for c in own)) for y in years]
        return [name, *cells, *(wan(sum(s.get((c, y), 0) for c in own for y in years)) for s in (after, before))]

    rows = [*(line(names.get(c, c), [c]) for c in channels), line(_("total"), channels)]
    per = [[r.project, r.name, names.get(r.channel, r.channel), str(r.year), wan(r.before), wan(r.after)] for r in mix.rows if r.before or r.after]
    return [
        tag("h2", _("What was reached, in the order asked (10k yuan)")),
        table([_("aim"), columns[0], _("after"), _("proven bound"), columns[1]], stages, (1, 2, 3)), tag("p", cost_words(mix), "soft"), *([tag("p", kept_words(mix))] if mix.kept else []),
        tag("h2", _("Measures of the money")), table([_("measure"), columns[2], _("after")], measure_rows(mix, mix.before, mix.after), (1, 2)),
        *_covers(mix), tag("h2", _("Money by channel and year (10k yuan)")), *chart("years", drawn),
        table([_("channel"), *map(str, years), _("total after"), _("total before")], rows, range(1, len(years) + 3), total=True),
        tag("p", rounding_note(), "soft"), tag("h2", _("Money by project, channel and year (10k yuan)")),
        *fold(_("{number} rows").format(number=len(per)), [table([_("id"), _("project"), _("channel"), _("year"), _("before"), _("after")], per, (3, 4, 5))]),
    ]  # fmt: skip


def _covers(mix: FundMix) -> list[str]:
    if not mix.covers:
        return []
    header = fund_mix_covers.header(mix, [_("id"), _("project")])
    rows = [[c.id, c.name, *fund_mix_covers.row(mix, c)] for c in mix.covers]
    return [
        tag("h2", fund_mix_covers.heading()), *(tag("p", w, "warn") for w in fund_mix_covers.warnings(mix)), table(header, rows, range(3, len(header) - 1)),
        tag("p", fund_mix_covers.definition(mix), "soft"),
    ]  # fmt: skip


def _years(mix: FundMix, policy: Policy | None) -> dict[str, Any]:
    """Stacked bars: for each year the money before beside the money after, by channel."""
    found, years, after = by_channel(mix.rows, "after")
    before = by_channel(mix.rows, "before")[2]
    names, channels = channel_names(policy), sorted_channels(found, policy)
    most = max([sum(s.get((c, y), 0) for c in channels) for s in (before, after) for y in years], default=0)
    unit, words = (YI, _("100 million yuan")) if most >= YI else (WAN, _("10k yuan"))
    axis = [[str(y) for y in years for _k in (0, 1)], [w for _y in years for w in (_("before"), _("after"))]]
    data = []
    for at, c in enumerate(channels):
        name = html.escape(names.get(c, c))
        values = [s.get((c, y), 0) / unit for y in years for s in (before, after)]
        data.append({
            "type": "bar", "name": name, "x": axis, "y": values, "marker": {"color": _COLOURS[at % len(_COLOURS)]},
            "hovertemplate": f"{name}: %{{y:,.4f}} {html.escape(words)}<extra></extra>",
        })  # fmt: skip
    layout = {
        "barmode": "stack", "height": max(460, 120 + 22 * len(channels)), "bargap": 0.15, "margin": {"l": 60, "r": 20, "t": 20, "b": 60},
        "yaxis": {"title": {"text": words}, "tickformat": ",~f"}, "xaxis": {"type": "multicategory"}, "legend": {"traceorder": "normal"},
    }  # fmt: skip
    return {"data": data, "layout": layout}


def _blocked(b: MixBlocked, drawn: dict[str, dict[str, Any]]) -> list[str]:
    out = [tag("p", _("These projects cannot be funded as they are."), "notice")]
    if b.rules:
        out += [tag("h2", _("Rules on the whole that stand in the way")), *(tag("p", f"{h.label.text()} {short_words(h.short)}".rstrip()) for h in b.rules), *(tag("p", stop_words(t)) for t in b.stops)]
    if b.alone:
        rows = [[a.id, a.name, "\n".join(f"{h.label.text()} {short_words(h.short)}".rstrip() for h in a.hits)] for a in b.alone]
        out += [tag("h2", _("Stopped by their own rules, whatever the channels hold ({number})").format(number=len(b.alone))), table([_("id"), _("project"), _("why")], rows)]
    if b.needs:
        drawn["needs"] = _needs(b)
        out += [tag("h2", _("Bottleneck of all of them together")), *chart("needs", drawn), *(tag("p", need_words(n)) for n in b.needs)]
        if any(s.assumption for n in b.needs for s in n.sources):
            out.append(tag("p", _("※ an assumption without an official source"), "soft"))
    if b.sets:
        rows = [[set_words(s), "\n".join([*map(need_words, s.needs), *([stops_title(s)] if s.stops else []), *map(stop_words, s.stops)])] for s in b.sets]
        out += [tag("h2", _("Sets of projects that cannot be funded together")), table([_("projects"), _("why")], rows)]
    if b.running:
        out.append(tag("h2", _("The carry-overs alone cannot be funded: leaving new starts out does not help")))
        out += [tag("p", f"{h.label.text()} {short_words(h.short)}".rstrip()) for h in b.running]
    if b.left:
        out.append(tag("h2", _("What to leave out so that the rest can be funded")))
        out += [tag("p", left_line(w.by, len(w.projects), w.loss, w.loss_least) + " " + ", ".join(w.projects)) for w in b.left]
        broken = {h.label.text() for w in b.left for h in w.broken}
        out += [tag("p", _("the rest breaks a rule that is none of money: {rule}").format(rule=r), "warn") for r in sorted(broken)]
    return out


def _needs(b: MixBlocked) -> dict[str, Any]:
    """Needed beside available money of each bottleneck, what is available by its caps."""
    names = [f"{at}. " + "–".join(sorted({str(y) for s in n.sources for y in s.years})[:: max(1, len({y for s in n.sources for y in s.years}) - 1)]) for at, n in enumerate(b.needs, 1)]
    axis = [[n for n in names for _k in (0, 1)], [w for _n in names for w in (_("needed"), _("available"))]]
    data: list[dict[str, Any]] = []
    needed = [v for n in b.needs for v in (float(Fraction(n.needed)) / WAN, 0.0)]
    data.append({"type": "bar", "name": _("needed"), "x": axis, "y": needed, "marker": {"color": "#D55E00"}})
    parts: dict[str, list[float]] = {}
    for at, n in enumerate(b.needs):
        for s in n.sources:
            own = parts.setdefault(s.label.text(), [0.0] * (2 * len(b.needs)))
            own[2 * at + 1] += float(Fraction(s.price) * Fraction(s.yuan)) / WAN
    for at, (name, values) in enumerate(parts.items()):
        data.append({"type": "bar", "name": html.escape(name), "x": axis, "y": values, "marker": {"color": _COLOURS[at % len(_COLOURS)]}})
    layout = {
        "barmode": "stack", "height": max(420, 120 + 22 * len(data)), "margin": {"l": 60, "r": 20, "t": 20, "b": 60}, "xaxis": {"type": "multicategory"},
        "yaxis": {"title": {"text": _("10k yuan")}, "tickformat": ",~f"},
    }  # fmt: skip
    return {"data": data, "layout": layout}
