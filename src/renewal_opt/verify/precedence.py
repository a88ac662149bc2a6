"""A project starts no earlier than `lag` years after the one that must come first."""

from collections.abc import Iterator

from .case import Case
from .rows import Row, Same


def check(case: Case) -> Iterator[Row | Same]:
    """The first is in the plan, and started early enough; a carry-over that comes second asks for nothing."""
    for relation in case.library.relations:
        second = case.by_id.get(relation.other or "") if relation.kind == "precedence" else None
        if second is None or second.carry or second.start is None:
            continue
        first = case.by_id.get(relation.project)
        if first is None:
            yield Same("precedence", "not chosen", "chosen", second.project.id, at=f"{relation.project},{second.project.id}")
            continue
        began = first.project.start_year if first.carry else first.start
        if began is not None:
            at, i = f"{relation.project},{second.project.id}", second.project.id
            yield Row("precedence", second.start, at_least=began + relation.lag, project=i, year=second.start, at=at)
