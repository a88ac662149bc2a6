"""What can be traded off: every objective by its word, exact, over starts, areas and money entries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ...domain.base import WAN, Label
from ...errors import InputError
from ...model.rows import Row
from ...model.rules import debt_service, districts, limits
from ...problem import Problem
from ...problem.areas import areas_of, bonus_of

Sense = Literal["max", "min"]

_WAN = Label(zh="万元", en="10k yuan")
_SHARE = Label(zh="比例", en="share")
#: unit of a limit's sum, and the factor to it
_UNITS = {
    "yuan": (_WAN, Fraction(1, WAN)), "wan": (_WAN, Fraction(1)), "count": (Label(zh="个", en="projects"), Fraction(1)), "number": (Label(zh="数量", en="number"), Fraction(1)),
}  # fmt: skip
_POINTS = {
    "investment": Label(zh="万元×分", en="10k yuan x points"),
    "count": Label(zh="分", en="points"),
    "beneficiaries": Label(zh="分·人", en="points x residents"),
}
#: resolution of money, 万元, and of the worst-off district's share
MONEY_STEP, SHARE_STEP = Fraction(1), Fraction(1, 1000)


@dataclass(frozen=True, eq=False)
class Measure:
    """A linear measure of a plan.

    Attributes
    ----------
    name : str
    label, unit : Label
    sense : {"max", "min"}
        What it is usually wanted to be.
    starts : dict of int to Fraction
        Coefficient of each start; carry-overs left out.
    areas : dict of str to Fraction
        What the opening of an area adds.
    money : dict of int to Fraction
        Coefficient of each money entry, per 元.
    ratios : tuple of (Label, dict of int to Fraction)
        For the worst-off district: each district's share by start; the measure is the least of them.
    resolution : Fraction or None
        For real-valued measures.
    """

    name: str
    label: Label
    unit: Label
    sense: Sense = "max"
    starts: dict[int, Fraction] = field(default_factory=dict)
    areas: dict[str, Fraction] = field(default_factory=dict)
    money: dict[int, Fraction] = field(default_factory=dict)
    ratios: tuple[tuple[Label, dict[int, Fraction]], ...] = ()
    resolution: Fraction | None = None

    @property
    def of_money(self) -> bool:
        """Whether money counts, so that the portfolio alone does not determine the measure."""
        return bool(self.money)

    def value(self, chosen: list[bool], opened: dict[str, int], money: list[int]) -> Fraction:
        """Return the exact value of a plan."""
        if self.ratios:
            return min(sum((c for k, c in share.items() if chosen[k]), Fraction(0)) for _label, share in self.ratios)
        total = sum((c for k, c in self.starts.items() if chosen[k]), Fraction(0))
        total += sum((c for a, c in self.areas.items() if a in opened), Fraction(0))
        return total + sum((c * money[e] for e, c in self.money.items() if money[e]), Fraction(0))


def known_words(problem: Problem) -> list[str]:
    """Return every word that `measure` knows, in the order of the help."""
    funding = problem.policy.funding
    out = [*problem.policy.criteria, "score", "total_investment", "projects", "residents", "worst_off_district"]
    out += [word for word, known in limited(problem).items() if known.starts(problem)]
    out += ["fiscal_outlay", "market_outlay"]
    leaves = list(funding.leaves())
    out += [f"outlay:{name}" for name in dict.fromkeys([*funding.channels, *leaves])]
    last = _last_payment(problem)
    return out + [f"debt_service:{y}" for y in range(problem.year + 1, last + 1)]


def measure(problem: Problem, word: str) -> Measure | None:
    """Return the measure of a word, None for an unknown one.

    Parameters
    ----------
    problem : Problem
    word : str
        A criterion, or one of `known_words`.
    """
    if word in problem.policy.criteria:
        return _criterion(problem, word)
    plain: dict[str, Callable[[Problem], Measure]] = {
        "score": _score, "total_investment": _investment, "projects": _projects, "residents": _residents, "worst_off_district": _worst_off,
        "fiscal_outlay": _fiscal, "market_outlay": _market,
    }  # fmt: skip
    if word in plain:
        return plain[word](problem)
    kind, _colon, rest = word.partition(":")
    if kind in ("limit", "target") and word in (known := limited(problem)):
        return _limit(problem, word, known[word])
    if kind == "outlay" and word in known_words(problem):
        funding = problem.policy.funding
        parent = funding.channels[funding.parent(rest)]
        name = parent.label if rest in funding.channels else parent.sub[rest].label
        return _outlay(problem, word, Label(zh=f"{name.zh}出资", en=f"outlay of {name.en}"), funding.expand((rest,)), "min" if parent.side == "government" else "max")
    if kind == "debt_service" and word in known_words(problem):
        return _debt_service(problem, word, int(rest))
    return None


def _new(problem: Problem, per_project: Callable[[int], Fraction]) -> dict[int, Fraction]:
    """Return coefficients over new starts from a number a project."""
    starts = problem.starts
    pairs = ((k, per_project(int(starts.project[k]))) for k in np.flatnonzero(~starts.fixed).tolist())
    return {k: v for k, v in pairs if v}


def _criterion(problem: Problem, key: str) -> Measure:
    rows = problem.scoring.rows
    label = problem.policy.criteria[key].label
    return Measure(key, label, _POINTS[problem.scenario.basis], starts=_new(problem, lambda p: problem.basis[p] * rows[problem.projects[p].id].criteria[key]))


def _score(problem: Problem) -> Measure:
    areas = {a.id: bonus_of(problem, a) for a in areas_of(problem)}
    return Measure(
        "score", Label(zh="综合得分", en="weighted score"), _POINTS[problem.scenario.basis],
        starts=_new(problem, lambda p: problem.basis[p] * problem.score[p]), areas={k: v for k, v in areas.items() if v},
    )  # fmt: skip


def _investment(problem: Problem) -> Measure:
    return Measure(
        "total_investment", Label(zh="新开工总投资", en="total investment of new starts"), _WAN,
        starts=_new(problem, lambda p: Fraction(int(problem.investment[p]), WAN)),
    )  # fmt: skip


def _projects(problem: Problem) -> Measure:
    return Measure("projects", Label(zh="新开工项目数", en="number of new starts"), Label(zh="个", en="projects"), starts=_new(problem, lambda p: Fraction(1)))


def _residents(problem: Problem) -> Measure:
    return Measure(
        "residents", Label(zh="受益居民", en="residents served"), Label(zh="人", en="residents"),
        starts=_new(problem, lambda p: Fraction(problem.projects[p].residents or 0)),
    )  # fmt: skip


def districts_of(problem: Problem) -> tuple[list[str], list[str]]:
    """Return the districts with candidates, and those of the policy without."""
    candidates = [p for p, c in zip(problem.projects, problem.carry.tolist(), strict=True) if not c]
    named = [d for d, entry in problem.policy.districts.items() if entry.level == "district"]
    inside = [d for d in named if any(districts.share_of(p, d) for p in candidates)]
    return inside, [d for d in named if d not in inside]


def _worst_off(problem: Problem) -> Measure:
    """Share of the money asked for by its candidates that a district gets; the least over districts with candidates."""
    ratios: list[tuple[Label, dict[int, Fraction]]] = []
    for d in districts_of(problem)[0]:
        asked = sum(
            (districts.share_of(p, d) * p.total_investment for p, c in zip(problem.projects, problem.carry.tolist(), strict=True) if not c), Fraction(0)
        )
        if asked:
            shares = _new(problem, lambda p, d=d, asked=asked: districts.share_of(problem.projects[p], d) * int(problem.investment[p]) / asked)  # type: ignore[misc]
            ratios.append((problem.policy.districts[d].label, shares))
    return Measure(
        "worst_off_district", Label(zh="最少区获得率", en="worst-off district's share of what it asked for"), _SHARE,
        ratios=tuple(ratios), resolution=SHARE_STEP,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Limited:
    """What a limit or target measures, whether it is active or not.

    Attributes
    ----------
    row : Row
        Its exact row; the bounds are not read.
    unit : Label
        Unit of the measured sum.
    factor : Fraction
        From the row's numbers to the unit.
    sense : {"max", "min"}
        Less is wanted of what is limited above alone.
    """

    row: Row
    unit: Label
    factor: Fraction
    sense: Sense

    def starts(self, problem: Problem) -> dict[int, Fraction]:
        """Return the measured sum over new starts; carry-overs are a constant and left out."""
        left, fixed = self.row.left, problem.starts.fixed
        coefs = left.start_coefs if left.start_coefs is not None else [1] * len(left.starts)
        return {k: Fraction(c) * self.factor for k, c in zip(left.starts.tolist(), coefs, strict=True) if c and not fixed[k]}


def limited(problem: Problem) -> dict[str, Limited]:
    """Return every limit and target by its word, ``limit:KEY`` or ``target:KEY``; of groups ``limit:KEY[GROUP]``."""
    out: dict[str, Limited] = {}
    for section, kind in (("limits", "limit"), ("targets", "target")):
        for key, limit in getattr(problem.policy, section).items():
            alone = {"limits": {}, "targets": {}} | {section: {key: limit.model_copy(update={"active": True, "from_": None, "to": None})}}
            unit = "wan" if limit.measure != "investment" and problem.facts.is_money(limit.measure) else problem.measure(limit.measure)[1]
            sense: Sense = "min" if limit.at_least is None else "max"
            with suppress(InputError):  # a share of a budget that the policy does not have
                for row in limits.rows(replace(problem, policy=problem.policy.model_copy(update=alone))):
                    scaled = row.unit == "share" and row.base is None  # of the budget: the sum is a share already
                    known = (_SHARE, Fraction(1)) if scaled else _UNITS[unit]
                    out[f"{kind}:{row.name.partition(':')[2]}"] = Limited(row, *known, sense)
    return out


def _limit(problem: Problem, word: str, known: Limited) -> Measure:
    return Measure(word, known.row.label, known.unit, known.sense, starts=known.starts(problem))


def _outlay(problem: Problem, word: str, label: Label, leaves: tuple[str, ...], sense: Sense) -> Measure:
    mine = np.flatnonzero(problem.leaf_mask(leaves)[problem.entries.leaf]).tolist()
    return Measure(word, label, _WAN, sense, money={e: Fraction(1, WAN) for e in mine}, resolution=MONEY_STEP)


def _fiscal(problem: Problem) -> Measure:
    return _outlay(problem, "fiscal_outlay", Label(zh="财政类渠道出资", en="outlay of government channels"), problem.policy.funding.expand(side="government"), "min")


def _market(problem: Problem) -> Measure:
    return _outlay(problem, "market_outlay", Label(zh="市场类渠道出资", en="outlay of market channels"), problem.policy.funding.expand(side="market"), "max")


def _debt_leaves(problem: Problem) -> tuple[str, ...]:
    return problem.policy.funding.expand(counts_as="debt")


def _last_payment(problem: Problem) -> int:
    pays = debt_service.schedules(problem, _debt_leaves(problem))
    return problem.money_years[-1] + max((len(v) for v in pays.values()), default=0)


def _debt_service(problem: Problem, word: str, year: int) -> Measure:
    entries, coefs = debt_service.due(problem, debt_service.schedules(problem, _debt_leaves(problem)), year)
    money = {e: Fraction(c) / WAN for e, c in zip(entries, coefs, strict=True)}
    return Measure(word, Label(zh=f"{year}年偿债支出", en=f"debt service of {year}"), _WAN, "min", money=money, resolution=MONEY_STEP)
