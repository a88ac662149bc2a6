"""One run of one Highs instance: load, set the options, run, and read an answer that has been checked."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import highspy
import numpy as np

from ..errors import SolverError
from ..i18n import _
from ..model.matrices import Matrices
from .process import check_version, claim_threads
from .result import FloatArray, SolveOptions, SolveResult, Status, StopReason, relative_gap
from .state import ModelState
from .watch import Watch

#: makes a Highs instance; tests put a double here
Factory: TypeAlias = Callable[[], Any]

_MODEL_STATUS = highspy.HighsModelStatus
_FEASIBLE = 2  # kSolutionStatusFeasible
#: coefficients below this are dropped by HiGHS without a word
SMALLEST = 1e-9
#: HiGHS's own share of work for heuristics
_EFFORT = 0.05
#: an answer that misses a row, bound or integer by more than this many tolerances is refused
SLACK = 20.0


class QuietHighs(highspy.Highs):
    """A Highs instance that prints no banner: the output is off before the first call that would write one."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class NoAnswer(Exception):
    """HiGHS ended without an answer that can be used; the session may try once more, in another way."""


@dataclass(frozen=True)
class Infeasible:
    """HiGHS says 'infeasible' (or 'unbounded or infeasible'): a claim, not yet an answer."""

    seconds: float
    nodes: int
    iterations: int


def new_instance(factory: Factory | None = None) -> Any:
    """Return a silent Highs instance of a version that is not refused."""
    highs = (factory or QuietHighs)()
    highs.setOptionValue("output_flag", False)
    check_version(str(highs.version()))
    return highs


def load(highs: Any, m: Matrices) -> None:
    """Hand the arrays to HiGHS in one call.

    Raises
    ------
    SolverError
        When a coefficient is too small for HiGHS to keep, or HiGHS refuses the model.
    """
    if m.nnz and float(np.abs(m.value).min()) < SMALLEST:
        raise SolverError(
            _("a coefficient of {size} is too small for the solver; scale the model").format(
                size=float(np.abs(m.value).min())
            )
        )
    sense = highspy.ObjSense.kMaximize if m.sense == "max" else highspy.ObjSense.kMinimize
    status = highs.passModel(
        m.n_cols, m.n_rows, m.nnz, int(highspy.MatrixFormat.kColwise), int(sense), float(m.offset),
        m.col_cost, m.col_lower, m.col_upper, m.row_lower, m.row_upper,
        m.start, m.index, m.value, m.integrality.astype(np.int32),
    )  # fmt: skip
    must(status, "passModel")


def must(status: Any, what: str) -> None:
    """Raise SolverError unless HiGHS took the call (a warning is taken)."""
    if status == highspy.HighsStatus.kError:
        raise SolverError(_("HiGHS refused {what}").format(what=what))


def configure(highs: Any, options: SolveOptions, state: ModelState) -> None:
    """Set every option that a solve depends on, so that nothing is left from the solve before."""
    claim_threads(options.threads)
    target = options.target
    if target is None:
        target = math.inf if state.maximise else -math.inf
    values: dict[str, Any] = {
        "mip_rel_gap": float(options.gap),
        "mip_abs_gap": float(options.abs_gap),
        "time_limit": max(0.0, float(options.seconds)),
        "mip_max_nodes": 2**31 - 1 if options.nodes is None else int(options.nodes),
        "objective_target": float(target),
        "threads": int(options.threads),
        "random_seed": int(options.seed) % 2**31,
        "mip_feasibility_tolerance": float(options.feasibility),
        "primal_feasibility_tolerance": min(1e-7, float(options.feasibility)),
        "presolve": "choose" if options.presolve else "off",
        "mip_allow_restart": bool(options.restarts),
        "mip_detect_symmetry": bool(options.restarts),
        "mip_heuristic_effort": _EFFORT if options.heuristics else 0.0,
        "mip_allow_cut_separation_at_nodes": bool(options.node_cuts),
        "mip_pscost_minreliable": int(options.reliable),
        "log_file": options.log_file,
        "output_flag": bool(options.log_file),
        "log_to_console": False,
    }
    for name, value in values.items():
        must(highs.setOptionValue(name, value), f"{name} = {value}")


def give_start(highs: Any, options: SolveOptions, n_cols: int) -> None:
    """Hand over the start, whole or in part."""
    if options.start is None:
        return
    if isinstance(options.start, dict):
        known = np.array(sorted(options.start), dtype=np.int32)
        values = np.array([options.start[int(j)] for j in known], dtype=np.float64)
    else:
        dense: FloatArray = np.asarray(options.start, dtype=np.float64)
        if dense.shape != (n_cols,):
            raise ValueError(f"the start has {dense.shape} values, the model {n_cols} columns")
        known = np.flatnonzero(~np.isnan(dense)).astype(np.int32)
        values = dense[known]
    if len(known) == n_cols:
        solution = highspy.HighsSolution()
        solution.col_value = values
        must(highs.setSolution(solution), "setSolution")
    elif len(known):
        must(highs.setSolution(len(known), known, values), "setSolution")


