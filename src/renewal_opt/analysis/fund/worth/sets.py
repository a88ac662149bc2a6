"""Sets of caps: what one step is worth shared among channels, or for caps that the same money has to pass, beside each alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

from ....domain.fund_worth import CapWorth, Change, SetWorth, Verdict
from ....i18n import _
from ....model.build import plan_rows
from ...bottlenecks import bottlenecks
from .base import Asked, Base
from .change import change_of, relaxed_bound
from .levers import Lever, added_rules, looser, money_of, moved_together, with_policy
from .lp_prices import LeverProgram, Ray
from .moved import Found

#: sets that are solved, and pairs whose relaxation is looked at
_SOLVED, _LOOKED = 12, 400
#: sets told of caps inside one, where the relaxation sees no difference
_ALIKE = 2
#: most caps of a set whose step is shared
_MOST = 5
#: from what share of the relaxation's optimum on a gain is one
_GAIN = 1e-8


@dataclass(frozen=True)
class _Set:
    levers: tuple[Lever, ...]
    shared: bool
    bottleneck: bool
    ray: Ray
    alone: float | None


@dataclass(frozen=True)
class Solved:
    """A set with a step more, and what was found.

    Attributes
    ----------
    one : _Set
        The set.
    relaxes : bool
        Whether every plan of the caps as they stand is one after it.
    found : Found or None
        None where it was not solved.
    """

    one: _Set
    relaxes: bool
    found: Found | None


def solve_sets(base: Base, asked: Asked, program: LeverProgram, levers: Sequence[Lever], caps: Sequence[CapWorth], tell: Callable[[str], None]) -> list[Solved]:
    """Move sets of caps by a step: pairs of one year, and the sets that are tight funding rows of the plan.

    Solved are the bottlenecks, and the pairs that the relaxation finds worth most beyond the better one of them alone.

    Parameters
    ----------
    base : Base
        What is proven of its optimum grows on the way.
    asked : Asked
    program : LeverProgram
        Of all these caps.
    levers : sequence of Lever
    caps : sequence of CapWorth
        The same caps alone.
    tell : callable
        Told what is done.

    Raises
    ------
    OutOfTime
        When it is stopped before the relaxation has looked at the sets.
    """
    found = _candidates(base, asked, program, levers, {c.row: c for c in caps})
    policies = {k: moved_together(base.problem.policy, s.levers, asked.step, s.shared) for k, s in enumerate(found)}
    answers: dict[int, Found] = {}
    deadline, ahead = time.monotonic() + asked.time, max(1, 2 * asked.workers)
    for at in range(0, len(found), ahead):
        if time.monotonic() > deadline or base.solver.cancel.is_set():
            break
        answers |= base.solver.many({k: policies[k] for k in range(at, min(at + ahead, len(found)))})
        tell(_("{done} of {cases} sets solved").format(done=len(answers), cases=len(found)))
    out: list[Solved] = []
    for k, one in enumerate(found):
        rows = plan_rows(with_policy(base.problem, policies[k]))
        relaxes = looser(base.rows, rows, added_rules(base.problem.policy, policies[k]))
        if relaxes and k in answers:
            base.known.bound_above(answers[k].bound)
        out.append(Solved(one, relaxes, answers.get(k)))
    return out


def worth_of_sets(base: Base, asked: Asked, program: LeverProgram, solved: Sequence[Solved], caps: Sequence[CapWorth]) -> list[SetWorth]:
    """Return the worth of sets of caps, measured from what is proven of the plan's own optimum by now.

    Parameters
    ----------
    base : Base
    asked : Asked
    program : LeverProgram
    solved : sequence of Solved
    caps : sequence of CapWorth
        The same caps alone, measured from the same.
    """
    known = {c.row: c for c in caps}
    out: list[SetWorth] = []
    for s in solved:
        one = s.one
        change = change_of(base, asked.step, s.found, relaxed_bound(program, one.ray.change), relaxes=s.relaxes, tightens=False)
        alone = _best([known[v.row].more for v in one.levers])
        out.append(
            SetWorth(
                rows=tuple(v.row for v in one.levers), labels=tuple(v.label for v in one.levers), shared=one.shared, bottleneck=one.bottleneck,
                assumption=any(v.assumption for v in one.levers), slope=one.ray.slope, relaxed=one.ray.change, relaxed_alone=one.alone,
                more=change, alone=alone, verdict=verdict_of(change, alone),
            )
        )  # fmt: skip
    order: dict[Verdict, int] = {"alone_nothing": 0, "more_than_one": 1, "open": 2, "no_more": 3}
    return sorted(out, key=lambda s: (order[s.verdict], -(s.relaxed or 0.0)))


def verdict_of(together: Change, alone: Change | None) -> Verdict:
    """Return what is proven of a set against the best of its caps alone."""
    low = None if together.low is None else Fraction(together.low)
    high = None if together.high is None else Fraction(together.high)
    best = None if alone is None or alone.high is None else Fraction(alone.high)
    if best is None or low is None:
        return "open"
    if best == 0 and low > 0:
        return "alone_nothing"
    if low > best:
        return "more_than_one"
    least = None if alone is None or alone.low is None else Fraction(alone.low)
    return "no_more" if high is not None and least is not None and high <= least else "open"


def _best(changes: Sequence[Change]) -> Change | None:
    """Return the change that no other is proven to exceed: the one with the highest upper end (none where one has no end)."""
    if any(c.high is None for c in changes):
        return None
    return max(changes, key=lambda c: (Fraction(c.high or 0), Fraction(c.low or 0)))


def _candidates(base: Base, asked: Asked, program: LeverProgram, levers: Sequence[Lever], known: Mapping[str, CapWorth]) -> list[_Set]:
    money = {v.row: money_of(base.problem, v, base.by_name) for v in levers}
    by_row = {v.now: v for v in levers}  # bottlenecks are told of the problem by year
    looked: dict[frozenset[str], _Set] = {}
    for b in bottlenecks(base.problem, base.target.plan):
        members = tuple(v for s in b.sources if (v := by_row.get(s.row)) is not None)
        if 2 <= len(members) <= _MOST and len(members) == len(b.sources):
            _look(base, asked, program, members, money, known, True, looked)
    tight = [v for v in levers if _may_bind(known[v.row], asked.step)]
    pairs = sorted((p for p in combinations(tight, 2) if None in (p[0].year, p[1].year) or p[0].year == p[1].year), key=lambda p: -sum(known[v.row].price.left or 0.0 for v in p))
    for pair in pairs[:_LOOKED]:
        _look(base, asked, program, pair, money, known, False, looked)
    worth = [(s, (s.ray.change or 0.0) - (s.alone or 0.0)) for s in looked.values()]
    floor = _GAIN * max(1.0, abs(program.optimum or 0.0))
    first = [s for s, more in worth if s.bottleneck]
    rest = sorted(((s, more) for s, more in worth if not s.bottleneck), key=lambda sm: (-sm[1], -(sm[0].ray.change or 0.0)))
    gaining = [s for s, more in rest if more > floor]
    kept: list[_Set] = []
    for one in gaining:  # many caps inside one that stops them all say the same thing
        same = [s for s in kept if not one.shared and not s.shared and s.ray.change == one.ray.change and {v.row for v in s.levers} & {v.row for v in one.levers}]
        if len(same) < _ALIKE:
            kept.append(one)
    others = [s for s, more in rest if more <= floor and s.shared]
    return [*first[: _SOLVED // 2], *kept, *others][:_SOLVED]


def _may_bind(cap: CapWorth, step: int) -> bool:
    """Return whether a cap may stop money once others give way: priced by the relaxation, or used up to a step."""
    return cap.more.stopped != "loose" and ((cap.price.left or 0.0) > 0 or cap.used + step > cap.yuan)


def _look(
    base: Base, asked: Asked, program: LeverProgram, members: tuple[Lever, ...], money: Mapping[str, frozenset[int]], known: Mapping[str, CapWorth],
    bottleneck: bool, looked: dict[frozenset[str], _Set],
) -> None:  # fmt: skip
    """Look at the relaxation of a set whose caps lie apart (a step is shared) or inside each other (each gets it)."""
    name = frozenset(v.row for v in members)
    shared = how_together(base, members, money)
    if name in looked or shared is None:
        return
    members = tuple(sorted(members, key=lambda v: len(money[v.row]))) if not shared else members  # the inner cap first
    alone = [known[v.row].price.more for v in members]
    best = None if any(a is None for a in alone) else max(a for a in alone if a is not None)
    looked[name] = _Set(members, shared, bottleneck, program.together(members, asked.step, shared), best)


def how_together(base: Base, members: Sequence[Lever], money: Mapping[str, frozenset[int]]) -> bool | None:
    """Return whether a set's step is shared (True), or each is raised by it (False); None for a set that is neither.

    Shared are channels of one year without money in common. No sum of caps can say how a step is shared where more than the cap
    itself hangs on it: a surplus that is carried over, a share that is reserved of the cap. Raised each are caps that lie inside
    each other: the same money has to pass them all.
    """
    sets = [money[v.row] for v in members]
    if all(not a & b for a, b in combinations(sets, 2)):
        channels = base.problem.policy.funding
        reserved = {c for rule in channels.reserved.values() if rule.active and rule.of == "cap" for c in rule.channels}
        plain = all(
            v.kind == "channel" and v.key not in reserved and not channels.channels[channels.parent(v.key) if v.key not in channels.channels else v.key].carry_surplus
            for v in members
        )  # fmt: skip
        return True if plain and len({v.year for v in members}) == 1 else None
    ordered = sorted(sets, key=len)
    return False if all(a <= b for a, b in pairwise(ordered)) else None
