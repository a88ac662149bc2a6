"""A small good set (policy, library, scenario) as plain data, and its files; bad inputs are this set plus one edit.

    good = GoodSet()
    good.policy["funding"]["channels"]["bond"]["cap"] = {2025: 1}
    scenario = good.write(tmp_path)          # tmp_path/city/*.yaml, library/*.csv, scenario.yaml
    inputs = load_inputs(scenario)

`refused(good, tmp_path, "words", ...)` asserts that the set ends in an InputError whose message holds the words.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from renewal_opt.domain import Library, Policy, Project, Scenario
from renewal_opt.errors import Finding, InputError

Edit = Callable[["GoodSet"], None]


def label(zh: str, en: str | None = None) -> dict[str, str]:
    """Return a label in both languages."""
    return {"zh": zh, "en": en or zh}


def entry(zh: str, en: str | None = None, clause: str = "1", **rest: Any) -> dict[str, Any]:
    """Return a policy entry with label and source."""
    return {"label": label(zh, en), "source": {"kind": "plan", "clause": clause}, **rest}


def assumed(zh: str, en: str | None = None, why: str = "made up for a test", **rest: Any) -> dict[str, Any]:
    """Return a policy entry that is an assumption."""
    return {"label": label(zh, en), "source": {"kind": "assumption", "why": why}, **rest}


def tiny_policy() -> dict[str, Any]:
    """Return the raw policy of a made-up city: every section holds something, nothing is tight."""
    return {
        "schema_version": 1,
        "city": entry("小城", "Smalltown", document="小城规划", near_to=2025, far_to=2035, synthetic=True),
        "districts": {
            "east": entry("东区", "East"),
            "west": entry("西区", "West"),
            "cityhall": entry("市本级", "city level", level="city"),
        },
        "object_classes": {"residential": entry("居住类", "residential", types={"old_estate": label("老旧小区", "old estate")})},
        "modes": {"renovation": entry("整治提升", "renovation"), "redevelopment": entry("拆除重建", "redevelopment", caution=True)},
        "actions": {"homes": entry("住房行动", "homes", works={"estates": label("小区工程", "estates")})},
        "function_types": {"living": entry("居住", "living", priority=True)},
        "zones": {"old_town": entry("老城", "old town"), "new_town": entry("新区", "new town")},
        "key_areas": {"centre": entry("中心片", "centre")},
        "unit_types": {"key": entry("重点单元", "key unit")},
        "centre_levels": {"main": entry("主中心", "main centre")},
        "plan_items": {"axis": entry("发展轴", "axis")},
        "implementer_kinds": {"soe": label("国企", "state-owned"), "private": label("民企", "private")},
        "coord_roles": {"anchor": label("锚点", "anchor"), "member": label("一般", "member")},
        "bond_domains": {"housing": entry("保障性安居", "housing")},
        "bond_reviews": {"passed": label("通过", "passed"), "waiting": label("待审", "waiting")},
        "demand": {"high": label("强烈", "strong"), "low": label("一般", "weak")},
        "difficulty": {"easy": label("易", "easy"), "hard": label("难", "hard")},
        "columns": {"votes": {**entry("票数", "votes"), "kind": "integer"}},
        "spend_profiles": {1: [1], 2: [Decimal("0.5"), Decimal("0.5")]},
        "criteria": {
            "need": entry(
                "需求",
                "need",
                weight=Decimal("0.6"),
                indicators={
                    "demand": entry("需求程度", "demand", column="demand", value={"high": 100, "low": 20}, weight=1),
                    "votes": entry("票数", "votes", column="votes", value=[[0, 0], [1000, 100]], weight=1, missing="middle"),
                },
            ),
            "benefit": entry(
                "效益",
                "benefit",
                weight=Decimal("0.4"),
                indicators={"people": entry("受益人", "people", column="residents", unit="人", value=[[0, 0], [500, 100]], weight=2, scale="total")},
            ),
        },
        "screening": {
            "negative_list": {"river": entry("河道", "river", number=1), "heritage": entry("文保", "heritage", number=2, needs_opinion=True)},
            "health_check": entry("体检", "health check", within_years=2),
            "requirements": {"in_scope": entry("范围", "scope", column="in_scope", accept=["yes"], unclear=["unclear"])},
            "stages": {
                "order": {"idea": entry("谋划", "idea"), "land": entry("供地", "land"), "permit": entry("许可", "permit")},
                "needed": [entry("重建要许可", "redevelopment needs a permit", where={"mode": "redevelopment"}, stage="permit")],
                "skip": {"renovation": ["land"]},
            },
            "demolition": {"demolished": entry("拆除比例", "demolished", measure="demolished_share", at_most=Decimal("0.2"))},
        },
        "funding": {
            "channels": {
                "fiscal": entry(
                    "财政",
                    "fiscal",
                    side="government",
                    counts_as="grant",
                    cap={2025: 5000, 2026: 4000, "later": "last"},
                    sub={
                        "city_funds": entry("市级资金", "city funds"),
                        "district_funds": entry("区级资金", "district funds", eligible={"level": "district"}),
                    },
                ),
                "bond": entry(
                    "专项债",
                    "bonds",
                    side="government",
                    counts_as="debt",
                    eligible={"revenue": "> 0"},
                    cap={2025: 6000, "later": "last"},
                    share={"at_most": Decimal("0.8")},
                    ticket={"at_least": 10},
                    rate=Decimal("0.03"),
                    term=15,
                    repayment="annuity",
                    delay={"column": "bond_review", "years": {"passed": 0, "waiting": 1}, "blank": None},
                ),
                "own": entry("企业自有", "own capital", side="market", counts_as="capital", cap="open"),
            },
            "shares": {"own_some": assumed("自有至少一成", "own at least a tenth", channels=["own"], at_least=Decimal("0.1"), active=False)},
            "caps": {"west_bond": assumed("西区债券", "bonds west", channels=["bond"], where={"district": "west"}, amount=9000, active=False)},
            "reserved": {"east_fiscal": assumed("东区预留", "kept for east", channels=["fiscal"], where={"district": "east"}, at_least=Decimal("0.2"), active=False)},
            "ratios": {
                "leverage": assumed("杠杆", "leverage", numerator={"side": "market"}, denominator={"side": "government"}, at_least=Decimal("0.1"), active=False)
            },
            "debt_service": {"ceiling": assumed("还本付息", "debt service", amount={2026: 2000, "later": "last"}, active=False)},
            "capital": {"capital": assumed("资本金", "project capital", where={"implementer_kind": "soe"}, at_least={2019: Decimal("0.2")}, also_capital=["fiscal"])},
            "cover": {"cover": assumed("覆盖倍数", "cover ratio", ratio=Decimal("1.2"), channels=["bond"])},
        },
        "budget": {"whole": assumed("总盘子", "whole", amount={2025: 12000, "later": "open"})},
        "limits": {
            "demolition": assumed("谨慎拆建", "caution", where={"mode": "redevelopment"}, at_most={"share": Decimal("0.9"), "of": "plan"}, active=False),
            "votes": assumed("票数", "votes", measure="votes", at_least={"value": 1}),
        },
        "targets": {"homes": {**entry("户数", "homes"), "measure": "households", "at_least": {"value": 5}, "from": 2024, "to": 2025}},
        "district_balance": {"each": assumed("各区", "each district", at_least=Decimal("0.1"), districts=["east", "west"], active=False)},
        "coordination": assumed("片区统筹", "areas", mode="bonus", bonus=5, conditions={"least_number": 2, "anchor_first": True}, active=False),
        "reserve": {"at_most": 10, "money_multiple": 2},
        "facts": {"principle": entry("留改拆", "keep, mend, rebuild")},
        "coverage": [{"section": "1", "title": "总则", "entries": ["city"]}],
    }


#: which file of the folder holds which sections
FILES = {
    "city.yaml": ("schema_version", "city", "facts", "coverage", "reserve"),
    "criteria.yaml": ("criteria",),
    "funding.yaml": ("funding", "budget"),
    "rules.yaml": ("limits", "targets", "district_balance", "coordination"),
    "screening.yaml": ("screening",),
}


def tiny_row(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row of the projects' table by column id: a new start of two years in the east."""
    row = {
        "id": f"P{number:03d}",
        "name": f"项目{number}",
        "applicant": "东区政府",
        "district": "east",
        "implementer_kind": "soe",
        "content": "改造小区",
        "object_class": "residential",
        "object_type": "old_estate",
        "mode": "renovation",
        "work": "estates",
        "function_type": "living",
        "zone": "old_town",
        "in_scope": "是",
        "part": "new_start",
        "start_year": 2025,
        "end_year": 2026,
        "total_investment": 1000,
        "spend_1": 600,
        "spend_2": 400,
        "stage": "permit",
        "check_year": 2024,
        "check_report": "T-1",
        "neg_1": "不涉及",
        "neg_2": "不涉及",
        "bond_review": "passed",
        "demand": "high",
        "households": 20,
        "residents": 60,
        "votes": 300,
        "as_of": "2024-12-01",
    }
    return row | changes


