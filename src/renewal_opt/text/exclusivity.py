"""Words for the family exclusivity."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="互斥关系", en="Exclusivity")
RULE = Label(zh="互斥项目至多选一个", en="of an exclusive group at most one project is chosen")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "互斥组{group}至多入选一个：{project}",
        "of the exclusive group {group} at most one is chosen: {project}",
        row,
    )
