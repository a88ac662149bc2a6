r"""A proven lower bound on a cost of money, in whole numbers, from the multipliers of a linear programme.

For any multipliers `y` of the rows (of the right sign) and `a >= 0 >= b` of a ticket's two rows, every money that satisfies the
rows costs at least

.. math::
    \sum_r y_r\,\mathrm{side}_r + \sum_k \min_{u \in U_k} (a_k\,\mathrm{least}_k + b_k\,\mathrm{most}_k) u
    + \sum_g \mathrm{amount}_g \min_{j \in g} \Big(c_j - \sum_r y_r A_{rj} - \sum_{k \ni j} (a_k + b_k)\Big)

(weak duality; the money of a group adds up to its amount, so its cheapest entry bounds it). The multipliers come from floats and are
taken as multiples of `2^-SHIFT`; all that follows is integer arithmetic, rounded down. A slip of the solver costs strength, never truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from ....allot.system import MoneyRow, MoneySystem

#: multipliers and costs are multiples of 2 ** -SHIFT
SHIFT = 60
_ONE = 1 << SHIFT
#: a multiplier closer than `_NEAR` to a fraction with a denominator up to `_SHORT` is taken for it first
_SHORT, _NEAR = 60, 1e-7


@dataclass(frozen=True)
class Multipliers:
    """Multipliers of a money system's rows in the direction of a minimum: at least 0 where a lower side holds, at most 0 where an upper one does.

    Attributes
    ----------
    rows : sequence of float
        One a row of the system.
    least, most : sequence of float
        One a ticket: of `money - least u >= 0` and `money - most u <= 0` (without a least amount: of `money <= most`).
    """

    rows: Sequence[float]
    least: Sequence[float]
    most: Sequence[float]


@dataclass(frozen=True)
class Ticket:
    """A ticket as the bound sees it: positions of the system, least and most amount in 元 (`least` None: a plain limit)."""

    positions: tuple[int, ...]
    least: int | None
    most: int


def tickets_of(system: MoneySystem) -> list[Ticket]:
    """Return the tickets of a system, each with the largest amount that its entries have room for."""
    out: list[Ticket] = []
    for bound, positions in system.tickets:
        room = sum(system.upper[p] for p in positions)
        out.append(Ticket(tuple(positions), bound.least, room if bound.most is None else min(bound.most, room)))
    return out


def lower_bound(
    system: MoneySystem, tickets: Sequence[Ticket], cost: Sequence[Fraction], y: Multipliers, fixed: Mapping[int, int] | None = None
) -> Fraction:
    """Return the better of the bounds of the multipliers as they are, and of those taken for the short fractions that they are near to.

    Parameters
    ----------
    system : MoneySystem
    tickets : sequence of Ticket
        Those of `tickets_of`.
    cost : sequence of Fraction
        Per 元, one a position.
    y : Multipliers
    fixed : mapping of ticket to 0 or 1, optional
        Tickets whose use is decided.
    """
    plain = _bound(system, tickets, cost, [[_shifted(v) for v in part] for part in (y.rows, y.least, y.most)], fixed or {})
    short = _bound(system, tickets, cost, [[_shortened(v) for v in part] for part in (y.rows, y.least, y.most)], fixed or {})
    return Fraction(max(plain, short), _ONE)


def _shifted(value: float) -> int:
    return round(value * _ONE)


def _shortened(value: float) -> int:
    near = Fraction(value).limit_denominator(_SHORT)
    return round(near * _ONE) if abs(float(near) - value) < _NEAR else _shifted(value)


def _bound(system: MoneySystem, tickets: Sequence[Ticket], cost: Sequence[Fraction], y: list[list[int]], fixed: Mapping[int, int]) -> int:
    """Return the bound in multiples of 2 ** -SHIFT; `y` in the same."""
    rows, least, most = y
    reduced = [floor(c * _ONE) if c.denominator > 1 else c.numerator << SHIFT for c in cost]
    total = 0
    for row, v in zip(system.rows, rows, strict=True):
        side = row.lo if v > 0 else row.hi
        if not v or side is None:
            continue
        total += floor(v * side)
        _take(row, v, reduced)
    for k, ticket in enumerate(tickets):
        low, high = max(0, least[k]) if ticket.least is not None else 0, min(0, most[k])
        if low or high:
            gain = low * (ticket.least or 0) + high * ticket.most
            total += gain if ticket.least is None else gain * fixed[k] if k in fixed else min(0, gain)
            for p in ticket.positions:
                reduced[p] -= low + high
    return total + sum(amount * min(reduced[p] for p in members) for members, amount in zip(system.group, system.amount, strict=True))


def _take(row: MoneyRow, v: int, reduced: list[int]) -> None:
    """Take a row's multiple from the costs, rounded down."""
    if row.coefs is None:
        for p in row.positions:
            reduced[p] -= v
        return
    for p, c in zip(row.positions, row.coefs, strict=True):
        reduced[p] -= v * c if isinstance(c, int) else ceil(v * c) if c.denominator > 1 else v * c.numerator
