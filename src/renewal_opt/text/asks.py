"""Words for the family asks."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="申请与落实资金", en="Money asked for and secured")
RULE = Label(zh="不超过申请额，不低于已落实额", en="not above what was asked for, not below what is secured")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}从{channel}所得{range}",
        "{project} gets {range} from {channel}",
        row,
    )
