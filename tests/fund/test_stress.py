"""Stress: shocks by hand, held and surviving portfolios against enumeration, thresholds at their edge, the command and its files."""

from __future__ import annotations

import json
import random
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from office import recalculated
from small import Town, Y, carry, channel, entry, new, revenue
from test_balance_price import borrowing_city
from worth_cases import OPTIONS, values

from renewal_opt.allot import allot
from renewal_opt.allot.system import money_system
from renewal_opt.analysis.annual import options_of
from renewal_opt.analysis.assemble import assemble
from renewal_opt.analysis.fund.cover_rows import repaid
from renewal_opt.analysis.fund.schedule import Terms
from renewal_opt.analysis.fund.stress.held import held
from renewal_opt.analysis.fund.stress.reach import reach
from renewal_opt.analysis.fund.stress.run import Asked, one_case, stress
from renewal_opt.analysis.fund.stress.shocks import combined, read_shocks
from renewal_opt.analysis.fund.stress.survivor import survivor
from renewal_opt.analysis.fund.stress.tables import Shaken, shaken
from renewal_opt.analysis.fund.stress.thresholds import rate_rise, thresholds
from renewal_opt.analysis.fund.target import Target, of_plan, target_of
from renewal_opt.analysis.portfolio import solve_portfolio
from renewal_opt.cli import main
from renewal_opt.cli.output import parse_overrides
from renewal_opt.domain.base import WAN
from renewal_opt.domain.fund_stress import Shock, StressAnswer
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import load_inputs
from renewal_opt.problem.repayment import repaid_per_yuan
from renewal_opt.report.fund_stress_html import stress_page

LOAN = channel("debt", "market", term=2, rate=D("0.05"))


def targeted(town: Town) -> Target:
    """Return the target of a town's optimum, solved to gap 0."""
    problem = town.problem()
    answer = solve_portfolio(problem, options_of(town.scenario))
    return of_plan(Path("plan.json"), town.inputs, assemble(town.inputs, problem, answer, {}, ()), problem)


def shock(kind: str, amount: str, target: str = "") -> Shock:
    return Shock(kind=kind, target=target, amount=amount)


# -- by hand ---------------------------------------------------------------------------------------------------------


def hand() -> Target:
    """Three projects of 100: a on loans (earns 220, cover 1), b and c on cash of 200."""
    return targeted(Town(
        [new("a", 100, 80), new("b", 100, 60, district="south"), new("c", 100, 40, district="south")],
        channels={"cash": channel(cap={2025: 200, "later": "last"}), "loan": LOAN | {"eligible": {"district": "north"}, "cap": {2025: 100, "later": "last"}}},
        funding={"cover": {"full": entry(ratio=1)}}, revenue=[revenue("a", 2026, 165)],
    ))  # fmt: skip


def test_which_project_falls_and_why() -> None:
    target = hand()
    assert {c.id for c in target.plan.chosen} == {"a", "b", "c"}
    # half of the cash pays one of b and c, or a in place of the loan: c is worth least
    cut = held(target, shaken(target, [shock("cut", "1/2", "cash")]), OPTIONS)
    assert (cut.status, [f.id for f in cut.fallen], cut.loss, cut.proven) == ("falls", ["c"], "40", True)
    assert [r.en for r in cut.fallen[0].rules] == ["name 2025"]
    # revenue of 165 covers 110; a third less still does, 34 % less does not, and cash for a is paid by c's
    assert held(target, shaken(target, [shock("revenue", "1/3")]), OPTIONS).status == "funded"
    fell = held(target, shaken(target, [shock("revenue", "0.34")]), OPTIONS)
    assert ([f.id for f in fell.fallen], fell.loss) == (["c"], "40")
    # without the loan in the plan year a takes cash too
    late = held(target, shaken(target, [shock("late", "1", "loan")]), OPTIONS)
    assert [f.id for f in late.fallen] == ["c"]
    # costs up by 1 %: 101 on 100 of loans and 202 on 200 of cash
    dear = held(target, shaken(target, [shock("cost", "0.01")]), OPTIONS)
    assert [f.id for f in dear.fallen] == ["c"]


