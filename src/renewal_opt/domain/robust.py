"""Robust portfolios: the question (what is uncertain, and by how much) and the answer, as data."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from ..i18n import N_, _
from .base import Frozen, Id, Number, Seq, YesNo
from .criteria import Ahp
from .head import AnswerHead


def _ends(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(_("two numbers [low, high]"))
        return tuple(value)
    raise ValueError(_("two numbers [low, high]"))


def _around(value: Any) -> Any:
    return (value, value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else _ends(value)


#: an example of a question, shown by the schema's page
EXAMPLE = """\
weights:
  order: [urgent_needs, [core_functions, social_benefit]]   # from most to least important, equals open in a list
  intervals: {urgent_needs: [0.2, 0.6]}                     # shares of 1
  least: 0.05
scores:
  default: 5                                 # points of 100 below and above every score
  criteria: {social_benefit: [10, 5]}        # points below, points above
  projects: {P0007: {urgent_needs: [40, 90]}}  # from, to, in points of 100
costs: {default: [0, 15]}                    # % of the total investment below, above
protection:
  gamma: [1, 2.5, 4]                         # how many projects overrun at once, one plan each
  overrun: 20                                # % of a new start's spending
  carry_overs: 5                             # % of a carry-over's remaining spending
  projects: {P0007: 40}
most_portfolios: 100
seconds: 300
"""

_PAIR: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def _shape(unit: str, words: str, *, pair: bool = False, low: int = 0, high: int | None = None) -> WithJsonSchema:
    """Return the schema of a number, or of one or two of them, with its unit and the words of the page."""
    one: dict[str, Any] = {"type": "number", "minimum": low} | ({} if high is None else {"maximum": high})
    return WithJsonSchema(({"anyOf": [one, _PAIR]} if pair else one) | {"description": words, "x-unit": unit})


def _within(top: int) -> AfterValidator:
    def check(ends: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
        if not 0 <= ends[0] <= ends[1] <= top:
            raise ValueError(_("0 <= low <= high <= {top}").format(top=top))
        return ends

    return AfterValidator(check)


def _share(number: Decimal) -> Decimal:
    if not 0 <= number <= 1:
        raise ValueError(_("from 0 to 1"))
    return number


def _factor(number: Decimal) -> Decimal:
    if number < 1:
        raise ValueError(_("at least 1"))
    return number


def _overrun(number: Decimal) -> Decimal:
    if not 0 <= number <= 1000:
        raise ValueError(_("percent from 0 to 1000"))
    return number


def _not_negative(pair: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if pair[0] < 0 or pair[1] < 0:
        raise ValueError(_("points below and above, not negative"))
    return pair


def _percent_around(pair: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if not 0 <= pair[0] <= 100 or pair[1] < 0:
        raise ValueError(_("percent below (at most 100) and above, not negative"))
    return pair


#: how far below and above: one number for both sides, or `[below, above]`
Points = Annotated[
    tuple[Number, Number], BeforeValidator(_around), AfterValidator(_not_negative), _shape("points", N_("points of 100: one number for below and above, or [below, above]"), pair=True)
]
Percents = Annotated[
    tuple[Number, Number], BeforeValidator(_around), AfterValidator(_percent_around), _shape("% of cost", N_("percent of the total investment: one number for below and above, or [below, above]"), pair=True)
]
#: intervals `[low, high]`
ShareInterval = Annotated[
    tuple[Number, Number], BeforeValidator(_ends), _within(1), WithJsonSchema(_PAIR | {"description": N_("[low, high], shares of 1"), "x-unit": "share of 1"})
]
PointInterval = Annotated[
    tuple[Number, Number], BeforeValidator(_ends), _within(100), WithJsonSchema(_PAIR | {"description": N_("[low, high], points from 0 to 100"), "x-unit": "points"})
]
Share = Annotated[Number, AfterValidator(_share), _shape("share of 1", N_("share of 1, from 0 to 1"), high=1)]
Overrun = Annotated[Number, AfterValidator(_overrun), _shape("% overrun", N_("percent of overrun, from 0 to 1000"), high=1000)]
Seconds = Annotated[Number, _shape("s", N_("seconds, above 0"))]
Gamma = Annotated[Number, _shape("projects", N_("numbers of projects, at least 0; fractions are allowed"))]


def _ranks(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        return value
    return tuple((v,) if isinstance(v, str) else tuple(v) if isinstance(v, list) else v for v in value)


class WeightSet(Frozen):
    """Which weights are possible: everything that is stated here holds at once; weights are shares that add up to 1."""

    intervals: dict[Id, ShareInterval] = Field(default_factory=dict)
    """Criterion to [low, high], shares of 1."""
    order: Annotated[tuple[tuple[Id, ...], ...], BeforeValidator(_ranks), WithJsonSchema({"type": "array", "description": N_("criteria from most to least important; a list inside stands for criteria whose order is open")})] = ()
    """Criteria from most to least important; a list inside stands for criteria whose order among themselves is open."""
    least: Share = Decimal(0)
    """Least weight of every criterion."""
    ahp: Ahp | None = None
    """Pairwise judgements; each holds within `ahp_factor`."""
    ahp_factor: Annotated[Number, AfterValidator(_factor)] = Decimal("1.25")
    """A judgement v stands for the interval [v / factor, v x factor] of the ratio of two weights; 1 takes it as it is."""

    @model_validator(mode="after")
    def _sensible(self) -> WeightSet:
        named = [k for rank in self.order for k in rank]
        twice = sorted({k for k in named if named.count(k) > 1})
        if twice:
            raise ValueError(_("order: each criterion once; given twice: {keys}").format(keys=", ".join(twice)))
        if any(not rank for rank in self.order):
            raise ValueError(_("order: no empty list"))
        return self


class ScoreSet(Frozen):
    """How uncertain the scores of candidates are, in points of the criterion's value from 0 to 100."""

    default: Points = (Decimal(0), Decimal(0))
    """Points below and above the value of every criterion of every candidate."""
    criteria: dict[Id, Points] = Field(default_factory=dict)
    """By criterion, instead of the default."""
    projects: dict[str, dict[Id, PointInterval]] = Field(default_factory=dict)
    """Project to criterion to [low, high]: points from 0 to 100."""
    blanks: YesNo = False
    """Whether blank indicators reach from their worst to their best value."""


