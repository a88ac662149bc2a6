"""Plans of a robust answer as plan files: each protected plan, maximin and minimax regret, funded at the stated cost and re-checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ...domain.plan import Check, InputFile, Plan
from ...domain.robust import RobustQuestion
from ...i18n import _
from ...io.load import Inputs
from ...model.build import plan_rows
from ...model.rows import Row
from ...problem import Problem
from ...solver import SolveOptions
from ...verify import verify_plan
from ..assemble import assemble, input_files
from ..portfolio import funded
from .space import Pick

#: told name, plan (None where it is none) and why not
Keeping = Callable[[str, Plan | None, str], None]


def gamma_name(gamma: Fraction) -> str:
    """Return the name of the plan protected with gamma, for example ``gamma-2.5``."""
    return f"gamma-{float(gamma):.12g}"


def plan_names(question: RobustQuestion) -> list[str]:
    """Return the names of the plans that an answer to this question may hold."""
    out: list[str] = []
    if question.protection is not None:
        out += [gamma_name(g) for g in sorted({Fraction(0), *(Fraction(g) for g in question.protection.gamma)})]
    if question.asks_portfolios:
        out += ["maximin", "minimax-regret"]
    return out


@dataclass
class Plans:
    """Makes plans of portfolios.

    Parameters
    ----------
    inputs, problem, options
        What is solved.
    question : RobustQuestion
        Recorded in each plan.
    overrides : mapping
        Policy values changed on the command line, recorded too, so that `verify` reads the same inputs.
    keep : callable
        Told ``(name, plan, why)``; plan is None, and `why` says why, where the portfolio is no plan of the scenario.
    """

    inputs: Inputs
    problem: Problem
    options: SolveOptions
    question: RobustQuestion
    overrides: Mapping[str, Any]
    keep: Keeping
    _rows: list[Row] = field(default_factory=list)
    _files: tuple[InputFile, ...] = ()

    def add(self, name: str, pick: Pick, *, bound: float | None = None) -> None:
        """Fund a portfolio at the stated cost, check it as `verify` does, and hand it over.

        Parameters
        ----------
        name : str
            One of `plan_names`.
        pick : Pick
        bound : float, optional
            Proven upper bound on the scenario's objective; none is claimed without it.
        """
        problem, inputs = self.problem, self.inputs
        self._rows = self._rows or plan_rows(problem)
        self._files = self._files or input_files(inputs)
        answer, broken, _proven = funded(problem, self._rows, list(pick.chosen), dict(pick.opened), replace(self.options, cancel=None))
        if answer is None:
            self.keep(name, None, _("as a plan of the scenario it breaks {rules}").format(rules=", ".join(broken[:5])))
            return
        if bound is not None:
            value = float(answer.objective)
            answer.bound = max(bound, value)
            within = answer.bound - value <= self.options.gap * abs(value) + max(1e-6, 1e-9 * abs(value))
            answer.stopped = "gap" if within else "unproven"  # the question was another one
        recorded: dict[str, Any] = {"overrides": dict(self.overrides)} if self.overrides else {}
        recorded["robust"] = {"plan": name, "question": self.question.model_dump(mode="json", by_alias=True, exclude_none=True)}
        plan = assemble(inputs, problem, answer, recorded, self._files)
        results = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
        breaches = [f"{r.family}: {b.rule}" for r in results for b in r.breaches]
        if breaches:
            self.keep(name, None, _("it fails the exact re-check: {rules}").format(rules="; ".join(breaches[:5])))
            return
        checks = tuple(Check(family=r.family, holds=True, rows=r.rows) for r in results)
        self.keep(name, plan.model_copy(update={"checks": checks}), "")
