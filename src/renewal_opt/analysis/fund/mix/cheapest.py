"""The cheapest whole money of a portfolio, with a proven bound: linear programme, tickets by branching, whole 元 near the optimum."""

from __future__ import annotations

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from math import ceil, lcm
from typing import Literal

from ....allot import rounded
from ....allot.system import MoneySystem
from ....solver import HighsSession, SolveOptions, SolveResult, Status
from .bound import Multipliers, lower_bound
from .programme import Point, Programme
from .whole import everything, holds, near, value

#: nodes and seconds of the search over tickets
_NODES, _SECONDS = 400, 30.0
#: by how much HiGHS's own bound on tickets is lowered, of itself: it is a float
_SLIP = 1e-8

#: costs of whole money are told apart by steps of this part of a 元 at the finest
_FINEST = 100_000


@dataclass(frozen=True)
class Cheapest:
    """The cheapest money found.

    Attributes
    ----------
    money : list of int
        By position of the system, 元; satisfies everything exactly.
    value : Fraction
        Its cost.
    bound : Fraction
        No whole money that satisfies everything costs less.
    proof : {"exact", "solver"}
        What the bound rests on: whole-number arithmetic, or the bound that HiGHS tells, lowered a little.
    """

    money: list[int]
    value: Fraction
    bound: Fraction
    proof: Literal["exact", "solver"]


@dataclass(frozen=True)
class NoMoney:
    """Nothing was found; `proven` says whether there is proven to be nothing."""

    proven: bool


def cheapest(system: MoneySystem, cost: Sequence[Fraction], unit: int, options: SolveOptions, known: Sequence[int] | None = None) -> Cheapest | NoMoney:
    """Return the cheapest whole money of a system.

    Parameters
    ----------
    system : MoneySystem
        Without unpayable groups.
    cost : sequence of Fraction
        Per 元, by position; at least 0 or not.
    unit : int
        元 in one unit of the solver's money.
    options : SolveOptions
        Threads, seed and time.
    known : sequence of int, optional
        Money that satisfies everything, to fall back on.

    Raises
    ------
    SolverError
        When the solver gives no answer.
    """
    return _Search(system, cost, unit, options, known).run()


def _steps(cost: Sequence[Fraction]) -> int | None:
    """Return how many steps of cost a 元 has; None where they are too fine to matter."""
    steps = 1
    for c in set(cost):
        steps = lcm(steps, c.denominator)
        if steps > _FINEST:
            return None
    return steps


class _Search:
    def __init__(self, system: MoneySystem, cost: Sequence[Fraction], unit: int, options: SolveOptions, known: Sequence[int] | None) -> None:
        self.programme = Programme(system, cost, unit)
        self.system, self.cost, self.tickets = system, list(cost), self.programme.tickets
        self.options = replace(options, start=None, progress=None, gap=0.0)
        self.steps = _steps(cost)
        self.best: list[int] | None = list(known) if known is not None and holds(system, self.tickets, known) else None
        self.amounts: list[float] | None = None
        self.until = time.monotonic() + min(options.seconds, _SECONDS)

    def run(self) -> Cheapest | NoMoney:
        root = self.programme.solve()
        if root is None:
            if self.best is None:
                return NoMoney(True)
            return Cheapest(self.best, value(self.cost, self.best), self._least(), "exact")  # floats deny money that is at hand: what they say proves nothing
        bound, proof = self._up(root.bound), "exact"
        if root.broken is None:
            self._settle(root)
        else:
            told: SolveResult = self._by_solver()
            if told.status is Status.INFEASIBLE and self.best is None:
                return NoMoney(True)
            bound = self._branch(root)
            low = self._lowered(told.bound)
            if low is not None and low > bound:
                bound, proof = low, "solver"
        if self._least() > bound:  # multipliers of floats may prove less than none do
            bound, proof = self._least(), "exact"
        if self.best is None or value(self.cost, self.best) > bound:
            start = rounded(self.system, self.amounts if self.amounts is not None else root.amounts)
            found, least, none = everything(self.system, self.tickets, self.cost, start if self.best is None else self.best, self.options)
            if none and self.best is None:
                return NoMoney(True)
            self._take(found)
            if least is not None and self._up(least) > bound:
                bound, proof = self._up(least), "solver"
        if self.best is None:
            return NoMoney(False)
        mine = value(self.cost, self.best)
        return Cheapest(self.best, mine, min(bound, mine), proof)  # type: ignore[arg-type]

    def _least(self) -> Fraction:
        """Return the bound of no multipliers: every group paid by its cheapest entry."""
        none = Multipliers([0.0] * len(self.system.rows), [0.0] * len(self.tickets), [0.0] * len(self.tickets))
        return self._up(lower_bound(self.system, self.tickets, self.cost, none))

    def _up(self, bound: Fraction) -> Fraction:
        """Round a bound up to the next cost that whole money can have, where those lie apart."""
        return bound if self.steps is None else Fraction(ceil(bound * self.steps), self.steps)

    def _lowered(self, told: float) -> Fraction | None:
        if abs(told) > 1e15:
            return None
        low = Fraction(told) * self.programme.unit
        return self._up(low - abs(low) * Fraction(_SLIP) - Fraction(1, 100))

    def _take(self, money: Sequence[int] | None) -> None:
        if money is not None and (self.best is None or value(self.cost, money) < value(self.cost, self.best)):
            self.best = list(money)

    def _settle(self, point: Point) -> None:
        """Make a point whole and keep it where it is the best."""
        self.amounts = point.amounts
        self._take(near(self.system, self.tickets, self.cost, point.amounts, self._up(point.bound), self.options))

    def _by_solver(self) -> SolveResult:
        """Let HiGHS decide the tickets; its answer as whole money becomes the first one known."""
        result = HighsSession(self.programme.matrices(whole_tickets=True)).solve(replace(self.options, seconds=max(1.0, self.until - time.monotonic())))
        if result.x is not None:
            fixed = {k: int(result.x[self.programme.n + i] > 0.5) for i, k in enumerate(k for k, t in enumerate(self.tickets) if t.least is not None)}
            point = self.programme.solve(fixed)
            if point is not None:
                self._settle(point)
        return result

    def _branch(self, root: Point) -> Fraction:
        """Search over the tickets; return the proven bound."""
        number = count()
        open_: list[tuple[Fraction, int, Point, dict[int, int]]] = [(self._up(root.bound), next(number), root, {})]
        done: Fraction | None = None  # least bound of the leaves
        nodes = 0
        while open_:
            least, _n, point, fixed = open_[0]
            if self.best is not None and least >= value(self.cost, self.best):
                break  # the rest is no better
            if nodes >= _NODES or time.monotonic() > self.until:
                break
            heapq.heappop(open_)
            if point.broken is None:
                self._settle(point)
                done = least if done is None else min(done, least)
                continue
            for side in (0, 1):
                own = fixed | {point.broken: side}
                nodes += 1
                child = self.programme.solve(own)
                if child is not None:
                    heapq.heappush(open_, (max(least, self._up(child.bound)), next(number), child, own))
        bounds = [b for b in (done, open_[0][0] if open_ else None) if b is not None]
        return min(bounds) if bounds else self._up(root.bound)  # every leaf was shut
