"""Searches that may be stopped: points that spread, boxes that are halved, what is proven of the best values meanwhile."""

from __future__ import annotations

import itertools
import threading
from fractions import Fraction

import numpy as np
import pytest
from pareto_cases import knapsack, matrices_of, values

from renewal_opt.pareto import LinearObjective, MatrixModel, boxes, nondominated, representation, supported


def test_a_representation_of_two_objectives_spreads() -> None:
    """The points are no neighbours at one end, and the bound is far below the whole range."""
    shown = representation(knapsack(7, 2, 40, 900).model(), 6)
    assert len(shown.answer.points) == 24
    assert shown.coverage < 0.4
    first = sorted(shown.answer.points[i].y[0] / shown.span[0] for i in shown.chosen)
    second = sorted(shown.answer.points[i].y[1] / shown.span[1] for i in shown.chosen)
    assert max(b - a for a, b in itertools.pairwise(first)) < 0.5
    assert max(b - a for a, b in itertools.pairwise(second)) < 0.5
    assert {z.why for z in shown.answer.open} == {"not asked: enough points were found"}


@pytest.mark.parametrize("seed", range(4))
def test_boxes_that_are_halved_find_every_point(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a time, boxes are halved: the same points; stopped at any moment, what is missing lies inside the open boxes."""
    case = knapsack(60 + seed, 2, 10, 90)
    monkeypatch.setattr(boxes, "LARGE", (0.0, 0.01)[seed % 2])
    answer = nondominated(case.model(), seconds=600)
    assert answer.complete
    assert values(answer.points) == case.front()
    ideal = tuple(max(column) for column in zip(*case.front(), strict=True))
    assert answer.ideal == answer.bounds == ideal
    for stop in range(3, len(answer.points) + 2, 6):
        halt, count = threading.Event(), itertools.count(1)
        part = nondominated(case.model(), seconds=600, cancel=halt, on_record=lambda _r, halt=halt, count=count, stop=stop: halt.set() if next(count) == stop else None)  # type: ignore[misc]
        assert part.ideal == ideal  # both were asked first
        missing = case.front() - values(part.points)
        for point in missing:
            assert any(all(b is None or v > b for v, b in zip(point, z.better_than, strict=True)) and all(v <= t for v, t in zip(point, z.up_to, strict=True)) for z in part.open)
        assert bool(part.open) or not missing


def test_a_search_with_a_time_leaves_less_unseen() -> None:
    """After the same number of solves, halving the largest box leaves a smaller part open than a sweep from one end; a whole sweep needs a solve a point and one more."""
    model = knapsack(9, 2, 40, 900).model()
    missing: dict[float | None, float] = {}
    for seconds in (None, 600.0):
        halt, count = threading.Event(), itertools.count(1)
        part = nondominated(model, seconds=seconds, cancel=halt, on_record=lambda _r, halt=halt, count=count: halt.set() if next(count) == 16 else None)  # type: ignore[misc]
        missing[seconds] = part.missing
    assert missing[600.0] < 0.15
    assert missing[600.0] < 0.5 * missing[None]  # type: ignore[operator]
    small = nondominated(knapsack(9, 2, 14, 90).model())
    assert small.runs <= len(small.points) + 1


def test_a_rounded_ideal_is_an_interval() -> None:
    """Of an objective without an exact step the best is proven to a step: its ideal is not told as proven, its bound is."""
    a, b = np.array([[3, 5, 4, 2, 6]]), np.array([9])
    at = np.arange(5, dtype=np.int32)
    gain = LinearObjective("gain", at, tuple(map(Fraction, (7, 9, 2, 1, 8))), resolution=Fraction(2))
    risk = LinearObjective("risk", at, tuple(map(Fraction, (2, 6, 1, 4, 3))), sense="min")
    for answer in (nondominated(MatrixModel(matrices_of(a, b), (gain, risk))), supported(MatrixModel(matrices_of(a, b), (gain, risk)))):
        assert answer.ideal == (None, Fraction(0))
        found = max(p.values[0] for p in answer.points)
        assert answer.bounds[0] is not None
        assert 15 <= answer.bounds[0] <= found + 2  # 7 + 8 is the true best
        assert answer.bounds[1] == 0
        assert answer.nadir is None


def test_a_set_of_one_point_has_an_ideal() -> None:
    """One point is best in both: the second objective need not be asked."""
    at = np.arange(2, dtype=np.int32)
    both = tuple(LinearObjective(name, at, tuple(map(Fraction, c))) for name, c in (("a", (3, 1)), ("b", (2, 5))))
    answer = nondominated(MatrixModel(matrices_of(np.array([[1, 1]]), np.array([2])), both))
    assert answer.complete
    assert answer.ideal == answer.bounds == (4, 7)


def test_a_search_of_three_objectives_with_a_time_leaves_less_unseen() -> None:
    """The first points lie in the middle of large zones, not beside the best of one objective; in the end they are the same."""
    case = knapsack(1, 3, 30)
    missing: dict[float | None, float] = {}
    for seconds in (None, 600.0):
        halt, count = threading.Event(), itertools.count(1)
        missing[seconds] = nondominated(case.model(), seconds=seconds, cancel=halt, on_record=lambda _r, halt=halt, count=count: halt.set() if next(count) == 20 else None).missing  # type: ignore[misc]
    assert missing[600.0] < missing[None]
    small = knapsack(4, 3, 10)
    answer = nondominated(small.model(), seconds=600.0)
    assert answer.complete
    assert values(answer.points) == small.front()
