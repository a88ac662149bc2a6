"""Rows that exclude what was tried and failed: portfolios that cannot be funded, areas that may not open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Protocol

import numpy as np

from ..allot import allot
from ..model.matrices import Matrices, MatrixRow
from ..model.rows import Row
from ..problem import Problem
from ..problem.areas import Area
from ..solver import SolveOptions


class TakesRows(Protocol):
    """A session to which rows can be added."""

    def add_row(self, indices: Sequence[int], values: Sequence[float], lower: float, upper: float) -> object:
        """Add one row."""


class RowCatcher:
    """Takes rows instead of a session.

    Attributes
    ----------
    rows : list of (columns, coefficients, lower, upper)
    """

    def __init__(self) -> None:
        self.rows: list[MatrixRow] = []

    def add_row(self, indices: Sequence[int], values: Sequence[float], lower: float, upper: float) -> None:
        """Keep the row."""
        self.rows.append((list(indices), list(values), lower, upper))


def keep_shut(session: TakesRows, matrices: Matrices, areas: Sequence[Area], chosen: Sequence[bool]) -> None:
    """Add rows that keep areas shut while exactly these members are chosen; the portfolio itself stays allowed."""
    first = matrices.col_slice("x").start
    for area in areas:
        openings = [column for key, column in matrices.columns("z").items() if key[0] == area.id]  # type: ignore[index]
        signs = [1.0 if chosen[k] else -1.0 for k in area.starts]
        session.add_row([*openings, *(first + k for k in area.starts)], [1.0] * len(openings) + signs, -np.inf, float(signs.count(1.0)))


def exclude(session: TakesRows, problem: Problem, rows: list[Row], chosen: list[bool], columns: slice, options: SolveOptions, unfunded: bool) -> None:
    """Add a row that excludes the portfolio, or every portfolio that holds an unfundable part of it."""
    fixed = problem.starts.fixed.tolist()
    inside = [k for k, c in enumerate(chosen) if c and not fixed[k]]
    monotone = not any(r.family == "ratios" or (r.base is not None and r.base.entries is not None) for r in rows)
    if unfunded and monotone:
        part = _smallest_unfundable(problem, rows, inside, options)
        if part is not None:
            session.add_row([columns.start + k for k in part], [1.0] * len(part), -np.inf, len(part) - 1.0)
            return
    outside = [k for k, c in enumerate(chosen) if not c and not fixed[k]]
    indices = [columns.start + k for k in inside + outside]
    session.add_row(indices, [1.0] * len(inside) + [-1.0] * len(outside), -np.inf, len(inside) - 1.0)


def _smallest_unfundable(problem: Problem, rows: list[Row], inside: list[int], options: SolveOptions) -> list[int] | None:
    """Shrink an unfundable set of starts by leaving out ever smaller pieces; None when it is fundable after all."""
    tries = 60 if len(problem.entries) <= 20_000 else 6
    limits = [r for r in rows if r.left.entries is not None]
    quiet = replace(options, start=None, progress=None, gap=0.0)

    def fails(part: list[int]) -> bool:
        flags = problem.starts.fixed.tolist()
        for k in part:
            flags[k] = True
        answer = allot(problem, flags, limits, quiet)
        return answer.money is None and answer.proven

    if not fails(inside):
        return None
    left = count(tries, -1)
    return shrunk(inside, fails, lambda: next(left) > 0)[0]


def shrunk(part: Sequence[int], fails: Callable[[list[int]], bool], more: Callable[[], bool]) -> tuple[list[int], bool]:
    """Leave out ever smaller pieces of what fails while the rest still fails.

    Parameters
    ----------
    part : sequence of int
        Fails as a whole.
    fails : callable
        Whether a part fails.
    more : callable
        Asked before each try whether there may be one more.

    Returns
    -------
    (part, irreducible)
        What is left, and whether it is known that without any single one it does not fail.
    """
    part, piece = list(part), max(1, len(part) // 2)
    while True:
        at, less = 0, False
        while at < len(part) and len(part) > 1:
            if not more():
                return part, False
            rest = part[:at] + part[at + piece :]
            if rest and fails(rest):
                part, less = rest, True
            else:
                at += piece
        if piece == 1 and not less:
            return part, True
        piece = max(1, piece // 2)
