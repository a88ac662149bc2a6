"""The project's exceptions, built from facts; sentences are made here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .i18n import _

#: more findings of one kind than this are counted, not listed
LISTED_PER_KIND = 50


@dataclass(frozen=True)
class Finding:
    """One fault of the input: where it is, what stands there, and what was expected.

    Attributes
    ----------
    kind : str
        Stable identifier of the kind of fault, for example ``unknown_id`` or ``not_a_number``.
    file : str
        Path of the file as the user named it.
    sheet : str
        Sheet of a workbook, empty elsewhere.
    row : int or None
        1-based row as the user's program shows it (the header counts).
    column : str
        Header of the column as it stands in the file.
    path : str
        YAML path such as ``funding.channels.bond.cap.2025``, empty for tables.
    line : int or None
        1-based line in a text file.
    value : str
        What was found, as text.
    expected : str
        What was expected, in the language in force.
    hint : str
        A suggestion such as the nearest known id.
    severity : str
        ``error`` or ``warning``.
    """

    kind: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    path: str = ""
    line: int | None = None
    value: str = ""
    expected: str = ""
    hint: str = ""
    severity: str = "error"

    def where(self) -> str:
        """Return the place inside the file: sheet, row, column or YAML path."""
        parts: list[str] = []
        if self.path:
            parts.append(self.path)
        if self.line is not None:
            parts.append(_("line {line}").format(line=self.line))
        if self.row is not None:
            parts.append(_("row {row}").format(row=self.row))
        if self.column:
            parts.append(_("column {column}").format(column=self.column))
        text = "".join(parts[:1])
        for part in parts[1:]:
            text = _("{outer}, {inner}").format(outer=text, inner=part)
        return text

    def sentence(self) -> str:
        """Return the finding in words, without the file and sheet that group it."""
        text = self.where()
        if self.value:
            text += (_(": ") if text else "") + _("found “{value}”").format(value=_short(self.value))
        if self.expected:
            text += (_("; ") if self.value else _(": ") if text else "") + _("expected {expected}").format(expected=self.expected)
        if self.hint:
            text += _(" ({hint})").format(hint=self.hint)
        return text


def _short(value: str, limit: int = 80) -> str:
    value = value.replace("\n", "⏎")
    return value if len(value) <= limit else value[: limit - 1] + "…"


def group_findings(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """Group findings by file and sheet, in the order in which these first appear."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for f in findings:
        groups.setdefault((f.file, f.sheet), []).append(f)
    return groups


def render_findings(findings: Sequence[Finding]) -> str:
    """Return all findings as text, grouped by file and sheet; over 50 of a kind are counted."""
    lines: list[str] = []
    for (file, sheet), group in group_findings(findings).items():
        head = file or _("input")
        lines.append(f"{head}" + (f" [{sheet}]" if sheet else ""))
        listed: dict[str, int] = {}
        for f in group:
            listed[f.kind] = listed.get(f.kind, 0) + 1
            if listed[f.kind] <= LISTED_PER_KIND:
                mark = "!" if f.severity == "warning" else "✗"
                lines.append(f"  {mark} {f.sentence()}")
        for kind, count in listed.items():
            if count > LISTED_PER_KIND:
                more = count - LISTED_PER_KIND
                lines.append("  " + _("… and {more} more of kind {kind}").format(more=more, kind=kind))
    return "\n".join(lines)


class RenewalError(Exception):
    """Base of every error that the program raises on purpose."""

    exit_code = 1


class InputError(RenewalError):
    """The input is faulty; carries every finding, not the first alone.

    Parameters
    ----------
    findings : sequence of Finding
        At least one.
    """

    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(render_findings(self.findings))


@dataclass(frozen=True)
class Conflict:
    """One rule family (or row) of a conflict that leaves no plan."""

    family: str
    row: str = ""
    sentence: str = ""


class InfeasibleError(RenewalError):
    """No plan satisfies the rules; carries the rule families in conflict."""

    exit_code = 3

    def __init__(self, message: str, conflict: Sequence[Conflict] = ()) -> None:
        self.conflict = tuple(conflict)
        self.message = message
        lines = [message]
        for c in self.conflict:
            name = c.row or c.family
            lines.append(f"  - {c.sentence} [{name}]" if c.sentence else f"  - {name}")
        super().__init__("\n".join(lines))


class SolverError(RenewalError):
    """The solver stopped without a plan (limit, failure, or an answer that did not pass the re-check)."""

    exit_code = 4


@dataclass
class Collector:
    """Gathers findings while reading, so that every problem is told at once."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)

    @property
    def errors(self) -> list[Finding]:
        return [f for f in self.findings if f.severity == "error"]

    def raise_errors(self) -> None:
        """Raise `InputError` with all findings when any of them is an error."""
        if self.errors:
            raise InputError(self.findings)
