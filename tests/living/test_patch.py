"""What is patched and what is built again, case by case, on a town of the rule tests (money in 万元)."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from same_model import differences, plain, unequal
from small import Town, carry, channel, entry, four, new

from renewal_opt.analysis.living import LivingPlan
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.model.build import build_model, families, family
from renewal_opt.model.compile import compile_model
from renewal_opt.model.patch import Base, RebuildReason, same_rows
from renewal_opt.problem import Problem, rebased, rescored
from renewal_opt.scoring import score
from renewal_opt.solver import HighsSession, SolveOptions, Status
from renewal_opt.solver.run import QuietHighs

A, B, C, CARRY = four()
R = RebuildReason
PROJECTS = [
    A.model_copy(update={"coord_area": "X", "residents": 30}), B.model_copy(update={"coord_area": "X", "residents": 10}),
    C.model_copy(update={"residents": 50, "ask": {"cash": 900_000}}), new("e", [20, 20], 55, district="south", residents=5), CARRY,
]  # fmt: skip
CHANNELS = {
    "cash": channel(cap={2025: 150, 2026: 100, 2027: 80}, share={"at_least": D("0.1")}),
    "bond": channel("debt", cap={2025: 60, "later": "last"}, ticket={"at_least": 10}),
}
FUNDING: dict[str, Any] = {
    "caps": {"extra": entry(channels=["bond"], where={"district": "north"}, amount=80, already_used=5)},
    "reserved": {"south": entry(channels=["cash"], where={"district": "south"}, at_least=D("0.1"))},
    "debt_service": {"d": entry(amount={2026: 60, 2027: 90, "later": "open"})},
    "ratios": {"t": entry(numerator={"channels": ["bond"]}, denominator={"channels": ["cash"]}, at_most=D(1))},
    "ask_as": "at_most",
}
LIMITS: dict[str, Any] = {
    "north": entry(measure="investment", where={"district": "north"}, at_most={"value": 230}),
    "part": entry(measure="investment", where={"district": "south"}, at_least={"share": D("0.05"), "of": "plan"}),
}
AREAS = entry(mode="bonus", bonus=5, conditions={"least_number": 2}, openings_per_year=1)
RELATIONS = [{"kind": "precedence", "project": "a", "other": "e"}, {"kind": "exclusive", "project": "b", "group": "g"}, {"kind": "exclusive", "project": "c", "group": "g"}]
TOWN = Town(
    PROJECTS, CHANNELS, FUNDING, RELATIONS, budget={"m": entry(amount={2025: 190, "later": "open"})}, limits=LIMITS, coordination=AREAS,
    district_balance={"each": entry(at_most=D("0.9"))},
)  # fmt: skip


def off(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule switched off."""
    return rule | {"active": False}


def edited(id: str, **values: Any) -> list[Any]:
    """Return the projects, one of them changed."""
    return [p.model_copy(update=values) if p.id == id else p for p in PROJECTS]


