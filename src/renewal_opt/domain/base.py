"""Building blocks of the schemas: frozen models, labels, sources, exact numbers, dated numbers, filters."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from ..i18n import N_, _, get_language

T = TypeVar("T")

#: 元 in one 万元 and one 亿元
WAN = 10_000
YI = 100_000_000
#: money beyond this many 元 is a slip of the unit (and Decimal rounds what is longer than 28 digits)
MOST_YUAN = 10**15


class Frozen(BaseModel):
    """Base of all schema classes: immutable, strict types, unknown keys refused, field docstrings kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


#: a YAML list, held as a tuple
Seq = Annotated[tuple[T, ...], BeforeValidator(_tuple)]


def _yes_no(value: Any) -> Any:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


#: yes or no (YAML 1.2 reads them as words), held as a bool
YesNo = Annotated[bool, BeforeValidator(_yes_no), WithJsonSchema({"enum": ["yes", "no", True, False]})]


def _number(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(_("a finite number"))
    return value


#: an exact decimal number
Number = Annotated[
    Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number", "description": N_("exact decimal number")})
]


_WITH_UNIT = re.compile(r"(-?\d{1,18}(?:\.\d{1,8})?) ?(元|万元|亿元)")


def money_value(value: Any) -> int:
    """Return money as whole 元: a number in 万元, or text with its unit such as ``1412893 元`` or ``1.5 亿元``.

    Raises
    ------
    ValueError
        For anything else, and for more decimals than tables print (元 none, 万元 two, 亿元 four).
    """
    if isinstance(value, str):
        match = _WITH_UNIT.fullmatch(value.strip())
        if match is None:
            raise ValueError(_("a number in 万元, or text with its unit such as {example}").format(example="1412893 元"))
        number, unit = Decimal(match.group(1)), match.group(2)
        if unit == "万元":
            return wan_to_yuan(number)
        yuan = _not_too_large(Fraction(number) * (YI if unit == "亿元" else 1))
        if yuan % (WAN if unit == "亿元" else 1) != 0:
            raise ValueError(_("元 without decimals, 亿元 with at most four"))
        return int(yuan)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError(_("a number in 万元"))
    return wan_to_yuan(Decimal(value))


def wan_to_yuan(value: Decimal) -> int:
    """Convert 万元 to whole 元.

    Raises
    ------
    ValueError
        For more than two decimals (domain.md 1.4: finer input is refused) or a number that is not finite.
    """
    if not value.is_finite():
        raise ValueError(_("a finite number in 万元"))
    yuan = _not_too_large(Fraction(value) * WAN)
    if yuan % 100 != 0:
        raise ValueError(_("万元 with at most two decimals"))
    return int(yuan)


def _not_too_large(yuan: Fraction) -> Fraction:
    if abs(yuan) > MOST_YUAN:
        raise ValueError(_("money below {n} 亿元").format(n=MOST_YUAN // YI))
    return yuan


#: money: written in 万元, held as whole 元
Money = Annotated[
    int,
    BeforeValidator(money_value),
    WithJsonSchema({"type": ["number", "string"], "description": N_("万元, at most two decimals, or text with its unit such as 1412893 元; held as whole 元")}),
]

#: what an identifier is made of, and how long it may be
ID_PATTERN, ID_LENGTH = r"^[^\s.:,;|]+$", 80
#: an identifier of the policy: letters, digits, underscore, hyphen, any script
Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_LENGTH, pattern=ID_PATTERN)]


class Label(Frozen):
    """A name or sentence in both languages."""

    zh: str
    """Chinese text."""
    en: str
    """English text."""

    def text(self, language: str | None = None) -> str:
        """Return the text in `language` (default: the language in force)."""
        return self.zh if (language or get_language()) == "zh" else self.en


def _words(value: Any) -> Any:
    return Label(zh=value, en=value) if isinstance(value, str) and value else value


class Source(Frozen):
    """Where a policy entry comes from; kinds have a rank (domain.md 1.1)."""

    kind: Literal["law", "state", "province", "city", "plan", "usage", "assumption"]
    """Rank of the source, highest first: law, state, province, city, plan, usage, assumption."""
    document: str | None = None
    """Title or number of the document."""
    clause: str | None = None
    """Article, section or sentence inside the document, for example 九.2."""
    quote: str | None = None
    """The words as printed ([sic] where they err)."""
    why: Annotated[
        Label | None,
        BeforeValidator(_words),
        WithJsonSchema({"type": ["string", "object"], "description": "text, or {zh: ..., en: ...}"}),
    ] = None
    """For an assumption: why it was needed and how the figure was chosen."""
    read_on: dt.date | None = None
    """Day on which the document was read."""
    confirmed: YesNo = False
    """Whether the responsible office has confirmed the entry."""

    @model_validator(mode="after")
    def _says_enough(self) -> Source:
        if self.kind == "assumption" and not self.why:
            raise ValueError(_("an assumption says why"))
        if self.kind not in ("assumption", "usage") and not (self.document or self.clause):
            raise ValueError(_("a document or a clause"))
        return self

    @property
    def grounds(self) -> Label:
        """What the entry rests on, in words: why, else the document or clause."""
        named = self.document or self.clause or ""
        return self.why or Label(zh=named, en=named)

    @property
    def assumed(self) -> bool:
        """Whether the entry has no official source."""
        return self.kind in ("assumption", "usage")


class Entry(Frozen):
    """A named policy entry with its source."""

    label: Label
    """Name in both languages."""
    source: Source
    """Where the entry comes from."""
    note: str | None = None
    """Free remark for the reader of the policy."""


class DatedPoint(Frozen):
    """One dated number: holds from `year` until the next point."""

    year: int
    """First year in which the number holds."""
    value: Number | None
    """The number; null ends the rule."""
    source: Source | None = None
    """Source of this point; an end needs one."""


class Dated(Frozen):
    """A number that may change by year; written as a number or as `{2023: 0.15, 2026: 0.10}`."""

    points: tuple[DatedPoint, ...]
    """Points in the order of their years."""

    def at(self, year: int) -> Decimal | None:
        """Return the number in force in `year`, or None before the first point or after an end."""
        value: Decimal | None = None
        for point in self.points:
            if point.year <= year:
                value = point.value
        return value

    def fraction(self, year: int) -> Fraction | None:
        """Return `at(year)` as an exact fraction."""
        value = self.at(year)
        return None if value is None else Fraction(value)


def _dated(value: Any) -> Any:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Dated(points=(DatedPoint(year=0, value=Decimal(value)),))
    if isinstance(value, dict) and value and all(isinstance(k, int) and not isinstance(k, bool) for k in value):
        points = []
        for year in sorted(value):
            item = value[year]
            if isinstance(item, dict):
                if "year" in item:
                    raise ValueError(_("the year as the key alone: {{value: ..., source: ...}}").format())
                point = DatedPoint.model_validate(item | {"year": year})
            else:
                point = DatedPoint(year=year, value=item)
            if point.value is None and point.source is None:
                raise ValueError(_("an end (null) with its own source: {{value: null, source: ...}}").format())
            points.append(point)
        return Dated(points=tuple(points))
    if isinstance(value, Dated):
        return value
    raise ValueError(_("a number, or numbers by year such as {example}").format(example="{2023: 0.15, 2026: 0.10}"))


#: a number, or a mapping from year to number
DatedNumber = Annotated[
    Dated,
    BeforeValidator(_dated),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "object", "additionalProperties": {"type": ["number", "object", "null"]}}]}),
]

Scalar = str | int | bool | Decimal


def _where(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(_("a mapping of column to value, list or comparison"))
    out: dict[str, tuple[Scalar, ...]] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueError(_("column names as text"))
        items = item if isinstance(item, (list, tuple)) else [item]
        if not items:
            raise ValueError(_("{column}: at least one value").format(column=key))
        for one in items:
            if not isinstance(one, (str, int, bool, Decimal)):
                raise ValueError(_("{column}: a value, a list of values or a comparison such as '> 0'").format(column=key))
        out[key] = tuple(items)
    return out


#: filter: column to value, list of values (any of them), or comparison ("> 0"); all columns must hold
Where = Annotated[
    dict[str, tuple[Scalar, ...]],
    BeforeValidator(_where),
    WithJsonSchema({"type": "object", "description": N_("column to value, list of values, or comparison such as '> 0'; all must hold")}),
]
