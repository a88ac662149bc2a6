"""The robust answer in the terminal, 80 columns and up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import RobustAnswer
from ..i18n import _
from .numbers import percent, wan
from .robust_words import (
    Names,
    claim_words,
    definitions,
    ends,
    gamma_text,
    index_text,
    index_words,
    left_text,
    missing_choices,
    missing_levels,
    moves,
    nothing_open,
    number,
    places_of,
    price_amount,
    price_text,
    proof_text,
    refine_words,
    rule_name,
    state_name,
    trial_words,
    why_state,
)
from .terminal import SHOWN, Pages
from .view import synthetic_notice, unit_name

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
        _portfolios(answer, pages)
        _refine(answer, names, pages)
    if answer.protected:
        _protected(answer, pages)
        _trial(answer, pages)
    for sentence in missing_levels(answer):
        pages.line(sentence, "bold")


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
        title = _("{state}: {number}").format(state=state_name(state), number=len(mine))
        pages.line(title + (_(" ({hint})").format(hint=index_words(state)) if index_words(state) else ""), "bold")
        if state == "borderline":
            rows = [[names.project(p.id), index_text(p.index, p.held, len(answer.portfolios)), why_state(p.why)] for p in mine[: 2 * SHOWN]]
            if answer.claim == "complete":
                rows = [row[:2] for row in rows]
            pages.table([_("project"), _("core index") if answer.claim == "complete" else _("held by"), _("rests on")][: len(rows[0])], rows, right=(1,))
            pages.more(2 * SHOWN, len(mine))
        else:
            _ids(pages, [p.id for p in mine])
            forced = [p.id for p in mine if p.why == "scenario"]
            if forced:
                _ids(pages, forced, _("in by the scenario: "))


def _ids(pages: Pages, ids: Sequence[str], title: str = "") -> None:
    pages.line("  " + title + (_(", ").join(ids[:_IDS]) or "–"))
    pages.more(_IDS, len(ids))


def _choices(answer: RobustAnswer, pages: Pages) -> None:
    if not answer.choices:
        for sentence in missing_choices(answer):
            pages.line(sentence)
        return
    places = places_of(answer)
    pages.heading(_("Portfolios for the whole set of information"))
    rows = [
        [rule_name(c.rule), number(c.value, places), "–" if c.portfolio is None else str(c.portfolio), str(len(c.chosen)), _("proven") if c.proven else _("best found")]
        for c in answer.choices
    ]
    pages.table([_("rule"), _("value ({unit})").format(unit=unit_name(answer.basis)), _("portfolio"), _("projects"), _("proof")], rows, right=(1, 2, 3))
    for c in answer.choices:
        _ids(pages, c.chosen, _("{name}: ").format(name=rule_name(c.rule)))
    for sentence in missing_choices(answer):
        pages.line(sentence)


def _portfolios(answer: RobustAnswer, pages: Pages) -> None:
    if not answer.portfolios:
        return
    places = places_of(answer)
    pages.heading(_("Portfolios ({number})").format(number=len(answer.portfolios)))
    kinds = [kind for kind in ("value", "cost") if any(m.kind == kind for m in answer.measures)]
    wide = any(p.low != p.high for p in answer.portfolios)
    listed = []
    for p in answer.portfolios[:SHOWN]:
        row = [str(p.id), str(len(p.chosen)), wan(p.investment)]
        for kind in kinds:
            if kind == "value" or wide:
                row += [number(v, places if kind == "value" else 2) for v in ends(answer, p, kind) or ()]
        listed.append(row)
    header = [_("no."), _("projects"), _("investment (10k yuan)"), _("least value"), _("largest value")][: 5 if "value" in kinds else 3]
    header += [_("least cost"), _("largest cost")] if "cost" in kinds and wide else []
    pages.table(header, listed, right=range(len(header)))
    pages.more(SHOWN, len(answer.portfolios))
    if "value" in kinds:
        pages.line(_("Least and largest value: over all possible weights and scores ({unit}); each of the {number} measures stands in the workbook and the JSON file.").format(unit=unit_name(answer.basis), number=len(answer.measures)))


def _refine(answer: RobustAnswer, names: Names, pages: Pages) -> None:
    if not answer.refine:
        return
    pages.heading(_("Information worth refining next (borderline projects)"))
    places = places_of(answer)
    rows = [[names.project(r.id), left_text(answer, r), number(r.spread, places)] for r in answer.refine[:SHOWN]]
    if answer.claim != "complete":
        rows = [[row[0], row[2]] for row in rows]
    if not nothing_open(answer):
        pages.table([_("project"), *([_("portfolios left")] if answer.claim == "complete" else []), _("spread")], rows, right=range(1, len(rows[0])))
        pages.more(SHOWN, len(answer.refine))
    for sentence in refine_words(answer):
        pages.line(sentence)


def _protected(answer: RobustAnswer, pages: Pages) -> None:
    first, places = answer.protected[0], places_of(answer)
    pages.heading(_("Price of robustness"))
    rows = [
        [gamma_text(p), number(p.objective, places), price_amount(first, p, places), price_text(first, p), str(len(p.chosen)) if p.objective is not None else "–"]
        for p in answer.protected
    ]  # fmt: skip
    pages.table(["gamma", _("objective"), _("price"), _("price, %"), _("new starts")], rows, right=range(5))
    pages.line(_("Objective and price in {unit}; the price in percent is a share of the objective of gamma 0.").format(unit=unit_name(answer.basis)))
    for p in answer.protected:
        pages.line(_("gamma {gamma}: ").format(gamma=gamma_text(p)) + proof_text(p))
        if p.objective is None:
            continue
        if p is first:
            _ids(pages, p.chosen, _("new starts: "))
            continue
        leave, enter = moves(first, p)
        if leave or enter:
            _ids(pages, leave, _("leave against gamma 0: "))
            _ids(pages, enter, _("enter: "))
        else:
            pages.line("  " + _("the projects of gamma 0"))


def _trial(answer: RobustAnswer, pages: Pages) -> None:
    tried = [p for p in answer.protected if p.trial is not None]
    if not tried:
        return
    draws = tried[0].trial.draws if tried[0].trial is not None else 0
    pages.heading(_("Tried on {draws} drawn overruns: share of draws that break").format(draws=f"{draws:,d}"))
    table = []
    for p in tried:
        assert p.trial is not None
        t = p.trial
        table.append([gamma_text(p), percent(t.any, 2), percent(t.budget, 2), percent(t.limits, 2), percent(t.funding, 2), percent(t.unsettled, 2)])
    pages.table(["gamma", _("anything"), _("budget"), _("limits"), _("funding"), _("not settled")], table, right=range(6))
    for sentence in trial_words(answer):
        pages.line(sentence)
