"""The project library (项目库): one `Project` a row, revenue and relations beside it. Values are exact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict

from .base import Frozen


class Waiver(Frozen):
    """A waiver (豁免): "原则上" allows one for items of the negative list, with its document (domain.md 1.8)."""

    items: tuple[str, ...]
    """Ids of the screening clauses that the waiver covers."""
    authority: str | None = None
    """Authority that granted it."""
    number: str | None = None
    """Document number."""
    date: dt.date | None = None
    """Date of the document."""
    scope: str | None = None
    """What it covers."""
    expiry: dt.date | None = None
    """Last day on which it holds; blank means no stated end."""
    conditions: str | None = None
    """Conditions attached."""
    opinion: str | None = None
    """Written opinion of the competent authority."""
    rule: str | None = None
    """The rule concerned (item 6 names its rule)."""


class Project(Frozen):
    """One candidate. Attribute names are the ids of `columns.COLUMNS`; blank cells are None (or empty)."""

    model_config = ConfigDict(use_attribute_docstrings=False)

    id: str
    name: str
    applicant: str | None = None
    lead: str | None = None
    district: str | None = None
    district_shares: dict[str, Decimal] = {}
    implementer: str | None = None
    implementer_kind: str | None = None
    content: str | None = None
    object_class: str | None = None
    object_type: str | None = None
    mode: str | None = None
    work: str | None = None
    function_type: str | None = None
    plan_items: tuple[str, ...] = ()
    zone: str | None = None
    key_area: str | None = None
    unit: str | None = None
    unit_type: str | None = None
    coord_area: str | None = None
    coord_role: str | None = None
    in_scope: Literal["yes", "no", "unclear"] | None = None
    part: Literal["carry_over", "new_start", "reserve", "withdrawn"] = "new_start"
    exit_doc: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    total_investment: int
    idc: int | None = None
    relocation: int | None = None
    spend: tuple[int, ...] = ()
    """Spending in year 1, 2, ... after the start, 元; adds up to `total_investment` for a new start."""
    spend_profile: bool = False
    """Whether `spend` was filled in by the policy's profile for want of figures."""
    spent_to_date: int | None = None
    in_place: dict[str, int] = {}
    """Carry-over: money in place by channel, 元."""
    remaining: dict[int, int] = {}
    """Carry-over: remaining spending by calendar year, 元."""
    ask: dict[str, int] = {}
    secured: dict[str, int] = {}
    secured_doc: str | None = None
    bond_domain: str | None = None
    bond_ban: Literal["yes", "no"] | None = None
    bond_review: str | None = None
    stage: str | None = None
    area_doc: str | None = None
    scheme_doc: str | None = None
    approval_doc: str | None = None
    check_year: int | None = None
    check_report: str | None = None
    check_issue: str | None = None
    neg: dict[str, Literal["none", "involved", "unclear"]] = {}
    """Negative-list item id to the answer; a blank answer is absent."""
    neg_evidence: str | None = None
    waiver: Waiver | None = None
    consent: Decimal | None = None
    demand: str | None = None
    difficulty: str | None = None
    months_to_effect: int | None = None
    demonstration: Literal["yes", "no"] | None = None
    households: int | None = None
    residents: int | None = None
    jobs_added: int | None = None
    gfa_existing: Decimal | None = None
    gfa_demolished: Decimal | None = None
    gfa_illegal: Decimal | None = None
    gfa_dangerous: Decimal | None = None
    gfa_new: Decimal | None = None
    gfa_public: Decimal | None = None
    moved: int | None = None
    rehoused_near: int | None = None
    housing_before: Decimal | None = None
    housing_after: Decimal | None = None
    industry_before: Decimal | None = None
    industry_after: Decimal | None = None
    in_industry_block: Literal["yes", "no"] | None = None
    built_year: int | None = None
    complete_community: int | None = None
    services_15min: int | None = None
    green_area: Decimal | None = None
    park_covered: int | None = None
    flood_points: int | None = None
    shelter_area: Decimal | None = None
    parking: int | None = None
    rail_distance: Decimal | None = None
    centre_level: str | None = None
    x: Decimal | None = None
    y: Decimal | None = None
    as_of: dt.date | None = None
    filled_by: str | None = None
    remark: str | None = None
    extra: dict[str, Any] = {}
    """Values of the policy's own columns (`policy.columns`): str, Decimal, int or tuple of str."""
    row: int | None = None
    """Row of the source sheet, 1-based, for messages."""

    @property
    def to_spend(self) -> int:
        """Money still to be spent from the plan year on: remaining for a carry-over, else the whole, 元."""
        return sum(self.remaining.values()) if self.part == "carry_over" else sum(self.spend)


