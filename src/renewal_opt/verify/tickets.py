"""Size of one use of a channel by one project, over all years."""

from collections.abc import Iterator

from .case import Case
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """Nothing, or at least the least ticket (not where money is in place already), and at most the largest with that."""
    for i, channel in case.funding.channels.items():
        if channel.ticket:
            leaves, least, most = case.reading.leaves((i,)), channel.ticket.at_least, channel.ticket.at_most
            for pick in case.picks:
                value, there = pick.paid(leaves), case.reading.in_place(pick.project, leaves)
                low = None if there or not value else least
                high = None if most is None else max(0, most - there)
                yield Row(f"funding.channels.{i}.ticket", value, low, high, project=pick.project.id, channel=i)
