"""Words for the family caps."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="分级分区额度", en="Further caps")
RULE = Label(zh="按层级、区、类别和年份的额度", en="caps by level, district, class and years")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{year}：合计不超过 {most}",
        "{rule}{year}: at most {most} in total",
        row,
    )
