"""Repayment forms (等额本息, 等额本金, 到期一次还本付息, 按年付息到期还本): payments per 元 drawn, exact.

Formulas: the field's standard definitions of annuity, equal principal, bullet with simple interest, and yearly
interest with bullet principal (Brealey, Myers, Allen, Principles of Corporate Finance, chapter on annuities).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=256)
def payments(form: str, rate: Fraction, term: int) -> tuple[Fraction, ...]:
    """Return the payments in year 1..term after drawing one 元.

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
    if form == "annuity":
        if rate == 0:
            return (Fraction(1, term),) * term
        return (rate / (1 - (1 + rate) ** -term),) * term
    if form == "equal_principal":
        return tuple(Fraction(1, term) + rate * (1 - Fraction(k - 1, term)) for k in range(1, term + 1))
    if form == "bullet":
        return (Fraction(0),) * (term - 1) + (1 + term * rate,)
    if form == "interest_then_bullet":
        return (rate,) * (term - 1) + (1 + rate,)
    raise ValueError(f"repayment {form!r}: not a known form")


def repaid_per_yuan(form: str, rate: Fraction, term: int) -> Fraction:
    """Return principal and all interest per 元 drawn."""
    return sum(payments(form, rate, term), Fraction(0))
