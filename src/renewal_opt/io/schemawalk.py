"""Walks the annotations of the schema classes: which keys a place may hold, and what a key means."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ..domain.base import Dated
from ..domain.criteria import ValueFunction
from ..domain.funding import CapByYear

#: values that are written in a form of their own (by year, by category), not by their fields
COMPACT = (Dated, CapByYear, ValueFunction)


def plain(annotation: Any) -> Any:
    """Return an annotation without `Annotated` and `None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, types.UnionType):
            rest = [a for a in get_args(annotation) if a is not type(None)]
            if len(rest) == 1:
                annotation = rest[0]
                continue
        return annotation


def model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the schema class of an annotation when it is written by its fields, else None."""
    annotation = plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in COMPACT:
        return annotation
    return None


def keys_of(annotation: Any) -> tuple[str, ...] | None:
    """Return the keys that a place may hold as the user writes them; None where keys are free."""
    model = model_of(annotation)
    if model is None:
        return None
    return tuple(f.alias or name for name, f in model.model_fields.items())


def child(annotation: Any, key: str | int) -> Any:
    """Return the annotation of the value under `key`, or None when the schema says nothing about it."""
    annotation = plain(annotation)
    model = model_of(annotation)
    if model is not None:
        for name, f in model.model_fields.items():
            if key in (f.alias or name, name):
                return f.annotation
        return None
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return args[1]
    if origin is tuple and args:
        return args[0]
    return None


def years_as_keys(annotation: Any) -> bool:
    """Return whether the keys of a place are years or other whole numbers."""
    annotation = plain(annotation)
    if annotation in (Dated, CapByYear):
        return True
    return get_origin(annotation) is dict and plain(get_args(annotation)[0]) is int


def is_mapping(annotation: Any) -> bool:
    """Return whether a place holds a mapping: a class written by its fields, or free keys."""
    return model_of(annotation) is not None or get_origin(plain(annotation)) is dict
