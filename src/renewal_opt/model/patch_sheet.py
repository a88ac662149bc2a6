"""What the rule families write for one problem, as plain numbers: a sheet stands in for the Pyomo model.

The families know no difference: they write through the same `rows.Writer`, so a sheet holds the very numbers that the
compiled Pyomo model has, in the same order. It is what a patch is computed from, without Pyomo's objects.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from .matrices import FloatArray, IntArray

#: lower bound, coefficients, variables, upper bound
Body = tuple[float | None, list[float], list[Any], float | None]


class Column:
    """A variable of a sheet: its number among the columns, and its bounds as the families set them."""

    __slots__ = ("_lb", "_ub", "number")

    def __init__(self, number: int, lower: float, upper: float) -> None:
        self.number, self._lb, self._ub = number, lower, upper

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper bound."""
        return self._lb, self._ub


@dataclass(frozen=True, eq=False)
class Written:
    """The rows of one family.

    Attributes
    ----------
    keys : tuple
        Indices of the Pyomo constraint.
    same : tuple
        Keys that name the same row in another problem, whatever stands before it.
    lower, upper : arrays of float, one a row
    row, column, value : arrays, one a coefficient
        Row within the family, ascending; column of the sheet; a column may come twice in a row.
    """

    keys: tuple[Hashable, ...]
    same: tuple[Hashable, ...]
    lower: FloatArray
    upper: FloatArray
    row: IntArray
    column: IntArray
    value: FloatArray


class Sheet:
    """Takes what `rows.Writer` writes.

    Parameters
    ----------
    starts : int
        Number of columns `x`, in the order of the start table.
    money : sequence of float
        Upper bounds of the columns `f`, in the order of the entry table; empty where money is projected out.
    gap : int
        Columns that are left out behind those, where no family that is written needs them.

    Attributes
    ----------
    columns : list of Column
        All columns in the order of the compiled model.
    spans : dict of str to (int, tuple of keys)
        Further components (`z`, `u`): first column and indices.
    rows : dict of str to Written
        By family, those that have rows.
    gain_unit, gains
        As in `build.build_model`.
    """

    def __init__(self, starts: int, money: Sequence[float], gap: int = 0) -> None:
        self._gap = gap
        self.columns = [Column(k, 0.0, 1.0) for k in range(starts)]
        self.columns += [Column(e, 0.0, upper) for e, upper in enumerate(money, starts)]
        self.listed = self.columns[:starts], self.columns[starts:]
        self.spans: dict[str, tuple[int, tuple[Hashable, ...]]] = {}
        self.rows: dict[str, Written] = {}
        self.gain_unit = 1.0
        self.gains: list[tuple[float, Column]] = []

    def binaries(self, name: str, keys: Sequence[Hashable]) -> list[Column]:
        """Add a component of binaries and return its columns."""
        first = len(self.columns) + self._gap
        made = [Column(j, 0.0, 1.0) for j in range(first, first + len(keys))]
        if made:
            self.spans[name] = (first, tuple(keys))
            self.columns += made
        return made

    def take(self, name: str, kept: Mapping[Hashable, Body], same: Iterable[Hashable]) -> None:
        """Take the rows of one family."""
        if not kept:
            return
        lower, coefs, variables, upper = zip(*kept.values(), strict=True)
        counts = list(map(len, coefs))
        self.rows[name] = Written(
            keys=tuple(kept), same=tuple(same),
            lower=np.array([-np.inf if b is None else b for b in lower], dtype=np.float64),
            upper=np.array([np.inf if b is None else b for b in upper], dtype=np.float64),
            row=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
            column=np.fromiter((v.number for v in chain.from_iterable(variables)), dtype=np.int32, count=sum(counts)),
            value=np.fromiter(chain.from_iterable(coefs), dtype=np.float64, count=sum(counts)),
        )  # fmt: skip

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return lower and upper bounds of all columns."""
        both = np.array([c.bounds for c in self.columns], dtype=np.float64).reshape(-1, 2)
        return both[:, 0].copy(), both[:, 1].copy()
