"""An answer of the solver as a portfolio with whole money, or what shuts it out: what all jobs on the plan model share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..allot import COST_ROOM, Level, allot
from ..model.matrices import Matrices, MatrixRow
from ..model.rows import Row
from ..problem import Problem
from ..problem.areas import Area, unmet_areas
from ..solver import SolveOptions
from ..solver.result import FloatArray
from .exclude import RowCatcher, TakesRows, exclude, keep_shut


@dataclass(frozen=True, eq=False)
class Picked:
    """The portfolio of an answer.

    Attributes
    ----------
    chosen : list of bool
        By start.
    opened : dict of str to int
        Coordinated areas opened, with the year.
    unmet : list of Area
        Areas opened whose conditions the portfolio does not meet exactly.
    """

    chosen: list[bool]
    opened: dict[str, int]
    unmet: list[Area]


@dataclass(frozen=True, eq=False)
class Money:
    """Whole money of a portfolio.

    Attributes
    ----------
    amounts : list of int or None
        By money entry, 元; None where the portfolio breaks a rule or has no funding.
    blocked : tuple of str
        Names of the rules in the way.
    proven : bool
        Whether they are proven to be.
    """

    amounts: list[int] | None
    blocked: tuple[str, ...] = ()
    proven: bool = True


def opened_at(matrices: Matrices, x: FloatArray) -> dict[str, int]:
    """Return the coordinated areas that a point opens, with the year."""
    if "z" not in matrices.col_spans:
        return {}
    return {key[0]: key[1] for key, column in matrices.columns("z").items() if x[column] > 0.5}  # type: ignore[index]


def picked(problem: Problem, matrices: Matrices, x: FloatArray) -> Picked:
    """Return the portfolio of a point of the plan model's columns."""
    chosen = (x[matrices.col_slice("x")] > 0.5).tolist()
    opened = opened_at(matrices, x)
    return Picked(chosen, opened, unmet_areas(problem, chosen, opened))


def broken_by_starts(problem: Problem, rows: Sequence[Row], chosen: list[bool]) -> list[str]:
    """Return the names of plan-wide rows without money that a portfolio breaks exactly."""
    zero = [0] * len(problem.entries)
    return [r.name for r in rows if r.left.entries is None and not r.holds(chosen, zero)]


def whole_money(
    problem: Problem, rows: Sequence[Row], chosen: list[bool], options: SolveOptions, seconds: float, *,
    cost: Mapping[int, float] | None = None, levels: Sequence[Level] = (), room: int = COST_ROOM,
) -> Money:  # fmt: skip
    """Give a portfolio whole money.

    Parameters
    ----------
    problem : Problem
    rows : sequence of Row
        Exact plan-wide rows.
    chosen : list of bool
        By start.
    options : SolveOptions
        Threads, seed and cancel of the allotment.
    seconds : float
        Its time.
    cost, levels, room
        See `allot.allot`.
    """
    broken = broken_by_starts(problem, rows, chosen)
    if broken:
        return Money(None, tuple(broken))
    answer = allot(problem, chosen, rows, replace(options, start=None, progress=None, gap=0.0, seconds=seconds), cost=cost, levels=levels, room=room)
    if answer.money is None:
        return Money(None, tuple(r.name for r in answer.blocked) or ("balance",), answer.proven)
    return Money(answer.money)


def shut_out(target: TakesRows, problem: Problem, rows: list[Row], matrices: Matrices, pick: Picked, options: SolveOptions, *, unfunded: bool) -> None:
    """Add rows that an answer breaks: areas stay shut while their conditions are unmet, else the portfolio is excluded.

    Parameters
    ----------
    target : TakesRows
    problem : Problem
    rows : list of Row
    matrices : Matrices
        Whose columns the rows name.
    pick : Picked
    options : SolveOptions
    unfunded : bool
        Whether it is proven that the portfolio cannot be funded: its smallest such part is excluded then.
    """
    if pick.unmet:
        keep_shut(target, matrices, pick.unmet, pick.chosen)
    else:
        exclude(target, problem, rows, pick.chosen, matrices.col_slice("x"), options, unfunded)


def rows_against(problem: Problem, rows: list[Row], matrices: Matrices, pick: Picked, options: SolveOptions, *, unfunded: bool) -> list[MatrixRow]:
    """Return what `shut_out` adds."""
    catcher = RowCatcher()
    shut_out(catcher, problem, rows, matrices, pick, options, unfunded=unfunded)
    return catcher.rows
