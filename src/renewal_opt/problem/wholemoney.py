"""Per-project money limits in whole 元, made here once: full, projected, allotment and reports use the same numbers.

Shares are rounded outwards (at most 1 元), legal maxima (cover, tickets, caps) inwards (design.md 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ..domain import Policy, Project
from ..domain.funding import Channel
from .repayment import repaid_per_yuan
from .tables import Bools, Entries, Ints, Pairs, ProjectRows, Spending, Starts


class LimitBuilder:
    """Builds `ProjectRows` for the families shares, capital, cover and asks from the tables of a problem."""

    def __init__(
        self,
        policy: Policy,
        projects: tuple[Project, ...],
        carry: Bools,
        starts: Starts,
        spending: Spending,
        pairs: Pairs,
        entries: Entries,
        masks: Mapping[str, Bools],
        plan_year: int,
    ) -> None:
        self.policy, self.projects, self.carry = policy, projects, carry
        self.starts, self.spending, self.pairs, self.entries = starts, spending, pairs, entries
        self.masks, self.year = masks, plan_year
        self.leaves = policy.funding.leaves()
        self._parents = [policy.funding.parent(leaf) for leaf in self.leaves]
        self._entry_first = np.searchsorted(entries.project, np.arange(len(projects) + 1))
        self._pair_first = np.searchsorted(pairs.project, np.arange(len(projects) + 1))

    # -- reading -----------------------------------------------------------------------------------

    def leaf_mask(self, leaves: tuple[str, ...]) -> Bools:
        chosen = set(leaves)
        return np.array([leaf in chosen for leaf in self.leaves], dtype=bool)

    def in_place(self, project: Project, group: Bools) -> int:
        """Return a carry-over's money in place of a group of leaves, 元."""
        return sum(amount for _leaf, amount in self.placed(project, group))

    def placed(self, project: Project, group: Bools) -> list[tuple[int, int]]:
        """Return leaf and amount of a carry-over's money in place; a channel's own key counts when all its leaves are in the group."""
        out: list[tuple[int, int]] = []
        for key, amount in project.in_place.items() if project.part == "carry_over" else ():
            own = [c for c, (leaf, parent) in enumerate(zip(self.leaves, self._parents, strict=True)) if key in (leaf, parent)]
            if own and all(group[c] for c in own):
                out.append((own[0], amount))
        return out

    def entries_of(self, i: int, group: Bools) -> list[int]:
        """Entry positions of project `i` in a group of leaves, over all years."""
        a, b = self._entry_first[i], self._entry_first[i + 1]
        inside: list[int] = (np.flatnonzero(group[self.entries.leaf[a:b]]) + a).tolist()
        return inside

    def starts_of(self, i: int) -> list[int]:
        return list(range(int(self.starts.first[i]), int(self.starts.first[i + 1])))

    # -- rows --------------------------------------------------------------------------------------

    def share(self, rows: ProjectRows, rule: str, mask: Bools, group: Bools, lo: Fraction | None, hi: Fraction | None, per: str) -> None:
        """Add the rows of `lo <= share of the group <= hi` for the projects of `mask`."""
        if hi is not None and hi >= 1:
            hi = None
        if lo is not None and lo <= 0:
            lo = None
        if lo is None and hi is None:
            return
        if per == "year":
            self._share_by_year(rows, rule, mask & ~self.carry, group, lo, hi)
            whole = np.flatnonzero(mask & self.carry)
        else:
            whole = np.flatnonzero(mask)
        for i in whole.tolist():
            self._share_of_whole(rows, rule, i, group, lo, hi)

    def _share_by_year(self, rows: ProjectRows, rule: str, mask: Bools, group: Bools, lo: Fraction | None, hi: Fraction | None) -> None:
        entries, pairs, spending = self.entries, self.pairs, self.spending
        chosen = np.flatnonzero(group[entries.leaf] & mask[entries.project])
        count = np.bincount(entries.pair[chosen], minlength=len(pairs))
        first = np.concatenate([[0], np.cumsum(count)])
        all_of = np.diff(pairs.entry_first)
        wanted = mask[pairs.project]
        if lo is None:
            wanted &= count > 0
        if hi is None:
            wanted &= count < all_of  # the balance row implies the lower bound where every entry is in the group
        low = times(spending.amount, lo, up=False) if lo is not None else None
        high = times(spending.amount, hi, up=True) if hi is not None else None
        chosen_list, starts = chosen.tolist(), spending.start.tolist()
        project, year = pairs.project.tolist(), pairs.year.tolist()
        s_first = pairs.spend_first.tolist()
        for j in np.flatnonzero(wanted).tolist():
            a, b = s_first[j], s_first[j + 1]
            rows.append(
                rule, project[j], year[j], chosen_list[first[j] : first[j + 1]], starts[a:b],
                None if low is None else low[a:b], None if high is None else high[a:b],
            )  # fmt: skip

    def _share_of_whole(self, rows: ProjectRows, rule: str, i: int, group: Bools, lo: Fraction | None, hi: Fraction | None) -> None:
        project = self.projects[i]
        total = project.total_investment
        low = None if lo is None else _floor(lo * total)
        high = None if hi is None else _ceil(hi * total)
        if self.carry[i]:
            placed, rest = self.in_place(project, group), sum(project.remaining.values())
            low = None if low is None else min(rest, max(0, low - placed))
            high = None if high is None else max(0, high - placed)
        starts = self.starts_of(i)
        rows.append(
            rule, i, 0, self.entries_of(i, group), starts,
            None if low is None else [low] * len(starts), None if high is None else [high] * len(starts),
        )  # fmt: skip

    def share_of_kind(self, rows: ProjectRows, rule: str, mask: Bools, group: Bools, kinds: list[Bools], lo: Fraction | None, hi: Fraction | None) -> None:
        """Add `lo*K - G < 1` and `G - hi*K < 1`, K the money that counts as capital or debt (`kinds` by project)."""
        for i in np.flatnonzero(mask).tolist():
            project, kind = self.projects[i], kinds[i]
            both = self.entries_of(i, group | kind)
            leaf = self.entries.leaf[both]
            in_g, in_k = group[leaf].tolist(), kind[leaf].tolist()
            placed_g, placed_k = self.in_place(project, group), self.in_place(project, kind)
            for share, upper in ((lo, False), (hi, True)):
                if share is None:
                    continue
                weight = {(g, k): Fraction(int(g)) - share * int(k) for g in (False, True) for k in (False, True)}
                coefs = [weight[pair] for pair in zip(in_g, in_k, strict=True)]
                rest = placed_g - share * placed_k
                if upper:
                    step = Fraction(share.denominator - 1, share.denominator)
                    rows.append(rule, i, 0, both, [], None, [], coefs, hi0=step - rest)
                else:
                    step = Fraction(share.denominator - 1, share.denominator)
                    rows.append(rule, i, 0, both, [], [], None, coefs, lo0=-step - rest)

    def debt_bound(self, rows: ProjectRows, rule: str, i: int, group: Bools, bound: Fraction) -> None:
        """Add `sum m_c f_c <= bound - sum m_c in place`; whole 元 inwards where one weight serves all."""
        project = self.projects[i]
        entries = self.entries_of(i, group)
        if not entries:
            return
        weights = {int(c): self.weight(int(c)) for c in np.flatnonzero(group)}
        for leaf, amount in self.placed(project, group):
            bound -= weights[leaf] * amount
        bound = max(bound, Fraction(0))
        used = {weights[int(c)] for c in self.entries.leaf[entries]}
        starts = self.starts_of(i)
        if len(used) == 1:
            rows.append(rule, i, 0, entries, starts, None, [_floor(bound / used.pop())] * len(starts))
        else:
            coefs = [weights[int(c)] for c in self.entries.leaf[entries]]
            rows.append(rule, i, 0, entries, starts, None, [bound] * len(starts), coefs)

    def weight(self, leaf: int) -> Fraction:
        """Principal and interest per 元 drawn from a leaf, at the plan year's rate."""
        channel = self.policy.funding.channels[self._parents[leaf]]
        return channel_weight(channel, self.year)


def channel_weight(channel: Channel, year: int) -> Fraction:
    """Return principal and interest per 元 of a debt channel."""
    rate = channel.rate.fraction(year) if channel.rate is not None else None
    return repaid_per_yuan(channel.repayment or "bullet", rate or Fraction(0), channel.term or 1)


def times(amount: Ints, share: Fraction, *, up: bool) -> list[int]:
    """Return floor or ceil of `share * amount` in whole 元, exact for any size."""
    num, den = share.numerator, share.denominator
    values: list[int] = amount.tolist()
    if up:
        return [-((-v * num) // den) for v in values]
    return [(v * num) // den for v in values]


def _floor(value: Fraction | int) -> int:
    return value // 1 if isinstance(value, int) else value.numerator // value.denominator


def _ceil(value: Fraction | int) -> int:
    return -_floor(-value)
