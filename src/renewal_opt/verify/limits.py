"""Limits and targets: a measure summed over a filter, between numbers or shares; a target that has ended binds no more."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from ..domain.base import WAN
from ..domain.rules import Level, Limit
from .case import Case, Pick
from .reading import dated
from .rows import Exact, Row

_GROUPS = {"district": "district", "key_area": "key_area", "class": "object_class"}
_UNITS = {"investment": "yuan", "count": "count"}


def check(case: Case) -> Iterator[Row]:
    """Every limit that is active in the plan year; plan.use lists targets that have ended, without bounds."""
    for section, rules in (("limits", case.policy.limits), ("targets", case.policy.targets)):
        for i, rule in rules.items():
            if rule.active and (rule.from_ or case.t0) <= case.t0 <= (rule.to or case.t0):
                yield from _rows(case, f"{section}.{i}", rule)
            elif section == "targets" and rule.active and (rule.to or case.t0) < case.t0:
                with suppress(LookupError):  # no budget, no share of it to report
                    yield from (row._replace(at_least=None, at_most=None) for row in _rows(case, f"{section}.{i}", rule))


def _rows(case: Case, path: str, rule: Limit) -> Iterator[Row]:
    low, high = (_bound(case, level, rule.measure) for level in (rule.at_least, rule.at_most))
    of = next(level.of for level in (rule.at_least, rule.at_most) if level is not None)
    if (low, high) == (None, None):
        return
    if of is None:
        unit = _UNITS.get(rule.measure, "number")
        yield Row(path, _sum(case, rule, case.picks, inside=True), low, high, at="", use="must", unit=unit)
        return
    column = _GROUPS.get(of, "")
    for g in dict.fromkeys(v for p in case.declared if (v := getattr(p, column))) if column else [""]:
        picks = [k for k in (case.new if of == "new" else case.picks) if not column or getattr(k.project, column) == g]
        base = case.budget(rule.measure) if of == "budget" else _sum(case, rule, picks)
        yield Row(path, _sum(case, rule, picks, inside=True), low, high, Fraction(base), at=g, use="must", unit="share")


def _bound(case: Case, level: Level | None, measure: str) -> Exact | None:
    if level is None or level.value is None:
        return dated(level.share, case.t0) if level else None
    return Fraction(level.value) * (WAN if measure == "investment" else 1)


def _sum(case: Case, rule: Limit, picks: list[Pick], inside: bool = False) -> Exact:
    return sum(case.measure(k.project, rule.measure) for k in picks if not inside or case.reading.match(rule.where, k.project))
