"""The price of robustness: the best plan at each level of protection, each tried on the same drawn overruns."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from ...domain.robust import ProtectedPlan, Protection
from ...errors import InfeasibleError, SolverError
from ...i18n import _
from ...io.load import Inputs
from ...problem import Problem
from ...problem.tickets import ticket_bounds
from ...solver import SolveOptions
from .measures import items_of
from .overrun import Level, overrun_of
from .plans import Plans, gamma_name
from .protect import Protected, Protector
from .space import Space
from .trial import draws, tried


def price_of_robustness(
    inputs: Inputs, problem: Problem, protection: Protection, options: SolveOptions, seconds: float, tell: Callable[[str], None],
    plans: Plans | None = None,
) -> tuple[ProtectedPlan, ...]:
    """Return the best plan at each gamma, in rising order, from gamma 0 on.

    Parameters
    ----------
    seconds : float
        Time for each plan.
    tell : callable
        Told what is being worked on.
    plans : Plans, optional
        Takes each plan found.

    Raises
    ------
    InputError, InfeasibleError, SolverError
        Without an error it is empty when the cancel token was set before the first plan.
    """
    if _stopped(options):
        return ()
    o = overrun_of(inputs, problem, protection)
    items = items_of(problem)
    space = Space(problem, items, options)
    protector = Protector(o, space, options.gap)
    space.warm(protector.parts)
    drawn = draws(o, protection)
    tickets = has_tickets(problem)
    out: list[ProtectedPlan] = []
    first: Protected | None = None
    for gamma in sorted({Fraction(0), *(Fraction(g) for g in protection.gamma)}):
        if _stopped(options):
            break  # the levels so far are the answer
        name = f"{float(gamma):g}"
        tell(_("plan protected with gamma {gamma}").format(gamma=name))
        began = time.monotonic()
        try:
            found = protector.solve(Level(gamma), seconds)
        except SolverError:
            if not _stopped(options):
                raise
            break
        if found is None:
            if not gamma:
                raise InfeasibleError(_("no portfolio satisfies the rules"))
            out.append(ProtectedPlan(gamma=str(gamma), objective=None, bound=None, chosen=(), price=None, proven=True, sets="proven", rows=0, seconds=round(time.monotonic() - began, 3)))
            continue
        first = first or found
        if plans is not None:
            plans.add(gamma_name(gamma), found.pick, bound=out[0].bound if out else found.bound)
        if len(drawn):
            tell(_("gamma {gamma}: trying the plan on {draws} draws").format(gamma=name, draws=f"{len(drawn):,d}"))
        trial = tried(o, found.pick, found.verdict.rules if gamma >= 1 else (), drawn, options.cancel) if len(drawn) else None
        chosen = [problem.projects[p].id for p in items.projects[found.pick.bits[: len(items.projects)]].tolist()]
        out.append(ProtectedPlan(
            gamma=str(gamma), objective=str(found.objective), bound=found.bound, chosen=tuple(chosen), price=str(first.objective - found.objective),
            proven=found.proven, sets=_sets(gamma, found, tickets), rows=found.rows, trial=trial, seconds=round(found.seconds, 3),
        ))  # fmt: skip
    return tuple(out)


def _stopped(options: SolveOptions) -> bool:
    return options.cancel is not None and options.cancel.is_set()


def _sets(gamma: Fraction, found: Protected, tickets: bool) -> Literal["proven", "none", "open"]:
    if found.verdict.status == "open" or (tickets and gamma):
        return "open"
    return "none" if not gamma else "proven"


def has_tickets(problem: Problem) -> bool:
    """Return whether a channel has a least ticket size, which the linear programmes leave out."""
    return any(b.least is not None for b in ticket_bounds(problem))
