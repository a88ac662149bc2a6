"""A scenario that suits a synthetic library: caps, budget and shares so tight that they bind, never too tight.

All numbers come from a plan in hand (`witness.Witness`) that they allow. They are written as overrides of the
policy, each said to be synthetic by the scenario's label.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...domain.filters import matches
from ...domain.library import Library
from ...domain.policy import Policy
from .mix import Mixer
from .relax import relaxed
from .witness import Case, Money, Room, Witness, cases

#: units in one 万元
_WAN = 100
#: years for which each cap is a number
YEARS = 5
#: source of the entries that a scenario adds
_SOURCE = {"kind": "assumption", "why": {"zh": "为合成项目库编制", "en": "made for the synthetic library"}}


@dataclass(frozen=True)
class Tightness:
    """How tight the numbers are; shares of what a plan without caps would take.

    Attributes
    ----------
    budget : Fraction
        Investment of the wish, a plan without caps, as a share of all that may start.
    fill : Fraction
        New starts' budget as a share of what a greedy plan within the caps can start.
    government, capital, debt : Fraction
        Channels by side and kind (market debt, market capital).
    later : Fraction
        Least cap of a later year as a share of the plan year's.
    areas : Fraction
        Areas opened in a year as a share of those that could be.
    district : Fraction
        What the district of the lowest scores takes of the plan in hand.
    """

    budget: Fraction = Fraction(35, 100)
    fill: Fraction = Fraction(132, 100)
    government: Fraction = Fraction(60, 100)
    capital: Fraction = Fraction(60, 100)
    debt: Fraction = Fraction(100, 100)
    later: Fraction = Fraction(70, 100)
    areas: Fraction = Fraction(1, 2)
    district: Fraction = Fraction(6, 100)


def make_scenario(
    policy: Policy,
    library: Library,
    plan_year: int = 2025,
    *,
    policy_path: str = "../policy",
    library_path: str = "../library.xlsx",
    name: str = "base",
    tightness: Tightness = Tightness(),
) -> dict[str, Any]:
    """Return a scenario for a synthetic library as YAML-able data, with numbers that bind.

    Parameters
    ----------
    policy, library : Policy, Library
        A library of `make_library` with the same policy and plan year.
    plan_year : int
        Year of the plan.
    policy_path, library_path : str
        Paths as the scenario file shall state them.
    name : str
        Name of the scenario.
    tightness : Tightness
        How tight the numbers are.

    Returns
    -------
    dict
        Keys of `Scenario`; every number is an int or a Decimal. A plan exists under it.
    """
    known = cases(policy, library, plan_year)
    mixer = Mixer(policy, plan_year, keep=True)
    may = sum(c.units for c in known.values() if c.candidate)
    budget = max(int(may * tightness.budget), min((c.units for c in known.values() if c.candidate), default=0))
    wish, _opened = _choose(policy, library, plan_year, known, budget, None, tightness, mixer)
    room = _room(policy, wish, plan_year, tightness)
    most, _opened = _choose(policy, library, plan_year, known, may, room, tightness, mixer)  # all that the caps can pay
    budget = int(most.started() * tightness.fill) if most.new else budget
    plan, opened = _choose(policy, library, plan_year, known, budget, room, tightness, mixer)
    over: dict[str, Any] = _caps(policy, room, plan, plan_year)
    over |= _budget(policy, plan, budget, plan_year)
    over |= _coordination(policy, known, opened)
    over |= _district(policy, plan, budget)
    over |= relaxed(policy, plan)
    return {
        "name": name,
        "label": {"zh": f"合成情景：{plan_year} 年度计划（数字按合成项目库设定）", "en": f"synthetic: annual plan {plan_year} (numbers made for the synthetic library)"},
        "policy": policy_path,
        "library": library_path,
        "plan_year": plan_year,
        "overrides": over,
        "note": "合成数据：资金上限、预算和比例都是编出来的。Synthetic: caps, budget and shares are made up.",
    }


def _areas(known: dict[str, Case]) -> dict[str, list[Case]]:
    out: dict[str, list[Case]] = {}
    for case in known.values():
        if case.project.coord_area and case.project.part in ("new_start", "carry_over"):
            out.setdefault(case.project.coord_area, []).append(case)
    return out


def _choose(
    policy: Policy, library: Library, year: int, known: dict[str, Case], budget: int, room: Room | None, tightness: Tightness, mixer: Mixer
) -> tuple[Witness, int]:
    """Return a greedy plan and the number of areas that it opens."""
    areas = _areas(known)
    running = {a for a, members in areas.items() if any(c.project.part == "carry_over" for c in members)}
    plan = Witness(policy, library, year, known, set(running), mixer)
    plan.room = room
    least = _least_number(known)
    openable: list[tuple[float, str, list[Case]]] = []
    for area, members in areas.items():
        able = sorted((c for c in members if c.candidate), key=lambda c: (-c.score, c.turn))
        anchors = [c for c in able if c.project.coord_role == "anchor"]
        if area in running or len(able) < least or (policy.coord_roles and not anchors):
            continue
        first = anchors[:1] + [c for c in able if c not in anchors[:1]]
        openable.append((sum(c.score for c in able) / len(able), area, first))
    most = max(1, int(len(openable) * tightness.areas)) if openable else 0
    opened = 0
    for _score, area, first in sorted(openable, key=lambda item: (-item[0], item[1])):
        if opened == most:
            break
        plan.areas.add(area)
        ids = sorted({i for c in first[:least] for i in plan.bundle(c.project.id) or ()})
        if {c.project.id for c in first[:least]} <= set(ids) and plan.started() + sum(known[i].units for i in ids) <= budget and plan.add(ids):
            opened += 1
        else:
            plan.areas.discard(area)
    weak = _weak_district(policy, known)
    if room is not None and weak is not None:
        plan.greedy(plan.started() + int(budget * tightness.district), lambda c: c.project.district == weak and not c.project.district_shares)
    plan.greedy(budget)
    return plan, opened


def _least_number(known: dict[str, Case]) -> int:
    return 2 if len(known) < 60 else 3


def _weak_district(policy: Policy, known: dict[str, Case]) -> str | None:
    """Return the district whose candidates score lowest, among those with some."""
    scores: dict[str, list[float]] = {}
    for case in known.values():
        district = case.project.district
        if case.candidate and district and policy.districts[district].level == "district":
            scores.setdefault(district, []).append(case.score)
    if len(scores) < 2:
        return None
    most = max(len(v) for v in scores.values())
    enough = {d: v for d, v in scores.items() if 2 * len(v) >= most}
    return min(sorted(enough), key=lambda d: sum(enough[d]) / len(enough[d]))


def _carried(plan: Witness) -> Money:
    out: Money = {}
    for i, money in plan.money.items():
        if plan.cases[i].project.part == "carry_over":
            for key, amount in money.items():
                out[key] = out.get(key, 0) + amount
    return out


def _room(policy: Policy, wish: Witness, year: int, tightness: Tightness) -> Room:
    """Return caps in units: a share of the wish, and what carry-overs need whatever it be."""
    used, carried = wish.use(), _carried(wish)
    leaves = policy.funding.leaves()
    least = max(_WAN, sum(used.values()) // (50 * YEARS * max(1, len(leaves))))
    room = Room()
    for leaf in leaves:
        channel = policy.funding.channels[policy.funding.parent(leaf)]
        share = tightness.government if channel.side == "government" else tightness.debt if channel.counts_as == "debt" else tightness.capital
        first = 0
        for k in range(YEARS):
            at = (leaf, year + k)
            mine, old = used.get(at, 0), carried.get(at, 0)
            cap = max(old + int((mine - old) * share), least, int(first * tightness.later))
            room.leaf[at] = cap = -(-cap // _WAN) * _WAN
            first = first or cap
    for i, channel in policy.funding.channels.items():
        for k in range(YEARS):
            need = sum(carried.get((x, year + k), 0) for x in channel.sub or [i])
            total = sum(room.leaf[x, year + k] for x in channel.sub or [i])
            room.parent[i, year + k] = max(need, total * 95 // 100) // _WAN * _WAN + _WAN if channel.sub else total
    return room


def _caps(policy: Policy, room: Room, plan: Witness, year: int) -> dict[str, Any]:
    """Return overrides of every channel's caps in 万元, never below what the plan in hand takes."""
    over: dict[str, Any] = {}
    for i, channel in policy.funding.channels.items():
        reserved = _reserved(policy, plan, i, year)
        total = {year + k: max(room.parent[i, year + k] // _WAN, reserved[k]) for k in range(YEARS)}
        over[f"funding.channels.{i}.cap"] = {**total, "later": "last"}
        for sub in channel.sub:
            part = _reserved(policy, plan, sub, year)
            over[f"funding.channels.{i}.sub.{sub}.cap"] = {
                **{year + k: max(room.leaf[sub, year + k] // _WAN, part[k]) for k in range(YEARS)},
                "later": "last",
            }
    return over


def _reserved(policy: Policy, plan: Witness, channel: str, year: int) -> list[int]:
    """Return the least caps in 万元 that leave the plan's other projects outside a reserved share their money."""
    out = [0] * YEARS
    for rule in policy.funding.reserved.values():
        share = rule.at_least.fraction(year) if rule.active and rule.of == "cap" and channel in rule.channels else None
        if share is None or share >= 1:
            continue
        leaves = policy.funding.expand((channel,))
        for k in range(YEARS):
            others = sum(
                a
                for i, money in plan.money.items()
                if not matches(rule.where, plan.cases[i].get)
                for (leaf, y), a in money.items()
                if leaf in leaves and y == year + k
            )
            out[k] = max(out[k], int(others / (1 - share)) // _WAN + 1 if others else 0)
    return out


def _budget(policy: Policy, plan: Witness, budget: int, year: int) -> dict[str, Any]:
    amount = {year: -(-budget // _WAN), "later": "last"}
    spending: dict[int, int] = {}
    for (_leaf, y), a in plan.use().items():
        spending[y] = spending.get(y, 0) + a
    paid = {year + k: -(-spending.get(year + k, 0) * (100 if k == 0 else 115) // 100 // _WAN) + 1 for k in range(YEARS)}
    floor = max(paid.values()) * 7 // 10
    paid = {y: max(v, floor) for y, v in paid.items()}
    over: dict[str, Any] = {}
    given = False
    for i, rule in policy.budget.items():
        if rule.measure == "starts" and not rule.where:
            given = True
            over |= {f"budget.{i}.active": "yes", f"budget.{i}.amount": amount}
        elif rule.active:
            spent = rule.measure == "spending" and not rule.where
            over[f"budget.{i}.{'amount' if spent else 'active'}"] = {**paid, "later": "last"} if spent else "no"
    if not given:
        over["budget.synthetic_starts"] = {
            "label": {"zh": "新开工项目总投资（合成）", "en": "investment of new starts (synthetic)"},
            "source": _SOURCE,
            "measure": "starts",
            "amount": amount,
        }
    return over


def _coordination(policy: Policy, known: dict[str, Case], opened: int) -> dict[str, Any]:
    if not _areas(known):
        return {}
    conditions: dict[str, Any] = {"least_number": _least_number(known)}
    if "anchor" in policy.coord_roles:
        conditions["anchor_first"] = True
    rule: dict[str, Any] = {"active": "yes", "mode": "required", "conditions": conditions, "openings_per_year": max(1, opened)}
    if policy.coordination is not None:
        return {f"coordination.{k}": v for k, v in rule.items()}
    label = {"zh": "片区统筹（合成）", "en": "coordinated areas (synthetic)"}
    return {"coordination": {"label": label, "source": _SOURCE, **rule}}


def _district(policy: Policy, plan: Witness, budget: int) -> dict[str, Any]:
    """Return a least share of new starts for the weak district, a little below what the plan in hand gives it."""
    weak = _weak_district(policy, dict(plan.cases))
    whole = max(budget, plan.started())  # so that a plan that spends the budget can keep it too
    if weak is None or not plan.new:
        return {}
    mine = Fraction(0)
    for i in plan.new:
        p = plan.cases[i].project
        part = Fraction(p.district_shares.get(weak, Decimal(0))) / 100 if p.district_shares else Fraction(p.district == weak)
        mine += part * plan.cases[i].units
    share = Decimal(int(mine * 970 / whole)) / 1000
    over: dict[str, Any] = {f"district_balance.{i}.active": "no" for i, r in policy.district_balance.items() if r.active}
    name = policy.districts[weak].label
    over["district_balance.synthetic_share"] = {
        "label": {"zh": f"{name.zh}新开工投资占比下限（合成）", "en": f"least share of {name.en} in the new starts (synthetic)"},
        "source": _SOURCE,
        "measure": "investment",
        "of": "new",
        "at_least": share,
        "districts": [weak],
    }
    return over


def bond_cuts(policy: Policy, library: Library, overrides: dict[str, Any], year: int) -> dict[str, Any]:
    """Return caps of government debt (special bonds) at half of what `overrides` leave for new starts."""
    known = cases(policy, library, year)
    carried = Witness(policy, library, year, known, set()).use()
    out: dict[str, Any] = {}
    for i, channel in policy.funding.channels.items():
        if channel.side != "government" or channel.counts_as != "debt":
            continue
        for leaf, path in ((None, f"funding.channels.{i}.cap"), *((s, f"funding.channels.{i}.sub.{s}.cap") for s in channel.sub)):
            caps: dict[Any, Any] = overrides[path]
            leaves = [leaf] if leaf else channel.sub or [i]
            old = {y: -(-sum(carried.get((x, y), 0) for x in leaves) // _WAN) for y in caps if y != "later"}
            out[path] = {**{y: min(caps[y], n + (caps[y] - n) // 2) for y, n in old.items()}, "later": "last"}
    return out
