"""The Plan: the answer, self-contained and versioned. Money is whole 元; exact numbers are text ("a/b")."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import Frozen, Label, Seq

#: version of the plan's schema; other versions are refused
PLAN_VERSION = 1

#: how many of something
Count = Annotated[int, Field(ge=0)]


class InputFile(Frozen):
    """One file that the plan was computed from."""

    role: Literal["policy", "library", "scenario"]
    """What the file is."""
    path: str
    """Path relative to the plan file's folder, or absolute."""
    sha256: str
    """Hash of its bytes."""


class Money(Frozen):
    """Money of one project, channel and year."""

    channel: str
    """Channel or sub-channel id."""
    year: int
    """Calendar year."""
    yuan: int
    """Amount, 元."""


class Chosen(Frozen):
    """A project in the plan: carry-over or new start."""

    id: str
    """Project id."""
    name: str
    """Project name."""
    part: Literal["carry_over", "new_start"]
    """Part of the annual plan."""
    start: int | None
    """Year of start; null for a carry-over."""
    investment: int
    """Total investment, 元."""
    score: str
    """Weighted score in [0, 100], exact."""
    money: Seq[Money]
    """Money by channel and year from the plan year on; adds up to the spending of each year."""
    forced: bool = False
    """Whether the scenario forced it in."""
    hangs_on_blank: bool = False
    """Whether its score depends on how blanks are filled."""


class Reason(Frozen):
    """Why a project is not in the plan, or what is remarkable about it."""

    kind: Literal["screening", "forced_out", "rule", "ranked_out", "not_this_year", "reserve_declared", "withdrawn", "reserve_full", "no_funding", "unclear"]
    """Kind of reason."""
    rule: str = ""
    """Policy path of the clause or rule, for example screening.negative_list.three_lines."""
    label: Label
    """The reason in words."""


class Reserve(Frozen):
    """A project in 储备."""

    id: str
    """Project id."""
    name: str
    """Project name."""
    rank: Annotated[int, Field(ge=1)]
    """Rank by score, from 1."""
    score: str
    """Weighted score, exact."""
    investment: int
    """Total investment, 元."""
    reasons: Seq[Reason]
    """Why it does not start."""


class Refused(Frozen):
    """A project that is 未入选 (or withdrawn)."""

    id: str
    """Project id."""
    name: str
    """Project name."""
    investment: int
    """Total investment, 元."""
    score: str
    """Weighted score, exact."""
    reasons: Seq[Reason]
    """Why it is not selected."""


class ClauseResult(Frozen):
    """Screening of one project against one clause."""

    clause: str
    """Policy path, for example screening.health_check."""
    status: Literal["passed", "failed", "unclear", "waived"]
    """通过, 不通过, 待核, or lifted by a waiver."""
    papers: bool = False
    """Whether only a paper is missing."""
    evidence: Label
    """What was looked at and found."""


class Screened(Frozen):
    """Screening of one project."""

    id: str
    """Project id."""
    status: Literal["passed", "failed", "unclear"]
    """通过, 不通过, 待核. For carry-overs the tests are listed but not applied."""
    applied: bool
    """Whether the tests decide (new starts) or are listed only (carry-overs)."""
    clauses: Seq[ClauseResult]
    """Each clause with its evidence."""


class ScoreRow(Frozen):
    """Scores of one project; exact numbers as text."""

    id: str
    """Project id."""
    indicators: dict[str, str]
    """Value of each indicator, key criterion/indicator, in [0, 100]."""
    missing: Seq[str] = ()
    """Indicators that were blank, key criterion/indicator."""
    criteria: dict[str, str]
    """Criterion values in [0, 100]."""
    total: str
    """Weighted score."""
    worst: str
    """Weighted score with every blank at its worst."""
    best: str
    """Weighted score with every blank at its best."""


class WeightRow(Frozen):
    """Weight of one criterion."""

    criterion: str
    """Criterion id."""
    weight: str
    """Normalised weight, exact."""


class Weights(Frozen):
    """The weights used."""

    method: Literal["policy", "scenario", "ahp"]
    """Where they come from."""
    rows: Seq[WeightRow]
    """Normalised weights, adding up to 1."""
    consistency_ratio: float | None = None
    """Saaty's consistency ratio for AHP."""


class RowUse(Frozen):
    """How far one row of a rule is used."""

    family: str
    """Rule family, for example channels."""
    row: str
    """Name of the row, with rule id, channel, year."""
    rule: str
    """Policy path of the rule."""
    label: Label
    """The row in words."""
    unit: Literal["yuan", "count", "number", "share"]
    """Unit of the numbers."""
    value: str
    """Value of the left side, exact."""
    at_least: str | None = None
    """Lower bound, exact."""
    at_most: str | None = None
    """Upper bound, exact."""
    binding: bool
    """Whether the row is tight: no room for the smallest project that it concerns (or none at all)."""
    assumption: bool
    """Whether the rule has no official source."""


class LaterNeed(Frozen):
    """Money needed in a year after the plan year."""

    year: int
    """Calendar year."""
    channel: str
    """Channel or sub-channel."""
    yuan: int
    """Amount, 元."""


class AreaBalance(Frozen):
    """Fund balance of one coordinated area (片区资金平衡), always reported (domain.md 1.7)."""

    id: str
    """Area id."""
    state: Literal["running", "opened", "closed"]
    """Kept open by a carry-over, opened by this plan, or neither."""
    chosen: Count
    """Number of its projects in the plan."""
    investment: int
    """Their total investment, 元."""
    revenue: int
    """Their pledged net revenue over all years, 元."""


