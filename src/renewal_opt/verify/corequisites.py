"""Projects that belong together start all or none; members that are carry-overs are left out."""

from collections.abc import Iterator

from .case import Case
from .exclusivity import groups
from .rows import Row


def check(case: Case) -> Iterator[Row]:
    """The number chosen of a group is 0 or all; a member that may not start counts as not chosen."""
    for g, ids in groups(case, "corequisite").items():
        members = [i for i in ids if i not in case.projects or case.projects[i].part != "carry_over"]
        lacking = [i for i in members if i not in case.by_id]
        chosen = len(members) - len(lacking)
        yield Row("corequisite", chosen, at_least=len(members) if chosen else 0, project=lacking[0] if lacking else "", at=g)
