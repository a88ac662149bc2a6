"""The picture: Chinese labels without a Chinese system font, and no change of global settings."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib as mpl
import pytest
from plan_fixture import everything, made_plan

from renewal_opt.report.png import font_file, write_png


@pytest.mark.parametrize("language", ["zh", "en"])
def test_draws_every_label(tmp_path: Path, language: str) -> None:
    before = dict(mpl.rcParams)
    out = tmp_path / "plan.png"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # 'Glyph ... missing from font' is a warning
        write_png(*everything(), out, language=language)
    assert out.read_bytes().startswith(b"\x89PNG")
    assert out.stat().st_size > 20_000
    assert dict(mpl.rcParams) == before


def test_a_missing_glyph_would_be_seen(tmp_path: Path) -> None:
    title = made_plan().title.model_copy(update={"zh": "\U000f0000"})
    plan, policy, library = everything(title=title)
    with pytest.warns(UserWarning, match="Glyph"):
        write_png(plan, policy, library, tmp_path / "plan.png", language="zh")


def test_letters_that_the_chinese_font_lacks(tmp_path: Path) -> None:
    plan, policy, library = everything(title=made_plan().title.model_copy(update={"zh": "Warszawa Włochy 2021：得票最多的清单"}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_png(plan, policy, library, tmp_path / "plan.png", language="zh")


def test_small_money_is_drawn_in_wan() -> None:
    from renewal_opt.report.png import _unit
    from renewal_opt.report.view import View

    plan = made_plan()
    small = plan.chosen[0].model_copy(update={"investment": 99_999_999})
    assert _unit(View(made_plan(chosen=(small,)), None, None))[0] == 1e4
    large = small.model_copy(update={"investment": 100_000_000})
    assert _unit(View(made_plan(chosen=(large,)), None, None))[0] == 1e8


def test_an_empty_plan(tmp_path: Path) -> None:
    write_png(made_plan(chosen=(), use=()), None, None, tmp_path / "plan.png")


def test_dollars_are_no_mathematics(tmp_path: Path) -> None:
    plan, policy, library = everything(title=made_plan().title.model_copy(update={"en": "a $x_{2 b$"}))
    write_png(plan, policy, library, tmp_path / "plan.png", language="en")


def test_the_font_is_found_without_importing_zhplot() -> None:
    import sys

    assert font_file().suffix == ".ttf"
    assert "zhplot" not in sys.modules
