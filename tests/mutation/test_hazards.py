"""Every hazard of design.md section 6 that the annual plan touches: where its tests stand, and those through the whole job."""

from __future__ import annotations

import ast
import csv
import io
import itertools
import json
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from builders import GoodSet, tiny_row, to_csv, to_yaml
from click.testing import CliRunner
from mutation_seeds import solvable

from renewal_opt.analysis.annual import solve_annual
from renewal_opt.cli import main
from renewal_opt.errors import InputError
from renewal_opt.io.library import load_library
from renewal_opt.io.libwrite import write_library
from renewal_opt.io.load import load_inputs
from renewal_opt.io.template import write_template

TESTS = Path(__file__).parents[1]
DESIGN = TESTS.parent.parent / "shared/design.md"
HERE = "mutation/test_hazards.py"

#: first words of the hazard in the design to the tests that hold it; a word where a later issue's work is meant
HAZARDS: dict[str, dict[str, tuple[str, ...]] | str] = {
    "HiGHS 1.14.0 calls a wrong plan optimal": {
        "test_solver.py": (
            "test_hazard_2957", "test_version_known_to_be_wrong_is_refused", "test_false_infeasible_is_not_believed", "test_infeasible_without_second_proof_is_not_said",
            "test_random_whole_models_against_enumeration", "test_random_mixed_models_against_scipy", "test_many_random_models",
        ),
    },
    "rows hold within 1e-6 only": {
        "rules/test_rule_cover.py": ("test_two_channels_at_the_size_of_the_tolerance",),
        "rules/test_rule_tickets.py": ("test_one_yuan_below_the_ticket_at_the_size_of_the_tolerance",),
        "rules/test_rule_areas.py": ("test_one_yuan_of_revenue_at_the_size_of_the_tolerance",),
        "rules/test_whole_money.py": ("test_the_adversarial_case",),
        HERE: ("test_a_budget_one_step_short_is_never_overspent",),
    },
    "solve in a parent, then fork": {"test_solver.py": ("test_a_solve_after_a_fork_is_refused_and_does_not_hang", "test_unknown_status_twice_is_an_error", "test_another_number_of_threads_is_refused")},
    "`run()` ignores Ctrl-C": {"test_solver.py": ("test_ctrl_c_gives_the_best_so_far", "test_cancel_from_another_thread"), "test_cli_first_run.py": ("test_ctrl_c_writes_the_best_plan_so_far",)},
    "one kill -9 empties a ProcessPoolExecutor": "sweeps",
    "pandas guesses": {"test_tables.py": ("test_csv_texts_stay_texts", "test_csv_row_with_a_cell_too_many_or_few", "test_parquet_values_are_exact"), HERE: ("test_codes_stay_texts_through_the_whole_job",)},
    "PyYAML takes the last of two equal keys": {"test_yamlfile.py": ("test_values_are_those_of_yaml_1_2_and_exact", "test_faults_that_leave_the_structure"), HERE: ("test_words_of_yaml_1_1_stay_words",)},
    "4.8 KB of xlsx": {
        "test_tables_xlsx.py": ("test_far_cell_is_refused_unread", "test_large_area_is_refused_unread", "test_zip_bomb_is_refused_unread", "test_memory_limit_is_a_finding", "test_reader_that_aborts_is_a_finding"),
        HERE: ("test_hostile_workbooks_end_in_exit_2",),
    },
    "`to_excel` writes the text": {
        "test_report_xlsx.py": ("test_no_text_becomes_a_formula",), "test_atomic.py": ("test_live_texts_are_quoted_and_come_back", "test_quoting_is_reversible"), HERE: ("test_live_texts_in_every_file_we_write",),
    },
    "a half-written file": {
        "test_atomic.py": ("test_nothing_half_written", "test_full_disk_is_a_finding", "test_held_target_gets_a_new_name"), "test_cli.py": ("test_a_failing_report_leaves_nothing",),
        HERE: ("test_a_kill_in_the_middle_leaves_the_old_file",),
    },
    "money-sized objectives": {HERE: ("test_money_sized_objectives_are_exact",)},
}  # fmt: skip


def test_every_hazard_of_the_design_is_listed() -> None:
    if not DESIGN.exists():
        pytest.skip("../shared is absent")
    section = DESIGN.read_text("utf-8").partition("### Hazards")[2].partition("\n## ")[0]
    rows = [line.strip("| ") for line in section.splitlines() if line.startswith("|") and not line.startswith(("|---", "| hazard"))]
    assert len(rows) == len(HAZARDS)
    assert all(row.startswith(words) for row, words in zip(rows, HAZARDS, strict=True))


