"""One model that lives: patched from problem to problem, solved again from any known plan, rebuilt where it must be."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ..model.build import build_model
from ..model.compile import compile_model
from ..model.matrices import Matrices
from ..model.patch import Base, Patch, RebuildReason
from ..problem import Problem
from ..solver import HighsSession, SolveOptions, SolveResult
from ..solver.run import Factory
from .portfolio import objective_of, proven_bound, stopped_by
from .settling import opened_at

__all__ = ["Build", "LivingAnswer", "LivingPlan", "RebuildReason"]

#: makes the Pyomo model, called as `build(problem, skip, projected=...)` like `model.build.build_model`
Build = Callable[..., pyo.ConcreteModel]


@dataclass(frozen=True)
class LivingAnswer:
    """A solution in the plan's words; its money is the solver's, not yet whole.

    Attributes
    ----------
    starts : dict of str to int
        New starts and their years.
    opened : dict of str to int
        Coordinated areas opened, with the year.
    objective : Fraction
        Exact, in the plan's unit.
    bound : float or None
        Proven upper bound, in the plan's unit.
    stopped : str
        ``gap``, ``optimal``, ``time`` or ``interrupted``.
    """

    starts: dict[str, int]
    opened: dict[str, int]
    objective: Fraction
    bound: float | None
    stopped: str


class LivingPlan:
    """A compiled model in one HiGHS instance that follows its problem.

    Parameters
    ----------
    problem : Problem
        The first problem; its model is the base of the patches.
    build : callable
        Makes the model of a problem, called as `build(problem, skip, projected=projected)`.
    skip : set of str
        Rule families that the model leaves out.
    projected : bool
        Whether money is projected out: then the caller adds the funding rows to `session`; `move_to` drops them.
        A scenario that asks for a form by name has its way.
    factory : callable, optional
        Makes the Highs instance; for tests.

    Attributes
    ----------
    problem : Problem
        The problem that the session holds.
    matrices : Matrices
        Its model, in the columns and rows of the base.
    session : HighsSession
    projected : bool
        Whether money is projected out of the model.
    gain_unit : float
        What objective and bound of a solve are multiplied with.
    """

    def __init__(
        self, problem: Problem, *, build: Build = build_model, skip: frozenset[str] = frozenset(), projected: bool = False,
        factory: Factory | None = None,
    ) -> None:  # fmt: skip
        self.problem: Problem
        self.matrices: Matrices
        self.session: HighsSession
        self.gain_unit: float
        self.projected = projected
        self._build, self._skip, self._factory = build, skip, factory
        self._rebuild(problem)

    # -- moving ------------------------------------------------------------------------------------------

    def move_to(self, problem: Problem) -> tuple[RebuildReason, ...]:
        """Make `problem` the one that the session holds; rows added to the session are dropped.

        Returns
        -------
        tuple of RebuildReason
            Empty when costs and bounds were patched; else why the model was built again, and is the base now.
        """
        patch = self._base.patch(problem)
        if isinstance(patch, tuple):
            self._rebuild(problem)
            return patch
        self.session.drop_added_rows()
        matrices = patch.matrices(self._base.matrices)
        self._apply(patch)
        self.problem, self.matrices, self.gain_unit = problem, matrices, patch.gain_unit
        return ()

    def _rebuild(self, problem: Problem) -> None:
        asked = problem.scenario.funding
        projected = self.projected if asked == "auto" else asked == "projected"
        model = self._build(problem, self._skip, projected=projected)
        matrices = compile_model(model)
        base = Base(problem, matrices, self._skip, projected=projected)
        session = HighsSession(matrices, factory=self._factory)
        self.projected, self._base, self.problem, self.matrices, self.session = projected, base, problem, matrices, session
        self.gain_unit = float(model.gain_unit)

    def _apply(self, patch: Patch) -> None:
        """Hand what differs over to HiGHS."""
        s, session = self.session.state, self.session
        rows = np.flatnonzero((s.row_lower != patch.row_lower) | (s.row_upper != patch.row_upper)).astype(np.int32)
        if len(rows):
            session.change_row_bounds(rows, patch.row_lower[rows], patch.row_upper[rows])
        bounds = np.flatnonzero((s.col_lower != patch.col_lower) | (s.col_upper != patch.col_upper)).astype(np.int32)
        if len(bounds):
            session.change_col_bounds(bounds, patch.col_lower[bounds], patch.col_upper[bounds])
        costs = np.flatnonzero(s.col_cost != patch.cost).astype(np.int32)
        if len(costs):
            session.change_cost(costs, patch.cost[costs])

    # -- solving -----------------------------------------------------------------------------------------

    def solve(self, options: SolveOptions | None = None, start: Iterable[tuple[str, int]] | None = None) -> SolveResult:
        """Solve the problem as it stands.

        Parameters
        ----------
        options : SolveOptions, optional
            Target, cutoff and what `progress` is told are in the model's unit: divide by `gain_unit`.
        start : iterable of (project id, start year), optional
            A known plan to start from, of this problem or an earlier one; what this problem does not have is left out.

        Returns
        -------
        SolveResult
            In the model's unit; `answer` turns it into the plan's.

        Raises
        ------
        SolverError
            When HiGHS gives no usable answer, twice.
        """
        options = options or SolveOptions()
        if start is not None:
            options = replace(options, start=self.start_from(start))
        return self.session.solve(options)

    def start_from(self, plan: Iterable[tuple[str, int]]) -> dict[int, float]:
        """Return a plan as a start for `SolveOptions`: a value for every start; HiGHS finds the rest."""
        wanted, state = frozenset(plan), self.session.state
        return {
            j: min(max(float(key in wanted), state.col_lower[j]), state.col_upper[j]) for key, j in self._starts().items()
        }  # fmt: skip

    def _starts(self) -> dict[Hashable, int]:
        """Column of each start of the base, by project id and year."""
        return self.matrices.columns("x") if "x" in self.matrices.col_spans else {}

    def answer(self, result: SolveResult) -> LivingAnswer | None:
        """Return a result in the plan's words, None without a solution."""
        if result.x is None:
            return None
        problem, starts, columns = self.problem, self.problem.starts, self._starts()
        keys = [(problem.projects[p].id, y) for p, y in zip(starts.project.tolist(), starts.year.tolist(), strict=True)]
        chosen = [bool(result.x[columns[key]] > 0.5) for key in keys]
        opened = opened_at(self.matrices, result.x)
        value = objective_of(problem, chosen, opened)
        new = {key[0]: key[1] for key, inside, fixed in zip(keys, chosen, starts.fixed.tolist(), strict=True) if inside and not fixed}
        return LivingAnswer(new, opened, value, proven_bound(problem, result, value, self.gain_unit), stopped_by(result))
