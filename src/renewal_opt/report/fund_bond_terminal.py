"""Bond files on the terminal: batches, and projects with their cover."""

from __future__ import annotations

from fractions import Fraction
from typing import IO

from ..domain.fund_bond import BondFile
from ..i18n import _
from .numbers import percent, points, wan
from .terminal import Pages
from .view import synthetic_notice


def print_bond_file(answer: BondFile, stream: IO[str], width: int | None = None) -> None:
    """Print a bond file's tables; money in 万元."""
    pages = Pages(stream, width)
    if answer.synthetic:
        pages.line(synthetic_notice(), "bold red")
    if not answer.projects:
        pages.line(_("The plan draws no special bonds."))
        return
    pages.heading(_("Special bonds by batch, 10k yuan"))
    rows = [
        [f"{b.label.text()} {b.year}", wan(b.amount), wan(sum(p.as_capital for p in b.projects)), str(b.term), percent(Fraction(b.rate), 2), str(len(b.projects))]
        for b in answer.batches
    ]  # fmt: skip
    pages.table([_("batch"), _("amount"), _("as capital"), _("years"), _("rate"), _("projects")], rows, range(1, 6))
    pages.heading(_("Projects with special bonds, 10k yuan"))
    rows = []
    for p in answer.projects:
        c = p.covers[0]
        over = [points(v) if v is not None else "–" for v in (c.over_bonds, c.over_all)]
        rows.append([f"{p.id} {p.name}", wan(sum(f.bonds for f in p.financing)), wan(sum(f.other_debt for f in p.financing)), wan(c.revenue), *over, str(p.last_due)])
    pages.table([_("project"), _("bonds"), _("other debt"), _("revenue"), _("/ bonds"), _("/ debt"), _("repaid")], rows, range(1, 7))
    pages.line(_("“/ bonds”: revenue of the bonds' life over principal and interest of the special bonds; “/ debt”: over those of all debt that fall due in these years."))
