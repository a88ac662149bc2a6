"""Numbers and names of the reports."""

from __future__ import annotations

from fractions import Fraction

import pytest
from plan_fixture import everything, made_plan

from renewal_opt.i18n import get_language, set_language
from renewal_opt.report.numbers import (
    gap_text,
    measured,
    percent,
    points,
    rounded,
    used_text,
    wan,
    wan_number,
)
from renewal_opt.report.view import View, family_name, speaking


@pytest.mark.parametrize(("value", "text"), [(Fraction(1, 200), "0.01"), (Fraction(-1, 200), "-0.01"), (Fraction(2, 3), "0.67"), (3, "3.00"), (Fraction(149, 10_000), "0.01")])
def test_rounded_half_up(value: Fraction, text: str) -> None:
    assert f"{rounded(value):.2f}" == text


def test_money_is_ten_thousands_with_two_decimals() -> None:
    assert wan(12_345_678_900) == "1,234,567.89"
    assert wan(50) == "0.01"
    assert wan(-123_400) == "-12.34"
    assert wan_number(25_000_101) == 2500.0101


def test_units() -> None:
    assert measured("17000101", "yuan") == "1,700.01"
    assert measured("1/3", "share") == "33.33%"
    assert measured("1200", "count") == "1,200"
    assert measured("7/2", "number") == "3.50"
    assert points("200/3") == "66.67"
    assert percent(0.25) == "25.0%"


def test_gap() -> None:
    assert gap_text(0.0) == "0"
    assert gap_text(0.00015) == "0.0150%"
    assert gap_text(3e-9) == "3.0e-09"
    assert gap_text(1e-9) == "1.0e-09"
    assert gap_text(1.3e-16) == "< 1e-9"
    assert gap_text(-1.3e-16) == "0"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1), "100%"), (Fraction(1, 2), "50.0%"), (Fraction(9991, 10_000), "99.9%"), (Fraction(99_962, 100_000), "99.96%"), (Fraction(999_999, 1_000_000), "99.9999%"),
        (1 - Fraction(1, 10**12), "< 100%"), (1 + Fraction(1, 10**12), "> 100%"), (Fraction(100_04, 100_00), "100.04%"), (Fraction(6, 5), "120.0%"), (Fraction(0), "0.0%"),
    ],
)  # fmt: skip
def test_what_is_nearly_used_up_reads_neither_used_up_nor_less_than_it_is(share: Fraction, text: str) -> None:
    assert used_text(share) == text


def test_parts_and_money_add_up() -> None:
    view = View(*everything())
    carry, new, waiting = view.parts
    assert (carry.number, carry.investment, carry.this_year, carry.later) == (1, 10_000_000, 5_000_000, 2_000_000)
    assert (new.number, new.this_year, new.later) == (2, 31_000_101, 4_000_000)
    assert waiting.investment == 10_000_000
    assert view.by_channel["fiscal", 2025] == 17_000_101
    assert sum(view.used.values()) == sum(m.yuan for c in made_plan().chosen for m in c.money)


def test_names_fall_back_to_ids() -> None:
    plan, policy, library = everything()
    bare = View(plan, None, None)
    assert bare.channel("bond") == "bond"
    assert bare.rule("budget.whole") == "budget.whole"
    with speaking("zh"):
        named = View(plan, policy, library)
    assert named.channel("city_funds") == "市级资金"
    assert named.rule("funding.channels.bond.cap") == "专项债"
    assert named.criterion("need/votes") == "票数"


def test_speaking_puts_the_language_back() -> None:
    set_language("en")

    def fails() -> None:
        with speaking("zh"):
            assert get_language() == "zh"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert get_language() == "en"


def test_every_family_has_a_name() -> None:
    from renewal_opt.verify import families

    for name in (*families(), "use", "inputs"):
        with speaking("zh"):
            assert any("\u4e00" <= c <= "\u9fff" for c in family_name(name)), name
