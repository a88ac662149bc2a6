"""Words for the family cover."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="收益覆盖倍数", en="Cover ratio")
RULE = Label(zh="质押净收益须覆盖债务本息", en="pledged net revenue has to cover principal and interest")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}：“{rule}”下债务不超过 {most}",
        "{project}: under “{rule}” debt is at most {most}",
        row,
    )
