"""How far revenue may fall, or rates rise, before the debt of a project is no longer covered: exact, from the rows of cover.

With the money of the plan, a rule of cover with floor `rho` holds for a project while

    revenue (1 - s) + fixed >= rho * sum over debts of drawn * (principal and interest per 元 at its rate + r),

revenue being what the rule counts of positive years, fixed that of negative ones and of documented help (a fall of revenue leaves
them as they are). Both sides are linear in s, and in r for every form but the annuity, so the threshold is a quotient; annuities are
bisected.
"""

from __future__ import annotations

from fractions import Fraction

from ....domain.fund_stress import Threshold
from ....domain.plan import Chosen
from ..cover_rows import Covered, CoverRow, Debts, interest_years, repaid
from ..target import Target

#: largest rise of the rates of annuities that is looked at, and how finely: rounded down
TOP, STEP = Fraction(1, 5), Fraction(1, 1_000_000)


def thresholds(target: Target) -> list[Threshold]:
    """Return the thresholds of every project with debt, special bonds alone and all debt: the first to break first, those without a rule last.

    Debt is the plan's and what carry-overs have in place. Of several rules the one that breaks first is told; rules of other debt
    than special bonds stand with all debt. Where no rule concerns a project's special bonds, or its debt, the floor is 1. Amounts of
    a shock are rounded to whole 元, which can move an edge by as much.

    Parameters
    ----------
    target : Target
    """
    covered = Covered(target.problem, target.inputs.library)
    out: list[Threshold] = []
    for chosen, found in covered.each(target.plan):
        told = [_threshold(chosen, rule, debts, *covered.earned(chosen, rule)) for rule, debts in found]
        out.append(min(told, key=lambda t: Fraction(t.revenue_fall)))
    return sorted(out, key=lambda t: (not t.rule, Fraction(t.revenue_fall), t.id, t.of))


def _threshold(chosen: Chosen, rule: CoverRow, debts: Debts, own: list[int], help_: int) -> Threshold:
    falls = sum(v for v in own if v > 0)
    stays = sum(own) + help_ - falls
    owed = sum((v * repaid(t, Fraction(0)) for t, v in debts), Fraction(0))
    need, earned = rule.floor * owed, max(0, falls + stays)
    fall = min(Fraction(1), (falls + stays - need) / falls) if falls else Fraction(1 if stays >= need else -1)
    rise = rate_rise(debts, Fraction(earned) / rule.floor)
    return Threshold(
        id=chosen.id, name=chosen.name, of=rule.of, rule=rule.path, label=rule.label, assumption=rule.assumption, ratio=str(rule.floor),
        cover=str(earned / owed), revenue_fall=str(fall), rate_rise=None if rise is None else str(rise),
    )  # fmt: skip


def rate_rise(debts: Debts, most: Fraction) -> Fraction | None:
    """Return the largest rise of all rates at which principal and interest are at most so much.

    Exact where no debt is an annuity, else rounded down to a millionth and None beyond `TOP`; 0 where they are more already.
    """

    def left(rise: Fraction) -> Fraction:
        return most - sum((v * repaid(t, rise) for t, v in debts), Fraction(0))

    now = left(Fraction(0))
    if now <= 0:
        return Fraction(0)
    if all(t.form != "annuity" for t, _v in debts):
        return now / sum((v * interest_years(t) for t, v in debts), Fraction(0))
    if left(TOP) >= 0:
        return None
    low, high = 0, int(TOP / STEP)  # holds at low, breaks at high
    while high - low > 1:
        middle = (low + high) // 2
        if left(middle * STEP) >= 0:
            low = middle
        else:
            high = middle
    return low * STEP
