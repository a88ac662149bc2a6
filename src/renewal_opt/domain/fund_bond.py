"""Bond files: what is disclosed of every special-bond project and batch, as data. Money is whole 元, exact numbers are text."""

from __future__ import annotations

from typing import Literal

from .base import Frozen, Label
from .head import AnswerHead
from .plan import InputFile


class FinancingYear(Frozen):
    """Investment of one year by source of money; `year` is null for all years before the plan year."""

    year: int | None
    bonds: int
    """Special bonds, those used as capital included, 元."""
    bonds_as_capital: int
    """Special bonds used as project capital, 元."""
    other_debt: int
    """Other debt, 元."""
    other: int
    """Project money without bonds and other debt, 元."""

    @property
    def investment(self) -> int:
        """Investment of the year, 元."""
        return self.bonds + self.other_debt + self.other


class DebtYear(Frozen):
    """Debt of one year, 元: at its beginning, drawn, repaid, at its end, interest due, issue fee."""

    year: int
    opening: int
    drawn: int
    principal: int
    closing: int
    interest: int
    fee: int


class RevenueYear(Frozen):
    """Pledged net revenue of one year by class, 元."""

    year: int
    by_class: dict[str, int]

    @property
    def total(self) -> int:
        """Revenue of all classes, 元."""
        return sum(self.by_class.values())


class BondCover(Frozen):
    """Revenue of the bonds' life beside what is repaid, 元, and the ratios as exact text (null where nothing is repaid)."""

    rate: Literal["declared", "issued"]
    """At the rate that the plan counts with, or at the rate of issue."""
    revenue: int
    all_repaid: int
    """Principal and interest of all debt that fall due in the bonds' life."""
    all_principal: int
    """Principal of all debt repaid in the bonds' life."""
    bonds_repaid: int
    """Principal and interest of the special bonds."""
    bonds_principal: int
    over_all: str | None
    """Revenue over principal and interest of all debt."""
    over_all_principal: str | None
    over_bonds: str | None
    """Revenue over principal and interest of the special bonds."""
    over_bonds_principal: str | None


class BondProject(Frozen):
    """What is disclosed of one project with special bonds."""

    id: str
    name: str
    applicant: str
    lead: str
    implementer: str
    domain: Label
    """Domain of the bond (投向领域)."""
    content: str
    part: Literal["carry_over", "new_start"]
    first_year: int | None
    """First year of building."""
    last_year: int
    """Last year with investment."""
    first_bond: int | None
    """Year of the plan's first drawing of bonds; null where all were drawn before the plan year."""
    last_due: int
    """Last year in which bonds are repaid."""
    financing: tuple[FinancingYear, ...]
    revenue: tuple[RevenueYear, ...]
    """Years of the bonds' life with revenue."""
    revenue_outside: int
    """Revenue in years outside the bonds' life, not counted, 元."""
    bonds: tuple[DebtYear, ...]
    other_debt: tuple[DebtYear, ...]
    covers: tuple[BondCover, ...]
    """At the declared rate, and at the rate of issue where the policy states one."""
    notes: tuple[Label, ...] = ()

    @property
    def investment(self) -> int:
        """Total investment, 元."""
        return sum(f.investment for f in self.financing)


class BatchShare(Frozen):
    """One project's part of a batch, 元."""

    id: str
    amount: int
    as_capital: int


class BondBatch(Frozen):
    """One batch: what one bond channel brings in one year."""

    id: str
    channel: str
    label: Label
    year: int
    rate: str
    """Exact text."""
    issued_rate: str | None
    term: int
    repayment: str
    fee: str
    """Issue fee as a share of the principal, exact text."""
    projects: tuple[BatchShare, ...]

    @property
    def amount(self) -> int:
        """Amount of the batch, 元."""
        return sum(p.amount for p in self.projects)


class BondFile(AnswerHead):
    """The bond file of a plan."""

    inputs: tuple[InputFile, ...]
    classes: dict[str, Label]
    """Revenue classes that occur, with their names."""
    projects: tuple[BondProject, ...]
    batches: tuple[BondBatch, ...]
