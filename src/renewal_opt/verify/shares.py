"""Least and largest share of a channel, or of a group of channels, in each project's money; bounds outwards to whole 元."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from ..domain import Project
from ..domain.funding import ChannelShare, ShareRule
from .case import Case, Pick
from .reading import dated
from .rows import Row

Sized = tuple[str, frozenset[str], ChannelShare | ShareRule]


def check(case: Case) -> Iterator[Row]:
    """Of each year or of the whole cost (carry-overs: always, money in place counted), or of its capital or debt."""
    r = case.reading
    rules: list[Sized] = [(f"funding.channels.{i}.share", r.leaves((i,)), c.share) for i, c in case.funding.channels.items() if c.share]
    rules += [(f"funding.shares.{i}", r.leaves(s.channels, s.side, s.counts_as), s) for i, s in case.funding.shares.items() if s.active]
    for pick in case.picks:
        for rule, group, share in rules:
            if _concerned(case, pick.project, group, share):
                yield from _rows(case, pick, rule, group, share)


def _concerned(case: Case, p: Project, group: frozenset[str], share: ChannelShare | ShareRule) -> bool:
    if isinstance(share, ShareRule):
        return case.reading.match(share.where, p)
    return any(case.reading.eligible(leaf, p) for leaf in group)


def _rows(case: Case, pick: Pick, rule: str, group: frozenset[str], share: ChannelShare | ShareRule) -> Iterator[Row]:
    low, high = dated(share.at_least, case.t0) or Fraction(0), dated(share.at_most, case.t0)
    p, r, of = pick.project, case.reading, share.of if isinstance(share, ShareRule) else "cost"

    def row(value: int, base: int, there: int = 0, rest: int | None = None, year: int | None = None) -> Row:
        least, most = floor(low * base), None if high is None else ceil(high * base)
        if rest is not None:
            least, most = min(rest, max(0, least - there)), None if most is None else max(0, most - there)
        return Row(rule, value, least, most, project=p.id, year=year)

    if of != "cost":
        whole = r.capital(p.id)[0] if of == "capital" else r.leaves(counts_as="debt")
        yield row(pick.paid(group) + r.in_place(p, group), pick.paid(whole) + r.in_place(p, whole))
    elif pick.carry:
        yield row(pick.paid(group), p.total_investment, r.in_place(p, group), sum(p.remaining.values()))
    elif share.per == "project":
        yield row(pick.paid(group), p.total_investment)
    else:
        for t, spent in pick.spending.items():
            yield row(pick.paid(group, t), spent, year=t)
