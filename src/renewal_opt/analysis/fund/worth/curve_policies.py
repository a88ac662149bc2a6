"""Policies that a curve asks of: caps carried over or added up, scaled, and all money held at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ....domain import Policy
from ....domain.base import Label, Source
from ....domain.fund_worth import Caps
from ....domain.funding import CapByYear
from .levers import cap_rule

#: name of the rule that holds all money
ALL = "all_money"
_MADE = Source(kind="assumption", why=Label(zh="资金价值曲线的设问", en="asked by the curve of the worth of money"))


def caps_of(policy: Policy, caps: Caps, years: Sequence[int], start_years: Sequence[int]) -> Policy:
    """Return a policy of `by_year` with its yearly caps as they stand, carried over, or added up over the years.

    Parameters
    ----------
    policy : Policy
    caps : {"yearly", "carried", "summed"}
        `carried`: what a channel or budget leaves in a year may be used later; `summed`: it may be used earlier, too.
    years, start_years : sequence of int
        Money years and start years of the problem.
    """
    if caps == "yearly":
        return policy
    rules = dict(policy.funding.caps)
    channels = {}
    for key, channel in policy.funding.channels.items():
        if caps == "carried":
            channels[key] = channel.model_copy(update={"carry_surplus": True})
            continue
        for name, entry, cap in [(key, channel, channel.cap), *((k, s, s.cap) for k, s in channel.sub.items())]:
            if all(t in cap.years for t in years):
                rules[f"{name}~sum"] = cap_rule(entry.label, entry.source, sum(cap.years[t] for t in years), channels=(name,))
        sub = {k: s.model_copy(update={"cap": _opened(s.cap, years)}) for k, s in channel.sub.items()}
        channels[key] = channel.model_copy(update={"cap": _opened(channel.cap, years), "sub": sub, "carry_surplus": False})
    budget = dict(policy.budget)
    for key, money in policy.budget.items():
        if not measured_by_budget(policy) and money.active and money.measure == "spending" and all(t in money.amount.years for t in years):
            budget[key] = money.model_copy(update={"active": False})
            sums = [list(years)] if caps == "summed" else [[t for t in years if t <= last] for last in years]
            for some in sums:
                amount = sum(money.amount.years[t] for t in some)
                rules[f"{key}~{some[-1]}"] = cap_rule(money.label, money.source, amount, where=money.where, years=tuple(some))
    funding = policy.funding.model_copy(update={"channels": channels, "caps": rules})
    return policy.model_copy(update={"funding": funding, "budget": budget})


def measured_by_budget(policy: Policy) -> bool:
    """Return whether a limit is a share of the yearly budget, which then stays as it is."""
    levels = [v for rule in policy.limits.values() if rule.active for v in (rule.at_least, rule.at_most)]
    return any(v is not None and v.of == "budget" for v in levels)


def _opened(cap: CapByYear, years: Sequence[int]) -> CapByYear:
    """Return no cap where all years have one, which are added up; a cap of some years alone stays."""
    return CapByYear(later="open") if all(t in cap.years for t in years) else cap


def with_all_money(policy: Policy, yuan: int) -> Policy:
    """Return a policy with at most so much money over all channels and years."""
    rule = cap_rule(Label(zh="全部资金", en="all money"), _MADE, yuan)
    return policy.model_copy(update={"funding": policy.funding.model_copy(update={"caps": policy.funding.caps | {ALL: rule}})})


def scaled(policy: Policy, by: Fraction) -> Policy:
    """Return a policy of `by_year` with all caps and budgets multiplied, whole 元 downwards."""

    def cap(old: CapByYear) -> CapByYear:
        return old.model_copy(update={"years": {t: int(v * by) for t, v in old.years.items()}})

    channels = {
        k: c.model_copy(update={"cap": cap(c.cap), "sub": {s: e.model_copy(update={"cap": cap(e.cap)}) for s, e in c.sub.items()}})
        for k, c in policy.funding.channels.items()
    }  # fmt: skip
    caps = {k: r.model_copy(update={"amount": int(r.amount * by)}) for k, r in policy.funding.caps.items()}
    budget = {k: b.model_copy(update={"amount": cap(b.amount)}) for k, b in policy.budget.items()}
    return policy.model_copy(update={"funding": policy.funding.model_copy(update={"channels": channels, "caps": caps}), "budget": budget})


def all_caps(policy: Policy) -> int:
    """Return the sum of all channels' yearly caps (and of sums of years), 元; open channels count nothing."""
    inside = sum(sum(c.cap.years.values()) for c in policy.funding.channels.values())
    return inside + sum(r.amount for k, r in policy.funding.caps.items() if k.endswith("~sum") and k[:-4] in policy.funding.channels)