class CostSet(Frozen):
    """Cost as a further criterion (less is better), with intervals: percent of each candidate's total investment."""

    default: Percents = (Decimal(0), Decimal(0))
    """Percent below and above the stated cost."""
    projects: dict[str, Percents] = Field(default_factory=dict)
    """By project, instead of the default."""
    budget: Literal["keep", "variable"] = "keep"
    """`keep`: portfolios keep the budget at their stated cost; `variable`: the budget rows are dropped, every level is looked at."""


class Protection(Frozen):
    """Protection against cost overrun (Bertsimas and Sim): at most gamma projects overrun, each by at most its percentage."""

    gamma: Seq[Gamma] = (Decimal(0), Decimal(1), Decimal(2), Decimal(3))
    """How many projects may overrun at once, one plan each; may be fractional. 0, the plan without protection, is always there."""
    overrun: Overrun = Decimal(10)
    """Largest overrun of a new start, percent of its spending in every year."""
    carry_overs: Overrun = Decimal(0)
    """The same for carry-overs, percent of their remaining spending."""
    projects: dict[str, Overrun] = Field(default_factory=dict)
    """By project, percent."""
    draws: int = Field(default=10_000, ge=0, le=1_000_000)
    """Number of drawn overruns on which the plans are tried."""
    chance: Share = Decimal("0.1")
    """Chance that a project overruns in a draw; the overrun is then uniform between 0 and the largest."""
    seed: int = Field(default=1, ge=0, le=2_147_483_647)
    """Seed of the draws."""

    @model_validator(mode="after")
    def _sensible(self) -> Protection:
        if not self.gamma or any(g < 0 for g in self.gamma):
            raise ValueError(_("gamma: at least one number, none negative"))
        return self


class RobustQuestion(Frozen):
    """What is uncertain, and what is asked."""

    weights: WeightSet | None = None
    """Possible weights; without, those of the scenario."""
    scores: ScoreSet | None = None
    """Score intervals."""
    costs: CostSet | None = None
    """Cost as a further criterion, with intervals."""
    protection: Protection | None = None
    """Protection against cost overrun."""
    most_portfolios: int = Field(default=100, ge=1, le=10_000)
    """The set of nondominated portfolios is asked for completely up to this number; beyond, projects are proven singly."""
    resolution: Number = Decimal("0.000001")
    """Parts of a value finer than this share of all candidates together are rounded to it first; coarser numbers stay exact. Unless stated, scores without intervals stay exact up to 1e8 steps."""
    seconds: Seconds = Decimal(300)
    """Time for the nondominated portfolios and the proofs of single projects; each protected plan has as much again."""

    @model_validator(mode="after")
    def _asks(self) -> RobustQuestion:
        if self.weights is None and self.scores is None and self.costs is None and self.protection is None:
            raise ValueError(_("at least one of weights, scores, costs, protection"))
        if self.seconds <= 0:
            raise ValueError(_("seconds: above 0"))
        if not Decimal("0.0000001") <= self.resolution <= Decimal("0.01"):
            raise ValueError(_("resolution: from 0.0000001 to 0.01"))
        return self

    @property
    def asks_portfolios(self) -> bool:
        """Whether nondominated portfolios are asked for."""
        return self.weights is not None or self.scores is not None or self.costs is not None


