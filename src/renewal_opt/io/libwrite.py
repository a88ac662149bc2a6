"""A library to a workbook, or to a folder of CSV or Parquet files; `load_library` gives it back exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..domain.columns import MAX_SPEND_YEARS, SHEETS
from ..domain.library import Library, Project
from ..domain.policy import INVESTMENT_LABELS, Policy
from ..errors import Finding, InputError
from ..i18n import _
from .atomic import atomic_path, write_bytes_atomic
from .cells import NEGATIVE, TRI, YES_NO, CellFault, Vocabulary
from .csvout import Cell, csv_bytes
from .libcolumns import Slot, order_of, project_slots, relation_slots, revenue_slots, year_slot
from .libsheets import SheetPlan, write_book

_FORMS = ("xlsx", "csv", "parquet")
_FIXED = {"yes_no": YES_NO, "tri": TRI, "negative": NEGATIVE}


@dataclass(frozen=True)
class _Table:
    """One sheet as columns: slot, unit and values."""

    slots: list[Slot]
    units: list[str]
    columns: list[list[Cell]]

    def headers(self, language: str) -> list[str]:
        return [s.header(language, unit) for s, unit in zip(self.slots, self.units, strict=True)]

    def ids(self) -> list[str]:
        """Headers as English ids; a unit only where it is not the usual one."""
        return [s.id if unit == s.unit else f"{s.id} ({unit})" for s, unit in zip(self.slots, self.units, strict=True)]

    def rows(self) -> list[tuple[Cell, ...]]:
        return list(zip(*self.columns, strict=True))


def write_library(
    library: Library,
    policy: Policy,
    path: Path | str,
    *,
    form: str | None = None,
    language: str = "zh",
    inputs: Iterable[str | Path] = (),
) -> tuple[Path, ...]:
    """Write a library so that `load_library` with the same policy gives it back (rows renumbered).

    Texts come back without white space around them, spending without years of 0 at its end, and spending
    that the policy's profile filled in is left blank. Money is in 万元, in columns that hold finer sums in 元.

    Parameters
    ----------
    library : Library
    policy : Policy
        Its labels stand in the cells; an id where a label would be ambiguous.
    path : Path
        `.xlsx` for a workbook, else a folder, which is made.
    form : str, optional
        `xlsx`, `csv` or `parquet`; by default xlsx for a name that ends so, else csv.
    language : str
        Language of headers and labels. Parquet has English ids as headers.
    inputs : iterable of paths
        Files that must not be overwritten.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    InputError
        When the library does not fit the policy or a file cannot be written.
    """
    target = Path(path)
    form = form or ("xlsx" if target.suffix.lower() == ".xlsx" else "csv")
    if form not in _FORMS or (form != "xlsx" and target.suffix.lower() in (".csv", ".parquet", ".pq", ".xlsx", ".xlsm")):
        raise _refused("file_type", target, target.suffix or form, _("a workbook (.xlsx) or a folder, as a library has several tables"))
    tables = _tables(library, policy, language, target)
    yes, no = ("是", "否") if language == "zh" else ("yes", "no")
    # the first pair heads the sheet: one that is never blank
    keys = ("合成数据", "名称", "金额单位") if language == "zh" else ("synthetic", "name", "money unit")
    about = list(zip(keys, (yes if library.synthetic else no, library.name, "万元"), strict=True))
    if library.investment_basis is not None:
        about.append(("投资口径" if language == "zh" else "investment basis", INVESTMENT_LABELS[library.investment_basis].text(language)))
    if form == "xlsx":
        plans = [SheetPlan(SHEETS[role][0 if language == "zh" else 1], t.slots, t.headers(language), t.rows()) for role, t in tables.items()]
        with atomic_path(target, inputs=inputs) as made:
            write_book(made.temp, plans, about, policy, language, title=library.name)
        return (made.path,)
    _prepare(target, form)
    out: list[Path] = []
    for role, table in tables.items():
        data = csv_bytes(table.headers(language), table.rows()) if form == "csv" else _parquet(table.slots, table.ids(), table.columns)
        out.append(write_bytes_atomic(target / f"{role}.{form}", data, inputs=inputs))
    text = [Slot(k, k, "text", "O", k, k) for k in ("key", "value")]
    head, pairs = ["key", "value"], [[k for k, _v in about], [v for _k, v in about]]
    data = csv_bytes(head, about) if form == "csv" else _parquet(text, head, pairs)
    out.append(write_bytes_atomic(target / f"about.{form}", data, inputs=inputs))
    return tuple(out)


def _refused(kind: str, path: Path, value: str, expected: str, column: str = "") -> InputError:
    return InputError([Finding(kind, file=str(path), column=column, value=value, expected=expected)])


def _prepare(folder: Path, form: str) -> None:
    """Make the folder; tables of another form in it would make the library ambiguous."""
    try:
        folder.mkdir(exist_ok=True)
        names = {title for titles in SHEETS.values() for title in titles}
        others = sorted(p.name for p in folder.iterdir() if p.stem.casefold() in names and p.name not in {f"{role}.{form}" for role in SHEETS})
    except OSError as err:
        raise _refused("cannot_write", folder, err.strerror or str(err), _("a folder that can be written")) from err
    if others:
        raise _refused("ambiguous_file", folder, ", ".join(others), _("a folder without other tables of a library"))


def _tables(library: Library, policy: Policy, language: str, target: Path) -> dict[str, _Table]:
    slots = project_slots(policy)
    _fits(library, policy, slots, target)
    years = {y for p in library.projects for y in p.remaining}
    every = slots | {s.id: s for s in map(year_slot, sorted(years))}
    every |= {i: year_slot(int(i[6:])) for i in library.columns_present if i not in every and i.startswith("spend_") and i[6:].isdigit()}
    present = set(library.columns_present)
    present |= {s.id for s in slots.values() if s.need == "R" and s.asked}
    columns = {i: [_value(p, slot) for p in library.projects] for i, slot in every.items()}
    ids = order_of([i for i, values in columns.items() if i in present or any(v is not None for v in values)], slots)
    types = {t: c for c, entry in policy.object_classes.items() for t in entry.types}
    tables = {"projects": _table([every[i] for i in ids], [columns[i] for i in ids], language, types)}
    sheets: list[tuple[str, dict[str, Slot], Sequence[Any]]] = [("revenue", revenue_slots(), (*library.revenue, *library.help)), ("relations", relation_slots(), library.relations)]
    for role, known, rows in sheets:
        values = [[getattr(row, i, "help" if i == "revenue_class" else None) for row in rows] for i in known]
        tables[role] = _table(list(known.values()), values, language, {})
    return tables


def _fits(library: Library, policy: Policy, slots: Mapping[str, Slot], target: Path) -> None:
    """Refuse a library with channels, items or own columns that the policy does not have."""
    for p in library.projects:
        if len(p.spend) > MAX_SPEND_YEARS and not p.spend_profile:
            raise _refused("spend_too_long", target, p.id, _("spending in at most {n} years").format(n=MAX_SPEND_YEARS))
        for family in ("in_place", "ask", "secured", "neg"):
            for key in getattr(p, family):
                if f"{family}_{key}" not in slots:
                    raise _refused("unknown_id", target, f"{p.id}: {key}", _("a channel or item of the policy"), family)
        for key in p.extra:
            if key not in policy.columns:
                raise _refused("unknown_id", target, f"{p.id}: {key}", _("an own column of the policy"))


def _value(p: Project, slot: Slot) -> Any:
    """Return a project's value in a column, None for blank."""
    if slot.attribute == "spend":
        k = int(slot.key or 0)
        return p.spend[k - 1] if k <= len(p.spend) and not p.spend_profile else None
    if slot.key is not None:
        return getattr(p, slot.attribute).get(slot.key)
    if slot.id.startswith("waiver_"):
        return None if p.waiver is None else getattr(p.waiver, slot.id[7:]) or None
    value = getattr(p, slot.id)
    return None if value in ("", ()) or value == {} else value


