"""Least fiscal money for a chosen score, as data. Money is whole 元, exact numbers are text ("a/b")."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label, Seq
from .fund_mix import FundMix


class LeastScore(Frozen):
    """The score asked for."""

    asked: str
    """As given, for example 90 % or a number."""
    level: str
    """Score that the projects have to reach, exact."""
    basis: Literal["investment", "count", "beneficiaries"]
    """Basis of the score."""
    best: str
    """Score of the best plan found, exact."""
    best_bound: str | None
    """Proven upper bound of the best score; null when none is known."""
    reached: str
    """Score of the projects chosen, exact."""


class FundLeast(Frozen):
    """The answer of `fund least`."""

    score: LeastScore | None
    """Null where the projects are those of a plan."""
    value: int
    """Government money of the answer, 元."""
    bound: int
    """Proven: no plan that reaches the score (no money for the list) needs less, 元."""
    proof: Literal["exact", "solver"]
    """What the bound rests on: whole-number arithmetic, or the solver's bound, lowered a little."""
    stopped: Literal["optimal", "gap", "time", "interrupted", "unproven"]
    """Why the search ended."""
    best_money: int | None
    """Least government money of the projects of the best plan, 元; null without a score."""
    entered: Seq[str] = ()
    """Projects that the best plan does not have."""
    left: Seq[str] = ()
    """Projects of the best plan that are not chosen."""
    names: dict[str, str] = {}
    """Names of these."""
    label: Label
    """What is minimised."""
    mix: FundMix
    """The money of the projects chosen; "before" is the money of the best plan."""
