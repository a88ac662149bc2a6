"""Headers of the library's sheets to columns: names in both languages, units, families, the city's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..domain.base import WAN, Label
from ..domain.columns import BY_ID, COLUMNS, MAX_SPEND_YEARS, RELATION_COLUMNS, REVENUE_COLUMNS
from ..domain.policy import RELATION_LABELS, REVENUE_LABELS, Policy
from ..errors import Collector, Finding
from ..i18n import _, get_language
from .cells import FIRST_YEAR, LAST_YEAR, MONEY_UNITS, fold
from .nearest import did_you_mean
from .tables import TextTable

_UNIT = re.compile(r"^(.*\S)\s*[(\[【]([^()\[\]【】]*)[)\]】]$", re.S)
#: says in the header of the total investment whether it holds interest in building time
_BASIS_WORD = re.compile(r"[(\[【]\s*(?:静态|动态|static|dynamic)\s*[)\]】]|静态|动态|\bstatic\b|\bdynamic\b", re.I)
_LOOSE = re.compile(r"[-_‐‑–—―:·*]")
_REMAINING = re.compile(r"(?:spend|remaining)([0-9]{4})|([0-9]{4})年剩余投资")
_CHINESE = "一二三四五六七八九十"
#: other ways to write the units of `COLUMNS`, folded
_SAME_UNIT = {
    "m2": {"m2", "平方米", "sqm", "m^2"},
    "%": {"%", "百分比", "百分数", "percent", "percentage"},
    "户": {"户", "households"},
    "人": {"人", "persons", "people"},
    "月": {"月", "个月", "months"},
    "个": {"个", "number"},
    "m": {"m", "米", "metres", "meters"},
    "度": {"度", "°", "degrees"},
}
#: headers of columns that carry nothing
_IGNORED = {"序号", "no", "no.", "#"}


_NO_NOTE = Label(zh="", en="")


@dataclass(frozen=True)
class Slot:
    """One column that a sheet may have.

    Attributes
    ----------
    id : str
        English id: `spend_1`, `in_place_bond`, `neg_<item>`, the id of an own column, or of `COLUMNS`.
    attribute : str
        Attribute of `Project` (`extra` for own columns) or of a row of the other sheets.
    key : str, int or None
        Key inside the attribute for families and own columns.
    labels : mapping or None
        The list behind `list`, `multi` and `shares`; None where any text is taken.
    low, high : int or None
        Bounds of a number.
    asked : bool
        False where the city has no list for the column.
    """

    id: str
    attribute: str
    kind: str
    need: str
    zh: str
    en: str
    key: str | int | None = None
    unit: str = ""
    labels: Mapping[str, Label] | None = None
    aliases: tuple[str, ...] = ()
    note: Label = _NO_NOTE
    low: int | None = None
    high: int | None = None
    asked: bool = True

    def header(self, language: str | None = None, unit: str | None = None) -> str:
        """Return the header with its unit in a language (default: the one in force)."""
        unit = self.unit if unit is None else unit
        if (language or get_language()) == "zh":
            return f"{self.zh}（{unit}）" if unit else self.zh
        return f"{self.en} ({unit})" if unit else self.en


@dataclass(frozen=True)
class Placed:
    """A slot found in a sheet: its column, and 元 in one unit of its money."""

    slot: Slot
    column: int
    factor: int = WAN
    sound: bool = True


@dataclass
class Sheet:
    """A table with its columns found, and the cells that were faulty."""

    table: TextTable
    slots: dict[str, Slot]
    placed: dict[str, Placed]
    collector: Collector
    faulty: dict[int, set[str]] = field(default_factory=dict)
    basis: Literal["static", "dynamic"] | None = None

    @property
    def language(self) -> str:
        """Language of the sheet's headers, in which a column that it lacks is named."""
        return "zh" if any("一" <= c <= "鿿" for h in self.table.columns for c in h) else get_language()

    def sound(self, i: int, *names: str) -> bool:
        """Return whether no cell of these ids or attributes was faulty in row index `i`."""
        return i not in self.faulty or self.faulty[i].isdisjoint(names)

    def tell(
        self, kind: str, i: int | None, slot_id: str, expected: str, *, hint: str = "", severity: str = "error", value: str | None = None
    ) -> None:
        """Add a finding at a cell; a column that the file does not have is named by its header."""
        at = self.placed.get(slot_id)
        if at is not None:
            self.collector.add(self.table.finding(kind, i, at.column, value=value, expected=expected, hint=hint, severity=severity))
            return
        row = None if i is None else self.table.row_numbers[i]
        column = self.slots[slot_id].header(self.language) if slot_id in self.slots else slot_id
        self.collector.add(
            Finding(kind, file=self.table.file, sheet=self.table.name, row=row, column=column, value=value or "", expected=expected, hint=hint, severity=severity)
        )

    def fault(self, i: int, slot: Slot, kind: str, expected: str, hint: str = "") -> None:
        """Add an error at a cell and remember that the cell is faulty."""
        marks = self.faulty.setdefault(i, set())
        marks.update((slot.id, slot.attribute))
        self.tell(kind, i, slot.id, expected, hint=hint)


