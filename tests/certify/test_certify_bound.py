"""Bounds by hand: funding rows, reduced gains, dropped values, whole numbers of any size."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as F

import numpy as np
import pytest
from small import Town, channel, entry, new

from renewal_opt.certify.bound import (
    Box,
    Certificate,
    Multipliers,
    funding_row,
    limit_of,
    reduced,
    rounded_down,
)
from renewal_opt.certify.document import document, proof_of
from renewal_opt.certify.point import broken_rows, short_rows
from renewal_opt.certify.prove import certify, certify_infeasible
from renewal_opt.certify.result import gap_of
from renewal_opt.certify.rounding import decimals, short
from renewal_opt.certify.system import System, build_system
from renewal_opt.certify.tree import Node, Proof, Refuted, check, walk
from renewal_opt.solver.clock import Clock

WAN = 10_000
ALL = ("fiscal", "bond", "loan", "equity")


def of(system: System, values: dict[str, int | F], den: int = 1) -> Multipliers:
    """Return multipliers by row name."""
    return Multipliers(tuple(system.row_at[n] for n in values), tuple(int(v * den) for v in values.values()), den)


def crossing() -> Town:
    """The case of design.md 5: two projects of 20, caps 15, 10, 15, 0, crossing shares; no funding exists for both."""
    caps = dict(zip(ALL, (15, 10, 15, 0), strict=True))
    channels = {c: channel(cap={2025: caps[c]}) for c in ALL}
    channels["bond"]["eligible"] = {"district": "north"}
    half = {"at_most": Decimal("0.5"), "where": {"district": "north"}}
    shares = {"one": entry(channels=["fiscal", "bond"], **half), "two": entry(channels=["bond", "loan"], **half)}
    return Town([new("P1", 20, 60), new("P2", 20, 50, district="south")], channels, {"shares": shares})


def prices(system: System) -> Multipliers:
    """lambda = (1, 0, 1, 2) of design.md, and 1 on both shares of P1."""
    caps = {f"channels|channels:{c}[2025]": v for c, v in zip(ALL, (1, 0, 1, 2), strict=True) if v}
    return of(system, caps | {f"shares|funding.shares.{k}|P1|2025|most": 1 for k in ("one", "two")})


def test_the_funding_row_of_the_design() -> None:
    """Needs 40, has 30: P1 at 2 a 元 less 2 x 10, P2 at 1 a 元."""
    system = build_system(crossing().problem())
    row = funding_row(system, prices(system))
    assert row.coef.tolist() == [20 * WAN, 20 * WAN]
    assert (row.right, row.den) == (30 * WAN, 1)


def test_a_farkas_leaf_and_a_root_bound_by_hand() -> None:
    """That row alone lets one of the two start: x1 + x2 <= 3/2, so the optimum 60 is bounded by 60 + 50/2 at the root."""
    system = build_system(crossing().problem())
    y = prices(system)
    pool = [funding_row(system, y)]
    weight = Multipliers((0,), (1,), 400_000)  # row / 400,000: x1/2 + x2/2 <= 3/4
    box = Box(system.lower, system.upper)
    root = reduced(system, pool, Certificate(True, Multipliers((0,), (50,), 20 * WAN), Multipliers()))
    assert root.bound(box) == 85
    both = box.child(0, 1).child(1, 1)
    assert reduced(system, pool, Certificate(False, weight, Multipliers())).bound(both) == F(-1, 4)
    assert reduced(system, pool, Certificate(False, weight, Multipliers())).bound(box) > 0
    found = certify(system, F(60), F(0))
    assert (found.bound, found.met, found.gap) == (60, True, 0.0)
    forced = crossing().but(scenario={"force": {"in": ["P1", "P2"]}})
    proof = certify_infeasible(forced.problem())
    assert proof.met
    assert proof.leaves == 1
    assert not certify_infeasible(crossing().problem()).met


def test_values_are_dropped_by_reduced_gain() -> None:
    """A gain above the room to the limit fixes its column, one below it does not; the bound itself stays."""
    town = Town([new("a", 100, 90), new("b", 100, 30), new("c", 100, 20)], {"cash": channel(cap={2025: 200})})
    system = build_system(town.problem())
    pool = [funding_row(system, of(system, {"channels|channels:cash[2025]": 1}))]
    left = reduced(system, pool, Certificate(True, Multipliers((0,), (25,), 100 * WAN), Multipliers()))
    box = Box(system.lower, system.upper)
    assert left.bound(box) == 90 + 30 - 25 - 25 + 50  # 65 and 5 above the price, 50 of budget
    dropped = left.fixed(box, F(117))  # room 3: 65, 5 and -5 all beyond it
    assert (dropped.lower.tolist(), dropped.upper.tolist()) == ([1, 1, 0], [1, 1, 0])
    some = left.fixed(box, F(115))  # room 5: a gain of 5 brings the bound to the limit, not below it
    assert (some.lower.tolist(), some.upper.tolist()) == ([1, 0, 0], [1, 1, 1])


def test_wrong_signs_count_as_nothing() -> None:
    """A multiplier whose side a row does not have, and a negative weight of a funding row."""
    system = build_system(crossing().problem())
    name = "channels|channels:fiscal[2025]"
    assert funding_row(system, of(system, {name: -5})).right == 0
    assert not funding_row(system, of(system, {name: -5})).coef.any()
    pool = [funding_row(system, prices(system))]
    plain = reduced(system, pool, Certificate(True, Multipliers(), Multipliers()))
    wrong = reduced(system, pool, Certificate(True, Multipliers((0,), (-3,), 7), Multipliers()))
    box = Box(system.lower, system.upper)
    assert plain.bound(box) == wrong.bound(box) == 110


def test_multipliers_name_each_row_once() -> None:
    """A row twice would count its side twice."""
    for wrong in (((0, 0), (1, 1), 1), ((0,), (), 1), ((0,), (1,), 0), ((0,), (1,), -1)):
        with pytest.raises(ValueError, match="a row twice"):
            Multipliers(*wrong)


@pytest.mark.parametrize("factor", [1, 10**6, 10**15, 10**40])
def test_any_size_is_exact(factor: int) -> None:
    """The same row over a larger denominator: int64, and Python integers where they do not do."""
    system = build_system(crossing().problem())
    y = prices(system)
    large = Multipliers(y.rows, tuple(v * factor for v in y.values), factor)
    row, same = funding_row(system, large), funding_row(system, y)
    assert [F(c, row.den) for c in row.coef.tolist()] == [F(c) for c in same.coef.tolist()]
    assert F(row.right, row.den) == same.right


def test_a_project_that_nothing_can_pay_is_shut() -> None:
    """No channel is open to the south: the start has the upper bound 0 and the bound knows it."""
    town = Town([new("a", 10, 90), new("b", 10, 80, district="south")], {"cash": channel(eligible={"district": "north"})})
    system = build_system(town.problem())
    assert system.upper.tolist() == [1, 0]
    found = certify(system, F(90), F(0))
    assert (found.bound, found.leaves) == (90, 1)
    forced = town.but(scenario={"force": {"in": ["b"]}})
    assert certify_infeasible(forced.problem()).met


def test_objective_values_have_a_step() -> None:
    """Gains 90 and 60 have the step 30: a bound of 119 says 90, and a target of 90 ends at 120."""
    system = build_system(Town([new("a", 10, 90), new("b", 10, 60)]).problem())
    assert system.step == 30
    assert rounded_down(system, F(119)) == 90
    assert limit_of(system, F(90)) == limit_of(system, F(100)) == 120
    nothing = build_system(Town([new("a", 10, 0)]).problem())
    assert nothing.step is None
    assert certify(nothing, F(0), F(0)).bound == 0


def test_the_gap_is_rounded_up() -> None:
    """As a float it is never below the exact gap; nothing is claimed around 0."""
    third = gap_of(F(4), F(3))
    assert third is not None
    assert F(third) >= F(1, 3)
    assert third - 1 / 3 < 1e-15
    assert gap_of(F(0), F(0)) == 0.0
    assert gap_of(F(1), F(0)) is None


def test_short_decimals() -> None:
    """Rounding costs at most what is allowed: with 0.05 for two rows of reach 10, three decimals do; tens where more is allowed."""
    y = np.array([1.23456, -0.00049, 0.0, 777.0])
    found = short(y, np.array([True, True, True, False]), np.full(4, 10.0), 0.05)
    assert (found.rows, found.values, found.den) == ((0,), (1235,), 1000)
    assert short(y, np.ones(4, dtype=bool), np.ones(4), 600.0).values == (800,)
    assert not len(short(y, np.zeros(4, dtype=bool), np.ones(4), 1.0))
    assert decimals([4, 7], [(15, 1), (2, -2)]) == Multipliers((4, 7), (15, 2000), 10)


def tree(*nodes: Node, claim: int | None = 100, target: int | None = 100) -> Proof:
    """Return a proof without funding rows."""
    return Proof(None if claim is None else F(claim), None if target is None else F(target), (), nodes)


def test_trees_that_prove_nothing_are_refused() -> None:
    """Each fault of a tree by its code; the good tree beside them."""
    system = build_system(crossing().problem())
    leaf = Node("leaf", certificate=Certificate(True, Multipliers(), Multipliers()))
    farkas = Node("leaf", certificate=Certificate(False, Multipliers(), Multipliers()))
    split = Node("branch", column=0)
    assert walk(system, tree(split, leaf, leaf)) == 110
    faults = {
        "missing_branch": tree(split, leaf), "loose_node": tree(leaf, leaf), "bad_column": tree(Node("branch", column=2)), "claim": tree(split, leaf, leaf),
        "open_leaf": tree(split, leaf, farkas), "no_certificate": tree(Node("leaf")), "no_target": tree(leaf, target=None),
        "bad_fix": tree(Node("fix", certificate=farkas.certificate), leaf),
    }  # fmt: skip
    for code, proof in faults.items():
        with pytest.raises(Refuted) as refuted:
            check(system, proof)
        assert refuted.value.code == code
    far = Node("leaf", certificate=Certificate(True, Multipliers((0,), (1,), 1), Multipliers()))
    with pytest.raises(Refuted, match="no_certificate"):
        check(system, tree(far))
    for nodes in ((leaf,), (Node("fix", certificate=leaf.certificate), leaf)):  # the objective bounded is no infeasibility
        with pytest.raises(Refuted):
            check(system, tree(*nodes, claim=None))
    assert check(system, tree(split, leaf, leaf, claim=110)) == 110
    assert check(system, tree(leaf, claim=500)) == 110  # a weaker claim is a true one


A, B, MISSING = 14_612_886_70 * 100, 36_722_307_37 * 100, Decimal("0.01")


@pytest.mark.parametrize("rule", ["budget", "cap", "limit"])
def test_a_portfolio_that_breaks_a_row_by_a_hair_is_closed_exactly(rule: str) -> None:
    """Two projects of 513 thousand million yuan and 100 yuan too little: to floats both fit."""
    limit = Decimal(A + B) / WAN - MISSING
    channels = {"cash": channel(cap={2025: limit})} if rule == "cap" else None
    budget = entry(measure="starts", amount={2025: limit}) if rule == "budget" else None
    limits = {"whole": entry(measure="investment", at_most={"value": limit})} if rule == "limit" else None
    sections = ({"budget": {"whole": budget}} if budget else {}) | ({"limits": limits} if limits else {})
    system = build_system(Town([new("P1", yuan=[A], score=60), new("P2", yuan=[B], score=50)], channels, **sections).problem())
    found = certify(system, F(60), F(0))
    assert (found.bound, found.met) == (60, True)
    assert check(system, found.proof) == 60


def test_rows_that_a_portfolio_breaks_are_named_with_their_side() -> None:
    system = build_system(crossing().problem())
    both, none = np.ones(len(system.columns), dtype=np.int64), np.zeros(len(system.columns), dtype=np.int64)
    assert list(broken_rows(system, none)) == []
    assert list(broken_rows(system, both)) == []  # no row alone: the design's case needs several
    town = Town([new("P1", 20, 60), new("P2", 20, 50)], limits={"many": entry(measure="count", at_least={"value": 1}), "few": entry(measure="count", at_most={"value": 1})})
    system = build_system(town.problem())
    for x, side in ((both, 1), (none, -1)):
        (broken,) = broken_rows(system, x)
        assert (broken.values, broken.den) == ((side,), 1)


def crossing_by_a_yuan(short: int) -> Town:
    """The crossing case in 2 billions a project, of whose 4 billions at the prices 1, 0, 1, 2 so many 元 are missing."""
    caps = dict(zip(ALL, (2 * 10**9, 10**9, 2 * 10**9 - short, 0), strict=True))
    channels = {c: channel(cap={2025: f"{caps[c]} 元"}) for c in ALL}
    channels["bond"]["eligible"] = {"district": "north"}
    half = {"at_most": Decimal("0.5"), "where": {"district": "north"}}
    shares = {"one": entry(channels=["fiscal", "bond"], **half), "two": entry(channels=["bond", "loan"], **half)}
    return Town([new("P1", yuan=[2 * 10**9], score=60), new("P2", yuan=[2 * 10**9], score=50, district="south")], channels, {"shares": shares})


@pytest.mark.parametrize("short", [1, 7, 1000])
def test_a_point_that_several_rows_break_together_by_a_hair(short: int) -> None:
    """No row is broken alone, and no linear programme sees 1 元 of billions; the multipliers at that point prove it."""
    system = build_system(crossing_by_a_yuan(short).problem())
    both = np.ones(len(system.columns), dtype=np.int64)
    assert list(broken_rows(system, both)) == []
    rows = [funding_row(system, y) for y in short_rows(system, both, Clock())]
    assert any(int(sum((row.coef * both).tolist())) > row.right for row in rows)
    one = np.array([1, 0], dtype=np.int64)
    for y in short_rows(system, one, Clock()):
        row = funding_row(system, y)
        assert int(sum((row.coef * one).tolist())) <= row.right  # P1 alone is funded: nothing may be proven of it
    found = certify(system, F(60), F(0))
    assert found.met
    assert (found.bound, found.better) == (60, None)
    assert walk(system, found.proof) == 60
    written = document(found.proof, system, inputs=(), overrides={}, program={})
    assert walk(system, proof_of(written, system)) == 60


def test_a_proof_that_names_a_row_twice_is_refused() -> None:
    system = build_system(crossing_by_a_yuan(1).problem())
    written = document(certify(system, F(60), F(0)).proof, system, inputs=(), overrides={}, program={})
    assert len(written.rows) > 1
    with pytest.raises(Refuted):
        proof_of(written.model_copy(update={"rows": (written.rows[0], *written.rows[:-1])}), system)


def test_a_point_that_has_money_is_not_closed() -> None:
    system = build_system(crossing_by_a_yuan(0).problem())
    both = np.ones(len(system.columns), dtype=np.int64)
    for y in short_rows(system, both, Clock()):
        row = funding_row(system, y)
        assert int(sum((row.coef * both).tolist())) <= row.right
    assert certify(system, F(110), F(0)).bound == 110
