"""The plan as an Excel workbook: first page, 年度计划表, lists, money, scores, reasons, checks, versions."""

from __future__ import annotations

from pathlib import Path

from ..domain.library import Library
from ..domain.plan import Plan
from ..domain.policy import Policy
from .view import View, speaking


def write_workbook(plan: Plan, policy: Policy | None, library: Library | None, path: str | Path, *, language: str | None = None) -> None:
    """Write a plan as a workbook.

    Parameters
    ----------
    plan : Plan
    policy, library : Policy, Library or None
        The inputs of the plan, for names and the library's columns; blank where absent.
    path : str or Path
        File to write. It is overwritten: give a temporary name (`io.atomic.atomic_path`).
    language : str, optional
        ``zh`` or ``en``; default: the language in force.

    Notes
    -----
    Every formula carries the value that it has; texts are written as texts, whatever they begin with.
    """
    from .annual_table import AnnualTable
    from .xlsx_cells import Book
    from .xlsx_front import assumptions, checks, front, versions
    from .xlsx_money import MoneySheets
    from .xlsx_projects import project_list, refused, scores, screening, use_of_limits

    with speaking(language):
        view = View(plan, policy, library)
        book = Book(str(path))
        money = MoneySheets(book, view)
        front(book, view)
        AnnualTable(book, view).write()
        project_list(book, view)
        money.detail()
        money.by_year()
        for sheet in (scores, screening, refused, use_of_limits):
            sheet(book, view)
        money.later()
        for sheet in (checks, assumptions, versions):
            sheet(book, view)
        book.close()
