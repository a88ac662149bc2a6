"""Words of bond files: facts of batches and projects, names of the rows of the balance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.fund_bond import BondBatch, BondProject
from ..domain.policy import Policy
from ..i18n import _


def repayment_name(form: str) -> str:
    """Return a repayment form in words."""
    names = {
        "annuity": _("equal payments (annuity)"), "equal_principal": _("equal principal"), "bullet": _("principal and simple interest at the end"),
        "interest_then_bullet": _("interest every year, principal at the end"),
    }  # fmt: skip
    return names[form]


def rate_name(rate: str) -> str:
    """Return which rate a column counts with."""
    return _("at the rate of issue") if rate == "issued" else _("at the declared rate")


def facts_of_batch(b: BondBatch) -> list[tuple[str, str, object, str]]:
    """Return the facts of a batch, what it brings and on what terms: key, name, value and style of its cell.

    Amounts are in 元 (style ``money``), rates are shares.
    """
    out: list[tuple[str, str, object, str]] = [
        ("bond", _("bond"), b.label.text(), "text"), ("year", _("year of issue"), b.year, "year"), ("amount", _("amount"), b.amount, "money"),
        ("capital", _("of it as project capital"), sum(p.as_capital for p in b.projects), "money"), ("projects", _("number of projects"), len(b.projects), "whole"),
        ("term", _("term, years"), b.term, "whole"), ("rate", _("declared rate"), Fraction(b.rate), "share"),
    ]  # fmt: skip
    if b.issued_rate is not None:
        out.append(("issued", _("rate of issue"), Fraction(b.issued_rate), "share"))
    if Fraction(b.fee):
        out.append(("fee", _("issue fee"), Fraction(b.fee), "rate"))
    open_ = _("to be filled in")
    return [*out, ("repayment", _("repayment"), repayment_name(b.repayment), "text"), ("rating", _("credit rating"), open_, "text"), ("tender", _("day of the tender"), open_, "text")]


def domain_marks(policy: Policy, projects: Sequence[BondProject]) -> str:
    """Return all domains of the policy with a mark on those of the projects, as the form has it."""
    mine = {p.domain.zh for p in projects}
    return "  ".join(f"{'☑' if d.label.zh in mine else '☐'} {d.label.text()}" for d in policy.bond_domains.values())


def facts_of_project(p: BondProject) -> list[tuple[str, str]]:
    """Return the facts of a project."""
    part = _("carry-over") if p.part == "carry_over" else _("new start")
    years = f"{p.first_year if p.first_year is not None else '?'}–{p.last_year}"
    return [
        (_("project"), f"{p.id} {p.name}"), (_("part"), part), (_("applicant"), p.applicant), (_("responsible unit"), p.lead), (_("implementer"), p.implementer),
        (_("domain of the bond"), p.domain.text()), (_("content and scale"), p.content), (_("building time"), years),
        (_("first drawing of the plan, last repayment"), f"{p.first_bond if p.first_bond is not None else '–'}, {p.last_due}"),
    ]  # fmt: skip


def ratio_names() -> dict[str, str]:
    """Return the rows of the balance in the order of the form."""
    return {
        "revenue": _("total revenue of the project"),
        "all_repaid": _("principal and interest of all debt"),
        "all_principal": _("principal of all debt"),
        "bonds_repaid": _("principal and interest of special-purpose bonds"),
        "bonds_principal": _("principal of special-purpose bonds"),
        "over_all": _("revenue / principal and interest of all debt"),
        "over_all_principal": _("revenue / principal of all debt"),
        "over_bonds": _("revenue / principal and interest of special-purpose bonds"),
        "over_bonds_principal": _("revenue / principal of special-purpose bonds"),
    }
