r"""Fund balance (资金平衡): the revenue of a group of projects covers their debt, or their whole cost.

.. math::
    \sum_{p \in G} w_p R_p \sum_s x_{p,s} \ge \rho \sum_{p \in G} w_p \Bigl( D_p + \sum_{c,t} m_c f_{p,c,t} \Bigr)
    \quad \text{(of debt)}, \\
    \sum_{p \in G} w_p \Bigl( R_p \sum_s x_{p,s} + \sum_{c \in \mathrm{grants},\,t} f_{p,c,t} \Bigr)
    \ge \rho \sum_{p \in G} w_p \Bigl( (I_p - B_p) \sum_s x_{p,s} + \sum_{c,t} (m_c - 1 + \phi_c) f_{p,c,t} \Bigr) \quad \text{(of cost)}

`R_p` is all pledged net revenue, `m_c` principal and interest per 元 drawn, `phi_c` the issue fee, `w_p` the share of the
project in the group (1, or its share of a district), `D_p` what carry-overs repay on debt in place; grants and interest in
place count alike. `I_p` is the total investment and `B_p` the interest in building time (建设期利息) that it holds: that
which the library states where its investment is 动态 (dynamic), else 0. All interest of the debt counts beside the investment,
that of building time too, so without `B_p` it would count twice. A group is a project, a coordinated area, a district, or the whole plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...domain.funding import FundBalanceRule
from ...domain.library import held_interest
from ...problem import Problem
from ...problem.tables import Bools
from ...problem.wholemoney import channel_weight
from ..rows import Exact, Row, Terms, Writer
from .districts import share_of

#: the rows hold money: where it is projected out, `funding` stands for them
MONEY = True


def rows(problem: Problem) -> list[Row]:
    """Return one row a rule and group in which something counts."""
    out: list[Row] = []
    for key, rule in problem.policy.funding.fund_balance.items():
        ratio = rule.ratio.fraction(problem.year)
        if not rule.active or ratio is None:
            continue
        sums = _Sums(problem, rule)
        for group, label, weights in _groups(problem, rule):
            left, base = sums.terms(weights)
            if not len(left.starts) and not len(base.starts) and not any(len(t.entries) for t in (left, base) if t.entries is not None):
                continue
            name = f"fund_balance:{key}[{group}]" if group else f"fund_balance:{key}"
            words = Label(zh=f"{rule.label.zh} {label.zh}".strip(), en=f"{rule.label.en} {label.en}".strip())
            out.append(Row("fund_balance", f"funding.fund_balance.{key}", name, words, "yuan", rule.source.assumed, left, ratio, None, base=base, only_used=True))
    return out


def _groups(problem: Problem, rule: FundBalanceRule) -> Iterator[tuple[str, Label, dict[int, Fraction]]]:
    """Yield id, name and members (project position to weight) of each group."""
    members = np.flatnonzero(problem.mask(rule.where)).tolist()
    one = Fraction(1)
    if rule.level == "city":
        yield "", Label(zh="", en=""), dict.fromkeys(members, one)
    elif rule.level == "project":
        for i in members:
            yield problem.projects[i].id, Label(zh=problem.projects[i].id, en=problem.projects[i].id), {i: one}
    elif rule.level == "area":
        areas = sorted({a for i in members if (a := problem.projects[i].coord_area) is not None})
        for area in areas:
            yield area, Label(zh=area, en=area), {i: one for i in members if problem.projects[i].coord_area == area}
    else:
        for district, entry in problem.policy.districts.items():
            shares = {i: s for i in members if (s := share_of(problem.projects[i], district))}
            if shares:
                yield district, entry.label, shares


class _Sums:
    """What counts on both sides, by project."""

    def __init__(self, problem: Problem, rule: FundBalanceRule) -> None:
        self.problem, self.cost = problem, rule.of == "cost"
        funding, self.leaves = problem.policy.funding, problem.leaves
        self.revenue: dict[str, int] = {}
        for row in problem.library.revenue:
            if rule.revenue is None or row.revenue_class in rule.revenue:
                self.revenue[row.project] = self.revenue.get(row.project, 0) + row.pledged_net
        self.repaid: dict[str, Fraction] = {}
        for leaf in funding.expand(counts_as="debt"):
            channel = funding.channels[funding.parent(leaf)]
            fee = Fraction(channel.issue_fee or 0)
            whole = channel_weight(channel, problem.year)
            self.repaid[leaf] = whole - 1 + fee if self.cost else whole
        self.debt: Bools = np.array([leaf in self.repaid for leaf in self.leaves], dtype=bool)
        self.grants: Bools = problem.leaf_mask(counts_as="grant")
        first = problem.entries.project
        self.first = np.searchsorted(first, np.arange(len(problem.projects) + 1)).tolist()

    def terms(self, weights: dict[int, Fraction]) -> tuple[Terms, Terms]:
        """Return income and outgo of a group."""
        problem, entries = self.problem, self.problem.entries
        income, outgo = _Side(), _Side()
        for i, w in weights.items():
            project = problem.projects[i]
            gains, costs = Fraction(self.revenue.get(project.id, 0)), Fraction(0)
            if problem.carry[i]:
                gains, costs = gains + self._in_place(project.in_place, grants=True), self._in_place(project.in_place, grants=False)
            if self.cost:
                costs += int(problem.investment[i]) - held_interest(project, problem.library.investment_basis)
            own = range(int(problem.starts.first[i]), int(problem.starts.first[i + 1]))
            income.start(own, w * gains)
            outgo.start(own, w * costs)
            for e in range(self.first[i], self.first[i + 1]):
                leaf = int(entries.leaf[e])
                if self.debt[leaf]:
                    outgo.entry(e, w * self.repaid[self.leaves[leaf]])
                elif self.cost and self.grants[leaf]:
                    income.entry(e, w)
        return income.terms(), outgo.terms()

    def _in_place(self, placed: dict[str, int], *, grants: bool) -> Fraction:
        """Return grants in place (of cost), or what debt in place costs."""
        funding = self.problem.policy.funding
        total = Fraction(0)
        for name, yuan in placed.items():
            own = funding.expand((name,))
            if grants:
                total += yuan if self.cost and own and all(funding.channels[funding.parent(leaf)].counts_as == "grant" for leaf in own) else 0
            elif own and all(leaf in self.repaid for leaf in own):
                total += self.repaid[own[0]] * yuan
        return total


class _Side:
    """One side of a row being put together."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.start_coefs: list[Exact] = []
        self.entries: list[int] = []
        self.entry_coefs: list[Exact] = []

    def start(self, starts: range, value: Fraction) -> None:
        if value:
            self.starts += starts
            self.start_coefs += [value] * len(starts)

    def entry(self, e: int, value: Fraction) -> None:
        if value:
            self.entries.append(e)
            self.entry_coefs.append(value)

    def terms(self) -> Terms:
        return Terms(np.array(self.starts, dtype=np.int64), self.start_coefs, np.array(self.entries, dtype=np.int64), self.entry_coefs)


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the balances."""
    Writer(m, problem).rows("fund_balance", rows(problem))
