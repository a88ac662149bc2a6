r"""Funding rows with overruns in them: what each start costs at prices of the link rows, without and with its overrun.

For prices ``lambda >= 0`` of the rows that link projects, a start's money costs at least
``phi_k(theta) = min { lambda L f : f adds up to its spending and keeps the rules of its project }``, so
``sum_k (phi_k(theta_k) - lambda o_k(theta_k)) x_k <= lambda l`` holds for every plan that can be funded after the overruns theta. With theta any set of the
uncertainty, these are the protected funding rows; all of them together are exact (linear duality; Benders 1962).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ...errors import SolverError
from ...i18n import _
from ...problem.tables import Floats
from ...solver.lp import LinearProgram
from .moneymodel import LOCAL_PRICE, MoneyModel, balance, lp_of


class Prices:
    """Prices of all starts.

    Parameters
    ----------
    m : MoneyModel
        Of all starts.
    starts : int
        Number of starts.
    rest : float
        Third kind of overrun, beside 0 and 1; 0 for none.
    """

    def __init__(self, m: MoneyModel, starts: int, rest: float) -> None:
        self.m, self.starts = m, starts
        self.shares = (0.0, 1.0, *((rest,) if rest else ()))
        projects = int(m.owner.max(initial=-1)) + 1
        self._lps: list[LinearProgram] = []
        locals_ = len(m.bound0)
        for share in self.shares if m.n else ():
            need, bound = m.right(np.ones(starts), np.full(projects, share))
            a = sp.vstack([
                sp.hstack([balance(m), sp.csr_matrix((len(need), locals_))]), sp.hstack([m.local, -sp.eye(locals_, format="csr")]),
            ])  # fmt: skip
            low = np.concatenate([need, np.full(locals_, -np.inf)])
            cost = np.concatenate([np.zeros(m.n), np.full(locals_, LOCAL_PRICE)])
            self._lps.append(lp_of(a, low, np.concatenate([need, bound]), cost))
        self._columns = np.arange(m.n, dtype=np.int32)

    def of(self, prices: Floats) -> dict[float, Floats]:
        """Return by overrun what each start costs at least, less the room that it adds, shape (starts,)."""
        m = self.m
        cost = np.asarray(m.link.T @ prices).ravel() if m.n else np.zeros(0)
        out: dict[float, Floats] = {share: np.zeros(self.starts) for share in self.shares}
        for share, lp in zip(self.shares, self._lps, strict=False):
            lp.change_cost(self._columns, cost)
            answer = lp.run()
            if answer is None:
                raise SolverError(_("HiGHS gave no usable answer: {first}; again: {second}").format(first="infeasible", second="prices"))
            own = np.bincount(m.group_start[m.group], weights=cost * answer.x[: m.n], minlength=self.starts)
            slack = np.bincount(m.local_start, weights=LOCAL_PRICE * answer.x[m.n :], minlength=self.starts)
            room = (m.own0 * (1.0 - share) + m.own1 * share).T @ prices
            out[share] = (own + slack - room).astype(np.float64)
        return out
