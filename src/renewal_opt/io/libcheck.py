"""Checks of the library alone: within a row, between rows, between sheets (domain.md 1.5, 1.8, 3).

They work on drafts, one dict a row with blanks left out, and tell everything at once. What needs the plan
year or the scenario is checked elsewhere (`crosscheck`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import floor
from typing import Any

from ..domain.base import WAN
from ..domain.policy import PART_LABELS, Policy
from ..i18n import _
from .cells import fold
from .libcolumns import Sheet
from .nearest import did_you_mean

Draft = dict[str, Any]

#: nearest ids are looked for in this many unknown ones
_BUDGET = 60
#: a column that more rows leave blank than this share is warned about (domain.md 1.2)
_BLANK = Fraction(3, 10)


def wan_text(yuan: int) -> str:
    """Return whole 元 as a text in 万元, exactly."""
    return f"{Decimal(yuan) / WAN:f} 万元"


def profile_spend(total: int, shares: Sequence[Decimal]) -> tuple[int, ...]:
    """Split an investment by shares into whole amounts that add up to it.

    Parameters
    ----------
    total : int
        Investment, 元.
    shares : sequence of Decimal
        Shares by year, of any sum.

    Returns
    -------
    tuple of int
        元 by year; in steps of 100 元 (万元 with two decimals) where the total is one.
    """
    step = 100 if total % 100 == 0 else 1
    whole = sum(map(Fraction, shares))
    marks = [0]
    run = Fraction(0)
    for share in shares:
        run += Fraction(share)
        marks.append(floor(total // step * run / whole))
    return tuple(step * (b - a) for a, b in pairwise(marks))


# ------------------------------------------------------------------ 项目


def check_projects(sheet: Sheet, drafts: list[Draft], policy: Policy) -> None:
    """Check every row and complete the drafts: `spend` becomes a tuple, ambiguous types one id."""
    types = {c: set(entry.types) for c, entry in policy.object_classes.items()}
    for i, draft in enumerate(drafts):
        _object_type(sheet, i, draft, types)
        _money(sheet, i, draft)
        _spending(sheet, i, draft, policy)
        _years(sheet, i, draft)
        _documents(sheet, i, draft, policy)
        if "coord_role" in draft and "coord_area" not in draft and sheet.sound(i, "coord_area"):
            sheet.fault(i, sheet.slots["coord_role"], "role_without_area", _("a coordinated area, or no role"))
    _duplicates(sheet, drafts)


def _object_type(sheet: Sheet, i: int, draft: Draft, types: Mapping[str, set[str]]) -> None:
    kind, owner = draft.get("object_type"), draft.get("object_class")
    if kind is None:
        return
    slot = sheet.slots["object_type"]
    names = kind if isinstance(kind, tuple) else (kind,)
    if owner is None:
        fits = names if sheet.sound(i, "object_class") and "object_class" not in sheet.placed else names[:1]
    else:
        fits = tuple(n for n in names if n in types.get(owner, ()))
    if len(fits) == 1:
        draft["object_type"] = fits[0]
        return
    del draft["object_type"]
    labels = slot.labels or {}
    if len(fits) > 1:
        sheet.fault(i, slot, "ambiguous_value", _("an id, as several share this name: {ids}").format(ids=", ".join(fits)))
        return
    allowed = _(", ").join(labels[t].text() for t in labels if t in types.get(str(owner), ()))
    owners = [c for c, inner in types.items() if any(n in inner for n in names)]
    hint = _("it belongs to {owner}").format(owner=_(", ").join(_label(sheet, "object_class", o) for o in owners)) if owners else ""
    sheet.fault(i, slot, "type_not_of_class", _("a type of {owner}: {types}").format(owner=_label(sheet, "object_class", str(owner)), types=allowed or _("none")), hint)


def _label(sheet: Sheet, slot_id: str, value: str) -> str:
    label = (sheet.slots[slot_id].labels or {}).get(value)
    return label.text() if label else value


def _money(sheet: Sheet, i: int, draft: Draft) -> None:
    total = draft.get("total_investment")
    if total is None:
        return
    if total <= 0:
        sheet.fault(i, sheet.slots["total_investment"], "not_positive", _("an investment above 0"))
        return
    for part in ("idc", "relocation", "spent_to_date"):
        if draft.get(part, 0) > total and not (part == "spent_to_date" and draft.get("part") == "carry_over"):
            sheet.fault(i, sheet.slots[part], "part_above_total", _("at most the total investment, {total}").format(total=wan_text(total)))


def _spending(sheet: Sheet, i: int, draft: Draft, policy: Policy) -> None:
    part = draft.get("part")
    by_year: dict[int, int] = draft.get("spend", {})
    last = max((k for k, v in by_year.items() if v), default=0)
    draft["spend"] = tuple(by_year.get(k, 0) for k in range(1, last + 1))
    if not draft["spend"]:
        del draft["spend"]
    total = draft.get("total_investment")
    sound = sheet.sound(i, "total_investment", "part", "spend", "remaining", "spent_to_date")
    if part is None or total is None or not sound:
        return
    if part == "carry_over":
        _carry_over(sheet, i, draft, total)
    elif part != "withdrawn":
        _to_start(sheet, i, draft, total, policy, by_year)
    if "spend" in draft and part in ("carry_over", "withdrawn"):
        _adds_up(sheet, i, draft["spend"], total, by_year)


def _adds_up(sheet: Sheet, i: int, spend: tuple[int, ...], total: int, by_year: Mapping[int, int]) -> None:
    if sum(spend) != total:
        at = f"spend_{max(by_year)}"
        sheet.fault(
            i, sheet.slots[at], "spend_sum", _("spending by year that adds up to the total investment, {total}").format(total=wan_text(total)),
            _("it adds up to {sum}, {gap} off").format(sum=wan_text(sum(spend)), gap=wan_text(sum(spend) - total)),
        )  # fmt: skip


def _to_start(sheet: Sheet, i: int, draft: Draft, total: int, policy: Policy, by_year: Mapping[int, int]) -> None:
    """New starts and reserve: spending by year after the start, or the policy's profile."""
    for year in draft.get("remaining", {}):
        name = PART_LABELS[draft["part"]].text()
        hint = _("a project of this part gives its spending by year after the start")
        sheet.tell("not_for_part", i, f"spend_{year}", _("an empty cell for {part}").format(part=name), hint=hint)
    if by_year:
        _adds_up(sheet, i, draft.get("spend", ()), total, by_year)
        return
    start, end = draft.get("start_year"), draft.get("end_year")
    if start is None or end is None or end < start:
        return
    shares = policy.spend_profiles.get(end - start + 1)
    if not shares or sum(shares) <= 0 or min(shares) < 0:
        known = _(", ").join(map(str, sorted(policy.spend_profiles))) or _("none")
        expected = _("spending by year after the start; the policy has no profile for {n} years").format(n=end - start + 1)
        sheet.fault(i, sheet.slots["spend_1"], "spend_missing", expected, _("profiles by duration: {known}").format(known=known))
        return
    draft["spend"] = profile_spend(total, shares)
    draft["spend_profile"] = True


