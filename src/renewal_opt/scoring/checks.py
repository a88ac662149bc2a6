"""Checks on scores that a plan prints (domain.md 1.2 and 1.6): blanks, correlated places, size of what was chosen."""

from __future__ import annotations

import statistics as _statistics
from collections.abc import Collection, Iterable
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np

from ..domain import Library, Policy, Project
from ..domain.base import Label
from ..domain.plan import GroupStats, Warning_
from ..screening.facts import Facts, blank
from . import Scoring

#: a column with a larger share of blanks is warned about (domain.md 1.2)
BLANK_SHARE = Fraction(3, 10)
#: a correlation of this size or more between indicators of place is warned about
STRONG = 0.7
#: columns that say where a project lies (domain.md 1.6: one thing must not be counted thrice)
PLACE_COLUMNS = ("rail_distance", "centre_level", "key_area", "zone", "plan_items", "unit_type", "coord_area", "district", "x", "y")


def blank_columns(policy: Policy, library: Library, facts: Facts | None = None) -> dict[str, tuple[int, int]]:
    """Return each column that indicators read to its number of blanks and of projects (withdrawn left out)."""
    facts = facts or Facts(policy, library)
    projects = [p for p in library.projects if p.part != "withdrawn"]
    out: dict[str, tuple[int, int]] = {}
    for criterion in policy.criteria.values():
        for indicator in criterion.indicators.values():
            if indicator.column not in out:
                read = facts.reader(indicator.column)
                out[indicator.column] = sum(blank(read(p)) for p in projects), len(projects)
    return out


def blank_warnings(policy: Policy, library: Library, facts: Facts | None = None) -> tuple[Warning_, ...]:
    """Return a warning for each indicator column of which more than 30 % is blank."""
    facts = facts or Facts(policy, library)
    out: list[Warning_] = []
    for column, (blanks, number) in blank_columns(policy, library, facts).items():
        if number and Fraction(blanks, number) > BLANK_SHARE:
            name, share = facts.label(column), f"{100 * blanks / number:.0f} %"
            zh = f"“{name.zh}”列 {number} 个项目中 {blanks} 个未填（{share}），评分按缺失规则取值"
            en = f"column “{name.en}”: {blanks} of {number} projects blank ({share}), scored by the rule for blanks"
            out.append(Warning_(kind="blank_column", label=Label(zh=zh, en=en)))
    return tuple(out)


def place_indicators(policy: Policy) -> dict[str, Label]:
    """Return the indicators of place, key criterion/indicator, with their labels."""
    return {
        f"{k}/{i}": indicator.label
        for k, criterion in policy.criteria.items()
        for i, indicator in criterion.indicators.items()
        if indicator.column in PLACE_COLUMNS
    }


def correlations(policy: Policy, scoring: Scoring, ids: Iterable[str] | None = None) -> dict[str, float]:
    """Return Pearson's correlation between the values of each two indicators of place.

    Parameters
    ----------
    policy, scoring
        The policy and its scores.
    ids : iterable of str, optional
        Projects that count; default all. A project with a blank in one of the two does not count.

    Returns
    -------
    dict of "a~b" to float
        a and b as criterion/indicator; pairs in which one is constant are left out.
    """
    rows = list(scoring.rows.values()) if ids is None else [scoring.rows[i] for i in ids]
    names = list(place_indicators(policy))
    values = np.array([[float(r.indicators[n]) for n in names] for r in rows]).reshape(len(rows), len(names))
    known = np.array([[n not in r.missing for n in names] for r in rows], dtype=bool).reshape(len(rows), len(names))
    out: dict[str, float] = {}
    for a, b in combinations(range(len(names)), 2):
        both = known[:, a] & known[:, b]
        x, y = values[both, a], values[both, b]
        if len(x) > 1 and np.ptp(x) > 0 and np.ptp(y) > 0:
            out[f"{names[a]}~{names[b]}"] = round(float(np.corrcoef(x, y)[0, 1]), 6)
    return out


def correlation_warnings(policy: Policy, found: dict[str, float]) -> tuple[Warning_, ...]:
    """Return a warning for each strong correlation: the same thing may be counted twice."""
    labels = place_indicators(policy)
    out: list[Warning_] = []
    for key, r in found.items():
        if abs(r) >= STRONG:
            a, b = (labels[name] for name in key.split("~"))
            zh = f"区位指标“{a.zh}”与“{b.zh}”相关系数 {r:.2f}，同一优势可能被重复计分"
            en = f"indicators of place “{a.en}” and “{b.en}” correlate with {r:.2f}: one advantage may be counted twice"
            out.append(Warning_(kind="correlated", label=Label(zh=zh, en=en)))
    return tuple(out)


def group_stats(group: Literal["chosen", "refused"], projects: Collection[Project], scoring: Scoring) -> GroupStats:
    """Return number, median total investment (元, half up) and mean score of a group; zeros for an empty one."""
    if not projects:
        return GroupStats(group=group, number=0, median_investment=0, mean_score=0.0)
    sizes = sorted(p.total_investment for p in projects)
    median = (_statistics.median_low(sizes) + _statistics.median_high(sizes) + 1) // 2
    mean = sum((scoring.rows[p.id].total for p in projects), Fraction(0)) / len(projects)
    return GroupStats(group=group, number=len(projects), median_investment=median, mean_score=float(mean))


def statistics(library: Library, scoring: Scoring, chosen: Collection[str], refused: Collection[str]) -> tuple[GroupStats, GroupStats]:
    """Return the comparison of new starts chosen and candidates refused (domain.md 1.6: no buying of small change)."""
    taken, left = frozenset(chosen), frozenset(refused)
    return (
        group_stats("chosen", [p for p in library.projects if p.id in taken], scoring),
        group_stats("refused", [p for p in library.projects if p.id in left], scoring),
    )


def hanging(scoring: Scoring, chosen: Collection[str], refused: Collection[str]) -> tuple[str, ...]:
    """Return the projects whose selection may hang on a blank, in the order of the library.

    A chosen one whose score at worst fill lies below the best total of the refused although its total does
    not; a refused one whose score at best fill lies above the least total of the chosen although its total
    does not. It is a reading of the scores, not a second solve: money and limits are left out.
    """
    taken, left = frozenset(chosen), frozenset(refused)
    highest = max((scoring.rows[i].total for i in left), default=None)
    lowest = min((scoring.rows[i].total for i in taken), default=None)
    out: list[str] = []
    for i, row in scoring.rows.items():
        if (i in taken and highest is not None and row.worst < highest <= row.total) or (
            i in left and lowest is not None and row.best > lowest >= row.total
        ):
            out.append(i)
    return tuple(out)
