"""Schemas in words: each field has one line, the JSON Schema fits what is accepted, pages name every field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from renewal_opt.domain import Plan, Policy, Scenario
from renewal_opt.domain.columns import COLUMNS, FAMILIES, NEEDS, RELATION_COLUMNS, REVENUE_COLUMNS
from renewal_opt.domain.robust import EXAMPLE, RobustQuestion
from renewal_opt.i18n import set_language
from renewal_opt.io.robustfile import load_question
from renewal_opt.io.schemapage import NAMES, column_doc, json_schema, models_of, page

ROOTS = {"policy": Policy, "scenario": Scenario, "plan": Plan, "robust": RobustQuestion}


@pytest.mark.parametrize("name", list(ROOTS))
def test_every_field_has_one_line_of_documentation(name: str) -> None:
    lacking = []
    for model in models_of(ROOTS[name]):
        if not (model.__doc__ or "").strip():
            lacking.append(model.__name__)
        for key, f in model.model_fields.items():
            text = (f.description or "").strip()
            if not text or "\n" in text or not text.endswith((".", "。")):
                lacking.append(f"{model.__name__}.{key}: {text!r}")
    assert not lacking


def test_every_column_is_documented_in_both_languages() -> None:
    assert len({c.id for c in COLUMNS}) == len(COLUMNS)
    for c in COLUMNS:
        assert c.need in NEEDS
        for language in ("zh", "en"):
            set_language(language)
            try:
                doc = column_doc(c)
            finally:
                set_language("en")
            assert doc
            assert "\n" not in doc
        assert c.unit in c.header("zh")
        assert c.unit in c.header("en")


@pytest.mark.parametrize("name", NAMES)
def test_json_schema_is_json_with_a_description_for_each_property(name: str) -> None:
    schema = json.loads(json.dumps(json_schema(name)))
    assert schema["$schema"].startswith("https://json-schema.org/")
    lacking: list[str] = []

    def look(part: Any, path: str) -> None:
        if isinstance(part, dict):
            for key, inner in part.get("properties", {}).items():
                described = isinstance(inner, dict) and (inner.get("description") or "$ref" in inner or inner.get("type") == "array")
                if not described:
                    lacking.append(f"{path}.{key}")
            for key, inner in part.items():
                look(inner, f"{path}.{key}")
        elif isinstance(part, list):
            for inner in part:
                look(inner, path)

    look(schema, name)
    assert not lacking


def test_unknown_keys_are_refused_by_the_json_schemas_too() -> None:
    for name in ROOTS:
        schema = json_schema(name)
        assert schema["additionalProperties"] is False
        for inner in schema["$defs"].values():
            assert inner.get("additionalProperties") is False or "properties" not in inner


def test_versions_stand_in_the_schemas() -> None:
    assert json_schema("plan")["properties"]["plan_version"]["const"] == 1
    assert json_schema("policy")["properties"]["schema_version"]["const"] == 1
    assert "extends" in json_schema("scenario")["properties"]
    assert "required" not in json_schema("scenario")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_name_every_field(name: str, language: str) -> None:
    set_language(language)
    try:
        text = page(name)
    finally:
        set_language("en")
    assert text.startswith("# ")
    if name == "library":
        for c in COLUMNS:
            assert f"`{c.id}`" in text
            assert c.header("zh") in text
        for i, *_rest in (*REVENUE_COLUMNS, *RELATION_COLUMNS):
            assert f"`{i}`" in text
        assert len(FAMILIES) == sum(text.count(f"`{p}`") for p in ("spend_K", "spend_YEAR", "in_place_K", "ask_K", "secured_K", "neg_K"))
        return
    for model in models_of(ROOTS[name]):
        assert f"## {model.__name__.rstrip('_')}\n" in text
        for key, f in model.model_fields.items():
            assert f"- `{f.alias or key}` (" in text
    for line in text.splitlines():
        if line.startswith("- `"):
            assert line.rpartition("): ")[2].strip(), line
            assert "typing." not in line
            assert "<class" not in line


def test_defaults_and_kinds_are_words() -> None:
    text = page("policy")
    assert "- `side` (government | market, required): government or market." in text
    assert "- `active` (yes | no, default yes): Whether the rule holds; assumed rules wait for a scenario." in text
    assert "- `at_most` (万元, at most two decimals, or text with its unit such as 1412893 元; held as whole 元): Largest amount, 万元." in text
    assert "- `name` (text, default: the name of the file)" in page("scenario")


def test_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        page("plans")
    with pytest.raises(KeyError):
        json_schema("plans")


def test_the_robust_question_is_shown_with_units_and_an_example_that_is_one(tmp_path: Path) -> None:
    text = page("robust")
    assert "- `default` (points of 100: one number for below and above, or [below, above], default [0, 0])" in text
    assert "percent of the total investment: one number for below and above" in text
    assert "- `overrun` (percent of overrun, from 0 to 1000, default 10)" in text
    assert "[low, high], shares of 1" in text
    assert EXAMPLE in text
    path = tmp_path / "robust.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    question = load_question(path)
    assert question.protection is not None
    assert question.weights is not None
    assert question.scores is not None
    assert question.costs is not None
    properties = json_schema("robust")["$defs"]["Protection"]["properties"]
    assert (properties["overrun"]["x-unit"], properties["overrun"]["maximum"]) == ("% overrun", 1000)
