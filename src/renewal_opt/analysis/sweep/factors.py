"""Factors on budgets and caps, turned into overrides of a policy: `budget=0.8`, `caps=1.2`, `caps.special_bond=0.5`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...domain.base import WAN
from ...domain.funding import CapByYear
from ...domain.policy import Policy
from ...errors import Collector, Finding
from ...i18n import _
from ...io.nearest import did_you_mean, listing
from .grid import Axis


def factored(policy: Policy, changes: Iterable[tuple[Axis, Any]], collector: Collector) -> dict[str, tuple[Any, str]]:
    """Return the overrides that the factors among the changes stand for.

    Parameters
    ----------
    policy : Policy
        As the scenario and the other grid keys have left it.
    changes : iterable of (Axis, value)
        Those that are no factors are passed over.
    collector : Collector
        Receives a finding for a factor on nothing: an unknown channel, or no amount that is stated.

    Returns
    -------
    dict
        Policy path to (value as YAML holds it, grid text that asked for it); amounts that stay are left out.
    """
    first: dict[str, int] = {}
    now: dict[str, int] = {}
    told: dict[str, str] = {}
    for axis, value in changes:
        if axis.kind not in ("budget", "caps"):
            continue
        amounts = _budgets(policy) if axis.kind == "budget" else _caps(policy, axis, value, collector)
        if amounts is None:
            continue
        if not amounts:
            expected = _("an active budget with an amount by year") if axis.kind == "budget" else _("a cap by year; an open channel has none")
            collector.add(Finding("empty_factor", file=axis.told(value), value=axis.key, expected=expected))
        for path, yuan in amounts.items():
            first.setdefault(path, yuan)
            exact = Fraction(now.get(path, yuan)) * Fraction(value)
            now[path] = exact.numerator // exact.denominator
            told[path] = axis.told(value)
    return {path: (_written(yuan), told[path]) for path, yuan in now.items() if yuan != first[path]}


def _budgets(policy: Policy) -> dict[str, int]:
    out: dict[str, int] = {}
    for key, rule in policy.budget.items():
        if rule.active:
            out |= _by_year(f"budget.{key}.amount", rule.amount)
    return out


def _caps(policy: Policy, axis: Axis, value: Any, collector: Collector) -> dict[str, int] | None:
    """Return path to amount of every cap that the axis names; None after a finding."""
    wanted, out, found = axis.channel, dict[str, int](), False
    for key, channel in policy.funding.channels.items():
        here = wanted in (None, key)
        found |= here
        if here:
            out |= _by_year(f"funding.channels.{key}.cap", channel.cap)
        for sub_key, sub in channel.sub.items():
            if here or wanted == sub_key:
                found = True
                out |= _by_year(f"funding.channels.{key}.sub.{sub_key}.cap", sub.cap)
    if not found:
        known = [*policy.funding.channels, *(s for c in policy.funding.channels.values() for s in c.sub)]
        expected = _("a channel: {names}").format(names=listing(known))
        collector.add(Finding("unknown_id", file=axis.told(value), value=str(wanted), expected=expected, hint=did_you_mean(wanted, known)))
        return None
    return out


def _by_year(path: str, cap: CapByYear) -> dict[str, int]:
    return {f"{path}.{year}": yuan for year, yuan in cap.years.items()}


def _written(yuan: int) -> int | Decimal | str:
    """Return an amount as the policy writes it: 万元, or text with its unit where 万元 would need more than two decimals."""
    if yuan % WAN == 0:
        return yuan // WAN
    return Decimal(yuan) / WAN if yuan % 100 == 0 else f"{yuan} 元"
