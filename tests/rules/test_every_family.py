"""Every rule family has a model, a verifier and words, and a test module with the four tests of issue 3, section 7."""

from __future__ import annotations

import ast
import importlib
import inspect
import string
from fractions import Fraction
from pathlib import Path

import pytest

import renewal_opt
from renewal_opt.domain.base import Label
from renewal_opt.model.build import families, family
from renewal_opt.model.formulation import formulation
from renewal_opt.text import base
from renewal_opt.text.base import RowFacts, family_text

HERE = Path(__file__).parent
SOURCE = Path(renewal_opt.__file__).parent
#: rows; a known optimum; the rule binds and changes the answer; removed, it changes back
TESTS = ("test_rows", "test_optimum_by_hand", "test_binds", "test_removed")
#: files of verify/ that are no family of the model: helpers, and what holds for every plan
NO_FAMILY = {"__init__", "case", "file", "reading", "rows", "said", "scores", "screening", "totals", "use", "walk"}
FACTS = RowFacts(
    rule=Label(zh="规则", en="rule"), channel=Label(zh="渠道", en="channel"), project="P1 名", other="P2", group="G",
    year=2025, lag=2, least=10_000, most=Fraction(20_000), unit="yuan",
)  # fmt: skip


def functions(module: Path) -> dict[str, ast.FunctionDef]:
    """Return the functions of a module by name."""
    return {n.name: n for n in ast.parse(module.read_text(encoding="utf-8")).body if isinstance(n, ast.FunctionDef)}


def test_the_folders_hold_the_same_families() -> None:
    names = set(families())
    assert len(names) >= 19
    assert names == {p.stem for p in (SOURCE / "model" / "rules").glob("*.py")} - {"__init__"}
    assert names == {p.stem for p in (SOURCE / "verify").glob("*.py")} - NO_FAMILY
    assert names == {p.stem for p in (SOURCE / "text").glob("*.py")} - {"__init__", "base"}
    assert names == set(base.families())


@pytest.mark.parametrize("name", families())
def test_the_three_files(name: str) -> None:
    assert list(inspect.signature(family(name).add).parameters) == ["m", "problem"]
    assert ".. math::" in (family(name).__doc__ or "")
    check = importlib.import_module(f"renewal_opt.verify.{name}").check
    assert list(inspect.signature(check).parameters) == ["case"]


@pytest.mark.parametrize("name", families())
def test_the_four_tests(name: str) -> None:
    """A family without its four tests fails here; each holds at least one assertion."""
    module = HERE / f"test_rule_{name}.py"
    assert module.exists(), f"{module.name}: a test module for the family {name}"
    found = functions(module)
    for test in TESTS:
        assert test in found, f"{module.name}: {test}"
        asserts = [n for n in ast.walk(found[test]) if isinstance(n, ast.Assert)]
        assert asserts, f"{module.name}: {test} asserts nothing"
    rows = ast.unparse(found["test_rows"])
    assert f".rows('{name}')" in rows, f"{module.name}: test_rows compares the rows of {name}"
    assert f"relaxed('{name}')" in ast.unparse(found["test_removed"]), f"{module.name}: test_removed solves without {name}"


def test_no_test_module_without_a_family() -> None:
    assert {p.stem.removeprefix("test_rule_") for p in HERE.glob("test_rule_*.py")} == set(families())


@pytest.mark.parametrize("name", families())
def test_words_in_both_languages(name: str) -> None:
    words = family_text(name)
    for label in (words.TITLE, words.RULE, words.describe(FACTS), words.describe(RowFacts())):
        for text in (label.zh, label.en):
            assert text
            assert "{" not in text
            assert "None" not in text
        assert label.zh != label.en
    sentence = words.describe(FACTS)
    assert any("\u4e00" <= c <= "\u9fff" for c in sentence.zh)
    assert set(sentence.en) <= set(string.printable) | set("“”规则渠道名")
    # the sentence names what the row is about
    assert any(fact in sentence.en for fact in ("P1", "rule", "channel", "G"))
    assert any(fact in sentence.zh for fact in ("P1", "规则", "渠道", "G"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_formulation_page_has_every_family(language: str) -> None:
    page = formulation(language=language)
    for name in families():
        words = family_text(name)
        assert f"## {words.TITLE.text(language)} (`{name}`)" in page
        assert words.RULE.text(language) in page
    assert page.count("```math") == len(families())
