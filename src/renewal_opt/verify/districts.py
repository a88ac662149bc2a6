"""Balance between districts: the share of each in the plan, its new starts or the budget."""

from collections.abc import Iterator
from fractions import Fraction

from ..domain import Project
from .case import Case
from .reading import dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Each district's part of the measure lies between its bounds times the base; projects across districts count by shares."""
    for i, rule in case.policy.district_balance.items():
        low, high = dated(rule.at_least, case.t0), dated(rule.at_most, case.t0)
        if not rule.active or (low, high) == (None, None):
            continue
        picks = [k.project for k in case.among(rule.where, new=rule.of == "new")]
        base = case.budget(rule.measure) if rule.of == "budget" else sum(case.measure(p, rule.measure) for p in picks)
        levels = [d for d, entry in case.policy.districts.items() if entry.level == "district"]
        for d in [d for d in levels if any(_share(d, p) for p in case.declared)] if rule.districts is None else rule.districts:
            left = sum(_share(d, p) * case.measure(p, rule.measure) for p in picks)
            yield Row(f"district_balance.{i}", left, low, high, Fraction(base), at=d, use="must", unit="share")


def _share(district: str, p: Project) -> Fraction:
    if p.district_shares:
        return Fraction(p.district_shares.get(district, 0)) / 100
    return Fraction(p.district == district)
