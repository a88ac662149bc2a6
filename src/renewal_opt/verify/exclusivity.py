"""Of projects that exclude each other at most one is chosen; none starts beside a carry-over."""

from collections import defaultdict
from collections.abc import Iterator

from .case import Case
from .rows import Row


def groups(case: Case, kind: str) -> dict[str, list[str]]:
    """Return the groups of a kind of relation: named ones, and each pair; ids once, in the order of the sheet."""
    out: dict[str, dict[str, None]] = defaultdict(dict)
    for k, x in enumerate(case.library.relations):
        if x.kind == kind:
            ids = (x.project, x.other) if x.other else (x.project,)
            out[f"group {x.group}" if x.group else f"pair {k + 1}"].update(dict.fromkeys(ids))
    return {g: list(ids) for g, ids in out.items()}


def check(case: Case) -> Iterator[Row]:
    """The number chosen of a group is at most 1, or its number of carry-overs."""
    for g, ids in groups(case, "exclusive").items():
        chosen = [i for i in ids if i in case.by_id]
        carried = sum(i in case.projects and case.projects[i].part == "carry_over" for i in ids)
        started = [i for i in chosen if not case.by_id[i].carry]
        yield Row("exclusive", len(chosen), at_most=max(1, carried), project=started[-1] if started else "", at=g)
