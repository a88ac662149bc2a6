"""Asks whether a portfolio can be funded; if not, at which prices it breaks a funding row.

The linear programme lets every rule give way at a price (elastic form); its optimum is 0 for a portfolio that can
be funded, else its multipliers are the prices of a broken row. The matrix stands still, only right sides change
with the portfolio, so each question starts from the last basis.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from ..model.matrices import Matrices
from ..problem.tables import Floats, Ints
from ..solver.clock import Clock
from ..solver.lp import LinearProgram
from .classes import Grouped, by_class, by_project
from .rows import FundingRow, Prices, alone, by_year, funding_row
from .tables import FundingTables

#: price of letting a rule of one project give way; a rule that links projects has price 1
_LOCAL_PRICE = 4.0
#: money units by which a portfolio may miss its rules in all and still count as funded here; whole money decides
TOLERANCE = 5e-6
#: up to so many money entries every question is asked project by project, from one living programme
FEW_ENTRIES = 4_000
#: programmes of more entries start afresh when this share of the spending has moved
LARGE, FAR = 20_000, 0.01


@dataclass
class Answer:
    """What the oracle found: rows that the portfolio breaks, starts that can never be funded."""

    funded: bool
    rows: list[FundingRow] = field(default_factory=list)
    hopeless: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class _Elastic:
    """The elastic programme over grouped rules."""

    def __init__(self, g: Grouped, *, once: bool = False) -> None:
        n, links, locals_ = g.n_entries, len(g.link), len(g.local)
        n_pairs = g.spend.shape[0]
        give = sparse.eye(links + locals_, format="csr") * -1.0
        rules = sparse.vstack([g.link.on_money, g.local.on_money]).tocsr()
        balance = sparse.csr_matrix((np.ones(n), (g.entry_pair, np.arange(n))), shape=(n_pairs, n))
        a = sparse.vstack([
            sparse.hstack([balance, sparse.csr_matrix((n_pairs, links + locals_))]), sparse.hstack([rules, give]),
        ]).tocsc()  # fmt: skip
        a.eliminate_zeros()
        a.sort_indices()
        self._n_pairs, self._links = n_pairs, links
        cost = np.concatenate([np.zeros(n), np.ones(links), np.full(locals_, _LOCAL_PRICE)])
        upper = np.full(a.shape[1], 1e12)
        self._bound = np.concatenate([g.link.bound, g.local.bound])
        self._portfolio = sparse.vstack([g.link.on_portfolio, g.local.on_portfolio]).tocsr()
        self._spend = g.spend
        self._rows = np.arange(a.shape[0], dtype=np.int32)
        self._low = np.full(links + locals_, -np.inf)
        zero = np.zeros(n_pairs)
        self._large, self._need = n > LARGE, None
        self._lp = LinearProgram(Matrices(
            start=a.indptr.astype(np.int32), index=a.indices.astype(np.int32), value=a.data,
            row_lower=np.concatenate([zero, self._low]), row_upper=np.concatenate([zero, self._bound]),
            col_cost=cost, col_lower=np.zeros(a.shape[1]), col_upper=upper, integrality=np.zeros(a.shape[1], dtype=bool), sense="min",
        ), presolve=once)  # fmt: skip

    def ask(self, v: Floats, clock: Clock) -> tuple[float, Floats, Floats]:
        """Return the least total give, money units, and the multipliers of link and local rows."""
        self._lp.clock = clock
        if not self._lp.n_cols:  # nothing that spends may be paid: those starts are shut
            return 0.0, np.zeros(0), np.zeros(0)
        need = self._spend @ v
        if self._large and self._need is not None and float(np.abs(need - self._need).sum()) > FAR * float(need.sum()):
            self._lp.forget()
        self._need = need
        right = self._bound + self._portfolio @ v
        self._lp.change_row_bounds(self._rows, np.concatenate([need, self._low]), np.concatenate([need, right]))
        answer = self._lp.run()
        if answer is None:  # every rule may give way and every pair has a channel
            raise AssertionError("an elastic programme without a point")
        y = -answer.row_dual[self._n_pairs :]
        return answer.objective, y[: self._links], y[self._links :]


class Oracle:
    """Answers whether portfolios can be funded.

    Parameters
    ----------
    tables : FundingTables
    n_projects : int
        Number of projects of the problem.

    Attributes
    ----------
    clock : Clock
        When a question has to be answered; `OutOfTime` is raised then.
    """

    def __init__(self, tables: FundingTables, n_projects: int) -> None:
        self.tables = tables
        self.asked = self.asked_exactly = 0
        self._n_projects = n_projects
        self.clock = Clock()
        self.exact = len(tables.entry_pair) <= FEW_ENTRIES
        self._living: tuple[Grouped, _Elastic] | None = None
        self._last: Floats | None = None

    def ask(self, v: Floats) -> Answer:
        """Ask from the living programme: project by project where `exact`, else on projects added up by class.

        By class it is quick, and 'funded' may still fail project by project.

        Parameters
        ----------
        v : array, shape (tables.n_columns,)
            Starts and tickets, in [0, 1].
        """
        if self._living is None:
            g = by_project(self.tables, np.arange(self._n_projects)) if self.exact else by_class(self.tables, self._n_projects)
            self._living = (g, _Elastic(g))
        g, elastic = self._living
        self.asked += 1
        give, link, local = elastic.ask(v, self.clock)
        if give <= TOLERANCE:
            self._last = v.copy()
            return Answer(True)
        spread = local[g.local_group] if len(self.tables.local) else local
        return self._answer(v, link, spread)

    def ask_exactly(self, v: Floats) -> Answer:
        """Ask project by project, over those that `v` holds at all; prices of the others are those of their class."""
        t = self.tables
        if self.exact and self._last is not None and np.array_equal(self._last, v):
            return Answer(True)
        if self.exact:
            return self.ask(v)
        self.asked_exactly += 1
        held = np.flatnonzero(np.asarray(t.spend @ v).ravel() > 0)
        wanted = np.unique(t.pair_project[held])
        g = by_project(t, wanted)
        give, link, local = _Elastic(g, once=True).ask(v, self.clock)
        if give <= TOLERANCE:
            return Answer(True)
        spread = self._spread(g, local)
        answer = self._answer(v, link, spread)
        if not answer.rows and not len(answer.hopeless):
            return Answer(True)
        return answer

    def _spread(self, g: Grouped, local: Floats) -> Floats:
        """Return local multipliers of every project: their own, or the mean of those of their class."""
        if not len(local) or self._living is None:
            return np.zeros(len(self.tables.local))
        own = g.local_group >= 0
        out = np.where(own, local[np.maximum(g.local_group, 0)], 0.0)
        like = self._living[0].local_group
        total = np.bincount(like[own], weights=out[own], minlength=int(like.max()) + 1)
        count = np.bincount(like[own], minlength=int(like.max()) + 1)
        mean = total / np.maximum(1, count)
        return np.where(own, out, mean[like])

    def _answer(self, v: Floats, link: Floats, local: Floats) -> Answer:
        t = self.tables
        prices = Prices.of(link, local)
        out = Answer(False)
        beyond = alone(t, prices)
        out.hopeless = np.flatnonzero((beyond > 1e-6) & ~t.shut)
        for part in [prices, *by_year(t, prices)]:
            row = funding_row(t, part)
            if row.excess(v) > 0:
                out.rows.append(row)
        return out
