"""How far one shock may go before the plan's projects can no longer all be funded: bisection with a proof at both ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from ....allot import allot
from ....domain.base import Label
from ....domain.fund_stress import Reach, Shock
from ....errors import InputError, SolverError
from ....solver import SolveOptions
from ..target import Target
from .held import rule_names
from .tables import shaken

#: how finely a level is told, and the end of each scale
STEP = Fraction(1, 1000)
ENDS = {"cut": Fraction(1), "rate": Fraction(1, 5), "revenue": Fraction(1), "cost": Fraction(1)}


def reach(target: Target, kinds: Iterable[tuple[str, str]], options: SolveOptions) -> list[Reach]:
    """Return how far each shock may go, by kind and channel, to a thousandth.

    Parameters
    ----------
    target : Target
    kinds : iterable of (kind, channel)
        Kinds of `ENDS`.
    options : SolveOptions
        Its cancel token ends it with those that are found.
    """
    out: list[Reach] = []
    quiet = replace(options, gap=0.0, start=None, progress=None)
    for kind, channel in kinds:
        if stopped(options):
            break
        low, high = 0, int(ENDS[kind] / STEP)
        proven = True
        verdict = _funded(target, kind, channel, ENDS[kind], quiet)
        if verdict is True and not stopped(options):
            out.append(Reach(kind=kind, target=channel, holds=str(ENDS[kind]), breaks=None, proven=True))  # type: ignore[arg-type]
            continue
        proven &= verdict is not None
        while high - low > 1 and not stopped(options):
            middle = (low + high) // 2
            verdict = _funded(target, kind, channel, middle * STEP, quiet)
            proven &= verdict is not None
            low, high = (middle, high) if verdict else (low, middle)
        if stopped(options):
            break  # what was answered since is no verdict
        rules = _in_the_way(target, kind, channel, high * STEP, quiet)
        out.append(Reach(kind=kind, target=channel, holds=str(low * STEP), breaks=str(high * STEP), proven=proven, rules=rules))  # type: ignore[arg-type]
    return out


def stopped(options: SolveOptions) -> bool:
    """Return whether someone asked to stop."""
    return options.cancel is not None and options.cancel.is_set()


def _in_the_way(target: Target, kind: str, channel: str, level: Fraction, options: SolveOptions) -> tuple[Label, ...]:
    """Return the rules that stop the plan's projects at a level."""
    try:
        case = shaken(target, [Shock(kind=kind, target=channel, amount=str(level))])  # type: ignore[arg-type]
        answer = allot(case.problem, target.chosen, case.rows, options, whole=False)
    except (SolverError, InputError):
        return ()
    name = rule_names(case.problem)
    found = [r.label for r in case.rows if r.family == "budget" and not r.holds(target.chosen, ())] + [name(r) for r in answer.blocked]
    return tuple({label.zh: label for label in found}.values())


def _funded(target: Target, kind: str, channel: str, level: Fraction, options: SolveOptions) -> bool | None:
    """Return whether the plan's projects can be funded at a level; None when that was not settled."""
    try:
        case = shaken(target, [Shock(kind=kind, target=channel, amount=str(level))])  # type: ignore[arg-type]
        answer = allot(case.problem, target.chosen, case.rows, options)
    except (SolverError, InputError):
        return None
    if answer.money is not None:
        return not any(r.family == "budget" and not r.holds(target.chosen, ()) for r in case.rows)
    return False if answer.proven else None