PATCHED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "basis": {"scenario": {"basis": "beneficiaries"}},
    "cap": {"channels": CHANNELS | {"cash": CHANNELS["cash"] | {"cap": {2025: 120, 2026: 90}}}},
    "cap set open": {"channels": CHANNELS | {"bond": CHANNELS["bond"] | {"cap": "open"}}},
    "cap of a rule": {"funding": FUNDING | {"caps": {"extra": FUNDING["caps"]["extra"] | {"amount": 40, "already_used": 0}}}},
    "budget": {"budget": {"m": entry(amount={2025: 150, "later": "open"})}},
    "limit": {"limits": LIMITS | {"north": LIMITS["north"] | {"at_most": {"value": 160}}}},
    "limit of another side": {"limits": LIMITS | {"north": entry(measure="investment", where={"district": "north"}, at_least={"value": 130})}},
    "debt service": {"funding": FUNDING | {"debt_service": {"d": entry(amount={2026: 30, 2027: 50, "later": "open"})}}},
    "reserved of cap": {"funding": FUNDING | {"reserved": {"south": FUNDING["reserved"]["south"] | {"at_least": D("0.35")}}}},
    "bonus": {"coordination": AREAS | {"bonus": 50}},
    "openings": {"coordination": AREAS | {"openings_per_year": 0}},
    "forced in": {"scenario": {"force": {"in": ["e", "c"]}}},
    "forced out": {"scenario": {"force": {"out": ["c", "e"]}}},
    "forced out of an area": {"scenario": {"force": {"out": ["a"]}}, "relations": RELATIONS[1:]},
    "a whole area forced out": {"scenario": {"force": {"out": ["a", "b"]}}, "relations": RELATIONS[1:]},
    "limit off": {"limits": LIMITS | {"north": off(LIMITS["north"])}},
    "share of the plan off": {"limits": LIMITS | {"part": off(LIMITS["part"])}},
    "district balance off": {"district_balance": {"each": off(entry(at_most=D("0.9")))}},
    "areas off": {"coordination": off(AREAS)},
    "ratio off": {"funding": FUNDING | {"ratios": {}}},
    "relation gone": {"relations": RELATIONS[:1]},
    "share gone": {"channels": CHANNELS | {"cash": channel(cap={2025: 150, 2026: 100})}},
}
REBUILT: dict[str, tuple[dict[str, Any], tuple[RebuildReason, ...]]] = {
    "funding form": ({"scenario": {"funding": "projected"}}, (R.FUNDING_FORM,)),
    "money unit": ({"projects": edited("b", spend=(900_000_000,), total_investment=900_000_000)}, (R.MONEY_UNIT,)),
    "a new project": ({"projects": [*PROJECTS, new("h", 10)]}, (R.PROJECTS,)),
    "another order": ({"projects": [PROJECTS[1], PROJECTS[0], *PROJECTS[2:]]}, (R.PROJECTS,)),
    "a later start": ({"projects": edited("e", start_year=2026), "scenario": {"window": 2}}, (R.STARTS, R.ENTRIES, R.AREAS, R.RELATIONS, R.SPENDING, R.PROJECT_LIMITS, R.ROW_SET)),
    "another channel": ({"channels": CHANNELS | {"own": channel("capital", "market")}}, (R.ENTRIES,)),
    "an area more": ({"projects": edited("c", coord_area="Z")}, (R.AREAS,)),
    "conditions": ({"coordination": AREAS | {"conditions": {"least_number": 1}}}, (R.AREAS,)),
    "ticket": ({"channels": CHANNELS | {"bond": CHANNELS["bond"] | {"ticket": {"at_least": 20}}}}, (R.TICKETS,)),
    "a ticket more": ({"channels": CHANNELS | {"cash": CHANNELS["cash"] | {"ticket": {"at_least": 1}}}}, (R.TICKETS,)),
    "relation": ({"relations": [*RELATIONS, {"kind": "corequisite", "project": "a", "other": "b"}]}, (R.RELATIONS,)),
    "relation with the forced out": ({"scenario": {"force": {"out": ["a"]}}, "relations": [{"kind": "corequisite", "project": "a", "other": "b"}]}, (R.RELATIONS,)),
    "spending": ({"projects": edited("a", spend=(500_000, 500_000))}, (R.SPENDING, R.PROJECT_LIMITS, R.ROW_COEFFICIENTS)),
    "spending another year": ({"projects": edited("b", spend=(500_000, 500_000))}, (R.ENTRIES, R.SPENDING, R.PROJECT_LIMITS)),
    "share": ({"channels": CHANNELS | {"cash": CHANNELS["cash"] | {"share": {"at_least": D("0.2")}}}}, (R.PROJECT_LIMITS,)),
    "ask": ({"projects": edited("c", ask={"cash": 800_000})}, (R.PROJECT_LIMITS,)),
    "a rule more": ({"limits": LIMITS | {"more": entry(measure="count", where={"district": "south"}, at_most={"value": 1})}}, (R.ROW_SET,)),
    "a cap where there was none": ({"funding": FUNDING | {"debt_service": {"d": entry(amount={2026: 60, 2027: 90, "later": "last"})}}}, (R.ROW_SET,)),
    "share of the plan": ({"limits": LIMITS | {"part": LIMITS["part"] | {"at_least": {"share": D("0.06"), "of": "plan"}}}}, (R.ROW_COEFFICIENTS,)),
    "filter": ({"limits": LIMITS | {"north": LIMITS["north"] | {"where": {}}}}, (R.ROW_COEFFICIENTS,)),
    "ratio": ({"funding": FUNDING | {"ratios": {"t": FUNDING["ratios"]["t"] | {"at_most": D(2)}}}}, (R.ROW_COEFFICIENTS,)),
    "a limit that nothing meets": ({"limits": LIMITS | {"north": LIMITS["north"] | {"at_least": {"value": 240}}}}, (R.ROW_SET,)),
}  # fmt: skip


