"""The second model's own reading of filters, screening and scores, written from the clauses (notes/contract.md).

Shares no code with screening/, scoring/, problem/ or verify/: domain objects alone.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction as F
from itertools import pairwise
from typing import Any

from renewal_opt.domain import Library, Policy, Project, Scenario
from renewal_opt.domain.columns import BY_ID

ORDER = {">=": 1, "<=": 1, "!=": 1, ">": 1, "<": 1}


def as_number(value: Any) -> F | None:
    """Return a value as an exact number, None where it is none."""
    try:
        return None if isinstance(value, bool) else F(Decimal(value))
    except (ArithmeticError, TypeError, ValueError, OverflowError):
        return None


def satisfies(value: Any, test: Any) -> bool:
    """One test of a filter on one value of a column; a blank satisfies nothing."""
    if value is None or value in ("", ()):
        return False
    if isinstance(value, tuple):
        return any(satisfies(v, test) for v in value)
    if isinstance(test, bool):
        return bool(value == ("yes" if test else "no"))
    if not isinstance(test, str):
        return as_number(value) == as_number(test)
    if test == "any":
        return True
    sign = next((s for s in ORDER if test.strip().startswith(s)), None)
    if sign is None:
        return str(value) == test
    other = test.strip()[len(sign) :].strip()
    a, b = as_number(value), as_number(other)
    if sign == "!=":
        return a != b if a is not None and b is not None else str(value) != other
    if a is None or b is None:
        return False
    return {">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b}[sign]


class Clauses:
    """What the clauses say about single projects: columns, filters, screening, scores."""

    def __init__(self, policy: Policy, library: Library, scenario: Scenario) -> None:
        self.policy, self.library, self.scenario = policy, library, scenario
        self.t0 = scenario.plan_year
        self.pledged: dict[str, int] = {}
        for row in library.revenue:
            self.pledged[row.project] = self.pledged.get(row.project, 0) + row.pledged_net

    # columns and filters ------------------------------------------------------------------------------------
    def is_money(self, column: str) -> bool:
        """Whether a column holds money (stated in 万元 by the policy)."""
        own = self.policy.columns.get(column)
        return column == "revenue" or (column in BY_ID and BY_ID[column].kind == "money") or (own is not None and own.kind == "money")

    def yuan(self, project: Project, column: str) -> Any:
        """A column's value; money in 元."""
        if column == "action":
            return next((a for a, e in self.policy.actions.items() if project.work in e.works), None)
        if column == "level":
            district = self.policy.districts.get(project.district or "")
            return district.level if district else None
        if column == "revenue":
            return self.pledged.get(project.id, 0)
        if column == "duration":
            return len(project.spend)
        if column.startswith("neg_"):
            return project.neg.get(column[4:])
        return getattr(project, column) if column in Project.model_fields else project.extra.get(column)

    def value(self, project: Project, column: str) -> Any:
        """A column's value as a filter or indicator sees it: money in 万元."""
        raw = self.yuan(project, column)
        return Decimal(raw) / 10000 if raw is not None and self.is_money(column) else raw

    def match(self, where: Any, project: Project) -> bool:
        """Whether a project satisfies every column of a filter."""
        return all(any(satisfies(self.value(project, c), t) for t in tests) for c, tests in where.items())

    # screening ----------------------------------------------------------------------------------------------
    def status(self, project: Project) -> str:
        """passed, failed or unclear."""
        found = list(self._results(project))
        if "failed" in found:
            return "failed"
        return "unclear" if "unclear" in found else "passed"

    def _waived(self, project: Project, clause: str, opinion: bool = False, rule: bool = False) -> bool:
        w = project.waiver
        if w is None or clause not in w.items or not w.authority or not w.number:
            return False
        late = w.date is not None and w.date > dt.date(self.t0, 12, 31)
        over = w.expiry is not None and w.expiry < dt.date(self.t0, 1, 1)
        return not late and not over and bool(w.opinion or not opinion) and bool(w.rule or not rule)

    def _results(self, p: Project) -> Any:
        s = self.policy.screening
        for key, item in s.negative_list.items():
            answer = p.neg.get(key)
            if answer in (None, "unclear"):
                yield "unclear"
            elif answer == "involved":
                lifted = item.waivable and self._waived(p, key, item.needs_opinion, item.names_rule)
                yield "waived" if lifted else "failed"
        check = s.health_check
        if check is not None and check.active:
            if p.check_year is None:
                yield "unclear"
            elif not self.t0 - check.within_years <= p.check_year <= self.t0:
                yield "failed"
            elif check.report_required and not p.check_report:
                yield "unclear"
        for key, need in s.requirements.items():
            if not need.active or not self.match(need.where, p):
                continue
            answer = self.value(p, need.column)
            if answer is None or answer in ("", ()) or any(str(answer) == u for u in need.unclear):
                yield "unclear"
            elif need.accept is not None and not any(satisfies(answer, a) for a in need.accept):
                yield "waived" if need.waivable and self._waived(p, key) else "failed"
        yield from self._stage(p)
        for key, rule in s.demolition.items():
            yield from self._demolition(key, rule, p)

    def _stage(self, p: Project) -> Any:
        stages = self.policy.screening.stages
        if stages is None:
            return
        rule = next((r for r in stages.needed if self.match(r.where, p)), None)
        if rule is None:
            return
        order = list(stages.order)
        skipped = stages.skip.get(p.mode or "", ())
        at = order.index(rule.stage)
        while at >= 0 and order[at] in skipped:
            at -= 1
        if at < 0:
            return
        if p.stage is None:
            yield "unclear"
        elif order.index(p.stage) < at:
            yield "failed"

    def _demolition(self, key: str, rule: Any, p: Project) -> Any:
        most = rule.at_most.fraction(self.t0) if rule.at_most else None
        least = rule.at_least.fraction(self.t0) if rule.at_least else None
        if not rule.active or not self.match(rule.where, p) or (most is None and least is None):
            return
        below, above, minus = {
            "demolished_share": ("gfa_existing", "gfa_demolished", ("gfa_illegal", "gfa_dangerous")),
            "built_ratio": ("gfa_demolished", "gfa_new", ("gfa_public",)),
            "rehoused_share": ("moved", "rehoused_near", ()),
        }[rule.measure]
        group = [p]
        if rule.on_unit and p.unit:
            unit = [q for q in self.library.projects if q.unit == p.unit]
            if all(getattr(q, below) is not None and getattr(q, above) is not None for q in unit):
                group = unit
        if any(getattr(q, below) is None or getattr(q, above) is None for q in group):
            yield "unclear"
            return
        down = sum(F(getattr(q, below)) for q in group)
        up = sum(F(getattr(q, above)) - sum(F(getattr(q, m) or 0) for m in minus) for q in group)
        if down and ((most is not None and up / down > most) or (least is not None and up / down < least)):
            yield "waived" if rule.waivable and self._waived(p, key) else "failed"

    # scores -------------------------------------------------------------------------------------------------
    def weights(self) -> dict[str, F]:
        """Normalised weights by criterion (AHP weights are no subject of this model)."""
        if self.scenario.ahp is not None:
            raise NotImplementedError("ahp")
        raw = {k: F(c.weight) for k, c in self.policy.criteria.items()}
        raw |= {k: F(w) for k, w in (self.scenario.weights or {}).items()}
        return {k: w / sum(raw.values()) for k, w in raw.items()}

    def points(self, p: Project) -> F:
        """Weighted score in [0, 100]."""
        total = F(0)
        for key, weight in self.weights().items():
            inner = self.policy.criteria[key].indicators.values()
            total += weight * sum(F(i.weight) * self._indicator(i, p) for i in inner) / sum(F(i.weight) for i in inner)
        return total

    def _indicator(self, i: Any, p: Project) -> F:
        raw = self.value(p, i.column)
        known = [F(v) for v in (i.value.categories.values() if i.value.categories is not None else (y for _x, y in i.value.points))]
        if raw is None or raw in ("", ()):
            fill = {"worst": min(known), "best": max(known), "middle": (min(known) + max(known)) / 2}
            return fill[i.missing] if isinstance(i.missing, str) else F(i.missing)
        if i.value.categories is not None:
            names = raw if isinstance(raw, tuple) else (raw,)
            return max(F(i.value.categories.get(str(n), i.value.categories.get("other", 0))) for n in names)
        x = F(raw) / (F(p.total_investment, 10**8) if i.scale == "total" else 1)
        line = [(F(a), F(b)) for a, b in i.value.points]
        if x <= line[0][0]:
            return line[0][1]
        for (x0, y0), (x1, y1) in pairwise(line):
            if x <= x1:
                return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        return line[-1][1]
