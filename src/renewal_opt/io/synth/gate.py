"""Columns that screening looks at: papers, health check, stages, negative list, demolition, waivers.

Most projects pass; some fail or stay unclear on purpose, so that every clause has its case. `passes` is a
careful reading of the same clauses: it says yes only where screening must.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...domain.columns import BY_ID
from ...domain.filters import holds, matches, parse_comparison
from ...domain.library import Waiver
from ...domain.policy import Policy
from ...domain.screening import DemolitionRule, Requirement
from .draw import Draw
from .facts import Draft, getter

#: flaws and their weights in 1,000 for a new start
FLAWS: tuple[tuple[str, int], ...] = (
    ("involved", 25), ("waived", 20), ("expired", 10), ("negative_unclear", 20), ("no_check", 15), ("old_check", 12),
    ("no_report", 12), ("early_stage", 30), ("no_paper", 30), ("refused", 10), ("demolition", 15), ("none", 801),
)  # fmt: skip


def fill_gate(policy: Policy, draft: Draft, draw: Draw, year: int, number: int, clean: bool) -> None:
    """Fill the screening columns of a draft; `clean` keeps it free of flaws (carry-overs, anchors)."""
    flaw = draw.weighted([f for f, _w in FLAWS], [w for _f, w in FLAWS])
    if draft["part"] == "reserve" and draw.chance(60):
        flaw = draw.one(("no_paper", "early_stage", "no_check"))
    if clean or draft["part"] in ("carry_over", "withdrawn"):
        flaw = "none"
    draft["_flaw"] = flaw
    draft["in_scope"] = "yes"
    _papers(draft, draw, year, number)
    _check(policy, draft, draw, year, number, flaw)
    _negative(policy, draft, draw, year, number, flaw)
    _demolition(policy, draft, draw, year, number, flaw)
    get = getter(policy, draft)
    for _round in (1, 2):
        for req in policy.screening.requirements.values():
            if req.active and matches(req.where, get) and not _accepts(req, get(req.column)):
                _set(policy, draft, req, year, number)
    if flaw in ("no_paper", "refused"):
        _spoil(policy, draft, draw, flaw)
    _stage(policy, draft, draw, flaw == "early_stage")


def _papers(draft: Draft, draw: Draw, year: int, number: int) -> None:
    if draft.get("coord_area"):
        draft["area_doc"] = f"合成片策〔{year - 1}〕{draw.between(1, 99)}号"
    draft["scheme_doc"] = f"合成更实〔{year - 1}〕{number}号"
    draft["approval_doc"] = f"合成发改投资〔{year - draw.between(0, 1)}〕{number}号"


def _check(policy: Policy, draft: Draft, draw: Draw, year: int, number: int, flaw: str) -> None:
    check = policy.screening.health_check
    within = check.within_years if check else 2
    draft["check_year"] = year - min(draw.between(0, 1), within)
    draft["check_report"] = f"合成体检〔{draft['check_year']}〕{number}号"
    draft["check_issue"] = draw.one(("设施老化", "功能不完善", "停车不足", "公共空间不足", "排水不畅", "产业空间低效"))
    if flaw == "no_check":
        draft["check_year"] = draft["check_report"] = None
    elif flaw == "old_check":
        draft["check_year"] = year - within - draw.between(1, 3)
    elif flaw == "no_report":
        draft["check_report"] = None


def _negative(policy: Policy, draft: Draft, draw: Draw, year: int, number: int, flaw: str) -> None:
    items = list(policy.screening.negative_list)
    draft["neg"] = dict.fromkeys(items, "none")
    if not items:
        return
    draft["neg_evidence"] = "合成：与规划、保护、生态、承载力、高度风貌管控要求核对"
    if flaw == "negative_unclear":
        item = draw.one(items)
        if draw.chance(50):
            draft["neg"][item] = "unclear"
        else:
            del draft["neg"][item]
    waivable = [i for i, n in policy.screening.negative_list.items() if n.waivable]
    if flaw == "involved":
        draft["neg"][draw.one(items)] = "involved"
    elif flaw in ("waived", "expired") and waivable:
        item = draw.one(waivable)
        draft["neg"][item] = "involved"
        draft["waiver"] = _waiver((item,), year, number, expired=flaw == "expired")


def _waiver(items: tuple[str, ...], year: int, number: int, *, expired: bool) -> Waiver:
    return Waiver(
        items=items,
        authority="合成：市人民政府",
        number=f"合成政文〔{year - 1}〕{number}号",
        date=dt.date(year - 1, 6, 1 + number % 28),
        scope="合成：项目红线范围",
        expiry=dt.date(year - 1 if expired else year + 2, 12, 31),
        conditions="合成：按批复条件实施",
        opinion=f"合成：主管部门书面意见〔{year - 1}〕{number}号",
        rule="合成：所涉规划建设管理规定第三条",
    )


def _bound(policy: Policy, measure: str, year: int, default: str) -> Fraction:
    """Return the strictest bound that the policy sets on a demolition measure, or the default."""
    least = measure == "rehoused_share"
    found = [
        v
        for r in policy.screening.demolition.values()
        if r.active and r.measure == measure
        if (v := (r.at_least if least else r.at_most)) is not None
    ]
    values = [f for d in found if (f := d.fraction(year)) is not None]
    return (max(values) if least else min(values)) if values else Fraction(default)


def _demolition(policy: Policy, draft: Draft, draw: Draw, year: int, number: int, flaw: str) -> None:
    mode = policy.modes.get(draft.get("mode") or "")
    get = getter(policy, draft)
    asked = any(matches(r.where, get) for r in policy.screening.demolition.values())
    if not asked and (mode is None or not mode.caution):
        if draft.get("gfa_existing") is not None:
            draft["gfa_demolished"] = Decimal(0)
        return
    excess = flaw == "demolition"
    existing = int(draft.get("gfa_existing") or draw.between(30, 900) * 100)
    illegal = existing * draw.between(5, 20) // 100
    dangerous = existing * draw.between(20, 55) // 100
    sound = int(existing * min(Fraction(1, 5), _bound(policy, "demolished_share", year, "0.2")) * draw.between(20, 95) / 100)
    if excess:
        sound = existing - illegal - dangerous
    demolished = illegal + dangerous + sound
    new = int(demolished * _bound(policy, "built_ratio", year, "2") * draw.between(40, 95) / 100)
    public = new * draw.between(5, 15) // 100
    moved = max(1, demolished // draw.between(90, 130))
    least = _bound(policy, "rehoused_share", year, "0.5")
    near = min(moved, -int(-moved * (least + (1 - least) * draw.between(5, 90) / 100) // 1))
    draft |= {
        "gfa_existing": Decimal(existing), "gfa_demolished": Decimal(demolished), "gfa_illegal": Decimal(illegal),
        "gfa_dangerous": Decimal(dangerous), "gfa_new": Decimal(new), "gfa_public": Decimal(public), "moved": moved, "rehoused_near": near,
    }  # fmt: skip
    if excess and draw.chance(50):
        items = tuple(i for i, r in policy.screening.demolition.items() if r.waivable and r.measure == "demolished_share")
        if items:
            draft["waiver"] = _waiver(items, year, number, expired=False)


def _accepts(req: Requirement, value: Any) -> bool:
    if value is None or value in ("", ()) or str(value) in req.unclear:
        return False
    return req.accept is None or any(holds(value, test) for test in req.accept)


def _put(policy: Policy, draft: Draft, column: str, value: Any) -> None:
    if column in BY_ID:
        draft[column] = value
    elif column in policy.columns:
        draft.setdefault("extra", {})[column] = value


def _set(policy: Policy, draft: Draft, req: Requirement, year: int, number: int) -> None:
    """Enter a value that a requirement accepts, where its column is one that is entered."""
    own = policy.columns.get(req.column)
    kind = own.kind if own else BY_ID[req.column].kind if req.column in BY_ID else ""
    value: Any = None
    for test in req.accept or ():
        comparison = parse_comparison(test)
        if comparison is None:
            value = test
            break
        if comparison[0] == "!=":
            continue
        step = {">": 1, ">=": 0, "<": -1, "<=": 0}[comparison[0]]
        value = Decimal(comparison[1]) + step
        break
    if value is None:
        vocabulary = list(own.values if own else policy.vocabulary(v) if (v := BY_ID[req.column].vocabulary) else ()) if kind else []
        plain: dict[str, Any] = {"yes_no": "yes", "tri": "yes", "number": Decimal(1), "integer": 1, "money": 10_000, "year": year}
        value = vocabulary[0] if vocabulary else plain.get(kind, f"合成文号〔{year - 1}〕{number}号")
        if kind == "date":
            value = dt.date(year - 1, 12, 31)
    if kind in ("integer", "year"):
        value = int(value)
    elif kind == "number":
        value = Decimal(value)
    elif kind in ("multi", "shares"):
        return
    _put(policy, draft, req.column, value)


def _spoil(policy: Policy, draft: Draft, draw: Draw, flaw: str) -> None:
    """Blank one paper, or enter a value that a requirement refuses."""
    get = getter(policy, draft)
    mine = [r for r in policy.screening.requirements.values() if r.active and matches(r.where, get)]
    papers = [r for r in mine if r.papers and r.column not in ("stage", "part")]
    if flaw == "no_paper":
        if papers:
            _put(policy, draft, draw.one(papers).column, None)
        return
    for req in mine:
        if req.column in BY_ID and BY_ID[req.column].kind in ("tri", "yes_no") and req.accept and "no" not in req.accept:
            draft[req.column] = "no"
            return


def _needed(policy: Policy, draft: Draft) -> int:
    """Return the position of the stage needed for a start; -1 for none."""
    stages = policy.screening.stages
    if stages is None:
        return -1
    order = list(stages.order)
    get = getter(policy, draft)
    rule = next((r for r in stages.needed if matches(r.where, get)), None)
    if rule is None:
        return -1
    skipped = stages.skip.get(draft.get("mode") or "", ())
    at = order.index(rule.stage)
    while at >= 0 and order[at] in skipped:
        at -= 1
    return at


def _stage(policy: Policy, draft: Draft, draw: Draw, early: bool) -> None:
    stages = policy.screening.stages
    if stages is None or not stages.order:
        return
    order = list(stages.order)
    needed = _needed(policy, draft)
    if early and needed > 0:
        at = draw.below(needed)
    elif draft["part"] == "carry_over":
        at = min(len(order) - 1, max(0, needed) + draw.between(1, 2))
    else:
        at = min(len(order) - 1, max(0, needed) + draw.between(0, 1))
    draft["stage"] = order[at]


def _waives(waiver: Waiver | None, clause: str, year: int, *, opinion: bool = False, rule: bool = False) -> bool:
    if waiver is None or clause not in waiver.items or not waiver.authority or not waiver.number:
        return False
    dated = (waiver.date is None or waiver.date <= dt.date(year, 12, 31)) and (waiver.expiry is None or waiver.expiry >= dt.date(year, 1, 1))
    return dated and (not opinion or bool(waiver.opinion)) and (not rule or bool(waiver.rule))


def _demolition_holds(rule: DemolitionRule, members: list[Draft], year: int) -> bool:
    needed, parts = {
        "demolished_share": (("gfa_existing", "gfa_demolished"), ("gfa_illegal", "gfa_dangerous")),
        "built_ratio": (("gfa_new", "gfa_demolished"), ("gfa_public",)),
        "rehoused_share": (("moved", "rehoused_near"), ()),
    }[rule.measure]
    if any(m.get(c) is None for m in members for c in needed):
        return False
    total = {c: sum((Fraction(m.get(c) or 0) for m in members), Fraction(0)) for c in (*needed, *parts)}
    if rule.measure == "demolished_share":
        above, below = total["gfa_demolished"] - total["gfa_illegal"] - total["gfa_dangerous"], total["gfa_existing"]
    elif rule.measure == "built_ratio":
        above, below = total["gfa_new"] - total["gfa_public"], total["gfa_demolished"]
    else:
        above, below = total["rehoused_near"], total["moved"]
    most = rule.at_most.fraction(year) if rule.at_most else None
    least = rule.at_least.fraction(year) if rule.at_least else None
    return below == 0 or ((most is None or above <= most * below) and (least is None or above >= least * below))


def passes(policy: Policy, draft: Draft, year: int, unit: list[Draft]) -> bool:
    """Return whether a new start surely passes screening; `unit` holds all projects of its renewal unit."""
    s = policy.screening
    get = getter(policy, draft)
    waiver = draft.get("waiver")
    for i, item in s.negative_list.items():
        answer = draft["neg"].get(i)
        if answer != "none" and not (
            answer == "involved" and item.waivable and _waives(waiver, i, year, opinion=item.needs_opinion, rule=item.names_rule)
        ):
            return False
    check = s.health_check
    if check is not None and check.active:
        done = draft.get("check_year")
        if done is None or not year - check.within_years <= done <= year or (check.report_required and not draft.get("check_report")):
            return False
    for i, req in s.requirements.items():
        if req.active and matches(req.where, get) and not _accepts(req, get(req.column)):
            value = get(req.column)
            if value is None or str(value) in req.unclear or not (req.waivable and _waives(waiver, i, year)):
                return False
    for i, rule in s.demolition.items():
        if rule.active and matches(rule.where, get):
            sure = _demolition_holds(rule, [draft], year) and (not rule.on_unit or not unit or _demolition_holds(rule, unit, year))
            if not sure and not (rule.waivable and _waives(waiver, i, year)):
                return False
    needed = _needed(policy, draft)
    return needed < 0 or (s.stages is not None and draft.get("stage") in list(s.stages.order)[needed:])
