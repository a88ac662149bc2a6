"""Walks a policy's named entries, for lists such as the assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from .base import Entry
from .policy import Policy


def entries(policy: Policy) -> Iterator[tuple[str, Entry]]:
    """Yield (dotted path, entry) for every named entry of a policy, in the order of the schema."""
    for name in Policy.model_fields:
        yield from _walk(name, getattr(policy, name))


def _walk(path: str, value: Any) -> Iterator[tuple[str, Entry]]:
    if isinstance(value, Entry):
        yield path, value
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _walk(f"{path}.{info.alias or name}", getattr(value, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(f"{path}.{key}", item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, (BaseModel, dict, tuple)):
                yield from _walk(f"{path}.{index}", item)


def is_active(entry: Entry) -> bool:
    """Return whether an entry acts: entries that can be switched off act only when they are on."""
    return bool(getattr(entry, "active", True))