def _carry_over(sheet: Sheet, i: int, draft: Draft, total: int) -> None:
    slot = sheet.slots["spent_to_date"]
    if "spent_to_date" not in draft:
        sheet.fault(i, slot, "carry_over_incomplete", _("a carry-over gives what was spent to date (0 where nothing was)"))
        return
    spent, remaining = draft["spent_to_date"], draft.get("remaining", {})
    rest = sum(remaining.values())
    if not remaining and spent < total:
        sheet.fault(i, slot, "carry_over_incomplete", _("a carry-over gives its remaining spending by calendar year (columns such as 2025年剩余投资)"))
    elif spent + rest != total:
        hint = _("they add up to {sum}, {gap} off").format(sum=wan_text(spent + rest), gap=wan_text(spent + rest - total))
        expected = _("spent to date and remaining that add up to the total investment, {total}").format(total=wan_text(total))
        sheet.fault(i, slot, "carry_over_sum", expected, hint)
    start = draft.get("start_year")
    for year in remaining:
        if start is not None and year < start and remaining[year]:
            sheet.fault(i, sheet.slots[f"spend_{year}"], "before_start", _("spending from the start year {year} on").format(year=start))


def _years(sheet: Sheet, i: int, draft: Draft) -> None:
    start, end = draft.get("start_year"), draft.get("end_year")
    if start is not None and end is not None and end < start:
        sheet.fault(i, sheet.slots["end_year"], "end_before_start", _("{year} or later, as the project starts then").format(year=start))


