"""Caps that can be moved: each channel, sub-channel, cap rule and budget by year, and the policy with one moved.

A moved policy is a policy like any other: everything that hangs on a cap (reserved shares, a surplus that is carried over,
limits of the budget) moves with it, and a plan under it is re-checked by `verify_plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

import numpy as np

from ....domain import Policy
from ....domain.base import Label, Source
from ....domain.funding import CapByYear, CapRule
from ....domain.rules import BudgetRule
from ....io.load import Inputs
from ....model.build import plan_rows
from ....model.rows import Row
from ....problem import Problem

#: families whose rows are caps
FAMILIES = ("channels", "caps", "budget")
Kind = Literal["channel", "cap", "budget"]


@dataclass(frozen=True)
class Lever:
    """One cap that can be moved.

    Attributes
    ----------
    kind : {"channel", "cap", "budget"}
        A channel or sub-channel, a rule of `funding.caps`, a rule of `budget`.
    key : str
        Id of the channel, sub-channel or rule as the policy writes it.
    rule : str
        Dotted path of the policy entry.
    moving, now : str
        Id in the policy of `by_year`, and name of its row there.
    year : int or None
        None where the cap holds for several years together.
    row : str
        Its plan-wide row, as in a plan's list of uses.
    label : Label
    yuan : int
        What the cap leaves, 元.
    assumption : bool
        Whether rule or number has no official source.
    why : Label or None
        What an assumption rests on.
    origin : str or None
        Scenario or command line that states the number instead of the policy.
    """

    kind: Kind
    key: str
    rule: str
    moving: str
    now: str
    year: int | None
    row: str
    label: Label
    yuan: int
    assumption: bool
    why: Label | None = None
    origin: str | None = None


def by_year(problem: Problem) -> Problem:
    """Return the same problem with every cap stated year by year, so that one year can be moved alone.

    A cap rule that holds for each year by itself becomes one rule a year. Rows keep their order and numbers.
    """
    policy = problem.policy
    years = problem.money_years

    def stated(cap: CapByYear, among: Iterable[int]) -> CapByYear:
        found = {t: cap.at(t) for t in among}
        return CapByYear(years={t: v for t, v in found.items() if v is not None}, later="open")

    channels = {}
    for key, channel in policy.funding.channels.items():
        sub = {k: s.model_copy(update={"cap": stated(s.cap, years)}) for k, s in channel.sub.items()}
        channels[key] = channel.model_copy(update={"cap": stated(channel.cap, years), "sub": sub})
    caps: dict[str, CapRule] = {}
    for key, rule in policy.funding.caps.items():
        if not rule.active or not rule.each_year:
            caps[key] = rule
            continue
        for t in years:
            if rule.years is None or t in rule.years:
                caps[_split(key, t, policy.funding.caps)] = rule.model_copy(update={"years": (t,)})
    budget: dict[str, BudgetRule] = {}
    for key, money in policy.budget.items():
        among = years if money.measure == "spending" else problem.start_years
        budget[key] = money.model_copy(update={"amount": stated(money.amount, {problem.year, *among})}) if money.active else money
    return with_policy(problem, _with(policy, channels=channels, caps=caps, budget=budget))


def with_policy(problem: Problem, policy: Policy) -> Problem:
    """Return a problem with a policy that differs in caps and budgets alone: no table hangs on them."""
    return replace(problem, policy=policy)


def _split(key: str, year: int, taken: Mapping[str, Any]) -> str:
    name = f"{key}~{year}"
    while name in taken:
        name += "~"
    return name


def _with(policy: Policy, *, channels: Any = None, caps: Any = None, budget: Any = None) -> Policy:
    """Return a policy with other caps; what is None stays."""
    funding: dict[str, Any] = {}
    if channels is not None:
        funding["channels"] = channels
    if caps is not None:
        funding["caps"] = caps
    update: dict[str, Any] = {"funding": policy.funding.model_copy(update=funding)} if funding else {}
    if budget is not None:
        update["budget"] = budget
    return policy.model_copy(update=update)


def levers_of(inputs: Inputs, problem: Problem) -> list[Lever]:
    """Return every cap of a problem, in the order of its rows.

    Parameters
    ----------
    inputs : Inputs
        Where the numbers come from.
    problem : Problem
        As the policy writes it, not `by_year`.
    """
    out: list[Lever] = []
    own = [r for r in plan_rows(problem) if r.family in FAMILIES]
    split = [r for r in plan_rows(by_year(problem)) if r.family in FAMILIES]
    for row, other in zip(own, split, strict=True):
        if row.hi is None:
            continue
        name, _bracket, rest = row.name.partition(":")[2].partition("[")
        year = int(rest.rstrip("]")) if rest else None
        moving = other.name.partition(":")[2].partition("[")[0]
        kind: Kind = {"channels": "channel", "caps": "cap", "budget": "budget"}[row.family]  # type: ignore[assignment]
        entry = _entry(problem.policy, kind, name)
        why = entry.source.grounds if entry.source.assumed else None
        amount = _amount(problem.policy, kind, name, year, row)
        out.append(Lever(kind, name, row.rule, moving, other.name, year, row.name, row.label, amount, row.assumption, why, _origin(inputs, row.rule, year)))
    return out


def _entry(policy: Policy, kind: Kind, key: str) -> Any:
    if kind == "cap":
        return policy.funding.caps[key]
    if kind == "budget":
        return policy.budget[key]
    channels = policy.funding.channels
    return channels[key] if key in channels else channels[policy.funding.parent(key)].sub[key]


def _amount(policy: Policy, kind: Kind, key: str, year: int | None, row: Row) -> int:
    """Return what a cap leaves in its own year (the row of a channel with surplus adds up earlier years)."""
    if kind == "channel" and year is not None:
        amount = _entry(policy, kind, key).cap.at(year)
        return int(amount)
    return int(row.hi or 0)


def _origin(inputs: Inputs, rule: str, year: int | None) -> str | None:
    """Return the scenario or command line that states the number of a cap, None where the policy's files do."""
    number = {"amount", "cap"}
    places = [f"{rule}.{name}.{year}" for name in number] + [f"{rule}.{name}.later" for name in number] + [f"{rule}.{name}" for name in number]
    found = next((inputs.origins[p] for p in places if p in inputs.origins), None)
    return found if found is not None and not found.endswith((".yaml", ".yml")) else None