def same(living: LivingPlan) -> None:
    """Assert that a living plan holds the model of its problem, in arrays and in HiGHS."""
    rebuilt = compile_model(build_model(living.problem, living._skip, projected=living.projected))
    patch = living._base.patch(living.problem)
    assert not isinstance(patch, tuple)
    assert not differences(living.matrices, patch, rebuilt)
    assert not unequal(plain(living.session.state.matrices()), plain(living.matrices))
    mine, fresh = living.solve(SolveOptions(gap=0)), HighsSession(rebuilt).solve(SolveOptions(gap=0))
    assert mine.status is fresh.status
    if fresh.has_solution:
        assert mine.objective == pytest.approx(fresh.objective, abs=1e-6)


@pytest.mark.parametrize("name", PATCHED)
def test_patched(name: str) -> None:
    base, other = TOWN.but(relations=PATCHED[name].get("relations", RELATIONS)), TOWN.but(**PATCHED[name])
    living = LivingPlan((TOWN if name == "relation gone" else base).problem())
    session, first = living.session, living.matrices
    assert living.move_to(other.problem()) == ()
    assert living.session is session
    same(living)
    assert living.move_to((TOWN if name == "relation gone" else base).problem()) == ()
    assert not unequal(plain(living.matrices), plain(first))  # the way back, bit for bit
    same(living)


@pytest.mark.parametrize("name", REBUILT)
def test_rebuilt(name: str) -> None:
    parts, reasons = REBUILT[name]
    living = LivingPlan(TOWN.problem())
    session = living.session
    assert living.move_to(TOWN.but(**parts).problem()) == reasons
    assert living.session is not session
    same(living)


def test_rows_of_areas_are_known_by_what_they_are() -> None:
    """They are numbered by the place of their starts: forcing one out before them changes the numbers, not the rows."""
    rule = entry(mode="required", conditions={"least_number": 1, "anchor_first": True, "least_investment": 10, "revenue_share": 0}, openings_per_year=1)
    projects = [new("n", 10), *edited("c", coord_area="Y", coord_role="anchor")]
    town = TOWN.but(projects=projects, coordination=rule, relations=[], scenario={"window": 2})
    living = LivingPlan(town.problem())
    for out in (["n"], ["a", "n"], ["c"], ["n", "b"], []):
        assert living.move_to(town.but(scenario={"window": 2, "force": {"out": out}}).problem()) == ()
        same(living)


def test_a_row_is_scaled_by_its_largest_project() -> None:
    """Without the one project of 200 the rows that count investment are written in another power of ten."""
    town = TOWN.but(projects=edited("b", spend=(1_000_000, 1_000_000), total_investment=2_000_000), relations=[])
    living = LivingPlan(town.problem())
    assert living.move_to(town.but(scenario={"force": {"out": ["b"]}}).problem()) == (R.ROW_COEFFICIENTS,)
    same(living)


def test_a_limit_that_nothing_meets_is_infeasible_and_told() -> None:
    town = TOWN.but(limits={"north": LIMITS["north"] | {"at_least": {"value": 240}}})
    assert {"limits:north:least", "limits:north:most"} <= set(build_model(town.problem()).limits)
    with pytest.raises(InfeasibleError) as error:
        town.solve()
    assert {c.family for c in error.value.conflict} == {"limits"}


