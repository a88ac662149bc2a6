"""Rules of cover as they concern the projects of a plan: which debt they look at, what revenue they count, principal and interest per 元."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from ...domain.base import Label
from ...domain.funding import CoverRule, Funding
from ...domain.library import Library, RevenueRow
from ...domain.plan import Chosen, Plan
from ...problem import Problem
from ...problem.limits_of_projects import counted
from ...problem.tables import Bools
from ...problem.wholemoney import LimitBuilder
from .schedule import Terms, terms_of

#: the class of revenue that stands for documented help
HELP = "help"
#: terms and amount of each debt, 元
Debts = list[tuple[Terms, int]]
_NAMES = {"bonds": Label(zh="专项债券本息全额覆盖（无此规则）", en="special-purpose bonds in full (no such rule)"), "all": Label(zh="全部债务本息全额覆盖（无此规则）", en="all debt in full (no such rule)")}


@dataclass(frozen=True, eq=False)
class CoverRow:
    """A rule of cover, or the floor of 1 where the policy has none for such debt.

    Attributes
    ----------
    path : str
        Policy path; empty for the floor of 1.
    label : Label
    assumption : bool
        Whether it has no official source.
    of : {"bonds", "all"}
        Special bonds alone, or all debt (where a rule names other debt than special bonds: that).
    classes : tuple of str, or None
        Revenue classes that count; None for all.
    group : array of bool, shape (leaves,)
        Debt that it looks at.
    who : array of bool, shape (projects,)
    floor : Fraction
    """

    path: str
    label: Label
    assumption: bool
    of: Literal["bonds", "all"]
    classes: tuple[str, ...] | None
    group: Bools
    who: Bools
    floor: Fraction


class Covered:
    """The debt of a plan's projects as the rules of cover look at it, and the revenue that they count.

    Parameters
    ----------
    problem : Problem
    library : Library
        Whose revenue and help count.
    """

    def __init__(self, problem: Problem, library: Library) -> None:
        self._problem, self._help, self._rules = problem, library.help, list(cover_rows(problem))
        self._builder = LimitBuilder(problem.policy, problem.projects, problem.carry, problem.starts, problem.spending, problem.pairs, problem.entries, {}, problem.year)
        self._sure = {p.id for p in problem.projects if p.part == "carry_over"}
        self._revenue: dict[str, list[RevenueRow]] = {}
        for row in library.revenue:
            self._revenue.setdefault(row.project, []).append(row)

    def each(self, plan: Plan) -> Iterator[tuple[Chosen, list[tuple[CoverRow, Debts]]]]:
        """Yield each project with the rules of its special bonds, then with those of all its debt, and what debt each looks at.

        A project, or one of the two, without such debt is left out; the floor of 1 stands where no rule looks at any.
        """
        for chosen in plan.chosen:
            i = self._problem.position[chosen.id]
            for of in ("bonds", "all"):
                found: list[tuple[CoverRow, Debts]] = []
                for rule in self._rules:
                    if rule.of != of or not rule.who[i] or (found and not rule.path):
                        continue
                    debts = self.debts(chosen, rule)
                    if debts:
                        found.append((rule, debts))
                if found:
                    yield chosen, found

    def debts(self, chosen: Chosen, rule: CoverRow, rate_of: Callable[[str], Fraction | None] = lambda _channel: None) -> Debts:
        """Return the debt of a project that a rule looks at, what a carry-over has in place first.

        Parameters
        ----------
        chosen : Chosen
            With its money.
        rule : CoverRow
        rate_of : callable
            Rate of a channel in place of the declared one, such as that of issue; None for the declared one.
        """
        builder = self._builder
        leaves, funding = builder.leaves, builder.policy.funding
        sums: dict[str, int] = {}
        for j, amount in builder.placed(builder.projects[self._problem.position[chosen.id]], rule.group):
            sums[leaves[j]] = sums.get(leaves[j], 0) + amount
        inside = {leaf for j, leaf in enumerate(leaves) if rule.group[j]}
        for m in chosen.money:
            if m.channel in inside:
                sums[m.channel] = sums.get(m.channel, 0) + m.yuan
        parents = {leaf: funding.parent(leaf) for leaf in sums}
        terms = {leaf: terms_of(funding.channels[parent], builder.year, rate_of(parent)) for leaf, parent in parents.items()}
        return [(t, v) for leaf, v in sums.items() if v and (t := terms[leaf]) is not None]

    def earned(self, chosen: Chosen, rule: CoverRow) -> tuple[list[int], int]:
        """Return the revenue that a rule counts of a project by year, and the help that it counts, 元."""
        return self._counted(chosen, rule, rule.classes, self._revenue.get(chosen.id, ()))

    def helped(self, chosen: Chosen, rule: CoverRow) -> int:
        """Return all documented help of a project in the years of a rule, 元, whether the rule counts it or not."""
        return self._counted(chosen, rule, (*(rule.classes or ()), HELP), ())[1]

    def _counted(self, chosen: Chosen, rule: CoverRow, classes: tuple[str, ...] | None, revenue: Sequence[RevenueRow]) -> tuple[list[int], int]:
        i = self._problem.position[chosen.id]
        return counted(self._problem.projects[i], self._problem.year, _life(self._problem, rule, i), classes, revenue, self._help, self._sure)


def _life(problem: Problem, rule: CoverRow, i: int) -> int:
    """Return the longest term of the rule's debt that a project may take."""
    funding = problem.policy.funding
    terms = [0]
    for leaf in np.array(problem.leaves)[rule.group].tolist():
        channel = funding.channels[funding.parent(leaf)]
        if problem.mask(channel.eligible)[i] and (leaf not in channel.sub or problem.mask(channel.sub[leaf].eligible)[i]):
            terms.append(channel.term or 0)
    return max(terms)


