"""Protection against overrun: by hand, and against enumeration of portfolios and extreme overruns, one problem each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from robust_cases import OPTIONS, best_protected, flow_town, holds, money_town, protection, raised
from small import Town, channel, entry, new, revenue

from renewal_opt.analysis.robust.curve import price_of_robustness
from renewal_opt.analysis.robust.measures import items_of
from renewal_opt.analysis.robust.overrun import Level, Overrun, overrun_of, worst_set
from renewal_opt.analysis.robust.protect import Protected, Protector
from renewal_opt.analysis.robust.space import Space
from renewal_opt.analysis.robust.trial import draws, tried
from renewal_opt.domain.robust import ProtectedPlan, Protection
from renewal_opt.errors import InfeasibleError, InputError


def solved(t: Town, asked: Protection, gamma: F) -> tuple[Protected | None, Overrun]:
    problem = t.problem()
    o = overrun_of(t.inputs, problem, asked)
    return Protector(o, Space(problem, items_of(problem), OPTIONS), 0.0).solve(Level(gamma), 60.0), o


def curve(t: Town, **tree: Any) -> tuple[ProtectedPlan, ...]:
    return price_of_robustness(t.inputs, t.problem(), Protection.model_validate(tree), OPTIONS, 60.0, lambda _words: None)


BUDGET = {"m": entry(amount={2025: 40}, measure="starts")}
FOUR = Town([new(k, 10, s) for k, s in zip("abcd", (80, 60, 40, 20), strict=True)], budget=BUDGET)


def test_price_by_hand() -> None:
    """Four projects of 10 each, up to 50 % more, in a budget of 40, worth 80, 60, 40, 20.

    Gamma 0: all four, 200. One overrun: 3 x 10 + 5 = 35 fits, 4 x 10 + 5 does not: abc, 180. Two: 30 + 10 = 40 fits.
    2.5: 30 + 12.5 does not, 20 + 10 does: ab, 140. All draws overrun fully or not at all with chance 1: see the trial.
    """
    plans = curve(FOUR, gamma=[1, 2, D("2.5")], overrun=50, draws=0)
    assert [(p.gamma, p.objective, p.price, "".join(p.chosen)) for p in plans] == [
        ("0", "200", "0", "abcd"), ("1", "180", "20", "abc"), ("2", "180", "20", "abc"), ("5/2", "140", "60", "ab"),
    ]  # fmt: skip
    assert all(p.proven for p in plans)
    assert [p.sets for p in plans] == ["none", "proven", "proven", "proven"]


def test_trial_by_hand() -> None:
    """A full budget breaks in every draw in which anything overruns; three of four projects hold while two overrun at most."""
    plans = curve(FOUR, gamma=[2], overrun=50, chance=1, draws=2000)
    first, second = (p.trial for p in plans)
    assert first is not None
    assert second is not None
    assert (first.any, first.budget, first.limits, first.funding) == (1.0, 1.0, 0.0, 0.0)
    # three uniform overruns between 0 and 5 add up to more than 10 with probability 1/6
    assert abs(second.budget - 1 / 6) < 0.03
    never = curve(FOUR, gamma=[2], overrun=50, chance=0, draws=50)
    assert all(p.trial is not None and p.trial.any == 0.0 for p in never)


def networked(cap: int) -> Town:
    """p1 is paid by A alone, p2 by B alone, p3 by both: 10 each, and p1 and p2 may double."""
    channels = {
        "A": channel(cap={2025: cap}, eligible={"district": ["north", "whole"]}), "B": channel(cap={2025: cap}, eligible={"district": ["south", "whole"]}),
    }  # fmt: skip
    places = {"p1": "north", "p2": "south", "p3": "whole"}
    return Town([new(k, 10, 50, district=v) for k, v in places.items()], channels=channels)


DOUBLE = Protection.model_validate({"overrun": 100, "projects": {"p3": 0}})


@pytest.mark.parametrize(("cap", "gamma", "chosen"), [(20, 1, 3), (19, 1, 1), (24, 2, 2), (25, 2, 3), (15, 0, 3)])
def test_money_is_allotted_anew_by_hand(cap: int, gamma: int, chosen: int) -> None:
    """With 20 each and one overrun, p3 is paid wholly by the other channel: no fixed split of its 10 would do. 19 is too little
    for p1 or p2 when it doubles. Both doubled need 20 each, and p3 5 of each: 25."""
    found, _o = solved(networked(cap), DOUBLE, F(gamma))
    assert found is not None
    assert found.verdict.status == "safe"
    assert sum(found.pick.chosen) == chosen


def test_sets_are_split_where_no_one_rule_serves() -> None:
    found, _o = solved(networked(20), DOUBLE, F(1))
    assert found is not None
    assert found.verdict.parts > 1


def test_limits_and_areas_by_hand() -> None:
    """Ratio of the north: a (10) may double. 10 of 20 is half; after its overrun 20 of 30. The area's revenue covers 10, not 15."""
    share = {"l": entry(where={"district": "north"}, measure="investment", at_most={"share": D("0.6"), "of": "plan"})}
    t = Town([new("a", 10, 50), new("b", 10, 40, district="south")], limits=share)
    asked = Protection.model_validate({"overrun": 0, "projects": {"a": 100}})
    assert [solved(t, asked, F(g))[0].objective for g in (0, 1)] == [90, 40]  # type: ignore[union-attr]
    rule = entry(mode="required", conditions={"revenue_share": 1}, active=True)
    t = Town([new("a", 10, 50, coord_area="X")], revenue=[revenue("a", 2027, 12)], coordination=rule)
    asked = Protection.model_validate({"overrun": 50})
    assert [solved(t, asked, F(g))[0].objective for g in (0, 1)] == [50, 0]  # type: ignore[union-attr]
    assert solved(t, asked, F(2, 5))[0].objective == 50  # type: ignore[union-attr]


