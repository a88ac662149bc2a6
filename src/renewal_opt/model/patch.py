"""From the compiled model of one problem to that of another: new costs and bounds, or why it must be built again.

Both problems are written by the same rule families (`patch_sheet`). Where every column and row of the new problem
stands in the base with the same coefficients, the new problem is a patch of it:

* costs and bounds are those that the families wrote for the new problem, number for number;
* a column that the new problem lacks (a project forced out, an area that has no candidate left) is fixed at 0;
* a row that it lacks (a rule switched off, a cap set open) is free;
* a start that is forced in and has no row of its own in the base gets a lower bound of 1.

Dropping the columns fixed at 0 and the free rows from the patched arrays gives the rebuilt arrays. Nothing here knows
a solver.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from ..domain import Policy, Scenario
from ..i18n import _
from ..problem import Problem
from ..problem.tables import Ints
from .build import families, write_families
from .matrices import BoolArray, FloatArray, IntArray, Matrices
from .patch_sheet import Sheet, Written


class RebuildReason(Enum):
    """Why a model cannot be patched and is built again."""

    FUNDING_FORM = "funding_form"
    MONEY_UNIT = "money_unit"
    PROJECTS = "projects"
    STARTS = "starts"
    ENTRIES = "entries"
    AREAS = "areas"
    TICKETS = "tickets"
    RELATIONS = "relations"
    SPENDING = "spending"
    PROJECT_LIMITS = "project_limits"
    ROW_SET = "row_set"
    ROW_COEFFICIENTS = "row_coefficients"
    CROSSED_BOUNDS = "crossed_bounds"

    def words(self) -> str:
        """Return the reason in the language in force."""
        return {
            "funding_form": _("another form of the funding model is asked for"),
            "money_unit": _("the largest yearly spending asks for another money unit"),
            "projects": _("projects that the model does not have, or in another order"),
            "starts": _("start years that the model does not have"),
            "entries": _("channels or years of money that the model does not have"),
            "areas": _("other conditions, members or openings of coordinated areas"),
            "tickets": _("other ticket sizes"),
            "relations": _("other relations between projects"),
            "spending": _("other spending by year"),
            "project_limits": _("other shares, capital, cover or asked amounts of projects"),
            "row_set": _("a rule or year that the model has no row for"),
            "row_coefficients": _("a rule counts other projects or money, or weighs them otherwise"),
            "crossed_bounds": _("bounds of a start that exclude each other"),
        }[self.value]


#: families whose rows tell by themselves what has changed
_OWNERS = {
    "balance": RebuildReason.SPENDING, "shares": RebuildReason.PROJECT_LIMITS, "capital": RebuildReason.PROJECT_LIMITS,
    "cover": RebuildReason.PROJECT_LIMITS, "asks": RebuildReason.PROJECT_LIMITS, "tickets": RebuildReason.TICKETS,
    "areas": RebuildReason.AREAS, "precedence": RebuildReason.RELATIONS, "exclusivity": RebuildReason.RELATIONS,
    "corequisites": RebuildReason.RELATIONS, "commitments": RebuildReason.STARTS,
}  # fmt: skip
#: families that add to the objective
_EARNING = frozenset({"areas"})
#: what no row depends on: scores come in through the gains, overrides through the policy
_FREE_OF_ROWS = {
    Policy: {"criteria"},
    Scenario: {"name", "label", "policy", "library", "basis", "weights", "ahp", "overrides", "solver", "strategy", "max_repairs", "note"},
}
_YEARS = 10_000


@dataclass(frozen=True, eq=False)
class Patch:
    """Costs and bounds of another problem in the columns and rows of the base.

    Attributes
    ----------
    cost : array, one value a column
    row_lower, row_upper : arrays, one value a row
    col_lower, col_upper : arrays, one value a column
    gain_unit : float
        What the scaled objective is multiplied with.
    columns : array of bool
        Columns that the problem has; the others are fixed at 0.
    rows : array of bool
        Rows that the problem has; the others are free.
    """

    cost: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    gain_unit: float
    columns: BoolArray
    rows: BoolArray

    def matrices(self, base: Matrices) -> Matrices:
        """Return the base with these costs and bounds; coefficients are shared."""
        return replace(
            base, col_cost=self.cost, row_lower=self.row_lower, row_upper=self.row_upper,
            col_lower=self.col_lower, col_upper=self.col_upper,
        )  # fmt: skip


class Base:
    """A compiled model and what its rule families wrote, with which other problems are compared.

    Parameters
    ----------
    problem : Problem
    matrices : Matrices
        Compiled from a model of this problem.
    skip : set of str
        Families that the model leaves out.
    projected : bool
        Whether money is projected out of it.

    Raises
    ------
    ValueError
        When the model is not what the rule families write for the problem.
    """

    def __init__(self, problem: Problem, matrices: Matrices, skip: frozenset[str] = frozenset(), *, projected: bool = False) -> None:
        self.problem, self.matrices, self.projected = problem, matrices, projected
        self._skip = skip
        self._sheet = self._written(problem)
        column = np.repeat(np.arange(matrices.n_cols, dtype=np.int32), np.diff(matrices.start))
        order = np.lexsort((column, matrices.index))
        self._row, self._column, self._value = matrices.index[order], column[order], matrices.value[order]
        self._first: dict[str, int] = {}  # first row of each family
        self._index: dict[str, dict[Hashable, int]] = {}
        for name, written in self._sheet.rows.items():
            self._first[name] = start = matrices.row_spans[name].start if name in matrices.row_spans else 0
            self._index[name] = {key: start + r for r, key in enumerate(written.same)}
        starts, entries = problem.starts, problem.entries
        self._start_codes = starts.project * _YEARS + starts.year
        self._entry_codes = (entries.project * _YEARS + entries.year) * len(problem.leaves) + entries.leaf
        self._check()
        self._last: tuple[Problem, Patch, IntArray, list[int]] | None = None

    def patch(self, problem: Problem) -> Patch | tuple[RebuildReason, ...]:
        """Return the patch to another problem, or all reasons for which there is none."""
        known = self._last
        if known is not None and same_rows(known[0], problem):
            found = self._costs_only(problem, known)
            if found is not None:
                return found
        reasons: set[RebuildReason] = set()
        asked = problem.scenario.funding
        if (asked == "projected" and not self.projected) or (asked == "full" and self.projected):
            reasons.add(RebuildReason.FUNDING_FORM)
        if problem.money_unit != self.problem.money_unit:
            reasons.add(RebuildReason.MONEY_UNIT)
        inside = np.array([self.problem.position.get(p.id, -1) for p in problem.projects], dtype=np.int64)
        if not _increasing(inside):
            reasons.add(RebuildReason.PROJECTS)
        if reasons:
            return _ordered(reasons)
        sheet = self._written(problem)
        columns = self._columns(problem, sheet, inside, reasons)
        places, folded = self._places(sheet, reasons)
        if reasons:
            return _ordered(reasons)
        patch = self._made(sheet, columns, places, folded)
        reasons |= self._other_coefficients(sheet, columns, places, patch)
        if (patch.row_lower > patch.row_upper).any() or (patch.col_lower > patch.col_upper).any():
            reasons.add(RebuildReason.CROSSED_BOUNDS)
        if reasons:
            return _ordered(reasons)
        self._last = problem, patch, columns, [v.number for _g, v in sheet.gains]
        return patch

    # -- writing -----------------------------------------------------------------------------------------

    def _written(self, problem: Problem) -> Sheet:
        unit = float(problem.money_unit)
        money = [] if self.projected else (problem.entries.upper / unit).tolist()
        sheet = Sheet(len(problem.starts), money)
        write_families(sheet, problem, self._skip, projected=self.projected)
        return sheet

    def _costs_only(self, problem: Problem, known: tuple[Problem, Patch, IntArray, list[int]]) -> Patch | None:
        """Return the known patch with the gains of a problem that has the same rows; None when that is not certain."""
        _last, patch, columns, earning = known
        sheet = Sheet(len(problem.starts), [], 0 if self.projected else len(problem.entries))
        write_families(sheet, problem, frozenset(families()) - _EARNING | self._skip, projected=self.projected)
        if [v.number for _g, v in sheet.gains] != earning:
            return None
        return replace(patch, cost=self._cost(sheet, columns), gain_unit=sheet.gain_unit)

    def _cost(self, sheet: Sheet, columns: IntArray) -> FloatArray:
        cost = np.zeros(self.matrices.n_cols)
        cost[columns[[v.number for _g, v in sheet.gains]]] = [g for g, _v in sheet.gains]
        return cost

    def _made(self, sheet: Sheet, columns: IntArray, places: dict[str, IntArray], folded: list[int]) -> Patch:
        m = self.matrices
        lower, upper = sheet.bounds()
        lower[folded] = 1.0
        patch = Patch(
            self._cost(sheet, columns), np.full(m.n_rows, -np.inf), np.full(m.n_rows, np.inf), np.zeros(m.n_cols), np.zeros(m.n_cols),
            sheet.gain_unit, np.zeros(m.n_cols, dtype=np.bool_), np.zeros(m.n_rows, dtype=np.bool_),
        )  # fmt: skip
        patch.col_lower[columns], patch.col_upper[columns], patch.columns[columns] = lower, upper, True
        for name, written in sheet.rows.items():
            here = places[name] >= 0
            at = places[name][here]
            patch.row_lower[at], patch.row_upper[at], patch.rows[at] = written.lower[here], written.upper[here], True
        return patch

    # -- comparing ---------------------------------------------------------------------------------------

    def _columns(self, problem: Problem, sheet: Sheet, inside: Ints, reasons: set[RebuildReason]) -> IntArray:
        """Return the base's column of every column of the sheet, -1 where it has none, and tell what lacks."""
        starts, entries = problem.starts, problem.entries
        parts = [_found(self._start_codes, inside[starts.project] * _YEARS + starts.year)]
        if not _increasing(parts[0]):
            reasons.add(RebuildReason.STARTS)
        if not self.projected:
            leaf = np.array([_place(self.problem.leaves, leaf) for leaf in problem.leaves], dtype=np.int64)[entries.leaf]
            codes = (inside[entries.project] * _YEARS + entries.year) * len(self.problem.leaves) + leaf
            parts.append(_found(self._entry_codes, np.where(leaf < 0, -1, codes)))
            if not _increasing(parts[1]):
                reasons.add(RebuildReason.ENTRIES)
            parts[1] += np.where(parts[1] < 0, 0, len(self.problem.starts))
        for name, (_start, keys) in sheet.spans.items():
            first, known = self._sheet.spans.get(name, (0, ()))
            at = dict(zip(known, range(first, first + len(known)), strict=True))
            parts.append(np.array([at.get(key, -1) for key in keys], dtype=np.int64))
            if not _increasing(parts[-1]):
                reasons.add(RebuildReason.TICKETS if name == "u" else RebuildReason.AREAS)
        return np.concatenate(parts).astype(np.int32)

    def _places(self, sheet: Sheet, reasons: set[RebuildReason]) -> tuple[dict[str, IntArray], list[int]]:
        """Return the base's row of every row of the sheet by family (-1 for a bound), and the columns with a bound of 1."""
        places: dict[str, IntArray] = {}
        folded: list[int] = []
        for name, written in sheet.rows.items():
            index = self._index.get(name, {})
            at = np.array([index.get(key, -1) for key in written.same], dtype=np.int32)
            lacking = at < 0
            if name == "commitments" and lacking.any():
                single = lacking & (np.bincount(written.row, minlength=len(at)) == 1)
                folded = written.column[single[written.row]].tolist()  # a row of one start: the start is forced in
                lacking &= ~single
            if lacking.any() or not _increasing(at[at >= 0]):
                reasons.add(_OWNERS.get(name, RebuildReason.ROW_SET))
            places[name] = at
        return places, folded

    def _other_coefficients(self, sheet: Sheet, columns: IntArray, places: dict[str, IntArray], patch: Patch) -> set[RebuildReason]:
        """Return a reason for every family that has other coefficients than the base, where both have row and column."""
        mine = patch.columns[self._column] & patch.rows[self._row]
        own = _triples(sheet.rows, columns, places)
        base = self._row[mine], self._column[mine], self._value[mine]
        if _same(own, base):
            return set()
        out: set[RebuildReason] = set()
        for name, first in self._first.items():
            last = first + len(self._index[name])
            a, b = ((t[0] >= first) & (t[0] < last) for t in (own, base))
            if not _same((own[0][a], own[1][a], own[2][a]), (base[0][b], base[1][b], base[2][b])):
                out.add(_OWNERS.get(name, RebuildReason.ROW_COEFFICIENTS))
        return out

    def _check(self) -> None:
        """Refuse matrices that the families did not write."""
        problem, m, sheet = self.problem, self.matrices, self._sheet
        starts, entries = problem.starts, problem.entries
        ids = [p.id for p in problem.projects]
        x = [(ids[p], y) for p, y in zip(starts.project.tolist(), starts.year.tolist(), strict=True)]
        f = [(ids[p], problem.leaves[c], t) for p, c, t in zip(entries.project.tolist(), entries.leaf.tolist(), entries.year.tolist(), strict=True)]
        wanted = {"x": (0, tuple(x)), "f": (len(x), () if self.projected else tuple(f))} | sheet.spans
        names = {name: (span.start, tuple(span.keys)) for name, span in m.col_spans.items()}
        rows = {name: tuple(span.keys) for name, span in m.row_spans.items()}
        if names != {n: s for n, s in wanted.items() if s[1]} or rows != {n: w.keys for n, w in sheet.rows.items()}:
            raise ValueError("the model has other variables or rows than the rule families write for the problem")
        same = np.arange(m.n_cols, dtype=np.int32)
        places = {n: np.arange(self._first[n], self._first[n] + len(w.keys), dtype=np.int32) for n, w in sheet.rows.items()}
        patch = self._made(sheet, same, places, [])
        arrays = (
            (patch.cost, m.col_cost), (patch.row_lower, m.row_lower), (patch.row_upper, m.row_upper),
            (patch.col_lower, m.col_lower), (patch.col_upper, m.col_upper),
        )  # fmt: skip
        if not all(np.array_equal(a, b) for a, b in arrays) or not _same(_triples(sheet.rows, same, places), (self._row, self._column, self._value)):
            raise ValueError("the model has other numbers than the rule families write for the problem")
        if not (_increasing(self._start_codes) and _increasing(self._entry_codes)):
            raise ValueError("starts or money entries of the problem are not in order")


