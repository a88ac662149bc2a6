"""Small random towns for the worth of money, and what is true of them by enumeration and by another solver."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_matrix
from small import Town, Y, carry, channel, entry, new

from renewal_opt.allot import allot
from renewal_opt.analysis.annual import options_of
from renewal_opt.analysis.assemble import assemble
from renewal_opt.analysis.fund.target import Target, of_plan
from renewal_opt.analysis.fund.worth.base import Asked, Base, base_of
from renewal_opt.analysis.fund.worth.levers import Lever, by_year, moved, with_policy
from renewal_opt.analysis.portfolio import objective_of, solve_portfolio
from renewal_opt.domain.base import WAN, YI
from renewal_opt.model.build import build_model, plan_rows
from renewal_opt.model.compile import compile_model
from renewal_opt.problem import Problem
from renewal_opt.solver import SolveOptions

OPTIONS = SolveOptions(gap=0.0)
YEARS = (2025, 2026)
Raw = dict[str, Any]


def random_raw(seed: int) -> Raw:
    """Parts of a town: two to four channels, one with sub-channels or a surplus; caps by group, reserved shares, budgets, limits."""
    r = random.Random(seed)
    projects = [new(f"p{i}", [10 * r.randint(1, 6) for _ in range(r.randint(1, 2))], r.randint(1, 99), district=r.choice(["north", "south"])) for i in range(r.choice([6, 6, 7]))]
    if r.random() < 0.3:
        projects.append(carry("c", {Y: 10 * r.randint(1, 2), Y + 1: 10}, 50))
    total = sum(p.total_investment for p in projects) // WAN

    def cap(low: float, high: float) -> Any:
        return "open" if r.random() < 0.1 else {y: int(total * r.uniform(low, high)) for y in YEARS} | {"later": r.choice(["last", "open"])}

    names = "abcd"[: r.randint(2, 4)]
    channels: Raw = {}
    for c in names:
        only = {"eligible": {"district": r.choice(["north", "south"])}} if r.random() < 0.3 else {}
        channels[c] = channel(r.choice(["grant", "debt", "capital"]), cap=cap(0.05, 0.4), **only)
    if r.random() < 0.3:
        channels["a"]["carry_surplus"] = True
    elif r.random() < 0.4:
        channels["a"]["sub"] = {s: entry(cap=cap(0.05, 0.3)) for s in ("a1", "a2")}
    funding: Raw = {"shares": {}, "caps": {}}
    for k in range(r.randint(0, 2)):
        funding["shares"][f"s{k}"] = entry(channels=r.sample(names, 2), per=r.choice(["year", "project"]), at_most=D(r.randint(3, 8)) / 10)
    if r.random() < 0.4:
        funding["caps"]["g"] = entry(channels=list(names[:2]), where={"district": "north"}, amount=int(total * 0.2), each_year=r.random() < 0.5)
    if r.random() < 0.3:
        funding["reserved"] = {"r": entry(channels=[names[-1]], where={"district": "south"}, at_least=D("0.3"), of="cap")}
    raw: Raw = {"projects": projects, "channels": channels, "funding": funding, "scenario": {"funding": "projected" if seed % 2 else "full"}}
    if r.random() < 0.5:
        raw["budget"] = {"m": entry(amount={y: int(total * r.uniform(0.3, 0.7)) for y in YEARS} | {"later": "open"}, measure=r.choice(["starts", "spending"]))}
        if r.random() < 0.5:
            raw["limits"] = {"l": entry(where={"district": "north"}, measure="investment", at_most={"share": D("0.6"), "of": "budget"})}
    return raw


def target_of_town(town: Town) -> Target:
    """Return the target of a town's optimum."""
    problem = town.problem()
    answer = solve_portfolio(problem, options_of(town.scenario))
    return of_plan(Path("plan.json"), town.inputs, assemble(town.inputs, problem, answer, {}, ()), problem)


def based(town: Town, **asked: Any) -> tuple[Base, Asked]:
    """Return a town's base."""
    question = Asked(**({"step": 10 * WAN, "exact": True} | asked))
    return base_of(target_of_town(town), question, threading.Event()), question


