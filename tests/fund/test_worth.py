"""Worth of caps: prices against scipy's linear programmes, true changes against enumeration, hand cases, sets of caps."""

from __future__ import annotations

import threading
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from small import Town, channel, entry, new
from worth_cases import WAN, YI, Raw, based, best, edited, moved_problem, random_raw, relaxed, target_of_town

from renewal_opt.analysis.fund.worth.answer import worth
from renewal_opt.analysis.fund.worth.base import Asked, Base
from renewal_opt.analysis.fund.worth.caps import solve_caps, worth_of_caps
from renewal_opt.analysis.fund.worth.levers import by_year, levers_of, moved, moved_together, with_policy
from renewal_opt.analysis.fund.worth.lp_prices import LeverProgram
from renewal_opt.domain.fund_worth import CapWorth, Change, WorthAnswer
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.answerfile import answer_from_json, answer_to_json
from renewal_opt.model.build import plan_rows

STEP = 10 * WAN


def holds(change: Change, truth: F | None, base: F, exact: bool = True) -> bool:
    """Whether an interval holds the true change; exact: and nothing else."""
    if truth is None:
        return change.stopped == "infeasible"
    if change.low is None or change.high is None:
        return False
    low, high = F(change.low), F(change.high)
    return low <= truth - base <= high and (not exact or high - low <= F(1, 10**6))


def random_base(seed: int, **asked: Any) -> tuple[Raw, Base, Asked] | None:
    raw = random_raw(seed)
    try:
        base, question = based(Town(**raw), **({"step": STEP} | asked))
    except InfeasibleError:
        return None
    return raw, base, question


def caps_of(base: Base, asked: Asked) -> list[CapWorth]:
    program = LeverProgram(base.problem, base.levers, asked.step)
    return worth_of_caps(base, program, solve_caps(base, asked, program, base.levers, lambda words: None))


def check_changes(seed: int, most: int) -> int:
    """Compare the changes of some caps with enumeration; return how many were compared."""
    found = random_base(seed)
    if found is None:
        return 0
    raw, base, asked = found
    truth = best(base.problem)
    assert truth is not None
    assert base.known.found.value == truth
    compared = 0
    for lever, cap in list(zip(base.levers, caps_of(base, asked), strict=True))[seed % 3 :: 3][:most]:
        assert (cap.row, cap.yuan) == (lever.row, lever.yuan)
        for change in (cap.more, cap.less):
            if change is None:
                assert lever.yuan == 0
                continue
            problem = edited(raw, lever, change.by) or moved_problem(base, lever, change.by)
            assert holds(change, best(problem), truth), (seed, lever.row, change, best(problem), truth)
            compared += 1
    return compared


def test_true_changes_against_enumeration() -> None:
    assert sum(check_changes(seed, 2) for seed in range(4)) > 8


@pytest.mark.slow
def test_true_changes_against_enumeration_of_many() -> None:
    assert sum(check_changes(seed, 6) for seed in range(4, 64)) > 300


def check_prices(seed: int) -> tuple[int, int]:
    """Compare prices with scipy's relaxation of the edited policy; return how many were compared and how many differ left and right."""
    found = random_base(seed)
    if found is None:
        return 0, 0
    raw, base, _asked = found
    program = LeverProgram(base.problem, base.levers, STEP)
    here = relaxed(base.problem)
    assert here is not None
    assert program.optimum == pytest.approx(here, rel=1e-6)
    compared = kinks = 0
    for lever in base.levers:
        up, down = program.alone(lever, STEP), program.alone(lever, min(STEP, lever.yuan), down=True)
        assert up.slope is not None
        if down.slope is not None:
            assert -down.slope >= up.slope - 1e-6 * max(1, abs(up.slope))
            kinks += -down.slope > up.slope + 1e-4 * max(1, abs(up.slope))
        for ray, sign in ((up, 1), (down, -1)):
            far = min(ray.reach, 1000)
            if ray.slope is None or far < 200:
                continue
            problem = edited(raw, lever, sign * far) or moved_problem(base, lever, sign * far)
            there = relaxed(problem)
            assert there is not None
            assert (there - here) == pytest.approx(ray.slope * far / YI, abs=2e-6 * max(1.0, abs(here))), (seed, lever.row, sign)
            compared += 1
        whole = relaxed(edited(raw, lever, STEP) or moved_problem(base, lever, STEP))
        assert up.change is not None
        assert up.change == pytest.approx((whole or 0) - here, abs=2e-6 * max(1.0, abs(here)))
    return compared, kinks


def test_prices_against_scipy() -> None:
    found = [check_prices(seed) for seed in range(5)]
    assert sum(n for n, _kinks in found) > 30
    assert sum(kinks for _n, kinks in found) > 0


