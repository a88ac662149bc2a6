"""Words for the family fund_balance."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="资金平衡", en="Fund balance")
RULE = Label(
    zh="项目、统筹片区、区或全市的收益覆盖债务本息，或覆盖全部成本",
    en="the revenue of a project, coordinated area, district or the city covers its debt, or its whole cost",
)


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{rule}{group}：收益{range}",
        "{rule} {group}: revenue {range}",
        row,
    )
