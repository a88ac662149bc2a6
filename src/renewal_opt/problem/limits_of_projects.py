"""Which per-project money limits a policy asks, handed to `wholemoney.LimitBuilder` family by family."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

import numpy as np

from ..domain import HelpRow, Policy, Project, RevenueRow
from ..domain.base import Dated
from ..domain.funding import CoverRule
from .tables import Bools, ProjectRows
from .wholemoney import LimitBuilder


def number(value: Dated | None, year: int) -> Fraction | None:
    """Return a dated number in force in `year` as a fraction."""
    return None if value is None else value.fraction(year)


def share_rows(b: LimitBuilder, policy: Policy) -> ProjectRows:
    """Shares of channels and groups of channels in each project's money."""
    rows = ProjectRows("shares")
    n = len(b.projects)
    for key, channel in policy.funding.channels.items():
        if channel.share is None:
            continue
        group = b.leaf_mask(tuple(channel.sub) or (key,))
        eligible = np.zeros(n, dtype=bool)
        for leaf in tuple(channel.sub) or (key,):
            eligible |= b.masks[key] if leaf == key else b.masks[key] & b.masks[f"{key}/{leaf}"]
        lo, hi = number(channel.share.at_least, b.year), number(channel.share.at_most, b.year)
        b.share(rows, f"funding.channels.{key}.share", eligible, group, lo, hi, channel.share.per)
    kinds: dict[str, list[Bools]] = {}
    for key, rule in policy.funding.shares.items():
        if not rule.active:
            continue
        path = f"funding.shares.{key}"
        group = b.leaf_mask(policy.funding.expand(rule.channels, rule.side, rule.counts_as))
        lo, hi = number(rule.at_least, b.year), number(rule.at_most, b.year)
        if rule.of == "cost":
            b.share(rows, path, b.masks[f"shares.{key}"], group, lo, hi, rule.per)
        else:
            if rule.of not in kinds:
                kinds[rule.of] = kind_masks(b, policy, rule.of)
            b.share_of_kind(rows, path, b.masks[f"shares.{key}"], group, kinds[rule.of], lo, hi)
    return rows


def kind_masks(b: LimitBuilder, policy: Policy, kind: str) -> list[Bools]:
    """Return by project which leaves count as `kind`; for capital the positive lists of matching rules join."""
    base = b.leaf_mask(policy.funding.expand(counts_as=kind))
    out = [base] * len(b.projects)
    if kind != "capital":
        return out
    for key, rule in policy.funding.capital.items():
        if rule.active and rule.also_capital and number(rule.at_least, b.year) is not None:
            more = b.leaf_mask(policy.funding.expand(rule.also_capital))
            for i in np.flatnonzero(b.masks[f"capital.{key}"]).tolist():
                out[i] = out[i] | more
    return out


def capital_rows(b: LimitBuilder, policy: Policy) -> ProjectRows:
    """Least project capital: the largest ratio of the rules that a project matches."""
    rows = ProjectRows("capital")
    kinds = kind_masks(b, policy, "capital")
    by_project: dict[int, tuple[Fraction, str, str]] = {}
    for key, rule in policy.funding.capital.items():
        ratio = number(rule.at_least, b.year)
        if not rule.active or ratio is None:
            continue
        for i in np.flatnonzero(b.masks[f"capital.{key}"]).tolist():
            before = by_project.get(i)
            if before is None or (ratio, rule.per == "year") > (before[0], before[1] == "year"):
                by_project[i] = (ratio, rule.per, f"funding.capital.{key}")
    groups: dict[tuple[Fraction, str, str, bytes], list[int]] = {}
    for i, (ratio, per, path) in by_project.items():
        groups.setdefault((ratio, per, path, kinds[i].tobytes()), []).append(i)
    for (ratio, per, path, _kind), members in groups.items():
        mask = np.zeros(len(b.projects), dtype=bool)
        mask[members] = True
        b.share(rows, path, mask, kinds[members[0]], ratio, None, per)
    return rows


