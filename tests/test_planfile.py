"""Plan files: written whole and in a stable order, read strictly, other versions refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet

from renewal_opt.domain.plan import Plan
from renewal_opt.errors import InputError
from renewal_opt.i18n import get_language, set_language
from renewal_opt.io.load import load_inputs
from renewal_opt.io.planfile import plan_to_json, read_plan, write_plan


def label(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def raw_plan() -> dict[str, Any]:
    """Return a plan as JSON data; its numbers need not make sense."""
    return {
        "plan_version": 1,
        "program": {"renewal_opt": "0.1.0"},
        "city": label("小城"),
        "synthetic": True,
        "scenario": "tiny",
        "title": label("计划"),
        "plan_year": 2025,
        "window": 1,
        "money_years": [2025, 2026],
        "library_as_of": "2024-12-01",
        "inputs": [{"role": "scenario", "path": "scenario.yaml", "sha256": "0" * 64}],
        "options": {"gap": "0.01"},
        "objective": {
            "value": "125/2",
            "bound": 63,
            "gap": 0.008,
            "gap_asked": "0.0001",
            "stopped": "gap",
            "basis": "investment",
            "seconds": 1.5,
            "repairs": 0,
        },
        "weights": {"method": "policy", "rows": [{"criterion": "need", "weight": "3/5"}], "consistency_ratio": None},
        "chosen": [
            {
                "id": "P001",
                "name": "项目1",
                "part": "new_start",
                "start": 2025,
                "investment": 10_000_000,
                "score": "62.5",
                "money": [{"channel": "own", "year": 2025, "yuan": 6_000_000}],
                "forced": False,
                "hangs_on_blank": False,
            }
        ],
        "reserve": [],
        "refused": [],
        "opened_areas": {},
        "criterion_totals": {"need": "62500"},
        "use": [
            {
                "family": "budget",
                "row": "budget:whole[2025]",
                "rule": "budget.whole",
                "label": label("总盘子"),
                "unit": "yuan",
                "value": "6000000",
                "at_least": None,
                "at_most": "120000000",
                "binding": False,
                "assumption": True,
            }
        ],
        "later_needs": [],
        "screening": [],
        "scores": [{"id": "P001", "indicators": {"need/votes": "30"}, "missing": [], "criteria": {"need": "62.5"}, "total": "125/2", "worst": "60", "best": "65"}],
        "waivers": [],
        "assumptions": [],
        "warnings": [],
        "statistics": [],
        "bases": [],
        "correlations": {"a~b": 0.5},
        "checks": [{"family": "budget", "holds": True, "rows": 1}],
    }


def test_round_trip_is_exact_and_stable(tmp_path: Path) -> None:
    plan = Plan.model_validate(raw_plan())
    path = write_plan(plan, tmp_path / "plan.json")
    assert read_plan(path) == plan
    text = path.read_text("utf-8")
    assert text == plan_to_json(read_plan(path))
    assert "小城" in text
    assert list(json.loads(text))[:3] == ["plan_version", "program", "city"]


def test_inputs_are_never_overwritten(tmp_path: Path) -> None:
    scenario = GoodSet().write(tmp_path)
    inputs = load_inputs(scenario)
    before = scenario.read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        write_plan(Plan.model_validate(raw_plan()), scenario, inputs)
    assert scenario.read_bytes() == before
    with pytest.raises(InputError, match="never overwritten"):
        write_plan(Plan.model_validate(raw_plan()), scenario, [scenario])


@pytest.mark.parametrize(("version", "shown"), [(2, "found “2”"), ("1", "found “1”"), (True, "found “true”"), (None, "found “null”"), (1.0, "found “1.0”")])
def test_other_versions_are_refused(tmp_path: Path, version: Any, shown: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(raw_plan() | {"plan_version": version, "later": "field"}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(path)
    (finding,) = caught.value.findings
    assert (finding.kind, finding.path) == ("plan_version", "plan_version")
    assert shown in str(caught.value)
    assert "version 1 of the plan's schema" in str(caught.value)


def test_a_file_without_a_version_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="no plan file"):
        read_plan(path)


BROKEN: list[tuple[str | bytes, str]] = [
    (b"\xff\xfe{}", "UTF-8"),
    ("", "a plan file in JSON"),
    ("[]", "a JSON object"),
    ('{"plan_version": 1', "a plan file in JSON"),
    ('{"plan_version": 1, "plan_version": 1}', "each key once"),
    ('{"plan_version": NaN}', "a finite number"),
    ('{"plan_version": 1e999}', "a finite number"),
    ("[" * 100_000, "a plan file in JSON"),
    ('{"plan_version": ' + "9" * 5000 + "}", "a plan file in JSON"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN, ids=[b[1] + str(i) for i, b in enumerate(BROKEN)])
def test_broken_files(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=words):
        read_plan(path)


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (("chosen", 0, "money", 0, "yuan"), 1.5, "chosen.0.money.0.yuan"),
        (("chosen", 0, "money", 0, "yuan"), "6000000", "a whole number"),
        (("chosen", 0, "score"), "62,5", "chosen.0.score"),
        (("chosen", 0, "score"), "1/0", "an exact number"),
        (("chosen", 0, "score"), "1e9", "an exact number"),
        (("chosen", 0, "score"), "٣", "an exact number"),
        (("chosen", 0, "scor"), "1", "did you mean “score”"),
        (("chosen", 0, "part"), "newstart", "did you mean “new_start”"),
        (("objective", "stopped"), "tired", "one of gap, optimal, time, interrupted"),
        (("objective", "value"), "", "objective.value"),
        (("scores", 0, "criteria", "need"), "x", "scores.0.criteria.need"),
        (("use", 0, "at_most"), "viel", "use.0.at_most"),
        (("weights", "rows", 0, "weight"), "a", "weights.rows.0.weight"),
        (("criterion_totals", "need"), "a", "criterion_totals.need"),
        (("money_years",), 2025, "money_years"),
        (("checks", 0, "holds"), "yes", "checks.0.holds"),
    ],
)
def test_faults_are_located_by_path(tmp_path: Path, where: tuple[str | int, ...], value: Any, words: str) -> None:
    raw = raw_plan()
    here: Any = raw
    for part in where[:-1]:
        here = here[part]
    here[where[-1]] = value
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an existing file"):
        read_plan(tmp_path / "none.json")
    with pytest.raises(InputError, match="a file, not a folder"):
        read_plan(tmp_path)


@pytest.mark.parametrize(("text", "found"), [('{"plan_version": 1,', "the end of the text"), ("name: x", "name: x"), ('{"a": 1 "b"}', '"b"}'), ("[" * 100_000, "")])
def test_a_fault_of_the_syntax_shows_what_stands_there_and_speaks_one_language(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text, encoding="utf-8")
    for language in ("en", "zh"):
        before = get_language()
        set_language(language)
        try:
            with pytest.raises(InputError) as caught:
                read_plan(path)
        finally:
            set_language(before)
        (fault,) = caught.value.findings
        assert fault.kind == "json_syntax"
        if language == "en":
            assert fault.value == found
            assert fault.hint
        else:
            assert not fault.hint or not found
