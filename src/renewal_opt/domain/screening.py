"""Policy section `screening`: negative list, health check, stages, documents, demolition (who may be picked)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import DatedNumber, Entry, Frozen, Id, Seq, Where, YesNo
from .funding import Switched


class NegativeItem(Entry):
    """One item of the negative list (plan 九.2)."""

    number: int
    """Number of the item; the library's column is neg_NUMBER."""
    waivable: YesNo = True
    """Whether a waiver can lift it ("原则上")."""
    needs_opinion: YesNo = False
    """Whether a waiver also needs the authority's written opinion."""
    names_rule: YesNo = False
    """Whether the waiver must name the rule concerned."""


class HealthCheck(Entry):
    """无体检不更新: a precondition without waiver (plan 十.5)."""

    within_years: int
    """A check counts when its year is at least plan year minus this number."""
    within_years_source: str | None = None
    """Why this number (the plan gives none)."""
    report_required: YesNo = True
    """Whether the report's number is needed."""
    active: YesNo = True
    """Whether the precondition is asked."""


class Requirement(Switched):
    """A condition for a new start on one column; a blank is unclear, never a no."""

    where: Where = Field(default_factory=dict)
    """Projects that the requirement concerns."""
    column: Id
    """Column that is looked at."""
    accept: Seq[str] | None = None
    """Values that pass; null means that any entry passes (a document number)."""
    unclear: Seq[str] = ()
    """Values that leave it unclear (待核)."""
    papers: YesNo = False
    """Whether what is missing is a paper alone (待核 in papers alone allows 储备)."""
    waivable: YesNo = False
    """Whether a waiver can lift it."""


class StageRule(Entry):
    """Stage that a project must have reached for a start, by mode and object type."""

    where: Where = Field(default_factory=dict)
    """Projects that the rule concerns; the first rule that matches decides."""
    stage: Id
    """Least stage."""


class Stages(Frozen):
    """Ten life-cycle stages (plan 十.5) and the one needed for a start."""

    order: dict[Id, Entry]
    """The stages in their order."""
    needed: Seq[StageRule]
    """Rules by mode and type; the first that matches decides, none means no demand."""
    skip: dict[Id, Seq[Id]] = Field(default_factory=dict)
    """Stages that a renewal mode does not have (整治提升 has no land supply), by mode id."""


class DemolitionRule(Switched):
    """Demolition limits of 建科〔2021〕63号; over the limit is a waiver case."""

    where: Where = Field(default_factory=dict)
    """Projects that the rule concerns."""
    measure: Literal["demolished_share", "built_ratio", "rehoused_share"]
    """(demolished - illegal - dangerous) / existing; (built - public) / demolished; rehoused nearby / moved."""
    at_most: DatedNumber | None = None
    """Largest value."""
    at_least: DatedNumber | None = None
    """Least value."""
    on_unit: YesNo = False
    """Whether it is measured on the renewal unit where all its areas are known, else on the project."""
    waivable: YesNo = True
    """Whether a waiver can lift it."""


class Screening(Frozen):
    """Who may be picked."""

    negative_list: dict[Id, NegativeItem] = Field(default_factory=dict)
    """The items of the negative list."""
    health_check: HealthCheck | None = None
    """无体检不更新."""
    requirements: dict[Id, Requirement] = Field(default_factory=dict)
    """Conditions on single columns: scope, documents, consent."""
    stages: Stages | None = None
    """Life-cycle stages."""
    demolition: dict[Id, DemolitionRule] = Field(default_factory=dict)
    """Demolition limits."""
