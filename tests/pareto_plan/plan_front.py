"""Every fundable portfolio of a small city, by enumeration of the starts, and what the trade-off finds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from renewal_opt.analysis.annual import options_of
from renewal_opt.analysis.pareto.asked import Objective, read_objectives
from renewal_opt.analysis.pareto.tradeoff import PlanTradeoff
from renewal_opt.analysis.portfolio import funded
from renewal_opt.analysis.settling import opened_at
from renewal_opt.model.build import build_model, plan_rows
from renewal_opt.model.compile import compile_model
from renewal_opt.pareto import Answer, nondominated
from renewal_opt.problem import Problem
from renewal_opt.solver import HighsSession, SolveOptions, Status

Values = tuple[Fraction, ...]


def starts_of(problem: Problem) -> Iterator[list[bool]]:
    """Yield every choice of at most one start a project; carry-overs are in."""
    fixed = problem.starts.fixed.tolist()
    choices = []
    for p in range(len(problem.projects)):
        rows = range(int(problem.starts.first[p]), int(problem.starts.first[p + 1]))
        choices.append([[k] for k in rows] if any(fixed[k] for k in rows) else [[], *([k] for k in rows)])
    for combination in itertools.product(*choices):
        inside = set(itertools.chain.from_iterable(combination))
        yield [k in inside for k in range(len(fixed))]


def portfolios(problem: Problem) -> Iterator[tuple[list[bool], dict[str, int], list[int], Any, Any]]:
    """Yield every portfolio with whole money, and the session and matrices in which its starts are fixed."""
    matrices = compile_model(build_model(problem))
    session = HighsSession(matrices)
    columns = np.arange(matrices.col_slice("x").start, matrices.col_slice("x").stop, dtype=np.int32)
    rows = plan_rows(problem)
    options = SolveOptions(gap=0.0)
    for chosen in starts_of(problem):
        at = np.array(chosen, dtype=float)
        if (at < matrices.col_lower[columns]).any() or (at > matrices.col_upper[columns]).any():
            continue
        session.change_col_bounds(columns, at, at)
        result = session.solve(options)
        if result.status is Status.INFEASIBLE:
            continue
        assert result.x is not None
        opened = opened_at(matrices, result.x)
        answer, _broken, _proven = funded(problem, rows, chosen, opened, options)
        if answer is not None:
            yield chosen, opened, answer.money, session, matrices


def front(values: Sequence[Values], objectives: Sequence[Objective]) -> set[Values]:
    """Return the nondominated values."""
    signs = [1 if o.sense == "max" else -1 for o in objectives]
    y = {tuple(s * v for s, v in zip(signs, row, strict=True)) for row in values}
    kept = {a for a in y if not any(b != a and all(q >= p for p, q in zip(a, b, strict=True)) for b in y)}
    return {tuple(s * v for s, v in zip(signs, row, strict=True)) for row in kept}


def search(problem: Problem, words: Sequence[str], **more: Any) -> tuple[Answer, list[Objective]]:
    """Return what the trade-off finds."""
    objectives = read_objectives(problem, words)
    tradeoff = PlanTradeoff(problem, objectives, [], options_of(problem.scenario))
    return nondominated(tradeoff.model(), **more), objectives