def same_rows(a: Problem, b: Problem) -> bool:
    """Return whether two problems differ, for certain, in nothing but scores, basis and what only the search looks at."""
    return (
        (a.library is b.library or a.library == b.library)
        and _but_for(a.policy, b.policy) and _but_for(a.scenario, b.scenario)
        and [p.id for p in a.projects] == [p.id for p in b.projects]
        and (a.leaves, a.start_years, a.money_years, a.money_unit) == (b.leaves, b.start_years, b.money_years, b.money_unit)
        and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("carry", "forced", "investment"))
        and all(x is y or _equal(x, y) for x, y in ((a.starts, b.starts), (a.spending, b.spending), (a.pairs, b.pairs), (a.entries, b.entries)))
        and (a.rows is b.rows or dict(a.rows) == dict(b.rows))
    )  # fmt: skip


def _equal(a: Any, b: Any) -> bool:
    """Whether two tables hold equal arrays."""
    own, other = vars(a), vars(b)
    return all(np.array_equal(own[name], other[name]) for name in own)


def _but_for(a: Policy | Scenario, b: Policy | Scenario) -> bool:
    fields = type(a).model_fields.keys() - _FREE_OF_ROWS[type(a)]
    return a is b or all(getattr(a, name) == getattr(b, name) for name in fields)


