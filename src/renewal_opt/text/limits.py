"""Words for the family limits."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="限额与目标", en="Limits and targets")
RULE = Label(zh="计划合计指标的上下限", en="bounds on sums over the plan")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}：{range}",
        "{rule}: {range}",
        row,
    )
