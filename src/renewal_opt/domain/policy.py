"""The policy: what the city's plan prescribes, as data (models/<city>/*.yaml merged into one tree)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from ..i18n import _
from .base import Entry, Frozen, Id, Label, Number, Seq, YesNo
from .criteria import Criterion
from .funding import Funding
from .rules import BudgetRule, Coordination, DistrictRule, Limit
from .screening import Screening


class City(Entry):
    """The city and its plan."""

    document: str
    """Title of the plan."""
    near_to: int | None = None
    """Last year of the near period."""
    far_to: int | None = None
    """Last year of the plan."""
    synthetic: YesNo = False
    """Whether the city is made up."""
    currency: Label = Label(zh="元", en="yuan")
    """Currency unit in which money is whole."""
    scope: Label | None = None
    """What the plan covers, in words."""


class District(Entry):
    """A district, or the city level itself."""

    level: Literal["district", "city"] = "district"
    """Level whose budget it is."""


class ObjectClass(Entry):
    """One class of renewal objects (plan 六.1)."""

    types: dict[Id, Label] = Field(default_factory=dict)
    """Object types of the class (细类)."""
    orientation: Label | None = None
    """What the plan aims at for the class."""


class Mode(Entry):
    """One renewal mode (plan 六.2)."""

    caution: YesNo = False
    """Whether the plan says that it is chosen with caution."""


class Action(Entry):
    """One action with its works (plan 九.1)."""

    works: dict[Id, Label]
    """Works (工程) of the action."""


class FunctionType(Entry):
    """A dominant function of a project."""

    priority: YesNo = False
    """Whether the plan names it as one that comes first (九.2)."""


class Place(Entry):
    """A zone, a key area, an axis or belt, a named place, or a counted aim of the plan."""

    kind: str | None = None
    """Kind of place, for example strategic, key, reserve, axis, belt, place, count."""
    priority: YesNo = True
    """Whether it counts as a priority place."""
    aims: Seq[Label] = ()
    """What the plan puts first there."""
    count: int | None = None
    """Number that the plan names (for example 5 cultural places)."""
    strategy: str | None = None
    """Section of the plan that names it."""


class OwnColumn(Entry):
    """A column of the city's own, beside those of domain.md 3."""

    kind: Literal["text", "code", "list", "multi", "number", "integer", "money", "yes_no", "year"]
    """Kind of value."""
    values: dict[Id, Label] = Field(default_factory=dict)
    """Allowed values of a list or multi column; empty for any."""
    unit: str | None = None
    """Unit, printed in the header."""
    required: YesNo = False
    """Whether it must be filled in."""


class ReserveRule(Frozen):
    """How many projects 储备 takes (domain.md 1.11)."""

    at_most: int | None = None
    """Largest number; null for no limit."""
    money_multiple: Number | None = None
    """Largest total investment as a multiple of the plan's new starts; null for no limit."""


class Coverage(Frozen):
    """How one numbered section of the plan is carried."""

    section: str
    """Number of the section as in the plan, for example 九.2."""
    title: str
    """Its title or first words."""
    entries: Seq[str] = ()
    """Policy entries or rule families that carry it (dotted paths, or rule:<family>)."""
    why_none: str | None = None
    """Why nothing carries it."""

    @model_validator(mode="after")
    def _carried_or_said(self) -> Coverage:
        if bool(self.entries) == bool(self.why_none):
            raise ValueError(_("either entries, or why_none"))
        return self


