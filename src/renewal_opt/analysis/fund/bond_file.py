"""Bond files: special-bond projects and batches of a plan as the Ministry's disclosure form asks for them.

Layout: 新增专项债券项目信息披露模板 (Ministry of Finance; as filled in and published by finance bureaus, for example Ningbo's of 2021
to 2023): financing plan by year (special bonds, other debt), revenue by year, principal and interest, and revenue over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from ... import __version__
from ...domain.base import Label
from ...domain.fund_bond import (
    BatchShare,
    BondBatch,
    BondCover,
    BondFile,
    BondProject,
    DebtYear,
    FinancingYear,
    RevenueYear,
)
from ...domain.library import Project, RevenueRow
from ...domain.plan import Chosen
from ...errors import Finding, InputError
from ...i18n import _
from ...io.nearest import did_you_mean
from .channels import Channels, Rate
from .revenue import CLASSES, revenue_of
from .schedule import Debt, debt
from .target import Target


class _Channels(Channels):
    """Channels, and which bonds may stand as project capital."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.inputs.policy.funding, target.plan.plan_year)
        self.issued = any(self.issued_rate(self.parent(leaf)) is not None for leaf in self.bonds)
        also = {c for rule in self.funding.capital.values() if rule.active for c in rule.also_capital}
        self.capital = frozenset(self.funding.expand(tuple(also))) & self.bonds if also else frozenset()


def bond_file(target: Target, only: Collection[str] = ()) -> BondFile:
    """Return the bond file of a plan.

    Parameters
    ----------
    target : Target
    only : collection of str
        Project ids; empty for every project with special bonds.

    Raises
    ------
    InputError
        For ids that have no special bonds in the plan.
    """
    channels, plan = _Channels(target), target.plan
    projects = {p.id: p for p in target.inputs.library.projects}
    held = [c for c in plan.chosen if _has_bonds(channels, c, projects[c.id])]
    unknown = sorted(set(only) - {c.id for c in held})
    if unknown:
        words = _("a project of the plan with special-purpose bonds")
        raise InputError([Finding("no_bonds", file=str(target.path), path="chosen", value=u, expected=words, hint=did_you_mean(u, [c.id for c in held])) for u in unknown])
    wanted = [c for c in held if not only or c.id in only]
    revenue = revenue_of(target.inputs.library, wanted)
    made = tuple(_project(target, channels, c, projects[c.id], revenue[c.id]) for c in wanted)
    classes = {k for p in made for r in p.revenue for k in r.by_class}
    return BondFile(
        program=__version__, title=plan.title, synthetic=target.synthetic, scenario=plan.scenario, plan_year=plan.plan_year, inputs=plan.inputs,
        classes={k: v for k, v in CLASSES.items() if k in classes}, projects=made, batches=tuple(_batches(channels, wanted)),
    )  # fmt: skip


def _has_bonds(channels: _Channels, chosen: Chosen, project: Project) -> bool:
    drawn = any(m.yuan and channels.kind(m.channel) == "bonds" for m in chosen.money)
    return drawn or any(v and channels.kind(k) == "bonds" for k, v in _in_place(chosen, project).items())


def _in_place(chosen: Chosen, project: Project) -> dict[str, int]:
    return project.in_place if chosen.part == "carry_over" else {}


def _project(target: Target, channels: _Channels, chosen: Chosen, project: Project, revenue: Sequence[tuple[int, RevenueRow]]) -> BondProject:
    year, before = target.plan.plan_year, _in_place(chosen, project)
    debts = {rate: _debts(channels, chosen, before, rate) for rate in channels.rates()}
    bonds = [d for d in debts["declared"] if channels.kind(d.channel) == "bonds"]
    others = [d for d in debts["declared"] if channels.kind(d.channel) == "other_debt"]
    first = min(d.year for d in bonds)
    last = max(max(d.principal, default=d.year) for d in bonds)
    notes: list[Label] = []
    if any(v and channels.kind(k) != "other" for k, v in before.items()):
        notes.append(Label(
            zh=f"{year - 1}年及以前的债务没有提取年份，按 {year - 1} 年提取、以现行利率和期限测算",
            en=f"debt of {year - 1} and before has no year of drawing: taken as drawn in {year - 1}, at today's rate and term",
        ))  # fmt: skip
    financing = _financing(channels, chosen, project, before)
    if sum(f.investment for f in financing) != project.total_investment:
        notes.append(Label(zh="累计完成投资与剩余投资之和不等于总投资", en="investment to date and remaining investment do not add up to the total investment"))
    later = sum(v for d in others for y, v in (*d.principal.items(), *d.interest.items()) if y > last)
    if later:
        notes.append(Label(
            zh=f"债券存续期结束（{last} 年）后尚须偿还其他债务本息 {later / 10_000:,.2f} 万元，不计入本表",
            en=f"after the life of the bonds ({last}) principal and interest of other debt of {later / 10_000:,.2f} (10k yuan) are still to be paid; they are not counted here",
        ))  # fmt: skip
    inside, outside = _revenue(revenue, first, last)
    counted = sum(r.total for r in inside)
    domains = target.inputs.policy.bond_domains
    domain = domains[project.bond_domain].label if project.bond_domain in domains else Label(zh="", en="")
    spend = [f.year for f in financing if f.year is not None and f.investment]
    return BondProject(
        id=chosen.id, name=chosen.name, applicant=_named(target, project.applicant), lead=project.lead or "", implementer=project.implementer or "", domain=domain,
        content=project.content or "", part=chosen.part, first_year=project.start_year if chosen.start is None else chosen.start,
        last_year=max([project.end_year or year, *spend]) if chosen.start is None else max(spend, default=chosen.start),
        first_bond=min((d.year for d in bonds if d.year >= year), default=None), last_due=last, financing=financing, revenue=inside,
        revenue_outside=outside, bonds=_years(bonds), other_debt=_years(others),
        covers=tuple(_cover(rate, found, channels, counted, last) for rate, found in debts.items()), notes=tuple(notes),
    )  # fmt: skip