# -- moving -------------------------------------------------------------------------------------------------


def moved(policy: Policy, lever: Lever, by: int) -> Policy:
    """Return the policy of `by_year` with one cap moved.

    Parameters
    ----------
    policy : Policy
        Of `by_year`.
    lever : Lever
    by : int
        元, more or less than 0; no cap may fall below 0.
    """
    key, year = lever.moving, lever.year
    if lever.kind == "cap":
        rule = policy.funding.caps[key]
        return _with(policy, caps=policy.funding.caps | {key: rule.model_copy(update={"amount": rule.amount + by})})
    if lever.kind == "budget":
        money = policy.budget[key]
        return _with(policy, budget=policy.budget | {key: money.model_copy(update={"amount": _shifted(money.amount, year, by)})})
    channels = policy.funding.channels
    if key in channels:
        return _with(policy, channels=channels | {key: channels[key].model_copy(update={"cap": _shifted(channels[key].cap, year, by)})})
    parent = policy.funding.parent(key)
    one = channels[parent].sub[key]
    sub = channels[parent].sub | {key: one.model_copy(update={"cap": _shifted(one.cap, year, by)})}
    return _with(policy, channels=channels | {parent: channels[parent].model_copy(update={"sub": sub})})


def _shifted(cap: CapByYear, year: int | None, by: int) -> CapByYear:
    assert year is not None
    return cap.model_copy(update={"years": cap.years | {year: cap.years[year] + by}})


def moved_together(policy: Policy, levers: Sequence[Lever], step: int, shared: bool) -> Policy:
    """Return the policy of `by_year` with one step more for a set of caps.

    Parameters
    ----------
    policy : Policy
    levers : sequence of Lever
        Where the step is shared, channels of one year whose surplus is not carried over, and which have no money in common.
    step : int
        元.
    shared : bool
        Whether all of them together get one step, split freely (then each sum of caps of the set is raised by one step); else
        every cap is raised by it, for caps that lie inside each other and that the same money has to pass.
    """
    out = policy
    for lever in levers:
        out = moved(out, lever, step)
    if not shared or len(levers) < 2:
        return out
    caps = dict(out.funding.caps)
    for size in range(2, len(levers) + 1):
        for part in combinations(levers, size):
            name = _split("+".join(v.key for v in part), part[0].year or 0, caps)
            label = Label(zh="＋".join(v.label.zh for v in part), en=" + ".join(v.label.en for v in part))
            channel = _entry(policy, part[0].kind, part[0].key)
            years = (part[0].year,) if part[0].year else None
            caps[name] = cap_rule(label, channel.source, sum(v.yuan for v in part) + step, channels=tuple(v.key for v in part), years=years)
    return _with(out, caps=caps)


