"""Judges what a mutated set ends in: a verified plan, or a located error of our own; everything else is a failure."""

# ruff: noqa: PT017 - the judge asserts on the error that ends a run, whichever it is
from __future__ import annotations

import csv
import io
import re
import signal
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from mutators import Mutation
from oracle import Oracle

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.domain import Library, Plan
from renewal_opt.errors import Finding, InfeasibleError, InputError, SolverError
from renewal_opt.io.load import Inputs, load_inputs
from renewal_opt.verify import verify_plan

#: faults of a whole file or folder, which have no row, column, path or line
WHOLE_FILE = {
    "file_missing", "file_unreadable", "file_is_folder", "file_type", "wrong_suffix", "folder_missing", "folder_empty", "folder_unreadable", "not_a_folder",
    "ambiguous_file", "empty_table", "missing_columns", "table_too_large", "no_projects", "sheet_missing", "ambiguous_sheet", "empty_file", "file_too_large",
    "not_a_workbook", "old_excel", "workbook_corrupt", "workbook_encrypted", "workbook_too_large", "workbook_breaks_reader", "zip_bomb", "parquet_corrupt",
}  # fmt: skip
#: seconds that one small set may take, far beyond what any takes
TOO_LONG = 60


class Hang(BaseException):
    """A small set took too long."""


