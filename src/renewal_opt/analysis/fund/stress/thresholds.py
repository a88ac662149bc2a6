"""How far revenue may fall, or rates rise, before the debt of a project is no longer covered: exact, from the rows of cover.

With the money of the plan, a rule of cover with floor `rho` holds for a project while

    revenue (1 - s) + fixed >= rho * sum over debts of drawn * (principal and interest per 元 at its rate + r),

revenue being what the rule counts of positive years, fixed that of negative ones and of documented help (a fall of revenue leaves
them as they are). Both sides are linear in s, and in r for every form but the annuity, so the threshold is a quotient; annuities are
bisected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from ....domain.base import Label
from ....domain.fund_stress import Threshold
from ....domain.library import RevenueRow
from ....domain.plan import Chosen
from ....problem import Problem
from ....problem.limits_of_projects import counted
from ....problem.tables import Bools
from ....problem.wholemoney import LimitBuilder
from ..schedule import Terms, terms_of
from ..target import Target

#: largest rise of the rates of annuities that is looked at, and how finely: rounded down
TOP, STEP = Fraction(1, 5), Fraction(1, 1_000_000)
_NAMES = {"bonds": Label(zh="专项债券本息全额覆盖（无此规则）", en="special bonds in full (no such rule)"), "all": Label(zh="全部债务本息全额覆盖（无此规则）", en="all debt in full (no such rule)")}


@dataclass(frozen=True, eq=False)
class CoverRow:
    """A rule of cover, or the floor of 1 where the policy has none for such debt."""

    path: str
    label: Label
    assumption: bool
    of: Literal["bonds", "all"]
    classes: tuple[str, ...] | None
    group: Bools
    who: Bools
    floor: Fraction


def thresholds(target: Target) -> list[Threshold]:
    """Return the thresholds of every project with debt, special bonds alone and all debt: the first to break first, those without a rule last.

    Debt is the plan's and what carry-overs have in place. Of several rules the one that breaks first is told; rules of other debt
    than special bonds stand with all debt. Where no rule concerns a project's special bonds, or its debt, the floor is 1. Amounts of
    a shock are rounded to whole 元, which can move an edge by as much.

    Parameters
    ----------
    target : Target
    """
    problem, library = target.problem, target.inputs.library
    sure = {p.id for p in problem.projects if p.part == "carry_over"}
    revenue: dict[str, list[RevenueRow]] = {}
    for row in library.revenue:
        revenue.setdefault(row.project, []).append(row)
    builder, rules = placing(problem), list(cover_rows(problem))
    out: list[Threshold] = []
    for chosen in target.plan.chosen:
        i = problem.position[chosen.id]
        for of in ("bonds", "all"):
            found: list[Threshold] = []
            for rule in rules:
                if rule.of != of or not rule.who[i] or (found and not rule.path):
                    continue
                debts = debts_under(builder, chosen, i, rule.group)
                if debts:
                    life = life_of(problem, rule, i)
                    own, help_ = counted(problem.projects[i], problem.year, life, rule.classes, revenue.get(chosen.id, ()), library.help, sure)
                    found.append(_threshold(chosen, rule, debts, own, help_))
            if found:
                out.append(min(found, key=lambda t: Fraction(t.revenue_fall)))
    return sorted(out, key=lambda t: (not t.rule, Fraction(t.revenue_fall), t.id, t.of))


def life_of(problem: Problem, rule: CoverRow, i: int) -> int:
    """Return the longest term of the rule's debt that a project may take."""
    funding = problem.policy.funding
    terms = [0]
    for leaf in np.array(problem.leaves)[rule.group].tolist():
        channel = funding.channels[funding.parent(leaf)]
        if problem.mask(channel.eligible)[i] and (leaf not in channel.sub or problem.mask(channel.sub[leaf].eligible)[i]):
            terms.append(channel.term or 0)
    return max(terms)


def placing(problem: Problem) -> LimitBuilder:
    """Return what knows which money of carry-overs in place belongs to a set of leaves."""
    return LimitBuilder(problem.policy, problem.projects, problem.carry, problem.starts, problem.spending, problem.pairs, problem.entries, {}, problem.year)