class RevenueRow(Frozen):
    """One row of the sheet 收益; money in 元, a negative year is legal."""

    project: str
    """Project id."""
    year: int
    """Calendar year, for a start in the declared start year."""
    revenue_class: Literal["government_fund", "special", "operating"]
    """政府性基金/土地出让, 专项, 经营."""
    gross: int = 0
    """Gross revenue, 元."""
    operating_cost: int = 0
    """Operating cost, 元."""
    tax: int = 0
    """Taxes and fees, 元."""
    pledged_net: int = 0
    """Net revenue pledged to debt, 元."""
    row: int | None = None
    """Row of the source sheet."""


class HelpRow(Frozen):
    """One row of the sheet 收益 of the class `help` (补助/其他项目专项收入, domain.md 2): documented help with repayment, 元.

    Help is no revenue of the project: filters on `revenue` and the conditions of coordinated areas leave it out, and rules
    of cover count it only where their `revenue` names `help`.
    """

    project: str
    """Project that is helped."""
    year: int
    """Calendar year that the document names; it does not move with the start."""
    document: str
    """Document (文号) that promises it."""
    payer: str | None = None
    """Project whose revenue pays it; None for a subsidy."""
    pledged_net: int = 0
    """Money pledged to the helped project's debt, 元."""
    row: int | None = None
    """Row of the source sheet."""


class Relation(Frozen):
    """One row of the sheet 关系.

    precedence: `project` first, `other` at least `lag` years after it. exclusive: all projects of `group`
    (or the pair project/other) at most one. corequisite: all of `group` (or the pair) together or not at all.
    """

    kind: Literal["precedence", "exclusive", "corequisite"]
    """Kind of relation."""
    project: str
    """Project id (the predecessor of a precedence)."""
    other: str | None = None
    """The other project id (the successor of a precedence)."""
    lag: int = 0
    """Least number of years between the two starts."""
    group: str | None = None
    """Group name for exclusive and corequisite rows that name one project each."""
    row: int | None = None
    """Row of the source sheet."""


class Library(Frozen):
    """The project library with its sheets."""

    name: str = ""
    """Name shown in reports."""
    synthetic: bool = False
    """Whether the projects are made up; then said wherever the library is shown."""
    projects: tuple[Project, ...]
    """Candidates, in the order of the sheet."""
    revenue: tuple[RevenueRow, ...] = ()
    """Sheet 收益, without documented help."""
    help: tuple[HelpRow, ...] = ()
    """Rows of the sheet 收益 that are documented help."""
    investment_basis: Literal["static", "dynamic"] | None = None
    """Whether the total investment leaves out (静态) or holds (动态) interest in building time; None where the library does not say."""
    relations: tuple[Relation, ...] = ()
    """Sheet 关系."""
    columns_present: tuple[str, ...] = ()
    """Ids of the columns that the sheet 项目 has."""


def held_interest(project: Project, basis: str | None) -> int:
    """Return the interest in building time (建设期利息) that a project's total investment holds, 元.

    Parameters
    ----------
    project : Project
    basis : {"static", "dynamic"} or None
        What its total investment is, as `Library.investment_basis`.

    Returns
    -------
    int
        What the library states of it where investments are dynamic (动态); 0 where they leave it out, or nothing is said.
    """
    return project.idc or 0 if basis == "dynamic" else 0
