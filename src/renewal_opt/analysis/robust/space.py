"""All portfolios that satisfy every rule of the plan model, money included, asked by mixed-integer programmes.

The model is the full form (money as variables) for few money entries, else the projected one, whose funding rows come when an
answer breaks them. Every answer is snapped, checked in exact numbers and funded in whole money before it counts; what cannot be
funded is shut out for good, with the proof that it cannot, or counted as set aside without one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ...funding.oracle import Oracle
from ...funding.tables import funding_tables
from ...i18n import _
from ...model.build import build_model, plan_rows
from ...model.compile import compile_model
from ...model.matrices import Matrices, MoreColumns, appended
from ...model.rows import Row as PlanRow
from ...pareto import Row
from ...problem import Problem
from ...problem.tables import Floats, Ints
from ...solver import HighsSession, SolveOptions, Status
from ...solver.lp import LinearProgram
from ..engines import projects_out
from ..settling import broken_by_starts, picked, rows_against, whole_money
from ..shortage import carry_overs_first
from .measures import Bits, Items

#: how often an answer of one question may be shut out before it is given up
_TURNS = 300
#: time of one allotment
_SECONDS = 60.0
#: totals above which HiGHS's usual tolerance could hide a step
_LARGE = 5e4


@dataclass(frozen=True, eq=False)
class Pick:
    """A feasible portfolio that can be funded.

    Attributes
    ----------
    bits : Bits, shape (items,)
    chosen : tuple of bool
        By start, carry-overs included.
    opened : dict of str to int
        Areas opened, with the year.
    """

    bits: Bits
    chosen: tuple[bool, ...]
    opened: dict[str, int]


@dataclass
class More(MoreColumns):
    """Columns and rows of one question, behind the model's own; `rows` count columns over both."""

    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What a question brought: the best portfolio and a bound, `none` by proof, or `open`."""

    status: Literal["found", "none", "open"]
    pick: Pick | None = None
    bound: float = math.inf
    why: str = ""
    more: Floats | None = None


class Space:
    """The feasible portfolios of a problem.

    Parameters
    ----------
    problem : Problem
    items : Items
    options : SolveOptions
        Threads, seed and cancel.
    skip : set of str
        Rule families that are left out.

    Attributes
    ----------
    runs, aside : int
        Mixed-integer runs; answers shut out without a proof.

    Raises
    ------
    InfeasibleError
        When the carry-overs alone cannot be paid.
    """

    def __init__(self, problem: Problem, items: Items, options: SolveOptions, skip: frozenset[str] = frozenset()) -> None:
        self.problem, self.items, self.options = problem, items, options
        self.plan_rows: list[PlanRow] = [r for r in plan_rows(problem) if r.family not in skip]
        self._calm = replace(options, cancel=None)  # for short solves whose answer is needed although a stop is asked for
        carry_overs_first(problem, self.plan_rows, self._calm)
        self.projected = projects_out(problem)
        self.matrices: Matrices = compile_model(build_model(problem, skip, projected=self.projected))
        self.rows: list[Row] = []
        self.runs = self.aside = 0
        self._funded: dict[tuple[bool, ...], tuple[bool, bool]] = {}
        x = self.matrices.col_slice("x")
        self.x = np.arange(x.start, x.stop, dtype=np.int32)
        self._v = self.x
        if "u" in self.matrices.col_spans:
            u = self.matrices.col_slice("u")
            self._v = np.concatenate([self.x, np.arange(u.start, u.stop, dtype=np.int32)])
        self._oracle = Oracle(funding_tables(problem, self.plan_rows), len(problem.projects)) if self.projected else None
        self._owner = self._owners()

    @property
    def stopped(self) -> bool:
        """Whether the cancel token is set."""
        return self.options.cancel is not None and self.options.cancel.is_set()

    def _owners(self) -> Ints:
        """Return the item of each column, -1 for none."""
        out = np.full(self.matrices.n_cols, -1, dtype=np.int64)
        at = np.full(len(self.problem.projects), -1, dtype=np.int64)
        at[self.items.projects] = np.arange(len(self.items.projects))
        out[self.x] = at[self.problem.starts.project]
        if self.items.areas:
            n = len(self.items.projects)
            where = {a: n + k for k, a in enumerate(self.items.areas)}
            for key, column in self.matrices.columns("z").items():
                out[column] = where.get(key[0], -1)  # type: ignore[index]
        return out

    # -- items and columns -------------------------------------------------------------------------------

    def spread(self, parts: Ints | Floats) -> Floats:
        """Return the columns' coefficients of a sum over items."""
        out = np.zeros(self.matrices.n_cols)
        own = self._owner >= 0
        out[own] = np.asarray(parts, dtype=float)[self._owner[own]]
        return out

    def row(self, parts: Ints | Floats, lower: float, upper: float, more: Sequence[tuple[int, float]] = ()) -> Row:
        """Return a row over items, and further columns as (number, coefficient)."""
        coefs = self.spread(parts)
        at = np.flatnonzero(coefs)
        n = self.matrices.n_cols
        return [*at.tolist(), *(n + k for k, _c in more)], [*coefs[at].tolist(), *(c for _k, c in more)], lower, upper

    def not_this(self, bits: Bits) -> Row:
        """Return the row that shuts out one set of projects, whatever their start years and areas."""
        inside = bits.copy()
        inside[len(self.items.projects) :] = False
        signs = np.where(inside, 1.0, -1.0)
        signs[len(self.items.projects) :] = 0.0
        return self.row(signs, -math.inf, float(inside.sum()) - 1.0)

    def not_so(self, pick: Pick) -> Row:
        """Return the row that shuts out exactly these starts with exactly these areas opened."""
        on = dict(zip(self.x.tolist(), pick.chosen, strict=True))
        if "z" in self.matrices.col_spans:
            on |= {column: pick.opened.get(key[0]) == key[1] for key, column in self.matrices.columns("z").items()}  # type: ignore[index]
        return list(on), [1.0 if v else -1.0 for v in on.values()], -math.inf, sum(on.values()) - 1.0

    # -- asking ------------------------------------------------------------------------------------------

    def warm(self, parts: Ints | Floats, rounds: int = 30) -> None:
        """Find funding rows on the way to the best of a sum over items, without integers."""
        if self._oracle is None:
            return
        lp = LinearProgram(replace(self.with_more(More()), col_cost=self.spread(parts), sense="max", offset=0.0))
        for _round in range(rounds):
            answer = lp.run()
            if answer is None:
                return
            new = self._cuts(answer.x)
            for row in new:
                lp.add_row(*row)
            self.rows += new
            if not new:
                return

    def _cuts(self, x: Floats, exactly: bool = False) -> list[Row]:
        """Return funding rows that a point breaks, and shut starts."""
        if self._oracle is None:
            return []
        v = np.clip(x[self._v], 0.0, 1.0)
        answer = self._oracle.ask_exactly(v) if exactly else self._oracle.ask(v)
        out: list[Row] = []
        for row in answer.rows:
            if row.broken(v):
                kept, coefs, bound = row.scaled()
                out.append((self._v[kept].tolist(), coefs.tolist(), -math.inf, bound))
        out += [([int(self._v[k])], [1.0], -math.inf, 0.0) for k in answer.hopeless.tolist() if v[k] > 1e-6]
        return out

    def best(self, parts: Ints | Floats, more: More | None = None, *, until: float, gap: float = 0.0, abs_gap: float = 0.5, start: Pick | None = None) -> Found:
        """Return the portfolio with the most of a sum over items (and further columns).

        Parameters
        ----------
        parts : array, shape (items,)
            In whole steps.
        more : More, optional
            Further columns and rows.
        until : float
            Moment (`time.monotonic`) at which to stop.
        gap, abs_gap : float
            Gaps at which to stop.
        start : Pick, optional
            A portfolio to start from.
        """
        more = more or More()
        large = max(float(np.abs(parts).sum()), *(float(np.abs(r[1]).sum()) for r in more.rows), 0.0) > _LARGE
        for _turn in range(_TURNS):
            if self.stopped:
                return Found("open", why="stopped")
            left = until - time.monotonic()
            if left <= 0:
                return Found("open", why="time")
            m = self.with_more(more)
            cost = np.concatenate([self.spread(parts), more.cost])
            options = replace(
                self.options, gap=gap, abs_gap=abs_gap, seconds=max(left, 0.5), feasibility=1e-9 if large else 1e-6,
                start=None if start is None else dict(zip(self.x.tolist(), map(float, start.chosen), strict=True)), progress=None,
            )  # fmt: skip
            self.runs += 1
            result = HighsSession(replace(m, col_cost=cost, sense="max", offset=0.0)).solve(options)
            if result.status is Status.INFEASIBLE:
                return Found("none")
            if result.x is None:
                return Found("open", why="stopped" if self.stopped else "time" if result.status is Status.TIME_LIMIT else result.status.words())
            pick, rows, proven = self.settle(result.x)
            if pick is not None:
                return Found("found", pick, result.bound, more=result.x[self.matrices.n_cols :])
            self.aside += not proven
            self.rows += rows
        return Found("open", why=_("rows kept coming"))

    def with_more(self, more: More) -> Matrices:
        """Return the model with the rows that came and those of one question."""
        return appended(self.matrices, more, [*self.rows, *more.rows])

    def model(self) -> Matrices:
        """Return the model with the rows found so far."""
        return self.with_more(More())

    # -- exactly -----------------------------------------------------------------------------------------

    def settle(self, x: Floats) -> tuple[Pick | None, list[Row], bool]:
        """Return the portfolio of a point when it is feasible and fundable, else rows that shut it out and whether they are proven."""
        problem = self.problem
        pick = picked(problem, self.matrices, x)
        if pick.unmet or broken_by_starts(problem, self.plan_rows, pick.chosen):
            return None, rows_against(problem, self.plan_rows, self.matrices, pick, self._calm, unfunded=False), True
        key = tuple(pick.chosen)
        if key not in self._funded:
            money = whole_money(problem, self.plan_rows, pick.chosen, self._calm, _SECONDS)
            self._funded[key] = money.amounts is not None, money.proven
        funded, proven = self._funded[key]
        if funded:
            return Pick(self.items.bits(problem, pick.chosen, list(pick.opened)), key, pick.opened), [], True
        rows = self._cuts(x, exactly=True) if proven else []
        return None, rows or rows_against(problem, self.plan_rows, self.matrices, pick, self._calm, unfunded=proven), proven
