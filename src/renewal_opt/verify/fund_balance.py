"""Fund balance (资金平衡): revenue of a project, area, district or the city against debt, or against the whole cost."""

from collections.abc import Iterator
from fractions import Fraction

from ..domain.funding import FundBalanceRule
from .case import Case, Pick
from .debt_service import repaid
from .reading import dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """What comes in from the members of a group is at least the ratio times what goes out."""
    for i, rule in case.funding.fund_balance.items():
        ratio = dated(rule.ratio, case.t0)
        if not rule.active or ratio is None:
            continue
        flows = {k.project.id: _flows(case, rule, k) for k in case.among(rule.where)}
        for group, members in _groups(case, rule):
            came = sum((w * flows[p][0] for p, w in members.items()), Fraction(0))
            went = sum((w * flows[p][1] for p, w in members.items()), Fraction(0))
            yield Row(f"funding.fund_balance.{i}", came, at_least=ratio * went, at=group, use="must" if came else "may")


def _groups(case: Case, rule: FundBalanceRule) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """Yield the groups with their chosen members and weights."""
    picks, one = case.among(rule.where), Fraction(1)
    if rule.level == "city":
        yield "", {k.project.id: one for k in picks}
    elif rule.level == "project":
        yield from ((k.project.id, {k.project.id: one}) for k in picks)
    elif rule.level == "area":
        for area in sorted({k.project.coord_area for k in picks if k.project.coord_area is not None}):
            yield area, {k.project.id: one for k in picks if k.project.coord_area == area}
    else:
        for district in case.policy.districts:
            shares = {k.project.id: _share(k, district) for k in picks}
            yield district, {p: w for p, w in shares.items() if w}


def _share(pick: Pick, district: str) -> Fraction:
    p = pick.project
    return Fraction(p.district_shares.get(district, 0)) / 100 if p.district_shares else Fraction(p.district == district)


def _flows(case: Case, rule: FundBalanceRule, pick: Pick) -> tuple[Fraction, Fraction]:
    """Return what comes in from a project and what goes out, 元."""
    channels, r, p = case.funding.channels, case.reading, pick.project
    debt, grants = r.leaves(counts_as="debt"), r.leaves(counts_as="grant")
    came = Fraction(sum(x.pledged_net for x in r.revenue.get(p.id, ()) if rule.revenue is None or x.revenue_class in rule.revenue))
    price = {leaf: sum(repaid(channels[r.parent[leaf]], case.t0).values(), Fraction(0)) for leaf in debt}
    owed = [(price[leaf], leaf, yuan) for leaf, _t, yuan in pick.money if leaf in debt]
    owed += [(price[min(r.leaves((k,)))], k, yuan) for k, yuan in r.placed(p, debt).items()]
    if rule.of == "debt":
        return came, sum((m * yuan for m, _k, yuan in owed), Fraction(0))
    came += pick.paid(grants) + r.in_place(p, grants)
    fees = {k: Fraction(channels[r.parent.get(k, k)].issue_fee or 0) for _m, k, _yuan in owed}
    held = p.idc or 0 if case.library.investment_basis == "dynamic" else 0  # interest of building time, among all interest too
    return came, Fraction(p.total_investment - held) + sum(((m - 1 + fees[k]) * yuan for m, k, yuan in owed), Fraction(0))
