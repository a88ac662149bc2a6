"""Nondominated portfolios, core indices, choices and single proofs: by hand, and against enumeration from the definitions."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from robust_cases import COLUMNS, OPTIONS, ByHand, criterion, question, scored_town
from small import Town, channel, new

from renewal_opt.analysis.robust import portfolios
from renewal_opt.analysis.robust.measures import RESOLUTION, table_of
from renewal_opt.analysis.robust.portfolios import Portfolios, robust_portfolios
from renewal_opt.analysis.robust.weights import weight_set
from renewal_opt.domain.robust import RobustQuestion, ScoreSet
from renewal_opt.errors import InfeasibleError, InputError


def town(cap: int = 20, **more: Any) -> Town:
    """Four projects of 10 万元, two of which can be paid: points for criteria a and b are (100, 0), (0, 100), (60, 60), (50, 50)."""
    points = {"a": (100, 0), "b": (0, 100), "c": (60, 60), "d": (50, 50)}
    projects = [new(k, 10, x, months_to_effect=y) for k, (x, y) in points.items()]
    return Town(projects, channels={"cash": channel(cap={2025: cap})}, criteria={k: criterion(COLUMNS[k]) for k in "ab"}, **more)


def ask(t: Town, **tree: Any) -> Portfolios:
    asked = RobustQuestion.model_validate(tree)
    problem = t.problem()
    assert asked.weights is not None
    return robust_portfolios(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), asked, OPTIONS)


def sets(answer: Portfolios) -> set[str]:
    return {"".join(p.chosen) for p in answer.listed}


def test_by_hand_all_weights() -> None:
    """Values at weights (1, 0) and (0, 1): ab (100, 100), ac (160, 60), ad (150, 50), bc (60, 160), bd (50, 150), cd (110, 110).

    cd beats ab, ac beats ad, bc beats bd: ac, bc, cd are left. All hold c, one of three each of a, b, d.
    Least values 60, 60, 110: maximin cd. Largest regrets 160 - 60 = 100, 100, 160 - 110 = 50: minimax regret cd.
    """
    answer = ask(town(), weights={})
    assert answer.complete
    assert sets(answer) == {"ac", "bc", "cd"}
    assert {p.id: (p.state, p.index) for p in answer.projects} == {
        "a": ("borderline", "1/3"), "b": ("borderline", "1/3"), "c": ("core", "1"), "d": ("borderline", "1/3"),
    }  # fmt: skip
    assert [(c.rule, "".join(c.chosen), c.value, c.proven) for c in answer.choices] == [("maximin", "cd", "110", True), ("minimax_regret", "cd", "50", True)]
    assert {r.id: r.left for r in answer.refine} == dict.fromkeys("abd")


def test_by_hand_rank_order() -> None:
    """a at least as important as b: weights (1, 0) and (1/2, 1/2). ac (160, 110) beats cd (110, 110), bc (60, 110) and all others."""
    answer = ask(town(), weights={"order": ["a", "b"]})
    assert sets(answer) == {"ac"}
    assert {p.id: p.state for p in answer.projects} == {"a": "core", "b": "exterior", "c": "core", "d": "exterior"}


def test_by_hand_score_interval() -> None:
    """Equal weights: values a 50, b 50, c 60, and d in [35, 75], for its score a lies in [20, 100].

    ac and bc have 110, cd [95, 135]. c less a is 10 for sure, so cd beats ad, bc beats ab. cd less ac is d less a, in [-15, 25]:
    neither beats the other. Least values 110, 110, 95; regrets: ac and bc 75 - 50 = 25, cd 50 - 35 = 15.
    d known at its middle 55: cd has 115 and beats both others, 1 is left.
    """
    answer = ask(town(), weights={"intervals": {"a": [D("0.5"), D("0.5")]}}, scores={"projects": {"d": {"a": [20, 100]}}})
    assert answer.complete
    assert sets(answer) == {"ac", "bc", "cd"}
    (maximin, regret) = answer.choices
    assert (maximin.value, "c" in maximin.chosen, "d" in maximin.chosen) == ("110", True, False)
    assert (regret.value, "".join(regret.chosen)) == ("15", "cd")
    assert next((r.id, r.left, r.spread) for r in answer.refine) == ("d", 1, "40")
    assert {p.chosen: (p.low, p.high) for p in answer.listed}["c", "d"] == (("95",), ("135",))


def test_vertices_of_the_scores_are_not_enough() -> None:
    """ad beats nothing at its worst, but what both hold cancels: ab and ad differ by b and d alone, and b (50) lies in d's [35, 75]."""
    answer = ask(town(), weights={"intervals": {"a": [D("0.5"), D("0.5")]}}, scores={"projects": {"d": {"a": [20, 100]}, "c": {"a": [0, 100]}}})
    # c in [30, 80]: now every pair is left, for no project beats another for sure, except that a and b are equal
    assert sets(answer) == {"ab", "ac", "ad", "bc", "bd", "cd"}


