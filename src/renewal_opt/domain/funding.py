"""Policy section `funding`: channels and money rules, as data ("2+6" is not itemised in the plan)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ..i18n import _
from .base import DatedNumber, Entry, Frozen, Id, Money, Number, Seq, Where, YesNo, money_value

Side = Literal["government", "market"]
CountsAs = Literal["capital", "debt", "grant"]
Repayment = Literal["annuity", "equal_principal", "bullet", "interest_then_bullet"]


class CapByYear(Frozen):
    """Money that a channel can bring, by calendar year; `open` for no cap."""

    years: dict[int, int] = {}
    """Cap by year, 元."""
    later: Literal["error", "open", "last"] = "error"
    """What holds in a year without a number: an error, no cap, or the last number (listed as an assumption)."""

    def at(self, year: int) -> int | None:
        """Return the cap of `year` in 元, None when open.

        Raises
        ------
        LookupError
            When the year has no number and `later` is `error`, or lies before the first number.
        """
        if year in self.years:
            return self.years[year]
        if self.later == "open":
            return None
        earlier = [y for y in self.years if y < year]
        if self.later == "last" and earlier:
            return self.years[max(earlier)]
        raise LookupError(year)

    def stated(self, year: int) -> bool:
        """Return whether `year` has a number of its own."""
        return year in self.years


def _cap(value: Any) -> Any:
    if value == "open":
        return CapByYear(later="open")
    if isinstance(value, dict):
        rest = dict(value)
        later = rest.pop("later", "error")
        if later not in ("error", "open", "last"):
            raise ValueError(_("later: open or last"))
        years: dict[int, int] = {}
        for year, money in rest.items():
            if not isinstance(year, int) or isinstance(year, bool) or not 1900 < year < 2200:
                raise ValueError(_("{year}: a calendar year, or the word later").format(year=year))
            years[year] = _money_of(money, year)
        return CapByYear(years=years, later=later)
    if isinstance(value, CapByYear):
        return value
    raise ValueError(_("open, or 万元 by year such as {example}").format(example="{2025: 280000, later: last}"))


def _money_of(value: Any, year: object) -> int:
    try:
        yuan = money_value(value)
    except ValueError as err:
        raise ValueError(f"{year}: {err}") from None
    if yuan < 0:
        raise ValueError(_("{year}: not less than 0").format(year=year))
    return yuan


#: cap of a channel: `open`, or 万元 by year with an optional `later: open | last`
Cap = Annotated[
    CapByYear,
    BeforeValidator(_cap),
    WithJsonSchema({"anyOf": [{"const": "open"}, {"type": "object", "description": "万元 by year; key later: open | last"}]}),
]


class ChannelShare(Frozen):
    """Least and largest share of one channel in a project's money."""

    at_most: DatedNumber | None = None
    """Largest share, 0 to 1."""
    at_least: DatedNumber | None = None
    """Least share, 0 to 1."""
    per: Literal["year", "project"] = "year"
    """`year`: of each year's spending; `project`: of the whole cost (carry-overs: always the whole cost)."""


class Delay(Frozen):
    """First money year of a channel by a project column: years after the plan year."""

    column: Id
    """Project column, for example bond_review."""
    years: dict[str, int]
    """Value of the column to the number of years to wait; a value that is absent bars the channel."""
    blank: int | None = None
    """Years to wait when the column is blank; null bars the channel."""


class Ticket(Frozen):
    """Size of one use of a channel by one project, over all years."""

    at_least: Money | None = None
    """Least amount when the channel is used, 万元."""
    at_most: Money | None = None
    """Largest amount, 万元."""


class SubChannel(Entry):
    """A sub-channel: part of a channel with its own eligibility and cap."""

    eligible: Where = Field(default_factory=dict)
    """Projects that may use it, beside the channel's own filter."""
    cap: Cap = CapByYear(later="open")
    """Money by year, 万元."""


class Channel(Entry):
    """One of the "2+6" funding channels."""

    side: Side
    """government or market."""
    counts_as: CountsAs
    """What its money is in a project's financing: capital, debt or grant."""
    eligible: Where = Field(default_factory=dict)
    """Projects that may use it (columns of the library; `revenue` is the sum of pledged net revenue; money in 万元)."""
    cap: Cap
    """Money by year, 万元, over all sub-channels."""
    share: ChannelShare | None = None
    """Least and largest share in one project's money."""
    ticket: Ticket | None = None
    """Least and largest amount for one project."""
    rate: DatedNumber | None = None
    """Yearly interest rate, 0.028 for 2.8 %; the declared one of bonds."""
    issued_rate: DatedNumber | None = None
    """Rate at which the bonds were issued, where that is known; cover is shown at both rates."""
    term: int | None = None
    """Term in years."""
    repayment: Repayment | None = None
    """Repayment form: annuity, equal principal, bullet (interest at the end), yearly interest with bullet principal."""
    issue_fee: Number | None = None
    """Issue fee as a share of the principal."""
    delay: Delay | None = None
    """When the first money may come."""
    carry_surplus: YesNo = False
    """Whether money left in a year may be used in the next."""
    sub: dict[Id, SubChannel] = Field(default_factory=dict)
    """Sub-channels; money is then given by sub-channel."""

    @model_validator(mode="after")
    def _debt_is_described(self) -> Channel:
        if self.counts_as == "debt" and (self.rate is None or self.term is None or self.repayment is None):
            raise ValueError(_("rate, term and repayment for a channel that counts as debt"))
        return self


