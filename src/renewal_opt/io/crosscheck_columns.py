"""What the cross checks know of columns: kinds, vocabularies, and a project's value for a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from ..domain.base import WAN
from ..domain.columns import COLUMNS
from ..domain.filters import DERIVED, value_of
from ..domain.library import Library, Project
from ..domain.policy import Policy
from .schemawalk import COMPACT
from .yamlfile import YamlPath

NUMERIC = ("number", "integer", "money", "year")
SUMMABLE = ("number", "integer", "money")
CHOICES = ("list", "multi", "yes_no", "tri", "negative")
_FIXED = {"yes_no": ("yes", "no"), "tri": ("yes", "no", "unclear"), "negative": ("none", "involved", "unclear")}


@dataclass(frozen=True)
class Known:
    """One column that filters and indicators may name.

    Attributes
    ----------
    kind : str
        Kind of value, see `domain.columns`.
    values : tuple of str or None
        What the column may hold; None for any text or number.
    vocabulary : str
        Name of the policy's list, empty for none.
    """

    kind: str
    values: tuple[str, ...] | None = None
    vocabulary: str = ""


class Columns:
    """The columns of one policy, entered, own and derived."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    @cached_property
    def known(self) -> dict[str, Known]:
        """Column id to what it may hold."""
        policy = self.policy
        out: dict[str, Known] = {}
        for c in COLUMNS:
            if c.id not in Project.model_fields or c.kind == "shares":
                continue
            if c.vocabulary:
                out[c.id] = Known(c.kind, tuple(policy.vocabulary(c.vocabulary)), c.vocabulary)
            else:
                out[c.id] = Known(c.kind, _FIXED.get(c.kind))
        for i, own in policy.columns.items():
            values = tuple(own.values) if own.values and own.kind in ("list", "multi") else _FIXED.get(own.kind)
            out.setdefault(i, Known(own.kind, values))
        for i in policy.screening.negative_list:
            out[f"neg_{i}"] = Known("negative", _FIXED["negative"])
        out["action"] = Known("list", tuple(policy.actions), "actions")
        out["level"] = Known("list", ("district", "city"))
        out["revenue"] = Known("money")
        out["duration"] = Known("integer")
        return out

    def summable(self) -> list[str]:
        """Return the ids of the columns whose sum over projects means something."""
        return [i for i, k in self.known.items() if k.kind in SUMMABLE]


def facts(policy: Policy, library: Library) -> Callable[[Project, str], Any]:
    """Return a function that gives a project's value of a column as filters see it (money in 万元)."""
    known = Columns(policy).known
    money = {i for i, k in known.items() if k.kind == "money"}
    revenue: dict[str, int] = {}
    for row in library.revenue:
        revenue[row.project] = revenue.get(row.project, 0) + row.pledged_net
    action = {w: a for a, entry in policy.actions.items() for w in entry.works}

    def get(project: Project, column: str) -> Any:
        if column in DERIVED:
            if column == "revenue":
                return Decimal(revenue.get(project.id, 0)) / WAN
            if column == "action":
                return action.get(project.work or "")
            if column == "duration":
                return len(project.spend)
            district = policy.districts.get(project.district or "")
            return None if district is None else district.level
        value = value_of(project, column)
        return Decimal(value) / WAN if column in money and isinstance(value, int) else value

    return get


def entries(value: Any, path: YamlPath = ()) -> Iterator[tuple[YamlPath, BaseModel]]:
    """Yield every schema object below `value` with its path in the policy's tree, the root first."""
    if isinstance(value, BaseModel):
        if isinstance(value, COMPACT):
            return
        yield path, value
        for name, f in type(value).model_fields.items():
            yield from entries(getattr(value, name), (*path, f.alias or name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from entries(inner, (*path, key))
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from entries(inner, (*path, i))
