"""Result tables for the terminal, 80 columns and up; a Chinese character counts as two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import IO

from ..domain.library import Library
from ..domain.plan import Plan
from ..domain.policy import Policy
from ..i18n import _, get_language
from .numbers import gap_text, measured, rounded, unit_text, wan
from .view import (
    View,
    basis_name,
    family_name,
    of_another_question,
    rounding_note,
    speaking,
    stopped_name,
    synthetic_notice,
)

#: rows shown of a long list
SHOWN = 12
#: cells that names of channels may take before they are broken
NAMES = 24
#: cells that a column of texts needs beside numbers
TEXT = 16
#: narrowest terminal that is served
NARROW = 60
#: a word with its spaces, or a Chinese character with the marks that close it
_PIECES = re.compile("[\u2e80-\U0010ffff][、。，；：？！）〕》”’…]*\\s*|[^\\s\u2e80-\U0010ffff]+[、。，；：？！）〕》”’…]*\\s*|\\s+")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """Return text without control characters, which could move the cursor or colour the screen."""
    return _CONTROL.sub(" ", str(text))


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines: between Chinese characters too, and not before a closing mark."""
    from rich.cells import cell_len

    lines: list[str] = []
    here, used = "", 0
    for piece in _PIECES.findall(text):
        wide = cell_len(piece.rstrip())
        if here.strip() and used + wide > width:
            lines, here, used = [*lines, here.rstrip()], "", 0
        here, used = here + piece, used + cell_len(piece)
    return [*lines, here.rstrip()]


