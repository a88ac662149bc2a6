"""Covers of a mix: which are below or near their floor, as lines, as table rows and as a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.fund_mix import FundMix, MixCover
from ..i18n import _
from .fund_cover import ratio_text, rounding_words, shown
from .fund_mix_words import ids
from .numbers import points
from .xlsx_cells import Book


def heading() -> str:
    """Return the title of the covers."""
    return _("Cover of the projects with special-purpose bonds, the least first")


def definition(mix: FundMix) -> str:
    """Return what the ratios are."""
    words = _("Cover as the policy's rule counts it: pledged net revenue of the rule's classes, from the start to the end of the longest term, over principal and interest; with help: documented help of these years too.")
    words += " " + rounding_words()
    return words if _issued(mix) else words + " " + _("No channel states a rate of issue: covers are at the declared rate alone.")


def _issued(mix: FundMix) -> bool:
    return any(c.issued is not None for c in mix.covers)


def warnings(mix: FundMix) -> list[str]:
    """Return one line for the projects below their floor and one for those near it; nothing where all are clear."""
    out = []
    below = list(dict.fromkeys(c.id for c in mix.covers if c.state == "below"))
    near = [i for i in dict.fromkeys(c.id for c in mix.covers if c.state == "near") if i not in below]
    if below:
        out.append(_("▼ Below the floor without help ({number}): {projects}").format(number=len(below), projects=ids(below)))
    if near:
        out.append(_("△ Near the floor, or below a usual one that is switched off ({number}): {projects}").format(number=len(near), projects=ids(near)))
    return out


def debt_name(c: MixCover) -> str:
    """Return which debt a cover looks at."""
    return _("special-purpose bonds alone") if c.of == "bonds" else _("all debt")


def mark(c: MixCover) -> str:
    """Return the mark of a cover."""
    return {"below": "▼", "near": "△", "clear": ""}[c.state]


def floor_words(c: MixCover) -> str:
    """Return the floor with the usual one above it."""
    text = points(c.floor) + ("※" if c.assumption and c.rule else "")
    return text if c.usual is None else _("{floor} (usual {usual})").format(floor=text, usual=points(c.usual))


def header(mix: FundMix, first: Sequence[str]) -> list[str]:
    """Return the header of the table, the columns of the project given."""
    rates = [_("declared rate"), _("declared, with help")] + ([_("rate of issue"), _("at issue, with help")] if _issued(mix) else [])
    return [*first, _("debt"), *rates, _("floor"), _("mark")]


def row(mix: FundMix, c: MixCover) -> list[str]:
    """Return the cells of a cover after those of its project."""
    values = [c.declared, c.declared_helped] + ([c.issued, c.issued_helped] if _issued(mix) else [])
    return [debt_name(c), *map(ratio_text, values), floor_words(c), mark(c)]


def write_covers(book: Book, mix: FundMix) -> None:
    """Write the sheet of covers; ratios are numbers."""
    if not mix.covers:
        return
    sheet = book.sheet(_("cover"), [14, 40, 16, 12, 12, 12, 12, 10, 10, 8, 44])
    last = 10
    lines = [heading(), definition(mix), *warnings(mix)]
    for at, line in enumerate(lines):
        sheet.merged(at, 0, last, line, "head2" if not at else "warn" if at > 1 else "line")
    names = [
        _("project id"), _("project"), _("debt"), _("declared rate"), _("declared, with help"), _("rate of issue"), _("at issue, with help"), _("floor"), _("usual floor"), _("mark"),
        _("rule of cover"),
    ]  # fmt: skip
    at = first = sheet.header(names, len(lines) + 1, keep=2)
    for c in mix.covers:
        for col, text in enumerate((c.id, c.name, debt_name(c))):
            sheet.text(at, col, text)
        for col, value in enumerate((c.declared, c.declared_helped, c.issued, c.issued_helped, c.floor, c.usual), start=3):
            sheet.value(at, col, None if value is None else shown(value) if col < 7 else Fraction(value), "" if value is not None else "text")
        sheet.text(at, 9, mark(c), "warn" if c.state != "clear" else "centre")
        sheet.text(at, 10, c.label.text() + ("※" if c.assumption and c.rule else ""))
        at += 1
    sheet.filter(first - 1, at - 1, len(names))
