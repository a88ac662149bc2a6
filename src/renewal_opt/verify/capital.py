"""Project capital (项目资本金): the largest ratio of the rules that match, each year in step with debt or on the whole cost."""

from collections.abc import Iterator
from math import floor

from .case import Case
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Money that counts as capital is at least the ratio of each year's spending, or of the whole cost less what is in place."""
    for pick in case.picks:
        p = pick.project
        leaves, ratio, per, rule = case.reading.capital(p.id)
        if pick.carry and ratio:
            least = max(0, floor(ratio * p.total_investment) - case.reading.in_place(p, leaves))
            yield Row(rule, pick.paid(leaves), min(sum(p.remaining.values()), least), project=p.id)
        elif ratio and per == "project":
            yield Row(rule, pick.paid(leaves), floor(ratio * p.total_investment), project=p.id)
        elif ratio:
            for t, spent in pick.spending.items():
                yield Row(rule, pick.paid(leaves, t), floor(ratio * spent), project=p.id, year=t)