@pytest.mark.slow
def test_prices_against_scipy_of_many() -> None:
    assert sum(check_prices(seed)[0] for seed in range(100, 160)) > 400


# -- by hand ---------------------------------------------------------------------------------------------------------


def two_channels() -> Town:
    """Each project is paid half by x and half by y; both are used up by the first, so that one alone helps nobody."""
    half = {s: entry(channels=[s], at_most=D("0.5")) for s in ("x", "y")}
    channels = {"x": channel(cap={2025: 10}), "y": channel(cap={2025: 10})}
    return Town([new("first", 20, 80), new("second", 20, 40)], channels=channels, funding={"shares": half})


def test_two_channels_together_are_the_bottleneck() -> None:
    answer = worth(target_of_town(two_channels()), Asked(step=20 * WAN, exact=True), pairs=True)
    assert [(c.key, c.more.low, c.more.high) for c in answer.caps] == [("x", "0", "0"), ("y", "0", "0")]
    for cap in answer.caps:  # degenerate: less costs, more brings nothing
        assert cap.price.right == 0
        assert cap.price.left == pytest.approx(80 / 10 * 10_000)  # 10 万元 less of x take 20 万元 and 80 points away
        assert (F(cap.less.low), F(cap.less.high)) == (-80, -80)  # type: ignore[union-attr,arg-type]
    one = next(s for s in answer.sets if set(s.rows) == {"channels:x[2025]", "channels:y[2025]"})
    assert (one.shared, one.verdict, one.more.enter, one.more.leave) == (True, "alone_nothing", ("second",), ())
    assert F(one.more.low) == F(one.more.high) == 40
    assert one.slope == pytest.approx(40 / 20 * 10_000)  # the second project, 40 points for 20 万元
    assert (one.relaxed_alone, one.relaxed) == (0, pytest.approx(40))


def test_a_cap_inside_a_cap_needs_both() -> None:
    sub = {"s": entry(cap={2025: 10})}
    town = Town([new("first", 10, 80), new("second", 10, 40)], channels={"c": channel(cap={2025: 10}, sub=sub)})
    answer = worth(target_of_town(town), Asked(step=10 * WAN, exact=True), pairs=True)
    assert [(c.key, c.more.high) for c in answer.caps] == [("c", "0"), ("s", "0")]
    (one,) = answer.sets
    assert (one.shared, one.verdict, F(one.more.low)) == (False, "alone_nothing", 40)


def test_one_step_shared_is_one_step() -> None:
    """Two channels with projects of their own: a step cannot be spent in both."""
    own = {s: {"eligible": {"district": s}} for s in ("north", "south")}
    channels = {"n": channel(cap={2025: 0}, **own["north"]), "s": channel(cap={2025: 0}, **own["south"])}
    town = Town([new("a", 10, 80), new("b", 10, 40, district="south")], channels=channels)
    answer = worth(target_of_town(town), Asked(step=10 * WAN, exact=True), pairs=True)
    assert [(F(c.more.low), c.less) for c in answer.caps] == [(80, None), (40, None)]
    (one,) = answer.sets
    assert (one.verdict, F(one.more.low), F(one.more.high)) == ("no_more", 80, 80)


def test_a_step_is_not_shared_where_a_reserved_share_hangs_on_each_cap() -> None:
    """Half of each channel is kept for others: a step of 10 split between both brings 5, not the 10 that the project of 20 lacks."""
    caps = {"cap": {2025: 10}}
    kept = {"r": entry(channels=["a", "b"], where={"district": "south"}, at_least=D("0.5"), of="cap")}
    town = Town([new("p", 20, 50)], channels={"a": channel(**caps), "b": channel(**caps)}, funding={"reserved": kept})
    target = target_of_town(town)
    a, b = (next(v for v in levers_of(target.inputs, target.problem) if v.key == k) for k in "ab")
    policy = by_year(target.problem).policy
    shared = [with_policy(target.problem, moved(moved(policy, a, k * WAN), b, (10 - k) * WAN)) for k in range(11)]
    assert {best(p) for p in shared} == {0}
    answer = worth(target, Asked(step=10 * WAN, exact=True), pairs=True)
    assert answer.sets == ()
    assert any("reserved" in n.en for n in answer.notes)


