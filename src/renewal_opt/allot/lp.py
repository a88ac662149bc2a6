"""Small models for the allotment: a money row system as arrays for HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..model.matrices import Matrices


@dataclass
class ArrayModel:
    """A linear model gathered row by row.

    Attributes
    ----------
    cost, lower, upper : list of float
        Columns.
    integer : list of bool
        Whole columns.
    """

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _cols: list[int] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)
    _lo: list[float] = field(default_factory=list)
    _hi: list[float] = field(default_factory=list)

    def column(self, cost: float, lower: float, upper: float, integer: bool = False) -> int:
        """Add a column and return its position."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.cost) - 1

    def row(self, columns: Sequence[int], values: Sequence[float], lo: float | None, hi: float | None) -> None:
        """Add a row; None is no bound."""
        r = len(self._lo)
        self._rows.extend([r] * len(columns))
        self._cols.extend(columns)
        self._values.extend(values)
        self._lo.append(-np.inf if lo is None else lo)
        self._hi.append(np.inf if hi is None else hi)

    def matrices(self) -> Matrices:
        """Return the model as arrays (minimise)."""
        n = len(self.cost)
        rows, cols = np.array(self._rows, dtype=np.int32), np.array(self._cols, dtype=np.int64)
        values = np.array(self._values, dtype=np.float64)
        keep = values != 0.0
        rows, cols, values = rows[keep], cols[keep], values[keep]
        order = np.lexsort((rows, cols))
        start = np.concatenate([[0], np.cumsum(np.bincount(cols, minlength=n))]).astype(np.int32)
        return Matrices(
            start=start, index=rows[order], value=values[order],
            row_lower=np.array(self._lo), row_upper=np.array(self._hi), col_cost=np.array(self.cost, dtype=np.float64),
            col_lower=np.array(self.lower, dtype=np.float64), col_upper=np.array(self.upper, dtype=np.float64),
            integrality=np.array(self.integer, dtype=bool), sense="min",
        )  # fmt: skip
