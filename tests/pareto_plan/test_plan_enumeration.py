"""The nondominated plans of small cities against enumeration of every fundable portfolio."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from instances import seeded
from plan_front import front, portfolios, search, starts_of
from small import D, Town, channel, entry, new

from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.pareto.asked import read_levels, read_objectives
from renewal_opt.analysis.pareto.measures import known_words, measure
from renewal_opt.analysis.pareto.tradeoff import PlanTradeoff
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import build_model
from renewal_opt.pareto import nondominated
from renewal_opt.problem import Problem

SEEN: Counter[str] = Counter()


def problem_of(seed: int) -> Problem | None:
    """Return the tables of a drawn city, None where its input is refused or it is too large to enumerate."""
    policy, library, scenario = seeded(seed, most=5)
    scenario = scenario.model_copy(update={"funding": ("full", "projected")[seed % 2]})
    try:
        problem = make_problem(Inputs(policy, library, scenario))
        build_model(problem)  # some faults are seen by the rules alone
    except (InputError, InfeasibleError):
        return None
    return problem if sum(1 for _c in starts_of(problem)) <= 300 else None


def words_of(problem: Problem, seed: int) -> list[str]:
    """Draw two to four objectives that the portfolio alone determines."""
    r = random.Random(seed)
    known = [w for w in known_words(problem) if (m := measure(problem, w)) and (m.starts or m.ratios) and w != "score"]
    picked = r.sample(known, min(len(known), r.randint(2, 4)))
    return [w + r.choice(["", "", ":max", "" if w == "worst_off_district" else ":min"]) for w in picked]


def compare(seed: int) -> None:
    problem = problem_of(seed)
    if problem is None:
        SEEN["skipped"] += 1
        return
    words = words_of(problem, seed)
    if len(words) < 2:
        SEEN["few words"] += 1
        return
    answer, objectives = search(problem, words)
    assert answer.complete, [z.why for z in answer.open]
    every = [tuple(o.measure.value(chosen, opened, money) for o in objectives) for chosen, opened, money, *_rest in portfolios(problem)]
    truth = front(every, objectives)
    found = {p.values for p in answer.points}
    assert found <= set(every)
    SEEN["empty" if not truth else "points"] += 1
    if all(answer.exact_objectives):
        assert found == truth, (seed, words)
        return
    for best in truth:  # a real-valued objective may miss a step
        room = [0 if exact else o.resolution or step for o, step, exact in zip(objectives, answer.steps, answer.exact_objectives, strict=True)]
        signs = [1 if o.sense == "max" else -1 for o in objectives]
        assert any(all(s * v >= s * b - r for s, v, b, r in zip(signs, p, best, room, strict=True)) for p in found), (seed, words)


@pytest.mark.parametrize("start", [0, 12])
def test_drawn_cities(start: int) -> None:
    for seed in range(start, start + 12):
        compare(seed)
    assert SEEN["points"]


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 500, 50))
def test_more_drawn_cities(start: int) -> None:
    for seed in range(start, start + 50):
        compare(seed)


def bonds(seed: int, funding: str = "full") -> Town:
    """Grants, bonds with project capital, and loans; caps that bind."""
    r = random.Random(seed)
    projects = [new(f"p{i}", r.randint(40, 400), r.randint(1, 100), district=r.choice(["north", "south"]), residents=r.randint(0, 900)) for i in range(6)]
    total = sum(p.total_investment for p in projects) // 10_000
    channels = {
        "fiscal": channel(cap={2025: total // 3}), "bond": channel("debt", cap={2025: total // 2}, share={"at_most": D("0.6"), "per": "project"}),
        "loan": channel("debt", "market", cap={2025: total // 4}, share={"at_most": D("0.5"), "per": "project"}), "owner": channel("capital", "market", cap={2025: total // 5}),
    }  # fmt: skip
    return Town(projects, channels=channels, funding={"capital": {"c": entry(where={}, at_least=D("0.2"))}}, scenario={"funding": funding})


MONEY = ["fiscal_outlay", "outlay:loan:min", "market_outlay:max"]


@pytest.mark.parametrize("funding", ["full", "projected"])
@pytest.mark.parametrize(("seed", "word"), list(enumerate(MONEY)))
def test_one_money_objective_beside_the_portfolio(seed: int, word: str, funding: str) -> None:
    beside(seed, word, funding)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 23))
def test_more_money_objectives_beside_the_portfolio(seed: int) -> None:
    beside(seed, MONEY[seed % 3], ("full", "projected")[seed % 2])


def beside(seed: int, word: str, funding: str) -> None:
    """Money is least for its portfolio, within a step of the linear optimum over every portfolio."""
    problem = bonds(seed, funding).problem()
    answer, objectives = search(problem, ["projects" if seed % 2 else "residents", word])
    assert answer.complete, [z.why for z in answer.open]
    first, money = objectives
    unit = problem.money_unit
    best: dict[Fraction, float] = {}
    for chosen, opened, _money, session, matrices in portfolios(problem):
        cost = np.zeros(matrices.n_cols)
        cost[matrices.col_slice("f")] = [-float(money.measure.money.get(e, 0)) * unit * (1 if money.sense == "min" else -1) for e in range(len(problem.entries))]
        every = np.arange(matrices.n_cols, dtype=np.int32)
        kept = session.state.col_cost.copy()
        session.change_cost(every, cost)
        result = session.solve()
        session.change_cost(every, kept)
        key = first.measure.value(chosen, opened, [])
        worth = -result.objective if money.sense == "min" else result.objective
        best[key] = (min if money.sense == "min" else max)(best.get(key, worth), worth)
    step, sign = float(money.resolution or 0), 1.0 if money.sense == "min" else -1.0
    for key, value in best.items():  # nothing beats the list by a step
        assert any(p.values[0] >= key and sign * float(p.values[1]) <= sign * value + step for p in answer.points), (key, value)
    for p in answer.points:  # and what is listed is its portfolio's own optimum, but for rounding
        assert sign * float(p.values[1]) >= sign * best[p.values[0]] - 1e-6
        assert sign * float(p.values[1]) <= sign * best[p.values[0]] + step


def test_several_money_objectives() -> None:
    """Whole money stays where the solver had it, and no money of any portfolio is better than the list by a step in each."""
    several(3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 16))
def test_more_of_several_money_objectives(seed: int) -> None:
    several(seed)


def several(seed: int) -> None:
    problem = bonds(seed).problem()
    answer, objectives = search(problem, ["projects", "fiscal_outlay:min:step=20", "outlay:loan:max:step=15"])
    assert answer.complete, [z.why for z in answer.open]
    assert len(answer.points) > 3
    for p in answer.points:
        carried = p.payload
        assert p.values == tuple(o.measure.value(carried.chosen, carried.opened, carried.money) for o in objectives)
    listed = np.array([[float(p.values[0]), -float(p.values[1]), float(p.values[2])] for p in answer.points])
    r = random.Random(seed)
    for chosen, _opened, _money, session, matrices in portfolios(problem):
        at = np.arange(matrices.col_slice("f").start, matrices.col_slice("f").stop, dtype=np.int32)
        sums = [np.array([float(o.measure.money.get(e, 0)) for e in range(len(at))]) * problem.money_unit for o in objectives[1:]]
        every, kept = np.arange(matrices.n_cols, dtype=np.int32), session.state.col_cost.copy()
        for _draw in range(3):
            weight = r.random()
            cost = np.zeros(matrices.n_cols)
            cost[at] = -weight * sums[0] + (1 - weight) * sums[1]
            session.change_cost(every, cost)
            result = session.solve()
            session.change_cost(every, kept)
            assert result.x is not None
            best = np.array([sum(chosen), -sums[0] @ result.x[at], sums[1] @ result.x[at]])
            assert (listed >= best - [0, 20, 15] - 1e-6).all(axis=1).any(), best


def test_levels_hold_exactly() -> None:
    problem = bonds(1).problem()
    objectives = read_objectives(problem, ["residents", "total_investment:min"])
    levels = read_levels(problem, ["projects=2"], ["total_investment=700"])
    answer = nondominated(PlanTradeoff(problem, objectives, levels, options_of(problem.scenario)).model())
    assert answer.complete
    assert answer.points
    every = []
    for chosen, opened, money, *_rest in portfolios(problem):
        if sum(chosen) >= 2 and measure(problem, "total_investment").value(chosen, opened, money) <= 700:  # type: ignore[union-attr]
            every.append(tuple(o.measure.value(chosen, opened, money) for o in objectives))
    assert {p.values for p in answer.points} == front(every, objectives)


def test_area_bonuses_count_in_the_score() -> None:
    projects = [new(f"p{i}", 100, 20 + i, coord_area="a" if i < 3 else "b", coord_role="member") for i in range(5)]
    rule = entry(mode="bonus", bonus=D(15), conditions={"least_number": 2}, active=True)
    town = Town(projects, channels={"cash": channel(cap={2025: 300})}, coordination=rule)
    answer, objectives = search(town.problem(), ["score", "projects:min"])
    assert answer.complete
    every = [tuple(o.measure.value(c, z, m) for o in objectives) for c, z, m, *_rest in portfolios(town.problem())]
    assert {p.values for p in answer.points} == front(every, objectives)


def test_wrong_words_are_named_together() -> None:
    problem = bonds(0).problem()
    with pytest.raises(InputError) as caught:
        read_objectives(problem, ["residnts", "leverage", "outlay:bonds", "projects:step=0", "limit:none", "worst_off_district:min"])
    kinds = [f.kind for f in caught.value.findings]
    assert kinds == ["unknown_objective", "ratio_objective", "unknown_objective", "bad_step", "unknown_objective", "bad_sense"]
    assert "residents" in caught.value.findings[0].hint
    with pytest.raises(InputError) as caught:
        read_objectives(problem, ["projects:step=5", "fiscal_outlay:step=0.09", "share:none", "outlay:bond:min:step=1:max:step=2"])
    assert [f.kind for f in caught.value.findings] == ["bad_step", "ratio_objective", "bad_step"]
    with pytest.raises(InputError) as caught:
        read_objectives(problem, ["projects"])
    assert caught.value.findings[0].kind == "few_objectives"
    with pytest.raises(InputError) as caught:
        read_objectives(problem, ["projects", "projects:min"])
    assert caught.value.findings[0].kind == "same_objective"
    with pytest.raises(InputError) as caught:
        read_levels(problem, ["projects", "fiscal_outlay=3"], ["projects=x", "fiscal_outlays=1", "worst_off_district=1", "projects=1e9", "projects=1/0"])
    assert [f.kind for f in caught.value.findings] == ["bad_level", "bad_level", "unknown_objective", "level_side", "bad_level", "bad_level"]


def in_both_forms(seed: int) -> None:
    """With money in the model and projected out, no point of one front beats the other by a step."""
    r = random.Random(seed)
    fronts: list[list[list[Fraction]]] = []
    room = [Fraction(0)] * 2
    for funding in ("full", "projected"):
        policy, library, scenario = seeded(seed)
        try:
            problem = make_problem(Inputs(policy, library, scenario.model_copy(update={"funding": funding})))
            build_model(problem)
        except (InputError, InfeasibleError):
            return
        if not fronts:
            known = {w: m for w in known_words(problem) if w != "score" and (m := measure(problem, w)) is not None}
            plain = [w for w, m in known.items() if m.starts and not m.areas]
            money = [w for w, m in known.items() if m.money]
            if not plain or not money:
                return
            words = [r.choice(plain), r.choice(money) + r.choice([":min:step=7", ":max:step=7"])]
        objectives = read_objectives(problem, words)
        tradeoff = PlanTradeoff(problem, objectives, (), options_of(problem.scenario))
        assert tradeoff.projected == (funding == "projected")
        answer = nondominated(tradeoff.model())
        assert answer.complete, (seed, words, funding, [z.why for z in answer.open])
        signs = [1 if o.sense == "max" else -1 for o in objectives]
        if answer.points:
            own = [Fraction(0) if e else s for e, s in zip(answer.exact_objectives, answer.steps, strict=True)]
            room = [max(a, b) for a, b in zip(own, room, strict=True)]
        fronts.append([[sign * v for sign, v in zip(signs, p.values, strict=True)] for p in answer.points])
    for one, other in (fronts, fronts[::-1]):
        for best in one:
            assert any(all(v >= b - r for v, b, r in zip(p, best, room, strict=True)) for p in other), (seed, words, best)
    SEEN["both"] += bool(fronts[0])


@pytest.mark.parametrize("start", [0])
def test_one_money_objective_in_both_forms(start: int) -> None:
    for seed in range(start, start + 20):
        in_both_forms(seed)
    assert SEEN["both"]


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 500, 50))
def test_one_money_objective_in_both_forms_more(start: int) -> None:
    for seed in range(start, start + 50):
        in_both_forms(seed)
