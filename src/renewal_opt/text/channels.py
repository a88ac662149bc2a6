"""Words for the family channels."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="渠道额度", en="Channel caps")
RULE = Label(zh="每个资金渠道每年的额度", en="what each funding channel can bring in a year")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{channel}{year}：资金不超过 {most}",
        "money of {channel}{year} at most {most}",
        row,
    )
