"""Whole inputs drawn at random: no certified bound lies below the optimum that enumeration finds, whatever the multipliers."""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import replace
from fractions import Fraction as F
from functools import lru_cache
from random import Random

import numpy as np
import pytest
from arbiter import Arbiter, judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from instances import FAMILIES, LATER, Instance, seeded
from second_model import Refused, SecondModel

from renewal_opt.certify.bound import Box, Certificate, Multipliers, funding_row, reduced
from renewal_opt.certify.document import document, proof_of
from renewal_opt.certify.file import problem_of
from renewal_opt.certify.prove import certify, certify_infeasible
from renewal_opt.certify.relax import Relaxation, Relaxed
from renewal_opt.certify.system import System, build_system
from renewal_opt.certify.tree import Node, Proof, Refuted, check, walk
from renewal_opt.errors import InfeasibleError
from renewal_opt.io.load import Inputs

#: portfolios that enumeration goes through at most
MOST = 3_000
CORRUPTED: Counter[str] = Counter()


def optimum(instance: Instance) -> F | str | None:
    """Return the exact optimum with continuous money by enumeration, None for infeasible, or why there is no answer."""
    try:
        model = SecondModel(*instance)
    except Refused:
        return "refused"
    return judge(model, whole=False) if Arbiter(model).size() <= MOST else "too large"


def prove(instance: Instance, seen: Counter[str]) -> None:
    """At gap 0: the bound is never below the optimum, and mostly it; infeasibility is proven where there is no plan, and nowhere else."""
    best = optimum(instance)
    if isinstance(best, str):
        seen[best] += 1
        return
    try:
        system = build_system(problem_of(Inputs(*instance)))
    except InfeasibleError:  # nothing is left to choose from
        assert best is None
        seen["nothing left"] += 1
        return
    none = certify_infeasible(system, seconds=10)
    if best is None:
        seen["infeasible" if none.met else "infeasible, not proven"] += 1
        return
    assert not none.met
    assert none.found
    found = certify(system, best, F(0), seconds=10)
    assert found.bound is not None
    assert found.proof is not None
    assert found.bound >= best
    assert check(system, found.proof) == found.bound
    seen["exact" if found.bound == best else "loose"] += 1
    if best > 0:  # from a poorer plan the search says that there is a better one
        poorer = certify(system, best / 2, F(0), seconds=10)
        assert poorer.bound is not None
        assert poorer.bound >= best
        assert poorer.better == best or poorer.bound > best


