"""What a portfolio needs at least of a set of channels: the cheapest funding at given prices."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..model.matrices import Matrices
from ..problem.tables import Floats
from ..solver.lp import LinearProgram
from .classes import by_project
from .tables import FundingTables


def least_need(t: FundingTables, v: Floats, prices: list[Floats]) -> list[tuple[float, int]]:
    """Return, for each prices of the link rows, what a portfolio's funding costs at least and how many projects pay.

    Caps are left aside: balance and the rules of each project alone say what it cannot do without.

    Parameters
    ----------
    t : FundingTables
    v : array, shape (t.n_columns,)
        The portfolio: starts and tickets in {0, 1}.
    prices : list of array, shape (link rows,)

    Returns
    -------
    list of (money units, number of projects)

    Raises
    ------
    ValueError
        When no money satisfies the balance and the rules of the portfolio's projects.
    """
    held = np.flatnonzero(np.asarray(t.spend @ v).ravel() > 0)
    if not len(held):  # nothing to pay: a programme without columns is none
        return [(0.0, 0)] * len(prices)
    who = np.unique(t.pair_project[held])
    g = by_project(t, who)
    n = g.n_entries
    pairs, rules = g.spend.shape[0], len(g.local)
    balance = sparse.csr_matrix((np.ones(n), (g.entry_pair, np.arange(n))), shape=(pairs, n))
    a = sparse.vstack([balance, g.local.on_money]).tocsc()
    a.eliminate_zeros()
    a.sort_indices()
    need = np.asarray(g.spend @ v).ravel()
    owner = t.entry_project[np.isin(t.entry_project, who)]
    lp = LinearProgram(Matrices(
        start=a.indptr.astype(np.int32), index=a.indices.astype(np.int32), value=a.data,
        row_lower=np.concatenate([need, np.full(rules, -np.inf)]),
        row_upper=np.concatenate([need, g.local.bound + g.local.on_portfolio @ v + 1e-7]),
        col_cost=np.zeros(n), col_lower=np.zeros(n), col_upper=np.full(n, float(need.max(initial=0.0)) + 1.0),
        integrality=np.zeros(n, dtype=bool), sense="min",
    ))  # fmt: skip
    out: list[tuple[float, int]] = []
    for p in prices:
        cost = np.asarray(g.link.on_money.T @ p).ravel()
        lp.change_cost(np.arange(n, dtype=np.int32), cost)
        answer = lp.run()
        if answer is None:
            raise ValueError("the portfolio cannot be funded by the rules of its projects alone")
        paying = np.unique(owner[(answer.x * cost) > 1e-6])
        out.append((answer.objective, len(paying)))
    return out
