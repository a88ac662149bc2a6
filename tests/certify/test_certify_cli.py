"""`certify` on files: both gaps, the certified copy, proof files and their check without a solver, what is refused."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from builders import GoodSet, tiny_row
from click.testing import CliRunner, Result

from renewal_opt.certify.file import read_proof
from renewal_opt.cli import main
from renewal_opt.errors import InputError
from renewal_opt.io.planfile import read_plan
from renewal_opt.verify import verify_file


def run(*args: object) -> Result:
    """Run a command in English."""
    return CliRunner().invoke(main, ["--lang", "en", *map(str, args)])


def town(folder: Path, cash: int = 1800) -> Path:
    """Write a town of ten candidates and little money for them; return the scenario."""
    good = GoodSet(relations=[], revenue=[]).drop("screening.demolition").drop("budget")
    good.projects = [tiny_row(n, spend_1=700 + 37 * n, spend_2=400, total_investment=1100 + 37 * n, residents=20 + 9 * (n * n % 11)) for n in range(1, 11)]
    good.put("funding.channels.fiscal.cap", {2025: cash, "later": "last"}).put("funding.channels.own.cap", {2025: 1300, "later": "last"})
    return good.write(folder)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs, a plan, its certified copy and its proof, packed and not."""
    folder = tmp_path_factory.mktemp("town")
    assert run("solve", town(folder / "in"), "-o", folder / "plan.json", "--quiet").exit_code == 0
    done = run("certify", folder / "plan.json", "-o", folder / "certified.json", "--proof", folder / "proof.json.gz", "--gap", 0, "--json", "--quiet")
    assert done.exit_code == 0, done.output
    (folder / "said.json").write_text(done.stdout, encoding="utf-8")
    (folder / "proof.json").write_bytes(gzip.decompress((folder / "proof.json.gz").read_bytes()))
    return folder


def test_both_gaps_are_said(solved: Path) -> None:
    """The certified one in exact arithmetic, and the one of HiGHS."""
    said = json.loads((solved / "said.json").read_text(encoding="utf-8"))
    plan = read_plan(solved / "plan.json")
    assert said["holds"]
    assert said["met"]
    assert F(said["certified_bound"]) == F(plan.objective.value)
    assert said["certified_gap"] == 0
    assert (said["gap"], said["gap_asked"]) == (plan.objective.gap, "0")
    text = run("certify", solved / "plan.json", "--quiet").output
    assert "certified in exact arithmetic: " in text
    assert "as HiGHS reports it: " in text
    assert "(asked 0.0100%)" in text


def test_the_copy_is_a_plan_that_holds(solved: Path, tmp_path: Path) -> None:
    """It differs in the two fields alone, `verify` takes it, and its inputs are found from another folder too."""
    before, after = read_plan(solved / "plan.json"), read_plan(solved / "certified.json")
    fields = {"certified_bound": before.objective.value, "certified_gap": 0.0}
    assert after == before.model_copy(update={"objective": before.objective.model_copy(update=fields)})
    assert verify_file(solved / "certified.json").holds
    assert run("certify", solved / "certified.json", "-o", tmp_path / "far.json", "--quiet").exit_code == 0
    assert verify_file(tmp_path / "far.json").holds
    assert "Certified bound, gap" in run("show", "plan", tmp_path / "far.json").output


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"certified_bound": "1"}, ["objective.certified_bound", "objective.certified_gap"]),
        ({"certified_gap": 0.5}, ["objective.certified_gap"]),
        ({"certified_gap": None}, ["objective.certified_gap"]),
        ({"certified_bound": None}, ["objective.certified_gap"]),
        ({"certified_bound": None, "certified_gap": None}, []),
    ],
)
def test_verify_checks_the_certified_fields(solved: Path, fields: dict[str, Any], rules: list[str]) -> None:
    """The bound is not below the value, and the gap is what follows from both."""
    plan = json.loads((solved / "certified.json").read_text(encoding="utf-8"))
    plan["objective"] |= fields
    changed = solved / "changed.json"
    changed.write_text(json.dumps(plan), encoding="utf-8")
    assert [b.rule for b in verify_file(changed).breaches] == rules


def test_a_gap_below_the_exact_one_is_a_breach(solved: Path) -> None:
    """By less than a float shows in print."""
    plan = json.loads((solved / "certified.json").read_text(encoding="utf-8"))
    value = F(plan["objective"]["value"])
    exactly = F(1, 3)
    for gap, holds in ((0.3333333333333333, False), (0.33333333333333337, True)):
        plan["objective"] |= {"certified_bound": str(value * (1 + exactly)), "certified_gap": gap}
        (solved / "third.json").write_text(json.dumps(plan), encoding="utf-8")
        assert verify_file(solved / "third.json").holds is holds


