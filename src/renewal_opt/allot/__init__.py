"""Whole money for a chosen portfolio.

Two steps. A linear programme (with binaries for ticket sizes) in the solver's units says how the channels
share the load. Its amounts are rounded to whole 元, and a second, small integer programme moves a few 元
between channels until every row holds exactly in integers (design.md 4, "Whole money"). Where the rows of
one year are laminar the first answer is an integral flow up to rounding, so the second step only repairs
rounding; elsewhere it is the small MILP that the design asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from ..errors import SolverError
from ..i18n import _
from ..model.rows import Row
from ..problem import Problem
from ..solver import HighsSession, SolveOptions, Status
from .integer import integer_amounts
from .lp import ArrayModel
from .system import MoneyRow, MoneySystem, money_system

__all__ = ["Allotment", "Level", "allot", "blocking", "rounded"]

#: how far the integer step may move an amount, in steps of the grid
_REACH = 8
#: with more groups than this to move money in, steps of 100 元 are tried once
_MANY = 400
#: 元 at the dearest cost that an allotment of least cost may lose by rounding
COST_ROOM = 1000


@dataclass(frozen=True)
class Allotment:
    """The answer of `allot`.

    Attributes
    ----------
    money : list of int or None
        Amount of every money entry of the problem, 元; None when the portfolio cannot be funded.
    blocked : tuple of MoneyRow
        Rows that stand in the way, when it cannot.
    proven : bool
        Whether "cannot be funded" is proven; False when no answer was found in time.
    """

    money: list[int] | None
    blocked: tuple[MoneyRow, ...] = ()
    proven: bool = True


@dataclass(frozen=True)
class Level:
    """A bound on a weighted sum of the money: ``lo <= sum coef money <= hi``, 元.

    Attributes
    ----------
    name : str
    coefs : dict of int to Fraction
        By money entry.
    lo, hi : int, Fraction or None
    """

    name: str
    coefs: dict[int, Fraction]
    lo: Fraction | int | None = None
    hi: Fraction | int | None = None


def allot(
    problem: Problem, chosen: Sequence[bool], plan_rows: Sequence[Row], options: SolveOptions, *, whole: bool = True,
    cost: Mapping[int, float] | None = None, levels: Sequence[Level] = (), room: int = COST_ROOM,
) -> Allotment:  # fmt: skip
    """Allot whole money to a portfolio.

    Parameters
    ----------
    problem : Problem
        The tables.
    chosen : sequence of bool, length number of starts
        Starts in the plan, carry-overs included.
    plan_rows : sequence of Row
        Exact plan-wide rows.
    options : SolveOptions
        Threads, seed and time for the two solves.
    whole : bool
        Whether amounts in whole 元 are wanted; without, the linear programme's amounts are rounded and only tell that
        the portfolio can be funded.
    cost : mapping of money entry to float, optional
        What one unit of money costs there: the allotment of least cost is sought, in place of the one that follows wishes;
        rounding to whole 元 may add what `room` cost at most.
    levels : sequence of Level
        Further bounds on the money.
    room : int
        元 at the dearest cost, at least 1.

    Raises
    ------
    SolverError
        When the solver gives no answer in time.
    """
    system = money_system(problem, chosen, plan_rows)
    position = {e: i for i, e in enumerate(system.entries.tolist())} if cost is not None or levels else {}
    for level in levels:
        kept = [(position[e], c) for e, c in level.coefs.items() if e in position]
        system.rows.append(MoneyRow(f"level:{level.name}", [i for i, _c in kept], [c for _i, c in kept], level.lo, level.hi, "level", level.name))
    if system.unpayable:
        rows = [MoneyRow(f"balance:[{p},{year}]", [], None, None, None, "balance", "", p, year) for p, year in system.unpayable]
        return Allotment(None, tuple(rows))
    weights = _preference(problem, system) if cost is None else [cost.get(e, 0.0) for e in system.entries.tolist()]
    real = _real_amounts(problem, system, options, weights)
    if real is None:
        return Allotment(None, blocking(problem, system, options))
    amounts, pinned = real
    if cost is not None:  # whole money may cost a little more than the programme's, not more
        dearest = room * max(map(abs, weights), default=0.0)
        least = sum(w * a for w, a in zip(weights, amounts, strict=True))
        used = [(i, Fraction(w)) for i, w in enumerate(weights) if w]
        system.rows.append(MoneyRow("level:cost", [i for i, _w in used], [w for _i, w in used], None, Fraction(least + dearest), "level", "cost"))
    if not whole:
        return Allotment([round(a) for a in amounts])
    settled, proven = _whole(system, amounts, pinned, options)
    if settled is None:
        near = rounded(system, amounts)
        return Allotment(None, tuple(r for r in system.rows if not r.holds(near)), proven)
    money = [0] * len(problem.entries)
    for e, value in zip(system.entries.tolist(), settled, strict=True):
        money[e] = value
    return Allotment(money)


def _preference(problem: Problem, system: MoneySystem) -> list[float]:
    """Costs that lead the money to the channels that a project asked for, has secured or, running, has money of."""
    funding = problem.policy.funding
    parents = [funding.parent(leaf) for leaf in problem.leaves]
    owner, leaf = problem.entries.project.tolist(), problem.entries.leaf.tolist()
    out: list[float] = []
    for e in system.entries.tolist():
        project = problem.projects[owner[e]]
        placed = project.in_place if project.part == "carry_over" else {}
        if not (project.ask or project.secured or placed):
            out.append(1.0)
            continue
        names = (problem.leaves[leaf[e]], parents[leaf[e]])
        wanted = any(d.get(n, 0) > 0 for d in (project.ask, project.secured, placed) for n in names)
        out.append(0.0 if wanted else 1.0)
    return out


def _real_amounts(problem: Problem, system: MoneySystem, options: SolveOptions, weights: Sequence[float]) -> tuple[list[float], list[tuple[list[int], int | None, int | None]]] | None:
    """Solve in the solver's units; return amounts in 元 and the ticket rows as decided, or None if impossible."""
    unit = float(problem.money_unit)
    model = ArrayModel()
    for cost, upper in zip(weights, system.upper, strict=True):
        model.column(cost, 0.0, upper / unit)
    for members, amount in zip(system.group, system.amount, strict=True):
        model.row(members, [1.0] * len(members), amount / unit, amount / unit)
    for row in system.rows:
        coefs = [1.0] * len(row.positions) if row.coefs is None else [float(c) for c in row.coefs]
        model.row(row.positions, coefs, _over(row.lo, unit), _over(row.hi, unit))
    binaries: list[int | None] = []
    for bound, positions in system.tickets:
        room = sum(system.upper[p] for p in positions)
        most = room if bound.most is None else min(bound.most, room)
        ones = [1.0] * len(positions)
        if bound.least is None:
            binaries.append(None)
            model.row(positions, ones, None, most / unit)
            continue
        used = model.column(0.0, 0.0, 1.0, integer=True)
        binaries.append(used)
        model.row([*positions, used], [*ones, -bound.least / unit], 0.0, None)
        model.row([*positions, used], [*ones, -most / unit], None, 0.0)
    result = HighsSession(model.matrices()).solve(options)
    if result.status is Status.INFEASIBLE:
        return None
    if result.x is None:
        raise SolverError(_("the allotment of money ended without an answer ({status})").format(status=result.status.words()))
    x = result.x
    pinned: list[tuple[list[int], int | None, int | None]] = []
    for (bound, positions), u in zip(system.tickets, binaries, strict=True):
        if u is None or x[u] > 0.5:
            pinned.append((positions, bound.least if u is not None else None, bound.most))
        else:
            pinned.append((positions, None, 0))
    return [max(0.0, v * unit) for v in x[: len(system.upper)].tolist()], pinned


