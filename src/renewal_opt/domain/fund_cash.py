"""Cash of a plan over the years, as data: money in and out up to the last repayment, cover, fund balance. Money is whole 元, ratios are exact text."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label
from .head import AnswerHead
from .plan import InputFile

#: `bond`: government debt alone; `bond_classes`: the same, with the revenue classes that the policy's rules for it name; `debt`: all debt
Line = Literal["bond", "bond_classes", "debt"]
Basis = Literal["static", "dynamic"]


class Flow(Frozen):
    """Money by year, 元; every series has one number for each of the answer's `years`."""

    outlay: tuple[int, ...]
    """Spending, paid by the channels."""
    drawn: tuple[int, ...]
    """Part of the outlay that debt pays."""
    building_interest: tuple[int, ...]
    """建设期利息 by the standard formula: full rate on the opening balance with its interest, half on the year's drawing."""
    fees: tuple[int, ...]
    """Issue fees, in the year of the drawing."""
    interest: tuple[int, ...]
    """Interest that falls due."""
    principal: tuple[int, ...]
    """Principal that falls due."""
    in_investment: tuple[int, ...]
    """Part of interest and fees of building time that the investment holds already (动态 libraries, up to the stated 建设期利息)."""
    revenue: tuple[int, ...]
    """Pledged net revenue."""
    help_in: tuple[int, ...]
    """Documented help received."""
    help_out: tuple[int, ...]
    """Documented help paid to other projects."""
    net: tuple[int, ...]
    """Cash after debt service without help: revenue + in_investment - interest - principal - fees."""
    cumulative: tuple[int, ...]
    """Running total of `net`."""
    cumulative_helped: tuple[int, ...]
    """Running total of `net` with help received and paid."""


class Standing(Frozen):
    """How a running total of cash behaves."""

    first_negative: int | None
    """First year in which it is below 0."""
    lowest: int
    """Its lowest value, 元."""
    lowest_year: int
    end: int
    """Its value after the last year, 元."""


class Cover(Frozen):
    """Revenue over principal and interest."""

    line: Line
    rate: Literal["declared", "issued"]
    first: int
    """First year that counts: that of the first drawing."""
    last: int
    """Last year that counts: that of the last repayment."""
    revenue: int
    """Pledged net revenue of these years, 元."""
    help_in: int
    help_out: int
    """Help of these years that is received and paid, 元."""
    principal: int
    interest: int
    """What is repaid, 元."""
    cover: str
    """Without help, exact."""
    helped: str
    """With help, exact."""
    floor: str | None
    """Largest least ratio of the active rules for this line; None without one."""


class Worth(Frozen):
    """Present values at the beginning of the plan year's flow, 元, and the internal rate; None where not defined."""

    revenue: float | None
    """Of pledged net revenue up to the last year of the revenue sheet."""
    outlay: float | None
    debt_service: float | None
    """Of interest, principal and fees."""
    cash: float | None
    """Of the cash after debt service, without help."""
    irr: float | None
    """Internal rate of revenue against outlay, before financing."""


class ProjectCash(Frozen):
    """One project of the plan."""

    id: str
    name: str
    area: str | None
    district: str | None
    part: Literal["carry_over", "new_start"]
    built: int
    """Last year of spending: the end of building time."""
    investment: int
    stated_interest: int | None
    """建设期利息 that the library states, 元."""
    building_interest: int
    """By the standard formula, in the years of the plan, 元."""
    building_interest_paid: int
    """The same with interest paid as it accrues (no interest on interest), 元."""
    building_dues: int
    """Interest that falls due in cash in building time by the schedule, 元."""
    fees: int
    need: int
    """Investment from the plan year on with what it leaves out: formula interest and fees where the investment is 静态, 元."""
    in_place: int
    """Debt in place before the plan year, 元."""
    grants: int
    """Grants in the plan and in place, 元."""
    revenue_later: int
    """Pledged net revenue after the last year of the answer, 元."""
    flow: Flow
    standing: Standing
    standing_helped: Standing
    covers: tuple[Cover, ...]
    worth: Worth


class Transfer(Frozen):
    """Money from one project to another; `payer` is None for a subsidy from outside."""

    payer: str | None
    payee: str
    yuan: int


class Member(Frozen):
    """One member's part of an area's balance, 元: a surplus above 0, a deficit below."""

    id: str
    debt: int
    """Revenue with help less principal and interest of all debt."""
    cost: int
    """Revenue with help and grants less investment, and interest and fees beside it; 建设期利息 counts once."""


class AreaCash(Frozen):
    """Fund balance (片区资金平衡) of one coordinated area over its projects in the plan."""

    id: str
    members: tuple[Member, ...]
    revenue: int
    """All pledged net revenue, 元."""
    help_in: int
    help_out: int
    grants: int
    investment: int
    financing: int
    """Interest and fees beside the investment, less the 建设期利息 that a dynamic investment states, 元."""
    debt_service: int
    """Principal and interest of all debt, 元."""
    debt_balance: int
    cost_balance: int
    debt_transfers: tuple[Transfer, ...]
    """Cross-subsidy that evens out the members' debt balances as far as surpluses reach, in proportion to deficits."""
    cost_transfers: tuple[Transfer, ...]
    flow: Flow
    standing: Standing
    standing_helped: Standing
    covers: tuple[Cover, ...]
    worth: Worth


class ChannelCash(Frozen):
    """One channel or sub-channel; series by the answer's `years`."""

    channel: str
    label: Label
    counts_as: Literal["capital", "debt", "grant"]
    side: Literal["government", "market"]
    in_place: int
    """Money in place before the plan year, 元."""
    money: tuple[int, ...]
    building_interest: tuple[int, ...]
    fees: tuple[int, ...]
    interest: tuple[int, ...]
    principal: tuple[int, ...]


class RevenueCash(Frozen):
    """Pledged net revenue of one class by the answer's `years`."""

    revenue_class: str
    label: Label
    yuan: tuple[int, ...]


class HelpUse(Frozen):
    """One row of documented help."""

    payee: str
    payer: str | None
    year: int
    document: str
    yuan: int
    counted: bool
    """False where payer or payee is not in the plan, or the year is before the plan year."""


class Floor(Frozen):
    """A least cover ratio of the policy."""

    rule: str
    label: Label
    line: Line
    ratio: str
    active: bool
    assumption: bool


class CashAnswer(AnswerHead):
    """The answer."""

    inputs: tuple[InputFile, ...]
    basis: Basis | None
    """Whether the total investment is 静态 or 动态; None where the library does not say."""
    discount: str | None
    """Rate of the present values, exact text."""
    issued: bool
    """Whether a channel states the rate at which bonds were issued."""
    bond_classes: tuple[str, ...]
    """Revenue classes of the line `bond_classes`."""
    years: tuple[int, ...]
    """From the plan year to the last spending or repayment."""
    channels: tuple[ChannelCash, ...]
    revenue: tuple[RevenueCash, ...]
    flow: Flow
    standing: Standing
    standing_helped: Standing
    covers: tuple[Cover, ...]
    worth: Worth
    projects: tuple[ProjectCash, ...]
    areas: tuple[AreaCash, ...]
    help: tuple[HelpUse, ...]
    transfers: tuple[Transfer, ...]
    """Documented help that counts, payer by payee."""
    floors: tuple[Floor, ...]
