"""Ratios of cover as every report shows them: rounded down to two places, so that none looks better than it is."""

from __future__ import annotations

from fractions import Fraction

from ..i18n import _
from .xlsx_cells import Sheet


def shown(value: Fraction | str) -> Fraction:
    """Return a ratio of cover rounded down to two places."""
    return Fraction((Fraction(value) * 100).__floor__(), 100)


def ratio_text(value: Fraction | str | None) -> str:
    """Return a ratio of cover in words; a dash where there is none."""
    return "–" if value is None else f"{float(shown(value)):.2f}"


def rounding_words() -> str:
    """Return how covers are rounded."""
    return _("Covers are rounded down to two places.")


def write_ratio(sheet: Sheet, row: int, col: int, formula: str, value: Fraction | str) -> None:
    """Write a live formula (with its equals sign) of a cover, rounded down in the cell."""
    exact = Fraction(value)
    down = "ROUNDDOWN" if exact >= 0 else "ROUNDUP"  # of a spreadsheet: to 0, from 0
    sheet.formula(row, col, f"={down}({formula.removeprefix('=')},2)", float(shown(exact)), "score")
