r"""The best plan that holds after any overrun of the set (Bertsimas and Sim 2004), and how it is found.

Rows without money (budget, limits, district balance, revenue of an area): the robust counterpart by duality,

.. math::
    \sum_k a_k x_k + \Gamma q + \sum_p r_p \le b, \qquad q + r_p \ge \sum_{k \in p} \hat a_k x_k, \qquad q, r \ge 0,

exact for the linear row by their theorem 1; each answer is checked again in exact numbers, and a row that it breaks after its worst
set is added for that set. Funding rows come lazily: a plan is asked by `worst` for a set after which it cannot be funded; the
set and the prices of its shortage give a row (`prices`) that every protected plan satisfies and this one breaks. There are finitely
many sets and plans, so it ends with a plan for which `worst` proves that there is no such set; the bound is that of a relaxation.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from ...errors import SolverError
from ...i18n import _
from ...pareto import Row
from ...problem import Problem
from ...problem.areas import areas_of, bonus_of
from ...problem.tables import Floats
from ...solver.lp import LinearProgram
from ..portfolio import objective_of
from .moneymodel import Elastic, money_model
from .overrun import Level, LinearRow, Overrun, broken_linear, worst_set
from .prices import Prices
from .space import More, Pick, Space
from .worst import Theta, Verdict, Worst

#: rows are scaled to this largest coefficient
_TOP = 1e4
#: rounds of the relaxation in which funding rows are found
_WARM = 60


@dataclass(frozen=True, eq=False)
class Protected:
    """The best plan under one level of protection.

    Attributes
    ----------
    pick : Pick
    objective : Fraction
    bound : float
        Proven upper bound, in the objective's unit.
    verdict : Verdict
        What is proven of its funding.
    rows : int
        Rows added for worst sets.
    proven : bool
        Whether the bound is within the gap.
    """

    level: Level
    pick: Pick
    objective: Fraction
    bound: float
    verdict: Verdict
    rows: int
    proven: bool
    seconds: float


@dataclass
class Protector:
    """Finds protected plans of one problem.

    Parameters
    ----------
    o : Overrun
    space : Space
        The plan model at the stated cost.
    gap : float
    """

    o: Overrun
    space: Space
    gap: float
    _layers: list[list[bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts, self.unit = objective_parts(self.o.stated, self.space)
        starts = self.o.stated.starts
        empty = np.diff(self.o.stated.pairs.entry_first) == 0
        shut = np.zeros(len(starts), dtype=bool)
        shut[self.o.stated.spending.start[empty[self.o.stated.spending.pair]]] = True
        turn = np.arange(len(starts)) - starts.first[starts.project]
        for layer in range(int(turn.max(initial=-1)) + 1):
            self._layers.append(((turn == layer) & ~shut).tolist())

    def solve(self, level: Level, seconds: float) -> Protected | None:
        """Return the best protected plan, None when there is none.

        Raises
        ------
        SolverError
            When none was found in the time.
        """
        began = time.monotonic()
        until = began + seconds
        space, parts = self.space, self.parts
        more, new = self._counterpart(level), 0
        everything = money_model(self.o, self._layers)
        prices = None if everything is None else Prices(everything, len(self.o.stated.starts), float(level.rest))
        if prices is not None:
            new += self._warm(level, more, prices)
        seen: set[tuple[tuple[bool, ...], frozenset[str]]] = set()
        while True:
            found = space.best(parts, more, until=until, gap=self.gap, abs_gap=1e-6)
            if found.status == "none":
                if space.aside:
                    raise SolverError(_("no plan was found, and portfolios were set aside without a proof"))
                return None
            if found.pick is None:
                raise SolverError(_("the solver stopped before it found a plan protected with gamma {gamma}; give it more seconds").format(gamma=float(level.gamma)))
            pick = found.pick
            rows = [self._at(row, theta) for row, theta in broken_linear(self.o, pick.chosen, list(pick.opened), level)]
            verdict = Verdict("safe")
            if not rows:
                verdict = self.verdict(pick, level)
                if verdict.status == "short" and verdict.shortage is not None and prices is not None:
                    rows = self._funding_rows(prices, verdict.shortage.prices, np.array(pick.chosen, dtype=float), level, verdict.theta)
            if not rows and verdict.status != "short":
                return self._answer(level, pick, found.bound, verdict, new, began)
            this = pick.chosen, frozenset(pick.opened)
            if this in seen or not rows:
                rows.append(space.not_so(pick))
            seen.add(this)
            more.rows += rows
            new += len(rows)

    def _answer(self, level: Level, pick: Pick, bound: float, verdict: Verdict, rows: int, began: float) -> Protected:
        value = objective_of(self.o.stated, list(pick.chosen), pick.opened)
        top = max(bound * self.unit, float(value))
        proven = top - float(value) <= max(self.gap, 1e-9) * abs(float(value)) * (1 + 1e-6) + 2e-6 * self.unit and not self.space.aside
        return Protected(level, pick, value, top, verdict, rows, proven, time.monotonic() - began)

    def verdict(self, pick: Pick, level: Level) -> Verdict:
        """Return what is proven of a plan's funding."""
        m = money_model(self.o, [pick.chosen])
        if m is None:
            return Verdict("open")
        inside = np.unique(self.o.stated.starts.project[np.array(pick.chosen, dtype=bool)])
        may = inside[self.o.may[inside]]
        return Worst(m, may, level, len(self.o.stated.projects), np.array(pick.chosen, dtype=float)).verdict()

    # -- rows --------------------------------------------------------------------------------------------

    def _counterpart(self, level: Level) -> More:
        """Return the robust counterpart of the rows without money."""
        more = More()
        n, owner = self.space.matrices.n_cols, self.o.stated.starts.project
        if not level.gamma:
            return more
        for row in self.o.linear:
            scale = max((abs(float(v)) for v in (*row.base.values(), *row.grow.values())), default=1.0) / _TOP or 1.0
            grow: dict[int, list[int]] = {}
            for k, v in row.grow.items():
                if v > 0:
                    grow.setdefault(int(owner[k]), []).append(k)
            if not grow:
                continue
            top = max(float(v) for v in row.grow.values()) / scale
            q = n + more.column(0.0, 0.0, top, whole=False)
            columns, coefs = [q], [float(level.gamma)]
            for ks in grow.values():
                r = n + more.column(0.0, 0.0, top, whole=False)
                columns.append(r)
                coefs.append(1.0)
                own = [int(self.space.x[k]) for k in ks]
                more.rows.append(([q, r, *own], [1.0, 1.0, *(-float(row.grow[k]) / scale for k in ks)], 0.0, math.inf))
            more.rows.append(self._linear(row, {}, scale, columns, coefs))
        return more

    def _linear(self, row: LinearRow, theta: Theta, scale: float, columns: Sequence[int] = (), coefs: Sequence[float] = ()) -> Row:
        owner = self.o.stated.starts.project
        a = {k: row.base.get(k, Fraction(0)) + Fraction(theta.get(int(owner[k]), 0)) * row.grow.get(k, Fraction(0)) for k in row.base | row.grow}
        bound = row.bound
        at, values = [int(self.space.x[k]) for k in a], [float(v) / scale for v in a.values()]
        if row.area:
            big = sum((max(Fraction(0), row.base.get(k, Fraction(0)) + max(Fraction(0), row.grow.get(k, Fraction(0)))) for k in a), Fraction(0))
            openings = [c for key, c in self.space.matrices.columns("z").items() if key[0] == row.area]  # type: ignore[index]
            at, values, bound = [*at, *openings], [*values, *[float(big) / scale] * len(openings)], bound + big
        return [*at, *columns], [*values, *coefs], -math.inf, float(bound) / scale

    def _at(self, row: LinearRow, theta: dict[int, Fraction | float]) -> Row:
        """Return a linear row at its worst overruns."""
        scale = max((abs(float(v)) for v in (*row.base.values(), *row.grow.values())), default=1.0) / _TOP or 1.0
        return self._linear(row, theta, scale)  # type: ignore[arg-type]

    def _funding_rows(self, prices: Prices, at: Floats, x: Floats, level: Level, theta: Theta) -> list[Row]:
        """Return the funding rows of some prices that `x` breaks: at the overruns found, and at the worst ones for these prices."""
        costs = prices.of(at)
        owner = self.o.stated.starts.project
        grow: dict[int, float] = {}
        for k in np.flatnonzero((x > 1e-9) & self.o.may[owner]).tolist():
            grow[int(owner[k])] = grow.get(int(owner[k]), 0.0) + float((costs[1.0][k] - costs[0.0][k]) * x[k])
        worst, _total = worst_set(list(grow.items()), level.whole, float(level.rest))
        out: list[Row] = []
        for one in (theta, {p: float(v) for p, v in worst.items()}):
            coefs = costs[0.0].copy()
            for p, share in one.items():
                own = owner == p
                coefs[own] = costs[min(costs, key=lambda s: abs(s - share))][own]
            cap = float(at @ prices.m.cap)
            if coefs @ x <= cap + 1e-9 * max(1.0, abs(cap)):
                continue
            top = (float(np.abs(coefs).max(initial=0.0)) or 1.0) / _TOP
            kept = np.abs(coefs) > 1e-10 * top * _TOP
            bound = cap / top - float(np.minimum(coefs[~kept] / top, 0.0).sum())
            row: Row = (self.space.x[kept].tolist(), (coefs[kept] / top).tolist(), -math.inf, bound)
            if not out or out[0] != row:
                out.append(row)
        return out

    def _warm(self, level: Level, more: More, prices: Prices) -> int:
        """Find funding rows on the relaxation; return how many."""
        m = self.space.with_more(more)
        cost = np.concatenate([self.space.spread(self.parts), np.zeros(len(more.cost))])
        lp = LinearProgram(replace(m, col_cost=cost, sense="max", offset=0.0))
        elastic = Elastic(prices.m)
        n, new = len(self.o.stated.projects), 0
        theta: Theta = {}
        for _round in range(_WARM):
            answer = lp.run()
            if answer is None:
                break
            x = np.clip(answer.x[self.space.x], 0.0, 1.0)
            rows: list[Row] = []
            for _turn in range(3):
                full = np.zeros(n)
                for p, v in theta.items():
                    full[p] = v
                short = elastic.ask(x, full)
                if short.amount > 1e-4:
                    rows += self._funding_rows(prices, short.prices, x, level, theta)
                    break
                slopes = [(int(p), float(short.cut[0][p])) for p in np.flatnonzero(self.o.may)]
                worst, _total = worst_set(slopes, level.whole, float(level.rest))
                nxt = {p: float(v) for p, v in worst.items()}
                if nxt == theta:
                    break
                theta = nxt
            if not rows:
                break
            for row in rows:
                lp.add_row(*row)
            more.rows += rows
            new += len(rows)
        return new


def objective_parts(problem: Problem, space: Space) -> tuple[Floats, float]:
    """Return what each item brings to the plan's objective, the largest being 1000, and the unit of that."""
    items = space.items
    exact = [problem.score[p] * problem.basis[p] for p in items.projects.tolist()]
    bonus = {a.id: bonus_of(problem, a) for a in areas_of(problem)} if items.areas else {}
    exact += [bonus[a] for a in items.areas]
    unit = float(max(exact, default=Fraction(0))) / 1000.0 or 1.0
    return np.array([float(v) for v in exact]) / unit, unit
