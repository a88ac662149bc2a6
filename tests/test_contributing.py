"""Walks the steps of CONTRIBUTING.md for a rule with a throw-away family, on a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import renewal_opt

ROOT = Path(renewal_opt.__file__).resolve().parents[2]
GUIDE = ROOT / "CONTRIBUTING.md"

SOLVE = """
import sys
from pathlib import Path
import renewal_opt
assert Path(renewal_opt.__file__).is_relative_to(Path(sys.argv[1])), renewal_opt.__file__
from collections import Counter
from renewal_opt.analysis.annual import solve_annual
from renewal_opt.io.load import load_inputs
from renewal_opt.model.formulation import formulation

inputs = load_inputs(Path(sys.argv[2]), overrides={} if sys.argv[3] == "without" else {
    "implementer_quota": {"label": {"zh": "限额", "en": "quota"}, "source": {"kind": "assumption", "why": "a test"}, "at_most": 1}})
plan = solve_annual(inputs, other_bases=False)
who = {p.id: p.implementer for p in inputs.library.projects}
most = max(Counter(who[c.id] for c in plan.chosen if c.part == "new_start").values())
print(most, any(c.family == "implementer_quota" for c in plan.checks), "implementer_quota" in formulation(language="en"))
"""


def carry_out(guide: str, tree: Path) -> list[str]:
    """Carry out the file, insert and append instructions of the guide; returns the files touched."""
    touched: list[str] = []
    for block in re.findall(r"^   ```python\n(.*?)^   ```$", guide, flags=re.DOTALL | re.MULTILINE):
        first, _newline, body = textwrap.dedent(block).partition("\n")
        if match := re.fullmatch(r"# file: (\S+)", first):
            target = tree / match.group(1)
            assert not target.exists()
            target.write_text(body, encoding="utf-8")
        elif match := re.fullmatch(r'# insert before "(.+)" in: (\S+)', first):
            target = tree / match.group(2)
            text = target.read_text(encoding="utf-8")
            anchor = match.group(1)
            assert text.count(anchor) == 1, anchor
            indent = anchor[: len(anchor) - len(anchor.lstrip())]
            gap = "\n\n" if anchor.startswith("class ") else ""
            target.write_text(text.replace(anchor, textwrap.indent(body, indent) + gap + anchor), encoding="utf-8")
        else:
            raise AssertionError(f"an instruction that the test does not know: {first}")
        touched.append(str(target.relative_to(tree)))
    return touched


def test_the_steps_for_a_rule_work(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for part in ("src", "models", "scenarios"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    touched = carry_out(GUIDE.read_text(encoding="utf-8"), tree)
    assert [t.split("/")[2] for t in touched if "implementer_quota" in t] == ["model", "verify", "text"]
    script = tmp_path / "solve.py"
    script.write_text(SOLVE, encoding="utf-8")
    scenario = small_city(tmp_path)
    env = os.environ | {"PYTHONPATH": str(tree / "src")}
    answers = {}
    for way in ("without", "with"):
        done = subprocess.run(
            [sys.executable, str(script), str(tree), str(scenario), way], capture_output=True, text=True, env=env, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        answers[way] = done.stdout.split()
    assert answers["without"] == ["3", "True", "True"]
    assert answers["with"] == ["1", "True", "True"]


def small_city(folder: Path) -> Path:
    """Write a city of three projects of one implementer that could all start; returns the scenario."""
    (folder / "city").mkdir()
    (folder / "city" / "policy.yaml").write_text(
        textwrap.dedent("""
        schema_version: 1
        city: {label: {zh: 试, en: Test}, source: {kind: assumption, why: a test}, document: none, synthetic: yes}
        criteria:
          size:
            label: {zh: 规模, en: size}
            source: {kind: assumption, why: a test}
            weight: 1
            indicators:
              money: {label: {zh: 额, en: money}, source: {kind: assumption, why: a test}, column: total_investment, value: [[0, 10], [1000, 100]], weight: 1}
        funding:
          channels:
            purse: {label: {zh: 钱, en: purse}, source: {kind: assumption, why: a test}, side: government, counts_as: capital, cap: open}
        """),
        encoding="utf-8",
    )
    header = "id,name,applicant,content,part,start_year,end_year,总投资（万元）,开工后第1年投资（万元）,as_of,implementer"
    rows = [f"P{n},project {n},city,works,新开工,2025,2025,{n}00,{n}00,2025-01-01,same hands" for n in (1, 2, 3)]
    (folder / "library.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    scenario = folder / "scenario.yaml"
    scenario.write_text("name: quota\npolicy: city\nlibrary: library.csv\nplan_year: 2025\n", encoding="utf-8")
    return scenario
