"""The plan model of a scenario as a model with several objectives: columns, exact worth of an answer, rows that come later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

import numpy as np

from ...allot import COST_ROOM
from ...allot import Level as MoneyLevel
from ...core import Master
from ...domain.base import WAN
from ...errors import SolverError
from ...funding.tables import MoneySum
from ...model.build import build_model, plan_rows
from ...model.compile import compile_model
from ...model.matrices import Matrices, MatrixRow, MoreColumns, appended
from ...model.rows import Row
from ...pareto import Aside, LinearObjective, MatrixModel, Settled
from ...pareto.objectives import most_of
from ...problem import Problem
from ...problem.tables import Floats, Ints
from ...screening import Facts
from ...solver import SolveOptions
from ...solver.lp import LinearProgram
from ...solver.result import FloatArray
from ..engines import projects_out
from ..portfolio import Portfolio, objective_of
from ..settling import Money, Picked, picked, rows_against, whole_money
from .asked import Objective
from .levels import Level, matrix_rows

#: share of its step by which whole money may be worse than the solver's
_ROUNDING = Fraction(1, 10)
#: seconds for one allotment of at most so many money entries: rules that few whole amounts satisfy may ask for many more
_SECONDS, _FEW = 10.0, 5_000
#: with more money entries the relaxation of the full form takes longer than many questions
_LARGE = 50_000


@dataclass(frozen=True, eq=False)
class Funded:
    """A portfolio with its whole money: what a point carries.

    Attributes
    ----------
    chosen : list of bool
        By start.
    opened : dict of str to int
        Areas opened, with the year.
    money : list of int
        By money entry, 元.
    """

    chosen: list[bool]
    opened: dict[str, int]
    money: list[int]

    def portfolio(self, problem: Problem, rows: list[Row]) -> Portfolio:
        """Return it as a portfolio; as a plan it claims no bound on the weighted score."""
        return Portfolio(self.chosen, self.money, self.opened, objective_of(problem, self.chosen, self.opened), None, "unproven", rows=rows)


@dataclass(eq=False)
class PlanTradeoff:
    """The plan model with its objectives; `model()` is what `pareto.nondominated` takes.

    Parameters
    ----------
    problem : Problem
    objectives : sequence of Objective
    levels : sequence of Level
    options : SolveOptions
        Threads, seed and time of allotments.

    Attributes
    ----------
    rows : list of Row
        Exact plan-wide rows of the policy.
    held : list of Row
        These, and the levels in which money counts.
    projected : bool
        Whether money is projected out.
    """

    problem: Problem
    objectives: Sequence[Objective]
    levels: Sequence[Level]
    options: SolveOptions
    rows: list[Row] = field(init=False)
    held: list[Row] = field(init=False)
    projected: bool = field(init=False)

    def __post_init__(self) -> None:
        self.rows = plan_rows(self.problem)
        self.held = [*self.rows, *(row for level in self.levels for row in level.rows if row.has_money)]
        self.projected = len(self._money()) <= 1 and projects_out(self.problem)
        self._master: Master | None = None
        self._base: Matrices | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave living solvers and readers of facts behind: a worker makes its own."""
        return self.__dict__ | {"_master": None, "problem": replace(self.problem, facts=None)}  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        problem: Problem = state["problem"]
        self.__dict__.update(state | {"problem": replace(problem, facts=Facts(problem.policy, problem.library))})

    def _money(self) -> list[int]:
        return [k for k, o in enumerate(self.objectives) if o.measure.of_money]

    # -- the model ---------------------------------------------------------------------------------------

    def model(self) -> MatrixModel:
        """Return the model: the plan's matrices, a column for the worst-off district, rows for levels."""
        base = self._matrices()
        rows = [row for level in self.levels for row in matrix_rows(self.problem, base, level, money=not self.projected)]
        worst = next((k for k, o in enumerate(self.objectives) if o.measure.ratios), None)
        more = MoreColumns()
        if worst is not None:
            first, t = base.col_slice("x").start, base.n_cols + more.column(0.0, 0.0, 1.0, whole=False)
            for _label, share in self.objectives[worst].measure.ratios:
                rows.append(([t, *(first + k for k in share)], [1.0, *(-float(c) for c in share.values())], -np.inf, 0.0))
        if self.projected:
            rows += self._rows_of_relaxations(base)
        matrices = appended(base, more, rows)
        objectives = tuple(self._linear(base, k) for k in range(len(self.objectives)))
        return MatrixModel(matrices, objectives, self._separate if self.projected else None, self._settle)

    def _matrices(self) -> Matrices:
        if self._base is None:
            self._base = self._living().matrices if self.projected else compile_model(build_model(self.problem))
        return self._base

    def _living(self) -> Master:
        if self._master is None:
            self._master = Master(self.problem, self.held, sums=self._sums)
        return self._master

    @cached_property
    def _sums(self) -> list[MoneySum]:
        """Money objectives, in 元, as sums that may move."""
        out: list[MoneySum] = []
        for k in self._money():
            o = self.objectives[k]
            entries, coefs = np.array(list(o.measure.money), dtype=np.int64), np.array([float(c * WAN) for c in o.measure.money.values()])
            out.append(MoneySum(entries, coefs, max(1.0, self._most(entries, coefs)), least=o.sense == "max"))
        return out

    def _most(self, entries: Ints, coefs: Floats) -> float:
        """Return what no plan's sum of money exceeds, 元: by the linear relaxation, or in large and odd cases what all projects could draw."""
        table = self.problem.entries
        dearest = np.zeros(len(self.problem.pairs))  # money of a project and year, all in the entry where the sum counts it most
        np.maximum.at(dearest, table.pair[entries], np.maximum(coefs, 0.0) * table.upper[entries].astype(np.float64))
        crude = float(dearest.sum()) * (1.0 + 1e-9)
        if len(table) > _LARGE:
            return crude
        try:
            whole = compile_model(build_model(self.problem))
            cost = np.zeros(whole.n_cols)
            cost[whole.col_slice("f").start + entries] = coefs / np.abs(coefs).max()
            whole = replace(whole, col_cost=cost, sense="max", offset=0.0)
            answer = LinearProgram(whole, presolve=True).run()
        except SolverError:
            return crude
        if answer is None:  # no plan at all: the search will say so
            return 0.0
        return min(crude, most_of(whole, cost, answer) * float(np.abs(coefs).max()) * self.problem.money_unit)

    def _linear(self, base: Matrices, k: int) -> LinearObjective:
        o = self.objectives[k]
        m = o.measure
        if m.ratios:
            at, coefs = [base.n_cols], [Fraction(1)]
        else:
            pairs = self._columns(base, k)
            at, coefs = list(pairs), list(pairs.values())
        return LinearObjective(m.name, np.array(at, dtype=np.int32), tuple(coefs), sense=o.sense, resolution=o.resolution)

    def _columns(self, base: Matrices, k: int) -> dict[int, Fraction]:
        m, unit = self.objectives[k].measure, self.problem.money_unit
        first = base.col_slice("x").start
        out = {first + j: c for j, c in m.starts.items()}
        if m.areas and "z" in base.col_spans:
            out |= {column: m.areas[key[0]] for key, column in base.columns("z").items() if key[0] in m.areas}  # type: ignore[index]
        if m.money and self.projected:
            out[base.n_cols - 1] = Fraction(self._sums[0].most) / WAN
        elif m.money:
            money = base.col_slice("f").start
            out |= {money + e: c * unit for e, c in m.money.items()}
        return out

    def _rows_of_relaxations(self, base: Matrices) -> list[MatrixRow]:
        """Return funding rows that the linear programmes of the objectives break: most of those that will be needed."""
        master = self._living()
        for k, o in enumerate(self.objectives):
            if o.measure.ratios:
                continue
            cost = np.zeros(base.n_cols)
            for column, c in self._columns(base, k).items():
                cost[column] = float(c) if o.sense == "max" else -float(c)
            largest = np.abs(cost).max()
            master.relax(cost / largest * 1000.0 if largest else cost)
        return [*self._given(0), *self._shut_rows()]

    def _given(self, first: int) -> list[MatrixRow]:
        return [(at.tolist(), coefs.tolist(), lower, upper) for at, coefs, lower, upper in self._living().given()[first:]]

    def _shut_rows(self) -> list[MatrixRow]:
        master = self._living()
        shut = np.flatnonzero((master.upper <= 0.0) & (master.matrices.col_upper > 0.0)).tolist()
        return [([c], [1.0], -np.inf, 0.0) for c in shut]

    # -- answers -----------------------------------------------------------------------------------------

    def _separate(self, x: FloatArray) -> list[MatrixRow]:
        """Return funding rows that a portfolio breaks."""
        master = self._living()
        before = len(master.given())
        if master.check(x[: master.matrices.n_cols]):
            return []
        return [*self._given(before), *self._broken_shut(x)]

    def _broken_shut(self, x: FloatArray) -> list[MatrixRow]:
        return [row for row in self._shut_rows() if x[row[0][0]] > 0.5]

    def _settle(self, x: FloatArray) -> Settled | Aside:
        """Give a portfolio whole money, and its exact values; or say why it is none."""
        problem, base = self.problem, self._matrices()
        pick = picked(problem, base, x)
        chosen, opened = pick.chosen, pick.opened
        if pick.unmet:
            return Aside(tuple(rows_against(problem, self.held, base, pick, self.options, unfunded=False)), True, ", ".join(a.id for a in pick.unmet))
        broken = next((level for level in self.levels if not level.holds(chosen, opened)), None)
        money = Money(None, (broken.text,), broken.measure is None) if broken is not None else self._funded(x, chosen)
        if money.amounts is None:
            return self._aside(x, pick, money, funding=broken is None)
        values = tuple(o.measure.value(chosen, opened, money.amounts) for o in self.objectives)
        rows = self._not_so_little(x, values)
        if rows:
            return Aside(rows, True, self.objectives[self._money()[0]].measure.name)
        return Settled(values, Funded(chosen, opened, money.amounts))

    def _not_so_little(self, x: FloatArray, values: Sequence[Fraction]) -> tuple[MatrixRow, ...]:
        """Return rows that shut out a sum of money that the portfolio, looked at project by project, cannot keep."""
        if not self.projected or not self._money():
            return ()
        (k,) = self._money()
        o, master = self.objectives[k], self._living()
        said = Fraction(float(x[master.matrices.n_cols - 1])) * Fraction(self._sums[0].most) / WAN
        missed = values[k] - said if o.sense == "min" else said - values[k]
        if missed <= _ROUNDING * (o.resolution or 0):
            return ()
        before = len(master.given())
        return (*self._given(before),) if master.refute(x[: master.matrices.n_cols]) else ()

    def _funded(self, x: FloatArray, chosen: list[bool]) -> Money:
        money = self._money()
        if not money:
            return whole_money(self.problem, self.held, chosen, self.options, max(self.options.seconds, 30.0))
        seconds = min(self.options.seconds, _SECONDS) if len(self.problem.entries) <= _FEW else self.options.seconds
        if len(money) == 1:
            o = self.objectives[money[0]]
            sign = 1.0 if o.sense == "min" else -1.0
            cost = {e: sign * float(c) for e, c in o.measure.money.items()}
            room = floor(_ROUNDING * (o.resolution or 0) / max(map(abs, o.measure.money.values())))
            return whole_money(self.problem, self.held, chosen, self.options, seconds, cost=cost, room=min(COST_ROOM, max(1, room)))
        return whole_money(self.problem, self.held, chosen, self.options, seconds, levels=[self._held(x, k) for k in money])

    def _held(self, x: FloatArray, k: int) -> MoneyLevel:
        """Return the bound that keeps a money objective where the solver had it."""
        o, base = self.objectives[k], self._matrices()
        first, unit = base.col_slice("f").start, self.problem.money_unit
        value = sum((c * Fraction(float(x[first + e])) * unit for e, c in o.measure.money.items()), Fraction(0))
        room = _ROUNDING * (o.resolution or 0)
        return MoneyLevel(o.measure.name, o.measure.money, *((None, value + room) if o.sense == "min" else (value - room, None)))

    def _aside(self, x: FloatArray, pick: Picked, money: Money, *, funding: bool) -> Aside:
        """Return rows that shut a portfolio out: funding rows it breaks, else the smallest part that cannot be funded."""
        why, unfunded = ", ".join(money.blocked[:5]), funding and money.proven
        if self.projected and unfunded:
            master = self._living()
            before = len(master.given())
            if master.refute(x[: master.matrices.n_cols]):
                return Aside((*self._given(before), *self._broken_shut(x)), True, why)
        return Aside(tuple(rows_against(self.problem, self.held, self._matrices(), pick, self.options, unfunded=unfunded)), money.proven, why)