@pytest.mark.parametrize("share", ["0.07", "0.333", "0.7"])
def test_a_share_that_cancels_a_coefficient_leaves_none(share: str) -> None:
    """A district's share of the plan that is just a project's share in it: 0, and not 3e-12, which HiGHS would drop."""
    split = {"north": D(share) * 100, "south": 100 - D(share) * 100}
    for cost in range(100, 400, 7):
        town = Town([new("a", cost, district_shares=split), new("b", 7)], district_balance={"d": entry(at_most=D(share))})
        m = compile_model(build_model(town.problem()))
        assert np.abs(m.value).min() > 1e-6
        HighsSession(m)


# money projected out, other builders -------------------------------------------------------------------------------


def test_bounds_of_a_start_that_exclude_each_other() -> None:
    """A carry-over runs in any case; where no channel may pay it, the projected form shuts it."""
    town = Town([carry("d", {2025: 10}), new("a", 10)], {"cash": channel(), "more": channel(eligible={"district": "south"})})
    barred = town.but(channels={"cash": channel(eligible={"district": "south"}), "more": channel(eligible={"district": "south"})})
    living = LivingPlan(town.problem(), projected=True)
    assert living.move_to(barred.problem()) == (R.CROSSED_BOUNDS,)
    assert living.solve().status is Status.INFEASIBLE
    assert living.move_to(town.problem()) == ()
    same(living)


@pytest.mark.parametrize("name", ["basis", "cap", "budget", "forced in", "forced out of an area", "areas off"])
def test_without_money(name: str) -> None:
    town = TOWN.but(relations=PATCHED[name].get("relations", RELATIONS))
    living = LivingPlan(town.problem(), projected=True)
    assert "f" not in living.matrices.col_spans
    assert living.move_to(town.but(**PATCHED[name]).problem()) == ()
    same(living)


def test_the_scenario_may_ask_for_a_form() -> None:
    living = LivingPlan(TOWN.but(scenario={"funding": "projected"}).problem())
    assert living.projected
    assert living.move_to(TOWN.problem()) == ()  # auto: as it is
    assert living.move_to(TOWN.but(scenario={"funding": "full"}).problem()) == (R.FUNDING_FORM,)
    assert not living.projected
    same(living)


def test_another_builder_of_the_same_families() -> None:
    money = frozenset(n for n in families() if getattr(family(n), "MONEY", False))
    called: list[Problem] = []

    def build(problem: Problem, skip: frozenset[str], *, projected: bool) -> pyo.ConcreteModel:
        called.append(problem)
        return build_model(problem, skip, projected=projected)

    living = LivingPlan(TOWN.problem(), build=build, skip=money, projected=True)
    assert set(living.matrices.row_spans) == {"areas", "budget", "districts", "exclusivity", "limits", "precedence"}
    assert living.move_to(TOWN.but(**PATCHED["forced out"]).problem()) == ()
    same(living)
    assert living.move_to(TOWN.but(channels=CHANNELS | {"cash": channel()}).problem()) == ()  # no row of money, no reason
    assert living.move_to(TOWN.but(coordination=off(AREAS), limits={}).problem()) == ()
    assert len(called) == 1
    assert living.move_to(TOWN.but(scenario={"window": 2}).problem())[0] is R.STARTS
    assert len(called) == 2


def foreign_row(m: pyo.ConcreteModel) -> None:
    m.mine = pyo.Constraint(expr=m.x["a", 2025] <= 1)


def foreign_bound(m: pyo.ConcreteModel) -> None:
    m.x["a", 2025].setub(0)


def foreign_cost(m: pyo.ConcreteModel) -> None:
    m.objective.set_value(2 * m.objective.expr)


def foreign_coefficient(m: pyo.ConcreteModel) -> None:
    m.exclusivity["g"].set_value(2 * m.x["b", 2025] + m.x["c", 2025] <= 1)


