"""Projects that fare alike in funding, added up.

Money rules of projects that may use the same channels in the same years under the same kinds of rules add up:
the sum of their rows is a relaxation, exact where each rule is a share of one year's spending (sums of base
polytopes of polymatroids; Edmonds 1970). Its size depends on the policy, not on the number of projects; prices
found on it are prices for every member. Where it is not exact, `oracle` asks again project by project.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..problem.tables import Floats, Ints
from .tables import Csr, FundingTables, Side


@dataclass(frozen=True)
class Grouped:
    """The money rules with entries, pairs and local rows added up by group.

    Attributes
    ----------
    entry_pair : array, shape (entry groups,)
        Pair group of each entry group.
    spend : sparse, shape (pair groups, columns of v)
    link, local : Side
        Over entry groups.
    local_group : array, shape (local rows,)
        Group of each local row, -1 where it is left out.
    """

    entry_pair: Ints
    spend: Csr
    link: Side
    local: Side
    local_group: Ints

    @property
    def n_entries(self) -> int:
        """Number of entry groups."""
        return len(self.entry_pair)


def _numbered(keys: list[Hashable]) -> Ints:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(k, len(numbers)) for k in keys], dtype=np.int64)


def classes(t: FundingTables, n_projects: int) -> Ints:
    """Return the class of each project, shape (n_projects,)."""
    order = np.lexsort((t.entry_year, t.entry_leaf, t.entry_project))
    p, leaf = t.entry_project[order], t.entry_leaf[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (p[1:] != p[:-1]) | (leaf[1:] != leaf[:-1])
    first = order[new]  # of each channel of a project
    own = _sums(p[new], _number(leaf[new], t.entry_year[first], _fingerprint(t.link.on_money)[first]), n_projects)
    names: dict[Hashable, int] = {}
    kind = np.array([names.setdefault((*k[:3], k[3] > 0), len(names)) for k in t.local_kind], dtype=np.int64)
    rule = _number(kind, _row_sets(t.local.on_money, t.entry_leaf))
    once = np.unique(t.local_project * (int(rule.max(initial=0)) + 1) + rule, return_index=True)[1]
    rules = _sums(t.local_project[once], rule[once], n_projects)
    return _number(own, rules)


def _number(*keys: Ints | Floats) -> Ints:
    """Return a number that is equal where all keys are equal."""
    out: Ints = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        own = np.unique(key, return_inverse=True)[1].astype(np.int64)
        both = out * (int(own.max(initial=0)) + 1) + own
        out = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return out


def _sums(group: Ints, number: Ints, n: int) -> Floats:
    """Return a sum for each group that is equal where the groups hold the same numbers (a slip costs strength, never validity)."""
    draws = np.random.default_rng(20250102).random(int(number.max(initial=0)) + 1)
    out: Floats = np.bincount(group, weights=draws[number], minlength=n).astype(np.float64)
    return np.round(out, 9)


def apart(t: FundingTables, mine: Ints) -> Ints:
    """Return the classes with projects set apart whose rules tie years together: sums of those are not exact.

    A limit on the whole of a project that is neither 0 nor more than all ties its years; plain shares of a year do not.
    """
    plain = np.asarray(abs(t.local.on_money).max(axis=1).todense()).ravel() == 1.0 if len(t.local) else np.zeros(0, dtype=bool)
    tying = np.array([k[3] == 0 and k[2] not in ("most0", "least0") for k in t.local_kind], dtype=bool) & plain
    out = mine.copy()
    single = np.unique(t.local_project[tying])
    out[single] = int(mine.max(initial=-1)) + 1 + np.arange(len(single))
    return out


def _row_sets(on_money: Csr, leaf: Ints) -> Floats:
    """Return for each row a number that tells which leaves stand in it with which coefficient."""
    rows = on_money.shape[0]
    number = _number(leaf[on_money.indices], on_money.data)
    return _sums(np.repeat(np.arange(rows), np.diff(on_money.indptr)), number, rows)


def _fingerprint(link: Csr) -> Floats:
    """Return a number for each entry that is equal where its link coefficients are equal (a slip costs strength, never validity)."""
    draws = np.random.default_rng(20250101).random(link.shape[0])
    out: Floats = np.asarray(link.T @ draws)
    return np.round(out, 9)


def by_class(t: FundingTables, n_projects: int) -> Grouped:
    """Return the rules added up by class; projects whose rules tie years together stay apart."""
    mine = apart(t, classes(t, n_projects))
    span = int(t.pair_year.max() - t.pair_year.min() + 1) if len(t.pair_year) else 1
    base = int(t.pair_year.min()) if len(t.pair_year) else 0
    pair_key = mine[t.pair_project] * span + (t.pair_year - base)
    _seen, pair_group = np.unique(pair_key, return_inverse=True)
    look = _fingerprint(t.link.on_money)
    _kinds, look_number = np.unique(look, return_inverse=True)
    width = int(t.entry_leaf.max()) + 1 if len(t.entry_leaf) else 1
    entry_key = (pair_group[t.entry_pair] * width + t.entry_leaf) * (int(look_number.max(initial=0)) + 1) + look_number
    _seen, entry_group = np.unique(entry_key, return_inverse=True)
    local_group = _numbered([(c, *kind) for c, kind in zip(mine[t.local_project].tolist(), t.local_kind, strict=True)])
    return grouped(t, pair_group.astype(np.int64), entry_group.astype(np.int64), local_group)


def by_project(t: FundingTables, wanted: Ints) -> Grouped:
    """Return the rules of some projects, each for itself (`wanted`: project positions)."""
    inside = np.zeros(int(max(t.pair_project.max(initial=-1), wanted.max(initial=-1))) + 1, dtype=bool)
    inside[wanted] = True
    return grouped(t, _kept(inside[t.pair_project]), _kept(inside[t.entry_project]), _kept(inside[t.local_project]))


def _kept(inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    out = np.full(len(inside), -1, dtype=np.int64)
    out[inside] = np.arange(int(inside.sum()))
    return out


def grouped(t: FundingTables, pair_group: Ints, entry_group: Ints, local_group: Ints) -> Grouped:
    """Add up pairs, entries and local rows by group; -1 leaves one out."""
    to_pair, to_entry, to_local = _adder(pair_group), _adder(entry_group), _adder(local_group)
    sizes = np.maximum(1.0, np.asarray(to_entry.sum(axis=1)).ravel())
    mean = sparse.diags(1.0 / sizes) @ to_entry  # coefficients of a link row are equal inside a group: their mean
    entry_pair = np.zeros(to_entry.shape[0], dtype=np.int64)
    kept = entry_group >= 0
    entry_pair[entry_group[kept]] = pair_group[t.entry_pair[kept]]
    link = Side((t.link.on_money @ mean.T).tocsr(), t.link.bound, t.link.on_portfolio)
    local = Side(_local_money(t, to_local, entry_group), to_local @ t.local.bound, (to_local @ t.local.on_portfolio).tocsr())
    return Grouped(entry_pair, (to_pair @ t.spend).tocsr(), link, local, local_group)


def _local_money(t: FundingTables, to_local: Csr, entry_group: Ints) -> Csr:
    """Return the local rows over entry groups: the coefficient that the members of a group share."""
    m = t.local.on_money.tocoo()
    group = np.zeros(t.local.on_money.shape[0], dtype=np.int64)
    by_row = to_local.tocoo()
    group[by_row.col] = by_row.row
    kept = np.isin(m.row, by_row.col) & (entry_group[m.col] >= 0)
    shape = (to_local.shape[0], int(entry_group.max(initial=-1)) + 1)
    at = (group[m.row[kept]], entry_group[m.col[kept]])
    total = sparse.csr_matrix((m.data[kept], at), shape=shape)
    count = sparse.csr_matrix((np.ones(int(kept.sum())), at), shape=shape)
    total.sum_duplicates()
    count.sum_duplicates()
    total.data = total.data / count.data
    return total


def _adder(group: Ints) -> Csr:
    kept = np.flatnonzero(group >= 0)
    return sparse.csr_matrix((np.ones(len(kept)), (group[kept], kept)), shape=(int(group.max(initial=-1)) + 1, len(group)))
