"""Rows that a single portfolio breaks, in whole numbers: what floats take for a point by a hair."""

from __future__ import annotations

from collections.abc import Iterator

from .bound import Multipliers
from .system import Ints, System


def broken_rows(system: System, x: Ints) -> Iterator[Multipliers]:
    """Yield the multiplier (1 or -1) of each row that a portfolio breaks whatever its money is.

    A row without money is its own sum. In a row with money each project and year brings at least its spending at the
    smallest coefficient that one of its entries has in the row, and at most that at the largest; entries that the row
    does not hold count as 0.

    Parameters
    ----------
    system : System
    x : array, one value a plain column
        0 or 1.
    """
    sums = [0] * len(system.names)
    for r, j, v in zip(system.plain.row.tolist(), system.plain.index.tolist(), system.plain.value.tolist(), strict=True):
        sums[r] += v * int(x[j])
    first = system.entry_first.tolist()
    need = [0] * (len(first) - 1)
    for k, pair, yuan in zip(system.spend.start.tolist(), system.spend.pair.tolist(), system.spend.amount.tolist(), strict=True):
        need[pair] += yuan * int(x[k])
    pair_of = [p for p in range(len(need)) for _entry in range(first[p], first[p + 1])]
    for r, (lo, hi) in enumerate(zip(system.lo, system.hi, strict=True)):
        entries, coefs = system.money.of(r)
        held: dict[int, list[int]] = {}
        for e, c in zip(entries.tolist(), coefs.tolist(), strict=True):
            held.setdefault(pair_of[e], []).append(c)
        least = most = sums[r]
        for p, values in held.items():
            if len(values) < first[p + 1] - first[p]:
                values.append(0)
            least += need[p] * min(values)
            most += need[p] * max(values)
        if hi is not None and least > hi:
            yield Multipliers((r,), (1,), 1)
        if lo is not None and most < lo:
            yield Multipliers((r,), (-1,), 1)
