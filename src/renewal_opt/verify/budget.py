"""Money for the whole plan: spending of each year, or total investment of the starts of each year."""

from collections.abc import Iterator

from .case import Case
from .reading import amount
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """The sum over the chosen projects of the filter is at most the year's amount."""
    for i, rule in case.policy.budget.items():
        if not rule.active:
            continue
        picks, starts = case.among(rule.where), rule.measure == "starts"
        for t in case.starts if starts else case.years:
            if (most := amount(rule.amount, t)) is not None:
                spent = sum(k.spending.get(t, 0) for k in picks)
                started = sum(k.project.total_investment for k in picks if k.start == t)
                yield Row(f"budget.{i}", started if starts else spent, at_most=most, year=t, use="must")
