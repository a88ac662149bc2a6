"""The rules for `oracle.py`: rows of the whole plan, and the families that a choice breaks, one clause after the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction as F
from typing import Any

UseRow = tuple[str, str, str, str, Any, Any, Any, Any]


def pay(ch: Any, t0: int, k: int) -> F:
    """Return what one 元 drawn repays after k years."""
    r, n = ch.rate.fraction(t0), ch.term
    if not 1 <= k <= n:
        return F(0)
    if ch.repayment == "annuity":
        return F(1, n) if r == 0 else r * (1 + r) ** n / ((1 + r) ** n - 1)
    if ch.repayment == "equal_principal":
        return F(1, n) + r * F(n - k + 1, n)
    if ch.repayment == "bullet":
        return 1 + r * n if k == n else F(0)
    return 1 + r if k == n else r


def in_place(o: Any, p: Any, group: Any) -> dict[str, int]:
    """Return a carry-over's entries in place that lie in a group of leaves wholly."""
    if p.part != "carry_over":
        return {}
    return {k: m for k, m in p.in_place.items() if o.fu.expand((k,)) and all(x in group for x in o.fu.expand((k,)))}


def rows(o: Any, choice: Any) -> Iterator[UseRow]:
    """Yield family, name, rule, unit, value, lower, upper bound, and the base of a share (None: no share)."""
    chosen, _opened = choice
    fu, po = o.fu, o.policy
    flow = [(o.P[i], c, t, m) for i, _s, money in chosen for c, t, m in money]
    spend: list[tuple[Any, int, int]] = []
    for i, s, _money in chosen:
        p = o.P[i]
        spend += [(p, y, m) for y, m in p.remaining.items()] if p.part == "carry_over" else [(p, s + k, m) for k, m in enumerate(p.spend)]
    for k, b in po.budget.items():
        for t in ([] if not b.active else o.T if b.measure == "spending" else range(o.t0, o.tz + 1)):
            if b.amount.at(t) is not None:
                if b.measure == "spending":
                    v = sum(m for p, y, m in spend if y == t and o.hit(b.where, p))
                else:
                    v = sum(o.P[i].total_investment for i, s, _m in chosen if o.P[i].part != "carry_over" and s == t and o.hit(b.where, o.P[i]))
                yield "budget", f"budget:{k}[{t}]", f"budget.{k}", "yuan", v, None, b.amount.at(t), None
    for i, c in fu.channels.items():
        for k, cap, rule in [(i, c.cap, f"funding.channels.{i}")] + [(s, x.cap, f"funding.channels.{i}.sub.{s}") for s, x in c.sub.items()]:
            group = fu.expand((k,))
            for t in o.T:
                years = [y for y in o.T if y <= t] if c.carry_surplus else [t]
                if all(cap.at(y) is not None for y in years):
                    v = sum(m for _p, x, y, m in flow if x in group and y in years)
                    yield "channels", f"channels:{k}[{t}]", rule, "yuan", v, None, sum(cap.at(y) for y in years), None
    for k, r in fu.caps.items():
        if r.active:
            group = fu.expand(r.channels, r.side, r.counts_as)
            years = o.T if r.years is None else r.years
            for t in [x for x in years if x in o.T] if r.each_year else [None]:
                v = sum(m for p, x, y, m in flow if x in group and (y == t if t else y in years) and o.hit(r.where, p))
                yield "caps", f"caps:{k}[{t}]" if t else f"caps:{k}", f"funding.caps.{k}", "yuan", v, None, r.amount - r.already_used, None
    for k, r in fu.reserved.items():
        share = o.num(r.at_least)
        if r.active and share is not None and r.of == "cap":
            for i in r.channels:
                cap = fu.channels[i].cap if i in fu.channels else fu.channels[fu.parent(i)].sub[i].cap
                for t in o.T:
                    if cap.at(t) is not None:
                        v = sum(m for p, x, y, m in flow if x in fu.expand((i,)) and y == t and not o.hit(r.where, p))
                        yield "reserved", f"reserved:{k}[{i},{t}]", f"funding.reserved.{k}", "yuan", v, None, math.floor((1 - share) * cap.at(t)), None
        elif r.active and share is not None:
            group = fu.expand(r.channels)
            total = sum(m for _p, x, _y, m in flow if x in group)
            yield "reserved", f"reserved:{k}", f"funding.reserved.{k}", "yuan", sum(m for p, x, _y, m in flow if x in group and o.hit(r.where, p)), share * total, None, None
    for k, r in fu.ratios.items():
        lo, hi = o.num(r.at_least), o.num(r.at_most)
        if r.active and (lo is not None or hi is not None):
            for t in o.T if r.per == "year" else [None]:
                n, d = (sum(m for p, x, y, m in flow if x in fu.expand(s.channels, s.side, s.counts_as) and o.hit(s.where, p) and t in (None, y)) for s in (r.numerator, r.denominator))
                yield "ratios", f"ratios:{k}[{t}]" if t else f"ratios:{k}", f"funding.ratios.{k}", "yuan", n, None if lo is None else lo * d, None if hi is None else hi * d, None
    for k, r in fu.debt_service.items():
        debt = list(fu.expand(r.channels, r.side, "debt")) if r.active else []
        end = o.T[-1] + max((fu.channels[fu.parent(x)].term for x in debt), default=0)
        for y in range(o.t0 + 1, end + 1) if debt else []:
            if r.amount.at(y) is not None:
                v = sum((m * pay(fu.channels[fu.parent(x)], o.t0, y - t) for _p, x, t, m in flow if x in debt), F(0))
                yield "debt_service", f"debt_service:{k}[{y}]", f"funding.debt_service.{k}", "yuan", v, None, r.amount.at(y), None
    yield from balances(o, chosen)
    able = [p for p in o.P.values() if p.part == "carry_over" or p.id in o.cand]
    plan = [o.P[i] for i, _s, _m in chosen]
    new = [p for p in plan if p.part != "carry_over"]

    def size(p: Any, measure: str) -> Any:
        return 1 if measure == "count" else p.total_investment if measure == "investment" else F(o.get(p, measure) or 0)

    def budget(measure: str) -> Any:
        least = min(b.amount.at(o.t0) for b in po.budget.values() if b.active and not b.where and b.amount.at(o.t0) is not None)
        return least if measure == "investment" else F(least, 10000)

    for k, r in po.district_balance.items():
        lo, hi = o.num(r.at_least), o.num(r.at_most)
        if not r.active or (lo is None and hi is None):
            continue

        def part(p: Any, d: str) -> F:
            return F(p.district_shares.get(d, 0)) / 100 if p.district_shares else F(1 if p.district == d else 0)

        for d in r.districts if r.districts is not None else [d for d, x in po.districts.items() if x.level == "district" and any(part(p, d) > 0 for p in able)]:
            counted = [p for p in (new if r.of == "new" else plan) if o.hit(r.where, p)]
            base = budget(r.measure) if r.of == "budget" else sum((size(p, r.measure) for p in counted), 0)
            yield "districts", f"districts:{k}[{d}]", f"district_balance.{k}", "share", sum((part(p, d) * size(p, r.measure) for p in counted), F(0)), lo, hi, F(base)
    for section in ("limits", "targets"):
        for k, r in getattr(po, section).items():
            past = section == "targets" and r.active and r.to is not None and r.to < o.t0  # told, and binds no more
            if not r.binds_in(o.t0) and not past:
                continue
            for of in dict.fromkeys("value" if x.value is not None else x.of for x in (r.at_least, r.at_most) if x is not None):
                side = [None if x is None or ("value" if x.value is not None else x.of) != of else F(x.value) * (10000 if r.measure == "investment" else 1) if of == "value" else o.num(x.share) for x in (r.at_least, r.at_most)]
                if side == [None, None]:
                    continue
                column = {"district": "district", "key_area": "key_area", "class": "object_class"}.get(of)
                for g in dict.fromkeys(getattr(p, column) for p in able if getattr(p, column)) if column else [None]:
                    pool = [p for p in (new if of == "new" else plan) if column is None or getattr(p, column) == g]
                    left = sum(size(p, r.measure) for p in pool if o.hit(r.where, p))
                    base = None if of == "value" else F(budget(r.measure)) if of == "budget" else F(sum(size(p, r.measure) for p in pool))
                    unit = "share" if of != "value" else {"investment": "yuan", "count": "count"}.get(r.measure, "number")
                    yield "limits", f"{section}:{k}" + (f"[{g}]" if column else ""), f"{section}.{k}", unit, left, *([None, None] if past else side), base


