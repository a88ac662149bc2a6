"""`Problem`: the numeric tables of one solve, and the questions that rule families ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from ..domain import Library, Policy, Project, Scenario
from ..domain.base import WAN, Scalar
from ..domain.funding import MoneySet
from ..domain.plan import Screened
from ..errors import Finding, InputError
from ..i18n import _
from ..scoring import Scoring
from ..screening.facts import Facts
from .tables import Bools, Entries, Floats, Ints, Pairs, ProjectRows, Spending, Starts

Where = Mapping[str, tuple[Scalar, ...]]


def filter_mask(facts: Facts, projects: Sequence[Project], where: Where) -> Bools:
    """Return which projects satisfy a filter, shape (n,)."""
    if not where:
        return np.ones(len(projects), dtype=bool)
    test = facts.matcher(where)
    return np.fromiter((test(p) for p in projects), dtype=bool, count=len(projects))


@dataclass(frozen=True)
class Problem:
    """Everything numeric of one solve.

    Attributes
    ----------
    projects : tuple of Project
        Carry-overs and candidates, in library order.
    carry : Bools, shape (n,)
        Carry-overs.
    forced : Bools, shape (n,)
        Candidates forced in.
    investment : Ints, shape (n,)
        Total investment, 元.
    score, basis : tuple of Fraction, length n
        Weighted score in [0, 100]; multiplier in the objective (investment basis: 万元).
    gain : Floats, shape (number of starts,)
        basis x score of each start, 0 for carry-overs.
    leaves : tuple of str
        Channels or sub-channels to which money is given.
    money_unit : int
        元 in one unit of the solver's money.
    rows : dict of str to ProjectRows
        Per-project money limits in whole 元 by family.
    """

    policy: Policy
    library: Library
    scenario: Scenario
    facts: Facts
    screened: Mapping[str, Screened]
    scoring: Scoring
    reasons: Mapping[str, str]
    projects: tuple[Project, ...]
    position: Mapping[str, int]
    carry: Bools
    forced: Bools
    investment: Ints
    score: tuple[Fraction, ...]
    basis: tuple[Fraction, ...]
    gain: Floats
    starts: Starts
    spending: Spending
    pairs: Pairs
    entries: Entries
    leaves: tuple[str, ...]
    start_years: tuple[int, ...]
    money_years: tuple[int, ...]
    money_unit: int
    rows: Mapping[str, ProjectRows]
    _masks: dict[Any, Bools] = field(default_factory=dict, repr=False)

    @property
    def year(self) -> int:
        """The plan year."""
        return self.scenario.plan_year

    def mask(self, where: Where) -> Bools:
        """Return which projects satisfy a filter, shape (n,)."""
        key = tuple(sorted((k, tuple(map(repr, v))) for k, v in where.items()))
        if key not in self._masks:
            out = filter_mask(self.facts, self.projects, where)
            out.setflags(write=False)
            self._masks[key] = out
        return self._masks[key]

    def leaf_mask(self, channels: tuple[str, ...] | None = None, side: str | None = None, counts_as: str | None = None) -> Bools:
        """Return which leaves belong to a set of channels, shape (number of leaves,)."""
        chosen = set(self.policy.funding.expand(channels, side, counts_as))
        return np.array([leaf in chosen for leaf in self.leaves], dtype=bool)

    def money_mask(self, money: MoneySet) -> Bools:
        """Return which entries belong to a set of money, shape (number of entries,)."""
        leaves = self.leaf_mask(money.channels, money.side, money.counts_as)
        return self.mask(money.where)[self.entries.project] & leaves[self.entries.leaf]

    def measure(self, name: str) -> tuple[list[int | Fraction], str, int]:
        """Return a measure by project, its unit, and the factor from the policy's unit to it.

        Returns
        -------
        values : list, length n
            1 for count, 元 for investment, else the column (money in 万元; a blank counts as 0).
        unit : str
            ``count``, ``yuan`` (investment) or ``number``.
        factor : int
            10000 for investment (the policy writes 万元), else 1.
        """
        if name == "count":
            return [1] * len(self.projects), "count", 1
        if name == "investment":
            return [int(v) for v in self.investment], "yuan", WAN
        return [Fraction(self.facts.get(project, name) or 0) for project in self.projects], "number", 1

    def cap_missing(self, path: str, year: int) -> InputError:
        """Return the error for a money year in which a cap has no number."""
        return InputError([
            Finding(
                kind="cap_missing", file=self.scenario.policy, path=path, value=str(year),
                expected=_("a number for {year}, or later: open, or later: last").format(year=year),
            )
        ])  # fmt: skip

    def budget_amount(self, path: str, measure: str) -> int | Fraction:
        """Return the base of `of: budget`: the smallest active budget of the plan year without a filter.

        In 元 for the measure investment, else in 万元, as money columns are measured.
        """
        amounts: list[int] = []
        for key, rule in self.policy.budget.items():
            if rule.active and not rule.where:
                try:
                    amount = rule.amount.at(self.year)
                except LookupError:
                    raise self.cap_missing(f"budget.{key}.amount", self.year) from None
                if amount is not None:
                    amounts.append(amount)
        if not amounts:
            raise InputError([
                Finding(kind="no_budget", file=self.scenario.policy, path=path, value="budget",
                        expected=_("an active budget with a number for {year}").format(year=self.year))
            ])  # fmt: skip
        return min(amounts) if measure == "investment" else Fraction(min(amounts), WAN)