def run_once(highs: Any, state: ModelState, options: SolveOptions) -> SolveResult | Infeasible:
    """Run and read; the answer is feasible by our own reckoning, or it is no answer.

    Raises
    ------
    NoAnswer
        When the status is none that we know, or the point does not pass the check.
    """
    if not state.base.n_cols:
        return _without_columns(state)
    started = time.monotonic()
    configure(highs, options, state)
    if options.fresh:
        must(highs.clearSolver(), "clearSolver")
    give_start(highs, options, state.base.n_cols)
    with Watch(highs, options, started) as watch:
        try:
            status = highs.run()
        except Exception as error:
            raise NoAnswer(f"run: {error!r}") from error
    seconds = time.monotonic() - started
    if status == highspy.HighsStatus.kError:
        raise NoAnswer("run: error")
    answer = _read(highs, state, options, watch.stopped_by, seconds)
    if isinstance(answer, SolveResult):
        watch.tell(1.0, answer.gap, answer.objective if answer.has_solution else None)
    return answer


def _read(
    highs: Any, state: ModelState, options: SolveOptions, stopped_by: StopReason | None, seconds: float
) -> SolveResult | Infeasible:
    said = highs.getModelStatus()
    info = highs.getInfo()
    nodes = max(0, int(info.mip_node_count)) if state.is_mip else 0
    iterations = max(0, int(info.simplex_iteration_count)) + max(0, int(info.ipm_iteration_count))
    if said in (_MODEL_STATUS.kInfeasible, _MODEL_STATUS.kUnboundedOrInfeasible):
        return Infeasible(seconds, nodes, iterations)
    if said == _MODEL_STATUS.kUnbounded:
        return SolveResult(Status.UNBOUNDED, StopReason.PROVED, seconds=seconds, nodes=nodes, iterations=iterations)
    ends = {
        _MODEL_STATUS.kOptimal: (Status.OPTIMAL, StopReason.PROVED),
        _MODEL_STATUS.kTimeLimit: (Status.TIME_LIMIT, StopReason.CLOCK),
        _MODEL_STATUS.kInterrupt: (Status.INTERRUPTED, stopped_by or StopReason.CANCELLED),
        _MODEL_STATUS.kSolutionLimit: (Status.WORK_LIMIT, StopReason.NODES),
        _MODEL_STATUS.kIterationLimit: (Status.WORK_LIMIT, StopReason.NODES),
        _MODEL_STATUS.kObjectiveTarget: (Status.TARGET_REACHED, StopReason.TARGET),
    }
    if said not in ends:
        raise NoAnswer(f"status {said.name}")
    status, reason = ends[said]
    x, objective, violation = _point(highs, state, options, int(info.primal_solution_status))
    if status is Status.OPTIMAL and x is None:
        raise NoAnswer("optimal without a solution")
    worst = math.inf if state.maximise else -math.inf
    if state.is_mip:
        bound = _cleared(float(info.mip_dual_bound), objective, state)
        gap = relative_gap(objective, bound)
        if status is Status.OPTIMAL and abs(bound - objective) > options.abs_gap:
            if gap > options.gap * 1.001 + 1e-6:  # our objective and HiGHS's differ by rounding
                raise NoAnswer(f"optimal with gap {gap:.3g}")
            if options.gap > 0 and gap > 1e-9:
                status, reason = Status.GAP_REACHED, StopReason.GAP
    else:
        bound = objective if status is Status.OPTIMAL else worst
    return SolveResult(
        status, reason, x=x, objective=objective, bound=bound if math.isfinite(bound) else worst,
        violation=violation, seconds=seconds, nodes=nodes, iterations=iterations,
    )  # fmt: skip


def _point(
    highs: Any, state: ModelState, options: SolveOptions, primal_status: int
) -> tuple[FloatArray | None, float, float]:
    if primal_status != _FEASIBLE:
        return None, math.nan, 0.0
    x: FloatArray = np.array(highs.getSolution().col_value, dtype=np.float64)
    violation = state.violation(x) if len(x) == state.base.n_cols else math.inf
    if violation > SLACK * options.feasibility:
        raise NoAnswer(f"the solution misses a row, bound or integer by {violation:.3g}")
    return x, state.objective(x), violation


def _cleared(bound: float, objective: float, state: ModelState) -> float:
    """Return the bound, moved to the objective where tolerances have put it a hair on the wrong side."""
    if not (math.isfinite(bound) and math.isfinite(objective)):
        return bound
    beyond = (objective - bound) if state.maximise else (bound - objective)
    if beyond <= 0.0:
        return bound
    if beyond > 1e-5 * max(1.0, abs(objective)):
        raise NoAnswer(f"bound {bound} contradicts the solution {objective}")
    return objective


def _without_columns(state: ModelState) -> SolveResult | Infeasible:
    """A model without variables: HiGHS would call it empty even where a row cannot hold."""
    if bool((state.row_lower > 0).any()) or bool((state.row_upper < 0).any()):
        return Infeasible(0.0, 0, 0)
    return SolveResult(Status.OPTIMAL, StopReason.PROVED, np.zeros(0), state.offset, state.offset)