def test_no_protected_plan_is_told_and_not_raised() -> None:
    least = {"n": entry(measure="count", at_least={"value": 3})}
    plans = curve(FOUR.but(limits=least), gamma=[1, 3], overrun=50, draws=0)
    assert [p.objective for p in plans] == ["200", "180", None]
    with pytest.raises(InfeasibleError):
        curve(FOUR.but(limits={"n": entry(measure="count", at_least={"value": 9})}), gamma=[1], draws=0)


def test_unknown_project() -> None:
    with pytest.raises(InputError) as error:
        curve(FOUR, projects={"zzz": 5})
    assert [(f.path, f.value) for f in error.value.findings] == [("protection.projects.zzz", "zzz")]


def test_tickets_are_not_claimed() -> None:
    t = FOUR.but(channels={"cash": channel(ticket={"at_least": 1})})
    assert [p.sets for p in curve(t, gamma=[1], draws=0)] == ["none", "open"]


def test_worst_set() -> None:
    grow = [(0, F(5)), (1, F(9)), (2, F(-3)), (3, F(7))]
    assert worst_set(grow, 1, F(1, 2)) == ({1: 1, 3: F(1, 2)}, F(25, 2))
    assert worst_set(grow, 9, F(0)) == ({0: 1, 1: 1, 3: 1}, F(21))


def compare(seed: int, town: Callable[[int], Town] = money_town) -> str:
    t = town(seed)
    asked, gamma = protection(seed)
    if town is flow_town:
        asked = asked.model_copy(update={"overrun": D(100), "projects": {"p0": D(50)}})
    try:
        found, _o = solved(t, asked, gamma)
    except InfeasibleError:  # the carry-overs alone cannot be paid
        found = None
    want = best_protected(t, asked, gamma)
    assert (None if found is None else found.objective) == want, seed
    if found is None:
        return "none"
    assert found.verdict.status == "safe"
    assert found.proven
    assert found.bound >= float(found.objective) - 1e-6
    return "split" if found.verdict.parts > 1 else "one"


def test_random_networks_against_enumeration() -> None:
    kinds = [compare(seed) for seed in range(80)]
    assert kinds.count("none") < 30


def test_flows_that_move_against_enumeration() -> None:
    kinds = [compare(seed, flow_town) for seed in (*range(12), 20, 88, 131)]
    assert kinds.count("split") >= 3


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 2500, 100))
def test_more_random_networks_against_enumeration(start: int) -> None:
    for seed in range(start, start + 100):
        compare(seed)
        compare(seed, flow_town)


def try_out(seed: int, number: int) -> int:
    """Each drawn overrun against a problem of its own; return how many break the funding."""
    t = money_town(seed)
    asked = protection(seed)[0].model_copy(update={"draws": number, "chance": D("0.5"), "seed": seed, "overrun": D(60), "carry_overs": D(40), "projects": {"p0": D(90)}})
    try:
        found, o = solved(t, asked, F(seed % 4 == 0))
    except InfeasibleError:
        return 0
    if found is None:
        return 0
    drawn = draws(o, asked)
    assert drawn.shape == (number, len(t.library.projects))
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    trial = tried(o, found.pick, found.verdict.rules if seed % 4 == 0 else (), drawn)
    truth = np.array([holds(*raised(t, asked, {i: F(float(v)) for i, v in enumerate(row)}), found.pick.chosen) for row in drawn])
    assert trial.unsettled == 0.0
    assert (trial.budget, trial.limits, trial.funding) == tuple((~truth).mean(axis=0)), seed
    assert trial.any == (~truth.all(axis=1)).mean()
    return int((~truth[:, 2]).sum())


def test_trial_against_a_problem_for_each_draw() -> None:
    assert sum(try_out(seed, 12) for seed in range(24)) > 20
