"""Ceilings on principal and interest by calendar year that the plan's debt causes."""

from collections.abc import Iterator
from fractions import Fraction

from ..domain.funding import Channel
from .case import Case
from .reading import amount, dated
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """What falls due in a year, from all money drawn before, is at most the year's amount."""
    channels, parent = case.funding.channels, case.reading.parent
    for i, rule in case.funding.debt_service.items():
        debt = case.reading.leaves(rule.channels, rule.side, "debt") if rule.active else frozenset()
        due = {leaf: repaid(channels[parent[leaf]], case.t0) for leaf in debt}
        longest = max((max(pays) for pays in due.values()), default=0)
        for y in range(case.t0 + 1, case.years[-1] + longest + 1) if debt else ():
            if (most := amount(rule.amount, y)) is not None:
                value = sum((case.flow.get((d, t), 0) * due[d].get(y - t, 0) for d in debt for t in case.years), Fraction(0))
                yield Row(f"funding.debt_service.{i}", value, at_most=most, year=y, use="must" if value else "may")


def repaid(channel: Channel, year: int) -> dict[int, Fraction]:
    """Return what falls due on one 元 drawn, by years after the drawing (1 to the term), at the rate of `year`.

    Raises
    ------
    LookupError
        The channel has no rate in that year.
    """
    rate, n = dated(channel.rate, year), channel.term or 0
    if rate is None:
        raise LookupError(f"no rate for {year}")
    if channel.repayment == "annuity":
        return dict.fromkeys(range(1, n + 1), rate / (1 - (1 + rate) ** -n) if rate else Fraction(1, n))
    if channel.repayment == "equal_principal":
        return {k: Fraction(1, n) + rate * (1 - Fraction(k - 1, n)) for k in range(1, n + 1)}
    if channel.repayment == "bullet":
        return {n: 1 + n * rate}
    return {k: rate + (k == n) for k in range(1, n + 1)}