def _named(target: Target, applicant: str | None) -> str:
    """Return the applicant, a district's by its name."""
    districts = target.inputs.policy.districts
    return "" if applicant is None else districts[applicant].label.text() if applicant in districts else applicant


def _debts(channels: _Channels, chosen: Chosen, before: dict[str, int], rate: Rate) -> list[Debt]:
    drawn = [(m.channel, m.year, m.yuan) for m in chosen.money]
    drawn += [(name, channels.year - 1, yuan) for name, yuan in before.items()]
    return [debt(chosen.id, name, year, yuan, channels.terms(name, rate)) for name, year, yuan in drawn if yuan and channels.kind(name) != "other"]


def _financing(channels: _Channels, chosen: Chosen, project: Project, before: dict[str, int]) -> tuple[FinancingYear, ...]:
    def made(year: int | None, money: Iterable[tuple[str, int]], spent: int | None = None) -> FinancingYear:
        sums = {"bonds": 0, "other_debt": 0, "other": 0}
        capital = 0
        for name, yuan in money:
            sums[channels.kind(name)] += yuan
            capital += yuan if name in channels.capital else 0
        if spent is not None:  # what was spent and is no debt was other money
            sums["other"] = spent - sums["bonds"] - sums["other_debt"]
        return FinancingYear(year=year, bonds_as_capital=capital, **sums)

    out: list[FinancingYear] = []
    if chosen.part == "carry_over":
        out.append(made(None, before.items(), project.spent_to_date if project.spent_to_date is not None else sum(before.values())))
    years = sorted({m.year for m in chosen.money})
    return (*out, *(made(y, [(m.channel, m.yuan) for m in chosen.money if m.year == y]) for y in years))


def _revenue(rows: Sequence[tuple[int, RevenueRow]], first: int, last: int) -> tuple[tuple[RevenueYear, ...], int]:
    found: dict[int, dict[str, int]] = {}
    outside = 0
    for year, row in rows:
        net = row.pledged_net
        if first <= year <= last:
            own = found.setdefault(year, {})
            own[row.revenue_class] = own.get(row.revenue_class, 0) + net
        else:
            outside += net
    return tuple(RevenueYear(year=y, by_class=found[y]) for y in sorted(found)), outside


def _years(debts: Sequence[Debt]) -> tuple[DebtYear, ...]:
    """Return what debts come to year by year, without gaps."""
    if not debts:
        return ()
    first, last = min(d.year for d in debts), max(max([*d.interest, *d.principal, d.year]) for d in debts)
    out: list[DebtYear] = []
    left = 0
    for year in range(first, last + 1):
        drawn = sum(d.drawn for d in debts if d.year == year)
        principal = sum(d.principal.get(year, 0) for d in debts)
        out.append(DebtYear(
            year=year, opening=left, drawn=drawn, principal=principal, closing=left + drawn - principal,
            interest=sum(d.interest.get(year, 0) for d in debts), fee=sum(d.fee for d in debts if d.year == year),
        ))  # fmt: skip
        left += drawn - principal
    return tuple(out)


def _cover(rate: str, debts: Sequence[Debt], channels: _Channels, revenue: int, last: int) -> BondCover:
    """Return revenue over repayments, both over the life of the bonds, as the form has it."""

    def sums(found: Sequence[Debt]) -> tuple[int, int]:
        principal = sum(v for d in found for y, v in d.principal.items() if y <= last)
        return principal + sum(v for d in found for y, v in d.interest.items() if y <= last), principal

    def over(value: int) -> str | None:
        return str(Fraction(revenue, value)) if value else None

    whole, drawn = sums(debts)
    bonds, issued = sums([d for d in debts if channels.kind(d.channel) == "bonds"])
    return BondCover(
        rate=rate, revenue=revenue, all_repaid=whole, all_principal=drawn, bonds_repaid=bonds, bonds_principal=issued,  # type: ignore[arg-type]
        over_all=over(whole), over_all_principal=over(drawn), over_bonds=over(bonds), over_bonds_principal=over(issued),
    )  # fmt: skip


def _batches(channels: _Channels, chosen: Sequence[Chosen]) -> Iterable[BondBatch]:
    """Yield the batches by year and channel, each with its projects in the plan's order."""
    shares: dict[tuple[int, str], dict[str, list[int]]] = {}
    for one in chosen:
        for m in one.money:
            if m.yuan and channels.kind(m.channel) == "bonds":
                both = shares.setdefault((m.year, channels.parent(m.channel)), {}).setdefault(one.id, [0, 0])
                both[0] += m.yuan
                both[1] += m.yuan if m.channel in channels.capital else 0
    for (year, name), found in sorted(shares.items()):
        channel, terms = channels.funding.channels[name], channels.terms(name)
        issued = channels.issued_rate(name)
        yield BondBatch(
            id=f"{name}-{year}", channel=name, label=channel.label, year=year, rate=str(terms.rate), issued_rate=None if issued is None else str(issued),
            term=terms.term, repayment=terms.form, fee=str(terms.fee), projects=tuple(BatchShare(id=i, amount=a, as_capital=c) for i, (a, c) in found.items()),
        )  # fmt: skip
