"""Carry-overs stay, forced projects start, nothing else is in the plan than candidates, once, in an allowed year."""

from collections import Counter
from collections.abc import Iterator

from .case import Case
from .rows import Row, Same
from .screening import verdict


def check(case: Case) -> Iterator[Row | Same]:
    """Every entry of the plan is a carry-over or a passed new start of the library, once; none is left out that must be in."""
    count, force = Counter(e.id for e in case.plan.chosen), case.scenario.force
    for i in [p.id for p in case.library.projects if p.part == "carry_over"] + list(force.in_):
        yield Same("scenario.force.in" if i in force.in_ else "carry_over", count[i] > 0, True, i, kind="missing")
    for e in case.plan.chosen:
        yield Row("chosen", count[e.id], at_most=1, project=e.id)
        if (p := case.projects.get(e.id)) is None:
            yield Same("chosen", e.id, "a project of the library", e.id, kind="unknown")
            continue
        yield Same("chosen.part", e.part, p.part, e.id)
        if p.part == "carry_over":
            yield Same("chosen.start", e.start, None, e.id)
            continue
        yield Same("screening", verdict(case.screened[e.id]), "passed", e.id)
        yield Same("scenario.force.out", e.id in force.out, False, e.id)
        first = max(case.t0, p.start_year or case.t0)
        if e.start is None:
            yield Same("chosen.start", None, first, e.id, kind="missing")
        else:
            yield Row("chosen.start", e.start, first, case.starts[-1], project=e.id, year=e.start)