def test_how_far_a_shock_may_go() -> None:
    target = hand()
    far = {(r.kind, r.target): (F(r.holds), None if r.breaks is None else F(r.breaks)) for r in reach(target, [("revenue", ""), ("cut", "cash"), ("cost", ""), ("rate", "")], OPTIONS)}
    # 165 (1 - s) >= 110: a third; every cut of the cash breaks; 165 >= 100 (1 + 2 r): never below the end of the scale
    assert far["revenue", ""] == (F("0.333"), F("0.334"))
    assert far["cut", "cash"] == (0, F("0.001"))
    assert far["cost", ""] == (0, F("0.001"))
    assert far["rate", ""] == (F("0.2"), None)


def test_thresholds_by_hand_and_at_their_edge() -> None:
    target = hand()
    found = thresholds(target)
    assert [(t.id, t.of, t.cover, t.revenue_fall) for t in found] == [("a", "all", str(F(165, 110)), str(F(1, 3)))]
    # 165 = 100 (1 + 2 (0.05 + r)): r = 0.275
    assert found[0].rate_rise == str(F(275, 1000))
    narrow = targeted(Town([new("a", 100, 80)], channels={"loan": LOAN}, revenue=[revenue("a", 2026, 113)]))
    (t,) = thresholds(narrow)  # 113 = 100 (1 + 2 (0.05 + r)): r = 0.015
    assert F(t.rate_rise or 0) == F(15, 1000)
    assert F(t.revenue_fall) == 1 - F(110, 113)


def test_a_loan_in_place_of_a_carry_over_counts() -> None:
    running = carry("k", {2025: 10}, spent=50, in_place={"loan": 50})
    target = targeted(Town([running, new("a", 10)], channels={"cash": channel(), "loan": LOAN}, revenue=[revenue("k", 2026, 110)]))
    told = {t.id: t for t in thresholds(target)}
    drawn = sum(m.yuan for c in target.plan.chosen if c.id == "k" for m in c.money if m.channel == "loan")
    assert F(told["k"].cover) == F(110 * WAN, 1) / (F(11, 10) * (50 * WAN + drawn))


def test_a_channel_without_a_cap_is_cut_from_its_use() -> None:
    target = targeted(Town([new("a", 100, 80), new("b", 50, 10)]))
    case = shaken(target, [shock("cut", "0.2", "cash")])
    assert "no cap" in case.notes[0].en
    assert case.problem.policy.funding.channels["cash"].cap.at(2025) == 120 * WAN
    assert [f.id for f in held(target, case, OPTIONS).fallen] == ["b"]


def test_only_what_nothing_caps_is_cut_from_its_use() -> None:
    parts = {"x": entry(cap={2025: 100, "later": "last"})}
    capped = shaken(targeted(Town([new("a", 50, 80)], channels={"cash": channel(sub=parts)})), [shock("cut", "0.2", "cash")])
    cash = capped.problem.policy.funding.channels["cash"]
    assert (cash.cap.at(2025), cash.sub["x"].cap.at(2025), capped.notes) == (None, 80 * WAN, [])
    # a number for 2025, open in 2026: there it is cut from the plan's use
    some = shaken(targeted(Town([new("a", [50, 40], 80)], channels={"cash": channel(cap={2025: 60, "later": "open"})})), [shock("cut", "0.1", "cash")])
    cash = some.problem.policy.funding.channels["cash"]
    assert [cash.cap.at(y) for y in (2025, 2026, 2027)] == [54 * WAN, 36 * WAN, None]
    assert "2026" in some.notes[0].en
    assert "2025" not in some.notes[0].en


