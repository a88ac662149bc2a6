"""The robust answer as an Excel workbook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ..domain.base import WAN
from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import RobustAnswer
from ..i18n import _
from .numbers import wan_number
from .robust_words import (
    Names,
    claim_words,
    definitions,
    gamma_number,
    gamma_text,
    left_text,
    missing_choices,
    moves,
    number,
    places_of,
    price,
    price_shares,
    proof_text,
    refine_words,
    rule_name,
    state_name,
    trial_words,
    why_state,
)
from .view import basis_name, synthetic_notice, unit_name
from .xlsx_cells import Book, write_table


def write_robust(answer: RobustAnswer, policy: Policy | None, library: Library | None, path: str | Path) -> None:
    """Write an answer as a workbook to a temporary name (`io.atomic`)."""
    book, names = Book(str(path)), Names(policy, library)
    _front(book, answer, names)
    if answer.claim != "none":
        _projects(book, answer, names)
        _portfolios(book, answer)
    if answer.protected:
        _protected(book, answer, names)
    _versions(book, answer)
    book.close()


def _front(book: Book, answer: RobustAnswer, names: Names) -> None:
    sheet = book.sheet(_("read me first"), [30, 22, 20, 20, 20, 34], landscape=False)
    row = 0
    if answer.synthetic:
        sheet.merged(row, 0, 5, synthetic_notice(), "notice")
        row += 1
    sheet.merged(row, 0, 5, _("Robust portfolios: {title}").format(title=answer.title.text()), "title")
    row += 2
    facts = [(_("scenario"), answer.scenario), (_("plan year"), str(answer.plan_year)), (_("basis"), basis_name(answer.basis))]
    if answer.claim != "none":
        facts.append((_("portfolios"), claim_words(answer)))
    if answer.consistency_ratio is not None:
        facts.append((_("consistency ratio"), f"{answer.consistency_ratio:.3f}"))
    for c in answer.choices:
        proof = _("proven") if c.proven else _("best found")
        words = _("{value} ({unit}), {proof}: {projects}")
        told = words.format(value=number(c.value, places_of(answer)), unit=unit_name(answer.basis), proof=proof, projects=_(", ").join(c.chosen))
        facts.append((rule_name(c.rule), told))
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, 5, value, "text")
        row += 1
    row += 1
    for sentence in (*definitions(answer), *missing_choices(answer), *refine_words(answer), *trial_words(answer)):
        sheet.merged(row, 0, 5, sentence, "line")
        row += 1
    if answer.measures:
        row += 1
        sheet.merged(row, 0, 5, _("What portfolios are compared by ({number})").format(number=len(answer.measures)), "head2")
        row += 1
    for at, m in enumerate(answer.measures, 1):
        sheet.text(row, 0, str(at), "centre")
        sheet.merged(row, 1, 5, names.weights(m), "text")
        row += 1


def _table(book: Book, title: str, header: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[object]], styles: Sequence[str]) -> None:
    write_table(book.sheet(title, widths), header, rows, styles, _("the table is longer than a sheet: the rest is in the JSON file"))


def _projects(book: Book, answer: RobustAnswer, names: Names) -> None:
    told = {r.id: r for r in answer.refine}
    rank = {r.id: n for n, r in enumerate(answer.refine, 1)}
    choices = {c.rule: set(c.chosen) for c in answer.choices}
    plans = [p for p in answer.protected if p.objective is not None]
    rows = [
        [
            p.id, p.name, state_name(p.state), None if p.index is None else Fraction(p.index), p.held, why_state(p.why), rank.get(p.id),
            None if p.id not in told else told[p.id].left if told[p.id].left is not None else left_text(answer, told[p.id]),
            Fraction(told[p.id].spread) if p.id in told else None, *("●" if p.id in held else "" for held in choices.values()),
            *("●" if p.id in plan.chosen else "" for plan in plans),
        ]
        for p in answer.projects
    ]  # fmt: skip
    header = [
        _("project id"), _("project"), _("state"), _("core index"), _("held by, of {number}").format(number=len(answer.portfolios)), _("rests on"), _("to refine, rank"),
        _("portfolios left"), _("spread ({unit})").format(unit=unit_name(answer.basis)), *(rule_name(rule) for rule in choices), *(f"gamma {gamma_text(p)}" for p in plans),
    ]  # fmt: skip
    styles = ("text", "text", "text", "score", "whole", "text", "whole", "whole", "money", *["centre"] * (len(choices) + len(plans)))
    _table(book, _("core index"), header, [14, 40, 12, 12, 10, 28, 10, 14, 18, *[12] * (len(choices) + len(plans))], rows, styles)


def _portfolios(book: Book, answer: RobustAnswer) -> None:
    header = [_("no."), _("projects"), _("investment (10k yuan)")]
    units = {"value": unit_name(answer.basis), "cost": _("10k yuan")}
    for at, m in enumerate(answer.measures, 1):
        header += [words.format(number=at, unit=units[m.kind]) for words in (_("measure {number}, low ({unit})"), _("measure {number}, high ({unit})"))]
    header.append(_("its projects"))
    rows: list[list[object]] = []
    for p in answer.portfolios:
        row: list[object] = [p.id, len(p.chosen), wan_number(p.investment)]
        for m, low, high in zip(answer.measures, p.low, p.high, strict=True):
            row += [float(Fraction(v)) / (WAN if m.kind == "cost" else 1) for v in (low, high)]
        rows.append([*row, ", ".join(p.chosen)])
    n = 2 * len(answer.measures)
    _table(book, _("portfolios"), header, [8, 10, 18, *[16] * n, 80], rows, ("whole", "whole", "money", *["money"] * n, "text"))


def _protected(book: Book, answer: RobustAnswer, names: Names) -> None:
    first, unit = answer.protected[0], unit_name(answer.basis)
    header = [
        "gamma", *(words.format(unit=unit) for words in (_("objective ({unit})"), _("proven upper bound ({unit})"), _("price, at least ({unit})"), _("price, at most ({unit})"))),
        _("price, at least (percent of gamma 0)"), _("price, at most (percent of gamma 0)"), _("number of new starts"), _("proof"), _("draws that break anything"), _("budget breaks"),
        _("limits break"), _("funding breaks"), _("not settled"), _("leave against gamma 0"), _("enter against gamma 0"), _("new starts"),
    ]  # fmt: skip
    rows: list[list[object]] = []
    for p in answer.protected:
        t = p.trial
        broken: list[object] = [None] * 5 if t is None else [t.any, t.budget, t.limits, t.funding, t.unsettled]
        cost, shares = price(first, p), price_shares(first, p)
        value = [None if v is None else float(Fraction(v)) for v in (p.objective, p.bound, *((None, None) if cost is None else (cost.low, cost.high)))]
        leave, enter = moves(first, p) if p.objective is not None else ([], [])
        rows.append([
            gamma_number(p), *value, *((None, None) if shares is None else map(float, shares)), None if p.objective is None else len(p.chosen), proof_text(p), *broken,
            ", ".join(leave), ", ".join(enter), ", ".join(p.chosen),
        ])  # fmt: skip
    styles = ("gamma", *["money"] * 4, "share", "share", "whole", "text", *["share"] * 5, "text", "text", "text")
    _table(book, _("price of robustness"), header, [8, 18, 18, 16, 16, 12, 12, 10, 40, 12, 12, 12, 12, 12, 30, 30, 80], rows, styles)
    everyone = sorted({c for p in answer.protected for c in p.chosen})
    plans = [p for p in answer.protected if p.objective is not None]
    marks = [[names.project(c), *("●" if c in p.chosen else "" for p in plans)] for c in everyone]
    _table(book, _("plans by gamma"), [_("project"), *(f"gamma {gamma_text(p)}" for p in plans)], [44, *[12] * len(plans)], marks, ("text", *["centre"] * len(plans)))


def _versions(book: Book, answer: RobustAnswer) -> None:
    rows: list[list[object]] = [["renewal_opt", answer.program, ""], [_("question"), json.dumps(answer.question, ensure_ascii=False), ""]]
    rows += [[i.role, i.path, i.sha256] for i in answer.inputs]
    _table(book, _("versions"), [_("what"), _("value"), "sha256"], [16, 70, 66], rows, ("text", "text", "text"))
