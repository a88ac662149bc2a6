"""Two objectives in boxes, and the zones of three: several questions at once, failures, stops and other ways to go on, against enumeration."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pareto_cases import Case, knapsack, values

from renewal_opt.pareto import (
    Answer,
    LinearObjective,
    MatrixModel,
    Question,
    Record,
    boxes,
    nondominated,
    search,
)
from renewal_opt.pareto.boxes import BoxSearch
from renewal_opt.pareto.missing import missing_share
from renewal_opt.pareto.subsolve import Reply, ZoneSolver


class Several:
    """Answers several questions out of turn; some fail, some are lost."""

    def __init__(self, solver: ZoneSolver, chance: random.Random, fail: float) -> None:
        self.solver, self.chance, self.fail, self.busy = solver, chance, fail, list[Question]()

    @property
    def room(self) -> int:
        return 3 - len(self.busy)

    def hand_in(self, question: Question, seconds: float) -> None:
        self.busy.append(question)

    def replies(self) -> Sequence[tuple[Question, Reply | None]]:
        question = self.busy.pop(self.chance.randrange(len(self.busy)))
        fate = self.chance.random()
        if fate < self.fail:
            return [(question, Reply(runs=1, why="failed"))]
        return [(question, None if fate < 1.2 * self.fail else self.solver.ask(question))]


def left_out(case: Case, answer: Answer) -> list[tuple[Fraction, ...]]:
    """Return the nondominated points that are not found, after holding what is proven of them against the whole set."""
    front = case.front()
    assert values(answer.points) <= front
    best = [max(column) for column in zip(*front, strict=True)]
    if answer.points:
        assert all(told in (None, true) for told, true in zip(answer.ideal, best, strict=True))
        assert all(bound is not None and bound >= true for bound, true in zip(answer.bounds, best, strict=True))
    missing = list(front - values(answer.points))
    for point in missing:
        assert any(
            all(b is None or v > b for v, b in zip(point, z.better_than, strict=True)) and all(v <= t for v, t in zip(point, z.up_to, strict=bool(z.up_to)))
            for z in answer.open
        )  # fmt: skip
    return missing


@pytest.mark.parametrize("seed", range(10))
def test_out_of_turn_with_failures_stopped_and_gone_on(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails, nothing is claimed that is not so; and from the records either search comes to the whole set."""
    chance = random.Random(seed)
    fail = [0.3]

    @contextlib.contextmanager
    def several(model: MatrixModel, whole: Any, options: Any, workers: Any) -> Iterator[Several]:
        yield Several(ZoneSolver(model, whole, options), chance, fail[0])

    monkeypatch.setattr(search, "_asker", several)
    monkeypatch.setattr(boxes, "LARGE", (0.0, 0.01)[seed % 2])
    case = knapsack(300 + seed, 2 + seed % 3 // 2, 8, (12, 60)[seed % 2])
    kept, halt, stop = list[Record](), threading.Event(), chance.randint(1, 9)

    def note(record: Record) -> None:
        kept.append(record)
        if len(kept) == stop:
            halt.set()

    part = nondominated(case.model(), seconds=(None, 600.0)[seed % 2], on_record=note, cancel=halt)
    assert bool(left_out(case, part)) <= bool(part.open)
    fail[0] = 0.0
    for seconds in (None, 600.0):
        whole = nondominated(case.model(), seconds=seconds, resume=kept)
        assert whole.complete
        assert not left_out(case, whole)


@pytest.mark.parametrize("seed", range(6))
def test_resolutions(seed: int) -> None:
    """Of objectives that count in stated steps, no feasible point beats the list by a step in these and at all in the others."""
    case = knapsack(500 + seed, 2, 8, 40)
    steps = (Fraction(7), Fraction(11) if seed % 2 else None)
    model = case.model()
    objectives: tuple[LinearObjective, ...] = tuple(replace(o, resolution=s) for o, s in zip(model.objectives, steps, strict=True))
    answer = nondominated(replace(model, objectives=objectives), seconds=(None, 600.0)[seed % 3 // 2])
    assert answer.complete
    given = [s or Fraction(0) for s in steps]
    for point in case.front():
        assert any(all(v >= w - g for v, w, g in zip(p.values, point, given, strict=True)) for p in answer.points)
    for k, bound in enumerate(answer.bounds):
        assert bound is not None
        assert bound >= max(p[k] for p in case.front())


def test_records_of_several_zones() -> None:
    """An older search asked several zones at once where one had failed: its records lead on."""
    boxes_ = BoxSearch((9, 9), (True, True), True)
    for k, y in ((1, (2, 9)), (0, (9, 2))):
        assert boxes_.take(Question(k, ((-1, -1),)), Reply((9,), y)) == y
    assert boxes_.take(Question(0, ((2, 2), (-1, 2))), Reply((6, 6), (6, 5))) == (6, 5)
    assert set(boxes_.tops().items()) == {((2, 5), (5, 8))}
    assert boxes_.take(Question(0, ((2, 5), (2, 6))), Reply(None, why="failed")) is None
    assert boxes_.next(()) is not None


def test_zones_that_overlap_are_not_counted_twice() -> None:
    """With tops the share is never above that without; where tops are low it is below."""
    points, zones = [(5, 0, 0), (0, 5, 0), (0, 0, 5)], [(0, 0, -1), (0, -1, 0), (-1, 0, 0)]
    plain = missing_share(points, zones, (5, 5, 5))
    assert missing_share(points, zones, (5, 5, 5), dict.fromkeys(zones, (5, 5, 5))) == pytest.approx(plain)
    assert missing_share(points, zones, (5, 5, 5), dict.fromkeys(zones, (1, 1, 1))) < plain
    assert np.isfinite(plain)


def test_a_bound_is_never_beyond_what_the_columns_allow() -> None:
    """Of nothing chosen, no less can be spent, whatever the stated step."""
    case = knapsack(1, 2, 6)
    gain, spent = case.model().objectives
    model = replace(case.model(), objectives=(gain, replace(spent, sense="min", resolution=Fraction(500))))
    answer = nondominated(model)
    assert answer.complete
    assert answer.bounds[1] == 0
    assert (answer.ideal[1] == 0) == any(p.values[1] == 0 for p in answer.points)