def test_cost_as_a_criterion() -> None:
    """Fixed weights (1/2, 1/2), cost counted: nothing (0, 0), one of c (60, 10), two of ac, bc, cd (110, 20).

    With costs 0 to 20 % above, one project may cost 12, two others 20: more projects still never cost less.
    """
    fixed = {"intervals": {"a": [D("0.5"), D("0.5")]}}
    answer = ask(town(), weights=fixed, costs={})
    assert sets(answer) == {"", "c", "ac", "bc", "cd"}
    # c against a: a may be cheaper, so both are left; the same in pairs
    answer = ask(town(), weights=fixed, costs={"default": [0, 20]})
    assert sets(answer) == {"", "a", "b", "c", "d", "ab", "ac", "ad", "bc", "bd", "cd"}


def test_variable_budget() -> None:
    budget = {"m": {"label": {"zh": "x", "en": "x"}, "source": {"kind": "assumption", "why": "x"}, "amount": {2025: 10}, "measure": "starts"}}
    fixed = {"intervals": {"a": [D("0.5"), D("0.5")]}}
    assert sets(ask(town(budget=budget), weights=fixed, costs={})) == {"", "c"}
    assert sets(ask(town(budget=budget), weights=fixed, costs={"budget": "variable"})) == {"", "c", "ac", "bc", "cd"}


def test_blanks_reach_from_worst_to_best() -> None:
    t = Town([new("a", 10, 60), new("b", 10, 50).model_copy(update={"consent": None})], channels={"cash": channel(cap={2025: 10})})
    tree = {"weights": {}, "scores": {"blanks": True}}
    assert sets(ask(t, **tree)) == {"a", "b"}
    assert sets(ask(t, weights={}, scores={})) == {"a"}


def test_no_portfolio_and_wrong_names() -> None:
    with pytest.raises(InfeasibleError):
        ask(town(limits={"n": {"label": {"zh": "x", "en": "x"}, "source": {"kind": "assumption", "why": "x"}, "measure": "count", "at_least": {"value": 3}}}), weights={}, scores={"default": 1})
    with pytest.raises(InputError) as error:
        ask(town(), weights={}, scores={"criteria": {"zzz": 5}, "projects": {"nobody": {"a": [0, 1]}}}, costs={"projects": {"none": 5}})
    assert [f.value for f in error.value.findings] == ["zzz", "nobody", "none"]


def compare(seed: int) -> None:
    problem = scored_town(seed).problem()
    asked, points = question(seed)
    truth = ByHand(problem, asked, points)
    assert asked.weights is not None
    weights = weight_set(asked.weights, tuple(problem.policy.criteria))
    assert sorted(weights.points) == sorted(points)
    answer = robust_portfolios(problem, weights, asked, OPTIONS)
    assert answer.complete, (seed, answer.why)
    assert {frozenset(p.chosen) for p in answer.listed} == {b.chosen for b in truth.best}, seed
    assert len(answer.listed) == len(truth.best)
    assert {p.id: p.state for p in answer.projects} == truth.states()
    for p in answer.projects:
        assert F(p.index or "-1") == F(sum(p.id in b.chosen for b in truth.best), len(truth.best))
    assert {c.rule: F(c.value) for c in answer.choices} == {"maximin": truth.maximin(), "minimax_regret": truth.minimax_regret()}
    assert all(c.proven for c in answer.choices)
    _refined(answer, asked, truth)