@dataclass
class GoodSet:
    """The good set; change any part, then `write` it.

    Attributes
    ----------
    policy : dict
        Raw policy tree.
    projects, revenue, relations : list of dict
        Rows by column id.
    scenario : dict
        Raw scenario.
    files : dict
        Policy file name to its sections; sections that no file names go to `lists.yaml`.
    texts : dict
        Path below the folder to a text or bytes that is written instead of what stands there.
    """

    policy: dict[str, Any] = field(default_factory=tiny_policy)
    projects: list[dict[str, Any]] = field(default_factory=lambda: [tiny_row(1), tiny_row(2, district="west"), tiny_row(3, mode="redevelopment")])
    revenue: list[dict[str, Any]] = field(
        default_factory=lambda: [{"project": "P001", "year": 2027, "revenue_class": "operating", "gross": 900, "operating_cost": 100, "tax": 0, "pledged_net": 800}]
    )
    relations: list[dict[str, Any]] = field(default_factory=lambda: [{"kind": "precedence", "project": "P001", "other": "P003", "lag": 0}])
    scenario: dict[str, Any] = field(default_factory=lambda: {"name": "tiny", "policy": "city", "library": "library", "plan_year": 2025})
    files: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(FILES))
    texts: dict[str, str | bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the set's files; return the scenario file."""
        city, library = folder / "city", folder / "library"
        city.mkdir(parents=True, exist_ok=True)
        library.mkdir(exist_ok=True)
        placed = {s for names in self.files.values() for s in names}
        for name, sections in {**self.files, "lists.yaml": tuple(k for k in self.policy if k not in placed)}.items():
            part = {k: self.policy[k] for k in sections if k in self.policy}
            (city / name).write_text(to_yaml(part) if part else "{}\n", encoding="utf-8")
        for name, rows in (("projects", self.projects), ("revenue", self.revenue), ("relations", self.relations)):
            if rows:
                (library / f"{name}.csv").write_bytes(to_csv(rows).encode("utf-8-sig"))
        (library / "about.csv").write_text("key,value\n投资口径,动态\n", encoding="utf-8")
        scenario = folder / "scenario.yaml"
        scenario.write_text(to_yaml(self.scenario), encoding="utf-8")
        for place, text in self.texts.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return scenario

    def at(self, dotted: str) -> Any:
        """Return what stands at a dotted path of the policy (years as text are found too)."""
        here: Any = self.policy
        for part in dotted.split("."):
            here = here[int(part)] if isinstance(here, list) or (part not in here and part.isdigit()) else here[part]
        return here

    def put(self, dotted: str, value: Any) -> GoodSet:
        """Set a value of the policy by dotted path; return the set."""
        head, _dot, last = dotted.rpartition(".")
        holder = self.at(head) if head else self.policy
        holder[int(last) if last.isdigit() and (isinstance(holder, list) or int(last) in holder) else last] = value
        return self

    def drop(self, dotted: str) -> GoodSet:
        """Remove a key of the policy by dotted path; return the set."""
        head, _dot, last = dotted.rpartition(".")
        holder = self.at(head) if head else self.policy
        del holder[int(last) if last not in holder else last]
        return self


def to_csv(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV text with the column ids as headers (money columns are in 万元)."""
    names = list(dict.fromkeys(k for row in rows for k in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_yaml(value: Any, indent: int = 0) -> str:
    """Return plain data as block YAML: one line a key, so that lines can be asserted."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        out = ""
        for key, inner in value.items():
            name = key if isinstance(key, int) else _key(key)
            nested = isinstance(inner, (dict, list)) and inner
            out += f"{pad}{name}:" + ("\n" + to_yaml(inner, indent + 1) if nested else f" {_scalar(inner)}\n")
        return out
    if isinstance(value, list) and value:
        return "".join(f"{pad}-" + ("\n" + to_yaml(v, indent + 1) if isinstance(v, (dict, list)) and v else f" {_scalar(v)}\n") for v in value)
    return f"{pad}{_scalar(value)}\n"


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").replace(".", "").isalnum() and not key[0].isdigit() else json.dumps(key, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return str(value)


def policy_of(raw: dict[str, Any] | None = None) -> Policy:
    """Return a validated policy of raw data (default: the tiny one)."""
    return Policy.model_validate(copy.deepcopy(tiny_policy() if raw is None else raw))


def project_of(id: str = "P001", **changes: Any) -> Project:
    """Return a project in memory, money in 元: a two-year new start of 1,000 万元 in the east."""
    values: dict[str, Any] = {
        "id": id,
        "name": f"项目{id}",
        "district": "east",
        "implementer_kind": "soe",
        "object_class": "residential",
        "object_type": "old_estate",
        "mode": "renovation",
        "work": "estates",
        "function_type": "living",
        "zone": "old_town",
        "in_scope": "yes",
        "start_year": 2025,
        "end_year": 2026,
        "total_investment": 10_000_000,
        "spend": (6_000_000, 4_000_000),
        "stage": "permit",
        "check_year": 2024,
        "check_report": "T-1",
        "neg": {"river": "none", "heritage": "none"},
        "demand": "high",
        "residents": 60,
    }
    return Project.model_validate(values | changes)


def library_of(*projects: Project, **rest: Any) -> Library:
    """Return a library in memory."""
    return Library(projects=projects or (project_of(),), **rest)


def scenario_of(**changes: Any) -> Scenario:
    """Return a scenario in memory."""
    return Scenario.model_validate({"name": "tiny", "policy": "city", "library": "library", "plan_year": 2025} | changes)


def findings_of_set(good: GoodSet, folder: Path, **options: Any) -> list[Finding]:
    """Return every finding of a set, errors and warnings."""
    from renewal_opt.io.load import load_inputs

    try:
        return list(load_inputs(good.write(folder), **options).warnings)
    except InputError as error:
        return list(error.findings)


def refused(good: GoodSet, folder: Path, *words: str, **options: Any) -> InputError:
    """Assert that the set is refused by our own error, and that its message holds all words."""
    from renewal_opt.io.load import load_inputs

    scenario = good.write(folder)
    try:
        load_inputs(scenario, **options)
    except InputError as error:
        message = str(error)
        lacking = [w for w in words if w not in message]
        assert not lacking, f"{lacking} not in:\n{message}"
        return error
    raise AssertionError(f"accepted; expected a refusal with {words}")
