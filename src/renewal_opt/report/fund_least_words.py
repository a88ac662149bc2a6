"""Words of least fiscal money."""

from __future__ import annotations

from fractions import Fraction

from ..domain.fund_least import FundLeast
from ..i18n import _
from .numbers import percent, rounded, wan
from .view import basis_name, stopped_name


def title(answer: FundLeast) -> str:
    """Return the heading."""
    return _("Least government money: {title}").format(title=answer.mix.title.text())


def interval(answer: FundLeast) -> str:
    """Return the least government money: a number where it is proven to the last digit printed, else the proven interval."""
    low, high = wan(answer.bound), wan(answer.value)
    return high if low == high else _("between {low} and {high}").format(low=low, high=high)


def column_names(answer: FundLeast | None) -> tuple[str, str, str]:
    """Return what the columns beside the answer's money hold: before of the aims, their proof, and before of the measures.

    With a score the aims start from the money that the search for projects found, the measures stand beside the best plan.
    """
    if answer is None or answer.score is None:
        return _("before"), _("proof"), _("before")
    return _("found by the search"), _("proof for these projects"), _("best plan")


def facts(answer: FundLeast) -> list[tuple[str, str]]:
    """Return what is asked and what is proven, as names and values."""
    out: list[tuple[str, str]] = []
    s = answer.score
    if s is not None:
        best = f"{rounded(Fraction(s.best)):,.2f}"
        bound = _("not known") if s.best_bound is None else f"{rounded(Fraction(s.best_bound)):,.2f}"
        out += [
            (_("Score asked"), f"{s.asked} · {rounded(Fraction(s.level)):,.2f} · {basis_name(s.basis)}"),
            (_("Best plan found, bound"), f"{best} · {bound}"),
            (_("Score reached"), f"{rounded(Fraction(s.reached)):,.2f}"),
        ]
    out.append((_("Least government money (10k yuan)"), interval(answer)))
    gap = answer.value - answer.bound
    how = _("exactly optimal in whole yuan") if not gap else _("the proven bound is {gap} yuan below").format(gap=f"{gap:,d}")
    by = _("exact bound") if answer.proof == "exact" else _("the solver's bound")
    out.append((_("Proof"), f"{how} ({by}) · {stopped_name(answer.stopped)}" if gap else f"{how} ({by})"))
    if answer.best_money is not None:
        saved = Fraction(answer.best_money - answer.value)
        share = percent(saved / Fraction(answer.value), 1) if answer.value else "–"
        out.append((_("Least for the best plan's projects (10k yuan)"), _("{money}, {saved} more ({share})").format(money=wan(answer.best_money), saved=wan(saved), share=share)))
    return out