@pytest.mark.parametrize("strange", [foreign_row, foreign_bound, foreign_cost, foreign_coefficient])
def test_a_model_that_the_families_did_not_write_is_refused(strange: Any) -> None:
    problem = TOWN.problem()
    model = build_model(problem)
    Base(problem, compile_model(model))
    strange(model)
    with pytest.raises(ValueError, match="rule families"):
        Base(problem, compile_model(model))
    with pytest.raises(ValueError, match="rule families"):
        Base(TOWN.but(**PATCHED["limit"]).problem(), compile_model(build_model(problem)))


# the living plan --------------------------------------------------------------------------------------------------


def test_from_a_to_b_to_c_and_back() -> None:
    names = ["cap", "limit", "forced out", "areas off", "basis", "bonus", "limit off"]
    first = TOWN.but(relations=[]).problem()
    living = LivingPlan(first)
    start = plain(living.matrices)
    for name in names:
        assert living.move_to(TOWN.but(**(PATCHED[name] | {"relations": []})).problem()) == ()
        same(living)
    assert living.move_to(first) == ()
    assert not unequal(plain(living.matrices), start)
    same(living)


def test_after_a_rebuild_the_new_problem_is_the_base() -> None:
    living = LivingPlan(TOWN.problem())
    more = REBUILT["a rule more"][0]
    assert living.move_to(TOWN.but(**more).problem()) == (R.ROW_SET,)
    assert living.move_to(TOWN.but(**(more | PATCHED["budget"])).problem()) == ()
    assert living.move_to(TOWN.problem()) == ()  # the rule is off: its row is free
    same(living)
    assert living.move_to(TOWN.but(**more).problem()) == ()
    same(living)


def test_a_problem_without_a_model_changes_nothing() -> None:
    living = LivingPlan(TOWN.problem())
    before, held = plain(living.matrices), living.problem
    with pytest.raises(InputError, match="2026"):
        living.move_to(TOWN.but(channels=CHANNELS | {"cash": channel(cap={2025: 150}, share={"at_least": D("0.1")})}).problem())
    assert living.problem is held
    assert not unequal(plain(living.matrices), before)
    same(living)


def test_rows_added_to_the_session_are_those_of_one_problem() -> None:
    living = LivingPlan(TOWN.problem())
    best = living.answer(living.solve(SolveOptions(gap=0)))
    assert best is not None
    x = living.matrices.columns("x")
    living.session.add_row([x[k] for k in best.starts.items()], [1.0] * len(best.starts), -np.inf, len(best.starts) - 1.0)
    second = living.answer(living.solve(SolveOptions(gap=0)))
    assert second is not None
    assert second.objective < best.objective
    assert living.move_to(TOWN.problem()) == ()
    assert living.answer(living.solve(SolveOptions(gap=0))) == best


def test_weights_and_basis_write_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = TOWN.problem()
    living = LivingPlan(problem)
    assert living.move_to(problem) == ()
    monkeypatch.setattr(Base, "_written", None)
    for basis in ("investment", "beneficiaries", "count"):
        other = rebased(problem, basis)  # type: ignore[arg-type]
        assert same_rows(problem, other)
        assert living.move_to(other) == ()
        model = build_model(other)
        assert living.gain_unit == model.gain_unit
        assert not unequal(plain(living.matrices), plain(compile_model(model)))


def test_other_weights_on_the_same_tables() -> None:
    worth = entry(weight=1, indicators={"consent": entry(column="consent", value=[[0, 0], [100, 100]], weight=1)})
    people = entry(weight=1, indicators={"residents": entry(column="residents", value=[[0, 0], [50, 100]], weight=1, missing="worst")})
    town = TOWN.but(criteria={"worth": worth, "people": people})
    problem, other = town.problem(), town.but(scenario={"weights": {"worth": D(1), "people": D(7)}})
    scoring = score(other.policy, other.library, other.scenario)
    quick, anew = rescored(problem, other.scenario, scoring), other.problem()
    assert (quick.score, quick.basis, quick.scenario) == (anew.score, anew.basis, anew.scenario)
    assert quick.score != problem.score
    assert np.array_equal(quick.gain, anew.gain)
    assert quick.entries is problem.entries
    living = LivingPlan(problem)
    assert living.move_to(quick) == ()
    assert not unequal(plain(living.matrices), plain(compile_model(build_model(anew))))
    same(living)