class Pages:
    """Prints headings, lines and tables to one stream.

    Parameters
    ----------
    file : stream
    width : int, optional
        Columns; the terminal's, or 80 where there is none.
    """

    def __init__(self, file: IO[str], width: int | None = None) -> None:
        from rich.console import Console

        self.console = Console(file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
        if self.console.width < NARROW:
            self.console = Console(file=file, width=NARROW, markup=False, emoji=False, highlight=False)

    def heading(self, text: str) -> None:
        """Print a heading after an empty line."""
        self.console.print()
        self.console.print(clean(text), style="bold")

    def line(self, text: str, style: str = "") -> None:
        """Print a line of text."""
        for row in wrapped(clean(text), self.console.width):
            self.console.print(row, style=style or None)

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Print names with their values."""
        from rich.table import Table

        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows:
            table.add_row(clean(name), clean(value))
        self.console.print(table)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = (), total: bool = False) -> None:
        """Print a table; columns in `right` hold numbers; with `total` the last row is set off.

        A number is never cut: where a row is too wide, heads of numbers are broken into lines and texts wrap; where that does not do,
        each row is told by itself, a line for each number.
        """
        from rich import box
        from rich.table import Table

        numbers, header, rows = set(right), [clean(name) for name in header], [[clean(cell) for cell in row] for row in rows]
        fitting = _heads(header, rows, numbers, self.console.width)
        if fitting is None:
            self._stacked(header, rows, total)
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
        for at, name in enumerate(fitting):
            table.add_column(name, justify="right" if at in numbers else "left", no_wrap=at in numbers, overflow="fold")
        for at, row in enumerate(rows):
            if total and at == len(rows) - 1:
                table.add_section()
            table.add_row(*row)
        self.console.print(table)

    def _stacked(self, header: Sequence[str], rows: Sequence[Sequence[str]], total: bool) -> None:
        """Print each row by itself: its first cell with its head, then the others."""
        for at, row in enumerate(rows):
            if total and at == len(rows) - 1:
                self.console.print()
            self.line(_("{name}: {value}").format(name=header[0], value=row[0]) if header[0] else row[0], "bold")
            for name, cell in zip(header[1:], row[1:], strict=True):
                self.line("  " + _("{name}: {value}").format(name=name, value=cell))

    def more(self, shown: int, of: int) -> None:
        """Say how many rows of a long list are not shown."""
        if of > shown:
            self.line("  " + _("… and {more} more").format(more=of - shown))


def _heads(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int], width: int) -> list[str] | None:
    """Return the heads of a table of at most `width` cells, those of numbers broken into lines where they must be; None where no number may be cut and the rows do not fit."""
    from rich.cells import cell_len

    room = width - 2 * (len(header) - 1)
    cells = [max((cell_len(row[at]) for row in rows), default=0) for at in range(len(header))]
    whole = [max(used, cell_len(name)) for used, name in zip(cells, header, strict=True)]
    least = [used if at in numbers else min(used, TEXT) for at, used in enumerate(whole)]
    if sum(least) <= room:
        return list(header)
    # the shortest lines that a head can be broken into: its longest word
    words = [max([cells[at], *(cell_len(piece.rstrip()) for piece in _PIECES.findall(name))]) for at, name in enumerate(header)]
    narrow = [words[at] if at in numbers else used for at, used in enumerate(least)]
    if sum(narrow) > room:
        return None
    for at in sorted(numbers, key=lambda n: narrow[n] - whole[n]):  # the longest head gives most
        over = sum(least) - room
        least[at] = max(narrow[at], least[at] - max(over, 0))
    return ["\n".join(wrapped(name, least[at])) if at in numbers else name for at, name in enumerate(header)]


def print_plan(plan: Plan, policy: Policy | None, library: Library | None, file: IO[str], *, language: str | None = None, width: int | None = None) -> None:
    """Print a plan's result tables.

    Parameters
    ----------
    plan : Plan
    policy, library : Policy, Library or None
        For names; ids are printed where they are absent.
    file : stream
        Where to print.
    language : str, optional
        ``zh`` or ``en``; default: the language in force.
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    with speaking(language):
        view, pages = View(plan, policy, library), Pages(file, width)
        for part in (_front, _parts, _funding, _binding, _assumptions, _refusals, _warnings, _checks):
            part(view, pages)


def _front(view: View, pages: Pages) -> None:
    plan, o = view.plan, view.plan.objective
    if plan.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(view.text(plan.title), "bold")
    years = str(plan.plan_year) if plan.window == 1 else f"{plan.plan_year}–{plan.plan_year + plan.window - 1}"
    bound, other = _("not known") if o.bound is None else f"{o.bound:,.2f}", of_another_question(plan)
    pages.pairs(
        [
            (_("City, plan year"), _("{outer}, {inner}").format(outer=view.text(plan.city), inner=years)),
            (_("Scenario"), plan.scenario),
            (_("Data as of"), plan.library_as_of or _("not stated")),
            (_("Objective"), f"{rounded(Fraction(o.value)):,.2f} · {basis_name(o.basis)}"),
            *([] if other else [(_("Proven bound, gap"), f"{bound} · {gap_text(o.gap)}" + _(" (asked {gap})").format(gap=gap_text(float(o.gap_asked))))]),
            *([] if o.certified_bound is None else [(_("Certified bound, gap"), f"{rounded(Fraction(o.certified_bound)):,.2f} · {gap_text(o.certified_gap)}")]),
            (_("Origin"), other) if other else (_("Stopped"), f"{stopped_name(o.stopped)} · {o.seconds:.1f} s"),
        ]
    )


def _parts(view: View, pages: Pages) -> None:
    pages.heading(_("Parts of the plan (10k yuan)"))
    rows = [[view.part(p.part), str(p.number), wan(p.investment), wan(p.this_year), wan(p.later)] for p in view.parts]
    both = view.parts[:2]
    rows.insert(2, [_("in the plan"), str(sum(p.number for p in both)), *(wan(sum(getattr(p, k) for p in both)) for k in ("investment", "this_year", "later"))])
    rows[-1][3:] = ["–", "–"]
    rows.append([_("not selected"), str(len(view.plan.refused)), wan(sum(r.investment for r in view.plan.refused)), "–", "–"])
    pages.table([_("part"), _("number"), _("total investment"), str(view.plan.plan_year), _("later years")], rows, right=range(1, 5))


def _funding(view: View, pages: Pages) -> None:
    from rich.cells import cell_len

    pages.heading(_("Funding by channel and year (10k yuan)"))
    channels = [c for c in view.channels if any(k == c and yuan for (k, _y), yuan in view.by_channel.items())]
    years = sorted({y for _c, y in view.by_channel})
    if not channels:
        pages.line(_("no money is given"))
        return
    names = [view.channel(c) for c in channels]
    room = pages.console.width - min(max(map(cell_len, [*names, _("total")])), NAMES) - 1
    cells = {y: [view.by_channel.get((c, y), 0) for c in channels] for y in years}
    every = [sum(cells[y][n] for y in years) for n in range(len(channels))]
    kept = len(years)
    while kept > 1 and _funding_width(years[:kept], cells, every, kept < len(years)) > room:
        kept -= 1
    shown = years[:kept]
    columns = [(str(y), cells[y]) for y in shown]
    if kept < len(years):
        columns.append((_("later"), [sum(cells[y][n] for y in years[kept:]) for n in range(len(channels))]))
    if len(years) > 1:
        columns.append((_("total"), every))
    rows = [[name, *(wan(values[n]) if values[n] else "–" for _h, values in columns)] for n, name in enumerate(names)]
    rows.append([_("total"), *(wan(sum(values)) for _h, values in columns)])
    pages.table([_("channel"), *(h for h, _v in columns)], rows, right=range(1, len(columns) + 1), total=True)
    if view.finer_than_printed:
        pages.line(rounding_note())


def _funding_width(years: Sequence[int], cells: dict[int, list[int]], every: list[int], later: bool) -> int:
    widths = [max(len(wan(sum(cells[y]))), 4) + 1 for y in years]
    return sum(widths) + (len(wan(sum(every))) + 1) * (2 if later else 1)


def _binding(view: View, pages: Pages) -> None:
    rows = view.binding
    pages.heading(_("Limits that bind ({number} of {all})").format(number=len(rows), all=len(view.plan.use)))
    if not rows:
        pages.line(_("none"))
        return
    table = [
        [
            ("※ " if u.assumption else "") + view.text(u.label),
            measured(u.value, u.unit),
            " ".join(f"{sign} {measured(b, u.unit)}" for sign, b in (("≥", u.at_least), ("≤", u.at_most)) if b is not None),
            unit_text(u.unit),
        ]
        for u in rows[:SHOWN]
    ]
    pages.table([_("limit"), _("value"), _("bound"), _("unit")], table, right=(1, 2))
    pages.more(SHOWN, len(rows))
    if any(u.assumption for u in rows):
        pages.line(_("※ an assumption without an official source"))


def _assumptions(view: View, pages: Pages) -> None:
    bind = [a for a in view.plan.assumptions if a.binds]
    pages.heading(_("Assumptions that bind ({number} of {all})").format(number=len(bind), all=len(view.plan.assumptions)))
    if not bind:
        pages.line(_("none"))
    for a in bind[:SHOWN]:
        pages.line(f"※ {view.text(a.label)} ({a.path}) {view.text(a.why)}")
    pages.more(SHOWN, len(bind))


def _refusals(view: View, pages: Pages) -> None:
    pages.heading(_("Not selected: first reasons"))
    groups = view.refusals
    if not groups:
        pages.line(_("none"))
        return
    pages.table([_("reason"), _("projects")], [[name, str(n)] for name, n in groups[:SHOWN]], right=(1,))
    pages.more(SHOWN, len(groups))


def _warnings(view: View, pages: Pages) -> None:
    found = [w for w in view.plan.warnings if w.kind != "synthetic"]
    if not found:
        return
    pages.heading(_("Warnings"))
    for w in found[:SHOWN]:
        pages.line("! " + view.text(w.label))
    pages.more(SHOWN, len(found))


def _checks(view: View, pages: Pages) -> None:
    checks = view.plan.checks
    if not checks:
        return
    failed = [family_name(c.family) for c in checks if not c.holds]
    rows = sum(c.rows for c in checks)
    pages.console.print()
    if failed:
        pages.line(_("Exact re-check: FAILS in {families}").format(families=_(", ").join(failed)), "bold")
    else:
        pages.line(_("Exact re-check: {families} families, {rows} comparisons, all hold").format(families=len(checks), rows=f"{rows:,d}"))


def print_plan_assumptions(plan: Plan, file: IO[str]) -> None:
    """Print the assumptions that acted in a plan, those that bind first."""
    pages = Pages(file)
    language = get_language()
    if plan.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    rows = [[a.label.text(language), a.path, a.why.text(language), _("binds") if a.binds else ""] for a in plan.assumptions]
    pages.table([_("assumption"), _("path in the policy"), _("why"), _("binds")], rows)
