"""The summary of a sweep: one line a case, in the terminal, as CSV and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO

from ..analysis.sweep.entry import Entry
from ..domain.base import WAN
from ..i18n import _
from ..io.csvout import Cell, csv_bytes
from .numbers import gap_text, rounded, wan
from .terminal import Pages
from .view import stopped_name, synthetic_notice


def state_name(entry: Entry) -> str:
    """Return what became of a case, in words; why the solver stopped where there is a plan."""
    if entry.status == "solved":
        return stopped_name(entry.stopped)
    return _("no plan satisfies the rules") if entry.status == "infeasible" else _("failed")


def short_names(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return what all names of cases share, and each name without it, part by part on lines of their own."""
    parts = [n.split("__") for n in names]
    alike = len(parts) > 1 and len({len(p) for p in parts}) == 1
    same = [at for at in range(len(parts[0])) if len({p[at] for p in parts}) == 1] if alike else []
    if len(same) == len(parts[0] if parts else ()):
        same = []
    return "__".join(parts[0][at] for at in same), ["\n".join(p for at, p in enumerate(ps) if at not in same) for ps in parts]


def print_summary(entries: Sequence[Entry], file: IO[str], *, synthetic: bool = False, width: int | None = None) -> None:
    """Print one line a case, and below why cases have no plan.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the cases.
    file : stream
    synthetic : bool
        Whether any case rests on made-up data.
    width : int, optional
        Columns; default: the terminal's, else 80.
    """
    pages = Pages(file, width)
    if synthetic:
        pages.line(f"【{synthetic_notice()}】", "bold reverse")
    shared, names = short_names([e.name for e in entries])
    pages.heading(_("Cases ({number}), investment in 10k yuan").format(number=len(entries)) + (f" · {shared}" if shared else ""))
    rows = []
    for e, name in zip(entries, names, strict=True):
        if e.status == "solved":
            rows.append([name, _objective(e.objective), gap_text(e.gap), _short_state(e), str(e.projects), wan(e.investment), f"{e.seconds:.1f}"])
        else:
            rows.append([name, "–", "–", _short_state(e), "–", "–", f"{e.seconds:.1f}"])
    header = [_("case"), _("objective"), _("gap"), _("stopped"), _("projects"), _("investment"), _("seconds")]
    pages.table(header, rows, right=(1, 2, 4, 5, 6))
    without = [e for e in entries if e.status != "solved"]
    if without:
        pages.heading(_("Cases without a plan ({number})").format(number=len(without)))
        for e in without:
            pages.line(f"{e.name}: {e.why}")


def _objective(text: str) -> str:
    """Return an objective with as many decimals as a narrow column has room for."""
    value = rounded(Fraction(text))
    return f"{value:,.0f}" if abs(value) >= 1_000_000 else f"{value:,.2f}"


def _short_state(entry: Entry) -> str:
    if entry.status != "solved":
        return _("no plan") if entry.status == "infeasible" else _("failed")
    return {"gap": _("gap"), "optimal": _("optimal"), "time": _("by clock"), "unproven": _("unproven"), "interrupted": _("interrupted")}[entry.stopped]


def summary_header() -> list[str]:
    """Return the header of the summary as a table."""
    return [
        _("case"), _("state"), _("objective"), _("proven bound"), _("gap"), _("projects"), _("new starts"),
        _("investment (10k yuan)"), _("seconds"), _("seconds of the solver"), _("plan file"), _("why there is no plan"),
    ]  # fmt: skip


def summary_rows(entries: Sequence[Entry]) -> list[list[Cell]]:
    """Return the rows of the summary; blanks where a case has no plan."""
    out: list[list[Cell]] = []
    for e in entries:
        there = e.status == "solved"
        out.append([
            e.name, state_name(e), rounded(Fraction(e.objective)) if there else None, None if e.bound is None else Decimal(repr(e.bound)),
            None if e.gap is None else Decimal(repr(e.gap)), e.projects if there else None, e.new_starts if there else None,
            Decimal(e.investment) / WAN if there else None, e.seconds, e.solver_seconds if there else None, e.file, e.why,
        ])  # fmt: skip
    return out


def write_summary_csv(entries: Sequence[Entry], path: Path) -> None:
    """Write the summary as CSV to a temporary name (`io.atomic`)."""
    path.write_bytes(csv_bytes(summary_header(), summary_rows(entries)))


def write_summary_xlsx(entries: Sequence[Entry], path: Path, *, synthetic: bool = False) -> None:
    """Write the summary as a workbook to a temporary name (`io.atomic`)."""
    from .xlsx_cells import Book

    book = Book(str(path))
    sheet = book.sheet(_("cases"), [46, 26, 18, 18, 10, 9, 9, 18, 10, 12, 50, 60])
    row = 0
    if synthetic:
        sheet.merged(0, 0, 11, synthetic_notice(), "notice")
        row = 1
    header = summary_header()
    first = sheet.header(header, row)
    styles = ("text", "text", "money", "money", "share", "whole", "whole", "money", "score", "score", "text", "text")
    for at, cells in enumerate(summary_rows(entries)):
        for col, (value, style) in enumerate(zip(cells, styles, strict=True)):
            if value is None or isinstance(value, str):
                sheet.text(first + at, col, value or "")
            elif isinstance(value, (int, float, Decimal)):
                sheet.number(first + at, col, float(value), style)
    sheet.filter(first - 1, first - 1 + len(entries), len(header))
    book.close()
