"""Numbers and their texts: exact both ways, refused rather than guessed."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from ..i18n import _

#: whole numbers from here on may have lost digits as binary floats
LONG_NUMBER = 1e15
_MAX_DIGITS = 60
_MAX_EXPONENT = 30

_PLAIN = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_UNIT = re.compile(r"[-+]?[0-9][0-9,.]*\s*(?:[十百千]?[万亿]|[十百千])?\s*(?:元|平方米|㎡|m2|m²|户|人|年|个|套|栋|处|亩|公顷|km|m|万|亿|千|百)?", re.I)
_WIDE = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: 0x20, 0x2212: 0x2D, 0xA0: 0x20, 0x202F: 0x20}


class NumberTextError(ValueError):
    """A text is not a number.

    Attributes
    ----------
    expected : str
        What was expected, in the language in force.
    hint : str
        What may be wrong, or empty.
    """

    def __init__(self, expected: str, hint: str = "") -> None:
        self.expected = expected
        self.hint = hint
        super().__init__(f"{expected} ({hint})" if hint else expected)


def parse_number(text: str, *, percent: Decimal | None = None) -> Decimal:
    """Return the number that a text shows, exactly.

    Full-width digits and signs, surrounding blanks and thousands separators (`1,200`) are understood.
    Anything that needs a guess is refused: `1,20`, `1 200`, `1,200万`, `(5)`, `1_000`, `NaN`, `10²`.

    Parameters
    ----------
    text : str
        The cell's text.
    percent : Decimal, optional
        Value of one per cent for a text such as `15%`: 1 for a column whose unit is %, 0.01 for a share.
        Without it a per cent sign is refused.

    Raises
    ------
    NumberTextError
        A ValueError with `expected` and `hint`.
    """
    shown = text.translate(_WIDE).strip()
    factor: Decimal | None = None
    if shown.endswith("%"):
        if percent is None:
            raise NumberTextError(_("a number"), _("without a per cent sign; the unit belongs in the header"))
        factor = percent
        shown = shown[:-1].rstrip()
    if _THOUSANDS.fullmatch(shown):
        shown = shown.replace(",", "")
    elif not _PLAIN.fullmatch(shown):
        raise NumberTextError(_("a number"), _hint(shown))
    if sum(c.isdigit() for c in shown) > _MAX_DIGITS:
        raise NumberTextError(_("a number of at most {digits} digits").format(digits=_MAX_DIGITS))
    number = Decimal(shown)
    if number != 0 and abs(number.adjusted()) > _MAX_EXPONENT:
        raise NumberTextError(_("a number between 1e-{e} and 1e{e}").format(e=_MAX_EXPONENT))
    return number if factor is None else _exact_product(number, factor)


def _exact_product(a: Decimal, b: Decimal) -> Decimal:
    return Context(prec=200).multiply(a, b)


def _hint(shown: str) -> str:
    if not shown:
        return _("the cell is empty")
    if re.search(r"\.(inf|nan)|^[-+]?(inf|infinity|nan)$", shown, re.I):
        return _("the number must be finite")
    if _UNIT.fullmatch(shown) and not re.fullmatch(r"[-+0-9,. ]*", shown):
        return _("write the number alone; its unit belongs in the header")
    if re.fullmatch(r"[-+]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]*)?", shown):
        return _("a comma separates groups of three digits; the decimal sign is a point")
    if re.fullmatch(r"[-+]?[0-9. ]+", shown):
        return _("one number without blanks inside")
    if re.fullmatch(r"\([0-9,. ]+\)", shown):
        return _("write a negative number with a minus sign")
    if re.match(r"[¥￥$€]", shown):
        return _("without a currency sign; the unit belongs in the header")
    if shown.startswith("="):
        return _("the text of a formula, not its value")
    return ""


def number_text(value: float) -> str:
    """Return the shortest text that gives this binary float back, in positional notation.

    `12.0` becomes `12`, `1e-07` becomes `0.0000001`. `Decimal(number_text(v))` is exactly the shown value.
    """
    if value.is_integer() and abs(value) < LONG_NUMBER:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def decimal_text(value: Decimal) -> str:
    """Return a finite Decimal in positional notation, its trailing zeros kept."""
    return format(value, "f")


def shown_text(text: str) -> str:
    """Return a number's text with at most 15 significant digits, all that a spreadsheet shows."""
    digits = text.lstrip("-0.").replace(".", "")
    if len(digits) <= 15:
        return text
    rounded = Context(prec=15).create_decimal(Decimal(text)).normalize()
    return format(rounded, "f")
