"""The robust answer in the terminal, 80 columns and up."""

from __future__ import annotations

from typing import IO

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import RobustAnswer
from ..i18n import _
from .numbers import percent, wan
from .robust_words import (
    Names,
    amount,
    claim_words,
    definitions,
    index_text,
    number,
    price_text,
    proof_text,
    rule_name,
    state_name,
    why_state,
)
from .terminal import SHOWN, Pages
from .view import basis_name, synthetic_notice

#: extreme points told
_POINTS = 12
#: ids told of a list
_IDS = 40


def print_robust(answer: RobustAnswer, policy: Policy | None, library: Library | None, file: IO[str], *, width: int | None = None) -> None:
    """Print an answer.

    Parameters
    ----------
    answer : RobustAnswer
    policy, library : Policy, Library or None
        For names.
    file : stream
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages, names = Pages(file, width), Names(policy, library)
    if answer.synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    pages.line(_("Robust portfolios: {title}").format(title=answer.title.text()), "bold")
    for sentence in definitions(answer):
        pages.line(sentence)
    if answer.claim != "none":
        _information(answer, names, pages)
        _projects(answer, names, pages)
        _choices(answer, pages)
        _refine(answer, names, pages)
    if answer.protected:
        _protected(answer, pages)


def _information(answer: RobustAnswer, names: Names, pages: Pages) -> None:
    pages.heading(_("What portfolios are compared by ({number})").format(number=len(answer.measures)))
    for at, m in enumerate(answer.measures[:_POINTS], 1):
        pages.line(f"{at}. " + names.weights(m))
    pages.more(_POINTS, len(answer.measures))
    if answer.consistency_ratio is not None:
        pages.line(_("Consistency ratio of the judgements: {ratio:.3f}").format(ratio=answer.consistency_ratio))


def _projects(answer: RobustAnswer, names: Names, pages: Pages) -> None:
    pages.heading(claim_words(answer))
    for state in ("core", "borderline", "exterior", "undecided"):
        mine = sorted((p for p in answer.projects if p.state == state), key=lambda p: (-p.held, p.id))
        if not mine:
            continue
        pages.line(_("{state}: {number}").format(state=state_name(state), number=len(mine)), "bold")
        if state == "borderline":
            rows = [[names.project(p.id), index_text(p.index, p.held, len(answer.portfolios)), why_state(p.why)] for p in mine[: 2 * SHOWN]]
            if answer.claim == "complete":
                rows = [row[:2] for row in rows]
            pages.table([_("project"), _("core index") if answer.claim == "complete" else _("held by"), _("rests on")][: len(rows[0])], rows, right=(1,))
            pages.more(2 * SHOWN, len(mine))
        else:
            pages.line("  " + ", ".join(p.id for p in mine[:_IDS]))
            pages.more(_IDS, len(mine))


def _choices(answer: RobustAnswer, pages: Pages) -> None:
    if not answer.choices:
        return
    pages.heading(_("Portfolios for the whole set of information"))
    rows = [
        [rule_name(c.rule), number(c.value), "–" if c.portfolio is None else str(c.portfolio), str(len(c.chosen)), _("proven") if c.proven else _("best found")]
        for c in answer.choices
    ]
    pages.table([_("rule"), _("value"), _("portfolio"), _("projects"), _("proof")], rows, right=(1, 2, 3))
    pages.line(_("in {basis}").format(basis=basis_name(answer.basis)))
    found = {c.rule for c in answer.choices}
    for rule in ("maximin", "minimax_regret"):
        if rule not in found:
            pages.line(_("{rule}: not found in the time").format(rule=rule_name(rule)))
    if answer.portfolios:
        pages.heading(_("Portfolios ({number})").format(number=len(answer.portfolios)))
        first = answer.measures[0]
        listed = [[str(p.id), str(len(p.chosen)), wan(p.investment), amount(first, p.low[0]), amount(first, p.high[0])] for p in answer.portfolios[:SHOWN]]
        pages.table([_("no."), _("projects"), _("investment (10k yuan)"), _("measure 1, low"), _("high")], listed, right=range(5))
        pages.more(SHOWN, len(answer.portfolios))


def _refine(answer: RobustAnswer, names: Names, pages: Pages) -> None:
    if not answer.refine:
        return
    pages.heading(_("Information worth refining next (borderline projects)"))
    rows = [[names.project(r.id), "–" if r.left is None else str(r.left), number(r.spread)] for r in answer.refine[:SHOWN]]
    pages.table([_("project"), _("portfolios left"), _("spread")], rows, right=(1, 2))
    pages.more(SHOWN, len(answer.refine))
    pages.line(_("Portfolios left: nondominated ones when the project is known to be the middle of its intervals. Spread: its largest less its least part of a value."))


def _protected(answer: RobustAnswer, pages: Pages) -> None:
    first = answer.protected[0]
    pages.heading(_("Price of robustness"))
    rows = [[number_of(p.gamma), number(p.objective), price_text(first, p), str(len(p.chosen)), proof_text(p)] for p in answer.protected]
    pages.table(["gamma", _("objective"), _("price"), _("new starts"), _("proof")], rows, right=(0, 1, 2, 3))
    base = set(first.chosen)
    for p in answer.protected[1:]:
        if p.objective is not None:
            out, into = sorted(base - set(p.chosen)), sorted(set(p.chosen) - base)
            words = _("gamma {gamma}: {leave} leave, {enter} enter against gamma 0")
            pages.line(words.format(gamma=number_of(p.gamma), leave=len(out), enter=len(into)))
    tried = [p for p in answer.protected if p.trial is not None]
    if not tried:
        return
    draws = tried[0].trial.draws if tried[0].trial is not None else 0
    pages.heading(_("Tried on {draws} drawn overruns: share of draws that break").format(draws=f"{draws:,d}"))
    table = []
    for p in tried:
        assert p.trial is not None
        t = p.trial
        table.append([number_of(p.gamma), percent(t.any, 2), percent(t.budget, 2), percent(t.limits, 2), percent(t.funding, 2), percent(t.unsettled, 2)])
    pages.table(["gamma", _("anything"), _("budget"), _("limits"), _("funding"), _("not settled")], table, right=range(6))


def number_of(gamma: str) -> str:
    """Return a level of protection as a short decimal."""
    from fractions import Fraction

    return f"{float(Fraction(gamma)):g}"
