"""What a mix is chosen by, in an order: money of government, cost of capital, leverage; each stage holds what those before it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from ....allot.system import MoneyRow, MoneySystem, money_system
from ....model.rows import Row
from ....problem import Problem
from ....problem.repayment import dues
from ....solver import SolveOptions
from ..schedule import Terms, terms_of
from .cheapest import Cheapest, NoMoney, cheapest
from .kept import nearest

Aim = Literal["fiscal", "cost", "leverage"]
#: every aim, in the order that is taken when none is given
AIMS: tuple[Aim, ...] = ("fiscal", "cost", "leverage")


@dataclass(frozen=True)
class Stage:
    """One stage of a mix.

    Attributes
    ----------
    aim : str
    found : Cheapest
        Of leverage: the money of government, which is least where leverage is best.
    settled : bool
        Whether an earlier stage asked the same question.
    """

    aim: Aim
    found: Cheapest
    settled: bool


@dataclass(frozen=True)
class Mixed:
    """What was found.

    Attributes
    ----------
    stages : tuple of Stage
    money : list of int
        By money entry of the problem, 元.
    came : Cheapest or None
        Of `kept.nearest`; None where no plan was to be kept.
    """

    stages: tuple[Stage, ...]
    money: list[int]
    came: Cheapest | None = None


def terms_by_leaf(problem: Problem) -> list[Terms | None]:
    """Return the terms of each leaf, None where it is no debt."""
    funding = problem.policy.funding
    return [terms_of(funding.channels[funding.parent(leaf)], problem.year) for leaf in problem.leaves]


def cost_per_yuan(terms: Terms, year: int, plan_year: int, discount: Fraction | None) -> Fraction:
    """Return what one 元 drawn in `year` costs: interest and fee; discounted: the present value in the plan year of fee and dues less the 元.

    Parameters
    ----------
    terms : Terms
    year, plan_year : int
    discount : Fraction or None
        Yearly; None for nominal money.
    """
    parts = dues(terms.form, terms.rate, terms.term)
    if discount is None:
        return terms.fee + sum((d.interest for d in parts), Fraction(0))
    factor = 1 / (1 + discount)
    paid = sum(((d.interest + d.principal) * factor**k for k, d in enumerate(parts, 1)), Fraction(0))
    return (terms.fee + paid - 1) * factor ** (year - plan_year)


def costs(problem: Problem, aim: Aim, discount: Fraction | None = None) -> list[Fraction]:
    """Return the cost of one 元 of each money entry, by aim (of leverage: the money of government)."""
    entries = problem.entries
    if aim != "cost":
        mine = problem.leaf_mask(None, "government")[entries.leaf]
        return [Fraction(int(m)) for m in mine.tolist()]
    terms = terms_by_leaf(problem)
    known: dict[tuple[int, int], Fraction] = {}
    out: list[Fraction] = []
    for leaf, year in zip(entries.leaf.tolist(), entries.year.tolist(), strict=True):
        t = terms[leaf]
        if (leaf, year) not in known:
            known[leaf, year] = Fraction(0) if t is None else cost_per_yuan(t, year, problem.year, discount)
        out.append(known[leaf, year])
    return out


def mixed(
    problem: Problem, chosen: Sequence[bool], rows: Sequence[Row], order: Sequence[Aim], options: SolveOptions, *,
    discount: Fraction | None = None, known: Sequence[int] | None = None, plan: Sequence[int] | None = None,
) -> Mixed | NoMoney:  # fmt: skip
    """Return the money of a portfolio that is best by the aims in their order.

    Parameters
    ----------
    problem : Problem
    chosen : sequence of bool, length number of starts
    rows : sequence of Row
        Exact plan-wide rows.
    order : sequence of aims
    options : SolveOptions
        Threads, seed and time of each stage.
    discount : Fraction, optional
        For the cost of capital.
    known : sequence of int, optional
        Money by entry that satisfies everything, as the plan's own.
    plan : sequence of int, optional
        Money by entry that is kept as far as the aims allow.
    """
    system = money_system(problem, chosen, rows)
    if system.unpayable:
        return NoMoney(True)
    at = system.entries.tolist()
    best = None if known is None else [known[e] for e in at]
    stages: list[Stage] = []
    asked: dict[str, Cheapest] = {}
    for aim in order:
        question = "government" if aim != "cost" else "cost"
        if question in asked:
            stages.append(Stage(aim, asked[question], True))
            continue
        whole = costs(problem, aim, discount)
        cost = [whole[e] for e in at]
        found = cheapest(system, cost, problem.money_unit, options, best)
        if isinstance(found, NoMoney):
            return found
        asked[question] = found
        stages.append(Stage(aim, found, False))
        best = found.money
        _hold(system, aim, cost, found.value)
    came: Cheapest | None = None
    if plan is not None and best is not None:
        near = nearest(system, [plan[e] for e in at], problem.money_unit, options, best)
        if near is not None:
            best, came = near.money, near.came
    money = np.zeros(len(problem.entries), dtype=np.int64)
    if best is not None:
        money[system.entries] = best
    return Mixed(tuple(stages), money.tolist(), came)


def _hold(system: MoneySystem, aim: Aim, cost: Sequence[Fraction], reached: Fraction) -> None:
    """Keep later stages at what this one reached."""
    used = [(p, c) for p, c in enumerate(cost) if c]
    coefs: list[int | Fraction] | None = None if all(c == 1 for _p, c in used) else [c for _p, c in used]
    system.rows.append(MoneyRow(f"level:{aim}", [p for p, _c in used], coefs, None, reached, "level", aim))