def _documents(sheet: Sheet, i: int, draft: Draft, policy: Policy) -> None:
    if draft.get("part") == "withdrawn" and "exit_doc" not in draft and sheet.sound(i, "exit_doc"):
        sheet.fault(i, sheet.slots["exit_doc"], "exit_without_document", _("the document by which the project was withdrawn"))
    given = [k for k in draft if k.startswith("waiver_")]
    if not given:
        return
    if "waiver_items" not in draft:
        if sheet.sound(i, "waiver_items"):
            sheet.fault(i, sheet.slots["waiver_items"], "waiver_incomplete", _("the clauses that the waiver covers, as waiver columns are filled in"))
        return
    items = [policy.screening.negative_list[x] for x in draft["waiver_items"] if x in policy.screening.negative_list]
    asked = {"waiver_authority": True, "waiver_number": True}
    asked["waiver_opinion"] = any(x.needs_opinion for x in items)
    asked["waiver_rule"] = any(x.names_rule for x in items)
    for name, needed in asked.items():
        if needed and name not in draft and sheet.sound(i, name):
            sheet.fault(i, sheet.slots[name], "waiver_incomplete", _("a value, as the waiver of this row needs it"))
    if "waiver_date" in draft and "waiver_expiry" in draft and draft["waiver_expiry"] < draft["waiver_date"]:
        sheet.fault(i, sheet.slots["waiver_expiry"], "expiry_before_date", _("a day on or after {date}").format(date=draft["waiver_date"].isoformat()))


def _duplicates(sheet: Sheet, drafts: Sequence[Draft]) -> None:
    first: dict[str, int] = {}
    alike: dict[str, str] = {}
    for i, draft in enumerate(drafts):
        name = draft.get("id")
        if name is None:
            continue
        if name in first:
            row = sheet.table.row_numbers[first[name]]
            sheet.fault(i, sheet.slots["id"], "duplicate_id", _("each id once; it stands in row {row} too").format(row=row))
            del draft["id"]
            continue
        first[name] = i
        other = alike.setdefault(fold(name), name)
        if other != name:
            row = sheet.table.row_numbers[first[other]]
            hint = _("it differs from “{other}” in row {row} by width, case or blanks alone").format(other=other, row=row)
            sheet.tell("similar_id", i, "id", _("ids that cannot be taken for each other"), hint=hint, severity="warning")


# ------------------------------------------------------------------ 收益


class Ids:
    """Project ids with the nearest one, for a limited number of unknown ids."""

    def __init__(self, ids: Mapping[str, Any]) -> None:
        self.ids = ids
        self.hints: dict[str, str] = {}

    def check(self, sheet: Sheet, i: int, draft: Draft, column: str) -> bool:
        name = draft.get(column)
        if name is None or name in self.ids or not self.ids:  # without any id, that alone is told
            return name is not None
        if name not in self.hints:
            self.hints[name] = did_you_mean(name, self.ids) if len(self.hints) < _BUDGET else ""
        sheet.fault(i, sheet.slots[column], "unknown_project", _("the id of a project of the sheet 项目"), self.hints[name])
        return False


# ------------------------------------------------------------------ 关系


def check_relations(sheet: Sheet, drafts: list[Draft], projects: Mapping[str, Draft]) -> None:
    """Check the sheet 关系: ids exist, pairs or groups complete, nothing twice, no cycle of precedence."""
    ids = Ids(projects)
    seen: dict[tuple[Any, ...], int] = {}
    members: dict[tuple[str, str], list[int]] = {}
    graph: dict[str, set[str]] = {}
    for i, draft in enumerate(drafts):
        known = [ids.check(sheet, i, draft, column) for column in ("project", "other")]
        kind, a, b, group = (draft.get(k) for k in ("kind", "project", "other", "group"))
        if kind is None or a is None or not sheet.sound(i, "other", "group", "lag"):
            continue
        if a == b:
            sheet.fault(i, sheet.slots["other"], "self_relation", _("another project than {id}").format(id=a))
            continue
        if kind == "precedence":
            if b is None:
                sheet.fault(i, sheet.slots["other"], "relation_incomplete", _("the project that comes after"))
            if group is not None:
                sheet.fault(i, sheet.slots["group"], "not_for_relation", _("no group for a precedence"))
        elif (b is None) == (group is None):
            sheet.fault(i, sheet.slots["other"], "relation_incomplete", _("either the other project or a group"))
        if kind != "precedence" and draft.get("lag"):
            sheet.fault(i, sheet.slots["lag"], "not_for_relation", _("a lag for a precedence alone"))
        pair = (a, b) if kind == "precedence" else tuple(sorted((a, b or "")))
        key = (kind, group, *pair)
        if key in seen:
            sheet.fault(i, sheet.slots["project"], "duplicate_relation", _("each relation once; row {row} is the same").format(row=seen[key]))
            continue
        seen[key] = sheet.table.row_numbers[i]
        if kind == "precedence" and all(known):
            graph.setdefault(str(b), set()).add(a)
        if group is not None and kind != "precedence":
            members.setdefault((kind, group), []).append(i)
    for rows in members.values():
        if len(rows) == 1:
            sheet.tell("group_of_one", rows[0], "group", _("a group of at least two projects"), severity="warning")
    _cycles(sheet, drafts, graph)


