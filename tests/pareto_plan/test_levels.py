"""Levels on measures, money and ratios, against enumeration, with money in the model and projected out."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from plan_front import front, portfolios
from small import D, Town, channel, entry, new

from renewal_opt.analysis.annual import options_of
from renewal_opt.analysis.pareto.asked import read_levels, read_objectives
from renewal_opt.analysis.pareto.measures import measure
from renewal_opt.analysis.pareto.tradeoff import PlanTradeoff
from renewal_opt.pareto import nondominated
from renewal_opt.problem import Problem
from renewal_opt.solver import SolveOptions, Status

Coefs = Callable[[Problem], tuple[np.ndarray, float, float]]


def town(funding: str) -> Town:
    r = random.Random(5)
    projects = [new(f"p{i}", r.randint(40, 400), r.randint(1, 100), district=r.choice(["north", "south"]), residents=r.randint(1, 900)) for i in range(6)]
    total = sum(p.total_investment for p in projects) // 10_000
    channels = {
        "fiscal": channel(cap={2025: total // 3}), "bond": channel("debt", cap={2025: total // 3}, share={"at_most": D("0.6"), "per": "project"}),
        "owner": channel("capital", "market", cap={2025: total // 4}),
    }  # fmt: skip
    ratio = entry(numerator={"side": "market"}, denominator={"side": "government"}, at_least=D(1), active=False)
    limit = entry(measure="investment", where={"district": "south"}, at_most={"share": D("0.9"), "of": "new"}, active=False)
    return Town(projects, channels=channels, funding={"ratios": {"leverage": ratio}}, limits={"south": limit}, scenario={"funding": funding})


def sums(word: str) -> Callable[[Problem], np.ndarray]:
    """Return a money measure's coefficients on the entries, 万元 per 元."""

    def of(problem: Problem) -> np.ndarray:
        known = measure(problem, word)
        assert known is not None
        return np.array([float(known.money.get(e, 0)) for e in range(len(problem.entries))])

    return of


def market_over_government(share: float) -> Callable[[Problem], np.ndarray]:
    def of(problem: Problem) -> np.ndarray:
        return (sums("market_outlay")(problem) - share * sums("fiscal_outlay")(problem)) * 1.0

    return of


def of_portfolio(problem: Problem, word: str, chosen: list[bool]) -> Fraction:
    known = measure(problem, word)
    assert known is not None
    return known.value(chosen, {}, [])


def south(problem: Problem, chosen: list[bool]) -> Fraction:
    """Return the south's share of the investment that starts."""
    whole = of_portfolio(problem, "total_investment", chosen)
    return of_portfolio(problem, "limit:south", chosen) / whole if whole else Fraction(0)


CASES: list[tuple[list[str], list[str], Callable[[Problem, list[bool]], bool], list[tuple[Callable[[Problem], np.ndarray], float, float]]]] = [
    (["projects=2"], ["total_investment=700"], lambda p, c: of_portfolio(p, "projects", c) >= 2 and of_portfolio(p, "total_investment", c) <= 700, []),
    (["worst_off_district=0.25"], [], lambda p, c: of_portfolio(p, "worst_off_district", c) >= Fraction(1, 4), []),
    ([], ["share:south=1/3"], lambda p, c: south(p, c) <= Fraction(1, 3), []),
    (["share:south=0.5"], [], lambda p, c: not any(c) or south(p, c) >= Fraction(1, 2), []),
    ([], ["fiscal_outlay=250"], lambda p, c: True, [(sums("fiscal_outlay"), -np.inf, 250)]),
    (["market_outlay=120"], ["outlay:bond=100"], lambda p, c: True, [(sums("market_outlay"), 120, np.inf), (sums("outlay:bond"), -np.inf, 100)]),
    (["leverage=0.4"], [], lambda p, c: True, [(market_over_government(0.4), 0, np.inf)]),
    (["projects=1"], ["ratio:leverage=0.1"], lambda p, c: any(c), [(market_over_government(0.1), -np.inf, 0)]),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(k, marks=[pytest.mark.slow] if k in (1, 3, 4) else []) for k in range(len(CASES))])
def test_levels(case: int) -> None:
    at_least, at_most, keeps, rows = CASES[case]
    words = ["residents", "worth", "total_investment:min"][: 2 + case % 2]
    problem = town("full").problem()
    objectives = read_objectives(problem, words)
    every: list[tuple[Fraction, ...]] = []
    left_out = 0
    for chosen, opened, money, session, matrices in portfolios(problem):
        fits = keeps(problem, chosen)
        for coefs, lower, upper in rows:
            at = np.arange(matrices.col_slice("f").start, matrices.col_slice("f").stop, dtype=np.int32)
            session.add_row(at, coefs(problem) * problem.money_unit, lower, upper)
        fits = fits and (not rows or session.solve(SolveOptions(gap=0.0)).status is not Status.INFEASIBLE)
        session.drop_added_rows(keep=0)
        left_out += not fits
        if fits:
            every.append(tuple(o.measure.value(chosen, opened, money) for o in objectives))
    assert left_out
    assert every
    for funding in ("full", "projected"):
        problem = town(funding).problem()
        tradeoff = PlanTradeoff(problem, read_objectives(problem, words), read_levels(problem, at_least, at_most), options_of(problem.scenario))
        assert tradeoff.projected == (funding == "projected")
        answer = nondominated(tradeoff.model())
        assert answer.complete, [z.why for z in answer.open]
        assert {p.values for p in answer.points} == front(every, objectives)
        for p in answer.points:
            assert all(row.holds(p.payload.chosen, p.payload.money) for row in tradeoff.held)
            assert all(level.holds(p.payload.chosen, p.payload.opened) for level in tradeoff.levels)


def test_a_level_on_the_score_counts_opened_areas() -> None:
    projects = [new(f"p{i}", 100, 20 + i, coord_area="a" if i < 3 else "b", coord_role="member") for i in range(5)]
    rule: dict[str, Any] = entry(mode="bonus", bonus=D(15), conditions={"least_number": 2}, active=True)
    problem = Town(projects, channels={"cash": channel(cap={2025: 300})}, coordination=rule).problem()
    objectives = read_objectives(problem, ["projects:min", "worth"])
    known = measure(problem, "score")
    assert known is not None
    every = [(tuple(o.measure.value(c, z, m) for o in objectives), known.value(c, z, m)) for c, z, m, *_rest in portfolios(problem)]
    for least in sorted({score for _values, score in every})[-4:]:  # at a score that occurs, exactly
        tradeoff = PlanTradeoff(problem, objectives, read_levels(problem, [f"score={least}"], []), options_of(problem.scenario))
        answer = nondominated(tradeoff.model())
        assert answer.complete
        assert {p.values for p in answer.points} == front([v for v, score in every if score >= least], objectives)
        assert all(known.value(p.payload.chosen, p.payload.opened, p.payload.money) >= least for p in answer.points)
