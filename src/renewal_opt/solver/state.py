"""The model as it stands in a living session: our own copy, against which every answer is checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..model.matrices import Matrices, MoreColumns, appended, dot
from .result import FloatArray, IntArray


@dataclass
class ModelState:
    """Current numbers of a session; the coefficients of `base` do not change, rows may be added behind.

    Attributes
    ----------
    base : Matrices
        The model as it was compiled.
    row_lower, row_upper, col_cost, col_lower, col_upper : numpy arrays
        As they stand now.
    added : list of (columns, values)
        The rows added since.
    """

    base: Matrices
    row_lower: FloatArray
    row_upper: FloatArray
    col_cost: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    offset: float
    added: list[tuple[IntArray, FloatArray]] = field(default_factory=list)

    @classmethod
    def of(cls, base: Matrices) -> ModelState:
        """Return the state at the start: copies of the model's arrays."""
        return cls(
            base, base.row_lower.copy(), base.row_upper.copy(), base.col_cost.copy(),
            base.col_lower.copy(), base.col_upper.copy(), base.offset,
        )  # fmt: skip

    @property
    def maximise(self) -> bool:
        """Whether more is better."""
        return self.base.sense == "max"

    @property
    def is_mip(self) -> bool:
        """Whether any variable must be whole."""
        return bool(self.base.integrality.any())

    def objective(self, x: FloatArray) -> float:
        """Return the objective at `x` with the costs as they stand."""
        return dot(self.col_cost, x) + self.offset

    def activity(self, x: FloatArray) -> FloatArray:
        """Return the value of every row at `x`, added rows last."""
        more = [dot(values, x[columns]) for columns, values in self.added]
        return np.concatenate([self.base.activity(x), np.array(more, dtype=np.float64)])

    def violation(self, x: FloatArray) -> float:
        """Return the largest miss of a row, bound or integer at `x`; rows relative to their size."""
        if not np.isfinite(x).all():
            return float("inf")
        activity = self.activity(x)
        size = np.maximum(1.0, np.abs(activity))
        misses = [
            (self.row_lower - activity) / size,
            (activity - self.row_upper) / size,
            self.col_lower - x,
            x - self.col_upper,
            np.abs(x - np.rint(x))[self.base.integrality],
        ]
        return max([0.0, *(float(m.max()) for m in misses if len(m))])

    def matrices(self) -> Matrices:
        """Return the model as it stands, added rows included; what may change are arrays of its own."""
        base = self.base
        added = [(columns.tolist(), values.tolist(), 0.0, 0.0) for columns, values in self.added]
        return replace(
            appended(base, MoreColumns(), added),
            row_lower=self.row_lower.copy(), row_upper=self.row_upper.copy(), col_cost=self.col_cost.copy(),
            col_lower=self.col_lower.copy(), col_upper=self.col_upper.copy(), offset=self.offset,
            row_names=[*base.row_names, *(f"added[{i}]" for i in range(len(added)))] if base.row_names else (), col_names=base.col_names,
        )  # fmt: skip