def circled(number: int) -> str:
    """Return ① for 1 up to ⑳, else the digits."""
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


def project_slots(policy: Policy) -> dict[str, Slot]:
    """Return every column that the sheet 项目 may have, in the order of the template.

    The remaining spending by calendar year of carry-overs has any number of columns; see `year_slot`.
    """
    out: list[Slot] = []
    for column in COLUMNS:
        if column.id == "as_of":
            out.extend(_own(policy))
        elif column.id == "secured_doc":
            out.extend(_channels(policy, "ask", "申请资金", "asked of"))
            out.extend(_channels(policy, "secured", "已落实资金", "secured"))
        elif column.id == "neg_evidence":
            out.extend(_negative(policy))
        labels = policy.vocabulary(column.vocabulary) if column.vocabulary else None
        number = column.kind in ("money", "number", "integer")
        low = -180 if column.id == "x" else -90 if column.id == "y" else 0 if number else None
        high = {"x": 180, "y": 90}.get(column.id, 100 if column.unit == "%" and number else None)
        out.append(
            Slot(
                column.id, column.id, column.kind, column.need, column.zh, column.en, unit=column.unit, labels=labels, low=low, high=high,
                note=Label(zh=column.note_zh, en=column.note_en), asked=labels is None or bool(labels),
            )
        )  # fmt: skip
        if column.id == "relocation":
            out.extend(_spend())
        elif column.id == "spent_to_date":
            out.extend(_channels(policy, "in_place", "累计到位", "in place", "C"))
    return {s.id: s for s in out}


def _spend() -> list[Slot]:
    note = Label(zh="新开工、储备：各年合计等于总投资；空白按工期套用分年比例并注明", en="new starts and reserve: adds up to the total; blank: a profile by duration, marked")
    return [
        Slot(f"spend_{k}", "spend", "money", "C", f"开工后第{k}年投资", f"spend year {k}", k, "万元", low=0, note=note, aliases=(f"开工后第{_CHINESE[k - 1]}年投资",))
        for k in range(1, MAX_SPEND_YEARS + 1)
    ]


def year_slot(year: int) -> Slot:
    """Return the column of a carry-over's remaining spending in a calendar year."""
    note = Label(zh="续建：该年剩余投资", en="carry-over: remaining spending of the year")
    return Slot(f"spend_{year}", "remaining", "money", "C", f"{year}年剩余投资", f"remaining {year}", year, "万元", low=0, note=note)


def _channels(policy: Policy, attribute: str, zh: str, en: str, need: str = "O") -> list[Slot]:
    out: list[Slot] = []
    for i, channel in policy.funding.channels.items():
        for key, label in ((i, channel.label), *((s, sub.label) for s, sub in channel.sub.items())):
            alias = (f"{attribute}_{label.zh}", f"{attribute}_{label.en}", f"{zh}-{key}")
            out.append(Slot(f"{attribute}_{key}", attribute, "money", need, f"{zh}-{label.zh}", f"{en} - {label.en}", key, "万元", low=0, aliases=alias))
    return out


