"""The plan's list of how far rows are used, against the rows as recomputed: none missing, none unknown, all equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..domain import Plan
from ..domain.plan import RowUse
from .rows import Row, Same, exact, name


def compare(plan: Plan, rows: Iterable[tuple[str, Row]]) -> Iterator[Same]:
    """Yield one comparison a number of plan.use with the row of the same name; `rows` are (family, row)."""
    own: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    listed: dict[str, list[RowUse]] = defaultdict(list)
    for family, row in rows:
        own[name(family, row)].append((family, row))
    for use in plan.use:
        listed[use.row].append(use)
    for key in dict.fromkeys([*own, *listed]):
        musts = [(f, row) for f, row in own[key] if row.use == "must" or listed[key]]
        kind = "unknown" if not musts else "missing" if not listed[key] else "unequal"
        yield Same(musts[0][1].rule if musts else "use", len(listed[key]), len(musts), at=key, kind=kind)
        for use, (family, row) in zip(listed[key], musts, strict=False):
            yield Same(row.rule, (use.family, use.rule, use.unit), (family, row.rule, row.unit), at=key)
            for field, text, value in (("value", use.value, row.shown), ("at_least", use.at_least, row.at_least), ("at_most", use.at_most, row.at_most)):
                yield exact(row.rule, text, value, at=f"{key}.{field}")