def values(problem: Problem) -> list[tuple[F, list[bool]]]:
    """Every choice of starts with its value, the best first (these towns have no areas)."""
    fixed = problem.starts.fixed.tolist()
    owner = problem.starts.project.tolist()
    out = []
    for chosen in itertools.product([False, True], repeat=len(fixed)):
        inside = [p for p, c in zip(owner, chosen, strict=True) if c]
        if len(set(inside)) == len(inside) and all(c or not f for c, f in zip(chosen, fixed, strict=True)):
            out.append((objective_of(problem, list(chosen), {}), list(chosen)))
    return sorted(out, key=lambda vc: -vc[0])


def feasible(problem: Problem) -> Iterator[tuple[F, list[bool]]]:
    """Yield the portfolios that whole money can fund, the best first."""
    rows, zero = plan_rows(problem), [0] * len(problem.entries)
    for value, chosen in values(problem):
        if all(r.holds(chosen, zero) for r in rows if r.left.entries is None) and allot(problem, chosen, rows, OPTIONS).money is not None:
            yield value, chosen


def best(problem: Problem) -> F | None:
    """The optimum by enumeration."""
    return next((value for value, _chosen in feasible(problem)), None)


def spending(problem: Problem, chosen: list[bool]) -> int:
    """Money of a portfolio over all years, 元."""
    return int(problem.spending.amount[np.array(chosen)[problem.spending.start]].sum())


def relaxed(problem: Problem) -> float | None:
    """The optimum of the relaxation of the full model by scipy."""
    model = build_model(problem)
    m = compile_model(model)
    a = csc_matrix((m.value, m.index, m.start), shape=(m.n_rows, m.n_cols)).tocsr()
    up, low = np.isfinite(m.row_upper), np.isfinite(m.row_lower)
    from scipy.sparse import vstack

    found = linprog(-m.col_cost, vstack([a[up], -a[low]]), np.concatenate([m.row_upper[up], -m.row_lower[low]]), bounds=list(zip(m.col_lower, m.col_upper, strict=True)), method="highs-ipm")
    return None if found.status == 2 else float(-found.fun) * float(model.gain_unit)


def edited(raw: Raw, lever: Lever, by: int) -> Problem | None:
    """The problem with a cap moved in the policy as it is written, None for a rule that holds for each year by itself."""
    town = Town(**raw)
    if lever.kind == "cap":
        rule = raw["funding"]["caps"][lever.key]
        if rule["each_year"]:
            return None
        caps = raw["funding"]["caps"] | {lever.key: rule | {"amount": f"{rule['amount'] * WAN + by} 元"}}
        return town.but(funding=raw["funding"] | {"caps": caps}).problem()
    problem = town.problem()

    def shifted(old: Any) -> Any:
        years = {t: v for t in sorted({*problem.money_years, Y}) if (v := old.at(t)) is not None}
        return {t: f"{v + (by if t == lever.year else 0)} 元" for t, v in years.items()} | {"later": "open"}

    if lever.kind == "budget":
        rule = raw["budget"][lever.key]
        return town.but(budget={lever.key: rule | {"amount": shifted(town.policy.budget[lever.key].amount)}}).problem()
    channels = raw["channels"]
    if lever.key in channels:
        return town.but(channels=channels | {lever.key: channels[lever.key] | {"cap": shifted(town.policy.funding.channels[lever.key].cap)}}).problem()
    sub = channels["a"]["sub"] | {lever.key: channels["a"]["sub"][lever.key] | {"cap": shifted(town.policy.funding.channels["a"].sub[lever.key].cap)}}
    return town.but(channels=channels | {"a": channels["a"] | {"sub": sub}}).problem()


def moved_problem(base: Base, lever: Lever, by: int) -> Problem:
    """The problem with a cap moved as the package does it."""
    return with_policy(base.problem, moved(base.problem.policy, lever, by))


__all__ = ["OPTIONS", "WAN", "YI", "Raw", "based", "best", "by_year", "edited", "feasible", "moved_problem", "random_raw", "relaxed", "replace", "spending", "target_of_town", "values"]
