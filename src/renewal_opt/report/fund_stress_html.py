"""A stress test as one HTML page that works without a network."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..domain.fund_stress import StressAnswer
from ..i18n import _
from .fund_cover import ratio_text
from .fund_page import fund_frame
from .fund_stress_charts import charts
from .fund_stress_words import (
    best_words,
    case_name,
    changed_inputs,
    cover_definition,
    fall_text,
    falls_of,
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
    survivor_words,
)
from .numbers import points
from .page import chart, fold, table, tag
from .view import synthetic_notice, unit_name


def write_stress_page(answer: StressAnswer, path: str | Path) -> None:
    """Write an answer as one page to a temporary name (`io.atomic`)."""
    Path(path).write_text(stress_page(answer), encoding="utf-8", newline="\n")


def stress_page(answer: StressAnswer) -> str:
    """Return the page."""
    drawn = charts(answer)
    title = _("Stress: {title}").format(title=answer.title.text())
    body = [tag("p", synthetic_notice(), "notice")] if answer.synthetic else []
    value = score_text(answer.objective, places_of(answer))
    words = _("The plan as stated scores {value} ({unit}). A loss that is not one number is the interval that both proven bounds leave open.")
    body += [tag("h1", title), tag("p", words.format(value=value, unit=unit_name(answer.basis))), *(tag("p", n) for n in notes(answer))]
    body += [*_cases(answer, drawn), *_falls(answer), *_far(answer), *_cover(answer, drawn), *_survivor(answer)]
    return fund_frame(title, "\n".join(body), drawn)


def _cases(answer: StressAnswer, drawn: dict[str, str]) -> list[str]:
    if not answer.cases:
        return []
    places = places_of(answer)
    header = [_("case"), _("changed inputs"), _("projects held"), _("loss when held"), _("loss when solved anew"), _("leave"), _("enter")]
    rows = [
        [
            case_name(c, answer.channels), changed_inputs(c, answer.channels), held_words(c.held), held_loss(c.held, places), best_words(c.best, places),
            "" if c.best is None else ", ".join(c.best.left), "" if c.best is None else ", ".join(c.best.entered),
        ]
        for c in answer.cases
    ]  # fmt: skip
    out = [tag("h2", _("Shocks one by one")), *chart("tornado", drawn)]
    if "grid" in drawn:
        out += [tag("h2", _("Two shocks together: loss of score, at most")), *chart("grid", drawn)]
    return [*out, tag("h2", _("All cases")), tag("p", held_definition(), "soft"), table(header, rows, (3, 4)), *_repeat(answer)]


def _repeat(answer: StressAnswer) -> list[str]:
    rows = [
        [case_name(c, answer.channels), "\n".join(f"--set '{k}={v}'" for k, v in c.overrides.items()), "" if c.repeatable else _("changes rows of the library: no override says all of it")]
        for c in answer.cases
    ]  # fmt: skip
    return fold(_("How to repeat a case: policy values"), [table([_("case"), _("policy values"), ""], rows)])


def _falls(answer: StressAnswer) -> list[str]:
    out: list[str] = []
    for c in answer.cases:
        if c.held is None or not (c.held.fallen or c.held.broken or c.held.why):
            continue
        header = [_("order"), _("id"), _("project"), _("loss"), _("rules in the way")]
        rows = [[str(n), f.id, f.name, score_text(f.score, places_of(answer)), "; ".join(r.text() for r in f.rules)] for n, f in enumerate(c.held.fallen, start=1)]
        inner = [table(header, rows, (0, 3))] if rows else []
        if c.held.broken:
            inner.append(tag("p", _("Rules on the portfolio that no longer hold for what is kept: {rules}").format(rules="; ".join(r.text() for r in c.held.broken))))
        if c.held.why:
            inner.append(tag("p", c.held.why))
        out += fold(f"{case_name(c, answer.channels)}: {held_words(c.held)}", inner)
    if not out:
        return []
    first = falls_of(answer)
    listed = [[f.id, f.name, score_text(str(Fraction(f.loss)), places_of(answer)), str(f.cases), case_name(answer.cases[f.first], answer.channels)] for f in first]
    names = [_("id"), _("project"), _("loss"), _("falls in cases"), _("least severe of them")]
    often = [tag("h2", _("Which projects fall first over all cases held")), table(names, listed, (2, 3))] if len(answer.cases) > 1 and first else []
    return [*often, tag("h2", _("Which projects fall, least loss first, and what stops each")), *out]


def _far(answer: StressAnswer) -> list[str]:
    if not answer.reach and not answer.not_searched:
        return []
    told = ["<ul>", *(tag("li", reach_words(r, answer.channels)) for r in answer.reach), "</ul>"] if answer.reach else []
    words = not_searched(answer)
    return [tag("h2", _("How far one shock may go with the projects held")), tag("p", far_definition(), "soft"), *told, *([tag("p", words, "warn")] if words else [])]


def _cover(answer: StressAnswer, drawn: dict[str, str]) -> list[str]:
    if not answer.thresholds:
        return []
    header = [_("id"), _("project"), _("rule of cover"), _("cover"), _("asked"), _("revenue may fall by"), _("rates may rise by (points)")]
    rows = [
        [
            t.id, t.name, t.label.text(), ratio_text(t.cover), points(t.ratio), fall_text(t),
            rise_text(t),
        ]
        for t in answer.thresholds
    ]  # fmt: skip
    title = _("Cover: how much revenue may fall, or rates rise, the first to break first")
    return [tag("h2", title), *chart("cover", drawn), tag("p", cover_definition(), "soft"), *fold(_("all projects with debt"), [table(header, rows, (3, 4, 5, 6))])]


def _survivor(answer: StressAnswer) -> list[str]:
    s = answer.survivor
    if s is None:
        return []
    out = [tag("h2", _("The plan that survives")), tag("p", survivor_words(s, places_of(answer)))]
    for words, ids in ((_("leave: {ids}"), s.left), (_("enter: {ids}"), s.entered)):
        if ids:
            out.append(tag("p", words.format(ids=", ".join(ids))))
    return out
