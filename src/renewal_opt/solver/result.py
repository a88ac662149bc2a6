"""What a solve is asked for and what it answers."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ..i18n import _

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

#: ``progress(fraction, gap, best)``: share of the work done in [0, 1], relative gap (inf while there is none)
#: and the best objective so far (None while there is none)
Progress: TypeAlias = Callable[[float, float, float | None], None]
#: a start: one value a column (NaN where unknown), or column to value
Start: TypeAlias = FloatArray | dict[int, float]


class Status(Enum):
    """What is known about the model after a solve."""

    OPTIMAL = "optimal"
    GAP_REACHED = "gap_reached"
    TIME_LIMIT = "time_limit"
    WORK_LIMIT = "work_limit"
    TARGET_REACHED = "target_reached"
    INTERRUPTED = "interrupted"
    INFEASIBLE = "infeasible"
    CUT_OFF = "cut_off"
    UNBOUNDED = "unbounded"

    def words(self) -> str:
        """Return the status in the language in force."""
        return {
            "time_limit": _("time limit"), "work_limit": _("work limit"), "target_reached": _("target reached"),
            "interrupted": _("interrupted"), "infeasible": _("infeasible"), "unbounded": _("unbounded"),
            "cut_off": _("no solution as good as the cutoff"),
        }.get(self.value, self.value)  # fmt: skip


class StopReason(Enum):
    """Why the solver stopped."""

    PROVED = "proved"
    GAP = "gap"
    CLOCK = "clock"
    NODES = "nodes"
    TARGET = "target"
    CTRL_C = "ctrl_c"
    CANCELLED = "cancelled"


class Proof(Enum):
    """What stands behind the answer 'infeasible'."""

    NONE = "none"
    ROW = "row"  # one row cannot be met within the bounds of its variables
    FARKAS = "farkas"  # a combination of rows, checked in exact arithmetic
    SECOND_RUN = "second_run"  # solved again from a fresh instance, presolve off, another seed


@dataclass(frozen=True)
class SolveOptions:
    """What a solve is asked for.

    Attributes
    ----------
    gap : float
        Relative gap at which to stop.
    abs_gap : float
        Absolute gap at which to stop, in the model's own (scaled) units.
    seconds : float
        Time limit of the solve, second proof not included.
    nodes : int or None
        Node limit, for runs that must not depend on the clock.
    target : float or None
        Stop as soon as a solution is at least this good.
    cutoff : float or None
        Look only for solutions at least this good; where there is none, the status is `CUT_OFF`, with the second
        proof that 'infeasible' asks for.
    threads : int
        Fixed for the whole process by the first solve.
    seed : int
        Random seed of HiGHS.
    feasibility : float
        By how much a row, bound or integer may be missed.
    start : array or dict, optional
        A point to start from: one value a column (NaN where unknown) or column to value.
    fresh : bool
        Forget bases and solutions of earlier solves first, so that the answer depends on model and options
        alone; False lets HiGHS go on from where it stands.
    presolve : bool
        Whether HiGHS may presolve.
    restarts : bool
        Whether HiGHS may start its search again from the root, and look for symmetry.
    heuristics, node_cuts : bool
        Whether HiGHS may look for solutions by heuristics, and for cuts below the root: small models are faster without.
    reliable : int
        Strong branchings of a column before its record is trusted; fewer suit small models that are solved often.
    second_proof : bool
        Whether 'infeasible' is looked at a second time; without, it is no answer but a limit.
    found : callable, optional
        Called with every better solution while HiGHS runs; the array is a copy.
    cancel : threading.Event, optional
        Set it from anywhere to stop the solve.
    progress : callable, optional
        Called as `progress(fraction, gap, best)` a few times a second, and once at the end.
    catch_ctrl_c : bool
        In the main thread, answer Ctrl-C with the best solution so far. A handler of Ctrl-C of one's own is called in any
        case; Python's own one, which raises, only where this is False.
    log_file : str
        Path for the log of HiGHS, empty for none.
    """

    gap: float = 1e-4
    abs_gap: float = 1e-9
    seconds: float = 60.0
    nodes: int | None = None
    target: float | None = None
    cutoff: float | None = None
    threads: int = 1
    seed: int = 0
    feasibility: float = 1e-6
    start: Start | None = None
    fresh: bool = True
    presolve: bool = True
    restarts: bool = True
    heuristics: bool = True
    node_cuts: bool = True
    reliable: int = 8
    second_proof: bool = True
    found: Callable[[FloatArray], None] | None = None
    cancel: threading.Event | None = None
    progress: Progress | None = None
    catch_ctrl_c: bool = True
    log_file: str = ""


@dataclass(frozen=True, eq=False)
class SolveResult:
    """What a solve answers.

    Attributes
    ----------
    status, stop_reason : Status, StopReason
        What is known, and why the solver stopped.
    x : numpy array or None
        Values of the columns as HiGHS gave them: integers within the feasibility tolerance.
    objective : float
        Objective at `x`, NaN without one.
    bound : float
        Proven bound: no solution is better (plus or minus infinity while nothing is proven).
    proof : Proof
        For 'infeasible' and 'cut off': the second proof.
    doubted : bool
        True when HiGHS said 'infeasible' once and the second proof did not confirm it.
    violation : float
        Largest miss of a row, bound or integer at `x`.
    seconds, nodes, iterations : float, int, int
        Work done; seconds are wall-clock and include the second proof.
    retries : int
        Runs that had to be repeated because HiGHS gave no usable answer.
    """

    status: Status
    stop_reason: StopReason
    x: FloatArray | None = None
    objective: float = math.nan
    bound: float = math.nan
    proof: Proof = Proof.NONE
    doubted: bool = False
    violation: float = 0.0
    seconds: float = 0.0
    nodes: int = 0
    iterations: int = 0
    retries: int = 0

    @property
    def has_solution(self) -> bool:
        """Whether there is a feasible point."""
        return self.x is not None

    @property
    def gap(self) -> float:
        """Relative gap between objective and bound, infinite while one of them is missing."""
        return relative_gap(self.objective, self.bound)

    @property
    def proven(self) -> bool:
        """Whether the search ended by proof: optimal, within the gap asked for, infeasible, or cut off."""
        return self.status in (Status.OPTIMAL, Status.GAP_REACHED, Status.INFEASIBLE, Status.CUT_OFF)


def relative_gap(objective: float, bound: float) -> float:
    """Return |bound - objective| / |objective|, infinite when a side is missing; around 0 the objective counts as 0."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    away = abs(bound - objective)
    if abs(objective) < 1e-9:
        return 0.0 if away < 1e-9 else math.inf
    return away / abs(objective)