def cover_rows(b: LimitBuilder, policy: Policy, revenue: dict[str, list[RevenueRow]], help_: Sequence[HelpRow] = ()) -> ProjectRows:
    """Greatest debt that pledged revenue covers (domain.md 2, cover)."""
    rows = ProjectRows("cover")
    for key, rule in policy.funding.cover.items():
        ratio = number(rule.ratio, b.year)
        if not rule.active or ratio is None or ratio <= 0:
            continue
        group = b.leaf_mask(policy.funding.expand(rule.channels, counts_as="debt"))
        for i in np.flatnonzero(b.masks[f"cover.{key}"]).tolist():
            entries = b.entries_of(i, group)
            if entries:
                bound = pledged(b, policy, rule, i, group, revenue.get(b.projects[i].id, []), help_) / ratio
                b.debt_bound(rows, f"funding.cover.{key}", i, group, bound)
    return rows


def pledged(
    b: LimitBuilder, policy: Policy, rule: CoverRule, i: int, group: Bools, revenue: list[RevenueRow], help_: Sequence[HelpRow] = ()
) -> Fraction:
    """Return the pledged net revenue of the debt's life, from the start year on, 元, at least 0; see `counted`."""
    project = b.projects[i]
    usable = [
        leaf for j, leaf in enumerate(b.leaves)
        if group[j] and b.masks[b.policy.funding.parent(leaf)][i]
        and (leaf in policy.funding.channels or b.masks[f"{policy.funding.parent(leaf)}/{leaf}"][i])
    ]  # fmt: skip
    terms = [policy.funding.channels[policy.funding.parent(leaf)].term or 0 for leaf in usable]
    own, more = counted(project, b.year, max(terms, default=0), rule.revenue, revenue, help_, {p.id for p in b.projects if p.part == "carry_over"})
    return Fraction(max(0, sum(own) + more))


def counted(
    project: Project, year: int, life: int, classes: Collection[str] | None, revenue: Iterable[RevenueRow], help_: Iterable[HelpRow], sure: Collection[str]
) -> tuple[list[int], int]:
    """Return each year's pledged net revenue of the debt's life, from the start year on, and the help that counts with it, 元.

    Where the classes name `help`, subsidies and help that carry-overs pay are added, and help that the project pays is taken off.

    Parameters
    ----------
    project : Project
    year : int
        Plan year, which stands for a start year that is not given.
    life : int
        Longest term of the debt that the project may take, years.
    classes : collection of str or None
        Classes of revenue that count; None for all.
    revenue : iterable of RevenueRow
        Of the project.
    help_ : iterable of HelpRow
    sure : collection of str
        Ids of the carry-overs.
    """
    first = project.start_year if project.start_year is not None else year
    last = first + life
    own = [r.pledged_net for r in revenue if first <= r.year <= last and (classes is None or r.revenue_class in classes)]
    more = 0
    for h in help_ if classes is not None and "help" in classes else ():
        if first <= h.year <= last:
            if h.project == project.id and (h.payer is None or h.payer in sure):
                more += h.pledged_net
            elif h.payer == project.id:
                more -= h.pledged_net
    return own, more


def ask_rows(b: LimitBuilder, policy: Policy) -> ProjectRows:
    """Secured money as a least amount, money asked for as a largest amount, where the policy says so."""
    rows = ProjectRows("asks")
    funding = policy.funding
    for i, project in enumerate(b.projects):
        if b.carry[i]:
            continue
        wanted: list[tuple[str, int | None, int | None, str]] = []
        if funding.secured_as == "at_least":
            total = sum(project.spend)
            wanted += [(c, min(v, total), None, "funding.secured_as") for c, v in project.secured.items() if v > 0]
        if funding.ask_as == "at_most":
            wanted += [(c, None, v, "funding.ask_as") for c, v in project.ask.items()]
        for channel, low, high, path in wanted:
            group = b.leaf_mask(funding.expand((channel,)))
            starts = b.starts_of(i)
            rows.append(
                path, i, 0, b.entries_of(i, group), starts,
                None if low is None else [low] * len(starts), None if high is None else [high] * len(starts),
            )  # fmt: skip
    return rows