@pytest.mark.parametrize(
    ("cap", "late"),
    [({2024: 100, "later": "last"}, [0, 100, 100]), ({2025: 30, 2026: 20, "later": "last"}, [0, 30, 20]), ("open", [0, None, None]), ({2026: 20, "later": "open"}, [0, None, 20])],
)
def test_money_that_comes_a_year_late(cap: Any, late: list[int | None]) -> None:
    town = Town([new("a", [10, 10, 10], 80)], channels={"cash": channel(cap=cap), "own": channel("capital", "market")})
    moved = shaken(targeted(town), [shock("late", "1", "cash")]).problem.policy.funding.channels["cash"].cap
    assert [moved.at(y) for y in (2025, 2026, 2027)] == [None if v is None else v * WAN for v in late]


def test_revenue_counts_from_the_declared_start_when_projects_are_held() -> None:
    # a was declared for 2024: 60 of 2024 and 60 of 2026 cover 110; it is no part of what falls when b's cash is halved
    loan = LOAN | {"eligible": {"district": "north"}}
    cash = channel(cap={2025: 50, "later": "last"}, eligible={"district": "south"})
    target = targeted(Town(
        [new("a", 100, 80, start_year=2024), new("b", 50, 10, district="south")], channels={"loan": loan, "cash": cash},
        revenue=[revenue("a", 2024, 60), revenue("a", 2026, 60)], funding={"cover": {"full": entry(ratio=1)}},
    ))  # fmt: skip
    told = held(target, shaken(target, [shock("cut", "0.5", "cash")]), OPTIONS)
    assert ([f.id for f in told.fallen], told.loss) == (["b"], "10")


def test_carry_overs_are_told_first() -> None:
    target = targeted(Town([carry("k", {2025: 100}), new("a", 50)], channels={"cash": channel(cap={2025: 150, "later": "last"})}))
    assert held(target, shaken(target, [shock("cut", "0.5", "cash")]), OPTIONS).status == "carry_overs"
    assert survivor(target, [[shock("cut", "0.5", "cash")]], OPTIONS).status == "infeasible"


def test_faulty_shocks_are_told_all_at_once() -> None:
    funding = hand().inputs.policy.funding
    with pytest.raises(InputError) as told:
        read_shocks([("cut", "cahs=10%"), ("cut", "cash=110%"), ("late", "1.5"), ("rate", "cash=1%"), ("revenue", "x,30%"), ("cost", "a=1%"), ("revenue", "10%")], funding)
    values_ = [f.value for f in told.value.findings]
    assert {"cahs", "110%", "1.5", "cash", "x", "a=1%"} <= set(values_)
    assert "cash" in next(f.hint for f in told.value.findings if f.value == "cahs")
    rows = read_shocks([("cut", "cash=10%,0.2"), ("revenue", "-30%")], funding)
    assert [[s.amount for s in r] for r in rows] == [["1/10", "1/5"], ["3/10"]]
    assert [len(c) for c in combined(rows, grid=True)] == [1, 1, 1, 2, 2]
    with pytest.raises(InputError) as caught:
        read_shocks([("cut", "=10%"), ("rate", "1%,1%")], funding)
    assert [f.kind for f in caught.value.findings] == ["unknown_id", "duplicate_key"]
    both = read_shocks([("cut", "10%"), ("cut", "cash=20%")], funding)
    assert len(combined(both, grid=False)) == 2
    with pytest.raises(InputError, match="cash"):
        combined(both, grid=True)


# -- thresholds against the rows of cover ------------------------------------------------------------------------------


