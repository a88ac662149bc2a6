"""Words of the cash answer: what its numbers rest on, names of lines and series."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.fund_cash import CashAnswer, Cover, ProjectCash, Standing, Transfer
from ..i18n import _
from .fund_cover import ratio_text, rounding_words
from .numbers import percent, wan


def line_name(line: str) -> str:
    """Return what a line of cover looks at."""
    return {
        "bond": _("special-purpose bonds alone"), "bond_classes": _("special-purpose bonds, fund and special revenue"), "debt": _("all debt"),
    }[line]  # fmt: skip


def rate_name(rate: str) -> str:
    """Return at which rate a cover is counted."""
    return {"declared": _("declared rate"), "issued": _("issued rate")}[rate]


def basis_words(answer: CashAnswer) -> str:
    """Return what the total investment holds, and what follows."""
    return {
        "static": _("Total investment is 静态 (static): interest in building time and issue fees are added to the need."),
        "dynamic": _("Total investment is 动态 (dynamic): it holds the stated interest in building time, which is compared with the formula; dues of building time are paid from it first."),
        None: _("The library does not say whether total investment is 静态 (static) or 动态 (dynamic): nothing is added to the need and nothing is taken as paid; say it in the header, on the sheet 说明, or with --basis."),
    }[answer.basis]  # fmt: skip


def assumptions(answer: CashAnswer) -> list[str]:
    """Return what the numbers rest on, a sentence each."""
    out = [basis_words(answer)]
    out.append(_("Interest in building time by the standard formula: (opening balance with its interest + half of the year's drawing) x rate, up to the last year of spending. Cash dues follow the repayment forms: money drawn in a year pays from the next."))
    if any(p.in_place for p in answer.projects):
        out.append(_("Debt in place has no year of drawing: taken as drawn in {year}, at today's rate and term, nothing of it repaid yet.").format(year=answer.plan_year - 1))
    out.append(_("Cover: pledged net revenue from the first drawing to the last repayment over principal and interest; “all debt” includes the bonds, which are repaid first. Help counts as documented; what a project pays to others is taken off its own.") + " " + rounding_words())
    out.append(_("Cash after debt service: pledged net revenue less interest, principal and fees; what is spent on building is paid by the channels."))
    if not answer.issued:
        out.append(_("No channel states a rate of issue: cover is shown at the declared rate alone."))
    if any(not h.counted for h in answer.help):
        out.append(_("Help that does not count, because its payer or payee is not in the plan or its year is before the plan year: {number} rows.").format(number=sum(not h.counted for h in answer.help)))
    return out


def cost_note(answer: CashAnswer) -> str:
    """Return what the balance against cost counts of the interest."""
    words = _("Balance against cost: revenue, help and grants less investment, and interest and issue fees beside it.")
    if answer.basis == "dynamic":
        return words + " " + _("The investment is 动态 (dynamic) and holds the stated 建设期利息: interest and fees beside it are all of them less that, so that nothing counts twice; below 0 where more is stated than falls due.")
    if answer.basis is None:
        return words + " " + _("The library does not say whether the investment holds 建设期利息: all interest is added, which counts it twice where it does.")
    return words


def transfer_words() -> str:
    """Return the rule of the cross-subsidy inside an area."""
    return _("Cross-subsidy inside an area: members with a surplus pay members with a deficit, in proportion to surplus and deficit, until one side is used up; over all years, without regard to their order.")


def standing_words(standing: Standing) -> str:
    """Return where a running total stands."""
    lowest = _("lowest {amount} in {year}").format(amount=wan(standing.lowest), year=standing.lowest_year)
    first = _("never below 0") if standing.first_negative is None else _("below 0 first in {year}").format(year=standing.first_negative)
    return _("; ").join((first, lowest, _("at the end {amount}").format(amount=wan(standing.end))))


def interest_words(answer: CashAnswer) -> list[str]:
    """Return interest in building time and fees of the whole plan, compared or added as the basis says."""
    formula, fees = sum(p.building_interest for p in answer.projects), sum(p.fees for p in answer.projects)
    dues = sum(p.building_dues for p in answer.projects)
    paid = sum(p.building_interest_paid for p in answer.projects)
    out = [
        _("Interest in building time: {formula} by the formula ({paid} where it is paid as it accrues); {dues} falls due in cash in these years; issue fees {fees}").format(
            formula=wan(formula), paid=wan(paid), dues=wan(dues), fees=wan(fees)
        )
    ]
    if answer.basis == "static":
        out.append(_("Need from {year} on: outlay {outlay} + interest {interest} + fees {fees} = {need}").format(
            year=answer.plan_year, outlay=wan(sum(answer.flow.outlay)), interest=wan(formula), fees=wan(fees), need=wan(sum(p.need for p in answer.projects)),
        ))  # fmt: skip
    elif answer.basis == "dynamic":
        new = compared(answer)
        stated, mine = sum(p.stated_interest or 0 for p in new), sum(p.building_interest + p.fees for p in new)
        out.append(_("New starts ({number}): the library states {stated}, formula and fees {formula}, difference {difference}; carry-overs are not compared (their earlier years are not known)").format(
            number=len(new), stated=wan(stated), formula=wan(mine), difference=wan(mine - stated),
        ))  # fmt: skip
    return out


def compared(answer: CashAnswer) -> list[ProjectCash]:
    """Return the projects whose stated interest is compared with the formula."""
    return [p for p in answer.projects if p.part == "new_start"]


def cover_of(covers: Sequence[Cover], line: str, rate: str = "declared") -> Cover | None:
    """Return one cover of several."""
    return next((c for c in covers if c.line == line and c.rate == rate), None)


def cover_text(cover: Cover | None, *, helped: bool = False) -> str:
    """Return a ratio with two decimals, rounded down so that it never shows more than there is."""
    if cover is None:
        return "–"
    value = Fraction(cover.helped if helped else cover.cover)
    return ratio_text(value)


def below(cover: Cover | None, *, helped: bool = False) -> bool:
    """Return whether a cover is below its active floor."""
    return cover is not None and cover.floor is not None and Fraction(cover.helped if helped else cover.cover) < Fraction(cover.floor)


def lines_of(answer: CashAnswer) -> list[tuple[str, str]]:
    """Return the lines and rates that are shown, in order."""
    held = {(c.line, c.rate) for c in answer.covers}
    return [(line, rate) for line in ("bond", "bond_classes", "debt") for rate in ("declared", "issued") if (line, rate) in held]


def payer_name(transfer: Transfer, names: dict[str, str]) -> str:
    """Return who pays; a subsidy has no project."""
    return _("subsidy") if transfer.payer is None else names.get(transfer.payer, transfer.payer)


def names_of(answer: CashAnswer) -> dict[str, str]:
    """Return project id to id and name."""
    return {p.id: f"{p.id} {p.name}" for p in answer.projects}


def irr_text(irr: float | None) -> str:
    """Return an internal rate in percent."""
    return _("not defined") if irr is None else percent(irr, 2)


def discount_text(answer: CashAnswer) -> str:
    """Return the discount rate in percent."""
    return "" if answer.discount is None else percent(Fraction(answer.discount), 2)
