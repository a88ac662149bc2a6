"""A robust answer as one HTML page: price of robustness, core index, portfolios, what to refine; it works without a network."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.library import Library
from ..domain.policy import Policy
from ..domain.robust import ProtectedPlan, RobustAnswer
from ..i18n import _
from .numbers import percent, wan
from .page import DRAWING, chart, chart_data, fold, frame, table, tag
from .robust_charts import MOST, charts, in_picture
from .robust_words import (
    Names,
    claim_words,
    definitions,
    gamma_text,
    index_text,
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
from .view import synthetic_notice, unit_name


def write_robust_page(answer: RobustAnswer, policy: Policy | None, library: Library | None, path: str | Path) -> None:
    """Write an answer as one page to a temporary name (`io.atomic`)."""
    Path(path).write_text(robust_page(answer, policy, library), encoding="utf-8", newline="\n")


def robust_page(answer: RobustAnswer, policy: Policy | None, library: Library | None) -> str:
    """Return the page."""
    names = Names(policy, library)
    drawn = charts(answer, names)
    title = _("Robust portfolios: {title}").format(title=answer.title.text())
    body = [tag("p", synthetic_notice(), "notice")] if answer.synthetic else []
    body += [tag("h1", title), *(tag("p", sentence) for sentence in definitions(answer))]
    body += [*_price(answer, names, drawn), *_trial(answer), *(tag("p", sentence, "warn") for sentence in missing_levels(answer))]
    if answer.claim != "none":
        body += [*_projects(answer, names, drawn), *_choices(answer, names), *_portfolios(answer, names), *_refine(answer, names)]
    return frame(title, "\n".join(body), chart_data(drawn), DRAWING, "#portfolios th { white-space: normal; min-width: 72px; }")


def _listed(ids: list[str] | tuple[str, ...], names: Names) -> str:
    return "\n".join(names.project(i) for i in ids) or "–"


def _price(answer: RobustAnswer, names: Names, drawn: dict[str, str]) -> list[str]:
    if not answer.protected:
        return []
    first, places = answer.protected[0], places_of(answer)
    unit = unit_name(answer.basis)
    header = [
        "gamma", _("objective ({unit})").format(unit=unit), _("price ({unit})").format(unit=unit), _("price, %"), _("new starts"), _("leave against gamma 0"), _("enter against gamma 0"), _("proof"),
    ]  # fmt: skip

    def row(p: ProtectedPlan) -> list[str]:
        leave, enter = moves(first, p) if p.objective is not None else ([], [])
        starts = str(len(p.chosen)) if p.objective is not None else "–"
        moved = [str(len(leave)), str(len(enter))] if p is not first and p.objective is not None else ["–", "–"]
        return [gamma_text(p), number(p.objective, places), price_amount(first, p, places), price_text(first, p), starts, *moved, proof_text(p)]

    out = [tag("h2", _("Price of robustness")), *chart("price", drawn)]
    out.append(table(header, [row(p) for p in answer.protected], (0, 1, 2, 3, 4, 5, 6)))
    for p in answer.protected:
        if p.objective is None:
            continue
        inner: list[str] = []
        if p is not first:
            leave, enter = moves(first, p)
            inner = [table([_("leave against gamma 0"), _("enter against gamma 0")], [[_listed(leave, names), _listed(enter, names)]])]
        inner.append(tag("p", _("new starts: ") + _(", ").join(names.project(c) for c in p.chosen)))
        out += fold(_("Projects of gamma {gamma} ({number})").format(gamma=gamma_text(p), number=len(p.chosen)), inner)
    return out


def _trial(answer: RobustAnswer) -> list[str]:
    tried = [(p, p.trial) for p in answer.protected if p.trial is not None]
    if not tried:
        return []
    header = ["gamma", _("anything"), _("budget"), _("limits"), _("funding"), _("not settled")]
    rows = [[gamma_text(p), *(percent(v, 2) for v in (t.any, t.budget, t.limits, t.funding, t.unsettled))] for p, t in tried]
    title = _("Tried on {draws} drawn overruns: share of draws that break").format(draws=f"{tried[0][1].draws:,d}")
    return [tag("h2", title), table(header, rows, range(6)), *(tag("p", sentence, "soft") for sentence in trial_words(answer))]


def _projects(answer: RobustAnswer, names: Names, drawn: dict[str, str]) -> list[str]:
    counted = {state: sum(p.state == state for p in answer.projects) for state in ("core", "borderline", "exterior", "undecided")}
    told = _("; ").join(f"{state_name(state)} {n}" for state, n in counted.items() if n)
    out = [tag("h2", _("Projects: core index")), tag("p", claim_words(answer), "" if answer.claim == "complete" else "warn"), tag("p", told)]
    out += chart("index", drawn)
    notes = _("Exterior projects stand in the table only.")
    if len(in_picture(answer)) > MOST:
        notes += " " + _("The picture shows the {number} projects held most.").format(number=MOST)
    out.append(tag("p", notes, "soft"))
    order = {"core": 0, "borderline": 1, "undecided": 2, "exterior": 3}
    listed = sorted(answer.projects, key=lambda p: (order[p.state], -p.held, p.id))
    rows = [[names.project(p.id), state_name(p.state), index_text(p.index, p.held, len(answer.portfolios)), str(p.held), why_state(p.why)] for p in listed]
    held = _("held by, of {number}").format(number=len(answer.portfolios))
    header = [_("project"), _("state"), _("core index"), held, _("rests on")]
    measures = [f"{at}. {names.weights(m)}" for at, m in enumerate(answer.measures, 1)]
    out += fold(_("Table of projects ({number})").format(number=len(rows)), [table(header, rows, (2, 3))])
    return out + fold(_("What portfolios are compared by ({number})").format(number=len(measures)), [tag("p", line) for line in measures])


def _choices(answer: RobustAnswer, names: Names) -> list[str]:
    missing = [tag("p", sentence, "warn") for sentence in missing_choices(answer)]
    if not answer.choices:
        return missing
    places = places_of(answer)
    header = [_("rule"), _("value ({unit})").format(unit=unit_name(answer.basis)), _("portfolio"), _("proof"), _("its projects")]
    rows = [
        [rule_name(c.rule), number(c.value, places), "–" if c.portfolio is None else str(c.portfolio), _("proven") if c.proven else _("best found"), _listed(c.chosen, names)]
        for c in answer.choices
    ]
    return [tag("h2", _("Portfolios for the whole set of information")), table(header, rows, (1, 2)), *missing]


def _portfolios(answer: RobustAnswer, names: Names) -> list[str]:
    if not answer.portfolios:
        return []
    places, unit = places_of(answer), unit_name(answer.basis)
    header, right = [_("no."), _("projects"), _("investment (10k yuan)")], 3
    for at, m in enumerate(answer.measures, 1):
        header.append(_("measure {number} ({unit})").format(number=at, unit=_("10k yuan") if m.kind == "cost" else unit))
        right += 1
    rows = []
    for p in answer.portfolios:
        row = [str(p.id), str(len(p.chosen)), wan(p.investment)]
        for m, low, high in zip(answer.measures, p.low, p.high, strict=True):
            pair = (wan(Fraction(v)) if m.kind == "cost" else number(v, places) for v in (low, high))
            row.append("\n".join(dict.fromkeys(pair)))
        rows.append(row)
    note = _("Where scores or costs are intervals, the least and the largest value stand one under the other. Measures: see the projects above.")
    inner = [tag("p", note, "soft"), '<div id="portfolios">', table(header, rows, range(right)), "</div>"]
    held = [tag("p", _("Portfolio {number}: ").format(number=p.id) + _(", ").join(p.chosen)) for p in answer.portfolios]
    inner += fold(_("Projects of each portfolio"), held)
    return [tag("h2", _("Portfolios ({number})").format(number=len(answer.portfolios))), tag("p", claim_words(answer)), *fold(_("Table of portfolios"), inner, len(rows) <= 30)]


def _refine(answer: RobustAnswer, names: Names) -> list[str]:
    if not answer.refine:
        return []
    rows = [[str(n), names.project(r.id), left_text(answer, r), number(r.spread, places_of(answer))] for n, r in enumerate(answer.refine, 1)]
    header = [_("no."), _("project"), _("portfolios left"), _("spread ({unit})").format(unit=unit_name(answer.basis))]
    words = [tag("p", sentence, "soft") for sentence in refine_words(answer)]
    shown = [] if nothing_open(answer) else [table(header, rows, (0, 2, 3))]
    return [tag("h2", _("Information worth refining next (borderline projects)")), *shown, *words]
