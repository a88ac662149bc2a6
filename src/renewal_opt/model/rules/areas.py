r"""Coordinated areas (片区统筹, plan 十.3): openings, their conditions, and what they allow or earn.

.. math::
    x_{p,s} \le \mathrm{open}_a + \sum_{s' \le s} z_{a,s'} \quad \text{(required)}, \qquad
    \sum_{p \in a} \sum_s x_{p,s} \ge m \sum_t z_{a,t}, \qquad
    \sum_{p \in a} I_p \sum_s x_{p,s} \ge L \sum_t z_{a,t}, \\
    z_{a,t} \le \sum_{p \in \mathrm{anchors}} \sum_{s \le t} x_{p,s}, \qquad
    \sum_{p \in a} (R_p - \rho I_p) \sum_s x_{p,s} \ge -M_a (1 - \sum_t z_{a,t}), \qquad
    \sum_t z_{a,t} \le 1, \qquad \sum_a z_{a,t} \le N

Areas with carry-overs are open and ask nothing; in mode `bonus` an opened area earns points on the basis of
all its candidates. `M_a` is the largest deficit that the members can have.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from ...problem import Problem
from ...problem.areas import Area, areas_of, bonus_of
from ..rows import Writer

Body = tuple[float | None, list[float], list[Any], float | None]


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write openings and their rows; nothing when coordination is off."""
    rule = problem.policy.coordination
    if rule is None or not rule.active:
        return
    w = Writer(m, problem)
    areas = areas_of(problem)
    closed = [a for a in areas if not a.running]
    keys = [(a.id, t) for a in closed for t in problem.start_years]
    z = dict(zip(keys, w.binaries("z", keys), strict=True))
    names: list[tuple[str, str, int]] = []
    same: list[tuple[str, str, object]] = []  # required and anchor are numbered: what they are, for `patch`
    bodies: list[Body] = []
    for area in closed:
        openings = [z[area.id, t] for t in problem.start_years]
        if len(openings) > 1:
            names.append(("once", area.id, 0))
            same.append(names[-1])
            bodies.append((None, [1.0] * len(openings), openings, 1.0))
        if rule.mode == "required":
            for k in area.starts:
                year = int(problem.starts.year[k])
                before = [z[area.id, t] for t in problem.start_years if t <= year]
                names.append(("required", area.id, k))
                same.append(("required", problem.projects[int(problem.starts.project[k])].id, year))
                bodies.append((None, [1.0] + [-1.0] * len(before), [w.x[k], *before], 0.0))
        anchored = iter(problem.start_years)
        for name, body in _conditions(w, problem, area, openings, z):
            names.append((name, area.id, 0) if name != "anchor" else (name, area.id, len(names)))
            same.append((name, area.id, 0 if name != "anchor" else next(anchored)))
            bodies.append(body)
        if rule.mode == "bonus" and rule.bonus is not None:
            gain = float(bonus_of(problem, area)) / m.gain_unit
            m.gains.extend((gain, v) for v in openings)
    if rule.openings_per_year is not None and closed:
        for t in problem.start_years:
            now = [z[a.id, t] for a in closed]
            names.append(("openings", "", t))
            same.append(names[-1])
            bodies.append((None, [1.0] * len(now), now, float(rule.openings_per_year)))
    w.constraint("areas", names, bodies, same)


def _conditions(w: Writer, problem: Problem, area: Area, openings: list[Any], z: dict[tuple[str, int], Any]) -> list[tuple[str, Body]]:
    rule = problem.policy.coordination
    assert rule is not None
    c = rule.conditions
    x = [w.x[k] for k in area.starts]
    who = [int(problem.starts.project[k]) for k in area.starts]
    out: list[tuple[str, Body]] = []
    if c.least_number is not None:
        out.append(("number", (0.0, [1.0] * len(x) + [-float(c.least_number)] * len(openings), x + openings, None)))
    if c.least_investment is not None:
        unit = float(problem.money_unit)
        coefs = [float(problem.investment[i]) / unit for i in who] + [-c.least_investment / unit] * len(openings)
        out.append(("investment", (0.0, coefs, x + openings, None)))
    if c.anchor_first:
        for t in problem.start_years:
            anchors = [
                w.x[k] for k, i in zip(area.starts, who, strict=True)
                if problem.projects[i].coord_role == "anchor" and problem.starts.year[k] <= t
            ]  # fmt: skip
            out.append(("anchor", (None, [1.0] + [-1.0] * len(anchors), [z[area.id, t], *anchors], 0.0)))
    share = None if c.revenue_share is None else c.revenue_share.fraction(problem.year)
    if share is not None:
        unit = float(problem.money_unit)
        nets = [Fraction(area.revenue[i]) - share * int(problem.investment[i]) for i in who]
        worst: dict[int, Fraction] = {}
        for i, net in zip(who, nets, strict=True):
            worst[i] = min(net, Fraction(0))
        big = float(-sum(worst.values(), Fraction(0))) / unit
        out.append(("revenue", (-big, [float(n) / unit for n in nets] + [-big] * len(openings), x + openings, None)))
    return out
