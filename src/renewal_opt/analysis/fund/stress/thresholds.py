"""How far revenue may fall, or rates rise, before the debt of a project is no longer covered: exact, from its cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ....domain.fund_stress import Threshold
from ....domain.library import Project
from ....domain.plan import Chosen
from ....problem.limits_of_projects import counted
from ....problem.repayment import repaid_per_yuan
from ..schedule import Terms, terms_of
from ..target import Target

#: largest rise of the rates that is looked at, and how finely
TOP, STEP = Fraction(1, 5), Fraction(1, 10_000)


@dataclass(frozen=True)
class _Rule:
    """What has to be covered: leaves of debt, the ratio, the classes of revenue (None: all)."""

    of: str
    leaves: frozenset[str]
    ratio: Fraction
    classes: tuple[str, ...] | None


def thresholds(target: Target) -> list[Threshold]:
    """Return the thresholds of every project with debt, special bonds alone and all debt, the first to break first.

    Revenue and help are what the rule of cover counts: of its classes, from the project's start to the end of the longest term that
    it may take; debt is the plan's and what carry-overs have in place. Revenue falls as in a shock: years below 0 and help stay.
    Of several rules the one that breaks first is told; rules of other debt than special bonds stand with all debt. Amounts of a
    shock are rounded to whole 元, which can move an edge by as much.

    Parameters
    ----------
    target : Target
    """
    projects = {p.id: p for p in target.inputs.library.projects}
    out: list[Threshold] = []
    for chosen in target.plan.chosen:
        debts = _debts(target, chosen, projects[chosen.id])
        for of in ("bonds", "all"):
            told = [t for rule in _rules(target, of, chosen.id) if (t := _threshold(target, rule, chosen, projects[chosen.id], debts)) is not None]
            if not told and (plain := _threshold(target, _no_rule(target, of), chosen, projects[chosen.id], debts)) is not None:
                told = [plain]
            if told:
                out.append(min(told, key=lambda t: Fraction(t.revenue_fall)))
    return sorted(out, key=lambda t: (Fraction(t.revenue_fall), t.id, t.of))


def _debts(target: Target, chosen: Chosen, project: Project) -> list[tuple[str, Terms, int]]:
    """Return name, terms and amount of a project's debt by channel or leaf."""
    funding = target.inputs.policy.funding
    sums: dict[str, int] = dict(project.in_place) if chosen.part == "carry_over" else {}
    for m in chosen.money:
        sums[m.channel] = sums.get(m.channel, 0) + m.yuan
    parents = {k: k if k in funding.channels else funding.parent(k) for k, v in sums.items() if v}
    return [(k, t, sums[k]) for k, parent in parents.items() if (t := terms_of(funding.channels[parent], target.plan.plan_year)) is not None]


def _rules(target: Target, of: str, project: str) -> Iterator[_Rule]:
    """Yield the active rules of cover for a project: of special bonds, or of other and all debt."""
    funding, problem = target.inputs.policy.funding, target.problem
    bonds = frozenset(funding.expand(side="government", counts_as="debt"))
    for rule in funding.cover.values():
        ratio = rule.ratio.fraction(target.plan.plan_year)
        leaves = frozenset(funding.expand(rule.channels, counts_as="debt"))
        if rule.active and ratio and (of == "bonds") == (leaves <= bonds) and problem.mask(rule.where)[problem.position[project]]:
            yield _Rule(of, leaves, ratio, None if rule.revenue is None else tuple(rule.revenue))


def _no_rule(target: Target, of: str) -> _Rule:
    """Return what stands where no rule is: all revenue is once the debt."""
    leaves = target.inputs.policy.funding.expand(side="government" if of == "bonds" else None, counts_as="debt")
    return _Rule(of, frozenset(leaves), Fraction(1), None)


def _threshold(target: Target, rule: _Rule, chosen: Chosen, project: Project, debts: Sequence[tuple[str, Terms, int]]) -> Threshold | None:
    funding, library = target.inputs.policy.funding, target.inputs.library
    mine = [(t, v) for name, t, v in debts if set(funding.expand((name,))) <= rule.leaves]
    if not mine:
        return None
    sure = {p.id for p in target.problem.projects if p.part == "carry_over"}
    revenue = [r for r in library.revenue if r.project == project.id]
    own, more = counted(project, target.plan.plan_year, _life(target, rule, project), rule.classes, revenue, library.help, sure)
    falls = sum(v for v in own if v > 0)
    stays = sum(own) + more - falls
    owed = _repaid(mine, Fraction(0))
    need = rule.ratio * owed
    fall = min(Fraction(1), 1 - (need - stays) / falls) if falls else Fraction(1 if stays >= need else -1)
    return Threshold(
        id=chosen.id, name=chosen.name, of=rule.of, ratio=str(rule.ratio), cover=str(Fraction(max(0, falls + stays)) / owed), revenue_fall=str(fall),  # type: ignore[arg-type]
        rate_rise=_rise(mine, Fraction(falls + stays), rule.ratio),
    )  # fmt: skip


def _life(target: Target, rule: _Rule, project: Project) -> int:
    """Return the longest term of the rule's debt that a project may take."""
    funding, problem = target.inputs.policy.funding, target.problem
    i = problem.position[project.id]
    terms = [0]
    for leaf in rule.leaves:
        channel = funding.channels[funding.parent(leaf)]
        if problem.mask(channel.eligible)[i] and (leaf not in channel.sub or problem.mask(channel.sub[leaf].eligible)[i]):
            terms.append(channel.term or 0)
    return max(terms)


def _repaid(debts: Sequence[tuple[Terms, int]], more: Fraction) -> Fraction:
    return sum((v * repaid_per_yuan(t.form, t.rate + more, t.term) for t, v in debts), Fraction(0))


def _rise(debts: Sequence[tuple[Terms, int]], earned: Fraction, ratio: Fraction) -> float | None:
    """Return the largest rise of all rates, in steps, at which the cover holds; below 0 where it is short already: 0."""
    if ratio * _repaid(debts, TOP) <= earned:
        return None
    low, high = 0, int(TOP / STEP)  # holds at low (or is short already), breaks at high
    while high - low > 1:
        middle = (low + high) // 2
        if ratio * _repaid(debts, middle * STEP) <= earned:
            low = middle
        else:
            high = middle
    return float(low * STEP)
