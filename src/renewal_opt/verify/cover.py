"""Cover (收益覆盖倍数): pledged net revenue bounds what a project repays on its debt, principal and interest."""

from collections.abc import Iterator
from fractions import Fraction

from ..domain import Project
from ..domain.funding import Channel, CoverRule
from .case import Case
from .debt_service import repaid
from .reading import dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """All repayments of the drawn debt and of the debt in place, times the ratio, stay within the revenue of the term."""
    channels, r = case.funding.channels, case.reading
    for i, rule in case.funding.cover.items():
        ratio = dated(rule.ratio, case.t0)
        if not rule.active or ratio is None:
            continue
        debt = r.leaves(rule.channels, counts_as="debt")
        whole = {c: sum(repaid(channels[c], case.t0).values()) for c in {r.parent[leaf] for leaf in debt}}
        for pick in case.picks:
            p = pick.project
            usable = [channels[r.parent[leaf]] for leaf in debt if r.eligible(leaf, p)] if r.match(rule.where, p) else []
            if usable:
                there = sum(whole[r.parent.get(k, k)] * yuan for k, yuan in r.placed(p, debt).items())
                drawn = sum(whole[r.parent[leaf]] * yuan for leaf, _t, yuan in pick.money if leaf in debt)
                most = max(Fraction(0), _revenue(case, p, rule, usable) / ratio - there)
                yield Row(f"funding.cover.{i}", drawn, at_most=most, project=p.id)


def _revenue(case: Case, p: Project, rule: CoverRule, usable: list[Channel]) -> int:
    first = p.start_year or case.t0
    last = first + max(c.term or 0 for c in usable)
    rows = [x for x in case.reading.revenue.get(p.id, ()) if first <= x.year <= last]
    own = sum(x.pledged_net for x in rows if rule.revenue is None or x.revenue_class in rule.revenue)
    return max(0, own + (_help(case, p.id, range(first, last + 1)) if "help" in (rule.revenue or ()) else 0))


def _help(case: Case, i: str, years: range) -> int:
    """Documented help that a project surely gets (subsidies, and from carry-overs), less what it has promised to others."""
    rows = [h for h in case.library.help if h.year in years]
    gets = sum(h.pledged_net for h in rows if h.project == i and (h.payer is None or case.projects[h.payer].part == "carry_over"))
    return gets - sum(h.pledged_net for h in rows if h.payer == i)
