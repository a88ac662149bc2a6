"""A funding mix as an Excel workbook: measures, money by project, channel and year with live totals, what cannot be funded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ..domain.fund_least import FundLeast
from ..domain.fund_mix import FundMix, MixBlocked, MixRow
from ..domain.policy import Policy
from ..i18n import _
from ..io.texttable import column_letters as column
from . import fund_least_words
from .fund_mix_covers import warnings, write_covers
from .fund_mix_words import (
    aim_name,
    by_channel,
    channel_names,
    cost_words,
    ids,
    kept_words,
    left_line,
    measure_values,
    need_words,
    order_words,
    proof_words,
    set_words,
    short_words,
    sorted_channels,
    stage_value,
    stop_words,
    title,
)
from .numbers import wan_number
from .view import synthetic_notice
from .xlsx_cells import Book, Sheet, cell, span, write_table


def write_mix(mix: FundMix, policy: Policy | None, path: str | Path, least: FundLeast | None = None) -> None:
    """Write a mix as a workbook to a temporary name (`io.atomic`).

    Parameters
    ----------
    mix : FundMix
    policy : Policy or None
        For names.
    path : str or Path
    least : FundLeast, optional
        The question for the least money that the mix answers.
    """
    book = Book(str(path))
    front, measures = _front(book, mix, least)
    if mix.blocked is not None:
        _blocked(book, mix.blocked)
    if mix.funded:
        write_covers(book, mix)
        tables = {which: _table(book, name, mix.rows, which, policy) for which, name in (("after", _("money after")), ("before", _("money before")))}
        _channels(book, mix, policy, tables, front, measures)
    _versions(book, mix)
    book.close()


def _front(book: Book, mix: FundMix, least: FundLeast | None) -> tuple[Sheet, int]:
    """Write the first sheet; return it with the row of its first measure."""
    sheet = book.sheet(_("read me first"), [34, 20, 20, 20, 34], landscape=False)
    row = 0
    if mix.synthetic:
        sheet.merged(row, 0, 4, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 4, title(mix) if least is None else fund_least_words.title(least), "title")
    row += 2
    facts = [(_("scenario"), mix.scenario), (_("plan year"), str(mix.plan_year)), (_("in this order"), order_words(mix))]
    facts += [] if least is None else fund_least_words.facts(least)
    if least is not None and least.score is not None:
        facts += [(_("enter"), ids(least.entered)), (_("leave"), ids(least.left))]
    facts += [(_("changed"), f"{k} = {v}") for k, v in mix.overrides.items()]
    if mix.left_out:
        facts.append((_("left out"), ids(mix.left_out)))
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, 4, value, "text")
        row += 1
    columns = fund_least_words.column_names(least)
    if least is not None:
        row = _least(sheet, row + 1, least)
    lines = [cost_words(mix)] if mix.kept is None else [cost_words(mix), kept_words(mix)]
    row = _lines(sheet, row + 1, lines if mix.fits else [*lines, _("The plan's own money does not satisfy the rules that are asked now; its projects stay.")])
    if not mix.funded:
        sheet.merged(row, 0, 4, _("These projects cannot be funded as they are."), "notice")
        return sheet, row
    row = _heads(sheet, row, [_("aim (10k yuan)"), columns[0], _("after"), _("proven bound"), columns[1]])
    for s in mix.stages:
        sheet.text(row, 0, aim_name(s.aim))
        for at, told in enumerate((s.before, s.value, s.bound), start=1):
            if not told:  # the rules do not hold, or no government money
                sheet.text(row, at, stage_value(s, told))
            elif s.aim == "leverage":
                sheet.number(row, at, float(Fraction(told)), "ratio")
            else:
                sheet.number(row, at, wan_number(Fraction(told)), "money")
        sheet.text(row, 4, proof_words(s))
        row += 1
    measures = row = _heads(sheet, row + 1, [_("measure"), columns[2], _("after")])
    for name, style, before, after in measure_values(mix, mix.before, mix.after):
        sheet.text(row, 0, name)
        for at, amount in enumerate((before, after), start=1):
            sheet.value(row, at, "–" if amount is None else amount, style if amount is not None else "centre")
        row += 1
    row += 1
    for words in warnings(mix):
        sheet.merged(row, 0, 4, words, "warn")
        row += 1
    return sheet, measures


def _least(sheet: Sheet, row: int, least: FundLeast) -> int:
    """Write the least money, its proven bound and what the best plan's projects need at least, as numbers; return the next row."""
    row = _heads(sheet, row, [_("10k yuan"), _("found"), _("proven bound"), _("width")])
    sheet.text(row, 0, _("least government money"))
    sheet.money(row, 1, least.value)
    sheet.money(row, 2, least.bound)
    sheet.sum_of_money(row, 3, f"={cell(row, 1)}-{cell(row, 2)}", least.value - least.bound, "money")
    if least.best_money is not None:
        sheet.text(row + 1, 0, _("for the best plan's projects"))
        sheet.money(row + 1, 1, least.best_money)
        sheet.text(row + 2, 0, _("less government money"), "sumtext")
        sheet.sum_of_money(row + 2, 1, f"={cell(row + 1, 1)}-{cell(row, 1)}", least.best_money - least.value)
        row += 2
    return row + 1


