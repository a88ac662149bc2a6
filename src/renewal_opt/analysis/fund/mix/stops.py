r"""Which rules stop a set of projects together: an irreducible infeasible set of the rows of its money, with needed and available 元.

Sides of rows are left out, ever smaller pieces at a time, while the rest still cannot hold (deletion filter: Chinneck and Dravnieks,
ORSA J. Computing 3, 1991, 157-168): first the rules of single projects, then the rows that link them, so that the latter stand where
either would do. The spending of the projects and the money that they need stay throughout.

Each side that is left is then told in money: with the other sides holding, its left side comes to at least so much (of an upper side),

.. math::
    \min \{\textstyle\sum_e a_e f_e : f \text{ pays the projects and satisfies the other sides}\} > hi ,

which is proven in whole numbers by `lower_bound` (with sizes of tickets by the bound of `cheapest`). One such side is a proof that the
set cannot be funded.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np

from ....allot.system import MoneyRow, MoneySystem
from ....errors import SolverError
from ....problem import Problem
from ....solver import SolveOptions
from ...exclude import shrunk
from .cheapest import NoMoney, cheapest
from .parts import Switched
from .programme import Programme

#: seconds for what is needed of one side where tickets are decided; sides that are told where the time did not reach to leave more out
_SECONDS, _MOST = 3.0, 40


@dataclass(frozen=True)
class Stop:
    """One side of a row, or the sizes of a ticket, without which the others could hold.

    Attributes
    ----------
    row : MoneyRow or None
        None for a ticket.
    ticket : int or None
        Its position in the system's tickets.
    entries : tuple of int
        Money entries of the problem that it counts.
    needed, available : Fraction or None
        Of an upper side: what the projects need of it at least while the other sides hold, and what it allows; of a lower one: what it asks
        for, and what they can bring at most. None for a ticket, and where no bound was found.
    proof : {"exact", "solver", "none"}
        What `needed` (of a lower side: `available`) rests on.
    """

    row: MoneyRow | None
    ticket: int | None
    entries: tuple[int, ...]
    needed: Fraction | None
    available: Fraction | None
    proof: Literal["exact", "solver", "none"]

    @property
    def short(self) -> Fraction:
        """What is missing, 元; 0 where that is not known."""
        return Fraction(0) if self.needed is None or self.available is None else max(Fraction(0), self.needed - self.available)


@dataclass(frozen=True)
class Stops:
    """What stops a set.

    Attributes
    ----------
    stops : tuple of Stop
    irreducible : bool
        Whether the others can hold, by floats, as soon as any one of them is left out.
    """

    stops: tuple[Stop, ...] = ()
    irreducible: bool = False


#: a side of a row: position, whether the upper one; or a ticket: position, None
_Side = tuple[int, bool | None]


def stops_of(problem: Problem, system: MoneySystem, options: SolveOptions, until: float) -> Stops:
    """Return the rules that stop the projects of a system together; none where floats see nothing in the way, or the time is too short.

    Parameters
    ----------
    problem : Problem
    system : MoneySystem
        Of projects that cannot be funded together, without unpayable groups.
    options : SolveOptions
        Threads, seed and time of each try.
    until : float
        `time.monotonic()` after which no more sides are left out.
    """
    switched = Switched(system, problem.money_unit, options)
    first = len(system.group)
    sides: list[_Side] = [(r, upper) for r, row in enumerate(system.rows) for upper, bound in ((True, row.hi), (False, row.lo)) if bound is not None]
    sides.sort(key=lambda s: not system.rows[s[0]].project)
    every: list[_Side] = [*((k, None) for k in range(len(system.tickets))), *sides]
    at, places = first + len(system.rows), list[range]()
    for t in switched.tickets:
        places.append(range(at, at + (1 if t.least is None else 2)))
        at += len(places[-1])

    def fails(some: Sequence[_Side]) -> bool:
        low, high = np.full(at, -np.inf), np.full(at, np.inf)
        low[:first], high[:first] = switched.lower[:first], switched.upper[:first]
        for n, upper in some:
            if upper is None:
                part = slice(places[n].start, places[n].stop)
                low[part], high[part] = switched.lower[part], switched.upper[part]
            elif upper:
                high[first + n] = switched.upper[first + n]
            else:
                low[first + n] = switched.lower[first + n]
        return switched.fails(low, high)

    if not fails(every):
        return Stops()
    order = {side: k for k, side in enumerate(every)}
    kept, irreducible = shrunk(list(range(len(every))), lambda part: fails([every[k] for k in part]), lambda: time.monotonic() < until)
    if not irreducible and len(kept) > _MOST:
        return Stops()
    left = sorted((every[k] for k in kept), key=lambda s: -order[s])  # what links projects first
    return Stops(tuple(_told(problem, system, left, side, options) for side in left), irreducible)


def _told(problem: Problem, system: MoneySystem, left: Sequence[_Side], side: _Side, options: SolveOptions) -> Stop:
    n, upper = side
    entries = system.entries.tolist()
    if upper is None:
        return Stop(None, n, tuple(entries[p] for p in system.tickets[n][1]), None, None, "none")
    row = system.rows[n]
    coefs = [1] * len(row.positions) if row.coefs is None else list(row.coefs)
    mine = tuple(entries[p] for p, c in zip(row.positions, coefs, strict=True) if c)
    sign = 1 if upper else -1
    cost = [Fraction(0)] * len(system.upper)
    for p, c in zip(row.positions, coefs, strict=True):
        cost[p] += sign * Fraction(c)
    least, proof = _least(_beside(system, left, side), cost, problem.money_unit, options)
    bound = row.hi if upper else row.lo
    assert bound is not None
    if least is None or least <= sign * Fraction(bound):  # the bound is not strong enough to say by how much
        return Stop(row, None, mine, Fraction(bound) if not upper else None, Fraction(bound) if upper else None, "none")
    needed, available = (least, Fraction(bound)) if upper else (Fraction(bound), -least)
    return Stop(row, None, mine, needed, available, proof)


def _beside(system: MoneySystem, left: Sequence[_Side], side: _Side) -> MoneySystem:
    """Return the system with the other sides alone."""
    sides = [s for s in left if s != side]
    rows: list[MoneyRow] = []
    for n in dict.fromkeys(s[0] for s in sides if s[1] is not None):
        row = system.rows[n]
        rows.append(replace(row, lo=row.lo if (n, False) in sides else None, hi=row.hi if (n, True) in sides else None))
    return replace(system, rows=rows, tickets=[system.tickets[s[0]] for s in sides if s[1] is None])


def _least(system: MoneySystem, cost: list[Fraction], unit: int, options: SolveOptions) -> tuple[Fraction | None, Literal["exact", "solver", "none"]]:
    """Return a proven lower bound on a cost of the money of a system, and what it rests on."""
    try:
        if any(bound.least is not None for bound, _positions in system.tickets):
            found = cheapest(system, cost, unit, replace(options, seconds=min(options.seconds, _SECONDS)))
            return (None, "none") if isinstance(found, NoMoney) else (found.bound, found.proof)
        point = Programme(system, cost, unit).solve()
    except SolverError:
        return None, "none"
    if point is None:
        return None, "none"
    return (Fraction(ceil(point.bound)) if all(c.denominator == 1 for c in cost) else point.bound), "exact"
