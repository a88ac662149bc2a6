"""Family budget: rows, optimum by hand, binding, removal (money in 万元; one 万元 is 100 units of a row)."""

from __future__ import annotations

import pytest
from small import Town, entry, four, new

from renewal_opt.errors import InputError

MAIN = entry(amount={2025: 160, 2026: 110})
BEGUN = entry(measure="starts", where={"district": "north"}, amount={2025: 150})
TOWN = Town(four(), budget={"main": MAIN, "begun": BEGUN})


def test_rows() -> None:
    # spending by year, carry-over d with its 30 and 20; starts count total investment, without the carry-over
    assert TOWN.rows("budget") == [
        "budget(_budget_main(2025)_): +6000.0 x(a_2025) +10000.0 x(b_2025) +5000.0 x(c_2025) +3000.0 x(d_2025) <= 16000.0",
        "budget(_budget_main(2026)_): +4000.0 x(a_2025) +5000.0 x(c_2025) +2000.0 x(d_2025) <= 11000.0",
        "budget(_budget_begun(2025)_): +10000.0 x(a_2025) +10000.0 x(c_2025) <= 15000.0",
    ]


def test_optimum_by_hand() -> None:
    # 2025 has 160 - 30 (d) = 130: a 60, b 100, c 50. Pairs: a+b 160 and b+c 150 are too much, a+c (110) fits in 2025
    # and in 2026 (40 + 50 + 20 = 110) but begins 100 + 100 > 150 in the north. So one project: a (80) beats b (60) and c (40).
    answer = TOWN.solve()
    assert answer.starts == {"a": 2025}
    assert answer.objective == 80
    assert answer.use("budget:main[2025]").value == "900000"  # 60 + 30
    assert answer.use("budget:begun[2025]").value == "1000000"


def test_binds() -> None:
    # without money for the whole all three start (180); without the starts budget a+c = 120
    assert TOWN.but(budget={"begun": BEGUN}).solve().objective == 140  # a + b: only one of the northern a, c
    assert TOWN.but(budget={"main": MAIN}).solve().objective == 120


def test_removed() -> None:
    assert TOWN.but(budget={"main": MAIN | {"active": "no"}, "begun": BEGUN | {"active": "no"}}).solve().objective == 180
    assert TOWN.relaxed("budget") == 180


def test_over_two_start_years() -> None:
    # 100 a year. a (60 + 40) in 2025 leaves 40 in 2025 and 60 in 2026; b (100) would need a free year: 2027 is
    # outside the window. c (50 + 50): 2025 has 40 left, in 2026 60 and then 100: starts in 2026. 80 + 40 = 120;
    # b with one of the others: b in 2025, a in 2026 (60, 40): 140, and then c (50) finds 40 in 2026: no.
    projects = four()[:3]
    town = Town(projects, budget={"main": entry(amount={2025: 100, "later": "last"})}, scenario={"window": 2})
    answer = town.solve()
    assert answer.starts == {"a": 2026, "b": 2025}
    assert answer.objective == 140
    assert answer.plan.money_years == (2025, 2026, 2027)


def test_a_year_without_a_number_is_an_error() -> None:
    town = Town([new("a", [60, 40])], budget={"main": entry(amount={2025: 160})})
    with pytest.raises(InputError, match=r"budget\.main\.amount.*2026"):
        town.solve()
    assert Town([new("a", [60, 40])], budget={"main": entry(amount={2025: 60, "later": "open"})}).solve().objective == 50
