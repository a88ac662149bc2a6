"""Small random models with several objectives, and their nondominated sets by enumeration."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp

from renewal_opt.model.matrices import Matrices
from renewal_opt.pareto import LinearObjective, MatrixModel


@dataclass(frozen=True)
class Case:
    """A 0/1 model ``A x <= b`` with integer objectives."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    senses: tuple[str, ...]
    scales: tuple[Fraction, ...]
    constants: tuple[Fraction, ...]

    def model(self) -> MatrixModel:
        n = self.c.shape[1]
        at = np.arange(n, dtype=np.int32)
        objectives = tuple(
            LinearObjective(f"o{k}", at, tuple(int(v) * s for v in row), constant, sense)  # type: ignore[arg-type]
            for k, (row, s, constant, sense) in enumerate(zip(self.c, self.scales, self.constants, self.senses, strict=True))
        )
        return MatrixModel(matrices_of(self.a, self.b), objectives)

    def front(self) -> set[tuple[Fraction, ...]]:
        """Return the nondominated values by enumeration of every 0/1 point."""
        n = self.c.shape[1]
        x = np.array(list(itertools.product((0, 1), repeat=n)), dtype=np.int64)
        x = x[(x @ self.a.T <= self.b).all(axis=1)]
        signs = np.array([1 if s == "max" else -1 for s in self.senses])
        y = np.unique((x @ self.c.T) * signs, axis=0)
        kept = [row for row in y if not ((y >= row).all(axis=1) & (y > row).any(axis=1)).any()]
        return {
            tuple(constant + int(v) * int(sign) * s for v, sign, s, constant in zip(row, signs, self.scales, self.constants, strict=True))
            for row in kept
        }


def matrices_of(a: np.ndarray, b: np.ndarray) -> Matrices:
    """Return ``A x <= b`` over 0/1 columns as matrices."""
    m = sp.csc_matrix(np.asarray(a, dtype=float))
    n = m.shape[1]
    return Matrices(
        start=m.indptr.astype(np.int32), index=m.indices.astype(np.int32), value=m.data, row_lower=np.full(m.shape[0], -np.inf),
        row_upper=np.asarray(b, dtype=float), col_cost=np.zeros(n), col_lower=np.zeros(n), col_upper=np.ones(n),
        integrality=np.ones(n, dtype=bool),
    )  # fmt: skip


def draw(seed: int) -> Case:
    """Draw a case: 2 to 5 objectives, coefficients up to 1e7, ranges that differ by up to 1e5, ties and equal rows among them."""
    rng = np.random.default_rng(seed)
    p = int(rng.integers(2, 6))
    n = int(rng.integers(4, (11, 9, 8, 7)[p - 2] if seed < 1000 else 11))
    m = int(rng.integers(1, 4))
    a = rng.integers(0, 30, (m, n))
    b = np.maximum(1, (a.sum(axis=1) * rng.uniform(0.2, 0.9, m)).astype(int))
    sizes = [int(rng.choice([3, 20, 100, 100, 10_000, 1_000_000, 10_000_000])) for _k in range(p)]
    c = np.array([rng.integers(-size // 4 if rng.random() < 0.3 else 0, size + 1, n) for size in sizes], dtype=np.int64)
    if rng.random() < 0.3:
        c[rng.integers(p), rng.integers(n)] = 0
    if rng.random() < 0.15:
        c[1] = c[0] if rng.random() < 0.5 else -c[0]
    if rng.random() < 0.1:
        c[-1] = 0
    senses = tuple("max" if rng.random() < 0.7 else "min" for _k in range(p))
    scales = tuple(Fraction(int(rng.integers(1, 8)), int(rng.choice([1, 1, 3, 10_000, 7]))) for _k in range(p))
    constants = tuple(Fraction(int(rng.choice([0, 0, 5, -3]))) * s for s in scales)
    return Case(a, b, c, senses, scales, constants)


def knapsack(seed: int, p: int, n: int, largest: int = 60) -> Case:
    rng = np.random.default_rng(seed)
    a = rng.integers(1, 40, (1, n))
    c = rng.integers(1, largest, (p, n)).astype(np.int64)
    return Case(a, a.sum(axis=1) // 2, c, ("max",) * p, (Fraction(1),) * p, (Fraction(0),) * p)


def values(points: Any) -> set[tuple[Fraction, ...]]:
    return {p.values for p in points}