@pytest.mark.parametrize("name", ["proof.json", "proof.json.gz"])
def test_a_proof_is_checked(solved: Path, name: str) -> None:
    """Packed or not, with the same numbers as when it was found."""
    done = run("certify", solved / "plan.json", "--check", solved / name, "--json")
    said, first = json.loads(done.stdout), json.loads((solved / "said.json").read_text(encoding="utf-8"))
    assert done.exit_code == 0
    assert {k: said[k] for k in ("certified_bound", "certified_gap", "leaves", "funding_rows")} == {k: first[k] for k in ("certified_bound", "certified_gap", "leaves", "funding_rows")}


def test_a_check_loads_no_solver(solved: Path) -> None:
    """Neither HiGHS nor Pyomo is imported."""
    arguments = ["certify", str(solved / "plan.json"), "--check", str(solved / "proof.json")]
    code = f"import sys\nfrom renewal_opt.cli import main\ncode = main({arguments!r}, standalone_mode=False)\nprint(code, [m for m in ('highspy', 'pyomo') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def _multipliers(d: dict[str, Any]) -> list[str]:
    """Return the first list of multipliers that is not empty."""
    return next(s[kind]["y"] for s in d["nodes"] for kind in ("plain", "pool") if s.get(kind, {}).get("y"))


def _lower(d: dict[str, Any]) -> None:
    d["statement"]["bound"] = str(F(d["statement"]["bound"]) - 1)


def _cut(d: dict[str, Any]) -> None:
    d["nodes"].pop()


def _foreign(d: dict[str, Any]) -> None:
    d["inputs"][0]["sha256"] = "0" * 64


def _overridden(d: dict[str, Any]) -> None:
    d["overrides"] = {"funding.channels.own.cap.2025": 99}


def _renamed(d: dict[str, Any]) -> None:
    d["rows"][0] = "channels|channels:gold[2025]"


def _unequal(d: dict[str, Any]) -> None:
    _multipliers(d).append("1")


def _empty(d: dict[str, Any]) -> None:
    for step in d["nodes"]:
        step.pop("pool", None)
        step.pop("plain", None)


def _infeasible(d: dict[str, Any]) -> None:
    d["statement"] = {"kind": "infeasible"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_lower, "the proof claims"), (_cut, "the tree misses branches: 1"), (_foreign, "other inputs"), (_overridden, "other changes"),
        (_renamed, "do not give: channels|channels:gold[2025]"), (_unequal, "does not fit its rows"), (_empty, "do not close it"), (_infeasible, "without a bound"),
    ],
)  # fmt: skip
def test_corrupted_proofs_are_refused(solved: Path, change: Callable[[dict[str, Any]], None], words: str) -> None:
    """Exit 1 and the reason in words, as text and as JSON."""
    data = json.loads((solved / "proof.json").read_text(encoding="utf-8"))
    change(data)
    bad = solved / "bad.json"
    bad.write_text(json.dumps(data), encoding="utf-8")
    done = run("certify", solved / "plan.json", "--check", bad)
    assert done.exit_code == 1
    assert words in done.output
    said = json.loads(run("certify", solved / "plan.json", "--check", bad, "--json").stdout)
    assert said["holds"] is False
    assert words in said["why"]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"{", "json_syntax"), (b"null", "not_a_mapping"), (b'{"proof_version": 2}', "proof_version"), (b"{}", "proof_version"), (b"\x1f\x8bxx", "file_unreadable"),
        (b'{"proof_version": 1, "proof_version": 1}', "duplicate_key"), (b"\xff", "encoding"), (b'{"proof_version": 1, "rows": []}', "missing"),
    ],
)  # fmt: skip
def test_files_that_are_no_proof(tmp_path: Path, raw: bytes, kind: str) -> None:
    """Each by the kind of its fault."""
    (tmp_path / "p.json").write_bytes(raw)
    with pytest.raises(InputError) as error:
        read_proof(tmp_path / "p.json")
    assert kind in {f.kind.removesuffix("_key") for f in error.value.findings} | {f.kind for f in error.value.findings}


def test_numbers_of_a_proof_are_short_decimals(solved: Path) -> None:
    """Anything else is faulty input."""
    for text in ("1e9", "1/3", "nan", "", "1" * 81, " 1"):
        data = json.loads((solved / "proof.json").read_text(encoding="utf-8"))
        _multipliers(data)[0] = text
        (solved / "no.json").write_text(json.dumps(data), encoding="utf-8")
        assert run("certify", solved / "plan.json", "--check", solved / "no.json").exit_code == 2


