"""A synthetic library of any size, drawn from a city's policy; named as synthetic wherever it is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...domain.columns import COLUMNS
from ...domain.library import Library, Project, RevenueRow
from ...domain.policy import Policy
from . import attributes, money, relations
from .draw import Draw
from .facts import Draft
from .gate import fill_gate
from .mix import UNIT, Mixer
from .words import KINDS

#: prefix of every synthetic project's name
MARK = "合成-"
#: where the made-up coordinates lie: a point in central China
CENTRE = (Decimal("113.65"), Decimal("34.75"))
_PARTS = (("carry_over", 100), ("reserve", 30), ("withdrawn", 10), ("new_start", 860))


def make_library(
    policy: Policy, projects: int, seed: int, plan_year: int = 2025, *, centre: tuple[Decimal, Decimal] = CENTRE
) -> Library:
    """Return a made-up library: equal arguments give an equal library on every machine.

    Parameters
    ----------
    policy : Policy
        Lists, channels and clauses that the projects are drawn from; a list that the city lacks stays blank.
    projects : int
        Number of projects, at least 1.
    seed : int
        Seed, at least 0.
    plan_year : int
        Year for which new starts apply; carry-overs started one to four years before.
    centre : tuple of Decimal
        Longitude and latitude around which the made-up coordinates lie.

    Returns
    -------
    Library
        `synthetic` is true; ids SYN-00001 ..., names begin with 合成. Money from 10 万元 to 50 亿元.

    Raises
    ------
    ValueError
        For less than one project or a negative seed.
    """
    if projects < 1 or seed < 0:
        raise ValueError(f"projects {projects} >= 1, seed {seed} >= 0")
    world = attributes.World(policy, centre)
    mixer = Mixer(policy, plan_year)
    drafts = _outline(world, projects, Draw(seed, projects, 1), plan_year)
    ties = Draw(seed, projects, 2)
    relations.areas(policy, drafts, ties, plan_year)
    relations.units(policy, drafts, ties)
    related = relations.relations(drafts, ties)
    revenue: list[RevenueRow] = []
    draw = Draw(seed, projects, 3)
    for number, draft in enumerate(drafts, start=1):
        revenue += _complete(world, mixer, draft, draw, plan_year, number)
    names = frozenset(Project.model_fields)
    return Library(
        name=f"{policy.city.label.zh} 合成项目库（{projects} 个项目，种子 {seed}；synthetic, not real projects）",
        synthetic=True,
        projects=tuple(Project(**{k: v for k, v in d.items() if k in names}) for d in drafts),
        revenue=tuple(revenue),
        help=tuple(money.help_rows(drafts, revenue, plan_year)),
        investment_basis="dynamic",
        relations=tuple(related),
        columns_present=tuple(c.id for c in COLUMNS),
    )


def _outline(world: attributes.World, projects: int, draw: Draw, year: int) -> list[Draft]:
    """Draw what relations depend on: part, place, object, quality, cost and years."""
    width = max(5, len(str(projects)))
    drafts: list[Draft] = []
    for number in range(1, projects + 1):
        draft: Draft = {"id": f"SYN-{number:0{width}d}", "_quality": draw.below(100)}
        draft["part"] = draw.weighted([p for p, _w in _PARTS], [w for _p, w in _PARTS])
        if number == 1 and projects >= 5:
            draft["part"] = "carry_over"  # every library has one
        elif number <= min(4, projects):
            draft["part"] = "new_start"
        district = draw.one(world.districts if draw.chance(10) else world.local) if world.districts else None
        if len(world.local) > 1 and district == world.local[-1]:
            draft["_quality"] = draft["_quality"] * 6 // 10  # one district whose projects score low
        attributes.place(world, draft, draw, district)
        attributes.thing(world, draft, draw)
        units = money.cost(draft, draw)
        if projects >= 50 and number in (3, 4):
            units = money.LEAST if number == 3 else money.LARGEST  # both ends of the spread
        years = money.years_of(units, draw)
        draft["start_year"] = year + draw.weighted((0, -1, 1, 2), (86, 4, 7, 3))
        if draft["part"] == "carry_over":
            years = max(2, years)
            draft["start_year"] = year - draw.between(1, years - 1)
        elif draft["part"] == "reserve":
            draft["start_year"] = year + draw.between(1, 2)
        draft["_units"] = draft_units = money.spread(units, years, draw)
        draft["spend"] = tuple(a * UNIT for a in draft_units)
        draft["total_investment"] = sum(draft_units) * UNIT
        drafts.append(draft)
    return drafts


def _complete(
    world: attributes.World, mixer: Mixer, draft: Draft, draw: Draw, year: int, number: int
) -> list[RevenueRow]:
    """Fill all other columns of a draft; return its revenue rows."""
    policy = world.policy
    attributes.indicators(world, draft, draw, year)
    draft["end_year"] = draft["start_year"] + len(draft["_units"]) - 1
    _people(world, draft, draw)
    fill_gate(policy, draft, draw, year, number, draft.get("_clean", False))
    attributes.own_columns(policy, draft, draw, year)
    rows: list[money.Income] = []
    if draw.chance(KINDS[draft["_kind"]].income):
        carries = draft["part"] == "carry_over"
        rows = money.income(world, mixer, draft, draw, draw.between(70, 120) if carries else draw.between(25, 130))
    draft["_net"] = sum(r[-1] for r in rows)
    mix = money.fund(world, mixer, draft, rows, draw, number)
    if mix is None and not rows:  # nobody pays without income: give it some
        rows = money.income(world, mixer, draft, draw, 110)
        draft["_net"] = sum(r[-1] for r in rows)
        mix = money.fund(world, mixer, draft, rows, draw, number)
    if draft["part"] == "carry_over":
        if mix is None:  # no lawful mix: it has not begun
            draft["part"], draft["start_year"] = "new_start", year
            draft["end_year"] = year + len(draft["_units"]) - 1
        else:
            money.carry(draft, mix, year, draw)
    elif draft["part"] == "withdrawn":
        draft["exit_doc"] = f"合成更退〔{year - 1}〕{number}号"
    elif mix:
        money.wishes(draft, mix, mixer, draw, year, number)
    in_debt = bool(mix) and any(mixer.channel(x).counts_as == "debt" for x in mix or ())
    money.details(draft, draw, in_debt)
    attributes.blanks(policy, draft, draw)
    if len(world.local) > 1 and draft["district"] in world.local and draw.chance(3):
        part = draw.between(3, 8) * 10
        other = draw.one([d for d in world.local if d != draft["district"]])
        draft["district_shares"] = {draft["district"]: Decimal(part), other: Decimal(100 - part)}
    return [
        RevenueRow(project=draft["id"], year=y, revenue_class=_class(c), gross=g, operating_cost=o, tax=t, pledged_net=n)
        for y, c, g, o, t, n in rows
    ]


def _class(name: str) -> Any:
    return name


def _people(world: attributes.World, draft: Draft, draw: Draw) -> None:
    district = draft["district"]
    place = world.policy.districts[district].label.zh if district else world.policy.city.label.zh
    draft["applicant"] = f"{place}人民政府（合成）" if draw.chance(80) else "市直部门（合成）"
    draft["lead"] = f"{place}城市更新主管部门（合成）"
