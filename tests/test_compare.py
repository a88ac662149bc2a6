"""What a comparison of plans says: intervals, changes of the question, who enters and leaves and why, frequencies."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_fixture import made_plan

sys.path.insert(0, str(Path(__file__).parent / "sweep"))
from sweep_city import city, write_city
from sweep_doubles import here

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.analysis.compare import compare, compare_files
from renewal_opt.analysis.compare.data import Against, Comparison, Interval, Move, Named
from renewal_opt.analysis.compare.question import _state
from renewal_opt.analysis.sweep.run import prepare, run_sweep
from renewal_opt.domain.plan import Plan
from renewal_opt.errors import InputError
from renewal_opt.io.load import load_inputs
from renewal_opt.io.planfile import write_plan

numbers = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


def sweep(folder: Path, *grid: str) -> Comparison:
    """Solve the small city over a grid and compare the plans."""
    run_sweep(prepare([folder / "scenario.yaml"], folder / "out", grid=grid), here)
    return compare_files([folder / "out"])


def solved(folder: Path, name: str, edit: Callable[[Any], None] | None = None, **scenario: Any) -> Path:
    """Solve the small city, changed, in a folder of its own; return the plan file."""
    good = city()
    good.scenario |= scenario
    if edit is not None:
        edit(good)
    inputs = load_inputs(good.write(folder / name))
    path = folder / name / f"{name}.plan.json"
    write_plan(solve_annual(inputs, other_bases=False), path)
    return path


def moved(against: Against) -> dict[str, Move]:
    return {m.id: m for m in against.moves}


# ------------------------------------------------------------------ what is proven


def plan_with(value: str, bound: float | None, **more: Any) -> Plan:
    """Return the hand-made plan with another objective."""
    plan = made_plan()
    return plan.model_copy(update={"objective": plan.objective.model_copy(update={"value": value, "bound": bound, **more})})


def test_an_optimum_lies_between_the_value_and_the_bound() -> None:
    assert Named("a", plan_with("5/2", 3.5)).optimum == Interval(Fraction(5, 2), Fraction(7, 2))
    assert Named("a", plan_with("5/2", None)).optimum == Interval(Fraction(5, 2), None)
    assert Named("a", plan_with("5/2", 3.5, certified_bound="8/3")).optimum == Interval(Fraction(5, 2), Fraction(8, 3))
    assert Named("a", plan_with("5/2", 2.4)).optimum == Interval(Fraction(5, 2), Fraction(5, 2))  # a bound below the value by rounding


@given(numbers, numbers, numbers, numbers, st.fractions(0, 1), st.fractions(0, 1))
def test_a_difference_holds_whatever_the_true_optima_are(a: Fraction, b: Fraction, c: Fraction, d: Fraction, s: Fraction, t: Fraction) -> None:
    first, other = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    difference = other.minus(first)
    true = (min(c, d) + t * abs(d - c)) - (min(a, b) + s * abs(b - a))
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low <= true <= difference.high
    if difference.sign is not None:
        assert (true > 0) - (true < 0) == difference.sign


def test_a_sign_needs_a_proof() -> None:
    assert [Interval(Fraction(a), Fraction(b)).sign for a, b in ((1, 2), (-2, -1), (0, 0), (-1, 1), (0, 1), (-1, 0))] == [1, -1, 0, None, None, None]
    assert Interval(None, Fraction(-1)).sign == -1
    assert Interval(Fraction(1), None).sign == 1
    assert Interval(None, None).minus(Interval(Fraction(0), Fraction(1))) == Interval(None, None)


def test_other_units_and_other_yardsticks() -> None:
    first = Named("a", made_plan())
    units = plan_with("1", 1.0, basis="count")
    scores = made_plan().model_copy(update={"scores": tuple(s.model_copy(update={"total": "1"}) for s in made_plan().scores)})
    result = compare([first, Named("b", units), Named("c", scores), Named("d", made_plan())])
    assert [(a.difference is None, a.yardstick) for a in result.against] == [(True, False), (False, False), (False, True)]


# ------------------------------------------------------------------ who enters and leaves, and why


def test_a_larger_budget_lets_projects_in(tmp_path: Path) -> None:
    write_city(tmp_path)
    (against,) = sweep(tmp_path, "budget=1,1.5").against
    entering = [m for m in against.moves if m.enters]
    assert entering
    (cause, *_more) = entering[0].causes
    assert cause.kind == "bound"
    assert cause.row is not None
    assert cause.other is not None
    assert (cause.row.row, cause.row.at_most, cause.other.at_most) == ("budget:whole[2025]", "72000000", "108000000")
    first, other = (set(n.starts) for n in (sweep(tmp_path, "budget=1,1.5").plans))
    assert {m.id for m in entering} == other - first
    assert {m.id for m in against.moves if not m.enters} == first - other
    assert all(m.investment == n for m in entering for n in [against.plan.starts[m.id]])


def test_what_changed_in_the_question(tmp_path: Path) -> None:
    write_city(tmp_path)
    (against,) = sweep(tmp_path, "budget=1,1.5").against
    found = {(c.kind, c.path): (c.before, c.after, c.years) for c in against.changes}
    assert found == {
        ("grid", "budget"): ("1", "1.5", ()),
        ("scenario", "policy.budget.whole.amount"): ("", "", (("2025", "", "10800"),)),  # the policy's own number is not stated by the scenario
        ("bound", "budget:whole[2025]"): ("..72000000", "..108000000", ()),
    }


def test_forced_projects(tmp_path: Path) -> None:
    write_city(tmp_path)
    base = sweep(tmp_path, "budget=1,1.01")
    inside = base.plans[0].starts
    outside = next(f.id for f in base.frequency if f.kind == "never")
    (tmp_path / "b").mkdir()
    write_city(tmp_path / "b")
    (against,) = sweep(tmp_path / "b", "budget=1", f"force.in=[],[{outside}]").against
    assert moved(against)[outside].causes[0].kind == "forced_in"
    gone = next(iter(inside))
    (tmp_path / "c").mkdir()
    write_city(tmp_path / "c")
    (against,) = sweep(tmp_path / "c", "budget=1", f"force.out=[],[{gone}]").against
    leaves = moved(against)[gone]
    assert not leaves.enters
    assert leaves.causes[0].kind == "forced_out"


def test_other_weights_change_scores(tmp_path: Path) -> None:
    write_city(tmp_path)
    (against,) = sweep(tmp_path, "weights.need=1,0").against
    assert {c.path: (c.before, c.after) for c in against.changes if c.kind == "weight"} == {"need": ("5/7", "0"), "benefit": ("2/7", "1")}
    assert not against.yardstick
    assert against.moves
    for move in against.moves:
        cause = next(c for c in move.causes if c.kind == "score")
        assert (cause.before, cause.after) == (move.score_before, move.score_after)
        assert cause.before != cause.after


def test_a_project_that_fails_screening_leaves_for_that(tmp_path: Path) -> None:
    def bar(good: Any) -> None:
        for row in good.projects:
            if row["id"] == "P001":
                row["neg_1"] = "涉及"

    one, other = solved(tmp_path, "a"), solved(tmp_path, "b", bar)
    result = compare_files([one, other])
    cause = moved(result.against[0])["P001"].causes[0]
    assert cause.kind == "reason"
    assert cause.reason is not None
    assert (cause.reason.kind, cause.reason.rule) == ("screening", "screening.negative_list.river")
    assert [w.en for w in result.warnings if "library differs" in w.en]


def test_a_row_that_became_tight(tmp_path: Path) -> None:
    def tight(good: Any) -> None:
        good.put("budget.whole.amount", {2025: 99999, "later": "open"})
        good.put("funding.channels.own.cap", {2025: 10**6, 2026: 500, "later": "last"})

    def loose(good: Any) -> None:
        good.put("funding.channels.own.cap", {2025: 10**6, 2026: 500, "later": "last"})

    one, other = solved(tmp_path, "a", loose), solved(tmp_path, "b", tight)
    kinds = {c.kind for m in compare_files([one, other]).against[0].moves for c in m.causes}
    back = {c.kind for m in compare_files([other, one]).against[0].moves for c in m.causes}
    assert kinds
    assert back
    assert kinds | back <= {"bound", "tight", "loose", "same_row", "combination", "reason"}
    assert "bound" in kinds | back


def test_the_same_question_twice(tmp_path: Path) -> None:
    (against,) = compare_files([solved(tmp_path, "a"), solved(tmp_path, "b")]).against
    assert (against.changes, against.moves) == ((), ())
    assert against.difference is not None
    assert against.difference.low is not None
    assert against.difference.low <= 0 <= (against.difference.high or 0)


def test_a_bound_that_follows_the_plan_is_no_change_of_the_question(tmp_path: Path) -> None:
    def ratio(good: Any) -> None:
        good.put("funding.ratios.leverage.active", True)

    one, other = solved(tmp_path, "a", ratio), solved(tmp_path, "b", ratio, force={"out": ["P001"]})
    result = compare_files([one, other])
    bounds = [{u.row: u.at_least for u in n.plan.use if u.family == "ratios"} for n in result.plans]
    assert bounds[0] != bounds[1]
    assert not [c for c in result.against[0].changes if c.kind == "bound"]
    assert [(c.kind, c.path) for c in result.against[0].changes] == [("scenario", "force.out")]


def test_values_are_stated_as_overrides_are_applied() -> None:
    values: dict[str, str] = {}
    _state(values, "policy.a.cap", {2025: 1, "later": "last"})
    _state(values, "policy.a.cap.2025", Decimal("2.50"))
    assert values == {"policy.a.cap.2025": "2.50", "policy.a.cap.later": "last"}
    _state(values, "policy.a.cap", {2026: 3})
    assert values == {"policy.a.cap.2026": "3"}
    _state(values, "policy.a", None)
    assert values == {"policy.a": "null"}


def test_options_of_the_command_line_are_part_of_the_question(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from renewal_opt.cli import main

    scenario = write_city(tmp_path)
    for name, more in (("a", []), ("b", ["--set", "budget.whole.amount.2025=9000", "--gap", "0.5"])):
        ran = CliRunner().invoke(main, ["--lang", "en", "solve", str(scenario), "-o", str(tmp_path / f"{name}.json"), "--quiet", *more])
        assert ran.exit_code == 0, ran.output
    (against,) = compare_files([tmp_path / "a.json", tmp_path / "b.json"]).against
    assert {(c.kind, c.path) for c in against.changes} == {
        ("setting", "gap"), ("scenario", "policy.budget.whole.amount"), ("bound", "budget:whole[2025]"),
    }  # fmt: skip


@pytest.mark.parametrize("overrides", [[], "x", 3, True, [1, 2]])
def test_overrides_that_are_no_mapping_are_one_error_wherever_a_plan_is_read_for_its_inputs(tmp_path: Path, overrides: Any) -> None:
    from click.testing import CliRunner

    from renewal_opt.cli import main

    one, other = solved(tmp_path, "a"), solved(tmp_path, "b", basis="count")
    plan = json.loads(other.read_text(encoding="utf-8"))
    plan["options"]["overrides"] = overrides
    other.write_text(json.dumps(plan), encoding="utf-8")
    for args in (["compare", one, other], ["compare", other, one], ["show", "plan", other], ["show", "plan", other, "--bottlenecks"]):
        ran = CliRunner().invoke(main, ["--lang", "en", *map(str, args)])
        assert ran.exit_code == 2, ran.output
        assert "options.overrides: found" in ran.output
        assert "expected a mapping from paths of the policy to values" in ran.output


def test_another_plan_than_the_first_may_be_the_reference(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from renewal_opt.cli import main

    one, other = solved(tmp_path, "a"), solved(tmp_path, "b", basis="count")
    for reference in (None, "a", str(one)):
        assert [n.path for n in compare_files([one, other], reference=reference).plans] == [one, other]
    for reference in ("b", str(other), os.path.relpath(other)):
        turned = compare_files([one, other], reference=reference)
        assert [n.path for n in turned.plans] == [other, one]
        assert turned.against[0].plan.path == one
    with pytest.raises(InputError) as caught:
        compare_files([one, other], reference="c")
    assert [(f.kind, f.value) for f in caught.value.findings] == [("unknown_plan", "c")]
    ran = CliRunner().invoke(main, ["--lang", "en", "compare", str(one), str(other), "--reference", "b", "--json"])
    assert ran.exit_code == 0, ran.output
    assert [p["name"] for p in json.loads(ran.stdout)["plans"]] == ["b", "a"]


def test_a_changed_policy_file_is_told(tmp_path: Path) -> None:
    one, other = solved(tmp_path, "a"), solved(tmp_path, "b", lambda good: good.put("criteria.need.weight", Decimal("0.5")))
    (against,) = compare_files([one, other]).against
    assert {(c.kind, c.path) for c in against.changes} == {("weight", "need"), ("weight", "benefit"), ("file", "policy: criteria.yaml")}


def test_scenario_files_that_are_gone(tmp_path: Path) -> None:
    one, other = solved(tmp_path, "a"), solved(tmp_path, "b", basis="count")
    (tmp_path / "b" / "scenario.yaml").unlink()
    (against,) = compare_files([one, other]).against
    assert [(c.kind, c.path) for c in against.changes] == [("setting", "basis")]
    (tmp_path / "a" / "scenario.yaml").unlink()
    result = compare_files([one, other])
    assert (result.policy, result.library) == (None, None)


# ------------------------------------------------------------------ frequencies


def test_how_often(tmp_path: Path) -> None:
    write_city(tmp_path)
    result = sweep(tmp_path, "budget=0.5,1,2")
    starts = [set(n.starts) for n in result.plans]
    assert len(result.frequency) == 12
    for f in result.frequency:
        assert f.times == sum(f.id in s for s in starts)
        assert f.kind == ("always" if f.times == 3 else "sometimes" if f.times else "never")
        assert f.known == 3
    assert {f.kind for f in result.frequency} >= {"always", "sometimes"}


def test_carry_overs_and_projects_of_one_library_alone() -> None:
    plan = made_plan()
    kept = tuple(c for c in plan.chosen if c.part == "carry_over")
    less = plan.model_copy(update={"chosen": kept, "scores": ()})
    found = {f.id: f for f in compare([Named("a", plan), Named("b", less)]).frequency}
    assert found[kept[0].id].kind == "carry_over"
    new = next(c for c in plan.chosen if c.part == "new_start")
    assert (found[new.id].states, found[new.id].kind) == (("new_start", ""), "always")  # in all plans that know it


# ------------------------------------------------------------------ what is read


def test_plans_of_different_cities_are_refused(tmp_path: Path) -> None:
    one = solved(tmp_path, "a")
    other = solved(tmp_path, "b", lambda good: good.put("city.label", {"zh": "大城", "en": "Largetown"}))
    with pytest.raises(InputError) as caught:
        compare_files([one, other])
    assert [(f.kind, f.value) for f in caught.value.findings] == [("another_city", "Largetown")]


def test_too_few_and_the_same(tmp_path: Path) -> None:
    one = solved(tmp_path, "a")
    for paths, kinds in (([one], ["too_few_plans"]), ([one, one], ["same_plan"]), ([one, tmp_path / "no.json"], ["file_missing"]), ([tmp_path], ["no_plans"])):
        with pytest.raises(InputError) as caught:
            compare_files(paths)
        assert [f.kind for f in caught.value.findings] == kinds


def test_every_file_that_is_no_plan_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compare_files([tmp_path / "a.json", tmp_path / "b.json"])
    assert [Path(f.file).name for f in caught.value.findings] == ["a.json", "b.json"]


def test_a_folder_of_a_sweep_in_its_order_with_cases_that_have_no_plan(tmp_path: Path) -> None:
    write_city(tmp_path)
    result = sweep(tmp_path, "budget.whole.amount.2025=9000,1,7000", "force.in=P001")
    assert [n.name.split("__")[1].split("=")[1] for n in result.plans] == ["9000", "7000"]
    assert [(m.status, "no plan satisfies" in m.why) for m in result.missing] == [("infeasible", True)]
    changed = result.plans[1].path
    changed.write_text(changed.read_text(encoding="utf-8").replace("P001", "P002"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compare_files([tmp_path / "out"])
    assert [f.kind for f in caught.value.findings] == ["plan_changed"]


def test_a_folder_without_a_ledger_and_names_of_their_own(tmp_path: Path) -> None:
    one = solved(tmp_path, "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.plan.json").write_bytes(one.read_bytes())
    result = compare_files([tmp_path / "a", tmp_path / "b"])
    assert [n.name for n in result.plans] == ["a/a", "b/a"]


def test_warnings(tmp_path: Path) -> None:
    plan = made_plan()
    late = plan.model_copy(update={"plan_year": 2026, "program": {"renewal_opt": "9"}})
    clock = plan_with("1", 2.0, stopped="time")
    words = [w.en for w in compare([Named("a", plan), Named("b", late), Named("c", clock)]).warnings]
    assert [w.split(":")[0] for w in words] == ["the plan years differ", "not proven to the gap asked, lists may differ for that alone", "the plans come from different versions of the program"]


def test_money_is_that_of_the_plan(tmp_path: Path) -> None:
    path = solved(tmp_path, "a")
    document = json.loads(path.read_text(encoding="utf-8"))
    whole = sum(m["yuan"] for c in document["chosen"] for m in c["money"])
    named = compare_files([path, solved(tmp_path, "b")]).plans[0]
    assert sum(named.money.values()) == whole > 0
    assert replace(named, name="x").starts == named.starts


def test_stated_values_are_told_with_separators() -> None:
    from renewal_opt.report.compare_words import _plain

    assert _plain('"10083.5"') == "10,083.5"
    assert _plain("1234567") == "1,234,567"
    assert _plain("last") == "last"
    assert _plain("2025-03-01") == "2025-03-01"
    assert _plain('["P001", "P002"]') in ("P001, P002", "P001、P002")
    assert _plain("[]") == "–"
