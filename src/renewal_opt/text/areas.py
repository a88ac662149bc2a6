"""Words for the family areas."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="片区统筹", en="Coordinated areas")
RULE = Label(zh="统筹片区的开启条件与次序", en="opening of coordinated areas and its conditions")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}所在统筹片区{group}须满足开启条件",
        "the coordinated area {group} of {project} has to meet its conditions for opening",
        row,
    )
