"""Grids: what keys and values mean, every fault at once, names, and the scenario files that cases are written as."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep_city import city, write_city

from renewal_opt.analysis.sweep.cases import Case
from renewal_opt.analysis.sweep.grid import read_grid
from renewal_opt.analysis.sweep.reading import _OF_CHANNEL, MONEY_AND_RULES, Reader
from renewal_opt.analysis.sweep.run import prepare
from renewal_opt.errors import Collector, InputError
from renewal_opt.io.library import load_library
from renewal_opt.io.load import load_inputs
from renewal_opt.io.naming import MOST_BYTES, case_name, file_safe, same_file
from renewal_opt.io.policy import load_policy


def cases(folder: Path, *grid: str, **solver: Any) -> tuple[Case, ...]:
    """Prepare a sweep over the small city."""
    return prepare([write_city(folder)], folder / "out", grid=grid, solver=solver).cases


def refused(folder: Path, *grid: str) -> list[tuple[str, str]]:
    """Return kind and place of every finding of a grid that is refused."""
    with pytest.raises(InputError) as caught:
        cases(folder, *grid)
    return [(f.kind, f.file) for f in caught.value.findings]


def test_the_product_in_order(tmp_path: Path) -> None:
    found = cases(tmp_path, "budget=0.8,1.0", "weights.need=0.1,0.2")
    assert [c.name for c in found] == [
        "小城-2025__budget=0.8__weights.need=0.1", "小城-2025__budget=0.8__weights.need=0.2",
        "小城-2025__budget=1.0__weights.need=0.1", "小城-2025__budget=1.0__weights.need=0.2",
    ]  # fmt: skip
    assert found[0].grid == {"budget": "0.8", "weights.need": "0.1"}
    assert len({c.key for c in found}) == 4


def test_without_a_grid_a_scenario_is_solved_as_it_stands(tmp_path: Path) -> None:
    (case,) = cases(tmp_path)
    assert (case.name, case.text, case.options) == ("小城-2025", None, {})
    assert case.inputs.files[0] == ("scenario", tmp_path / "scenario.yaml")


def test_scenario_keys(tmp_path: Path) -> None:
    scenarios = [c.inputs.scenario for c in cases(tmp_path, "basis=count", "force.in=[P001,P003],P005", "solver.gap=0.5", "plan_year=2025", "funding=full")]
    assert [s.force.in_ for s in scenarios] == [("P001", "P003"), ("P005",)]
    assert {(s.basis, s.solver.gap, s.funding) for s in scenarios} == {("count", Decimal("0.5"), "full")}


def test_policy_paths_are_overrides(tmp_path: Path) -> None:
    found = cases(tmp_path, "funding.channels.fiscal.cap.2025=1000,2000.5", "coordination.conditions={least_number: 7}")
    assert [c.inputs.policy.funding.channels["fiscal"].cap.years[2025] for c in found] == [10_000_000, 20_005_000]
    conditions = found[0].inputs.policy.coordination
    assert conditions is not None
    assert (conditions.conditions.least_number, conditions.conditions.anchor_first) == (7, False)  # replaced as a whole, as by --set


def test_null_removes(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "funding.channels.bond.ticket=null")
    assert case.inputs.policy.funding.channels["bond"].ticket is None


def test_a_factor_multiplies_every_active_budget(tmp_path: Path) -> None:
    good = city()
    good.policy["budget"] = {
        "on": {**good.at("budget.whole"), "amount": {2025: 1000, 2026: "1234567 元", "later": "open"}},
        "off": {**good.at("budget.whole"), "active": False, "amount": {2025: 500, "later": "open"}},
    }
    found = prepare([good.write(tmp_path)], tmp_path / "out", grid=["budget=0.333,1"]).cases
    amounts = {k: dict(b.amount.years) for k, b in found[0].inputs.policy.budget.items()}
    assert amounts == {"on": {2025: 3_330_000, 2026: 411_110}, "off": {2025: 5_000_000}}  # 1234567 x 0.333 = 411110.8, down
    assert found[0].inputs.policy.budget["on"].amount.later == "open"
    assert found[1].inputs.policy.budget["on"].amount.years == {2025: 10_000_000, 2026: 1_234_567}
    assert found[1].text is not None
    assert "budget.on" not in found[1].text  # factor 1 changes nothing


def test_factors_on_caps(tmp_path: Path) -> None:
    good = city()
    good.put("funding.channels.fiscal.sub.city_funds.cap", {2025: 100, "later": "last"})
    scenario = good.write(tmp_path)

    def caps(*grid: str) -> tuple[int, int, int]:
        (case,) = prepare([scenario], tmp_path / "out", grid=grid).cases
        channels = case.inputs.policy.funding.channels
        return channels["fiscal"].cap.years[2025], channels["fiscal"].sub["city_funds"].cap.years[2025], channels["bond"].cap.years[2025]

    assert caps("caps=0.5") == (15_000_000, 500_000, 30_000_000)
    assert caps("caps.fiscal=0.5") == (15_000_000, 500_000, 60_000_000)
    assert caps("caps.city_funds=2") == (30_000_000, 2_000_000, 60_000_000)
    assert caps("caps=0.5", "caps.bond=0.5") == (15_000_000, 500_000, 15_000_000)
    assert caps("caps.bond=0.5", "funding.channels.bond.cap.2025=100") == (30_000_000, 1_000_000, 500_000)  # factors come last


def test_every_fault_at_once(tmp_path: Path) -> None:
    found = refused(
        tmp_path, "budgt=0.8", "weights.foo=1,2", "caps.bnd=0.5", "basis=money", "force.in=[P999]", "budget=x", "plan_year=", "solver.threads=1,2",
        "funding.channels.fiscal.capp=3", "name=a", "noequals", "limits.x=[1", "basis=count", "weights.need=1,1.0", "caps.own=2",
    )  # fmt: skip
    assert set(found) == {
        ("unknown_key", "--grid budgt=0.8"), ("unknown_id", "--grid weights.foo=1"),
        ("unknown_id", "--grid caps.bnd=0.5"), ("not_allowed", "--grid basis=money"), ("unknown_id", "--grid force.in=[P999]"),
        ("bad_value", "--grid budget=x"), ("empty_grid", "--grid plan_year="), ("threads", "--grid solver.threads=1,2"),
        ("override_path", "--grid funding.channels.fiscal.capp=3"), ("bad_grid", "--grid name=a"), ("bad_grid", "--grid noequals"),
        ("yaml_syntax", "--grid limits.x=[1"), ("duplicate_key", "--grid basis=count"), ("duplicate_value", "--grid weights.need=1,1.0"),
        ("empty_factor", "--grid caps.own=2"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grid", "kind"),
    [
        ("weights.foo.bar=1", "unknown_key"), ("solver.gaap=1", "unknown_key"), ("solver=1", "threads"), ("force=[P1]", "bad_grid"), ("budget=-1", "bad_value"),
        ("budget=1001", "bad_value"), ("budget=yes", "bad_value"), ("caps=true", "bad_value"), ("overrides.x=1", "bad_grid"), ("policy=a", "bad_grid"),
        ("a..b=1", "bad_grid"), ("=1", "bad_grid"), ("weights.need=-1", "bad_value"), ("basis=]", "yaml_syntax"), ("basis=1]\nx: [2", "bad_grid"),
        ("basis=count,count", "duplicate_value"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, grid: str, kind: str) -> None:
    assert kind in {k for k, _f in refused(tmp_path, grid)}


def test_a_fault_of_the_combination_alone(tmp_path: Path) -> None:
    assert cases(tmp_path, "force.in=[P001]", "force.out=[P002]")
    found = refused(tmp_path, "force.in=[P001]", "force.out=[P001]")
    assert [k for k, _f in found] == ["bad_value"]


def test_scenarios_that_ask_for_different_threads(tmp_path: Path) -> None:
    paths = [write_city(tmp_path / str(n), name=f"s{n}", solver={"threads": n}) for n in (1, 2)]
    with pytest.raises(InputError) as caught:
        prepare(paths, tmp_path / "out")
    assert [(f.kind, f.value) for f in caught.value.findings] == [("threads", "1"), ("threads", "2")]
    (case,) = prepare(paths[1:], tmp_path / "out").cases
    assert (case.inputs.scenario.solver.threads, case.options) == (1, {"solver": {"threads": 1}})


def test_names_given_twice(tmp_path: Path) -> None:
    one, other = write_city(tmp_path / "a"), write_city(tmp_path / "b")
    with pytest.raises(InputError) as caught:
        prepare([one, other, one], tmp_path / "out")
    assert sorted({(f.kind, f.file) for f in caught.value.findings}) == [("duplicate_name", str(one)), ("duplicate_name", str(other))]


def test_a_folder_that_no_sweep_has_written(tmp_path: Path) -> None:
    scenario = write_city(tmp_path)
    with pytest.raises(InputError, match="holds other files"):
        prepare([scenario], tmp_path)
    with pytest.raises(InputError, match="file of this name"):
        prepare([scenario], scenario)


def test_too_many_cases(tmp_path: Path) -> None:
    many = ",".join(str(n / 10000) for n in range(101))
    assert refused(tmp_path, f"weights.need={many}", f"weights.benefit={many}") == [("too_many_cases", "--grid")]


@pytest.mark.parametrize(
    "grid",
    [
        ("budget=0.77",), ("caps=0.123", "weights.need=0.125"), ("funding.channels.bond.ticket=null",), ("force.out=[P001]", "basis=count"),
        ("read_on=2025-03-01",), ("facts.note={label: {zh: 注, en: \"no: yes\"}, source: {kind: plan, clause: \"00123\"}}",),
        ("limits.new={label: {zh: 限, en: l}, source: {kind: assumption, why: \"why # not\"}, at_most: {value: 3}, measure: count}",),
        ("budget.whole.amount={2025: 99, later: last}", "budget=0.5"), ("solver.gap=0.01,1e-5", "solver.seconds=5"),
    ],
)  # fmt: skip
def test_a_written_scenario_reads_back_as_its_case(tmp_path: Path, grid: tuple[str, ...]) -> None:
    write_city(
        tmp_path, label={"zh": "小城：测试", "en": "test"}, note="yes",
        overrides={"funding.channels.bond.cap.2025": 7777, "funding.channels.bond.cap": {2025: 6000, "later": "last"}, "budget.whole.amount": {2025: 5000, "later": "open"}},
    )  # fmt: skip
    folder = tmp_path / "out"
    for case in prepare([tmp_path / "scenario.yaml"], folder, grid=grid).cases:
        file = folder / "scenarios" / f"{case.name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        assert case.text is not None
        file.write_text(case.text, encoding="utf-8")
        again = load_inputs(file)
        assert again.scenario == case.inputs.scenario
        assert again.policy == case.inputs.policy
        assert again.library == case.inputs.library
        assert [(r, p.resolve()) for r, p in again.files] == [(r, p.resolve()) for r, p in case.inputs.files]


def test_a_key_changes_with_everything_that_an_answer_depends_on(tmp_path: Path) -> None:
    keys = {cases(tmp_path)[0].key}
    keys.add(cases(tmp_path, gap=Decimal("0.5"))[0].key)
    (tmp_path / "city" / "criteria.yaml").write_text((tmp_path / "city" / "criteria.yaml").read_text(encoding="utf-8") + "# x\n", encoding="utf-8")
    reader = prepare([tmp_path / "scenario.yaml"], tmp_path / "out").cases
    keys.add(reader[0].key)
    (tmp_path / "library" / "projects.csv").write_bytes((tmp_path / "library" / "projects.csv").read_bytes().replace("项目1".encode(), "项目壹".encode()))
    keys.add(prepare([tmp_path / "scenario.yaml"], tmp_path / "out").cases[0].key)
    assert len(keys) == 4


def test_the_library_does_not_depend_on_what_its_key_leaves_out(tmp_path: Path) -> None:
    write_city(tmp_path)
    policy = load_policy(tmp_path / "city").policy
    found = Collector()
    whole = load_library(tmp_path / "library", policy, found)
    bare = policy.model_copy(deep=True)
    for holder, names in ((bare, MONEY_AND_RULES), *((c, _OF_CHANNEL) for c in bare.funding.channels.values())):
        for name in names:
            del vars(holder)[name]
    for name in set(vars(bare.funding)) - {"channels"}:
        del vars(bare.funding)[name]
    for channel in bare.funding.channels.values():
        for sub in channel.sub.values():
            del vars(sub)["cap"], vars(sub)["eligible"]
    for criterion in bare.criteria.values():
        del vars(criterion)["weight"]
    with pytest.raises(AttributeError):
        _ = bare.budget
    again = Collector()
    assert load_library(tmp_path / "library", bare, again).library == whole.library
    assert again.findings == found.findings


def test_what_a_reader_keeps_is_what_was_read(tmp_path: Path) -> None:
    scenario = write_city(tmp_path)
    reader, found = Reader(), Collector()
    for _again in range(2):
        raw = reader.scenario(scenario, found)
        assert raw is not None
        inputs = reader.inputs(raw, found)
        assert inputs == load_inputs(scenario)
    one, other = cases(tmp_path, "caps=0.5,0.6")
    assert one.inputs.library is other.inputs.library
    assert one.inputs.policy is not other.inputs.policy
    three, four = cases(tmp_path, "weights.need=0.5,0.6")
    assert three.inputs.policy is four.inputs.policy


names = st.text(st.characters(codec="utf-8"), max_size=300)


@given(names)
def test_every_name_is_a_file_name(name: str) -> None:
    safe = file_safe(name)
    assert safe
    assert len(safe.encode()) <= MOST_BYTES
    assert not set(safe) & set('/\\:*?"<>|\0\n\t ')
    assert safe[0] not in ".-"
    assert safe[-1] not in ". "


def test_names_are_readable_and_keep_chinese() -> None:
    assert case_name("郑州 2025", [("funding.channels.special_bond.cap.2025", 100000), ("force.in", ["P1", "P2"]), ("basis", "count")]) == (
        "郑州-2025__special_bond.cap.2025=100000__force.in=P1+P2__basis=count"
    )
    assert file_safe("CON") == "CON_"
    assert same_file("É") == same_file("e\u0301")
    long = [case_name("年" * 200, [("basis", b)]) for b in ("count", "investment")]
    assert len(set(long)) == 2


def test_the_text_of_a_grid_is_plain_data() -> None:
    found = Collector()
    (axis,) = read_grid(["weights.need=0.10, 1e-3,2"], found)
    assert not found.findings
    assert axis.values == (Decimal("0.10"), Decimal("0.001"), 2)
    assert json.dumps([axis.told(v) for v in axis.values]) == json.dumps(["--grid weights.need=0.10", "--grid weights.need=0.001", "--grid weights.need=2"])


@pytest.mark.parametrize("text", ["budget=.nan", "budget=1,.inf", "budget=1e400", "budget={a: 1, a: 2}", "weights.worth=.nan"])
def test_a_value_that_yaml_refuses_is_told_once(text: str) -> None:
    found = Collector()
    read_grid([text], found)
    assert len(found.findings) == 1


def test_a_refused_value_does_not_hide_the_others() -> None:
    found = Collector()
    assert read_grid(["budget=.nan,x,1,0.5,1"], found)[0].values == (1, Decimal("0.5"))
    assert [(f.kind, f.value) for f in found.findings] == [("not_finite", ".nan"), ("bad_value", "x"), ("duplicate_value", "1")]


def test_a_refused_value_of_a_scenario_key_is_not_told_again_by_the_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        cases(tmp_path, "solver.gap=.nan")
    assert [f.kind for f in caught.value.findings] == ["not_finite"]


def test_a_fault_of_a_key_is_told_once_for_all_its_values(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        cases(tmp_path, "weights.nix=1,2,3", "funding.channels.nix.cap.2025=1,2")
    assert [(f.kind, f.file) for f in caught.value.findings] == [("unknown_id", "--grid weights.nix=1"), ("override_path", "--grid funding.channels.nix.cap.2025=1")]
