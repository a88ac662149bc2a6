"""A stress test on the terminal."""

from __future__ import annotations

from typing import IO

from ..domain.fund_stress import StressAnswer
from ..i18n import _
from .fund_cover import ratio_text
from .fund_stress_words import (
    best_words,
    case_name,
    changed_inputs,
    cover_definition,
    fall_text,
    far_definition,
    held_definition,
    held_loss,
    held_words,
    not_searched,
    notes,
    places_of,
    reach_words,
    rise_text,
    score_text,
    some,
    survivor_words,
)
from .numbers import points
from .terminal import SHOWN, Pages
from .view import synthetic_notice, unit_name

#: fallen projects shown of a case
FALLEN = 5


def print_stress(answer: StressAnswer, stream: IO[str], width: int | None = None) -> None:
    """Print the cases, what falls, the thresholds, how far shocks may go, and the plan that survives."""
    pages = Pages(stream, width)
    if answer.synthetic:
        pages.line(synthetic_notice(), "bold red")
    pages.heading(_("Stress: {title}").format(title=answer.title.text()))
    places = places_of(answer)
    value = score_text(answer.objective, places)
    pages.line(_("The plan as stated scores {value} ({unit}). A loss that is not one number is the interval that both proven bounds leave open.").format(value=value, unit=unit_name(answer.basis)))
    for words in notes(answer):
        pages.line(words)
    if answer.cases:
        rows = []
        for c in answer.cases:
            rows.append([case_name(c, answer.channels), changed_inputs(c, answer.channels), held_words(c.held), held_loss(c.held, places), best_words(c.best, places)])
        pages.line(held_definition())
        pages.table([_("case"), _("changed inputs"), _("projects held"), _("loss"), _("loss when solved anew")], rows, (3, 4))
    _falls(pages, answer)
    if answer.reach or answer.not_searched:
        pages.heading(_("How far one shock may go with the projects held"))
        pages.line(far_definition())
        for r in answer.reach:
            pages.line("  " + reach_words(r, answer.channels))
        if words := not_searched(answer):
            pages.line("  " + words)
    _cover(pages, answer)
    if answer.survivor is not None:
        pages.heading(_("The plan that survives"))
        pages.line(survivor_words(answer.survivor, places_of(answer)))
        for words, ids in ((_("leave: {ids}"), answer.survivor.left), (_("enter: {ids}"), answer.survivor.entered)):
            if ids:
                pages.line("  " + words.format(ids=some(ids)))


def _falls(pages: Pages, answer: StressAnswer) -> None:
    told = [c for c in answer.cases if c.held is not None and c.held.fallen]
    if told:
        pages.heading(_("Which projects fall, least loss first, and what stops each"))
    for c in told:
        assert c.held is not None
        pages.line(case_name(c, answer.channels), "bold")
        for f in c.held.fallen[:FALLEN]:
            why = "; ".join(r.text() for r in f.rules[:3])
            pages.line(f"  {f.id} {f.name}: {score_text(f.score, places_of(answer))}" + (f" — {why}" if why else ""))
        pages.more(min(FALLEN, len(c.held.fallen)), len(c.held.fallen))
    broken = {r.zh: r for c in answer.cases if c.held is not None for r in c.held.broken}
    if broken:
        pages.line(_("Rules on the portfolio that no longer hold for what is kept: {rules}").format(rules="; ".join(r.text() for r in broken.values())))


def _cover(pages: Pages, answer: StressAnswer) -> None:
    if not answer.thresholds:
        return
    pages.heading(_("Cover: how much revenue may fall, or rates rise, the first to break first"))
    pages.line(cover_definition())
    rows = [
        [
            f"{t.id} {t.name}", t.label.text(), ratio_text(t.cover), points(t.ratio), fall_text(t),
            rise_text(t),
        ]
        for t in answer.thresholds[:SHOWN]
    ]  # fmt: skip
    pages.table([_("project"), _("rule of cover"), _("cover"), _("asked"), _("revenue"), _("rates")], rows, range(2, 6))
    pages.more(len(rows), len(answer.thresholds))
