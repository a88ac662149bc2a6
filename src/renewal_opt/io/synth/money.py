"""Money of a synthetic project: cost, spending by year, revenue, who implements and who may pay."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...domain.library import HelpRow, RevenueRow
from .attributes import World
from .draw import Draw
from .facts import Draft, getter
from .mix import UNIT, Bound, Get, Mixer
from .words import BODY_NAMES, KINDS, body_of

#: least and largest cost in units of 100 元: 10 万元 and 50 亿元
LEAST, LARGEST = 1_000, 50_000_000
#: (calendar year, class, gross, operating cost, tax, pledged net), all in 元
Income = tuple[int, str, int, int, int, int]


def cost(draft: Draft, draw: Draw) -> int:
    """Draw a cost in units: spread evenly over the logarithm inside weighted decades."""
    decade = draw.weighted(range(5), KINDS[draft["_kind"]].decades)
    low: int = LEAST * 10**decade
    # halving steps of the exponent keep it integer: 1.0, 1.78, 3.16, 5.62 times the decade
    step = (1000, 1778, 3162, 5623, 10000)
    quarter = draw.below(4)
    units = low * draw.between(step[quarter], step[quarter + 1]) // 1000
    if draw.chance(50):
        digits = 10 ** max(0, len(str(units)) - 3)
        units = units // digits * digits
    return min(LARGEST, max(LEAST, units))


def years_of(units: int, draw: Draw) -> int:
    """Draw the money years: 1 to 5, more for dear projects."""
    size = len(str(units)) - 4  # decade
    return max(1, min(5, draw.between(size - 1, size + 2)))


def spread(units: int, years: int, draw: Draw) -> tuple[int, ...]:
    """Split units over years, each above 0; the middle years carry more."""
    weights = [draw.between(60, 140) * (10 if 0 < k < years - 1 else 7) for k in range(years)]
    parts = [max(1, units * w // sum(weights)) for w in weights]
    parts[0] += units - sum(parts)
    return tuple(parts)


def income(world: World, mixer: Mixer, draft: Draft, draw: Draw, strength: int) -> list[Income]:
    """Return 20 to 30 years of revenue that would repay `strength` per cent of the cost."""
    policy = world.policy
    kind = draft["_kind"]
    revenue_class = {"village": "government_fund", "public": "special", "safety": "special", "green": "special"}.get(kind, "operating")
    if draw.chance(15):
        revenue_class = draw.one(("special", "operating"))
    dear = max(mixer.costs.values(), default=Fraction(3, 2))
    ratio = max((f for r in policy.funding.cover.values() if r.active and (f := r.ratio.fraction(mixer.year))), default=Fraction(6, 5))
    debt_terms = [c.term for c in policy.funding.channels.values() if c.counts_as == "debt" and c.term]
    build, years = len(draft["_units"]), draw.between(20, 30)
    counted = max(1, min([*debt_terms, years], default=years) - build)
    yearly = int(draft["total_investment"] * dear * ratio * strength / 100) // counted // UNIT * UNIT
    if yearly <= 0:
        return []
    first = draft["start_year"] + build - (1 if build > 1 else 0)
    rows: list[Income] = []
    for k in range(years):
        net = yearly * (60 if k == 0 else 85 if k == 1 else 100) // 100 // UNIT * UNIT
        cost_part, tax_part = draw.between(20, 45), draw.between(3, 8)
        gross = net * 100 // (100 - cost_part - tax_part) // UNIT * UNIT
        tax = gross * tax_part // 100 // UNIT * UNIT
        rows.append((first + k, revenue_class, gross, gross - tax - net, tax, net))
    if draw.chance(5):  # a weak first year: legal
        year, name, gross, operating, tax, net = rows[0]
        rows[0] = (year, name, gross, operating + 2 * net, tax, -net)
    return rows


def fund(world: World, mixer: Mixer, draft: Draft, rows: Sequence[Income], draw: Draw, turn: int) -> dict[str, int] | None:
    """Choose the implementer and bond columns so that some lawful mix pays; return its money by leaf in units.

    The mix is of the whole cost for a carry-over, and of a start in the plan year for all others.
    """
    policy = world.policy
    kinds = list(policy.implementer_kinds)
    public = [k for k in kinds if body_of(k, policy.implementer_kinds[k]) == "government"]
    private = [k for k in kinds if k not in public]
    first = public if draw.chance(KINDS[draft["_kind"]].public) or not private else private
    order = draw.some(first, len(first))
    order += [k for k in draw.some(kinds, len(kinds)) if k not in order]
    reviews: list[str | None] = [*draw.some(list(policy.bond_reviews), len(policy.bond_reviews))] or [None]
    domain = world.pick(draw, "bond_domains", draft["_kind"])
    banned = draw.chance(3)
    best: dict[str, int] | None = None
    choice: list[str | None] = [*order] or [None]
    for kind in choice:
        draft["implementer_kind"] = kind
        for review in reviews if rows else [None]:
            if rows:
                draft["bond_domain"], draft["bond_ban"], draft["bond_review"] = domain, "yes" if banned else "no", review
            best = _mix(world, mixer, draft, rows, turn)
            if best is not None:
                break
        if best is not None:
            break
    draft["_fundable"] = best is not None
    kind = draft["implementer_kind"]
    if kind is not None:
        body = body_of(kind, policy.implementer_kinds[kind])
        draft["implementer"] = f"合成-{draw.one(BODY_NAMES[body])}"
    return best


def _mix(world: World, mixer: Mixer, draft: Draft, rows: Sequence[Income], turn: int) -> dict[str, int] | None:
    get = getter(world.policy, draft)
    units: tuple[int, ...] = draft["_units"]
    room = room_of(mixer, draft, rows, get)
    if draft["part"] == "carry_over":
        return mixer.whole(get, sum(units), room, turn)
    found = mixer.yearly(get, units, room, turn)
    if found is None:
        return None
    out: dict[str, int] = {}
    for (leaf, _k), amount in found.items():
        out[leaf] = out.get(leaf, 0) + amount
    return out


def room_of(mixer: Mixer, draft: Draft, rows: Sequence[Income], get: Get) -> list[Bound]:
    """Return the debt that a draft's revenue carries, as bounds in units."""
    start = draft["start_year"] if draft["part"] == "carry_over" else mixer.year
    return mixer.debt_room(get, [(y, c, n) for y, c, _g, _o, _t, n in rows], start or mixer.year, mixer.leaves(get))


