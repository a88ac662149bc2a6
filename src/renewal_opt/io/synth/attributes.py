"""Place, object, and indicator columns of a synthetic project, from what the policy's lists hold."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from ...domain.base import Label
from ...domain.policy import Policy
from .draw import Draw
from .facts import Draft
from .words import KINDS, ROADS, SUFFIX, fitting, kind_of, numeral

#: optional indicators, blank in some 7 % of the projects
OPTIONAL = (
    "demand", "consent", "difficulty", "months_to_effect", "demonstration", "residents", "jobs_added", "complete_community",
    "services_15min", "green_area", "park_covered", "flood_points", "shelter_area", "parking", "rail_distance", "centre_level", "key_area", "x", "y",
)  # fmt: skip
#: per cent of optional indicators that are left blank
BLANK = 7


class World:
    """What is common to all projects: ranked lists of the policy, names given so far."""

    def __init__(self, policy: Policy, centre: tuple[Decimal, Decimal]) -> None:
        self.policy, self.centre = policy, centre
        self.districts = list(policy.districts)
        self.local = [d for d, e in policy.districts.items() if e.level == "district"] or self.districts
        self.types = [(c, t, label) for c, e in policy.object_classes.items() for t, label in e.types.items()]
        self.kinds = {t: kind_of(label, policy.object_classes[c].label) for c, t, label in self.types}
        self.vocabulary = {n: policy.vocabulary(n) for n in ("works", "function_types", "bond_domains", "plan_items", "unit_types")}
        self.fits = {
            (n, k): fitting(self.vocabulary[n], words)
            for k, kind in KINDS.items()
            for n, words in (("works", kind.works), ("function_types", kind.functions), ("bond_domains", kind.domains), ("plan_items", kind.works))
        }
        self.ranked = {c: ranked(policy, c) for c in ("demand", "difficulty", "centre_levels", "key_areas", "function_types")}
        self.names: dict[str, int] = {}

    def pick(self, draw: Draw, column: str, kind: str) -> str | None:
        """Return a fitting id of a vocabulary; None when the city has none."""
        fits = self.fits[column, kind]
        return draw.one(fits) if fits else None


def ranked(policy: Policy, name: str) -> list[str]:
    """Return the ids of a list from worst to best, as the criteria value them."""
    column = {"centre_levels": "centre_level", "key_areas": "key_area", "function_types": "function_type"}.get(name, name)
    ids = list(policy.vocabulary(name))
    for criterion in policy.criteria.values():
        for indicator in criterion.indicators.values():
            values = indicator.value.categories
            if indicator.column == column and values is not None:
                rest = values.get("other", Decimal(0))
                return sorted(ids, key=lambda i: values.get(i, rest))
    return ids


def by_quality(items: list[str], quality: int, draw: Draw) -> str | None:
    """Return an item of a list that runs from worst to best: quality 0 to 99, with noise."""
    if not items:
        return None
    at = min(99, max(0, quality + draw.between(-35, 35)))
    return items[at * len(items) // 100]


def place(world: World, draft: Draft, draw: Draw, district: str | None) -> None:
    """Fill the columns of place: district, zone, key area, coordinates, distance to rail."""
    policy = world.policy
    draft["district"] = district
    at = world.districts.index(district) if district in world.districts else 0
    zones = list(policy.zones)
    if zones:
        draft["zone"] = zones[at * len(zones) // max(1, len(world.districts))] if draw.chance(85) else draw.one(zones)
    quality = draft["_quality"]
    inside = [k for k, e in policy.key_areas.items() if e.kind != "none"]
    outside = [k for k in policy.key_areas if k not in inside]
    if inside and draw.chance(15 + quality // 3):
        draft["key_area"] = draw.one(inside)
    elif outside:
        draft["key_area"] = outside[0]
    draft["centre_level"] = by_quality(world.ranked["centre_levels"], quality, draw)
    draft["rail_distance"] = Decimal(draw.between(8, 90 + (100 - quality) * 2) * 10)
    east, north = at % 3 - 1, at // 3 - 1
    draft["x"] = world.centre[0] + Decimal(east * 900 + draw.between(-450, 450)) / 10_000
    draft["y"] = world.centre[1] + Decimal(north * 700 + draw.between(-350, 350)) / 10_000


def thing(world: World, draft: Draft, draw: Draw) -> None:
    """Fill the columns of object, mode, work, function, and the name and content."""
    policy = world.policy
    label: Label | None = None
    kind = "other"
    if world.types:
        draft["object_class"], draft["object_type"], label = draw.one(world.types)
        kind = world.kinds[draft["object_type"]]
    elif policy.object_classes:
        draft["object_class"] = draw.one(list(policy.object_classes))
        label = policy.object_classes[draft["object_class"]].label
        kind = kind_of(label)
    draft["_kind"] = kind
    modes = list(policy.modes)
    caution = [m for m in modes if policy.modes[m].caution]
    gentle = [m for m in modes if m not in caution]
    if modes:
        pulls_down = caution and draw.chance({"village": 60, "homes": 8, "industry": 15}.get(kind, 2))
        draft["mode"] = draw.one(caution if pulls_down or not gentle else gentle)
    draft["work"] = world.pick(draw, "works", kind)
    draft["function_type"] = world.pick(draw, "function_types", kind)
    if world.vocabulary["plan_items"] and draw.chance(18):
        draft["plan_items"] = tuple(draw.some(list(world.vocabulary["plan_items"]), draw.between(1, 2)))
    draft["name"] = _name(world, draft, draw, label)


def _name(world: World, draft: Draft, draw: Draw, label: Label | None) -> str:
    policy = world.policy
    district = policy.districts[draft["district"]].label.zh if draft["district"] else policy.city.label.zh
    mode = policy.modes[draft["mode"]].label.zh if draft.get("mode") else "更新"
    what = re.sub("（[^）]*）", "", label.zh if label else "").split("、")[0]
    name = f"合成-{district}{draw.one(ROADS)}{draw.one(SUFFIX)}{what}{mode}项目"
    world.names[name] = count = world.names.get(name, 0) + 1
    return name if count == 1 else f"{name}（{numeral(count)}期）"


def indicators(world: World, draft: Draft, draw: Draw, year: int) -> None:
    """Fill what the criteria look at, sized to the project's cost and leaning to its quality."""
    quality: int = draft["_quality"]
    kind = draft["_kind"]
    cost = draft["total_investment"]
    wan = max(1, cost // 10_000)

    def good(low: int, high: int) -> int:
        at = min(100, max(0, quality + draw.between(-30, 30)))
        return low + (high - low) * at // 100

    draft["demand"] = by_quality(world.ranked["demand"], quality, draw)
    draft["difficulty"] = by_quality(world.ranked["difficulty"], quality, draw)
    draft["consent"] = Decimal(good(520, 1000)) / 10
    draft["months_to_effect"] = good(48, 4)
    draft["demonstration"] = "yes" if draw.chance(5 + quality // 4) else "no"
    draft["households"] = max(1, wan * good(20, 160) // 1000) if kind in ("homes", "village", "public", "street") else None
    people = (draft["households"] or max(1, wan // 40)) * draw.between(25, 33) // 10
    draft["residents"] = max(1, people)
    area = max(50, wan * draw.between(800, 2600) // 1000)
    number = max(1, draft["households"] or wan // draw.between(60, 400))
    draft["content"] = "合成：" + KINDS[kind].scale.format(a=area, n=number)
    if kind in ("homes", "village", "street", "industry"):
        draft["gfa_existing"] = Decimal(area)
        draft["built_year"] = draw.between(1965, 2004)
    if kind in ("homes", "village"):
        draft["housing_before"] = Decimal(area * draw.between(70, 95) // 100)
        draft["housing_after"] = draft["housing_before"]
    if kind == "industry":
        draft["industry_before"] = Decimal(area * draw.between(60, 95) // 100)
        draft["industry_after"] = Decimal(area * draw.between(80, 140) // 100)
        draft["in_industry_block"] = "yes" if draw.chance(55) else "no"
    draft["jobs_added"] = wan * good(0, 60) // 1000 if kind in ("industry", "street") else draw.between(0, 30)
    draft["complete_community"] = 1 if kind in ("homes", "village") and draw.chance(25) else 0
    draft["services_15min"] = draw.between(0, 4) if kind in ("homes", "village", "public") else 0
    draft["green_area"] = Decimal(area * good(1, 40) // 100) if kind == "green" else Decimal(draw.between(0, 800))
    draft["park_covered"] = people * draw.between(5, 30) // 10 if kind == "green" else 0
    draft["flood_points"] = draw.between(0, 1 + min(12, wan // 800)) if kind in ("safety", "public") else 0
    draft["shelter_area"] = Decimal(area * draw.between(0, 30) // 100) if kind == "safety" else Decimal(0)
    draft["parking"] = min(1500, wan * draw.between(0, 30) // 1000)
    draft["as_of"] = dt.date(year - 1, draw.between(9, 12), draw.between(1, 28))
    draft["filled_by"] = f"合成填报人{draw.between(1, 20)}"
    draft["remark"] = "合成数据，不是真实项目"


def own_columns(policy: Policy, draft: Draft, draw: Draw, year: int) -> None:
    """Fill the columns that the city has of its own."""
    extra: dict[str, Any] = draft.setdefault("extra", {})
    asked = {r.column for r in policy.screening.requirements.values()}
    for i, column in policy.columns.items():
        if extra.get(i) is not None or (not column.required and (i in asked or draw.chance(BLANK))):
            continue
        values = list(column.values)
        number = draw.between(1, 100)
        plain: dict[str, Any] = {
            "number": Decimal(number), "integer": number, "money": number * 10_000, "yes_no": draw.one(("yes", "no")),
            "year": year - number % 20, "code": f"SYN-{number:03d}", "text": f"合成{number}",
        }  # fmt: skip
        if column.kind == "multi":
            extra[i] = tuple(draw.some(values, 1)) if values else (f"SYN-{number:03d}",)
        else:
            extra[i] = draw.one(values) if values else plain.get(column.kind, f"SYN-{number:03d}")


def blanks(policy: Policy, draft: Draft, draw: Draw) -> None:
    """Blank some optional indicators, but none that a requirement of screening looks at."""
    asked = {r.column for r in policy.screening.requirements.values() if r.active}
    for column in OPTIONAL:
        if draw.chance(BLANK) and column not in asked:
            draft[column] = None
