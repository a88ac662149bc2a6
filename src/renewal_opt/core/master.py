"""The portfolio model without money: its matrices, its linear programme, the funding rows found so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..errors import SolverError
from ..funding.oracle import Answer, Oracle
from ..funding.rows import FundingRow, funding_row
from ..funding.tables import MoneySum, funding_tables
from ..i18n import _
from ..model.build import build_model
from ..model.compile import compile_model
from ..model.matrices import Matrices, MoreColumns, appended
from ..model.rows import Row
from ..problem import Problem
from ..problem.tables import Floats
from ..solver import HighsSession
from ..solver.clock import Clock
from ..solver.lp import LinearProgram, LpAnswer
from .state import BaseState, prices_for

Indices = npt.NDArray[np.int32]
#: rows of at least so many columns (and 2 % of all) weigh starts against each other; shorter ones tie them together
LONG = 25


class Master:
    """The model on starts, areas and tickets, with funding rows added as they are found.

    Parameters
    ----------
    problem : Problem
    plan_rows : sequence of Row
    state : BaseState, optional
        Rows of an earlier solve of a like problem.
    sums : sequence of MoneySum
        Money sums that may move: each gets a column in [0, 1], behind the others. No solve of `session` rounds them.
    """

    def __init__(self, problem: Problem, plan_rows: Sequence[Row], state: BaseState | None = None, sums: Sequence[MoneySum] = ()) -> None:
        model = build_model(problem, projected=True)
        self.problem = problem
        self.gain_unit = float(model.gain_unit)
        self.matrices = compile_model(model)
        own, shares = self.matrices.n_cols, MoreColumns()
        for _sum in sums:
            shares.column(0.0, 0.0, 1.0, whole=False)
        self.matrices = appended(self.matrices, shares, [])
        self.tables = funding_tables(problem, plan_rows, sums)
        self.oracle = Oracle(self.tables, len(problem.projects))
        self.rows: list[FundingRow] = []
        x = self.matrices.col_slice("x")
        self._v = np.arange(x.start, x.stop, dtype=np.int32)
        if "u" in self.matrices.col_spans:
            u = self.matrices.col_slice("u")
            self._v = np.concatenate([self._v, np.arange(u.start, u.stop, dtype=np.int32)])
        self._v = np.concatenate([self._v, np.arange(own, own + len(sums), dtype=np.int32)])
        self.lower, self.upper = self.matrices.col_lower.copy(), self.matrices.col_upper.copy()
        self.columns = np.arange(self.matrices.n_cols, dtype=np.int32)
        self.lp = LinearProgram(self.matrices)
        self._mip: HighsSession | None = None
        self._given: list[tuple[Indices, Floats, float, float]] = []
        self._in_mip = 0
        for prices in prices_for(problem, self.tables, state):
            self.add(funding_row(self.tables, prices))

    def portfolio(self, x: Floats) -> Floats:
        """Return starts, tickets and shares of sums of a point, shape (tables.n_columns,)."""
        return np.clip(x[self._v], 0.0, 1.0)

    def add(self, row: FundingRow) -> None:
        """Add a funding row."""
        self.rows.append(row)
        kept, coefs, bound = row.scaled()
        self.add_row(self._v[kept], coefs, -np.inf, bound)

    def add_row(self, indices: Sequence[int] | Indices, values: Sequence[float] | Floats, lower: float, upper: float) -> None:
        """Add any row, to the linear programme at once and to the mixed-integer one when it is solved next."""
        at, coefs = np.asarray(indices, dtype=np.int32), np.asarray(values, dtype=np.float64)
        self.lp.add_row(at, coefs, lower, upper)
        self._given.append((at, coefs, float(lower), float(upper)))

    def session(self) -> HighsSession:
        """Return the living mixed-integer session with every row so far."""
        if self._mip is None:
            self._mip = HighsSession(self.matrices)
        for row in self._given[self._in_mip :]:
            self._mip.add_row(*row)
        self._in_mip = len(self._given)
        return self._mip

    def given(self) -> list[tuple[Indices, Floats, float, float]]:
        """Return the rows added so far as (columns, coefficients, lower, upper)."""
        return list(self._given)

    def take(self, x: Floats, answer: Answer) -> int:
        """Add what an answer of the oracle brings against `x`; return how much that was."""
        v = self.portfolio(x)
        news = 0
        for row in answer.rows:
            if row.broken(v):
                self.add(row)
                news += 1
        hopeless = self._v[answer.hopeless] if len(answer.hopeless) else self._v[:0]
        open_ = hopeless[(self.upper[hopeless] > 0) & (self.lower[hopeless] <= 0)]  # what is fixed at 1 makes the rows infeasible
        if len(open_):
            self.shut(open_)
            news += len(open_)
        return news

    def shut(self, columns: Indices) -> None:
        """Take away starts that can never be funded."""
        self.upper[columns] = 0.0
        self.lp.change_col_bounds(columns, self.lower[columns], self.upper[columns])

    def limit(self, clock: Clock, grace: float) -> None:
        """Set when linear programmes end; whether a portfolio can be funded may be asked for `grace` seconds longer, and after a stop."""
        self.lp.clock, self.oracle.clock = clock, Clock(clock.deadline + grace)

    def relax(self, cost: Floats | None = None, rounds: int = 60) -> LpAnswer | None:
        """Solve the linear programme with funding rows found on the way; None when it has no point.

        Parameters
        ----------
        cost : array, optional
            Another objective, put back afterwards.
        rounds : int
            Most rounds of finding rows.

        Raises
        ------
        OutOfTime
        """
        if cost is None:
            return self._relaxed(rounds)
        self.lp.change_cost(self.columns, cost)
        try:
            return self._relaxed(rounds)
        finally:
            self.lp.change_cost(self.columns, self.matrices.col_cost)

    def _relaxed(self, rounds: int) -> LpAnswer | None:
        for _round in range(max(1, rounds)):
            answer = self.lp.run()
            if answer is None:
                return None
            found = self.oracle.ask(self.portfolio(answer.x))
            if found.funded or not self.take(answer.x, found):
                return answer
        return self.lp.run()

    def worth(self, root: LpAnswer) -> Floats:
        """Return what each column brings beyond the multipliers of the long rows, shape (columns,)."""
        return _worth(self.matrices, root, self._given)

    def check(self, x: Floats) -> bool:
        """Return whether a portfolio can be funded as far as the living oracle can tell; rows that it breaks are added."""
        answer = self.oracle.ask(self.portfolio(x))
        return answer.funded or not self.take(x, answer)

    def refute(self, x: Floats) -> bool:
        """Look project by project for rows that a portfolio breaks; return whether any was added."""
        answer = self.oracle.ask_exactly(self.portfolio(x))
        return not answer.funded and self.take(x, answer) > 0

    def value(self, x: Floats) -> float:
        """Return the objective of a point in the model's unit."""
        return self.matrices.objective(x)

    def snapped(self, x: Floats) -> Floats:
        """Return a point of integers; every column of this model is one."""
        if not self.matrices.integrality.all():
            raise SolverError(_("the portfolio model holds a variable that is not an integer"))
        return np.rint(x)


