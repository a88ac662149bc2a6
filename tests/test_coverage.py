"""The coverage table names every numbered section of the plan, and what it names exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from renewal_opt.domain.policy import Policy
from renewal_opt.io.policy import load_policy

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT.parent / "shared" / "plan" / "zhengzhou-urban-renewal-plan-2023-2035.md"

#: rule families of the bundled policy; a family that is added later may be named in the table, and need not be
FAMILIES = (
    "commitments", "balance", "budget", "channels", "caps", "shares", "capital", "cover", "tickets", "asks", "reserved",
    "ratios", "debt_service", "precedence", "exclusivity", "corequisites", "areas", "districts", "limits",
)  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT / "models" / "zhengzhou").policy


def sections(text: str) -> list[str]:
    """Return the numbers of the sections that say something: 一, 二, ..., 七 (has a text of its own), 七.1, ...

    A chapter line without a full stop is a heading alone; its numbered sections speak for it.
    """
    out: list[str] = []
    chapter = ""
    for line in text.splitlines():
        if head := re.match(r"([一二三四五六七八九十]+)、", line):
            chapter = head.group(1)
            if "。" in line:
                out.append(chapter)
        elif chapter and (section := re.match(r"(\d+)\.", line)):
            out.append(f"{chapter}.{section.group(1)}")
    return out


def rooms() -> set[str]:
    """Return the names of the rule files that exist."""
    folder = ROOT / "src" / "renewal_opt" / "model" / "rules"
    return {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")}


def resolve(root: Any, path: str) -> Any:
    """Follow a dotted path through models and mappings; raises KeyError where it ends."""
    here = root
    for part in path.split("."):
        if isinstance(here, BaseModel) and part in type(here).model_fields:
            here = getattr(here, part)
        elif isinstance(here, dict) and part in here:
            here = here[part]
        else:
            raise KeyError(f"{path}: {part}")
    return here


def test_sections_by_hand() -> None:
    text = "一、 甲。\n四、 乙\n1.丙。\n2. 丁。\n七、 戊。\n1.己。\n1）庚。\n九、 辛\n2.壬\n"
    assert sections(text) == ["一", "四.1", "四.2", "七", "七.1", "九.2"]


def test_every_section_once(policy: Policy) -> None:
    if not PLAN.exists():
        pytest.skip("../shared/plan is absent: the plan's text is needed")
    expected = sections(PLAN.read_text("utf-8"))
    assert len(expected) == 26
    assert [c.section for c in policy.coverage] == expected


def test_titles_are_the_plans_words(policy: Policy) -> None:
    if not PLAN.exists():
        pytest.skip("../shared/plan is absent: the plan's text is needed")
    plan = re.sub(r"\s", "", PLAN.read_text("utf-8"))
    assert [c.title for c in policy.coverage if re.sub(r"\s", "", c.title) not in plan] == []


def test_what_carries_a_section_exists(policy: Policy) -> None:
    for row in policy.coverage:
        for entry in row.entries:
            if entry.startswith("rule:"):
                assert entry.removeprefix("rule:") in {*FAMILIES, *rooms()}, f"{row.section}: {entry}"
            else:
                assert resolve(policy, entry), f"{row.section}: {entry}"


def test_every_family_is_named(policy: Policy) -> None:
    named = {e.removeprefix("rule:") for row in policy.coverage for e in row.entries if e.startswith("rule:")}
    assert named >= set(FAMILIES)


def test_every_entry_of_a_plan_section_is_reachable(policy: Policy) -> None:
    """The clause of each source of kind plan lies in a section of the table."""
    known = {row.section for row in policy.coverage}
    wrong: list[str] = []

    def look(value: Any, path: str) -> None:
        if isinstance(value, BaseModel):
            source = getattr(value, "source", None)
            if source is not None and source.kind == "plan":
                clause = re.match(r"[一二三四五六七八九十]+(\.\d+)?", source.clause or "")
                if clause is None or clause.group() not in known:
                    wrong.append(f"{path}: {source.clause}")
            for name in type(value).model_fields:
                look(getattr(value, name), f"{path}.{name}")
        elif isinstance(value, dict):
            for key, child in value.items():
                look(child, f"{path}.{key}")
        elif isinstance(value, tuple):
            for child in value:
                look(child, path)

    look(policy, "policy")
    assert wrong == []
