"""What each word measures, by hand on a small city, and steps that are stated."""

from __future__ import annotations

from fractions import Fraction

import pytest
from small import D, Town, carry, channel, entry, new

from renewal_opt.analysis.pareto.asked import read_objectives
from renewal_opt.analysis.pareto.measures import known_words, measure
from renewal_opt.problem import Problem


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Three candidates and a carry-over; a two-year bullet bond at 5 %."""
    projects = [
        new("a", 100, 80, residents=10), new("b", [30, 20], 40, district="south", residents=25), new("c", 50, 60, district_shares={"north": D(40), "south": D(60)}),
        carry("old", {2025: 70}, spent=30, residents=99),
    ]  # fmt: skip
    channels = {
        "fiscal": channel(sub={"city": entry(), "state": entry()}), "bond": channel("debt"), "owner": channel("capital", "market"),
    }  # fmt: skip
    limit = entry(measure="investment", where={"district": "south"}, at_most={"share": D("0.5"), "of": "plan"}, active=False)
    many = entry(measure="count", where={"district": ["north", "south"]}, at_least={"value": D(1)})
    target = entry(measure="residents", where={}, at_least={"value": D(1)}, to=2024)
    return Town(projects, channels=channels, limits={"south": limit, "many": many}, targets={"south": target}).problem()


def value(problem: Problem, word: str, ids: str, money: dict[tuple[str, str, int], int] | None = None) -> Fraction:
    """Return a measure of the plan that starts some projects, beside the carry-over, with money in 万元."""
    entries, leaves = problem.entries, problem.leaves
    chosen = [problem.projects[int(p)].id in [*ids, "old"] for p in problem.starts.project]
    amounts = [
        (money or {}).get((problem.projects[p].id, leaves[c], t), 0) * 10_000
        for p, c, t in zip(entries.project.tolist(), entries.leaf.tolist(), entries.year.tolist(), strict=True)
    ]
    found = measure(problem, word)
    assert found is not None
    return found.value(chosen, {}, amounts)


@pytest.mark.parametrize(
    ("word", "ids", "expected"),
    [
        ("projects", "ab", 2), ("total_investment", "ab", 150), ("residents", "abc", 35), ("score", "ac", 140), ("worth", "b", 40),
        # north asked for 100 + 0.4 x 50 = 120, south for 50 + 0.6 x 50 = 80
        ("worst_off_district", "a", 0), ("worst_off_district", "ab", Fraction(50, 80)), ("worst_off_district", "bc", Fraction(20, 120)), ("worst_off_district", "abc", 1),
        ("limit:south", "abc", 50), ("limit:many", "ab", 2), ("target:south", "ab", 35),
    ],
)  # fmt: skip
def test_of_the_portfolio(problem: Problem, word: str, ids: str, expected: int | Fraction) -> None:
    assert value(problem, word, ids) == expected


def test_of_the_money(problem: Problem) -> None:
    paid = {("a", "city", 2025): 40, ("a", "bond", 2025): 60, ("b", "owner", 2025): 30, ("b", "bond", 2026): 20, ("old", "state", 2025): 70}
    expected = {
        "outlay:fiscal": 110, "outlay:city": 40, "outlay:state": 70, "outlay:bond": 80, "fiscal_outlay": 190, "market_outlay": 30,
        "debt_service:2026": 0, "debt_service:2027": 66, "debt_service:2028": 22,  # after two years, with 5 % a year: 60 x 1.1, 20 x 1.1
    }  # fmt: skip
    assert {word: value(problem, word, "ab", paid) for word in expected} == expected


def test_words_and_senses(problem: Problem) -> None:
    words = known_words(problem)
    assert words[:6] == ["worth", "score", "total_investment", "projects", "residents", "worst_off_district"]
    assert {"limit:south", "limit:many", "target:south", "outlay:city", "debt_service:2028"} <= set(words)
    senses = {w: m.sense for w in words if (m := measure(problem, w)) is not None}
    assert len(senses) == len(words)
    assert {w for w, s in senses.items() if s == "min"} == {
        "limit:south", "fiscal_outlay", "outlay:fiscal", "outlay:city", "outlay:state", "outlay:bond", "debt_service:2026", "debt_service:2027", "debt_service:2028",
    }  # fmt: skip


def test_districts_without_candidates_are_left_out() -> None:
    town = Town([new("a", 100, 80), new("b", 100, 40)])
    found = measure(town.problem(), "worst_off_district")
    assert found is not None
    assert [label.en for label, _share in found.ratios] == ["name"]  # north alone
    assert found.value([True, False], {}, []) == Fraction(1, 2)


def test_steps(problem: Problem) -> None:
    asked = read_objectives(problem, ["projects", "residents:step=10", "total_investment:step=0.5", "fiscal_outlay", "outlay:bond:max:step=2.5", "worst_off_district:step=1/8"])
    assert [o.resolution for o in asked] == [None, 10, None, 1, Fraction(5, 2), Fraction(1, 8)]
    assert [o.sense for o in asked] == ["max", "max", "max", "min", "max", "max"]