def cover_rows(problem: Problem) -> Iterator[CoverRow]:
    """Yield the policy's rules of cover that are in force, then the floor 1 of special bonds and of all debt."""
    funding = problem.policy.funding
    bonds = set(funding.expand(side="government", counts_as="debt"))
    for key, rule in funding.cover.items():
        floor = rule.ratio.fraction(problem.year)
        if not rule.active or floor is None or floor <= 0:
            continue
        leaves = funding.expand(rule.channels, counts_as="debt")
        of: Literal["bonds", "all"] = "bonds" if set(leaves) <= bonds else "all"
        yield CoverRow(f"funding.cover.{key}", rule.label, rule.source.assumed, of, None if rule.revenue is None else tuple(rule.revenue), problem.leaf_mask(leaves), problem.mask(rule.where), floor)
    plain: tuple[tuple[Literal["bonds", "all"], str | None], ...] = (("bonds", "government"), ("all", None))
    for of, side in plain:
        yield CoverRow("", _NAMES[of], True, of, None, problem.leaf_mask(None, side, "debt"), problem.mask({}), Fraction(1))


def debts_under(
    builder: LimitBuilder, chosen: Chosen, i: int, group: Bools, rate_of: Callable[[str], Fraction | None] = lambda _channel: None
) -> list[tuple[Terms, int]]:
    """Return terms and amount of a project's debt in a set of leaves, what a carry-over has in place first.

    Parameters
    ----------
    builder : LimitBuilder
    chosen : Chosen
        With its money.
    i : int
        Position of the project.
    group : array of bool, shape (leaves,)
    rate_of : callable
        Rate of a channel in place of the declared one, such as that of issue; None for the declared one.
    """
    leaves, funding = builder.leaves, builder.policy.funding
    sums: dict[str, int] = {}
    for j, amount in builder.placed(builder.projects[i], group):
        sums[leaves[j]] = sums.get(leaves[j], 0) + amount
    inside = {leaf for j, leaf in enumerate(leaves) if group[j]}
    for m in chosen.money:
        if m.channel in inside:
            sums[m.channel] = sums.get(m.channel, 0) + m.yuan
    terms = {leaf: terms_of(funding.channels[parent], builder.year, rate_of(parent)) for leaf in sums for parent in (funding.parent(leaf),)}
    return [(t, v) for leaf, v in sums.items() if v and (t := terms[leaf]) is not None]


def _threshold(chosen: Chosen, rule: CoverRow, debts: list[tuple[Terms, int]], own: list[int], help_: int) -> Threshold:
    falls = sum(v for v in own if v > 0)
    stays = sum(own) + help_ - falls
    owed = sum((v * repaid(t, Fraction(0)) for t, v in debts), Fraction(0))
    need, earned = rule.floor * owed, max(0, falls + stays)
    fall = min(Fraction(1), (falls + stays - need) / falls) if falls else Fraction(1 if stays >= need else -1)
    rise = rate_rise(debts, Fraction(earned) / rule.floor)
    return Threshold(
        id=chosen.id, name=chosen.name, of=rule.of, rule=rule.path, label=rule.label, assumption=rule.assumption, ratio=str(rule.floor),
        cover=str(earned / owed), revenue_fall=str(fall), rate_rise=None if rise is None else str(rise),
    )  # fmt: skip


def repaid(terms: Terms, more: Fraction) -> Fraction:
    """Return principal and interest per 元 drawn at a rate that has risen; closed forms of `problem.repayment.dues`."""
    rate, n = terms.rate + more, terms.term
    if terms.form == "annuity":
        return Fraction(1) if rate == 0 else n * rate / (1 - (1 + rate) ** -n)
    return 1 + rate * _years(terms)


def _years(terms: Terms) -> Fraction:
    """Return for how many years one 元 of principal bears interest, summed over what is still owed; not of annuities."""
    return Fraction(terms.term + 1, 2) if terms.form == "equal_principal" else Fraction(terms.term)


def rate_rise(debts: list[tuple[Terms, int]], most: Fraction) -> Fraction | None:
    """Return the largest rise of all rates at which principal and interest are at most so much.

    Exact where no debt is an annuity, else rounded down to a millionth and None beyond `TOP`; 0 where they are more already.
    """

    def left(rise: Fraction) -> Fraction:
        return most - sum((v * repaid(t, rise) for t, v in debts), Fraction(0))

    now = left(Fraction(0))
    if now <= 0:
        return Fraction(0)
    if all(t.form != "annuity" for t, _v in debts):
        return now / sum((v * _years(t) for t, v in debts), Fraction(0))
    if left(TOP) >= 0:
        return None
    low, high = 0, int(TOP / STEP)  # holds at low, breaks at high
    while high - low > 1:
        middle = (low + high) // 2
        if left(middle * STEP) >= 0:
            low = middle
        else:
            high = middle
    return low * STEP