def carry(draft: Draft, mix: dict[str, int], year: int, draw: Draw) -> None:
    """Fill the columns of a carry-over: spent, in place by channel, remaining by calendar year."""
    units: tuple[int, ...] = draft["_units"]
    done = year - draft["start_year"]
    spent = sum(units[:done])
    draft["spent_to_date"] = spent * UNIT
    draft["remaining"] = {year + i: a * UNIT for i, a in enumerate(units[done:])}
    draft["spend"] = ()
    in_place: dict[str, int] = {}
    total, left = sum(units), spent
    for leaf, amount in mix.items():
        mine = min(left, amount, amount * spent // total + 1)
        in_place[leaf] = mine
        left -= mine
    draft["in_place"] = {leaf: a * UNIT for leaf, a in in_place.items() if a}


def wishes(draft: Draft, mix: dict[str, int], mixer: Mixer, draw: Draw, year: int, number: int) -> None:
    """Fill asked and secured money by channel for some projects, from a mix that is lawful."""
    by_channel: dict[str, int] = {}
    for leaf, amount in mix.items():
        parent = mixer.funding.parent(leaf)
        by_channel[parent] = by_channel.get(parent, 0) + amount
    if draw.chance(30):
        draft["ask"] = {c: a * UNIT for c, a in by_channel.items() if a}
    if draw.chance(10):
        channel = draw.one(list(by_channel))
        amount = by_channel[channel] * draw.between(20, 70) // 100
        if amount:
            draft["secured"] = {channel: amount * UNIT}
            draft["secured_doc"] = f"合成财预〔{year - 1}〕{number}号"


def help_rows(drafts: Sequence[Draft], revenue: Sequence[RevenueRow], year: int) -> list[HelpRow]:
    """Return documented help: in each coordinated area the member with most revenue helps the one with least, and one project in forty has a subsidy.

    Nothing is drawn: it follows from the rest of the library.
    """
    net: dict[str, dict[int, int]] = {}
    for row in revenue:
        own = net.setdefault(row.project, {})
        own[row.year] = own.get(row.year, 0) + row.pledged_net
    totals = {i: sum(own.values()) for i, own in net.items()}
    areas: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.get("coord_area") and draft["part"] != "withdrawn" and totals.get(draft["id"], 0) > 0:
            areas.setdefault(draft["coord_area"], []).append(draft["id"])
    out: list[HelpRow] = []
    for number, (_area, ids) in enumerate(sorted(areas.items()), start=1):
        ids.sort(key=lambda i: (totals[i], i))
        payee, payer = ids[0], ids[-1]
        if totals[payer] >= 4 * totals[payee]:
            yearly = totals[payee] // 10 // UNIT * UNIT
            years = [y for y in sorted(net[payer]) if year < y <= year + 8 and net[payer][y] >= yearly > 0]
            out += [HelpRow(project=payee, year=y, document=f"合成片区〔{year}〕{number}号", payer=payer, pledged_net=yearly) for y in years]
    for number, draft in enumerate(drafts, start=1):
        if number % 40 == 0 and totals.get(draft["id"], 0) > 0:
            yearly = totals[draft["id"]] // 40 // UNIT * UNIT
            out += [HelpRow(project=draft["id"], year=y, document=f"合成财补〔{year}〕{number}号", pledged_net=yearly) for y in range(year + 2, year + 7) if yearly]
    return out


def details(draft: Draft, draw: Draw, in_debt: bool) -> None:
    """Fill interest during construction and relocation cost."""
    total = draft["total_investment"]
    if in_debt:
        draft["idc"] = total * draw.between(5, 30) // 1000 // UNIT * UNIT
    moved = draft.get("moved")
    if moved:
        draft["relocation"] = total * draw.between(10, 35) // 100 // UNIT * UNIT
    elif draw.chance(10):
        draft["relocation"] = total * draw.between(1, 6) // 100 // UNIT * UNIT
