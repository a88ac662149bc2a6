"""Sheet 年度计划表: the form that an office signs (domain.md 4), with live subtotals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..domain.library import Project
from ..domain.plan import Chosen, Reserve
from ..i18n import _
from ..io.texttable import column_letters as column
from .numbers import wan
from .view import PARTS, View, rounding_note, synthetic_notice
from .xlsx_cells import Book, Sheet, cell, span

_NUMERALS = ("一", "二", "三")


@dataclass(frozen=True)
class Line:
    """One project of the table; money in 元."""

    id: str
    name: str
    part: str
    district: str
    object: str
    mode: str
    content: str
    investment: int
    done: int | None
    channels: tuple[int, ...]
    years: str
    aim: str
    implementer: str
    lead: str
    remark: str
    action: str

    @property
    def this_year(self) -> int:
        """Money of the plan year."""
        return sum(self.channels)


def lines(view: View) -> dict[str, list[Line]]:
    """Return the table's lines by part, inside a part by action in the policy's order, then as in the plan."""
    out: dict[str, list[Line]] = {part: [] for part in PARTS}
    for chosen in view.plan.chosen:
        out[chosen.part].append(_line(view, chosen))
    for waiting in view.plan.reserve:
        out["reserve"].append(_line(view, waiting))
    actions = list(view.policy.actions) if view.policy else []
    order = {name: at for at, name in enumerate(dict.fromkeys([view.of("actions", a) for a in actions]))}
    for part in out.values():
        part.sort(key=lambda line: order.get(line.action, len(order)))
    return out


def _line(view: View, entry: Chosen | Reserve) -> Line:
    project = view.projects.get(entry.id)
    money = dict.fromkeys(view.channels, 0)
    for m in entry.money if isinstance(entry, Chosen) else ():
        if m.year == view.plan.plan_year:
            money[view.parent(m.channel)] += m.yuan
    part = entry.part if isinstance(entry, Chosen) else "reserve"
    get: Callable[[str], str | None] = lambda name: getattr(project, name) if project else None  # noqa: E731
    action = view.action(project)
    return Line(
        id=entry.id, name=entry.name, part=part, district=view.of("districts", get("district")),
        object=" / ".join(filter(None, (view.of("object_classes", get("object_class")), view.of("object_types", get("object_type"))))),
        mode=view.of("modes", get("mode")), content=get("content") or "", investment=entry.investment,
        done=(project.spent_to_date or 0) if project and part == "carry_over" else 0 if part == "new_start" else None,
        channels=tuple(money.values()), years=_years(entry, project), aim=_aim(view, entry, project, sum(money.values())),
        implementer=get("implementer") or "", lead=get("lead") or "", remark=_remark(view, entry, project),
        action=view.of("actions", action) if action else "",
    )  # fmt: skip


def _years(entry: Chosen | Reserve, project: Project | None) -> str:
    """Years of start and end; a start that the plan moves takes the end along."""
    if project is None:
        return ""
    first, last = project.start_year, project.end_year
    if isinstance(entry, Chosen) and entry.start is not None:
        length = last - first if first is not None and last is not None else max(len(project.spend) - 1, 0)
        first, last = entry.start, entry.start + length
    return "–".join(str(y) for y in (first, last) if y is not None)


def _aim(view: View, entry: Chosen | Reserve, project: Project | None, yuan: int) -> str:
    """年度目标: what the plan itself says of the year (the library has no such column)."""
    if isinstance(entry, Reserve):
        return _("preparation: to be ready for a start")
    year = view.plan.plan_year
    if entry.start is not None and entry.start > year:
        return _("start in {year}").format(year=entry.start)
    words = _("invest {money} (10k yuan)").format(money=wan(yuan))
    if entry.start == year:
        words = _("start; {words}").format(words=words)
    if entry.money and max(m.year for m in entry.money) == year and (project is None or (project.end_year or year) <= year or entry.start == year):
        words = _("{words}; complete").format(words=words)
    return words


def _remark(view: View, entry: Chosen | Reserve, project: Project | None) -> str:
    notes = [project.remark or ""] if project else []
    if isinstance(entry, Chosen) and entry.forced:
        notes.append(_("forced in by the scenario"))
    if isinstance(entry, Reserve):
        notes += [view.text(r.label) for r in entry.reasons[:1]]
    if project and project.district_shares:
        shares = _(", ").join(f"{view.of('districts', d)} {s:f}%" for d, s in project.district_shares.items())
        notes.append(_("across districts: {shares}; counted where it is declared").format(shares=shares))
    return _("; ").join(n for n in notes if n)


class AnnualTable:
    """Writes the sheet; all column positions in one place."""

    def __init__(self, book: Book, view: View) -> None:
        self.view = view
        self.channels = [view.channel(c) for c in view.channels]
        self.investment, self.done, self.now = 6, 7, 8
        self.first_channel = 9
        self.last_channel = 8 + len(self.channels)
        self.money = [self.investment, self.done, *([self.now] if self.channels else []), *range(self.first_channel, self.last_channel + 1)]
        self.after = self.last_channel + 1
        self.width = self.after + 5
        widths = [5, 26, 13, 18, 13, 34, 13, 13, 13, *[11] * len(self.channels), 11, 26, 18, 18, 22]
        self.sheet: Sheet = book.sheet(_("annual plan table"), widths)
        self.rows: dict[str, tuple[int, int]] = {}
        self.lines = lines(view)
        self.district_runs: dict[str, list[Line]] = {}

    def write(self) -> None:
        """Write title, header, the three parts, the sum of the plan, and the sums by district and action."""
        row = self._head()
        sums: list[int] = []
        for at, part in enumerate(PARTS):
            sums.append(row)
            row = self._part(row, at, part)
        self._total(row, sums[:2])
        self._groups(row + 2)

    def _head(self) -> int:
        view, sheet = self.view, self.sheet
        row = 0
        if view.plan.synthetic:
            sheet.merged(row, 0, self.width - 1, synthetic_notice(), "notice")
            row += 1
        sheet.merged(row, 0, self.width - 1, view.text(view.plan.title), "title")
        notes = [_("money in 10k yuan, two decimals"), *([rounding_note()] if view.finer_than_printed else [])]
        sheet.merged(row + 1, 0, self.width - 1, _("; ").join(notes), "line")
        row += 2
        names = [
            _("no."), _("project name"), _("district"), _("renewal object"), _("renewal mode"), _("content and scale"),
            _("total investment"), _("invested to date"), _("planned this year"), *self.channels,
            _("years of start and end"), _("aim of the year"), _("implementer"), _("responsible unit"), _("remark"),
        ]  # fmt: skip
        for at, name in enumerate(names):
            inside = self.first_channel <= at <= self.last_channel
            if inside:
                sheet.text(row + 1, at, name, "header")
            else:
                sheet.merged_down(row, row + 1, at, name, "header")
        if self.channels:
            sheet.merged(row, self.first_channel, self.last_channel, _("sources of money, this year"), "header")
        sheet.ws.freeze_panes(row + 2, 2)
        sheet.ws.repeat_rows(row, row + 1)
        return row + 2

    def _values(self, line: Line) -> list[int | None]:
        this_year: list[int | None] = [line.this_year, *line.channels] if self.channels else []
        if line.part == "reserve":
            this_year = [None] * len(this_year)
        return [line.investment, line.done, *this_year]

    def _part(self, row: int, at: int, part: str) -> int:
        sheet, found = self.sheet, self.lines[part]
        first, last = row + 1, row + len(found)
        self.rows[part] = (first, last)
        numeral = _NUMERALS[at] if self.view.language == "zh" else str(at + 1)
        name = _("{numeral}. {part} ({number} projects)").format(numeral=numeral, part=self.view.part(part), number=len(found))
        self._sum_row(row, name, [(first, last)] if found else [], found, "SUBTOTAL(9,{})")
        for number, line in enumerate(found, start=1):
            here = row + number
            sheet.number(here, 0, number, "year")
            for col, text in enumerate((line.name, line.district, line.object, line.mode, line.content), start=1):
                sheet.text(here, col, text)
            for col, yuan in zip(self.money, self._values(line), strict=True):
                if yuan is None:
                    sheet.text(here, col, "")
                elif col == self.now:
                    sheet.sum_of_money(here, col, f"=SUM({cell(here, self.first_channel)}:{cell(here, self.last_channel)})", yuan, "money")
                else:
                    sheet.money(here, col, yuan)
            sheet.text(here, self.after, line.years, "centre")
            for col, text in enumerate((line.aim, line.implementer, line.lead, line.remark), start=self.after + 1):
                sheet.text(here, col, text)
        return row + len(found) + 1

    def _sum_row(self, row: int, name: str, runs: Sequence[tuple[int, int]], found: Sequence[Line], form: str) -> None:
        """Write a row of sums over runs of rows; `form` takes the ranges."""
        sheet = self.sheet
        sheet.text(row, 0, "", "sumtext")
        sheet.text(row, 1, name, "sumtext")
        values = [self._values(line) for line in found]
        for at, col in enumerate(self.money):
            ranges = ",".join(span(first, last, col) for first, last in runs)
            exact = sum(v[at] or 0 for v in values)
            if ranges:
                sheet.sum_of_money(row, col, "=" + form.format(ranges), exact)
            else:
                sheet.money(row, col, 0, "sum")
        for col in [*range(2, 6), *range(self.after, self.width)]:
            sheet.text(row, col, "", "sumtext")

    def _total(self, row: int, sums: Sequence[int]) -> None:
        """Write the sum of the plan: carry-overs and new starts, without the reserve."""
        found = [line for part in PARTS[:2] for line in self.lines[part]]
        name = _("total of the plan: carry-overs and new starts ({number} projects)").format(number=len(found))
        self._sum_row(row, name, [(r, r) for r in sums], found, "SUM({})")

    def _groups(self, row: int) -> None:
        """Write the sums by district (looked up by name) and by action (rows of an action stand together)."""
        inside = [(part, *self.rows[part]) for part in PARTS[:2] if self.lines[part]]
        found = [line for part in PARTS[:2] for line in self.lines[part]]
        self.sheet.text(row, 1, _("of which by district (carry-overs and new starts)"), "sumtext")
        row += 1
        for name in self._order("districts", [line.district for line in found]):
            mine = [line for line in found if line.district == name]
            self._looked_up(row, name, mine, [(a, b) for _p, a, b in inside])
            row += 1
        names = self._order("actions", [line.action for line in found])
        if names == [""]:
            return
        row += 1
        self.sheet.text(row, 1, _("of which by action (carry-overs and new starts)"), "sumtext")
        for name in names:
            row += 1
            runs = [run for part, first, _last in inside if (run := _run([line.action for line in self.lines[part]], name, first))]
            self._sum_row(row, self._named(name, found, "action"), runs, [line for line in found if line.action == name], "SUM({})")

    def _order(self, vocabulary: str, present: Sequence[str]) -> list[str]:
        known = [self.view.text(label) for label in self.view.vocabulary(vocabulary).values()]
        here = set(present)
        return [n for n in dict.fromkeys(known) if n in here] + sorted(here - set(known))

    def _named(self, name: str, found: Sequence[Line], attribute: str) -> str:
        number = sum(getattr(line, attribute) == name for line in found)
        return _("{name} ({number} projects)").format(name=name or _("not stated"), number=number)

    def _looked_up(self, row: int, name: str, mine: Sequence[Line], runs: Sequence[tuple[int, int]]) -> None:
        """Write sums over the rows of one district: SUMIF on column C by the name in column C of this row."""
        sheet = self.sheet
        sheet.text(row, 0, "", "sumtext")
        sheet.text(row, 1, self._named(name, mine, "district"), "sumtext")
        sheet.text(row, 2, name, "sumtext")
        for at, col in enumerate(self.money):
            exact = sum(self._values(line)[at] or 0 for line in mine)
            parts = [f"SUMIF({span(a, b, 2)},{_criterion(row, name)},{span(a, b, col)})" for a, b in runs]
            if parts:
                sheet.sum_of_money(row, col, "=" + "+".join(parts), exact)
        for col in [*range(3, 6), *range(self.after, self.width)]:
            sheet.text(row, col, "", "sumtext")


def _criterion(row: int, name: str) -> str:
    """Return the criterion of SUMIF: the cell that names the district, exactly; blanks by ``=``."""
    return f'"="&{column(2)}{row + 1}' if name else '"="'


def _run(names: Sequence[str], name: str, first: int) -> tuple[int, int] | None:
    """Return the first and last row of a name in a sorted column."""
    at = [n for n, found in enumerate(names) if found == name]
    return (first + at[0], first + at[-1]) if at else None
