"""Portfolios that cannot be funded: who is stopped by which rule, smallest sets, and what to leave out, against enumeration."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterable
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path

from instances import seeded
from small import Town, carry, channel, entry, new, revenue

from renewal_opt.allot import allot
from renewal_opt.analysis.annual import make_problem, options_of
from renewal_opt.analysis.exclude import shrunk
from renewal_opt.analysis.fund.mix.blocked import why_blocked
from renewal_opt.analysis.fund.mix.leave import leave_out
from renewal_opt.analysis.fund.mix.parts import smallest
from renewal_opt.analysis.portfolio import funded, objective_of
from renewal_opt.errors import InfeasibleError, InputError
from renewal_opt.io.load import Inputs
from renewal_opt.model.build import plan_rows
from renewal_opt.problem import Problem


def ids(problem: Problem, projects: Iterable[int]) -> list[str]:
    """Return the ids of projects."""
    return [problem.projects[p].id for p in projects]


def test_own_rules_stop_a_project() -> None:
    """`a` may take 40 of debt by its revenue and must borrow half of 100: short by 10; `b` is fine; nothing else is told."""
    town = Town(
        [new("a", 100), new("b", 100)],
        channels={"cash": channel(), "bond": channel("debt", rate=D(0), term=2)},
        funding={"shares": {"half": entry(channels=["bond"], at_least=D("0.5"))}, "cover": {"c": entry(ratio=D(1))}},
        revenue=[revenue("a", 2026, 40), revenue("b", 2026, 90)],
    )
    problem = town.problem()
    why = why_blocked(problem, [True, True], plan_rows(problem), options_of(town.scenario))
    assert ids(problem, why.alone) == ["a"]
    hits = why.alone[0]
    assert {h.family for h in hits} <= {"cover", "shares"}
    assert sum(h.short for h in hits) == 100_000
    assert "a a" in hits[0].label.en
    assert (why.sets, why.needs, why.rules) == ([], [], [])


def test_ticket_sizes_stop_a_project() -> None:
    """A channel that pays 60 or nothing, another that pays at most 30: 50 can be paid by neither."""
    town = Town([new("a", 50)], channels={"cash": channel(ticket={"at_most": 30}), "fund": channel(ticket={"at_least": 60})})
    problem = town.problem()
    why = why_blocked(problem, [True], plan_rows(problem), options_of(town.scenario))
    assert [h.rule for h in why.alone[0]] == ["funding.channels.cash.ticket", "funding.channels.fund.ticket"]


def test_sets_and_their_needs() -> None:
    """90 of cash: `d` is too large alone; of a (50), b (45), c (30) only a and b are too much together."""
    town = Town([new("a", 50), new("b", 45), new("c", 30), new("d", 95)], channels={"cash": channel(cap={2025: 90})})
    problem = town.problem()
    why = why_blocked(problem, [True] * 4, plan_rows(problem), options_of(town.scenario))
    assert [(ids(problem, s.projects), s.claim, [n.short for n in s.needs]) for s in why.sets] == [(["d"], "smallest", [50_000]), (["a", "b"], "smallest", [50_000])]
    assert [(n.needed, n.available) for n in why.needs] == [(2_200_000, 900_000)]


def test_rules_that_no_money_mends_and_carry_overs() -> None:
    """A budget below the portfolio is told; carry-overs that the caps do not pay are told as such."""
    town = Town([new("a", 50), new("b", 60)], budget={"b": entry(amount={2025: 100}, measure="starts")})
    problem = town.problem()
    why = why_blocked(problem, [True, True], plan_rows(problem), options_of(town.scenario))
    assert [h.family for h in why.rules] == ["budget"]
    town = Town([carry("r", {2025: 50}), new("a", 10)], channels={"cash": channel(cap={2025: 40})})
    problem = town.problem()
    why = why_blocked(problem, [True, True], plan_rows(problem), options_of(town.scenario))
    assert [(h.family, h.short) for h in why.running] == [("channels", 100_000)]
    assert leave_out(problem, [True, True], {}, plan_rows(problem), "score", options_of(town.scenario)) is None


def test_what_is_left_keeps_the_relations() -> None:
    """`k` runs on cash and needs as much of market money, which `b` alone brings; `b` comes after `a`, which nothing pays: no part is a plan."""
    town = Town(
        [carry("k", {2025: 50}), new("a", 10, object_class="x"), new("b", 60)],
        channels={"cash": channel(eligible={"part": "carry_over"}), "own": channel("capital", "market", eligible={"part": "new_start"}, cap={2025: 60})},
        funding={"ratios": {"r": entry(numerator={"side": "market"}, denominator={"side": "government"}, at_least=1)}, "caps": {"none": entry(where={"object_class": "x"}, amount=0)}},
        relations=[{"kind": "precedence", "project": "a", "other": "b"}], object_classes={"x": entry()},
    )
    problem = town.problem()
    for by in ("score", "number"):
        assert leave_out(problem, [True] * 3, {}, plan_rows(problem), by, options_of(town.scenario)) is None  # type: ignore[arg-type]
    free = town.but(relations=()).problem()
    left = leave_out(free, [True] * 3, {}, plan_rows(free), "score", options_of(town.scenario))
    assert left is not None
    assert (left.portfolio.chosen, left.broken) == ([True, False, True], ())


def test_smallest_failing_part() -> None:
    """Against all parts of random sets of up to nine, where a part fails when it holds one of some sets."""
    for seed in range(60):
        r = random.Random(seed)
        pool = list(range(r.randint(2, 9)))
        bad = [frozenset(r.sample(pool, r.randint(1, len(pool)))) for _ in range(r.randint(1, 4))]

        def fails(some: Iterable[int], bad: list[frozenset[int]] = bad) -> bool:
            return any(b <= set(some) for b in bad)

        found, claim = smallest(pool, fails, time.monotonic() + 60)
        assert claim == "smallest"
        assert fails(found)
        assert len(found) == min(map(len, bad))
        shrunk, claim = smallest(pool, fails, time.monotonic() - 1)
        assert claim == "irreducible"
        assert frozenset(shrunk) in bad


def test_leaving_out_against_enumeration() -> None:
    """The part that is left is the best of all parts that satisfy every rule, by score and by number."""
    blocked = settled = 0
    for seed in range(400):
        if blocked >= 12:
            break
        r = random.Random(seed)
        instance = seeded(seed, 6, [*r.sample(["shares", "caps", "ratios", "debt_service", "capital", "cover", "tickets"], 2), *r.sample(["limits", "precedence", "corequisites", "districts"], 1)])
        try:
            problem = make_problem(Inputs(*instance))
        except (InputError, InfeasibleError):
            continue
        rows, options = plan_rows(problem), options_of(instance[2])
        chosen = [False] * len(problem.starts)
        for p in range(len(problem.projects)):
            chosen[int(problem.starts.first[p])] = True
        if funded(problem, rows, chosen, {}, options)[0] is not None:
            continue
        blocked += 1
        best: dict[str, tuple[int, F] | None] = {"score": None, "number": None}
        new_ = [k for k, c in enumerate(chosen) if c and not problem.starts.fixed[k]]
        for inside in itertools.product([False, True], repeat=len(new_)):
            part = problem.starts.fixed.tolist()
            for k, c in zip(new_, inside, strict=True):
                part[k] = c
            if not _relations_hold(problem, part) or funded(problem, rows, part, {}, options)[0] is None:
                continue
            value = objective_of(problem, part, {})
            for by, key in (("score", (0, value)), ("number", (sum(inside), value))):
                best[by] = max(best[by] or key, key)
        for by in ("score", "number"):
            found = leave_out(problem, chosen, {}, rows, by, options)  # type: ignore[arg-type]
            if best[by] is None:
                assert found is None or found.broken, seed
                continue
            assert found is not None, seed
            assert not found.broken, seed
            assert ((0 if by == "score" else found.number), found.portfolio.objective) == best[by], (seed, by)
            assert found.score >= found.portfolio.objective
            settled += 1
    assert blocked >= 12
    assert settled >= 10


def _relations_hold(problem: Problem, part: list[bool]) -> bool:
    """Whether precedence and co-requisites hold: they have no exact rows."""
    start = {problem.projects[int(problem.starts.project[k])].id: int(problem.starts.year[k]) for k, c in enumerate(part) if c}
    parts = {p.id: p for p in problem.library.projects}
    groups: dict[str, set[str]] = {}
    for n, rel in enumerate(problem.library.relations):
        if rel.kind == "precedence" and rel.other in start and parts[rel.other].part != "carry_over":
            first = parts[rel.project]
            if first.part == "carry_over":
                if first.start_year is not None and first.start_year > start[rel.other] - rel.lag:
                    return False
            elif rel.project not in start or start[rel.project] > start[rel.other] - rel.lag:
                return False
        if rel.kind == "corequisite":
            groups.setdefault(rel.group or f"pair {n}", set()).update(i for i in (rel.project, rel.other) if i)
    for members in groups.values():
        mine = {i in start for i in members if parts[i].part != "carry_over"}
        if len(mine) > 1:
            return False
    return True


def test_sets_fail_and_their_parts_do_not(tmp_path: Path) -> None:
    """Random towns: each set told cannot be funded under the caps, and loses that with any of its members."""
    told = 0
    for seed in range(14):
        r = random.Random(seed)
        channels = {c: channel(cap={2025: r.randint(20, 150), 2026: r.randint(20, 150)}, **({"ticket": {"at_least": r.randint(5, 30)}} if r.random() < 0.3 else {})) for c in "abc"}
        shares = {"s": entry(channels=["a", "b"], at_most=D(r.randint(5, 9)) / 10), "t": entry(channels=["c"], at_most=D(r.randint(5, 9)) / 10)}
        town = Town([new(f"p{i}", [r.randint(10, 90), r.randint(10, 90)]) for i in range(r.randint(3, 6))], channels=channels, funding={"shares": shares})
        problem = town.problem()
        rows, options = plan_rows(problem), options_of(town.scenario)
        chosen = [True] * len(problem.starts)
        if allot(problem, chosen, rows, options).money is not None:
            continue
        why = why_blocked(problem, chosen, rows, options)
        for s in why.sets:
            assert s.claim == "smallest"
            flags = [int(problem.starts.project[k]) in s.projects for k in range(len(chosen))]
            assert allot(problem, flags, rows, options, whole=False).money is None
            for p in s.projects:
                fewer = [f and int(problem.starts.project[k]) != p for k, f in enumerate(flags)]
                assert not any(fewer) or allot(problem, fewer, rows, options, whole=False).money is not None
            told += 1
    assert told > 8


def test_shrinking_says_whether_it_is_done() -> None:
    def fails(part: list[int]) -> bool:
        asked.append(part)
        return {3, 7} <= set(part)

    asked: list[list[int]] = []
    assert shrunk(range(12), fails, lambda: True) == ([3, 7], True)
    asked.clear()
    part, irreducible = shrunk(range(12), fails, lambda: len(asked) < 3)
    assert not irreducible
    assert {3, 7} <= set(part)
    assert shrunk([5], lambda part: True, lambda: True) == ([5], True)