@pytest.mark.parametrize("hazard", [h for h, tests in HAZARDS.items() if not isinstance(tests, str)])
def test_every_hazard_has_its_tests(hazard: str) -> None:
    tests = HAZARDS[hazard]
    assert isinstance(tests, dict)
    for file, names in tests.items():
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert not set(names) - there, (file, set(names) - there)


def test_the_refused_version_cannot_be_installed() -> None:
    text = (TESTS.parent / "pyproject.toml").read_text("utf-8")
    (wanted,) = re.findall(r'"highspy([<>=!][^"]*)"', text)
    assert "!=1.14.0" in wanted


# ------------------------------------------------------------------ tolerances and sizes


def _knapsack(folder: Path, costs: list[Decimal], residents: list[int], budget: Decimal, basis: str) -> tuple[set[str], Fraction]:
    """Solve a set of one-year projects under one budget; return the chosen and the objective."""
    good = solvable()
    good.projects = [
        tiny_row(k + 1, total_investment=f"{c:f}", spend_1=f"{c:f}", spend_2="", end_year=2025, demand="high", residents=r, votes=300 + k)
        for k, (c, r) in enumerate(zip(costs, residents, strict=True))
    ]
    good.revenue, good.relations = [], []
    for section in ("limits", "targets"):
        good.policy[section] = {}
    for section in ("shares", "caps", "reserved", "ratios", "debt_service", "capital", "cover"):
        good.policy["funding"][section] = {}
    good.put("budget.whole.amount", {2025: budget})
    good.scenario |= {"basis": basis, "solver": {"gap": 0, "seconds": 20}}
    inputs = load_inputs(good.write(folder))
    plan = solve_annual(inputs, other_bases=False)
    assert plan.objective.stopped in ("optimal", "gap")
    return {c.id for c in plan.chosen}, Fraction(plan.objective.value)


def _best(costs: list[Decimal], gains: list[Fraction], budget: Decimal) -> Fraction:
    """Return the best sum of gains within the budget, by enumeration in exact numbers."""
    best = Fraction(0)
    for chosen in itertools.product((False, True), repeat=len(costs)):
        if sum((c for c, x in zip(costs, chosen, strict=True) if x), Decimal(0)) <= budget:
            best = max(best, sum((g for g, x in zip(gains, chosen, strict=True) if x), Fraction(0)))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_a_budget_one_step_short_is_never_overspent(tmp_path: Path, seed: int) -> None:
    """Costs from 10 万元 to 50 亿元; the budget lacks 0.01 万元 for one subset, far below 1e-6 of the largest cost."""
    random = Random(seed)
    costs = [Decimal(random.randint(10 * 100, 500_000 * 100)) / 100 for _k in range(6)] + [Decimal(10), Decimal("10.01"), Decimal(500_000)]
    fits = random.sample(costs, 5)
    budget = sum(fits, Decimal(0)) - Decimal("0.01")
    chosen, _value = _knapsack(tmp_path, costs, [60] * len(costs), budget, "investment")
    spent = sum((c for k, c in enumerate(costs) if f"P{k + 1:03d}" in chosen), Decimal(0))
    assert spent <= budget


@pytest.mark.parametrize("basis", ["investment", "beneficiaries"])
def test_money_sized_objectives_are_exact(tmp_path: Path, basis: str) -> None:
    """Objectives of 1e7 and more, whose optimum differs from the next by one step: equal to enumeration."""
    random = Random(11)
    costs = [Decimal(random.randint(400_000 * 100, 500_000 * 100)) / 100 for _k in range(10)]
    residents = [random.randint(1_000_000, 90_000_000) for _k in costs]
    budget = sum(costs, Decimal(0)) / 2
    budget = budget.quantize(Decimal("0.01"))
    _chosen, value = _knapsack(tmp_path, costs, residents, budget, basis)
    inputs = load_inputs(tmp_path / "scenario.yaml")
    from renewal_opt.scoring import score

    totals = score(inputs.policy, inputs.library, inputs.scenario).rows
    size = costs if basis == "investment" else residents
    gains = [totals[f"P{k + 1:03d}"].total * Fraction(size[k]) for k in range(len(costs))]
    assert value > 10**7
    assert value == _best(costs, gains, budget)


# ------------------------------------------------------------------ nothing is guessed


CODES = ["00123", "NA", "123456789012345678", "1e5", "TRUE", "1-2", "2025-01-01", "=1+1", "-5", "null", "０１"]