def _refined(answer: Portfolios, asked: RobustQuestion, truth: ByHand) -> None:
    """Portfolios left once one project is known, by another enumeration: of those that were nondominated."""
    for r in answer.refine[:1]:
        if r.left is not None:
            known = ByHand.__new__(ByHand)
            known.__dict__ |= truth.__dict__
            known.parts = truth.parts | {r.id: [((a + b) / 2, (a + b) / 2) for a, b in truth.parts[r.id]]}
            assert r.left == sum(not any(known.dominates(a, b) for a in truth.feasible) for b in truth.best)


def compare_singly(seed: int) -> None:
    """A list that is cut off at one portfolio: what is proven singly must be true, and here all of it is found."""
    problem = scored_town(seed).problem()
    asked, points = question(seed, most_portfolios=1)
    truth = ByHand(problem, asked, points)
    assert asked.weights is not None
    answer = robust_portfolios(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), asked, OPTIONS)
    assert answer.complete == (len(truth.best) <= 1)
    assert {frozenset(p.chosen) for p in answer.listed} <= {b.chosen for b in truth.best}
    assert {p.id: p.state for p in answer.projects} == truth.states(), seed
    assert {c.rule: (F(c.value), c.proven) for c in answer.choices} == {"maximin": (truth.maximin(), True), "minimax_regret": (truth.minimax_regret(), True)}


@pytest.mark.parametrize("start", range(0, 90, 15))
def test_random_questions_against_enumeration(start: int) -> None:
    for seed in range(start, start + 15):
        compare(seed)


def test_single_proofs_against_enumeration() -> None:
    for seed in range(100, 118):
        compare_singly(seed)


def test_projected_money_gives_the_same() -> None:
    for seed in range(200, 209):
        t = scored_town(seed)
        asked, _points = question(seed)
        assert asked.weights is not None
        answers = []
        for form in ("full", "projected"):
            problem = t.but(scenario=t.given[5] | {"funding": form}).problem()
            answers.append(robust_portfolios(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), asked, OPTIONS))
        assert {p.chosen for p in answers[0].listed} == {p.chosen for p in answers[1].listed}
        assert answers[0].complete
        assert answers[1].complete


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 2000, 100))
def test_more_random_questions_against_enumeration(start: int) -> None:
    for seed in range(start, start + 100):
        compare(seed)
        if seed % 5 == 0:
            compare_singly(seed)


@pytest.mark.parametrize("engine", ["front", "search"])
def test_fine_weights_with_exact_steps_against_enumeration(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    """Weights of five digits: more than a million steps in a measure, none of them rounded."""
    if engine == "search":
        monkeypatch.setattr(portfolios, "may_sweep", lambda _table: False)
    large = 0
    for seed in range(300, 308):
        ends = {"a": (F(12345 + seed, 10**5), F(34567, 10**5)), "b": (F(11111, 10**5), F(22223 + seed, 10**5))}
        points = [(x, y, 1 - x - y) for x in ends["a"] for y in ends["b"]]
        intervals = {k: [D(v.numerator) / D(v.denominator) for v in pair] for k, pair in ends.items()}
        asked = RobustQuestion.model_validate({"weights": {"intervals": intervals}} | ({"costs": {}} if seed % 2 else {}))
        problem = scored_town(seed).problem()
        assert asked.weights is not None
        try:
            answer = robust_portfolios(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), asked, OPTIONS)
        except InfeasibleError:
            continue
        assert answer.complete
        assert {frozenset(p.chosen) for p in answer.listed} == {k.chosen for k in ByHand(problem, asked, points).best}, seed
        coarse = table_of(problem, weight_set(asked.weights, tuple(problem.policy.criteria)), None, asked.costs, RESOLUTION)
        large += all(m.exact for m in answer.measures) and not all(m.exact for m in coarse.measures)
    assert large >= 3


def test_score_intervals_are_clipped_to_the_scale() -> None:
    asked = ScoreSet.model_validate({"default": 70})
    from renewal_opt.analysis.robust.measures import score_ends

    problem = town().problem()
    assert score_ends(problem, 2, ("a", "b"), asked) == [(F(0), F(100)), (F(0), F(100))]
