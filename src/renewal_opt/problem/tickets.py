"""Ticket sizes of channels by project, in whole 元 (inwards by nature: the policy's own amounts)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .core import Problem


@dataclass(frozen=True, slots=True)
class TicketBound:
    """Bounds on one channel's money in one project: 0, or from `least` to `most` (元; None: no bound)."""

    project: int
    channel: str
    entries: list[int]
    least: int | None
    most: int | None


def ticket_bounds(problem: Problem) -> list[TicketBound]:
    """Return the ticket bounds of every project that may use a channel with a ticket size."""
    out: list[TicketBound] = []
    entries = problem.entries
    for key, channel in problem.policy.funding.channels.items():
        ticket = channel.ticket
        if ticket is None or (not ticket.at_least and ticket.at_most is None):
            continue
        chosen = np.flatnonzero(problem.leaf_mask((key,))[entries.leaf])
        keys = {key, *channel.sub}
        by_project: dict[int, list[int]] = {}
        for e in chosen.tolist():
            by_project.setdefault(int(entries.project[e]), []).append(e)
        for i, own in by_project.items():
            project = problem.projects[i]
            placed = sum(v for c, v in project.in_place.items() if c in keys) if problem.carry[i] else 0
            least = ticket.at_least if ticket.at_least and placed <= 0 else None
            most = None if ticket.at_most is None else max(0, ticket.at_most - placed)
            if least is not None or most is not None:
                out.append(TicketBound(i, key, own, least, most))
    return out
