"""The tables of a plan under shocks: its candidates, scores and basis stay those of the plan as stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ....domain.base import Label
from ....domain.fund_stress import Shock
from ....errors import SolverError
from ....i18n import _
from ....io.load import Inputs
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem, build_problem
from ....screening import Facts
from ..target import Target
from .shocks import Use, shocked


@dataclass(frozen=True, eq=False)
class Shaken:
    """A plan's problem under shocks.

    Attributes
    ----------
    inputs : Inputs
    problem : Problem
        Starts in the order of the plan's own problem.
    rows : list of Row
    notes : list of Label
        What had to be assumed.
    """

    inputs: Inputs
    problem: Problem
    rows: list[Row]
    notes: list[Label]


def use_of(target: Target) -> Use:
    """Return the plan's money by leaf and year, 元."""
    out: dict[tuple[str, int], int] = {}
    for one in target.plan.chosen:
        for m in one.money:
            out[m.channel, m.year] = out.get((m.channel, m.year), 0) + m.yuan
    return out


def shaken(target: Target, shocks: Sequence[Shock]) -> Shaken:
    """Return the tables of a plan under shocks.

    Raises
    ------
    InputError
        Where a cap has no number for a year in which money is needed.
    SolverError
        Where rules change who may start, so that the plan cannot be compared.
    """
    inputs, notes = shocked(target.inputs, shocks, use_of(target))
    stated = target.problem
    facts = stated.facts if inputs.library is target.inputs.library else Facts(inputs.policy, inputs.library)
    problem = build_problem(inputs.policy, inputs.library, inputs.scenario, stated.screened, stated.scoring, facts)
    same = np.array_equal(problem.starts.project, stated.starts.project) and np.array_equal(problem.starts.year, stated.starts.year)
    if not same:
        raise SolverError(_("the shocks change which projects may start, so the plan cannot be compared"))
    problem = replace(problem, score=stated.score, basis=stated.basis, gain=stated.gain)  # dearer projects are worth no more
    return Shaken(inputs, problem, plan_rows(problem), notes)


def gains(problem: Problem) -> dict[str, Fraction]:
    """Return what each candidate brings to the objective, by id."""
    return {p.id: s * b for p, s, b, c in zip(problem.projects, problem.score, problem.basis, problem.carry.tolist(), strict=True) if not c}