def _coded(good: GoodSet) -> None:
    good.projects = [tiny_row(k + 1, id=code, name=code, unit=code) for k, code in enumerate(CODES)]
    good.revenue = [{"project": "00123", "year": 2027, "revenue_class": "operating", "gross": 900, "pledged_net": 800}]
    good.relations = [{"kind": "exclusive", "project": "NA", "other": "123456789012345678"}]
    good.scenario["force"] = {"in": ["00123"], "out": ["1e5"]}


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_codes_stay_texts_through_the_whole_job(tmp_path: Path, form: str) -> None:
    good = solvable()
    _coded(good)
    inputs = load_inputs(good.write(tmp_path))
    if form != "csv":
        target = tmp_path / ("other.xlsx" if form == "xlsx" else "other")
        write_library(inputs.library, inputs.policy, target, form=form)
        good.scenario["library"] = target.name
        inputs = load_inputs(good.write(tmp_path))
    assert [p.id for p in inputs.library.projects] == [p.name for p in inputs.library.projects] == [p.unit for p in inputs.library.projects] == CODES
    plan = solve_annual(inputs, other_bases=False)
    places = {c.id for c in (*plan.chosen, *plan.reserve, *plan.refused)}
    assert places == set(CODES)
    assert "00123" in {c.id for c in plan.chosen}
    assert json.loads(plan.model_dump_json())["chosen"]


def test_a_row_with_a_cell_too_many_is_not_shifted(tmp_path: Path) -> None:
    good = solvable()
    text = to_csv(good.projects).replace("项目2,", "项目2,别名,")
    good.texts["library/projects.csv"] = text
    with pytest.raises(InputError, match=r"row 3: found .* cells"):
        load_inputs(good.write(tmp_path))


