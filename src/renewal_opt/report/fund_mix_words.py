"""Words and sums of a funding mix that all its reports share."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.fund_mix import FundMix, MixMeasures, MixNeed, MixRow, MixStage, MixStop, MixTogether
from ..domain.policy import Policy
from ..i18n import _
from .numbers import percent, rounded, wan, wan_number

#: ids told of a long list
_IDS = 20


def title(mix: FundMix) -> str:
    """Return the heading."""
    return _("Funding mix: {title}").format(title=mix.title.text())


def aim_name(aim: str) -> str:
    """Return the name of an aim."""
    return {"fiscal": _("least government money"), "cost": _("least cost of capital"), "leverage": _("best leverage")}[aim]


def kept_words(mix: FundMix) -> str:
    """Return what decides between moneys that are equally good; empty where nothing does."""
    kept = mix.kept
    if kept is None:
        return ""
    if kept.came == kept.least:
        words = _("Of the ways to pay that are equally good by every aim, the one nearest to the plan is taken: {came} (10k yuan) come from another channel than in the plan; no other changes less.")
    elif kept.least:
        words = _("Of the ways to pay that are equally good by every aim, the nearest to the plan that was found is taken: {came} (10k yuan) come from another channel than in the plan; at least {least} have to.")
    else:
        words = _("Of the ways to pay that are equally good by every aim, the nearest to the plan that was found is taken: {came} (10k yuan) come from another channel than in the plan; whether less would do is not proven.")
    return words.format(came=wan(kept.came), least=wan(kept.least))


def order_words(mix: FundMix) -> str:
    """Return the aims in their order."""
    return " → ".join(map(aim_name, mix.order))


def cost_words(mix: FundMix) -> str:
    """Return what the cost of capital is here."""
    if mix.discount is None:
        return _("Cost of capital: all interest by the repayment form over the term, and issue fees, nominal. Money drawn pays from the next year on.")
    words = _("Cost of capital: present value in {year}, at {rate} a year, of all dues and fees less that of the money drawn; negative where money costs less than that rate.")
    return words.format(year=mix.plan_year, rate=percent(Fraction(mix.discount), 2))


def channel_names(policy: Policy | None) -> dict[str, str]:
    """Return the names of channels and sub-channels in the language in force."""
    out: dict[str, str] = {}
    for key, channel in policy.funding.channels.items() if policy is not None else ():
        out[key] = channel.label.text()
        out |= {s: sub.label.text() for s, sub in channel.sub.items()}
    return out


def stage_value(stage: MixStage, text: str | None) -> str:
    """Return a value or bound of a stage: 万元, or the ratio of market to government money."""
    if text is None:
        return _("does not hold")
    if stage.aim == "leverage":
        return _("no government money") if not text else f"{rounded(Fraction(text), 4)} : 1"
    return wan(Fraction(text))


def proof_words(stage: MixStage) -> str:
    """Return what is proven of a stage."""
    gap = Fraction(stage.gap_yuan)
    if stage.settled:
        return _("decided by an earlier aim")
    if gap == 0:
        return _("exactly optimal in whole yuan") if stage.proof == "exact" else _("optimal in whole yuan by the solver's bound")
    by = _("exact bound") if stage.proof == "exact" else _("the solver's bound")
    if gap < 1:
        return _("within 1 yuan ({by})").format(by=by)
    return _("within {gap} yuan ({by})").format(gap=f"{-(-gap.numerator // gap.denominator):,d}", by=by)


def measure_values(mix: FundMix, before: MixMeasures, after: MixMeasures | None) -> list[tuple[str, str, float | None, float | None]]:
    """Return name, style (``money``, ``ratio``, ``rate``, ``score``) and the numbers before and after of each measure; money in 万元."""
    cost = _("cost of capital (10k yuan)") if mix.discount is None else _("cost of capital, present value (10k yuan)")

    def numbers(m: MixMeasures | None) -> list[float | None]:
        if m is None:
            return [None] * 8
        return [
            wan_number(m.government), wan_number(m.market), None if m.leverage is None else float(Fraction(m.leverage)), wan_number(m.debt), wan_number(Fraction(m.cost)),
            wan_number(Fraction(m.interest)), None if m.rate is None else float(Fraction(m.rate)), None if m.term is None else float(Fraction(m.term)),
        ]  # fmt: skip

    names = [
        (_("government money (10k yuan)"), "money"), (_("market money (10k yuan)"), "money"), (_("leverage, market to government"), "ratio"), (_("debt drawn (10k yuan)"), "money"),
        (cost, "money"), (_("interest over the term (10k yuan)"), "money"), (_("rate weighted by money drawn"), "rate"), (_("term weighted by money drawn (years)"), "score"),
    ]  # fmt: skip
    return [(n, style, b, a) for (n, style), b, a in zip(names, numbers(before), numbers(after), strict=True)]


def measure_rows(mix: FundMix, before: MixMeasures, after: MixMeasures | None) -> list[list[str]]:
    """Return name, before and after of each measure."""

    def texts(m: MixMeasures | None) -> list[str]:
        if m is None:
            return ["–"] * 8
        return [
            wan(m.government), wan(m.market), "–" if m.leverage is None else f"{rounded(Fraction(m.leverage), 4)} : 1", wan(m.debt), wan(Fraction(m.cost)),
            wan(Fraction(m.interest)), "–" if m.rate is None else percent(Fraction(m.rate), 4), "–" if m.term is None else f"{rounded(Fraction(m.term), 2)}",
        ]  # fmt: skip

    names = [name for name, _style, _b, _a in measure_values(mix, before, after)]
    return [[n, b, a] for n, b, a in zip(names, texts(before), texts(after), strict=True)]


def by_channel(rows: Sequence[MixRow], which: str) -> tuple[list[str], list[int], dict[tuple[str, int], int]]:
    """Return channels in their order, years, and money by channel and year, ``before`` or ``after``."""
    sums: dict[tuple[str, int], int] = {}
    for r in rows:
        sums[r.channel, r.year] = sums.get((r.channel, r.year), 0) + getattr(r, which)
    return list(dict.fromkeys(r.channel for r in rows)), sorted({r.year for r in rows}), sums


def sorted_channels(channels: Sequence[str], policy: Policy | None) -> list[str]:
    """Return channels in the policy's order."""
    known = list(policy.funding.leaves()) if policy is not None else []
    return [c for c in known if c in channels] + [c for c in channels if c not in known]


