"""Repayment schedules: hand tables, the standard functions of numpy-financial, and rounding to whole 元."""

from __future__ import annotations

from fractions import Fraction

import numpy_financial as npf
import pytest

from renewal_opt.analysis.fund.schedule import Terms, by_year, debt, rounded
from renewal_opt.problem.repayment import dues, payments, repaid_per_yuan

FORMS = ("annuity", "equal_principal", "bullet", "interest_then_bullet")


def test_equal_principal_by_hand() -> None:
    # 120 over 3 years at 10 %: 40 a year; interest 12, 8, 4
    parts = dues("equal_principal", Fraction(1, 10), 3)
    assert [(120 * d.interest, 120 * d.principal) for d in parts] == [(12, 40), (8, 40), (4, 40)]


def test_yearly_interest_with_bullet_principal_by_hand() -> None:
    parts = dues("interest_then_bullet", Fraction(1, 40), 4)
    assert [(1000 * d.interest, 1000 * d.principal) for d in parts] == [(25, 0), (25, 0), (25, 0), (25, 1000)]


def test_bullet_pays_simple_interest_at_the_end() -> None:
    parts = dues("bullet", Fraction(3, 100), 5)
    assert [(100 * d.interest, 100 * d.principal) for d in parts] == [(0, 0)] * 4 + [(15, 100)]


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1, 40), Fraction(38, 1000), Fraction(1, 8)])
@pytest.mark.parametrize("term", [1, 2, 15, 30])
def test_annuity_is_the_spreadsheet_functions(rate: Fraction, term: int) -> None:
    parts = dues("annuity", rate, term)
    for k, d in enumerate(parts, start=1):
        assert float(d.interest) == pytest.approx(-float(npf.ipmt(float(rate), k, term, 1.0)), abs=1e-12)
        assert float(d.principal) == pytest.approx(-float(npf.ppmt(float(rate), k, term, 1.0)), abs=1e-12)
    assert sum(d.principal for d in parts) == 1
    assert len(set(payments("annuity", rate, term))) == 1


@pytest.mark.parametrize("form", FORMS)
def test_dues_are_worth_the_money_drawn(form: str) -> None:
    # at the debt's own rate the dues are worth what was drawn; a bullet with simple interest is worth less
    rate = Fraction(3, 100)
    worth = sum(float(p) / 1.03**k for k, p in enumerate(payments(form, rate, 12), start=1))
    assert worth < 1 if form == "bullet" else worth == pytest.approx(1.0, abs=1e-12)


def test_a_stated_cover_implies_the_interest() -> None:
    # 6,000 over 30 years, bullet, 17,006 of revenue, cover 1.39: interest of about 3.46 % a year
    rate = (Fraction(17006) / Fraction(139, 100) / 6000 - 1) / 30
    assert float(rate) == pytest.approx(0.0346, abs=5e-5)
    assert Fraction(17006) / (6000 * repaid_per_yuan("bullet", rate, 30)) == Fraction(139, 100)
    assert repaid_per_yuan("interest_then_bullet", rate, 30) == repaid_per_yuan("bullet", rate, 30)


def test_rounding_keeps_the_total() -> None:
    assert rounded([Fraction(1, 3)] * 6) == [0, 1, 0, 0, 1, 0]
    assert sum(rounded([Fraction(10**9, 7)] * 7)) == 10**9


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("drawn", [1, 999, 12_345_678_901])
def test_a_debt_repays_what_was_drawn(form: str, drawn: int) -> None:
    one = debt("P1", "bond", 2025, drawn, Terms(form, Fraction(29, 1000), 10, Fraction(1, 1000)))
    assert sum(one.principal.values()) == drawn
    exact = drawn * (repaid_per_yuan(form, Fraction(29, 1000), 10) - 1)
    assert abs(sum(one.interest.values()) - exact) <= Fraction(1, 2)
    assert min(one.principal) >= 2026
    assert max(one.principal) == 2035 or drawn == 1
    assert by_year([one, one], "drawn") == {2025: 2 * drawn}
    assert one.fee == round(Fraction(drawn, 1000))