def test_words_of_yaml_1_1_stay_words(tmp_path: Path) -> None:
    """A district NO, a label 12:30, a sexagesimal and an octal number are what they look like, and a key given twice is refused."""
    good = solvable()
    good.policy["districts"]["NO"] = {"label": {"zh": "12:30", "en": "on"}, "source": {"kind": "plan", "clause": "1"}}
    folder = good.write(tmp_path).parent
    lists = folder / "city/lists.yaml"
    lists.write_text(lists.read_text("utf-8").replace('"12:30"', "12:30").replace('"on"', "on"), encoding="utf-8")
    assert "NO:" in lists.read_text("utf-8")
    assert "zh: 12:30" in lists.read_text("utf-8")
    district = load_inputs(folder / "scenario.yaml").policy.districts["NO"]
    assert (district.label.zh, district.label.en) == ("12:30", "on")
    lists.write_text(lists.read_text("utf-8") + "zones: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="each key once"):
        load_inputs(folder / "scenario.yaml")


@pytest.mark.parametrize("word", ["0o17", "017", "1_000", "0x1F", "12:30", "1:2:3", "on"])
def test_numbers_of_yaml_1_1_are_refused(tmp_path: Path, word: str) -> None:
    good = solvable()
    folder = good.write(tmp_path).parent
    rules = folder / "city/rules.yaml"
    rules.write_text(rules.read_text("utf-8").replace("value: 1\n", f"value: {word}\n"), encoding="utf-8")
    with pytest.raises(InputError, match=r"limits.votes.at_least.value"):
        load_inputs(folder / "scenario.yaml")


# ------------------------------------------------------------------ hostile workbooks


def _plain_workbook(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("项目")
    for i, row in enumerate(csv.reader(io.StringIO(to_csv(rows)))):
        for j, cell in enumerate(row):
            sheet.write_string(i, j, cell)
    book.close()
    return out.getvalue()


def _edited(content: bytes, part: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
        if part not in old.namelist():
            new.writestr(part, change(b""))
    return out.getvalue()


def _far(data: bytes) -> bytes:
    return data.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>')


def _crc(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.getinfo(part).CRC.to_bytes(4, "little")


HOSTILE = {
    "far cell": (lambda c: _edited(c, "xl/worksheets/sheet1.xml", _far), "cells within"),
    "zip bomb": (lambda c: _edited(c, "xl/worksheets/sheet1.xml", lambda d: d + b" " * 210_000_000), "packed at most"),
    "entities": (lambda c: _edited(c, "xl/workbook.xml", lambda d: d.replace(b"<workbook", b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><workbook", 1)), "an Excel workbook"),
    "a wrong checksum": (lambda c: c.replace(_crc(c, "xl/workbook.xml"), b"\0\0\0\0"), "an Excel workbook"),
    "cut short": (lambda c: c[: len(c) // 2], "an Excel workbook"),
    "a password": (lambda c: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "without a password"),
    "the old format": (lambda c: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "save it as .xlsx"),
    "a web page": (lambda c: b"<html></html>", "save it as .xlsx"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_workbooks_end_in_exit_2(tmp_path: Path, name: str) -> None:
    good = solvable()
    change, words = HOSTILE[name]
    good.scenario["library"] = "library.xlsx"
    good.texts["library.xlsx"] = change(_plain_workbook(good.projects))
    good.write(tmp_path)
    result = CliRunner().invoke(main, ["--lang", "en", "solve", str(tmp_path / "scenario.yaml"), "-o", str(tmp_path / "plan.json"), "--json"])
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "library.xlsx" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "plan.json").exists()
    assert json.loads(result.stdout)["error"]["findings"]


# ------------------------------------------------------------------ formulas and files


LIVE = ["=1+1", "+1-1", "-1+2", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1＋1", "'=1", "=HYPERLINK(\"http://x\",\"y\")"]


def test_live_texts_in_every_file_we_write(tmp_path: Path) -> None:
    """A project called =1+1 is text in the plan's workbook, in a written library, in CSV and in the marked copy."""
    good = solvable()
    good.projects = [tiny_row(k + 1, name=text, content=text, remark=text, applicant=text) for k, text in enumerate(LIVE)]
    good.relations = []
    good.policy["districts"]["east"]["label"]["zh"] = "=2+2"
    good.texts["library/projects.csv"] = to_csv([{k: ("'" + v if isinstance(v, str) and v in LIVE else v) for k, v in row.items()} for row in good.projects]).encode("utf-8-sig")
    scenario = good.write(tmp_path)
    inputs = load_inputs(scenario)
    assert [p.name for p in inputs.library.projects] == LIVE
    out = tmp_path / "out"
    out.mkdir()
    result = CliRunner().invoke(main, ["--lang", "zh", "solve", str(scenario), "-o", str(out / "plan.json"), "--xlsx", str(out / "plan.xlsx"), "--quiet"])
    assert result.exit_code == 0, result.output
    write_library(inputs.library, inputs.policy, out / "library.xlsx")
    write_library(inputs.library, inputs.policy, out / "library", form="csv")
    write_template(out / "template.xlsx", inputs.policy)
    bad = tmp_path / "bad.yaml"
    bad.write_text(to_yaml(good.scenario | {"force": {"in": ["P999"]}}), encoding="utf-8")
    assert CliRunner().invoke(main, ["check", str(bad), "--marked", str(out / "marked.xlsx")]).exit_code == 2
    for book in ("plan.xlsx", "library.xlsx", "marked.xlsx", "template.xlsx"):
        cells = [c for ws in openpyxl.load_workbook(out / book) for row in ws.iter_rows() for c in row if c.value is not None]
        ours = re.compile(r"=(SUM|SUBTOTAL|SUMIFS?|COUNT\w*|IF)\(|=[A-Z]+\d+([/+]|$)")
        assert all(ours.match(str(c.value)) for c in cells if c.data_type == "f"), [c.value for c in cells if c.data_type == "f"][:5]
        found = [c for c in cells if str(c.value) in LIVE or str(c.value) == "=2+2"]
        assert found
        assert all(c.data_type == "s" for c in found)
    with (out / "library/projects.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.reader(stream):
            assert all(cell[:1] not in ("=", "+", "@", "＝", "\t") for cell in row), row
    assert [p.name for p in load_library(out / "library", inputs.policy).library.projects] == LIVE


_KILLED = """
import os, signal, sys
from pathlib import Path
import renewal_opt.io.planfile as planfile
text = planfile.plan_to_json
write = Path.write_text
def half(self, data, *args, **kwargs):
    write(self, data[: len(data) // 2], *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
Path.write_text = half
from renewal_opt.cli import main
main(["solve", sys.argv[1], "-o", sys.argv[2], "--quiet"])
"""


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    scenario = solvable().write(tmp_path)
    target = tmp_path / "plan.json"
    target.write_text("old", encoding="utf-8")
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(scenario), str(target)], capture_output=True, timeout=120, check=False)
    assert ended.returncode == -9, ended.stderr.decode()[-500:]
    assert target.read_text("utf-8") == "old"
    ended = subprocess.run([sys.executable, "-m", "renewal_opt", "solve", str(scenario), "-o", str(target), "--quiet"], capture_output=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-500:]
    assert json.loads(target.read_text("utf-8"))["plan_version"] == 1
