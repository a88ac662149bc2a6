"""Closes boxes: multipliers of a linear programme made short, checked in whole numbers, kept as funding rows."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from ..errors import SolverError
from ..solver.clock import Clock
from .bound import Box, Certificate, FundingRow, Multipliers, Reduced, funding_row, limit_of, reduced
from .point import broken_rows, short_rows
from .relax import Relaxation, Relaxed
from .rounding import reach, short
from .system import System

#: funding rows in the small linear programme at most
POOLED = 100
#: the small programme is asked at first, then while it closes one box in so many, else once in so many boxes
RIPE, WORTH, SELDOM = 40, 10, 10
#: share of the room to the limit that rounding may take, how much finer each further try is, and how many there are
ROUNDING, FINER, TRIES = 0.3, 1e-4, 3
#: bounds the objective by what each column can earn
TRIVIAL = Certificate(True, Multipliers(), Multipliers())


class Closer:
    """Knows the funding rows found so far.

    Parameters
    ----------
    system : System
    target : Fraction or None
        A box is closed when no plan in it can be worth more; None: when it holds no plan.
    left : callable
        Seconds left for a linear programme.
    cancel : threading.Event, optional
        Ends a long one.
    """

    def __init__(self, system: System, target: Fraction | None, left: Callable[[], float], cancel: threading.Event | None = None) -> None:
        self.system, self._left, self._cancel = system, left, cancel
        self.pool: list[FundingRow] = []
        self.prices: list[Multipliers] = []
        self._objective = target is not None
        self._reach = reach(system)
        self._reach_pool: list[float] = []
        self._pooled: list[int] = []
        self._asked = self._tries = self._hits = 0
        self._full = Relaxation(system, money=True, objective=self._objective, cancel=cancel)
        self._small = Relaxation(system, money=False, objective=self._objective, cancel=cancel)
        self.limit: Fraction | None = None
        if target is not None:
            self.aim(target)

    def aim(self, target: Fraction) -> None:
        """Set the target."""
        self.limit = limit_of(self.system, target)

    def look(self, box: Box, basis: Any = None) -> Relaxed | None:
        """Solve over a box: by the funding rows known, and with money where these do not close it; None for an empty box.

        Raises
        ------
        OutOfTime
        """
        if box.empty:
            return None
        if self._pooled and self._worth():
            found = self._small.solve(box, seconds=self._left())
            self._tries += 1
            if self.closes(found):
                self._hits += 1
                return found
        return self.solve(box, basis)

    def _worth(self) -> bool:
        """Whether the funding rows alone have closed enough boxes to be asked again; now and then they are in any case."""
        self._asked += 1
        return self._tries < RIPE or self._hits * WORTH > self._tries or self._asked % SELDOM == 0

    def solve(self, box: Box, basis: Any = None) -> Relaxed:
        """Solve over a box with money.

        Raises
        ------
        OutOfTime
        """
        return self._full.solve(box, basis, self._left())

    def closes(self, found: Relaxed | None) -> bool:
        """Whether an answer seems to close its box."""
        return found is None or not found.feasible or (self.limit is not None and found.value < float(self.limit))

    def close(self, box: Box, found: Relaxed) -> Certificate | None:
        """Return multipliers that close a box, exactly; None where those of `found` do not."""
        if found.feasible:
            return self._by_bound(box, found)
        return self._by_ray(box, found)

    def _by_bound(self, box: Box, found: Relaxed) -> Certificate | None:
        limit = self.limit
        if limit is None:
            return None
        error = ROUNDING * max(float(limit) - found.value, 0.0)
        for _n in range(TRIES if error > 0 else 0):
            certificate, row, prices = self._make(found, error, True)
            if self._left_by(certificate, row).bound(box) < limit:
                return self._keep(certificate, row, prices)
            error *= FINER
        return TRIVIAL if self._left_by(TRIVIAL, None).bound(box) < limit else None

    def _by_ray(self, box: Box, found: Relaxed) -> Certificate | None:
        if not len(found.y):
            return None
        size = float((np.abs(found.y) * self._reach).max(initial=0.0))
        size = max(size, float((np.abs(found.weights) * np.array(self._reach_pool)[: len(found.weights)]).max(initial=0.0)))
        for digits, sign in ((9, -1.0), (9, 1.0), (13, -1.0), (13, 1.0)):  # HiGHS states no sign for its rays
            ray = replace(found, y=sign * found.y, weights=sign * found.weights)
            certificate, row, prices = self._make(ray, size * 10.0**-digits, False)
            margin = self._left_by(certificate, row).bound(box)
            if margin < 0:
                shorter, other, cheaper = self._make(ray, ROUNDING * float(-margin), False)
                if self._left_by(shorter, other).bound(box) < 0:
                    certificate, row, prices = shorter, other, cheaper
                return self._keep(certificate, row, prices)
        return None

    def point(self, box: Box) -> Certificate | None:
        """Return what closes a box of one point: rows that the point breaks exactly, alone or together, where floats see a point; None without."""
        for multipliers in chain(broken_rows(self.system, box.lower), self._together(box)):
            money = bool(self.system.has_money[multipliers.rows[0]])
            row = funding_row(self.system, multipliers) if money else None
            named = Multipliers((len(self.pool),), (1,), 1) if money else Multipliers()
            certificate = Certificate(False, named, Multipliers() if money else multipliers)
            if self._left_by(certificate, row).bound(box) < 0:
                return self._keep(certificate, row, multipliers)
        return None

    def _together(self, box: Box) -> Iterator[Multipliers]:
        with contextlib.suppress(SolverError):
            yield from short_rows(self.system, box.lower, Clock(time.monotonic() + max(0.0, self._left()), self._cancel))

    def fix(self, box: Box, found: Relaxed) -> tuple[Certificate, Box, Fraction] | None:
        """Return the multipliers of an open box, the box without what they rule out, and its bound; None without a target."""
        limit = self.limit
        if limit is None or not found.feasible:
            return None
        error = max(1e-3 * (found.value - float(limit)), 1e-9 * abs(found.value))
        certificate, row, prices = self._make(found, error, True)
        left = self._left_by(certificate, row)
        return self._keep(certificate, row, prices), left.fixed(box, limit), left.bound(box)

    def _make(self, found: Relaxed, error: float, objective: bool) -> tuple[Certificate, FundingRow | None, Multipliers]:
        """Return a certificate, and the funding row and its prices that it needs beside those known."""
        money, weighed = self.system.has_money, np.array(self._pooled, dtype=np.int64)
        prices = short(found.y, money, self._reach, error)
        plain = short(found.y, ~money, self._reach, error)
        if len(prices):
            row = funding_row(self.system, prices)
            return Certificate(objective, Multipliers((len(self.pool),), (1,), 1), plain), row, prices
        weights = short(found.weights, found.weights > 0, np.array(self._reach_pool), error) if len(found.weights) else Multipliers()
        named = Multipliers(tuple(weighed[list(weights.rows)].tolist()), weights.values, weights.den)
        return Certificate(objective, named, plain), None, prices

    def _left_by(self, certificate: Certificate, row: FundingRow | None) -> Reduced:
        return reduced(self.system, self.pool if row is None else [*self.pool, row], certificate)

    def _keep(self, certificate: Certificate, row: FundingRow | None, prices: Multipliers) -> Certificate:
        if row is not None:
            self.pool.append(row)
            self.prices.append(prices)
            if len(self._pooled) < POOLED:
                self._pooled.append(len(self.pool) - 1)
                self._reach_pool.append(max(abs(row.right / row.den), float(max(map(abs, row.coef.tolist()), default=0) / row.den), 1e-30))
                self._small.add(row)
        return certificate


def above(value: Fraction, gap: Fraction) -> Fraction:
    """Return the value by a relative gap above."""
    return value + abs(value) * gap


