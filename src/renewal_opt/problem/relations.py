"""Groups of the sheet 关系: pairs and named groups of exclusive or co-requisite projects."""

from __future__ import annotations

from ..domain import Library


def groups(library: Library, kind: str) -> dict[str, list[str]]:
    """Return group name to member ids, in the order of the sheet; a pair is a group of its own.

    Parameters
    ----------
    library : Library
    kind : {"exclusive", "corequisite"}
    """
    out: dict[str, list[str]] = {}
    for number, relation in enumerate(library.relations):
        if relation.kind != kind:
            continue
        name = relation.group if relation.group is not None else f"{relation.project}~{relation.other}~{number}"
        members = out.setdefault(name, [])
        for member in (relation.project, relation.other):
            if member is not None and member not in members:
                members.append(member)
    return out