def _over(value: int | Fraction | None, unit: float) -> float | None:
    return None if value is None else float(value) / unit


def rounded(system: MoneySystem, amounts: Sequence[float], grid: int = 1) -> list[int]:
    """Round to whole multiples of `grid` 元; the largest amount of each group takes what is left over."""
    money = [round(a / grid) * grid for a in amounts]
    for members, amount in zip(system.group, system.amount, strict=True):
        for p in members:
            money[p] = min(max(money[p], 0), amount)
        rest = amount - sum(money[p] for p in members)
        while rest:
            p = max(members, key=lambda q: (money[q], -q))
            step = max(rest, -money[p])
            money[p] += step
            rest -= step
    return money


def _whole(system: MoneySystem, amounts: list[float], pinned: list[tuple[list[int], int | None, int | None]], options: SolveOptions) -> tuple[list[int] | None, bool]:
    """Return whole amounts that satisfy every row exactly (None for none), and whether the answer is proven.

    First in steps of 100 元, the last digit of a table in 万元, so that tables add up as printed; then in 元; where
    nothing lies near the real amounts, by one integer programme over all of them.
    Money is moved between channels that pay a project anyway before others are drawn in.
    """
    rows = system.rows + [MoneyRow("tickets", positions, None, lo, hi) for positions, lo, hi in pinned]
    for grid in (100, 1):
        base = rounded(system, amounts, grid)
        if all(r.holds(base) for r in rows):
            return base, True
        paying = [[p for p in members if base[p] > 0] for members in system.group]
        mixed = [members for members, own in zip(system.group, paying, strict=True) if len(own) > 1]
        attempts = [[own for own in paying if len(own) > 1], mixed]
        if len(mixed) > _MANY:  # a few with all their channels beside the others with their own: far smaller
            own = [own for own in paying if len(own) > 1]
            attempts[1:] = [] if grid > 1 else [mixed[:_MANY] + own[_MANY:], mixed]
        if grid == 1:
            attempts.append([members for members in system.group if len(members) > 1])
        for groups in attempts:
            moved = _moved(rows, groups, base, grid, options)
            if moved is not None and all(r.holds(moved) for r in rows):
                return moved, True
    return integer_amounts(system, base, options)