class Objective(Frozen):
    """The objective and what is proven about it."""

    value: str
    """Exact objective value, unit: basis x points (investment basis: 万元 x points)."""
    bound: float | None
    """Upper bound proven by the solver, same unit."""
    gap: float | None
    """(bound - value) / |value|; null when no bound is known."""
    gap_asked: str
    """Gap asked for."""
    stopped: Literal["gap", "optimal", "time", "interrupted", "unproven"]
    """Why the solver stopped."""
    basis: Literal["investment", "count", "beneficiaries"]
    """Basis of the score."""
    seconds: float
    """Time of the solve."""
    repairs: Count = 0
    """Rows added because an answer could not be funded or failed the exact re-check."""
    funding: Literal["full", "projected"] = "full"
    """Form of the funding model that was solved."""
    strategy: Literal["core", "highs"] = "highs"
    """How it was solved: core problem, or HiGHS on the whole model."""
    proof: Literal["lp", "fixing", "branching", "none"] = "branching"
    """What the bound rests on: the LP alone, fixing by reduced cost and HiGHS on the rest, or HiGHS's branch and bound."""
    funding_rows: Count = 0
    """Rows on the portfolio that stand for the funding (projected)."""
    certified_bound: str | None = None
    """Upper bound proven in exact arithmetic by `certify`, same unit as value; null until then."""
    certified_gap: float | None = None
    """(certified_bound - value) / |value|, rounded up; null until then."""


class Assumption(Frozen):
    """An entry without an official source that acted in this plan."""

    path: str
    """Policy path."""
    label: Label
    """What it is."""
    why: Label
    """Why it was assumed."""
    binds: bool
    """Whether one of its rows is tight."""


class WaiverUse(Frozen):
    """A waiver that a project relies on."""

    id: str
    """Project id."""
    items: Seq[str]
    """Clauses lifted."""
    authority: str
    """Authority."""
    number: str
    """Document number."""
    expiry: str | None
    """Expiry date, ISO."""


class Warning_(Frozen):
    """Something the reader should know."""

    kind: str
    """Kind of warning."""
    label: Label
    """The warning in words."""


class Check(Frozen):
    """Result of the exact re-check for one rule family."""

    family: str
    """Rule family."""
    holds: bool
    """Whether every row holds."""
    rows: Count
    """Number of comparisons made."""


class BasisList(Frozen):
    """The list under another basis, for the overlap (domain.md 1.6)."""

    basis: Literal["investment", "count", "beneficiaries"]
    """Basis."""
    chosen: Count
    """Number of new starts in that list."""
    overlap: Count
    """Number of new starts that both lists share."""
    proven: bool
    """Whether that list was solved to the gap asked."""


class GroupStats(Frozen):
    """Number, median size and mean score of a group of projects."""

    group: Literal["chosen", "refused"]
    """New starts chosen, or candidates refused."""
    number: Count
    """How many."""
    median_investment: int
    """Median total investment, 元."""
    mean_score: float
    """Mean weighted score."""


class Plan(Frozen):
    """An annual plan with everything that proves it."""

    plan_version: Literal[1]
    """Version of this schema."""
    program: dict[str, str]
    """Versions: renewal_opt, python, pyomo, highspy, numpy."""
    city: Label
    """City."""
    synthetic: bool
    """Whether policy or library is made up."""
    scenario: str
    """Name of the scenario."""
    title: Label
    """Title for reports."""
    plan_year: int
    """Plan year."""
    window: Annotated[int, Field(ge=1)]
    """Number of start years."""
    money_years: Seq[int]
    """Years in which money is spent."""
    library_as_of: str | None
    """Latest data date in the library, ISO."""
    inputs: Seq[InputFile]
    """Every input with its hash."""
    options: dict[str, Any]
    """Options that the command line changed."""
    objective: Objective
    """Objective, bound and gap."""
    weights: Weights
    """Weights."""
    chosen: Seq[Chosen]
    """续建 and 新开工, in the order of the library."""
    reserve: Seq[Reserve]
    """储备 by rank."""
    refused: Seq[Refused]
    """未入选 with reasons."""
    opened_areas: dict[str, int] = Field(default_factory=dict)
    """Coordinated areas opened, with the year."""
    area_balance: Seq[AreaBalance] = ()
    """Fund balance of every coordinated area with a carry-over or candidate, sorted by id."""
    criterion_totals: dict[str, str]
    """Sum over chosen projects of basis x criterion value, exact."""
    use: Seq[RowUse]
    """Use of each cap and limit."""
    later_needs: Seq[LaterNeed]
    """以后年度资金需求."""
    screening: Seq[Screened]
    """Screening of every project."""
    scores: Seq[ScoreRow]
    """Scores of every project."""
    waivers: Seq[WaiverUse]
    """Waivers relied on."""
    assumptions: Seq[Assumption]
    """Assumptions that acted, those that bind first."""
    warnings: Seq[Warning_]
    """What the reader should know."""
    statistics: Seq[GroupStats]
    """Chosen and refused compared."""
    bases: Seq[BasisList] = ()
    """Overlap with the lists of other bases."""
    correlations: dict[str, float] = Field(default_factory=dict)
    """Correlation between indicators of place, key a~b."""
    checks: Seq[Check] = ()
    """Results of the exact re-check, filled in before the plan is written."""
