"""Caps of channels and sub-channels by year; with carry_surplus, of all years up to each."""

from collections.abc import Iterator

from ..domain.funding import CapByYear
from .case import Case
from .reading import amount
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Money of each channel, and of each sub-channel, is at most its cap."""
    for i, channel in case.funding.channels.items():
        yield from _rows(case, f"funding.channels.{i}", i, channel.cap, channel.carry_surplus)
        for s, sub in channel.sub.items():
            yield from _rows(case, f"funding.channels.{i}.sub.{s}", s, sub.cap, channel.carry_surplus)


def _rows(case: Case, rule: str, i: str, cap: CapByYear, carry: bool) -> Iterator[Row]:
    for t in case.years:
        years = range(case.t0, t + 1) if carry else (t,)
        caps = [amount(cap, y) for y in years]
        if None not in caps:
            most = sum(c for c in caps if c is not None)
            yield Row(rule, case.used(case.reading.leaves((i,)), years), at_most=most, channel=i, year=t, at=str(t), use="must")
