"""The project library from a workbook, a CSV or Parquet file, or a folder of them; every problem at once."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..domain.columns import SHEETS
from ..domain.library import HelpRow, Library, Project, Relation, RevenueRow, Waiver
from ..domain.policy import Policy
from ..errors import Collector, Finding
from ..i18n import _
from .cells import CellFault, Vocabulary, fold, reader
from .libabout import About, agreed_basis, read_about
from .libcheck import check_projects, check_relations, warn
from .libcolumns import (
    Placed,
    Sheet,
    money_factors,
    order_of,
    place_columns,
    project_slots,
    relation_slots,
    revenue_slots,
)
from .librevenue import check_revenue
from .nearest import did_you_mean
from .tables import TextTable, read_tables

_WORKBOOKS = (".xlsx", ".xlsm")
_TABLES = (".csv", ".parquet", ".pq", ".tsv")
#: kinds of value that a spreadsheet may have made of a code such as 1-2 or 1:30
_CHANGED = ("date", "time", "duration", "bool", "percent")


@dataclass(frozen=True)
class LoadedLibrary:
    """What `load_library` read.

    Attributes
    ----------
    library : Library
        The projects with revenue and relations.
    files : tuple of Path
        Every file that was read.
    warnings : tuple of Finding
        What is legal but doubtful.
    complete : bool
        False when there were errors (only with a collector of the caller's): faulty cells then are blank
        and rows without an id are left out; good for further checks, not for a plan.
    """

    library: Library
    files: tuple[Path, ...]
    warnings: tuple[Finding, ...]
    complete: bool = True


def load_library(path: Path | str, policy: Policy, collector: Collector | None = None) -> LoadedLibrary:
    """Load a project library and check it by itself.

    Parameters
    ----------
    path : Path
        Workbook with the sheet 项目 (收益, 关系, 说明 optional), CSV or Parquet file of projects, or a
        folder with projects.csv or .parquet (revenue, relations, about optional).
    policy : Policy
        Its lists, channels, negative list, own columns and spending profiles.
    collector : Collector, optional
        Receives all findings; errors then do not raise.

    Raises
    ------
    InputError
        Without a collector, with every finding.
    """
    found = Collector()
    with _without_gc():
        tables, files = _tables(Path(path), found)
        about = read_about(tables.get("about"), policy, found)
        factors = money_factors(policy)
        library = Library(projects=())
        if "projects" in tables:
            library = _library(tables, policy, factors, about, found)
    warnings = tuple(f for f in found.findings if f.severity == "warning")
    complete = not found.errors and "projects" in tables
    if collector is None:
        found.raise_errors()
    else:
        collector.findings.extend(found.findings)
    return LoadedLibrary(library, files, warnings, complete)


@contextlib.contextmanager
def _without_gc() -> Iterator[None]:
    """Hold the cycle collector off: a large library makes a million objects, none in a cycle (a third of the time)."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _library(tables: Mapping[str, TextTable], policy: Policy, factors: Mapping[str, int], about: About, found: Collector) -> Library:
    slots = project_slots(policy)
    sheet = _sheet(tables["projects"], slots, factors, about.factor, found, years=True)
    drafts = _drafts(sheet)
    if not drafts:
        sheet.tell("no_projects", None, "id", _("at least one project below the header row"))
    check_projects(sheet, drafts, policy)
    ids = {d["id"]: d for d in drafts if "id" in d}
    revenue_rows: list[dict[str, Any]] = []
    relation_rows: list[dict[str, Any]] = []
    others: list[Sheet] = []
    if "revenue" in tables:
        others.append(_sheet(tables["revenue"], revenue_slots(), factors, about.factor, found))
        revenue_rows = _drafts(others[-1])
        check_revenue(others[-1], revenue_rows, ids)
    if "relations" in tables:
        others.append(_sheet(tables["relations"], relation_slots(), factors, about.factor, found))
        relation_rows = _drafts(others[-1])
        check_relations(others[-1], relation_rows, ids)
    warn(sheet, drafts, policy)
    basis = agreed_basis(sheet, drafts, about)
    for part in (sheet, *others):
        _in_row_order(part, found)
    return Library(
        name=about.name,
        synthetic=about.synthetic,
        projects=tuple(_project(d) for d in drafts if "id" in d),
        revenue=_revenue([d for d in revenue_rows if {"project", "year", "revenue_class"} <= d.keys() and d["revenue_class"] != "help"]),
        help=tuple(HelpRow(**{k: v for k, v in d.items() if k in HelpRow.model_fields}) for d in revenue_rows if d.get("revenue_class") == "help" and {"project", "year", "document"} <= d.keys()),
        investment_basis=basis,
        relations=tuple(Relation(**d) for d in relation_rows if {"kind", "project"} <= d.keys()),
        columns_present=tuple(order_of(list(sheet.placed), slots)),
    )


def _in_row_order(sheet: Sheet, found: Collector) -> None:
    """Move a sheet's findings to `found`: those of the header first, then by row and column."""
    place = {sheet.table.header(p.column): p.column for p in sheet.placed.values()}
    found.findings.extend(sorted(sheet.collector.findings, key=lambda f: (f.row or 0, place.get(f.column, -1))))


# ------------------------------------------------------------------ files


def _tables(path: Path, found: Collector) -> tuple[dict[str, TextTable], tuple[Path, ...]]:
    """Return the tables by role, and the files read."""
    try:
        if path.is_dir():
            return _folder(path, found)
    except OSError as err:
        found.add(Finding("file_unreadable", file=str(path), value=err.strerror or str(err), expected=_("a file or folder that may be read")))
        return {}, ()
    if path.suffix.lower() in _WORKBOOKS:
        return _workbook(path, found), (path,)
    read = list(read_tables(path, found).values())
    return ({"projects": read[0]} if read else {}), (path,)


def _folder(folder: Path, found: Collector) -> tuple[dict[str, TextTable], tuple[Path, ...]]:
    names = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in _TABLES and not p.name.startswith("."))
    tables: dict[str, TextTable] = {}
    files: list[Path] = []
    for role, titles in SHEETS.items():
        here = [n for n in names if Path(n).stem.casefold() in titles]
        if len(here) > 1:
            found.add(Finding("ambiguous_file", file=str(folder), value=", ".join(here), expected=_("one file of {role}").format(role=role)))
        elif here:
            file = folder / here[0]
            files.append(file)
            inner = Collector()
            for table in read_tables(file, inner).values():
                tables[role] = table
            _keep(inner, found, role)
        elif role == "projects":
            expected = _("a file projects.csv or projects.parquet")
            found.add(Finding("file_missing", file=str(folder), value=", ".join(names[:8]), expected=expected))
    return tables, tuple(files)


