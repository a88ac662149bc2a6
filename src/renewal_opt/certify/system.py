r"""The exact rows and columns of one problem, in whole numbers, rebuilt for the proof (issue 4, section 3).

The columns that a proof speaks of are starts, area openings and tickets; money has no column of its own, only its
place in the rows. Each row is the exact row times the least positive number that makes all of it whole (`scale`):

.. math::
    lo_r \le \sum_j a_{rj} x_j + \sum_e m_{re} f_e \le hi_r, \qquad \sum_{e \in (p,t)} f_e = \sum_k spend_{kt} x_k

The balance of a project and year is held apart, by `Spend`: its multiplier is never free (`bound.funding_row`).
Nothing here comes from `model` or `solver`; a test holds both equal, entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from ..problem.areas import areas_of, bonus_of
from ..problem.tickets import TicketBound, ticket_bounds

Ints = npt.NDArray[np.int64]
#: whole numbers: int64, or Python integers where they are larger
Whole = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Exact = int | Fraction

_NONE: Ints = np.zeros(0, dtype=np.int64)


def whole(values: Sequence[int]) -> Whole:
    """Return whole numbers as an array: int64 where they fit with room to spare, else Python integers."""
    if not len(values):
        return _NONE
    try:
        out: Whole = np.array(values, dtype=np.int64)
    except OverflowError:
        return np.array(values, dtype=object)
    return np.array(values, dtype=object) if int(np.abs(out).max()) >> 62 else out


@dataclass(frozen=True)
class Sparse:
    """Coefficients by row: row r holds `index[first[r]:first[r+1]]` and the `value` of each."""

    first: Ints
    index: Ints
    value: Whole

    @cached_property
    def row(self) -> Ints:
        """Row of each coefficient."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def of(self, r: int) -> tuple[Ints, Whole]:
        """Return columns and coefficients of a row."""
        part = slice(int(self.first[r]), int(self.first[r + 1]))
        return self.index[part], self.value[part]


