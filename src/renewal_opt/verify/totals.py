"""What the plan says of itself: parts, reserve, objective, totals, later needs, years, waivers, header."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite

from ..domain.plan import Chosen, Objective, Refused, Reserve
from .case import Case
from .rows import Row, Same, each, exact, listed_once, number, texts
from .said import sayings

_TINY = Fraction(1, 10**9)


def check(case: Case) -> Iterator[Row | Same]:
    """Everything stated beside the lists themselves is recomputed from them and from the inputs."""
    yield from _header(case)
    yield from _parts(case)
    yield from _reserve(case)
    yield from _objective(case)
    kept: dict[str, Fraction] = {
        k: sum((case.basis(p.project) * case.scores[p.project.id].criteria[k] for p in case.new), Fraction(0))
        for k in case.policy.criteria
    }
    yield from each("criterion_totals", texts(case.plan.criterion_totals, kept), kept)
    needs = {k: yuan for k, yuan in case.flow.items() if k[1] > case.t0 and yuan}
    yield Same("later_needs", len(case.plan.later_needs), len(needs), at="number")
    yield from each("later_needs", {(n.channel, n.year): n.yuan for n in case.plan.later_needs}, needs)
    yield from _waivers(case)
    yield from sayings(case)


def _header(case: Case) -> Iterator[Same]:
    plan, scenario = case.plan, case.scenario
    dates = [p.as_of.isoformat() for p in case.library.projects if p.as_of]
    yield Same("plan_year", plan.plan_year, scenario.plan_year)
    yield Same("window", plan.window, scenario.window)
    yield Same("money_years", list(plan.money_years), list(case.years))
    yield Same("scenario", plan.scenario, scenario.name)
    yield Same("city", plan.city, case.policy.city.label)
    yield Same("synthetic", plan.synthetic, case.policy.city.synthetic or case.library.synthetic)
    yield Same("library_as_of", plan.library_as_of, max(dates, default=None))


def _parts(case: Case) -> Iterator[Same]:
    parts: tuple[Chosen | Reserve | Refused, ...] = (*case.plan.chosen, *case.plan.reserve, *case.plan.refused)
    yield from listed_once("parts", (e.id for e in parts), case.projects)
    for e in parts:
        if (p := case.projects.get(e.id)) is not None:
            yield Same("parts.name", e.name, p.name, e.id)
            yield Same("parts.investment", e.investment, p.total_investment, e.id)
            yield exact("parts.score", e.score, case.scores[e.id].total, e.id)
    for c in case.plan.chosen:
        yield Same("parts.forced", c.forced, c.id in case.scenario.force.in_, c.id)
        if (s := case.scores.get(c.id)) is not None:
            yield Same("parts.hangs_on_blank", c.hangs_on_blank, s.worst != s.best, c.id)


def _reserve(case: Case) -> Iterator[Same]:
    """储备: passed, or unclear in papers alone; by score; what does not fit is passed over."""
    rule, order, whole = case.policy.reserve, {i: n for n, i in enumerate(case.projects)}, 0
    taken: list[str] = []
    most = None if rule.money_multiple is None else Fraction(rule.money_multiple) * sum(k.project.total_investment for k in case.new)
    for i in sorted(case.projects, key=lambda i: (-case.scores[i].total, order[i])):
        p, clauses = case.projects[i], case.screened[i].values()
        waiting = p.part == "reserve" or (p.part == "new_start" and i not in case.by_id and i not in case.scenario.force.out)
        room = rule.at_most is None or len(taken) < rule.at_most
        fits = most is None or whole + p.total_investment <= most
        if waiting and room and fits and all(s in ("passed", "waived") or (s == "unclear" and papers) for s, papers in clauses):
            taken.append(i)
            whole += p.total_investment
    yield from each("reserve", dict(enumerate((r.id for r in case.plan.reserve), 1)), dict(enumerate(taken, 1)))
    for n, r in enumerate(case.plan.reserve, 1):
        yield Same("reserve.rank", r.rank, n, r.id)


def _objective(case: Case) -> Iterator[Row | Same]:
    o, asked = case.plan.objective, Fraction(case.scenario.solver.gap)
    value = sum((case.basis(k.project) * case.scores[k.project.id].total for k in case.new), Fraction(0))
    rule = case.policy.coordination
    if rule and rule.active and rule.mode == "bonus" and rule.bonus is not None:
        members = [p for i, p in case.projects.items() if i in case.candidates and p.coord_area in case.plan.opened_areas]
        value += Fraction(rule.bonus) * sum(case.basis(p) for p in members)
    yield exact("objective.value", o.value, value)
    yield exact("objective.gap_asked", o.gap_asked, asked)
    yield Same("objective.basis", o.basis, case.scenario.basis)
    yield from _certified(o, value)
    proven = o.stopped in ("gap", "optimal")
    if o.bound is None or not isfinite(o.bound):
        yield Same("objective.bound", o.bound, "a number" if proven else None)
        yield Same("objective.gap", o.gap, None)
        return
    room = Fraction(o.bound) - value
    yield Row("objective.bound", room, at_least=-_TINY * abs(value))
    if proven:
        yield Row("objective.stopped", room, at_most=asked * abs(value) + max(Fraction(1, 10**6), _TINY * abs(value)))
    if o.gap is None or not isfinite(o.gap) or not value:
        yield Same("objective.gap", o.gap, o.gap if not value and o.gap in (None, 0) else "(bound - value) / |value|")
        return
    gap = room / abs(value)
    slack = _TINY * max(Fraction(1), abs(gap))
    yield Row("objective.gap", Fraction(o.gap), gap - slack, max(gap, Fraction(0)) + slack)


def _certified(o: Objective, value: Fraction) -> Iterator[Row | Same]:
    """A certified bound is a number at or above the value, and the certified gap is what follows from it, rounded up."""
    bound, gap = number(o.certified_bound), o.certified_gap
    if not isinstance(bound, Fraction):
        yield Same("objective.certified_bound", bound, None)
        yield Same("objective.certified_gap", gap, None)
        return
    yield Row("objective.certified_bound", bound - value, at_least=0)
    if not value:
        yield Same("objective.certified_gap", gap, 0 if bound <= 0 else None)
    elif gap is None or not isfinite(gap):
        yield Same("objective.certified_gap", gap, "(certified_bound - value) / |value|")
    else:
        exactly = (bound - value) / abs(value)
        yield Row("objective.certified_gap", Fraction(gap), exactly, exactly + _TINY * max(Fraction(1), abs(exactly)))


def _waivers(case: Case) -> Iterator[Same]:
    """The waivers on which the new starts and the reserve rely, each once with its document."""
    used: dict[str, list[str]] = defaultdict(list)
    for i in [k.project.id for k in case.new] + [r.id for r in case.plan.reserve]:
        used[i] = [c.rpartition(".")[2] for c, (s, _papers) in case.screened.get(i, {}).items() if s == "waived"]
    wanted = {}
    for i, items in used.items():
        w = case.projects[i].waiver if items else None
        if w is not None:
            wanted[i] = (sorted(items), w.authority, w.number, w.expiry.isoformat() if w.expiry else None)
    found = {w.id: (sorted(c.rpartition(".")[2] for c in w.items), w.authority, w.number, w.expiry) for w in case.plan.waivers}
    yield Same("waivers", len(case.plan.waivers), len(wanted), at="number")
    yield from each("waivers", found, wanted)
