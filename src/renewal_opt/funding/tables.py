r"""The money rules of a problem as sparse arrays, all in one form.

With `f` the money entries (in money units), `v` the portfolio variables (starts, then tickets used, then shares of money sums that
may move), each rule is

.. math::
    A f \le b + B v

Rows that link projects (channels, caps, debt service, ratios, reserved shares) and rows of one project (shares,
capital, cover, asks, tickets) stand apart; balance is kept as `sum of the pair's f = S v`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..model.matrices import dot
from ..model.rows import Row, Terms
from ..problem import Problem
from ..problem.tables import Bools, Floats, Ints
from ..problem.tickets import TicketBound, ticket_bounds

#: limits of whole projects count as like when they are the same share of the spending, in so many steps
_LEVELS = 10.0
Csr = Any  # scipy.sparse.csr_matrix: scipy brings no types


@dataclass(frozen=True)
class Side:
    """Rows `A f <= b + B v`.

    Attributes
    ----------
    on_money : sparse, shape (rows, entries)
    bound : array, shape (rows,)
        In money units.
    on_portfolio : sparse, shape (rows, columns of v)
    """

    on_money: Csr
    bound: Floats
    on_portfolio: Csr

    def __len__(self) -> int:
        return len(self.bound)


@dataclass(frozen=True)
class LinkName:
    """Which plan-wide row a link row comes from: its position in the plan rows, and whether it is its lower side.

    Money sums count on behind the plan rows.
    """

    row: int
    least: bool


@dataclass(frozen=True)
class MoneySum:
    """A weighted sum of money whose bound is a column of `v`: a share, 0 to 1, of what no plan exceeds.

    Attributes
    ----------
    entries : array, shape (m,)
        Money entries, each once.
    coefs : array, shape (m,)
    most : float
        No plan has a larger sum, 元; above 0.
    least : bool
        Whether the sum is at least the column's share, else at most.
    """

    entries: Ints
    coefs: Floats
    most: float
    least: bool


@dataclass(frozen=True)
class FundingTables:
    """Everything that decides whether a portfolio can be funded.

    Attributes
    ----------
    n_starts, n_tickets, n_sums : int
        Columns of `v`: starts in table order, then one a ticket with a least amount, then one a money sum.
    pair_first : array, shape (pairs + 1,)
        Entries of each pair (project and money year).
    spend : sparse, shape (pairs, columns of v)
        Spending of each pair by start, money units.
    link, local : Side
        Rows that link projects; rows of one project.
    link_names : tuple of LinkName
    link_year : array, shape (link rows,)
        Money year of the row, 0 where it holds several.
    local_project, local_year : array, shape (local rows,)
        Project position; money year, 0 for the whole project.
    local_kind : list
        What a local row is, the same for like rows of different projects (family, rule, side, year).
    ticket_projects : array, shape (n_tickets,)
    shut : bools, shape (n_starts,)
        Starts that spend in a year in which no channel may pay.
    """

    n_starts: int
    n_tickets: int
    n_sums: int
    pair_first: Ints
    pair_project: Ints
    pair_year: Ints
    entry_project: Ints
    entry_leaf: Ints
    entry_year: Ints
    entry_pair: Ints
    spend: Csr
    link: Side
    local: Side
    link_names: tuple[LinkName, ...]
    link_year: Ints
    local_project: Ints
    local_year: Ints
    local_kind: list[tuple[Any, ...]]
    ticket_projects: Ints
    shut: Bools

    @property
    def n_columns(self) -> int:
        """Number of columns of `v`."""
        return self.n_starts + self.n_tickets + self.n_sums


def funding_tables(problem: Problem, plan_rows: Sequence[Row], sums: Sequence[MoneySum] = ()) -> FundingTables:
    """Return the money rules of a problem as arrays.

    Parameters
    ----------
    problem : Problem
        The tables.
    plan_rows : sequence of Row
        Exact plan-wide rows (`model.build.plan_rows`); those without money are left aside.
    sums : sequence of MoneySum
        Sums with a column of their own.
    """
    entries, pairs, spending = problem.entries, problem.pairs, problem.spending
    unit = float(problem.money_unit)
    tickets = ticket_bounds(problem)
    n_starts = len(problem.starts)
    small = [b for b in tickets if b.least is not None]
    columns = n_starts + len(small) + len(sums)
    spend = sparse.csr_matrix((spending.amount / unit, (spending.pair, spending.start)), shape=(len(pairs), columns))
    link = _Builder(len(entries), columns)
    names: list[LinkName] = []
    for number, row in enumerate(plan_rows):
        names += _link(link, problem, number, row, unit)
    for k, s in enumerate(sums):
        sign = -1.0 if s.least else 1.0
        link.row(s.entries, sign * s.coefs, 0.0, [n_starts + len(small) + k], [sign * s.most / unit])
        names.append(LinkName(len(plan_rows) + k, s.least))
    local = _Builder(len(entries), columns)
    owner: list[int] = []
    kinds: list[tuple[Any, ...]] = []
    for family in sorted(problem.rows):
        _local(local, problem, family, unit, owner, kinds)
    _tickets(local, problem, tickets, unit, owner, kinds)
    link_side = link.side()
    shut = np.zeros(n_starts, dtype=bool)
    empty = np.diff(pairs.entry_first) == 0
    shut[spending.start[empty[spending.pair]]] = True
    return FundingTables(
        n_starts, len(small), len(sums), pairs.entry_first, pairs.project, pairs.year, entries.project, entries.leaf, entries.year, entries.pair,
        spend, link_side, local.side(), tuple(names), _years(link_side.on_money, entries.year), np.array(owner, dtype=np.int64), np.array([k[3] for k in kinds], dtype=np.int64), kinds,
        np.array([b.project for b in small], dtype=np.int64), shut,
    )  # fmt: skip


@dataclass
class _Builder:
    """Collects rows as coordinates."""

    n_entries: int
    n_columns: int
    bound: list[float] = field(default_factory=list)
    money: _Parts = field(default_factory=lambda: _Parts())
    portfolio: _Parts = field(default_factory=lambda: _Parts())

    def row(self, entries: Any, coefs: Any, bound: float, columns: Any = (), weights: Any = ()) -> None:
        """Add `sum coefs f[entries] <= bound + sum weights v[columns]`."""
        self.money.add(len(self.bound), entries, coefs)
        if len(columns):
            self.portfolio.add(len(self.bound), columns, weights)
        self.bound.append(bound)

    def side(self) -> Side:
        """Return the rows."""
        n = len(self.bound)
        return Side(self.money.sparse((n, self.n_entries)), np.array(self.bound, dtype=np.float64), self.portfolio.sparse((n, self.n_columns)))


@dataclass
class _Parts:
    """Pieces of rows, put together at the end."""

    row: list[int] = field(default_factory=list)
    at: list[Any] = field(default_factory=list)
    value: list[Any] = field(default_factory=list)

    def add(self, row: int, at: Any, value: Any) -> None:
        """Add the coefficients of one row."""
        self.row.append(row)
        self.at.append(at)
        self.value.append(value)

    def sparse(self, shape: tuple[int, int]) -> Csr:
        """Return the rows as a matrix."""
        if not self.row:
            return sparse.csr_matrix(shape)
        rows = np.repeat(np.array(self.row, dtype=np.int64), [len(a) for a in self.at])
        columns = np.concatenate(self.at).astype(np.int64)
        return sparse.csr_matrix((np.concatenate(self.value).astype(np.float64), (rows, columns)), shape=shape)


def _values(numbers: Any) -> npt.NDArray[np.float64]:
    """Return whole numbers and fractions as floats; fractions turn into one far quicker by their parts."""
    return np.array([v if type(v) is int else v.numerator / v.denominator for v in numbers], dtype=np.float64)


def _floats(coefs: Any, n: int) -> npt.NDArray[np.float64]:
    if coefs is None:
        return np.ones(n)
    return _values(coefs) if not isinstance(coefs, np.ndarray) or coefs.dtype == object else coefs.astype(np.float64)


def _merged(parts: list[tuple[Terms, float]]) -> tuple[Ints, Floats, Ints, Floats]:
    """Return entries, coefficients, starts and coefficients of a weighted sum of terms."""
    entries = [t.entries for t, _w in parts if t.entries is not None]
    coefs = [w * _floats(t.entry_coefs, len(t.entries)) for t, w in parts if t.entries is not None]
    starts = [t.starts for t, _w in parts]
    weights = [w * _floats(t.start_coefs, len(t.starts)) for t, w in parts]
    none = [np.zeros(0, dtype=np.int64)]
    return np.concatenate(entries or none), np.concatenate(coefs or [np.zeros(0)]), np.concatenate(starts or none), np.concatenate(weights or [np.zeros(0)])


def _link(link: _Builder, problem: Problem, number: int, row: Row, unit: float) -> list[LinkName]:
    """Add the sides of one plan-wide row; a side that no portfolio can reach is left out."""
    if not row.has_money:
        return []
    out: list[LinkName] = []
    for bound, least in ((row.lo, True), (row.hi, False)):
        if bound is None:
            continue
        parts = [(row.left, 1.0)] if row.base is None else [(row.left, 1.0), (row.base, -float(bound))]
        entries, coefs, starts, weights = _merged(parts)
        right = float(bound) / unit if row.base is None else 0.0
        sign = -1.0 if least else 1.0
        if row.base is None and not least and not len(starts):
            most = dot(np.maximum(coefs, 0.0), problem.entries.upper[entries].astype(np.float64)) / unit
            if most <= right:
                continue
        if row.base is not None and len(entries):  # an entry in both sums stands once
            order = np.argsort(entries, kind="stable")
            entries, first = np.unique(entries[order], return_index=True)
            coefs = np.add.reduceat(coefs[order], first)
        link.row(entries, sign * coefs, sign * right, starts, -sign * weights / unit)
        out.append(LinkName(number, least))
    return out


def _local(local: _Builder, problem: Problem, family: str, unit: float, owner: list[int], kinds: list[tuple[Any, ...]]) -> None:
    rows = problem.rows[family]
    entry = np.array(rows.entry, dtype=np.int64)
    coef = np.ones(len(entry)) if rows.coef is None else _values(rows.coef)
    start = np.array(rows.start, dtype=np.int64)
    lo = _values(rows.lo) / unit
    hi = _values(rows.hi) / unit
    spent = _spent(problem, unit)
    for r in range(len(rows)):
        a, b = rows.entry_first[r], rows.entry_first[r + 1]
        s, t = rows.start_first[r], rows.start_first[r + 1]
        starts, low, high = start[s:t], lo[s:t], hi[s:t]
        whole = not rows.year[r] and s < t
        kind = (family, rows.rule[r])
        if rows.has_lo[r] and not (whole and rows.coef is None and not rows.lo0[r] and not low.any()):
            local.row(entry[a:b], -coef[a:b], -float(rows.lo0[r]) / unit, starts, -low)
            level = _level(low, spent[starts]) if whole else 0
            add = [(*kind, f"least{level}", rows.year[r])]
            if whole and not rows.lo0[r] and rows.coef is None:
                for year, inside, columns, least in _at_least(problem, entry[a:b], starts, low, spent, unit):
                    local.row(inside, -np.ones(len(inside)), 0.0, columns, -least)
                    add.append((*kind, "year-least", year))
            kinds += add
            owner += [rows.project[r]] * len(add)
        if rows.has_hi[r]:
            positive = whole and not rows.hi0[r] and a < b and bool((coef[a:b] > 0).all())
            if positive:
                top = float(coef[a:b].max())
                if (high >= spent[starts] * top).all():
                    continue  # more than is spent at all
                high = np.minimum(high, spent[starts] * top)  # what a project cannot use must not help others of its class
            local.row(entry[a:b], coef[a:b], float(rows.hi0[r]) / unit, starts, high)
            add = [(*kind, f"most{_level(high / top, spent[starts])}" if positive else "most", rows.year[r])]
            if positive:
                for year, inside, columns, most in _each_year(problem, entry[a:b], coef[a:b], starts, high, unit):
                    local.row(inside, np.ones(len(inside)), 0.0, columns, most)
                    add.append((*kind, "year", year))
            kinds += add
            owner += [rows.project[r]] * len(add)


def _level(limit: Floats, spent: Floats) -> int:
    """Return a limit as a share of the spending, in steps: 0 for none, `_LEVELS` for all."""
    return int(np.ceil(_LEVELS * float((limit / np.maximum(spent, 1e-9)).max(initial=0.0))))


def _spent(problem: Problem, unit: float) -> Floats:
    """Return what each start spends in all, money units."""
    out: Floats = np.bincount(problem.spending.start, weights=problem.spending.amount / unit, minlength=len(problem.starts)).astype(np.float64)
    return out


def _at_least(problem: Problem, entries: Ints, starts: Ints, lo: Floats, spent: Floats, unit: float) -> Iterator[tuple[int, Ints, Ints, Floats]]:
    """Yield what a lower limit of the whole project says of single years: the limit less what other years may bring."""
    limit = dict(zip(starts.tolist(), lo.tolist(), strict=True))
    spending, pairs = problem.spending, problem.pairs
    for pair in np.unique(problem.entries.pair[entries]).tolist():
        rows = range(int(pairs.spend_first[pair]), int(pairs.spend_first[pair + 1]))
        columns = [int(spending.start[r]) for r in rows]
        least = [max(0.0, limit.get(c, 0.0) - (spent[c] - float(spending.amount[r]) / unit)) for r, c in zip(rows, columns, strict=True)]
        if max(least) > 0:
            yield int(pairs.year[pair]), entries[problem.entries.pair[entries] == pair], np.array(columns, dtype=np.int64), np.array(least)


def _each_year(problem: Problem, entries: Ints, coefs: Floats, starts: Ints, hi: Floats, unit: float) -> Iterator[tuple[int, Ints, Ints, Floats]]:
    """Yield what an upper limit of the whole project says of single years: at most the limit and the year's spending.

    Nothing new for a project, but sums of such rows over a class are far tighter than the sum of the limits alone.
    """
    least = float(coefs.min())
    limit = dict(zip(starts.tolist(), (hi / least).tolist(), strict=True))
    spending, pairs = problem.spending, problem.pairs
    for pair in np.unique(problem.entries.pair[entries]).tolist():
        inside = entries[problem.entries.pair[entries] == pair]
        rows = range(int(pairs.spend_first[pair]), int(pairs.spend_first[pair + 1]))
        columns = [int(spending.start[r]) for r in rows]
        most = [min(float(spending.amount[r]) / unit, limit.get(c, math.inf)) for r, c in zip(rows, columns, strict=True)]
        if any(m < float(spending.amount[r]) / unit for m, r in zip(most, rows, strict=True)) or len(inside) < pairs.entry_first[pair + 1] - pairs.entry_first[pair]:
            yield int(pairs.year[pair]), inside, np.array(columns, dtype=np.int64), np.array(most)


def _tickets(local: _Builder, problem: Problem, tickets: Sequence[TicketBound], unit: float, owner: list[int], kinds: list[tuple[Any, ...]]) -> None:
    used = len(problem.starts)
    for b in tickets:
        entries = np.array(b.entries, dtype=np.int64)
        ones = np.ones(len(entries))
        room = int(problem.entries.upper[entries].sum())
        most = (room if b.most is None else min(b.most, room)) / unit
        if b.least is None:
            local.row(entries, ones, most)
            kinds.append(("tickets", b.channel, "most", 0))
            owner.append(b.project)
            continue
        local.row(entries, -ones, 0.0, [used], [-b.least / unit])
        local.row(entries, ones, 0.0, [used], [most])
        kinds += [("tickets", b.channel, "least", 0), ("tickets", b.channel, "used", 0)]
        owner += [b.project, b.project]
        used += 1


def _years(on_money: Csr, entry_year: Ints) -> Ints:
    """Return the money year of each row, 0 where it holds several."""
    out = np.zeros(on_money.shape[0], dtype=np.int64)
    for r in range(on_money.shape[0]):
        years = np.unique(entry_year[on_money.indices[on_money.indptr[r] : on_money.indptr[r + 1]]])
        if len(years) == 1:
            out[r] = years[0]
    return out
