"""Words for the worth of money: intervals, prices, verdicts, names of curves; shared by terminal, workbook and page."""

from __future__ import annotations

from fractions import Fraction

from ..analysis.compare.data import Interval
from ..domain.base import YI
from ..domain.fund_worth import CapWorth, Change, Curve, SetWorth, WorthAnswer
from ..i18n import _
from .compare_words import interval_words
from .numbers import percent, places_for, wan


def places_of(answer: WorthAnswer) -> int:
    """Return the decimals of objectives."""
    return places_for(answer.base.value)


def interval_of(change: Change) -> Interval:
    """Return a change as an interval."""
    low, high = (None if v is None else Fraction(v) for v in (change.low, change.high))
    return Interval(low, high)


def change_text(change: Change | None, places: int) -> str:
    """Return what is proven of a change."""
    if change is None:
        return "–"
    if change.stopped == "infeasible":
        return _("no plan is left")
    return interval_words(interval_of(change), places)


def less_text(answer: WorthAnswer, cap: CapWorth, places: int) -> str:
    """Return what is proven of a step down; a cap that has no whole step goes to 0, which is said."""
    text = change_text(cap.less, places)
    return text if cap.less is None or -cap.less.by == answer.step else _("{change} (cap to 0)").format(change=text)


def price_text(value: float | None, places: int) -> str:
    """Return a price."""
    if value is None:
        return _("no point")
    text = f"{value:,.{places}f}"
    return "0" if not float(text.replace(",", "")) else text


def prices_text(cap: CapWorth, places: int) -> str:
    """Return both prices, once where they are the same."""
    left, right = price_text(cap.price.left, places), price_text(cap.price.right, places)
    return left if left == right else f"{left} | {right}"


def state_text(change: Change | None) -> str:
    """Return how far a change is solved."""
    if change is None:
        return ""
    return {
        "optimal": _("solved to the end"), "gap": _("solved to the gap"), "time": _("stopped by the clock"), "interrupted": _("interrupted"),
        "unproven": _("not proven"), "infeasible": _("no plan is left"), "none": _("no plan found in time"), "loose": _("the cap cannot bind"),
        "kept": _("the plan at hand stays possible"), "not_solved": _("not solved: bounds alone"),
    }[change.stopped]  # fmt: skip


def basis_text(cap: CapWorth) -> str:
    """Return what a cap rests on, where that is not an official number."""
    parts = []
    if cap.assumption:
        parts.append(_("assumption"))
    if cap.origin is not None:
        parts.append(_("number from {origin}").format(origin=cap.origin))
    return "; ".join(parts)


def mark(cap: CapWorth) -> str:
    """Return the mark of a cap that is an assumption."""
    return "*" if cap.assumption else ""


def moves_text(change: Change, names: dict[str, str] | None = None, most: int = 6) -> str:
    """Return which projects enter and leave."""

    def listed(ids: tuple[str, ...]) -> str:
        told = [f"{i} {names[i]}" if names and i in names else i for i in ids[:most]]
        return _(", ").join(told) + (_(" and {n} more").format(n=len(ids) - most) if len(ids) > most else "")

    parts = []
    if change.enter:
        parts.append(_("enter: {projects}").format(projects=listed(change.enter)))
    if change.leave:
        parts.append(_("leave: {projects}").format(projects=listed(change.leave)))
    if change.shifted:
        parts.append(_("start in another year: {projects}").format(projects=listed(change.shifted)))
    return "; ".join(parts)


def set_name(one: SetWorth) -> str:
    """Return a set by its caps."""
    return (" + " if one.shared else " ⊂ ").join(v.text() for v in one.labels)


def verdict_text(one: SetWorth, places: int) -> str:
    """Return what is proven of a set against its caps alone; no sign that is not proven is put in words."""
    together = change_text(one.more, places)
    if one.verdict == "alone_nothing":
        return _("alone nothing, together {together}").format(together=together)
    alone = change_text(one.alone, places)
    if one.verdict == "more_than_one":
        return _("together {together}, the best alone {alone}").format(together=together, alone=alone)
    if one.verdict == "no_more":
        return _("together no more than the best alone: {together}").format(together=together)
    return _("together {together}, the best alone {alone}: which is more is not proven").format(together=together, alone=alone)


def mode_text(one: SetWorth) -> str:
    """Return how a set gets its step."""
    return _("one step shared") if one.shared else _("each raised: the same money passes both")


def curve_name(curve: Curve) -> str:
    """Return the name of a curve."""
    money = {"total": _("all money of the plan"), "scale": _("all caps scaled together")}[curve.axis]
    years = {"yearly": _("caps by year"), "carried": _("what is left is carried over"), "summed": _("years added up")}[curve.caps]
    return f"{money} · {years}"


def curve_claim(curve: Curve) -> str:
    """Return how far a curve is proven."""
    if curve.complete:
        return _("The two curves are one: this is the whole front.")
    return _("Between the curves lies what is not proven: at most {gap} of the best value.").format(gap=percent(curve.gap, 2))


def definitions(answer: WorthAnswer) -> list[str]:
    """Return how the numbers are to be read."""
    step = wan(answer.step)
    out = [
        _("Price: how the optimum of the linear relaxation moves with the cap, objective for another 100m yuan; left: for the last 100m yuan, right: for the next."),
        _("True change: the optimum of whole projects with {step} (10k yuan) more or less, as an interval from both proven bounds; a number only where it is narrower than its last digit.").format(step=step),
    ]
    if any(c.assumption for c in answer.caps):
        out.append(_("* The cap is an assumption: what it is worth says what the assumption does, not what money of this channel is worth."))
    if any(c.origin for c in answer.caps):
        told = sorted({c.origin for c in answer.caps if c.origin})
        out.append(_("Numbers of caps that {origins} states are a what-if, not the policy's.").format(origins=_(", ").join(told)))
    return out


def base_text(answer: WorthAnswer, places: int) -> str:
    """Return the optimum of the caps as they stand."""
    base = answer.base
    value = None if base.value is None else Fraction(base.value)
    bound = None if base.bound is None else Fraction(base.bound)
    words = [_("score {value}").format(value="–" if value is None else f"{float(value):,.{places}f}")]
    if bound is not None and value is not None and bound > value:
        words.append(_("proven upper bound {bound}").format(bound=f"{float(bound):,.{places}f}"))
    elif bound is not None:
        words.append(_("proven optimal"))
    if answer.relaxed is not None:
        words.append(_("linear relaxation {value}").format(value=f"{answer.relaxed:,.{places}f}"))
    return _(", ").join(words)


def step_name(answer: WorthAnswer, sign: int) -> str:
    """Return the heading of a true change."""
    amount = _("100m yuan") if answer.step == YI else _("{wan} x 10k yuan").format(wan=wan(answer.step))
    return _("{amount} more").format(amount=amount) if sign > 0 else _("{amount} less").format(amount=amount)
