"""Words for the family reserved."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="预留份额", en="Reserved shares")
RULE = Label(zh="为某些项目预留的渠道份额", en="part of a channel kept for some projects")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{year}：{range}",
        "{rule}{year}: {range}",
        row,
    )
