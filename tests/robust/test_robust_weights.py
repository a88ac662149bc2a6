"""Sets of weights: extreme points by hand and against scipy, empty sets, judgements."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from scipy.optimize import linprog

from renewal_opt.analysis.robust.weights import WeightRow, extreme_points, weight_rows, weight_set
from renewal_opt.domain.robust import WeightSet
from renewal_opt.errors import InputError


def points(names: str, **tree: Any) -> set[tuple[F, ...]]:
    return set(weight_set(WeightSet.model_validate(tree), list(names)).points)


def test_nothing_stated_is_the_whole_simplex() -> None:
    assert points("abc") == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_rank_order_by_hand() -> None:
    """w_a >= w_b >= w_c, each at least 1/10: (1, 0, 0), (1/2, 1/2, 0) and (1/3, 1/3, 1/3) moved towards the least weights."""
    assert points("abc", order=["a", "b", "c"]) == {(1, 0, 0), (F(1, 2), F(1, 2), 0), (F(1, 3), F(1, 3), F(1, 3))}
    assert points("abc", order=["a", "b", "c"], least=D("0.1")) == {(F(4, 5), F(1, 10), F(1, 10)), (F(9, 20), F(9, 20), F(1, 10)), (F(1, 3), F(1, 3), F(1, 3))}


def test_open_ranks() -> None:
    """b and c below a, in any order: b = a, c = a or both, or neither."""
    assert points("abc", order=["a", ["b", "c"]]) == {(1, 0, 0), (F(1, 2), F(1, 2), 0), (F(1, 2), 0, F(1, 2)), (F(1, 3), F(1, 3), F(1, 3))}


def test_judgements() -> None:
    exact = weight_set(WeightSet.model_validate({"ahp": {"pairs": {"a/b": 2, "a/c": 4, "b/c": 2}}, "ahp_factor": 1}), ["a", "b", "c"])
    assert exact.points == ((F(4, 7), F(2, 7), F(1, 7)),)
    assert exact.ratio == 0.0
    # a/b in [1, 4] alone: a between 1/2 and 4/5
    assert points("ab", ahp={"pairs": {"a/b": 2}}, ahp_factor=2) == {(F(1, 2), F(1, 2)), (F(4, 5), F(1, 5))}
    loose = weight_set(WeightSet.model_validate({"ahp": {"pairs": {"a/b": 2, "a/c": 4, "b/c": 3}}, "ahp_factor": D("1.5")}), ["a", "b", "c"])
    assert loose.ratio is not None
    assert 0 < loose.ratio < 0.1
    for a, b, c in loose.points:
        assert F(4, 3) * b <= a <= 3 * b
        assert F(8, 3) * c <= a <= 6 * c
        assert 2 * c <= b <= F(9, 2) * c


def test_empty_sets_are_told_with_the_statement() -> None:
    for tree, path in (
        ({"intervals": {"a": [D("0.6"), 1], "b": [D("0.6"), 1]}}, "weights.intervals.b"),
        ({"least": D("0.4")}, "weights.least"),
        ({"intervals": {"a": [0, D("0.1")]}, "order": ["a", "b", "c"]}, "weights.order"),
        ({"ahp": {"pairs": {"a/b": 2, "a/c": 4, "b/c": 3}}, "ahp_factor": 1}, "weights.ahp.pairs.b/c"),
    ):
        with pytest.raises(InputError) as error:
            points("abc", **tree)
        assert [(f.kind, f.path) for f in error.value.findings] == [("weights_empty", path)]


def test_unknown_criteria_and_inconsistent_judgements() -> None:
    with pytest.raises(InputError) as error:
        points("abc", intervals={"x": [0, 1]}, order=["a", "y"])
    assert [f.value for f in error.value.findings] == ["x", "y"]
    with pytest.raises(InputError) as error:
        points("abc", ahp={"pairs": {"a/b": 9, "b/c": 9, "a/c": "1/9"}})
    assert error.value.findings[0].kind == "ahp_inconsistent"


def test_too_many_extreme_points(monkeypatch: pytest.MonkeyPatch) -> None:
    intervals = {k: [D("0.15"), D("0.25")] for k in "abcde"}
    assert len(points("abcde", intervals=intervals)) == 30  # two at each end and one between them at 0.2: 5! / (2! 2!)
    monkeypatch.setattr("renewal_opt.analysis.robust.weights.MOST_POINTS", 29)
    with pytest.raises(InputError) as error:
        points("abcde", intervals=intervals)
    assert [(f.kind, f.value) for f in error.value.findings] == [("weights_many", "30")]


@pytest.mark.parametrize("seed", range(40))
def test_random_sets_against_scipy(seed: int) -> None:
    """Every point is feasible and tight in enough rows; in random directions scipy finds nothing better than the best point."""
    r = random.Random(seed)
    n = r.randint(2, 5)
    names = "abcde"[:n]
    tree: dict[str, Any] = {"least": D(r.randint(0, 8)) / 100}
    if r.random() < 0.6:
        tree["intervals"] = {k: [D(r.randint(0, 15)) / 100, D(r.randint(25, 100)) / 100] for k in r.sample(names, r.randint(1, n))}
    if r.random() < 0.5:
        tree["order"] = r.sample(names, r.randint(2, n))
    if r.random() < 0.3:
        tree["ahp"] = {"pairs": {f"{a}/{b}": r.choice([1, 2]) for a, b in itertools.combinations(names, 2)}, "consistency_at_most": 9}
        tree["ahp_factor"] = D("2.5")
    rows, _ratio = weight_rows(WeightSet.model_validate(tree), list(names))
    found = extreme_points(rows, n)
    a = [[-float(c) for c in row.coefs] for row in rows] or [[0.0] * n]
    b = [-float(row.bound) for row in rows] or [0.0]
    for _direction in range(12):
        cost = [r.uniform(-1, 1) for _k in range(n)]
        answer = linprog(cost, A_ub=a, b_ub=b, A_eq=[[1.0] * n], b_eq=[1.0], bounds=(0, 1))
        assert (answer.status == 2) == (not found), seed
        if found:
            assert abs(answer.fun - min(float(sum(F(c) * v for c, v in zip(cost, p, strict=True))) for p in found)) < 1e-8
    for p in found:
        assert sum(p) == 1
        assert min(p) >= 0
        assert all(value(row, p) >= row.bound for row in rows)
        tight = [[F(int(i == j)) for j in range(n)] for i in range(n) if p[i] == 0] + [list(row.coefs) for row in rows if value(row, p) == row.bound]
        assert rank([[F(1)] * n, *tight]) == n


def value(row: WeightRow, p: tuple[F, ...]) -> F:
    return sum((c * v for c, v in zip(row.coefs, p, strict=True)), F(0))


def rank(rows: list[list[F]]) -> int:
    rows, done = [list(r) for r in rows], 0
    for column in range(len(rows[0])):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for r in range(done + 1, len(rows)):
            factor = rows[r][column] / rows[done][column]
            rows[r] = [x - factor * y for x, y in zip(rows[r], rows[done], strict=True)]
        done += 1
    return done
