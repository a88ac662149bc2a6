"""Which rule families of an infeasible model are in conflict.

A deletion filter over families: starting from all of them (or from those that an exact certificate of the LP
relaxation names), a family is left out when the rest is still infeasible. The set that remains is then checked
again from the start: it must be infeasible by a second proof, and feasible as soon as any one family is dropped;
otherwise the answer says that it is not confirmed, or not minimal.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..model.matrices import Matrices
from .proof import certificate
from .result import SolveOptions, Status
from .run import Factory
from .session import HighsSession


@dataclass(frozen=True)
class ConflictSet:
    """Families that cannot hold together.

    Attributes
    ----------
    families : tuple of str
        In the order in which they first appear among the rows; empty when no conflict was found.
    confirmed : bool
        The set was shown infeasible, with a second proof.
    minimal : bool
        Dropping any one family was shown to leave a feasible model.
    rows : tuple of int
        Rows that an exact certificate combines, where the linear relaxation of the set is infeasible already.
    solves : int
        Number of models solved on the way.
    """

    families: tuple[str, ...]
    confirmed: bool
    minimal: bool
    rows: tuple[int, ...] = ()
    solves: int = 0


def find_conflict(
    matrices: Matrices,
    families: Sequence[str],
    options: SolveOptions | None = None,
    *,
    seconds: float = 60.0,
    trial_seconds: float = 10.0,
    factory: Factory | None = None,
) -> ConflictSet:
    """Return a set of families in conflict in an infeasible model.

    Parameters
    ----------
    matrices : Matrices
        The model.
    families : sequence of str
        The family of each row; rows of family ``""`` are structure and stay in every trial.
    options : SolveOptions, optional
        Threads, seed, tolerance and cancel token of the trials.
    seconds, trial_seconds : float
        Limits for the whole search and for each trial.

    Returns
    -------
    ConflictSet
        With no families and `confirmed` when the structure alone (and the bounds) is infeasible; with no families
        and not `confirmed` when the model as a whole could not be shown infeasible.
    """
    if len(families) != matrices.n_rows:
        raise ValueError(f"{len(families)} families for {matrices.n_rows} rows")
    trial = _Trials(matrices, families, options or SolveOptions(), seconds, trial_seconds, factory)
    everything = list(dict.fromkeys(f for f in families if f))
    if trial.feasible(everything) is not False:
        return ConflictSet((), confirmed=False, minimal=False, solves=trial.solves)
    if trial.feasible(()) is False:
        return ConflictSet((), confirmed=True, minimal=True, rows=trial.rows(()), solves=trial.solves)
    kept = trial.named_by_certificate(everything)
    for family in list(kept):
        if family not in kept:
            continue
        rest = [f for f in kept if f != family]
        if trial.feasible(rest) is False:
            kept = [f for f in trial.named_by_certificate(rest) if f in rest]
    confirmed = trial.feasible(kept) is False
    minimal = confirmed and all(trial.feasible([f for f in kept if f != family]) for family in kept)
    return ConflictSet(tuple(kept), confirmed, minimal, trial.rows(kept), trial.solves)


class _Trials:
    """One session in which families are switched on and off by their row bounds."""

    def __init__(
        self, m: Matrices, families: Sequence[str], options: SolveOptions,
        seconds: float, trial_seconds: float, factory: Factory | None,
    ) -> None:  # fmt: skip
        self.solves = 0
        self._m = m
        self._families = np.array(families, dtype=object)
        self._until = time.monotonic() + seconds
        self._trial_seconds = trial_seconds
        self._options = replace(options, start=None, target=None, cutoff=None, progress=None, nodes=None, fresh=True)
        self._factory = factory
        self._session = HighsSession(replace(m, col_cost=np.zeros(m.n_cols), offset=0.0), self._options, factory=factory)

    def _limits(self) -> SolveOptions:
        left = self._until - time.monotonic()
        return replace(self._options, seconds=max(0.0, min(self._trial_seconds, left)))

    def _bounds(self, families: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        on = np.isin(self._families, ["", *families])
        return np.where(on, self._m.row_lower, -np.inf), np.where(on, self._m.row_upper, np.inf)

    def feasible(self, families: Iterable[str]) -> bool | None:
        """Whether the model with these families alone has a solution; None when that stays open."""
        if time.monotonic() >= self._until:
            return None
        lower, upper = self._bounds(families)
        if len(lower):
            self._session.change_row_bounds(np.arange(len(lower), dtype=np.int32), lower, upper)
        self.solves += 1
        result = self._session.solve(self._limits())
        if result.status is Status.INFEASIBLE:
            return False
        return True if result.has_solution else None

    def _certificate_rows(self, families: Iterable[str]) -> tuple[int, ...]:
        if time.monotonic() >= self._until:
            return ()
        lower, upper = self._bounds(families)
        model = replace(self._m, row_lower=lower, row_upper=upper, col_cost=np.zeros(self._m.n_cols))
        y = certificate(model, self._limits(), self._factory)
        if y is None:
            return ()
        side = np.where(y > 0, lower, upper)
        return tuple(int(i) for i in np.flatnonzero((y != 0) & np.isfinite(side)))

    def named_by_certificate(self, families: Sequence[str]) -> list[str]:
        """Return those of `families` that an exact certificate needs, or all when there is none."""
        rows = self._certificate_rows(families)
        named = set(self._families[list(rows)]) if rows else set(families)
        return [f for f in families if f in named]

    def rows(self, families: Iterable[str]) -> tuple[int, ...]:
        """Return the rows of an exact certificate for `families`, none when there is none."""
        return self._certificate_rows(families)
