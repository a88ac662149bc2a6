"""Secured money must be used, and no more is given than was asked for, where the policy says so."""

from collections.abc import Iterator

from .case import Case
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """For each new start and each channel for which it gave a figure."""
    for pick in case.new:
        p = pick.project
        for c, yuan in p.secured.items() if case.funding.secured_as == "at_least" else ():
            least = min(yuan, sum(pick.spending.values()))
            yield Row("funding.secured_as", pick.paid(case.reading.leaves((c,))), at_least=least, project=p.id, channel=c)
        for c, yuan in p.ask.items() if case.funding.ask_as == "at_most" else ():
            yield Row("funding.ask_as", pick.paid(case.reading.leaves((c,))), at_most=yuan, project=p.id, channel=c)
