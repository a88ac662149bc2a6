"""When a patched model is the rebuilt one: number for number, once what the problem lacks is taken out.

Taken out of the patched arrays are the columns that the patch fixes at 0 and the rows that it frees; rows of the
family `commitments` over a single start are read as bounds of that start on both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from renewal_opt.model.matrices import Matrices
from renewal_opt.model.patch import Patch


def plain(m: Matrices, columns: np.ndarray | None = None, rows: np.ndarray | None = None) -> dict[str, Any]:
    """Return everything that a model says, without the columns and rows that are not wanted."""
    columns = np.ones(m.n_cols, dtype=bool) if columns is None else columns
    rows = np.ones(m.n_rows, dtype=bool) if rows is None else rows.copy()
    a = sparse.csc_array((m.value, m.index, m.start), shape=(m.n_rows, m.n_cols)).tocsr()
    lower, upper = m.col_lower.copy(), m.col_upper.copy()
    alive = a[:, np.flatnonzero(columns)]
    if "commitments" in m.row_spans:
        for r in range(m.n_rows)[m.row_spans["commitments"].slice]:
            if rows[r] and len(alive[[r]].data) == 1:
                assert alive[[r]].data[0] == 1.0
                j = np.flatnonzero(columns)[alive[[r]].indices[0]]
                lower[j], upper[j] = max(lower[j], m.row_lower[r]), min(upper[j], m.row_upper[r])
                rows[r] = False
    kept = alive[np.flatnonzero(rows)].tocoo()
    order = np.lexsort((kept.col, kept.row))
    names = [(n, k) for n, s in m.col_spans.items() for k in s.keys]
    families = [n for n, s in m.row_spans.items() for k in s.keys]
    return {
        "columns": [n for n, c in zip(names, columns, strict=True) if c], "families": [n for n, r in zip(families, rows, strict=True) if r],
        "row": kept.row[order], "column": kept.col[order], "value": kept.data[order],
        "cost": m.col_cost[columns], "lower": lower[columns], "upper": upper[columns], "integrality": m.integrality[columns],
        "row lower": m.row_lower[rows], "row upper": m.row_upper[rows], "offset": m.offset, "sense": m.sense,
    }  # fmt: skip


def unequal(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Return what two plain models differ in; floats are compared bit for bit."""
    out = []
    for name, value in theirs.items():
        same = np.array_equal(mine[name], value) if isinstance(value, np.ndarray) else mine[name] == value
        if not same:
            out.append(f"{name}: {mine[name]} != {value}")
    return out


def differences(patched: Matrices, patch: Patch, rebuilt: Matrices) -> list[str]:
    """Return in what a patched model differs from the rebuilt one."""
    out = []
    gone, free = ~patch.columns, ~patch.rows
    if patched.col_lower[gone].any() or patched.col_upper[gone].any() or patched.col_cost[gone].any():
        out.append("a column that the problem lacks is not fixed at 0, or has a cost")
    if np.isfinite(patched.row_lower[free]).any() or np.isfinite(patched.row_upper[free]).any():
        out.append("a row that the problem lacks is not free")
    return out + unequal(plain(patched, patch.columns, patch.rows), plain(rebuilt))
