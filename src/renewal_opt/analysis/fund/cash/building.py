"""Interest in building time (建设期利息) by the standard formula, beside what falls due in cash.

Formula: 国家发展改革委、建设部《建设项目经济评价方法与参数》(third edition, 2006), borrowing spread evenly over each year:
interest of a year = (opening balance of principal and interest + half of the year's drawing) x yearly rate. Where the interest is
paid out of own money as it accrues, the opening balance holds principal alone (simple interest).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..schedule import rounded


def building_interest(drawn: Mapping[int, int], first: int, last: int, rate: Fraction, opening: int = 0, *, paid: bool = False) -> dict[int, int]:
    """Return the interest of each year of building, whole 元 that add up to the rounded total.

    Parameters
    ----------
    drawn : mapping of year to 元
    first, last : int
        Years of building that are looked at; nothing accrues after `last`.
    rate : Fraction
        Yearly.
    opening : int
        Debt at the beginning of `first`, 元.
    paid : bool
        Whether interest is paid as it accrues: then none is charged on interest.
    """
    balance, out = Fraction(opening), []
    years = range(first, last + 1)
    for year in years:
        interest = (balance + Fraction(drawn.get(year, 0), 2)) * rate
        balance += drawn.get(year, 0) + (0 if paid else interest)
        out.append(interest)
    return dict(zip(years, rounded(out), strict=True))
