r"""Funding as linear programmes in which the overruns stand on the right side alone.

For starts k with weights x_k the money f of start k in group (project, year) g adds up to ``x (c0 + theta (c1 - c0))``, the rules
of its project are ``A f <= x (b0 + theta (b1 - b0))``, and rules that link projects are ``L f <= l + sum_k x_k (o0_k + theta (o1_k -
o0_k))``, o being what a start itself adds to the room (revenue in a fund balance, less its cost). All of it is linear in theta
for a given plan, so the overruns after which a plan can be funded are a convex set: a plan can be funded after every overrun of a
polytope when it can after each extreme one.

Least ticket sizes are left out (money may be any amount up to the largest): with them the answers are necessary, not sufficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...allot.system import MoneyRow, MoneySystem, money_system
from ...errors import SolverError
from ...i18n import _
from ...model.matrices import Matrices
from ...model.rows import Row
from ...problem.tables import Bools, Floats, Ints
from ...solver.lp import LinearProgram
from .overrun import Overrun, by_start

#: price of letting a rule of one project give way; a rule that links projects has price 1
LOCAL_PRICE = 4.0
Csr = Any


@dataclass(frozen=True, eq=False)
class MoneyModel:
    """The money rules of some starts, in money units.

    Attributes
    ----------
    unit : float
        元 in a money unit.
    n : int
        Money columns.
    group, group_start : Ints
        Group of each column; start of each group.
    need0, need1 : Floats, shape (groups,)
    local : sparse, shape (local rows, n); local_start : Ints
    bound0, bound1 : Floats, shape (local rows,)
    link : sparse, shape (link rows, n); cap : Floats
    own0, own1 : sparse, shape (link rows, starts)
        Room that a start adds to a link row, without and with its overrun.
    """

    unit: float
    n: int
    group: Ints
    group_start: Ints
    need0: Floats
    need1: Floats
    local: Csr
    local_start: Ints
    bound0: Floats
    bound1: Floats
    link: Csr
    cap: Floats
    own0: Csr
    own1: Csr
    owner: Ints

    def right(self, x: Floats, theta: Floats) -> tuple[Floats, Floats]:
        """Return the needs of the groups and the bounds of local rows at weights of starts and overruns of projects."""
        t = theta[self.owner]
        g, r = self.group_start, self.local_start
        need = x[g] * (self.need0 + t[g] * (self.need1 - self.need0))
        bound = x[r] * (self.bound0 + t[r] * (self.bound1 - self.bound0))
        return need, bound

    def room(self, x: Floats, theta: Floats) -> Floats:
        """Return the room of link rows at weights of starts and overruns of projects."""
        t = theta[self.owner]
        return np.asarray(self.cap + self.own0 @ (x * (1.0 - t)) + self.own1 @ (x * t))


def money_model(o: Overrun, layers: Sequence[Sequence[bool]]) -> MoneyModel | None:
    """Return the money model of starts, given in layers of at most one start a project; None when one can never be paid."""
    unit = float(o.raised.money_unit)
    parts = [(money_system(o.stated, flags, o.stated_rows), money_system(o.raised, flags, o.raised_rows), flags) for flags in layers]
    if any(a.unpayable for a, _b, _f in parts):
        return None
    start_of = [_starts(o, flags) for _a, _b, flags in parts]
    local = _Rows()
    local_start: list[int] = []
    b0: list[float] = []
    b1: list[float] = []
    sides = [_link_sides(rows) for rows in (o.stated_rows, o.raised_rows)]
    link = [_Rows() for _side in sides[0]]
    caps = [bound for bound, _own in sides[0]]
    group: list[int] = []
    group_start: list[int] = []
    need0: list[int] = []
    need1: list[int] = []
    first = 0
    for (a, b, _flags), start in zip(parts, start_of, strict=True):
        owner = o.stated.entries.project[a.entries]
        for members, low, high in zip(a.group, a.amount, b.amount, strict=True):
            group += [len(group_start)] * len(members)
            group_start.append(start[int(owner[members[0]])])
            need0.append(low)
            need1.append(high)
        number = 0
        for r, s in zip(a.rows, b.rows, strict=True):
            if r.project:
                for sign, lo, hi in _ends(r, s):
                    local.add(r, first, sign)
                    local_start.append(start[o.stated.position[r.project]])
                    b0.append(lo)
                    b1.append(hi)
                continue
            for sign, _lo, _hi in _ends(r, s):
                link[number].add(r, first, sign, row=0)
                number += 1
        _tickets(o, a, first, start, local, local_start, b0, b1)
        first += len(a.upper)
    n = first
    rows = sp.vstack([r.matrix(n, 1) for r in link], format="csr") if link else sp.csr_matrix((0, n))
    flags = np.any(np.array(layers, dtype=bool), axis=0)
    own = [_own_matrix(side, flags) / unit for side in sides]
    as_units = [np.array([float(v) for v in values]) / unit for values in (need0, need1, b0, b1, caps)]
    return MoneyModel(
        unit, n, np.array(group, dtype=np.int64), np.array(group_start, dtype=np.int64), as_units[0], as_units[1], local.matrix(n),
        np.array(local_start, dtype=np.int64), as_units[2], as_units[3], rows, as_units[4], own[0], own[1], o.stated.starts.project,
    )  # fmt: skip


def _link_sides(rows: Sequence[Row]) -> list[tuple[float, dict[int, Fraction]]]:
    """Return bound and room by start of each side of the rows that hold money, in the order of `allot.system` and `_ends`."""
    out: list[tuple[float, dict[int, Fraction]]] = []
    for row in rows:
        if not row.has_money:
            continue
        sides = ((row.hi, 1), (row.lo, -1)) if row.base is None else ((row.lo, -1), (row.hi, 1))
        for bound, sign in sides:
            if bound is None:
                continue
            own: dict[int, Fraction] = {}
            by_start(row.left, Fraction(-sign), own)
            by_start(row.base, sign * Fraction(bound), own)
            out.append((float(sign * bound) if row.base is None else 0.0, own))
    return out


def _own_matrix(sides: Sequence[tuple[float, dict[int, Fraction]]], flags: Bools) -> Csr:
    """Return the room that starts add to link rows, those of the model alone."""
    found = [(r, k, float(v)) for r, (_bound, own) in enumerate(sides) for k, v in own.items() if flags[k]]
    at, columns, values = zip(*found, strict=True) if found else ((), (), ())
    return sp.csr_matrix((np.array(values, dtype=float), (np.array(at, dtype=np.int64), np.array(columns, dtype=np.int64))), shape=(len(sides), len(flags)))


def _starts(o: Overrun, flags: Sequence[bool]) -> dict[int, int]:
    return {int(o.stated.starts.project[k]): k for k, c in enumerate(flags) if c}


def _ends(r: MoneyRow, s: MoneyRow) -> list[tuple[float, float, float]]:
    """Return the sides of a row at both ends as (sign, bound, bound)."""
    out: list[tuple[float, float, float]] = []
    if r.name != s.name or len(r.positions) != len(s.positions):
        raise SolverError(_("rules change with a project's cost (a filter on it), so overruns cannot be compared"))
    if r.hi is not None and s.hi is not None:
        out.append((1.0, float(r.hi), float(s.hi)))
    if r.lo is not None and s.lo is not None:
        out.append((-1.0, -float(r.lo), -float(s.lo)))
    return out


def _tickets(o: Overrun, a: MoneySystem, first: int, start: dict[int, int], local: _Rows, owners: list[int], b0: list[float], b1: list[float]) -> None:
    for bound, positions in a.tickets:
        if bound.most is not None:
            local.add(MoneyRow("tickets", positions, None, None, bound.most), first, 1.0)
            owners.append(start[bound.project])
            b0.append(float(bound.most))
            b1.append(float(bound.most))


class _Rows:
    """Collects rows as coordinates."""

    def __init__(self) -> None:
        self.at: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []
        self.count = 0

    def add(self, r: MoneyRow, first: int, sign: float, row: int | None = None) -> None:
        """Add one row, or to row `row`."""
        coefs = [1.0] * len(r.positions) if r.coefs is None else [float(c) for c in r.coefs]
        self.at += [self.count if row is None else row] * len(coefs)
        self.columns += [first + p for p in r.positions]
        self.values += [sign * c for c in coefs]
        self.count += row is None

    def matrix(self, n: int, rows: int | None = None) -> Csr:
        """Return the rows as a sparse matrix over `n` columns."""
        return sp.csr_matrix((self.values, (self.at, self.columns)), shape=(self.count if rows is None else rows, n))


def lp_of(a: Csr, lower: Floats, upper: Floats, cost: Floats) -> LinearProgram:
    """Return a programme ``min cost y, lower <= a y <= upper, y >= 0``."""
    m = sp.csc_matrix(a)
    m.eliminate_zeros()
    m.sort_indices()
    n = m.shape[1]
    return LinearProgram(Matrices(
        start=m.indptr.astype(np.int32), index=m.indices.astype(np.int32), value=m.data, row_lower=lower, row_upper=upper, col_cost=cost,
        col_lower=np.zeros(n), col_upper=np.full(n, 1e12), integrality=np.zeros(n, dtype=bool), sense="min",
    ))  # fmt: skip


def balance(m: MoneyModel) -> Csr:
    """Return the rows that add up each group."""
    return sp.csr_matrix((np.ones(m.n), (m.group, np.arange(m.n))), shape=(len(m.need0), m.n))


@dataclass(frozen=True, eq=False)
class Shortage:
    """What a plan lacks after some overruns.

    Attributes
    ----------
    amount : float
        Least total by which rules must give way, money units; 0 when the plan can be funded.
    prices : Floats, shape (link rows,)
        Multipliers of the link rows.
    cut : tuple of (Floats, float)
        ``amount at theta >= cut[0] @ theta + cut[1]`` for all overruns of this plan, theta by project.
    """

    amount: float
    prices: Floats
    cut: tuple[Floats, float]


class Elastic:
    """Asks how much money a plan lacks: every rule may give way at a price, so there is always an answer."""

    def __init__(self, m: MoneyModel) -> None:
        self.m = m
        g, locals_, links = len(m.need0), len(m.bound0), len(m.cap)
        rules = sp.vstack([m.local, m.link]).tocsr()
        a = sp.vstack([
            sp.hstack([balance(m), sp.csr_matrix((g, locals_ + links))]), sp.hstack([rules, -sp.eye(locals_ + links, format="csr")]),
        ]).tocsc()  # fmt: skip
        cost = np.concatenate([np.zeros(m.n), np.full(locals_, LOCAL_PRICE), np.ones(links)])
        self._free = np.full(locals_ + links, -np.inf)
        self._rows = np.arange(a.shape[0], dtype=np.int32)
        upper = np.concatenate([m.need0, m.bound0, m.cap])
        self._lp = lp_of(a, np.concatenate([m.need0, self._free]), upper, cost) if m.n else None

    def ask(self, x: Floats, theta: Floats) -> Shortage:
        """Return the shortage at weights of starts and overruns of projects."""
        m, projects = self.m, len(theta)
        g, locals_ = len(m.need0), len(m.bound0)
        if self._lp is None:
            return Shortage(0.0, np.zeros(len(m.cap)), (np.zeros(projects), 0.0))
        need, bound = m.right(x, theta)
        self._lp.change_row_bounds(self._rows, np.concatenate([need, self._free]), np.concatenate([need, bound, m.room(x, theta)]))
        answer = self._lp.run()
        if answer is None:
            raise SolverError(_("HiGHS gave no usable answer: {first}; again: {second}").format(first="infeasible", second="elastic"))
        y = answer.row_dual
        pi, nu, lam = y[:g], np.minimum(y[g : g + locals_], 0.0), np.minimum(y[g + locals_ :], 0.0)
        zero, one = m.right(x, np.zeros(projects)), m.right(x, np.ones(projects))
        constant = float(pi @ zero[0] + nu @ zero[1] + lam @ m.room(x, np.zeros(projects)))
        slope: Floats = np.bincount(m.owner[m.group_start], weights=pi * (one[0] - zero[0]), minlength=projects).astype(np.float64)
        slope += np.bincount(m.owner[m.local_start], weights=nu * (one[1] - zero[1]), minlength=projects)
        slope += np.bincount(m.owner, weights=x * ((m.own1 - m.own0).T @ lam), minlength=projects)
        return Shortage(max(0.0, answer.objective), -lam, (slope, constant))
