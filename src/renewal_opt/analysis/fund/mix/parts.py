"""Smallest sets of projects that cannot be funded together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Literal

import numpy as np

from ....allot.lp import ArrayModel
from ....allot.system import MoneySystem
from ....problem import Problem
from ....problem.tables import Floats
from ....solver import HighsSession, SolveOptions, Status
from ....solver.lp import LinearProgram
from ...exclude import shrunk
from .programme import Programme

#: portfolios that are tried for one set, and seconds beyond its time for one without a smaller part
_TRIES, _SECONDS = 2000, 10.0


class Switched:
    """The living programme of a system's money, with rows that are switched on and off.

    Parameters
    ----------
    system : MoneySystem
    unit : int
        元 in one unit of the solver's money.
    options : SolveOptions

    Attributes
    ----------
    lower, upper : array
        Sides of the rows: those of the groups, of the system's rows, of the tickets (two each where there is a least amount).
    tickets : list of Ticket
    """

    def __init__(self, system: MoneySystem, unit: int, options: SolveOptions) -> None:
        self._options = options
        programme = Programme(system, [Fraction(0)] * len(system.upper), unit)
        whole = programme.matrices(whole_tickets=True)
        self.tickets, self.lower, self.upper = programme.tickets, whole.row_lower, whole.row_upper
        self._rows = np.arange(whole.n_rows, dtype=np.int32)
        tickets = bool(whole.integrality.any())
        self._lp = None if tickets or not whole.n_cols else LinearProgram(whole)
        self._session = HighsSession(whole) if tickets else None

    def fails(self, low: Floats, high: Floats) -> bool:
        """Return whether no money satisfies these sides of the rows, by floats; of tickets by the second proof too."""
        if self._session is not None:
            self._session.change_row_bounds(self._rows, low, high)
            return self._session.solve(self._options).status is Status.INFEASIBLE
        if self._lp is None:
            return False
        self._lp.change_row_bounds(self._rows, low, high)
        return self._lp.run() is None


class Parts:
    """Asks which parts of a portfolio can be funded, from one living programme: a part is its groups and its own rows.

    Parameters
    ----------
    problem : Problem
    system : MoneySystem
        Of the whole portfolio; its plan-wide rows limit money from above alone.
    options : SolveOptions
    """

    def __init__(self, problem: Problem, system: MoneySystem, options: SolveOptions) -> None:
        self._switched = Switched(system, problem.money_unit, options)
        owner = problem.entries.project[system.entries].tolist()
        groups = [owner[members[0]] for members in system.group]
        rows = [problem.position[r.project] if r.project else -1 for r in system.rows]
        sizes: list[int] = []
        for t in self._switched.tickets:
            sizes += [owner[t.positions[0]]] * (1 if t.least is None else 2)
        self._owner = np.array([*groups, *rows, *sizes], dtype=np.int64)
        self._spends = np.arange(len(self._owner)) < len(groups)

    def fails(self, some: Iterable[int]) -> bool:
        """Return whether a part, given as project positions, cannot be funded."""
        inside = np.isin(self._owner, list(some)) | (self._owner < 0)
        low = np.where(inside, self._switched.lower, np.where(self._spends, 0.0, -np.inf))
        high = np.where(inside, self._switched.upper, np.where(self._spends, 0.0, np.inf))
        return self._switched.fails(low, high)


def smallest(pool: Sequence[int], fails: Callable[[Iterable[int]], bool], until: float) -> tuple[tuple[int, ...], Literal["smallest", "irreducible", "found"]]:
    """Return a smallest part of `pool` that fails, or one without a smaller part that fails where the time does not reach.

    Smallest unsatisfiable sets are the smallest sets that meet every complement of a largest part that does not fail
    (Ignatiev et al., Smallest MUS extraction with minimal hitting set dualization, CP 2015).

    Parameters
    ----------
    pool : sequence of int
        Fails as a whole.
    fails : callable
        Whether a part fails; a part of what does not fail does not.
    until : float
        `time.monotonic()` at which to end.
    """
    corrections: list[frozenset[int]] = []
    tries = 0
    while tries < _TRIES and time.monotonic() < until:
        hit = _hitting(pool, corrections)
        tries += 1
        if fails(hit):
            return hit, "smallest"
        grown = set(hit)
        stack = [[p for p in pool if p not in grown]]
        while stack and tries < _TRIES:  # add what can be added, in ever smaller pieces
            piece = stack.pop()
            tries += 1
            if not fails([*grown, *piece]):
                grown |= set(piece)
            elif len(piece) > 1:
                stack += [piece[len(piece) // 2 :], piece[: len(piece) // 2]]
        corrections.append(frozenset(p for p in pool if p not in grown))
    part, irreducible = shrunk(pool, fails, lambda: time.monotonic() < until + _SECONDS)
    return tuple(part), "irreducible" if irreducible else "found"


def _hitting(pool: Sequence[int], sets: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """Return a smallest set that meets every set."""
    if not sets:
        return ()
    used = sorted({p for s in sets for p in s})
    model = ArrayModel()
    column = {p: model.column(1.0, 0.0, 1.0, integer=True) for p in used}
    for s in sets:
        model.row([column[p] for p in s], [1.0] * len(s), 1.0, None)
    result = HighsSession(model.matrices()).solve(SolveOptions(gap=0.0))
    if result.x is None:
        return tuple(pool)
    return tuple(p for p in used if result.x[column[p]] > 0.5)
