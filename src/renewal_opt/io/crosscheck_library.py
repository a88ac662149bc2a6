"""Cross checks of the library with policy and scenario: areas, waivers, own columns, forced projects.

Relations by themselves (unknown ids, cycles of precedence) are checked where the library is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ..domain.base import WAN
from ..domain.columns import SHEETS
from ..domain.filters import DERIVED
from ..domain.library import Library, Project, Relation
from ..domain.policy import Policy
from ..domain.scenario import Scenario
from ..errors import Collector, Finding
from ..i18n import _
from .crosscheck_columns import entries
from .crosscheck_money import start_years
from .libcolumns import year_slot
from .nearest import did_you_mean
from .places import Places


@dataclass(frozen=True)
class LibraryPlace:
    """File and sheet of a library's projects, for findings.

    Attributes
    ----------
    projects : str
        File of the table of projects.
    workbook : bool
        Whether it is a sheet of a workbook, then named in findings.
    """

    projects: str
    workbook: bool = False

    def project(self, kind: str, project: Project, column: str, value: str = "", expected: str = "", hint: str = "", severity: str = "error") -> Finding:
        """Return a finding in a row of the sheet 项目."""
        return Finding(kind, file=self.projects, sheet=SHEETS["projects"][0] if self.workbook else "", row=project.row, column=column, value=value, expected=expected, hint=hint, severity=severity)


def check_library(policy: Policy, library: Library, place: LibraryPlace, places: Places, collector: Collector) -> None:
    """Check coordinated areas, waived clauses, and the city's own columns."""
    _check_areas(policy, library, place, collector)
    waivable = policy.waivable()
    for p in library.projects:
        for item in p.waiver.items if p.waiver else ():
            if item not in waivable:
                collector.add(place.project("unknown_id", p, "豁免条目", item, _("a clause that a waiver can lift"), did_you_mean(item, waivable)))
    _check_own_columns(policy, library, places, collector)


def groups(library: Library) -> dict[tuple[str, str], list[str]]:
    """Return the members of each named exclusive or corequisite group."""
    out: dict[tuple[str, str], list[str]] = {}
    for r in library.relations:
        if r.kind != "precedence" and r.group is not None:
            members = out.setdefault((r.kind, r.group), [])
            members += [i for i in (r.project, r.other) if i is not None and i not in members]
    return out


def _check_areas(policy: Policy, library: Library, place: LibraryPlace, collector: Collector) -> None:
    coordination = policy.coordination
    if coordination is None or not coordination.active:
        return
    areas: dict[str, list[Project]] = {}
    for p in library.projects:
        if p.coord_area and p.part != "withdrawn":
            areas.setdefault(p.coord_area, []).append(p)
    least = coordination.conditions.least_number or 0
    for area, members in areas.items():
        def warn(kind: str, expected: str, head: Project = members[0], area: str = area) -> None:
            collector.add(place.project(kind, head, "统筹片区", area, expected, severity="warning"))

        if len(members) == 1:
            warn("area_single", _("an area of at least two projects"))
        elif len(members) < least:
            warn("area_small", _("at least {least} projects to open the area; it has {n}").format(least=least, n=len(members)))
        if coordination.conditions.anchor_first and not any(p.coord_role == "anchor" for p in members):
            warn("area_no_anchor", _("a project with the role anchor, without which the area cannot open"))


def _check_own_columns(policy: Policy, library: Library, places: Places, collector: Collector) -> None:
    """Warn of an own column that the library fills and no rule reads."""
    used: set[str] = set(DERIVED)
    for _path, entry in entries(policy):
        for name in ("where", "eligible"):
            used |= set(getattr(entry, name, None) or ())
        used |= {v for v in (getattr(entry, "column", None), getattr(entry, "measure", None)) if isinstance(v, str)}
    for i, own in policy.columns.items():
        if i not in used and not own.required:
            words = _("a column that some rule reads; this one is shown in reports only")
            collector.add(places.finding("unused_column", ("columns", i), value=i, expected=words, severity="warning"))
        if own.required and library.columns_present and i not in library.columns_present:
            collector.add(places.finding("column_absent", ("columns", i), value=i, expected=_("a column of the library, because it is required")))


