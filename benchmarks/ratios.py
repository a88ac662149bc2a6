"""What the measurements of `peers` say: seconds that count, ratios, the never-slower rule, agreement, slopes.

A measurement is a dict with `family`, `projects`, `seed`, `peer`, `gap`, `repeat`, `limit` (seconds), `seconds`,
`proven`, `objective`, `bound` (in the plan's unit, None where there is none) and `error` (text or None).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from .common import geometric, slope

Row = dict[str, Any]
#: family, projects, seed, gap
Key = tuple[str, int, int, float]

OURS, PLAIN = "ours", "pyomo_highs"
#: from here on plain HiGHS is compared by ratio, below by seconds
LONG = 0.5
#: so many seconds more than plain HiGHS need no second look below `LONG`
MORE = 0.15
#: relative room for solvers' tolerances when bounds and objectives are compared
ROOM = 2e-6


def key(row: Row) -> Key:
    """Return the instance and gap of a measurement."""
    return row["family"], row["projects"], row["seed"], row["gap"]


def counted(row: Row) -> float:
    """Return the seconds that count: those measured for a proven answer, the limit for all else."""
    return float(row["seconds"]) if row["proven"] else float(row["limit"])


def seconds(rows: Iterable[Row]) -> dict[tuple[Key, str], float]:
    """Return the seconds that count by instance and peer, the median where a measurement was repeated."""
    found: dict[tuple[Key, str], list[float]] = defaultdict(list)
    for row in rows:
        found[key(row), row["peer"]].append(counted(row))
    return {k: median(v) for k, v in found.items()}


def doubtful(ours: float, plain: float) -> bool:
    """Return whether one measurement says slower than plain HiGHS, so that the median of three decides."""
    return ours > plain if plain >= LONG else ours - plain > MORE


def ratios(rows: Sequence[Row], gap: float, peer: str) -> dict[str, dict[str, float]]:
    """Return the geometric mean over seeds of peer's over our seconds, by family and number of projects."""
    at = seconds(rows)
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for (instance, name), value in sorted(at.items()):
        if name == peer and instance[3] == gap and (instance, OURS) in at:
            found[instance[0], instance[1]].append(value / at[instance, OURS])
    out: dict[str, dict[str, float]] = {}
    for (family, projects), values in sorted(found.items()):
        out.setdefault(family, {})[str(projects)] = round(geometric(values), 3)
    return out


def worst(rows: Sequence[Row], gaps: Iterable[float]) -> tuple[float | None, float | None]:
    """Return the smallest ratio where plain HiGHS needs `LONG` or more, and the most seconds we need more elsewhere."""
    at, wanted = seconds(rows), set(gaps)
    pairs = [(value, at[i, OURS]) for (i, name), value in at.items() if name == PLAIN and (i, OURS) in at and i[3] in wanted]
    long = [plain / ours for plain, ours in pairs if plain >= LONG]
    short = [ours - plain for plain, ours in pairs if plain < LONG]
    return (round(min(long), 3) if long else None), (round(max(short), 3) if short else None)


def disagreements(rows: Sequence[Row]) -> list[str]:
    """Return what is contradictory: an objective above a bound that was proven for the same instance.

    Every feasible plan is below every proven bound, whatever the gap asked for; where all hold, the intervals from
    objective to bound of all ways that prove intersect. Solvers hold rows within 1e-6, so `ROOM` is allowed.
    """
    groups: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["family"], row["projects"], row["seed"]].append(row)
    out: list[str] = []
    for name, group in sorted(groups.items()):
        for row in group:
            if row["proven"] and (row["objective"] is None or row["bound"] is None):
                out.append(f"{name}: {row['peer']} says proven and gives no objective or no bound")
        best = max((r for r in group if r["objective"] is not None), key=lambda r: r["objective"], default=None)
        low = min((r for r in group if r["bound"] is not None), key=lambda r: r["bound"], default=None)
        if best is None or low is None:
            continue
        if best["objective"] > low["bound"] + ROOM * abs(best["objective"]):
            out.append(
                f"{name}: {best['peer']} has a plan of {best['objective']:.6f}, {low['peer']} a bound of {low['bound']:.6f}"
            )
    return out


def slopes(rows: Sequence[Row], gap: float) -> dict[str, dict[str, float | None]]:
    """Return the slope of log seconds over log projects by family, for ours and plain HiGHS; capped times make it a floor."""
    out: dict[str, dict[str, float | None]] = {}
    for family in sorted({r["family"] for r in rows}):
        for name in (OURS, PLAIN):
            curve = means(rows, gap, family, name)
            found = slope(list(curve), list(curve.values()))
            out.setdefault(family, {})[name] = None if found is None else round(found, 3)
    return out


def means(rows: Sequence[Row], gap: float, family: str, peer: str) -> dict[int, float]:
    """Return the geometric mean of the seconds that count by number of projects."""
    found: dict[int, list[float]] = defaultdict(list)
    for (instance, name), value in seconds(rows).items():
        if (instance[0], instance[3], name) == (family, gap, peer):
            found[instance[1]].append(value)
    return {n: geometric(v) for n, v in sorted(found.items())}


def at_limit(rows: Sequence[Row], gap: float, family: str, projects: int, peer: str) -> int:
    """Return in how many instances a peer did not prove its answer, by its first measurement."""
    return sum(
        not r["proven"] for r in rows
        if (r["family"], r["projects"], r["peer"], r["gap"], r["repeat"]) == (family, projects, peer, gap, 0)
    )  # fmt: skip
