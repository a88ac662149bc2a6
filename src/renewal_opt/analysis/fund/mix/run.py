"""`fund mix`: from a target to the answer as data, and to a plan with the mix's money that passes the exact re-check."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any, Literal

import numpy as np

from ....allot.system import money_system
from ....domain.fund_mix import FundMix, MixKept, MixMeasures, MixRow, MixStage
from ....domain.plan import Check, Plan
from ....errors import SolverError
from ....i18n import _
from ....problem.repayment import dues
from ....solver import SolveOptions
from ....solver.process import claim_threads
from ....verify import verify_plan
from ...annual import options_of
from ...assemble import assemble, input_files, program_versions
from ...portfolio import Portfolio, objective_of
from ...use import exact
from ..schedule import terms_of
from ..target import Target, is_plan
from .bound import tickets_of
from .cheapest import NoMoney
from .covers import covers_of_mix
from .leave import By, leave_out
from .stages import AIMS, Aim, Mixed, cost_per_yuan, costs, mixed
from .told import blocked_data
from .whole import holds

#: what a plan records of the question, under this key of its options
RECORD = "fund"


@dataclass(frozen=True)
class MixQuestion:
    """What is asked.

    Attributes
    ----------
    order : tuple of aims
        Each once, at least one.
    discount : Fraction or None
        Yearly rate for the cost of capital; None for nominal money.
    leave : {"score", "number"} or None
        Which projects to leave out first where not all can be funded.
    least : bool
        Whether it is told as the question for the least fiscal money.
    """

    order: tuple[Aim, ...] = AIMS
    discount: Fraction | None = None
    leave: By | None = None
    least: bool = False

    def recorded(self) -> dict[str, Any]:
        """Return the question as a plan records it."""
        out: dict[str, Any] = {"question": "least" if self.least else "mix", "order": list(self.order)}
        if self.discount is not None:
            out["discount"] = exact(self.discount)
        return out


@dataclass(frozen=True)
class MixAnswer:
    """The answer as data, and the plan of the mix; None where there is none."""

    data: FundMix
    plan: Plan | None


def fund_mix(target: Target, question: MixQuestion | None = None, options: SolveOptions | None = None) -> MixAnswer:
    """Return the best money for a target's projects by the aims in their order, or why there is none.

    Parameters
    ----------
    target : Target
    question : MixQuestion, optional
    options : SolveOptions, optional
        Those of the scenario unless given.

    Raises
    ------
    SolverError
        When the solver gives no answer in time; when the plan of the mix does not pass the exact re-check.
    """
    question = question or MixQuestion()
    options = options or options_of(target.inputs.scenario)
    claim_threads(options.threads)
    own = target.money if is_plan(target.path) else None
    answer = _answer(target, question, options, of_plan=own)
    if answer.data.funded or question.leave is None:
        return answer
    left = leave_out(target.problem, target.chosen, target.opened, target.rows, question.leave, options)
    if left is None or left.broken:
        return answer
    gone = _names(target, [a and not b for a, b in zip(target.chosen, left.portfolio.chosen, strict=True)])
    kept = replace(target, chosen=left.portfolio.chosen, opened=left.portfolio.opened, money=left.portfolio.money, changed=True)
    again = _answer(kept, question, options, gone, own)
    stages = tuple(s.model_copy(update={"before": None}) for s in again.data.stages)
    data = again.data.model_copy(update={"left_out": tuple(gone), "stages": stages, "blocked": answer.data.blocked, "before": answer.data.before, "fits": False, "rows": _rows(target, again.plan)})
    return MixAnswer(data, again.plan)


def _names(target: Target, starts: Sequence[bool]) -> list[str]:
    inside = target.problem.starts.project[np.asarray(starts, dtype=bool)].tolist()
    return [target.problem.projects[p].id for p in sorted(set(inside))]


def _answer(target: Target, question: MixQuestion, options: SolveOptions, gone: Sequence[str] = (), of_plan: Sequence[int] | None = None) -> MixAnswer:
    problem = target.problem
    zero = [0] * len(problem.entries)
    fits = _fits(target)
    unmended = [r for r in target.rows if not r.has_money and not r.holds(target.chosen, zero)]
    found = NoMoney(True) if unmended else mixed(problem, target.chosen, target.rows, question.order, options, discount=question.discount, known=target.money if fits else None, plan=of_plan)
    if isinstance(found, NoMoney):
        if not found.proven:
            raise SolverError(_("no whole money for these projects was found in time, and none is proven not to exist"))
        blocked = blocked_data(target, options)
        return MixAnswer(_data(target, question, fits, None, None, blocked=blocked), None)
    plan = _plan(target, question.recorded() | ({"left_out": list(gone)} if gone else {}), found.money)
    return MixAnswer(_data(target, question, fits, found, plan), plan)


def _fits(target: Target) -> bool:
    """Return whether the target's own money satisfies every rule, exactly."""
    system = money_system(target.problem, target.chosen, target.rows)
    return not system.unpayable and holds(system, tickets_of(system), [target.money[e] for e in system.entries.tolist()])


