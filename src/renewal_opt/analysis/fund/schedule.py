"""Debt schedules in whole 元: drawdown, interest, repayment of principal and fees by year, from money by channel and year.

The field's convention that the policy's rules use too: money drawn in year t pays its first dues in t + 1, at the rate that holds in
the plan year. Every debt is rounded by its running total, so that the years add up to the rounded whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...domain.funding import Channel
from ...domain.plan import Plan
from ...domain.policy import Policy
from ...problem.repayment import dues


@dataclass(frozen=True)
class Terms:
    """What a debt channel asks for its money.

    Attributes
    ----------
    form : str
        Repayment form, see `problem.repayment.dues`.
    rate : Fraction
        Yearly.
    term : int
        Years.
    fee : Fraction
        Issue fee as a share of the principal, paid when drawn.
    """

    form: str
    rate: Fraction
    term: int
    fee: Fraction = Fraction(0)


def terms_of(channel: Channel, year: int, rate: Fraction | None = None) -> Terms | None:
    """Return the terms of a channel in `year`, None where it is no debt.

    Parameters
    ----------
    channel : Channel
    year : int
        Plan year, whose rate holds.
    rate : Fraction, optional
        Another rate, such as the issued one.
    """
    if channel.counts_as != "debt":
        return None
    stated = channel.rate.fraction(year) if channel.rate is not None else None
    fee = Fraction(channel.issue_fee) if channel.issue_fee is not None else Fraction(0)
    return Terms(channel.repayment or "bullet", rate if rate is not None else stated or Fraction(0), channel.term or 1, fee)


@dataclass(frozen=True)
class Debt:
    """One drawing of debt money and what it causes, 元 by calendar year.

    Attributes
    ----------
    project, channel : str
        Project id; leaf (channel or sub-channel) id.
    year : int
        Year of the drawing.
    drawn, fee : int
    interest, principal : dict of int to int
        Years in which something falls due.
    """

    project: str
    channel: str
    year: int
    drawn: int
    fee: int
    interest: dict[int, int]
    principal: dict[int, int]


def debt(project: str, channel: str, year: int, drawn: int, terms: Terms) -> Debt:
    """Return the schedule of one drawing.

    Parameters
    ----------
    project, channel : str
    year : int
        Year of the drawing.
    drawn : int
        元.
    terms : Terms
    """
    parts = dues(terms.form, terms.rate, terms.term)
    years = range(year + 1, year + 1 + len(parts))
    interest = dict(zip(years, rounded([drawn * d.interest for d in parts]), strict=True))
    principal = dict(zip(years, rounded([drawn * d.principal for d in parts]), strict=True))
    fee = round(drawn * terms.fee)
    return Debt(project, channel, year, drawn, fee, {y: v for y, v in interest.items() if v}, {y: v for y, v in principal.items() if v})


def rounded(amounts: Sequence[Fraction]) -> list[int]:
    """Return whole numbers whose running totals are the rounded running totals (halves to even)."""
    out: list[int] = []
    total, before = Fraction(0), 0
    for amount in amounts:
        total += amount
        now = round(total)
        out.append(now - before)
        before = now
    return out


def debts_of(plan: Plan, policy: Policy, rates: dict[str, Fraction] | None = None) -> list[Debt]:
    """Return the schedule of every drawing of a plan's new debt, in the plan's order.

    Parameters
    ----------
    plan : Plan
    policy : Policy
        That of the plan.
    rates : dict of channel id to Fraction, optional
        Rates that take the place of the policy's.
    """
    funding = policy.funding
    known: dict[str, Terms | None] = {}
    for leaf in funding.leaves():
        parent = funding.parent(leaf)
        known[leaf] = terms_of(funding.channels[parent], plan.plan_year, (rates or {}).get(parent))
    return [
        debt(one.id, m.channel, m.year, m.yuan, terms)
        for one in plan.chosen
        for m in one.money
        if m.yuan and (terms := known.get(m.channel)) is not None
    ]


def by_year(debts: Iterable[Debt], part: str) -> dict[int, int]:
    """Return ``drawn``, ``fee``, ``interest`` or ``principal`` of many debts by year, 元, sorted."""
    out: dict[int, int] = {}
    for d in debts:
        amounts = {d.year: getattr(d, part)} if part in ("drawn", "fee") else getattr(d, part)
        for year, yuan in amounts.items():
            out[year] = out.get(year, 0) + yuan
    return dict(sorted(out.items()))
