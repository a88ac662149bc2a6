"""Lines of the second model that bind the whole plan: caps, ratios, relations, areas, districts, limits, budget."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as F
from itertools import pairwise
from math import floor
from typing import Any


def plan_rows(m: Any) -> Iterator[Any]:
    """Yield the lines of every clause on more than one project."""
    for part in (_once, _budget, _channels, _caps, _reserved, _ratios, _debt, _balances, _precedence, _groups, _areas, _districts, _limits):
        yield from part(m)


def _line(name: str, total: Any, lo: Any, hi: Any) -> Any:
    from second_model import Line

    return Line(name, total, lo, hi)


def _once(m: Any) -> Iterator[Any]:
    for i, options in m.by_id.items():
        if not options[0].carry:
            yield _line("commitments", {o.x: F(1) for o in options}, 1 if i in m.scenario.force.in_ else None, 1)


def emptied(m: Any) -> Iterator[Any]:
    """design.md 4: an empty sum against a least value is an error (exit 3 where screening emptied it)."""

    def out(where: Any, of: str | None, share: Any = None) -> bool:
        there = [p for p in m.library.projects if m.c.match(where, p) and not (of == "new" and p.part == "carry_over")]
        there = [p for p in there if share is None or _part(p, share)]
        return bool(there) and not any(p.id in m.by_id for p in there)

    if not m.options and not m.barred:
        yield _line("nothing to choose from", {}, 1, None)
    for section in (m.policy.limits, m.policy.targets):
        for rule in section.values():
            least = rule.at_least
            number = None if least is None else least.value if least.share is None else m.dated(least.share)
            if rule.binds_in(m.t0) and number is not None and number > 0 and out(rule.where, rule.of):
                yield _line("limits: all out", {}, 1, None)
    for rule in m.policy.district_balance.values():
        if rule.active and (m.dated(rule.at_least) or 0) > 0:
            for d in rule.districts or ():
                if out(rule.where, rule.of, d):
                    yield _line("districts: all out", {}, 1, None)


def _budget(m: Any) -> Iterator[Any]:
    for rule in m.policy.budget.values():
        if not rule.active:
            continue
        mine = [o for o in m.options if m.c.match(rule.where, o.project)]
        for t in m.T if rule.measure == "spending" else m.years_of_start:
            amount = m.cap(rule.amount, t)
            if amount is None:
                continue
            if rule.measure == "spending":
                total = {o.x: F(o.spend.get(t, 0)) for o in mine}
            else:
                total = {o.x: F(o.project.total_investment) for o in mine if not o.carry and o.start == t}
            yield _line("budget", total, None, amount)


def _channels(m: Any) -> Iterator[Any]:
    for key, ch in m.channels.items():
        for name, cap in [(key, ch.cap), *((s, sub.cap) for s, sub in ch.sub.items())]:
            group = m.group([name])
            amounts = [(t, m.cap(cap, t)) for t in m.T]
            for n, (t, amount) in enumerate(amounts):
                if not ch.carry_surplus:
                    if amount is not None:
                        yield _line("channels", m.money(group, [t]), None, amount)
                elif all(a is not None for _t, a in amounts[: n + 1]):
                    yield _line("channels", m.money(group, m.T[: n + 1]), None, sum(a for _t, a in amounts[: n + 1]))


def _caps(m: Any) -> Iterator[Any]:
    for rule in m.policy.funding.caps.values():
        if not rule.active:
            continue
        group = m.group(rule.channels, rule.side, rule.counts_as)
        years = [t for t in m.T if rule.years is None or t in rule.years]
        for some in [[t] for t in years] if rule.each_year else [years]:
            yield _line("caps", m.money(group, some, where=lambda p, r=rule: m.c.match(r.where, p)), None, rule.amount - rule.already_used)


def _reserved(m: Any) -> Iterator[Any]:
    for rule in m.policy.funding.reserved.values():
        share = m.dated(rule.at_least)
        if not rule.active or share is None:
            continue

        def inside(p: Any, rule: Any = rule) -> bool:
            return bool(m.c.match(rule.where, p))

        if rule.of == "use":
            mine, whole = m.money(m.group(rule.channels), where=inside), m.money(m.group(rule.channels))
            yield _line("reserved", {v: mine.get(v, F(0)) - share for v in whole}, 0, None)
            continue
        for name in rule.channels:
            cap = m.channels[name].cap if name in m.channels else next(ch.sub[name].cap for ch in m.channels.values() if name in ch.sub)
            for t in m.T:
                amount = m.cap(cap, t)
                if amount is not None:
                    others = m.money(m.group([name]), [t], where=lambda p: not inside(p))
                    yield _line("reserved", others, None, floor((1 - share) * amount))


def _ratios(m: Any) -> Iterator[Any]:
    for rule in m.policy.funding.ratios.values():
        if not rule.active:
            continue
        for years in [[t] for t in m.T] if rule.per == "year" else [m.T]:
            above, below = (
                m.money(m.group(part.channels, part.side, part.counts_as), years, where=lambda p, part=part: m.c.match(part.where, p))
                for part in (rule.numerator, rule.denominator)
            )
            for share, low in ((m.dated(rule.at_least), True), (m.dated(rule.at_most), False)):
                if share is not None:
                    both = {v: above.get(v, F(0)) - share * below.get(v, F(0)) for v in above | below}
                    yield _line("ratios", both, 0 if low else None, None if low else 0)


def _debt(m: Any) -> Iterator[Any]:
    from second_model import repaid

    parent = {leaf: m.channels[key] for key, leaf in m.leaves}
    for rule in m.policy.funding.debt_service.values():
        if not rule.active:
            continue
        debt = m.group(rule.channels, rule.side, "debt")
        longest = max((parent[leaf].term for leaf in debt), default=0)
        for y in range(m.t0 + 1, m.T[-1] + longest + 1) if debt else ():
            amount = m.cap(rule.amount, y)
            if amount is not None:
                yield _line("debt_service", {v: repaid(parent[v[3]], m.t0, y - v[4]) for v in m.money(debt)}, None, amount)


def _balances(m: Any) -> Iterator[Any]:
    """Fund balance: what a group earns is at least the ratio times what it owes, or costs."""
    from second_model import repaid

    parent = {leaf: m.channels[key] for key, leaf in m.leaves}
    debt, grants = m.group(counts_as="debt"), m.group(counts_as="grant")
    for rule in m.policy.funding.fund_balance.values():
        ratio = m.dated(rule.ratio)
        if not rule.active or ratio is None:
            continue
        cost = rule.of == "cost"
        price = {leaf: sum(repaid(parent[leaf], m.t0, k) for k in range(1, parent[leaf].term + 1)) for leaf in debt}
        if cost:
            price = {leaf: v - 1 + F(parent[leaf].issue_fee or 0) for leaf, v in price.items()}
        worth = {leaf: -ratio * v for leaf, v in price.items()} | ({leaf: F(1) for leaf in grants} if cost else {})
        sums: dict[str, dict[Any, F]] = {}
        for o in m.options:
            p = o.project
            if not m.c.match(rule.where, p):
                continue
            value = F(sum(r.pledged_net for r in m.library.revenue if r.project == p.id and (rule.revenue is None or r.revenue_class in rule.revenue)))
            held = p.idc or 0 if m.library.investment_basis == "dynamic" else 0
            value -= ratio * (p.total_investment - held) if cost else 0
            for k, yuan in p.in_place.items() if o.carry else ():
                own = [leaf for key, leaf in m.leaves if k in (key, leaf)]
                if own and (set(own) <= debt or set(own) <= grants):
                    value += yuan * worth.get(own[0], F(0))
            line = {o.x: value} | {v: worth[leaf] for v, (one, leaf, _t) in m.f.items() if one is o and leaf in worth}
            for g, w in _balancing(rule.level, p).items():
                into = sums.setdefault(g, {})
                for v, c in line.items():
                    into[v] = into.get(v, F(0)) + w * c
        for total in sums.values():
            yield _line("fund_balance", total, 0, None)


def _balancing(level: str, p: Any) -> dict[str, F]:
    if level == "city":
        return {"": F(1)}
    if level == "project":
        return {p.id: F(1)}
    if level == "area":
        return {p.coord_area: F(1)} if p.coord_area else {}
    return {d: F(v) / 100 for d, v in p.district_shares.items()} if p.district_shares else {p.district: F(1)}


def _precedence(m: Any) -> Iterator[Any]:
    projects = {p.id: p for p in m.library.projects}
    for r in m.library.relations:
        if r.kind != "precedence":
            continue
        a = projects[r.project]
        for o in m.by_id.get(r.other, ()):
            if o.carry:
                continue
            if a.part == "carry_over":
                if a.start_year is not None and a.start_year > o.start - r.lag:
                    yield _line("precedence", {o.x: F(1)}, None, 0)
                continue
            before = {q.x: F(-1) for q in m.by_id.get(a.id, ()) if q.start <= o.start - r.lag}
            yield _line("precedence", {o.x: F(1)} | before, None, 0)


def _groups(m: Any) -> Iterator[Any]:
    """Exclusive and co-requisite groups; a pair is a group of its own."""
    parts = {p.id: p.part for p in m.library.projects}
    sets: dict[tuple[str, str], set[str]] = {}
    for n, r in enumerate(m.library.relations):
        if r.kind != "precedence":
            name = (r.kind, r.group if r.group is not None else f"pair {n}")
            sets.setdefault(name, set()).update(i for i in (r.project, r.other) if i is not None)
    for (kind, _name), members in sets.items():
        if kind == "exclusive":
            running = sum(parts[i] == "carry_over" for i in members)
            yield _line("exclusivity", {o.x: F(1) for i in members for o in m.by_id.get(i, ())}, None, max(1, running))
            continue
        new = sorted(i for i in members if parts[i] != "carry_over")
        if any(i not in m.by_id for i in new):
            yield _line("corequisites", {o.x: F(1) for i in new for o in m.by_id.get(i, ())}, None, 0)
            continue
        for i, j in pairwise(new):
            yield _line("corequisites", {o.x: F(1) for o in m.by_id[i]} | {o.x: F(-1) for o in m.by_id[j]}, 0, 0)


def _areas(m: Any) -> Iterator[Any]:
    rule = m.policy.coordination
    if rule is None or not rule.active:
        return
    members: dict[str, list[Any]] = {}
    for o in m.options:
        if o.project.coord_area is not None:
            members.setdefault(o.project.coord_area, []).append(o)
    openings: dict[int, dict[Any, F]] = {t: {} for t in m.years_of_start}
    for area, inside in members.items():
        if any(o.carry for o in inside):
            continue
        z = {t: ("z", area, t) for t in m.years_of_start}
        m.binaries.extend(z.values())
        for t, v in z.items():
            openings[t][v] = F(1)
        yield _line("areas", {v: F(1) for v in z.values()}, None, 1)
        if rule.mode == "required":
            for o in inside:
                yield _line("areas", {o.x: F(1)} | {z[t]: F(-1) for t in z if t <= o.start}, None, 0)
        elif rule.bonus is not None:
            once = {o.project.id: m.basis(o.project) for o in inside}
            for v in z.values():
                m.gain[v] = F(rule.bonus) * sum(once.values())
        c = rule.conditions
        for t, v in z.items():
            if c.least_number is not None:
                yield _line("areas", {o.x: F(1) for o in inside} | {v: F(-c.least_number)}, 0, None)
            if c.least_investment is not None:
                yield _line("areas", {o.x: F(o.project.total_investment) for o in inside} | {v: F(-c.least_investment)}, 0, None)
            if c.anchor_first:
                early = {o.x: F(-1) for o in inside if o.project.coord_role == "anchor" and o.start <= t}
                yield _line("areas", {v: F(1)} | early, None, 0)
            share = m.dated(c.revenue_share)
            if share is not None:
                net = {o.x: m.c.pledged.get(o.project.id, 0) - share * o.project.total_investment for o in inside}
                loss = sum((max(F(0), -n) for n in {o.project.id: net[o.x] for o in inside}.values()), F(0))
                yield _line("areas", net | {v: -loss}, -loss, None)
    if rule.openings_per_year is not None:
        for now in openings.values():
            yield _line("areas", now, None, rule.openings_per_year)


def _measure(m: Any, o: Any, name: str) -> F:
    if name == "count":
        return F(1)
    if name == "investment":
        return F(o.project.total_investment)
    return F(m.c.value(o.project, name) or 0)


def _budget_amount(m: Any, measure: str) -> F:
    """The budget, in 元 for investment and in 万元 for any other measure."""
    from second_model import Refused

    amounts = [m.cap(r.amount, m.t0) for r in m.policy.budget.values() if r.active and not r.where]
    known = [a for a in amounts if a is not None]
    if not known:
        raise Refused("no budget")
    return F(min(known), 1 if measure == "investment" else 10_000)


def _share(m: Any, rule: Any, name: str, left: dict[Any, F], base: dict[Any, F], lo: F | None, hi: F | None) -> Iterator[Any]:
    """`lo * base <= left <= hi * base`; the base may be the budget."""
    if rule.of == "budget":
        amount = _budget_amount(m, rule.measure)
        yield _line(name, left, None if lo is None else lo * amount, None if hi is None else hi * amount)
        return
    for share, low in ((lo, True), (hi, False)):
        if share is not None:
            both = {v: left.get(v, F(0)) - share * base.get(v, F(0)) for v in left | base}
            yield _line(name, both, 0 if low else None, None if low else 0)


def _districts(m: Any) -> Iterator[Any]:
    for rule in m.policy.district_balance.values():
        lo, hi = m.dated(rule.at_least), m.dated(rule.at_most)
        if not rule.active or (lo is None and hi is None):
            continue
        counted = [o for o in m.options if m.c.match(rule.where, o.project) and not (rule.of == "new" and o.carry)]
        wanted = rule.districts if rule.districts is not None else [d for d, e in m.policy.districts.items() if e.level == "district"]
        for d in wanted:
            part = {o.x: _part(o.project, d) for o in m.options}
            if rule.districts is None and not any(part.values()):
                continue
            left = {o.x: part[o.x] * _measure(m, o, rule.measure) for o in counted}
            base = {o.x: _measure(m, o, rule.measure) for o in counted}
            yield from _share(m, rule, "districts", left, base, lo, hi)


def _part(p: Any, d: str) -> F:
    return F(p.district_shares.get(d, 0)) / 100 if p.district_shares else F(p.district == d)


def _limits(m: Any) -> Iterator[Any]:
    column = {"district": "district", "key_area": "key_area", "class": "object_class"}
    for section in (m.policy.limits, m.policy.targets):
        for rule in section.values():
            if not rule.binds_in(m.t0):
                continue
            mine = [o for o in m.options if m.c.match(rule.where, o.project)]
            least, most = rule.at_least, rule.at_most
            if rule.of is None:
                scale = 10_000 if rule.measure == "investment" else 1
                total = {o.x: _measure(m, o, rule.measure) for o in mine}
                yield _line("limits", total, None if least is None else F(least.value) * scale, None if most is None else F(most.value) * scale)
                continue
            lo, hi = (None if level is None else m.dated(level.share) for level in (least, most))
            groups: list[list[Any]] = [m.options]
            if rule.of == "new":
                groups = [[o for o in m.options if not o.carry]]
            elif rule.of in column:
                names = {m.c.value(o.project, column[rule.of]) for o in m.options} - {None}
                groups = [[o for o in m.options if m.c.value(o.project, column[rule.of]) == n] for n in sorted(names)]
            for everyone in groups:
                left = {o.x: _measure(m, o, rule.measure) for o in everyone if o in mine}
                base = {o.x: _measure(m, o, rule.measure) for o in everyone}
                yield from _share(m, rule, "limits", left, base, lo, hi)
