"""What a funding question is asked of: a plan that is already chosen, or the plan of a scenario."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...core import BaseState
from ...domain.plan import Plan
from ...errors import Finding, InputError
from ...i18n import _
from ...io.load import Inputs, load_inputs
from ...io.planfile import read_plan
from ...io.planinputs import exact, read_plan_inputs, solved_with
from ...model.build import plan_rows
from ...model.rows import Row
from ...problem import Problem
from ...solver import Progress
from ...verify import verify_plan
from ..annual import make_problem, solve_annual

#: breaches of a plan that are told one by one, and characters of each number
_TOLD, _LONG = 20, 120


@dataclass(frozen=True, eq=False)
class Target:
    """A chosen portfolio with everything that its money has to satisfy.

    Attributes
    ----------
    path : Path
        The file that was named: a plan or a scenario.
    inputs : Inputs
        Policy, library and scenario that the plan was made from.
    problem : Problem
    rows : list of Row
        Exact plan-wide rows.
    plan : Plan
    chosen : list of bool, length number of starts
        Starts in the plan, carry-overs included.
    opened : dict of str to int
        Coordinated areas opened, with the year.
    money : list of int, length number of money entries
        The plan's money, 元; where policy values were changed, as far as the channels may still pay.
    changed : bool
        Whether policy values were changed beside a plan: the projects stay, its money and bound may no longer hold.
    """

    path: Path
    inputs: Inputs
    problem: Problem
    rows: list[Row]
    plan: Plan
    chosen: list[bool]
    opened: dict[str, int]
    money: list[int]
    changed: bool = False

    @property
    def synthetic(self) -> bool:
        """Whether policy or library is made up."""
        return self.inputs.library.synthetic or self.inputs.policy.city.synthetic

    def state(self) -> BaseState:
        """Return the plan as a state that a solve may start from."""
        return BaseState(starts=tuple((c.id, c.start) for c in self.plan.chosen if c.start is not None), opened=tuple(sorted(self.opened.items())))


def is_plan(path: Path) -> bool:
    """Return whether a file is taken for a plan (JSON) rather than a scenario (YAML)."""
    return path.suffix.lower() == ".json"


def target_of(
    path: Path, *, overrides: Mapping[str, Any] | None = None, options: dict[str, Any] | None = None, progress: Progress | None = None,
    cancel: threading.Event | None = None, before: Callable[[Inputs], object] = lambda _inputs: None,
) -> Target:  # fmt: skip
    """Read a plan with its inputs, or solve a scenario to one.

    Parameters
    ----------
    path : Path
        Plan file (.json) or scenario file.
    overrides : mapping, optional
        Policy values by dotted path, after those of the plan. Beside a plan they need `options`: the projects stay as they are.
    options : dict, optional
        What the plan records of them (key ``overrides``).
    progress, cancel
        For the solve of a scenario.
    before : callable
        Looks at the inputs of a scenario before it is solved, and may refuse them.

    Raises
    ------
    InputError
        For a file that cannot be read; a plan whose inputs are gone or have changed, or that does not pass the exact re-check;
        overrides beside a plan that asks for none.
    InfeasibleError, SolverError
        When the scenario has no plan; see `errors`.
    """
    if not is_plan(path):
        inputs = load_inputs(path, overrides=overrides)
        before(inputs)
        return of_plan(path, inputs, solve_annual(inputs, progress=progress, cancel=cancel, other_bases=False, options=options))
    if overrides and options is None:
        words = _("a scenario: a plan was made from its own policy values")
        raise InputError([Finding("override_of_plan", file=str(path), value=", ".join(overrides), expected=words)])
    plan = read_plan(path)
    read = read_plan_inputs(plan, path)
    if read is None:
        words = _("the policy, library and scenario that the plan was made from, unchanged; solve the scenario again")
        raise InputError([Finding("plan_inputs", file=str(path), expected=words)])
    scenario = solved_with(plan, path, read.scenario)
    read = replace(read, scenario=scenario)
    if not overrides:
        target = of_plan(path, read, plan)
        sound(plan, read, path)
        return target
    sound(plan, read, path)
    own = plan.options.get("overrides")
    own = own if isinstance(own, Mapping) else {}
    inputs = load_inputs(next(p for role, p in read.files if role == "scenario"), overrides={k: v for k, v in exact(own).items() if k not in overrides} | dict(overrides))
    inputs = replace(inputs, scenario=inputs.scenario.model_copy(update={"solver": scenario.solver}))
    recorded = {k: v for k, v in own.items() if k not in overrides} | (options or {}).get("overrides", {})
    return of_plan(path, inputs, plan.model_copy(update={"options": plan.options | {"overrides": recorded}}), changed=True)


def sound(plan: Plan, inputs: Inputs, path: Path) -> None:
    """Refuse a plan that does not pass the exact re-check.

    Raises
    ------
    InputError
        With every breach, up to `_TOLD` of them.
    """
    breaches = [b for r in verify_plan(plan, inputs.policy, inputs.library, inputs.scenario) for b in r.breaches]
    words = _("a plan that passes the exact re-check (verify); here: {expected}")
    faults = [
        Finding(
            "plan_fails", file=str(path), path=f"{b.family}: {b.row or b.rule}", value=(b.found or ("" if b.value is None else str(b.value)))[:_LONG],
            expected=words.format(expected=(b.expected or ("" if b.bound is None else str(b.bound)) or "–")[:_LONG]),
        )
        for b in breaches[:_TOLD]
    ]  # fmt: skip
    if len(breaches) > _TOLD:
        faults.append(Finding("plan_fails", file=str(path), value=str(len(breaches)), expected=_("no breach; the first {n} are told").format(n=_TOLD)))
    if faults:
        raise InputError(faults)


def of_plan(path: Path, inputs: Inputs, plan: Plan, problem: Problem | None = None, *, changed: bool = False) -> Target:
    """Return the target of a plan and its inputs.

    Parameters
    ----------
    path : Path
    inputs : Inputs
    plan : Plan
    problem : Problem, optional
        Made from the inputs unless given.
    changed : bool
        Whether policy values were changed: money that a channel may no longer pay is left aside.

    Raises
    ------
    InputError
        When the plan holds starts or money that its inputs do not have.
    """
    problem = make_problem(inputs) if problem is None else problem
    starts, entries = problem.starts, problem.entries
    place = {(problem.projects[p].id, None if f else y): k for k, (p, y, f) in enumerate(zip(starts.project.tolist(), starts.year.tolist(), starts.fixed.tolist(), strict=True))}
    cell = {(problem.projects[p].id, problem.leaves[c], y): e for e, (p, c, y) in enumerate(zip(entries.project.tolist(), entries.leaf.tolist(), entries.year.tolist(), strict=True))}
    chosen, money = [False] * len(starts), [0] * len(entries)
    faults: list[Finding] = []
    for at, one in enumerate(plan.chosen):
        k = place.get((one.id, one.start))
        if k is None:
            faults.append(Finding("not_a_start", file=str(path), path=f"chosen.{at}.id", value=one.id, expected=_("a carry-over or candidate of the plan's library that may start in {year}").format(year=one.start or plan.plan_year)))
            continue
        chosen[k] = True
        for nth, m in enumerate(one.money):
            e = cell.get((one.id, m.channel, m.year))
            if e is None and changed:
                continue
            if e is None:
                faults.append(Finding("no_money_here", file=str(path), path=f"chosen.{at}.money.{nth}", value=f"{m.channel} {m.year}", expected=_("a channel that may pay {project} in a year in which it spends").format(project=one.id)))
            else:
                money[e] += m.yuan
    for key, k in place.items():
        if key[1] is None and not chosen[k]:
            faults.append(Finding("carry_over_missing", file=str(path), path="chosen", value=key[0], expected=_("every carry-over of the library")))
    if faults:
        raise InputError(faults)
    return Target(path, inputs, problem, plan_rows(problem), plan, chosen, dict(plan.opened_areas), money, changed)
