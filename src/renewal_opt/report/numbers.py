"""Numbers as reports print them: 万元 with two decimals, shares in percent, exact texts of the plan."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ..domain.base import WAN
from ..i18n import _

_CENT = Decimal("0.01")


def fraction(text: str) -> Fraction:
    """Return an exact number of the plan (``a/b`` or a decimal)."""
    return Fraction(text)


def rounded(value: Fraction | int, places: int = 2) -> Decimal:
    """Return a number rounded half up to some decimals."""
    exact = Fraction(value)
    unit = Fraction(10) ** places
    scaled = exact * unit
    whole = (abs(scaled.numerator) * 2 + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-places)


def places_for(value: Fraction | str | None) -> int:
    """Return the decimals of objectives of this size: none from 10,000 on, else two."""
    return 0 if value is not None and abs(Fraction(value)) >= 10_000 else 2


def wan(yuan: int | Fraction) -> str:
    """Return 元 as 万元 with two decimals and separators."""
    return f"{rounded(Fraction(yuan) / WAN):,.2f}"


def wan_number(yuan: int | Fraction) -> float:
    """Return 元 as a number of 万元 for a spreadsheet cell, exact to the 元."""
    return float(Fraction(yuan) / WAN)


def points(value: Fraction | str) -> str:
    """Return a score with two decimals."""
    return f"{rounded(Fraction(value)):.2f}"


def percent(value: Fraction | float, places: int = 1) -> str:
    """Return a share in percent."""
    exact = Fraction(value) if not isinstance(value, float) else Fraction(Decimal(repr(value)))
    return f"{rounded(exact * 100, places):.{places}f}%"


def used_text(share: Fraction) -> str:
    """Return how much of a cap is used, in percent: 100% is exact, what is a hair beside it gets the decimals to say so."""
    if share == 1:
        return "100%"
    found = next((text for places in range(1, 7) if Fraction((text := percent(share, places))[:-1]) != 100), "")
    return found or ("< 100%" if share < 1 else "> 100%")


def gap_text(gap: float | None) -> str:
    """Return a relative gap in percent, with as many decimals as it needs."""
    if gap is None:
        return _("not known")
    if gap <= 0:
        return "0"
    return f"{gap:.4%}" if gap >= 1e-6 else f"{gap:.1e}" if gap >= 1e-9 else "< 1e-9"


def measured(text: str, unit: str) -> str:
    """Return a bound or value of a row in its unit: 元 as 万元, shares in percent, counts whole."""
    value = fraction(text)
    if unit == "yuan":
        return wan(value)
    if unit == "share":
        return percent(value, 2)
    if value.denominator == 1:
        return f"{value.numerator:,d}"
    return f"{rounded(value).quantize(_CENT, ROUND_HALF_UP):,.2f}"


def unit_text(unit: str) -> str:
    """Return the name of a row's unit."""
    return {"yuan": _("10k yuan"), "share": _("share"), "count": _("count")}.get(unit, _("number"))
