"""A share of channels reserved for some projects: of each year's cap, or of the money used."""

from collections.abc import Iterator
from math import floor

from ..domain.funding import CapByYear
from .case import Case
from .reading import amount, dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Others use at most the rest of the cap; or the projects of the filter use at least the share."""
    for i, rule in case.funding.reserved.items():
        share, path, r = dated(rule.at_least, case.t0), f"funding.reserved.{i}", case.reading
        if not rule.active or share is None:
            continue
        if rule.of == "use":
            leaves = r.leaves(rule.channels)
            mine = case.used(leaves, case.years, case.among(rule.where))
            yield Row(path, mine, at_least=share * case.used(leaves, case.years), use="must")
            continue
        others = [k for k in case.picks if not r.match(rule.where, k.project)]
        for c in rule.channels:
            for t in case.years:
                if (cap := amount(_cap(case, c), t)) is not None:
                    value = case.used(r.leaves((c,)), (t,), others)
                    yield Row(path, value, at_most=floor((1 - share) * cap), channel=c, year=t, use="must")


def _cap(case: Case, c: str) -> CapByYear:
    channels = case.funding.channels
    return channels[c].cap if c in channels else channels[case.reading.parent[c]].sub[c].cap
