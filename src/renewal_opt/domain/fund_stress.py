"""Stress: shocks on the funding of a plan, and what becomes of it, as data. Money is whole 元, exact numbers are text."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label
from .head import AnswerHead
from .plan import InputFile

ShockKind = Literal["cut", "late", "rate", "revenue", "cost"]


class Shock(Frozen):
    """One shock.

    `cut`: a channel's yearly caps fall by a share. `late`: its money of each year can come a year later only. `rate`: the yearly
    rate of a debt channel rises by so much (0.01: one point). `revenue`: pledged net revenue falls by a share. `cost`: spending
    of every year rises by a share.
    """

    kind: ShockKind
    target: str = ""
    """Channel id; empty for all (cut, late: every channel; rate: every debt channel)."""
    amount: str
    """Exact text: a share, a number of years, or points of the rate."""


class Fallen(Frozen):
    """A project that falls while the others are held."""

    id: str
    name: str
    score: str
    """What it brings to the objective, exact text."""
    rules: tuple[Label, ...] = ()
    """Rules in the way of funding it beside those that are kept."""


class Held(Frozen):
    """The plan's projects held under a case."""

    status: Literal["funded", "falls", "carry_overs", "failed"]
    """`funded`: all can still be funded; `falls`: some fall; `carry_overs`: the carry-overs alone cannot be funded; `failed`: no answer."""
    fallen: tuple[Fallen, ...] = ()
    """In the order in which they fall: least loss first."""
    loss: str | None = None
    """Loss of score, exact text."""
    proven: bool = False
    """Whether no other choice of fallen projects loses less."""
    broken: tuple[Label, ...] = ()
    """Rules on the portfolio (budget, limits, areas) that no longer hold for what is kept."""
    why: str = ""


class Reoptimised(Frozen):
    """The best plan under a case."""

    status: Literal["solved", "infeasible", "failed"]
    objective: str | None = None
    bound: float | None = None
    loss_least: float | None = None
    """Least loss of score against the stated plan that both proven bounds leave open."""
    loss_most: float | None = None
    left: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    seconds: float = 0.0
    why: str = ""


class Case(Frozen):
    """One case: shocks that come together, and the answers."""

    name: str
    shocks: tuple[Shock, ...]
    notes: tuple[Label, ...] = ()
    overrides: dict[str, str] = {}
    """Policy values of the case by path, as `--set` takes them."""
    repeatable: bool = True
    """Whether the overrides say all of the case; revenue and cost change rows of the library, which no override does."""
    held: Held | None = None
    best: Reoptimised | None = None


class Threshold(Frozen):
    """How much revenue may fall, or rates rise, before a project's debt is no longer covered, by the plan's own money."""

    id: str
    name: str
    of: Literal["bonds", "all"]
    """Special bonds alone, or all debt (where a rule names other debt than special bonds: that)."""
    rule: str
    """Policy path of the rule of cover, the first to break of several; empty where the policy has none and the floor 1 is taken."""
    label: Label
    """The rule in words."""
    assumption: bool
    """Whether the rule has no official source."""
    ratio: str
    """Cover that is asked for, exact text; 1 where the policy asks for none."""
    cover: str
    """Cover at hand, exact text."""
    revenue_fall: str
    """Share by which revenue may fall (help, and years below 0, stay), exact text; negative where the cover is short already."""
    rate_rise: str | None
    """Points by which all rates may rise (0.01: one point), exact text; with annuities rounded down to a millionth, and null where
    more than 0.2; 0 where the cover is short already."""


class Reach(Frozen):
    """How far one shock may go before the held plan can no longer be funded."""

    kind: ShockKind
    target: str
    holds: str
    """Largest level tried at which the plan can still be funded, exact text."""
    breaks: str | None
    """Smallest level tried at which it cannot, exact text; null where it holds to the end of the scale."""
    proven: bool
    """Whether both are proven."""
    rules: tuple[Label, ...] = ()
    """Rules in the way of the plan at `breaks`."""


class Survivor(Frozen):
    """The best plan that can be funded as stated and under every case."""

    status: Literal["solved", "infeasible", "failed"]
    objective: str | None = None
    bound: float | None = None
    loss_least: float | None = None
    loss_most: float | None = None
    chosen: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    proven: bool = False
    """Whether the bound is within the scenario's gap."""
    rows: int = 0
    """Rows added for the cases."""
    why: str = ""


class StressAnswer(AnswerHead):
    """The answer."""

    basis: str
    inputs: tuple[InputFile, ...]
    objective: str
    """Of the plan as stated, exact text."""
    bound: float | None
    channels: dict[str, Label]
    cases: tuple[Case, ...]
    thresholds: tuple[Threshold, ...] = ()
    reach: tuple[Reach, ...] = ()
    not_searched: tuple[tuple[ShockKind, str], ...] = ()
    """Shocks (kind and channel) whose reach was asked for and is not searched."""
    survivor: Survivor | None = None
    seconds: float = 0.0
    stopped: bool = False
    """Whether it was stopped before all that was asked was done: cases without an answer are left out."""