def test_a_plan_that_does_not_hold_is_not_certified(solved: Path) -> None:
    """Exit 1, and where to look."""
    plan = json.loads((solved / "plan.json").read_text(encoding="utf-8"))
    plan["objective"]["value"] = "1"
    (solved / "wrong.json").write_text(json.dumps(plan), encoding="utf-8")
    done = run("certify", solved / "wrong.json")
    assert done.exit_code == 1
    assert "the plan does not hold" in done.output


def test_a_budget_that_ends_is_said(solved: Path) -> None:
    """Exit 0: the bound holds all the same; `met` is false."""
    done = run("certify", solved / "plan.json", "--gap", 0, "--leaves", 1, "--json", "--quiet")
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert said["met"] is False
    assert said["certified_gap"] > 0
    assert "not certified" in run("certify", solved / "plan.json", "--gap", 0, "--leaves", 1, "--quiet").output


def test_faulty_calls(solved: Path) -> None:
    """Exit 2 and nothing written."""
    plan = solved / "plan.json"
    for arguments in (["--check", solved / "proof.json", "--gap", 0], ["--check", solved / "none.json"], ["--seconds", 0], ["-o", plan], ["--proof", solved / "none" / "p.json"]):
        assert run("certify", plan, *arguments).exit_code == 2
    assert run("certify", solved / "in" / "scenario.yaml", "-o", solved / "x.json").exit_code == 2
    assert run("certify", solved / "proof.json").exit_code == 2
    assert run("certify", solved / "missing.json").exit_code == 2


def test_an_infeasible_scenario(tmp_path: Path) -> None:
    """Three forced in with money for two: a Farkas proof, written, checked, and caught when corrupted."""
    scenario = town(tmp_path, cash=900)
    with scenario.open("a", encoding="utf-8") as stream:
        stream.write("force: {in: [P001, P002, P003]}\n")
    assert run("solve", scenario, "--quiet").exit_code == 3
    done = run("certify", scenario, "--proof", tmp_path / "p.json")
    assert done.exit_code == 0, done.output
    assert "No plan satisfies all rules" in done.output
    assert json.loads(run("certify", scenario, "--json").stdout)["infeasible"] is True
    assert run("certify", scenario, "--check", tmp_path / "p.json").exit_code == 0
    data = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    for step in data["nodes"]:
        for row in (step.get("plain", {}), step.get("pool", {})):
            row["y"] = [y[1:] if y.startswith("-") else "-" + y for y in row.get("y", [])]
    (tmp_path / "q.json").write_text(json.dumps(data), encoding="utf-8")
    refused = run("certify", scenario, "--check", tmp_path / "q.json")
    assert refused.exit_code == 1
    assert "do not close it" in refused.output


def test_a_feasible_scenario_is_not_certified(solved: Path) -> None:
    """A portfolio that satisfies all rules is met: exit 1; a bound's proof proves no infeasibility."""
    done = run("certify", solved / "in" / "scenario.yaml")
    assert done.exit_code == 1
    assert "satisfies all rules" in done.output
    wrong = run("certify", solved / "in" / "scenario.yaml", "--check", solved / "proof.json")
    assert wrong.exit_code == 1
    assert "something else" in wrong.output


@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        ("pool", "1,5", "a decimal such as -12.5"), ("pool", "1/3", "a decimal such as -12.5"), ("pool", "1e5", "a decimal such as -12.5"),
        ("pool", 1.5, "text"), ("bound", "12.5", "an exact number such as 12 or 25/2"), ("bound", "1/0", "an exact number such as 12 or 25/2"),
    ],
)  # fmt: skip
def test_a_number_of_a_proof_that_is_none_is_told_in_its_own_words(tmp_path: Path, place: str, text: object, expected: str) -> None:
    proof = {
        "proof_version": 1, "program": {}, "inputs": [], "rows": ["r"], "columns": [], "pool": [{"rows": [0], "y": ["1"]}], "nodes": [],
        "statement": {"kind": "bound", "bound": "1", "target": "1"},
    }  # fmt: skip
    path = tmp_path / "p.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    assert read_proof(path).pool[0].y == ("1",)
    changed = {"pool": [{"rows": [0], "y": [text]}]} if place == "pool" else {"statement": {"kind": "bound", "bound": text, "target": "1"}}
    path.write_text(json.dumps(proof | changed), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_proof(path)
    (found,) = caught.value.findings
    assert (found.path, found.value) == ("pool.0.y.0" if place == "pool" else "statement.bound", str(text))
    assert found.expected.startswith(expected)