class MoneySet(Frozen):
    """A set of money: channels (by name, side or kind) over projects; what is not given does not restrict."""

    channels: Seq[Id] | None = None
    """Channel or sub-channel ids."""
    side: Side | None = None
    """All channels of a side."""
    counts_as: CountsAs | None = None
    """All channels that count as this."""
    where: Where = Field(default_factory=dict)
    """Projects."""


class Switched(Entry):
    """A rule that can be switched on and off."""

    active: YesNo = True
    """Whether the rule holds; assumed rules wait for a scenario."""


class ShareRule(Switched):
    """Least and largest share of a group of channels in each project's money."""

    channels: Seq[Id] | None = None
    """Channel or sub-channel ids."""
    side: Side | None = None
    """All channels of a side."""
    counts_as: CountsAs | None = None
    """All channels that count as this."""
    where: Where = Field(default_factory=dict)
    """Projects that the rule concerns."""
    at_least: DatedNumber | None = None
    """Least share, 0 to 1."""
    at_most: DatedNumber | None = None
    """Largest share, 0 to 1."""
    per: Literal["year", "project"] = "year"
    """Of each year's spending, or of the whole cost."""
    of: Literal["cost", "capital", "debt"] = "cost"
    """Share of the cost, or of the project's money that counts as capital or debt (then per project)."""


class CapRule(Switched):
    """A cap on channels over some projects and years, in addition to the channels' own caps."""

    channels: Seq[Id] | None = None
    """Channel or sub-channel ids."""
    side: Side | None = None
    """All channels of a side."""
    counts_as: CountsAs | None = None
    """All channels that count as this."""
    where: Where = Field(default_factory=dict)
    """Projects, for example {level: district}, {district: erqi}, {object_class: residential}."""
    years: Seq[int] | None = None
    """Money years that are added up; null means all."""
    each_year: YesNo = False
    """Whether the amount holds for each year by itself rather than for the sum."""
    amount: Money
    """Largest amount, 万元."""
    already_used: Money = 0
    """Part of the amount that is used up by projects outside the library, 万元."""


class ReservedRule(Switched):
    """A share of channels reserved for some projects."""

    channels: Seq[Id]
    """Channel or sub-channel ids."""
    where: Where
    """Projects for which the money is reserved."""
    at_least: DatedNumber
    """Reserved share, 0 to 1."""
    of: Literal["cap", "use"] = "cap"
    """`cap`: others may use at most the rest of each year's cap; `use`: of the money used over all years."""


class RatioRule(Switched):
    """A plan-wide ratio between two sets of money (leverage, bonds used as capital, ...)."""

    numerator: MoneySet
    """Money above."""
    denominator: MoneySet
    """Money below."""
    at_least: DatedNumber | None = None
    """numerator >= this number x denominator."""
    at_most: DatedNumber | None = None
    """numerator <= this number x denominator."""
    per: Literal["total", "year"] = "total"
    """Over all money years, or in each."""


class DebtServiceRule(Switched):
    """A ceiling on principal and interest that the plan's new debt causes, by calendar year."""

    channels: Seq[Id] | None = None
    """Channel ids."""
    side: Side | None = None
    """All debt channels of a side; null means all debt."""
    amount: Cap
    """Ceiling by year, 万元; years without a number follow `later` (open: no ceiling)."""


class CapitalRule(Switched):
    """Least share of project capital (项目资本金) in the investment."""

    where: Where
    """Projects that need capital: enterprise projects and 经营性 government projects."""
    at_least: DatedNumber
    """Least share, 0 to 1."""
    per: Literal["year", "project"] = "year"
    """`year`: capital comes at least in step with debt, every year."""
    also_capital: Seq[Id] = ()
    """Channels that count as capital for these projects beside those that always do (bonds of the positive list)."""


class CoverRule(Switched):
    """Revenue over principal and interest (收益覆盖倍数), a bound on each project's debt."""

    channels: Seq[Id] | None = None
    """Channels whose debt is counted; null means all that count as debt."""
    ratio: DatedNumber
    """Least cover ratio."""
    revenue: Seq[Literal["government_fund", "special", "operating", "help"]] | None = None
    """Revenue classes that count; null means all revenue without documented help. With `help`, subsidies count, and help by carry-overs (other payers may not be in the plan); what a project pays to others is taken off its own revenue."""
    where: Where = Field(default_factory=dict)
    """Projects that the rule concerns."""


