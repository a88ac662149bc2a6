"""One cell's text to its value, exactly or not at all (domain.md 1.4; kinds of `domain.columns`).

Every reader takes the text as it stands and returns the value, or raises `CellFault` with what was
expected. Blank cells never come here.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..domain.base import MOST_YUAN, WAN, YI, Label
from ..domain.policy import NEGATIVE_LABELS, TRI_LABELS, YES_NO_LABELS
from ..i18n import _
from .nearest import did_you_mean, one_of
from .numtext import NumberTextError, parse_number

#: 元 in one of each unit that a money header may state
MONEY_UNITS: dict[str, int] = {"元": 1, "万元": WAN, "亿元": YI}
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_TEXT = 32_000
LONGEST_CODE = 80
#: nearest names are looked for in this many faulty cells of one list
NEAREST_BUDGET = 100

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\n\t\x85\xad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]")
#: texts that need no second look: read without a Decimal in between, as a library holds them by the hundred thousand
_PLAIN_MONEY = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,8}))?")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_PLAIN_INTEGER = re.compile(r"-?[0-9]{1,12}")
_SEPARATOR = re.compile("[;；、,，\n]")
_PAIR = re.compile("[:：=＝]")
_DATES = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?: 0?0:00(?::00)?)?"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
)
_PLACEHOLDERS = {"-", "--", "—", "——", "/", "\\", "无", "空", "待定", "n/a", "na", "nan", "null", "none", "#n/a"}


class CellFault(ValueError):
    """A cell's text is no value of its column.

    Attributes
    ----------
    kind : str
        Kind of the finding.
    expected, hint : str
        In the language in force.
    """

    def __init__(self, kind: str, expected: str, hint: str = "") -> None:
        self.kind, self.expected, self.hint = kind, expected, hint
        super().__init__(expected)


def fold(text: str) -> str:
    """Return a text as names are compared: NFKC, without case and white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Vocabulary:
    """A list of the policy, found by id, Chinese or English label.

    Parameters
    ----------
    labels : mapping of str to Label
        The values; an empty mapping accepts nothing.
    aliases : mapping of str to str
        Further names to ids.
    name : str
        What the list holds, for messages.
    """

    def __init__(self, labels: Mapping[str, Label], aliases: Mapping[str, str] | None = None, name: str = "") -> None:
        self.labels = labels
        self.name = name
        self._keys: dict[str, tuple[str, ...]] = {}
        self._budget = NEAREST_BUDGET
        for i, label in labels.items():
            for text in (label.zh, label.en):
                self._add(text, i)
        for text, i in (aliases or {}).items():
            self._add(text, i)
        for i in labels:  # an id wins over labels of others
            self._keys[fold(i)] = (i,)

    def _add(self, text: str, i: str) -> None:
        key = fold(text)
        have = self._keys.get(key, ())
        if key and i not in have:
            self._keys[key] = (*have, i)

    def find(self, text: str) -> tuple[str, ...]:
        """Return the ids that a name stands for: one, several (an ambiguous label) or none."""
        return (text,) if text in self.labels else self._keys.get(fold(text), ())

    def fault(self, text: str) -> CellFault:
        """Return the fault of a name that is not on the list, with the nearest that is."""
        if not self.labels:
            return CellFault("no_such_list", _("an empty cell: the policy has no list “{name}”").format(name=self.name))
        hint = ""
        if self._budget > 0:
            self._budget -= 1
            names = [x for i, label in self.labels.items() for x in (label.zh, label.en, i)]
            shown = unicodedata.normalize("NFKC", text).strip()
            hint = did_you_mean(shown, names)
            if not hint and len(shown) <= 4:  # one of two Chinese characters is right
                close = difflib.get_close_matches(shown, names, n=1, cutoff=0.5)
                hint = did_you_mean(close[0], close) if close else ""
        return CellFault("unknown_value", one_of([label.text() for label in self.labels.values()]), hint)

    def ambiguous(self, ids: tuple[str, ...]) -> CellFault:
        """Return the fault of a label that several ids share."""
        return CellFault("ambiguous_value", _("an id, as several share this name: {ids}").format(ids=", ".join(ids)))

    def one(self, text: str) -> str:
        """Return the id of a name, or raise `CellFault`."""
        found = self.find(text)
        if len(found) == 1:
            return found[0]
        raise self.ambiguous(found) if found else self.fault(text)

    def one_or_several(self, text: str) -> str | tuple[str, ...]:
        """Return the id of a name, or all ids of an ambiguous one."""
        found = self.find(text)
        if not found:
            raise self.fault(text)
        return found[0] if len(found) == 1 else found

    def several(self, text: str) -> tuple[str, ...]:
        """Return the ids of names separated by `; ； 、 , ，` or line breaks; a name may hold such a sign."""
        cuts = [m.start() for m in _SEPARATOR.finditer(text)]
        starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(text)]
        out: list[str] = []
        at = 0
        while at < len(starts):
            for end in range(len(ends) - 1, at - 1, -1):
                name = text[starts[at] : ends[end]].strip()
                if name and len(self.find(name)) == 1:
                    out.append(self.one(name))
                    at = end
                    break
            else:
                name = text[starts[at] : ends[at]].strip()
                if name:
                    out.append(self.one(name))
            at += 1
        return tuple(dict.fromkeys(out))

    def shares(self, text: str) -> dict[str, Decimal]:
        """Return shares in per cent such as `金水区:60;二七区:40`, which add up to 100."""
        out: dict[str, Decimal] = {}
        example = _("name:share pairs separated by semicolons, such as {example}").format(example="金水区:60;二七区:40")
        for part in _SEPARATOR.split(text):
            if not part.strip():
                continue
            pieces = _PAIR.split(part)
            if len(pieces) != 2:
                raise CellFault("not_shares", example)
            name = self.one(pieces[0].strip())
            share = _number(pieces[1], Decimal(1))
            if name in out:
                raise CellFault("not_shares", _("each name once"), name)
            if not 0 < share <= 100:
                raise CellFault("not_shares", _("shares above 0, at most 100"), name)
            out[name] = share
        if sum(map(Fraction, out.values())) != 100:
            raise CellFault("shares_sum", _("shares that add up to 100"), _("they add up to {sum}").format(sum=sum(out.values())))
        return out


