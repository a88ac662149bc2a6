"""The linear programme of a portfolio's money at a cost, with tickets that are open or decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ....allot.lp import ArrayModel
from ....allot.system import MoneySystem
from ....model.matrices import Matrices
from ....solver.lp import LinearProgram
from .bound import Multipliers, Ticket, lower_bound, tickets_of

#: share of the solver's money unit below which a ticket counts as not used
_NOTHING = 1e-7


@dataclass(frozen=True)
class Point:
    """An optimum of the programme with some tickets decided.

    Attributes
    ----------
    amounts : list of float
        元 by position.
    bound : Fraction
        Proven: no money with these decisions costs less.
    broken : int or None
        A ticket that is used below its least amount.
    """

    amounts: list[float]
    bound: Fraction
    broken: int | None


class Programme:
    """Least cost of the money of a system.

    Parameters
    ----------
    system : MoneySystem
        Without unpayable groups.
    cost : sequence of Fraction
        Per 元, by position.
    unit : int
        元 in one unit of the solver's money.
    """

    def __init__(self, system: MoneySystem, cost: Sequence[Fraction], unit: int) -> None:
        self.system, self.cost, self.unit = system, list(cost), unit
        self.tickets: list[Ticket] = tickets_of(system)
        self._small = [k for k, t in enumerate(self.tickets) if t.least is not None]
        self._lp: LinearProgram | None = None

    @property
    def n(self) -> int:
        """Number of money positions."""
        return len(self.system.upper)

    def matrices(self, *, whole_tickets: bool) -> Matrices:
        """Return the programme in the solver's units; one column a ticket with a least amount stands behind the money."""
        unit, system, model = float(self.unit), self.system, ArrayModel()
        for c, upper in zip(self.cost, system.upper, strict=True):
            model.column(float(c), 0.0, upper / unit)
        for members, amount in zip(system.group, system.amount, strict=True):
            model.row(members, [1.0] * len(members), amount / unit, amount / unit)
        for row in system.rows:
            coefs = [1.0] * len(row.positions) if row.coefs is None else [float(c) for c in row.coefs]
            model.row(row.positions, coefs, None if row.lo is None else float(row.lo) / unit, None if row.hi is None else float(row.hi) / unit)
        for t in self.tickets:
            ones = [1.0] * len(t.positions)
            if t.least is None:
                model.row(t.positions, ones, None, t.most / unit)
                continue
            used = model.column(0.0, 0.0, 1.0, integer=whole_tickets)
            model.row([*t.positions, used], [*ones, -t.least / unit], 0.0, None)
            model.row([*t.positions, used], [*ones, -t.most / unit], None, 0.0)
        return model.matrices()

    def solve(self, fixed: Mapping[int, int] | None = None) -> Point | None:
        """Return the optimum with some tickets decided (0: not used, 1: used); None when there is none.

        Raises
        ------
        SolverError
            See `LinearProgram.run`.
        """
        fixed = fixed or {}
        if self._lp is None:
            self._lp = LinearProgram(self.matrices(whole_tickets=False))
        if self._small:
            columns = np.arange(self.n, self.n + len(self._small), dtype=np.int32)
            lower = np.array([float(fixed.get(k, 0)) for k in self._small])
            self._lp.change_col_bounds(columns, lower, np.array([float(fixed.get(k, 1)) for k in self._small]))
        answer = self._lp.run() if self.n else None
        if answer is None:
            return None if self.n or not self._holds_empty() else Point([], Fraction(0), None)
        amounts = [max(0.0, v * self.unit) for v in answer.x[: self.n].tolist()]
        return Point(amounts, lower_bound(self.system, self.tickets, self.cost, self._multipliers(answer.row_dual.tolist()), fixed), self._broken(amounts, fixed))

    def _holds_empty(self) -> bool:
        return all(row.holds([]) for row in self.system.rows)

    def _multipliers(self, dual: list[float]) -> Multipliers:
        at = len(self.system.group)
        rows = dual[at : at + len(self.system.rows)]
        at += len(rows)
        least, most = [0.0] * len(self.tickets), [0.0] * len(self.tickets)
        for k, t in enumerate(self.tickets):
            if t.least is not None:
                least[k], most[k] = dual[at], dual[at + 1]
                at += 2
            else:
                most[k] = dual[at]
                at += 1
        return Multipliers(rows, least, most)

    def _broken(self, amounts: Sequence[float], fixed: Mapping[int, int]) -> int | None:
        """Return the open ticket that misses its least amount by the largest share of it."""
        worst, found = 0.0, None
        for k in self._small:
            t = self.tickets[k]
            paid = sum(amounts[p] for p in t.positions)
            if k in fixed or t.least is None or paid <= _NOTHING * self.unit or paid >= t.least - _NOTHING * self.unit:
                continue
            share = min(paid, t.least - paid) / t.least
            if share >= worst:
                worst, found = share, k
        return found
