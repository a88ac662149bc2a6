"""The nondominated set against enumeration, for small models of every kind."""

from __future__ import annotations

import pytest
from pareto_cases import draw

from renewal_opt.pareto import nondominated


def compare(seed: int) -> None:
    case = draw(seed)
    answer = nondominated(case.model(), together=1 + seed % 9)
    assert answer.complete, (seed, [z.why for z in answer.open])
    assert answer.exact
    values = [p.values for p in answer.points]
    assert len(values) == len(set(values))
    assert set(values) == case.front(), seed
    assert answer.missing == 0.0


@pytest.mark.parametrize("start", range(0, 320, 20))
def test_random_models_against_enumeration(start: int) -> None:
    for seed in range(start, start + 20):
        compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 3000, 100))
def test_more_random_models_against_enumeration(start: int) -> None:
    for seed in range(start, start + 100):
        compare(seed)