def _negative(policy: Policy) -> list[Slot]:
    out: list[Slot] = []
    for i, item in policy.screening.negative_list.items():
        n = item.number
        alias = (f"neg_{n}", f"负面清单-{n}", f"负面清单-{i}", f"负面清单-{item.label.zh}")
        out.append(Slot(f"neg_{i}", "neg", "negative", "N", f"负面清单-{circled(n)}", f"negative list {n}", i, aliases=alias, note=item.label))
    return out


def _own(policy: Policy) -> list[Slot]:
    out: list[Slot] = []
    for i, own in policy.columns.items():
        if i in BY_ID:
            continue
        labels = own.values if own.kind in ("list", "multi") and own.values else None
        unit = "万元" if own.kind == "money" else own.unit or ""
        out.append(Slot(i, "extra", own.kind, "R" if own.required else "O", own.label.zh, own.label.en, i, unit, labels))
    return out


def _sheet_slots(columns: Iterable[tuple[str, str, str, str]], required: set[str], labels: Mapping[str, Mapping[str, Label]]) -> dict[str, Slot]:
    return {
        i: Slot(i, i, kind, "R" if i in required else "O", zh, i.replace("_", " "), unit=unit, labels=labels.get(i), low=0 if i == "lag" else None)
        for i, zh, kind, unit in columns
    }


def revenue_slots() -> dict[str, Slot]:
    """Return the columns of the sheet 收益."""
    required = {"project", "year", "revenue_class", "pledged_net"}
    return _sheet_slots(REVENUE_COLUMNS, required, {"revenue_class": REVENUE_LABELS})


def relation_slots() -> dict[str, Slot]:
    """Return the columns of the sheet 关系."""
    return _sheet_slots(RELATION_COLUMNS, {"kind", "project"}, {"kind": RELATION_LABELS})


def _loose(text: str) -> str:
    return _LOOSE.sub("", fold(text))


def money_factors(policy: Policy) -> dict[str, int]:
    """Return 元 in one of each unit that a money header may name, folded; the city's currency counts as 元."""
    known = {fold(unit): factor for unit, factor in MONEY_UNITS.items()}
    known |= {"yuan": 1, "cny": 1, "rmb": 1, "人民币元": 1, "10,000yuan": WAN, "10000yuan": WAN, "wanyuan": WAN, "人民币万元": WAN}
    for name in (policy.city.currency.zh, policy.city.currency.en):
        known.setdefault(fold(name), 1)
        known.setdefault(fold("万" + name), WAN)
    return known


class _Finder:
    """Header texts to slots."""

    def __init__(self, slots: Mapping[str, Slot], years: bool) -> None:
        self.years = years
        self.slots = slots
        self.exact: dict[str, list[Slot]] = {}
        self.loose: dict[str, list[Slot]] = {}
        for slot in slots.values():
            for name in (slot.id, slot.zh, slot.en, *slot.aliases):
                for index, key in ((self.exact, fold(name)), (self.loose, _loose(name))):
                    have = index.setdefault(key, [])
                    if slot not in have:
                        have.append(slot)

    def find(self, text: str) -> Slot | None:
        if text in self.slots:
            return self.slots[text]
        for found in (self.exact.get(fold(text), []), self.loose.get(_loose(text), [])):
            if len(found) == 1:
                return found[0]
        match = _REMAINING.fullmatch(_loose(text)) if self.years else None
        year = int(match.group(1) or match.group(2)) if match else 0
        return year_slot(year) if FIRST_YEAR <= year <= LAST_YEAR else None

    def near(self, text: str) -> str:
        chinese = any("一" <= c <= "鿿" for c in text)
        names = [s.zh for s in self.slots.values()] if chinese else [n for s in self.slots.values() for n in (s.id, s.en)]
        return did_you_mean(text, names)


def _slot_of(finder: _Finder, text: str) -> tuple[Slot | None, str]:
    """Return the slot of a header and the unit that it names."""
    slot, unit = finder.find(text), ""
    if slot is None and (match := _UNIT.match(text)):
        slot, unit = finder.find(match.group(1).strip(" ,-")), match.group(2).strip(" ,;").removeprefix("单位").lstrip(":").strip()
    return slot, unit


