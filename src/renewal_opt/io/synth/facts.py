"""Columns of a project in the making, as filters of the policy see them (money in 万元)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ...domain.base import WAN
from ...domain.columns import BY_ID
from ...domain.library import Project
from ...domain.policy import Policy

#: a project in the making: names of `Project` fields, and `_net`: sum of its pledged net revenue in 元
Draft = dict[str, Any]

_MONEY = frozenset(c.id for c in BY_ID.values() if c.kind == "money")


def getter(policy: Policy, draft: Mapping[str, Any]) -> Callable[[str], Any]:
    """Return the function that gives a draft's value of a column, derived columns included."""

    def get(column: str) -> Any:
        if column == "action":
            return policy.action_of(draft.get("work") or "")
        if column == "level":
            district = policy.districts.get(draft.get("district") or "")
            return district.level if district else None
        if column == "revenue":
            return Decimal(draft.get("_net", 0)) / WAN
        if column == "duration":
            return len(draft.get("spend") or ())
        if column.startswith("neg_"):
            return draft.get("neg", {}).get(column[4:])
        if column in BY_ID:
            value = draft.get(column)
        else:
            value = draft.get("extra", {}).get(column)
            own = policy.columns.get(column)
            return Decimal(value) / WAN if own is not None and own.kind == "money" and value is not None else value
        return Decimal(value) / WAN if column in _MONEY and value is not None else value

    return get


def draft_of(project: Project, net: int) -> Draft:
    """Return a finished project as a draft; `net` is the sum of its pledged net revenue in 元."""
    draft: Draft = {name: getattr(project, name) for name in Project.model_fields}
    draft["_net"] = net
    return draft
