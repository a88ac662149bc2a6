"""Bond files on the terminal: batches, and projects with their cover."""

from __future__ import annotations

from fractions import Fraction
from typing import IO

from ..domain.fund_bond import BondFile
from ..i18n import _
from .fund_cover import ratio_text, rounding_words
from .numbers import percent, wan
from .terminal import Pages
from .view import synthetic_notice


def print_bond_file(answer: BondFile, stream: IO[str], width: int | None = None) -> None:
    """Print a bond file's tables; money in 万元."""
    pages = Pages(stream, width)
    if answer.synthetic:
        pages.line(synthetic_notice(), "bold red")
    if not answer.projects:
        pages.line(_("The plan draws no special-purpose bonds."))
        return
    issued = any(b.issued_rate is not None for b in answer.batches)
    pages.heading(_("Special-purpose bonds by batch, 10k yuan"))
    rows = []
    for b in answer.batches:
        rates = [percent(Fraction(b.rate), 2), *([_("none stated") if b.issued_rate is None else percent(Fraction(b.issued_rate), 2)] if issued else [])]
        rows.append([f"{b.label.text()} {b.year}", wan(b.amount), wan(sum(p.as_capital for p in b.projects)), str(b.term), *rates, str(len(b.projects))])
    names = [_("declared rate"), *([_("rate of issue")] if issued else [])]
    pages.table([_("batch"), _("amount"), _("as capital"), _("term, years"), *names, _("projects")], rows, range(1, 6 + issued))
    pages.heading(_("Projects with special-purpose bonds, 10k yuan"))
    rows = []
    for p in answer.projects:
        over = [" → ".join(ratio_text(getattr(c, key)) for c in p.covers) for key in ("over_bonds", "over_all")]
        rows.append([f"{p.id} {p.name}", wan(sum(f.bonds for f in p.financing)), wan(sum(f.other_debt for f in p.financing)), wan(p.covers[0].revenue), *over, str(p.last_due)])
    pages.table([_("project"), _("bonds"), _("other debt"), _("revenue"), _("/ bonds"), _("/ debt"), _("repaid")], rows, range(1, 7))
    pages.line(_("“/ bonds”: revenue of the bonds' life over principal and interest of the special-purpose bonds; “/ debt”: over those of all debt that fall due in these years.") + " " + rounding_words())
    if issued:
        pages.line(_("Ratios: at the declared rate → at the rate of issue."))
    else:
        pages.line(_("No channel of special-purpose bonds states a rate of issue: ratios are at the declared rate alone."))