def _plan(target: Target, recorded: dict[str, Any], money: list[int]) -> Plan:
    """Return the re-checked plan with this money."""
    problem, old, inputs = target.problem, target.plan, target.inputs
    value = objective_of(problem, target.chosen, target.opened)
    answer = Portfolio(target.chosen, money, target.opened, value, None, "unproven", rows=target.rows)
    plan = assemble(inputs, problem, answer, dict(old.options) | {RECORD: recorded}, input_files(inputs), () if target.changed else old.bases)
    if not target.changed and old.objective.value == exact(value):  # the same portfolio under the same rules: what was proven of it stands
        plan = plan.model_copy(update={"objective": old.objective})
    results = verify_plan(plan, inputs.policy, inputs.library, inputs.scenario)
    broken = [f"{r.family}: {b.rule}" for r in results for b in r.breaches]
    if broken:
        raise SolverError(_("the plan of the mix fails the exact re-check: {rules}").format(rules="; ".join(broken[:10])))
    return plan.model_copy(update={"checks": tuple(Check(family=r.family, holds=True, rows=r.rows) for r in results)})


# -- as data -----------------------------------------------------------------------------------------------------


def _data(target: Target, question: MixQuestion, fits: bool, found: Mixed | None, plan: Plan | None, blocked: Any = None) -> FundMix:
    inputs, old = target.inputs, target.plan
    overrides = old.options.get("overrides")
    own = overrides if isinstance(overrides, dict) else {}
    return FundMix(
        program=program_versions(), city=inputs.policy.city.label, synthetic=target.synthetic, scenario=inputs.scenario.name,
        title=inputs.scenario.title(inputs.policy.city.label), plan_year=inputs.scenario.plan_year, inputs=input_files(inputs),
        overrides={k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in own.items()},
        order=question.order, discount=None if question.discount is None else exact(question.discount), funded=found is not None, fits=fits,
        stages=() if found is None else tuple(_stages(target, question, found, fits)), before=measures(target, old, question.discount),
        after=None if plan is None else measures(target, plan, question.discount), rows=_rows(target, plan),
        covers=() if plan is None else covers_of_mix(target, plan), blocked=blocked, kept=_kept(found),
    )  # fmt: skip


def _kept(found: Mixed | None) -> MixKept | None:
    """Return how much of the plan's money had to change."""
    if found is None or found.came is None:
        return None
    return MixKept(came=int(found.came.value), least=ceil(found.came.bound), proof=found.came.proof)


def measures(target: Target, plan: Plan, discount: Fraction | None) -> MixMeasures:
    """Return what the money of a plan amounts to under the target's policy."""
    funding, year0 = target.inputs.policy.funding, target.inputs.scenario.plan_year
    used: dict[tuple[str, int], int] = {}
    for c in plan.chosen:
        for m in c.money:
            used[m.channel, m.year] = used.get((m.channel, m.year), 0) + m.yuan
    side = {"government": 0, "market": 0}
    debt, interest, fees, cost, rates, terms = 0, Fraction(0), Fraction(0), Fraction(0), Fraction(0), Fraction(0)
    known = set(funding.leaves())
    for (leaf, year), yuan in used.items():
        if leaf not in known:
            continue
        channel = funding.channels[funding.parent(leaf)]
        side[channel.side] += yuan
        t = terms_of(channel, year0)
        if t is None:
            continue
        debt += yuan
        interest += yuan * sum((d.interest for d in dues(t.form, t.rate, t.term)), Fraction(0))
        fees += yuan * t.fee
        cost += yuan * cost_per_yuan(t, year, year0, discount)
        rates += yuan * t.rate
        terms += yuan * t.term
    return MixMeasures(
        government=side["government"], market=side["market"], debt=debt, interest=exact(interest), fees=exact(fees), cost=exact(cost),
        rate=exact(rates / debt) if debt else None, term=exact(terms / debt) if debt else None,
        leverage=exact(Fraction(side["market"], side["government"])) if side["government"] else None,
    )  # fmt: skip


def _stages(target: Target, question: MixQuestion, found: Mixed, fits: bool) -> list[MixStage]:
    spending = sum(found.money)
    own = Fraction(0)
    out: list[MixStage] = []
    for s in found.stages:
        if fits:
            own = sum((c * m for c, m in zip(costs(target.problem, s.aim, question.discount), target.money, strict=True) if m), Fraction(0))

        def told(value: Fraction, aim: Literal["fiscal", "cost", "leverage"] = s.aim) -> str:
            return exact(value) if aim != "leverage" else exact((spending - value) / value) if value else ""

        out.append(MixStage(
            aim=s.aim, value=told(s.found.value), bound=told(s.found.bound), gap_yuan=exact(s.found.value - s.found.bound), proof=s.found.proof,
            before=told(own) if fits else None, settled=s.settled,
        ))  # fmt: skip
    return out


def _rows(target: Target, plan: Plan | None) -> tuple[MixRow, ...]:
    """Return the money of both plans side by side."""
    order = {leaf: n for n, leaf in enumerate(target.problem.leaves)}
    money: dict[tuple[str, str, int], list[int]] = {}
    names: dict[str, str] = {}
    for at, one in ((0, target.plan), (1, plan)):
        for c in () if one is None else one.chosen:
            names.setdefault(c.id, c.name)
            for m in c.money:
                money.setdefault((c.id, m.channel, m.year), [0, 0])[at] += m.yuan
    place = {p: n for n, p in enumerate(names)}
    keys = sorted(money, key=lambda k: (place[k[0]], order.get(k[1], len(order)), k[2]))
    return tuple(MixRow(project=p, name=names[p], channel=c, year=y, before=money[p, c, y][0], after=money[p, c, y][1] if plan is not None else money[p, c, y][0]) for p, c, y in keys)
