"""The value-of-budget curve: score against money, between a lower curve of plans and an upper curve of bounds.

Each solve with money `m` gives a plan, a step of the lower curve from the money that it needs on, and a bound, which holds for
all money up to `m`. A supporting line of the linear relaxation (its optimum is concave in the money) bounds all money at once.
New solves go where the rectangle between the two curves is largest, until they are one or the points or the time are used up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ....domain import Policy
from ....domain.base import Label
from ....domain.fund_worth import Axis, Caps, Corner, Curve, CurvePoint
from ....i18n import _
from ....model.build import plan_rows
from ....problem import Problem
from ....solver.clock import OutOfTime
from .base import Asked, Base
from .curve_policies import ALL, all_caps, caps_of, scaled, with_all_money
from .levers import Lever, added_rules, looser, with_policy
from .lp_prices import LeverProgram, Line
from .moved import Found, Solver

#: how far the scale goes around today's caps
SCALE = (Fraction(1, 2), Fraction(3, 2))
#: places at which the relaxation is solved, less one
_PLACES = 8
#: rectangles below this part of the range are closed from their right end
_NARROW = 32
#: curves closer than this, as a share of the value, are one
_CLOSED = Fraction(1, 10**9)
#: room for floats in the relaxation's bounds
_FLOATS = 1e-7


@dataclass(frozen=True)
class _Ceiling:
    """A line above every plan whose money lies in a range, 元."""

    line: Line
    least: float = -math.inf
    most: float = math.inf

    def at(self, money: int) -> Fraction | None:
        """Return the bound at some money, None outside the range."""
        if not self.least <= money <= self.most:
            return None
        return Fraction(self.line.value + self.line.slope * (money - self.line.at) + _FLOATS * max(1.0, abs(self.line.value)))


@dataclass
class _Curves:
    """What is known: solves by money, bounds that hold up to some money, steps of plans, lines of the relaxation."""

    solved: dict[int, Found] = field(default_factory=dict)
    bounds: dict[int, Fraction] = field(default_factory=dict)
    steps: dict[int, Fraction] = field(default_factory=dict)
    ceilings: list[_Ceiling] = field(default_factory=list)

    def lower(self, money: int) -> Fraction | None:
        """Return the value of the best plan that needs no more."""
        return max((v for m, v in self.steps.items() if m <= money), default=None)

    def upper(self, money: int) -> Fraction | None:
        """Return the best bound at some money; None where it is proven that there is no plan, or nothing is known."""
        if self.none(money):
            return None
        bounds = [f.bound for m, f in self.solved.items() if m >= money and f.bound is not None]
        bounds += [b for m, b in self.bounds.items() if m >= money]
        bounds += [v for c in self.ceilings if (v := c.at(money)) is not None]
        lower = self.lower(money)
        found = min(bounds) if bounds else None
        return found if lower is None or found is None else max(found, lower)

    def none(self, money: int) -> bool:
        """Return whether it is proven that there is no plan."""
        return any(f.infeasible and m >= money for m, f in self.solved.items())

    def kinks(self, low: int, high: int) -> list[int]:
        """Return where the upper curve may bend between two places."""
        lines = [c.line for c in self.ceilings]
        lines += [Line(m, float(f.bound), 0.0) for m, f in self.solved.items() if m >= high and f.bound is not None]
        lines += [Line(m, float(b), 0.0) for m, b in self.bounds.items() if m >= high]
        out = {int(end) for c in self.ceilings for end in (c.least, c.most) if low < end < high}
        for i, a in enumerate(lines):
            for b in lines[i + 1 :]:
                if abs(a.slope - b.slope) > 1e-15:
                    at = ((b.value - b.slope * b.at) - (a.value - a.slope * a.at)) / (a.slope - b.slope)
                    out |= {int(m) for m in (at, at + 1) if low < m < high}
        return sorted(out)


@dataclass
class CurveMaker:
    """Draws one curve.

    Attributes
    ----------
    base : Base
    asked : Asked
    axis, caps
        As in `Curve`.
    points : int
        Most solves.
    """

    base: Base
    asked: Asked
    axis: Axis
    caps: Caps
    points: int

    def __post_init__(self) -> None:
        problem = self.base.problem
        self._policy = caps_of(problem.policy, self.caps, problem.money_years, problem.start_years)
        self._sum = all_caps(self._policy)
        self._known = _Curves()

    # -- money -------------------------------------------------------------------------------------------------

    def policy(self, money: int) -> Policy:
        """Return the policy with so much money."""
        if self.axis == "total":
            return with_all_money(self._policy, money)
        return scaled(self._policy, Fraction(money, self._sum))

    def scales(self) -> bool:
        """Return whether there are caps that can be scaled, where that is asked."""
        return self.axis != "scale" or self._sum > 0

    def monotone(self) -> bool:
        """Return whether more money never takes a plan away: else a bound at some money says nothing of less."""
        low, high = self._ends()
        few, many = (plan_rows(with_policy(self.base.problem, self.policy(m))) for m in (low, high))
        return looser(few, many)

    def _ends(self) -> tuple[int, int]:
        problem = self.base.problem
        if self.axis == "scale":
            return int(self._sum * SCALE[0]), int(self._sum * SCALE[1])
        spending, starts = problem.spending, problem.starts
        carried = int(spending.amount[starts.fixed[spending.start]].sum())
        return carried, max(carried, _most_spending(problem))

    # -- solving -----------------------------------------------------------------------------------------------

    def draw(self, tell: Callable[[str], None]) -> Curve | None:
        """Solve point after point; each goes where most is open. What is found of the caps as they stand goes to the base.

        Once it is stopped, the curve is what is known by then; None before its first solve and lines.
        """
        low, high = self._ends()
        deadline = time.monotonic() + self.asked.time
        solver = self.base.solver
        if self.caps == "yearly":
            self._from_base()
        self._take(high, solver)
        try:
            if self.axis == "scale":
                self._relax_scaled(low, high)
            else:  # more money than the best plan needs changes nothing
                self._relax(low, max(self._known.steps, default=high))
        except OutOfTime:
            return None
        if low < high and self.points > 1 and not solver.cancel.is_set():
            self._take(low, solver)
        while len(self._known.solved) < self.points and time.monotonic() < deadline and not solver.cancel.is_set():
            at = self._next(low, high)
            if at is None:
                break
            self._take(at, solver)
            tell(_("curve: {n} of {points} points").format(n=len(self._known.solved), points=self.points))
        return self.curve()

    def _take(self, money: int, solver: Solver) -> None:
        policy = self.policy(money)
        found = solver.one(policy)
        self._known.solved[money] = found
        if found.value is not None:
            at = min(money, found.spent) if self.axis == "total" else money
            self._known.steps[at] = max(found.value, self._known.steps.get(at, found.value))
        wider, narrower = self._beside_base(money)
        if narrower:
            self.base.known.plan_below(found)
        if wider:
            self.base.known.bound_above(found.bound)

    def _beside_base(self, money: int) -> tuple[bool, bool]:
        """Return whether every plan of the caps as they stand is one with so much money on the curve, and the other way round."""
        base, policy = self.base, self.policy(money)
        rows = plan_rows(with_policy(base.problem, policy))
        follow = added_rules(base.problem.policy, policy)  # sums of caps as they stand, and all money
        if self.axis == "scale" and money < self._sum:
            follow = frozenset()
        if self.axis == "total" and money < self._ends()[1]:
            follow -= {f"caps:{ALL}"}
        return looser(base.rows, rows, follow), looser(rows, base.rows)

    def _from_base(self) -> None:
        """Take what is known of the caps as they stand: its plan is one of the curve, its bound one where no more is allowed."""
        own, known = self.base.known.found, self._known
        at = self._sum if self.axis == "scale" else self._ends()[1]
        wider, narrower = self._beside_base(at)
        if wider and own.value is not None:
            step = at if self.axis == "scale" else own.spent
            known.steps[step] = max(own.value, known.steps.get(step, own.value))
        if narrower and own.bound is not None:
            known.bounds[at] = min(own.bound, known.bounds.get(at, own.bound))

    def _relax(self, low: int, high: int) -> None:
        """Take supporting lines of the relaxation at a few places: they bound all money."""
        if high <= low:
            return
        lever = Lever("cap", ALL, f"funding.caps.{ALL}", ALL, f"caps:{ALL}", None, f"caps:{ALL}", Label(zh="", en=""), high, False)
        program = LeverProgram(with_policy(self.base.problem, self.policy(high)), [lever], high - low, self.base.solver.cancel)
        for k in range(_PLACES + 1):
            line = program.line(lever, -((high - low) * k // _PLACES))
            if line is not None:
                self._known.ceilings.append(_Ceiling(replace(line, at=high + line.at)))

    def _relax_scaled(self, low: int, high: int) -> None:
        """The same where all caps move at once: chords of a concave optimum bound it beyond their ends, each optimum what lies below it."""
        found: list[tuple[int, float]] = []
        for money in sorted({low + (high - low) * k // _PLACES for k in range(_PLACES + 1)}):
            value = LeverProgram(with_policy(self.base.problem, self.policy(money)), [], 1, self.base.solver.cancel).optimum
            if value is not None:
                found.append((money, value))
                self._known.ceilings.append(_Ceiling(Line(money, value, 0.0), most=money))
        for (a, v), (b, w) in pairwise(found):
            line = Line(a, v, (w - v) / (b - a))
            self._known.ceilings += [_Ceiling(line, most=a), _Ceiling(line, least=b)]

    def _next(self, low: int, high: int) -> int | None:
        """Return the money to solve next: in the largest open rectangle, its middle; where it is narrow, its right end, which closes it."""
        known = self._known
        corners = sorted({low, high, *(m for m in known.steps if low <= m <= high), *(m for m in known.solved if low <= m <= high)})
        best: tuple[Fraction, int, int] | None = None
        for a, b in pairwise(corners):
            if b - a < 2 and (a in known.solved or a in known.steps):
                continue
            top, bottom = known.upper(b - 1), known.lower(a)
            if top is None or b - 1 in known.solved:
                continue
            open_ = top - (bottom or Fraction(0))
            if open_ > _CLOSED * max(Fraction(1), abs(top)) and (best is None or open_ * (b - a) > best[0]):
                best = open_ * (b - a), a, b
        if best is None:
            return None
        _room, a, b = best
        middle = (a + b) // 2
        narrow = self.axis == "total" and b - a <= max(4, (high - low) // _NARROW)
        return b - 1 if narrow or middle in known.solved or middle <= a else middle

    # -- answer ------------------------------------------------------------------------------------------------

    def curve(self) -> Curve:
        """Return the curve as far as it is drawn, with what is known of the caps as they stand by now."""
        low, high = self._ends()
        self._from_base()
        known = self._known
        places = sorted({low, high, *(m for m in known.steps if low <= m <= high), *(m for m in known.solved if low <= m <= high)})
        lower: list[Corner] = []
        for m in places:
            v = known.lower(m)
            if v is not None and (not lower or float(v) > lower[-1].value):
                lower.append(Corner(money=m, value=float(v)))
        upper: list[Corner] = []
        gap, top = Fraction(0), max((v for v in known.steps.values()), default=Fraction(0))
        for a, b in pairwise(places):
            for m in sorted({a + 1 if b - a > 1 else a, *known.kinks(a + 1, b - 1), max(a, b - 1)}):
                v = known.upper(m)
                if v is not None:
                    upper.append(Corner(money=m, value=float(v)))
                    bottom = known.lower(m)
                    gap = max(gap, v - (bottom if bottom is not None else 0))
            v = known.upper(b)
            if v is not None:
                upper.append(Corner(money=b, value=float(v)))
                gap = max(gap, v - (known.lower(b) or 0))
        first = known.upper(low)
        if first is not None:
            upper.insert(0, Corner(money=low, value=float(first)))
            gap = max(gap, first - (known.lower(low) or 0))
        points = [
            CurvePoint(
                money=m, value=None if f.value is None else str(f.value), bound=None if f.bound is None else str(f.bound),
                stopped=f.stopped, spent=f.spent, starts=len(f.starts),  # type: ignore[arg-type]
            )
            for m, f in sorted(known.solved.items())
        ]  # fmt: skip
        base = sum(self.base.answer.money) if self.axis == "total" else self._sum
        share = float(gap / top) if top > 0 else float(gap)
        known_all = all(known.none(m) or known.upper(m) is not None for m in places)
        return Curve(axis=self.axis, caps=self.caps, base=base, points=tuple(points), lower=tuple(lower), upper=tuple(upper), gap=share, complete=known_all and share <= _CLOSED)


def _most_spending(problem: Problem) -> int:
    """Return more than which no portfolio spends, 元: each project's largest start."""
    spent = np.bincount(problem.spending.start, weights=problem.spending.amount, minlength=len(problem.starts))
    most = np.zeros(len(problem.projects))
    np.maximum.at(most, problem.starts.project, spent)
    return int(most.sum())
