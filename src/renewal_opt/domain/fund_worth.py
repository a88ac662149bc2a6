"""What one more 亿元 is worth: the answer of `fund worth` as data; money is whole 元, exact numbers are fractions as text."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label, Seq
from .plan import InputFile

Stop = Literal["optimal", "gap", "time", "interrupted", "unproven", "infeasible", "none", "loose", "kept", "not_solved"]
Verdict = Literal["alone_nothing", "more_than_one", "no_more", "open"]
Axis = Literal["total", "scale"]
Caps = Literal["yearly", "carried", "summed"]


class Optimum(Frozen):
    """What is proven of one optimum."""

    value: str | None
    """Exact objective of the best plan found, a fraction as text; null without a plan."""
    bound: str | None
    """No plan is better; null where nothing is proven."""
    stopped: Stop
    """Why the solver stopped."""
    starts: int
    """New starts of that plan."""


class Price(Frozen):
    """Shadow prices of the linear relaxation, objective for 亿元, and how far they hold."""

    left: float | None
    """What the last 亿元 taken away costs; null where less money leaves no point at once."""
    left_reach: int
    """元 less over which it holds at least."""
    right: float | None
    """What the next 亿元 brings."""
    right_reach: int
    """元 more over which it holds at least."""
    less: float | None
    """Change of the relaxation's optimum over the whole step down; null where no point is left, or the cap is 0."""
    more: float | None
    """Change over the whole step up."""


class Change(Frozen):
    """The true change of the optimum when caps are moved, as an interval."""

    by: int
    """元 by which the cap is moved."""
    low: str | None
    """The change is at least this; null where nothing is proven (or no plan is left)."""
    high: str | None
    """The change is at most this."""
    stopped: Stop
    """Why the solver stopped; `loose`: the cap cannot bind; `kept`: the plan at hand stays possible; `not_solved`: bounds alone."""
    enter: Seq[str] = ()
    """Projects of the plan found that the plan at hand does not start."""
    leave: Seq[str] = ()
    """Projects of the plan at hand that the plan found does not start."""
    shifted: Seq[str] = ()
    """Projects that start in another year."""
    why: str = ""
    """What the solver said where there is no plan."""


class CapWorth(Frozen):
    """The worth of one cap."""

    kind: Literal["channel", "cap", "budget"]
    key: str
    rule: str
    """Dotted path of the policy entry."""
    year: int | None
    """Null where the cap holds for several years together."""
    row: str
    label: Label
    yuan: int
    """The cap, 元."""
    used: int
    """What the plan at hand uses of its row, 元."""
    assumption: bool
    """Whether rule or number has no official source: then its worth rests on an assumption."""
    why: Label | None = None
    """What an assumption rests on."""
    origin: str | None = None
    """Scenario or command line that states the number instead of the policy."""
    price: Price
    more: Change
    less: Change | None = None
    """Null where the cap is 0 already."""


class SetWorth(Frozen):
    """The worth of one step for several caps together."""

    rows: Seq[str]
    labels: Seq[Label]
    shared: bool
    """Whether one step is split freely among them; else each is raised by it, for caps that the same money has to pass."""
    bottleneck: bool
    """Whether the set is a tight funding row of the plan."""
    assumption: bool
    slope: float | None
    """Price of the relaxation, objective for 亿元."""
    relaxed: float | None
    """Change of the relaxation's optimum over the step."""
    relaxed_alone: float | None
    """The largest such change of one of them alone."""
    more: Change
    alone: Change | None
    """The best proven change of one of them alone: by its upper end."""
    verdict: Verdict
    """`alone_nothing`: alone none is worth anything, together they are; `more_than_one`; `no_more`; `open`: not proven."""


class CurvePoint(Frozen):
    """One solve of a curve."""

    money: int
    value: str | None
    bound: str | None
    stopped: Stop
    spent: int
    starts: int


class Corner(Frozen):
    """A place where a curve changes."""

    money: int
    value: float


class Curve(Frozen):
    """Score against money, between a lower and an upper curve."""

    axis: Axis
    """`total`: at most so much money over all years; `scale`: all caps and budgets multiplied, so that the caps add up to it."""
    caps: Caps
    """`yearly`: as they stand; `carried`: what is left goes on to the next year; `summed`: each channel's years added up."""
    base: int
    """Money of the plan at hand (total), or the sum of today's caps (scale), 元."""
    points: Seq[CurvePoint]
    lower: Seq[Corner]
    """From each corner on, a plan of this value is known (steps)."""
    upper: Seq[Corner]
    """No plan is better than the line through these corners; two corners at the same money are a jump."""
    gap: float
    """Largest distance of the two curves as a share of the best value."""
    complete: bool
    """Whether the two curves are one."""


class WorthAnswer(Frozen):
    """The answer of `fund worth`."""

    answer_version: Literal[1] = 1
    program: dict[str, str]
    city: Label
    title: Label
    synthetic: bool
    scenario: str
    plan_year: int
    basis: str
    step: int
    """One step, 元."""
    gap_asked: float
    base: Optimum
    relaxed: float | None
    """Optimum of the linear relaxation."""
    plan_kept: bool
    """Whether the plan at hand is still the best known; else a solve on the way found a better one, which stands for it."""
    caps: Seq[CapWorth]
    sets: Seq[SetWorth] = ()
    curves: Seq[Curve] = ()
    notes: Seq[Label] = ()
    inputs: Seq[InputFile] = ()
