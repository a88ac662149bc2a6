"""Exact plan-wide rows, and how rows are written into Pyomo.

A rule family makes its rows here in exact numbers (whole 元, counts, fractions); the same row is written into
the Pyomo model as floats and evaluated exactly for the report on how far each rule is used.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression

from ..domain.base import Label
from ..problem import Problem
from ..problem.tables import Ints, ProjectRows
from .patch_sheet import Body, Sheet

Exact = int | Fraction
Coefs = Sequence[Exact] | npt.NDArray[Any]


@dataclass(frozen=True)
class Terms:
    """A linear sum over starts and money entries with exact coefficients (None: all ones)."""

    starts: Ints
    start_coefs: Coefs | None = None
    entries: Ints | None = None
    entry_coefs: Coefs | None = None

    def value(self, chosen: Sequence[int] | npt.NDArray[Any], money: Sequence[int] | npt.NDArray[Any]) -> Exact:
        """Return the exact value for 0/1 starts and whole 元 money."""
        total: Exact = 0
        for k, coef in zip(self.starts.tolist(), _listed(self.start_coefs, len(self.starts)), strict=True):
            if chosen[k]:
                total += coef
        if self.entries is not None:
            coefs = _listed(self.entry_coefs, len(self.entries))
            total += sum((coef * int(money[e]) for e, coef in zip(self.entries.tolist(), coefs, strict=True)), 0)
        return total


@dataclass(frozen=True)
class Row:
    """`lo <= left <= hi`, or `lo * base <= left <= hi * base` where a base is given.

    Attributes
    ----------
    family, rule, name : str
        Rule family; policy path of the rule; name such as ``channels:special_bond[2025]``.
    label : Label
        Name of the rule with year, channel or district.
    unit : str
        ``yuan``, ``count``, ``number`` or ``share``: unit of the reported value.
    assumption : bool
        Whether the rule, or the number in this row, has no official source.
    left, base : Terms
        Sums over starts and money entries.
    lo, hi : int, Fraction or None
        Bounds of the left side, or of left / base; a row without any is reported only.
    reported : bool
        Whether the plan lists the use of the row.
    only_used : bool
        Whether it does so only where the left side is not 0 (years in which nothing falls due).
    """

    family: str
    rule: str
    name: str
    label: Label
    unit: str
    assumption: bool
    left: Terms
    lo: Exact | None
    hi: Exact | None
    base: Terms | None = None
    reported: bool = True
    only_used: bool = False

    @property
    def has_money(self) -> bool:
        """Whether money counts in it, on either side."""
        return self.left.entries is not None or (self.base is not None and self.base.entries is not None)

    def holds(self, chosen: Sequence[bool], money: Sequence[int]) -> bool:
        """Return whether the row holds exactly for 0/1 starts and whole 元 money."""
        left = self.left.value(chosen, money)
        base = 1 if self.base is None else self.base.value(chosen, money)
        return (self.lo is None or left >= self.lo * base) and (self.hi is None or left <= self.hi * base)


def _listed(coefs: Coefs | None, n: int) -> list[Exact]:
    if coefs is None:
        return [1] * n
    if isinstance(coefs, np.ndarray):
        listed: list[Exact] = coefs.tolist()
        return listed
    return list(coefs)


class Writer:
    """Writes rows of one problem into a Pyomo model whose variables `x` and `f` stand in table order, or onto a sheet.

    Parameters
    ----------
    m : pyomo ConcreteModel or Sheet
        With `m.x` over starts, and `m.f` over money entries in money units; a sheet takes the same rows as numbers.
    problem : Problem
        The tables.
    """

    def __init__(self, m: pyo.ConcreteModel | Sheet, problem: Problem) -> None:
        self.m, self.problem = m, problem
        if not isinstance(m, Sheet) and not hasattr(m, "listed"):  # listing indexed variables is slow: once a model, not once a family
            m.listed = list(m.x.values()), list(m.f.values())
        listed: tuple[list[Any], list[Any]] = m.listed
        self.x, self.f = listed

    def binaries(self, name: str, keys: Sequence[tuple[Hashable, Hashable]]) -> list[Any]:
        """Add the binary variables `name` over pairs and return them in this order."""
        if isinstance(self.m, Sheet):
            return self.m.binaries(name, keys)
        setattr(self.m, name, pyo.Var(pyo.Set(initialize=keys, dimen=2), domain=pyo.Binary))
        return list(getattr(self.m, name).values())

    def constraint(self, name: str, keys: Sequence[Hashable], bodies: Iterable[Body], same: Sequence[Hashable] | None = None) -> None:
        """Add one indexed constraint; each body is (lower, coefficients, variables, upper).

        Parameters
        ----------
        same : sequence, optional
            For keys that hang on positions: keys that name the same row in a problem with other projects.
        """
        kept: dict[Hashable, Body] = {}
        lasting: list[Hashable] = []
        with PauseGC():
            for key, one, (lower, coefs, variables, upper) in zip(keys, keys if same is None else same, bodies, strict=True):
                if not variables:
                    if (lower is None or lower <= 0) and (upper is None or upper >= 0):
                        continue
                    coefs, variables = [0.0], self.x[:1]  # an empty row that cannot hold stays in the model
                if key in kept:
                    raise ValueError(f"{name}: two rows are called {key}")
                kept[key] = (lower, coefs, variables, upper)
                lasting.append(one)
            if isinstance(self.m, Sheet):
                self.m.take(name, kept, lasting)
                return
            built = {key: _relation(*body) for key, body in kept.items()}
            setattr(self.m, name, pyo.Constraint(list(built), rule=lambda _m, *k: built[k if len(k) > 1 else k[0]]))

    def rows(self, family: str, rows: Sequence[Row]) -> None:
        """Write plan-wide rows, each scaled by a power of ten; a row with a base, or that nothing meets, gives one row a bound."""
        keys: list[str] = []
        bodies: list[Body] = []
        for row in rows:
            if row.lo is None and row.hi is None:
                continue  # reported only
            if row.base is None and row.lo is not None and row.hi is not None and row.lo > row.hi:  # Pyomo refuses lo > hi
                keys += [f"{row.name}:least", f"{row.name}:most"]
                bodies += [self._body(row.left, None, Fraction(0), row.lo, None), self._body(row.left, None, Fraction(0), None, row.hi)]
                continue
            if row.base is None:
                keys.append(row.name)
                bodies.append(self._body(row.left, None, Fraction(0), row.lo, row.hi))
                continue
            if row.lo is not None:
                keys.append(f"{row.name}:least")
                bodies.append(self._body(row.left, row.base, Fraction(row.lo), 0, None))
            if row.hi is not None:
                keys.append(f"{row.name}:most")
                bodies.append(self._body(row.left, row.base, Fraction(row.hi), None, 0))
        self.constraint(family, keys, bodies)

    def _body(self, left: Terms, base: Terms | None, share: Fraction, lo: Exact | None, hi: Exact | None) -> Body:
        coefs: dict[int, float] = {}
        money: dict[int, float] = {}
        unit = self.problem.money_unit
        for terms, factor in ((left, 1.0), (base, -float(share))):
            if terms is None or factor == 0.0:
                continue
            for k, c in zip(terms.starts.tolist(), _floats(terms.start_coefs, len(terms.starts)), strict=True):
                coefs[k] = coefs.get(k, 0.0) + factor * c
            if terms.entries is not None:
                for e, c in zip(terms.entries.tolist(), _floats(terms.entry_coefs, len(terms.entries)), strict=True):
                    money[e] = money.get(e, 0.0) + factor * c * unit
        if base is not None:
            _settle(coefs, share, left.starts, left.start_coefs, base.starts, base.start_coefs, 1)
            _settle(money, share, left.entries, left.entry_coefs, base.entries, base.entry_coefs, unit)
        numbers = [c for c in coefs.values() if c] + [c for c in money.values() if c]
        scale = _power(max(map(abs, numbers), default=1.0), unit if money else None)
        variables = [self.x[k] for k, c in coefs.items() if c] + [self.f[e] for e, c in money.items() if c]
        return (
            None if lo is None else float(lo) / scale,
            [c / scale for c in numbers],
            variables,
            None if hi is None else float(hi) / scale,
        )

    def project_rows(self, rows: ProjectRows) -> None:
        """Write per-project money limits in money units: rows `least` and `most` keyed (rule, project, year)."""
        unit = float(self.problem.money_unit)
        projects = self.problem.projects
        entries = rows.entry
        coefs = None if rows.coef is None else [float(c) for c in rows.coef]
        keys: dict[Hashable, None] = {}

        def name(rule: str, *rest: Hashable) -> None:  # asks write one row a channel for the same rule, project and year
            number, key = 1, (rule, *rest)
            while key in keys:
                number, key = number + 1, (f"{rule}#{number + 1}", *rest)
            keys[key] = None

        bodies: list[Body] = []
        for r in range(len(rows)):
            a, b = rows.entry_first[r], rows.entry_first[r + 1]
            s, t = rows.start_first[r], rows.start_first[r + 1]
            money = [self.f[e] for e in entries[a:b]]
            weights = [1.0] * (b - a) if coefs is None else coefs[a:b]
            starts = [self.x[k] for k in rows.start[s:t]]
            key = (rows.rule[r], projects[rows.project[r]].id, rows.year[r])
            if rows.has_lo[r]:
                name(*key, "least")
                bodies.append((float(rows.lo0[r]) / unit, weights + [-float(v) / unit for v in rows.lo[s:t]], money + starts, None))
            if rows.has_hi[r]:
                name(*key, "most")
                bodies.append((None, weights + [-float(v) / unit for v in rows.hi[s:t]], money + starts, float(rows.hi0[r]) / unit))
        self.constraint(rows.family, list(keys), bodies)


def _relation(lower: float | None, coefs: list[float], variables: list[Any], upper: float | None) -> tuple[Any, ...]:
    expr = LinearExpression(constant=0, linear_coefs=coefs, linear_vars=variables)
    return (expr, lower) if lower is not None and lower == upper else (lower, expr, upper)


def _settle(
    sums: dict[int, float], share: Fraction, at: Ints | None, coefs: Coefs | None, base_at: Ints | None, base_coefs: Coefs | None, unit: int
) -> None:  # fmt: skip
    """Replace the sums `left - share * base` that all but vanish in floats by their exact values, often 0."""
    if at is None or base_at is None:
        return
    small = 1e-9 * max([abs(c) * unit for c in _floats(coefs, len(at))], default=0.0)
    exact = {k: Fraction(0) for k, v in sums.items() if v and abs(v) <= small}
    for positions, factors, weight in ((at, coefs, Fraction(1)), (base_at, base_coefs, -share)) if exact else ():
        for k, c in zip(positions.tolist(), _listed(factors, len(positions)), strict=True):
            if k in exact:
                exact[k] += weight * Fraction(c)
    sums.update((k, float(v * unit)) for k, v in exact.items())


def _floats(coefs: Coefs | None, n: int) -> list[float]:
    return [float(c) for c in _listed(coefs, n)]


def _power(largest: float, unit: int | None) -> float:
    """Return the scale of a row: the money unit where money is in it, else a power of ten for coefficients up to 1e4."""
    if unit is not None:
        return float(unit)
    scale = 1.0
    while largest / scale > 10_000.0:
        scale *= 10.0
    return scale
