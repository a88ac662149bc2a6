"""An empty workbook for a library: headers with notes, drop-down lists from the policy (domain.md 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ..domain.base import Label, Scalar
from ..domain.columns import SHEETS
from ..domain.filters import parse_comparison
from ..domain.policy import PART_LABELS, Policy
from .atomic import atomic_path
from .libcolumns import Slot, project_slots, relation_slots, revenue_slots, year_slot
from .libsheets import SheetPlan, options_of, write_book
from .texttable import column_letters

#: columns of spending after the start in the brief template
BRIEF_YEARS = 5
#: calendar years of remaining spending in the full template
LATER_YEARS = 6

_NEED = {
    "R": Label(zh="必填", en="required"),
    "N": Label(zh="新开工需要；空白按待核", en="needed for a new start; a blank is unclear"),
    "C": Label(zh="符合条件时填写", en="when its condition holds"),
    "O": Label(zh="选填；空白不影响入选", en="optional; a blank never excludes"),
}
_KIND = {
    "code": Label(zh="文本编码，不含换行", en="a code, as text"),
    "list": Label(zh="从下拉列表选择", en="from the drop-down list"),
    "multi": Label(zh="可填多项，以分号隔开", en="several, separated by semicolons"),
    "money": Label(zh="元为单位取整，万元至多两位小数，亿元至多四位小数；单位写在表头", en="whole 元, 万元 with two decimals or 亿元 with four; the unit stands in the header"),
    "integer": Label(zh="整数", en="a whole number"),
    "number": Label(zh="数字，单位写在表头", en="a number; its unit stands in the header"),
    "year": Label(zh="四位年份", en="a year of four digits"),
    "date": Label(zh="日期，如 2025-03-01", en="a date such as 2025-03-01"),
    "yes_no": Label(zh="是或否", en="yes or no"),
    "tri": Label(zh="是、否或待核", en="yes, no or unclear"),
    "negative": Label(zh="不涉及、涉及或待核", en="none, involved or unclear"),
}
#: conditions that hold in every city
_WHEN = {
    "implementer": Label(zh="已确定实施主体时", en="once the implementer is known"),
    "coord_area": Label(zh="属于统筹片区时", en="for members of a coordinated area"),
    "coord_role": Label(zh="填写统筹片区时", en="with a coordinated area"),
    "exit_doc": Label(zh="计划类别为退出时", en="for withdrawn projects"),
    "idc": Label(zh="总投资含建设期利息时", en="where the total includes it"),
    "spent_to_date": Label(zh="续建项目", en="for carry-overs"),
    "in_place": Label(zh="续建项目，按渠道累计", en="for carry-overs, by channel"),
    "remaining": Label(zh="续建项目；与累计完成投资之和等于总投资", en="for carry-overs; with the money spent to date it adds up to the total"),
    "bond_domain": Label(zh="申请专项债券时", en="where special bonds are asked for"),
    "bond_ban": Label(zh="申请专项债券时", en="where special bonds are asked for"),
    "bond_review": Label(zh="申请专项债券时", en="where special bonds are asked for"),
    "waiver_items": Label(zh="有豁免时", en="where a waiver was granted"),
    "waiver_opinion": Label(zh="豁免条目要求书面意见时", en="where the waived item asks for it"),
    "document": Label(zh="收益类别为补助/其他项目专项收入时", en="with the revenue class documented help"),
    "payer": Label(zh="由其他项目支付的补助", en="for help that another project pays"),
    "waiver_rule": Label(zh="豁免条目要求写明规定时", en="where the waived item asks for it"),
}
_MEASURES = {
    "demolished_share": ("gfa_existing", "gfa_demolished", "gfa_illegal", "gfa_dangerous"),
    "built_ratio": ("gfa_new", "gfa_demolished", "gfa_public"),
    "rehoused_share": ("moved", "rehoused_near"),
}
_OPERATORS = {">": "＞", ">=": "≥", "<": "＜", "<=": "≤", "!=": "≠"}

Where = Mapping[str, tuple[Scalar, ...]]


def write_template(path: Path | str, policy: Policy, brief: bool = False, *, language: str = "zh", year: int | None = None) -> Path:
    """Write an empty library workbook with the sheets 项目, 收益, 关系, 说明 and a hidden sheet of lists.

    Parameters
    ----------
    path : Path
        Target; never an existing input of the caller's.
    policy : Policy
        Its lists feed the drop-downs, its rules say which types a column concerns.
    brief : bool
        Only the required columns and the spending by year.
    language : str
        Language of headers and lists; the notes are in both.
    year : int, optional
        First calendar year of the carry-overs' remaining spending; by default this year.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    slots = _columns(policy, brief, year or dt.date.today().year)
    needs = {s.id for s in slots if s.need in ("N", "C")}
    concerned = {column: wheres for column, wheres in asked_only_of(policy).items() if column in needs}
    where = {slot.id: j for j, slot in enumerate(slots)}
    shade = {j: formula for j, slot in enumerate(slots) if (formula := _grey(concerned.get(slot.id, ()), slots, where, language))}
    plans = [_plan("projects", slots, language, [_note(s, policy, concerned.get(s.id, ())) for s in slots], shade)]
    for role, known in (("revenue", revenue_slots()), ("relations", relation_slots())):
        plans.append(_plan(role, list(known.values()), language, [_note(s, policy, ()) for s in known.values()], {}))
    with atomic_path(path) as made:
        write_book(made.temp, plans, _about(policy, brief, language), policy, language, title=policy.city.document)
    return made.path


