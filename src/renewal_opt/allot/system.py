"""The money rows of a chosen portfolio, exact: what an allotment in whole 元 has to satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np

from ..model.rows import Exact, Row, Terms
from ..problem import Problem
from ..problem.tables import Ints
from ..problem.tickets import TicketBound, ticket_bounds


@dataclass
class MoneyRow:
    """`lo <= sum coef * money[position] <= hi` over positions of the portfolio's own entries.

    `short` says by how much the row would have to give way, 元, in an allotment that is not possible.
    """

    name: str
    positions: list[int]
    coefs: list[Exact] | None
    lo: Exact | None
    hi: Exact | None
    family: str = ""
    rule: str = ""
    project: str = ""
    year: int | None = None
    short: int = 0

    @cached_property
    def _whole(self) -> tuple[list[int], int]:
        """Coefficients over their common denominator: sums of whole numbers are several times faster."""
        coefs = self.coefs or []
        denominator = lcm(*(c.denominator for c in coefs))
        return [c.numerator * (denominator // c.denominator) for c in coefs], denominator

    def value(self, money: Sequence[int]) -> Exact:
        """Return the exact left side."""
        if self.coefs is None:
            return sum(money[p] for p in self.positions)
        weights, denominator = self._whole
        total = sum(w * money[p] for w, p in zip(weights, self.positions, strict=True))
        return total if denominator == 1 else Fraction(total, denominator)

    def holds(self, money: Sequence[int]) -> bool:
        """Return whether the row holds exactly."""
        value = self.value(money)
        return (self.lo is None or value >= self.lo) and (self.hi is None or value <= self.hi)


@dataclass
class MoneySystem:
    """Everything that the money of one portfolio has to satisfy.

    Attributes
    ----------
    entries : Ints
        Entry positions of the problem that the portfolio may use; the system's positions index this array.
    group : list of list of int
        Positions of each project and year that spends.
    amount : list of int
        Spending of each group, 元; the group's money adds up to it.
    rows : list of MoneyRow
        Project limits and plan-wide rows.
    tickets : list of (TicketBound, positions)
        All-or-least amounts.
    unpayable : list of (project id, year)
        Groups with spending and no channel at all.
    """

    entries: Ints
    group: list[list[int]]
    amount: list[int]
    upper: list[int]
    rows: list[MoneyRow] = field(default_factory=list)
    tickets: list[tuple[TicketBound, list[int]]] = field(default_factory=list)
    unpayable: list[tuple[str, int]] = field(default_factory=list)


def money_system(problem: Problem, chosen: Sequence[bool], plan_rows: Sequence[Row]) -> MoneySystem:
    """Return the money system of a portfolio.

    Parameters
    ----------
    problem : Problem
        The tables.
    chosen : sequence of bool, length number of starts
        The starts in the plan, carry-overs included.
    plan_rows : sequence of Row
        Exact plan-wide rows; those without money entries are ignored.
    """
    flags = np.asarray(chosen, dtype=bool)
    spending, pairs = problem.spending, problem.pairs
    active = np.flatnonzero(flags[spending.start])
    first = pairs.entry_first.tolist()
    own: list[int] = []
    system = MoneySystem(np.zeros(0, dtype=np.int64), [], [], [])
    for row in active.tolist():
        j, amount = int(spending.pair[row]), int(spending.amount[row])
        members = list(range(first[j], first[j + 1]))
        if not members:
            system.unpayable.append((problem.projects[int(spending.project[row])].id, int(spending.year[row])))
            continue
        system.group.append(list(range(len(own), len(own) + len(members))))
        system.amount.append(amount)
        system.upper.extend([amount] * len(members))
        own.extend(members)
    system.entries = np.array(own, dtype=np.int64)
    place = np.full(len(problem.entries), -1, dtype=np.int64)
    place[system.entries] = np.arange(len(own))
    position: list[int] = place.tolist()
    system.rows.extend(_project_rows(problem, flags.tolist(), position))
    for plan_row in plan_rows:
        if plan_row.left.entries is not None or (plan_row.base is not None and plan_row.base.entries is not None):
            system.rows.extend(_plan_rows(plan_row, flags.tolist(), position))
    for bound in ticket_bounds(problem):
        positions = [position[e] for e in bound.entries if position[e] >= 0]
        if positions:
            system.tickets.append((bound, positions))
    return system


def _project_rows(problem: Problem, chosen: list[bool], position: list[int]) -> Iterator[MoneyRow]:
    started = {int(problem.starts.project[k]) for k, c in enumerate(chosen) if c}
    for family in sorted(problem.rows):
        rows = problem.rows[family]
        for r in [r for r, p in enumerate(rows.project) if p in started]:
            a, b = rows.entry_first[r], rows.entry_first[r + 1]
            s, t = rows.start_first[r], rows.start_first[r + 1]
            lo: Exact | None = None
            hi: Exact | None = None
            if rows.has_lo[r]:
                lo = rows.lo0[r] + sum((v for v, k in zip(rows.lo[s:t], rows.start[s:t], strict=True) if chosen[k]), 0)
            if rows.has_hi[r]:
                hi = rows.hi0[r] + sum((v for v, k in zip(rows.hi[s:t], rows.start[s:t], strict=True) if chosen[k]), 0)
            positions: list[int] = []
            coefs: list[Exact] | None = None if rows.coef is None else []
            for e in range(a, b):
                p = position[rows.entry[e]]
                if p >= 0:
                    positions.append(p)
                    if coefs is not None and rows.coef is not None:
                        coefs.append(rows.coef[e])
            if coefs is not None and all(c == 1 for c in coefs):
                coefs = None
            project, year = problem.projects[rows.project[r]].id, rows.year[r] or None
            name = f"{family}:{rows.rule[r]}[{project}" + (f",{year}]" if year else "]")
            yield MoneyRow(name, positions, coefs, lo, hi, family, rows.rule[r], project, year)


def _constant(terms: Terms | None, chosen: list[bool]) -> Exact:
    if terms is None:
        return 0
    coefs = [1] * len(terms.starts) if terms.start_coefs is None else list(terms.start_coefs)
    return sum((c for k, c in zip(terms.starts.tolist(), coefs, strict=True) if chosen[k]), 0)


def _weights(terms: Terms | None, position: list[int]) -> dict[int, Exact]:
    out: dict[int, Exact] = {}
    if terms is not None and terms.entries is not None:
        coefs = [1] * len(terms.entries) if terms.entry_coefs is None else list(terms.entry_coefs)
        for e, c in zip(terms.entries.tolist(), coefs, strict=True):
            if position[e] >= 0:
                out[position[e]] = c
    return out


def _plan_rows(row: Row, chosen: list[bool], position: list[int]) -> Iterator[MoneyRow]:
    left, fixed = _weights(row.left, position), _constant(row.left, chosen)
    if row.base is None:
        ones = all(c == 1 for c in left.values())
        yield MoneyRow(
            row.name, list(left), None if ones else list(left.values()),
            None if row.lo is None else row.lo - fixed, None if row.hi is None else row.hi - fixed, row.family, row.rule,
        )  # fmt: skip
        return
    base, base_fixed = _weights(row.base, position), _constant(row.base, chosen)
    for share, least in ((row.lo, True), (row.hi, False)):
        if share is None:
            continue
        coefs: dict[int, Exact] = dict(left)
        for p, c in base.items():
            coefs[p] = coefs.get(p, 0) - share * c
        rest: Exact = Fraction(share) * base_fixed - fixed
        yield MoneyRow(row.name, list(coefs), list(coefs.values()), rest if least else None, None if least else rest, row.family, row.rule)
