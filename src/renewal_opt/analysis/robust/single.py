"""Projects one by one: does a nondominated portfolio with the project exist, does one without it exist.

A portfolio that a known one dominates is none, so when no undominated portfolio with (without) the project is left, none exists:
the project is exterior (core), whatever the rest of the set looks like. A portfolio that is left is raised to a nondominated one
above it; if that holds the project (does not), it is the witness, else it is one more known portfolio and the question goes on.
Both answers are proofs; what time leaves open is undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .dominance import Search

State = Literal["core", "borderline", "exterior", "undecided"]
#: how many portfolios may be raised for one question
_TURNS = 40


@dataclass(frozen=True)
class Decided:
    """What is proven of one item."""

    state: State
    why: Literal["single", "witness", "open"]


def exists(search: Search, item: int, held: bool) -> bool | None:
    """Return whether a nondominated portfolio with the item (without it) exists, None when that stays open."""
    for _turn in range(_TURNS):
        if any(bool(p.bits[item]) is held for p in search.known):
            return True
        if search.over:
            return None
        found = search.next_one(fixed=(item, held))
        if found.status == "none":
            return False if search.space.aside == 0 else None
        if found.pick is None or search.take(found.pick) is None:
            return None
    return None


def decide(search: Search, item: int) -> Decided:
    """Return what is proven of one item."""
    inside, outside = exists(search, item, True), exists(search, item, False)
    if inside and outside:
        return Decided("borderline", "witness")
    if outside is False and inside:
        return Decided("core", "single")
    if inside is False:
        return Decided("exterior", "single")
    return Decided("undecided", "open")
