"""How far revenue may fall, or rates rise, before the debt of a project is no longer covered: exact, from its cover."""

from __future__ import annotations

from fractions import Fraction

from ....domain.fund_stress import Threshold
from ....domain.library import Project
from ....domain.plan import Chosen
from ....problem.repayment import repaid_per_yuan
from ..revenue import revenue_of
from ..schedule import Terms, terms_of
from ..target import Target

#: largest rise of the rates that is looked at, and how finely
TOP, STEP = Fraction(1, 5), Fraction(1, 10_000)


def thresholds(target: Target) -> list[Threshold]:
    """Return the thresholds of every project with debt, special bonds alone and all debt, the first to break first.

    Revenue is what the rule of cover counts: pledged net revenue from the project's start to the end of its longest term, of the
    rule's classes; debt is the plan's and what carry-overs have in place.
    """
    funding, year = target.inputs.policy.funding, target.plan.plan_year
    bonds = set(funding.expand(side="government", counts_as="debt"))
    revenue = revenue_of(target.inputs.library, target.plan.chosen)
    projects = {p.id: p for p in target.inputs.library.projects}
    out: list[Threshold] = []
    for chosen in target.plan.chosen:
        project = projects[chosen.id]
        for of in ("bonds", "all"):
            debts = [(t, v) for name, v in _debts(chosen, project) if (t := _terms(target, name, year)) is not None and (of == "all" or set(funding.expand((name,))) <= bonds)]
            if not debts:
                continue
            first = chosen.start if chosen.start is not None else project.start_year or year
            last = first + max(t.term for t, _v in debts)
            ratio, classes = _rule(target, of)
            earned = sum(r.pledged_net for y, r in revenue[chosen.id] if first <= y <= last and (classes is None or r.revenue_class in classes))
            owed = _repaid(debts, Fraction(0))
            fall = Fraction(1) - ratio * owed / earned if earned > 0 else Fraction(-1)
            out.append(Threshold(
                id=chosen.id, name=chosen.name, of=of, ratio=str(ratio), cover=str(Fraction(earned) / owed), revenue_fall=str(fall),
                rate_rise=_rise(debts, Fraction(earned), ratio),
            ))  # fmt: skip
    return sorted(out, key=lambda t: (Fraction(t.revenue_fall), t.id, t.of))


def _debts(chosen: Chosen, project: Project) -> list[tuple[str, int]]:
    sums: dict[str, int] = dict(project.in_place) if chosen.part == "carry_over" else {}
    for m in chosen.money:
        sums[m.channel] = sums.get(m.channel, 0) + m.yuan
    return [(k, v) for k, v in sums.items() if v]


def _terms(target: Target, name: str, year: int) -> Terms | None:
    funding = target.inputs.policy.funding
    return terms_of(funding.channels[name if name in funding.channels else funding.parent(name)], year)


def _rule(target: Target, of: str) -> tuple[Fraction, tuple[str, ...] | None]:
    """Return the largest active cover ratio of special bonds, or of all debt, and the revenue classes of that rule; 1 where there is none."""
    funding, year = target.inputs.policy.funding, target.plan.plan_year
    best: tuple[Fraction, tuple[str, ...] | None] = (Fraction(1), None)
    for rule in funding.cover.values():
        ratio = rule.ratio.fraction(year) if rule.active else None
        if ratio is not None and (of == "bonds") == (rule.channels is not None) and ratio >= best[0]:
            best = ratio, None if rule.revenue is None else tuple(rule.revenue)
    return best


def _repaid(debts: list[tuple[Terms, int]], more: Fraction) -> Fraction:
    return sum((v * repaid_per_yuan(t.form, t.rate + more, t.term) for t, v in debts), Fraction(0))


def _rise(debts: list[tuple[Terms, int]], earned: Fraction, ratio: Fraction) -> float | None:
    """Return the largest rise of all rates, in steps, at which the cover holds; below 0 where it is short already: 0."""
    if ratio * _repaid(debts, TOP) <= earned:
        return None
    low, high = 0, int(TOP / STEP)  # holds at low (or is short already), breaks at high
    while high - low > 1:
        middle = (low + high) // 2
        if ratio * _repaid(debts, middle * STEP) <= earned:
            low = middle
        else:
            high = middle
    return float(low * STEP)
