"""Cell texts to values: exactly, or refused with what was expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewal_opt.domain.base import WAN, YI, Label
from renewal_opt.io import cells
from renewal_opt.io.cells import CellFault, Vocabulary, reader


def lab(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


WORDS = Vocabulary(
    {"jin": lab("金水区", "Jinshui"), "erqi": lab("二七区", "Erqi"), "park": lab("公园、广场", "parks, squares"), "x1": lab("其他", "other"), "x2": lab("其他", "others")},
    name="区",
)


@pytest.mark.parametrize(
    ("text", "factor", "yuan"),
    [
        ("1200", WAN, 12_000_000),
        ("1,200.5", WAN, 12_005_000),
        ("１２００．５０", WAN, 12_005_000),
        ("１，２００", WAN, 12_000_000),
        (" 0.01 ", WAN, 100),
        ("-3.25", WAN, -32_500),
        ("-0.5", WAN, -5_000),
        ("1.2e3", WAN, 12_000_000),
        ("100.000", WAN, 1_000_000),
        ("1.2345", YI, 123_450_000),
        ("0.00010000", YI, 10_000),
        ("-12345678", 1, -12_345_678),
        ("5.00", 1, 5),
    ],
)
def test_money(text: str, factor: int, yuan: int) -> None:
    assert cells.read_money(text, factor) == yuan


@pytest.mark.parametrize(
    ("text", "factor", "kind", "hint"),
    [
        ("1,200万", WAN, "not_a_number", "unit belongs in the header"),
        ("1200万元", WAN, "not_a_number", "unit belongs in the header"),
        ("0.001", WAN, "too_fine", ""),
        ("1.00001", YI, "too_fine", ""),
        ("1.5", 1, "too_fine", ""),
        ("1,20", WAN, "not_a_number", "groups of three"),
        ("15%", WAN, "not_a_number", "per cent"),
        ("NaN", WAN, "not_a_number", "finite"),
        ("1e400", WAN, "not_a_number", ""),
        ("无", WAN, "not_a_number", "leave the cell empty"),
        ("——", WAN, "not_a_number", "leave the cell empty"),
        ("999999999999", WAN, "too_large", "unit in the header"),
        ("99999999", YI, "too_large", "unit in the header"),
        ("1 200", WAN, "not_a_number", "blanks"),
    ],
)
def test_money_refused(text: str, factor: int, kind: str, hint: str) -> None:
    with pytest.raises(CellFault) as caught:
        cells.read_money(text, factor)
    assert caught.value.kind == kind
    assert hint in caught.value.hint


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([1, WAN, YI]), st.booleans())
def test_money_is_the_texts_decimal(value: Decimal, factor: int, grouped: bool) -> None:
    text = f"{value:,f}" if grouped else f"{value:f}"
    exact = Fraction(value) * factor
    allowed = {1: 1, WAN: 100, YI: WAN}[factor]
    if exact % allowed or abs(exact) > cells.MOST_YUAN:
        with pytest.raises(CellFault):
            cells.read_money(text, factor)
    else:
        assert cells.read_money(text, factor) == exact


@given(st.text(alphabet="0123456789.,-+eE%万 １２", max_size=12))
def test_numbers_never_guess(text: str) -> None:
    try:
        value = cells.read_number(text)
    except CellFault:
        return
    plain = text.replace(",", "").replace("１", "1").replace("２", "2").strip()
    assert value == Decimal(plain)


def test_numbers() -> None:
    assert cells.read_number("80%", "%") == 80
    assert str(cells.read_number("80.50")) == "80.50"
    assert cells.read_integer("12.0") == 12
    assert cells.read_year("２０２５年") == 2025
    for read, text, kind in [
        (cells.read_integer, "1.5", "not_whole"),
        (cells.read_integer, "9999999999999", "too_large"),
        (cells.read_year, "25", "not_a_year"),
        (cells.read_year, "2,025", "not_a_year"),
        (cells.read_year, "2025.5", "not_a_year"),
    ]:
        with pytest.raises(CellFault) as caught:
            read(text)
        assert caught.value.kind == kind
    with pytest.raises(CellFault, match="a year") as caught:
        cells.read_year("2025-01-01")
    assert "not a date" in caught.value.hint


@pytest.mark.parametrize("text", ["2025-03-01", "2025/3/1", "2025.3.1", "2025年3月1日", "２０２５年３月１日", "2025-03-01 00:00:00", " 2025/03/01 "])
def test_dates(text: str) -> None:
    assert cells.read_date(text) == dt.date(2025, 3, 1)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("45717", "format the cell"), ("20250301", "write 2025-03-01"), ("2025-03", "day is missing"), ("2025年3月", "day is missing"), ("3/1/2025", ""), ("2025-02-30", ""), ("2025-03-01 12:30", "time of day"), ("1025-01-01", "")],
)
def test_dates_refused(text: str, hint: str) -> None:
    with pytest.raises(CellFault) as caught:
        cells.read_date(text)
    assert caught.value.kind == "not_a_date"
    assert hint in caught.value.hint


def test_vocabulary() -> None:
    assert [WORDS.one(t) for t in ("jin", "金水区", "JINSHUI", " 金 水 区 ", "jinshui")] == ["jin"] * 5
    with pytest.raises(CellFault) as caught:
        WORDS.one("金水")
    assert "金水区" in caught.value.hint
    assert "Erqi" in caught.value.expected
    with pytest.raises(CellFault) as caught:
        WORDS.one("其他")
    assert (caught.value.kind, "x1, x2" in caught.value.expected) == ("ambiguous_value", True)
    assert WORDS.one_or_several("其他") == ("x1", "x2")
    with pytest.raises(CellFault) as caught:
        Vocabulary({}, name="片区").one("a")
    assert caught.value.kind == "no_such_list"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("金水区;二七区", ("jin", "erqi")),
        ("金水区；erqi、公园、广场", ("jin", "erqi", "park")),
        ("parks, squares, Jinshui", ("park", "jin")),
        ("金水区\n二七区", ("jin", "erqi")),
        (";金水区;;", ("jin",)),
        ("金水区,金水区", ("jin",)),
    ],
)
def test_several(text: str, ids: tuple[str, ...]) -> None:
    assert WORDS.several(text) == ids


def test_several_names_the_wrong_one() -> None:
    with pytest.raises(CellFault) as caught:
        WORDS.several("金水区;二七县")
    assert "二七区" in caught.value.hint


def test_shares() -> None:
    assert WORDS.shares("金水区:60；二七区：40%") == {"jin": 60, "erqi": 40}
    assert WORDS.shares("jin=33.4;erqi=66.6") == {"jin": Decimal("33.4"), "erqi": Decimal("66.6")}
    for text, kind in [("金水区:60", "shares_sum"), ("金水区60", "not_shares"), ("金水区:50;jin:50", "not_shares"), ("金水区:0;二七区:100", "not_shares"), ("金水区:a", "not_a_number")]:
        with pytest.raises(CellFault) as caught:
            WORDS.shares(text)
        assert caught.value.kind == kind


def test_words_of_yes_and_no() -> None:
    assert [reader("yes_no")(t) for t in ("是", "否", "YES", "no", "TRUE", "FALSE")] == ["yes", "no", "yes", "no", "yes", "no"]
    assert [reader("tri")(t) for t in ("是", "否", "待核", "unclear")] == ["yes", "no", "unclear", "unclear"]
    assert [reader("negative")(t) for t in ("不涉及", "涉及", "待核")] == ["none", "involved", "unclear"]
    with pytest.raises(CellFault):
        reader("yes_no")("待核")
    with pytest.raises(CellFault):
        reader("negative")("否")


def test_texts_and_codes() -> None:
    assert reader("code")(" 00123 ") == "00123"
    assert reader("text")("a\r\nb\rc ") == "a\nb\nc"
    assert reader("multi")("a；b;a") == ("a", "b")
    for kind, text, fault in [
        ("text", "a\x01", "control_character"),
        ("text", "a\ufffd", "lost_character"),
        ("text", "a" * 40_000, "text_too_long"),
        ("code", "a\nb", "invisible_character"),
        ("code", "a\u200bb", "invisible_character"),
        ("code", "a" * 81, "text_too_long"),
    ]:
        with pytest.raises(CellFault) as caught:
            reader(kind)(text)
        assert caught.value.kind == fault


def test_readers_know_every_kind() -> None:
    with pytest.raises(KeyError):
        reader("colour")
    assert reader("list", vocabulary=WORDS)("jin") == "jin"
    assert reader("shares", vocabulary=WORDS)("jin:100") == {"jin": 100}
