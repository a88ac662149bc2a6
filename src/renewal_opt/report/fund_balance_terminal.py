"""The price of balancing on the terminal."""

from __future__ import annotations

from typing import IO

from ..domain.fund_balance import BalancePrice
from ..i18n import _
from .fund_balance_words import (
    level_name,
    moves,
    nothing,
    places_of,
    price_text,
    question,
    score_text,
    state,
    stopped_note,
    unbalanced_words,
)
from .terminal import Pages
from .view import synthetic_notice, unit_name


def print_balance_price(answer: BalancePrice, stream: IO[str], width: int | None = None) -> None:
    """Print the table of levels, and what enters and leaves."""
    pages = Pages(stream, width)
    if answer.synthetic:
        pages.line(synthetic_notice(), "bold red")
    pages.heading(_("Price of balancing: {title}").format(title=answer.title.text()))
    pages.line(question(answer))
    pages.line(_("Scores are in {unit}. A price is the interval that both proven bounds leave open.").format(unit=unit_name(answer.basis)))
    if note := stopped_note(answer):
        pages.line(note, "bold")
    rows, places = [], places_of(answer)
    for p in answer.plans:
        value = score_text(p, places)
        short = "" if p.level == "none" else _("{short} of {groups}").format(short=p.short, groups=p.groups)
        rows.append([level_name(p.level), value if p.status == "solved" else state(p), price_text(p, places) if p.level != "none" else "", str(len(p.chosen)) if p.status == "solved" else "", short])
    pages.table([_("who balances"), _("score"), _("price"), _("new starts"), _("unbalanced before")], rows, range(1, 5))
    for line in unbalanced_words(answer):
        pages.line(line)
    for p in answer.plans[1:]:
        if words := nothing(p):
            pages.line(f"{level_name(p.level)}: {words}", "bold")
        if words := moves(p):
            pages.line(f"{level_name(p.level)}: {words}")
