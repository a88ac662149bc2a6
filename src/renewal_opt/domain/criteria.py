"""Policy section `criteria`: indicators, value functions, weights (multi-attribute value theory)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from ..i18n import N_, _
from .base import Entry, Frozen, Id, Number


class ValueFunction(Frozen):
    """Maps an indicator to a value in [0, 100]: piecewise linear, categorical or yes/no."""

    points: tuple[tuple[Decimal, Decimal], ...] | None = None
    """Breakpoints (x, value) with x increasing; constant outside."""
    categories: dict[str, Decimal] | None = None
    """Value by category id; several categories count by the best. The key `other` takes the rest."""


def _exact(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError(_("numbers"))
    return Decimal(value)


def _value_function(value: Any) -> Any:
    if isinstance(value, ValueFunction):
        return value
    if isinstance(value, dict) and value:
        categories = {}
        for key, v in value.items():
            name = {True: "yes", False: "no"}.get(key, key) if isinstance(key, bool) else key
            if not isinstance(name, str):
                raise ValueError(_("categories as text"))
            categories[name] = _exact(v)
        _in_range(categories.values())
        return ValueFunction(categories=categories)
    if isinstance(value, (list, tuple)) and len(value) >= 2:
        points = []
        for item in value:
            if not isinstance(item, (list, tuple)) or len(item) != 2:
                raise ValueError(_("pairs [x, value]"))
            points.append((_exact(item[0]), _exact(item[1])))
        if any(a[0] >= b[0] for a, b in pairwise(points)):
            raise ValueError(_("x increasing from pair to pair"))
        _in_range(v for _x, v in points)
        return ValueFunction(points=tuple(points))
    raise ValueError(_("at least two pairs [x, value], or a mapping of category to value"))


def _in_range(values: Any) -> None:
    if any(not 0 <= v <= 100 for v in values):
        raise ValueError(_("values from 0 to 100"))


#: value function: `[[50, 0], [90, 100]]` or `{high: 100, low: 0}` or `{yes: 100, no: 0}`
Value = Annotated[
    ValueFunction,
    BeforeValidator(_value_function),
    WithJsonSchema({"anyOf": [{"type": "array"}, {"type": "object"}], "description": "pairs [x, value 0..100], or category to value"}),
]


def _missing(value: Any) -> Any:
    if isinstance(value, str):
        if value not in ("worst", "best", "middle"):
            raise ValueError(_("worst, best, middle, or a value from 0 to 100"))
        return value
    number = _exact(value)
    _in_range([number])
    return number


class Indicator(Entry):
    """One measured attribute of a criterion."""

    column: Id
    """Column of the library (or of `policy.columns`), or the derived `revenue`; money in 万元."""
    unit: str | None = None
    """Unit of the column, for the reader."""
    value: Value
    """Value function."""
    weight: Number
    """Weight inside the criterion; weights are normalised."""
    scale: Literal["rate", "total"] = "rate"
    """`rate`: the column as it is; `total`: divided once by the project's total investment in 亿元."""
    missing: Annotated[str | Decimal, BeforeValidator(_missing), WithJsonSchema({"type": ["string", "number"]})] = "worst"
    """What a blank is worth: worst, best, middle of the value function, or a value from 0 to 100."""


class Criterion(Entry):
    """One of the priority criteria, or social benefit."""

    weight: Number
    """Weight; normalised over all criteria."""
    indicators: dict[Id, Indicator] = Field(min_length=1)
    """Indicators of the criterion."""


def _pairs(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError(_("a mapping of 'a/b' to a judgement from 1/9 to 9"))
    out: dict[tuple[str, str], Decimal | str] = {}
    for key, v in value.items():
        if isinstance(key, tuple):  # of one that was read already
            out[key] = v
            continue
        if not isinstance(key, str) or key.count("/") != 1:
            raise ValueError(_("{key}: two criteria written a/b").format(key=key))
        a, b = (s.strip() for s in key.split("/"))
        if isinstance(v, str):
            num, _slash, den = v.partition("/")
            if not (num.strip().isdigit() and den.strip().isdigit() and int(den) and int(num)):
                raise ValueError(_("{key}: a judgement such as 3 or 1/3").format(key=key))
        elif isinstance(v, bool) or not isinstance(v, (int, Decimal)) or v <= 0:
            raise ValueError(_("{key}: a judgement such as 3 or 1/3").format(key=key))
        if a == b or (a, b) in out or (b, a) in out:
            raise ValueError(_("{key}: two different criteria, each pair once (b/a follows from a/b)").format(key=key))
        if not Fraction(1, 9) <= Fraction(v.replace(" ", "") if isinstance(v, str) else v) <= 9:
            raise ValueError(_("{key}: a judgement from 1/9 to 9").format(key=key))
        out[(a, b)] = v if isinstance(v, str) else Decimal(v)
    return out


class Ahp(Frozen):
    """Weights from pairwise judgements (Saaty's analytic hierarchy process)."""

    pairs: Annotated[dict[tuple[str, str], Decimal | str], BeforeValidator(_pairs), WithJsonSchema({"type": "object", "description": N_("'a/b': how much more important a is than b, 1/9 to 9")})]
    """Each pair of criteria once: how much more important the first is."""
    consistency_at_most: Number = Decimal("0.1")
    """Largest consistency ratio that is accepted."""