def _lines(sheet: Sheet, row: int, lines: Sequence[str]) -> int:
    for line in lines:
        sheet.merged(row, 0, 4, line, "line")
        row += 1
    return row + 1


def _heads(sheet: Sheet, row: int, names: Sequence[str]) -> int:
    for at, name in enumerate(names):
        sheet.text(row, at, name, "header")
    return row + 1


def _table(book: Book, name: str, rows: Sequence[MixRow], which: str, policy: Policy | None) -> tuple[Sheet, int, int]:
    """Write money by project, channel and year; return the sheet with its first and last row."""
    names = channel_names(policy)
    years = sorted({r.year for r in rows})
    sheet = book.sheet(name, [14, 40, 28, *[16] * (len(years) + 1)])
    first = sheet.header([_("project id"), _("project"), _("channel"), *map(str, years), _("total (10k yuan)")], keep=3)
    money: dict[tuple[str, str, str], dict[int, int]] = {}
    for r in rows:
        own = money.setdefault((r.project, r.name, r.channel), {})
        if yuan := getattr(r, which):
            own[r.year] = yuan
    kept = [(key, own) for key, own in money.items() if own]
    last = first - 1
    for (project, title_of, channel), own in kept:
        last += 1
        for at, text in enumerate((project, title_of, names.get(channel, channel))):
            sheet.text(last, at, text)
        for at, year in enumerate(years, start=3):
            sheet.money(last, at, own.get(year, 0))
        ends = f"{cell(last, 3)}:{cell(last, 2 + len(years))}"
        sheet.sum_of_money(last, 3 + len(years), f"=SUM({ends})", sum(own.values()))
    if kept:
        sheet.filter(first - 1, last, 4 + len(years))
        sheet.merged(last + 1, 0, 2, _("total"), "sumtext")
        for at, year in enumerate(years, start=3):
            sheet.sum_of_money(last + 1, at, f"=SUM({span(first, last, at)})", sum(own.get(year, 0) for _key, own in kept))
        sheet.sum_of_money(last + 1, 3 + len(years), f"=SUM({span(first, last, 3 + len(years))})", sum(sum(own.values()) for _key, own in kept))
    return sheet, first, last