def cap_rule(label: Label, source: Source, yuan: int, **sums: Any) -> CapRule:
    """Return a cap rule of so many 元 (as a number the schema would read 万元)."""
    return CapRule(label=label, source=source, amount=0, **sums).model_copy(update={"amount": yuan})


def added_rules(policy: Policy, wider: Policy) -> frozenset[str]:
    """Return the names of the rows that `moved_together` added for sums of caps."""
    return frozenset(f"caps:{k}" for k in wider.funding.caps if k not in policy.funding.caps)


# -- comparing ----------------------------------------------------------------------------------------------


def looser(tight: Sequence[Row], loose: Sequence[Row], besides: frozenset[str] = frozenset()) -> bool:
    """Return whether every portfolio that satisfies some rows satisfies others: no bound of a row by the same name is tighter.

    Parameters
    ----------
    tight, loose : sequence of Row
        Plan-wide rows of two problems that differ in caps alone.
    besides : frozenset of str
        Rows of `loose` that are known to follow.
    """
    known = {r.name: r for r in tight}
    for row in loose:
        if row.name in besides or (row.lo is None and row.hi is None):
            continue
        own = known.get(row.name)
        if own is None:
            return False
        (low, high), (own_low, own_high) = sides(row), sides(own)
        if high is not None and (own_high is None or own_high > high):
            return False
        if low is not None and (own_low is None or own_low < low):
            return False
    return True


def sides(row: Row) -> tuple[Fraction | None, Fraction | None]:
    """Return the bounds of a row for one unit of its first coefficient: a share of the budget is written with the budget in them."""
    at = first_start(row)
    by = Fraction(1) if at is None else abs(Fraction(at[1]))
    return None if row.lo is None else Fraction(row.lo) / by, None if row.hi is None else Fraction(row.hi) / by


def first_start(row: Row) -> tuple[int, int | Fraction] | None:
    """Return the first start that a row weighs with its coefficient; None for a row of money, of a base, or of nothing."""
    if row.base is not None or row.left.entries is not None or not len(row.left.starts):
        return None
    coefs = row.left.start_coefs
    listed = [1] * len(row.left.starts) if coefs is None else coefs.tolist() if isinstance(coefs, np.ndarray) else list(coefs)
    return next(((k, c) for k, c in zip(row.left.starts.tolist(), listed, strict=True) if c), None)


def most_use(problem: Problem, row: Row) -> int:
    """Return more than which a cap's row cannot use, whatever is chosen, 元."""
    if row.left.entries is None or not len(row.left.entries):
        coefs = row.left.start_coefs
        largest = np.zeros(len(problem.projects), dtype=np.int64)  # a project starts once
        weights = np.ones(len(row.left.starts), dtype=np.int64) if coefs is None else np.asarray(coefs, dtype=np.int64)
        np.maximum.at(largest, problem.starts.project[row.left.starts], weights)
        return int(largest.sum())
    at = row.left.entries
    pair, first = np.unique(problem.entries.pair[at], return_index=True)
    return int(problem.entries.upper[at][first].sum()) if len(pair) else 0


def money_of(problem: Problem, lever: Lever, rows: Mapping[str, Row]) -> frozenset[int]:
    """Return the money entries that a cap counts; of a budget those of its projects in its year (of starts: in all years)."""
    row = rows[lever.now]
    if lever.kind != "budget":
        return frozenset(row.left.entries.tolist() if row.left.entries is not None else ())
    rule, entries = problem.policy.budget[lever.key], problem.entries
    mine = problem.mask(rule.where)[entries.project]
    if rule.measure == "spending":
        mine = mine & (entries.year == lever.year)
    return frozenset(np.flatnonzero(mine).tolist())
