"""The account of one project: every amount of money by calendar year, from plan, policy and revenue sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ....domain.fund_cash import Basis, HelpUse
from ....domain.library import Library, Project, held_interest
from ....domain.plan import Chosen, Plan
from ..channels import Channels, Rate
from ..revenue import revenue_of
from ..schedule import Debt, debt
from .building import building_interest


@dataclass(frozen=True, eq=False)
class Book:
    """Money of one project, 元 by calendar year.

    Attributes
    ----------
    chosen : Chosen
    project : Project
    built : int
        Last year of spending, the plan year for none.
    money : dict of (leaf, year) to int
        Money of the plan.
    in_place : dict of channel or leaf to int
        Money in place before the plan year.
    debts : dict of rate to list of Debt
        Debt in place (as drawn in the year before the plan year) and drawings of the plan.
    building : dict of name of the channel to dict of year to int
        Interest in building time by the formula.
    paid_building : int
        The same with interest paid as it accrues, in all.
    in_investment : dict of int to int
        Interest and fees of building time that fall due and that the investment pays.
    stated : int
        建设期利息 that the investment holds by the library; 0 unless it is dynamic.
    revenue : dict of (class, year) to int
        Years before the plan year included.
    help_in, help_out : Counter of int
    """

    chosen: Chosen
    project: Project
    built: int
    money: dict[tuple[str, int], int]
    in_place: dict[str, int]
    debts: dict[Rate, list[Debt]]
    building: dict[str, dict[int, int]]
    paid_building: int
    in_investment: dict[int, int]
    stated: int
    revenue: dict[tuple[str, int], int]
    help_in: Counter[int] = field(default_factory=Counter)
    help_out: Counter[int] = field(default_factory=Counter)

    @property
    def id(self) -> str:
        """Project id."""
        return self.chosen.id

    def due(self, part: str, rate: Rate = "declared") -> Counter[int]:
        """Return ``interest`` or ``principal`` by year."""
        out: Counter[int] = Counter()
        for d in self.debts[rate]:
            out.update(getattr(d, part))
        return out


def books_of(plan: Plan, library: Library, channels: Channels, basis: Basis | None) -> list[Book]:
    """Return the account of every project of a plan, without help, in the plan's order.

    Parameters
    ----------
    plan : Plan
    library : Library
    channels : Channels
    basis : str or None
        Whether the total investment is static or dynamic.
    """
    projects = {p.id: p for p in library.projects}
    revenue = revenue_of(library, plan.chosen)
    out = []
    for one in plan.chosen:
        rows: Counter[tuple[str, int]] = Counter()
        for year, row in revenue[one.id]:
            rows[row.revenue_class, year] += row.pledged_net
        out.append(_book(one, projects[one.id], channels, basis, dict(rows)))
    return out


def _book(one: Chosen, project: Project, channels: Channels, basis: Basis | None, revenue: dict[tuple[str, int], int]) -> Book:
    t0 = channels.year
    money: Counter[tuple[str, int]] = Counter()
    for m in one.money:
        money[m.channel, m.year] += m.yuan
    in_place = {k: v for k, v in project.in_place.items() if v} if one.part == "carry_over" else {}
    built = max((y for (_c, y), v in money.items() if v), default=t0)
    drawings = [(c, t0 - 1, v) for c, v in in_place.items() if channels.within(c, channels.debt)]
    drawings += [(c, y, v) for (c, y), v in money.items() if v and c in channels.debt]
    debts = {rate: [debt(one.id, c, y, v, channels.terms(c, rate)) for c, y, v in drawings] for rate in channels.rates()}
    building: dict[str, dict[int, int]] = {}
    paid = 0
    for name in dict.fromkeys(c for c, _y, _v in drawings):
        terms = channels.terms(name)
        drawn = {y: v for c, y, v in drawings if c == name and y >= t0}
        opening = sum(v for c, y, v in drawings if c == name and y < t0)
        building[name] = building_interest(drawn, t0, built, terms.rate, opening)
        paid += sum(building_interest(drawn, t0, built, terms.rate, opening, paid=True).values())
    stated = held_interest(project, basis)
    inside = _inside(debts["declared"], built, t0, stated)
    return Book(one, project, built, dict(money), in_place, debts, building, paid, inside, stated, revenue)


def _inside(debts: Iterable[Debt], built: int, first: int, stated: int) -> dict[int, int]:
    """Return what of the dues and fees of building time the stated interest pays, the earliest first."""
    due: Counter[int] = Counter()
    for d in debts:
        due.update({y: v for y, v in d.interest.items() if first <= y <= built})
        if d.year >= first:
            due[d.year] += d.fee
    out: dict[int, int] = {}
    for year in sorted(due):
        out[year] = min(due[year], stated)
        stated -= out[year]
    return {y: v for y, v in out.items() if v}


def help_of(library: Library, books: Mapping[str, Book], first: int) -> list[HelpUse]:
    """Enter documented help into the accounts; return every row with whether it counts.

    Help whose payer or payee is not in the plan, and help of years before the plan year, does not count.
    """
    out: list[HelpUse] = []
    for row in library.help:
        counted = row.project in books and (row.payer is None or row.payer in books) and row.year >= first
        if counted:
            books[row.project].help_in[row.year] += row.pledged_net
            if row.payer is not None:
                books[row.payer].help_out[row.year] += row.pledged_net
        if row.project in books or row.payer in books:
            out.append(HelpUse(payee=row.project, payer=row.payer, year=row.year, document=row.document, yuan=row.pledged_net, counted=counted))
    return out
