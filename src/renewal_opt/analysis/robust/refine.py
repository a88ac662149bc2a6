"""Which borderline projects' information is worth refining next.

The measure: how many nondominated portfolios are left when the project's scores (and cost) are known to be the middle of their
intervals. The set for less information holds the set for more (Liesiö et al. 2007, theorem 2), and what dominates a listed
portfolio then is listed or dominated by a listed one, so counting in the complete list is exact. Fewest left first. Projects
without an interval, and all where the list is not complete, follow by their spread: the largest less the smallest part that the
project has in a value, over extreme points and scores, times the smaller of the shares with and without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from .dominance import dominates
from .measures import Table
from .space import Pick


@dataclass(frozen=True)
class Worth:
    """What refining one item would bring."""

    item: int
    left: int | None
    spread: int


def worth_refining(table: Table, known: list[Pick], borderline: list[int], *, complete: bool) -> list[Worth]:
    """Return the borderline items, the most worth refining first."""
    rows = table.values
    out: list[tuple[tuple[float, Fraction], Worth]] = []
    for item in borderline:
        spread = int(table.high[rows, item].max() - table.low[rows, item].min()) if len(rows) else 0
        wide = bool((table.high[:, item] > table.low[:, item]).any())
        left = len(left_over(table, known, item)) if complete and wide else None
        held = Fraction(sum(bool(p.bits[item]) for p in known), max(1, len(known)))
        out.append(((float("inf") if left is None else float(left), -spread * min(held, 1 - held)), Worth(item, left, spread)))
    return [w for _key, w in sorted(out, key=lambda o: (o[0], o[1].item))]


def left_over(table: Table, known: list[Pick], item: int) -> list[int]:
    """Return which listed portfolios stay nondominated when an item's parts are the middle of their intervals (in half steps)."""
    low, high = 2 * table.low, 2 * table.high
    low[:, item] = high[:, item] = table.low[:, item] + table.high[:, item]
    known_better = replace(table, low=low, high=high)
    return [n for n, b in enumerate(known) if not any(dominates(known_better, a.bits, b.bits) for a in known if a is not b)]