def balances(o: Any, chosen: Any) -> Iterator[UseRow]:
    """Yield the fund balances: income of each group, and what it must reach."""
    fu = o.fu
    for k, r in fu.fund_balance.items():
        ratio = o.num(r.ratio)
        if not r.active or ratio is None:
            continue
        sums: dict[str, list[F]] = {}
        for i, _s, money in chosen:
            p = o.P[i]
            if not o.hit(r.where, p):
                continue
            groups = {"city": {"": F(1)}, "project": {i: F(1)}, "area": {p.coord_area: F(1)} if p.coord_area else {}}.get(r.level)
            if groups is None:
                groups = {d: F(v) / 100 for d, v in p.district_shares.items()} if p.district_shares else {p.district: F(1)}
            income, outgo = F(sum(x.pledged_net for x in o.library.revenue if x.project == i and (r.revenue is None or x.revenue_class in r.revenue))), F(0)
            flows = [(x, m) for x, _t, m in money]
            for kind in ("debt", "grant"):
                group = fu.expand(None, None, kind)
                flows += [(fu.expand((x,))[0], m) for x, m in in_place(o, p, group).items()] if group else []
            for x, m in flows:
                ch = fu.channels[fu.parent(x)]
                if ch.counts_as == "debt":
                    whole = sum(pay(ch, o.t0, n) for n in range(1, ch.term + 1))
                    outgo += m * (whole if r.of == "debt" else whole - 1 + F(ch.issue_fee or 0))
                elif ch.counts_as == "grant" and r.of == "cost":
                    income += m
            outgo += p.total_investment - ((p.idc or 0) if o.library.investment_basis == "dynamic" else 0) if r.of == "cost" else 0
            for g, w in groups.items():
                if w:
                    both = sums.setdefault(g, [F(0), F(0)])
                    both[0] += w * income
                    both[1] += w * outgo
        for g, (income, outgo) in sums.items():
            yield "fund_balance", f"fund_balance:{k}[{g}]" if g else f"fund_balance:{k}", f"funding.fund_balance.{k}", "yuan", income, ratio * outgo, None, None