class Rows:
    """Collects rows in exact numbers and turns them into whole ones."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.lo: list[int | None] = []
        self.hi: list[int | None] = []
        self.scale: list[Fraction] = []
        self._seen: set[str] = set()
        self._plain: tuple[list[int], list[int], list[int]] = ([0], [], [])
        self._money: tuple[list[int], list[int], list[int]] = ([0], [], [])

    def __len__(self) -> int:
        return len(self.names)

    def add(
        self,
        name: Sequence[object],
        lo: Exact | None,
        hi: Exact | None,
        plain: Mapping[int, Exact] | None = None,
        entries: Sequence[int] = (),
        coefs: Sequence[Exact] | None = None,
    ) -> None:
        """Add the row ``lo <= sum plain + sum coefs * money of entries <= hi``; nothing when it says nothing.

        Parameters
        ----------
        name : sequence
            Family, then what tells its rows apart; a name given twice gets a number.
        lo, hi : int, Fraction or None
            Bounds.
        plain : mapping of column to coefficient, optional
        entries : sequence of int
            Money entries, each once.
        coefs : sequence, optional
            Their coefficients; all 1 when not given.
        """
        columns = {j: c for j, c in (plain or {}).items() if c}
        if coefs is not None:
            pairs = [(e, c) for e, c in zip(entries, coefs, strict=True) if c]
            entries, coefs = [e for e, _c in pairs], [c for _e, c in pairs]
        if lo is None and hi is None:
            return
        if not columns and not entries and (lo is None or lo <= 0) and (hi is None or hi >= 0):
            return
        scale = _scale([*columns.values(), *(coefs if coefs is not None else (1,) if entries else ()), *(b for b in (lo, hi) if b)])
        self.names.append(self._named(name))
        self.lo.append(None if lo is None else _times(lo, scale))
        self.hi.append(None if hi is None else _times(hi, scale))
        self.scale.append(Fraction(scale))
        self._plain[1].extend(columns)
        self._plain[2].extend(_times(c, scale) for c in columns.values())
        self._plain[0].append(len(self._plain[1]))
        self._money[1].extend(entries)
        self._money[2].extend(_times(c, scale) for c in (coefs if coefs is not None else (1,) * len(entries)))
        self._money[0].append(len(self._money[1]))

    def _named(self, name: Sequence[object]) -> str:
        text, number = "|".join(map(str, name)), 1
        one = text
        while one in self._seen:
            number += 1
            one = f"{text}#{number}"
        self._seen.add(one)
        return one

    def plain(self) -> Sparse:
        """Return the coefficients of starts, areas and tickets."""
        first, index, value = self._plain
        return Sparse(np.array(first, dtype=np.int64), np.array(index, dtype=np.int64), whole(value))

    def money(self) -> Sparse:
        """Return the coefficients of money entries."""
        first, index, value = self._money
        return Sparse(np.array(first, dtype=np.int64), np.array(index, dtype=np.int64), whole(value))


def _scale(numbers: Sequence[Exact]) -> Exact:
    """Return the least positive number that makes all numbers whole."""
    if all(isinstance(n, int) for n in numbers):
        common = 0
        for n in numbers:
            common = gcd(common, n)  # type: ignore[arg-type]
            if common == 1:
                return 1
        return Fraction(1, common or 1)
    below = lcm(*(n.denominator for n in numbers))
    above = gcd(*(n.numerator * (below // n.denominator) for n in numbers))
    return Fraction(below, above or 1)


def _times(number: Exact, scale: Exact) -> int:
    if scale == 1:
        return int(number)
    product = Fraction(number) * scale
    assert product.denominator == 1
    return product.numerator


@dataclass(frozen=True)
class Spend:
    """What each start asks for in each project and year: start, pair and 元, by start."""

    start: Ints
    pair: Ints
    amount: Ints


@dataclass(frozen=True, eq=False)
class System:
    """The exact rows of a problem.

    Attributes
    ----------
    columns : tuple of str
        Names of the plain columns: ``x|project|year``, ``z|area|year``, ``u|project|channel``.
    lower, upper : Ints
        Their bounds, 0 or 1; a start whose year no channel can pay has the upper bound 0.
    gain, gain_unit : list of int, int
        Exact gains as multiples of 1 / `gain_unit`.
    names : tuple of str
        Row names.
    lo, hi : list of int or None
        Bounds of the whole rows.
    scale : list of Fraction
        Whole row = exact row times this.
    plain, money : Sparse
        Coefficients of plain columns and of money entries.
    spend : Spend
    entry_first : Ints
        Entries of each pair: ``entry_first[j] .. entry_first[j + 1]``.
    entry_upper : Ints
        Largest amount of each entry, 元.
    money_unit : int
        元 in one unit of the solver's money; used for scaling alone.
    """

    columns: tuple[str, ...]
    lower: Ints
    upper: Ints
    gain: list[int]
    gain_unit: int
    names: tuple[str, ...]
    lo: list[int | None]
    hi: list[int | None]
    scale: list[Fraction]
    plain: Sparse
    money: Sparse
    spend: Spend
    entry_first: Ints
    entry_upper: Ints
    money_unit: int

    @cached_property
    def row_at(self) -> dict[str, int]:
        """Position of each row by name."""
        return {name: r for r, name in enumerate(self.names)}

    @cached_property
    def column_at(self) -> dict[str, int]:
        """Position of each plain column by name."""
        return {name: j for j, name in enumerate(self.columns)}

    @cached_property
    def has_money(self) -> Bools:
        """Which rows hold money."""
        return np.diff(self.money.first) > 0

    @cached_property
    def gains(self) -> Whole:
        """Gains as Python integers, multiples of 1 / `gain_unit`."""
        return np.array(self.gain, dtype=object)

    @cached_property
    def step(self) -> Fraction | None:
        """The number of which every objective value is a multiple; None when nothing earns anything."""
        common = gcd(*(g for g, top in zip(self.gain, self.upper.tolist(), strict=True) if top))
        return Fraction(common, self.gain_unit) if common else None

    @cached_property
    def by_entry(self) -> tuple[Ints, Whole, Ints]:
        """Money coefficients by entry: row, value, and the first of each entry."""
        return _turned(self.money, len(self.entry_upper), np.ones(len(self.money.index), dtype=bool))

    @cached_property
    def by_column(self) -> tuple[Ints, Whole, Ints]:
        """Plain coefficients of the rows with money, by column: row, value, and the first of each column."""
        return _turned(self.plain, len(self.columns), self.has_money[self.plain.row])

    def value(self, chosen: Iterable[int]) -> Fraction:
        """Return the exact objective of a set of columns at 1."""
        return Fraction(sum(self.gain[j] for j in chosen), self.gain_unit)


def _turned(sparse: Sparse, n: int, kept: Bools) -> tuple[Ints, Whole, Ints]:
    index, row, value = sparse.index[kept], sparse.row[kept], sparse.value[kept]
    order = np.argsort(index, kind="stable")
    first = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(index, minlength=n), out=first[1:])
    return row[order], value[order], first


def build_system(problem: Problem) -> System:
    """Rebuild the exact rows of a problem.

    Parameters
    ----------
    problem : Problem
        The tables.

    Raises
    ------
    InputError
        When a cap has no number for a money year.
    """
    from .money_rules import add_money_rules
    from .portfolio_rules import add_portfolio_rules

    starts, pairs, spending = problem.starts, problem.pairs, problem.spending
    ids = [p.id for p in problem.projects]
    names = [f"x|{ids[p]}|{y}" for p, y in zip(starts.project.tolist(), starts.year.tolist(), strict=True)]
    gains: list[Fraction] = [
        Fraction(0) if fixed else Fraction(problem.score[p]) * Fraction(problem.basis[p])
        for p, fixed in zip(starts.project.tolist(), starts.fixed.tolist(), strict=True)
    ]
    openings: dict[tuple[str, int], int] = {}
    rule = problem.policy.coordination
    areas = areas_of(problem) if rule is not None and rule.active else []
    for area in areas:
        if not area.running:
            for t in problem.start_years:
                openings[area.id, t] = len(names)
                names.append(f"z|{area.id}|{t}")
                gains.append(bonus_of(problem, area))
    tickets: list[tuple[TicketBound, int | None]] = []
    for bound in ticket_bounds(problem):
        tickets.append((bound, len(names) if bound.least is not None else None))
        if bound.least is not None:
            names.append(f"u|{ids[bound.project]}|{bound.channel}")
            gains.append(Fraction(0))
    lower = np.zeros(len(names), dtype=np.int64)
    lower[: len(starts)][starts.fixed] = 1
    upper = np.ones(len(names), dtype=np.int64)
    unpaid = np.diff(pairs.entry_first) == 0
    upper[spending.start[unpaid[spending.pair]]] = 0
    rows = Rows()
    add_portfolio_rules(rows, problem, areas, openings)
    add_money_rules(rows, problem, tickets)
    unit = lcm(*(g.denominator for g in gains))
    paid = np.flatnonzero(~unpaid[spending.pair])
    order = paid[np.argsort(spending.start[paid], kind="stable")]
    return System(
        columns=tuple(names), lower=lower, upper=upper, gain=[g.numerator * (unit // g.denominator) for g in gains], gain_unit=unit,
        names=tuple(rows.names), lo=rows.lo, hi=rows.hi, scale=rows.scale, plain=rows.plain(), money=rows.money(),
        spend=Spend(spending.start[order], spending.pair[order], spending.amount[order]),
        entry_first=pairs.entry_first, entry_upper=problem.entries.upper, money_unit=problem.money_unit,
    )  # fmt: skip
