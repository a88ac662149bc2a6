"""Reads a participatory-budgeting file (.pb, pabulib.org): META, PROJECTS, VOTES, separated by semicolons.

Every fault is a finding with its line; nothing is guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ..errors import Collector, Finding
from ..i18n import _
from .nearest import did_you_mean
from .numtext import NumberTextError, parse_number
from .source import read_bytes

MAX_BYTES = 200_000_000
SECTIONS = ("META", "PROJECTS", "VOTES")
_NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("vote",)}
_YEAR = re.compile(r"(?<!\d)((?:19|20|21)\d\d)(?!\d)")
_DAY = (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"), re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"))


@dataclass(frozen=True)
class PbRow:
    """One row of a section: its line in the file and its cells by column."""

    line: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """Return a cell without the white space around it; empty where the column is missing."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True)
class PbProject:
    """One project.

    Attributes
    ----------
    id : str
    cost : int
        Whole currency units, above 0.
    votes : int
    numbers : dict
        Exact values of `score`, `selected`, `latitude` and `longitude`, where given.
    lists : dict
        Entries of `category` and `target`, where the file has these columns.
    """

    id: str
    name: str
    cost: int
    votes: int
    row: PbRow
    numbers: dict[str, Decimal] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Subunit or district of the project, empty where none is given."""
        return self.row.get("subunit") or self.row.get("district")


@dataclass(frozen=True)
class PbFile:
    """A file as read: META, the columns of PROJECTS and the projects in the order of the file."""

    meta: dict[str, str]
    columns: tuple[str, ...]
    projects: tuple[PbProject, ...]
    budget: int
    year: int
    as_of: dt.date


def read_pb(path: Path, collector: Collector) -> PbFile | None:
    """Read and check a .pb file; None after errors. Doubtful things are warnings."""
    raw = read_bytes(path, collector, MAX_BYTES)
    if raw is None:
        return None
    return _Reader(str(path), collector).read(raw)


class _Reader:
    """Reads one file; findings go to the collector."""

    def __init__(self, file: str, collector: Collector) -> None:
        self.file, self.collector = file, collector
        self.headers: dict[str, list[str]] = {}
        self.rows: dict[str, list[PbRow]] = {}

    def tell(self, kind: str, expected: str, *, line: int | None = None, column: str = "", value: str = "", hint: str = "", severity: str = "error") -> None:
        self.collector.add(Finding(kind, file=self.file, line=line, column=column, value=value, expected=expected, hint=hint, severity=severity))

    def read(self, raw: bytes) -> PbFile | None:
        before = len(self.collector.errors)
        text = self._decode(raw)
        if text is None:
            return None
        if not self._split(text):
            return None
        for section in SECTIONS:
            if section not in self.headers:
                self.tell("section_missing", _("a section {section}").format(section=section))
        meta = self._meta()
        ballots, points = self._ballots()
        projects = self._projects(ballots)
        budget, year, as_of = self._budget(meta), self._year(meta), self._as_of(meta)
        if len(self.collector.errors) > before or budget is None or year is None:
            return None
        self._compare(meta, projects, ballots, points)
        return PbFile(meta, tuple(self.headers["PROJECTS"]), tuple(projects), budget, year, as_of or dt.date(year, 1, 1))

    def _decode(self, raw: bytes) -> str | None:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as err:
            line = raw.count(b"\n", 0, err.start) + 1
            self.tell("encoding", _("text in UTF-8"), line=line, value=f"0x{raw[err.start]:02X}", hint=_("save the file as UTF-8"))
            return None
        if "\x00" in text:
            self.tell("encoding", _("text in UTF-8"), line=text.count("\n", 0, text.index("\x00")) + 1, value="NUL")
            return None
        if not text.strip():
            self.tell("empty_file", _("the sections {names}").format(names=", ".join(SECTIONS)))
            return None
        return text

    def _split(self, text: str) -> bool:
        """Split the text into sections, every row as long as its header; False where reading had to stop."""
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
        section, line = "", 1
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return True
            except csv.Error as err:
                self.tell("csv_syntax", _("cells in double quotes closed again, quotes inside a text doubled"), line=line, value=str(err))
                return False
            if not any(c.strip() for c in cells):
                continue
            name = cells[0].strip()
            if name in SECTIONS and not any(c.strip() for c in cells[1:]):
                if name in self.rows:
                    self.tell("duplicate_section", _("each section once"), line=line, value=name)
                section = name
                self.rows.setdefault(section, [])
                continue
            if not section:
                self.tell("section_missing", _("the line META first"), line=line, value=";".join(cells))
                return False
            if section not in self.headers:
                self._header(section, [c.strip() for c in cells], line)
                continue
            header = self.headers[section]
            if len(cells) != len(header):
                kind = "short_row" if len(cells) < len(header) else "long_row"
                self.tell(kind, _("{n} cells, as the header of {section} has").format(n=len(header), section=section), line=line, value=_("{n} cells").format(n=len(cells)))
                continue
            self.rows[section].append(PbRow(line, dict(zip(header, cells, strict=True))))

    def _header(self, section: str, header: list[str], line: int) -> None:
        self.headers[section] = header
        for column in _NEEDED[section]:
            if column not in header:
                self.tell("column_missing", _("a column {column} in {section}").format(column=column, section=section), line=line, value=";".join(header), hint=did_you_mean(column, header))
        for column in {c for c in header if header.count(c) > 1}:
            self.tell("duplicate_column", _("each column once"), line=line, column=column, value=column)

    def _meta(self) -> dict[str, str]:
        out: dict[str, str] = {}
        for row in self.rows.get("META", ()):
            key = row.get("key")
            if key in out:
                self.tell("duplicate_key", _("each key of META once"), line=row.line, value=key)
            out.setdefault(key, row.get("value"))
        return out

    def _meta_line(self, key: str) -> int | None:
        return next((r.line for r in self.rows.get("META", ()) if r.get("key") == key), None)

    def _budget(self, meta: dict[str, str]) -> int | None:
        if not meta.get("budget"):
            if "META" in self.headers:
                self.tell("key_missing", _("a line budget in META, in whole currency units"), line=self._meta_line("budget"))
            return None
        return self._whole(meta["budget"], self._meta_line("budget"), "budget", least=0)

    def _year(self, meta: dict[str, str]) -> int | None:
        for key in ("instance", "date_begin", "date_end"):
            found = _YEAR.search(meta.get(key, ""))
            if found and 1990 <= int(found.group(1)) <= 2199:
                return int(found.group(1))
            if found:
                self.tell("not_a_year", _("a year from {first} to {last}").format(first=1990, last=2199), line=self._meta_line(key), column=key, value=meta[key])
                return None
        if "META" in self.headers:
            self.tell("key_missing", _("a year in instance or date_begin of META"), line=self._meta_line("instance"), value=meta.get("instance", ""))
        return None

    def _as_of(self, meta: dict[str, str]) -> dt.date | None:
        for key in ("date_end", "date_begin"):
            for pattern in _DAY:
                found = pattern.fullmatch(meta.get(key, ""))
                if found:
                    try:
                        return dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
                    except ValueError:
                        self.tell("not_a_date", _("a day of the calendar"), line=self._meta_line(key), value=meta[key])
        return None

    def _ballots(self) -> tuple[Counter[str], Counter[str]]:
        """Return by project the number of ballots that name it, and the sum of their points."""
        ballots: Counter[str] = Counter()
        points: Counter[str] = Counter()
        for row in self.rows.get("VOTES", ()):
            ids = [i.strip() for i in row.get("vote").split(",") if i.strip()]
            given = [v.strip() for v in row.get("points").split(",")] if row.get("points") else []
            ballots.update(ids)
            if len(given) == len(ids):
                for i, value in zip(ids, given, strict=True):
                    points[i] += int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0
        return ballots, points

    def _projects(self, ballots: Counter[str]) -> list[PbProject]:
        if not {"project_id", "cost"} <= set(self.headers.get("PROJECTS", ())):
            return []
        counted = "votes" in self.headers["PROJECTS"]
        if not counted:
            self.tell("column_missing", _("a column votes in PROJECTS"), hint=_("counted from the ballots instead"), severity="warning")
        first: dict[str, int] = {}
        out: list[PbProject] = []
        for row in self.rows["PROJECTS"]:
            name = row.get("project_id")
            if not name:
                self.tell("required_blank", _("a project id"), line=row.line, column="project_id")
            elif name in first:
                self.tell("duplicate_id", _("each id once; it stands in line {line} too").format(line=first[name]), line=row.line, column="project_id", value=name)
            first.setdefault(name, row.line)
            cost = self._whole(row.get("cost"), row.line, "cost", least=1)
            votes = self._whole(row.get("votes"), row.line, "votes", least=0) if counted else ballots[name]
            numbers = {c: v for c in ("score", "selected", "latitude", "longitude") if (v := self._number(row, c)) is not None}
            lists: dict[str, tuple[str, ...]] = {c: tuple(dict.fromkeys(x.strip() for x in row.get(c).split(",") if x.strip())) for c in ("category", "target") if c in row.cells}
            if name and cost is not None and votes is not None:
                out.append(PbProject(name, row.get("name") or name, cost, votes, row, numbers, lists))
        if not self.rows["PROJECTS"]:
            self.tell("empty_table", _("at least one project"))
        return out

    def _number(self, row: PbRow, column: str) -> Decimal | None:
        text = row.get(column)
        if not text:
            return None
        try:
            return parse_number(text)
        except NumberTextError as err:
            self.tell("not_a_number", err.expected, line=row.line, column=column, value=text, hint=err.hint)
            return None

    def _whole(self, text: str, line: int | None, column: str, *, least: int) -> int | None:
        """Return a whole number of at least `least` and at most 10^15, or None after a finding."""
        words = _("a whole number from {least} to {most}").format(least=least, most="10^15")
        try:
            number = parse_number(text)
        except NumberTextError as err:
            self.tell("not_a_number" if text else "required_blank", words, line=line, column=column, value=text, hint=err.hint)
            return None
        if number != number.to_integral_value() or not least <= number <= 10**15:
            self.tell("out_of_range", words, line=line, column=column, value=text)
            return None
        return int(number)

    def _compare(self, meta: dict[str, str], projects: list[PbProject], ballots: Counter[str], points: Counter[str]) -> None:
        """Warn where META, VOTES and PROJECTS disagree."""
        for key, section in (("num_projects", "PROJECTS"), ("num_votes", "VOTES")):
            have, said = len(self.rows[section]), meta.get(key, "")
            if said and said != str(have):
                self.tell(f"{key}_differs", _("{n}, the rows of {section}").format(n=have, section=section), line=self._meta_line(key), column=key, value=said, severity="warning")
        differ = [p.id for p in projects if p.votes not in (ballots[p.id], points[p.id])]
        if differ and ballots:
            self.tell("votes_differ", _("the votes that the ballots give"), value=_("{n} projects").format(n=len(differ)), hint=", ".join(differ[:5]), severity="warning")
        strange = sorted(set(ballots) - {p.id for p in projects})
        if strange:
            self.tell("unknown_project", _("ballots that name projects of the file"), value=", ".join(strange[:5]), hint=_("{n} unknown ids").format(n=len(strange)), severity="warning")
