"""Ratios between two sets of money of the whole plan (leverage, bonds used as capital)."""

from collections.abc import Iterator

from ..domain.funding import MoneySet
from .case import Case
from .reading import dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """The money above lies between its bounds times the money below, over all years or in each."""
    for i, rule in case.funding.ratios.items():
        low, high = dated(rule.at_least, case.t0), dated(rule.at_most, case.t0)
        if rule.active and (low, high) != (None, None):
            for t in case.years if rule.per == "year" else [None]:
                years = case.years if t is None else (t,)
                above, below = _sum(case, rule.numerator, years), _sum(case, rule.denominator, years)
                least, most = (None if x is None else x * below for x in (low, high))
                yield Row(f"funding.ratios.{i}", above, least, most, year=t, use="must")


def _sum(case: Case, money: MoneySet, years: range | tuple[int]) -> int:
    leaves = case.reading.leaves(money.channels, money.side, money.counts_as)
    return case.used(leaves, years, case.among(money.where))