def test_whole_projects_jump_where_prices_do_not() -> None:
    """One project of 30 and money for 20: the price promises two thirds of the gain for 10 more, the project brings it all."""
    town = Town([new("a", 30, 60)], channels={"c": channel(cap={2025: 20})})
    answer = worth(target_of_town(town), Asked(step=10 * WAN, exact=True))
    (cap,) = answer.caps
    assert cap.price.left == cap.price.right == pytest.approx(60 / 30 * 10_000)
    assert cap.price.more == pytest.approx(20)
    assert F(cap.more.low) == F(cap.more.high) == 60
    assert (F(cap.less.low), F(cap.less.high), cap.less.stopped) == (0, 0, "kept")  # type: ignore[union-attr,arg-type]
    assert (cap.more.enter, cap.assumption) == (("a",), True)


def test_less_than_carry_overs_need_is_no_plan() -> None:
    from small import carry

    town = Town([carry("c", {2025: 10}, 5), new("a", 10, 50)], channels={"c": channel(cap={2025: 10})})
    (cap,) = worth(target_of_town(town), Asked(step=5 * WAN, exact=True)).caps
    assert (cap.price.left, cap.price.less) == (None, None)
    assert cap.less is not None
    assert (cap.less.stopped, cap.less.low) == ("infeasible", None)


def test_a_surplus_moves_with_its_cap() -> None:
    """Money of 2025 that is left serves 2026: one step more in 2025 pays a project that spends in 2026 alone."""
    town = Town([new("a", [0, 20], 50)], channels={"c": channel(cap={2025: 10, 2026: 0}, carry_surplus=True)})
    base, asked = based(town)
    found = {(c.key, c.year): c for c in caps_of(base, asked)}
    assert F(found["c", 2025].more.low) == 50
    assert F(found["c", 2026].more.low) == 50


def test_rules_that_hold_each_year_are_moved_by_year() -> None:
    funding = {"caps": {"g": entry(channels=["c"], amount=10, each_year=True)}}
    town = Town([new("a", [10, 20], 50), new("b", [20, 10], 60)], channels={"c": channel()}, funding=funding)
    base, asked = based(town)
    levers = levers_of(town.inputs, town.problem())
    assert [(v.row, v.now, v.year, v.yuan) for v in levers] == [(f"caps:g[{y}]", f"caps:g~{y}[{y}]", y, 10 * WAN) for y in (2025, 2026)]
    assert [(F(c.more.low), c.more.enter) for c in caps_of(base, asked)] == [(60, ("b",)), (50, ("a",))]


def test_a_step_shared_by_three_is_held_in_every_part() -> None:
    channels = {k: channel(cap={2025: 10}) for k in "xyz"}
    town = Town([new("a", 30, 50)], channels=channels)
    base, _asked = based(town)
    wider = moved_together(base.problem.policy, base.levers, STEP, True)
    amounts = {"+".join(r.channels or ()): r.amount for r in wider.funding.caps.values()}
    assert amounts == {"x+y": 30 * WAN, "x+z": 30 * WAN, "y+z": 30 * WAN, "x+y+z": 40 * WAN}
    assert all(r.holds(base.answer.chosen, base.answer.money) for r in plan_rows(with_policy(base.problem, wider)))


# -- intervals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 6])
def test_without_a_solve_the_bounds_still_hold_the_truth(seed: int) -> None:
    found = random_base(seed, time=0.0)
    assert found is not None
    raw, base, asked = found
    truth = best(base.problem)
    assert truth is not None
    wide = 0
    for lever, cap in zip(base.levers, caps_of(base, asked), strict=True):
        assert cap.more.stopped in ("loose", "not_solved")
        problem = edited(raw, lever, STEP) or moved_problem(base, lever, STEP)
        assert holds(cap.more, best(problem), truth, exact=False)
        wide += F(cap.more.high or 0) > F(cap.more.low or 0)
    assert wide


@pytest.mark.slow
def test_workers_answer_the_same() -> None:
    found = [random_base(3, workers=n) for n in (1, 2)]
    answers = [caps_of(base, asked) for _raw, base, asked in (f for f in found if f is not None)]
    assert len(answers) == 2
    assert answers[0] == answers[1]


def test_a_stopped_question_keeps_what_is_proven() -> None:
    cancel = threading.Event()
    cancel.set()
    answer = worth(target_of_town(two_channels()), Asked(step=20 * WAN, exact=True), pairs=True, cancel=cancel)
    assert (answer.caps, answer.sets, answer.relaxed) == ((), (), None)
    assert answer.base.value is not None
    assert [n.en for n in answer.notes] == ["stopped: 0 of 2 caps were looked at, the others are not listed; the intervals told are proven"]
    assert answer_from_json(WorthAnswer, answer_to_json(answer)) == answer


def test_unknown_channels_and_years_are_all_told() -> None:
    with pytest.raises(InputError) as error:
        worth(target_of_town(two_channels()), Asked(step=WAN, channels=("x", "z"), years=(2025, 2031)))
    assert [f.value for f in error.value.findings] == ["z", "2031"]
