"""Terminal tables: 80 columns, Chinese width, the synthetic notice first, nothing that moves the cursor."""

from __future__ import annotations

import io
import unicodedata

import pytest
from plan_fixture import everything, made_plan

from renewal_opt.report.terminal import Pages, print_plan, print_plan_assumptions, wrapped


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shown(language: str = "zh", width: int | None = 80, **changes: object) -> str:
    out = io.StringIO()
    plan, policy, library = everything(**changes)
    print_plan(plan, policy, library, out, language=language, width=width)
    return out.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 100])
def test_fits_the_terminal(language: str, width: int) -> None:
    assert max(cells(line) for line in shown(language, width).splitlines()) <= width


@pytest.mark.parametrize("language", ["zh", "en"])
def test_synthetic_is_said_first(language: str) -> None:
    first = shown(language).splitlines()[0]
    assert "合成数据" in first
    assert "SYNTHETIC" in first
    assert "合成数据" not in shown(language, synthetic=False, warnings=()).splitlines()[0]


def test_money_by_channel_and_year() -> None:
    text = shown("en")
    row = next(line for line in text.splitlines() if line.startswith("fiscal"))
    assert row.split()[1:] == ["1,700.01", "–", "1,700.01"]
    total = [line for line in text.splitlines() if line.startswith("total")]
    assert total[0].split()[1:] == ["3,600.01", "600.00", "4,200.01"]


def test_tells_what_binds_and_what_is_assumed() -> None:
    text = shown("en")
    assert "※ whole 2025" in text
    assert "Assumptions that bind (1 of 2)" in text
    assert "fails screening: health check" in text
    assert "2 families, 18 comparisons, all hold" in text


def test_years_that_do_not_fit_become_later() -> None:
    from renewal_opt.domain.plan import Money

    plan = made_plan()
    money = tuple(Money(channel="own", year=y, yuan=123_456_789_000) for y in range(2025, 2034))
    chosen = (plan.chosen[0].model_copy(update={"money": money}), *plan.chosen[1:])
    text = shown("en", chosen=chosen)
    assert "later" in next(line for line in text.splitlines() if line.startswith("channel"))
    assert max(cells(line) for line in text.splitlines()) <= 80


def test_markup_and_control_characters_stay_text() -> None:
    plan = made_plan()
    hostile = plan.use[0].model_copy(update={"label": plan.use[0].label.model_copy(update={"en": "[red]x[/red]\x1b[31m"})})
    text = shown("en", use=(hostile,))
    assert "[red]x[/red]" in text
    assert "\x1b" not in text


def test_without_policy_and_with_an_empty_plan() -> None:
    out = io.StringIO()
    print_plan(made_plan(chosen=(), reserve=(), refused=(), use=(), assumptions=(), checks=()), None, None, out, width=80)
    assert "no money is given" in out.getvalue()


def test_assumptions_alone() -> None:
    out = io.StringIO()
    print_plan_assumptions(made_plan(), out)
    assert "budget.whole" in out.getvalue()


def test_lines_break_between_chinese_characters_and_never_before_a_closing_mark() -> None:
    text = "! 没有任何资金渠道设了上限（funding.channels.cap）：资金的分配没有依据，不可引用；" * 3
    for width in range(60, 90):
        lines = wrapped(text, width)
        assert max(map(cells, lines)) <= width
        assert min(map(cells, lines[:-1])) > width - 30
        assert not any(line[0] in "、。，；：）” " for line in lines)
    assert "".join(wrapped(text, 60)).replace(" ", "") == text.replace(" ", "")
    assert wrapped("", 60) == [""]


def test_rounding_is_told_where_money_is_finer_than_the_table() -> None:
    from renewal_opt.domain.plan import Money

    plan = made_plan()
    words = "exact to the yuan"

    def with_money(yuan: int) -> str:
        chosen = (plan.chosen[0].model_copy(update={"money": (Money(channel="own", year=2025, yuan=yuan),)}),)
        return shown("en", chosen=chosen)

    assert words in with_money(1_234_550)
    assert words not in with_money(1_234_500)


@pytest.mark.parametrize(("columns", "stacked"), [(5, False), (7, True)])
def test_numbers_are_never_cut(columns: int, stacked: bool) -> None:
    """Heads of numbers are broken into lines; where the numbers themselves do not fit, each row is told by itself."""
    out = io.StringIO()
    header = ["no.", *(f"investment of part {n} (10k yuan)" for n in range(1, columns))]
    row = ["1", *(f"{n},234,567.89" for n in range(1, columns))]
    Pages(out, 80).table(header, [row], right=range(columns))
    text = out.getvalue()
    assert max(cells(line) for line in text.splitlines()) <= 80
    assert all(cell in text for cell in row)
    words = " ".join(text.split())
    assert ("no.: 1" in words) is stacked
    assert words.count("yuan)") == columns - 1
