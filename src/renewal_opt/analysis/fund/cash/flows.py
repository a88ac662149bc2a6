"""Accounts to series by year: one project, several, or the whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

import numpy_financial as npf

from ....domain.fund_cash import ChannelCash, Flow, RevenueCash, Standing, Worth
from ..channels import Channels
from ..revenue import CLASSES
from ..schedule import Debt
from .books import Book

Years = Sequence[int]


def years_of(books: Sequence[Book], first: int) -> tuple[int, ...]:
    """Return the plan year and all years up to the last spending or repayment."""
    last = max([first, *(b.built for b in books), *(max(d.principal, default=first) for b in books for ds in b.debts.values() for d in ds)])
    return tuple(range(first, last + 1))


def total(books: Iterable[Book], years: Years, part: Callable[[Book], Mapping[int, int]]) -> tuple[int, ...]:
    """Return a sum over accounts by year."""
    out: Counter[int] = Counter()
    for book in books:
        out.update(part(book))
    return tuple(out[y] for y in years)


def _by_year(amounts: Iterable[tuple[int, int]]) -> Counter[int]:
    out: Counter[int] = Counter()
    for year, yuan in amounts:
        out[year] += yuan
    return out


def flow_of(books: Sequence[Book], channels: Channels, years: Years) -> Flow:
    """Return the money by year of some accounts."""
    outlay = total(books, years, lambda b: _by_year((y, v) for (_c, y), v in b.money.items()))
    drawn = total(books, years, lambda b: _by_year((y, v) for (c, y), v in b.money.items() if c in channels.debt))
    building = total(books, years, lambda b: _by_year(item for found in b.building.values() for item in found.items()))
    fees = total(books, years, lambda b: _by_year((d.year, d.fee) for d in b.debts["declared"] if d.year >= channels.year))
    interest = total(books, years, lambda b: b.due("interest"))
    principal = total(books, years, lambda b: b.due("principal"))
    inside = total(books, years, lambda b: b.in_investment)
    revenue = total(books, years, lambda b: _by_year((y, v) for (_k, y), v in b.revenue.items()))
    help_in, help_out = total(books, years, lambda b: b.help_in), total(books, years, lambda b: b.help_out)
    net = tuple(r + n - i - p - f for r, n, i, p, f in zip(revenue, inside, interest, principal, fees, strict=True))
    helped = [n + i - o for n, i, o in zip(net, help_in, help_out, strict=True)]
    return Flow(
        outlay=outlay, drawn=drawn, building_interest=building, fees=fees, interest=interest, principal=principal, in_investment=inside, revenue=revenue,
        help_in=help_in, help_out=help_out, net=net, cumulative=tuple(accumulate(net)), cumulative_helped=tuple(accumulate(helped)),
    )  # fmt: skip


def standing_of(running: Sequence[int], years: Years) -> Standing:
    """Return the first year below 0, the lowest point and the end of a running total."""
    lowest = min(range(len(years)), key=lambda k: running[k])
    first = next((y for y, v in zip(years, running, strict=True) if v < 0), None)
    return Standing(first_negative=first, lowest=running[lowest], lowest_year=years[lowest], end=running[-1])


def channels_of(books: Sequence[Book], channels: Channels, years: Years) -> tuple[ChannelCash, ...]:
    """Return what each channel brings and asks by year; a channel whose money in place has no sub-channel stands by itself."""
    held = {c for b in books for c in b.in_place}
    out = []
    for name in dict.fromkeys([*channels.funding.leaves(), *(c for c in channels.funding.channels if c in held)]):
        parent = channels.funding.channels[channels.parent(name)]
        label = parent.sub[name].label if name in parent.sub else parent.label
        mine = [d for b in books for d in b.debts["declared"] if d.channel == name]
        one = ChannelCash(
            channel=name, label=label, counts_as=parent.counts_as, side=parent.side, in_place=sum(b.in_place.get(name, 0) for b in books),
            money=total(books, years, lambda b, name=name: _by_year((y, v) for (c, y), v in b.money.items() if c == name)),  # type: ignore[misc]
            building_interest=total(books, years, lambda b, name=name: b.building.get(name, {})),  # type: ignore[misc]
            fees=_series(((d.year, d.fee) for d in mine), years), interest=_parts(mine, "interest", years), principal=_parts(mine, "principal", years),
        )  # fmt: skip
        if one.in_place or any(one.money):
            out.append(one)
    return tuple(out)


def _series(amounts: Iterable[tuple[int, int]], years: Years) -> tuple[int, ...]:
    found = _by_year(amounts)
    return tuple(found[y] for y in years)


def _parts(debts: Sequence[Debt], part: str, years: Years) -> tuple[int, ...]:
    return _series((item for d in debts for item in getattr(d, part).items()), years)


def revenue_by_class(books: Sequence[Book], years: Years) -> tuple[RevenueCash, ...]:
    """Return pledged net revenue by class and year."""
    out = []
    for key, label in CLASSES.items():
        series = total(books, years, lambda b, key=key: _by_year((y, v) for (k, y), v in b.revenue.items() if k == key))  # type: ignore[misc]
        if any(series):
            out.append(RevenueCash(revenue_class=key, label=label, yuan=series))
    return tuple(out)


def worth_of(books: Sequence[Book], flow: Flow, years: Years, discount: Fraction | None) -> Worth:
    """Return present values and the internal rate, by numpy-financial (its `npv` takes the first value as undiscounted).

    Present values are those of the years shown: revenue less debt service is cash, as in the table. The internal rate is that of all
    revenue of the new starts, to the last year of the sheet, against their outlay: of carry-overs, what was spent is sunk and its
    years are not known.

    Parameters
    ----------
    books : sequence of Book
    flow : Flow
        That of the accounts.
    years : sequence of int
    discount : Fraction or None
        Yearly rate; None for no present values.
    """
    new = [b for b in books if b.chosen.part == "new_start"]
    earned = [(y, v) for b in new for (_k, y), v in b.revenue.items() if y >= years[0]]
    spent = [(y, v) for b in new for (_leaf, y), v in b.money.items()]
    every = range(years[0], max([years[-1], *(y for y, _v in earned)]) + 1)
    before = [float(r - o) for r, o in zip(_series(earned, every), _series(spent, every), strict=True)]
    rate = float(npf.irr(before)) if min(before) < 0 < max(before) else float("nan")
    irr = rate if rate == rate else None
    if discount is None:
        return Worth(revenue=None, outlay=None, debt_service=None, cash=None, irr=irr)
    service = [r - n for r, n in zip(flow.revenue, flow.net, strict=True)]
    values = [float(npf.npv(float(discount), [float(v) for v in s])) for s in (flow.revenue, flow.outlay, service, flow.net)]
    return Worth(revenue=values[0], outlay=values[1], debt_service=values[2], cash=values[3], irr=irr)
