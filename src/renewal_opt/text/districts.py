"""Words for the family districts."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="各区平衡", en="District balance")
RULE = Label(zh="各区在计划中的占比", en="share of each district in the plan")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}：占比{range}",
        "{rule}: share {range}",
        row,
    )