def broken(o: Any, choice: Any) -> Iterator[str]:
    """Yield the name of a family each time that the choice breaks it."""
    chosen, opened = choice
    po, P = o.policy, o.P
    start = {i: s for i, s, _m in chosen}
    for fam, _row, _rule, _unit, v, lo, hi, base in rows(o, choice) if all(P[i].part == "carry_over" or s is not None for i, s, _m in chosen) else ():
        b = 1 if base is None else base
        if (lo is not None and v < lo * b) or (hi is not None and v > hi * b):
            yield fam
    for p in P.values():
        if p.part == "carry_over" and (p.id not in start or start[p.id] is not None):
            yield "commitments"
        if p.part != "carry_over" and p.id in start and (p.id not in o.cand or start[p.id] not in o.cand[p.id]):
            yield "commitments"
    if any(i not in start for i in o.scenario.force.in_):
        yield "commitments"
    for i, s, money in chosen:
        yield from project(o, P[i], s, money)
    for r in o.library.relations:
        if r.kind == "precedence" and r.other in start and P[r.other].part != "carry_over":
            if r.project not in start:
                yield "precedence"
            else:
                first = P[r.project].start_year if P[r.project].part == "carry_over" else start[r.project]
                if first is not None and start[r.other] is not None and first + r.lag > start[r.other]:
                    yield "precedence"
    for kind in ("exclusive", "corequisite"):
        groups: dict[Any, set[str]] = {}
        for n, r in enumerate(o.library.relations):
            if r.kind == kind:
                groups.setdefault(r.group or n, set()).update({r.project} | ({r.other} if r.other else set()))
        for ids in groups.values():
            carried = {i for i in ids if i in P and P[i].part == "carry_over"}
            if kind == "exclusive" and len(ids & set(start)) > max(1, len(carried)):
                yield "exclusivity"
            if kind == "corequisite" and len((ids - carried) & set(start)) not in (0, len(ids - carried)):
                yield "corequisites"
    c = po.coordination
    if c is None or not c.active:
        if opened:
            yield "areas"
        return
    free = {p.coord_area for p in P.values() if p.part == "carry_over" and p.coord_area}
    for a, y in opened.items():
        mine = [P[i] for i in start if P[i].coord_area == a]
        k, whole = c.conditions, sum(P[i].total_investment for i in start if P[i].coord_area == a)
        revenue = sum(r.pledged_net for r in o.library.revenue for p in mine if r.project == p.id)
        share = o.num(k.revenue_share)
        bad = a in free or all(p.coord_area != a for p in P.values()) or not o.t0 <= y <= o.tz
        bad = bad or (k.least_number is not None and len(mine) < k.least_number) or (k.least_investment is not None and whole < k.least_investment)
        bad = bad or (k.anchor_first and not any(p.coord_role == "anchor" and (start[p.id] is None or start[p.id] <= y) for p in mine))
        if bad or (share is not None and revenue < share * whole):
            yield "areas"
    if c.openings_per_year is not None and any(list(opened.values()).count(y) > c.openings_per_year for y in set(opened.values())):
        yield "areas"
    for i, s, _m in chosen:
        a = P[i].coord_area
        if c.mode == "required" and P[i].part != "carry_over" and a and a not in free and (a not in opened or (s is not None and opened[a] > s)):
            yield "areas"


