"""Points known from earlier questions: which one starts the next, and that none can make an answer wrong."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from pareto_cases import Case

from renewal_opt.pareto import nondominated, supported
from renewal_opt.pareto.starts import Starts
from renewal_opt.solver.result import FloatArray


def test_the_start_is_the_best_point_beyond_a_corner() -> None:
    starts = Starts(2)
    assert starts.inside(0, [(-1, -1)]) is None
    assert starts.dearest([1.0, 1.0]) is None
    for y in ((5, 1), (3, 4), (1, 9)):
        starts.add(y, np.array(y, dtype=float))

    def at(k: int, *corners: tuple[int, int]) -> tuple[list[float], int] | None:
        found = starts.inside(k, corners)
        return None if found is None else (found[0].tolist(), found[1])

    assert at(0, (9, 1)) == ([3.0, 4.0], 0)  # the corner says nothing of the objective that is raised
    assert at(1, (3, 0)) == ([5.0, 1.0], 0)
    assert at(0, (0, 9)) is None
    assert at(0, (4, 0), (0, 8)) == ([5.0, 1.0], 0)
    assert at(0, (5, 0), (0, 8)) == ([1.0, 9.0], 1)  # one step beyond its zone's corner beats none
    dear = starts.dearest([1.0, 0.1])
    assert dear is not None
    assert dear.tolist() == [5.0, 1.0]


@pytest.mark.parametrize("p", [2, 3])
@pytest.mark.parametrize("wrong", ["infeasible", "poor", "half"])
def test_a_false_start_changes_no_front(p: int, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(p)
    a, c = rng.integers(1, 40, (2, 10)), rng.integers(1, 60, (p, 10)).astype(np.int64)
    case = Case(a, a.sum(axis=1) // 2, c, ("max",) * p, (Fraction(1),) * p, (Fraction(0),) * p)
    point = {"infeasible": np.ones(10), "poor": np.zeros(10), "half": np.full(10, 0.5)}[wrong]
    used = []

    def inside(self: Starts, k: int, corners: Sequence[tuple[int, ...]]) -> tuple[FloatArray, int]:
        used.append(k)
        return point, len(corners) - 1

    monkeypatch.setattr(Starts, "inside", inside)
    monkeypatch.setattr(Starts, "dearest", lambda self, weights: point)
    answer = nondominated(case.model())
    assert used
    assert answer.complete
    assert {q.values for q in answer.points} == case.front()
    assert {q.values for q in supported(case.model()).points} <= case.front()
