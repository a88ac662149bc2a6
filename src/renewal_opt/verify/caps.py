"""Caps on channels over some projects and years, beside the channels' own."""

from collections.abc import Iterator

from .case import Case
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Money of the set over the projects of the filter is at most what is left of the amount."""
    for i, rule in case.funding.caps.items():
        if rule.active:
            leaves = case.reading.leaves(rule.channels, rule.side, rule.counts_as)
            years = list(dict.fromkeys(case.years if rule.years is None else rule.years))
            for t in years if rule.each_year else [None]:
                value = case.used(leaves, years if t is None else (t,), case.among(rule.where))
                use = "must" if t is None or t in case.years else "may"
                yield Row(f"funding.caps.{i}", value, at_most=rule.amount - rule.already_used, year=t, use=use)
