"""A mixed-integer linear model as arrays; what the solver layer knows of a model (it needs no Pyomo)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
Sense = Literal["max", "min"]


class LazyNames(Sequence[str]):
    """Names of Pyomo data objects, computed when first read; pickled as plain text.

    Parameters
    ----------
    objects : sequence
        Things with a `name` attribute, or strings.
    """

    __slots__ = ("_names", "_objects")

    def __init__(self, objects: Iterable[Any]) -> None:
        self._objects: list[Any] | None = list(objects)
        self._names: list[str] | None = None

    def _made(self) -> list[str]:
        if self._names is None:
            self._names = [o if isinstance(o, str) else o.name for o in self._objects or ()]
            self._objects = None
        return self._names

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if self._objects is not None and isinstance(i, int):
            found = self._objects[i]
            return found if isinstance(found, str) else str(found.name)
        return self._made()[i]

    def __len__(self) -> int:
        return len(self._names if self._objects is None else self._objects)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __reduce__(self) -> tuple[type[LazyNames], tuple[list[str]]]:
        return (LazyNames, (self._made(),))


@dataclass(frozen=True)
class Span:
    """The columns or rows of one Pyomo component: `start .. start + len(keys)`, in this order."""

    start: int
    keys: tuple[Hashable, ...]

    @property
    def slice(self) -> slice:
        """The component's place in the arrays."""
        return slice(self.start, self.start + len(self.keys))

    def positions(self) -> dict[Hashable, int]:
        """Return the position of every index of the component."""
        return dict(zip(self.keys, range(self.start, self.start + len(self.keys)), strict=True))


@dataclass(frozen=True, eq=False)
class Matrices:
    """A mixed-integer linear model as arrays: `row_lower <= A x <= row_upper`, A stored by columns.

    Attributes
    ----------
    start, index, value : numpy arrays
        A by columns: column j holds `index[start[j]:start[j+1]]` (rows, ascending) and their values.
    row_lower, row_upper, col_cost, col_lower, col_upper : numpy arrays of float
        Rows may be one-sided; every column bound is finite.
    integrality : numpy array of bool
        True where the variable must be whole.
    offset : float
        Constant of the objective.
    sense : {"max", "min"}
        Direction of the objective.
    row_names, col_names : sequence of str
        Pyomo's names, computed when first read.
    col_spans, row_spans : dict of str to Span
        Where each Pyomo component lies.
    """

    start: IntArray
    index: IntArray
    value: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    col_cost: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    integrality: BoolArray
    offset: float = 0.0
    sense: Sense = "max"
    row_names: Sequence[str] = ()
    col_names: Sequence[str] = ()
    col_spans: dict[str, Span] = field(default_factory=dict)
    row_spans: dict[str, Span] = field(default_factory=dict)

    @property
    def n_cols(self) -> int:
        """Number of variables."""
        return len(self.col_cost)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def nnz(self) -> int:
        """Number of stored coefficients."""
        return len(self.value)

    def columns(self, component: Any) -> dict[Hashable, int]:
        """Return index to column for a Pyomo Var (or its name)."""
        return self.col_spans[_name_of(component)].positions()

    def rows(self, component: Any) -> dict[Hashable, int]:
        """Return index to row for a Pyomo Constraint (or its name)."""
        return self.row_spans[_name_of(component)].positions()

    def col_slice(self, component: Any) -> slice:
        """Return the columns of a Var as a slice, in the order of its index set."""
        return self.col_spans[_name_of(component)].slice

    def row_slice(self, component: Any) -> slice:
        """Return the rows of a Constraint as a slice, in the order of its index set."""
        return self.row_spans[_name_of(component)].slice

    def objective(self, x: FloatArray) -> float:
        """Return the objective at `x`."""
        return dot(self.col_cost, x) + self.offset

    def activity(self, x: FloatArray) -> FloatArray:
        """Return `A x`, the value of every row at `x`."""
        per_entry = self.value * np.repeat(x, np.diff(self.start))
        return np.bincount(self.index, weights=per_entry, minlength=self.n_rows).astype(np.float64)


def dot(a: FloatArray, b: FloatArray) -> float:
    """Return the inner product of two vectors, without BLAS: from 10,000 on that wakes threads that wait for a core."""
    return float(np.einsum("i,i->", a, b))


#: a row: columns, values, lower side, upper side
MatrixRow = tuple[Sequence[int], Sequence[float], float, float]


@dataclass
class MoreColumns:
    """Columns to be put behind a model's own.

    Attributes
    ----------
    cost, lower, upper : list of float
    whole : list of bool
    """

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)

    def column(self, cost: float, lower: float, upper: float, *, whole: bool = True) -> int:
        """Add a column; return its number among these."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1


def appended(m: Matrices, columns: MoreColumns, rows: Sequence[MatrixRow]) -> Matrices:
    """Return matrices with columns and rows behind the others; rows name columns of both, zeros are left out.

    Parameters
    ----------
    m : Matrices
        Not changed.
    columns : MoreColumns
    rows : sequence of MatrixRow
    """
    more = len(columns.cost)
    if not more and not rows:
        return m
    own = sp.csc_matrix((m.value, m.index, m.start), shape=(m.n_rows, m.n_cols))
    at = np.concatenate([np.asarray(r[0], dtype=np.int64) for r in rows] or [np.zeros(0, dtype=np.int64)])
    values = np.concatenate([np.asarray(r[1], dtype=float) for r in rows] or [np.zeros(0)])
    which = np.repeat(np.arange(len(rows)), [len(r[0]) for r in rows])
    wide = sp.hstack([own, sp.csc_matrix((m.n_rows, more))], format="csc")
    below = sp.csc_matrix((values, (which, at)), shape=(len(rows), wide.shape[1]))
    whole = sp.vstack([wide, below], format="csc")
    whole.eliminate_zeros()
    whole.sort_indices()
    return replace(
        m, start=whole.indptr.astype(np.int32), index=whole.indices.astype(np.int32), value=whole.data,
        row_lower=np.concatenate([m.row_lower, [r[2] for r in rows]]), row_upper=np.concatenate([m.row_upper, [r[3] for r in rows]]),
        col_cost=np.concatenate([m.col_cost, columns.cost]), col_lower=np.concatenate([m.col_lower, columns.lower]),
        col_upper=np.concatenate([m.col_upper, columns.upper]), integrality=np.concatenate([m.integrality, np.array(columns.whole, dtype=bool)]),
        row_names=(), col_names=(),
    )  # fmt: skip


def _name_of(component: Any) -> str:
    return component if isinstance(component, str) else str(component.name)
