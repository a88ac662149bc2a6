"""Small random plan models against enumeration in exact numbers: whole money, and the model with continuous money."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from arbiter import Arbiter, judge
from compare import MOST, engine, relaxed_money
from instances import T0, Instance, seeded
from second_model import Refused, SecondModel

from renewal_opt.domain.funding import CapByYear
from renewal_opt.domain.rules import Level
from renewal_opt.errors import InfeasibleError, InputError


def whole(instance: Instance, seen: Counter[str]) -> None:
    """The engine's answer in whole 元 is the enumeration's."""
    try:
        model = SecondModel(*instance)
    except Refused:
        seen["refused"] += 1
        assert engine(instance) == "refused"
        return
    if Arbiter(model).size() > MOST:
        seen["skipped"] += 1
        return
    said = judge(model)
    if said == "too long":  # equations between amounts that the exact search cannot settle
        seen["skipped"] += 1
        return
    assert engine(instance) == said
    seen["none" if said is None else "optimum"] += 1


def continuous(instance: Instance, seen: Counter[str]) -> None:
    """HiGHS on the engine's own matrices, money continuous, finds the enumeration's optimum."""
    try:
        model = SecondModel(*instance)
    except Refused:
        seen["refused"] += 1
        return
    if Arbiter(model).size() > MOST:
        seen["skipped"] += 1
        return
    said = judge(model, whole=False)
    assert not isinstance(said, str)
    try:
        mine = relaxed_money(instance)
    except InfeasibleError:
        mine = None
    except InputError:
        pytest.fail("refused by the engine alone")
    if said is None or mine is None:
        assert mine is None
        assert said is None
    else:
        assert mine == pytest.approx(float(said), rel=1e-6, abs=1e-6)
    seen["none" if said is None else "optimum"] += 1


def run(check: object, seeds: range, most: int) -> Counter[str]:
    """Run one check over seeds; return how the instances ended."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        check(seeded(seed, most), seen)  # type: ignore[operator]
    return seen


def test_whole_money_some() -> None:
    """60 of them in CI."""
    seen = run(whole, range(30_000, 30_060), 5)
    assert seen["optimum"] >= 30
    assert seen["skipped"] <= 6


def test_continuous_money_some() -> None:
    """60 of them in CI."""
    seen = run(continuous, range(31_000, 31_060), 4)
    assert seen["optimum"] >= 30
    assert seen["skipped"] <= 6


@pytest.mark.parametrize("seed", [70_397, 72_189])
def test_two_asks_of_one_project(seed: int) -> None:
    """Both stand in the model (the second once replaced the first, and repairs had to mend it)."""
    continuous(seeded(seed, 4), Counter())


@pytest.mark.parametrize("seed", [70_397, 71_856])
def test_share_of_a_budget_of_nothing(seed: int) -> None:
    """A budget of 0 as the base of a share asks for nothing and allows nothing."""
    instance = seeded(seed, 4, ["limits", "districts", "budget"])
    policy = instance[0]
    nothing = {"b": policy.budget["b"].model_copy(update={"amount": CapByYear(later="last", years={T0: 0}), "where": {}})}
    share = Level.model_validate({"share": Decimal("0.3"), "of": "budget"})
    limits = {k: v.model_copy(update={"at_least": share, "at_most": share}) for k, v in policy.limits.items()}
    balance = {k: v.model_copy(update={"of": "budget"}) for k, v in policy.district_balance.items()}
    changed = policy.model_copy(update={"budget": nothing, "limits": limits, "district_balance": balance})
    whole((changed, *instance[1:]), Counter())


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(22))
def test_whole_money_many(chunk: int) -> None:
    """2,200 models in whole money."""
    seen = run(whole, range(60_000 + 100 * chunk, 60_100 + 100 * chunk), 5)
    assert seen["skipped"] <= 8
    assert seen["optimum"] >= 40


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(22))
def test_continuous_money_many(chunk: int) -> None:
    """2,200 models with continuous money."""
    seen = run(continuous, range(70_000 + 100 * chunk, 70_100 + 100 * chunk), 4)
    assert seen["skipped"] <= 8
    assert seen["optimum"] >= 40
