"""Checks of the sheet 收益: revenue by year and class, and documented help with repayment (补助/其他项目专项收入)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..i18n import _
from .libcheck import Draft, Ids, wan_text
from .libcolumns import Sheet


def check_revenue(sheet: Sheet, drafts: list[Draft], projects: Mapping[str, Draft]) -> None:
    """Check that project ids exist, net revenue fits its parts, no row stands twice, and help has its document and payer."""
    ids = Ids(projects)
    seen: dict[tuple[Any, ...], int] = {}
    for i, draft in enumerate(drafts):
        ids.check(sheet, i, draft, "project")
        row = sheet.table.row_numbers[i]
        helps = draft.get("revenue_class") == "help"
        key = tuple(draft.get(k) for k in ("project", "year", "revenue_class", *(("document", "payer") if helps else ())))
        if None not in key[:3] and key in seen:
            expected = _("one row for a project, year and class; row {row} is one too").format(row=seen[key])
            sheet.tell("duplicate_revenue", i, "year", expected, hint=_("both count"), severity="warning")
        seen.setdefault(key, row)
        if helps:
            _help(sheet, i, draft, ids)
        elif draft.get("revenue_class") is not None and draft.get("payer") is not None:
            sheet.fault(i, sheet.slots["payer"], "payer_of_revenue", _("blank: only help is paid by another project"))
        if "gross" in draft and "pledged_net" in draft:
            net = draft["gross"] - draft.get("operating_cost", 0) - draft.get("tax", 0)
            if draft["pledged_net"] > max(net, 0):
                sheet.tell("pledged_above_net", i, "pledged_net", _("at most gross less cost and tax, {net}").format(net=wan_text(net)), severity="warning")
    _payers(sheet, drafts)


def _help(sheet: Sheet, i: int, draft: Draft, ids: Ids) -> None:
    """Check one row of help: a document, a positive amount, another project of the library as payer."""
    if draft.get("document") is None and sheet.sound(i, "document"):
        sheet.fault(i, sheet.slots["document"], "help_without_document", _("the number of the document that promises the help"))
    if draft.get("pledged_net", 1) <= 0 and sheet.sound(i, "pledged_net"):
        sheet.fault(i, sheet.slots["pledged_net"], "help_amount", _("more than 0 for help"))
    if draft.get("payer") is None:
        return
    ids.check(sheet, i, draft, "payer")
    if draft["payer"] == draft.get("project") and sheet.sound(i, "payer"):
        sheet.fault(i, sheet.slots["payer"], "self_help", _("another project than {id}").format(id=draft["payer"]))


def _payers(sheet: Sheet, drafts: list[Draft]) -> None:
    """Warn where a project promises more help in a year than it has pledged net revenue."""
    own: Counter[tuple[Any, Any]] = Counter()
    given: Counter[tuple[Any, Any]] = Counter()
    first: dict[tuple[Any, Any], int] = {}
    for i, draft in enumerate(drafts):
        if draft.get("revenue_class") == "help":
            key = (draft.get("payer"), draft.get("year"))
            given[key] += draft.get("pledged_net", 0)
            first.setdefault(key, i)
        else:
            own[draft.get("project"), draft.get("year")] += draft.get("pledged_net", 0)
    for key, yuan in given.items():
        if None not in key and yuan > max(own[key], 0):
            words = _("at most the pledged net revenue of {payer} in {year}, {net}; it gives {given}")
            sheet.tell("help_above_revenue", first[key], "pledged_net", words.format(payer=key[0], year=key[1], net=wan_text(own[key]), given=wan_text(yuan)), severity="warning")
