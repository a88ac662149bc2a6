"""Runs the cases of a stress test, here or on several processes, and puts the answer together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .... import __version__
from ....core import BaseState
from ....domain.fund_stress import Case, Held, Reoptimised, Shock, StressAnswer
from ....errors import InputError, SolverError
from ....i18n import _, get_language, set_language
from ....screening import Facts
from ....solver import SolveOptions
from ....workers import Shared, laid_down, spread
from ...annual import options_of
from ..target import Target
from .best import best
from .held import Known, allotted, broken_rules, held
from .reach import reach, stopped
from .repeat import overrides_of
from .shocks import name_of
from .survivor import survivor
from .tables import shaken
from .thresholds import thresholds


@dataclass(frozen=True)
class Asked:
    """What a stress test is asked for.

    Attributes
    ----------
    cases : tuple of tuple of Shock
    hold, again : bool
        Whether the projects are held; whether the plan is solved anew.
    far : tuple of (kind, channel)
        Shocks whose reach is looked for.
    not_far : tuple of (kind, channel)
        Shocks whose reach was asked for and is not looked for: lateness, which goes by whole years.
    survive : bool
        Whether the plan that survives all cases is looked for.
    cover : bool
        Whether thresholds of cover are told.
    """

    cases: tuple[tuple[Shock, ...], ...]
    hold: bool = True
    again: bool = True
    far: tuple[tuple[str, str], ...] = ()
    not_far: tuple[tuple[str, str], ...] = ()
    survive: bool = False
    cover: bool = True


#: told of each case as soon as it is done
Showing = Callable[[Case], None]


def stress(
    target: Target, asked: Asked, *, workers: int = 1, cancel: threading.Event | None = None, show: Showing = lambda _case: None,
) -> StressAnswer:  # fmt: skip
    """Answer a stress test.

    Parameters
    ----------
    target : Target
        The plan as stated.
    asked : Asked
    workers : int
        Processes for the cases.
    cancel : threading.Event, optional
        Stops with the cases that are done; one that is not is left out. The search for a survivor gives what it has found.
    show : callable
        Told of each case.
    """
    began = time.perf_counter()
    plan, options = target.plan, replace(options_of(target.inputs.scenario), threads=1, cancel=cancel)
    done: dict[int, Case] = {}
    for n, case in _cases(target, asked, options, workers, cancel):
        done[n] = case
        show(case)
    edges = tuple(thresholds(target)) if asked.cover else ()
    far = tuple(reach(target, asked.far, options))
    survives = survivor(target, asked.cases, options) if asked.survive and not stopped(options) else None
    return StressAnswer(
        program=__version__, title=plan.title, synthetic=target.synthetic, scenario=plan.scenario, plan_year=plan.plan_year, basis=plan.objective.basis,
        inputs=plan.inputs, objective=plan.objective.value, bound=plan.objective.bound,
        channels={k: c.label for k, c in target.inputs.policy.funding.channels.items()}, cases=tuple(done[n] for n in sorted(done)),
        thresholds=edges, reach=far, not_searched=asked.not_far,  # type: ignore[arg-type]
        survivor=survives, seconds=round(time.perf_counter() - began, 3), stopped=stopped(options),
    )  # fmt: skip


def one_case(target: Target, shocks: Sequence[Shock], asked: Asked, options: SolveOptions, state: BaseState | None) -> Case:
    """Answer one case."""
    name = name_of(shocks)
    try:
        case = shaken(target, shocks)
    except (SolverError, InputError) as error:
        return _unsettled(shocks, asked, str(error))
    money = allotted(target, case, options)
    stands = money is not None and not broken_rules(case.problem, case.rows, target.chosen, target.opened)
    tightens = all(s.kind in ("cut", "rate") for s in shocks)  # less money, dearer debt: rules get no wider
    return Case(
        name=name, shocks=tuple(shocks), notes=tuple(case.notes),
        overrides=overrides_of(target.inputs.policy.funding, case.inputs.policy.funding), repeatable=case.inputs.library is target.inputs.library,
        held=held(target, case, options, known=Known(money)) if asked.hold else None,
        best=best(target, case, options, state, stands=stands, tightens=tightens) if asked.again else None,
    )  # fmt: skip


def _unsettled(shocks: Sequence[Shock], asked: Asked, why: str) -> Case:
    held_, again = Held(status="failed", why=why) if asked.hold else None, Reoptimised(status="failed", why=why) if asked.again else None
    return Case(name=name_of(shocks), shocks=tuple(shocks), held=held_, best=again)


def _cases(target: Target, asked: Asked, options: SolveOptions, workers: int, cancel: threading.Event | None) -> Iterator[tuple[int, Case]]:
    state = target.state()
    if workers < 2 or len(asked.cases) < 2:
        for n, shocks in enumerate(asked.cases):
            if stopped(options):
                return
            answer = one_case(target, shocks, asked, options, state)
            if not stopped(options):  # else it may be the answer of a solve that was ended
                yield n, answer
        return
    bare = replace(target, problem=replace(target.problem, facts=None))  # type: ignore[arg-type]
    with laid_down((bare, asked, replace(options, cancel=None), state, get_language())) as shared:
        for n, case in spread(_work, {n: (shared, n) for n in range(len(asked.cases))}, workers, cancel):
            yield n, _unsettled(asked.cases[n], asked, _("its worker was killed, most often for want of memory")) if case is None else case


@dataclass
class _Here:
    """What a worker keeps between cases."""

    token: str = ""
    loaded: Any = None


_HERE = _Here()


def _work(shared: Shared, n: int) -> Case:
    """Answer one case in a worker, which reads the plan once."""
    if _HERE.token != shared.token:
        target, asked, options, state, language = shared.load()
        problem = replace(target.problem, facts=Facts(target.inputs.policy, target.inputs.library))
        set_language(language)
        _HERE.loaded = replace(target, problem=problem), asked, options, state
        _HERE.token = shared.token
    target, asked, options, state = _HERE.loaded
    return one_case(target, asked.cases[n], asked, options, state)
