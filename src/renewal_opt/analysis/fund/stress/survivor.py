"""The plan that survives stated shocks at the least loss: one portfolio that can be funded as stated and under every case.

One search over portfolios; money is allotted anew in each case. A portfolio that a case refuses gets rows that every surviving
portfolio satisfies and it breaks: a rule on the portfolio as it reads in that case; funding rows with the multipliers of the
case's own funding programme (Benders 1962; `funding.oracle`); else a row that shuts out its smallest part that cannot be funded,
or the portfolio alone. There are finitely many portfolios, so it ends; its bound is that of a relaxation.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ....allot import allot
from ....core import Master
from ....domain.fund_stress import Shock, Survivor
from ....errors import InfeasibleError, InputError, SolverError
from ....i18n import _
from ....model.matrices import Matrices
from ....model.rows import Row
from ....problem import Problem
from ....problem.areas import unmet_areas
from ....solver import SolveOptions, Status
from ....solver.result import FloatArray
from ...engines import FastEngine, FullEngine, engine_for
from ...exclude import exclude, keep_shut
from ...portfolio import Portfolio, funded, objective_of, proven_bound
from ...recheck import recheck_of
from ...settling import opened_at
from ...shortage import carry_overs_first
from ..target import Target
from .best import losses, rechecked
from .reach import stopped
from .shocks import name_of
from .tables import Shaken, shaken

#: rounds after which the search ends without an answer
ROUNDS = 400
#: by how much a row of coefficients up to 1000 is broken at least for the solver to see it
_SEEN = Fraction(1, 10**5)
Engine = FastEngine | FullEngine


def survivor(target: Target, cases: Sequence[Sequence[Shock]], options: SolveOptions) -> Survivor:
    """Return the best plan that can be funded as stated and under every case.

    Parameters
    ----------
    target : Target
        The plan as stated, which the answer is compared with.
    cases : sequence of sequence of Shock
    options : SolveOptions
        Its seconds are the time of the whole search; its cancel token ends it.
    """
    try:
        shaky = [shaken(target, shocks) for shocks in cases]
        for case, shocks in zip(shaky, cases, strict=True):
            try:
                carry_overs_first(case.problem, case.rows, options)
            except InfeasibleError as error:
                return Survivor(status="infeasible", why=f"{name_of(shocks)}: {error}")
        return _Search(target, shaky, options).run()
    except InfeasibleError as error:
        return Survivor(status="infeasible", why=str(error))
    except (SolverError, InputError) as error:
        return Survivor(status="failed", why=_("stopped before a plan was found that survives every case") if stopped(options) else str(error))


class _Search:
    def __init__(self, target: Target, cases: Sequence[Shaken], options: SolveOptions) -> None:
        self.target, self.cases, self.options = target, cases, options
        self.until = time.perf_counter() + options.seconds
        self.engine: Engine = engine_for(target.problem, target.rows, target.state())
        self.masters: dict[int, Master] = {}
        self.doubtful = False
        self.held = -math.inf  # bound on the portfolios that were set aside without proof, in the plan's unit
        self.bound = math.inf  # of the round at hand
        self.rows = 0

    def run(self) -> Survivor:
        """Search round by round."""
        for _round in range(ROUNDS):
            left = self.until - time.perf_counter()
            if left <= 0 or stopped(self.options):
                raise SolverError(_("the time ended before a plan was found that survives every case"))
            result = self.engine.solve(replace(self.options, seconds=left))
            if result.status is Status.INFEASIBLE:
                if self.doubtful:
                    raise SolverError(_("portfolios were set aside without proof, and no other is left"))
                return Survivor(status="infeasible", rows=self.rows, why=_("no portfolio can be funded as stated and under every case"))
            if result.x is None:
                raise SolverError(_("the solver stopped ({status}) before it found a plan; give it more seconds").format(status=result.status.words()))
            matrices = self.engine.matrices
            known = proven_bound(self.target.problem, result, Fraction(0), self.engine.gain_unit)
            self.bound = math.inf if known is None else known
            chosen = (result.x[matrices.col_slice("x")] > 0.5).tolist()
            opened = opened_at(matrices, result.x)
            answer = self._stated(result.x, matrices, chosen, opened)
            if answer is None or self._refused(matrices, chosen, opened):
                continue
            bound = max(self.bound, self.held, float(answer.objective))
            answer.bound = bound if math.isfinite(bound) else None
            return self._told(answer)
        raise SolverError(_("no plan was found that survives every case in {n} rounds").format(n=ROUNDS))

    def _told(self, answer: Portfolio) -> Survivor:
        target, problem = self.target, self.target.problem
        before = {c.id for c in target.plan.chosen if c.part == "new_start"}
        mine = {problem.projects[int(problem.starts.project[k])].id for k, c in enumerate(answer.chosen) if c and not problem.starts.fixed[k]}
        least, most = losses(target, answer.objective, answer.bound)
        value = float(answer.objective)
        return Survivor(
            status="solved", objective=str(answer.objective), bound=answer.bound, loss_least=None if least is None else max(0.0, least), loss_most=most, chosen=tuple(sorted(mine)),
            left=tuple(sorted(before - mine)), entered=tuple(sorted(mine - before)),
            proven=answer.bound is not None and answer.bound - value <= self.options.gap * abs(value) + max(1e-6, 1e-9 * abs(value)), rows=self.rows,
        )  # fmt: skip

    # -- as stated ---------------------------------------------------------------------------------------

    def _stated(self, x: FloatArray, matrices: Matrices, chosen: list[bool], opened: dict[str, int]) -> Portfolio | None:
        """Return the portfolio with its money as stated, or None after a row against it."""
        problem = self.target.problem
        unmet = unmet_areas(problem, chosen, opened)
        if unmet:
            keep_shut(self.engine, matrices, unmet, chosen)
            return None
        answer, _broken, proven = funded(problem, self.target.rows, chosen, opened, self.options)
        if answer is not None:
            if not recheck_of(self.target.inputs, problem)(answer):
                return answer
            proven = False
        if not (proven and self.engine.reject(x)):
            self._exclude(problem, self.target.rows, chosen, proven)
        return None

    def _exclude(self, problem: Problem, rows: list[Row], chosen: list[bool], unfunded: bool) -> None:
        """Set a portfolio aside; without a proof that it is none, the bound stays above it."""
        if not unfunded:
            self.doubtful, self.held = True, max(self.held, self.bound)
        exclude(self.engine, problem, rows, chosen, self.engine.matrices.col_slice("x"), self.options, unfunded)
        self.rows += 1

    # -- under the cases -----------------------------------------------------------------------------------

    def _refused(self, matrices: Matrices, chosen: list[bool], opened: dict[str, int]) -> bool:
        """Return whether a case refuses a portfolio; rows against it are added."""
        refused = False
        for n, case in enumerate(self.cases):
            unmet = unmet_areas(case.problem, chosen, opened)
            if unmet:
                keep_shut(self.engine, matrices, unmet, chosen)
                self.rows += 1
            broken = [r for r in case.rows if not r.has_money and not r.holds(chosen, ())]
            seen = [self._linear(row, chosen) for row in broken]
            if broken and not any(seen):  # by less than floats tell
                self._alone(chosen)
            if unmet or broken:
                refused = True
                continue
            answer = allot(case.problem, chosen, case.rows, replace(self.options, gap=0.0, start=None, progress=None))
            if answer.money is not None:
                money = Portfolio(chosen, answer.money, opened, Fraction(0), None, "unproven", rows=case.rows)
                wrong = rechecked(self.target, case)(self._worth(money))
                if not wrong:
                    continue
                raise SolverError(_("the plan fails the exact re-check under a case: {rules}").format(rules=", ".join(wrong[:5])))
            refused = True
            if not (answer.proven and self._funding_rows(n, case, chosen)):
                self._exclude(case.problem, case.rows, chosen, answer.proven)
        return refused

    def _worth(self, money: Portfolio) -> Portfolio:
        return replace(money, objective=objective_of(self.target.problem, money.chosen, money.opened))

    def _alone(self, chosen: Sequence[bool]) -> None:
        """Shut out one portfolio."""
        fixed, first = self.target.problem.starts.fixed.tolist(), self.engine.matrices.col_slice("x").start
        free = [k for k, f in enumerate(fixed) if not f]
        signs = [1.0 if chosen[k] else -1.0 for k in free]
        self.engine.add_row([first + k for k in free], signs, -math.inf, signs.count(1.0) - 1.0)
        self.rows += 1

    def _linear(self, row: Row, chosen: Sequence[bool]) -> bool:
        """Add the side of a rule on the portfolio that is broken, as it reads in the case; return whether floats see that it is broken."""
        base = 1 if row.base is None else row.base.value(chosen, ())
        low = row.lo is not None and row.left.value(chosen, ()) < row.lo * base
        bound = Fraction(row.lo if low else row.hi)  # type: ignore[arg-type]
        sums: dict[int, Fraction] = {}
        for terms, factor in ((row.left, Fraction(1)), (row.base, -bound)):
            if terms is None:
                continue
            coefs = [1] * len(terms.starts) if terms.start_coefs is None else list(terms.start_coefs)
            for k, c in zip(terms.starts.tolist(), coefs, strict=True):
                sums[k] = sums.get(k, Fraction(0)) + factor * Fraction(c if isinstance(c, Fraction) else int(c))
        right = Fraction(0) if row.base is not None else bound
        scale = max((abs(v) for v in sums.values()), default=Fraction(1)) / 1000 or Fraction(1)
        first = self.engine.matrices.col_slice("x").start
        side = (float(right / scale), math.inf) if low else (-math.inf, float(right / scale))
        self.engine.add_row([first + k for k in sums], [float(v / scale) for v in sums.values()], *side)
        self.rows += 1
        missed = abs(sum((v for k, v in sums.items() if chosen[k]), Fraction(0)) - right) / scale
        return missed > _SEEN

    def _funding_rows(self, n: int, case: Shaken, chosen: Sequence[bool]) -> bool:
        """Add funding rows of a case that a portfolio breaks; False where there are none for starts alone."""
        if n not in self.masters:
            self.masters[n] = Master(case.problem, case.rows)
        master = self.masters[n]
        point = np.zeros(master.matrices.n_cols)
        at = master.matrices.col_slice("x")
        point[at] = np.asarray(chosen, dtype=float)
        before = len(master.given())
        if not master.refute(point):
            return False
        mine = self.engine.matrices.col_slice("x").start
        added = 0
        for columns, coefs, lower, upper in master.given()[before:]:
            if np.all((columns >= at.start) & (columns < at.stop)):
                self.engine.add_row([mine + int(c) - at.start for c in columns], coefs.tolist(), lower, upper)
                value = float(point[columns] @ coefs)
                added += int(value > upper + 1e-9 or value < lower - 1e-9)
        self.rows += added
        return added > 0