class FundBalanceRule(Switched):
    """Fund balance (资金平衡): the revenue of a group of projects covers their debt, or their whole cost."""

    level: Literal["project", "area", "district", "city"]
    """Who balances: each project, each coordinated area together, each district (projects count by their shares), or the whole plan."""
    of: Literal["debt", "cost"] = "debt"
    """`debt`: revenue >= ratio x principal and interest of all debt; `cost`: revenue and grants >= ratio x (investment, interest and issue fees). Interest in building time counts once: where the library's investment is dynamic (动态), what it states of it is taken off the investment."""
    ratio: DatedNumber
    """Least ratio; 1 for a plain balance."""
    revenue: Seq[Literal["government_fund", "special", "operating"]] | None = None
    """Revenue classes that count; null means all."""
    where: Where = Field(default_factory=dict)
    """Projects that the rule concerns."""


class Funding(Frozen):
    """Channels and money rules."""

    terms: Seq[int] = ()
    """Ladder of bond terms in years; empty for any."""
    term_channels: Seq[Id] = ()
    """Channels whose term must be on the ladder."""
    channels: dict[Id, Channel]
    """The funding channels."""
    shares: dict[Id, ShareRule] = Field(default_factory=dict)
    """Shares of groups of channels in each project."""
    caps: dict[Id, CapRule] = Field(default_factory=dict)
    """Caps by level, district, class, group of channels, years."""
    reserved: dict[Id, ReservedRule] = Field(default_factory=dict)
    """Reserved shares."""
    ratios: dict[Id, RatioRule] = Field(default_factory=dict)
    """Plan-wide ratios such as leverage."""
    debt_service: dict[Id, DebtServiceRule] = Field(default_factory=dict)
    """Ceilings on debt service by year."""
    capital: dict[Id, CapitalRule] = Field(default_factory=dict)
    """Least project capital; a project that several rules match takes the largest."""
    cover: dict[Id, CoverRule] = Field(default_factory=dict)
    """Cover ratios."""
    fund_balance: dict[Id, FundBalanceRule] = Field(default_factory=dict)
    """Fund balance by project, coordinated area, district or city."""
    secured_as: Literal["information", "at_least"] = "information"
    """Whether secured money (已落实资金) must be used by a project that starts."""
    ask_as: Literal["information", "at_most"] = "information"
    """Whether a project may get more from a channel than it asked for (where it gave a figure)."""

    @model_validator(mode="after")
    def _names_exist(self) -> Funding:
        known = set(self.channels) | {s for c in self.channels.values() for s in c.sub}
        faults: list[str] = []
        subs = [s for c in self.channels.values() for s in c.sub]
        for name in sorted({s for s in subs if s in self.channels or subs.count(s) > 1}):
            faults.append(_("{name}: a sub-channel id of its own").format(name=name))

        def look(path: str, ids: tuple[str, ...] | None) -> None:
            for i in ids or ():
                if i not in known:
                    faults.append(_("{path}: a channel, not {name}").format(path=path, name=i))

        for group in (self.shares, self.caps, self.reserved, self.debt_service, self.cover):
            for key, rule in group.items():
                look(key, rule.channels)
        for key, ratio in self.ratios.items():
            look(key, ratio.numerator.channels)
            look(key, ratio.denominator.channels)
        for key, capital in self.capital.items():
            look(key, capital.also_capital)
        look("term_channels", self.term_channels)
        for i in self.term_channels:
            term = self.channels[i].term if i in self.channels else None
            if self.terms and term not in self.terms:
                faults.append(_("{name}: a term of the ladder {ladder}, not {term}").format(name=i, ladder=list(self.terms), term=term))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def leaves(self) -> tuple[str, ...]:
        """Return the ids to which money is given: sub-channels where a channel has them, else the channel."""
        out: list[str] = []
        for i, c in self.channels.items():
            out.extend(c.sub or [i])
        return tuple(out)

    def parent(self, leaf: str) -> str:
        """Return the channel to which a leaf belongs (itself where it is a channel)."""
        if leaf in self.channels:
            return leaf
        return next(i for i, c in self.channels.items() if leaf in c.sub)

    def expand(self, ids: tuple[str, ...] | None = None, side: str | None = None, counts_as: str | None = None) -> tuple[str, ...]:
        """Return the leaves of a set given by names, side and kind (None does not restrict)."""
        out: list[str] = []
        for leaf in self.leaves():
            parent = self.parent(leaf)
            channel = self.channels[parent]
            if ids is not None and leaf not in ids and parent not in ids:
                continue
            if side is not None and channel.side != side:
                continue
            if counts_as is not None and channel.counts_as != counts_as:
                continue
            out.append(leaf)
        return tuple(out)
