"""Policy sections for the rules on the portfolio: budget, limits and targets, district balance, coordinated areas."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ..i18n import _
from .base import DatedNumber, Frozen, Id, Money, Number, Seq, Where, YesNo
from .funding import Cap, Switched


class BudgetRule(Switched):
    """Money for the whole plan, over all channels."""

    measure: Literal["spending", "starts"] = "spending"
    """`spending`: money paid in each year, carry-overs included; `starts`: total investment of new starts by start year."""
    where: Where = Field(default_factory=dict)
    """Projects that the budget concerns."""
    amount: Cap
    """Amount by year, 万元."""


class Level(Frozen):
    """A number, or a share of a base measured alike."""

    value: Number | None = None
    """Number in the measure's own unit (investment: 万元)."""
    share: DatedNumber | None = None
    """Share of the base, 0 to 1."""
    of: Literal["plan", "new", "budget", "district", "key_area", "class"] | None = None
    """Base: the plan, its new starts, the budget of the plan year, or the plan inside each district, key area or class."""

    @model_validator(mode="after")
    def _one_of(self) -> Level:
        if (self.value is None) == (self.share is None) or (self.share is None) != (self.of is None):
            raise ValueError(_("either value, or share with of"))
        return self


class Limit(Switched):
    """A sum of a measure over the chosen projects, bounded from below or above."""

    where: Where = Field(default_factory=dict)
    """Projects that are summed."""
    measure: str = "investment"
    """count, investment, or a numeric column of the library (blank counts as 0)."""
    at_least: Level | None = None
    """Least value."""
    at_most: Level | None = None
    """Largest value."""
    from_: int | None = Field(default=None, alias="from")
    """First plan year in which the limit binds."""
    to: int | None = None
    """Last plan year in which the limit binds; afterwards it is only reported."""


    @model_validator(mode="after")
    def _bounds(self) -> Limit:
        if self.at_least is None and self.at_most is None:
            raise ValueError(_("at_least or at_most"))
        if self.at_least is not None and self.at_most is not None and self.at_least.of != self.at_most.of:
            raise ValueError(_("at_least and at_most of the same base"))
        return self

    @property
    def of(self) -> str | None:
        """The base of a share, None for values."""
        level = self.at_least or self.at_most
        return None if level is None else level.of

    def binds_in(self, plan_year: int) -> bool:
        """Return whether the limit is active and its period holds in `plan_year`."""
        return self.active and (self.from_ is None or plan_year >= self.from_) and (self.to is None or plan_year <= self.to)


class DistrictRule(Switched):
    """Balance between districts: a share of the plan for each district that has candidates."""

    where: Where = Field(default_factory=dict)
    """Projects that are counted."""
    measure: str = "investment"
    """count, investment, or a numeric column; a project across districts counts by its shares."""
    of: Literal["plan", "new", "budget"] = "plan"
    """Base of the share."""
    at_least: DatedNumber | None = None
    """Least share of each district with candidates, 0 to 1."""
    at_most: DatedNumber | None = None
    """Largest share of each district, 0 to 1."""
    districts: Seq[Id] | None = None
    """Districts concerned; null means all with candidates."""


class AreaConditions(Frozen):
    """Conditions for opening a coordinated area."""

    least_number: int | None = 1
    """Least number of its projects in the plan; an area without any is not opened unless this is null."""
    least_investment: Money | None = None
    """Least total investment of its projects in the plan, 万元."""
    anchor_first: YesNo = False
    """Whether its anchor project must start no later than the opening."""
    revenue_share: DatedNumber | None = None
    """Least ratio of its projects' pledged net revenue to their total investment (片区资金平衡)."""


class Coordination(Switched):
    """Coordinated areas (片区统筹, plan 十.3): thresholds are not in the plan."""

    mode: Literal["required", "bonus"] = "bonus"
    """`required`: no start in an area that is not opened; `bonus`: an opened area earns points."""
    conditions: AreaConditions = AreaConditions()
    """Conditions for opening."""
    openings_per_year: int | None = None
    """Largest number of areas opened in a year; areas with carry-overs are open."""
    bonus: Number | None = None
    """Points earned on the basis of all passed members of an opened area (mode `bonus`)."""