def _workbook(path: Path, found: Collector) -> dict[str, TextTable]:
    inner = Collector()
    names = _sheet_names(path)
    roles = {t: role for role, titles in SHEETS.items() for t in titles}
    wanted = {n: roles[fold(n)] for n in names if fold(n) in roles}
    read = read_tables(path, inner, sheets=set(wanted) or {"项目"})
    tables: dict[str, TextTable] = {}
    for name, table in read.items():
        role = wanted.get(name, "projects")
        if role in tables:
            expected = _("one sheet of {role}; {first} is one too").format(role=role, first=tables[role].name)
            inner.add(Finding("ambiguous_sheet", file=str(path), sheet=name, expected=expected))
        tables.setdefault(role, table)
    for name in names:
        near = did_you_mean(name, list(roles)) if name not in wanted else ""
        if near:
            inner.add(Finding("unknown_sheet", file=str(path), sheet=name, expected=_("a sheet that is read"), hint=near, severity="warning"))
    named = "projects" in wanted.values()
    if "projects" not in tables and names and not (named and inner.errors):
        inner.add(Finding("sheet_missing", file=str(path), value=", ".join(names[:8]), expected=_("a sheet 项目 (projects) with a header row")))
    for finding in inner.findings:
        _keep_one(finding, found, wanted.get(finding.sheet, ""))
    return tables


def _sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets, nothing when it cannot be read (`read_tables` says why)."""
    from .xlsx_scan import BROKEN, Refused, open_archive, sheet_parts

    try:
        with open_archive(str(path)) as archive:
            return [name for name, _part in sheet_parts(archive)]
    except (Refused, OSError, *BROKEN):
        return []


def _keep(inner: Collector, found: Collector, role: str) -> None:
    for finding in inner.findings:
        _keep_one(finding, found, role)


def _keep_one(finding: Finding, found: Collector, role: str) -> None:
    """Keep a reader's finding; the layout of the sheet 说明 is free, its pairs alone are read."""
    free = ("merged_cells", "header_missing", "duplicate_header", "empty_table", "number_as_text", "hidden_digits")
    if role == "about" and finding.kind == "row_length":  # its pair is not read; it may say that the data are synthetic
        found.add(replace(finding, severity="warning"))
    elif role != "about" or finding.kind not in (*free, "bool_cell", "date_cell", "long_number"):
        found.add(finding)


# ------------------------------------------------------------------ cells to drafts


def _sheet(
    table: TextTable, slots: Mapping[str, Any], factors: Mapping[str, int], default: int | None, found: Collector, *, years: bool = False
) -> Sheet:
    """Place the columns; a cell that the reader refused already is not told again."""
    sheet = place_columns(table, slots, Collector(), factors=factors, default_factor=default, years=years)
    rows = {n: i for i, n in enumerate(table.row_numbers)}
    headers = {table.header(p.column): p.slot for p in sheet.placed.values()}
    for f in found.errors:
        if f.sheet == table.name and f.file == table.file and f.row in rows and f.column in headers:
            slot = headers[f.column]
            sheet.faulty.setdefault(rows[f.row], set()).update((slot.id, slot.attribute))
    return sheet


