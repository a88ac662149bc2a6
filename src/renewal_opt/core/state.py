"""What a solve can hand to the next: prices of funding rows and a known portfolio; frozen, small, picklable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..funding.rows import FundingRow, Prices
from ..funding.tables import FundingTables
from ..problem import Problem


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
