"""One lawful mix of channels for one project: eligibility, shares, capital, cover, tickets, delays.

It proves that a project of the synthetic library can be funded by itself, splits the money of carry-overs,
and gives `make_scenario` the plan in hand that keeps every scenario feasible. Amounts are whole units of
100 元 (0.01 万元); bounds are rounded inwards, so that a mix holds in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...domain.filters import matches
from ...domain.funding import CapRule, Channel, Repayment, ShareRule
from ...domain.policy import Policy

#: 元 in one unit of the amounts here
UNIT = 100

Get = Callable[[str], Any]
#: leaf channels, least and largest amount in units
Bound = tuple[frozenset[str], int, int]
#: leaf channels, least and largest share
Share = tuple[frozenset[str], Fraction, Fraction]


def repaid(rate: Fraction, term: int, form: Repayment) -> Fraction:
    """Return all that is repaid for one 元 drawn (principal and interest over the term)."""
    if form == "equal_principal":
        return 1 + rate * Fraction(term + 1, 2)
    if form == "annuity":
        return Fraction(1) if rate == 0 else term * rate / (1 - (1 + rate) ** -term)
    return 1 + rate * term


@dataclass(frozen=True)
class Terms:
    """Money terms of one project.

    Attributes
    ----------
    eligible : list of str
        Leaf channels for which it is eligible.
    waits : dict
        Those that may pay it, with the years to wait for the first money.
    shares : list of Share
        Bounds on shares.
    """

    eligible: list[str]
    waits: dict[str, int]
    shares: list[Share]


class Mixer:
    """Finds mixes under one policy.

    Parameters
    ----------
    policy : Policy
    year : int
        Plan year, at which dated numbers are read.
    keep : bool
        Whether to remember the terms of each project; for projects that do not change any more.
    """

    def __init__(self, policy: Policy, year: int, *, keep: bool = False) -> None:
        self._keep = keep
        self._kept: dict[Get, Terms] = {}
        self.policy, self.year = policy, year
        self.funding = policy.funding
        self.costs = {
            i: repaid(c.rate.fraction(year) or Fraction(0), c.term, c.repayment)
            for i, c in self.funding.channels.items()
            if c.rate is not None and c.term is not None and c.repayment is not None
        }
        self._parent = {leaf: self.funding.parent(leaf) for leaf in self.funding.leaves()}
        rules: list[ShareRule | CapRule] = [*self.funding.shares.values(), *self.funding.caps.values()]
        self._sets = {
            id(rule): frozenset(self.funding.expand(rule.channels, rule.side, rule.counts_as))
            for rule in rules
        }
        self._cover_sets = {id(r): frozenset(self.funding.expand(r.channels, None, "debt")) for r in self.funding.cover.values()}

    def channel(self, leaf: str) -> Channel:
        """Return the channel of a leaf."""
        return self.funding.channels[self._parent[leaf]]

    def terms(self, get: Get) -> Terms:
        """Return what holds for a project; remembered by `get` while it is the last, or when the mixer keeps it."""
        found = self._kept.get(get)
        if found is None:
            eligible = self._leaves(get)
            barred, waits = self.barred(get), {x: self.delay(x, get) for x in eligible}
            found = Terms(eligible, {x: w for x, w in waits.items() if w is not None and x not in barred}, self.shares(get, eligible))
            if not self._keep:
                self._kept.clear()
            self._kept[get] = found
        return found

    def leaves(self, get: Get) -> list[str]:
        """Return the leaf channels for which a project is eligible."""
        return self.terms(get).eligible

    def _leaves(self, get: Get) -> list[str]:
        out: list[str] = []
        for i, channel in self.funding.channels.items():
            if not matches(channel.eligible, get):
                continue
            if channel.sub:
                out += [s for s, sub in channel.sub.items() if matches(sub.eligible, get)]
            else:
                out.append(i)
        return out

    def barred(self, get: Get) -> set[str]:
        """Return the leaves that a cap of 0 closes to a project (who may borrow, what bonds may not pay)."""
        out: set[str] = set()
        for rule in self.funding.caps.values():
            if rule.active and rule.amount <= rule.already_used and rule.years is None and matches(rule.where, get):
                out |= self._sets[id(rule)]
        return out

    def delay(self, leaf: str, get: Get) -> int | None:
        """Return the years to wait for a channel's first money; None when it is barred."""
        delay = self.channel(leaf).delay
        if delay is None:
            return 0
        value = get(delay.column)
        return delay.blank if value in (None, "") else delay.years.get(str(value))

    def ratio(self, get: Get) -> tuple[Fraction, frozenset[str]]:
        """Return the least share of project capital, and the leaves that count as capital for the project."""
        rules = [r for r in self.funding.capital.values() if r.active and matches(r.where, get)]
        also = {i for r in rules for i in r.also_capital}
        leaves = frozenset(x for x, p in self._parent.items() if self.funding.channels[p].counts_as == "capital" or {x, p} & also)
        return max((r.at_least.fraction(self.year) or Fraction(0) for r in rules), default=Fraction(0)), leaves

    def shares(self, get: Get, eligible: Sequence[str]) -> list[Share]:
        """Return the share bounds of a project, capital included."""
        one, zero = Fraction(1), Fraction(0)
        out: list[Share] = []
        for i, channel in self.funding.channels.items():
            if channel.share is not None and any(self._parent[x] == i for x in eligible):
                low = channel.share.at_least.fraction(self.year) if channel.share.at_least else None
                high = channel.share.at_most.fraction(self.year) if channel.share.at_most else None
                out.append((frozenset(channel.sub or [i]), low or zero, one if high is None else high))
        ratio, capital = self.ratio(get)
        if ratio:
            out.append((capital, ratio, one))
        for rule in self.funding.shares.values():
            if not rule.active or not matches(rule.where, get):
                continue
            low = (rule.at_least.fraction(self.year) if rule.at_least else None) or zero
            high = rule.at_most.fraction(self.year) if rule.at_most else None
            if rule.of == "cost":
                out.append((self._sets[id(rule)], low, one if high is None else high))
            elif high is not None:  # kept by a smaller bound: the base is at least the least capital
                out.append((self._sets[id(rule)], zero, high * ratio if rule.of == "capital" else zero))
        return out

    def debt_room(self, get: Get, revenue: Iterable[tuple[int, str, int]], start: int, eligible: Sequence[str]) -> list[Bound]:
        """Return what revenue lets a project borrow: rows are (year, class, pledged net revenue in 元)."""
        rows = list(revenue)
        out: list[Bound] = []
        for rule in self.funding.cover.values():
            debt = self._cover_sets[id(rule)] & set(eligible)
            if not rule.active or not debt or not matches(rule.where, get):
                continue
            last = start + max(self.channel(x).term or 0 for x in debt)
            net = sum(n for y, c, n in rows if start <= y <= last and (rule.revenue is None or c in rule.revenue))
            dear = max(self.costs[self._parent[x]] for x in debt)
            ratio = rule.ratio.fraction(self.year) or Fraction(1)
            out.append((debt, 0, int(max(0, net) / ratio / dear) // UNIT))
        return out

    def whole(self, get: Get, cost: int, room: Sequence[Bound], turn: int = 0) -> dict[str, int] | None:
        """Return a mix for a whole cost in units (carry-overs), or None."""
        terms = self.terms(get)
        shares = terms.shares
        return self._tickets(list(terms.waits), cost, lambda leaves: self._fill(shares, leaves, cost, cost, room, turn))

    def yearly(
        self,
        get: Get,
        spend: Sequence[int],
        room: Sequence[Bound],
        turn: int = 0,
        without: Iterable[str] = (),
        left: Callable[[str, int], int | None] | None = None,
    ) -> dict[tuple[str, int], int] | None:
        """Return a mix by leaf and year (0, 1, ... after the plan year) for a start in the plan year, or None.

        `left` gives what a leaf or channel can still bring in a year, in units (None: no limit).
        """
        terms = self.terms(get)
        waits, shares, barred = terms.waits, terms.shares, set(without)

        def years(leaves: list[str]) -> dict[tuple[str, int], int] | None:
            out: dict[tuple[str, int], int] = {}
            for k, amount in enumerate(spend):
                usable = [x for x in leaves if waits[x] <= k]
                part = self._fill(shares, usable, amount, sum(spend), room, turn, self._left(usable, k, left))
                if part is None:
                    return None
                out |= {(x, k): a for x, a in part.items()}
            return out

        return self._tickets([x for x in waits if x not in barred], sum(spend), years)

    def _left(self, usable: list[str], k: int, left: Callable[[str, int], int | None] | None) -> list[Bound]:
        out: list[Bound] = []
        for x in dict.fromkeys([*usable, *(self._parent[x] for x in usable)] if left is not None else ()):
            most = left(x, k) if left is not None else None
            if most is not None:
                out.append((frozenset(self.funding.channels[x].sub or [x]) if x in self.funding.channels else frozenset([x]), 0, most))
        return out

    def _tickets(self, leaves: list[str], cost: int, attempt: Callable[[list[str]], dict[Any, int] | None]) -> dict[Any, int] | None:
        """Return what `attempt` finds, without channels whose money would stay below the least ticket."""
        for _round in range(4):
            found = attempt(leaves)
            if found is None:
                return None
            short: set[str] = set()
            for x in leaves:
                ticket = self.channel(x).ticket
                mine = sum(a for key, a in found.items() if self._parent[key[0] if isinstance(key, tuple) else key] == self._parent[x])
                if ticket is not None and ticket.at_least is not None and 0 < mine * UNIT < ticket.at_least:
                    short.add(x)
            if not short:
                return found
            leaves = [x for x in leaves if x not in short]
        return None

    def _fill(
        self,
        shares: Sequence[Share],
        usable: list[str],
        amount: int,
        cost: int,
        room: Sequence[Bound],
        turn: int,
        left: Sequence[Bound] = (),
    ) -> dict[str, int] | None:
        bounds: list[Bound] = [(s, -int(-lo * amount // 1), int(hi * amount)) for s, lo, hi in shares]
        bounds += [(s, 0, high * amount // max(1, cost)) for s, _low, high in room]
        for x in usable:
            ticket = self.channel(x).ticket
            if ticket is not None and ticket.at_most is not None:
                bounds.append((frozenset(self.channel(x).sub or [x]), 0, ticket.at_most // UNIT * amount // max(1, cost)))
        bounds += left
        for order in self._orders(usable, turn):
            found = _fill(amount, order, bounds)
            if found is not None:
                return found
        return None

    def _orders(self, usable: list[str], turn: int) -> Iterable[list[str]]:
        own = [x for x in usable if self.channel(x).counts_as != "debt"]
        debt = [x for x in usable if self.channel(x).counts_as == "debt"]
        own = own[turn % len(own) :] + own[: turn % len(own)] if own else own
        debt = debt[turn % len(debt) :] + debt[: turn % len(debt)] if debt else debt
        return (debt + own, own + debt, usable, usable[::-1])


def _fill(amount: int, order: Sequence[str], bounds: Sequence[Bound]) -> dict[str, int] | None:
    used = dict.fromkeys(order, 0)
    held = [0] * len(bounds)
    inside = {leaf: [b for b, (leaves, _low, _high) in enumerate(bounds) if leaf in leaves] for leaf in order}
    left = amount

    def put(leaf: str, want: int) -> None:
        nonlocal left
        give = min(want, left)
        for b in inside[leaf]:
            give = min(give, bounds[b][2] - held[b])
        if give > 0:
            used[leaf] += give
            left -= give
            for b in inside[leaf]:
                held[b] += give

    for b, (leaves, low, _high) in enumerate(bounds):
        for leaf in order:
            if held[b] >= low:
                break
            if leaf in leaves:
                put(leaf, low - held[b])
    for part in (amount * 6 // 10, amount):  # first spread, then fill up
        for leaf in order:
            put(leaf, part - used[leaf] if part < amount else left)
    if left or any(not low <= h <= high for h, (_leaves, low, high) in zip(held, bounds, strict=True)):
        return None
    return {x: a for x, a in used.items() if a}
