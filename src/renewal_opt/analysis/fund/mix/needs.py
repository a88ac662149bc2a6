r"""Which caps are the bottleneck of a portfolio: money that nothing else can bring, needed against available, in exact numbers.

Let every plan-wide row of the money give way at a price of 1 for each 元. The least total is what is missing; by duality it is the
largest shortage

.. math::
    \max_{0 \le \lambda \le 1} \; \mathrm{need}(\lambda) - \sum_r \lambda_r\,\mathrm{side}_r, \qquad
    \mathrm{need}(\lambda) = \min\{\textstyle\sum_r \lambda_r A_r f : f \text{ satisfies the rules of each project}\}

(Farkas). Where the rules of each project and year are laminar, need is the sum of the needs of the level sets of lambda, so that
one of these 0/1 sets has the largest shortage (design.md 5); elsewhere short rationals of the multipliers are tried too. need is
proven by `lower_bound`: multipliers are rounded, the claim is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np

from ....allot.lp import ArrayModel
from ....allot.system import MoneyRow, MoneySystem
from ....model.rows import Exact
from ....problem import Problem
from ....problem.tables import Floats
from ....solver.lp import LinearProgram
from .bound import tickets_of
from .programme import Programme

#: multipliers closer than this are one level; largest denominator of a price
_SAME, _SHORT = 1e-6, 12
#: sets of more rows are not thinned out; longest list
_THIN, _MOST = 24, 12
_FREE = 1e12


@dataclass(frozen=True)
class Side:
    """One side of a plan-wide row as `sum coefs money <= most`, coefficients by position.

    Attributes
    ----------
    row : MoneyRow
    coefs : dict of int to int or Fraction
    most : int or Fraction
        元.
    years : tuple of int
        Years of its money.
    """

    row: MoneyRow
    coefs: dict[int, Exact]
    most: Exact
    years: tuple[int, ...]


@dataclass(frozen=True)
class Need:
    """Money that only some sides can bring.

    Attributes
    ----------
    sides : tuple of (Side, price)
    needed, available : Fraction
        元 at these prices; more is needed than available, proven.
    projects : int
        Projects that need some of it, in the cheapest money.
    """

    sides: tuple[tuple[Side, Fraction], ...]
    needed: Fraction
    available: Fraction
    projects: int

    @property
    def short(self) -> Fraction:
        """What is missing, 元."""
        return self.needed - self.available


class Needs:
    """The plan-wide rows of a portfolio's money, and what it needs of them.

    Parameters
    ----------
    problem : Problem
    system : MoneySystem
        Of projects each of which its own rules allow to be funded; without unpayable groups.
    """

    def __init__(self, problem: Problem, system: MoneySystem) -> None:
        self.problem = problem
        self.own = replace(system, rows=[r for r in system.rows if r.project], tickets=list(system.tickets))
        years = problem.entries.year[system.entries]
        self.owner = problem.entries.project[system.entries].tolist()
        self.sides = [s for r in system.rows if not r.project for s in _sides(r, years)]
        self._programme: Programme | None = None

    def multipliers(self) -> Floats:
        """Return the prices of the sides in the programme that lets them give way, all 0 where nothing is missing."""
        unit, model, system = float(self.problem.money_unit), ArrayModel(), self.own
        for upper in system.upper:
            model.column(0.0, 0.0, upper / unit)
        for members, amount in zip(system.group, system.amount, strict=True):
            model.row(members, [1.0] * len(members), amount / unit, amount / unit)
        for s in self.sides:
            give = model.column(1.0, 0.0, _FREE)
            model.row([*s.coefs, give], [*map(float, s.coefs.values()), -1.0], None, float(s.most) / unit)
        for row in system.rows:
            coefs = [1.0] * len(row.positions) if row.coefs is None else [float(c) for c in row.coefs]
            model.row(row.positions, coefs, None if row.lo is None else float(row.lo) / unit, None if row.hi is None else float(row.hi) / unit)
        for t in tickets_of(system):
            ones = [1.0] * len(t.positions)
            if t.least is None:
                model.row(t.positions, ones, None, t.most / unit)
                continue
            used = model.column(0.0, 0.0, 1.0)
            model.row([*t.positions, used], [*ones, -t.least / unit], 0.0, None)
            model.row([*t.positions, used], [*ones, -t.most / unit], None, 0.0)
        first = len(system.group)
        answer = LinearProgram(model.matrices()).run() if system.upper else None
        if answer is None:
            return np.zeros(len(self.sides))
        return np.maximum(0.0, -answer.row_dual[first : first + len(self.sides)])

    def need(self, prices: dict[int, Fraction]) -> Need:
        """Return what the portfolio needs of sides at given prices: proven, whole 元 where prices and coefficients are whole."""
        cost = [Fraction(0)] * len(self.own.upper)
        for s, price in prices.items():
            for p, c in self.sides[s].coefs.items():
                cost[p] += price * c
        point = Programme(self.own, cost, self.problem.money_unit).solve()
        if point is None:
            raise ValueError("a project that its own rules do not allow to be funded")
        needed = Fraction(ceil(point.bound)) if all(c.denominator == 1 for c in cost) else point.bound
        paying = {self.owner[p] for p, a in enumerate(point.amounts) if cost[p] > 0 and a > 0.5}
        available = sum((price * self.sides[s].most for s, price in prices.items()), Fraction(0))
        return Need(tuple((self.sides[s], price) for s, price in prices.items()), needed, available, len(paying))

    def bottlenecks(self) -> list[Need]:
        """Return sets of which more is needed than available, that with the largest shortage first; of single years too."""
        found: dict[frozenset[tuple[int, Fraction]], Need] = {}
        for prices in self._candidates(self.multipliers()):
            key = frozenset(prices.items())
            if prices and key not in found:
                found[key] = self.need(prices)
        broken = [n for n in found.values() if n.short > 0]
        if not broken:
            return []
        best = max(broken, key=_rank)
        by_year: dict[tuple[int, ...], Need] = {}
        for n in broken:
            years = tuple(sorted({y for s, _p in n.sides for y in s.years}))
            if len(years) == 1 and (years not in by_year or _rank(n) > _rank(by_year[years])):
                by_year[years] = n
        single = [by_year[y] for y in sorted(by_year)]
        kept = single if sum((n.short for n in single), Fraction(0)) >= best.short else [best, *single]
        return sorted((self._thinned(n) for n in kept), key=_rank, reverse=True)[:_MOST]

    def _candidates(self, prices: Floats) -> Iterator[dict[int, Fraction]]:
        used = np.flatnonzero(prices > _SAME).tolist()
        years = sorted({self.sides[s].years for s in used})
        parts = [used, *([s for s in used if self.sides[s].years == y] for y in years if len(y) == 1 and len(years) > 1)]
        for part in parts:
            for level in sorted({round(float(prices[s]), 6) for s in part}, reverse=True):
                yield {s: Fraction(1) for s in part if prices[s] >= level - _SAME}
            short = {s: Fraction(float(prices[s])).limit_denominator(_SHORT) for s in part}
            if len(set(short.values())) > 1:
                yield {s: p for s, p in short.items() if p}

    def _thinned(self, n: Need) -> Need:
        """Leave out sides without which the shortage is no smaller."""
        at = {id(s): k for k, s in enumerate(self.sides)}
        prices = {at[id(s)]: p for s, p in n.sides}
        if len(prices) > _THIN:
            return n
        for s in list(prices):
            less = {k: p for k, p in prices.items() if k != s}
            if less and (without := self.need(less)).short >= n.short:
                n, prices = without, less
        return n


def _rank(n: Need) -> tuple[Fraction, bool, int]:
    return n.short, all(p == 1 for _s, p in n.sides), -len(n.sides)


def _sides(row: MoneyRow, years: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Iterator[Side]:
    coefs: Sequence[Exact] = [1] * len(row.positions) if row.coefs is None else row.coefs
    when = tuple(sorted(set(years[row.positions].tolist()))) if row.positions else ()
    for bound, sign in ((row.hi, 1), (row.lo, -1)):
        if bound is not None:
            yield Side(row, {p: sign * c for p, c in zip(row.positions, coefs, strict=True) if c}, sign * bound, when)