def _moved(rows: list[MoneyRow], groups: list[list[int]], base: list[int], grid: int, options: SolveOptions) -> list[int] | None:
    """Move a few steps of `grid` 元 inside the given groups so that the rows hold; None when that is impossible."""
    model = ArrayModel()
    column: dict[int, int] = {}
    for members in groups:
        for p in members:
            column[p] = model.column(0.0 if base[p] else 1.0, -float(min(base[p] // grid, _REACH)), float(_REACH), integer=True)
        model.row([column[p] for p in members], [1.0] * len(members), 0.0, 0.0)
    for row in rows:
        columns = [column[p] for p in row.positions if p in column]
        coefs = [1] * len(row.positions) if row.coefs is None else row.coefs
        weights = [float(c) for p, c in zip(row.positions, coefs, strict=True) if p in column]
        value = row.value(base)
        reach = sum(map(abs, weights)) * _REACH + 1.0
        low = None if row.lo is None else Fraction(row.lo - value) / grid
        high = None if row.hi is None else Fraction(row.hi - value) / grid
        lo = None if low is None else float(ceil(low) if row.coefs is None else low)
        hi = None if high is None else float(floor(high) if row.coefs is None else high)
        lo = None if lo is not None and lo < -reach else lo
        hi = None if hi is not None and hi > reach else hi
        if lo is None and hi is None:
            continue
        if not columns:
            if (lo is not None and lo > 0) or (hi is not None and hi < 0):
                return None
            continue
        model.row(columns, weights, lo, hi)
    if not column:
        return None
    result = HighsSession(model.matrices()).solve(replace(options, second_proof=False))
    if result.x is None:
        return None
    out = list(base)
    for p, c in column.items():
        out[p] += round(float(result.x[c])) * grid
    return out


def blocking(problem: Problem, system: MoneySystem, options: SolveOptions, may: Callable[[MoneyRow], bool] | None = None) -> tuple[MoneyRow, ...]:
    """Return the rows whose relaxation at least cost would fund the portfolio (elastic programme).

    Parameters
    ----------
    problem : Problem
    system : MoneySystem
        Of the portfolio.
    options : SolveOptions
    may : callable, optional
        Which rows may give way; default: all. Where that is not enough, the answer is empty.
    """
    unit = float(problem.money_unit)
    model = ArrayModel()
    for upper in system.upper:
        model.column(0.0, 0.0, upper / unit)
    for members, amount in zip(system.group, system.amount, strict=True):
        model.row(members, [1.0] * len(members), amount / unit, amount / unit)
    total = sum(system.amount) / unit * 100.0 + 1.0
    slack: list[tuple[MoneyRow, int]] = []
    for row in system.rows:
        coefs = [1.0] * len(row.positions) if row.coefs is None else [float(c) for c in row.coefs]
        columns = list(row.positions)
        lo, hi = _over(row.lo, unit), _over(row.hi, unit)
        gives = may is None or may(row)
        if lo is not None and gives:
            s = model.column(1.0, 0.0, total)
            slack.append((row, s))
            columns, coefs = [*columns, s], [*coefs, 1.0]
        if hi is not None and gives:
            s = model.column(1.0, 0.0, total)
            slack.append((row, s))
            columns, coefs = [*columns, s], [*coefs, -1.0]
        model.row(columns, coefs, lo, hi)
    result = HighsSession(model.matrices()).solve(options)
    if result.x is None:
        return ()
    x = result.x
    found = {row.name: replace(row, short=round(float(x[s]) * unit)) for row, s in slack if float(x[s]) * unit > 0.5}
    return tuple(found.values())
