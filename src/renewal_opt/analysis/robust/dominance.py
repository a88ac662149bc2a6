r"""Nondominated portfolios under intervals: dominance on the difference of two portfolios, one programme a test.

A dominates B when V(A) >= V(B) for every weight and score (and cost) of the information set, and > for one. Items in both
cancel, so with `l`, `h` the ends of an item's part of measure e,

.. math::
    D_e(A, B) = \sum_{A \setminus B} l_e - \sum_{B \setminus A} h_e \ge 0 \;\forall e, \qquad
    \exists e: \; D^+_e(A, B) = \sum_{A \setminus B} h_e - \sum_{B \setminus A} l_e > 0

(Liesiö, Mild, Salo 2007; cost is one more measure, counted negative, as in their paper of 2008). For fixed B both are linear in A,
for fixed A linear in B, and the sum of `l + h` grows from B to A, for it is the sum of D and D+.

* `dominator`: given B, the A with D >= 0 and the most of that sum. None has more than B: B is nondominated. Else A itself is
  nondominated, for what dominates A dominates B too and has still more; the next test proves it.
* `next_one`: a B that no known A dominates (a binary for each measure in which D is negative) and that is no known one. When there
  is none the set is complete.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...i18n import _
from ...problem.tables import Ints
from .measures import Bits, Table
from .space import Found, More, Pick, Space

#: how much more than the others one measure counts when a new portfolio is looked for
_EMPHASIS = 10


def least(table: Table, a: Bits, b: Bits) -> Ints:
    """Return the least difference A less B in every measure, shape (measures,)."""
    out: Ints = table.low @ (a & ~b).astype(np.int64) - table.high @ (b & ~a).astype(np.int64)
    return out


def most(table: Table, a: Bits, b: Bits) -> Ints:
    """Return the largest difference A less B in every measure, shape (measures,)."""
    return -least(table, b, a)


def dominates(table: Table, a: Bits, b: Bits) -> bool:
    """Return whether A dominates B."""
    return bool((least(table, a, b) >= 0).all() and (most(table, a, b) > 0).any())


@dataclass
class Search:
    """Finds nondominated portfolios one after the other.

    Attributes
    ----------
    space, table
        Where, and by what.
    known : list of Pick
        Nondominated portfolios found so far.
    until : float
        Moment at which to stop.
    why : str
        Why the last question was left open.
    tell : callable
        Told how far the search is.
    """

    space: Space
    table: Table
    until: float
    known: list[Pick] = field(default_factory=list)
    why: str = ""
    tell: Callable[[str], None] = lambda _words: None
    _active: list[int] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the time ended, or the search was stopped."""
        return time.monotonic() > self.until or self.space.stopped

    def dominator(self, b: Pick) -> Found:
        """Return the best portfolio that dominates `b`; status `none` when there is none, by proof.

        After portfolios were set aside without a proof there is none: one of them may dominate.
        """
        t = self.table
        more = More()
        for low, high in zip(t.low, t.high, strict=True):
            parts = np.where(b.bits, high, low)
            more.rows.append(self.space.row(parts, float(high[b.bits].sum()) - 0.5, math.inf))
        middle = t.middle
        own = int(middle[b.bits].sum())
        found = self.space.best(middle, more, until=self.until, start=b)
        if found.status != "found" or found.pick is None:
            return Found("open", why=found.why or _("a portfolio was not found again"))
        if dominates(t, found.pick.bits, b.bits):
            return found
        if self.space.aside:
            return Found("open", why=_("portfolios were set aside without a proof"))
        if found.bound < own + 1 - 1e-3:
            return Found("none")
        return Found("open", why=self._loose())

    def _loose(self) -> str:
        """Return why a bound leaves a step open: the run was cut short, or the numbers are too large for it."""
        return ("stopped" if self.space.stopped else "time") if self.over else _("a bound did not exclude a step")

    def climbed(self, b: Pick) -> Pick | None:
        """Return `b`, or a portfolio that dominates it, proven nondominated; None when that was left open."""
        while True:
            above = self.dominator(b)
            if above.status == "none":
                return b
            if above.pick is None:
                self.why = above.why
                return None
            b = above.pick

    def next_one(self, fixed: tuple[int, bool] | None = None) -> Found:
        """Return a portfolio that no known one dominates or equals.

        Parameters
        ----------
        fixed : (item, bool), optional
            An item that it must hold, or must not.
        """
        while True:
            more = More()
            for pick in self.known:
                more.rows.append(self.space.not_this(pick.bits))
            for number in self._active:
                self._not_below(self.known[number].bits, more)
            if fixed is not None:
                one = np.zeros(len(self.table.items))
                one[fixed[0]] = 1.0
                more.rows.append(self.space.row(one, *((1.0, math.inf) if fixed[1] else (-math.inf, 0.0))))
            found = self.space.best(self._direction(), more, until=self.until, gap=1e-3)
            if found.pick is None:
                return found
            above = [n for n, a in enumerate(self.known) if n not in self._active and dominates(self.table, a.bits, found.pick.bits)]
            if not above:
                return found if not any(dominates(self.table, a.bits, found.pick.bits) for a in self.known) else Found("open", why=self._loose())
            self._active += above

    def _direction(self) -> Ints:
        """Return the sum to be raised: one measure after the other counts most, so that what is found first is spread."""
        t = self.table
        measure = len(self.known) % len(t.measures)
        out: Ints = t.middle + _EMPHASIS * (t.low[measure] + t.high[measure])
        return out

    def _not_below(self, a: Bits, more: More) -> None:
        """Add: B is not dominated by A. Either D is negative in a measure, or D+ is positive in none."""
        t = self.table
        picks: list[int] = []
        for low, high in zip(t.low, t.high, strict=True):
            # D_e(A, B) = sum_{A} low (1 - b) - sum_{not A} high b <= -1 when the column is 1
            parts = -np.where(a, low, high)
            constant = float(low[a].sum())
            top = constant + float(np.maximum(parts, 0).sum())
            if constant + float(np.minimum(parts, 0).sum()) > -1:
                continue
            column = more.column(0.0, 0.0, 1.0)
            picks.append(column)
            more.rows.append(self.space.row(parts, -math.inf, top - constant, [(column, top + 0.5)]))
        equal = more.column(0.0, 0.0, 1.0)
        for low, high in zip(t.low, t.high, strict=True):
            parts = -np.where(a, high, low)
            constant = float(high[a].sum())
            top = constant + float(np.maximum(parts, 0).sum())
            if top > 0:
                more.rows.append(self.space.row(parts, -math.inf, top - constant, [(equal, top - 0.5)]))
        n = self.space.matrices.n_cols
        more.rows.append(([n + k for k in [*picks, equal]], [1.0] * (len(picks) + 1), 1.0, math.inf))

    def complete(self, at_most: int) -> bool:
        """Find all nondominated portfolios; return whether the list is complete (`why` says why not)."""
        while True:
            if self.over:
                self.why = "stopped" if self.space.stopped else "time"
                return False
            found = self.next_one()
            if found.status == "none":
                return self.space.aside == 0
            if found.pick is None:
                self.why = found.why
                return False
            if len(self.known) >= at_most:
                self.why = "many"
                return False
            if self.take(found.pick) is None:
                return False

    def take(self, b: Pick) -> Pick | None:
        """Prove a portfolio, or one above it, nondominated and keep it."""
        proven = self.climbed(b)
        if proven is not None and not any((proven.bits == a.bits).all() for a in self.known):
            self.known.append(proven)
            self.tell(_("nondominated portfolios: {number} found").format(number=len(self.known)))
        return proven
