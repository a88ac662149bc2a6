"""Scenario files: extends, paths relative to the stating file, and what is wrong with one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, refused, to_yaml

from renewal_opt.errors import InputError
from renewal_opt.io.load import load_inputs
from renewal_opt.io.scenario import MAX_EXTENDS, load_scenario


def write(folder: Path, **files: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (folder / f"{name}.yaml").write_text(to_yaml(raw), encoding="utf-8")


BASE: dict[str, Any] = {
    "policy": "../models/city",
    "library": "../library.xlsx",
    "plan_year": 2025,
    "note": "the base",
    "label": {"zh": "基准", "en": "base"},
    "weights": {"need": 2, "benefit": 1},
    "overrides": {"limits.a.active": True, "limits.b.active": True},
    "force": {"in": ["P1", "P2"], "out": ["P3"]},
    "solver": {"gap": Decimal("0.001"), "seed": 7},
}


def test_extends_merges_mappings_and_replaces_lists(tmp_path: Path) -> None:
    child = {
        "extends": "base",
        "plan_year": 2026,
        "weights": {"benefit": 5},
        "overrides": {"limits.b.active": None},
        "force": {"in": ["P9"]},
        "solver": {"seconds": 5},
    }
    write(tmp_path / "scenarios", base=BASE, child=child)
    loaded = load_scenario(tmp_path / "scenarios/child.yaml")
    s = loaded.scenario
    assert (s.plan_year, s.weights) == (2026, {"need": 2, "benefit": 5})
    assert s.overrides == {"limits.a.active": True, "limits.b.active": None} or s.overrides["limits.a.active"] == "yes"
    assert (s.force.in_, s.force.out) == (("P9",), ("P3",))
    assert (s.solver.gap, s.solver.seconds, s.solver.seed) == (Decimal("0.001"), 5, 7)
    assert [p.name for p in loaded.files] == ["child.yaml", "base.yaml"]


def test_name_label_and_note_are_a_files_own(tmp_path: Path) -> None:
    write(tmp_path, base={**BASE, "name": "the base"}, child={"extends": "base.yaml"})
    assert load_scenario(tmp_path / "base.yaml").scenario.name == "the base"
    child = load_scenario(tmp_path / "child.yaml").scenario
    assert (child.name, child.label, child.note) == ("child", None, None)


def test_paths_are_relative_to_the_file_that_states_them(tmp_path: Path) -> None:
    write(tmp_path / "scenarios", base=BASE)
    write(tmp_path / "scenarios/deep", child={"extends": "../base", "library": "mine.csv"})
    loaded = load_scenario(tmp_path / "scenarios/deep/child.yaml")
    assert loaded.policy_path.resolve() == (tmp_path / "models/city").resolve()
    assert loaded.library_path.resolve() == (tmp_path / "scenarios/deep/mine.csv").resolve()


@pytest.mark.parametrize(
    ("child", "words"),
    [
        ({"force": {"in_": ["P001"]}}, ("force.in_", "did you mean “in”?")),
        ({"extends": "bas"}, ("extends", "found “bas”", "did you mean “base”?")),
        ({"extends": "child"}, ("a scenario that does not lead back to itself: child.yaml → child.yaml",)),
        ({"extends": 3}, ("the name or path of another scenario",)),
        ({"extends": "base", "window": 0}, ("window", "at least 1")),
        ({"extends": "base", "plan_year": 3000}, ("plan_year", "at most 2199")),
        ({"extends": "base", "bases": "count"}, ("did you mean “basis”?",)),
        ({"extends": "base", "basis": "cuont"}, ("did you mean “count”?",)),
        ({"extends": "base", "force": {"in": ["P1"], "out": ["P1"]}}, ("force.", "in or out, not both: P1",)),
        ({"extends": "base", "force": {"in": "P1"}}, ("force.in", "a list", "write [P1]")),
        ({"extends": "base", "force": {"in": [7]}}, ("force.in.0", "text", "put it into quotes")),
        ({"extends": "base", "solver": {"gap": 2}}, ("solver.gap", "from 0 to below 1",)),
        ({"extends": "base", "solver": {"threads": 0}}, ("solver.threads", "1 to 256",)),
        ({"extends": "base", "weights": {"need": -1}}, ("weights.need, line", "not negative",)),
        ({"extends": "base", "ahp": {"pairs": {"need/benefit": 3}}}, ("weights or ahp, not both",)),
        ({"extends": "base", "ahp": {"pairs": {"need": 3}}}, ("two criteria written a/b",)),
        ({"extends": "base", "policy": "  "}, ("a path that is not empty",)),
        ({"extends": "base", "policy": 4}, ("policy", "text")),
        ({"extends": "base", "funding": "halved"}, ("funding", "halved")),
        ({"extends": "base", "overrides": ["a"]}, ("overrides", "a mapping of keys to values")),
        ({"plan_year": 2025}, ("policy, line 1: expected this key", "library, line 1: expected this key")),
    ],
)
def test_bad_scenarios(tmp_path: Path, child: dict[str, Any], words: tuple[str, ...]) -> None:
    write(tmp_path, base=BASE, child=child)
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "child.yaml")
    for word in words:
        assert word in str(caught.value)
    assert "child.yaml" in str(caught.value)


def test_a_fault_in_the_base_is_told_there(tmp_path: Path) -> None:
    write(tmp_path, base={**BASE, "windw": 2}, child={"extends": "base"})
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "child.yaml")
    (finding,) = caught.value.findings
    assert finding.file.endswith("base.yaml")
    assert finding.line is not None


def test_long_chains_are_refused(tmp_path: Path) -> None:
    write(tmp_path, s0=BASE, **{f"s{i}": {"extends": f"s{i - 1}"} for i in range(1, 30)})
    assert len(load_scenario(tmp_path / f"s{MAX_EXTENDS - 1}.yaml").files) == MAX_EXTENDS
    with pytest.raises(InputError, match=f"at most {MAX_EXTENDS} scenarios"):
        load_scenario(tmp_path / "s29.yaml")


def test_missing_file_and_cycle_over_two(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an existing file"):
        load_scenario(tmp_path / "none.yaml")
    write(tmp_path, a={"extends": "b"}, b={"extends": "a"})
    with pytest.raises(InputError, match=r"a\.yaml → b\.yaml → a\.yaml"):
        load_scenario(tmp_path / "a.yaml")


def test_a_missing_library_is_told_in_the_scenario(tmp_path: Path) -> None:
    good = GoodSet()
    good.scenario["library"] = "libary"
    error = refused(good, tmp_path, "scenario.yaml", "found “libary”", "did you mean “library”?")
    assert error.exit_code == 2


def test_scenario_overrides_survive_extends_with_their_file(tmp_path: Path) -> None:
    good = GoodSet()
    good.scenario["overrides"] = {"limits.votes.activ": False}
    good.write(tmp_path)
    (tmp_path / "child.yaml").write_text("extends: scenario\noverrides:\n  budget.whole.active: no\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_inputs(tmp_path / "child.yaml")
    (finding,) = caught.value.findings
    assert finding.file.endswith("scenario.yaml")
    assert finding.path == "overrides.limits.votes.activ"
