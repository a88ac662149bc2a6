"""Cash of a chosen plan: outlay, drawdown, interest, repayment and revenue by year, cover, fund balance of areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .... import __version__
from ....domain.fund_cash import AreaCash, Basis, CashAnswer, Cover, ProjectCash, Transfer
from ....domain.library import Library
from ....domain.plan import Plan
from ....domain.policy import Policy
from ....errors import Finding, InputError
from ....i18n import _
from ..channels import Channels
from ..target import Target, sound
from .areas import financing_of, grants_of, member, needed, transfers
from .books import Book, books_of, help_of
from .cover import classes_of, covers_of, floors_of
from .flows import channels_of, flow_of, revenue_by_class, standing_of, worth_of, years_of


def cash_of(target: Target, *, discount: Fraction | None = None, basis: Basis | None = None) -> CashAnswer:
    """Return the cash of a plan over the years.

    Debt in place before the plan year is taken as drawn in the year before it, at its channel's present rate and term: nothing of
    it is repaid yet. Revenue of a project that starts later than declared moves with its start; help stays in its stated years.

    Parameters
    ----------
    target : Target
    discount : Fraction, optional
        Yearly rate of the present values; without it there are none.
    basis : str, optional
        Whether the total investment is static or dynamic; by default what the library says.

    Raises
    ------
    InputError
        When the plan does not pass the exact re-check; when `basis` contradicts the library.
    """
    inputs = target.inputs
    sound(target.plan, inputs, target.path)
    return of_plan(target.plan, inputs.policy, inputs.library, discount=discount, basis=agreed_basis(inputs.library, basis))


def agreed_basis(library: Library, basis: Basis | None) -> Basis | None:
    """Return what total investment is: as the library states it, else as asked.

    Raises
    ------
    InputError
        When `basis` contradicts the library.
    """
    stated = library.investment_basis
    if basis is not None and stated is not None and basis != stated:
        raise InputError([Finding("investment_basis", file="--basis", value=basis, expected=_("what the library says: {basis}").format(basis=stated))])
    return basis or stated


def of_plan(plan: Plan, policy: Policy, library: Library, *, discount: Fraction | None = None, basis: Basis | None = None) -> CashAnswer:
    """Return the cash of a plan as it stands; see `cash_of`."""
    channels = Channels(policy.funding, plan.plan_year)
    books = books_of(plan, library, channels, basis)
    help_ = help_of(library, {b.id: b for b in books}, plan.plan_year)
    years = years_of(books, plan.plan_year)
    floors, classes = floors_of(policy, channels), classes_of(policy, channels)

    def common(some: Sequence[Book]) -> dict[str, Any]:
        flow = flow_of(some, channels, years)
        covers: tuple[Cover, ...] = covers_of(some, channels, classes, floors)
        return {
            "flow": flow, "standing": standing_of(flow.cumulative, years), "standing_helped": standing_of(flow.cumulative_helped, years),
            "covers": covers, "worth": worth_of(some, flow, years, discount),
        }  # fmt: skip

    projects = tuple(_project(b, channels, basis, years, common([b])) for b in books)
    names = sorted({b.project.coord_area for b in books if b.project.coord_area})
    areas = tuple(_area(a, mine, channels, common(mine)) for a in names if (mine := [b for b in books if b.project.coord_area == a]))
    return CashAnswer(
        program=__version__, title=plan.title, synthetic=plan.synthetic, scenario=plan.scenario, plan_year=plan.plan_year, inputs=plan.inputs,
        basis=basis, discount=None if discount is None else str(discount), issued=channels.issued, bond_classes=classes, years=years,
        channels=channels_of(books, channels, years), revenue=revenue_by_class(books, years), projects=projects, areas=areas, help=tuple(help_),
        transfers=_documented(help_), floors=floors, **common(books),
    )  # fmt: skip


def _documented(help_: Sequence[Any]) -> tuple[Transfer, ...]:
    sums: Counter[tuple[str | None, str]] = Counter()
    for row in help_:
        if row.counted:
            sums[row.payer, row.payee] += row.yuan
    return tuple(Transfer(payer=payer, payee=payee, yuan=yuan) for (payer, payee), yuan in sorted(sums.items(), key=lambda x: (x[0][0] or "", x[0][1])))


def _project(book: Book, channels: Channels, basis: Basis | None, years: Sequence[int], parts: dict[str, Any]) -> ProjectCash:
    project, flow = book.project, parts["flow"]
    return ProjectCash(
        id=book.id, name=book.chosen.name, area=project.coord_area, district=project.district, part=book.chosen.part, built=book.built,
        investment=project.total_investment, stated_interest=project.idc, building_interest=sum(flow.building_interest),
        building_interest_paid=book.paid_building, building_dues=sum(v for y, v in zip(years, flow.interest, strict=True) if y <= book.built),
        fees=sum(flow.fees), need=needed(book, channels, basis), in_place=sum(v for c, v in book.in_place.items() if channels.within(c, channels.debt)),
        grants=grants_of(book, channels), revenue_later=sum(v for (_k, y), v in book.revenue.items() if y > years[-1]), **parts,
    )  # fmt: skip


def _area(name: str, books: Sequence[Book], channels: Channels, parts: dict[str, Any]) -> AreaCash:
    members = tuple(member(b, channels) for b in books)
    repaid = sum(sum(b.due("interest").values()) + sum(b.due("principal").values()) for b in books)
    return AreaCash(
        id=name, members=members, revenue=sum(sum(b.revenue.values()) for b in books), help_in=sum(sum(b.help_in.values()) for b in books),
        help_out=sum(sum(b.help_out.values()) for b in books), grants=sum(grants_of(b, channels) for b in books),
        investment=sum(b.project.total_investment for b in books), financing=sum(financing_of(b, channels) for b in books), debt_service=repaid,
        debt_balance=sum(m.debt for m in members), cost_balance=sum(m.cost for m in members),
        debt_transfers=transfers(members, "debt"), cost_transfers=transfers(members, "cost"), **parts,
    )  # fmt: skip