class FullMaster:
    """The full form in the same dress: money as variables, so that no row has to be found.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        model = build_model(problem)
        self.problem = problem
        self.gain_unit = float(model.gain_unit)
        self.matrices = compile_model(model)
        self.rows: list[FundingRow] = []
        self.lower, self.upper = self.matrices.col_lower.copy(), self.matrices.col_upper.copy()
        self.columns = np.arange(self.matrices.n_cols, dtype=np.int32)
        self._added: list[tuple[Indices, Floats, float, float]] = []
        self._clock = Clock()
        self._mip: HighsSession | None = None
        self._in_mip = 0

    def add_row(self, indices: Sequence[int] | Indices, values: Sequence[float] | Floats, lower: float, upper: float) -> None:
        """Add any row."""
        self._added.append((np.asarray(indices, dtype=np.int32), np.asarray(values, dtype=np.float64), float(lower), float(upper)))

    def session(self) -> HighsSession:
        """Return the living mixed-integer session with every row so far."""
        if self._mip is None:
            self._mip = HighsSession(self.matrices)
        for row in self._added[self._in_mip :]:
            self._mip.add_row(*row)
        self._in_mip = len(self._added)
        return self._mip

    def given(self) -> list[tuple[Indices, Floats, float, float]]:
        """Return the rows added so far as (columns, coefficients, lower, upper)."""
        return list(self._added)

    def limit(self, clock: Clock, grace: float) -> None:
        """Set when linear programmes end."""
        self._clock = clock

    def relax(self) -> LpAnswer | None:
        """Solve the linear programme, presolved; None when it has no point. Raises OutOfTime."""
        lp = LinearProgram(self.matrices, presolve=True)
        lp.clock = self._clock
        for row in self._added:
            lp.add_row(*row)
        return lp.run()

    def worth(self, root: LpAnswer) -> Floats:
        """Return what each column brings beyond the multipliers of the rows, shape (columns,)."""
        return root.reduced_cost

    def check(self, x: Floats) -> bool:
        """Return True: the full form knows all money rules."""
        return True

    def refute(self, x: Floats) -> bool:
        """Return False: the full form knows all money rules."""
        return False

    def value(self, x: Floats) -> float:
        """Return the objective of a point in the model's unit."""
        return self.matrices.objective(x)

    def snapped(self, x: Floats) -> Floats:
        """Return the point with its integers rounded."""
        return np.where(self.matrices.integrality, np.rint(x), x)


def _worth(m: Matrices, root: LpAnswer, given: Sequence[tuple[Indices, Floats, float, float]]) -> Floats:
    lengths = np.bincount(m.index, minlength=m.n_rows)
    dual = np.where(lengths >= max(LONG, m.n_cols // 50), root.row_dual[: m.n_rows], 0.0)
    column = np.repeat(np.arange(m.n_cols), np.diff(m.start))
    out: Floats = m.col_cost - np.bincount(column, weights=m.value * dual[m.index], minlength=m.n_cols)
    for (at, coefs, _lower, _upper), y in zip(given, root.row_dual[m.n_rows :].tolist(), strict=False):  # rows that came later weigh nothing yet
        if y:
            out[at] -= y * coefs
    return out
