"""The price of balancing: what the score loses when projects, areas, districts or the city must balance, as data."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .head import AnswerHead
from .plan import InputFile


class BalancedPlan(Frozen):
    """The best plan under one level of balancing."""

    level: Literal["none", "city", "district", "area", "project"]
    rule: dict[str, str]
    """The rule as it can be set in a scenario (funding.fund_balance); empty for none."""
    status: Literal["solved", "infeasible", "failed"]
    why: str = ""
    """Why there is no plan."""
    objective: str | None = None
    """Exact text, in the objective's unit."""
    bound: float | None = None
    """Proven upper bound."""
    price_least: float | None = None
    """Least loss against the plan without balancing that both bounds leave open; the loss is never below 0."""
    price_most: float | None = None
    """Largest such loss."""
    chosen: tuple[str, ...] = ()
    """New starts."""
    entered: tuple[str, ...] = ()
    """New starts that the plan without balancing does not have."""
    left: tuple[str, ...] = ()
    """New starts of the plan without balancing that are gone."""
    groups: int = 0
    """Groups that the level binds: those with a project that may start or runs, and with money that counts; 0 where nothing is asked of the plan."""
    short: int = 0
    """Groups that would not balance in the plan without balancing."""
    unbalanced: tuple[str, ...] = ()
    """Their ids; of the city as a whole: empty text."""


class BalancePrice(AnswerHead):
    """The answer."""

    basis: str
    of: Literal["debt", "cost"]
    ratio: str
    inputs: tuple[InputFile, ...]
    plans: tuple[BalancedPlan, ...]
    seconds: float
    stopped: bool = False
    """Whether it was stopped before the last level; the plan at hand then has the bound proven by then."""
