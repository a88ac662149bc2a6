"""Words for the family corequisites."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="捆绑关系", en="Co-requisites")
RULE = Label(zh="捆绑项目同时入选或同时不入选", en="co-requisites are chosen together or not at all")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "捆绑组{group}同时入选或同时不入选：{project}",
        "the group {group} is chosen together or not at all: {project}",
        row,
    )
