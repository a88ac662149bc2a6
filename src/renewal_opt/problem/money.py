"""Starts, spending, pairs and money entries of a problem, built as table operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..domain import Policy, Project, Scenario
from ..screening.facts import Facts, blank
from .candidates import start_range
from .tables import Bools, Entries, Ints, Pairs, Spending, Starts


def make_starts(projects: Sequence[Project], scenario: Scenario, decided: Mapping[str, int] | None = None) -> Starts:
    """Return the start table: every allowed start year of each candidate, one fixed row for a carry-over.

    A candidate in `decided` has that year alone.
    """
    known = decided or {}
    p: list[int] = []
    years: list[int] = []
    fixed: list[bool] = []
    first = [0]
    for i, project in enumerate(projects):
        carry = project.part == "carry_over"
        years_of: Iterable[int] = (scenario.plan_year,) if carry else (known[project.id],) if project.id in known else start_range(project, scenario)
        for year in years_of:
            p.append(i)
            years.append(year)
            fixed.append(carry)
        first.append(len(p))
    return Starts(_ints(p), _ints(years), np.array(fixed, dtype=bool), _ints(first))


def make_spending(projects: Sequence[Project], starts: Starts) -> tuple[Spending, Pairs]:
    """Return the spending of each start by calendar year, sorted by project and year, and the pairs.

    A start in year s spends `spend[k-1]` in year s+k-1; a carry-over spends `remaining` by calendar year.
    """
    rows: list[tuple[int, int, int, int]] = []
    for k in range(len(starts)):
        i, s = int(starts.project[k]), int(starts.year[k])
        project = projects[i]
        if starts.fixed[k]:
            rows.extend((i, year, k, amount) for year, amount in project.remaining.items() if amount)
        else:
            rows.extend((i, s + offset, k, amount) for offset, amount in enumerate(project.spend) if amount)
    rows.sort()
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    p, year, start, amount = (np.ascontiguousarray(table[:, c]) for c in range(4))
    new = np.ones(len(p), dtype=bool)
    if len(p):
        new[1:] = (p[1:] != p[:-1]) | (year[1:] != year[:-1])
    pair = np.cumsum(new) - 1
    spend_first = np.append(np.flatnonzero(new), len(p))
    spending = Spending(start, p, year, pair.astype(np.int64), amount)
    pairs = Pairs(p[new], year[new], spend_first.astype(np.int64), np.zeros(1, dtype=np.int64))
    return spending, pairs


def eligibility(policy: Policy, projects: Sequence[Project], masks: dict[str, Bools], plan_year: int, facts: Facts) -> tuple[Bools, Ints]:
    """Return who may use which leaf, and the first year in which its money may come.

    Parameters
    ----------
    masks : dict
        Filter result by key ``channel`` and ``channel/sub``, shape (n,) each.

    Returns
    -------
    eligible : Bools, shape (n, leaves)
    first_year : Ints, shape (n, leaves)
    """
    funding = policy.funding
    leaves = funding.leaves()
    n = len(projects)
    eligible = np.zeros((n, len(leaves)), dtype=bool)
    first_year = np.full((n, len(leaves)), plan_year, dtype=np.int64)
    for j, leaf in enumerate(leaves):
        parent = funding.parent(leaf)
        channel = funding.channels[parent]
        ok = masks[parent].copy()
        if leaf != parent:
            ok &= masks[f"{parent}/{leaf}"]
        if channel.delay is not None:
            for i in np.flatnonzero(ok).tolist():
                project = projects[i]
                if project.part == "carry_over" and any(project.in_place.get(c, 0) > 0 for c in (parent, *channel.sub)):
                    continue
                value = facts.get(project, channel.delay.column)
                wait = channel.delay.blank if blank(value) else channel.delay.years.get(str(value))
                if wait is None:
                    ok[i] = False
                else:
                    first_year[i, j] = plan_year + wait
        eligible[:, j] = ok
    return eligible, first_year


def make_entries(pairs: Pairs, spending: Spending, eligible: Bools, first_year: Ints) -> tuple[Entries, Pairs]:
    """Return the money entries, sorted by pair and leaf, and the pairs with their entries delimited."""
    n_pairs = len(pairs)
    upper = np.zeros(n_pairs, dtype=np.int64)
    np.maximum.at(upper, spending.pair, spending.amount)
    may = eligible[pairs.project] & (first_year[pairs.project] <= pairs.year[:, None])
    pair, leaf = np.nonzero(may)
    counts = may.sum(axis=1)
    entries = Entries(
        pairs.project[pair], leaf.astype(np.int64), pairs.year[pair], pair.astype(np.int64), upper[pair]
    )
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return entries, Pairs(pairs.project, pairs.year, pairs.spend_first, first)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