def _channels(book: Book, mix: FundMix, policy: Policy | None, tables: dict[str, tuple[Sheet, int, int]], front: Sheet, measures: int) -> None:
    """Write money by channel and year, before and after, as live sums over the tables, and from them the money of both sides on the first sheet."""
    found, years, _sums = by_channel(mix.rows, "after")
    names, channels = channel_names(policy), sorted_channels(found, policy)
    sheet = book.sheet(_("channels by year"), [28, 14, *[16] * (len(years) + 1)])
    row = sheet.header([_("channel"), _("money"), *map(str, years), _("total (10k yuan)")], keep=2)
    totals: dict[str, list[int]] = {"after": [], "before": []}
    sums = {which: by_channel(mix.rows, which)[2] for which in totals}
    words = {"after": _("after"), "before": _("before")}
    for channel in channels:
        for which, (source, first, last) in tables.items():
            sheet.text(row, 0, names.get(channel, channel))
            sheet.text(row, 1, words[which])
            for at, year in enumerate(years, start=2):
                where, what = (f"'{source.name}'!{_fixed(first, last, c)}" for c in (2, at + 1))
                sheet.sum_of_money(row, at, f"=SUMIF({where},{cell(row, 0)},{what})", sums[which].get((channel, year), 0), "money")
            ends = f"{cell(row, 2)}:{cell(row, 1 + len(years))}"
            sheet.sum_of_money(row, 2 + len(years), f"=SUM({ends})", sum(sums[which].get((channel, y), 0) for y in years))
            totals[which].append(row)
            row += 1
    for which, own in totals.items():
        sheet.text(row, 0, _("total"), "sumtext")
        sheet.text(row, 1, words[which], "sumtext")
        for at, some in enumerate([*([y] for y in years), years], start=2):
            parts = "+".join(cell(r, at) for r in own) or "0"
            value = sum(v for (_c, y), v in sums[which].items() if y in some)
            sheet.sum_of_money(row, at, f"={parts}", value)
        row += 1
    if policy is None:
        return
    sides = {leaf: policy.funding.channels[policy.funding.parent(leaf)].side for leaf in policy.funding.leaves()}
    for down, side in enumerate(("government", "market")):
        for col, which in enumerate(("before", "after"), start=1):
            own = [r for channel, r in zip(channels, totals[which], strict=True) if sides.get(channel) == side]
            parts = "+".join(f"'{sheet.name}'!{cell(r, 2 + len(years))}" for r in own) or "0"
            front.sum_of_money(measures + down, col, f"={parts}", sum(v for (c, _y), v in sums[which].items() if sides.get(c) == side), "money")


def _fixed(first: int, last: int, col: int) -> str:
    """Return a range that stays where it is when a formula is copied."""
    return f"${column(col)}${first + 1}:${column(col)}${max(first, last) + 1}"


def _blocked(book: Book, b: MixBlocked) -> None:
    sheet = book.sheet(_("not funded"), [30, 90], landscape=False)
    rows: list[tuple[str, str]] = []
    rows += [(_("rule on the whole"), f"{h.label.text()} {short_words(h.short)}".rstrip()) for h in b.rules]
    rows += [(_("rule on the whole"), stop_words(t)) for t in b.stops]
    for a in b.alone:
        rows += [(f"{a.id} {a.name}", f"{h.label.text()} {short_words(h.short)}".rstrip()) for h in a.hits]
    for s in b.sets:
        rows.append((_("cannot be funded together"), set_words(s) if len(s.projects) <= 20 else set_words(s) + "\n" + ", ".join(s.projects)))
        rows += [(_("bottleneck"), need_words(n)) for n in s.needs]
        rows += [(_("stopped together by"), stop_words(t)) for t in s.stops]
    rows += [(_("bottleneck of all"), need_words(n)) for n in b.needs]
    rows += [(_("carry-overs alone"), f"{h.label.text()} {short_words(h.short)}".rstrip()) for h in b.running]
    rows += [(_("to leave out"), left_line(w.by, len(w.projects), w.loss, w.loss_least) + " " + ", ".join(w.projects)) for w in b.left]
    sheet.header([_("what"), _("why")])
    for at, (what, why) in enumerate(rows, start=1):
        sheet.text(at, 0, what)
        sheet.text(at, 1, why)


def _versions(book: Book, mix: FundMix) -> None:
    question = {"order": list(mix.order), "discount": mix.discount, "overrides": mix.overrides}
    rows: list[list[object]] = [[k, v, ""] for k, v in mix.program.items()]
    rows.append([_("question"), json.dumps(question, ensure_ascii=False), ""])
    rows += [[i.role, i.path, i.sha256] for i in mix.inputs]
    write_table(book.sheet(_("versions"), [16, 70, 66]), [_("what"), _("value"), "sha256"], rows, ("text", "text", "text"), "")
