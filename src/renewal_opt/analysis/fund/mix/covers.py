"""Cover of the projects of a mix that hold special bonds, as the policy's rules count it: at the declared and the issued rate, without and with help."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ....domain.base import Label
from ....domain.fund_mix import MixCover
from ....domain.plan import Chosen, Plan
from ....problem import Problem
from ..channels import Channels, Rate
from ..cover_rows import HELP, Covered, CoverRow, Debts, kind_of, repaid
from ..target import Target

#: a cover less than this above its floor is near it
NEAR = Fraction(11, 10)


@dataclass(frozen=True)
class _Usual:
    """Largest ratio that the policy states for a kind of debt, in force or not."""

    ratio: Fraction
    label: Label


def covers_of_mix(target: Target, plan: Plan) -> tuple[MixCover, ...]:
    """Return the covers of each project of a plan with special bonds: of the bonds alone and of all its debt, the least first.

    Of several rules for one kind of debt the one with the least room is told; where none is in force the floor is 1. Revenue is that
    which the rule counts (its classes, from the start to the end of the longest term), debt the plan's and what a carry-over has in
    place; where a rule does not name help, its cover with help adds documented help of the same years, which the rule does not count.

    Parameters
    ----------
    target : Target
        Whose policy and library hold.
    plan : Plan
        With the money of the mix.
    """
    channels, covered, usual = Channels(target.problem.policy.funding, target.problem.year), Covered(target.problem, target.inputs.library), _usual(target.problem)
    out: list[MixCover] = []
    room: dict[str, Fraction] = {}  # of projects with special bonds: the least cover over its floor
    for chosen, found in covered.each(plan):
        of = found[0][0].of
        if of == "all" and chosen.id not in room:
            continue
        told = [_told(channels, covered, chosen, rule, debts, usual.get(of)) for rule, debts in found]
        least = min(told, key=lambda c: Fraction(c.rule_counts) / Fraction(c.floor))
        own = Fraction(least.least) / Fraction(least.floor)
        room[chosen.id] = min(own, room.get(chosen.id, own))
        out.append(least)
    return tuple(sorted(out, key=lambda c: (room[c.id], c.id, c.of != "bonds")))


def _told(channels: Channels, covered: Covered, chosen: Chosen, rule: CoverRow, debts: Debts, usual: _Usual | None) -> MixCover:
    at: dict[Rate, Debts] = {"declared": debts}
    if channels.issued:
        at["issued"] = covered.debts(chosen, rule, channels.issued_rate)
    return _cover(chosen, rule, at, sum(covered.earned(chosen, rule)[0]), covered.helped(chosen, rule), usual)


def _usual(problem: Problem) -> dict[str, _Usual]:
    """Return the largest ratio stated for special bonds and for all debt, rules that are switched off included."""
    funding = problem.policy.funding
    out: dict[str, _Usual] = {}
    for rule in funding.cover.values():
        ratio = rule.ratio.fraction(problem.year)
        of = kind_of(funding, rule)
        if ratio is not None and (of not in out or ratio > out[of].ratio):
            out[of] = _Usual(ratio, rule.label)
    return out


def _cover(chosen: Chosen, rule: CoverRow, debts: dict[Rate, Debts], own: int, helped: int, usual: _Usual | None) -> MixCover:
    owed = {rate: sum((v * repaid(t, Fraction(0)) for t, v in some), Fraction(0)) for rate, some in debts.items()}
    with_help = own + helped

    def over(rate: Rate, earned: int) -> str | None:
        return str(max(0, earned) / owed[rate]) if owed.get(rate) else None

    found = [over(rate, earned) for rate in owed for earned in (own, with_help)]
    counts_help = rule.classes is not None and HELP in rule.classes
    counts = over("declared", with_help if counts_help else own) or "0"
    floor = max(Fraction(1), rule.floor)
    usual_ratio = floor if usual is None else max(floor, usual.ratio)
    worst = min(Fraction(v) for v in found if v is not None)
    state = "below" if worst < floor else "near" if worst < max(usual_ratio, NEAR * floor) else "clear"
    return MixCover(
        id=chosen.id, name=chosen.name, of=rule.of, rule=rule.path, label=rule.label, assumption=rule.assumption, floor=str(floor),
        usual=None if usual is None or usual.ratio <= floor else str(usual.ratio), usual_label=None if usual is None or usual.ratio <= floor else usual.label,
        declared=found[0] or "0", declared_helped=found[1] or "0", issued=found[2] if len(found) > 2 else None, issued_helped=found[3] if len(found) > 2 else None,
        rule_counts=counts, least=str(worst), state=state,  # type: ignore[arg-type]
    )  # fmt: skip
