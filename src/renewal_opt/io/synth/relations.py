"""Coordinated areas, renewal units, and relations between synthetic projects."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.library import Relation
from ...domain.policy import Policy
from .draw import Draw
from .facts import Draft


def areas(policy: Policy, drafts: Sequence[Draft], draw: Draw, year: int) -> None:
    """Tie groups of three to six projects of one district to coordinated areas, the weakest as the anchor."""
    if not policy.coord_roles and policy.coordination is None:
        return
    others = [r for r in policy.coord_roles if r != "anchor"]
    number = max(1, len(drafts) // 24)
    by_district: dict[str | None, list[Draft]] = {}
    for d in drafts:
        if d["part"] == "new_start" and sum(d["_units"]) < 20_000_000:
            by_district.setdefault(d["district"], []).append(d)
    homes = [k for k, v in by_district.items() if len(v) >= 3]
    for n in range(1, number + 1):
        if not homes:
            return
        pool = by_district[draw.one(homes)]
        members = draw.some([d for d in pool if "coord_area" not in d], draw.between(3, 6))
        if len(members) < 3:
            continue
        anchor = min(members, key=lambda d: d["_quality"])
        for d in members:
            d["coord_area"] = f"SYN-PQ{n:02d}"
            if d is anchor and "anchor" in policy.coord_roles:
                d["coord_role"], d["_clean"] = "anchor", True
                d["_quality"] = d["_quality"] // 2
                d["start_year"] = year
            elif others:
                d["coord_role"] = draw.one(others)
    ongoing = [d for d in drafts if d["part"] == "carry_over"]
    if ongoing and number > 3 and policy.coord_roles:  # an area that runs already
        d = draw.one(ongoing)
        d["coord_area"] = "SYN-PQ02"
        if others:
            d["coord_role"] = others[0]


def units(policy: Policy, drafts: Sequence[Draft], draw: Draw) -> None:
    """Put some 40 % of the projects into renewal units of their district, each unit of one type."""
    types = list(policy.unit_types)
    if not types:
        return
    size = max(1, len(drafts) // 60)
    type_of: dict[str, str] = {}
    for d in drafts:
        if draw.chance(40):
            unit = f"SYN-DY-{d['district'] or 'X'}-{draw.between(1, size):02d}"
            d["unit"] = unit
            d["unit_type"] = type_of.setdefault(unit, draw.one(types))


def relations(drafts: Sequence[Draft], draw: Draw) -> list[Relation]:
    """Return precedence with lags, exclusive groups and co-requisites; no cycles, no contradiction."""
    free = draw.some([d for d in drafts if d["part"] == "new_start" and d.get("coord_role") != "anchor"], len(drafts))
    ongoing = [d for d in drafts if d["part"] == "carry_over"]
    out: list[Relation] = []

    def take(n: int) -> list[Draft]:
        taken = free[:n]
        del free[:n]
        return taken if len(taken) == n else []

    share = max(1, len(drafts) // 60)
    for n in range(2 * share):
        pair = take(2)
        if len(pair) < 2:
            break
        first, second = sorted(pair, key=lambda d: (d["_quality"], d["id"]))
        first["start_year"] = min(first["start_year"], second["start_year"])
        out.append(Relation(kind="precedence", project=first["id"], other=second["id"], lag=1 if n % 4 == 3 else 0))
    for d in ongoing[:share]:
        after = take(1)
        if after:
            out.append(Relation(kind="precedence", project=d["id"], other=after[0]["id"], lag=1))
    for n in range(1, share + 1):
        group = take(2 + draw.below(2))
        if len(group) == 2 and n % 2:
            out.append(Relation(kind="exclusive", project=group[0]["id"], other=group[1]["id"]))
        else:
            out += [Relation(kind="exclusive", project=d["id"], group=f"SYN-HC{n:02d}") for d in group]
    for n in range(1, share + 1):
        pair = take(2)
        if len(pair) < 2:
            break
        pair[1]["start_year"] = pair[0]["start_year"]
        if n % 2:
            out.append(Relation(kind="corequisite", project=pair[0]["id"], other=pair[1]["id"]))
        else:
            out += [Relation(kind="corequisite", project=d["id"], group=f"SYN-KB{n:02d}") for d in pair]
    return out
