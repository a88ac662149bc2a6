r"""Funding rows: what every portfolio that can be funded satisfies.

For multipliers `lambda >= 0` of the rows that link projects and `nu >= 0` of the rows of single projects, the
money of a pair costs at least `pi = min over its entries of (lambda A + nu A)`. With `sum of the pair's f = S v`

.. math::
    \pi S v - \nu B_{local} v - \lambda B_{link} v \le \lambda b_{link} + \nu b_{local}

holds for every portfolio `v` with a funding (Benders 1962; for 0/1 multipliers and laminar rules these are the
conditions of Gale and Hall). It is valid for any multipliers, so rounding them costs strength, never truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..model.matrices import dot
from ..problem.tables import Floats, Ints
from .tables import FundingTables

#: multipliers are rounded to multiples of this, the largest being 1
GRID = 2.0**-24
#: funding rows are scaled to this largest coefficient, so that HiGHS's tolerance is far below the smallest project
TOP = 1e4
#: by how much a point breaks a scaled row that is worth adding
BROKEN = 5e-6
#: coefficients below this share of the largest are taken into the bound
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Prices:
    """Multipliers of link rows and local rows, at least 0, the largest link multiplier (or else local one) 1."""

    link: Floats
    local: Floats

    @staticmethod
    def of(link: Floats, local: Floats) -> Prices:
        """Return multipliers scaled and rounded to short binary fractions; negative ones become 0."""
        link, local = np.maximum(link, 0.0), np.maximum(local, 0.0)
        top = float(link.max(initial=0.0)) or float(local.max(initial=0.0)) or 1.0
        return Prices(np.rint(link / top / GRID) * GRID, np.rint(local / top / GRID) * GRID)


@dataclass(frozen=True, eq=False)
class FundingRow:
    """`coefs v <= bound` with the prices that it comes from; `year` is the money year, 0 for several."""

    prices: Prices
    coefs: Floats
    bound: float
    year: int

    def excess(self, v: Floats) -> float:
        """Return by how much a portfolio breaks the row, money units times price."""
        return dot(self.coefs, v) - self.bound

    @cached_property
    def scale(self) -> float:
        """What the row is divided by for the solver."""
        return (float(np.abs(self.coefs).max(initial=0.0)) or 1.0) / TOP

    def broken(self, v: Floats) -> bool:
        """Return whether a portfolio breaks the scaled row by enough to be worth adding it."""
        return self.excess(v) / self.scale > BROKEN

    def scaled(self) -> tuple[Ints, Floats, float]:
        """Return the row for the solver: columns of `v`, coefficients, upper side; what is tiny is taken into the side."""
        coefs, bound = self.coefs / self.scale, self.bound / self.scale
        tiny = np.abs(coefs) < _TINY * TOP
        bound -= float(np.minimum(coefs[tiny], 0.0).sum())
        kept = np.flatnonzero(~tiny)
        return kept, coefs[kept], bound


def unit_prices(t: FundingTables, prices: Prices) -> Floats:
    """Return the cheapest price of one unit of each pair's money, shape (pairs,); 0 for pairs that cannot be paid."""
    cost = t.link.on_money.T @ prices.link + t.local.on_money.T @ prices.local
    out = np.zeros(len(t.pair_first) - 1)
    full = np.diff(t.pair_first) > 0
    if len(cost):
        out[full] = np.minimum.reduceat(cost, t.pair_first[:-1][full])
    return out


def funding_row(t: FundingTables, prices: Prices) -> FundingRow:
    """Return the row of some prices."""
    coefs = t.spend.T @ unit_prices(t, prices) - t.link.on_portfolio.T @ prices.link - t.local.on_portfolio.T @ prices.local
    bound = dot(prices.link, t.link.bound) + dot(prices.local, t.local.bound)
    years = np.unique(t.link_year[prices.link > 0])
    return FundingRow(prices, coefs, bound, int(years[0]) if len(years) == 1 else 0)


def by_year(t: FundingTables, prices: Prices) -> list[Prices]:
    """Split prices into those of each single money year; each part makes a row of its own."""
    years = np.unique(t.link_year[prices.link > 0])
    if len(years) < 2:
        return []
    own = [(t.local_year == 0) | (t.local_year == y) for y in years]
    return [
        Prices.of(np.where(t.link_year == y, prices.link, 0.0), np.where(mine, prices.local, 0.0))
        for y, mine in zip(years, own, strict=True)
    ]  # fmt: skip


def alone(t: FundingTables, prices: Prices) -> Floats:
    """Return by how much each start, alone, breaks the rows of its own project at these local prices, shape (n_starts,).

    A positive number means that the project cannot be funded by itself, whatever the channels hold.
    """
    local = Prices(np.zeros(len(t.link)), prices.local)
    row = funding_row(t, local)
    n = int(max(t.pair_project.max(initial=-1), t.local_project.max(initial=-1))) + 1
    own = np.bincount(t.local_project, weights=prices.local * t.local.bound, minlength=n)
    helped = np.bincount(t.ticket_projects, weights=np.minimum(0.0, row.coefs[t.n_starts : t.n_starts + t.n_tickets]), minlength=n)
    owner = _owner(t)
    return row.coefs[: t.n_starts] + np.where(owner >= 0, helped[owner] - own[owner], 0.0)


def _owner(t: FundingTables) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the project of each start that spends, else -1."""
    out = np.full(t.n_starts, -1, dtype=np.int64)
    spend = t.spend.tocoo()
    inside = spend.col < t.n_starts
    out[spend.col[inside]] = t.pair_project[spend.row[inside]]
    return out