# -- the answer ------------------------------------------------------------------------------------------------


class Measure(Frozen):
    """One thing by which portfolios are compared: the value at an extreme point of the weights, or the cost."""

    kind: Literal["value", "cost"]
    weights: dict[str, str] = Field(default_factory=dict)
    """Weight by criterion, exact text; empty for cost."""
    step: str
    """Exact step or stated resolution of the numbers, exact text (cost in 元)."""
    exact: bool
    """Whether the step divides every number; else each project's part is rounded to the resolution first."""


class RobustPortfolio(Frozen):
    """One nondominated portfolio: new starts, and its values at the ends of the intervals by measure, exact text."""

    id: int
    chosen: tuple[str, ...]
    opened: tuple[str, ...] = ()
    """Coordinated areas opened."""
    investment: int
    low: tuple[str, ...]
    high: tuple[str, ...]


class RobustProject(Frozen):
    """One candidate: how many nondominated portfolios hold it, and what is proven of it."""

    id: str
    name: str
    state: Literal["core", "borderline", "exterior", "undecided"]
    held: int
    """Number of the listed portfolios that hold it."""
    index: str | None
    """Core index, exact text; None where the set is not complete and the project neither core (1) nor exterior (0)."""
    why: Literal["set", "single", "witness", "open", "scenario"]
    """`scenario`: forced in, so in every portfolio; `set`: the complete set; `single`: proven for this project alone; `witness`: portfolios with and without it are known; `open`: not decided."""


class Choice(Frozen):
    """A portfolio chosen over the whole set of information: by maximin or by minimax regret."""

    rule: Literal["maximin", "minimax_regret"]
    chosen: tuple[str, ...]
    portfolio: int | None
    """Its number among the listed ones."""
    value: str
    """Least value, or largest regret, exact text."""
    proven: bool


class Refine(Frozen):
    """A borderline project whose information is worth refining."""

    id: str
    left: int | None
    """Nondominated portfolios left when its scores (and cost) are known to be the middle of their intervals; None where it has no interval or the set is not complete."""
    spread: str
    """Largest less least contribution of the project over the information set, exact text."""


class Trial(Frozen):
    """One plan tried on the drawn overruns: shares of the draws that break something."""

    draws: int
    any: float
    budget: float
    limits: float
    funding: float
    unsettled: float
    """Share of the draws in which the linear programme could not tell."""


class ProtectedPlan(Frozen):
    """The best plan under one level of protection."""

    gamma: str
    objective: str | None
    """Exact text; None where no plan holds after every overrun of the set."""
    bound: float | None
    chosen: tuple[str, ...]
    """New starts."""
    price: str | None
    """How much less this plan is worth than the one of gamma 0, exact text, in the objective's unit; what the protection costs lies
    between the differences of plans and bounds."""
    proven: bool
    """Whether the objective is optimal within the scenario's gap."""
    sets: Literal["proven", "none", "open"]
    """Whether it is proven that the plan can be funded after every overrun of the set (`none`: gamma 0; `open`: not settled, or tickets)."""
    rows: int
    """Rows added for worst sets."""
    trial: Trial | None = None
    seconds: float


class RobustInput(Frozen):
    """One file that was read."""

    role: str
    path: str
    sha256: str


class RobustAnswer(AnswerHead):
    """The answer to a robust question."""

    basis: str
    inputs: tuple[RobustInput, ...] = ()
    question: dict[str, Any]
    """The question as asked."""
    consistency_ratio: float | None = None
    """Saaty's consistency ratio, where judgements were given."""
    measures: tuple[Measure, ...] = ()
    claim: Literal["complete", "partial", "none"] = "none"
    """Whether the list of nondominated portfolios is complete; `none`: not asked."""
    why: str = ""
    """Why it is not complete."""
    portfolios: tuple[RobustPortfolio, ...] = ()
    projects: tuple[RobustProject, ...] = ()
    choices: tuple[Choice, ...] = ()
    refine: tuple[Refine, ...] = ()
    protected: tuple[ProtectedPlan, ...] = ()
    tickets: bool = False
    """Whether channels have least ticket sizes: protection is then checked set by set, or for the relaxed tickets alone."""
    runs: int = 0
    seconds: float = 0.0
