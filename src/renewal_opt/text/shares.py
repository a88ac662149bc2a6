"""Words for the family shares."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="渠道占比", en="Shares")
RULE = Label(zh="各渠道在项目资金中的占比上下限", en="least and largest share of channels in a project's money")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}{year}：“{rule}”要求资金{range}",
        "{project}{year}: “{rule}” asks for money {range}",
        row,
    )