def _cycles(sheet: Sheet, drafts: Sequence[Draft], graph: dict[str, set[str]]) -> None:
    """Tell every cycle of precedence, one at a time with its first edge taken out."""
    for _round in range(20):
        try:
            TopologicalSorter({k: sorted(v) for k, v in graph.items()}).prepare()
        except CycleError as err:
            names: list[str] = err.args[1]
        else:
            return
        before, after = names[0], names[1]
        at = next(i for i, d in enumerate(drafts) if d.get("kind") == "precedence" and d.get("project") == before and d.get("other") == after)
        hint = " → ".join([*names[:6], "…", names[-1]] if len(names) > 8 else names)
        sheet.fault(at, sheet.slots["other"], "precedence_cycle", _("precedence without a cycle"), hint)
        graph[after].discard(before)


# ------------------------------------------------------------------ warnings


def warn(sheet: Sheet, drafts: Sequence[Draft], policy: Policy) -> None:
    """Tell what is legal but doubtful: blank columns that matter, old data, sums that differ."""
    _blank_columns(sheet, drafts, policy)
    _old_rows(sheet, drafts)
    units: dict[str, tuple[str, int]] = {}
    for i, draft in enumerate(drafts):

        def tell(kind: str, column: str, expected: str, hint: str = "", i: int = i) -> None:
            sheet.tell(kind, i, column, expected, hint=hint, severity="warning")

        part, total = draft.get("part"), draft.get("total_investment")
        if part == "carry_over" and "in_place" in draft and "spent_to_date" in draft and sheet.sound(i, "in_place", "spent_to_date"):
            have = sum(draft["in_place"].values())
            if have != draft["spent_to_date"]:
                tell("in_place_differs", "spent_to_date", _("the sum of the money in place, {sum}").format(sum=wan_text(have)))
        if part in ("new_start", "reserve") and (draft.get("spent_to_date") or any(draft.get("in_place", {}).values())):
            tell("spent_before_start", "spent_to_date", _("nothing spent before the start; the whole investment is counted"))
        for family in ("ask", "secured"):
            if total is not None and sum(draft.get(family, {}).values()) > total:
                tell("money_above_total", "total_investment", _("at most the investment in the columns {names}…").format(names=family + "_"))
        for small, large in (("gfa_demolished", "gfa_existing"), ("rehoused_near", "moved")):
            if small in draft and large in draft and draft[small] > draft[large]:
                tell("implausible", small, _("at most {value}, the value of {column}").format(value=draft[large], column=sheet.slots[large].header()))
        unit, kind = draft.get("unit"), draft.get("unit_type")
        if unit is not None and kind is not None:
            first = units.setdefault(unit, (kind, sheet.table.row_numbers[i]))
            if first[0] != kind:
                tell("unit_type_differs", "unit_type", _("the type of the unit as in row {row}").format(row=first[1]))


def _blank_columns(sheet: Sheet, drafts: Sequence[Draft], policy: Policy) -> None:
    """Columns that screening needs of all or scores use, blank in more than 30 % of the candidates."""
    used = {x.column for c in policy.criteria.values() for x in c.indicators.values()}
    asked = policy.screening.requirements.values()
    of_some = {r.column for r in asked if r.where} - {r.column for r in asked if not r.where}
    rows = [i for i, d in enumerate(drafts) if d.get("part") in ("new_start", "reserve")]
    for at in sheet.placed.values():
        slot = at.slot
        if not rows or not slot.asked or ((slot.need != "N" or slot.id in of_some) and slot.id not in used):
            continue
        blank = sum(1 for i in rows if not sheet.table.rows[i][at.column].strip())
        if blank > _BLANK * len(rows):
            share = f"{100 * blank // len(rows)} %"
            sheet.tell("column_blank", None, slot.id, _("at most 30 % blank among the candidates"), value=_("{share} blank").format(share=share), severity="warning")


def _old_rows(sheet: Sheet, drafts: Sequence[Draft]) -> None:
    """Rows whose data are more than a year older than the newest of the library."""
    dates: list[tuple[dt.date, int]] = [(d["as_of"], i) for i, d in enumerate(drafts) if "as_of" in d]
    if not dates:
        return
    newest = max(dates)[0]
    old = [(day, i) for day, i in dates if (newest - day).days > 366]
    if old:
        _day, i = min(old)
        expected = _("data not more than a year older than the newest, {date}").format(date=newest.isoformat())
        sheet.tell("old_data", i, "as_of", expected, hint=_("{n} rows; this one is the oldest").format(n=len(old)), severity="warning")
