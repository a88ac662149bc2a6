"""Words for the family budget."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="预算", en="Budget")
RULE = Label(zh="全部渠道合计不超过预算", en="money over all channels stays within the budget")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{year}：投资不超过 {most}",
        "{rule}{year}: spending at most {most}",
        row,
    )
