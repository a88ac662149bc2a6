"""Facts of one row, and the words for them: amounts, ranges, years. Sentences live in `text/<family>.py`."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import ModuleType

from ..domain.base import WAN, YI, Label

_EMPTY = Label(zh="", en="")


@dataclass(frozen=True)
class RowFacts:
    """What a sentence about one row may name; what a row does not have stays empty.

    Attributes
    ----------
    rule, channel : Label or None
        Policy item and channel.
    project, other, group : str
        Project id and name, the other project of a relation, the group or area.
    year : int or None
        Calendar year.
    lag : int
        Lag of a precedence in years.
    least, most : int, Fraction or None
        Bounds.
    unit : str
        ``yuan``, ``count``, ``number`` or ``share``.
    """

    rule: Label | None = None
    channel: Label | None = None
    project: str = ""
    other: str = ""
    group: str = ""
    year: int | None = None
    lag: int = 0
    least: int | Fraction | None = None
    most: int | Fraction | None = None
    unit: str = "yuan"


def amount(value: int | Fraction, unit: str, language: str) -> str:
    """Return a number in words of its unit.

    Money: 万元 with two decimals, 亿元 with four from one 亿元 on; in English millions with as many digits.
    Shares in percent, other numbers plain.
    """
    if unit == "yuan":
        large = abs(Fraction(value)) >= YI
        if language == "zh":
            return f"{_decimal(Fraction(value) / YI, 4)} 亿元" if large else f"{_decimal(Fraction(value) / WAN, 2)} 万元"
        return f"{_decimal(Fraction(value) / 10**6, 2 if large else 4)} million yuan"
    if unit == "share":
        return f"{_decimal(Fraction(value) * 100, 2)} %"
    return _decimal(Fraction(value), 0 if Fraction(value).denominator == 1 else 2)


def _decimal(value: Fraction, places: int) -> str:
    scaled = round(value * 10**places)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{places + 1}d}"
    whole = f"{int(digits[: len(digits) - places]):,}"
    return f"{sign}{whole}" + (f".{digits[len(digits) - places :]}" if places else "")


def span(row: RowFacts, language: str) -> str:
    """Return the bounds in words: at least, at most, or between."""
    zh = language == "zh"
    least = None if row.least is None else amount(row.least, row.unit, language)
    most = None if row.most is None else amount(row.most, row.unit, language)
    if least is not None and most is not None:
        return f"在 {least} 至 {most} 之间" if zh else f"between {least} and {most}"
    if least is not None:
        return f"不低于 {least}" if zh else f"at least {least}"
    if most is not None:
        return f"不超过 {most}" if zh else f"at most {most}"
    return "" if zh else "any"


def fill(zh: str, en: str, row: RowFacts) -> Label:
    """Fill the sentence of a family with the facts of a row."""

    def words(language: str) -> dict[str, str]:
        zh_words = language == "zh"
        year = "" if row.year is None else (f"{row.year}年" if zh_words else f" in {row.year}")
        lag = "" if row.lag == 0 else (f"至少{row.lag}年" if zh_words else f" by at least {row.lag} years")
        return {
            "rule": (row.rule or _EMPTY).text(language),
            "channel": (row.channel or _EMPTY).text(language),
            "project": row.project,
            "other": row.other,
            "group": row.group,
            "year": year,
            "lag": lag,
            "least": "" if row.least is None else amount(row.least, row.unit, language),
            "most": "" if row.most is None else amount(row.most, row.unit, language),
            "range": span(row, language),
        }

    return Label(zh=zh.format_map(words("zh")).strip(), en=en.format_map(words("en")).strip())


def family_text(name: str) -> ModuleType:
    """Return the text module of a rule family."""
    return importlib.import_module(f"{__package__}.{name}")


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """Return the families that have words, sorted."""
    package = importlib.import_module(str(__package__))
    return tuple(sorted(i.name for i in pkgutil.iter_modules(package.__path__) if i.name != "base"))
