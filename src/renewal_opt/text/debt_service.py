"""Words for the family debt_service."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="还本付息上限", en="Debt service")
RULE = Label(zh="新增债务每年还本付息的上限", en="a ceiling by year on principal and interest of new debt")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{year}：还本付息不超过 {most}",
        "{rule}{year}: principal and interest at most {most}",
        row,
    )
