"""How far each cap and limit is used, exactly, and whether it binds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..domain.base import WAN
from ..domain.plan import RowUse
from ..model.rows import Exact, Row, Terms
from ..problem import Problem
from .portfolio import Portfolio

#: 0.01 万元, the last digit of a table
_CENT = WAN // 100


def exact(value: Exact) -> str:
    """Return an exact number as text: an integer or ``a/b``."""
    return str(Fraction(value))


def row_uses(problem: Problem, answer: Portfolio) -> list[RowUse]:
    """Return the use of every reported row, in the order of the families."""
    unchosen = _unchosen(problem, answer.chosen)
    out: list[RowUse] = []
    for row in answer.rows:
        if not row.reported:
            continue
        left = row.left.value(answer.chosen, answer.money)
        if row.only_used and not left:
            continue
        base = None if row.base is None else row.base.value(answer.chosen, answer.money)
        money = row.base is not None and row.base.entries is not None  # told in 元: the bounds are shares of the other sum
        factor: Exact = base if money and base is not None else 1
        value = left if base is None or money else (Fraction(left) / base if base else Fraction(0))
        out.append(
            RowUse(
                family=row.family, row=row.name, rule=row.rule, label=row.label, unit="yuan" if money else row.unit,  # type: ignore[arg-type]
                value=exact(value), at_least=None if row.lo is None else exact(row.lo * factor),
                at_most=None if row.hi is None else exact(row.hi * factor),
                binding=_binds(problem, row, left, base, unchosen), assumption=row.assumption,
            )
        )  # fmt: skip
    return out


def _unchosen(problem: Problem, chosen: Sequence[bool]) -> np.ndarray:
    """Projects of the model that are not in the plan, shape (n,)."""
    inside = np.zeros(len(problem.projects), dtype=bool)
    inside[problem.starts.project[np.asarray(chosen, dtype=bool)]] = True
    return ~inside


def _binds(problem: Problem, row: Row, left: Exact, base: Exact | None, unchosen: np.ndarray) -> bool:
    """Return whether the row is tight.

    Money can be divided, so a money row is tight when less than a table's last digit (0.01 万元) is left; a row
    over projects is tight when it has no room for the smallest refused candidate that it concerns.
    """
    if not len(row.left.starts) or (row.base is not None and row.base.entries is not None):
        if (row.left.entries is None or not len(row.left.entries)) and not len(row.left.starts):
            return False
        floor = row.lo if row.lo is None or base is None else row.lo * base
        ceiling = row.hi if row.hi is None or base is None else row.hi * base
        return (ceiling is not None and ceiling - left < _CENT) or (floor is not None and floor > 0 and left - floor < _CENT)
    small = _smallest(problem, row.left, unchosen)
    if row.hi is not None:
        if base is None:
            if left == row.hi or (small is not None and left + small > row.hi):
                return True
        elif left >= row.hi * base or (small is not None and left + small > row.hi * (base + small)):
            return True
    if row.lo is not None and row.lo > 0:
        other = small if row.base is None else _smallest(problem, row.base, unchosen)
        least = row.lo if base is None else row.lo * base
        if left == least:
            return True
        if base is None:
            return other is not None and left - other < least
        return other is not None and left < row.lo * (base + other)
    return False


def _smallest(problem: Problem, terms: Terms, unchosen: np.ndarray) -> Exact | None:
    """Return the smallest positive coefficient of a refused candidate, None when there is none."""
    best: Exact | None = None
    starts = terms.starts.tolist()
    coefs = [1] * len(starts) if terms.start_coefs is None else list(terms.start_coefs)
    projects = problem.starts.project
    for k, c in zip(starts, coefs, strict=True):
        if c > 0 and unchosen[projects[k]] and (best is None or c < best):
            best = c
    return best.item() if isinstance(best, np.generic) else best
