"""Words for the family precedence."""

from __future__ import annotations

from ..domain.base import Label
from .base import RowFacts, fill

TITLE = Label(zh="先后关系", en="Precedence")
RULE = Label(zh="先行项目开工后，后续项目才能开工", en="a project starts only after another has started")


def describe(row: RowFacts) -> Label:
    """Return the row in one sentence."""
    return fill(
        "{project}须在{other}之后{lag}开工",
        "{project} starts only after {other}{lag}",
        row,
    )
