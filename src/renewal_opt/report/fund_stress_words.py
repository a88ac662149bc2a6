"""Words of stress tests: shocks, cases, what falls, losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..domain.base import Label
from ..domain.fund_stress import Case, Held, Reach, Reoptimised, Shock, StressAnswer, Survivor, Threshold
from ..i18n import _
from .compare_words import loss_words
from .fund_cover import rounding_words
from .numbers import percent, places_for, rounded

Channels = Mapping[str, Label]


def level(kind: str, amount: str) -> str:
    """Return a level in words: percent, or years."""
    value = Fraction(amount)
    if kind == "late":
        return _("{n} years").format(n=value) if value != 1 else _("one year")
    return percent(value, 1 if (value * 100).denominator == 1 or kind != "rate" else 2)


def shock(s: Shock, channels: Channels) -> str:
    """Return a shock in words."""
    return _shock(s.kind, s.target, channels, level(s.kind, s.amount))


def _shock(kind: str, target: str, channels: Channels, amount: str) -> str:
    words = {
        "cut": _("{channel} cut by {level}"), "late": _("{channel} late by {level}"), "rate": _("rate of {channel} up by {level} (points)"),
        "revenue": _("revenue down by {level}"), "cost": _("cost up by {level}"),
    }[kind]  # fmt: skip
    everyone = _("all debt") if kind == "rate" else _("all channels")
    return words.format(channel=channels[target].text() if target else everyone, level=amount)


def case_name(case: Case, channels: Channels) -> str:
    """Return a case in words."""
    return "; ".join(shock(s, channels) for s in case.shocks)


def held_words(h: Held | None) -> str:
    """Return what becomes of the projects that are held."""
    if h is None:
        return ""
    words = {
        "funded": _("all funded"), "falls": _("projects that fall: {n}").format(n=len(h.fallen)), "carry_overs": _("carry-overs cannot be funded"), "failed": _("not settled"),
    }[h.status]  # fmt: skip
    if h.broken and h.status in ("funded", "falls"):
        words += " " + _("(breaks rules on the portfolio)")
    return words + ("" if h.proven or h.status in ("carry_overs", "failed") else " " + _("(not proven to be the least)"))


def best_words(b: Reoptimised | None, places: int) -> str:
    """Return the loss when the plan is solved anew."""
    if b is None:
        return ""
    if b.status != "solved":
        return {"infeasible": _("no plan"), "failed": _("not settled")}[b.status]
    return loss_words(b.loss_least, b.loss_most, places)


def score_text(value: str, places: int) -> str:
    """Return an exact score or loss with so many decimals."""
    return f"{rounded(Fraction(value), places):,.{places}f}"


def held_loss(h: Held | None, places: int) -> str:
    """Return the loss of the projects that fall."""
    return "" if h is None or h.loss is None else score_text(h.loss, places)


def places_of(answer: StressAnswer) -> int:
    """Return the decimals of scores."""
    return places_for(answer.objective)


def _kind(kind: str, target: str, channels: Channels) -> str:
    """Return a shock without its size."""
    words = {
        "cut": _("cut of {channel}"), "late": _("lateness of {channel}"), "rate": _("rise of the rate of {channel} (points)"),
        "revenue": _("fall of revenue"), "cost": _("rise of cost"),
    }[kind]  # fmt: skip
    everyone = _("all debt") if kind == "rate" else _("all channels")
    return words.format(channel=channels[target].text() if target else everyone)


def far_definition() -> str:
    """Return which money the search for how far a shock may go holds."""
    return _("Here the projects stay and their money may be allotted anew.")


def reach_words(r: Reach, channels: Channels) -> str:
    """Return how far a shock may go."""
    name = _kind(r.kind, r.target, channels)
    if r.breaks is None:
        return _("{shock}: all stay funded up to {level}").format(shock=name, level=level(r.kind, r.holds))
    words = _("{shock}: all stay funded up to {holds}, no longer at {breaks}").format(shock=name, holds=level(r.kind, r.holds), breaks=level(r.kind, r.breaks))
    stops = "; ".join(label.text() for label in r.rules[:3])
    return words + ("" if r.proven else " " + _("(not proven)")) + (f" — {stops}" if stops else "")


def not_searched(answer: StressAnswer) -> str:
    """Return which shocks how far they may go is not searched of; empty where all are."""
    if not answer.not_searched:
        return ""
    names = _("; ").join(_kind(kind, target, answer.channels) for kind, target in answer.not_searched)
    return _("How far is not searched for lateness ({shocks}): it goes by whole years; try --late 1, 2, 3 instead.").format(shocks=names)


def changed_inputs(case: Case, channels: Channels) -> str:
    """Return which inputs a case changes: revenue, cost, or what of which channel."""
    names = []
    for s in case.shocks:
        words = {
            "cut": _("caps of {channel}"), "late": _("years of the money of {channel}"), "rate": _("rate of {channel}"),
            "revenue": _("revenue of all projects"), "cost": _("spending of all projects"),
        }[s.kind]  # fmt: skip
        everyone = _("all debt") if s.kind == "rate" else _("all channels")
        names.append(words.format(channel=channels[s.target].text() if s.target else everyone))
    return _("; ").join(dict.fromkeys(names))


def survivor_words(s: Survivor, places: int) -> str:
    """Return what the plan that survives every case loses."""
    if s.status != "solved":
        return {"infeasible": _("No portfolio survives every case."), "failed": _("The surviving plan was not settled.")}[s.status] + (f" {s.why}" if s.why else "")
    words = _("The best plan that survives every case has {n} new starts; it loses {loss} points.")
    return words.format(n=len(s.chosen), loss=loss_words(s.loss_least, s.loss_most, places)) + ("" if s.proven else " " + _("(its bound is not within the gap)"))


def held_definition() -> str:
    """Return what holding the projects means."""
    return _("Projects held: those whose loss is least together fall; limits, areas, balance between districts and forced projects do not bind what is kept, so that its loss may be less than that of the best plan under all rules.")


def cover_definition() -> str:
    """Return what cover is here."""
    return _("Here the plan's money stays as it is, nothing is allotted anew.") + " " + _("Cover as the policy's rule counts it: pledged net revenue from the start to the end of the longest term, over principal and interest. (fund cash counts to the last repayment, fund bond-file over the life of the bonds.)") + " " + rounding_words()


@dataclass(frozen=True)
class FirstFall:
    """A project that falls when projects are held: its loss, in how many cases, and the one of them in which least is lost."""

    id: str
    name: str
    loss: float
    cases: int
    first: int


def falls_of(answer: StressAnswer) -> list[FirstFall]:
    """Return the projects that fall when projects are held, those that fall in most cases first, then by loss."""
    found: dict[str, FirstFall] = {}
    order = sorted((float(Fraction(c.held.loss)), n) for n, c in enumerate(answer.cases) if c.held is not None and c.held.loss is not None)
    for _loss, n in order:
        h = answer.cases[n].held
        for f in h.fallen if h is not None else ():
            known = found.get(f.id)
            found[f.id] = FirstFall(f.id, f.name, float(Fraction(f.score)), 1, n) if known is None else replace(known, cases=known.cases + 1)
    return sorted(found.values(), key=lambda f: (-f.cases, f.loss, f.id))


def fall_text(t: Threshold) -> str:
    """Return by how much revenue may fall."""
    fall = Fraction(t.revenue_fall)
    return _("already short") if fall < 0 else percent(fall) if fall < 1 else _("all of it")


def rise_text(t: Threshold) -> str:
    """Return by how many points rates may rise."""
    return "> " + percent(Fraction(1, 5), 2) if t.rate_rise is None else percent(Fraction(t.rate_rise), 2)


def some(ids: Sequence[str], most: int = 8) -> str:
    """Return some ids of a long list."""
    return ", ".join(ids[:most]) + (f" … ({len(ids)})" if len(ids) > most else "")


def notes(answer: StressAnswer) -> list[str]:
    """Return whether it was stopped, and what had to be assumed, each once."""
    found = {n.zh: n for c in answer.cases for n in c.notes}
    stopped = [_("Stopped before its end: the rest of what was asked was not looked at (cases done: {n}).").format(n=len(answer.cases))] if answer.stopped else []
    return [*stopped, *(n.text() for n in found.values())]
