"""Words for the family balance."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="逐年资金配平", en="Balance by year")
RULE = Label(zh="每个项目每年的资金合计等于当年投资", en="the money of each project and year adds up to its spending")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}{year}的各渠道资金合计须等于当年投资 {most}",
        "the money of {project}{year} has to add up to its spending {most}",
        row,
    )
