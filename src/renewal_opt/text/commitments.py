"""Words for the family commitments."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="既定项目", en="Commitments")
RULE = Label(zh="续建项目、指定入选与每个项目至多开工一次", en="carry-overs, forced projects, and each project started at most once")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}须遵守续建、指定入选和开工年份的约定",
        "{project} has to keep to carry-overs, forced starts and its start years",
        row,
    )
