"""Loosens the policy's other active bounds until the plan in hand keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...domain.filters import matches
from ...domain.funding import MoneySet
from ...domain.policy import Policy
from ...domain.rules import Level, Limit
from .mix import UNIT
from .witness import Case, Witness

_GROUPS = {"district": "district", "key_area": "key_area", "class": "object_class"}


def relaxed(policy: Policy, plan: Witness) -> dict[str, Any]:
    """Return overrides for every active bound that the plan in hand would break.

    Shares and values are set to what the plan has, rounded to its side; a debt-service ceiling without
    room is left open.
    """
    out: dict[str, Any] = {}
    for section in ("limits", "targets"):
        rules: dict[str, Limit] = getattr(policy, section)
        for i, rule in rules.items():
            if rule.binds_in(plan.year):
                out |= _limit(f"{section}.{i}", rule, plan)
    out |= _ratios(policy, plan)
    out |= _reserved_use(policy, plan)
    for i, service in policy.funding.debt_service.items():
        if service.active:
            out[f"funding.debt_service.{i}.amount"] = "open"
    for (i, _year), used in plan.rules().items():
        cap = policy.funding.caps[i]
        if used * UNIT > cap.amount - cap.already_used:
            out[f"funding.caps.{i}.amount"] = -(-(used * UNIT + cap.already_used) // 10_000)
    return out


def _chosen(plan: Witness, new_only: bool = False) -> list[Case]:
    return [c for i, c in plan.cases.items() if i in plan.money and not (new_only and c.project.part == "carry_over")]


def _measure(case: Case, measure: str) -> Fraction:
    if measure == "count":
        return Fraction(1)
    value = case.get("total_investment" if measure == "investment" else measure)
    return Fraction(value) if isinstance(value, (int, Decimal)) else Fraction(0)


def _limit(path: str, rule: Limit, plan: Witness) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for side in ("at_least", "at_most"):
        level: Level | None = getattr(rule, side)
        if level is None:
            continue
        lower = side == "at_least"
        if level.value is not None:
            left = sum((_measure(c, rule.measure) for c in _chosen(plan) if matches(rule.where, c.get)), Fraction(0))
            if (left < Fraction(level.value)) if lower else (left > Fraction(level.value)):
                out[f"{path}.{side}.value"] = int(left) if lower else -int(-left // 1)
        elif level.share is not None and (asked := level.share.fraction(plan.year)) is not None:
            found = [left / base for left, base in _shares(rule, level, plan) if base]
            worst = (min(found) if lower else max(found)) if found else asked
            if (worst < asked) if lower else (worst > asked):
                out[f"{path}.{side}.share"] = _thousandths(worst, lower)
    return out


def _shares(rule: Limit, level: Level, plan: Witness) -> Iterable[tuple[Fraction, Fraction]]:
    chosen = _chosen(plan, new_only=level.of == "new")
    column = _GROUPS.get(level.of or "")
    groups: set[Any] = {c.get(column) for c in plan.cases.values()} - {None} if column else {None}
    for group in sorted(groups, key=str):
        members = [c for c in chosen if column is None or c.get(column) == group]
        base = sum((_measure(c, rule.measure) for c in members), Fraction(0))
        yield sum((_measure(c, rule.measure) for c in members if matches(rule.where, c.get)), Fraction(0)), base


def _thousandths(share: Fraction, down: bool) -> Decimal:
    scaled = share * 1000
    return Decimal(int(scaled) if down else -int(-scaled // 1)) / 1000


def _sum(policy: Policy, plan: Witness, money: MoneySet) -> int:
    leaves = policy.funding.expand(money.channels, money.side, money.counts_as)
    return sum(
        a for i, m in plan.money.items() if matches(money.where, plan.cases[i].get) for (leaf, _y), a in m.items() if leaf in leaves
    )


def _ratios(policy: Policy, plan: Witness) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for i, rule in policy.funding.ratios.items():
        if not rule.active:
            continue
        if rule.per == "year":
            out[f"funding.ratios.{i}.per"] = "total"
        above, below = _sum(policy, plan, rule.numerator), _sum(policy, plan, rule.denominator)
        least = rule.at_least.fraction(plan.year) if rule.at_least else None
        most = rule.at_most.fraction(plan.year) if rule.at_most else None
        if least is not None and above < least * below:
            out[f"funding.ratios.{i}.at_least"] = _thousandths(Fraction(above, below), True)
        if most is not None and above > most * below:
            if below == 0:
                out[f"funding.ratios.{i}.active"] = "no"
            else:
                out[f"funding.ratios.{i}.at_most"] = _thousandths(Fraction(above, below), False)
    return out


def _reserved_use(policy: Policy, plan: Witness) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for i, rule in policy.funding.reserved.items():
        share = rule.at_least.fraction(plan.year)
        if not rule.active or rule.of != "use" or share is None:
            continue
        all_of = _sum(policy, plan, MoneySet(channels=rule.channels))
        mine = _sum(policy, plan, MoneySet(channels=rule.channels, where=rule.where))
        if mine < share * all_of:
            out[f"funding.reserved.{i}.at_least"] = _thousandths(Fraction(mine, all_of), True)
    return out
