"""The layout of library workbooks: headers with notes, drop-down lists from the policy, exact cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..domain.base import Label
from ..domain.policy import NEGATIVE_LABELS, TRI_LABELS, YES_NO_LABELS, Policy
from .csvout import Cell
from .libcolumns import Slot
from .numtext import LONG_NUMBER, number_text

#: rows below the data that keep drop-down lists and formats
SPARE_ROWS = 500
MAX_CELL = 32_767
_FIXED = {"yes_no": YES_NO_LABELS, "tri": TRI_LABELS, "negative": NEGATIVE_LABELS}
_WIDTHS = {"text": 18, "money": 14, "number": 12, "integer": 10, "year": 9, "date": 12, "code": 14, "list": 16, "multi": 22, "shares": 22}
_FORMATS = {"money": "#,##0.00", "number": "General", "integer": "0", "year": "0", "date": "yyyy-mm-dd"}
#: what may stand beside a key of the sheet 说明
_ABOUT_LISTS = {"合成数据": ("是", "否"), "synthetic": ("yes", "no"), "投资口径": ("静态", "动态"), "investment basis": ("static", "dynamic")}
_STAMP = dt.datetime(2025, 1, 1)


@dataclass
class SheetPlan:
    """One sheet to be written.

    Attributes
    ----------
    title : str
        Name of the sheet.
    slots : sequence of Slot
        Its columns.
    headers : sequence of str
        Header texts with units.
    rows : sequence of sequences
        Cells; None for blank.
    notes : sequence of str
        Note on each column, empty for none.
    shade : dict
        Column index to the formula (row 2) that greys a cell which is not asked.
    """

    title: str
    slots: Sequence[Slot]
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]] = ()
    notes: Sequence[str] = ()
    shade: Mapping[int, str] = field(default_factory=dict)


def write_cell(sheet: Any, row: int, column: int, value: Cell, form: Any = None, date_form: Any = None) -> None:
    """Write one value so that it reads back exactly: numbers with over 15 digits and all texts as text."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, form)
    elif isinstance(value, (int, Decimal)):
        shown = float(value)
        if abs(shown) < LONG_NUMBER and Decimal(number_text(shown)) == value and len(number_text(shown).strip("-0.")) <= 16:
            sheet.write_number(row, column, shown, form)
        else:
            sheet.write_string(row, column, format(Decimal(value), "f"), form)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), date_form or form)
    else:
        sheet.write_string(row, column, str(value)[:MAX_CELL], form)


def options_of(slot: Slot) -> Mapping[str, Label]:
    """Return the values among which a cell of the column chooses, empty for none."""
    if slot.kind == "list":
        return slot.labels or {}
    return _FIXED.get(slot.kind, {})