def check_past(library: Library, scenario: Scenario, place: LibraryPlace, collector: Collector) -> None:
    """Check that no carry-over has spending left in a year before the plan year: it is spent, or it comes later."""
    for p in library.projects:
        for year in sorted(y for y, yuan in p.remaining.items() if p.part == "carry_over" and yuan and y < scenario.plan_year):
            expected = _("spending from the plan year {year} on; what is over counts as spent to date").format(year=scenario.plan_year)
            value = f"{Decimal(p.remaining[year]) / WAN:f}"
            collector.add(place.project("past_spending", p, year_slot(year).header(), value, expected))


def check_force(library: Library, scenario: Scenario, place: LibraryPlace, places: Places, collector: Collector) -> None:
    """Check that forced projects exist, may be forced, and do not contradict the library's relations."""
    known = {p.id: p for p in library.projects}
    for side, ids in (("in", scenario.force.in_), ("out", scenario.force.out)):
        for n, i in enumerate(ids):
            at = ("force", side, n)
            if i not in known:
                collector.add(places.finding("unknown_id", at, value=i, expected=_("a project of the library"), hint=did_you_mean(i, known)))
            elif i in ids[:n]:
                collector.add(places.finding("duplicate_id", at, value=i, expected=_("each project once"), severity="warning"))
            elif side == "out" and known[i].part == "carry_over":
                collector.add(places.finding("force", at, value=i, expected=_("no carry-over: a project that has begun stays in the plan")))
            elif side == "in":
                _check_forced_in(known[i], scenario, n, places, collector)

    def clash(n: int, i: str, words: str) -> None:
        collector.add(places.finding("force", ("force", "in", n), value=i, expected=words))

    _check_force_relations(library, scenario, known, clash)


def _check_forced_in(project: Project, scenario: Scenario, n: int, places: Places, collector: Collector) -> None:
    at = ("force", "in", n)
    if project.part == "carry_over":
        collector.add(places.finding("force", at, value=project.id, expected=_("a new start; a carry-over is in the plan anyway"), severity="warning"))
    elif project.part in ("reserve", "withdrawn"):
        part = _("reserve") if project.part == "reserve" else _("withdrawn")
        collector.add(places.finding("force", at, value=project.id, expected=_("a new start; the library declares it {part}").format(part=part)))
    elif not start_years(project, scenario):
        expected = _("a project that may start by {last}; the library says {year}")
        last = scenario.plan_year + scenario.window - 1
        collector.add(places.finding("force", at, value=project.id, expected=expected.format(last=last, year=project.start_year)))


def _check_force_relations(library: Library, scenario: Scenario, known: dict[str, Project], clash: Callable[[int, str, str], None]) -> None:
    """Tell forced-in projects that a relation forbids whatever else is chosen."""
    forced, out = scenario.force.in_, set(scenario.force.out)
    barred = out | {i for i, p in known.items() if p.part in ("reserve", "withdrawn")}
    pairs: list[tuple[Relation | None, str, list[str]]] = [(None, kind, members) for (kind, _group), members in groups(library).items()]
    pairs += [(r, r.kind, [r.project, r.other]) for r in library.relations if r.other is not None and r.group is None]
    for relation, kind, members in pairs:
        starting = [i for i in members if i in forced and i in known and known[i].part == "new_start"]
        if not starting:
            continue
        last = starting[-1]
        n = forced.index(last)
        if kind == "exclusive":
            begun = [i for i in members if i in known and known[i].part == "carry_over"]
            other = next((i for i in (*begun, *starting) if i != last), None)
            if other is not None:
                clash(n, last, _("not together with {other}: the relations exclude each other").format(other=other))
        elif kind == "corequisite":
            other = next((i for i in members if i in barred), None)
            if other is not None:
                clash(n, last, _("not without {other}, which goes with it and cannot start").format(other=other))
        elif relation is not None and relation.other == last and relation.project in barred:
            clash(n, last, _("not without {other}, which must start before and cannot").format(other=relation.project))
        elif relation is not None and relation.other in forced:
            follower = relation.other
            lead = known.get(relation.project)
            if lead is not None and lead.part == "new_start" and follower in known and known[follower].part == "new_start":
                first, last_year = start_years(lead, scenario), scenario.plan_year + scenario.window - 1
                if first and first[0] + relation.lag > last_year:
                    words = _("a window that lets {other} start {lag} years before; it ends in {last}")
                    clash(forced.index(follower), follower, words.format(other=lead.id, lag=relation.lag, last=last_year))
