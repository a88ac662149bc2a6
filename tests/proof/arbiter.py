"""The arbiter: every set of starts and openings, best first, each tested exactly for whether it can be funded.

It uses the second model's lines but no solver's word: a portfolio counts as funded when a point satisfies every line
in Fractions, and as unfunded when the exact simplex (with branch and bound for whole money) finds no point.
"""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product
from typing import Any

import numpy as np
from exact_system import TooLong, feasible
from scipy.optimize import Bounds, LinearConstraint, milp
from second_model import Answer, Line, SecondModel


class Arbiter:
    """Enumeration of one second model."""

    def __init__(self, model: SecondModel) -> None:
        self.m = model
        self.plain = [line for line in model.lines if all(v[0] in "xz" for v in line.sum)]
        self.mixed = [line for line in model.lines if any(v[0] not in "xz" for v in line.sum)]

    def size(self) -> int:
        """Number of combinations of starts and openings."""
        out = 1
        for one in self._choices():
            out *= len(one)
        return out

    def _choices(self) -> list[list[tuple[Any, ...]]]:
        out: list[list[tuple[Any, ...]]] = []
        for options in self.m.by_id.values():
            own = [(o.x,) for o in options]
            out.append(own if options[0].carry else [(), *own])
        areas = sorted({v[1] for v in self.m.binaries if v[0] == "z"})
        for area in areas:
            out.append([(), *((v,) for v in self.m.binaries if v[0] == "z" and v[1] == area)])
        return out

    def best(self, *, whole: bool = True) -> F | None:
        """Return the greatest objective of a portfolio that can be funded; None when there is none."""
        found: list[tuple[F, dict[Any, F | int]]] = []
        for combination in product(*self._choices()):
            point: dict[Any, F | int] = {v: 1 for part in combination for v in part}
            if all(line.holds(point) for line in self.plain):
                found.append((sum((self.m.gain.get(v, F(0)) for v in point), F(0)), point))
        found.sort(key=lambda pair: -pair[0])
        known: dict[frozenset[Any], bool] = {}
        for value, point in found:
            key = frozenset(v for v in point if v[0] == "x")
            if key not in known:
                known[key] = self.funded(point, whole)
            if known[key]:
                return value
        return None

    def funded(self, point: dict[Any, F | int], whole: bool) -> bool:
        """Whether the chosen options can be paid for."""
        own = {v: u for v, u in self.m.upper.items() if ("x", v[1], v[2]) in point}
        own |= {v: 1 for v in self.m.binaries if v[0] == "u" and ("x", v[1], v[2]) in point}
        system: list[tuple[dict[Any, F], Any, Any]] = []
        for line in self.mixed:
            fixed = sum((c * point[v] for v, c in line.sum.items() if v in point), F(0))
            rest = {v: c for v, c in line.sum.items() if v in own and c}
            lo, hi = (None if b is None else b - fixed for b in (line.lo, line.hi))
            if not rest:
                if (lo is not None and lo > 0) or (hi is not None and hi < 0):
                    return False
                continue
            system.append((rest, lo, hi))
        integer = set(own) if whole else {v for v in own if v[0] == "u"}
        if self._found(system, own, integer):
            return True
        return feasible(system, own, integer) is not None

    def _found(self, system: Any, own: dict[Any, int], integer: set[Any]) -> bool:
        """Whether scipy finds a point that holds exactly (whole money only: others go to the exact simplex)."""
        if not own or len(integer) < len(own):
            return not own
        at = {v: j for j, v in enumerate(own)}
        matrix = np.zeros((len(system), len(own)))
        for n, (total, _lo, _hi) in enumerate(system):
            for v, c in total.items():
                matrix[n, at[v]] = float(c)
        low = [-np.inf if lo is None else float(lo) for _t, lo, _hi in system]
        high = [np.inf if hi is None else float(hi) for _t, _lo, hi in system]
        result = milp(np.zeros(len(own)), constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, list(own.values())), integrality=np.ones(len(own)), options={"time_limit": 10})
        if result.x is None:
            return False
        whole = {v: round(result.x[j]) for v, j in at.items()}
        return all(Line("", t, lo, hi).holds(whole) for t, lo, hi in system) and all(0 <= whole[v] <= u for v, u in own.items())


def judge(model: SecondModel, *, whole: bool = True) -> F | str | None:
    """Return the arbiter's objective, None for infeasible, or "too long"."""
    try:
        return Arbiter(model).best(whole=whole)
    except TooLong:
        return "too long"


__all__ = ["Answer", "Arbiter", "judge"]