def _table(slots: Sequence[Slot], columns: Sequence[Sequence[Any]], language: str, types: Mapping[str, str]) -> _Table:
    made = [_column(slot, values, language, types) for slot, values in zip(slots, columns, strict=True)]
    return _Table(list(slots), [unit for unit, _cells in made], [cells for _unit, cells in made])


def _column(slot: Slot, values: Sequence[Any], language: str, types: Mapping[str, str]) -> tuple[str, list[Cell]]:
    """Return a column's unit and cells."""
    if slot.kind == "money":
        if any(v is not None and v % 100 for v in values):
            return "元", list(values)
        return "万元", [None if v is None else Decimal(v).scaleb(-4) for v in values]
    word = _words(slot, language, types)
    if word is None:
        return slot.unit, list(values)
    known: dict[Any, str] = {}
    cells: list[Cell] = []
    for v in values:
        key = tuple(v.items()) if isinstance(v, dict) else v
        if v is not None and key not in known:
            known[key] = word(v)
        cells.append(None if v is None else known[key])
    return slot.unit, cells


def _words(slot: Slot, language: str, types: Mapping[str, str]) -> Callable[[Any], str] | None:
    """Return the function from a value to the words that read back as it; None for plain values."""
    if slot.kind in _FIXED:
        fixed = _FIXED[slot.kind]
        return lambda v: fixed.labels[v].text(language)
    if slot.kind == "multi" and slot.labels is None:
        return lambda v: ";".join(v)
    if slot.kind not in ("list", "multi", "shares") or slot.labels is None:
        return None
    lists = Vocabulary(slot.labels)

    def one(v: str) -> str:
        label = slot.labels[v].text(language) if slot.labels and v in slot.labels else v
        found = lists.find(label)
        if slot.id == "object_type":
            found = tuple(f for f in found if types.get(f) == types.get(v))
        return label if found == (v,) else v

    def several(v: tuple[str, ...]) -> str:
        text = "；".join(map(one, v))
        return text if _reads(lists.several, text) == v else ";".join(v)

    def shares(v: dict[str, Decimal]) -> str:
        text = "；".join(f"{one(k)}:{x:f}" for k, x in v.items())
        return text if _reads(lists.shares, text) == v else ";".join(f"{k}:{x:f}" for k, x in v.items())

    words: dict[str, Callable[[Any], str]] = {"list": one, "multi": several, "shares": shares}
    return words[slot.kind]


def _reads(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except CellFault:
        return None


def _parquet(slots: Sequence[Slot], headers: Sequence[str], columns: Sequence[Sequence[Cell]]) -> bytes:
    """Return a Parquet file: whole numbers as int64, other numbers as decimals, dates as dates, else text."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = []
    for slot, values in zip(slots, columns, strict=True):
        kind = pa.string()
        cells: list[Any] = list(values)
        numbers = [Decimal(v) for v in values if isinstance(v, (int, Decimal))]
        if slot.kind == "date":
            kind = pa.date32()
        elif numbers and all(v == v.to_integral_value() and abs(v) < 10**15 for v in numbers):
            kind = pa.int64()
            cells = [None if v is None else int(v) for v in cells]
        elif numbers:
            scale = max(-int(v.as_tuple().exponent) for v in numbers)
            digits = max(v.adjusted() for v in numbers if v) + 1
            if scale >= 0 and max(digits, 0) + scale <= 38:
                kind = pa.decimal128(max(digits, 0) + scale or 1, scale)
            else:
                cells = [None if v is None else format(Decimal(v), "f") for v in cells]
        arrays.append(pa.array(cells, type=kind))
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(headers)), out)
    return out.getvalue()