def indebted(seed: int) -> Target:
    """A plan with bonds and a loan of any form: rules for all debt, bonds, or some projects; negative years, debt in place, early starts."""
    r = random.Random(seed)
    forms = ("annuity", "equal_principal", "bullet", "interest_then_bullet")

    def debt(side: str) -> Any:
        return channel("debt", side, rate=D(r.randint(0, 6)) / 100, term=r.choice([3, 10, 20]), repayment=r.choice(forms), cap={2025: 60, "later": "last"})

    bond = debt("government") | ({"sub": {"works": entry(), "equity": entry(eligible={"district": "north"})}} if r.random() < 0.5 else {})
    projects = [new(f"p{i}", r.randint(10, 60), 50, district=r.choice(["north", "south"]), start_year=r.choice([None, 2024, 2025])) for i in range(4)]
    projects.append(carry("run", {2025: 20}, 30, {"bond": 10, "loan": 20}, start_year=2024))
    rows = [revenue(p.id, y, r.choice([-6, 0, 20, 40]), r.choice(["operating", "special"])) for p in projects for y in range(2024, 2029)]
    cover: dict[str, Any] = {"bonds": entry(ratio=D("1.1"), channels=["bond"])} if r.random() < 0.7 else {}
    if r.random() < 0.7:
        cover["north"] = entry(ratio=1, where={"district": "north"}, **({"revenue": ["operating"]} if r.random() < 0.4 else {}))
    channels = {"bond": bond, "loan": debt("market"), "cash": channel(cap={2025: 40, "later": "last"})}
    return targeted(Town(projects, channels=channels, funding={"cover": cover}, revenue=rows))


def cover_holds(target: Target, kind: str, level: F, rule: str, project: str) -> bool:
    """Whether the rows of a rule of cover hold for the plan's own money under a shock."""
    case = shaken(target, [shock(kind, str(level))])
    found = [x for x in money_system(case.problem, target.chosen, case.rows).rows if (x.rule, x.project) == (rule, project)]
    own = money_system(case.problem, target.chosen, case.rows).entries
    return all(x.holds([target.money[e] for e in own.tolist()]) for x in found)


@pytest.mark.parametrize("seed", range(20))
def test_thresholds_are_where_the_rows_of_cover_break(seed: int) -> None:
    try:
        target = indebted(seed)
    except InfeasibleError:
        pytest.skip("this town has no plan")
    drawn = {(c.id, m.channel) for c in target.plan.chosen for m in c.money if m.yuan and m.channel != "cash"}
    told = [t for t in thresholds(target) if t.rule and any(i == t.id and (t.of == "all" or c != "loan") for i, c in drawn)]
    little = F(1, 10_000)
    for t in told:
        for kind, at, end in (("revenue", F(t.revenue_fall), F(1)), ("rate", None if t.rate_rise is None else F(t.rate_rise), F(50))):
            if at is None or not 0 <= at < end:
                continue
            assert at <= little or cover_holds(target, kind, at - little, t.rule, t.id), (t, kind)
            assert at + little >= end or not cover_holds(target, kind, at + little, t.rule, t.id), (t, kind)


def test_rates_are_told_to_a_millionth_where_debt_is_an_annuity() -> None:
    debts = [(Terms("annuity", F(3, 100), 10), 500), (Terms("equal_principal", F(2, 100), 7), 300)]
    for form in ("annuity", "equal_principal", "bullet", "interest_then_bullet"):
        for rate in (F(0), F(1, 40), F(1, 7)):
            assert repaid(Terms(form, rate, 9), F(1, 90)) == repaid_per_yuan(form, rate + F(1, 90), 9)
    rise = rate_rise(debts, F(1000))
    assert rise is not None
    left = [F(1000) - sum(v * repaid(t, r) for t, v in debts) for r in (rise, rise + F(1, 1_000_000))]
    assert left[0] >= 0 > left[1]


# -- against enumeration -----------------------------------------------------------------------------------------------