def _triples(rows: dict[str, Written], columns: IntArray, places: dict[str, IntArray]) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the coefficients of all rows that have a place, by row and column of the base; equal ones added up, zeros left out."""
    empty = np.empty(0, dtype=np.int32)
    row = np.concatenate([empty, *(places[name][w.row] for name, w in rows.items())])
    column = columns[np.concatenate([empty, *(w.column for w in rows.values())])]
    value = np.concatenate([np.empty(0), *(w.value for w in rows.values())])
    order = np.lexsort((column, row))
    order = order[row[order] >= 0]
    row, column, value = row[order], column[order], value[order]
    fresh = np.ones(len(row), dtype=np.bool_)
    fresh[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    if not fresh.all():
        value = np.add.reduceat(value, np.flatnonzero(fresh))
        row, column = row[fresh], column[fresh]
    kept = value != 0
    return row[kept], column[kept], value[kept]


def _same(a: tuple[IntArray, IntArray, FloatArray], b: tuple[IntArray, IntArray, FloatArray]) -> bool:
    return np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]) and np.array_equal(a[2], b[2])


def _found(known: Ints, wanted: Ints) -> Ints:
    """Return the position of each wanted number among the known ones, which ascend; -1 where it is none of them."""
    at = np.searchsorted(known, wanted)
    inside = at < len(known)
    inside[inside] = known[at[inside]] == wanted[inside]
    return np.where(inside, at, -1)


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1


def _increasing(at: Ints | IntArray) -> bool:
    """Whether positions are all found (none below 0) and ascend."""
    return bool((at >= 0).all() and (np.diff(at) > 0).all())


def _ordered(reasons: set[RebuildReason]) -> tuple[RebuildReason, ...]:
    return tuple(r for r in RebuildReason if r in reasons)
