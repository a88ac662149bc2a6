"""The integer answer under moved caps: solved from a warm state, re-checked exactly, and what two answers prove of their change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ....core import BaseState
from ....domain import Policy
from ....errors import InfeasibleError, SolverError
from ....i18n import _, get_language, set_language
from ....io.load import Inputs
from ....problem import Problem
from ....solver import SolveOptions
from ....workers import spread
from ....workers.shared import Shared, laid_down
from ...annual import make_problem
from ...portfolio import Portfolio, objective_step, solve_portfolio
from ...recheck import recheck_of
from .levers import by_year, with_policy

#: a bound this close to a value is that value: both have gone through floats
_NEAR = Fraction(1, 10**9)


@dataclass(frozen=True)
class Found:
    """What is proven of one optimum.

    Attributes
    ----------
    value : Fraction or None
        Exact objective of the best plan found, None without one.
    bound : Fraction or None
        No plan is better; None where nothing is proven.
    stopped : str
        Why the solver stopped, or ``infeasible`` (no plan satisfies the rules), or ``none`` (no plan within the limits).
    starts : frozenset of (id, year)
        New starts of that plan.
    opened : dict of str to int
        Coordinated areas opened.
    spent : int
        Money of that plan over all years, 元.
    seconds : float
    why : str
        What the solver said where there is no plan.
    """

    value: Fraction | None
    bound: Fraction | None
    stopped: str
    starts: frozenset[tuple[str, int]] = frozenset()
    opened: tuple[tuple[str, int], ...] = ()
    spent: int = 0
    seconds: float = 0.0
    why: str = ""

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that there is no plan."""
        return self.stopped == "infeasible"


def solve(inputs: Inputs, problem: Problem, options: SolveOptions, state: BaseState | None = None) -> tuple[Found, Portfolio | None]:
    """Solve a problem whose caps were moved; the plan found passes the exact verifier.

    Parameters
    ----------
    inputs : Inputs
        Of the plan; its policy is not used.
    problem : Problem
        With the policy to solve under.
    options : SolveOptions
    state : BaseState, optional
        Where to start.

    Raises
    ------
    SolverError
        When the solver fails otherwise than by its limits.
    """
    recheck = recheck_of(replace(inputs, policy=problem.policy), problem)
    try:
        answer = solve_portfolio(problem, options, recheck, state)
    except InfeasibleError as error:
        return Found(None, None, "infeasible", why=str(error)), None
    except SolverError as error:
        return Found(None, None, "none", why=str(error)), None
    return found_of(problem, answer), answer


def found_of(problem: Problem, answer: Portfolio) -> Found:
    """Return what a portfolio and its bound prove."""
    chosen = np.flatnonzero(np.asarray(answer.chosen, dtype=bool) & ~problem.starts.fixed).tolist()
    starts = frozenset((problem.projects[int(problem.starts.project[k])].id, int(problem.starts.year[k])) for k in chosen)
    bound = None if answer.bound is None else settled(answer.objective, Fraction(answer.bound), objective_step(problem))
    return Found(answer.objective, bound, answer.stopped, starts, tuple(sorted(answer.opened.items())), sum(answer.money), answer.seconds)


def settled(value: Fraction, bound: Fraction, step: Fraction | None) -> Fraction:
    """Return a bound, or the value itself where nothing fits between: less than the objective's step, or than floats tell."""
    room = bound - value
    return value if room <= _NEAR * max(Fraction(1), abs(value)) or (step is not None and room < step * (1 - _NEAR)) else bound


# -- many ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shared:
    inputs: Inputs
    options: SolveOptions
    state: BaseState | None
    language: str


_kept: dict[str, tuple[_Shared, Problem]] = {}


def _run(shared: Shared, policy: Policy) -> Found:
    """Solve one case in a worker; inputs and tables are kept from one case to the next."""
    if shared.token not in _kept:
        _kept.clear()
        what: _Shared = shared.load()
        set_language(what.language)
        _kept[shared.token] = (what, by_year(make_problem(what.inputs)))
    what, problem = _kept[shared.token]
    return solve(what.inputs, with_policy(problem, policy), what.options, what.state)[0]


@dataclass(frozen=True)
class Solver:
    """Solves policies of one problem, here or in processes.

    Attributes
    ----------
    inputs : Inputs
    problem : Problem
        `levers.by_year`.
    options : SolveOptions
    state : BaseState or None
        Every solve starts from it, so that answers do not hang on who solves what.
    cancel : threading.Event
        Set it to stop with what is found so far.
    workers : int
    """

    inputs: Inputs
    problem: Problem
    options: SolveOptions
    state: BaseState | None
    cancel: threading.Event
    workers: int = 1

    def one(self, policy: Policy) -> Found:
        """Solve one policy here."""
        return solve(self.inputs, with_policy(self.problem, policy), replace(self.options, cancel=self.cancel), self.state)[0]

    def many(self, policies: Mapping[Any, Policy], done: Callable[[Any, Found], None] = lambda key, found: None) -> dict[Any, Found]:
        """Solve policies by name; those not reached when `cancel` is set are left out."""
        if self.workers <= 1 or len(policies) < 2:
            out: dict[Any, Found] = {}
            for key, policy in policies.items():
                if self.cancel.is_set():
                    break
                out[key] = self.one(policy)
                done(key, out[key])
            return out
        return self._spread(policies, done)

    def _spread(self, policies: Mapping[Any, Policy], done: Callable[[Any, Found], None]) -> dict[Any, Found]:
        out: dict[Any, Found] = {}
        plain = replace(self.options, threads=1, progress=None, cancel=None)
        bare = replace(self.inputs, origins={}, tree={})
        with laid_down(_Shared(bare, plain, self.state, get_language())) as shared:
            for key, found in spread(_run, {k: (shared, p) for k, p in policies.items()}, self.workers, self.cancel):
                out[key] = found if found is not None else Found(None, None, "none", why=_("its worker was killed, most often for want of memory"))
                done(key, out[key])
        return {key: out[key] for key in policies if key in out}