def run(seeds: range, most: int, scale: int = 1, families: list[str] | None = None) -> Counter[str]:
    """Prove many; return how they ended."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        prove(seeded(seed, most, families, scale), seen)
    return seen


def test_drawn_instances() -> None:
    """260 instances: gap 0 on nearly all, infeasibility proven on nearly all that have no plan."""
    seen = run(range(900_000, 900_260), 5)
    assert seen["exact"] >= 150
    assert seen["infeasible"] >= 30
    assert seen["loose"] + seen["infeasible, not proven"] <= 4


@pytest.mark.parametrize("family", ["reserved", "use", "ratios", "debt_service", "tickets", "areas", "areas_required", "kind_shares", "asks", "fund_balance"])
def test_each_money_family_and_areas(family: str) -> None:
    """Twelve each, the family drawn for certain, beside two others."""
    at = [*FAMILIES, *LATER].index(family)
    seen = run(range(1_000 * at, 1_000 * at + 12), 5, 1, [family, FAMILIES[(at + 7) % len(FAMILIES)], "channels"])
    assert seen["exact"] >= 4
    assert seen["loose"] + seen["infeasible, not proven"] <= 1


def test_large_amounts() -> None:
    """Amounts up to 50 亿元 that differ by less than 100 元: whole numbers decide, no tolerance."""
    seen = run(range(800_000, 800_030), 5, 5_000_000)
    assert seen["exact"] >= 15
    assert seen["loose"] + seen["infeasible, not proven"] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(20))
def test_drawn_instances_many(chunk: int) -> None:
    """4,000 instances, a fifth of them large amounts."""
    seen = run(range(910_000 + 200 * chunk, 910_200 + 200 * chunk), 6, 1 if chunk % 5 else 5_000_000)
    assert seen["exact"] >= 100
    assert seen["loose"] + seen["infeasible, not proven"] <= 6


# -- corrupted multipliers -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def proofs() -> list[tuple[System, F, Proof]]:
    """Return proofs with funding rows, their systems and the optima."""
    out: list[tuple[System, F, Proof]] = []
    for seed in range(905_000, 905_200):
        instance = seeded(seed, 6)
        best = optimum(instance)
        if not isinstance(best, F) or best <= 0:
            continue
        system = build_system(problem_of(Inputs(*instance)))
        found = certify(system, best, F(0), seconds=10)
        if found.proof is not None and found.proof.pool:
            out.append((system, best, found.proof))
        if len(out) == 25:
            break
    return out


def perturbed(y: Multipliers, rows: int, draw: st.DrawFn) -> Multipliers:
    """Return multipliers with some values changed, signs turned, and a row more."""
    values = dict(zip(y.rows, y.values, strict=True))
    for r in draw(st.lists(st.sampled_from([*y.rows, *range(rows)]), max_size=3)) if rows else []:
        v = values.get(r, 0)
        values[r] = draw(st.sampled_from([0, -v, 2 * v, v + 1, v - 1, v // 2, y.den, -y.den]))
    return Multipliers(tuple(values), tuple(values.values()), y.den)


@st.composite
def corrupted(draw: st.DrawFn) -> tuple[System, F, Proof, Proof]:
    """A system, its optimum, its proof, and the proof with other multipliers everywhere."""
    system, best, proof = draw(st.sampled_from(proofs()))
    n = len(system.names)
    pool = tuple(perturbed(y, n, draw) if draw(st.booleans()) else y for y in proof.pool)
    nodes: list[Node] = []
    for node in proof.nodes:
        c = node.certificate
        if c is not None and draw(st.booleans()):
            weights, objective = perturbed(c.pool, len(pool), draw), c.objective or draw(st.booleans())
            node = replace(node, certificate=Certificate(objective, weights, perturbed(c.plain, n, draw)))
        nodes.append(node)
    return system, best, proof, replace(proof, pool=pool, nodes=tuple(nodes))


@settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(corrupted())
def test_corrupted_multipliers_prove_less_never_more(case: tuple[System, F, Proof, Proof]) -> None:
    """The bound of any multipliers is at or above the optimum; what the tree no longer closes is refused."""
    system, best, good, proof = case
    assert walk(system, good) == best
    try:
        bound = walk(system, proof)
    except Refuted as refuted:
        assert refuted.code == "open_leaf"  # noqa: PT017
        CORRUPTED["refused"] += 1
        return
    assert bound is not None
    assert bound >= best
    CORRUPTED["weaker" if bound > best else "as good"] += 1
    if bound > best:
        with pytest.raises(Refuted, match="claim"):
            check(system, replace(proof, claim=best))


@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(corrupted(), st.data())
def test_any_funding_row_holds_at_the_optimum(case: tuple[System, F, Proof, Proof], data: st.DataObject) -> None:
    """Random multipliers of all rows: the objective of the best plan is within the bound of the whole box."""
    system, best, _good, _proof = case
    values = data.draw(st.lists(st.integers(-10**6, 10**6), min_size=len(system.names), max_size=len(system.names)))
    y = Multipliers(tuple(range(len(values))), tuple(values), data.draw(st.sampled_from([1, 1000, 10**9])))
    root = reduced(system, [funding_row(system, y)], Certificate(True, Multipliers((0,), (1,), 1), y))
    assert root.bound(Box(system.lower, system.upper)) >= best


def test_enough_was_corrupted() -> None:
    """The examples above are many, and of both kinds."""
    if not CORRUPTED:
        pytest.skip("test_corrupted_multipliers_prove_less_never_more did not run in this process")
    assert sum(CORRUPTED.values()) >= 200
    assert min(CORRUPTED["refused"], CORRUPTED["weaker"]) >= 30


def test_corrupted_trees_are_caught() -> None:
    """A branch left out, two children exchanged, a claim below: each is refused or proves less; enough trees have branches."""
    branched = 0
    for system, best, proof in proofs():
        with pytest.raises(Refuted, match="claim"):
            check(system, replace(proof, claim=best - 1))
        at = next((i for i, n in enumerate(proof.nodes) if n.kind == "branch"), None)
        if at is None:
            continue
        branched += 1
        with pytest.raises(Refuted, match="missing_branch"):
            check(system, replace(proof, nodes=proof.nodes[:-1]))
        with pytest.raises(Refuted):  # the branch itself is gone: a child hangs on nothing
            check(system, replace(proof, nodes=proof.nodes[:at] + proof.nodes[at + 1 :]))
        other = (proof.nodes[at].column + 1) % len(system.columns)
        nodes = (*proof.nodes[:at], replace(proof.nodes[at], column=other), *proof.nodes[at + 1 :])
        try:
            assert walk(system, replace(proof, nodes=nodes)) >= best  # type: ignore[operator]
        except Refuted as refuted:
            assert refuted.code == "open_leaf"  # noqa: PT017
    assert branched >= 3


def test_documents_keep_the_proof() -> None:
    """Written and read back: the same multipliers, rows and tree; on another library its names are not known."""
    other = proofs()[-1][0]
    unknown = 0
    for system, best, proof in proofs()[:-1]:
        data = document(proof, system, inputs=(), overrides={}, program={})
        again = proof_of(data, system)
        assert check(system, again) == best
        assert again.leaves == proof.leaves
        try:
            check(other, proof_of(data, other))
        except Refuted as refuted:
            unknown += refuted.code == "unknown_name"
    assert unknown >= 8


def test_budgets_are_kept() -> None:
    """One leaf is the root alone: its bound holds, and no budget of leaves gives less than the optimum."""
    for system, best, _proof in proofs():
        for leaves in (1, 2, 5):
            found = certify(system, best, F(0), leaves=leaves)
            assert found.bound is not None
            assert found.bound >= best
            assert found.leaves <= leaves + 1
        stopped = threading.Event()
        stopped.set()
        for nothing in (certify(system, best, F(0), seconds=-1.0), certify(system, best, F(0), cancel=stopped)):
            assert nothing.bound is not None
            assert nothing.bound >= best


@pytest.mark.parametrize("seed", range(6))
def test_a_solver_that_lies_proves_nothing_wrong(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, points, multipliers and claims of infeasibility are made up: bounds hold, and no false infeasibility is proven."""
    random = Random(seed)
    true = Relaxation.solve

    def lie(self: Relaxation, box: Box, basis: object = None, seconds: float = 60.0) -> Relaxed:
        answer = true(self, box, basis, seconds)
        if random.random() < 0.4:
            return answer
        if random.random() < 0.3:
            return replace(answer, value=-math.inf, x=np.zeros(0), y=np.array([random.uniform(-2, 2) for _ in answer.y]), basis=None)
        noise = np.array([random.choice([0.0, 1.0, -1.0, random.uniform(-9, 9)]) for _ in answer.y])
        return replace(answer, value=answer.value * random.choice([0.0, 0.5, 1.0, 2.0]), y=answer.y * noise)

    monkeypatch.setattr(Relaxation, "solve", lie)
    for system, best, _proof in proofs():
        found = certify(system, best, F(0), seconds=10, leaves=40)
        assert found.bound is not None
        assert found.bound >= best
        assert not certify_infeasible(system, seconds=10, leaves=40).met
