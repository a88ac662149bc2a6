"""Limits and targets: a measure summed over a filter, between numbers or shares; targets only within their period."""

from collections.abc import Iterator
from fractions import Fraction

from ..domain.base import WAN
from ..domain.rules import Limit
from .case import Case, Pick
from .reading import dated
from .rows import Exact, Row

_GROUPS = {"district": "district", "key_area": "key_area", "class": "object_class"}
_UNITS = {"investment": "yuan", "count": "count"}
_YUAN = {"investment": WAN}


def check(case: Case) -> Iterator[Row]:
    """Every limit that is active in the plan year; a least and a largest level of different kinds make two rows."""
    for section, rules in (("limits", case.policy.limits), ("targets", case.policy.targets)):
        for i, rule in rules.items():
            if rule.active and (rule.from_ or case.t0) <= case.t0 <= (rule.to or case.t0):
                yield from _rows(case, f"{section}.{i}", rule)


def _rows(case: Case, path: str, rule: Limit) -> Iterator[Row]:
    bounds: dict[str, list[Exact | None]] = {}
    for side, level in enumerate((rule.at_least, rule.at_most)):
        if level is not None:
            share, value = dated(level.share, case.t0), level.value
            number = share if value is None else Fraction(value) * _YUAN.get(rule.measure, 1)
            bounds.setdefault(level.of or "value", [None, None])[side] = number
    for of, (low, high) in bounds.items():
        if (low, high) == (None, None):
            continue
        if of == "value":
            left = _sum(case, rule, case.picks, inside=True)
            yield Row(path, left, low, high, at="", use="must", unit=_UNITS.get(rule.measure, "number"))
            continue
        column = _GROUPS.get(of, "")
        groups = dict.fromkeys(v for p in case.declared if (v := getattr(p, column))) if column else [""]
        for g in groups:
            picks = [k for k in (case.new if of == "new" else case.picks) if not column or getattr(k.project, column) == g]
            base = case.budget(rule.measure) if of == "budget" else _sum(case, rule, picks)
            yield Row(path, _sum(case, rule, picks, inside=True), low, high, Fraction(base), at=g, use="must", unit="share")


def _sum(case: Case, rule: Limit, picks: list[Pick], inside: bool = False) -> Exact:
    return sum(case.measure(k.project, rule.measure) for k in picks if not inside or case.reading.match(rule.where, k.project))
