"""Repayment forms (等额本息, 等额本金, 到期一次还本付息, 按年付息到期还本): payments per 元 drawn, exact.

Formulas: the field's standard definitions of annuity, equal principal, bullet with simple interest, and yearly
interest with bullet principal (Brealey, Myers, Allen, Principles of Corporate Finance, chapter on annuities).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class Due(NamedTuple):
    """What falls due in one year on one 元 drawn."""

    interest: Fraction
    principal: Fraction


@lru_cache(maxsize=256)
def dues(form: str, rate: Fraction, term: int) -> tuple[Due, ...]:
    """Return interest and principal in year 1..term after drawing one 元.

    Parameters
    ----------
    form : str
        ``annuity``, ``equal_principal``, ``bullet`` (interest at the end, simple) or ``interest_then_bullet``.
    rate : Fraction
        Yearly interest rate.
    term : int
        Years.

    Raises
    ------
    ValueError
        For another form or a term below one year.
    """
    if term < 1:
        raise ValueError(f"term {term}: at least one year")
    one, nothing = Fraction(1), Fraction(0)
    if form == "annuity":
        paid = Fraction(1, term) if rate == 0 else rate / (1 - (1 + rate) ** -term)
        out: list[Due] = []
        left = one
        for _k in range(term):
            interest = left * rate
            out.append(Due(interest, paid - interest))
            left -= paid - interest
        return tuple(out)
    if form == "equal_principal":
        return tuple(Due(rate * (1 - Fraction(k, term)), Fraction(1, term)) for k in range(term))
    if form == "bullet":
        return (Due(nothing, nothing),) * (term - 1) + (Due(term * rate, one),)
    if form == "interest_then_bullet":
        return (Due(rate, nothing),) * (term - 1) + (Due(rate, one),)
    raise ValueError(f"repayment {form!r}: not a known form")


@lru_cache(maxsize=256)
def payments(form: str, rate: Fraction, term: int) -> tuple[Fraction, ...]:
    """Return the payments in year 1..term after drawing one 元; see `dues`."""
    return tuple(d.interest + d.principal for d in dues(form, rate, term))


def repaid_per_yuan(form: str, rate: Fraction, term: int) -> Fraction:
    """Return principal and all interest per 元 drawn."""
    return sum(payments(form, rate, term), Fraction(0))
