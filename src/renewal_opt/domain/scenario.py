"""The scenario: which policy, library and year, and what differs from the policy. YAML, one file, may extend another."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ..i18n import N_, _
from .base import Frozen, Label, Number, Seq
from .criteria import Ahp
from .robust import RobustQuestion


class SolverOptions(Frozen):
    """When the solver may stop, and how it runs."""

    gap: Number = Decimal("0.0001")
    """Relative gap to the proven bound at which the solve ends."""
    seconds: Number = Decimal(60)
    """Time limit."""
    threads: int = 1
    """Threads; one value a process."""
    seed: int = 0
    """Random seed."""

    @model_validator(mode="after")
    def _sensible(self) -> SolverOptions:
        if not 0 <= self.gap < 1:
            raise ValueError(_("gap: from 0 to below 1"))
        if self.seconds <= 0:
            raise ValueError(_("seconds: above 0"))
        if not 1 <= self.threads <= 256:
            raise ValueError(_("threads: 1 to 256"))
        if not 0 <= self.seed <= 2_147_483_647:
            raise ValueError(_("seed: 0 to 2147483647"))
        return self


class Force(Frozen):
    """Projects forced in or out."""

    in_: Seq[str] = Field(default=(), alias="in")
    """Ids of projects that must start."""
    out: Seq[str] = ()
    """Ids of projects that must not start."""



def _any(value: Any) -> Any:
    return value


Raw = Annotated[Any, BeforeValidator(_any), WithJsonSchema({"description": N_("any value of the policy's schema")})]


class Scenario(Frozen):
    """One question put to the engine (after `extends` has been resolved)."""

    schema_version: Literal[1] = 1
    """Version of this schema."""
    name: str
    """Short name, shown in reports."""
    label: Label | None = None
    """Title in both languages."""
    policy: str
    """Folder of the policy, relative to the scenario file."""
    library: str
    """File or folder of the library, relative to the scenario file."""
    plan_year: int = Field(ge=1990, le=2199)
    """The year of start of the annual plan."""
    window: int = Field(default=1, ge=1, le=10)
    """Number of start years, from the plan year."""
    basis: Literal["investment", "count", "beneficiaries"] = "investment"
    """What a project's score is multiplied with: investment (default), 1, or its residents."""
    weights: dict[str, Number] | None = None
    """Weights of criteria that differ from the policy; normalised with the rest."""
    ahp: Ahp | None = None
    """Weights from pairwise judgements instead of plain numbers."""
    overrides: dict[str, Raw] = Field(default_factory=dict)
    """Policy values that differ, by dotted path such as funding.channels.special_bond.cap.2025; null removes."""
    force: Force = Force()
    """Projects forced in or out."""
    solver: SolverOptions = SolverOptions()
    """Limits of the solver."""
    funding: Literal["auto", "projected", "full"] = "auto"
    """Form of the funding model: money as variables (full), projected out into rows on the portfolio (projected), or as it fits."""
    strategy: Literal["auto", "core", "highs"] = "auto"
    """How the model is solved: core problem with the LP's bound (core), HiGHS on the whole model (highs), or as it fits."""
    max_repairs: int = Field(default=5, ge=0, le=100)
    """How often a solve may go on after its answer failed the exact re-check."""
    robust: RobustQuestion | None = None
    """What the command robust asks: uncertain weights, scores and costs, protection against overrun; other commands leave it aside."""
    note: str | None = None
    """Free remark."""

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        both = sorted(set(self.force.in_) & set(self.force.out))
        if both:
            raise ValueError(_("force: a project is forced in or out, not both: {ids}").format(ids=", ".join(both)))
        if self.weights is not None and self.ahp is not None:
            raise ValueError(_("weights or ahp, not both"))
        if self.weights is not None and any(w < 0 for w in self.weights.values()):
            raise ValueError(_("weights: not negative"))
        return self

    def title(self, city: Label) -> Label:
        """Return the title of the plan: the scenario's label, else one made of the city and the plan year."""
        zh, en = f"{city.zh}{self.plan_year}年城市更新年度计划", f"{city.en}: annual urban-renewal plan {self.plan_year}"
        return self.label or Label(zh=zh, en=en)