def _plan(role: str, slots: list[Slot], language: str, notes: list[str], shade: Mapping[int, str]) -> SheetPlan:
    title = SHEETS[role][0 if language == "zh" else 1]
    return SheetPlan(title, slots, [s.header(language) for s in slots], notes=notes, shade=shade)


def _columns(policy: Policy, brief: bool, year: int) -> list[Slot]:
    """Return the template's columns: those with a list in this city, money by leaf channel."""
    leaves = set(policy.funding.leaves())
    out: list[Slot] = []
    for slot in project_slots(policy).values():
        if not slot.asked or (slot.attribute in ("in_place", "ask", "secured") and slot.key not in leaves):
            continue
        if brief and slot.need != "R" and not (slot.attribute == "spend" and int(slot.key or 0) <= BRIEF_YEARS):
            continue
        out.append(slot)
        if slot.id == "spent_to_date":
            out.extend(year_slot(y) for y in range(year, year + LATER_YEARS))
    return out


def asked_only_of(policy: Policy) -> dict[str, tuple[Where, ...]]:
    """Return for each column that rules look at the filters of these rules; a column asked of all is absent."""
    found: dict[str, list[Where]] = {}
    for requirement in policy.screening.requirements.values():
        found.setdefault(requirement.column, []).append(requirement.where)
    for rule in policy.screening.demolition.values():
        for column in _MEASURES[rule.measure]:
            found.setdefault(column, []).append(rule.where)
    for criterion in policy.criteria.values():
        for indicator in criterion.indicators.values():
            found.setdefault(indicator.column, []).append({})
    for limit in (*policy.limits.values(), *policy.targets.values()):
        found.setdefault(limit.measure, []).append(limit.where)
    return {column: tuple(wheres) for column, wheres in found.items() if all(wheres)}


def _note(slot: Slot, policy: Policy, wheres: tuple[Where, ...]) -> str:
    return "\n".join(_note_in(slot, policy, wheres, language) for language in ("zh", "en"))


def _note_in(slot: Slot, policy: Policy, wheres: tuple[Where, ...], language: str) -> str:
    chinese = language == "zh"
    stop = "。" if chinese else ". "
    parts = [slot.header(language), _NEED[slot.need].text(language)]
    if slot.kind in _KIND and (slot.kind != "list" or options_of(slot)):
        parts.append(_KIND[slot.kind].text(language))
    when = _WHEN.get(slot.id) or _WHEN.get(slot.attribute) or (_WHEN["waiver_items"] if slot.id.startswith("waiver_") else None)
    if when is not None:
        parts.append(when.text(language))
    if slot.note.text(language):
        parts.append(slot.note.text(language))
    if wheres:
        known = project_slots(policy)
        texts = dict.fromkeys(_where_text(where, known, language) for where in wheres)
        parts.append(("仅填：" if chinese else "asked only of: ") + ("；或 " if chinese else "; or ").join(texts))
    return stop.join(parts) + ("。" if chinese else ".")


def _where_text(where: Where, slots: Mapping[str, Slot], language: str) -> str:
    parts: list[str] = []
    for column, tests in where.items():
        slot = slots.get(column)
        name = (slot.zh if language == "zh" else slot.en) if slot else column
        parts.append(name + _tests_text(slot, tests, language))
    return ("，且 " if language == "zh" else ", and ").join(parts)


