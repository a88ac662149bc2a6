"""The sheet 说明 (about) of a library, and whether its total investment is 静态 or 动态."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..domain.policy import INVESTMENT_LABELS, Policy
from ..errors import Collector
from ..i18n import _
from .cells import YES_NO, CellFault, Vocabulary, fold
from .libcolumns import Sheet, money_factors
from .texttable import TextTable

_BASIS = Vocabulary(INVESTMENT_LABELS)


@dataclass
class About:
    """What the sheet 说明 says."""

    name: str = ""
    synthetic: bool = False
    factor: int | None = None
    basis: Literal["static", "dynamic"] | None = None


def read_about(table: TextTable | None, policy: Policy, found: Collector) -> About:
    """Read the pairs 名称, 合成数据, 金额单位 and 投资口径; other lines are free text."""
    about = About()
    if table is None or len(table.columns) < 2:
        return about
    seen: set[str] = set()
    for row, pair in ((None, table.raw_columns), *zip(range(len(table.rows)), table.rows, strict=True)):
        key, value = fold(pair[0]).rstrip(":"), pair[1].strip()
        word = {"名称": "name", "name": "name", "合成数据": "synthetic", "synthetic": "synthetic", "金额单位": "unit", "moneyunit": "unit", "投资口径": "basis", "investmentbasis": "basis"}.get(key)
        if word is None or not value:
            continue

        def tell(kind: str, expected: str, row: int | None = row, value: str = value) -> None:
            found.add(table.finding(kind, row, None, value=value, expected=expected))

        if word in seen:
            tell("duplicate_key", _("{key} once").format(key=pair[0].strip()))
        seen.add(word)
        if word == "name":
            about.name = value
        elif word == "synthetic":
            try:
                about.synthetic = YES_NO.one(value) == "yes"
            except CellFault as err:
                tell(err.kind, err.expected)
        elif word == "basis":
            try:
                about.basis = _BASIS.one(value)  # type: ignore[assignment]
            except CellFault as err:
                tell(err.kind, err.expected)
        else:
            about.factor = money_factors(policy).get(fold(value))
            if about.factor is None:
                tell("wrong_unit", _("one of {names}").format(names="元, 万元, 亿元"))
    return about


def agreed_basis(sheet: Sheet, drafts: Sequence[Mapping[str, Any]], about: About) -> Literal["static", "dynamic"] | None:
    """Return whether the total investment is static or dynamic, by its header or the sheet 说明.

    The two contradicting each other is an error; warned about: neither says it, and a static total of which interest in
    building time is stated as a part.
    """
    said = sheet.basis
    if said is not None and about.basis is not None and said != about.basis:
        names = {k: v.text() for k, v in INVESTMENT_LABELS.items()}
        words = _("one answer: the header of total investment says {header}, the sheet 说明 {about}")
        sheet.tell("investment_basis", None, "total_investment", words.format(header=names[said], about=names[about.basis]))
    known = said or about.basis
    if known is None and "total_investment" in sheet.placed:
        words = _("静态 (static) or 动态 (dynamic) in the header, or as 投资口径 on the sheet 说明: whether it holds interest in building time")
        sheet.tell("investment_basis_open", None, "total_investment", words, severity="warning")
    stated = [i for i, d in enumerate(drafts) if d.get("idc")] if known == "static" else []
    if stated:
        words = _("no part of a static total: interest in building time is added to it ({number} projects)")
        sheet.tell("interest_in_static", stated[0], "idc", words.format(number=len(stated)), severity="warning")
    return known
