"""Words for the family ratios."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="资金比例", en="Ratios")
RULE = Label(zh="计划全部资金之间的比例，如杠杆", en="ratios between sums of money in the plan, such as leverage")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{year}：比例{range}",
        "{rule}{year}: ratio {range}",
        row,
    )
