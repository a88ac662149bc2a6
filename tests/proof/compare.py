"""Runs the engine and the second model on one instance and says what each found."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction as F
from typing import Any

from arbiter import Arbiter, judge
from instances import Instance
from second_model import Refused, SecondModel

from renewal_opt.analysis.annual import make_problem, options_of, solve_annual
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import build_model
from renewal_opt.model.compile import compile_model
from renewal_opt.solver import HighsSession, Status
from renewal_opt.verify import verify_plan

#: an exact objective, None for infeasible, or "refused" for faulty inputs
Found = F | None | str
#: enumeration is the judge up to so many portfolios
MOST = 20_000


def engine(instance: Instance) -> Found:
    """The engine's whole answer: solved, allotted in whole 元, re-checked; its objective is recomputed here."""
    try:
        plan = solve_annual(Inputs(*instance), other_bases=False)
    except InfeasibleError:
        return None
    except InputError:
        return "refused"
    assert not [b for r in verify_plan(plan, *instance) for b in r.breaches]
    assert plan.checks
    assert all(c.holds for c in plan.checks)
    model = SecondModel(*instance)
    point: dict[Any, F | int] = {("x", c.id, c.start): 1 for c in plan.chosen}
    point |= {("f", c.id, c.start, m.channel, m.year): m.yuan for c in plan.chosen for m in c.money}
    point |= {("z", a, y): 1 for a, y in plan.opened_areas.items()}
    unknown = set(point) - set(model.f) - set(model.binaries)
    assert not unknown, f"not allowed by the second model: {unknown}"
    for v in model.binaries:
        if v[0] == "u":
            own = set(model.channels[v[3]].sub or [v[3]])
            point[v] = int(any(amount for w, amount in point.items() if w[0] == "f" and w[1:3] == v[1:3] and w[3] in own))
    assert not model.broken(point), f"the engine's plan breaks the second model's lines {model.broken(point)}"
    value = sum((g for v, g in model.gain.items() if point.get(v)), F(0))
    assert value == F(plan.objective.value)
    assert plan.objective.bound is not None
    assert plan.objective.bound >= float(value) * (1 - 1e-9) - 1e-9
    assert plan.objective.stopped == "optimal"
    return value


def relaxed_money(instance: Instance) -> float | None:
    """The optimum of the engine's model as it stands, money continuous; None for infeasible."""
    problem = make_problem(Inputs(*instance))
    model = build_model(problem)
    result = HighsSession(compile_model(model)).solve(options_of(instance[2]))
    if result.status is Status.INFEASIBLE:
        return None
    assert result.status is Status.OPTIMAL
    return float(result.objective) * float(model.gain_unit)


def second(instance: Instance, **how: Any) -> Found:
    """The second model's optimum."""
    try:
        model = SecondModel(*instance)
        answer = model.solve(**how)
    except Refused:
        return "refused"
    return None if answer is None else answer.objective


def agree(instance: Instance, seen: Counter[str] | None = None) -> Found:
    """Assert that engine and second model find the same; where not, enumeration decides.

    `seen` counts: optimum (above 0), zero, infeasible, refused, judged (the engine was right, scipy was not).
    """
    mine, theirs = engine(instance), second(instance)
    if mine != theirs:
        assert "refused" not in (mine, theirs), f"engine {mine}, second model {theirs}"
        arbiter = Arbiter(SecondModel(*instance))
        assert arbiter.size() <= MOST, f"engine {mine}, second model {theirs}; too large for the arbiter"
        said = judge(arbiter.m)
        assert mine == said, f"engine {mine}, second model {theirs}, enumeration {said}"
        if seen is not None:
            seen["judged"] += 1
    if seen is not None:
        seen["infeasible" if mine is None else "refused" if isinstance(mine, str) else "optimum" if mine else "zero"] += 1
    return mine
