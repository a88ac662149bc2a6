"""Each project's money equals its spending in every year, is positive, and comes from channels open to it."""

from collections import Counter
from collections.abc import Iterator

from .case import Case, Pick
from .reading import blank
from .rows import Row, Same


def check(case: Case) -> Iterator[Row | Same]:
    """Money by year equals spending; each amount is above 0, stated once, of an eligible leaf, after its delay."""
    for pick in case.picks:
        i, paid = pick.project.id, Counter[int]()
        for _leaf, t, yuan in pick.money:
            paid[t] += yuan
        for t in sorted({*pick.spending, *paid}):
            spent = pick.spending.get(t, 0)
            yield Row("spending", paid[t], spent, spent, project=i, year=t)
        times = Counter((leaf, t) for leaf, t, _yuan in pick.money)
        for leaf, t, yuan in pick.money:
            yield Row("money", yuan, at_least=1, project=i, channel=leaf, year=t)
            yield Same("money", times[leaf, t], 1, i, leaf, t)
            if leaf not in case.reading.parent:
                yield Same("funding.channels", leaf, "a channel to which money is given", i, leaf, t, kind="unknown")
                continue
            rule = f"funding.channels.{case.reading.parent[leaf]}"
            yield Same(f"{rule}.eligible", case.reading.eligible(leaf, pick.project), True, i, leaf, t)
            yield from _delay(case, pick, leaf, t, rule)


def _delay(case: Case, pick: Pick, leaf: str, t: int, rule: str) -> Iterator[Row | Same]:
    channel = case.reading.parent[leaf]
    delay = case.funding.channels[channel].delay
    if delay is None or case.reading.in_place(pick.project, case.reading.leaves((channel,))) > 0:
        return
    value = case.reading.fact(pick.project, delay.column)
    wait = delay.blank if blank(value) else delay.years.get(str(value))
    if wait is None:
        yield Same(f"{rule}.delay", value, "a value that opens the channel", pick.project.id, leaf, t)
    else:
        yield Row(f"{rule}.delay", t, at_least=case.t0 + wait, project=pick.project.id, channel=leaf, year=t)
