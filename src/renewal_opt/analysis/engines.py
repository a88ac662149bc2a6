"""The ways to a portfolio: HiGHS on the full form, or money projected out, with the same methods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..core import BaseState, CoreSession, FullMaster, Master
from ..core.session import Proof
from ..model.build import build_model
from ..model.compile import compile_model
from ..model.matrices import Matrices
from ..model.rows import Row
from ..problem import Problem
from ..problem.tables import Floats
from ..solver import HighsSession, SolveOptions, SolveResult

#: up to so many money entries the full form goes straight to HiGHS: nothing is gained by projecting
SMALL = 600


@dataclass(frozen=True)
class Way:
    """How a portfolio was found, for the plan."""

    funding: Literal["full", "projected"]
    strategy: Literal["core", "highs"]
    proof: Proof
    funding_rows: int = 0


FULL = Way("full", "highs", "branching")


class FullEngine:
    """HiGHS on the full form.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        model = build_model(problem)
        self.gain_unit = float(model.gain_unit)
        self.matrices = compile_model(model)
        self.session = HighsSession(self.matrices)

    def solve(self, options: SolveOptions) -> SolveResult:
        """Solve by branch and bound."""
        return self.session.solve(options)

    def add_row(self, indices: Sequence[int], values: Sequence[float], lower: float, upper: float) -> int:
        """Add a row."""
        return self.session.add_row(indices, values, lower, upper)

    def reject(self, x: Floats) -> bool:
        """Return False: the full form knows all money rules already."""
        return False

    def way(self) -> Way:
        """Return how the last answer was found."""
        return FULL


class FastEngine:
    """Core problem or HiGHS in turns with the oracle; goes over to the full form when its share of the work is used up.

    Parameters
    ----------
    problem : Problem
    rows : sequence of Row
        Exact plan-wide rows.
    projected, core : bool
        Whether money is projected out; whether cores and fixing are used.
    state : BaseState, optional
        Knowledge of an earlier solve.
    """

    def __init__(self, problem: Problem, rows: Sequence[Row], *, projected: bool, core: bool, state: BaseState | None = None) -> None:
        master = Master(problem, rows, state) if projected else FullMaster(problem)
        self._problem, self._projected, self._core = problem, projected, core
        self.session = CoreSession(master, core=core, state=state)
        self._full: FullEngine | None = None

    @property
    def matrices(self) -> Matrices:
        """The compiled model that answers refer to."""
        return self._full.matrices if self._full is not None else self.session.master.matrices

    @property
    def gain_unit(self) -> float:
        """Objective of the plan in one unit of the model's."""
        return self._full.gain_unit if self._full is not None else self.session.master.gain_unit

    def solve(self, options: SolveOptions) -> SolveResult:
        """Solve; what the fast way leaves open goes over to the full form with its incumbent, bound and rows."""
        if self._full is not None:
            return self._full.solve(options)
        result = self.session.solve(options)
        doubtful = result.status.value == "infeasible"
        if not self.session.handed_over and not doubtful:
            return result
        left = max(1.0, options.seconds - result.seconds)
        self._hand_over()
        start = {} if result.x is None or doubtful else self._start(result.x)
        answer = self._full_engine().solve(replace(options, seconds=left, start=start or None))
        bound = min(answer.bound, result.bound) if math.isfinite(result.bound) and not doubtful else answer.bound
        return replace(answer, bound=bound, seconds=answer.seconds + result.seconds)

    def _full_engine(self) -> FullEngine:
        if self._full is None:
            self._full = FullEngine(self._problem)
        return self._full

    def _hand_over(self) -> None:
        """Give the rows found so far to the full form: starts and tickets stand in the same order there."""
        full = self._full_engine()
        place = self._places(full.matrices)
        for at, coefs, lower, upper in self.session.master.given():
            full.session.add_row(place[at], coefs, lower, upper)

    def _places(self, full: Matrices) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        own = self.session.master.matrices
        out = np.zeros(own.n_cols, dtype=np.int32)
        for name in own.col_spans:
            there = full.col_slice(name)
            out[own.col_slice(name)] = np.arange(there.start, there.stop)
        return out

    def _start(self, x: Floats) -> dict[int, float]:
        return dict(zip(self._places(self._full_engine().matrices).tolist(), x.tolist(), strict=True))

    def add_row(self, indices: Sequence[int], values: Sequence[float], lower: float, upper: float) -> object:
        """Add a row to whichever form is at work."""
        return (self._full or self.session).add_row(indices, values, lower, upper)

    def reject(self, x: Floats) -> bool:
        """Look for funding rows that a portfolio breaks, project by project."""
        return self._full is None and self.session.reject(x)

    def way(self) -> Way:
        """Return how the last answer was found."""
        rows = len(self.session.master.rows)
        if self._full is not None:
            return Way("full", "highs", "branching", rows)
        return Way("projected" if self._projected else "full", "core" if self._core else "highs", self.session.work.proof, rows)

    def state(self, chosen: Sequence[bool], opened: dict[str, int]) -> BaseState | None:
        """Return what the next solve of a like problem may start from."""
        return self.session.state(chosen, opened)


def projects_out(problem: Problem) -> bool:
    """Return whether money is projected out: as the scenario asks, with `auto` where there are many money entries."""
    funding = problem.scenario.funding
    return funding == "projected" or (funding == "auto" and len(problem.entries) > SMALL)


def engine_for(problem: Problem, rows: Sequence[Row], state: BaseState | None = None) -> FullEngine | FastEngine:
    """Return the engine that the scenario asks for: `funding` and `strategy`; `auto` goes by size.

    Parameters
    ----------
    problem : Problem
    rows : sequence of Row
        Exact plan-wide rows.
    state : BaseState, optional
        Knowledge of an earlier solve.
    """
    funding, strategy = problem.scenario.funding, problem.scenario.strategy
    small = len(problem.entries) <= SMALL
    projected = funding == "projected" or (funding == "auto" and not (small and strategy != "core"))
    core = strategy == "core" or (strategy == "auto" and projected)
    if not projected and not core:
        return FullEngine(problem)
    return FastEngine(problem, rows, projected=projected, core=core, state=state)
