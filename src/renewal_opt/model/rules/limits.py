r"""Limits and targets: a measure summed over a filter, bounded by a number or by a share of the plan.

.. math::
    lo \le \sum_{p \in W} \mu_p X_p \le hi, \qquad
    lo \sum_{p \in B} \mu_p X_p \le \sum_{p \in W \cap B} \mu_p X_p \le hi \sum_{p \in B} \mu_p X_p

`B` is the plan, its new starts, or the plan inside each district, key area or class; `of: budget` divides by the
budget. Carry-overs count unless `of: new`. A target binds from `from` to `to`, afterwards it is only reported.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ...domain.base import Label
from ...domain.rules import Limit
from ...errors import InputError
from ...problem import Problem
from ...problem.tables import Bools
from ...text.base import RowFacts, span
from ..rows import Exact, Row, Terms, Writer

_GROUPS = {"district": ("district", "districts"), "key_area": ("key_area", "key_areas"), "class": ("object_class", "object_classes")}


def rows(problem: Problem) -> list[Row]:
    """Return the rows of every limit and target that binds in the plan year; targets that have ended without bounds."""
    out: list[Row] = []
    for section in ("limits", "targets"):
        for key, limit in getattr(problem.policy, section).items():
            if limit.binds_in(problem.year):
                out += _rows(problem, section, key, limit)
            elif section == "targets" and limit.active and limit.to is not None and limit.to < problem.year:
                with suppress(InputError):  # it binds no more: without a budget there is no share of it to report
                    out += [_ended(row, limit.to) for row in _rows(problem, section, key, limit)]
    return out


def _ended(row: Row, to: int) -> Row:
    """Return a target's row as it is reported after its period: no bounds, they stand in its label."""
    facts = RowFacts(least=row.lo, most=row.hi, unit=row.unit)
    zh = f"{row.label.zh}（目标期至{to}年：{span(facts, 'zh')}，仅报告）"
    en = f"{row.label.en} (target until {to}: {span(facts, 'en')}, reported only)"
    return replace(row, label=Label(zh=zh, en=en), lo=None, hi=None)


def _rows(problem: Problem, section: str, key: str, limit: Limit) -> list[Row]:
    of = limit.of
    if of is not None and all(level is None or level.share is None or level.share.at(problem.year) is None for level in (limit.at_least, limit.at_most)):
        return []  # shares that hold in other years alone
    if of not in _GROUPS:
        everyone = np.ones(len(problem.projects), dtype=bool)
        return [_row(problem, section, key, key, limit, everyone, limit.label)]
    column, vocabulary = _GROUPS[of]
    labels = problem.policy.vocabulary(vocabulary)
    values = [problem.facts.get(p, column) for p in problem.projects]
    out: list[Row] = []
    for group in sorted({v for v in values if v is not None}):
        inside = np.array([v == group for v in values], dtype=bool)
        name = labels.get(group, Label(zh=group, en=group))
        label = Label(zh=f"{limit.label.zh} {name.zh}", en=f"{limit.label.en} {name.en}")
        out.append(_row(problem, section, f"{key}[{group}]", key, limit, inside, label))
    return out


def _row(problem: Problem, section: str, name: str, key: str, limit: Limit, inside: Bools, label: Label) -> Row:
    of, least, most = limit.of, limit.at_least, limit.at_most
    values, unit, factor = problem.measure(limit.measure)
    who = problem.starts.project
    counted = inside & ~problem.carry if of == "new" else inside
    left = np.flatnonzero((counted & problem.mask(limit.where))[who])
    terms = Terms(left, [values[i] for i in who[left]])
    common = ("limits", f"{section}.{key}", f"{section}:{name}", label)
    if of is None:
        lo = None if least is None or least.value is None else Fraction(least.value) * factor
        hi = None if most is None or most.value is None else Fraction(most.value) * factor
        return Row(*common, unit, limit.source.assumed, terms, lo, hi)
    low = None if least is None or least.share is None else least.share.fraction(problem.year)
    high = None if most is None or most.share is None else most.share.fraction(problem.year)
    if of == "budget":
        amount = problem.budget_amount(f"{section}.{key}", limit.measure)
        if amount:
            scaled: list[Exact] = [Fraction(values[i]) / amount for i in who[left]]
            return Row(*common, "share", limit.source.assumed, Terms(left, scaled), low, high)
    base = np.flatnonzero(counted[who] & (of != "budget"))  # a budget of 0 is an empty base
    return Row(*common, "share", limit.source.assumed, terms, low, high, base=Terms(base, [values[i] for i in who[base]]))


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Write the limits and targets."""
    Writer(m, problem).rows("limits", rows(problem))
