r"""The clauses on the portfolio as exact rows on starts and openings, written for the proof from policy and library.

.. math::
    lo \le \sum_k \mu_k x_k - \sigma \sum_k \beta_k x_k \le hi

with the measure :math:`\mu`, and :math:`\sigma`, :math:`\beta` where a limit is a share of a base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from ..domain import Project
from ..domain.funding import CapByYear
from ..domain.rules import Coordination, Limit
from ..problem import Problem
from ..problem.areas import Area
from ..problem.relations import groups
from .system import Bools, Exact, Rows

Openings = Mapping[tuple[str, int], int]
_BASES = {"district": ("district", "districts"), "key_area": ("key_area", "key_areas"), "class": ("object_class", "object_classes")}


def add_portfolio_rules(rows: Rows, problem: Problem, areas: Sequence[Area], openings: Openings) -> None:
    """Add the rows of budget, commitments, relations, districts, limits, targets and coordinated areas."""
    _budget(rows, problem)
    _commitments(rows, problem)
    _precedence(rows, problem)
    _together_or_apart(rows, problem)
    _districts(rows, problem)
    for section in ("limits", "targets"):
        for key, limit in getattr(problem.policy, section).items():
            if limit.binds_in(problem.year):
                _limit(rows, problem, section, key, limit)
    rule = problem.policy.coordination
    if rule is not None and rule.active:
        _areas(rows, problem, rule, [a for a in areas if not a.running], openings)


def amount_of(problem: Problem, cap: CapByYear, path: str, year: int) -> int | None:
    """Return a cap's amount in a year, 元, None when open.

    Raises
    ------
    InputError
        When the year has no number.
    """
    try:
        return cap.at(year)
    except LookupError:
        raise problem.cap_missing(path, year) from None


def starts_of(problem: Problem, i: int) -> range:
    """Return the starts of a project."""
    return range(int(problem.starts.first[i]), int(problem.starts.first[i + 1]))


def _budget(rows: Rows, problem: Problem) -> None:
    spending, starts = problem.spending, problem.starts
    for key, rule in problem.policy.budget.items():
        if not rule.active:
            continue
        inside = problem.mask(rule.where)
        for year in problem.money_years if rule.measure == "spending" else problem.start_years:
            amount = amount_of(problem, rule.amount, f"budget.{key}.amount", year)
            if amount is None:
                continue
            total: dict[int, Exact] = {}
            if rule.measure == "spending":
                for n in np.flatnonzero((spending.year == year) & inside[spending.project]).tolist():
                    k = int(spending.start[n])
                    total[k] = total.get(k, 0) + int(spending.amount[n])
            else:
                for k in np.flatnonzero((starts.year == year) & ~starts.fixed & inside[starts.project]).tolist():
                    total[k] = int(problem.investment[starts.project[k]])
            rows.add(("budget", f"budget:{key}[{year}]"), None, amount, total)


def _commitments(rows: Rows, problem: Problem) -> None:
    for i, project in enumerate(problem.projects):
        own = starts_of(problem, i)
        forced = bool(problem.forced[i])
        if not problem.carry[i] and (forced or len(own) > 1):
            rows.add(("commitments", project.id), 1 if forced else None, 1, dict.fromkeys(own, 1))


def _precedence(rows: Rows, problem: Problem) -> None:
    years = problem.starts.year.tolist()
    for number, relation in enumerate(problem.library.relations):
        if relation.kind != "precedence" or relation.other is None or relation.other not in problem.position:
            continue
        later, first = problem.position[relation.other], problem.position.get(relation.project)
        if problem.carry[later]:
            continue
        for k in starts_of(problem, later):
            latest = years[k] - relation.lag
            before: list[int] = []
            if first is not None and problem.carry[first]:
                began = problem.projects[first].start_year
                if began is None or began <= latest:
                    continue
            elif first is not None:
                before = [j for j in starts_of(problem, first) if years[j] <= latest]
            total: dict[int, Exact] = {k: 1}
            for j in before:
                total[j] = total.get(j, 0) - 1
            rows.add(("precedence", relation.project, relation.other, years[k], number), None, 0, total)


def _together_or_apart(rows: Rows, problem: Problem) -> None:
    at = problem.position
    for name, members in groups(problem.library, "exclusive").items():
        inside = [at[i] for i in members if i in at]
        running = any(bool(problem.carry[i]) for i in inside)
        new = [k for i in inside if not problem.carry[i] for k in starts_of(problem, i)]
        if new and (running or len(inside) > 1):
            rows.add(("exclusivity", name), None, 0 if running else 1, dict.fromkeys(new, 1))
    parts = {p.id: p.part for p in problem.library.projects}
    for name, members in groups(problem.library, "corequisite").items():
        wanted = [i for i in members if parts.get(i) != "carry_over"]
        able = [at[i] for i in wanted if i in at]
        for n, i in enumerate(able):
            if len(able) < len(wanted):
                rows.add(("corequisites", name, problem.projects[i].id), None, 0, dict.fromkeys(starts_of(problem, i), 1))
            elif n:
                both: dict[int, Exact] = dict.fromkeys(starts_of(problem, able[0]), 1)
                rows.add(("corequisites", name, problem.projects[i].id), 0, 0, both | dict.fromkeys(starts_of(problem, i), -1))


def _sum(problem: Problem, inside: Bools, values: Sequence[Exact]) -> dict[int, Exact]:
    """Return a measure summed over the starts of some projects."""
    who = problem.starts.project
    return {k: values[int(who[k])] for k in np.flatnonzero(inside[who]).tolist()}


def _share(rows: Rows, name: tuple[str, ...], part: Mapping[int, Exact], base: Mapping[int, Exact], lo: Fraction | None, hi: Fraction | None) -> None:
    """Add ``lo * base <= part <= hi * base``."""
    for share, side in ((lo, "least"), (hi, "most")):
        if share is None:
            continue
        total = {k: part.get(k, 0) - share * base.get(k, 0) for k in {**part, **base}}
        rows.add((*name[:-1], f"{name[-1]}:{side}"), 0 if side == "least" else None, None if side == "least" else 0, total)


def _districts(rows: Rows, problem: Problem) -> None:
    for key, rule in problem.policy.district_balance.items():
        lo = None if rule.at_least is None else rule.at_least.fraction(problem.year)
        hi = None if rule.at_most is None else rule.at_most.fraction(problem.year)
        if not rule.active or (lo is None and hi is None):
            continue
        values = problem.measure(rule.measure)[0]
        inside = problem.mask(rule.where) & (~problem.carry if rule.of == "new" else True)
        budget = problem.budget_amount(f"district_balance.{key}", rule.measure) if rule.of == "budget" else None
        base = {} if rule.of == "budget" else _sum(problem, inside, values)
        named = rule.districts
        for district in named if named is not None else [d for d, e in problem.policy.districts.items() if e.level == "district"]:
            shares = [_part_in(p, district) for p in problem.projects]
            if named is None and not any(shares):
                continue
            part = _sum(problem, inside, [s * v for s, v in zip(shares, values, strict=True)])
            name = ("districts", f"districts:{key}[{district}]")
            if budget:
                rows.add(name, lo, hi, {k: Fraction(c) / budget for k, c in part.items()})
            else:
                _share(rows, name, part, base, lo, hi)


def _part_in(project: Project, district: str) -> Fraction:
    if project.district_shares:
        return Fraction(project.district_shares.get(district, 0)) / 100
    return Fraction(int(project.district == district))


def _limit(rows: Rows, problem: Problem, section: str, key: str, limit: Limit) -> None:
    low, high, of = limit.at_least, limit.at_most, limit.of
    values, _unit, factor = problem.measure(limit.measure)
    inside = problem.mask(limit.where)
    if of is None:
        lo = None if low is None or low.value is None else Fraction(low.value) * factor
        hi = None if high is None or high.value is None else Fraction(high.value) * factor
        rows.add(("limits", f"{section}:{key}"), lo, hi, _sum(problem, inside, values))
        return
    lo = None if low is None or low.share is None else low.share.fraction(problem.year)
    hi = None if high is None or high.share is None else high.share.fraction(problem.year)
    if lo is None and hi is None:
        return
    if of == "budget":
        budget = problem.budget_amount(f"{section}.{key}", limit.measure)
        part = _sum(problem, inside, values)
        if budget:
            rows.add(("limits", f"{section}:{key}"), lo, hi, {k: Fraction(c) / budget for k, c in part.items()})
        else:
            _share(rows, ("limits", f"{section}:{key}"), part, {}, lo, hi)
        return
    column = _BASES[of][0] if of in _BASES else None
    where = [problem.facts.get(p, column) for p in problem.projects] if column is not None else []
    for group in sorted({g for g in where if g is not None}) if column is not None else [None]:
        counted = ~problem.carry if of == "new" else np.ones(len(problem.projects), dtype=bool)
        if column is not None:
            counted = np.array([g == group for g in where], dtype=bool)
        name = f"{section}:{key}" if group is None else f"{section}:{key}[{group}]"
        _share(rows, ("limits", name), _sum(problem, counted & inside, values), _sum(problem, counted, values), lo, hi)


def _areas(rows: Rows, problem: Problem, rule: Coordination, areas: Sequence[Area], openings: Openings) -> None:
    years = problem.start_years
    for area in areas:
        opened: dict[int, Exact] = {openings[area.id, t]: 1 for t in years}
        if len(years) > 1:
            rows.add(("areas", "once", area.id), None, 1, opened)
        if rule.mode == "required":
            for k in area.starts:
                year = int(problem.starts.year[k])
                before: dict[int, Exact] = {openings[area.id, t]: -1 for t in years if t <= year}
                rows.add(("areas", "required", area.id, k), None, 0, {k: 1, **before})
        _conditions(rows, problem, rule, area, openings)
    if rule.openings_per_year is not None:
        for t in years:
            rows.add(("areas", "openings", t), None, rule.openings_per_year, {openings[a.id, t]: 1 for a in areas})


def _conditions(rows: Rows, problem: Problem, rule: Coordination, area: Area, openings: Openings) -> None:
    c, years = rule.conditions, problem.start_years
    columns = [openings[area.id, t] for t in years]
    who = {k: int(problem.starts.project[k]) for k in area.starts}

    def at_least(name: str, values: dict[int, Exact], level: Exact, base: Exact = 0) -> None:
        rows.add(("areas", name, area.id), base, None, values | dict.fromkeys(columns, -level))

    if c.least_number is not None:
        at_least("number", dict.fromkeys(who, 1), c.least_number)
    if c.least_investment is not None:
        at_least("investment", {k: int(problem.investment[i]) for k, i in who.items()}, c.least_investment)
    if c.anchor_first:
        for t in years:
            anchors: dict[int, Exact] = {
                k: -1 for k, i in who.items() if problem.projects[i].coord_role == "anchor" and int(problem.starts.year[k]) <= t
            }
            rows.add(("areas", "anchor", area.id, t), None, 0, {openings[area.id, t]: 1, **anchors})
    share = None if c.revenue_share is None else c.revenue_share.fraction(problem.year)
    if share is not None:
        net = {k: Fraction(area.revenue[i]) - share * int(problem.investment[i]) for k, i in who.items()}
        deficit = -sum(min(n, Fraction(0)) for n in {i: net[k] for k, i in who.items()}.values())
        at_least("revenue", dict(net), deficit, -deficit)