def cover_rows(problem: Problem) -> Iterator[CoverRow]:
    """Yield the policy's rules of cover that are in force, then the floor 1 of special bonds and of all debt."""
    funding = problem.policy.funding
    for key, rule in funding.cover.items():
        floor = rule.ratio.fraction(problem.year)
        if not rule.active or floor is None or floor <= 0:
            continue
        leaves = funding.expand(rule.channels, counts_as="debt")
        yield CoverRow(f"funding.cover.{key}", rule.label, rule.source.assumed, kind_of(funding, rule), None if rule.revenue is None else tuple(rule.revenue), problem.leaf_mask(leaves), problem.mask(rule.where), floor)
    plain: tuple[tuple[Literal["bonds", "all"], str | None], ...] = (("bonds", "government"), ("all", None))
    for of, side in plain:
        yield CoverRow("", _NAMES[of], True, of, None, problem.leaf_mask(None, side, "debt"), problem.mask({}), Fraction(1))


def kind_of(funding: Funding, rule: CoverRule) -> Literal["bonds", "all"]:
    """Return whether a rule of cover looks at special bonds alone."""
    bonds = funding.expand(side="government", counts_as="debt")
    return "bonds" if set(funding.expand(rule.channels, counts_as="debt")) <= set(bonds) else "all"


def repaid(terms: Terms, more: Fraction) -> Fraction:
    """Return principal and interest per 元 drawn at a rate that has risen; closed forms of `problem.repayment.dues`."""
    rate, n = terms.rate + more, terms.term
    if terms.form == "annuity":
        return Fraction(1) if rate == 0 else n * rate / (1 - (1 + rate) ** -n)
    return 1 + rate * interest_years(terms)


def interest_years(terms: Terms) -> Fraction:
    """Return for how many years one 元 of principal bears interest, summed over what is still owed; not of annuities."""
    return Fraction(terms.term + 1, 2) if terms.form == "equal_principal" else Fraction(terms.term)
