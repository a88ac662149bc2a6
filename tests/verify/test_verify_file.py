"""The re-check of a plan file: hashes, inputs read again, overrides of the command line."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal as D

import pytest
from oracle import Oracle

from renewal_opt.errors import InputError
from renewal_opt.io.load import load_inputs
from renewal_opt.verify import verify_file

POLICY = """\
schema_version: 1
city: {label: {zh: 城, en: town}, source: {kind: assumption, why: test}, document: none, synthetic: yes}
districts:
  north: {label: {zh: 北, en: north}, source: {kind: assumption, why: test}}
funding:
  channels:
    fiscal: {label: {zh: 财, en: fiscal}, source: {kind: assumption, why: test}, side: government, counts_as: grant, cap: {2025: 10, later: last}}
criteria:
  worth:
    label: {zh: 值, en: worth}
    source: {kind: assumption, why: test}
    weight: 1
    indicators:
      consent: {label: {zh: 同意, en: consent}, source: {kind: assumption, why: test}, column: consent, weight: 1, value: [[0, 0], [100, 100]]}
"""
VOCABULARY = """\
object_classes: {c: {label: {zh: 类, en: c}, source: {kind: assumption, why: test}, types: {t: {zh: 细, en: t}}}}
modes: {m: {label: {zh: 式, en: m}, source: {kind: assumption, why: test}}}
actions: {a: {label: {zh: 动, en: a}, source: {kind: assumption, why: test}, works: {w: {zh: 工, en: w}}}}
function_types: {f: {label: {zh: 能, en: f}, source: {kind: assumption, why: test}}}
zones: {z: {label: {zh: 区, en: z}, source: {kind: assumption, why: test}}}
implementer_kinds: {soe: {zh: 企, en: soe}}
screening: {stages: {order: {s: {label: {zh: 段, en: s}, source: {kind: assumption, why: test}}}, needed: []}}
"""
LIBRARY = """\
id,name,applicant,district,implementer_kind,content,object_class,object_type,mode,work,function_type,zone,part,start_year,end_year,total_investment（万元）,spend_1（万元）,stage,as_of,consent
A1,one,north,north,soe,x,c,t,m,w,f,z,new_start,2025,2025,6,6,s,2025-01-01,80
A2,two,north,north,soe,x,c,t,m,w,f,z,new_start,2025,2025,5,5,s,2025-01-01,90
"""
BASE = "name: base\npolicy: ../policy\nlibrary: ../library\nplan_year: 2024\n"


@pytest.fixture
def plan_file(tmp_path):
    """Write inputs and the plan that starts A1 under a cap of 10 万元; return the plan's path."""
    for folder in ("policy", "library", "scenarios", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "policy/city.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "policy/words.yaml").write_text(VOCABULARY, encoding="utf-8")
    (tmp_path / "library/projects.csv").write_text(LIBRARY, encoding="utf-8")
    (tmp_path / "scenarios/base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "scenarios/main.yaml").write_text("name: main\nextends: base\nplan_year: 2025\n", encoding="utf-8")
    return write(tmp_path, ["A1"])


def write(folder, chosen, overrides=None):
    """Write the plan of a choice beside its inputs."""
    inputs = load_inputs(folder / "scenarios/main.yaml", overrides=overrides)
    oracle = Oracle(inputs.policy, inputs.library, inputs.scenario)
    plan = oracle.fill(([(i, 2025, [("fiscal", 2025, oracle.P[i].total_investment)]) for i in chosen], {}))
    plan["inputs"] = [{"role": role, "path": f"../{p.resolve().relative_to(folder.resolve())}", "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for role, p in inputs.files]
    plan["options"] = {} if overrides is None else {"overrides": {k: float(v) if isinstance(v, D) else v for k, v in overrides.items()}}
    (folder / "out/plan.json").write_text(json.dumps(plan), encoding="utf-8")
    return folder / "out/plan.json"


def change(path, edit):
    """Change a plan file in place."""
    plan = json.loads(path.read_text(encoding="utf-8"))
    edit(plan)
    path.write_text(json.dumps(plan), encoding="utf-8")


def test_a_right_plan_holds(plan_file):
    report = verify_file(plan_file)
    assert report.holds
    assert report.breaches == ()
    assert [f.family for f in report.families][:2] == ["inputs", "areas"]
    assert report.families[0].rows == 2 * len(report.plan.inputs) + 4


def test_a_changed_input_is_named(plan_file):
    path = plan_file.parent.parent / "library/projects.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",80", ",81"), encoding="utf-8")
    report = verify_file(str(plan_file))
    inputs = report.families[0]
    assert [(b.rule, b.row, b.kind) for b in inputs.breaches] == [("inputs", "inputs:inputs[../library/projects.csv]", "unequal")]
    assert {b.family for b in report.breaches} == {"inputs", "scores", "totals"}


def test_a_missing_or_new_input_is_named(plan_file):
    root = plan_file.parent.parent
    (root / "policy/more.yaml").write_text("facts: {}\n", encoding="utf-8")
    (breach,) = verify_file(plan_file).breaches
    assert (breach.kind, breach.row.endswith("more.yaml]")) == ("unknown", True)
    (root / "policy/more.yaml").unlink()
    (root / "scenarios/base.yaml").unlink()
    report = verify_file(plan_file)
    assert [(b.family, b.kind) for b in report.breaches] == [("inputs", "missing"), ("inputs", "unreadable")]
    assert len(report.families) == 1


def test_an_input_that_is_not_read_or_is_no_file_is_named(plan_file):
    """A document that nobody reads, the extended scenario in the place of the solved one, a device that never ends."""
    letter = plan_file.parent / "letter.pdf"
    letter.write_bytes(b"approved")
    row = {"role": "policy", "path": "letter.pdf", "sha256": hashlib.sha256(b"approved").hexdigest()}
    change(plan_file, lambda p: p["inputs"].append(row))
    assert [(b.row, b.kind) for b in verify_file(plan_file).breaches] == [("inputs:inputs[not read]", "unknown")]
    change(plan_file, lambda p: p.update(inputs=[p["inputs"][1], p["inputs"][0], *p["inputs"][2:-1]]))
    assert not verify_file(plan_file).holds
    change(plan_file, lambda p: p["inputs"].append(row | {"path": "/dev/zero"}))
    assert ("inputs:inputs[/dev/zero]", "missing") in {(b.row, b.kind) for b in verify_file(plan_file).breaches}


def test_an_input_that_is_listed_twice_is_named(plan_file):
    change(plan_file, lambda p: p["inputs"].append(p["inputs"][-1]))
    (breach,) = verify_file(plan_file).breaches
    assert (breach.row, "library" in breach.found) == ("inputs:inputs[twice]", True)


def test_options_that_nobody_knows_or_a_sweep_that_was_none(plan_file):
    for options, rule in (({"speed": 1}, "options"), ({"sweep": {"scenario": "main", "grid": {"budget": "1"}}}, "options.sweep")):
        change(plan_file, lambda p, options=options: p.update(options=options))
        assert [b.rule for b in verify_file(plan_file).breaches] == [rule]


@pytest.mark.parametrize("count", ["funding_rows", "repairs"])
def test_a_count_below_zero_is_no_plan(plan_file, count):
    change(plan_file, lambda p: p["objective"].update({count: -5}))
    with pytest.raises(InputError) as caught:
        verify_file(plan_file)
    assert [(f.path, f.value, f.expected) for f in caught.value.findings] == [(f"objective.{count}", "-5", "at least 0")]


def test_an_input_that_may_not_be_read_is_named(plan_file, monkeypatch):
    def closed(_path):
        raise PermissionError("closed")

    monkeypatch.setattr("renewal_opt.verify.file.sha256_file", closed)
    assert {(b.family, b.kind, b.found) for b in verify_file(plan_file).breaches} == {("inputs", "missing", "closed")}


def test_a_plan_without_scenario_or_of_another_version(plan_file):
    change(plan_file, lambda p: p.update(inputs=[i for i in p["inputs"] if i["role"] != "scenario"]))
    assert [b.kind for b in verify_file(plan_file).breaches] == ["missing"]
    change(plan_file, lambda p: p.update(plan_version=2))
    with pytest.raises(InputError):
        verify_file(plan_file)


def test_overrides_of_the_command_line_are_applied_again(plan_file):
    root = plan_file.parent.parent
    write(root, ["A1", "A2"])
    assert {b.family for b in verify_file(plan_file).breaches} == {"channels"}
    write(root, ["A1", "A2"], {"funding.channels.fiscal.cap.2025": D("11.5"), "reserve": {"money_multiple": 3, "at_most": None}, "coverage": []})
    assert verify_file(plan_file).holds
    change(plan_file, lambda p: p["options"]["overrides"].update({"funding.channels.fiscal.cap.2025": 10.5}))
    assert {b.family for b in verify_file(plan_file).breaches} == {"channels", "use"}
    change(plan_file, lambda p: p["options"].update(overrides="nonsense"))
    assert {"inputs", "channels"} <= {b.family for b in verify_file(plan_file).breaches}


def test_options_of_the_solver(plan_file):
    change(plan_file, lambda p: p.update(options={"solver": {"seconds": 1.5, "gap": 0.0001}}))
    assert verify_file(plan_file).holds
    for bad in ([1], "x", {"gap": 0.0001, "speed": 1}, {"gap": "little"}, {"seconds": "x"}, {"gap": -1}, {"threads": 0}):
        change(plan_file, lambda p, bad=bad: p.update(options={"solver": bad}))
        assert [b.rule for b in verify_file(plan_file).breaches] == ["options"]
    change(plan_file, lambda p: p.update(options={"solver": {"gap": 0.5}}))
    assert "totals" in {b.family for b in verify_file(plan_file).breaches}
