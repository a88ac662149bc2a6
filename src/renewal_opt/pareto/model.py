"""The models of the trade-off: a compiled model with objective rows, columns that pick a zone, and a column that relaxes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import SolverError
from ..i18n import _
from ..model.matrices import Matrices, MatrixRow, MoreColumns, appended
from ..solver.result import FloatArray
from .objectives import IntegerObjective, LinearObjective, whole_objectives
from .whole import broken_row

#: zones that one run may look at together
MOST_ZONES = 16

#: a row: columns, values, lower side, upper side
Row = MatrixRow


class BrokenRow(SolverError):
    """An answer within the solver's tolerance that is none in whole numbers."""


@dataclass(frozen=True, eq=False)
class Settled:
    """What an answer of the solver is worth exactly.

    Attributes
    ----------
    values : tuple of Fraction, length p
        In the objectives' own units and senses.
    payload : object
        What the point carries (a plan); must be picklable where several processes work.
    """

    values: tuple[Fraction, ...]
    payload: Any = None


@dataclass(frozen=True)
class Aside:
    """An answer of the solver that is no point, with rows that shut it out.

    Attributes
    ----------
    rows : tuple of Row
        The answer breaks at least one of them.
    proven : bool
        Whether every feasible point satisfies the rows; otherwise the front is not called complete.
    why : str
    """

    rows: tuple[Row, ...]
    proven: bool
    why: str = ""


#: rows that every feasible point satisfies and this one breaks
Separate = Callable[[FloatArray], Sequence[Row]]
#: exact worth of a point, or why it is none
Settle = Callable[[FloatArray], Settled | Aside]


@dataclass(frozen=True, eq=False)
class MatrixModel:
    """A mixed-integer linear model with several linear objectives.

    Attributes
    ----------
    matrices : Matrices
        The feasible points; its own objective is not read. Every column has finite bounds.
    objectives : tuple of LinearObjective
    separate : callable, optional
        Rows that come when an answer breaks them. Picklable where several processes work.
    settle : callable, optional
        Exact worth of an answer; without, the whole columns are rounded, every row is checked again (`whole.broken_row`), and the
        objectives are computed exactly. Picklable likewise.
    """

    matrices: Matrices
    objectives: tuple[LinearObjective, ...]
    separate: Separate | None = None
    settle: Settle | None = None

    def settled(self, x: FloatArray) -> Settled | Aside:
        """Return what a point is worth.

        Raises
        ------
        BrokenRow
            When a row breaks as soon as the whole columns are rounded.
        """
        if self.settle is not None:
            return self.settle(x)
        rounded = np.where(self.matrices.integrality, np.rint(x), x)
        row = broken_row(self.matrices, rounded)
        if row is not None:
            raise BrokenRow(_("an answer breaks row {row} once its whole numbers are rounded").format(row=row))
        return Settled(tuple(o.value(rounded) for o in self.objectives))

    def whole(self) -> tuple[IntegerObjective, ...] | None:
        """Return the objectives in whole steps; None when the relaxation has no point."""
        found = whole_objectives(self.matrices, self.objectives)
        return None if found is None else tuple(found)


@dataclass(frozen=True, eq=False)
class Extended:
    """A model with what zones need behind its own columns and rows.

    Attributes
    ----------
    matrices : Matrices
        Own columns, then `MOST_ZONES` zone columns (shut), then one that relaxes every objective row (shut).
        Own rows, then one row an objective: ``y_k + relax >= side``, then: the zone columns add up to 1 or less.
    n : int
        Own columns.
    first_row : int
        Number of the first objective row.
    """

    matrices: Matrices
    n: int
    first_row: int

    @property
    def relax(self) -> int:
        """Column that relaxes the objective rows."""
        return self.n + MOST_ZONES

    @property
    def pick_row(self) -> int:
        """Row of the sum of the zone columns."""
        return self.matrices.n_rows - 1


def extended(matrices: Matrices, objectives: Sequence[IntegerObjective]) -> Extended:
    """Return a model with its objective rows, free, and the columns of zones."""
    n, more = matrices.n_cols, MoreColumns()
    for _zone in range(MOST_ZONES):
        more.column(0.0, 0.0, 0.0)
    relax = n + more.column(0.0, 0.0, 0.0, whole=False)
    rows: list[Row] = [([*o.source.columns.tolist(), relax], [*o.coefficients().tolist(), 1.0], -np.inf, np.inf) for o in objectives]
    rows.append((range(n, n + MOST_ZONES), [1.0] * MOST_ZONES, -np.inf, 1.0))
    out = replace(appended(matrices, more, rows), col_cost=np.zeros(n + len(more.cost)), offset=0.0, sense="max")
    return Extended(out, n, matrices.n_rows)