def project(o: Any, p: Any, s: int | None, money: list[Any]) -> Iterator[str]:
    """Yield the families that the money of one project breaks."""
    fu, W = o.fu, p.total_investment
    carry = p.part == "carry_over"
    plan = dict(p.remaining) if carry else {} if s is None else {s + k: a for k, a in enumerate(p.spend)}
    R = sum(plan.values())

    def got(group: Any, year: int | None = None) -> int:
        return sum(m for c, t, m in money if c in group and year in (None, t))

    if any(m <= 0 or c not in fu.leaves() for c, _t, m in money) or len({(c, t) for c, t, _m in money}) < len(money):
        yield "balance"
    if any(sum(m for _c, t, m in money if t == y) != plan.get(y, 0) for y in {*plan, *(t for _c, t, _m in money)}):
        yield "balance"
    can = []
    for leaf in fu.leaves():
        ch = fu.channels[fu.parent(leaf)]
        if o.hit(ch.eligible, p) and (leaf not in ch.sub or o.hit(ch.sub[leaf].eligible, p)):
            can.append(leaf)
        elif got([leaf]):
            yield "balance"
        if ch.delay is not None and not sum(in_place(o, p, fu.expand((fu.parent(leaf),))).values()):
            v = o.get(p, ch.delay.column)
            wait = ch.delay.blank if v in (None, "", ()) else ch.delay.years.get(str(v))
            if any(c == leaf and (wait is None or t < o.t0 + wait) for c, t, _m in money):
                yield "balance"
    have = lambda group: sum(in_place(o, p, group).values())  # noqa: E731
    capital, best = set(fu.expand(counts_as="capital")), None
    for r in fu.capital.values():
        q = o.num(r.at_least)
        if r.active and q is not None and o.hit(r.where, p):
            capital |= set(fu.expand(r.also_capital))
            best = max(best or (q, False), (q, r.per == "year"))
    if best is not None:
        q, yearly = best
        if carry:
            bad = got(capital) < min(R, max(0, math.floor(q * W) - have(capital)))
        elif yearly:
            bad = any(got(capital, t) < math.floor(q * a) for t, a in plan.items())
        else:
            bad = got(capital) < math.floor(q * W)
        if bad:
            yield "capital"
    rules = [(fu.expand((i,)), c.share, "cost") for i, c in fu.channels.items() if c.share is not None and set(fu.expand((i,))) & set(can)]
    rules += [(fu.expand(r.channels, r.side, r.counts_as), r, r.of) for r in fu.shares.values() if r.active and o.hit(r.where, p)]
    for group, r, of in rules:
        lo, hi = o.num(r.at_least), o.num(r.at_most)
        lo = F(0) if lo is None else lo
        if of != "cost":
            K = capital if of == "capital" else fu.expand(counts_as="debt")
            g, k = got(group) + have(group), got(K) + have(K)
            bad = lo * k - g >= 1 or (hi is not None and g - hi * k >= 1)
        elif carry:
            bad = got(group) < min(R, max(0, math.floor(lo * W) - have(group))) or (hi is not None and got(group) > max(0, math.ceil(hi * W) - have(group)))
        elif r.per == "project":
            bad = got(group) < math.floor(lo * W) or (hi is not None and got(group) > math.ceil(hi * W))
        else:
            bad = any(got(group, t) < math.floor(lo * a) or (hi is not None and got(group, t) > math.ceil(hi * a)) for t, a in plan.items() if a > 0)
        if bad:
            yield "shares"
    for r in fu.cover.values():
        q, D = o.num(r.ratio), fu.expand(r.channels, None, "debt")
        terms = [fu.channels[fu.parent(x)].term for x in D if x in can]
        if not r.active or q is None or not o.hit(r.where, p) or not terms:
            continue
        y0 = o.t0 if p.start_year is None else p.start_year
        rev = max(0, sum(x.pledged_net for x in o.library.revenue if x.project == p.id and (r.revenue is None or x.revenue_class in r.revenue) and y0 <= x.year <= y0 + max(terms)))
        m = lambda x: sum(pay(fu.channels[x], o.t0, k) for k in range(1, fu.channels[x].term + 1))  # noqa: E731
        there = sum(m(k if k in fu.channels else fu.parent(k)) * a for k, a in in_place(o, p, D).items())
        if sum(m(fu.parent(c)) * a for c, _t, a in money if c in D) > max(0, rev / q - there):
            yield "cover"
    for i, c in fu.channels.items():
        if c.ticket is not None:
            x, there = got(fu.expand((i,))), have(fu.expand((i,)))
            if c.ticket.at_least is not None and 0 < x < c.ticket.at_least and not there:
                yield "tickets"
            if c.ticket.at_most is not None and x > max(0, c.ticket.at_most - there):
                yield "tickets"
    if not carry and fu.secured_as == "at_least" and any(got(fu.expand((c,))) < min(a, R) for c, a in p.secured.items()):
        yield "asks"
    if not carry and fu.ask_as == "at_most" and any(got(fu.expand((c,))) > a for c, a in p.ask.items()):
        yield "asks"