def write_book(
    path: Path, plans: Sequence[SheetPlan], about: Sequence[tuple[str, str]], policy: Policy, language: str, *, title: str = ""
) -> None:
    """Write a workbook of library sheets with the sheet of lists.

    Parameters
    ----------
    path : Path
        Where to write.
    plans : sequence of SheetPlan
        The sheets, in order.
    about : sequence of pairs
        Lines of the sheet 说明.
    policy : Policy
        Its lists feed the drop-downs.
    language : str
        Language of the labels in the lists, `zh` or `en`.
    title : str
        Title in the file's properties.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": title, "created": _STAMP})
    forms = _Forms(book)
    sheets = [book.add_worksheet(plan.title) for plan in plans]
    _write_about(book, about, language, forms)
    lists = _Lists(book, policy, language)
    for sheet, plan in zip(sheets, plans, strict=True):
        _write_plan(sheet, plan, forms, lists)
    lists.hide()
    book.close()


class _Forms:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        base = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "align": "center"}
        self.head = {
            need: book.add_format(base | {"bg_color": colour})
            for need, colour in {"R": "#F4B183", "N": "#FFE699", "C": "#DDEBF7", "O": "#EDEDED"}.items()
        }
        self.kinds = {kind: book.add_format({"num_format": _FORMATS.get(kind, "@")}) for kind in _WIDTHS}
        self.text = book.add_format({"num_format": "@"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.grey = book.add_format({"bg_color": "#D9D9D9"})
        self.yuan = book.add_format({"num_format": "#,##0"})

    def of(self, kind: str, header: str) -> Any:
        if kind == "money" and header.rstrip(")）").endswith(("（元", "(元")):
            return self.yuan
        return self.kinds.get(kind, self.text)


def _write_about(book: Any, about: Sequence[tuple[str, str]], language: str, forms: _Forms) -> None:
    sheet = book.add_worksheet("说明" if language == "zh" else "about")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    for row, (key, value) in enumerate(about):
        sheet.write_string(row, 0, key, forms.wrap)
        sheet.write_string(row, 1, value, forms.wrap)
        words = _ABOUT_LISTS.get(key, ())
        if words:
            sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": list(words)})


def _write_plan(sheet: Any, plan: SheetPlan, forms: _Forms, lists: _Lists) -> None:
    last = len(plan.rows) + SPARE_ROWS
    sheet.freeze_panes(1, min(2, len(plan.slots)))
    sheet.set_row(0, 45)
    where = {slot.id: j for j, slot in enumerate(plan.slots)}
    columns = [forms.of(slot.kind, header) for slot, header in zip(plan.slots, plan.headers, strict=True)]
    for j, (slot, header) in enumerate(zip(plan.slots, plan.headers, strict=True)):
        sheet.set_column(j, j, 30 if slot.id in ("content", "name") else _WIDTHS.get(slot.kind, 14), columns[j])
        sheet.write_string(0, j, header, forms.head.get(slot.need, forms.head["O"]))
        if plan.notes and plan.notes[j]:
            sheet.write_comment(0, j, plan.notes[j], {"x_scale": 2.2, "y_scale": 1.8, "author": ""})
        source = lists.source(slot, where)
        if source:
            sheet.data_validation(1, j, last, j, {"validate": "list", "source": source, "error_type": "warning"})
        if j in plan.shade:
            sheet.conditional_format(1, j, last, j, {"type": "formula", "criteria": plan.shade[j], "format": forms.grey})
    for i, row in enumerate(plan.rows, 1):
        for j, value in enumerate(row):
            write_cell(sheet, i, j, value, columns[j])
    if plan.rows:
        sheet.autofilter(0, 0, len(plan.rows), len(plan.slots) - 1)


class _Lists:
    """The hidden sheet of lists: one column a list, and one for the types of each class under a defined name."""

    def __init__(self, book: Any, policy: Policy, language: str) -> None:
        self.book = book
        self.policy = policy
        self.language = language
        self.title = "名单" if language == "zh" else "lists"
        self.sheet = book.add_worksheet(self.title)
        self.known: dict[tuple[str, ...], str] = {}
        self.used = 0
        self.types = ""

    def hide(self) -> None:
        self.sheet.hide()

    def column(self, head: str, texts: Sequence[str]) -> str:
        """Write one list; return its range."""
        key = tuple(texts)
        if key in self.known:
            return self.known[key]
        j = self.used
        self.used += 1
        self.sheet.write_string(0, j, head)
        for i, text in enumerate(texts, 1):
            self.sheet.write_string(i, j, text)
        letters = _letters(j)
        self.known[key] = f"'{self.title}'!${letters}$2:${letters}${len(texts) + 1}"
        return self.known[key]

    def source(self, slot: Slot, where: Mapping[str, int]) -> str:
        """Return the formula of a column's drop-down list, empty for none."""
        if slot.id == "object_type" and slot.attribute == "object_type" and "object_class" in where:
            return self._dependent(where["object_class"])
        options = options_of(slot)
        return "=" + self.column(slot.zh, [x.text(self.language) for x in options.values()]) if options else ""

    def _dependent(self, column: int) -> str:
        """Return the list of the types of the class in the same row: INDIRECT on a name made of its label."""
        if not self.policy.object_classes:
            return ""
        labels: list[str] = []
        names: list[str] = []
        for i, entry in self.policy.object_classes.items():
            if not entry.types:
                continue
            label = entry.label.text(self.language)
            name = "类_" + re.sub(r"[^\w]", "_", label)
            if name.casefold() in {n.casefold() for n in names}:
                name += "_" + re.sub(r"[^\w]", "_", i)
            labels.append(label)
            names.append(name)
            head = self.used
            texts = [x.text(self.language) for x in entry.types.values()]
            self.known.pop(tuple(texts), None)
            area = self.column(label, texts)
            assert self.used > head
            self.book.define_name(name, "=" + area)
        if not labels:
            return ""
        if all(name == "类_" + label for name, label in zip(names, labels, strict=True)):
            return f'=INDIRECT("类_"&${_letters(column)}2)'
        keys, values = self.column("class", labels), self.column("name", names)
        return f"=INDIRECT(INDEX({values},MATCH(${_letters(column)}2,{keys},0)))"


def _letters(index: int) -> str:
    from .texttable import column_letters

    return column_letters(index)
