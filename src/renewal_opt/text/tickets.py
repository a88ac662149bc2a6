"""Words for the family tickets."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="单笔规模", en="Ticket sizes")
RULE = Label(zh="渠道用于单个项目时的最小和最大金额", en="least and largest amount of a channel in one project")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}使用{channel}的金额{range}，或者不用",
        "{project} uses {range} of {channel}, or none",
        row,
    )
