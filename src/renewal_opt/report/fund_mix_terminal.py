"""A funding mix in the terminal, 80 columns and up."""

from __future__ import annotations

from typing import IO

from ..domain.fund_mix import FundMix, MixBlocked
from ..domain.policy import Policy
from ..i18n import _
from . import fund_mix_covers
from .fund_least_words import column_names
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
from .numbers import wan
from .terminal import SHOWN, Pages
from .view import rounding_note, synthetic_notice

#: changes told
_MOVED = 8


def print_mix(mix: FundMix, policy: Policy | None, file: IO[str], *, width: int | None = None, heading: bool = True, columns: tuple[str, str, str] | None = None) -> None:
    """Print a mix, or why there is none.

    Parameters
    ----------
    mix : FundMix
    policy : Policy or None
        For names.
    file : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    heading : bool
        Whether to begin with title and order.
    columns : tuple of str, optional
        Names of the columns: see `fund_least_words.column_names`.
    """
    pages = Pages(file, width)
    if heading:
        if mix.synthetic:
            pages.line(f"【{synthetic_notice()}】", "bold reverse")
        pages.line(title(mix), "bold")
        pages.line(_("In this order: {order}").format(order=order_words(mix)))
    for path, value in mix.overrides.items():
        pages.line(_("changed: {path} = {value}").format(path=path, value=value))
    if not mix.fits:
        pages.line(_("The plan's own money does not satisfy the rules that are asked now; its projects stay."))
    if mix.left_out:
        pages.line(_("Left out: {projects}").format(projects=ids(mix.left_out)), "bold")
    if mix.blocked is not None:
        _blocked(mix.blocked, pages)
    if mix.funded:
        _stages(mix, pages, columns or column_names(None))
        _covers(mix, pages)
        _channels(mix, policy, pages)
        _changes(mix, policy, pages)


def _stages(mix: FundMix, pages: Pages, columns: tuple[str, str, str]) -> None:
    pages.heading(_("What was reached, in the order asked (10k yuan)"))
    rows = [[aim_name(s.aim), stage_value(s, s.before), stage_value(s, s.value), stage_value(s, s.bound), proof_words(s)] for s in mix.stages]
    pages.table([_("aim"), columns[0], _("after"), _("proven bound"), columns[1]], rows, right=(1, 2, 3))
    pages.line(cost_words(mix))
    if mix.kept is not None:
        pages.line(kept_words(mix))
    pages.heading(_("Measures of the money"))
    pages.table([_("measure"), columns[2], _("after")], measure_rows(mix, mix.before, mix.after), right=(1, 2))


def _covers(mix: FundMix, pages: Pages) -> None:
    if not mix.covers:
        return
    pages.heading(fund_mix_covers.heading())
    for words in fund_mix_covers.warnings(mix):
        pages.line(words, "bold")
    shown = mix.covers[:SHOWN]
    header = fund_mix_covers.header(mix, [_("project")])
    names = ["" if at and shown[at - 1].id == c.id else f"{c.id} {c.name}" for at, c in enumerate(shown)]
    pages.table(header, [[name, *fund_mix_covers.row(mix, c)] for name, c in zip(names, shown, strict=True)], right=range(2, len(header) - 1))
    pages.more(len(shown), len(mix.covers))
    pages.line(fund_mix_covers.definition(mix))


def _channels(mix: FundMix, policy: Policy | None, pages: Pages) -> None:
    pages.heading(_("Money by channel and year after, in all before (10k yuan)"))
    found, years, after = by_channel(mix.rows, "after")
    _found, _years, before = by_channel(mix.rows, "before")
    names, channels = channel_names(policy), sorted_channels(found, policy)
    room = max(1, (pages.console.width - 24) // 13 - 2)
    shown = years[:room] if len(years) > room + 1 else years
    rest = years[len(shown) :]
    header = [_("channel"), *map(str, shown), *([_("later")] if rest else []), _("total"), _("before")]

    def line(name: str, own: list[str]) -> list[str]:
        cells = [sum(after.get((c, y), 0) for c in own) for y in shown]
        later = [sum(after.get((c, y), 0) for c in own for y in rest)] if rest else []
        every = sum(after.get((c, y), 0) for c in own for y in years)
        return [name, *(wan(v) if v else "–" for v in [*cells, *later, every, sum(before.get((c, y), 0) for c in own for y in years)])]

    rows = [*(line(names.get(c, c), [c]) for c in channels), line(_("total"), channels)]
    pages.table(header, rows, right=range(1, len(header)), total=True)
    if any(r.after % 100 or r.before % 100 for r in mix.rows):
        pages.line(rounding_note())


def _changes(mix: FundMix, policy: Policy | None, pages: Pages) -> None:
    moved = sorted((r for r in mix.rows if r.after != r.before), key=lambda r: (-abs(r.after - r.before), r.project, r.channel, r.year))
    pages.heading(_("Largest changes of {number}: project, channel, year (10k yuan)").format(number=len(moved)))
    if not moved:
        pages.line(_("none"))
        return
    names = channel_names(policy)
    rows = [[f"{r.project} {r.name}", names.get(r.channel, r.channel), str(r.year), wan(r.before), wan(r.after)] for r in moved[:_MOVED]]
    pages.table([_("project"), _("channel"), _("year"), _("before"), _("after")], rows, right=(2, 3, 4))
    pages.more(_MOVED, len(moved))


def _blocked(b: MixBlocked, pages: Pages) -> None:
    pages.line(_("These projects cannot be funded as they are."), "bold")
    if b.rules:
        pages.heading(_("Rules on the whole that stand in the way"))
        for h in b.rules[:SHOWN]:
            pages.line(f"· {h.label.text()} {short_words(h.short)}".rstrip())
        pages.more(SHOWN, len(b.rules))
        for t in b.stops[:SHOWN]:
            pages.line("· " + stop_words(t))
    if b.alone:
        pages.heading(_("Stopped by their own rules, whatever the channels hold ({number})").format(number=len(b.alone)))
        for a in b.alone[:SHOWN]:
            pages.line(f"{a.id} {a.name}")
            for h in a.hits:
                pages.line(f"  · {h.label.text()} {short_words(h.short)}".rstrip())
        pages.more(SHOWN, len(b.alone))
    if b.sets:
        pages.heading(_("Sets of projects that cannot be funded together"))
        for s in b.sets[:SHOWN]:
            pages.line("· " + set_words(s))
            for n in s.needs[:3]:
                pages.line("  " + need_words(n))
            if s.stops:
                pages.line("  " + stops_title(s))
            for t in s.stops[:SHOWN]:
                pages.line("  · " + stop_words(t))
            pages.more(SHOWN, len(s.stops))
        pages.more(SHOWN, len(b.sets))
    if b.needs:
        pages.heading(_("Bottleneck of all of them together"))
        for n in b.needs:
            pages.line("· " + need_words(n))
        if any(s.assumption for n in b.needs for s in n.sources):
            pages.line(_("※ an assumption without an official source"))
    if b.running:
        pages.heading(_("The carry-overs alone cannot be funded: leaving new starts out does not help"))
        for h in b.running[:SHOWN]:
            pages.line(f"· {h.label.text()} {short_words(h.short)}".rstrip())
    if b.left:
        pages.heading(_("What to leave out so that the rest can be funded"))
        for w in b.left:
            pages.line("· " + left_line(w.by, len(w.projects), w.loss, w.loss_least) + " " + ids(w.projects))
        for h in {h.label.text(): h for w in b.left for h in w.broken}.values():
            pages.line(_("the rest breaks a rule that is none of money: {rule}").format(rule=h.label.text()))