@contextmanager
def time_limit(seconds: int = TOO_LONG) -> Iterator[None]:
    """Raise `Hang` when the body takes longer."""

    def ring(_number: int, _frame: Any) -> None:
        raise Hang(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(scenario: Path, mutation: Mutation | None = None, *, base: Inputs | None = None) -> str:
    """Solve a set and return `plan`, `input`, `infeasible` or `solver`; raise AssertionError for anything wrong.

    Parameters
    ----------
    scenario : Path
        The scenario file of the written set.
    mutation : Mutation, optional
        What is known of the answer.
    base : Inputs, optional
        The good set's inputs, for mutations that must load to the same data.
    """
    must = mutation.must if mutation else ""
    inputs: Inputs | None = None
    try:
        with time_limit():
            inputs = load_inputs(scenario)
            for finding in inputs.warnings:
                assert finding.severity == "warning", finding
            told(inputs.warnings, scenario.parent)
            if must == "same":
                assert base is not None
                same(inputs, base)
            assert must != "refuse", "accepted, and must be refused"
            faithful(inputs, scenario.parent)
            plan = solve_annual(inputs, other_bases=False)
    except InputError as error:
        assert must != "same", f"refused, and means the same:\n{error}"
        assert any(f.severity == "error" for f in error.findings), "an InputError without an error"
        told(error.findings, scenario.parent)
        if must == "refuse" and mutation is not None:
            assert any(f.file.endswith(mutation.file) for f in error.findings), f"no finding names {mutation.file}:\n{error}"
        return "input"
    except InfeasibleError as error:
        assert error.message, "no message"
        assert error.conflict, f"no rule is named: {error}"
        assert all(c.family and (c.row or c.sentence) for c in error.conflict), error
        return "infeasible"
    except SolverError as error:
        assert str(error).strip(), "no message"
        assert "internal" not in str(error).lower(), error
        return "solver"
    assert inputs is not None
    holds(plan, inputs)
    return "plan"


def told(findings: tuple[Finding, ...] | list[Finding], folder: Path) -> None:
    """Assert that every finding is located, says what was expected, and that its line or row exists."""
    assert findings is not None
    for f in findings:
        assert f.file, f"no file: {f}"
        assert f.expected.strip() or f.value.strip(), f"says nothing: {f}"
        assert f.sentence().strip(" :;"), f
        assert f.path or f.line is not None or f.row is not None or f.column or f.kind in WHOLE_FILE or f.severity == "warning", f"not located: {f}"
        assert not re.search(r"\{[a-z_]+\}", f.expected.replace(f.value or "\0", "")), f"a field was not filled in: {f}"
        path = Path(f.file)
        if (f.line is not None or f.row is not None) and path.is_file():
            content = path.read_bytes()
            lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
            assert f.line is None or 1 <= f.line <= lines + content.count("\u2028".encode()) + content.count("\x85".encode()), f"no such line: {f}"
            if path.suffix == ".csv":
                assert f.row is None or 1 <= f.row <= lines, f"no such row: {f}"


def same(inputs: Inputs, base: Inputs) -> None:
    """Assert that two loads gave the same data."""
    assert inputs.policy == base.policy, "the policy differs"
    assert inputs.scenario == base.scenario, "the scenario differs"
    ours, theirs = (plain(i.library) for i in (inputs, base))
    assert ours == theirs, f"the library differs: {[(a, b) for a, b in zip(ours['projects'], theirs['projects'], strict=False) if a != b][:1]}"


def plain(library: Library) -> dict[str, Any]:
    """Return a library's data without rows, order of columns and name."""
    out = library.model_dump(exclude={"columns_present"})
    for part in ("projects", "revenue", "relations"):
        for row in out[part]:
            row.pop("row")
    return out


def holds(plan: Plan, inputs: Inputs) -> None:
    """Assert that a plan passes the exact re-check, is right by the oracle of tests/oracle.py, and claims no more than it has."""
    for result in verify_plan(plan, inputs.policy, inputs.library, inputs.scenario):
        assert not result.breaches, result.breaches
    assert plan.checks
    assert plan.objective.bound is None or plan.objective.bound >= float(Decimal(0) + _float(plan.objective.value)) * (1 - 1e-9) - 1e-6, plan.objective
    ids = [c.id for c in (*plan.chosen, *plan.reserve, *plan.refused)]
    assert Counter(ids) == Counter(p.id for p in inputs.library.projects), "every project stands in the plan once"
    assert Oracle(inputs.policy, inputs.library, inputs.scenario).right(plan), "the oracle finds the plan wrong"


def _float(text: str) -> Decimal:
    numerator, _slash, denominator = text.partition("/")
    return Decimal(numerator) / Decimal(denominator or 1)


# ------------------------------------------------------------------ a loaded value equals the cell's text

_MONEY = {"total_investment": "总投资（万元）", "spent_to_date": "累计完成投资（万元）"}
_NUMBERS = {"residents": "受益人数（人）", "households": "受益户数（户）", "gfa_existing": "现状建筑面积（㎡）", "consent": "同意率（%）", "green_area": "新增绿地（㎡）"}
_TEXTS = {"name": "项目名称", "content": "建设内容及规模", "remark": "备注", "secured_doc": "落实资金文号"}


def faithful(inputs: Inputs, folder: Path) -> None:
    """Assert that what was loaded from a plain CSV is what its cells say, by a reading of this test's own."""
    file = folder / "library/projects.csv"
    if not file.is_file() or file not in [p for _r, p in inputs.files]:
        return
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    first = text.lstrip("\r\n").split("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(c.strip() for c in r)]
    head = [" ".join(h.split()) for h in rows[0]]
    assert len(rows) - 1 == len(inputs.library.projects), "a row was lost"
    for cells, project in zip(rows[1:], inputs.library.projects, strict=True):
        row = dict(zip(head, cells, strict=True))
        for names, factor in ((_MONEY, 10_000), (_NUMBERS, 1)):
            for attribute, zh in names.items():
                cell = _plain_cell(row, attribute, zh)
                if cell is not None:
                    value = getattr(project, attribute)
                    assert (Decimal(value) if value is not None else None) == ((cell and Decimal(cell.replace(",", "")) * factor) or (Decimal(0) if cell else None)), (attribute, cell, value)
        for attribute, zh in _TEXTS.items():
            cell = _plain_cell(row, attribute, zh)
            if cell is not None and not cell.startswith("'"):
                assert (getattr(project, attribute) or "") == cell.replace("\r\n", "\n").replace("\r", "\n"), (attribute, cell)


def _plain_cell(row: Mapping[str, str], attribute: str, zh: str) -> str | None:
    """Return a cell's text, full-width characters narrowed for numbers; None where the column is absent or shares a name."""
    name = attribute if attribute in row else zh if zh in row else None
    if name is None:
        return None
    cell = row[name].strip()
    return unicodedata.normalize("NFKC", cell).strip() if attribute not in _TEXTS else cell
