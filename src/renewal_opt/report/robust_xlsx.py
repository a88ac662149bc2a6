"""The robust answer as an Excel workbook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import RobustAnswer
from ..i18n import _
from .numbers import wan_number
from .robust_terminal import number_of
from .robust_words import Names, claim_words, definitions, price, proof_text, rule_name, state_name, why_state
from .view import basis_name, synthetic_notice
from .xlsx_cells import Book, write_table


def write_robust(answer: RobustAnswer, policy: Policy | None, library: Library | None, path: str | Path) -> None:
    """Write an answer as a workbook to a temporary name (`io.atomic`)."""
    book, names = Book(str(path)), Names(policy, library)
    _front(book, answer, names)
    if answer.claim != "none":
        _projects(book, answer, names)
        _portfolios(book, answer, names)
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
        facts.append((rule_name(c.rule), f"{float(Fraction(c.value)):,.2f} · {proof} · {', '.join(c.chosen)}"))
    for name, value in facts:
        sheet.text(row, 0, name, "sumtext")
        sheet.merged(row, 1, 5, value, "text")
        row += 1
    row += 1
    for sentence in definitions(answer):
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
    left = {r.id: r for r in answer.refine}
    rank = {r.id: n for n, r in enumerate(answer.refine, 1)}
    rows = [
        [
            p.id, p.name, state_name(p.state), None if p.index is None else Fraction(p.index), p.held, why_state(p.why), rank.get(p.id),
            left[p.id].left if p.id in left else None, Fraction(left[p.id].spread) if p.id in left else None,
        ]
        for p in answer.projects
    ]  # fmt: skip
    header = [_("project id"), _("project"), _("state"), _("core index"), _("held by"), _("rests on"), _("to refine, rank"), _("portfolios left"), _("spread")]
    styles = ("text", "text", "text", "score", "whole", "text", "whole", "whole", "score")
    _table(book, _("projects"), header, [14, 40, 12, 12, 10, 28, 10, 12, 18], rows, styles)


def _portfolios(book: Book, answer: RobustAnswer, names: Names) -> None:
    header = [_("no."), _("projects"), _("investment (10k yuan)")]
    for at in range(1, len(answer.measures) + 1):
        header += [_("measure {number}, low").format(number=at), _("measure {number}, high").format(number=at)]
    header.append(_("new starts"))
    rows: list[list[object]] = []
    for p in answer.portfolios:
        row: list[object] = [p.id, len(p.chosen), wan_number(p.investment)]
        for m, low, high in zip(answer.measures, p.low, p.high, strict=True):
            ends = [Fraction(low), Fraction(high)]
            row += [float(v) / (10_000 if m.kind == "cost" else 1) for v in ends]
        rows.append([*row, ", ".join(p.chosen)])
    n = 2 * len(answer.measures)
    _table(book, _("portfolios"), header, [8, 10, 18, *[16] * n, 80], rows, ("whole", "whole", "money", *["score"] * n, "text"))


def _protected(book: Book, answer: RobustAnswer, names: Names) -> None:
    header = [
        "gamma", _("objective"), _("proven upper bound"), _("price, at least"), _("price, at most"), _("new starts"), _("proof"), _("anything breaks"), _("budget breaks"), _("limits break"),
        _("funding breaks"), _("not settled"), _("new starts"),
    ]  # fmt: skip
    rows: list[list[object]] = []
    for p in answer.protected:
        t = p.trial
        shares: list[object] = [None] * 5 if t is None else [t.any, t.budget, t.limits, t.funding, t.unsettled]
        cost = price(answer.protected[0], p)
        value = [None if v is None else float(Fraction(v)) for v in (p.objective, p.bound, *((None, None) if cost is None else (cost.low, cost.high)))]
        rows.append([number_of(p.gamma), *value, len(p.chosen), proof_text(p), *shares, ", ".join(p.chosen)])
    styles = ("text", "money", "money", "money", "money", "whole", "text", *["share"] * 5, "text")
    _table(book, _("price of robustness"), header, [8, 18, 18, 16, 16, 10, 40, 12, 12, 12, 12, 12, 80], rows, styles)
    everyone = sorted({c for p in answer.protected for c in p.chosen})
    plans = [p for p in answer.protected if p.objective is not None]
    marks = [[names.project(c), *("●" if c in p.chosen else "" for p in plans)] for c in everyone]
    _table(book, _("plans by gamma"), [_("project"), *(f"gamma {number_of(p.gamma)}" for p in plans)], [44, *[12] * len(plans)], marks, ("text", *["centre"] * len(plans)))


def _versions(book: Book, answer: RobustAnswer) -> None:
    rows: list[list[object]] = [["renewal_opt", answer.program, ""], [_("question"), json.dumps(answer.question, ensure_ascii=False), ""]]
    rows += [[i.role, i.path, i.sha256] for i in answer.inputs]
    _table(book, _("versions"), [_("what"), _("value"), "sha256"], [16, 70, 66], rows, ("text", "text", "text"))