def need_words(need: MixNeed) -> str:
    """Return a bottleneck in one sentence."""
    names = []
    for s in need.sources:
        price = "" if Fraction(s.price) == 1 else f"{s.price} × "
        names.append(price + s.label.text() + ("※" if s.assumption else ""))
    words = _("money that only {sources} can bring: needed {needed}, available {available}, short by {short} (10k yuan; {projects} projects)")
    joined = " + ".join(names)
    return words.format(sources=joined, needed=wan(Fraction(need.needed)), available=wan(Fraction(need.available)), short=wan(Fraction(need.short)), projects=need.projects)


def set_words(found: MixTogether) -> str:
    """Return a set of projects that cannot be funded together."""
    if len(found.projects) == 1:
        words = _("{projects}: cannot be funded even alone")
    else:
        words = {
            "smallest": _("{number} projects, no smaller set fails: {projects}"), "irreducible": _("{number} projects, none of which can be missed for that: {projects}"),
            "found": _("{number} projects: {projects}"),
        }[found.claim]  # fmt: skip
    return words.format(number=len(found.projects), projects=ids(found.projects))


def stop_words(stop: MixStop) -> str:
    """Return a rule that stops projects together: its words, its channels, needed and available money."""
    words = stop.label.text() + ("※" if stop.assumption else "")
    if len(stop.channels) > 1:
        words += " " + _("({channels})").format(channels=_(", ").join(c.text() for c in stop.channels))
    if stop.needed is None or stop.available is None:
        return words
    needed, available = Fraction(stop.needed), Fraction(stop.available)
    told = _("{rule}: needed {needed}, available {available}, short by {short} (10k yuan) while the other rules told here hold")
    return told.format(rule=words, needed=wan(needed), available=wan(available), short=wan(needed - available))


def stops_title(found: MixTogether) -> str:
    """Return what the rules that stop a set have in common."""
    return _("rules that stop it together, none of which can be missed for that:") if found.irreducible else _("rules that stop it together:")


def ids(projects: Sequence[str]) -> str:
    """Return ids, of a long list the first ones."""
    told = _(", ").join(projects[:_IDS])
    return told if len(projects) <= _IDS else told + " " + _("… and {more} more").format(more=len(projects) - _IDS)


def short_words(short: int) -> str:
    """Return by how much a rule would have to give way."""
    return "" if not short else _("short by {money} (10k yuan)").format(money=wan(short))


def left_words(by: str) -> str:
    """Return how projects were chosen to leave."""
    return _("least loss of score") if by == "score" else _("fewest projects")


def loss_words(loss: str, least: str) -> str:
    """Return a loss of score, as an interval where it is not proven to the last digit printed."""
    low, high = rounded(Fraction(least)), rounded(Fraction(loss))
    return f"{high:,.2f}" if low == high else f"[{low:,.2f}, {high:,.2f}]"


def left_line(by: str, number: int, loss: str, least: str) -> str:
    """Return a way out in words, its projects left to the reader."""
    return _("{by}: number of projects that leave {number}, score lost {loss}:").format(by=left_words(by), number=number, loss=loss_words(loss, least))
