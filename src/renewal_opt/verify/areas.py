"""Coordinated areas (片区统筹): conditions for opening one, openings a year, no start before the opening where required."""

from collections.abc import Iterator

from .case import Case, Pick
from .reading import dated
from .rows import Row, Same, each


def check(case: Case) -> Iterator[Row | Same]:
    """Each opened area meets the conditions over its chosen projects; areas with carry-overs are open without."""
    rule, opened = case.policy.coordination, case.plan.opened_areas
    active = rule is not None and rule.active
    there = {p.coord_area for p in case.library.projects if p.part == "carry_over"}
    declared = {p.coord_area for p in case.library.projects if p.coord_area} - there
    for a, year in opened.items():
        yield Same("coordination", active and a in declared, True, at=a, kind="unknown")
        yield Row("coordination", year, case.t0, case.starts[-1], year=year, at=f"{a},{year}")
    balances = _balances(case, there)
    yield Same("area_balance", len(case.plan.area_balance), len(balances), at="number")
    yield from each("area_balance", {b.id: b.model_dump(exclude={"id"}) for b in case.plan.area_balance}, balances)
    if rule is None or not active:
        return
    for a, year in opened.items():
        yield from _conditions(case, a, year, case.by_area.get(a, []))
    for s in case.starts if rule.openings_per_year is not None else ():
        yield Row("coordination.openings_per_year", list(opened.values()).count(s), at_most=rule.openings_per_year, year=s)
    for k in case.new if rule.mode == "required" else ():
        area = k.project.coord_area
        if area and area not in there and k.start is not None:
            if area in opened:
                yield Row("coordination.mode", k.start, at_least=opened[area], project=k.project.id, year=k.start)
            else:
                yield Same("coordination.mode", f"{area} closed", f"{area} open", k.project.id, year=k.start)


def _balances(case: Case, there: set[str | None]) -> dict[str, dict[str, object]]:
    """Fund balance of each area with a carry-over or candidate, over its projects in the plan."""
    out: dict[str, dict[str, object]] = {}
    for a in {p.coord_area for p in case.declared if p.coord_area}:
        mine = case.by_area.get(a, [])
        out[a] = {
            "state": "running" if a in there else "opened" if a in case.plan.opened_areas else "closed",
            "chosen": len(mine),
            "investment": sum(k.project.total_investment for k in mine),
            "revenue": sum(x.pledged_net for k in mine for x in case.reading.revenue.get(k.project.id, ())),
        }
    return out


def _conditions(case: Case, a: str, year: int, picks: list[Pick]) -> Iterator[Row | Same]:
    assert case.policy.coordination is not None
    c, path = case.policy.coordination.conditions, "coordination.conditions"
    whole = sum(k.project.total_investment for k in picks)
    yield Row(f"{path}.least_number", len(picks), at_least=c.least_number, year=year, at=a)
    yield Row(f"{path}.least_investment", whole, at_least=c.least_investment, year=year, at=a)
    if c.anchor_first:
        anchors = [k for k in picks if k.project.coord_role == "anchor"]
        first = any(k.carry or (k.start is not None and k.start <= year) for k in anchors)
        yield Same(f"{path}.anchor_first", first, True, year=year, at=a)
    if (share := dated(c.revenue_share, case.t0)) is not None:
        revenue = sum(x.pledged_net for k in picks for x in case.reading.revenue.get(k.project.id, ()))
        yield Row(f"{path}.revenue_share", revenue, at_least=share * whole, year=year, at=a)
