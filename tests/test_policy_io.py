"""The policy folder: merging, locating, overriding; bad policies are told with file, path, line and the nearest name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, findings_of_set, refused, tiny_policy, to_yaml

from renewal_opt.errors import Collector, InputError
from renewal_opt.i18n import set_language
from renewal_opt.io.load import load_inputs
from renewal_opt.io.policy import load_policy, read_policy


def test_the_good_set_is_accepted_without_a_word(tmp_path: Path) -> None:
    assert findings_of_set(GoodSet(), tmp_path) == []


def test_files_are_listed_once_in_sorted_order(tmp_path: Path) -> None:
    scenario = GoodSet().write(tmp_path)
    loaded = load_policy(tmp_path / "city")
    assert [p.name for p in loaded.files] == ["city.yaml", "criteria.yaml", "funding.yaml", "lists.yaml", "rules.yaml", "screening.yaml"]
    inputs = load_inputs(scenario)
    roles = [role for role, _p in inputs.files]
    assert roles == ["scenario"] + ["policy"] * 6 + ["library"] * 4
    assert len({p for _r, p in inputs.files}) == len(inputs.files)


def test_origins_name_file_scenario_and_command_line(tmp_path: Path) -> None:
    good = GoodSet()
    good.scenario["overrides"] = {"funding.channels.bond.cap.2025": 200, "budget.whole.active": False}
    inputs = load_inputs(good.write(tmp_path), overrides={"funding.channels.bond.cap.2025": 300, "funding.channels.own.cap": {2025: 7, "later": "open"}})
    assert inputs.policy.funding.channels["bond"].cap.at(2025) == 3_000_000
    assert inputs.origins["funding.channels.bond.cap.2025"] == "command line"
    assert inputs.origins["funding.channels.own.cap.2025"] == "command line"
    assert inputs.origins["budget.whole.active"] == "scenario tiny"
    assert inputs.origins["funding.channels.bond.cap.later"] == "funding.yaml"
    assert inputs.origins["city.label.zh"] == "city.yaml"
    assert not inputs.policy.budget["whole"].active


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("reserve.money_multiple", 3, lambda p: p.reserve.money_multiple == 3),
        ("funding.channels.own.ticket.at_least", 5, lambda p: p.funding.channels["own"].ticket.at_least == 50_000),
        ("funding.channels.fiscal.cap.2030", 1, lambda p: p.funding.channels["fiscal"].cap.at(2030) == 10_000),
        ("funding.channels.fiscal.cap.later", None, lambda p: p.funding.channels["fiscal"].cap.later == "error"),
        ("limits.votes", None, lambda p: "votes" not in p.limits),
        ("limits.votes.from", 2030, lambda p: p.limits["votes"].from_ == 2030),
        ("funding.channels.bond.eligible.district", ["east"], lambda p: p.funding.channels["bond"].eligible["district"] == ("east",)),
        ("criteria.need.indicators.votes.value.0", [5, 0], lambda p: p.criteria["need"].indicators["votes"].value.points[0] == (5, 0)),
        ("funding.capital.capital.at_least.2026", Decimal("0.3"), lambda p: p.funding.capital["capital"].at_least.at(2027) == Decimal("0.3")),
        ("spend_profiles.3", [1, 0, 0], lambda p: p.spend_profiles[3] == (1, 0, 0)),
    ],
)
def test_overrides_reach_every_kind_of_place(tmp_path: Path, path: str, value: Any, read: Any) -> None:
    GoodSet().write(tmp_path)
    assert read(load_policy(tmp_path / "city", {path: value}).policy)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("funding.chanels.bond.cap.2025", 1, ("overrides.funding.chanels.bond.cap.2025", "did you mean “channels”?")),
        ("funding.channels.bonds.cap.2025", 1, ("did you mean “bond”?", "funding.channels holds fiscal, bond, own")),
        ("funding.channels.bond.capp", 1, ("did you mean “cap”?",)),
        ("limits.voted", False, ("did you mean “votes”?",)),
        ("limits.voted.active", False, ("did you mean “votes”?",)),
        ("limits.gone", None, ("expected a known path",)),
        ("funding.channels.bond.rate.2026", Decimal("0.1"), ("is a value itself", "as a whole, by year")),
        ("coverage.3.title", "x", ("a position from 0 to 0",)),
        ("", 1, ("a dotted path such as",)),
        ("limits..votes", 1, ("a dotted path such as",)),
        ("funding.channels.bond.cap.2025", "viel", ("overrides.funding.channels.bond.cap.2025", "a number in 万元")),
        ("funding.channels.bond.cap", None, ("overrides.funding.channels.bond.cap", "this key, which is required")),
        ("budget.new", {"amount": 5}, ("overrides.budget.new.label", "this key, which is required")),
    ],
)
def test_bad_overrides_are_told_in_the_scenario_file(tmp_path: Path, path: str, value: Any, words: tuple[str, ...]) -> None:
    good = GoodSet()
    good.texts["scenario.yaml"] = to_yaml({**good.scenario, "overrides": {path: value}} if path else good.scenario) + ("" if path else 'overrides: {"a..b": 1}\n')
    error = refused(good, tmp_path, *words)
    assert all(f.file.endswith("scenario.yaml") for f in error.findings)
    assert any(f.line is not None for f in error.findings)


def test_a_bad_override_on_the_command_line_says_so(tmp_path: Path) -> None:
    error = refused(GoodSet(), tmp_path, "command line", "did you mean “limits”?", overrides={"limit.votes.active": False})
    assert error.exit_code == 2


BAD: list[tuple[str, Any, tuple[str, ...]]] = [
    # (dotted path, value or ... to drop, words of the message)
    ("city.label.fr", "ville", ("city.label.fr", "found “fr”", "a known key: zh, en")),
    ("city.labl", {"zh": "城", "en": "c"}, ("did you mean “label”?",)),
    ("criteria.need.wieght", 1, ("did you mean “weight”?",)),
    ("criteria.need.weight", "0.6", ("criteria.need.weight", "a number", "without quotes")),
    ("criteria.need.weight", None, ("found “null”", "a number")),
    ("schema_version", 2, ("schema_version", "found “2”", "expected 1")),
    ("funding.channels.bond.side", "goverment", ("one of government, market", "did you mean “government”?")),
    ("funding.channels.bond.repayment", "anuity", ("did you mean “annuity”?",)),
    ("funding.channels.bond.term", Decimal("15.5"), ("a whole number",)),
    ("funding.channels.bond.rate", ..., ("rate, term and repayment",)),
    ("funding.channels.bond.cap", 5000, ("open, or 万元 by year",)),
    ("funding.channels.bond.cap", {2025: Decimal("1.234")}, ("at most two decimals",)),
    ("funding.channels.bond.cap", {2025: -1}, ("not less than 0",)),
    ("funding.channels.bond.cap", {25: 1}, ("a calendar year",)),
    ("funding.channels.bond.share.at_most", {2025: {"value": 1, "year": 3}}, ("the year as the key alone",)),
    ("funding.channels.bond.share.at_most", {2025: {"valu": 1}}, ("funding.channels.bond.share.at_most.2025.valu", "a known key")),
    ("funding.channels.bond.share.at_most", {2025: None}, ("an end (null) with its own source",)),
    ("funding.caps.west_bond.channels", ["bnd"], ("funding.caps.west_bond.channels.0", "did you mean “bond”?")),
    ("funding.caps.west_bond.channels", "bond", ("a list", "write [bond]")),
    ("funding.ratios.leverage.numerator", {"channels": ["owm"]}, ("numerator.channels.0", "did you mean “own”?")),
    ("funding.channels.bond.eligible", [], ("a mapping of column to value",)),
    ("funding.channels.bond.carry_surplus", "maybe", ("yes or no",)),
    ("limits.votes.at_least", {"value": 1, "share": 1, "of": "plan"}, ("either value, or share with of",)),
    ("limits.votes.at_least", ..., ("at_least or at_most",)),
    ("districts", {"a b": {"label": {"zh": "甲", "en": "a"}, "source": {"kind": "plan", "clause": "1"}}}, ("an id without blanks",)),
    ("districts", ["east"], ("districts", "a mapping of keys to values")),
    ("criteria", ..., ("criteria", "this key, which is required")),
    ("criteria", {}, ("at least 1 entries",)),
    ("city.source", {"kind": "plan"}, ("a document or a clause",)),
    ("city.source", {"kind": "assumption"}, ("an assumption says why",)),
    ("criteria.need.indicators.votes.value", [[5, 0], [1, 100]], ("x increasing",)),
    ("criteria.need.indicators.votes.value", [[0, 0], [1, 101]], ("values from 0 to 100",)),
    ("coverage.0.entries", ..., ("either entries, or why_none",)),
    ("read_on", "2025", ("a date such as 2025-03-01",)),
    ("spend_profiles", {"two": [1]}, ("a whole number as the key",)),
]


@pytest.mark.parametrize(("path", "value", "words"), BAD, ids=[f"{i}-{b[0]}" for i, b in enumerate(BAD)])
def test_bad_policies_are_located(tmp_path: Path, path: str, value: Any, words: tuple[str, ...]) -> None:
    good = GoodSet()
    if value is ...:
        good.drop(path)
    else:
        good.put(path, value)
    error = refused(good, tmp_path, *words)
    assert all("/city" in f.file for f in error.findings if f.severity == "error")


def test_a_finding_names_the_line(tmp_path: Path) -> None:
    good = GoodSet().put("funding.channels.bond.side", "goverment")
    error = refused(good, tmp_path)
    (finding,) = [f for f in error.findings if f.severity == "error"]
    lines = (tmp_path / "city/funding.yaml").read_text("utf-8").splitlines()
    assert finding.line is not None
    assert lines[finding.line - 1].strip() == 'side: "goverment"'


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    good = GoodSet().put("city.extra", 1).put("funding.channels.bond.side", "x").put("limits.votes.measure", "vots")
    good.scenario["plan_year"] = "2025"
    good.scenario["weights"] = {"needs": 1}
    refused(good, tmp_path, "city.extra", "funding.channels.bond.side", "plan_year")
    good = GoodSet().put("limits.votes.measure", "vots")
    good.scenario["weights"] = {"needs": 1}
    good.scenario["force"] = {"in": ["P01"]}
    good.projects[0]["total_investment"] = "viel"
    refused(good, tmp_path / "b", "did you mean “votes”?", "did you mean “need”?", "did you mean “P001”?", "projects.csv", "viel")


def test_a_key_in_two_files_is_refused(tmp_path: Path) -> None:
    good = GoodSet()
    good.texts["city/zzz.yaml"] = "limits: {}\n"
    refused(good, tmp_path, "zzz.yaml", "each top-level key in one file; rules.yaml has it too")


@pytest.mark.parametrize(
    ("place", "text", "words"),
    [
        ("city/funding.yaml", b"\xd7\xa8\xcf\xee: 1", ("funding.yaml", "UTF-8")),
        ("city/funding.yaml", "a: [1\n", ("funding.yaml", "valid YAML")),
        ("city/rules.yaml", "limits: {}\nlimits: {}\n", ("rules.yaml", "each key once; first given in line 1")),
        ("city/rules.yaml", "", ("rules.yaml", "a mapping of keys to values")),
    ],
)
def test_unreadable_files_are_told_without_follow_ups(tmp_path: Path, place: str, text: str | bytes, words: tuple[str, ...]) -> None:
    good = GoodSet()
    good.texts[place] = text
    error = refused(good, tmp_path, *words)
    assert not [f for f in error.findings if f.kind == "missing_key"]


def test_folders_that_hold_no_policy(tmp_path: Path) -> None:
    GoodSet().write(tmp_path)
    for name, words in (("cty", "did you mean “city”?"), ("scenario.yaml", "a folder with the policy's YAML files, not a file")):
        with pytest.raises(InputError, match=words.replace("?", r"\?")):
            load_policy(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="at least one file named"):
        load_policy(tmp_path / "empty")
    (tmp_path / "empty/city.yml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"city\.yml"):
        load_policy(tmp_path / "empty")


def test_another_ending_beside_good_files_is_a_warning(tmp_path: Path) -> None:
    good = GoodSet()
    good.texts["city/more.yml"] = "limits: {}\n"
    (finding,) = findings_of_set(good, tmp_path)
    assert (finding.kind, finding.severity) == ("file_ignored", "warning")


def test_a_missing_policy_leaves_the_library_unchecked_and_says_so(tmp_path: Path) -> None:
    good = GoodSet()
    good.scenario["policy"] = "nowhere"
    error = refused(good, tmp_path, "nowhere", "an existing folder", "a policy that can be read")
    assert [f.kind for f in error.findings] == ["folder_missing", "not_checked"]


def test_findings_speak_chinese(tmp_path: Path) -> None:
    set_language("zh")
    try:
        collector = Collector()
        GoodSet().put("funding.channels.bond.side", "goverment").write(tmp_path)
        assert read_policy(tmp_path / "city", collector) is None
        assert collector.findings[0].kind == "not_allowed"
    finally:
        set_language("en")


def test_the_raw_policy_is_not_shared_between_tests() -> None:
    first = tiny_policy()
    first["city"]["document"] = "changed"
    assert tiny_policy()["city"]["document"] != "changed"