def random_town(seed: int) -> Town:
    """Six projects on three channels, one of them debt with cover; caps tight."""
    r = random.Random(seed)
    projects = [new(f"p{i}", [10 * r.randint(1, 6) for _ in range(r.randint(1, 2))], r.randint(1, 99), district=r.choice(["north", "south"])) for i in range(6)]
    if r.random() < 0.3:
        projects.append(carry("c", {Y: 10}, 50))
    total = sum(p.total_investment for p in projects) // WAN
    caps = [{y: int(total * r.uniform(0.1, 0.35)) for y in (Y, Y + 1)} | {"later": "last"} for _ in range(3)]
    channels: dict[str, Any] = {
        "cash": channel(cap=caps[0]), "loan": LOAN | {"cap": caps[1]}, "own": channel("capital", "market", cap=caps[2], **({"eligible": {"district": "north"}} if r.random() < 0.5 else {})),
    }  # fmt: skip
    funding: dict[str, Any] = {"cover": {"c": entry(ratio=r.choice([1, D("1.2")]))}}
    if r.random() < 0.4:
        funding["shares"] = {"s": entry(channels=["loan"], at_most=D("0.6"), per=r.choice(["year", "project"]))}
    if r.random() < 0.3:
        funding["capital"] = {"q": entry(where={}, at_least=D("0.2"), also_capital=["cash"])}
    more: dict[str, Any] = {"budget": {"b": entry(amount={Y: int(total * r.uniform(0.4, 0.9)), "later": "open"}, measure="starts")}} if r.random() < 0.4 else {}
    earned = [revenue(p.id, Y + 1, r.randint(0, 120)) for p in projects]
    return Town(projects, channels=channels, funding=funding, revenue=earned, scenario={"funding": "projected" if seed % 2 else "full", "solver": {"gap": 0}}, **more)


CASES = (
    [shock("cut", "3/10", "cash")], [shock("revenue", "1/2")], [shock("cost", "3/20")], [shock("rate", "1/20")], [shock("late", "1", "own")],
    [shock("cut", "1/5"), shock("revenue", "3/10")],
)  # fmt: skip


def fundable(case: Shaken, chosen: list[bool]) -> bool:
    rows = [r for r in case.rows if r.left.entries is None]
    return all(r.holds(chosen, ()) for r in rows) and allot(case.problem, chosen, case.rows, OPTIONS).money is not None


@pytest.mark.parametrize("seed", range(24))
def test_held_anew_and_surviving_against_enumeration(seed: int) -> None:
    try:
        target = targeted(random_town(seed))
    except InfeasibleError:
        pytest.skip("this town has no plan")
    cases = [[shock(s.kind, s.amount, s.target) for s in CASES[(seed + k) % len(CASES)]] for k in (0, 1)]
    shaky = [shaken(target, c) for c in cases]
    every = values(target.problem)
    inside = {k for k, c in enumerate(target.chosen) if c}
    answer = stress(target, Asked(tuple(tuple(c) for c in cases), survive=True, cover=False))
    for case, told in zip(shaky, answer.cases, strict=True):
        assert told.held is not None
        assert told.best is not None
        subsets = [(v, c) for v, c in every if {k for k, x in enumerate(c) if x} <= inside and fundable(case, c)]
        if not subsets:
            assert told.held.status == "carry_overs"
        else:
            assert F(target.plan.objective.value) - F(told.held.loss or 0) == subsets[0][0]
            assert told.held.proven
            ids = {p.id for p in target.problem.projects}
            for f in told.held.fallen:  # its own rules and those that link projects, no other project's
                assert f.rules, f
                assert {w for r in f.rules for w in r.en.split()} & ids <= {f.id}
        truth = next((v for v, c in every if fundable(case, c)), None)
        if truth is None:
            assert told.best.status == "infeasible"
        else:
            assert F(told.best.objective or -1) == truth
            assert told.best.loss_least is not None
            assert told.best.loss_least - 1e-6 <= float(F(target.plan.objective.value) - truth) <= (told.best.loss_most or 0) + 1e-6
    stated = Shaken(target.inputs, target.problem, target.rows, [])
    best = next((v for v, c in every if all(fundable(case, c) for case in (stated, *shaky))), None)
    assert answer.survivor is not None
    if best is None:
        assert answer.survivor.status == "infeasible", answer.survivor
    else:
        assert F(answer.survivor.objective or -1) == best
        assert answer.survivor.proven


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24, 224))
def test_many_against_enumeration(seed: int) -> None:
    test_held_anew_and_surviving_against_enumeration(seed)


