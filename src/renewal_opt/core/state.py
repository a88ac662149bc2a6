"""What a solve can hand to the next: prices of funding rows and a known portfolio; frozen, small, picklable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..funding.rows import FundingRow, Prices
from ..funding.tables import FundingTables
from ..model.matrices import Matrices
from ..problem import Problem
from ..problem.tables import Floats


@dataclass(frozen=True)
class BaseState:
    """Knowledge of an earlier solve; none of it is trusted: rows are made anew from their prices.

    Attributes
    ----------
    shape : tuple
        What the prices refer to; prices of other tables are left aside.
    prices : tuple of Prices
    starts : tuple of (project id, start year)
        New starts of the best plan.
    opened : tuple of (area id, year)
    """

    shape: tuple[object, ...] = ()
    prices: tuple[Prices, ...] = ()
    starts: tuple[tuple[str, int], ...] = ()
    opened: tuple[tuple[str, int], ...] = field(default=())


def shape_of(problem: Problem, tables: FundingTables) -> tuple[object, ...]:
    """Return what has to be equal for prices to keep their meaning."""
    return (
        tuple(p.id for p in problem.projects), len(problem.entries), problem.money_unit, len(tables.local),
        tuple((n.row, n.least) for n in tables.link_names), problem.leaves, problem.money_years,
    )  # fmt: skip


def prices_for(problem: Problem, tables: FundingTables, state: BaseState | None) -> Sequence[Prices]:
    """Return the prices of a state that fit these tables."""
    return state.prices if state is not None and state.shape == shape_of(problem, tables) else ()


def state_after(problem: Problem, tables: FundingTables, rows: Sequence[FundingRow], chosen: Sequence[bool], opened: dict[str, int]) -> BaseState:
    """Return the state after a solve."""
    starts = problem.starts
    inside = np.flatnonzero(np.asarray(chosen, dtype=bool) & ~starts.fixed)
    return BaseState(
        shape_of(problem, tables), tuple(r.prices for r in rows),
        tuple((problem.projects[int(starts.project[k])].id, int(starts.year[k])) for k in inside), tuple(sorted(opened.items())),
    )  # fmt: skip


def start_of(m: Matrices, problem: Problem, state: BaseState | None) -> Floats | None:
    """Return the portfolio of a state as a point of this model, None where it does not fit."""
    if state is None or not state.starts:
        return None
    x = np.where(m.col_lower > 0.5, 1.0, 0.0)
    first = m.col_slice("x").start
    wanted = set(state.starts)
    for k, (p, year) in enumerate(zip(problem.starts.project.tolist(), problem.starts.year.tolist(), strict=True)):
        if (problem.projects[p].id, year) in wanted:
            x[first + k] = 1.0
    if "z" in m.col_spans:
        z = m.columns("z")
        for key in state.opened:
            if key in z:
                x[z[key]] = 1.0
    if "u" in m.col_spans or (x > m.col_upper + 1e-9).any():
        return None
    activity = m.activity(x)
    slack = 1e-9 * np.maximum(1.0, np.abs(activity))
    if ((activity < m.row_lower - slack) | (activity > m.row_upper + slack)).any():
        return None
    return x
