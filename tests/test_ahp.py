"""Weights from pairwise judgements, against published and hand-made matrices."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from builders import entry, library_of, policy_of, scenario_of, tiny_policy
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal_opt.domain.criteria import Ahp
from renewal_opt.errors import InputError
from renewal_opt.scoring import score
from renewal_opt.scoring.weights import RANDOM_INDEX, ahp_weights, judgement

D = Decimal


def ahp(pairs: dict[str, Any], **rest: Any) -> Ahp:
    return Ahp.model_validate({"pairs": pairs, **rest})


def test_consistent_judgements_give_their_ratios() -> None:
    weights, ratio = ahp_weights(ahp({"a/b": 2, "b/c": 2, "a/c": 4}), ["a", "b", "c"])
    # 4 : 2 : 1, each rounded to six decimals, then divided by their sum 1.000000
    assert weights == {"a": Fraction(571429, 1_000_000), "b": Fraction(285714, 1_000_000), "c": Fraction(142857, 1_000_000)}
    assert ratio == 0


def test_saatys_three_by_three_example() -> None:
    """a/b = 3, a/c = 5, b/c = 3: lambda_max = 3.0385, weights 0.637, 0.258, 0.105, CR = 0.0385 / 2 / 0.58 = 0.033."""
    weights, ratio = ahp_weights(ahp({"a/b": 3, "a/c": 5, "b/c": 3}), ["a", "b", "c"])
    assert [round(float(w), 3) for w in weights.values()] == [0.637, 0.258, 0.105]
    assert ratio == pytest.approx(0.0332, abs=5e-5)
    assert sum(weights.values()) == 1


def test_a_judgement_may_be_given_from_either_side() -> None:
    forth, _r = ahp_weights(ahp({"a/b": "1/3", "a/c": "1 / 5", "b/c": "1/3"}), ["a", "b", "c"])
    back, _r = ahp_weights(ahp({"b/a": 3, "c/a": 5, "c/b": 3}), ["a", "b", "c"])
    assert forth == back
    assert judgement("1/3") == Fraction(1, 3)
    assert judgement(D("2.5")) == Fraction(5, 2)


def test_two_criteria_are_always_consistent() -> None:
    assert ahp_weights(ahp({"a/b": 3}), ["a", "b"]) == ({"a": Fraction(3, 4), "b": Fraction(1, 4)}, 0.0)


def test_contradicting_judgements_are_refused_with_the_one_that_fits_least() -> None:
    with pytest.raises(InputError) as caught:
        ahp_weights(ahp({"a/b": 9, "b/c": 9, "a/c": "1/9"}), ["a", "b", "c"], file="what-if")
    (finding,) = caught.value.findings
    assert (finding.kind, finding.file, finding.path) == ("ahp_inconsistent", "what-if", "ahp.pairs")
    assert "at most 0.1" in finding.expected
    assert "fits the others least" in finding.hint
    weights, ratio = ahp_weights(ahp({"a/b": 9, "b/c": 9, "a/c": "1/9"}, consistency_at_most=D(100)), ["a", "b", "c"])
    assert ratio > 5
    assert sum(weights.values()) == 1


def test_a_missing_pair_and_too_many_criteria_are_refused() -> None:
    with pytest.raises(InputError, match="missing: a/c, b/c"):
        ahp_weights(ahp({"a/b": 2}), ["a", "b", "c"])
    names = [f"k{i}" for i in range(len(RANDOM_INDEX))]
    with pytest.raises(InputError, match="at most 10 criteria"):
        ahp_weights(ahp({"k0/k1": 1}), names)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_ratios_of_known_weights_are_found_again(parts: list[int]) -> None:
    names = [f"k{i}" for i in range(len(parts))]
    pairs = {f"{names[i]}/{names[j]}": f"{parts[i]}/{parts[j]}" for i in range(len(parts)) for j in range(i + 1, len(parts))}
    weights, ratio = ahp_weights(ahp(pairs), names)
    for name, part in zip(names, parts, strict=True):
        assert float(weights[name]) == pytest.approx(part / sum(parts), abs=2e-6)
    assert ratio == pytest.approx(0, abs=1e-9)


def test_judgements_stand_in_the_plan_with_their_ratio() -> None:
    raw = tiny_policy()
    raw["criteria"]["third"] = entry("丙", "third", weight=1, indicators={"v": entry("票", "votes", column="votes", value=[[0, 0], [1, 100]], weight=1)})
    scoring = score(policy_of(raw), library_of(), scenario_of(ahp={"pairs": {"need/benefit": 3, "need/third": 5, "benefit/third": 3}}))
    assert scoring.weights.method == "ahp"
    assert scoring.weights.consistency_ratio == pytest.approx(0.0332, abs=5e-5)
    assert sum(Fraction(r.weight) for r in scoring.weights.rows) == 1


@pytest.mark.parametrize("pairs", [{"a/b": 3, "b/a": 3}, {"a/b": 3, "a / b": 5}, {"a/a": 1, "a/b": 3}, {"a/b": 10}, {"a/b": "1/10"}])
def test_a_pair_twice_or_of_one_criterion_or_off_the_scale(pairs: dict[str, Any]) -> None:
    """Two judgements of one pair: the later one would count without a word."""
    with pytest.raises(ValueError, match=r"each pair once|from 1/9 to 9"):
        ahp(pairs)