class Policy(Frozen):
    """A city's policy. Each top-level key stands in one file of the folder."""

    schema_version: Literal[1]
    """Version of this schema."""
    city: City
    """The city and its plan."""
    districts: dict[Id, District] = Field(default_factory=dict)
    """Districts within the scope, and the city level where projects may belong to it."""
    object_classes: dict[Id, ObjectClass] = Field(default_factory=dict)
    """Classes of renewal objects with their types."""
    modes: dict[Id, Mode] = Field(default_factory=dict)
    """Renewal modes."""
    actions: dict[Id, Action] = Field(default_factory=dict)
    """Actions with their works."""
    function_types: dict[Id, FunctionType] = Field(default_factory=dict)
    """Dominant functions."""
    zones: dict[Id, Place] = Field(default_factory=dict)
    """Renewal zones (更新分区)."""
    key_areas: dict[Id, Place] = Field(default_factory=dict)
    """Strategic and key areas (三区十片)."""
    unit_types: dict[Id, Place] = Field(default_factory=dict)
    """Types of renewal units and what each puts first."""
    centre_levels: dict[Id, Place] = Field(default_factory=dict)
    """Levels of centres."""
    plan_items: dict[Id, Place] = Field(default_factory=dict)
    """Named places, axes, belts and counted aims."""
    implementer_kinds: dict[Id, Label] = Field(default_factory=dict)
    """Kinds of implementer."""
    coord_roles: dict[Id, Label] = Field(default_factory=dict)
    """Roles in a coordinated area; `anchor` is the one that conditions look at."""
    bond_domains: dict[Id, Entry] = Field(default_factory=dict)
    """Domains in which special bonds may be used."""
    bond_reviews: dict[Id, Label] = Field(default_factory=dict)
    """Review states of special bonds."""
    demand: dict[Id, Label] = Field(default_factory=dict)
    """Grades of demand."""
    difficulty: dict[Id, Label] = Field(default_factory=dict)
    """Grades of difficulty."""
    columns: dict[Id, OwnColumn] = Field(default_factory=dict)
    """Columns of the city's own."""
    spend_profiles: dict[int, Seq[Number]] = Field(default_factory=dict)
    """Shares of the investment by year, by duration in years; used where spend_1..n is blank and marked."""
    criteria: dict[Id, Criterion] = Field(min_length=1)
    """Priority criteria and social benefit."""
    screening: Screening = Screening()
    """Who may be picked."""
    funding: Funding
    """Funding channels and money rules."""
    budget: dict[Id, BudgetRule] = Field(default_factory=dict)
    """Money for the whole plan."""
    limits: dict[Id, Limit] = Field(default_factory=dict)
    """Bounds on sums over the plan."""
    targets: dict[Id, Limit] = Field(default_factory=dict)
    """Targets of the plan with from and to; after `to` they are reported only."""
    district_balance: dict[Id, DistrictRule] = Field(default_factory=dict)
    """Balance between districts."""
    coordination: Coordination | None = None
    """Coordinated areas."""
    reserve: ReserveRule = ReserveRule()
    """Size of 储备."""
    facts: dict[Id, Entry] = Field(default_factory=dict)
    """Clauses that bind no rule but are quoted in reports (principles, mechanisms, periods)."""
    coverage: Seq[Coverage] = ()
    """Numbered sections of the plan and what carries each."""
    read_on: dt.date | None = None
    """Day on which the documents were read."""

    def vocabulary(self, name: str) -> dict[str, Label]:
        """Return id to label of one of the lists that `columns.COLUMNS` names; empty when the city has none."""
        if name == "object_types":
            return {t: label for c in self.object_classes.values() for t, label in c.types.items()}
        if name == "works":
            return {w: label for a in self.actions.values() for w, label in a.works.items()}
        if name == "parts":
            return dict(PART_LABELS)
        if name == "stages":
            stages = self.screening.stages
            return {i: e.label for i, e in stages.order.items()} if stages else {}
        if name == "waivable":
            return {i: e.label for i, e in self.waivable().items()}
        value = getattr(self, name)
        return {i: (v if isinstance(v, Label) else v.label) for i, v in value.items()}

    def waivable(self) -> dict[str, Entry]:
        """Return the screening clauses that a waiver can lift, by id."""
        s = self.screening
        out: dict[str, Entry] = {i: n for i, n in s.negative_list.items() if n.waivable}
        out |= {i: r for i, r in s.requirements.items() if r.waivable}
        out |= {i: d for i, d in s.demolition.items() if d.waivable}
        return out

    def action_of(self, work: str) -> str | None:
        """Return the action to which a work belongs."""
        return next((a for a, entry in self.actions.items() if work in entry.works), None)


PART_LABELS: dict[str, Label] = {
    "carry_over": Label(zh="续建", en="carry-over"),
    "new_start": Label(zh="新开工", en="new start"),
    "reserve": Label(zh="储备", en="reserve"),
    "withdrawn": Label(zh="退出", en="withdrawn"),
}
RELATION_LABELS: dict[str, Label] = {
    "precedence": Label(zh="先后", en="precedence"),
    "exclusive": Label(zh="互斥", en="exclusive"),
    "corequisite": Label(zh="捆绑", en="corequisite"),
}
REVENUE_LABELS: dict[str, Label] = {
    "government_fund": Label(zh="政府性基金/土地出让", en="government fund / land"),
    "special": Label(zh="专项", en="special revenue"),
    "operating": Label(zh="经营", en="operating"),
    "help": Label(zh="补助/其他项目专项收入", en="documented help"),
}
#: 总投资的口径 / what the total investment holds
INVESTMENT_LABELS: dict[str, Label] = {"static": Label(zh="静态", en="static"), "dynamic": Label(zh="动态", en="dynamic")}
YES_NO_LABELS: dict[str, Label] = {"yes": Label(zh="是", en="yes"), "no": Label(zh="否", en="no")}
TRI_LABELS: dict[str, Label] = YES_NO_LABELS | {"unclear": Label(zh="待核", en="unclear")}
NEGATIVE_LABELS: dict[str, Label] = {
    "none": Label(zh="不涉及", en="none"),
    "involved": Label(zh="涉及", en="involved"),
    "unclear": Label(zh="待核", en="unclear"),
}
