"""The tables of one solve: starts, spending, money entries, and every per-project money limit in whole 元.

Index conventions (all numpy int64 unless said): `p` position in `Problem.projects`, `k` position in the
start table, `e` position in the entry table, `j` position in the pair table (project, money year).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Starts:
    """Possible starts: one row a project and start year; a carry-over has one row that is fixed.

    Attributes
    ----------
    project, year : Ints
        Project position and start year (a carry-over: the plan year).
    fixed : Bools
        Whether the start is a constant 1 (carry-over).
    first : Ints
        Position of each project's first row; length number of projects + 1.
    """

    project: Ints
    year: Ints
    fixed: Bools
    first: Ints

    def __len__(self) -> int:
        return len(self.project)


@dataclass(frozen=True)
class Spending:
    """Spending of each start by calendar year: rows (start, project, year, pair, amount in 元 > 0)."""

    start: Ints
    project: Ints
    year: Ints
    pair: Ints
    amount: Ints


@dataclass(frozen=True)
class Entries:
    """Money entries f[p, c, t]: where a channel may pay a project in a year.

    Attributes
    ----------
    project, leaf, year, pair : Ints
        Project position, position in `Problem.leaves`, calendar year, position in the pair table.
    upper : Ints
        Largest spending of the pair over all starts, 元.
    """

    project: Ints
    leaf: Ints
    year: Ints
    pair: Ints
    upper: Ints

    def __len__(self) -> int:
        return len(self.project)


@dataclass(frozen=True)
class Pairs:
    """Project and money year with spending; `spend_first`, `entry_first` delimit rows of the other tables."""

    project: Ints
    year: Ints
    spend_first: Ints
    entry_first: Ints

    def __len__(self) -> int:
        return len(self.project)


@dataclass
class ProjectRows:
    """Limits of single projects: `sum_k lo_k x_k + lo0 <= sum_e coef_e f_e <= sum_k hi_k x_k + hi0`.

    Rows are stored one after the other; `entry_first` and `start_first` delimit each row's entries and
    starts. All numbers are whole 元 except `coef`, `lo0`, `hi0` of rows that weigh channels (cover, shares of
    capital or debt), which are exact fractions.

    Attributes
    ----------
    family : str
        Rule family that owns the rows.
    rule : list of str
        Policy path of each row's rule.
    project, year : list of int
        Project position; calendar year, 0 for the whole project.
    entry, coef : list
        Entry positions; coefficients (None for all ones).
    start, lo, hi : list
        Start positions and the bound that each brings; `lo`/`hi` None where the row has no such bound.
    """

    family: str
    rule: list[str] = field(default_factory=list)
    project: list[int] = field(default_factory=list)
    year: list[int] = field(default_factory=list)
    entry_first: list[int] = field(default_factory=lambda: [0])
    entry: list[int] = field(default_factory=list)
    coef: list[Fraction] | None = None
    start_first: list[int] = field(default_factory=lambda: [0])
    start: list[int] = field(default_factory=list)
    lo: list[int | Fraction] = field(default_factory=list)
    hi: list[int | Fraction] = field(default_factory=list)
    has_lo: list[bool] = field(default_factory=list)
    has_hi: list[bool] = field(default_factory=list)
    lo0: list[Fraction | int] = field(default_factory=list)
    hi0: list[Fraction | int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.project)

    def append(
        self,
        rule: str,
        project: int,
        year: int,
        entries: list[int],
        starts: list[int],
        lo: Sequence[int | Fraction] | None,
        hi: Sequence[int | Fraction] | None,
        coefs: list[Fraction] | None = None,
        lo0: Fraction | int = 0,
        hi0: Fraction | int = 0,
    ) -> None:
        """Add one row; `lo` and `hi` give a number a start, None where there is no such bound."""
        self.rule.append(rule)
        self.project.append(project)
        self.year.append(year)
        if coefs is not None and self.coef is None:
            self.coef = [Fraction(1)] * len(self.entry)
        if self.coef is not None:
            self.coef.extend(coefs if coefs is not None else [Fraction(1)] * len(entries))
        self.entry.extend(entries)
        self.entry_first.append(len(self.entry))
        self.start.extend(starts)
        self.start_first.append(len(self.start))
        self.lo.extend(lo if lo is not None else [0] * len(starts))
        self.hi.extend(hi if hi is not None else [0] * len(starts))
        self.has_lo.append(lo is not None)
        self.has_hi.append(hi is not None)
        self.lo0.append(lo0)
        self.hi0.append(hi0)
