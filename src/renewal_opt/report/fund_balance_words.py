"""Words of the price of balancing: levels, states, prices."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.fund_balance import BalancedPlan, BalancePrice
from ..i18n import _
from .compare_words import loss_words
from .numbers import places_for, rounded


def level_name(level: str) -> str:
    """Return who balances."""
    names = {
        "none": _("no balancing"), "city": _("the whole plan together"), "district": _("each district"), "area": _("each coordinated area"), "project": _("each project alone"),
    }  # fmt: skip
    return names[level]


def question(answer: BalancePrice) -> str:
    """Return what balancing means here, in one sentence."""
    if answer.of == "cost":
        words = _("Balancing: pledged net revenue and grants are at least {ratio} times investment, interest and issue fees of the group; 建设期利息 that a dynamic (动态) investment holds is counted once, with the interest.")
    else:
        words = _("Balancing: pledged net revenue is at least {ratio} times principal and interest of all debt of the group.")
    return words.format(ratio=answer.ratio)


def stopped_note(answer: BalancePrice) -> str:
    """Return that it was stopped before its end; empty where it was not."""
    if not answer.stopped:
        return ""
    return _("Stopped before its end: levels that are not listed were not looked at, and the last one told has the bound proven by then.")


def price_text(plan: BalancedPlan, places: int) -> str:
    """Return the loss of score: a number where the bounds agree to its digits, else an interval."""
    return loss_words(plan.price_least, plan.price_most, places) if plan.status == "solved" else "–"


def score_text(plan: BalancedPlan, places: int) -> str:
    """Return the score of a level's plan; a dash without one."""
    return "–" if plan.objective is None else f"{rounded(Fraction(plan.objective), places):,.{places}f}"


def places_of(answer: BalancePrice) -> int:
    """Return the decimals of scores."""
    return places_for(answer.plans[0].objective)


def state(plan: BalancedPlan) -> str:
    """Return how a level ended."""
    names = {"solved": _("solved"), "infeasible": _("no plan satisfies the rules"), "failed": _("stopped without a plan")}
    return names[plan.status]


def nothing(plan: BalancedPlan) -> str:
    """Return why a level asks nothing of the plan; empty where it does."""
    if plan.level == "none" or plan.groups:
        return ""
    if plan.level == "area":
        return _("no project that may start or runs belongs to a coordinated area: nothing has to balance, and the price of 0 says nothing")
    return _("no group of this level has anything that counts: nothing has to balance, and the price of 0 says nothing")


def unbalanced_words(answer: BalancePrice) -> list[str]:
    """Return what “unbalanced before” counts, and which groups those are."""
    out = [_("“unbalanced before”: of the groups that a level binds, candidates too, those in the plan without balancing that do not balance there; debt and revenue as the rule counts them, which the covers of cash and stress do not.")]
    for plan in answer.plans:
        named = [i for i in plan.unbalanced if i]
        if named:
            out.append(_("{level}: {ids}").format(level=level_name(plan.level), ids=", ".join(named)))
    return out


def moves(plan: BalancedPlan) -> str:
    """Return what enters and leaves against the plan without balancing."""
    parts = [(_("leave: {ids}"), plan.left), (_("enter: {ids}"), plan.entered)]
    return "; ".join(words.format(ids=_some(ids)) for words, ids in parts if ids)


def _some(ids: Sequence[str], most: int = 6) -> str:
    return ", ".join(ids[:most]) + (f" … ({len(ids)})" if len(ids) > most else "")