def test_two_processes_give_the_same_answer() -> None:
    target = hand()
    cases = ((shock("cut", "1/2", "cash"),), (shock("revenue", "1/2"),), (shock("cost", "1/10"),))
    one, two = (stress(target, Asked(cases), workers=n) for n in (1, 2))

    def bare(answer: StressAnswer) -> list[Any]:
        return [c.model_copy(update={"best": c.best and c.best.model_copy(update={"seconds": 0.0})}) for c in answer.cases]

    assert bare(one) == bare(two)


def test_a_case_is_repeated_by_its_policy_values(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    target = target_of(scenario)
    cases = ([shock("cut", "1/3", "bond"), shock("late", "1", "bond")], [shock("rate", "0.0125")], [shock("cut", "0.07")])
    for shocks in cases:
        case = one_case(target, shocks, Asked((tuple(shocks),), hold=False, again=False), OPTIONS, None)
        assert case.repeatable
        assert case.overrides
        again = load_inputs(scenario, overrides=parse_overrides([f"{k}={v}" for k, v in case.overrides.items()]))
        assert again.policy == shaken(target, shocks).inputs.policy


# -- command, workbook, page ---------------------------------------------------------------------------------------------


def test_the_command_and_its_files(tmp_path: Path) -> None:
    scenario = borrowing_city(tmp_path)
    files = ["-o", str(tmp_path / "s.json"), "--xlsx", str(tmp_path / "s.xlsx"), "--html", str(tmp_path / "s.html")]
    shocks = ["--cut", "bond=95%,97%", "--revenue", "-50%", "--grid", "--far", "--survive", "--workers", "1"]
    run = CliRunner().invoke(main, ["--lang", "en", "fund", "stress", str(scenario), *shocks, *files])
    assert run.exit_code == 0, run.output
    assert "The plan that survives" in run.output
    answer = StressAnswer.model_validate_json((tmp_path / "s.json").read_text(encoding="utf-8"), strict=False)
    assert [len(c.shocks) for c in answer.cases] == [1, 1, 1, 2, 2]
    kept, again = (openpyxl.load_workbook(p, data_only=True) for p in (tmp_path / "s.xlsx", recalculated(tmp_path / "s.xlsx", tmp_path)))
    assert all(c.repeatable == all(s.kind != "revenue" for s in c.shocks) for c in answer.cases)
    far = next(r for r in answer.reach if r.kind == "cut")
    assert [r.en for r in far.rules]
    assert kept["falls first"]["A1"].value == "project id"
    sheet = kept["what falls"]
    totals = [row[4].value for row in sheet.iter_rows() if row[0].value == "total"]
    assert totals == [pytest.approx(float(F(c.held.loss or 0))) for c in answer.cases if c.held is not None and c.held.fallen]
    assert [row[4].value for row in again["what falls"].iter_rows() if row[0].value == "total"] == [pytest.approx(v) for v in totals]
    page = stress_page(answer)
    assert "data-chart=\"chart-tornado\"" in page
    assert "data-chart=\"chart-grid\"" in page
    assert "default-src 'none'" in page
    assert "Stopped before its end" not in page
    assert "(cases done: 5)" in stress_page(answer.model_copy(update={"stopped": True}))
    none = CliRunner().invoke(main, ["--lang", "en", "fund", "stress", str(scenario)])
    assert none.exit_code == 2
    assert "at least one of --cut" in none.output
    assert json.loads(CliRunner().invoke(main, ["fund", "stress", str(scenario), "--cut", "10%", "--no-again", "--json", "--quiet", "--workers", "1"]).stdout)["cases"][0]["best"] is None
