"""Words for the family capital."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="项目资本金", en="Project capital")
RULE = Label(zh="资本金不低于规定比例，并与债务同步到位", en="capital at least the prescribed share, in step with debt")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}{year}：“{rule}”要求资本金不低于 {least}",
        "{project}{year}: “{rule}” asks for capital of at least {least}",
        row,
    )