@pytest.mark.parametrize("name", [n for n in PATCHED if n not in ("nothing", "basis")])
def test_what_has_other_rows_is_not_taken_for_the_same(name: str) -> None:
    assert not same_rows(TOWN.problem(), TOWN.but(**PATCHED[name]).problem())


def test_start_from_a_plan_of_an_earlier_problem() -> None:
    living = LivingPlan(TOWN.but(scenario={"force": {"in": ["c"]}}).problem())
    x = living.matrices.columns("x")
    given = living.start_from([("a", 2025), ("gone", 2025), ("b", 2030)])
    # a starts; c is forced by a row, which HiGHS will see; d runs
    assert given == {x["a", 2025]: 1.0, x["b", 2025]: 0.0, x["c", 2025]: 0.0, x["e", 2025]: 0.0, x["d", 2025]: 1.0}
    living = LivingPlan(TOWN.problem())
    living.move_to(TOWN.but(scenario={"force": {"in": ["c"], "out": ["a"]}}, relations=RELATIONS).problem())
    assert living.start_from([("a", 2025)]) == {x["a", 2025]: 0.0, x["b", 2025]: 0.0, x["c", 2025]: 1.0, x["e", 2025]: 0.0, x["d", 2025]: 1.0}


def test_the_start_reaches_highs() -> None:
    seen: list[dict[int, float]] = []

    class Listens(QuietHighs):
        def setSolution(self, *given: Any) -> Any:
            if len(given) == 3:
                seen.append(dict(zip(given[1].tolist(), given[2].tolist(), strict=True)))
            return super().setSolution(*given)

    living = LivingPlan(TOWN.problem(), factory=Listens)
    free = living.solve(SolveOptions(gap=0))
    assert not seen
    plan = living.answer(free)
    assert plan is not None
    assert living.move_to(TOWN.but(**PATCHED["basis"]).problem()) == ()
    result = living.solve(SolveOptions(gap=0), start=plan.starts.items())
    assert seen == [living.start_from(plan.starts.items())]
    assert result.status is Status.OPTIMAL


def test_cutoff_and_target_of_a_living_plan() -> None:
    living = LivingPlan(TOWN.problem())
    best = living.solve(SolveOptions(gap=0))
    living.move_to(TOWN.but(**PATCHED["budget"]).problem())
    tighter = living.solve(SolveOptions(gap=0))
    assert tighter.objective < best.objective  # the same basis: the same unit
    assert living.solve(SolveOptions(gap=0, cutoff=best.objective)).status is Status.CUT_OFF
    assert living.solve(SolveOptions(gap=0, cutoff=tighter.objective - 1e-6)).objective == pytest.approx(tighter.objective)
    assert living.solve(SolveOptions(gap=0, target=tighter.objective / 2)).status in (Status.TARGET_REACHED, Status.OPTIMAL)


@pytest.mark.parametrize("name", ["basis", "budget", "forced out of an area", "a whole area forced out", "bonus", "cap"])
def test_the_answer_is_the_plan_that_is_solved_anew(name: str) -> None:
    town = TOWN.but(relations=PATCHED[name].get("relations", RELATIONS))
    other = TOWN.but(**PATCHED[name])
    living = LivingPlan(town.problem())
    living.move_to(other.problem())
    answer = living.answer(living.solve(SolveOptions(gap=0)))
    anew = other.solve()
    assert answer is not None
    assert (answer.starts, answer.opened, answer.objective, answer.stopped) == (anew.starts, anew.plan.opened_areas, anew.objective, "optimal")
    assert answer.bound == pytest.approx(float(anew.objective))
    assert living.answer(living.solve(SolveOptions(gap=0, cutoff=1e9))) is None


def test_every_reason_has_words_of_its_own() -> None:
    words = [r.words() for r in RebuildReason]
    assert len(set(words)) == len(words)
    assert all(words)