def _with_basis(finder: _Finder, text: str) -> tuple[Slot | None, str, Literal["static", "dynamic"] | None]:
    """Return slot, unit and what the header of the total investment says of interest in building time."""
    words = _BASIS_WORD.findall(text)
    if len(words) == 1:
        plain = " ".join(re.sub(r"^投资", "总投资", _BASIS_WORD.sub("", text).strip(" ,-—·")).split())
        slot, unit = _slot_of(finder, plain)
        if slot is not None and slot.id == "total_investment":
            return slot, unit, "dynamic" if re.search("动态|dynamic", text, re.I) else "static"
    return (*_slot_of(finder, text), None)


def place_columns(
    table: TextTable,
    slots: Mapping[str, Slot],
    collector: Collector,
    *,
    factors: Mapping[str, int],
    default_factor: int | None = None,
    years: bool = False,
) -> Sheet:
    """Find the columns of a sheet by their headers; every problem with a header is a finding.

    Parameters
    ----------
    table : TextTable
        The sheet.
    slots : mapping
        Columns that the sheet may have.
    factors : mapping
        Money units, see `money_factors`.
    default_factor : int, optional
        元 in one unit of money columns whose header names none, where the sheet 说明 states it.
    years : bool
        Whether columns by calendar year are understood.
    """
    finder = _Finder(slots, years)
    placed: dict[str, Placed] = {}
    silent: list[str] = []
    basis: Literal["static", "dynamic"] | None = None
    for j, raw in enumerate(table.raw_columns):
        text = " ".join(unicodedata.normalize("NFKC", raw).split())
        if not text or fold(text) in _IGNORED:
            continue
        slot, unit, said = _with_basis(finder, text)
        basis = said or basis
        if slot is None:
            bare = match.group(1) if (match := _UNIT.match(text)) else text
            collector.add(table.finding("unknown_header", None, j, expected=_("a known header, or an own column of the policy"), hint=finder.near(bare)))
            continue
        if slot.id in placed:
            first = table.header(placed[slot.id].column)
            collector.add(table.finding("duplicate_column", None, j, expected=_("each column once; “{first}” is the same one").format(first=first)))
            continue
        factor = default_factor or WAN
        wrong = ""
        if slot.kind == "money":
            if unit:
                factor = factors.get(fold(unit), 0)
                wrong = "" if factor else _("one of {names}").format(names=_(", ").join(MONEY_UNITS))
            elif default_factor is None and _loose(text) != _loose(slot.id):
                silent.append(table.header(j))
        elif unit and slot.kind in ("number", "integer"):
            have, want = fold(unit), fold(slot.unit)
            if have != want and have not in _SAME_UNIT.get(want, ()):
                wrong = slot.unit or _("no unit")
        if wrong:
            collector.add(table.finding("wrong_unit", None, j, value=unit, expected=_("the unit {unit}").format(unit=wrong)))
        placed[slot.id] = Placed(slot, j, factor or WAN, sound=not wrong)
    if silent:
        collector.add(
            Finding("unit_assumed", file=table.file, sheet=table.name, value=", ".join(silent[:8]) + ("…" if len(silent) > 8 else ""), expected=_("the unit in each money header; read as 万元"), severity="warning")
        )
    every = dict(slots)
    every.update({p.slot.id: p.slot for p in placed.values()})
    sheet = Sheet(table, every, placed, collector, basis=basis)
    missing = [s.header(sheet.language) for s in slots.values() if s.need == "R" and s.asked and s.id not in placed]
    if missing:
        collector.add(Finding("missing_columns", file=table.file, sheet=table.name, expected=_("the columns {names}").format(names=_(", ").join(missing))))
    return sheet


def order_of(ids: Sequence[str], slots: Mapping[str, Slot]) -> list[str]:
    """Return column ids in the order of the template; calendar years stand after 累计到位."""
    rank = {i: n for n, i in enumerate(slots)}
    years = max((rank[i] for i in slots if slots[i].attribute == "in_place"), default=rank.get("spent_to_date", 0))

    def key(i: str) -> tuple[int, int]:
        return (rank[i], 0) if i in rank else (years, int(i.rpartition("_")[2]))

    return sorted(ids, key=key)


