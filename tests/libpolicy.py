"""A small city and a good library of four rows for the tests of reading and writing libraries."""

from __future__ import annotations

import copy
import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from builders import assumed, label

from renewal_opt.domain.policy import Policy
from renewal_opt.errors import Collector, Finding
from renewal_opt.io.library import load_library

RAW: dict[str, Any] = {
    "schema_version": 1,
    "city": assumed("试城", "Testville", document="试城更新规划"),
    "districts": {"jin": assumed("金水区", "Jinshui"), "erqi": assumed("二七区", "Erqi"), "city": assumed("市本级", "City", level="city")},
    "object_classes": {
        "res": assumed("居住类", "residential", types={"old": label("老旧小区", "old estate"), "other_res": label("其他", "other")}),
        "ind": assumed("产业类", "industry", types={"plant": label("老旧厂区", "old plant"), "other_ind": label("其他", "other")}),
    },
    "modes": {"renovation": assumed("整治提升", "renovation"), "redevelopment": assumed("拆除重建", "redevelopment")},
    "actions": {"home": assumed("家园", "home", works={"w1": label("安居工程", "housing work"), "w2": label("厂房、仓库", "plants, stores")})},
    "function_types": {"f": assumed("住", "housing")},
    "zones": {"z1": assumed("老城片区", "old town"), "z2": assumed("新区", "new town")},
    "plan_items": {"p1": assumed("公园、广场", "parks"), "p2": assumed("商圈", "centre")},
    "unit_types": {"key": assumed("重点单元", "key unit"), "plain": assumed("一般单元", "plain unit")},
    "implementer_kinds": {"gov": label("政府", "government"), "soe": label("国企", "soe")},
    "coord_roles": {"anchor": label("锚点", "anchor")},
    "columns": {
        "score": assumed("得分", "own score", kind="number", unit="分"),
        "extra_cost": assumed("附加费", "extra cost", kind="money"),
        "tags": assumed("标签", "tags", kind="multi", values={"a": label("甲", "A"), "b": label("乙", "B")}),
    },
    "spend_profiles": {2: [Decimal("0.4"), Decimal("0.6")], 3: [1, 1, 1]},
    "criteria": {
        "c": assumed(
            "准则", "criterion", weight=1,
            indicators={"i": assumed("户", "households", column="households", value=[[0, 0], [100, 100]], weight=1)},
        )
    },
    "screening": {
        "negative_list": {
            "demol": assumed("大拆大建", "demolition", number=1, needs_opinion=True),
            "move": assumed("搬迁", "moving", number=2),
            "rule": assumed("违规", "against a rule", number=6, names_rule=True),
        },
        "stages": {"order": {"s1": assumed("谋划", "idea"), "s2": assumed("立项", "approval")}, "needed": []},
        "demolition": {
            "near": assumed("就近安置", "rehoused near", measure="rehoused_share", at_least=Decimal("0.5"), where={"mode": "redevelopment"})
        },
    },
    "funding": {
        "channels": {
            "fiscal": assumed(
                "财政资金", "fiscal", side="government", counts_as="grant", cap="open",
                sub={"city_f": assumed("市级财政", "city fiscal"), "prov_f": assumed("省补", "province")},
            ),
            "loan": assumed("银行贷款", "bank loan", side="market", counts_as="debt", cap="open", rate=Decimal("0.03"), term=10, repayment="annuity"),
        }
    },
}  # fmt: skip


def library_policy(**sections: Any) -> Policy:
    """Return the city; top-level sections may be replaced."""
    return Policy.model_validate(copy.deepcopy(RAW) | sections)


HEADERS = {
    "id": "项目编号", "name": "项目名称", "applicant": "申报单位", "district": "所在区", "implementer_kind": "主体类型",
    "content": "建设内容及规模", "object_class": "更新对象类别", "object_type": "更新对象细类", "mode": "更新方式",
    "work": "所属工程", "function_type": "主导功能", "zone": "更新分区", "part": "计划类别", "start_year": "开工年",
    "end_year": "完工年", "total_investment": "动态总投资（万元）", "spend_1": "开工后第1年投资（万元）",
    "spend_2": "开工后第2年投资（万元）", "stage": "全周期阶段", "as_of": "数据日期",
}  # fmt: skip


def good_row(number: int, **changes: str) -> dict[str, str]:
    """Return a valid new start, by column id or header."""
    row = {
        "id": f"P{number:03d}", "name": f"项目{number}", "applicant": "区政府", "district": "金水区", "implementer_kind": "政府",
        "content": "改造", "object_class": "居住类", "object_type": "老旧小区", "mode": "整治提升", "work": "安居工程",
        "function_type": "住", "zone": "老城片区", "part": "新开工", "start_year": "2025", "end_year": "2026",
        "total_investment": "1200.5", "spend_1": "1000", "spend_2": "200.5", "stage": "立项", "as_of": "2025-03-01",
    }  # fmt: skip
    return row | changes


def carry_row(number: int, **changes: str) -> dict[str, str]:
    """Return a valid carry-over."""
    more = {
        "part": "续建", "start_year": "2023", "total_investment": "100", "spend_1": "", "spend_2": "",
        "累计完成投资（万元）": "40", "2025年剩余投资（万元）": "35.5", "spend_2026": "24.5", "累计到位-市级财政（万元）": "40",
    }  # fmt: skip
    return good_row(number) | more | changes


def csv_text(rows: list[dict[str, str]]) -> str:
    """Return rows as CSV; column ids of `HEADERS` are written as their Chinese headers."""
    keys = list(dict.fromkeys(k for row in rows for k in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([HEADERS.get(k, k) for k in keys])
    writer.writerows([row.get(k, "") for k in keys] for row in rows)
    return out.getvalue()


def write_folder(folder: Path, rows: list[dict[str, str]], **others: list[dict[str, str]]) -> Path:
    """Write a folder of CSV files: projects, and others by role."""
    folder.mkdir(exist_ok=True)
    for role, table in {"projects": rows, **others}.items():
        (folder / f"{role}.csv").write_text(csv_text(table), encoding="utf-8")
    return folder


def findings_of(path: Path, policy: Policy | None = None) -> list[Finding]:
    """Return every finding of a library."""
    collector = Collector()
    load_library(path, policy or library_policy(), collector)
    return collector.findings


def kinds_of(path: Path, policy: Policy | None = None) -> list[str]:
    """Return the kinds of all errors of a library."""
    return [f.kind for f in findings_of(path, policy) if f.severity == "error"]