def _tests_text(slot: Slot | None, tests: tuple[Scalar, ...], language: str) -> str:
    labels = (options_of(slot) or slot.labels or {}) if slot else {}
    comparison = parse_comparison(tests[0]) if len(tests) == 1 and isinstance(tests[0], str) else None
    if comparison is not None:
        bound = str(comparison[1])
        return f" {_OPERATORS[comparison[0]]} {labels[bound].text(language) if bound in labels else bound}"
    words = [labels[str(t)].text(language) if str(t) in labels else str(t) for t in tests]
    if words == ["any"]:
        return "已填" if language == "zh" else " given"
    return ("为" if language == "zh" else ": ") + ("、" if language == "zh" else ", ").join(words)


def _grey(wheres: tuple[Where, ...], slots: list[Slot], where: Mapping[str, int], language: str) -> str:
    """Return the formula that greys a cell of a project the column is not asked of; empty when it is not plain.

    Only filters on single-choice columns with plain values are put into a formula; a project with a
    blank there stays white.
    """
    if not wheres:
        return ""
    cases: list[str] = []
    blanks: list[str] = []
    for rule in wheres:
        ands: list[str] = []
        for column, tests in rule.items():
            slot = slots[where[column]] if column in where else None
            labels = options_of(slot) if slot else {}
            if not labels or not all(isinstance(t, str) and t in labels for t in tests):
                return ""
            cell = f"${column_letters(where[column])}2"
            blanks.append(f'{cell}<>""')
            ands.append("OR(" + ",".join(f'{cell}="{_quoted(labels[str(t)].text(language))}"' for t in tests) + ")")
        cases.append(f"AND({','.join(ands)})")
    return f"=AND({','.join(dict.fromkeys(blanks))},NOT(OR({','.join(cases)})))"


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _about(policy: Policy, brief: bool, language: str) -> list[tuple[str, str]]:
    parts = "、".join(x.zh for x in PART_LABELS.values()) if language == "zh" else ", ".join(x.en for x in PART_LABELS.values())
    if language == "zh":
        lines = [
            ("合成数据", "否"),
            ("名称", ""),
            ("金额单位", "万元"),
            ("投资口径", ""),
            ("投资口径说明", "静态：总投资不含建设期利息；动态：含建设期利息。填在“投资口径”一格，或写在总投资的表头。"),
            ("城市与规划", f"{policy.city.label.zh} · {policy.city.document}"),
            ("填报说明", "一行一个项目。表头可用中文或英文，列序不限；单位写在表头括号内，可改为元或亿元。"),
            ("颜色", "橙色必填；黄色新开工需要，空白按待核；蓝色符合条件时填写；灰色选填。表头批注写明每列的要求。"),
            ("计划类别", f"{parts}。续建填写累计完成投资与各年剩余投资，两者之和等于总投资；新开工与储备填写开工后各年投资，合计等于总投资。"),
            ("收益", "申请专项债券或贷款的项目按年填写，可为负数。补助和其他项目专项收入另行填写，类别选“补助/其他项目专项收入”，写明文号；由其他项目支付的填来源项目。"),
            ("关系", "先后：项目在前，相关项目至少晚滞后年数开工；互斥、捆绑：填相关项目或组号。"),
        ]
        if brief:
            lines.append(("简表", "本表只有必填各列；续建、专项债、豁免等请用完整模板。"))
        return lines
    lines = [
        ("synthetic", "no"),
        ("name", ""),
        ("money unit", "万元"),
        ("investment basis", ""),
        ("on the basis", "static: total investment leaves out interest in building time; dynamic: it holds it. Choose in the cell beside “investment basis”, or say it in the header of total investment."),
        ("city and plan", f"{policy.city.label.en} · {policy.city.document}"),
        ("how to fill in", "One project a row. Headers in Chinese or English, in any order; the unit stands in the header and may be 元 or 亿元."),
        ("colours", "Orange: required; yellow: needed for a new start, a blank is unclear; blue: when its condition holds; grey: optional."),
        ("part", f"{parts}. Carry-overs: spent to date and remaining by year add up to the total. New starts and reserve: spending by year adds up to it."),
        ("revenue", "By year, for projects that ask for bonds or loans; a negative year is legal. Subsidies and revenue of other projects stand in rows of the class “documented help”, with their document, and the payer where a project pays."),
        ("relations", "precedence: the other project starts at least the lag later; exclusive, corequisite: the other project or a group."),
    ]
    if brief:
        lines.append(("brief", "Required columns only; use the full template for carry-overs, bonds and waivers."))
    return lines
