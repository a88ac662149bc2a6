"""Proves a bound of the objective, or that there is no plan: grows a tree and has it checked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from ..problem import Problem
from .closing import above
from .result import Certified, gap_of
from .search import Budget, Search
from .system import System, build_system
from .tree import check, walk

#: ``progress(share, bound)``: share of the budget used, greatest bound still open
Progress = Callable[[float, float], None]


def certify(
    problem: Problem | System,
    value: Fraction,
    gap: Fraction,
    *,
    seconds: float = 60.0,
    leaves: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Certified:
    """Prove that no plan is worth more than ``value * (1 + gap)``, or as near to it as the budget allows.

    Parameters
    ----------
    problem : Problem or System
        The tables, or the exact rows built from them.
    value : Fraction
        Exact objective of a plan.
    gap : Fraction
        Relative gap asked for.
    seconds, leaves : float, int or None
        Budget: time, and leaves of the tree.
    progress, cancel
        Told a few times a second at most; set to stop.

    Returns
    -------
    Certified
        With a bound always: where the budget ends early, the greatest of the leaves that are still open.

    Raises
    ------
    InputError
        When a cap has no number for a money year.
    """
    budget = Budget(seconds, leaves, cancel)
    system = problem if isinstance(problem, System) else build_system(problem)
    search = Search(system, above(value, gap), gap, budget, progress)
    search.run()
    proof = search.proof()
    bound = walk(system, replace(proof, claim=above(value, gap)))
    assert bound is not None
    proof = replace(proof, claim=bound)
    proven = gap_of(bound, value)
    met = bound <= above(value, gap)
    return Certified(proof, bound, proven, met, proof.leaves, len(proof.pool), budget.spent, search.better)


def certify_infeasible(
    problem: Problem | System,
    *,
    seconds: float = 60.0,
    leaves: int | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Certified:
    """Prove that no portfolio satisfies all rules, by Farkas multipliers at every leaf.

    Parameters
    ----------
    problem, seconds, leaves, progress, cancel
        As in `certify`.

    Returns
    -------
    Certified
        `met` only with a checked proof. Whole 元 and what only the exact re-check sees are outside of it: the
        rows with money in fractions of 元 must be infeasible.
    """
    budget = Budget(seconds, leaves, cancel)
    system = problem if isinstance(problem, System) else build_system(problem)
    search = Search(system, None, Fraction(0), budget, progress)
    search.run()
    proof = search.proof() if search.complete and not search.found else None
    if proof is not None:
        check(system, proof)
    size = (proof.leaves, len(proof.pool)) if proof is not None else (0, 0)
    return Certified(proof, None, None, proof is not None, *size, budget.spent, None, search.found)
