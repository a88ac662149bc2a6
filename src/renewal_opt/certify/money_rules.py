r"""The clauses on money as exact rows, written for the proof from the policy and the whole limits of each project.

.. math::
    \sum_e m_e f_e - \sum_k h_k x_k \le h_0, \qquad \sum_{e \in N} f_e - \sigma \sum_{e \in D} f_e \le 0, \qquad
    \sum_{e} \mathrm{pay}_e(y)\, f_e \le L_y
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

import numpy as np

from ..domain.funding import Channel, FundBalanceRule, SubChannel
from ..problem import Problem
from ..problem.repayment import payments
from ..problem.tables import ProjectRows
from ..problem.tickets import TicketBound
from .portfolio_rules import amount_of
from .system import Bools, Exact, Rows


def add_money_rules(rows: Rows, problem: Problem, tickets: Sequence[tuple[TicketBound, int | None]]) -> None:
    """Add the rows of channels, caps, reserved shares, ratios, debt service, single projects and tickets.

    Parameters
    ----------
    tickets : sequence of (TicketBound, int or None)
        Each ticket bound with its column, None where it has no least amount.
    """
    _channels(rows, problem)
    _caps(rows, problem)
    _reserved(rows, problem)
    _ratios(rows, problem)
    _debt_service(rows, problem)
    _fund_balance(rows, problem)
    for family in ("shares", "capital", "cover", "asks"):
        _projects(rows, problem, problem.rows[family])
    _tickets(rows, problem, tickets)


def _at(mask: Bools) -> list[int]:
    return np.flatnonzero(mask).tolist()


def _channels(rows: Rows, problem: Problem) -> None:
    for key, channel in problem.policy.funding.channels.items():
        _channel(rows, problem, key, f"funding.channels.{key}", channel, channel.carry_surplus)
        for sub, entry in channel.sub.items():
            _channel(rows, problem, sub, f"funding.channels.{key}.sub.{sub}", entry, channel.carry_surplus)


def _channel(rows: Rows, problem: Problem, key: str, path: str, channel: Channel | SubChannel, surplus: bool) -> None:
    own = problem.leaf_mask((key,))[problem.entries.leaf]
    years = problem.entries.year
    amounts = [(t, amount_of(problem, channel.cap, f"{path}.cap", t)) for t in problem.money_years]
    before = 0
    for t, amount in amounts:
        if amount is None:
            if surplus:
                return  # an open year leaves an open surplus
            continue
        before += amount
        now = own & (years <= t if surplus else years == t)
        rows.add(("channels", f"channels:{key}[{t}]"), None, before if surplus else amount, entries=_at(now))


def _caps(rows: Rows, problem: Problem) -> None:
    entries = problem.entries
    for key, rule in problem.policy.funding.caps.items():
        if not rule.active:
            continue
        leaves = problem.leaf_mask(rule.channels, rule.side, rule.counts_as)
        mine = problem.mask(rule.where)[entries.project] & leaves[entries.leaf]
        years = [t for t in problem.money_years if rule.years is None or t in rule.years]
        for group in [[t] for t in years] if rule.each_year else [years]:
            name = f"caps:{key}[{group[0]}]" if rule.each_year else f"caps:{key}"
            rows.add(("caps", name), None, rule.amount - rule.already_used, entries=_at(mine & np.isin(entries.year, group)))


def _reserved(rows: Rows, problem: Problem) -> None:
    funding, entries = problem.policy.funding, problem.entries
    for key, rule in funding.reserved.items():
        share = rule.at_least.fraction(problem.year)
        if not rule.active or share is None:
            continue
        mine = problem.mask(rule.where)[entries.project]
        if rule.of == "use":
            group = problem.leaf_mask(rule.channels)[entries.leaf]
            inside = _at(group)
            rows.add(("reserved", f"reserved:{key}:least"), 0, None, entries=inside, coefs=[int(mine[e]) - share for e in inside])
            continue
        for name in rule.channels:
            parent = funding.parent(name)
            own: Channel | SubChannel = funding.channels[name] if name in funding.channels else funding.channels[parent].sub[name]
            path = f"funding.channels.{name}.cap" if name in funding.channels else f"funding.channels.{parent}.sub.{name}.cap"
            others = problem.leaf_mask((name,))[entries.leaf] & ~mine
            for t in problem.money_years:
                amount = amount_of(problem, own.cap, path, t)
                if amount is not None:
                    rows.add(("reserved", f"reserved:{key}[{name},{t}]"), None, floor((1 - share) * amount), entries=_at(others & (entries.year == t)))


def _ratios(rows: Rows, problem: Problem) -> None:
    years = problem.entries.year
    for key, rule in problem.policy.funding.ratios.items():
        if not rule.active:
            continue
        above, below = problem.money_mask(rule.numerator), problem.money_mask(rule.denominator)
        for t in problem.money_years if rule.per == "year" else (None,):
            now = np.ones(len(years), dtype=bool) if t is None else years == t
            inside = _at((above | below) & now)
            name = f"ratios:{key}" if t is None else f"ratios:{key}[{t}]"
            for bound, side in ((rule.at_least, "least"), (rule.at_most, "most")):
                share = None if bound is None else bound.fraction(problem.year)
                if share is not None:
                    coefs = [int(above[e]) - share * int(below[e]) for e in inside]
                    rows.add(("ratios", f"{name}:{side}"), 0 if side == "least" else None, None if side == "least" else 0, entries=inside, coefs=coefs)


def _debt_service(rows: Rows, problem: Problem) -> None:
    funding, entries = problem.policy.funding, problem.entries
    for key, rule in funding.debt_service.items():
        leaves = funding.expand(rule.channels, rule.side, "debt")
        if not rule.active or not leaves:
            continue
        pays: dict[int, tuple[Fraction, ...]] = {}
        for leaf in leaves:
            channel = funding.channels[funding.parent(leaf)]
            rate = None if channel.rate is None else channel.rate.fraction(problem.year)
            pays[problem.leaves.index(leaf)] = payments(channel.repayment or "bullet", rate or Fraction(0), channel.term or 1)
        mine = problem.leaf_mask(leaves)[entries.leaf]
        for year in range(problem.year + 1, problem.money_years[-1] + max(map(len, pays.values())) + 1):
            amount = amount_of(problem, rule.amount, f"funding.debt_service.{key}.amount", year)
            if amount is None:
                continue
            due: dict[int, Fraction] = {}
            for e in _at(mine & (entries.year < year)):
                schedule, after = pays[int(entries.leaf[e])], year - int(entries.year[e])
                if after <= len(schedule):
                    due[e] = schedule[after - 1]
            rows.add(("debt_service", f"debt_service:{key}[{year}]"), None, amount, entries=list(due), coefs=list(due.values()))


def _fund_balance(rows: Rows, problem: Problem) -> None:
    funding = problem.policy.funding
    for key, rule in funding.fund_balance.items():
        ratio = rule.ratio.fraction(problem.year)
        if not rule.active or ratio is None:
            continue
        inside = problem.mask(rule.where)
        revenue: dict[str, int] = {}
        for row in problem.library.revenue:
            if rule.revenue is None or row.revenue_class in rule.revenue:
                revenue[row.project] = revenue.get(row.project, 0) + row.pledged_net
        groups: dict[str, dict[int, Fraction]] = {}
        for i in _at(inside):
            p = problem.projects[i]
            named: dict[str, Fraction] = {}
            if rule.level == "district":
                own = {d: Fraction(v) / 100 for d, v in p.district_shares.items()} or {p.district or "": Fraction(1)}
                named = {d: w for d, w in own.items() if w and d in problem.policy.districts}
            elif rule.level == "area":
                named = {p.coord_area: Fraction(1)} if p.coord_area is not None else {}
            else:
                named = {"" if rule.level == "city" else p.id: Fraction(1)}
            for group, weight in named.items():
                groups.setdefault(group, {})[i] = weight
        for group, members in groups.items():
            _balanced(rows, problem, rule, ratio, f"fund_balance:{key}[{group}]" if group else f"fund_balance:{key}", members, revenue)


def _balanced(
    rows: Rows, problem: Problem, rule: FundBalanceRule, ratio: Fraction, name: str, members: Mapping[int, Fraction], revenue: Mapping[str, int]
) -> None:
    funding, cost = problem.policy.funding, rule.of == "cost"
    price: dict[str, Fraction] = {}
    for leaf in funding.leaves():
        channel = funding.channels[funding.parent(leaf)]
        if channel.counts_as == "debt":
            rate = None if channel.rate is None else channel.rate.fraction(problem.year)
            whole = sum(payments(channel.repayment or "bullet", rate or Fraction(0), channel.term or 1), Fraction(0))
            price[leaf] = -ratio * (whole - 1 + Fraction(channel.issue_fee or 0) if cost else whole)
        elif channel.counts_as == "grant" and cost:
            price[leaf] = Fraction(1)
    plain: dict[int, Exact] = {}
    for i, weight in members.items():
        p = problem.projects[i]
        value = Fraction(revenue.get(p.id, 0))
        if cost:  # all interest counts below: what a dynamic investment holds of it would count twice
            held = p.idc or 0 if problem.library.investment_basis == "dynamic" else 0
            value -= ratio * (p.total_investment - held)
        for k, yuan in p.in_place.items() if problem.carry[i] else ():
            kinds = {funding.channels[funding.parent(leaf)].counts_as for leaf in funding.expand((k,))}
            if kinds in ({"debt"}, {"grant"}):
                value += yuan * price.get(funding.expand((k,))[0], Fraction(0))
        plain |= dict.fromkeys(range(int(problem.starts.first[i]), int(problem.starts.first[i + 1])), weight * value)
    entries: list[int] = []
    coefs: list[Exact] = []
    for i, weight in members.items():
        first, last = np.searchsorted(problem.entries.project, [i, i + 1]).tolist()
        for e in range(first, last):
            leaf = problem.leaves[int(problem.entries.leaf[e])]
            if leaf in price:
                entries.append(e)
                coefs.append(weight * price[leaf])
    rows.add(("fund_balance", f"{name}:least"), 0, None, plain, entries, coefs)


def _projects(rows: Rows, problem: Problem, limits: ProjectRows) -> None:
    seen: set[tuple[object, ...]] = set()
    for r in range(len(limits)):
        a, b = limits.entry_first[r], limits.entry_first[r + 1]
        s, t = limits.start_first[r], limits.start_first[r + 1]
        entries, starts = limits.entry[a:b], limits.start[s:t]
        coefs = None if limits.coef is None else limits.coef[a:b]
        bounds = (
            ("least", limits.has_lo[r], limits.lo[s:t], limits.lo0[r]),
            ("most", limits.has_hi[r], limits.hi[s:t], limits.hi0[r]),
        )
        for side, there, by_start, fixed in bounds:
            if not there:
                continue
            rest = (problem.projects[limits.project[r]].id, limits.year[r], side)
            rule, number = limits.rule[r], 1
            while (rule, *rest) in seen:
                number += 1
                rule = f"{limits.rule[r]}#{number}"
            seen.add((rule, *rest))
            plain: dict[int, Exact] = {k: -v for k, v in zip(starts, by_start, strict=True)}
            rows.add((limits.family, rule, *rest), fixed if side == "least" else None, None if side == "least" else fixed, plain, entries, coefs)


def _tickets(rows: Rows, problem: Problem, tickets: Sequence[tuple[TicketBound, int | None]]) -> None:
    for bound, column in tickets:
        name = ("tickets", problem.projects[bound.project].id, bound.channel)
        room = sum(int(problem.entries.upper[e]) for e in bound.entries)
        most = room if bound.most is None else min(bound.most, room)
        if column is not None and bound.least is not None:
            rows.add((*name, "least"), 0, None, {column: -bound.least}, bound.entries)
            rows.add((*name, "most"), None, 0, {column: -most}, bound.entries)
        else:
            rows.add((*name, "most"), None, most, {}, bound.entries)
