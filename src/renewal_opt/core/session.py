"""Solves a problem with money projected out to a proven gap.

1. The linear programme with funding rows found as they are broken: its value is the first bound.
2. Core problem (Balas and Zemel 1980; kernel search: Angelelli, Mansini and Speranza 2010): the starts of least
   reduced cost stay free, the rest stands as in the linear programme; HiGHS solves that, the oracle checks the
   answer, rows are added and the core is solved again.
3. With that incumbent starts are fixed whose reduced cost exceeds the gap, exactly; a small tree of linear programmes
   brings the bound down where that is quick (`tree`).
4. HiGHS closes what is left, again in turns with the oracle.

Every row is valid and every bound is one of the linear programme or of HiGHS on a relaxation, so the bound holds
for the model whatever the search did. The search depends on work done, never on the clock, but for the time limit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..problem.tables import Bools, Floats
from ..solver import SolveOptions, SolveResult, Status
from ..solver.clock import Clock, OutOfTime
from ..solver.lp import LpAnswer
from ..solver.result import StopReason, relative_gap
from .master import FullMaster, Master
from .points import all_but, start_of
from .state import BaseState, state_after
from .tree import Tree

#: starts that the first and the second core leave free, each at most half of all, and the nodes of one solve
CORES = ((120, 100), (360, 200))
#: least gap that a core is solved to: the whole is closed otherwise
CORE_GAP = 2e-5
#: turns of solving and checking one core
CORE_TURNS = 6
#: models of fewer columns are closed by HiGHS sooner than by a tree of linear programmes
TREE_FROM = 60
#: share of the gap asked for that the closing solve is given: what it finds may lose a little when funding is checked
CLOSER = 0.8
#: turns of the closing solve after which the work goes over to plain HiGHS
CLOSING_TURNS = 40
#: models of more columns draw only when a core's answer cannot be funded: one linear programme costs more there
DRAWN_FIRST = 2_500
#: models of more columns never draw: trees find the rows where they are needed
DRAWN_LATER = 8_000
#: objectives drawn around the true one to find funding rows early, and by how much they differ
DRAWS, SPREAD = 4, 0.05
#: seconds, and share of the limit, for which a portfolio found in time may still be asked for its money
GRACE, GRACE_SHARE = 5.0, 0.25


Proof = Literal["lp", "fixing", "branching", "none"]


@dataclass
class Work:
    """What was done, for the plan and the benchmarks."""

    cores: int = 0
    turns: int = 0
    nodes: int = 0
    iterations: int = 0
    fixed: int = 0
    proof: Proof = "none"


class CoreSession:
    """The fast way for one problem; solved again after rows were added, it goes on with what it knows.

    Parameters
    ----------
    master : Master or FullMaster
        The model, with money projected out or in the full form.
    core : bool
        Whether to use cores and fixing; without, HiGHS solves the whole projected model in turns with the oracle.
    state : BaseState, optional
        Knowledge of an earlier solve.
    """

    def __init__(self, master: Master | FullMaster, *, core: bool = True, state: BaseState | None = None) -> None:
        self.master = master
        self.work = Work()
        self._core = core
        self._start = start_of(master, state) if isinstance(master, Master) else None
        self._best: Floats | None = None
        self._value = -math.inf
        self._bound = math.inf
        self._handed_over = False
        self._drawn = False
        self._interrupted: StopReason | None = None

    @property
    def handed_over(self) -> bool:
        """Whether the last solve ended because its share of the work was used up."""
        return self._handed_over

    def state(self, chosen: Sequence[bool], opened: dict[str, int]) -> BaseState | None:
        """Return what the next solve of a like problem may start from; None for the full form."""
        if isinstance(self.master, FullMaster):
            return None
        return state_after(self.master.problem, self.master.tables, self.master.rows, chosen, opened)

    def add_row(self, indices: Sequence[int], values: Sequence[float], lower: float, upper: float) -> None:
        """Add a row that excludes portfolios; what rests on the incumbent is forgotten."""
        self.master.add_row(indices, values, lower, upper)
        self.forget()

    def forget(self) -> None:
        """Forget the incumbent and bounds that rest on it."""
        self._best, self._value, self._bound = None, -math.inf, math.inf

    def reject(self, x: Floats) -> bool:
        """Look project by project for rows that a portfolio without funding breaks; return whether there are any."""
        try:
            if not self.master.refute(self.master.snapped(x)):
                return False
        except OutOfTime:
            return False
        self.forget()
        return True

    # -- solving -----------------------------------------------------------------------------------------

    def solve(self, options: SolveOptions) -> SolveResult:
        """Solve to the gap asked for.

        'Infeasible' here is a claim that wants a second proof; that the answer can be funded holds as far as the living
        oracle can tell: allotment decides, and `reject` finds the row where it fails.
        """
        began = time.monotonic()
        deadline = began + options.seconds
        self._handed_over = False
        self._interrupted = None
        self.master.limit(Clock(deadline, options.cancel), max(GRACE, GRACE_SHARE * options.seconds))
        try:
            ended = self._search(options, deadline)
        except OutOfTime:
            ended = self._stopped(options, deadline)
        return self._result(*ended, began)

    def _stopped(self, options: SolveOptions, deadline: float) -> tuple[Status, StopReason]:
        self._halted(options, deadline)
        return (Status.INTERRUPTED, self._interrupted) if self._interrupted else (Status.TIME_LIMIT, StopReason.CLOCK)

    def _search(self, options: SolveOptions, deadline: float) -> tuple[Status, StopReason]:
        root = self.master.relax()
        if root is None:
            return Status.INFEASIBLE, StopReason.PROVED
        self._bound = min(self._bound, root.objective)
        self.work.proof = "lp"
        if self._start is not None:
            self._consider(self._start)
            self._start = None
        if not self._done(options) and self._core:
            if self.master.matrices.n_cols <= DRAWN_FIRST:
                self._draw()
            self._cores(options, deadline)
            self._branch(options, deadline)
        if self._done(options):
            return self._proven(options)
        if self._halted(options, deadline):
            return self._stopped(options, deadline)
        ended = self._close(options, deadline)
        if ended is True:
            return self._proven(options)
        if isinstance(ended, SolveResult):
            return ended.status, ended.stop_reason
        self._handed_over = True
        return Status.WORK_LIMIT, StopReason.NODES

    def _proven(self, options: SolveOptions) -> tuple[Status, StopReason]:
        if self._bound - self._value <= max(options.abs_gap, 1e-9 * abs(self._value)):
            return Status.OPTIMAL, StopReason.PROVED
        return Status.GAP_REACHED, StopReason.GAP

    def _halted(self, options: SolveOptions, deadline: float) -> bool:
        """Whether someone asked to stop, or time is up."""
        if options.cancel is not None and options.cancel.is_set():
            self._interrupted = self._interrupted or StopReason.CANCELLED
        return self._interrupted is not None or time.monotonic() > deadline

    def _tell(self, options: SolveOptions) -> None:
        """Report incumbent and bound between two solves."""
        if options.progress is not None and self._best is not None:
            gap = relative_gap(self._value, max(self._bound, self._value))
            options.progress(0.0, gap, self._value)

    def _done(self, options: SolveOptions) -> bool:
        if self._best is None:
            return False
        return self._bound - self._value <= max(options.gap * abs(self._value), options.abs_gap, 1e-9 * abs(self._value))

    def _result(self, status: Status, reason: StopReason, began: float) -> SolveResult:
        known = self._best is not None
        return SolveResult(
            status, reason, x=self._best, objective=self._value if known else math.nan,
            bound=max(self._bound, self._value) if known else self._bound, seconds=time.monotonic() - began,
            nodes=self.work.nodes, iterations=self.work.iterations,
        )  # fmt: skip

    # -- steps -------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Find funding rows near the optimum, once: the linear programme under objectives drawn around the true one."""
        if self._drawn:
            return
        self._drawn = True
        if isinstance(self.master, FullMaster) or not len(self.master.tables.link):
            return
        rng = np.random.default_rng(1)
        cost = self.master.matrices.col_cost
        for _draw in range(DRAWS):
            self.master.relax(cost * (1.0 + SPREAD * rng.standard_normal(len(cost))), rounds=3)

    def _consider(self, x: Floats) -> bool:
        """Check a candidate; return whether it can be funded. It becomes the incumbent when it is better."""
        x = self.master.snapped(x)
        value = self.master.value(x)
        if not self.master.check(x):
            return False
        if value > self._value:
            self._best, self._value = x, value
        return True

    def _solve(self, options: SolveOptions, lower: Floats, upper: Floats) -> tuple[SolveResult, list[Floats]]:
        """Solve within bounds; return the answer and the better portfolios met on the way, the best first."""
        session = self.master.session()
        session.change_col_bounds(self.master.columns, lower, upper)
        met: list[Floats] = []
        result = session.solve(replace(options, start=self._best if self._best is not None else None, found=met.append, restarts=False))
        self.work.nodes += result.nodes
        self.work.iterations += result.iterations
        self.work.turns += 1
        if result.status is Status.INTERRUPTED:
            self._interrupted = result.stop_reason
        if result.x is not None:
            met = [x for x in met if self.master.value(x) < result.objective - 1e-9 * abs(result.objective)]
            met.append(result.x)
        return result, met[::-1]

    def _cores(self, options: SolveOptions, deadline: float) -> None:
        """Solve growing cores until one answers with a portfolio that can be funded."""
        n = self.master.matrices.n_cols
        for number, (size, nodes) in enumerate(CORES):
            if 2 * size > n:
                if number:
                    return
                size = n // 2
            root = self.master.relax()
            if root is None:
                return
            self._bound = min(self._bound, root.objective)
            self.work.cores += 1
            self._core_turns(options, deadline, root, root.x, size, nodes)
            self._tell(options)
            if self._best is not None or self._halted(options, deadline):
                return

    def _core_turns(self, options: SolveOptions, deadline: float, root: LpAnswer, centre: Floats, size: int, nodes: int) -> bool:
        """Solve one core around a point in turns with the oracle; True when a portfolio can be funded, or time is up."""
        lower, upper = all_but(self.master, root, centre, size)
        goal = self._bound - 0.98 * options.gap * abs(self._bound)
        for _turn in range(CORE_TURNS):
            if self._halted(options, deadline):
                return True
            left = deadline - time.monotonic()
            asked = replace(options, gap=max(options.gap / 3, CORE_GAP), target=goal, nodes=nodes, seconds=max(left, 0.1), progress=None)
            top = np.minimum(upper, self.master.upper)  # the centre may hold starts that were shut since
            result, met = self._solve(asked, np.minimum(np.maximum(lower, self.master.lower), top), top)
            if result.x is None:
                return False
            if self._consider(met[0]):
                return True
            for x in met[1:2]:
                self._consider(x)
            if self.master.matrices.n_cols <= DRAWN_LATER:
                self._draw()
        return False

    def _goal(self, options: SolveOptions) -> float:
        """Return the bound that the incumbent needs, a hair below what is asked for."""
        return self._value + 0.999 * max(options.gap * abs(self._value), options.abs_gap, 1e-9 * abs(self._value))

    def _branch(self, options: SolveOptions, deadline: float) -> None:
        """Bring the bound down with a small tree, where the incumbent is near enough."""
        if self._best is None or isinstance(self.master, FullMaster) or self.master.matrices.n_cols < TREE_FROM or self._done(options) or self._halted(options, deadline):
            return
        lower, upper = self.master.lower.copy(), self.master.upper.copy()
        root = self._fix(lower, upper)
        if root is None or self._done(options):
            return
        def goal() -> float:
            return self._goal(options)

        def core(point: LpAnswer) -> None:
            self._core_turns(options, deadline, point, point.x, *CORES[0])

        def box(lower: Floats, upper: Floats) -> float:
            left = deadline - time.monotonic()
            result, met = self._solve(replace(options, gap=options.gap / 3, seconds=max(left, 0.1), progress=None), lower, upper)
            for x in met[:2]:
                self._consider(x)
            if result.status is Status.INFEASIBLE:
                return -math.inf
            return result.bound if math.isfinite(result.bound) else math.inf

        found = Tree(self.master, goal, self._consider, core, box, lambda: self._halted(options, deadline)).grow(root, lower, upper)
        self.work.nodes += found.nodes
        self._bound = min(self._bound, max(found.bound, self._value))
        self.work.proof = "branching"

    def _close(self, options: SolveOptions, deadline: float) -> bool | SolveResult:
        """Fix by reduced cost and let HiGHS close; True when proven, False when the work is used up, else how it stopped."""
        for _turn in range(CLOSING_TURNS):
            lower, upper = self.master.lower.copy(), self.master.upper.copy()
            root = self._fix(lower, upper) if self._core else None
            if self._done(options):
                return True
            left = deadline - time.monotonic()
            asked = replace(options, gap=options.gap * CLOSER, seconds=max(left, 0.1))
            result, met = self._solve(asked, lower, upper)
            if result.status is Status.INFEASIBLE:
                if self._best is None:
                    return result
                self._bound = min(self._bound, self._value)
                self.work.proof = "branching"
                return True
            if math.isfinite(result.bound):
                self._bound = min(self._bound, max(result.bound, self._value))
            self.work.proof = "branching" if result.nodes > 1 or not self.work.fixed else "fixing"
            funded = self._consider(met[0]) if met else False
            for x in met[1:3]:
                if self.master.value(x) > self._value:
                    self._consider(x)
            if not funded and met and root is not None and not self._done(options):
                self._core_turns(options, deadline, root, self.master.snapped(met[0]), *CORES[0])
            if self._done(options):
                return True
            if result.status in (Status.TIME_LIMIT, Status.INTERRUPTED) or (funded and not result.proven):
                return result
        return False

    def _fix(self, lower: Floats, upper: Floats) -> LpAnswer | None:
        """Fix columns whose reduced cost exceeds what the incumbent leaves (exact: any better portfolio keeps them).

        Integers alone are fixed: a step of 1 costs the reduced cost, a smaller one of money costs less.

        Parameters
        ----------
        lower, upper : arrays, one value a column
            Overwritten: the master's bounds after its linear programme (which may shut starts), with what is fixed.
        """
        root = self.master.relax()
        if root is None:
            return None
        lower[:], upper[:] = self.master.lower, self.master.upper
        self._bound = min(self._bound, root.objective)
        self.work.proof = "lp"
        if self._best is None:
            return root
        room = root.objective - self._value + 1e-6 * max(1.0, abs(self._value))
        whole = self.master.matrices.integrality
        low, high = whole & _at_bound(root, lower), whole & _at_bound(root, upper)
        down = (root.reduced_cost < -room) & low
        up = (root.reduced_cost > room) & high
        upper[down] = lower[down]
        lower[up] = upper[up]
        self.work.fixed = int(down.sum() + up.sum())
        return root


def _at_bound(root: LpAnswer, bound: Floats) -> Bools:
    return np.abs(root.x - bound) <= 1e-6