YES_NO = Vocabulary(YES_NO_LABELS, {"TRUE": "yes", "FALSE": "no", "y": "yes", "n": "no"})
TRI = Vocabulary(TRI_LABELS, {"TRUE": "yes", "FALSE": "no", "y": "yes", "n": "no"})
NEGATIVE = Vocabulary(NEGATIVE_LABELS)


def _number(text: str, percent: Decimal | None = None) -> Decimal:
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    try:
        return parse_number(text, percent=percent)
    except NumberTextError as err:
        hint = err.hint
        if not hint and fold(text) in _PLACEHOLDERS:
            hint = _("leave the cell empty where there is no value")
        raise CellFault("not_a_number", err.expected, hint) from None


#: factor to digits after the point down to 元, and decimals allowed
_PLACES = {1: (0, 0), WAN: (4, 2), YI: (8, 4)}
#: digits before the point that stay below MOST_YUAN
_LONGEST = {1: 15, WAN: 11, YI: 7}


def read_money(text: str, factor: int = WAN) -> int:
    """Return money as whole 元.

    Parameters
    ----------
    text : str
        The number in the header's unit.
    factor : int
        元 in one unit: 1, 10,000 or 100,000,000.
    """
    digits, decimals = _PLACES[factor]
    plain = _PLAIN_MONEY.fullmatch(text)
    if plain:
        fraction = (plain.group(2) or "").rstrip("0")
        if len(fraction) <= decimals and len(plain.group(1)) <= _LONGEST[factor]:
            return int(plain.group(1) + fraction.ljust(digits, "0"))
    exact = Fraction(_number(text)) * factor
    if exact % 10 ** (digits - decimals) != 0:
        words = {
            1: _("whole 元"),
            WAN: _("万元 with at most two decimals"),
            YI: _("亿元 with at most four decimals"),
        }
        raise CellFault("too_fine", words[factor])
    if abs(exact) > MOST_YUAN:
        raise CellFault("too_large", _("money below {n} 亿元").format(n=MOST_YUAN // YI), _("look at the unit in the header"))
    return int(exact)


def read_number(text: str, unit: str = "") -> Decimal:
    """Return a number exactly; `15%` is understood where the unit is %."""
    return _number(text, Decimal(1) if unit == "%" else None)


def read_integer(text: str) -> int:
    """Return a whole number."""
    if _PLAIN_INTEGER.fullmatch(text):
        return int(text)
    number = _number(text)
    if number != number.to_integral_value():
        raise CellFault("not_whole", _("a whole number"))
    if abs(number) > 10**12:
        raise CellFault("too_large", _("a number of at most 12 digits"))
    return int(number)


def read_year(text: str) -> int:
    """Return a calendar year, with or without 年."""
    shown = unicodedata.normalize("NFKC", text).strip()
    expected = _("a year from {first} to {last}").format(first=FIRST_YEAR, last=LAST_YEAR)
    try:
        year = read_integer(shown.removesuffix("年"))
    except CellFault as err:
        hint = _("the year alone, not a date") if any(p.fullmatch(shown) for p in _DATES) else err.hint
        raise CellFault("not_a_year", expected, hint) from None
    if not FIRST_YEAR <= year <= LAST_YEAR or "," in shown:
        raise CellFault("not_a_year", expected)
    return year


def read_date(text: str) -> dt.date:
    """Return a date written as 2025-03-01, 2025/3/1, 2025.3.1 or 2025年3月1日."""
    shown = unicodedata.normalize("NFKC", text).strip()
    expected = _("a date such as 2025-03-01, 2025/3/1 or 2025年3月1日")
    for pattern in _DATES:
        match = pattern.fullmatch(shown)
        if match:
            year, month, day = (int(g) for g in match.groups())
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise CellFault("not_a_date", _("a year from {first} to {last}").format(first=FIRST_YEAR, last=LAST_YEAR))
            try:
                return dt.date(year, month, day)
            except ValueError:
                raise CellFault("not_a_date", _("a day of the calendar")) from None
    hint = ""
    if re.fullmatch(r"\d{5}(\.\d+)?", shown):
        hint = _("a spreadsheet's day number: format the cell as a date")
    elif re.fullmatch(r"\d{8}", shown):
        hint = _("write {date}").format(date=f"{shown[:4]}-{shown[4:6]}-{shown[6:]}")
    elif re.fullmatch(r"\d{4}[-/.年]\d{1,2}月?", shown):
        hint = _("the day is missing")
    elif re.search(r"\d:\d", shown):
        hint = _("without a time of day")
    raise CellFault("not_a_date", expected, hint)


def read_text(text: str) -> str:
    """Return a text without the white space around it, line breaks as `\\n`."""
    shown = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(shown):
        raise CellFault("control_character", _("text without control characters"))
    if "\ufffd" in shown:
        raise CellFault("lost_character", _("text as it was written"), _("the character U+FFFD stands where one was lost"))
    if len(shown) > LONGEST_TEXT:
        raise CellFault("text_too_long", _("at most {n} characters").format(n=LONGEST_TEXT))
    return shown


def read_code(text: str) -> str:
    """Return an identifier: text as it stands, in one line, nothing invisible, at most 80 characters."""
    shown = read_text(text)
    if _INVISIBLE.search(shown):
        raise CellFault("invisible_character", _("a code without line breaks, tabs and invisible characters"))
    if len(shown) > LONGEST_CODE:
        raise CellFault("text_too_long", _("at most {n} characters").format(n=LONGEST_CODE))
    return shown


def reader(
    kind: str, *, unit: str = "", factor: int = WAN, vocabulary: Vocabulary | None = None, ambiguous: bool = False
) -> Callable[[str], Any]:
    """Return the function that reads the cells of a column.

    Parameters
    ----------
    kind : str
        Kind of value, see `domain.columns`.
    unit : str
        Unit of a number; for `%` a per cent sign is understood.
    factor : int
        元 in one unit of a money column.
    vocabulary : Vocabulary, optional
        For list, multi and shares; without one any text is taken.
    ambiguous : bool
        Whether a label that several ids share gives all of them instead of a fault.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    if kind == "money":
        return lambda text: read_money(text, factor)
    if kind == "number":
        return lambda text: read_number(text, unit)
    if kind in ("list", "multi", "shares") and vocabulary is not None:
        if kind == "list":
            return vocabulary.one_or_several if ambiguous else vocabulary.one
        return vocabulary.several if kind == "multi" else vocabulary.shares
    if kind == "multi":
        return lambda text: tuple(dict.fromkeys(read_text(p) for p in _SEPARATOR.split(text) if p.strip()))
    simple: dict[str, Callable[[str], Any]] = {
        "integer": read_integer,
        "year": read_year,
        "date": read_date,
        "text": read_text,
        "list": read_text,
        "code": read_code,
        "yes_no": YES_NO.one,
        "tri": TRI.one,
        "negative": NEGATIVE.one,
    }
    return simple[kind]