def _drafts(sheet: Sheet) -> list[dict[str, Any]]:
    """Read every column; return one dict a row, blanks left out, families as inner dicts."""
    numbers = sheet.table.row_numbers
    drafts: list[dict[str, Any]] = [{"row": n} for n in numbers]
    for at in sheet.placed.values():
        slot = at.slot
        if not at.sound:
            for i in range(len(numbers)):
                sheet.faulty.setdefault(i, set()).update((slot.id, slot.attribute))
            continue
        values = _values(sheet, at)
        if slot.key is None:
            for draft, value in zip(drafts, values, strict=True):
                if value is not None:
                    draft[slot.id] = value
        else:
            for draft, value in zip(drafts, values, strict=True):
                if value is not None:
                    draft.setdefault(slot.attribute, {})[slot.key] = value
        if slot.need == "R" and slot.asked:
            for i, value in enumerate(values):
                if value is None and sheet.sound(i, slot.id):
                    sheet.fault(i, slot, "required_blank", _("a value: the column is required"))
    return drafts


def _values(sheet: Sheet, at: Placed) -> list[Any]:
    """Return the values of a column, None for blank and faulty cells; equal texts are read once."""
    slot, table = at.slot, sheet.table
    vocabulary = None if slot.labels is None else Vocabulary(slot.labels, _aliases(sheet, slot.id), slot.header(unit=""))
    read = reader(slot.kind, unit=slot.unit, factor=at.factor, vocabulary=vocabulary, ambiguous=slot.id == "object_type")
    texts = [row[at.column] for row in table.rows]
    values: dict[str, Any] = {}
    faults: dict[str, CellFault] = {}
    for text in dict.fromkeys(texts):
        values[text] = None
        if not text or text.isspace():
            continue
        try:
            value = read(text)
            _in_range(value, slot.low, slot.high)
            values[text] = None if value in ("", ()) else value
        except CellFault as err:
            faults[text] = err
    if slot.kind == "code":
        for (i, j), kind in table.typed.items():
            if j == at.column and kind in _CHANGED and sheet.sound(i, slot.id):
                sheet.fault(i, slot, "code_changed", _("a code stored as text"), _changed(kind))
    if faults:
        for i, text in enumerate(texts):
            if text in faults and sheet.sound(i, slot.id):
                fault = faults[text]
                sheet.fault(i, slot, fault.kind, fault.expected, fault.hint)
    return [values[text] for text in texts]


def _changed(kind: str) -> str:
    """Return what a spreadsheet has made of a code."""
    words = {"date": _("a date"), "time": _("a time"), "duration": _("a duration"), "bool": _("TRUE or FALSE"), "percent": _("a percentage")}
    return _("the spreadsheet holds {what} here").format(what=words[kind])


def _in_range(value: Any, low: int | None, high: int | None) -> None:
    if low is not None and value < low:
        raise CellFault("negative_amount" if low == 0 else "out_of_range", _("{low} or more").format(low=low))
    if high is not None and value > high:
        raise CellFault("out_of_range", _("at most {high}").format(high=high))


def _aliases(sheet: Sheet, slot_id: str) -> dict[str, str]:
    """Return further names: of help with repayment; waived items may be named by the numbers of the negative list."""
    if slot_id == "revenue_class":
        return {"补助": "help", "其他项目专项收入": "help"}
    if slot_id != "waiver_items":
        return {}
    out: dict[str, str] = {}
    for slot in sheet.slots.values():
        if slot.attribute == "neg" and slot.labels is None:
            for name in (slot.zh, *slot.aliases, slot.zh.rpartition("-")[2]):
                out[name] = str(slot.key)
    allowed = sheet.slots["waiver_items"].labels or {}
    return {name: i for name, i in out.items() if i in allowed}


# ------------------------------------------------------------------ drafts to objects


_WAIVER = ("authority", "number", "date", "scope", "expiry", "conditions", "opinion", "rule")


def _revenue(drafts: list[dict[str, Any]]) -> tuple[RevenueRow, ...]:
    """Build all rows in one call: there are often a dozen for every project."""
    from pydantic import TypeAdapter

    return tuple(TypeAdapter(list[RevenueRow]).validate_python([{k: v for k, v in d.items() if k not in ("document", "payer")} for d in drafts]))


def _project(draft: dict[str, Any]) -> Project:
    values = {k: v for k, v in draft.items() if not k.startswith("waiver_")}
    if draft.get("waiver_items"):
        values["waiver"] = Waiver(items=draft["waiver_items"], **{k: draft[f"waiver_{k}"] for k in _WAIVER if f"waiver_{k}" in draft})
    values.setdefault("name", "")
    values.setdefault("total_investment", 0)
    return Project(**values)
